/*
 * Loaded into QEMU's process: makes the main loop's thread and the thread that runs the emulated processors take turns.
 *
 * When all processors wait, the main loop moves virtual time on to the next timer (icount_start_warp_timer in QEMU's
 * accel/tcg/icount-common.c). But it is also woken while processors run, and looks whether they wait without a lock. If the last one
 * goes to sleep at that very moment, the instructions of its turn are not yet counted, and time is moved too far: rarely,
 * but then a rerun differs. So here the main loop goes on only while the other thread waits for it.
 *
 * Built for x86-64 with no header: the root of the host's programs has none.
 */
void *dlsym(void *library, const char *name);
long syscall(long number, ...);
int getpid(void);

#define NEXT_LIBRARY ((void *)-1L) /* RTLD_NEXT */
enum { SYS_gettid = 186, SYS_futex = 202 };
enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129 };

/** The thread of the processors: the first that waits on a condition, for its start; 0 before. */
static volatile long processors;
static volatile int waiting;

static long this_thread(void)
{
    return syscall(SYS_gettid);
}

int pthread_cond_wait(void *condition, void *mutex)
{
    static int (*wait)(void *, void *);
    const long thread = this_thread();
    int error;

    if (!wait)
        wait = dlsym(NEXT_LIBRARY, "pthread_cond_wait");
    if (!processors && thread != getpid())
        processors = thread;
    if (thread != processors)
        return wait(condition, mutex);
    /* The mutex is QEMU's global lock: the main loop, let through here, gets it when wait() gives it up. */
    waiting = 1;
    syscall(SYS_futex, &waiting, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
    error = wait(condition, mutex);
    waiting = 0;
    return error;
}

int ppoll(void *files, unsigned long count, const void *timeout, const void *signals)
{
    static int (*poll)(void *, unsigned long, const void *, const void *);
    static const long at_once[2];
    int ready;

    if (!poll)
        poll = dlsym(NEXT_LIBRARY, "ppoll");
    ready = poll(files, count, timeout, signals);
    if (waiting || timeout || this_thread() != getpid())
        return ready;
    while (!waiting)
        syscall(SYS_futex, &waiting, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    return poll(files, count, at_once, signals); /* what is ready by now */
}
