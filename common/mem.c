/* mem.c - allocation with overflow checks and a fault hook; see mem.h. */
#include "mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 1024 /* malloc has small blocks at hand that were freed before; calloc looks elsewhere */

static int (*fault_hook)(void *);
static void *fault_arg;
static atomic_long live_blocks;

void ft_mem_set_hook(int (*hook)(void *), void *arg)
{
    fault_hook = hook;
    fault_arg = arg;
}

long ft_mem_live(void)
{
    return atomic_load(&live_blocks);
}

static int refused(size_t n, size_t size, size_t *bytes)
{
    if (__builtin_mul_overflow(n, size, bytes) || *bytes > PTRDIFF_MAX)
        return 1;
    if (*bytes == 0)
        *bytes = 1;
    return fault_hook && fault_hook(fault_arg);
}

void *ft_alloc(size_t n, size_t size)
{
    size_t bytes;

    if (refused(n, size, &bytes))
        return NULL;
    void *p = malloc(bytes);
    if (p)
        atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    return p;
}

void *ft_alloc_zero(size_t n, size_t size)
{
    size_t bytes;

    if (refused(n, size, &bytes))
        return NULL;
    void *p = bytes <= SMALL ? malloc(bytes) : calloc(1, bytes);
    if (!p)
        return NULL;
    atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    if (bytes <= SMALL)
        memset(p, 0, bytes);
    return p;
}

void *ft_realloc(void *p, size_t n, size_t size)
{
    size_t bytes;

    if (!p)
        return ft_alloc(n, size);
    if (refused(n, size, &bytes))
        return NULL;
    return realloc(p, bytes);
}

void ft_free(void *p)
{
    if (!p)
        return;
    atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_relaxed);
    free(p);
}

int ft_grow(void **p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return 0;
    size_t room = *cap ? *cap : 16;
    while (room < need) {
        if (room > SIZE_MAX / 2)
            return -1;
        room *= 2;
    }
    void *bigger = ft_realloc(*p, room, size);
    if (!bigger)
        return -1;
    *p = bigger;
    *cap = room;
    return 0;
}
