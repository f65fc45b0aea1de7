/*
 * For `repro testbed doctor`: reads the clock, yields to Xen, reads the clock again, and prints both, as often as it is
 * told. Xen's trace must have a yield between the two: that aligns its clock with dom0's.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

/* Linux: include/uapi/xen/privcmd.h. Xen: xen/include/public/{xen,sched}.h. */
struct privcmd_hypercall {
    uint64_t op;
    uint64_t arg[5];
};
#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))
enum { SCHED_OP = 29, SCHEDOP_YIELD = 0, MOST = 64 };

static uint64_t now(void)
{
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks) : : "memory");
    return ticks;
}

int main(int argc, char **argv)
{
    static uint64_t before[MOST], after[MOST];
    const struct timespec pause = {.tv_nsec = 5000000};
    uint64_t hz;
    int count = argc > 1 ? atoi(argv[1]) : 16;
    int privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);

    if (privcmd < 0) {
        perror("/dev/xen/privcmd");
        return 1;
    }
    if (count > MOST)
        count = MOST;
    for (int i = 0; i < count; i++) {
        struct privcmd_hypercall yield = {.op = SCHED_OP, .arg = {SCHEDOP_YIELD, 0}};
        nanosleep(&pause, NULL);
        before[i] = now();
        if (ioctl(privcmd, IOCTL_PRIVCMD_HYPERCALL, &yield) != 0) {
            perror("SCHEDOP_yield");
            return 1;
        }
        after[i] = now();
    }
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
    printf("hz %" PRIu64 "\n", hz);
    for (int i = 0; i < count; i++)
        printf("bracket %" PRIu64 " %" PRIu64 "\n", before[i], after[i]);
    return 0;
}
