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
 * Countdown: an old Xen misses a mitigation in QEMU's firmware, says so, and counts three seconds down in a loop of three thousand
 * million instructions, a third of a short cell's time on the host. From its "3... " to the end of that line an instruction
 * takes 2^COUNTDOWN_SHIFT ns (an environment's countdownNs). That is before dom0 starts, and ends at an instruction like everything else.
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
static long (*icount_get)(void);           /* virtual time in ns */
static long (*icount_get_raw)(void);       /* instructions */
static long (*icount_to_ns)(long icount);
static char *timers_state;                 /* struct TimersState (include/system/cpu-timers-internal.h) */
enum { ICOUNT_TIME_SHIFT = 0x1a, QEMU_ICOUNT_BIAS = 0x28 }; /* its fields */

/* The C library's */
struct part {
    const char *bytes;
    unsigned long length;
};
static int (*next_wait)(void *condition, void *mutex);
static int (*next_open)(const char *path, int flags, int mode);
static int (*next_poll)(void *files, unsigned long count, const void *timeout, const void *signals);
static long (*next_writev)(int file, const struct part *parts, int count);

/** The thread of the processors: the first that waits on a condition, for its start; 0 before. */
static volatile long processors;
static volatile int waiting;
/** Until Xen's countdown is over, or a job runs. */
static int booting = 1;

static __attribute__((constructor)) void load(void)
{
    object_resolve_path = dlsym(EVERYWHERE, "object_resolve_path");
    object_property_parse = dlsym(EVERYWHERE, "object_property_parse");
    all_cpu_threads_idle = dlsym(EVERYWHERE, "all_cpu_threads_idle");
    icount_get = dlsym(EVERYWHERE, "icount_get");
    icount_get_raw = dlsym(EVERYWHERE, "icount_get_raw");
    icount_to_ns = dlsym(EVERYWHERE, "icount_to_ns");
    timers_state = dlsym(EVERYWHERE, "timers_state");
    next_wait = dlsym(NEXT_LIBRARY, "pthread_cond_wait");
    next_open = dlsym(NEXT_LIBRARY, "open64");
    next_poll = dlsym(NEXT_LIBRARY, "ppoll");
    next_writev = dlsym(NEXT_LIBRARY, "writev");
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

/** From now on an instruction takes 2^shift ns. Nothing happens where QEMU keeps its clock in another way than we know. */
static void set_instruction_time(int shift)
{
    short *kept_shift;
    long *bias, now, instructions;

    if (!timers_state || !icount_get || !icount_get_raw || !icount_to_ns)
        return;
    kept_shift = (short *)(timers_state + ICOUNT_TIME_SHIFT);
    bias = (long *)(timers_state + QEMU_ICOUNT_BIAS);
    now = icount_get();
    instructions = icount_get_raw();
    if (icount_to_ns(1) != 1L << *kept_shift || now != *bias + (instructions << *kept_shift))
        return;
    *kept_shift = (short)shift;
    *bias = now - (instructions << shift);
}

/** Looks for Xen's countdown in what the board writes to its serial line, until a job runs. */
static void watch(char byte)
{
    static const char start[] = "\n(XEN) 3... ";
    static unsigned seen;

    if (start[seen]) {
        seen = byte == start[seen] ? seen + 1 : byte == start[0];
        if (!start[seen])
            set_instruction_time(COUNTDOWN_SHIFT);
    } else if (byte == '\r' || byte == '\n') {
        set_instruction_time(0);
        booting = 0;
    }
}

long writev(int file, const struct part *parts, int count)
{
    int i;
    unsigned long at;

    if (booting && file == 1 && this_thread() == processors)
        for (i = 0; i < count; i++)
            for (at = 0; booting && at < parts[i].length; at++)
                watch(parts[i].bytes[at]);
    return next_writev(file, parts, count);
}

int open64(const char *path, int flags, int mode)
{
    static const char turns[] = "turns:";
    unsigned i = 0;

    if (!next_open) /* another library's constructor opens a file */
        load();
    while (turns[i] && path[i] == turns[i])
        i++;
    if (!turns[i]) {
        booting = 0;
        path = set_timer("interval", path + i) ? "/dev/null" : "";
    }
    return next_open(path, flags, mode);
}
