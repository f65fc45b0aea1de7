/*
 * The driver of a redundant pair in dom0: for each trial takes the active domain out and puts the standby in its place, by
 * pausing the one and unpausing the other. The two then change roles.
 *
 *   switchover ACTIVE-ID ACTIVE-NAME STANDBY-ID STANDBY-NAME TRIALS SEED [OPTION=VALUE...]      (options: driver.h)
 *
 * The standby must be paused. Writes NAME.dom0.stamps for each of the two at the end.
 */
#include <stdio.h>
#include <stdlib.h>

#include "driver.h"

static struct domain domains[2];

static int write_stamps(const struct domain *domain)
{
    char name[256];
    FILE *file;

    snprintf(name, sizeof name, "%s.dom0.stamps", domain->name);
    file = fopen(name, "w");
    if (!file) {
        perror(name);
        return 1;
    }
    driver_print(file, domain);
    return fclose(file) != 0;
}

int main(int argc, char **argv)
{
    long trials, trial;
    int i;

    if (argc < 7) {
        fprintf(stderr, "usage: switchover ACTIVE-ID ACTIVE-NAME STANDBY-ID STANDBY-NAME TRIALS SEED [OPTION=VALUE...]\n");
        return 2;
    }
    for (i = 0; i < 2; i++) {
        domains[i].id = (uint32_t)atol(argv[1 + 2 * i]);
        domains[i].name = argv[2 + 2 * i];
    }
    trials = driver_trials(argv[5]);
    driver_open(argv[6], argv + 7, &domains[0]);

    driver_calibrate_ends();
    for (trial = 1; trial <= trials; trial++) {
        struct domain *active = &domains[(trial - 1) % 2], *standby = &domains[trial % 2];

        driver_calibrate();
        driver_settle();
        driver_operate(active, PAUSE, trial);
        driver_operate(standby, UNPAUSE, trial);
    }
    driver_settle(); /* the first stamp of the domain that was unpaused last */
    driver_calibrate_ends();
    return write_stamps(&domains[0]) || write_stamps(&domains[1]);
}
