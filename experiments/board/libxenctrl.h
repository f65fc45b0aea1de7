/* Pausing through Debian's own libxenctrl: only in programs that are linked with it (LIBXENCTRL is defined). */
#ifndef LIBXENCTRL_H
#define LIBXENCTRL_H

#include <stdint.h>

/* Opens the library. Ends the program with a message when it cannot. */
void libxenctrl_open(void);

/* Pause and unpause a domain. 0, or the error's number. */
int libxenctrl_pause(uint32_t domid);
int libxenctrl_unpause(uint32_t domid);

#endif
