/* reorder.c - see reorder.h. */
#include "reorder.h"

#include "bisect.h"
#include "mem.h"

ft_status ft_reorder(ft_seglists *lists, size_t n_lists, const uint32_t *starts, uint32_t n_docs, ft_pool *pool,
                     const volatile int *cancel, uint32_t **numbers, ft_error *err)
{
    uint32_t *order = ft_alloc(n_docs, sizeof *order), number = 0;
    ft_forward f = {0};
    ft_status st = order ? ft_forward_build(&f, lists, n_lists, starts, n_docs, cancel, err) : ft_fail_nomem(err);

    *numbers = NULL;
    if (st == FT_OK)
        st = ft_bisect(&f, pool, cancel, order, err);
    ft_forward_release(&f);
    if (st == FT_OK) {
        *numbers = ft_alloc(starts[n_docs], sizeof **numbers);
        if (!*numbers)
            st = ft_fail_nomem(err);
    }
    for (uint32_t i = 0; st == FT_OK && i < n_docs; i++)
        for (uint32_t p = starts[order[i]]; p < starts[order[i] + 1]; p++)
            (*numbers)[p] = number++;
    ft_free(order);
    return st;
}
