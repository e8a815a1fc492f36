/* norms.h - exact passage lengths in tokens: 16 bits each, longer ones in a sorted table of exceptions. FORMAT.md,
 * "Norms". */
#ifndef FT_NORMS_H
#define FT_NORMS_H

#include "bytes.h"
#include "envelope.h"

#define FT_NORM_ESCAPE 0xffffu /* the length stands in the exceptions */

typedef struct ft_norms {
    const ft_envelope *env;          /* borrowed */
    const unsigned char *lengths;    /* u16 per passage */
    const unsigned char *exceptions; /* (u32 passage, u32 length), ascending */
    uint32_t n_passages, n_exceptions;
} ft_norms;

/* Writes part NORMS from lengths[n]. */
void ft_norms_write(ft_envelope_writer *w, const uint32_t *lengths, uint32_t n);

/* Opens part NORMS; its exceptions are verified, the lengths are not yet. */
ft_status ft_norms_open(ft_norms *t, const ft_envelope *env, uint32_t n_passages, ft_error *err);
uint32_t ft_norms_long(const ft_norms *t, uint32_t passage);

/* Verifies the lengths of passages first..last (last < n_passages); callers do so before ft_norms_get. */
static inline ft_status ft_norms_touch(const ft_norms *t, uint32_t first, uint32_t last, ft_error *err)
{
    return ft_envelope_touch(t->env, t->lengths + 2 * (size_t)first, 2 * (size_t)(last - first + 1), err);
}

/* Length of passage (< n_passages, touched before). */
static inline uint32_t ft_norms_get(const ft_norms *t, uint32_t passage)
{
    uint32_t len = ft_load_u16(t->lengths + 2 * (size_t)passage);
    return len == FT_NORM_ESCAPE ? ft_norms_long(t, passage) : len;
}

/* Lengths of the passages first + i for which bit i of a bitmap of `bits` bits is set, all touched before; out has room
 * for 31 more. */
void ft_norms_pick(const ft_norms *t, uint32_t first, const unsigned char *bitmap, uint32_t bits, uint32_t *out);

/* Lengths of n passages, all touched before. */
void ft_norms_fill(const ft_norms *t, const uint32_t *passages, uint32_t n, uint32_t *out);

#endif
