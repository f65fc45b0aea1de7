/*
 * What `xl pause` and `xl unpause` come down to, as a program of a few lines on libxenctrl: one process a call, like
 * xl, but without xl's configuration, its library of domains, and its questions to xenstored.
 *
 *   xenctrl pause|unpause DOMID
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libxenctrl.h"

int main(int argc, char **argv)
{
    const int unpauses = argc == 3 && !strcmp(argv[1], "unpause");
    uint32_t domid;

    if (argc != 3 || (!unpauses && strcmp(argv[1], "pause"))) {
        fprintf(stderr, "usage: xenctrl pause|unpause DOMID\n");
        return 2;
    }
    domid = (uint32_t)atol(argv[2]);
    libxenctrl_open();
    return (unpauses ? libxenctrl_unpause(domid) : libxenctrl_pause(domid)) ? 1 : 0;
}
