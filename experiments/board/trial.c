/*
 * The trial driver in dom0: for each trial takes a stamp, runs `xl pause`, later takes a stamp, runs `xl unpause`,
 * and asks Xen after each what became of the domain (`xl pause` exits with 0 even when it failed).
 *
 *   trial DOMID NAME TRIALS SEED [nice=N] [policy=other|fifo] > stamps
 *
 * The waits between operations are drawn from a seeded generator over several periods of the domU's 4 ms loop, so
 * that trials do not lock to it. Everything is kept in memory and printed at the end: nothing but the operations
 * happens while the trace runs. The clock of dom0 is tied to the trace's by yields, as in loop.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "xen.h"

enum { MAX_TRIALS = 10000, BRACKETS_AT_ENDS = 16, SETTLE_US = 150000, SPREAD_US = 40000, FIFO_PRIORITY = 50 };

struct operation {
    uint64_t start, end;
    int status;
    const char *state;
};

static struct operation operations[MAX_TRIALS][2];
static uint64_t brackets[2 * BRACKETS_AT_ENDS + 2 * MAX_TRIALS][2];
static size_t bracket_count;
static int nice_value, fifo;

/* SplitMix64 (Steele, Lea, Flood 2014): small, seedable, good enough to spread waits. */
static uint64_t random_state;
static uint64_t random_next(void)
{
    uint64_t z = (random_state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static void wait_us(uint64_t us)
{
    const struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    nanosleep(&time, NULL);
}

static void calibrate(void)
{
    wait_us(500 + random_next() % 1000);
    brackets[bracket_count][0] = clock_now();
    xen_yield();
    brackets[bracket_count][1] = clock_now();
    bracket_count++;
}

/* In the child, between fork and exec: xl's own nice value and scheduling policy, not the driver's. */
static void prepare_child(void)
{
    const struct sched_param param = {.sched_priority = FIFO_PRIORITY};
    int null = open("/dev/null", O_RDWR);

    dup2(null, 0);
    dup2(null, 1);
    if (nice_value && setpriority(PRIO_PROCESS, 0, nice_value))
        _exit(126);
    if (fifo && sched_setscheduler(0, SCHED_FIFO, &param))
        _exit(126);
}

static struct operation run_xl(const char *verb, const char *name, uint32_t domid)
{
    struct operation operation;
    int status = 0;
    pid_t child;

    operation.start = clock_now();
    child = fork();
    if (child == 0) {
        prepare_child();
        execlp("xl", "xl", verb, name, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        perror("xl");
        exit(1);
    }
    operation.end = clock_now();
    operation.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    operation.state = xen_domain_state(domid);
    return operation;
}

static void print(uint32_t domid, const char *name, long trials)
{
    static const char *const verbs[] = {"pause", "unpause"};
    size_t i;
    long trial;

    printf("repro-stamps 1\nhz %llu\ndomain %u %s 0\n", (unsigned long long)clock_hz(), domid, name);
    for (i = 0; i < bracket_count; i++)
        printf("c %llu %llu\n", (unsigned long long)brackets[i][0], (unsigned long long)brackets[i][1]);
    for (trial = 0; trial < trials; trial++) {
        for (i = 0; i < 2; i++) {
            const struct operation *o = &operations[trial][i];
            printf("o %ld %s %llu %llu %d %s\n", trial + 1, verbs[i], (unsigned long long)o->start,
                   (unsigned long long)o->end, o->status, o->state);
        }
    }
    printf("end %zu\n", 2 + bracket_count + 2 * (size_t)trials);
}

int main(int argc, char **argv)
{
    uint32_t domid;
    const char *name;
    long trials, trial;
    int i;

    if (argc < 5 || (trials = atol(argv[3])) < 1 || trials > MAX_TRIALS) {
        fprintf(stderr, "usage: trial DOMID NAME TRIALS SEED [nice=N] [policy=other|fifo]   (1 to %d trials)\n", MAX_TRIALS);
        return 2;
    }
    domid = (uint32_t)atol(argv[1]);
    name = argv[2];
    random_state = strtoull(argv[4], NULL, 10);
    for (i = 5; i < argc; i++) {
        if (!strncmp(argv[i], "nice=", 5)) {
            nice_value = atoi(argv[i] + 5);
        } else if (!strcmp(argv[i], "policy=fifo")) {
            fifo = 1;
        } else if (strcmp(argv[i], "policy=other")) {
            fprintf(stderr, "unknown option: %s\n", argv[i]);
            return 2;
        }
    }
    xen_open();
    if (mlockall(MCL_CURRENT | MCL_FUTURE)) {
        perror("mlockall");
        return 1;
    }

    for (i = 0; i < BRACKETS_AT_ENDS; i++)
        calibrate();
    for (trial = 0; trial < trials; trial++) {
        calibrate();
        wait_us(SETTLE_US + random_next() % SPREAD_US);
        operations[trial][0] = run_xl("pause", name, domid);
        calibrate();
        wait_us(SETTLE_US + random_next() % SPREAD_US);
        operations[trial][1] = run_xl("unpause", name, domid);
    }
    wait_us(SETTLE_US); /* the domU's first stamp after the last unpause */
    for (i = 0; i < BRACKETS_AT_ENDS; i++)
        calibrate();
    print(domid, name, trials);
    return 0;
}
