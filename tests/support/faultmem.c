/* faultmem.c - see faultmem.h. The counter is atomic because the engine allocates on several threads. */
#include "faultmem.h"

#include "mem.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_long seen, refused;
static long fail_at;
static bool fail_on;

static int decide(void *arg)
{
    long now = atomic_fetch_add(&seen, 1) + 1;

    (void)arg;
    if (now < fail_at || (now > fail_at && !fail_on))
        return 0;
    atomic_fetch_add(&refused, 1);
    return 1;
}

void ft_faultmem_arm(long n, bool persistent)
{
    atomic_store(&seen, 0);
    atomic_store(&refused, 0);
    fail_at = n;
    fail_on = persistent;
    ft_mem_set_hook(decide, NULL);
}

bool ft_faultmem_disarm(void)
{
    ft_mem_set_hook(NULL, NULL);
    return atomic_load(&refused) > 0;
}

long ft_faultmem_seen(void)
{
    return atomic_load(&seen);
}
