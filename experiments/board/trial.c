/*
 * The trial driver in dom0: for each trial takes a stamp, pauses the domain, later takes a stamp, unpauses it,
 * and asks Xen after each what became of it (`xl pause` exits with 0 even when it failed).
 *
 *   trial DOMID NAME TRIALS SEED [tool=xl|resident] [by=name|id] [nice=N] [policy=other|fifo]
 *         [xenstored=PID] [xenstored-nice=N] [xenstored-policy=other|fifo] > stamps
 *
 * tool=xl starts `xl pause` and `xl unpause` with the domain's name or id; tool=resident makes the hypercall itself, as
 * a program that waits for a fault would. The priority is the tool's own: xl's is set between fork and exec.
 *
 * The waits between operations are drawn from a seeded generator over several periods of the domU's 4 ms loop, so
 * that trials do not lock to it. Everything is kept in memory and printed at the end: nothing but the operations
 * happens while the trace runs. The clock of dom0 is tied to the trace's by yields, as in loop.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "priority.h"
#include "xen.h"

enum { MAX_TRIALS = 10000, BRACKETS_AT_ENDS = 16, SETTLE_US = 150000, SPREAD_US = 40000 };

struct operation {
    uint64_t start, end;
    int status;
    const char *state;
};

static struct operation operations[MAX_TRIALS][2];
static uint64_t brackets[2 * BRACKETS_AT_ENDS + 2 * MAX_TRIALS][2];
static size_t bracket_count;
static struct priority tool_priority, xenstored_priority;
static pid_t xenstored;
static int resident, by_id;

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

/* Ends with xl's exit status, or with 126 or 127 as a shell does when it cannot start. */
static void become_xl(const char *verb, const char *domain)
{
    int null = open("/dev/null", O_RDWR);

    dup2(null, 0);
    dup2(null, 1);
    if (priority_set(0, &tool_priority))
        _exit(126);
    execlp("xl", "xl", verb, domain, (char *)NULL);
    _exit(127);
}

static int run_xl(const char *verb, const char *domain)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        become_xl(verb, domain);
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        perror("xl");
        exit(1);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static struct operation operate(int unpause, const char *name, uint32_t domid)
{
    struct operation operation;
    char id[16];

    snprintf(id, sizeof id, "%u", domid);
    operation.start = clock_now();
    if (resident)
        operation.status = unpause ? xen_unpause(domid) : xen_pause(domid);
    else
        operation.status = run_xl(unpause ? "unpause" : "pause", by_id ? id : name);
    operation.end = clock_now();
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
        fprintf(stderr, "usage: trial DOMID NAME TRIALS SEED [OPTION=VALUE...] (1 to %d trials)\n", MAX_TRIALS);
        return 2;
    }
    domid = (uint32_t)atol(argv[1]);
    name = argv[2];
    random_state = strtoull(argv[4], NULL, 10);
    for (i = 5; i < argc; i++) {
        if (!strcmp(argv[i], "tool=resident")) {
            resident = 1;
        } else if (!strcmp(argv[i], "by=id")) {
            by_id = 1;
        } else if (!strncmp(argv[i], "xenstored=", 10)) {
            xenstored = (pid_t)atol(argv[i] + 10);
        } else if (!priority_option(argv[i], "", &tool_priority) &&
                   !priority_option(argv[i], "xenstored-", &xenstored_priority) && strcmp(argv[i], "tool=xl") &&
                   strcmp(argv[i], "by=name")) {
            fprintf(stderr, "unknown option: %s\n", argv[i]);
            return 2;
        }
    }
    xen_open();
    if (mlockall(MCL_CURRENT | MCL_FUTURE)) {
        perror("mlockall");
        return 1;
    }
    if ((resident && priority_set(0, &tool_priority)) || (xenstored && priority_set(xenstored, &xenstored_priority))) {
        perror("cannot set the priority");
        return 1;
    }
    xen_domain_state(domid); /* learns the interface version before the first operation needs it */

    for (i = 0; i < BRACKETS_AT_ENDS; i++)
        calibrate();
    for (trial = 0; trial < trials; trial++) {
        calibrate();
        wait_us(SETTLE_US + random_next() % SPREAD_US);
        operations[trial][0] = operate(0, name, domid);
        calibrate();
        wait_us(SETTLE_US + random_next() % SPREAD_US);
        operations[trial][1] = operate(1, name, domid);
    }
    wait_us(SETTLE_US); /* the domU's first stamp after the last unpause */
    for (i = 0; i < BRACKETS_AT_ENDS; i++)
        calibrate();
    print(domid, name, trials);
    return 0;
}
