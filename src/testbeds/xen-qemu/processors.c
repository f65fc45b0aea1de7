/*
 * Loaded into QEMU: a clock for processors that run in parallel.
 *
 * The model. With -icount QEMU counts the instructions of all processors in one sum, so that four busy ones
 * each run at a quarter of their speed. Here each has a local time, which advances by INSTRUCTION_PS per
 * instruction of its own. This is temporal decoupling with a quantum, as in SystemC's TLM-2.0 (IEEE 1666,
 * section 9).
 *  - The processor that is furthest behind runs next, until it is QUANTUM_PS ahead of the next one, or at the
 *    next timer.
 *  - Timers run when no busy processor is behind them; while all processors wait, time skips to the next
 *    timer.
 *  - An interrupt advances a receiver that is behind to the sender's time, so that it is not seen before it
 *    was sent. A receiver that is ahead, sleeping or busy, sees it at its own time, at most a quantum late.
 *    One with an interrupt already pending is not advanced by another: it may see that up to a quantum early,
 *    like memory.
 *  - Writes to memory may be seen by another processor up to a quantum early or late.
 *  - A processor that spins (executes YIELD or WFE) skips to the time of the next busy one: nothing can
 *    change before.
 * Who runs, and until when, depends on the board's state alone. When anything else ends a turn, such as a
 * wake-up of QEMU's main loop, the same processor resumes to the same time.
 *
 * QEMU's loop over processors (rr_cpu_thread_fn in accel/tcg/tcg-accel-ops-rr.c) calls tcg_cpu_exec() for
 * each. Its first instructions are replaced by a jump to run_processors(), which returns only when the
 * machine stops, or sleeps forever. The main loop's ways to advance virtual time (icount_start_warp_timer(),
 * icount_account_warp_timer()) are disabled.
 *
 * This file determines every time that a board reports, so it is part of each cell's key; states.c, which it
 * includes, saves and restores boards. Built for x86-64 without headers: the host sysroot has none.
 */
typedef unsigned long word;
void *dlsym(void *library, const char *name);
int dprintf(int file, const char *format, ...);
void _exit(int status);
int mprotect(void *address, word bytes, int protection);
word pthread_self(void);

#define EVERYWHERE ((void *)0) /* RTLD_DEFAULT */
#define NEVER 0x7fffffffffffffffL
enum { PROT_READ_WRITE_EXEC = 7, PAGE = 4096, MOST = 8, MOST_AT_ONCE = 0xffff };
enum { CLOCK_VIRTUAL = 1 };                                                     /* include/qemu/timer.h */
enum { EXCP_INTERRUPT = 0x10000, EXCP_YIELD = 0x10004, EXCP_ATOMIC = 0x10005 }; /* include/exec/cpu-common.h */

/* QEMU's functions, with bool as char and CPUState as void */
static int (*cpu_exec)(void *cpu);
static void (*cpu_exec_start)(void *cpu), (*cpu_exec_end)(void *cpu), (*cpu_exec_step_atomic)(void *cpu);
static void (*cpu_exit)(void *cpu), (*process_queued_cpu_work)(void *cpu);
static char (*cpu_can_run)(void *cpu), (*cpu_thread_is_idle)(void *cpu), (*cpu_work_list_empty)(void *cpu);
static void *(*qemu_get_cpu)(int number);
static void (*icount_prepare_for_run)(void *cpu, long budget), (*icount_process_data)(void *cpu);
static void (*icount_handle_deadline)(void);
static long (*icount_get_raw)(void); /* instructions that all processors have executed */
static long (*qemu_clock_deadline_ns_all)(int clock, int attributes);
static void (*bql_lock_impl)(const char *file, int line), (*bql_unlock)(void);
static void (*tcg_handle_interrupt)(void *cpu, int mask);
static void (*qemu_notify_event)(void);

/* Fields of CPUState (include/hw/core/cpu.h) in the pinned QEMU; check_fields() verifies them. */
#define REQUESTS(cpu) (*(volatile int *)((char *)(cpu) + 0xd0))             /* interrupt_request */
#define BUDGET(cpu) (*(volatile long *)((char *)(cpu) + 0xd8))              /* icount_budget */
#define EXTRA(cpu) (*(volatile long *)((char *)(cpu) + 0xe0))               /* icount_extra */
#define COUNTDOWN(cpu) (*(volatile unsigned short *)((char *)(cpu) + 0x2bb8)) /* neg.icount_decr.u16.low */

struct processor {
    void *cpu;
    long time; /* its local time, in ps */
    int awake;
};
static struct processor processors[MOST];
static int count;
/** The processor whose turn it is, and the turn's start and end; it may be interrupted and resumed. */
static struct processor *current;
static long turn_start, turn_end;
/** Whether the turn ends before a block of instructions that exceeds the end of `execute`. */
static int ends_early;
/** The executing processor, and the instructions of all when it began; null between turns. */
static struct processor *running;
static long executed_before;
/** Time of the board between turns, which timers see. */
static long now;
/** Whether the machine is stopping to be saved. */
static int stopping;
/** Time of the next timer; 0 when not known. */
static long deadline;
static word thread;
static void **current_cpu;

static long smaller(long a, long b)
{
    return a < b ? a : b;
}

static void refuse(const char *what)
{
    dprintf(2, "repro: this QEMU is not the pinned one, for which the board's clock was made: %s\n", what);
    _exit(3);
}

static void fail(const char *what)
{
    dprintf(2, "repro: %s\n", what);
    _exit(4);
}

static void *find(const char *name)
{
    void *found = dlsym(EVERYWHERE, name);

    if (!found)
        refuse(name);
    return found;
}

/** Returns the caller's time in ps. */
static long time_now(void)
{
    if (!running || pthread_self() != thread)
        return now;
    return running->time + (icount_get_raw() - executed_before) * INSTRUCTION_PS;
}

/* Replaces icount_get(): QEMU's virtual clock, in ns. */
static long virtual_clock(void)
{
    return time_now() / 1000;
}

static void find_deadline(void)
{
    const long ns = qemu_clock_deadline_ns_all(CLOCK_VIRTUAL, -1);

    deadline = ns < 0 || ns > NEVER / 1000 - virtual_clock() ? NEVER : (virtual_clock() + ns) * 1000;
}

static struct processor *processor_of(void *cpu)
{
    int i;

    for (i = 0; i < count; i++)
        if (processors[i].cpu == cpu)
            return &processors[i];
    return 0;
}

static void wake(struct processor *one, long time)
{
    if (one->time < time)
        one->time = time;
    one->awake = 1;
    if (turn_end > one->time + QUANTUM_PS) {
        turn_end = one->time + QUANTUM_PS;
        if (running)
            cpu_exit(running->cpu);
    }
}

/* Replaces icount_handle_interrupt(): an interrupt for `cpu`, from a processor or a timer. */
static void interrupt(void *cpu, int mask)
{
    const int before = REQUESTS(cpu);
    struct processor *receiver = processor_of(cpu);

    tcg_handle_interrupt(cpu, mask);
    if ((REQUESTS(cpu) & mask) != mask)
        refuse("interrupt_request");
    if (receiver && receiver != running && pthread_self() == thread && (mask & ~before)) {
        if (!receiver->awake && !cpu_thread_is_idle(cpu))
            wake(receiver, time_now());
        else if (receiver->awake && receiver->time < time_now())
            receiver->time = time_now();
    }
}

/*
 * Replaces icount_update(): the next block of instructions is longer than what is left to execute. QEMU would
 * translate a block of that length: necessary for a timer, but costly at the end of every turn, so there the
 * turn ends early, unless it has only begun.
 */
static void block_does_not_fit(void *cpu)
{
    icount_get_raw(); /* takes into account what was executed, as icount_update() does */
    if (ends_early && time_now() > turn_start) {
        BUDGET(cpu) = 0;
        turn_end = 0;
    }
}

/* Replaces qemu_timer_notify_cb(): a clock's first timer has changed. */
static void timer_changed(void *opaque, int clock)
{
    if (clock != CLOCK_VIRTUAL) {
        qemu_notify_event();
    } else if (count && pthread_self() != thread) {
        fail("a device of the board has set a timer at a time of the host's");
    } else if (!running) {
        deadline = 0;
    } else {
        find_deadline();
        if (deadline < turn_end)
            cpu_exit(running->cpu);
    }
}

static void run_timers(void)
{
    bql_lock_impl("", 0);
    icount_handle_deadline();
    bql_unlock();
    deadline = 0;
}

/** Runs work that processors queue for each other, such as TLB flushes. */
static void do_queued_work(void)
{
    int i, queued = 0;

    for (i = 0; i < count; i++)
        queued |= !cpu_work_list_empty(processors[i].cpu);
    if (!queued)
        return;
    bql_lock_impl("", 0);
    for (i = 0; i < count; i++) {
        *current_cpu = processors[i].cpu;
        process_queued_cpu_work(processors[i].cpu);
    }
    bql_unlock();
}

static void see_who_is_awake(long time)
{
    int i;

    for (i = 0; i < count; i++) {
        struct processor *one = &processors[i];
        const int awake = !cpu_thread_is_idle(one->cpu);

        if (awake && !one->awake)
            wake(one, time);
        one->awake = awake;
    }
}

/** Returns the busy processor furthest behind except `not`, ties in turn. Null if all wait. */
static struct processor *furthest_behind(const struct processor *not)
{
    static int last;
    struct processor *found = 0;
    int i;

    for (i = 1; i <= count; i++) {
        struct processor *one = &processors[(last + i) % count];

        if (one->awake && one != not && (!found || one->time < found->time))
            found = one;
    }
    if (!not && found)
        last = found - processors;
    return found;
}

/** Executes instructions of a processor until `end` or an earlier stop; returns the reason. */
static int execute(struct processor *one, long end)
{
    const long left = (end - one->time + INSTRUCTION_PS - 1) / INSTRUCTION_PS;
    int result;

    *current_cpu = one->cpu;
    executed_before = icount_get_raw();
    ends_early = end < deadline && left <= MOST_AT_ONCE;
    BUDGET(one->cpu) = COUNTDOWN(one->cpu) = smaller(left, MOST_AT_ONCE);
    EXTRA(one->cpu) = 0;
    running = one;
    cpu_exec_start(one->cpu);
    result = cpu_exec(one->cpu);
    one->time = time_now();
    cpu_exec_end(one->cpu);
    running = 0;
    BUDGET(one->cpu) = EXTRA(one->cpu) = COUNTDOWN(one->cpu) = 0;
    if (result == EXCP_ATOMIC)
        cpu_exec_step_atomic(one->cpu);
    return result;
}

static int may_run(void)
{
    int i;

    for (i = 0; i < count; i++)
        if (!cpu_can_run(processors[i].cpu))
            return 0;
    return 1;
}

static void run_until_stopped(void)
{
    struct processor *next;
    int result;

    while (may_run()) {
        if (!deadline)
            find_deadline();
        if (!current || !current->awake || current->time >= smaller(turn_end, deadline)) {
            current = furthest_behind(0);
            if (!current && deadline == NEVER)
                return;
            if (!current || current->time >= deadline) {
                if (now < deadline)
                    now = deadline;
                if (current && now < current->time)
                    now = current->time;
                run_timers();
                do_queued_work();
                see_who_is_awake(now);
                current = 0;
                continue;
            }
            next = furthest_behind(current);
            turn_start = current->time;
            turn_end = next ? next->time + QUANTUM_PS : NEVER;
            if (now < current->time)
                now = current->time;
        }
        result = execute(current, smaller(turn_end, deadline));
        if (result == EXCP_YIELD) {
            next = furthest_behind(current);
            if (next && current->time < smaller(next->time, deadline))
                current->time = smaller(next->time, deadline);
            turn_end = 0;
        }
        do_queued_work();
        if (!stopping) /* a stopping one counts as busy */
            see_who_is_awake(current->time);
    }
}

#include "states.c"

/** Verifies that QEMU keeps a processor's budget where we write it. */
static void check_fields(void *cpu)
{
    icount_process_data(cpu);
    if (BUDGET(cpu) || EXTRA(cpu) || COUNTDOWN(cpu))
        refuse("icount_budget");
    icount_prepare_for_run(cpu, 100000);
    if (BUDGET(cpu) < 0 || BUDGET(cpu) > 100000 || COUNTDOWN(cpu) != smaller(BUDGET(cpu), MOST_AT_ONCE) ||
        EXTRA(cpu) != BUDGET(cpu) - COUNTDOWN(cpu))
        refuse("icount_extra");
    icount_process_data(cpu);
}

static void start(void *cpu)
{
    int i;

    thread = pthread_self();
    current_cpu = dlsym(EVERYWHERE, "current_cpu"); /* thread-local */
    if (!current_cpu || *current_cpu != cpu)
        refuse("current_cpu");
    check_fields(cpu);
    for (count = 0; count < MOST && qemu_get_cpu(count); count++)
        processors[count].cpu = qemu_get_cpu(count);
    if (is_restored()) {
        bql_lock_impl("", 0);
        finish_restoring();
        bql_unlock();
        for (i = 0; i < count; i++)
            processors[i].awake = !cpu_thread_is_idle(processors[i].cpu);
    } else
        see_who_is_awake(now);
    deadline = 0;
}

/* Replaces tcg_cpu_exec(): runs all processors, not only this one. */
static int run_processors(void *cpu)
{
    if (!count)
        start(cpu);
    else
        icount_process_data(cpu);
    run_until_stopped();
    if (stopping)
        save();
    stopping = 0;
    *current_cpu = cpu;
    return EXCP_INTERRUPT;
}

/** Writes `mov $replacement, %rax; jmp *%rax` over the start of a function. */
static void replace(const char *name, void *replacement)
{
    static const unsigned char move[] = {0x48, 0xb8}, jump[] = {0xff, 0xe0};
    unsigned char *code = find(name);
    void *page = (void *)((word)code & -PAGE);
    int i;

    if (mprotect(page, 2 * PAGE, PROT_READ_WRITE_EXEC))
        refuse(name);
    for (i = 0; i < 12; i++)
        code[i] = i < 2 ? move[i] : i < 10 ? (word)replacement >> 8 * (i - 2) : jump[i - 10];
}

static void no_warp(void)
{
}

static __attribute__((constructor)) void load(void)
{
    cpu_exec = find("cpu_exec");
    cpu_exec_start = find("cpu_exec_start");
    cpu_exec_end = find("cpu_exec_end");
    cpu_exec_step_atomic = find("cpu_exec_step_atomic");
    cpu_exit = find("cpu_exit");
    process_queued_cpu_work = find("process_queued_cpu_work");
    cpu_can_run = find("cpu_can_run");
    cpu_thread_is_idle = find("cpu_thread_is_idle");
    cpu_work_list_empty = find("cpu_work_list_empty");
    qemu_get_cpu = find("qemu_get_cpu");
    icount_prepare_for_run = find("icount_prepare_for_run");
    icount_process_data = find("icount_process_data");
    icount_handle_deadline = find("icount_handle_deadline");
    icount_get_raw = find("icount_get_raw");
    qemu_clock_deadline_ns_all = find("qemu_clock_deadline_ns_all");
    bql_lock_impl = find("bql_lock_impl");
    bql_unlock = find("bql_unlock");
    tcg_handle_interrupt = find("tcg_handle_interrupt");
    qemu_notify_event = find("qemu_notify_event");
    replace("tcg_cpu_exec", run_processors);
    replace("icount_get", virtual_clock);
    replace("icount_update", block_does_not_fit);
    replace("icount_start_warp_timer", no_warp);
    replace("icount_account_warp_timer", no_warp);
    replace("icount_handle_interrupt", interrupt);
    replace("qemu_timer_notify_cb", timer_changed);
}
