/* pages.c - see pages.h. */
#include "pages.h"

#include <sys/mman.h>

#define LARGE_PAGE ((uintptr_t)2 << 20)

void ft_pages_enlarge(void *p, size_t len)
{
    uintptr_t from = ((uintptr_t)p + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)p + len) & ~(LARGE_PAGE - 1);

    if (from < end)
        (void)madvise((void *)from, end - from, MADV_HUGEPAGE);
}

void ft_pages_give_back(const ft_mapping *map)
{
    if (map->data)
        (void)madvise((void *)(uintptr_t)map->data, map->len, MADV_DONTNEED);
}
