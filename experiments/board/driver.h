/*
 * What the drivers in dom0 share: pausing and unpausing domains by a tool, stamps, waits, and the stamp files.
 *
 * Options, as the job passes them:
 *   [tool=xl|xenctrl|resident|xenctrl-resident|module] [by=name|id] [nice=N] [policy=other|fifo]
 *   [xenstored=PID] [xenstored-nice=N] [xenstored-policy=other|fifo]
 *
 * tool=xl starts `xl pause` and `xl unpause` with the domain's name or id, tool=xenctrl the program of xenctrl.c; the
 * others pause from within the driver, as a program that waits for a fault would: tool=resident makes the hypercall
 * itself, tool=xenctrl-resident calls libxenctrl, tool=module asks the kernel module of domain-pause.c. The priority is
 * the tool's own: that of xl and xenctrl is set between fork and exec.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdint.h>
#include <stdio.h>

enum { MAX_TRIALS = 10000 };

enum verb { PAUSE, UNPAUSE };

struct operation {
    long trial;
    enum verb verb;
    uint64_t start, end;
    int status;
    const char *state;
};

struct domain {
    uint32_t id;
    const char *name;
    size_t count;
    struct operation operations[2 * MAX_TRIALS];
};

/* The number of trials that a command line asks for. Ends the program when it is none or too many. */
long driver_trials(const char *word);

/* Reads the options, takes the priorities, locks the memory. Ends the program with a message when it cannot. */
void driver_open(const char *seed, char **options, const struct domain *domain);

/* Ties dom0's clock to the trace's by a yield, as loop.c does; by several before and after all trials. */
void driver_calibrate(void);
void driver_calibrate_ends(void);

/* Lets the domains run, or stand, for a random time. */
void driver_settle(void);

/* Pauses or unpauses the domain, stamps before and after it, and asks Xen what became of it. */
void driver_operate(struct domain *domain, enum verb verb, long trial);

/* Writes the domain's operations as stamps (docs/board.md). */
void driver_print(FILE *file, const struct domain *domain);

#endif
