#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "libxenctrl.h"
#include "priority.h"
#include "xen.h"

enum { BRACKETS_AT_ENDS = 16, SETTLE_US = 16000, SPREAD_US = 16000 };

static const char *const verbs[] = {[PAUSE] = "pause", [UNPAUSE] = "unpause"};

static uint64_t brackets[2 * BRACKETS_AT_ENDS + 2 * MAX_TRIALS][2];
static size_t bracket_count;
static struct priority tool_priority, xenstored_priority;
static pid_t xenstored;
static int by_id;

/* How a domain is paused, by the names of the option; those from RESIDENT on do it without another process. */
static enum tool { XL, XENCTRL, RESIDENT, XENCTRL_RESIDENT, MODULE } tool;
static const char *const tools[] = {"xl", "xenctrl", "resident", "xenctrl-resident", "module"};

/* The kernel module's file (domain-pause.c). */
static int module = -1;

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

long driver_trials(const char *word)
{
    const long trials = atol(word);

    if (trials >= 1 && trials <= MAX_TRIALS)
        return trials;
    fprintf(stderr, "trials: %s (1 to %d)\n", word, MAX_TRIALS);
    exit(2);
}

static int tool_option(const char *word)
{
    size_t i;

    for (i = 0; i < sizeof tools / sizeof *tools; i++)
        if (!strncmp(word, "tool=", 5) && !strcmp(word + 5, tools[i])) {
            tool = (enum tool)i;
            return 1;
        }
    return 0;
}

static void read_option(const char *word)
{
    if (!strcmp(word, "by=id"))
        by_id = 1;
    else if (!strncmp(word, "xenstored=", 10))
        xenstored = (pid_t)atol(word + 10);
    else if (!priority_option(word, "", &tool_priority) &&
             !priority_option(word, "xenstored-", &xenstored_priority) && !tool_option(word) &&
             strcmp(word, "by=name")) {
        fprintf(stderr, "unknown option: %s\n", word);
        exit(2);
    }
}

void driver_open(const char *seed, char **options, const struct domain *domain)
{
    random_state = strtoull(seed, NULL, 10);
    for (; *options; options++)
        read_option(*options);
    xen_open();
    if (tool == XENCTRL_RESIDENT)
        libxenctrl_open();
    if (tool == MODULE && (module = open("/proc/domain-pause", O_WRONLY | O_CLOEXEC)) < 0) {
        perror("/proc/domain-pause");
        exit(1);
    }
    if (mlockall(MCL_CURRENT | MCL_FUTURE)) {
        perror("mlockall");
        exit(1);
    }
    if ((tool >= RESIDENT && priority_set(0, &tool_priority)) ||
        (xenstored && priority_set(xenstored, &xenstored_priority))) {
        perror("cannot set the priority");
        exit(1);
    }
    xen_domain_state(domain->id); /* learns the interface version before the first operation needs it */
}

void driver_calibrate(void)
{
    wait_us(500 + random_next() % 1000);
    brackets[bracket_count][0] = clock_now();
    xen_yield();
    brackets[bracket_count][1] = clock_now();
    bracket_count++;
}

void driver_calibrate_ends(void)
{
    int i;

    for (i = 0; i < BRACKETS_AT_ENDS; i++)
        driver_calibrate();
}

/* Drawn over several periods of the domU's 4 ms loop, so that trials do not lock to it. */
void driver_settle(void)
{
    wait_us(SETTLE_US + random_next() % SPREAD_US);
}

/* Ends with the program's exit status, or with 126 or 127 as a shell does when it cannot start. */
static void become(const char *program, const char *verb, const char *domain)
{
    int null = open("/dev/null", O_RDWR);

    dup2(null, 0);
    dup2(null, 1);
    if (priority_set(0, &tool_priority))
        _exit(126);
    execlp(program, program, verb, domain, (char *)NULL);
    _exit(127);
}

static int run(const char *program, const char *verb, const char *domain)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        become(program, verb, domain);
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        perror(program);
        exit(1);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int ask_module(const char *verb, const char *id)
{
    char line[32];
    const int size = snprintf(line, sizeof line, "%s %s", verb, id);

    return write(module, line, (size_t)size) == size ? 0 : errno;
}

void driver_operate(struct domain *domain, enum verb verb, long trial)
{
    struct operation *operation = &domain->operations[domain->count++];
    char id[16];

    operation->trial = trial;
    operation->verb = verb;
    snprintf(id, sizeof id, "%u", domain->id);
    operation->start = clock_now();
    switch (tool) {
    case XL:
        operation->status = run("xl", verbs[verb], by_id ? id : domain->name);
        break;
    case XENCTRL:
        operation->status = run("xenctrl", verbs[verb], id);
        break;
    case RESIDENT:
        operation->status = verb == PAUSE ? xen_pause(domain->id) : xen_unpause(domain->id);
        break;
    case XENCTRL_RESIDENT:
        operation->status = verb == PAUSE ? libxenctrl_pause(domain->id) : libxenctrl_unpause(domain->id);
        break;
    case MODULE:
        operation->status = ask_module(verbs[verb], id);
        break;
    }
    operation->end = clock_now();
    operation->state = xen_domain_state(domain->id);
}

void driver_print(FILE *file, const struct domain *domain)
{
    size_t i;

    fprintf(file, "repro-stamps 1\nhz %llu\ndomain %u %s 0\n", (unsigned long long)clock_hz(), domain->id,
            domain->name);
    for (i = 0; i < bracket_count; i++)
        fprintf(file, "c %llu %llu\n", (unsigned long long)brackets[i][0], (unsigned long long)brackets[i][1]);
    for (i = 0; i < domain->count; i++) {
        const struct operation *o = &domain->operations[i];
        fprintf(file, "o %ld %s %llu %llu %d %s\n", o->trial, verbs[o->verb], (unsigned long long)o->start,
                (unsigned long long)o->end, o->status, o->state);
    }
    fprintf(file, "end %zu\n", 2 + bracket_count + domain->count);
}
