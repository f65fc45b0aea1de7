#include "libxenctrl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef LIBXENCTRL
#include <xenctrl.h>

static xc_interface *library;

void libxenctrl_open(void)
{
    library = xc_interface_open(NULL, NULL, 0);
    if (library)
        return;
    perror("libxenctrl cannot reach Xen");
    exit(1);
}

int libxenctrl_pause(uint32_t domid)
{
    return xc_domain_pause(library, domid) ? errno : 0;
}

int libxenctrl_unpause(uint32_t domid)
{
    return xc_domain_unpause(library, domid) ? errno : 0;
}
#else
void libxenctrl_open(void)
{
    fprintf(stderr, "this program is built without libxenctrl\n");
    exit(2);
}

int libxenctrl_pause(uint32_t domid)
{
    (void)domid;
    return ENOSYS;
}

int libxenctrl_unpause(uint32_t domid)
{
    return libxenctrl_pause(domid);
}
#endif
