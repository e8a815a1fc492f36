/* norms.c - passage lengths; see norms.h and FORMAT.md, "Norms". */
#include "norms.h"

#include "cpu.h"
#include "parts.h"

void ft_norms_write(ft_envelope_writer *w, const uint32_t *lengths, uint32_t n)
{
    unsigned char piece[4096];
    size_t len = 0;

    ft_envelope_begin(w, FT_PART_NORMS, FT_PART_REQUIRED);
    for (uint32_t i = 0; i < n; i++) {
        ft_store_u16(piece + len, (uint16_t)(lengths[i] < FT_NORM_ESCAPE ? lengths[i] : FT_NORM_ESCAPE));
        len += 2;
        if (len == sizeof piece) {
            ft_envelope_put(w, piece, len);
            len = 0;
        }
    }
    ft_envelope_put(w, piece, len);
    for (uint32_t i = 0; i < n; i++) {
        if (lengths[i] < FT_NORM_ESCAPE)
            continue;
        ft_store_u32(piece, i);
        ft_store_u32(piece + 4, lengths[i]);
        ft_envelope_put(w, piece, 8);
    }
}

ft_status ft_norms_open(ft_norms *t, const ft_envelope *env, uint32_t n_passages, ft_error *err)
{
    ft_str part = ft_envelope_part(env, FT_PART_NORMS);
    size_t plain = 2 * (size_t)n_passages;

    *t = (ft_norms){0};
    if (part.len < plain || (part.len - plain) % 8 != 0 || (part.len - plain) / 8 > n_passages)
        return ft_envelope_corrupt(env, part.ptr, "norms: wrong length", err);
    t->env = env;
    t->lengths = (const unsigned char *)part.ptr;
    t->exceptions = t->lengths + plain;
    t->n_passages = n_passages;
    t->n_exceptions = (uint32_t)((part.len - plain) / 8);
    return ft_envelope_touch(env, t->exceptions, part.len - plain, err);
}

uint32_t ft_norms_long(const ft_norms *t, uint32_t passage)
{
    uint32_t lo = 0, hi = t->n_exceptions;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        uint32_t at = ft_load_u32(t->exceptions + 8 * (size_t)mid);
        if (at == passage)
            return ft_load_u32(t->exceptions + 8 * (size_t)mid + 4);
        if (at < passage)
            lo = mid + 1;
        else
            hi = mid;
    }
    return FT_NORM_ESCAPE;
}

void ft_norms_fill(const ft_norms *t, const uint32_t *passages, uint32_t n, uint32_t *out)
{
    if (ft_cpu.gather_u16(t->lengths, passages, n, out) < FT_NORM_ESCAPE)
        return;
    for (uint32_t i = 0; i < n; i++)
        out[i] = ft_norms_get(t, passages[i]);
}

void ft_norms_pick(const ft_norms *t, uint32_t first, const unsigned char *bitmap, uint32_t bits, uint32_t *out)
{
    if (ft_cpu.pick_u16(t->lengths + 2 * (size_t)first, bitmap, bits, out) < FT_NORM_ESCAPE)
        return;
    for (uint32_t at = 0; at < bits; at++)
        if (bitmap[at / 8] >> at % 8 & 1)
            *out++ = ft_norms_get(t, first + at);
}
