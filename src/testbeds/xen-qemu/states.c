/*
 * The part of processors.c that saves and restores a board's state.
 *
 * The board opens the file `stage` by semihosting where its state may be saved. If the variable REPRO_SAVE
 * names a folder, the machine stops at that instruction, and writes its memory and clock to `ram` and `clock`
 * there; QEMU's own state is saved beside them. A board that starts from the folder REPRO_RESTORE reads both
 * from there, and exits if `ram` is damaged. QEMU saves all timers of a processor but the hypervisor's, which
 * is rearmed from the registers.
 */
char *getenv(const char *name);
int snprintf(char *text, word bytes, const char *format, ...);
int sscanf(const char *text, const char *format, ...);
long read(int file, void *bytes, word count);
long pread(int file, void *bytes, word count, long offset);
long pwrite(int file, const void *bytes, word count, long offset);
int ftruncate(int file, long length);
int close(int file);
long lseek(int file, long offset, int whence);

#define NEXT_LIBRARY ((void *)-1L) /* RTLD_NEXT */
enum { O_RDONLY = 0, O_NEW_FILE = 01 | 0100 | 0200 }; /* O_WRONLY | O_CREAT | O_EXCL */
enum { SEEK_DATA = 3, SEEK_HOLE = 4 };
enum { RUN_STATE_PAUSED = 4 }; /* qapi/run-state.json */
enum { MOST_WRITTEN = 1 << 20, MOST_READ = 1 << 18 }; /* bytes at once */

/* QEMU's functions, with bool as char and CPUState and RAMBlock as void */
static int (*vm_stop)(int state);
static void (*arm_gt_htimer_cb)(void *cpu);
static void *(*qemu_ram_block_by_name)(const char *name), *(*qemu_ram_get_host_addr)(void *block);
static word (*qemu_ram_get_used_length)(void *block);
static int (*qemu_ram_foreach_block)(int (*look)(void *block, void *with), void *with);
static void (*qemu_ram_unset_migratable)(void *block);
static int (*next_open)(const char *path, int flags, int mode);

static int open_in(const char *folder, const char *name, int flags)
{
    char path[PAGE];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return next_open(path, flags, 0600);
}

/** Finds the next data pages of a sparse file after `to`; 0 if there are none. */
static int next_part(int file, long *from, long *to)
{
    *from = lseek(file, *to, SEEK_DATA) & -PAGE;
    if (*from < 0)
        return 0;
    *to = (lseek(file, *from, SEEK_HOLE) + PAGE - 1) & -PAGE;
    return *to > *from;
}

/** Mixes a word into a checksum, affecting lower and higher bits: MurmurHash3's step (Appleby 2011). */
#define MIX(sum, word) ((sum) = ((sum) ^ (word)) * 0xff51afd7ed558ccd, (sum) ^= (sum) >> 33)

/** Returns a checksum of a page; 0 for one of zeros. */
static word sum_of_page(const word *page, word address)
{
    word a = address, b = 1, c = 1, d = 1, any = 0; /* four sums, for instruction-level parallelism */
    int i;

    for (i = 0; i < PAGE / (int)sizeof *page; i += 4) {
        any |= page[i] | page[i + 1] | page[i + 2] | page[i + 3];
        MIX(a, page[i]);
        MIX(b, page[i + 1]);
        MIX(c, page[i + 2]);
        MIX(d, page[i + 3]);
    }
    if (!any)
        return 0;
    MIX(a, b);
    MIX(a, c);
    MIX(a, d);
    return a;
}

/** Calls `see` for each run of pages touched since QEMU started, which the kernel therefore backs. */
static void see_touched(char *memory, long bytes, void (*see)(char *part, long length, void *with), void *with)
{
    static word pages[PAGE]; /* 64 bits each, see pagemap in Linux's documentation */
    const int map = next_open("/proc/self/pagemap", O_RDONLY, 0);
    const long most = sizeof pages / sizeof *pages;
    long done, here, i, from;

    for (done = 0; done < bytes / PAGE; done += here) {
        here = smaller(bytes / PAGE - done, most);
        if (pread(map, pages, here * sizeof *pages, ((long)memory / PAGE + done) * sizeof *pages) != here * (long)sizeof *pages)
            fail("cannot read /proc/self/pagemap");
        for (i = 0; i < here; i++) {
            for (from = i; i < here && pages[i] >> 62; i++)
                ;
            if (i > from)
                see(memory + (done + from) * PAGE, (i - from) * PAGE, with);
        }
    }
    close(map);
}

struct copy {
    char *memory;
    int file;
    word sum;
};

/** Writes a part of the board's memory to a sparse file, skipping zero pages. */
static void save_part(char *part, long bytes, void *with)
{
    struct copy *copy = with;
    const long address = part - copy->memory;
    long from, length;
    word sum;

    for (from = 0; from < bytes; from += length > 0 ? length : PAGE) {
        for (length = 0; from + length < bytes && length < MOST_WRITTEN; length += PAGE) {
            sum = sum_of_page((word *)(part + from + length), address + from + length);
            if (!sum)
                break;
            copy->sum += sum;
        }
        if (length > 0 && pwrite(copy->file, part + from, length, address + from) != length)
            fail("cannot write the board's memory to the cache: free some space, or set REPRO_CACHE to a folder on a larger disk");
    }
}

/** Saves the board's memory and returns its checksum. */
static word save_memory(const char *folder)
{
    void *block = qemu_ram_block_by_name("ram");
    const long bytes = qemu_ram_get_used_length(block);
    struct copy copy = {qemu_ram_get_host_addr(block), open_in(folder, "ram", O_NEW_FILE)};

    see_touched(copy.memory, bytes, save_part, &copy);
    if (ftruncate(copy.file, bytes) || close(copy.file))
        fail("cannot write the board's memory to the cache: free some space, or set REPRO_CACHE to a folder on a larger disk");
    return copy.sum;
}

/** Reads such a file into the board's memory, in cache-sized parts, and returns its checksum. */
static word restore_memory(const char *folder)
{
    void *block = qemu_ram_block_by_name("ram");
    char *memory = qemu_ram_get_host_addr(block);
    const int file = open_in(folder, "ram", O_RDONLY);
    word sum = 0;
    long from, to = 0, length, page;

    while (file >= 0 && next_part(file, &from, &to) && to <= (long)qemu_ram_get_used_length(block))
        for (; from < to; from += length) {
            length = pread(file, memory + from, smaller(to - from, MOST_READ), from) & -PAGE;
            if (length <= 0)
                return 0;
            for (page = from; page < from + length; page += PAGE)
                sum += sum_of_page((word *)(memory + page), page);
        }
    close(file);
    return sum;
}

static int is_restored(void)
{
    return getenv("REPRO_RESTORE") != 0;
}

static void note(char *part, long bytes, void *touched)
{
    *(int *)touched = 1;
}

/**
 * Excludes from QEMU's state the board's memory, which has its own file, and untouched blocks, like empty
 * flash chips: to find that they are zero, QEMU would touch all of them, on saving and on loading.
 */
static int leave_out(void *block, void *ram)
{
    int touched = 0;

    if (block != ram)
        see_touched(qemu_ram_get_host_addr(block), qemu_ram_get_used_length(block), note, &touched);
    if (!touched)
        qemu_ram_unset_migratable(block);
    return 0;
}

/** Saves the board, after the machine has stopped. */
static void save(void)
{
    const char *folder = getenv("REPRO_SAVE");
    const int file = open_in(folder, "clock", O_NEW_FILE);
    int i, written;

    written = dprintf(file, "%lx %ld %ld %ld %ld\n", save_memory(folder), now, current ? current - processors : -1L, turn_start, turn_end);
    for (i = 0; i < count && written > 0; i++)
        written = dprintf(file, "%ld\n", processors[i].time);
    if (written <= 0 || close(file))
        fail("cannot write the board's clock to the cache: free some space, or set REPRO_CACHE to a folder on a larger disk");
    qemu_ram_foreach_block(leave_out, qemu_ram_block_by_name("ram"));
}

/** Number of processors whose times were restored. */
static int restored;
static word restored_sum;

static void restore_clock(const char *folder)
{
    const int file = open_in(folder, "clock", O_RDONLY);
    static char text[PAGE];
    char *at = text;
    long index;

    if (file < 0 || read(file, text, sizeof text - 1) <= 0 ||
        sscanf(at, "%lx %ld %ld %ld %ld", &restored_sum, &now, &index, &turn_start, &turn_end) != 5)
        fail("damaged stage");
    close(file);
    current = index < 0 || index >= MOST ? 0 : &processors[index];
    for (restored = 0; restored < MOST; restored++) {
        while (*at && *at++ != '\n')
            ;
        if (sscanf(at, "%ld", &processors[restored].time) != 1)
            break;
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

/** Called under QEMU's lock, before the first instruction. */
static void finish_restoring(void)
{
    int i;

    if (restored != count || restore_memory(getenv("REPRO_RESTORE")) != restored_sum)
        fail("damaged stage");
    for (i = 0; i < count; i++)
        arm_gt_htimer_cb(processors[i].cpu);
}

static __attribute__((constructor)) void load_states(void)
{
    next_open = dlsym(NEXT_LIBRARY, "open64");
    vm_stop = find("vm_stop");
    arm_gt_htimer_cb = find("arm_gt_htimer_cb");
    qemu_ram_block_by_name = find("qemu_ram_block_by_name");
    qemu_ram_get_host_addr = find("qemu_ram_get_host_addr");
    qemu_ram_get_used_length = find("qemu_ram_get_used_length");
    qemu_ram_foreach_block = find("qemu_ram_foreach_block");
    qemu_ram_unset_migratable = find("qemu_ram_unset_migratable");
    if (is_restored())
        restore_clock(getenv("REPRO_RESTORE"));
}
