/*
 * Loaded into QEMU's process: a clock for processors that run in parallel, and points at which a board's state can be saved.
 *
 * The model. With -icount QEMU counts the instructions of all processors in one sum, so that four busy ones each run at a quarter of
 * their speed. Here each has a local time, which its own instructions move on by INSTRUCTION_PS each. This is temporal decoupling
 * with a quantum, as SystemC's TLM-2.0 (IEEE 1666, section 9) has it.
 *  - The processor that is furthest behind runs next, until it is QUANTUM_PS ahead of the next one, or at the next timer.
 *  - Timers run when no busy processor is behind them; while all processors wait, time goes to the next timer at once.
 *  - An interrupt from one processor to another arrives at the sender's time at the earliest: a receiver that is behind goes
 *    forward to it. So an interrupt is never seen before it was sent, by a sleeping processor exactly when, by a busy one at most a
 *    quantum later. Through memory alone a processor may see what another did up to a quantum later by that one's time.
 *  - One that spins (executes YIELD or WFE) goes forward to the time of the next one that is busy: nothing can change before.
 * Who runs, and until when, follows from the board's state alone. Whatever else ends a turn, such as a wake-up of QEMU's main loop,
 * the same processor goes on to the same time.
 *
 * QEMU's loop over processors (rr_cpu_thread_fn in accel/tcg/tcg-accel-ops-rr.c) calls tcg_cpu_exec() for each. Its first instructions
 * are replaced by a jump to run_processors(), which returns only when the machine stops, or sleeps for good. The main loop's ways
 * to move virtual time (icount_start_warp_timer(), icount_account_warp_timer()) are switched off.
 *
 * Stages. The board opens the file stage: by semihosting where its state may be saved. If the variable REPRO_SAVE names a folder,
 * the machine stops at that instruction, and its memory and clock are written to `ram` and `clock` in that folder; QEMU's own state
 * comes beside them. A board that starts from the folder REPRO_RESTORE takes both from there, after it has checked `ram`. QEMU saves all timers
 * of a processor but the hypervisor's, which is armed again from the registers.
 *
 * Built for x86-64 with no header: the root of the host's programs has none.
 */
typedef unsigned long word;
void *dlsym(void *library, const char *name);
char *getenv(const char *name);
int snprintf(char *text, word bytes, const char *format, ...);
int sscanf(const char *text, const char *format, ...);
int dprintf(int file, const char *format, ...);
long read(int file, void *bytes, word count);
long pread(int file, void *bytes, word count, long offset);
long pwrite(int file, const void *bytes, word count, long offset);
int ftruncate(int file, long length);
int memfd_create(const char *name, unsigned flags);
int dup2(int file, int other);
int close(int file);
long lseek(int file, long offset, int whence);
void *mmap(void *address, word bytes, int protection, int flags, int file, long offset);
int munmap(void *address, word bytes);
int mprotect(void *address, word bytes, int protection);
word pthread_self(void);
void _exit(int status);

#define EVERYWHERE ((void *)0)     /* RTLD_DEFAULT */
#define NEXT_LIBRARY ((void *)-1L) /* RTLD_NEXT */
enum { PROT_READ = 1, PROT_READ_WRITE_EXEC = 7, MAP_SHARED = 1 };
enum { O_RDONLY = 0, O_NEW_FILE = 01 | 0100 | 0200 }; /* O_WRONLY | O_CREAT | O_EXCL */
enum { SEEK_END = 2, SEEK_DATA = 3, SEEK_HOLE = 4 };
enum { MOST = 8, PAGE = 4096 };
enum { CLOCK_VIRTUAL = 1, RUN_STATE_PAUSED = 4 };                /* qapi/run-state.json, include/qemu/timer.h */
enum { EXCP_INTERRUPT = 0x10000, EXCP_YIELD = 0x10004, EXCP_ATOMIC = 0x10005 }; /* include/exec/cpu-common.h */
#define NEVER 0x7fffffffffffffffL

/* QEMU's functions, with bool as char and CPUState as void */
static int (*cpu_exec)(void *cpu);
static void (*cpu_exec_start)(void *cpu), (*cpu_exec_end)(void *cpu), (*cpu_exec_step_atomic)(void *cpu);
static void (*cpu_exit)(void *cpu), (*process_queued_cpu_work)(void *cpu);
static char (*cpu_can_run)(void *cpu), (*cpu_thread_is_idle)(void *cpu), (*cpu_work_list_empty)(void *cpu);
static void *(*qemu_get_cpu)(int number);
static void (*async_run_on_cpu)(void *cpu, void (*work)(void *cpu, word data), word data);
static void (*icount_prepare_for_run)(void *cpu, long budget), (*icount_process_data)(void *cpu);
static void (*icount_update)(void *cpu), (*icount_handle_deadline)(void);
static long (*icount_get_raw)(void); /* instructions that all processors have executed */
static long (*qemu_clock_deadline_ns_all)(int clock, int attributes);
static void (*bql_lock_impl)(const char *file, int line), (*bql_unlock)(void);
static void (*tcg_handle_interrupt)(void *cpu, int mask);
static void (*qemu_notify_event)(void);
static void (*arm_gt_htimer_cb)(void *cpu);
static int (*vm_stop)(int state);
static void *(*qemu_ram_block_by_name)(const char *name), *(*qemu_ram_get_host_addr)(void *block);
static int (*qemu_ram_get_fd)(void *block);
static char (*qemu_ram_is_shared)(void *block);
static int (*next_open)(const char *path, int flags, int mode);

/* Fields of CPUState (include/hw/core/cpu.h) in the pinned QEMU; check_fields() sees whether they are there. */
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
/** Processor that has the turn, and until when; it may be interrupted and go on. */
static struct processor *current;
static long turn_end;
/** The one that executes instructions now, and how many all had executed when it began; null between turns. */
static struct processor *running;
static long executed_before;
/** Time of the board between turns: that of the timers. */
static long now;
/** Time of the next timer; 0 when not known. */
static long deadline;
static word thread;
static void **current_cpu;
static int stopping;

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

/** Time of whoever asks, in ps. */
static long time_now(void)
{
    if (!running || pthread_self() != thread)
        return now;
    return running->time + (icount_get_raw() - executed_before) * INSTRUCTION_PS;
}

/* In place of icount_get(): QEMU's virtual clock, in ns. */
static long virtual_clock(void)
{
    return time_now() / 1000;
}

static void find_deadline(void)
{
    const long ns = qemu_clock_deadline_ns_all(CLOCK_VIRTUAL, -1);

    deadline = ns < 0 ? NEVER : (virtual_clock() + ns) * 1000;
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

/* In place of icount_handle_interrupt(): an interrupt for `cpu`, from a processor or a timer. */
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

static void nothing(void *cpu, word data)
{
}

/* In place of qemu_timer_notify_cb(): a clock's first timer is another one now. */
static void timer_changed(void *opaque, int clock)
{
    if (clock != CLOCK_VIRTUAL) {
        qemu_notify_event();
    } else if (pthread_self() != thread) {
        if (count)
            async_run_on_cpu(processors[0].cpu, nothing, 0);
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

/** What processors ask of each other, such as to forget translations of addresses. */
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

/** The busy processor that is furthest behind, other than `not`; of equal ones the first after the one that ran last. Null if all wait. */
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

/** Executes instructions of a processor until `end`, or until something ends its turn early; says what did. */
static int execute(struct processor *one, long end)
{
    long budget = (end - one->time + INSTRUCTION_PS - 1) / INSTRUCTION_PS;
    int result;

    if (budget > 0x7fffffff)
        budget = 0x7fffffff;
    *current_cpu = one->cpu;
    executed_before = icount_get_raw();
    BUDGET(one->cpu) = budget;
    COUNTDOWN(one->cpu) = budget < 0xffff ? budget : 0xffff;
    EXTRA(one->cpu) = budget - COUNTDOWN(one->cpu);
    running = one;
    cpu_exec_start(one->cpu);
    result = cpu_exec(one->cpu);
    cpu_exec_end(one->cpu);
    running = 0;
    icount_update(one->cpu);
    BUDGET(one->cpu) = EXTRA(one->cpu) = COUNTDOWN(one->cpu) = 0;
    one->time += (icount_get_raw() - executed_before) * INSTRUCTION_PS;
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

static long smaller(long a, long b)
{
    return a < b ? a : b;
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
        if (!stopping) /* one that stops counts as busy */
            see_who_is_awake(current->time);
    }
}

/* --- saved states ------------------------------------------------------------------------------------------------ */

static int open_in(const char *folder, const char *name, int flags)
{
    char path[PAGE];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return next_open(path, flags, 0600);
}

/** Finds the part of a sparse file behind `to` that is no hole; 0 if there is none. */
static int next_part(int file, long *from, long *to)
{
    *from = lseek(file, *to, SEEK_DATA);
    if (*from < 0)
        return 0;
    *to = lseek(file, *from, SEEK_HOLE);
    return *to > *from;
}

/** A number that another content of the page would very likely not have; 0 for one of zeros. */
static word sum_of_page(const word *page, word address)
{
    static const word factor = 0xff51afd7ed558ccd;
    word a = address, b = 1, c = 1, d = 1, any = 0; /* four sums, as a processor adds to several at once */
    int i;

    for (i = 0; i < PAGE / (int)sizeof *page; i += 4) {
        a = (a ^ page[i]) * factor;
        b = (b ^ page[i + 1]) * factor;
        c = (c ^ page[i + 2]) * factor;
        d = (d ^ page[i + 3]) * factor;
        any |= page[i] | page[i + 1] | page[i + 2] | page[i + 3];
    }
    return any ? a ^ (b << 1) ^ (c << 2) ^ (d << 3) : 0;
}

/** Writes the board's memory to a sparse file, without pages of zeros. Returns a sum over it. */
static word save_memory(const char *folder)
{
    void *block = qemu_ram_block_by_name("ram");
    const int file = qemu_ram_get_fd(block), copy = open_in(folder, "ram", O_NEW_FILE);
    char *memory = qemu_ram_get_host_addr(block);
    word all = 0, sum;
    long from, to = 0, page;

    while (next_part(file, &from, &to))
        for (page = from; page < to; page += PAGE) {
            sum = sum_of_page((word *)(memory + page), page);
            if (sum && pwrite(copy, memory + page, PAGE, page) != PAGE)
                fail("cannot write the board's memory");
            all += sum;
        }
    if (ftruncate(copy, lseek(file, 0, SEEK_END)) || close(copy))
        fail("cannot write the board's memory");
    return all;
}

/** The same sum over such a file. */
static word sum_of_memory(const char *folder)
{
    const int file = open_in(folder, "ram", O_RDONLY);
    word sum = 0;
    long from, to = 0, page;

    while (file >= 0 && next_part(file, &from, &to)) {
        char *part = mmap(0, to - from, PROT_READ, MAP_SHARED, file, from);

        if (part == (void *)-1)
            return 0;
        for (page = from; page < to; page += PAGE)
            sum += sum_of_page((word *)(part + page - from), page);
        munmap(part, to - from);
    }
    close(file);
    return sum;
}

/** Reads such a file into the board's memory, unless that is a private copy of the file. */
static void restore_memory(const char *folder)
{
    void *block = qemu_ram_block_by_name("ram");
    char *memory = qemu_ram_get_host_addr(block);
    const int file = open_in(folder, "ram", O_RDONLY);
    long from, to = 0, length;

    while (qemu_ram_is_shared(block) && next_part(file, &from, &to))
        for (; from < to; from += length) {
            length = pread(file, memory + from, to - from, from);
            if (length <= 0)
                fail("cannot read the board's memory");
        }
    close(file);
}

static void save_clock(const char *folder)
{
    const int file = open_in(folder, "clock", O_NEW_FILE);
    int i;

    dprintf(file, "%lx %ld %ld %ld\n", save_memory(folder), now, current ? current - processors : -1L, turn_end);
    for (i = 0; i < count; i++)
        dprintf(file, "%ld\n", processors[i].time);
    close(file);
}

static void restore_clock(const char *folder)
{
    const int file = open_in(folder, "clock", O_RDONLY);
    static char text[PAGE];
    char *at = text;
    word sum;
    long index;
    int i;

    if (file < 0 || read(file, text, sizeof text - 1) <= 0 || sscanf(at, "%lx %ld %ld %ld", &sum, &now, &index, &turn_end) != 4 ||
        sum != sum_of_memory(folder))
        fail("damaged stage");
    close(file);
    current = index < 0 || index >= MOST ? 0 : &processors[index];
    for (i = 0; i < MOST; i++) {
        while (*at && *at++ != '\n')
            ;
        sscanf(at, "%ld", &processors[i].time);
    }
}

int open64(const char *path, int flags, int mode)
{
    static const char stage[] = "stage:";
    unsigned i = 0;

    if (!next_open) /* another library's constructor opens a file */
        next_open = dlsym(NEXT_LIBRARY, "open64");
    while (stage[i] && path[i] == stage[i])
        i++;
    if (!stage[i]) {
        if (running && getenv("REPRO_SAVE")) {
            stopping = 1;
            vm_stop(RUN_STATE_PAUSED);
        }
        path = "/dev/null";
    }
    return next_open(path, flags, mode);
}

/* --- start ------------------------------------------------------------------------------------------------------- */

/** Whether QEMU keeps a processor's budget where we write it. */
static void check_fields(void *cpu)
{
    icount_process_data(cpu);
    if (BUDGET(cpu) || EXTRA(cpu) || COUNTDOWN(cpu))
        refuse("icount_budget");
    icount_prepare_for_run(cpu, 100000);
    if (BUDGET(cpu) < 0 || BUDGET(cpu) > 100000 || COUNTDOWN(cpu) != smaller(BUDGET(cpu), 0xffff) ||
        EXTRA(cpu) != BUDGET(cpu) - COUNTDOWN(cpu))
        refuse("icount_extra");
    icount_process_data(cpu);
}

static void start(void *cpu)
{
    int i;

    thread = pthread_self();
    current_cpu = dlsym(EVERYWHERE, "current_cpu"); /* this thread's */
    if (!current_cpu || *current_cpu != cpu)
        refuse("current_cpu");
    check_fields(cpu);
    for (count = 0; count < MOST && qemu_get_cpu(count); count++)
        processors[count].cpu = qemu_get_cpu(count);
    if (getenv("REPRO_RESTORE")) {
        restore_memory(getenv("REPRO_RESTORE"));
        bql_lock_impl("", 0);
        for (i = 0; i < count; i++)
            arm_gt_htimer_cb(processors[i].cpu);
        bql_unlock();
        for (i = 0; i < count; i++)
            processors[i].awake = !cpu_thread_is_idle(processors[i].cpu);
    } else
        see_who_is_awake(now);
    deadline = 0;
}

/* In place of tcg_cpu_exec(): runs all processors, not only this one. */
static int run_processors(void *cpu)
{
    const char *folder = getenv("REPRO_SAVE");

    if (!count)
        start(cpu);
    else
        icount_process_data(cpu);
    run_until_stopped();
    if (stopping && folder) {
        save_clock(folder);
        stopping = 0;
    }
    *current_cpu = cpu;
    return EXCP_INTERRUPT;
}

/** Writes `mov $replacement, %rax; jmp *%rax` over the begin of a function. */
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
    const char *folder = getenv("REPRO_RESTORE");

    /* A board that will be saved has its memory in a file without a name, which is faster than one on a disk. */
    if (getenv("REPRO_SAVE") && dup2(memfd_create("board", 0), MEMORY_FILE) != MEMORY_FILE)
        fail("cannot make a file for the board's memory");

    next_open = dlsym(NEXT_LIBRARY, "open64");
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
    async_run_on_cpu = find("async_run_on_cpu");
    icount_prepare_for_run = find("icount_prepare_for_run");
    icount_process_data = find("icount_process_data");
    icount_update = find("icount_update");
    icount_handle_deadline = find("icount_handle_deadline");
    icount_get_raw = find("icount_get_raw");
    qemu_clock_deadline_ns_all = find("qemu_clock_deadline_ns_all");
    bql_lock_impl = find("bql_lock_impl");
    bql_unlock = find("bql_unlock");
    tcg_handle_interrupt = find("tcg_handle_interrupt");
    qemu_notify_event = find("qemu_notify_event");
    arm_gt_htimer_cb = find("arm_gt_htimer_cb");
    vm_stop = find("vm_stop");
    qemu_ram_block_by_name = find("qemu_ram_block_by_name");
    qemu_ram_get_host_addr = find("qemu_ram_get_host_addr");
    qemu_ram_get_fd = find("qemu_ram_get_fd");
    qemu_ram_is_shared = find("qemu_ram_is_shared");
    replace("tcg_cpu_exec", run_processors);
    replace("icount_get", virtual_clock);
    replace("icount_start_warp_timer", no_warp);
    replace("icount_account_warp_timer", no_warp);
    replace("icount_handle_interrupt", interrupt);
    replace("qemu_timer_notify_cb", timer_changed);
    if (folder)
        restore_clock(folder);
}
