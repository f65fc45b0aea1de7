/*
 * The Generic Timer as user space may read it: CNTVCT_EL0, the physical count less an offset that Xen sets once
 * per domain. (CNTPCT_EL0, with which Xen stamps its trace, traps to SIGILL on stock arm64 Linux.)
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* The barriers keep the read from moving over its neighbours (Arm ARM, D12.2.1). */
static inline uint64_t clock_now(void)
{
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks) : : "memory");
    return ticks;
}

static inline uint64_t clock_hz(void)
{
    uint64_t hz;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
    return hz;
}

#endif
