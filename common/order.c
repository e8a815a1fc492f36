/* order.c - see order.h and FORMAT.md, "Order". */
#include "order.h"

#include "bitpack.h"
#include "mem.h"
#include "parts.h"

#define PIECE 128u /* numbers packed at a time: a whole number of bytes whatever their width */

static unsigned width_of(uint32_t n_passages)
{
    return ft_bit_width(n_passages - 1);
}

static size_t size_of(uint32_t n_passages, unsigned width)
{
    return ((size_t)n_passages * width + 7) / 8;
}

void ft_order_write(ft_envelope_writer *w, const uint32_t *arrival, uint32_t n)
{
    unsigned char piece[PIECE * 4];
    unsigned width = width_of(n);

    ft_envelope_begin(w, FT_PART_ORDER, FT_PART_REQUIRED);
    for (uint32_t i = 0; i < n; i += PIECE) {
        uint32_t count = n - i < PIECE ? n - i : PIECE;
        ft_bitpack(arrival + i, count, width, piece);
        ft_envelope_put(w, piece, ft_bitpack_size(count, width));
    }
}

ft_status ft_order_open(ft_order *o, const ft_envelope *env, uint32_t n_passages, ft_error *err)
{
    ft_str part = ft_envelope_part(env, FT_PART_ORDER);

    *o = (ft_order){.env = env, .n_passages = n_passages, .width = width_of(n_passages)};
    if (part.len == 0)
        return FT_OK;
    if (part.len != size_of(n_passages, o->width))
        return ft_envelope_corrupt(env, part.ptr, "order: wrong length", err);
    o->numbers = (const unsigned char *)part.ptr;
    return FT_OK;
}

ft_status ft_order_read(const ft_order *o, uint32_t number, uint32_t *arrival, ft_error *err)
{
    uint64_t bit = (uint64_t)number * o->width;
    const unsigned char *p = o->numbers + bit / 8;
    ft_status st = ft_envelope_touch(o->env, p, (bit % 8 + o->width + 7) / 8, err);

    *arrival = 0;
    if (st != FT_OK)
        return st;
    uint32_t value = (uint32_t)(ft_load_u64(p) >> (bit % 8) & ((UINT64_C(1) << o->width) - 1));
    if (value >= o->n_passages)
        return ft_envelope_corrupt(o->env, p, "order: no such passage", err);
    *arrival = value;
    return FT_OK;
}

ft_status ft_order_invert(const ft_order *o, uint32_t **numbers, ft_error *err)
{
    ft_status st = FT_OK;
    uint32_t *out;

    *numbers = NULL;
    if (!o->numbers)
        return FT_OK;
    out = ft_alloc(o->n_passages, sizeof *out);
    if (!out)
        return ft_fail_nomem(err);
    memset(out, 0xff, o->n_passages * sizeof *out);
    for (uint32_t i = 0; st == FT_OK && i < o->n_passages; i++) {
        uint32_t arrival;
        st = ft_order_read(o, i, &arrival, err);
        if (st == FT_OK && out[arrival] != UINT32_MAX)
            st = ft_envelope_corrupt(o->env, o->numbers, "order: a passage is there twice", err);
        else if (st == FT_OK)
            out[arrival] = i;
    }
    if (st == FT_OK)
        *numbers = out;
    else
        ft_free(out);
    return st;
}

ft_status ft_order_check(const ft_order *o, const ft_docstarts *starts, ft_error *err)
{
    unsigned used = (unsigned)((uint64_t)o->n_passages * o->width % 8); /* bits of the last byte; 0: all */
    uint32_t *numbers, doc;
    ft_status st = ft_order_invert(o, &numbers, err);

    if (st == FT_OK && numbers && used && o->numbers[size_of(o->n_passages, o->width) - 1] >> used)
        st = ft_envelope_corrupt(o->env, o->numbers, "order: bits behind the last passage", err);
    /* As every passage is there once, documents are whole when each further passage follows the one before it. */
    for (uint32_t i = 1; st == FT_OK && numbers && i < o->n_passages; i++) {
        bool begins = false;
        st = ft_docstarts_rank(starts, i, &begins, &doc, err);
        if (st == FT_OK && !begins && numbers[i] != numbers[i - 1] + 1)
            st = ft_envelope_corrupt(o->env, o->numbers, "order: a document's passages are apart", err);
    }
    ft_free(numbers);
    return st;
}
