/*
 * Hands files of an emulated board to the host by Arm semihosting (Arm, "Semihosting for AArch32 and AArch64"):
 * QEMU writes the host's file at once, so no virtual device, and nothing of the host's timing, reaches the guest.
 * It lets the guest write files of the host, so it belongs to the emulated board only.
 *
 *   emit FILE NAME     copies FILE to NAME in the folder in which QEMU runs
 *   emit --turns US    turns of the emulated processors last at most as long as US microseconds divided by their number
 *   emit --end         ends QEMU: not every board model has a power switch that its hypervisor knows
 *   emit --seed        gives the kernel a fixed seed for its random numbers: a board whose reruns are equal has no noise, and
 *                      Linux 5.18 and newer would look for it for seconds once a program asks
 */
#include <fcntl.h>
#include <linux/random.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE = 0x05, SYS_EXIT_EXTENDED = 0x20 };
enum { MODE_READ_BINARY = 1, MODE_WRITE_BINARY = 5 };
enum { STOPPED_APPLICATION_EXIT = 0x20026 };

static long semihost(long operation, const uint64_t *arguments)
{
    register long x0 __asm__("x0") = operation;
    register const uint64_t *x1 __asm__("x1") = arguments;
    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
}

static int seed(void)
{
    struct {
        struct rand_pool_info info;
        uint32_t words[8]; /* info.buf */
    } pool = {{256, sizeof pool.words}, {1, 2, 3, 4, 5, 6, 7, 8}};
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

static int turns(const char *microseconds)
{
    char name[32];
    long handle;

    snprintf(name, sizeof name, "turns:%s", microseconds);
    handle = open_on_host(name, MODE_READ_BINARY);
    if (handle < 0) {
        fprintf(stderr, "emit: the host cannot set turns of %s us\n", microseconds);
        return 1;
    }
    close_on_host(handle);
    return 0;
}

static char buffer[1 << 16];

int main(int argc, char **argv)
{
    const uint64_t end[] = {STOPPED_APPLICATION_EXIT, 0};
    uint64_t arguments[3];
    int file;
    long handle;
    ssize_t length;

    if (argc == 2 && !strcmp(argv[1], "--end"))
        return (int)semihost(SYS_EXIT_EXTENDED, end);
    if (argc == 2 && !strcmp(argv[1], "--seed"))
        return seed();
    if (argc == 3 && !strcmp(argv[1], "--turns"))
        return turns(argv[2]);
    file = argc == 3 ? open(argv[1], O_RDONLY) : -1;
    if (file < 0) {
        fprintf(stderr, "usage: emit FILE NAME | emit --turns US | emit --end | emit --seed\n");
        return 2;
    }
    handle = open_on_host(argv[2], MODE_WRITE_BINARY);
    if (handle < 0) {
        fprintf(stderr, "emit: the host cannot open %s\n", argv[2]);
        return 1;
    }
    while ((length = read(file, buffer, sizeof buffer)) > 0) {
        arguments[0] = (uint64_t)handle;
        arguments[1] = (uint64_t)(uintptr_t)buffer;
        arguments[2] = (uint64_t)length;
        if (semihost(SYS_WRITE, arguments) != 0) {
            fprintf(stderr, "emit: the host cannot write %s\n", argv[2]);
            return 1;
        }
    }
    close_on_host(handle);
    return length < 0;
}
