/*
 * The trial driver in dom0: for each trial takes a stamp, pauses the domain, later takes a stamp, unpauses it,
 * and asks Xen after each what became of it (`xl pause` exits with 0 even when it failed).
 *
 *   trial DOMID NAME TRIALS SEED [OPTION=VALUE...] > stamps      (options: driver.h)
 *
 * Everything is kept in memory and printed at the end: nothing but the operations happens while the trace runs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "driver.h"

static struct domain domain;

int main(int argc, char **argv)
{
    long trials, trial;

    if (argc < 5) {
        fprintf(stderr, "usage: trial DOMID NAME TRIALS SEED [OPTION=VALUE...]\n");
        return 2;
    }
    domain.id = (uint32_t)atol(argv[1]);
    domain.name = argv[2];
    trials = driver_trials(argv[3]);
    driver_open(argv[4], argv + 5, &domain);

    driver_calibrate_ends();
    for (trial = 1; trial <= trials; trial++) {
        driver_calibrate();
        driver_settle();
        driver_operate(&domain, PAUSE, trial);
        driver_calibrate();
        driver_settle();
        driver_operate(&domain, UNPAUSE, trial);
    }
    driver_settle(); /* the domU's first stamp after the last unpause */
    driver_calibrate_ends();
    driver_print(stdout, &domain);
    return 0;
}
