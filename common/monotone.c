/* monotone.c - Elias-Fano blocks; see monotone.h and FORMAT.md, "Monotone blocks". */
#include "monotone.h"

#include "bitpack.h"
#include "bytes.h"
#include "cpu.h"

static uint32_t upper_bits(uint32_t n, uint32_t universe, unsigned l)
{
    return n + ((universe - n) >> l);
}

static uint64_t block_bits(uint32_t n, uint32_t universe, unsigned l)
{
    return (uint64_t)n * l + upper_bits(n, universe, l);
}

/* The cheapest l; l = 0 (a bitset, the fastest to use) is preferred up to one bit per value. */
static unsigned choose_low(uint32_t n, uint32_t universe)
{
    unsigned l = ft_bit_width((universe - n) / n);
    unsigned best = l ? l - 1 : 0;

    if (block_bits(n, universe, l) < block_bits(n, universe, best))
        best = l;
    if (block_bits(n, universe, 0) <= block_bits(n, universe, best) + n)
        best = 0;
    return best;
}

void ft_monotone_encode(ft_buf *out, const uint32_t *values, uint32_t n)
{
    uint32_t universe = values[n - 1] + 1;
    uint32_t low[FT_BLOCK_LEN];

    if (n == 1)
        return;
    if (universe == n) {
        ft_buf_putc(out, FT_MONOTONE_RUN);
        return;
    }
    unsigned l = choose_low(n, universe);
    size_t low_len = ft_bitpack_size(n, l), upper_len = (upper_bits(n, universe, l) + 7) / 8;
    unsigned char *to = ft_buf_reserve(out, 1 + low_len + upper_len);
    if (!to)
        return;
    *to = (unsigned char)l;
    unsigned char *upper = to + 1 + low_len;
    memset(upper, 0, upper_len);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t w = values[i] - i, bit = (w >> l) + i;
        low[i] = w & ((1u << l) - 1);
        upper[bit / 8] |= (unsigned char)(1u << (bit % 8));
    }
    ft_bitpack(low, n, l, to + 1);
    out->len += 1 + low_len + upper_len;
}

/* Frame of a coded block: where its strings of bits are, and where it ends. False if it does not fit before `end`. */
typedef struct frame {
    unsigned l;
    uint32_t bits;
    const unsigned char *low, *upper, *end;
} frame;

static bool read_frame(frame *f, const unsigned char *p, const unsigned char *end, uint32_t n, uint32_t universe)
{
    if (p >= end || universe < n || *p > 31)
        return false;
    f->l = *p++;
    f->bits = upper_bits(n, universe, f->l);
    size_t low_len = ft_bitpack_size(n, f->l), upper_len = ((size_t)f->bits + 7) / 8;
    if ((size_t)(end - p) < low_len + upper_len)
        return false;
    f->low = p;
    f->upper = p + low_len;
    f->end = f->upper + upper_len;
    return true;
}

const unsigned char *ft_monotone_skip(const unsigned char *p, const unsigned char *end, uint32_t n, uint32_t universe)
{
    frame f;

    if (n == 1)
        return universe ? p : NULL;
    if (p < end && *p == FT_MONOTONE_RUN)
        return universe == n ? p + 1 : NULL;
    return read_frame(&f, p, end, n, universe) ? f.end : NULL;
}

uint32_t ft_monotone_step(const unsigned char *p, const unsigned char *end, uint32_t n, uint32_t universe, uint32_t i)
{
    frame f;

    if (n == 1)
        return universe;
    if (p < end && *p == FT_MONOTONE_RUN)
        return 1;
    if (!read_frame(&f, p, end, n, universe))
        return 0;
    uint32_t before = i ? ft_cpu.nth_bit(f.upper, f.bits, i - 1) : UINT32_MAX;
    uint32_t place = ft_cpu.nth_bit(f.upper, f.bits, i);
    if (f.l == 0)
        return place - before;
    uint32_t value = ((place - i) << f.l | ft_bitunpack_one(f.low, n, f.l, i)) + i;
    return i ? value - (((before - (i - 1)) << f.l | ft_bitunpack_one(f.low, n, f.l, i - 1)) + i - 1) : value + 1;
}

uint32_t ft_monotone_find(const unsigned char *p, const unsigned char *end, uint32_t n, uint32_t universe,
                          uint32_t value)
{
    frame f;

    if (value >= universe)
        return n;
    if (value == universe - 1)
        return n - 1;
    if (n > 1 && p < end && *p == FT_MONOTONE_RUN)
        return value < n ? value : n;
    if (n == 1 || !read_frame(&f, p, end, n, universe))
        return n;
    if (f.l)
        return ft_cpu.elias_fano_find(f.upper, f.bits, f.low, n, f.l, value);
    uint32_t i = ft_cpu.count_bits(f.upper, value);
    return f.upper[value / 8] >> value % 8 & 1 && i < n ? i : n;
}

const unsigned char *ft_monotone_decode(const unsigned char *p, const unsigned char *end, uint32_t n,
                                        uint32_t universe, uint32_t base, uint32_t *out)
{
    frame f;
    uint32_t low[FT_BLOCK_LEN + 80], values[FT_BLOCK_LEN + 80];

    if (n == 1) {
        out[0] = base + universe - 1;
        return universe ? p : NULL;
    }
    if (p < end && *p == FT_MONOTONE_RUN) {
        for (uint32_t i = 0; i < n; i++)
            out[i] = base + i;
        return universe == n ? p + 1 : NULL;
    }
    if (!read_frame(&f, p, end, n, universe))
        return NULL;
    if (f.l)
        ft_bitunpack(f.low, n, f.l, low);
    if (ft_cpu.elias_fano(f.upper, f.bits, n, low, f.l, base, values) != n)
        return NULL;
    memcpy(out, values, n * sizeof *out);
    return out[n - 1] == base + universe - 1 && (f.l == 0 || ft_cpu.ascends(out, n)) ? f.end : NULL;
}
