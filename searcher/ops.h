/* ops.h - what the operators' own files share; everything else goes through eval.h. */
#ifndef FT_OPS_H
#define FT_OPS_H

#include "eval.h"
#include "mem.h"

typedef struct ft_term_op {
    ft_op base;
    uint32_t *positions; /* owned */
    size_t cap_positions;
    ft_cursor cursor;
} ft_term_op;

extern const ft_op_class ft_term_class, ft_phrase_class;

static inline ft_cursor *ft_op_cursor(ft_op *op)
{
    return &((ft_term_op *)op)->cursor;
}

/* Positions of the posting at hand into *positions (grown); how many, 0 after a failure. */
uint32_t ft_cursor_positions(ft_cursor *c, uint32_t **positions, size_t *cap);

ft_occurrences ft_phrase_occurrences(ft_op *op);

/* Keeps the passages that score more than need, with their scores, in order; returns how many. */
static inline uint32_t ft_keep_above(uint32_t *passages, uint32_t *scores, uint32_t n, int64_t need)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        passages[kept] = passages[i];
        scores[kept] = scores[i];
        kept += (int64_t)scores[i] > need;
    }
    return kept;
}

#endif
