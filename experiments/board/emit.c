/*
 * What an emulated board and its host do together, by Arm semihosting (Arm, "Semihosting for AArch32 and AArch64"): QEMU reads
 * or writes the host's file at once, so no virtual device, and nothing of the host's timing, reaches the guest.
 * It lets the guest read and write files of the host, so it belongs to the emulated board only.
 *
 *   emit FILE NAME     copies FILE to NAME in the folder in which QEMU runs
 *   emit --get NAME    prints that folder's file NAME; ends with 1, without a word, if there is none
 *   emit --stage       tells the host that a stage begins: it may save the board here
 *   emit --end         ends QEMU: not every board model has a power switch that its hypervisor knows
 *   emit --seed N      stirs a number into the kernel's random numbers: a board whose reruns are equal has no noise, and Linux 5.18
 *                      and newer would look for it for seconds once a program asks. In a domU as well.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { MODE_READ_BINARY = 1, MODE_WRITE_BINARY = 5 };
enum { STOPPED_APPLICATION_EXIT = 0x20026 };

static char buffer[1 << 16];

static long semihost(long operation, const uint64_t *arguments)
{
    register long x0 __asm__("x0") = operation;
    register const uint64_t *x1 __asm__("x1") = arguments;
    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
}

static int seed(uint32_t number)
{
    struct {
        struct rand_pool_info info;
        uint32_t words[8]; /* info.buf */
    } pool = {{256, sizeof pool.words}, {number, 2, 3, 4, 5, 6, 7, 8}};
    int random = open("/dev/random", O_WRONLY);

    return random < 0 || ioctl(random, RNDADDENTROPY, &pool) != 0;
}

/** Opens a file of the host; a handle, or negative. */
static long open_on_host(const char *name, uint64_t mode)
{
    const uint64_t arguments[] = {(uint64_t)(uintptr_t)name, mode, strlen(name)};

    mlockall(MCL_CURRENT); /* semihosting reads the guest's memory as it is mapped now */
    return semihost(SYS_OPEN, arguments);
}

static void close_on_host(long handle)
{
    const uint64_t arguments[] = {(uint64_t)handle};

    semihost(SYS_CLOSE, arguments);
}

/** Number of bytes of the buffer that the host read or wrote; negative for an error. */
static long transfer(long operation, long handle, long length)
{
    const uint64_t arguments[] = {(uint64_t)handle, (uint64_t)(uintptr_t)buffer, (uint64_t)length};

    return length - semihost(operation, arguments); /* it tells how many are left */
}

static int stage(void)
{
    const long handle = open_on_host("stage:", MODE_READ_BINARY);

    if (handle < 0)
        return 1;
    close_on_host(handle); /* a host that took up a saved board does not know it, and says so */
    return 0;
}

static int get(const char *name)
{
    const long handle = open_on_host(name, MODE_READ_BINARY);
    long length;

    if (handle < 0)
        return 1;
    while ((length = transfer(SYS_READ, handle, sizeof buffer)) > 0)
        if (write(1, buffer, (size_t)length) != length) {
            perror("emit");
            return 2;
        }
    close_on_host(handle);
    return length < 0 ? 2 : 0;
}

static int emit(const char *path, const char *name)
{
    const int file = open(path, O_RDONLY);
    long handle;
    ssize_t length;

    if (file < 0) {
        perror(path);
        return 1;
    }
    handle = open_on_host(name, MODE_WRITE_BINARY);
    if (handle < 0) {
        fprintf(stderr, "emit: the host cannot open %s\n", name);
        return 1;
    }
    while ((length = read(file, buffer, sizeof buffer)) > 0)
        if (transfer(SYS_WRITE, handle, length) != length) {
            fprintf(stderr, "emit: the host cannot write %s\n", name);
            return 1;
        }
    close_on_host(handle);
    return length < 0;
}

int main(int argc, char **argv)
{
    const uint64_t end[] = {STOPPED_APPLICATION_EXIT, 0};

    if (argc == 2 && !strcmp(argv[1], "--end"))
        return (int)semihost(SYS_EXIT_EXTENDED, end);
    if (argc == 2 && !strcmp(argv[1], "--stage"))
        return stage();
    if (argc == 3 && !strcmp(argv[1], "--get"))
        return get(argv[2]);
    if (argc == 3 && !strcmp(argv[1], "--seed"))
        return seed((uint32_t)atol(argv[2]));
    if (argc == 3 && argv[1][0] != '-')
        return emit(argv[1], argv[2]);
    fprintf(stderr, "usage: emit FILE NAME | emit --get NAME | emit --stage | emit --end | emit --seed N\n");
    return 2;
}
