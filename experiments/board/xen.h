/* The few hypercalls that the programs make themselves, through /dev/xen/privcmd, without Xen's libraries. */
#ifndef XEN_H
#define XEN_H

#include <stdint.h>

/* Opens privcmd. Ends the program with a message when this kernel does not run on Xen. */
void xen_open(void);

/* Gives up the processor. Xen writes a YIELD record, stamped with its own clock, into the trace. */
void xen_yield(void);

/* "paused", "running" or "gone": what Xen, not xl, says of a domain. "error" when Xen refuses to tell. */
const char *xen_domain_state(uint32_t domid);

/*
 * Pause and unpause a domain, as libxenctrl does it: one hypercall. 0, or the error's number. The caller must have asked
 * for a domain's state before, which finds out the version of Xen's interface.
 */
int xen_pause(uint32_t domid);
int xen_unpause(uint32_t domid);

#endif
