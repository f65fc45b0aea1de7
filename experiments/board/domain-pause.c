/*
 * A kernel module that pauses and unpauses domains: a line "pause DOMID" or "unpause DOMID" written to
 * /proc/domain-pause becomes one hypercall. It shows what is left of the latency when nothing but the kernel
 * stands between the request and Xen.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <xen/xen.h>

/* Numbers of Xen's public interface: xen/include/public/{xen,domctl}.h, the same in 4.13 to 4.20. */
enum { HYPERCALL_domctl = 36 };
enum { DOMCTL_pausedomain = 3, DOMCTL_unpausedomain = 4, DOMCTL_getdomaininfo = 5 };

/* The head of struct xen_domctl; its union starts at byte 16 and is at least 128 bytes long. */
struct domctl {
    u32 cmd;
    u32 interface_version;
    u16 domain;
    u16 pad[3];
    u64 room[32];
};

/* Xen reads it by its address in the kernel. */
static struct domctl request;
static u32 interface_version;
static DEFINE_MUTEX(lock);

static long hypercall(u64 op, void *argument)
{
    register u64 x16 asm("x16") = op;
    register u64 x0 asm("x0") = (u64)argument;

    asm volatile("hvc #0xEA1" : "+r"(x0), "+r"(x16) : : "x1", "x2", "x3", "x4", "x5", "memory");
    return (long)x0;
}

static long domctl(u32 cmd, u16 domain)
{
    memset(&request, 0, sizeof request);
    request.cmd = cmd;
    request.interface_version = interface_version;
    request.domain = domain;
    return hypercall(HYPERCALL_domctl, &request);
}

static ssize_t request_write(struct file *file, const char __user *from, size_t size, loff_t *offset)
{
    char line[32];
    unsigned int domain;
    u32 cmd;
    long result;

    if (size >= sizeof line)
        return -EINVAL;
    if (copy_from_user(line, from, size))
        return -EFAULT;
    line[size] = '\0';
    if (sscanf(line, "pause %u", &domain) == 1)
        cmd = DOMCTL_pausedomain;
    else if (sscanf(line, "unpause %u", &domain) == 1)
        cmd = DOMCTL_unpausedomain;
    else
        return -EINVAL;
    mutex_lock(&lock);
    result = domctl(cmd, domain);
    mutex_unlock(&lock);
    return result < 0 ? result : size;
}

static const struct proc_ops operations = {
    .proc_write = request_write,
};

static int __init start(void)
{
    long result;

    if (!xen_initial_domain())
        return -ENODEV;
    /* Xen answers EACCES to every interface version but its own (0x12 is 4.13, 0x17 is 4.20). */
    for (interface_version = 0x12; interface_version < 0x40; interface_version++) {
        result = domctl(DOMCTL_getdomaininfo, 0);
        if (result == 0)
            break;
        if (result != -EACCES)
            return result;
    }
    if (interface_version == 0x40)
        return -EACCES;
    return proc_create("domain-pause", 0200, NULL, &operations) ? 0 : -ENOMEM;
}

static void __exit stop(void)
{
    remove_proc_entry("domain-pause", NULL);
}

module_init(start);
module_exit(stop);
MODULE_DESCRIPTION("Pauses and unpauses domains");
MODULE_LICENSE("GPL");
