#include "xen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Numbers of Xen's public interface: xen/include/public/{xen,sched,domctl}.h, the same in 4.13 to 4.20. */
enum { HYPERCALL_sched_op = 29, HYPERCALL_domctl = 36 };
enum { SCHEDOP_yield = 0 };
enum { DOMCTL_pausedomain = 3, DOMCTL_unpausedomain = 4, DOMCTL_getdomaininfo = 5 };
enum { DOMINF_dying = 1u << 0, DOMINF_shutdown = 1u << 2, DOMINF_paused = 1u << 3 };

/* Linux: include/uapi/xen/privcmd.h. */
struct privcmd_hypercall {
    uint64_t op;
    uint64_t arg[5];
};
#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

/* The head of struct xen_domctl; its union starts at byte 16 and is at least 128 bytes long. */
struct domctl {
    uint32_t cmd;
    uint32_t interface_version;
    uint16_t domain;
    uint16_t pad[3];
    union {
        struct {
            uint16_t domain;
            uint16_t pad;
            uint32_t flags;
        } info;
        uint8_t room[256];
    } u;
};

static int privcmd = -1;
static struct domctl *page; /* Xen reads and writes it by address: it must stay in memory. */
static uint32_t interface_version;

void xen_open(void)
{
    privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
    if (privcmd < 0) {
        fprintf(stderr, "cannot open /dev/xen/privcmd: %s (is this kernel running on Xen, with xen-privcmd loaded?)\n",
                strerror(errno));
        exit(1);
    }
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
    if (page == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
}

static int hypercall(uint64_t op, uint64_t a, uint64_t b)
{
    struct privcmd_hypercall call = {.op = op, .arg = {a, b}};
    return ioctl(privcmd, IOCTL_PRIVCMD_HYPERCALL, &call);
}

void xen_yield(void)
{
    if (hypercall(HYPERCALL_sched_op, SCHEDOP_yield, 0) == 0)
        return;
    fprintf(stderr, "this kernel does not let a program call Xen: %s (in a domU load xen-privcmd with unrestricted=1)\n",
            strerror(errno));
    exit(1);
}

static int domctl(uint32_t cmd, uint32_t domid)
{
    memset(page, 0, sizeof *page);
    page->cmd = cmd;
    page->interface_version = interface_version;
    page->domain = (uint16_t)domid;
    return hypercall(HYPERCALL_domctl, (uint64_t)(uintptr_t)page, 0);
}

const char *xen_domain_state(uint32_t domid)
{
    int result;

    if (interface_version) {
        result = domctl(DOMCTL_getdomaininfo, domid);
    } else {
        /* Xen answers EACCES to every interface version but its own (0x12 is 4.13, 0x17 is 4.20). */
        for (interface_version = 0x12; interface_version < 0x40; interface_version++) {
            result = domctl(DOMCTL_getdomaininfo, domid);
            if (result == 0 || errno != EACCES)
                break;
        }
    }
    if (result < 0)
        return errno == ESRCH ? "gone" : "error";
    if (page->u.info.domain != domid || (page->u.info.flags & (DOMINF_dying | DOMINF_shutdown)))
        return "gone";
    return page->u.info.flags & DOMINF_paused ? "paused" : "running";
}

int xen_pause(uint32_t domid)
{
    return domctl(DOMCTL_pausedomain, domid) < 0 ? errno : 0;
}

int xen_unpause(uint32_t domid)
{
    return domctl(DOMCTL_unpausedomain, domid) < 0 ? errno : 0;
}
