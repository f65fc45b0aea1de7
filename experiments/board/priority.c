#define _GNU_SOURCE
#include "priority.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { FIFO_PRIORITY = 50 };

int priority_option(const char *word, const char *prefix, struct priority *priority)
{
    const size_t length = strlen(prefix);

    if (strncmp(word, prefix, length))
        return 0;
    word += length;
    if (!strncmp(word, "nice=", 5))
        priority->nice = atoi(word + 5);
    else if (!strcmp(word, "policy=fifo"))
        priority->fifo = 1;
    else if (!strcmp(word, "policy=other"))
        priority->fifo = 0;
    else
        return 0;
    return 1;
}

int priority_set(pid_t pid, const struct priority *priority)
{
    const struct sched_param param = {.sched_priority = FIFO_PRIORITY};

    if (priority->nice && setpriority(PRIO_PROCESS, (id_t)pid, priority->nice))
        return -1;
    return priority->fifo ? sched_setscheduler(pid, SCHED_FIFO, &param) : 0;
}
