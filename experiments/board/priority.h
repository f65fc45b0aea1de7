/* Priorities of processes: a nice value or the real-time policy SCHED_FIFO. */
#ifndef PRIORITY_H
#define PRIORITY_H

#include <sys/types.h>

struct priority {
    int nice;
    int fifo;
};

/* Takes `nice=N` or `policy=other|fifo` behind `prefix` into `priority`; 0 if the word is none of these. */
int priority_option(const char *word, const char *prefix, struct priority *priority);

/* Gives a process (0 is the caller) a priority; -1 with errno when it cannot. */
int priority_set(pid_t pid, const struct priority *priority);

#endif
