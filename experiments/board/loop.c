/*
 * The measuring loop inside the domU: takes a stamp, sleeps, again. Its last stamp before a gap and its first one
 * after it tell when the guest stood still as the guest itself sees it.
 *
 *   loop sleep [PERIOD_NS]   a stamp, then a relative sleep (4 ms, as in the study). The period comes out a little
 *                            longer: the kernel's timer slack and the way back into user space are part of it.
 *   loop spin                never sleeps, keeps only the two ends of each gap longer than GAP_US.
 *
 * SIGTERM ends it; it then prints all stamps (see stamps in docs/board.md). Every CALIBRATE_EVERY stamps it
 * yields once between two readings of the clock: Xen's record of that yield ties this domain's clock to the trace's.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "clock.h"
#include "xen.h"

enum { MAX_STAMPS = 1 << 20, MAX_BRACKETS = 1 << 14, CALIBRATE_EVERY = 8, GAP_US = 20, MEASURING_VCPU = 0 };

static uint64_t stamps[MAX_STAMPS]; /* sleeping: one each; spinning: the two ends of each gap */
static uint64_t brackets[MAX_BRACKETS][2];
static size_t stamp_count, bracket_count;
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void calibrate(void)
{
    if (bracket_count == MAX_BRACKETS)
        return;
    brackets[bracket_count][0] = clock_now();
    xen_yield();
    brackets[bracket_count][1] = clock_now();
    bracket_count++;
}

static void run_sleeping(long period_ns)
{
    const struct timespec period = {.tv_sec = period_ns / 1000000000, .tv_nsec = period_ns % 1000000000};

    while (!stopped && stamp_count < MAX_STAMPS) {
        if (stamp_count % CALIBRATE_EVERY == 0)
            calibrate();
        stamps[stamp_count++] = clock_now(); /* nothing between the stamp and the sleep */
        clock_nanosleep(CLOCK_MONOTONIC, 0, &period, NULL);
    }
}

static void run_spinning(void)
{
    const uint64_t gap = clock_hz() / 1000000 * GAP_US, calibrate_every = clock_hz() / 32;
    uint64_t last = clock_now(), calibrated = last;

    while (!stopped && stamp_count + 2 <= MAX_STAMPS) {
        uint64_t now = clock_now();
        if (now - last > gap) {
            stamps[stamp_count++] = last;
            stamps[stamp_count++] = now;
        }
        if (now - calibrated > calibrate_every) {
            calibrate();
            calibrated = now = clock_now();
        }
        last = now;
    }
}

int main(int argc, char **argv)
{
    const int spin = argc > 1 && !strcmp(argv[1], "spin");
    const long period_ns = spin ? 0 : argc > 2 ? atol(argv[2]) : 4000000;
    cpu_set_t cpus;
    size_t i;

    if (argc < 2 || (!spin && (strcmp(argv[1], "sleep") || period_ns < 1000))) {
        fprintf(stderr, "usage: loop sleep [PERIOD_NS] | loop spin\n");
        return 2;
    }
    xen_open();
    CPU_ZERO(&cpus);
    CPU_SET(MEASURING_VCPU, &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) || mlockall(MCL_CURRENT | MCL_FUTURE)) {
        perror("loop");
        return 1;
    }
    signal(SIGTERM, stop);
    if (spin)
        run_spinning();
    else
        run_sleeping(period_ns);

    printf("repro-stamps 1\nhz %llu\nloop %s %ld\n", (unsigned long long)clock_hz(), argv[1], period_ns);
    for (i = 0; i < bracket_count; i++)
        printf("c %llu %llu\n", (unsigned long long)brackets[i][0], (unsigned long long)brackets[i][1]);
    for (i = 0; i < stamp_count; i += spin ? 2 : 1) {
        if (spin)
            printf("g %llu %llu\n", (unsigned long long)stamps[i], (unsigned long long)stamps[i + 1]);
        else
            printf("s %llu\n", (unsigned long long)stamps[i]);
    }
    printf("end %zu\n", 2 + bracket_count + (spin ? stamp_count / 2 : stamp_count));
    return 0;
}
