/*
 * Loaded into QEMU's process, for what no option of QEMU does.
 *
 * Lockstep: the main loop's thread and the thread that runs the emulated processors take turns. When all processors wait, the
 * main loop moves virtual time on to the next timer (icount_start_warp_timer in QEMU's accel/tcg/icount-common.c). But it is
 * also woken while processors run, and looks whether they wait without a lock. If the last one goes to sleep at that very
 * moment, the instructions of its turn are not yet counted, and time is moved too far: rarely, but then a rerun differs. So
 * here the main loop goes on only while the other thread waits for it.
 *
 * Turns of processors: a timer ends them (qemu.ts). A board sets its interval by opening the file turns:MICROSECONDS by
 * semihosting. While all processors wait, the timer rests: else idle time would be skipped in steps of that length.
 *
 * Memory: in pages of ordinary size. For huge ones, which QEMU asks for, Linux needed 1.9 s of a boot's 11 s, and 0.6 s without.
 *
 * Built for x86-64 with no header: the root of the host's programs has none.
 */
void *dlsym(void *library, const char *name);
long syscall(long number, ...);
int getpid(void);

#define EVERYWHERE ((void *)0)     /* RTLD_DEFAULT */
#define NEXT_LIBRARY ((void *)-1L) /* RTLD_NEXT */
enum { SYS_prctl = 157, SYS_gettid = 186, SYS_futex = 202 };
enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129 };
enum { PR_SET_THP_DISABLE = 41 };

/* QEMU's functions that it shows to its modules (include/qom/object.h, include/hw/core/cpu.h), with bool as char */
static void *(*object_resolve_path)(const char *path, char *ambiguous);
static char (*object_property_parse)(void *object, const char *property, const char *value, void **error);
static char (*all_cpu_threads_idle)(void);

/* The C library's */
static int (*next_wait)(void *condition, void *mutex);
static int (*next_open)(const char *path, int flags, int mode);
static int (*next_poll)(void *files, unsigned long count, const void *timeout, const void *signals);

/** The thread of the processors: the first that waits on a condition, for its start; 0 before. */
static volatile long processors;
static volatile int waiting;

static __attribute__((constructor)) void load(void)
{
    object_resolve_path = dlsym(EVERYWHERE, "object_resolve_path");
    object_property_parse = dlsym(EVERYWHERE, "object_property_parse");
    all_cpu_threads_idle = dlsym(EVERYWHERE, "all_cpu_threads_idle");
    next_wait = dlsym(NEXT_LIBRARY, "pthread_cond_wait");
    next_open = dlsym(NEXT_LIBRARY, "open64");
    next_poll = dlsym(NEXT_LIBRARY, "ppoll");
    syscall(SYS_prctl, PR_SET_THP_DISABLE, 1L, 0L, 0L, 0L);
}

static long this_thread(void)
{
    return syscall(SYS_gettid);
}

/** Sets a property of the timer that ends turns; 0 when that cannot be. */
static int set_timer(const char *property, const char *value)
{
    static void *timer;

    if (!timer)
        timer = object_resolve_path("/objects/turns", 0);
    return timer && object_property_parse(timer, property, value, 0);
}

int pthread_cond_wait(void *condition, void *mutex)
{
    const long thread = this_thread();
    int error;

    if (!processors && thread != getpid())
        processors = thread;
    if (thread != processors)
        return next_wait(condition, mutex);
    /* The mutex is QEMU's global lock: the main loop, let through here, gets it when next_wait() gives it up. */
    set_timer("status", "off");
    waiting = 1;
    syscall(SYS_futex, &waiting, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
    error = next_wait(condition, mutex);
    waiting = 0;
    if (!all_cpu_threads_idle()) /* else it was woken for nothing, and a timer that starts would move time on */
        set_timer("status", "on");
    return error;
}

int ppoll(void *files, unsigned long count, const void *timeout, const void *signals)
{
    static const long at_once[2];
    const int ready = next_poll(files, count, timeout, signals);

    if (waiting || timeout || this_thread() != getpid())
        return ready;
    while (!waiting)
        syscall(SYS_futex, &waiting, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    return next_poll(files, count, at_once, signals); /* what is ready by now */
}

int open64(const char *path, int flags, int mode)
{
    static const char turns[] = "turns:";
    unsigned i = 0;

    if (!next_open) /* another library's constructor opens a file */
        load();
    while (turns[i] && path[i] == turns[i])
        i++;
    if (!turns[i])
        path = set_timer("interval", path + i) ? "/dev/null" : "";
    return next_open(path, flags, mode);
}
