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

#endif
