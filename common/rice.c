/* rice.c - see rice.h and FORMAT.md, "Rice groups". */
#include "rice.h"

#include "bitpack.h"
#include "cpu.h"

/* Bits of the unary part with this k, less n: what stands above the low bits, summed. */
static uint64_t high_sum(const uint32_t *values, uint32_t n, unsigned k)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n; i++)
        sum += values[i] >> k;
    return sum;
}

/* The k of the fewest bits. Bits as a function of k fall, then rise, nearly: from where the mean says, downhill. */
static unsigned choose_k(const uint32_t *values, uint32_t n)
{
    uint64_t mean = high_sum(values, n, 0) / n;
    unsigned k = mean > 1 ? 63 - (unsigned)__builtin_clzll(mean) : 0;
    uint64_t best = (uint64_t)n * k + high_sum(values, n, k);

    for (int step = -1; step <= 1; step += 2) {
        while (step > 0 ? k < 31 : k > 0) {
            unsigned next = step > 0 ? k + 1 : k - 1;
            uint64_t bits = (uint64_t)n * next + high_sum(values, n, next);
            if (bits >= best)
                break;
            best = bits;
            k = next;
        }
    }
    return k;
}

void ft_rice_encode(ft_buf *out, const uint32_t *values, uint32_t n)
{
    unsigned k = choose_k(values, n);
    uint64_t high = high_sum(values, n, k);
    size_t low_len = ft_bitpack_size(n, k), high_len = (size_t)(n + high + 7) / 8;
    uint32_t low[FT_RICE_GROUP], bit = 0;

    ft_buf_putc(out, (int)k);
    ft_buf_put_varint(out, high);
    unsigned char *to = ft_buf_reserve(out, low_len + high_len);
    if (!to)
        return;
    memset(to + low_len, 0, high_len);
    for (uint32_t i = 0; i < n; i++, bit++) {
        low[i] = values[i] & ((UINT32_C(1) << k) - 1);
        bit += values[i] >> k;
        to[low_len + bit / 8] |= (unsigned char)(1u << bit % 8);
    }
    ft_bitpack(low, n, k, to);
    out->len += low_len + high_len;
}

void ft_rice_open(ft_rice *g, ft_bytes *in, uint32_t n)
{
    g->n = n;
    g->k = ft_bytes_u8(in);
    uint64_t extra = ft_bytes_varint(in);
    if (g->k > 31 || extra > UINT32_MAX / 2)
        in->failed = true;
    if (in->failed)
        return;
    g->bits = n + (uint32_t)extra;
    g->low = ft_bytes_take(in, ft_bitpack_size(n, g->k));
    g->high = ft_bytes_take(in, ((size_t)g->bits + 7) / 8);
}

bool ft_rice_sums(const ft_rice *g, uint32_t *sums)
{
    return ft_cpu.rice_sums(g->low, g->high, g->bits, g->k, g->n, sums);
}

bool ft_rice_some(const ft_rice *g, uint32_t from, uint32_t end, uint32_t base, uint32_t *out)
{
    return ft_cpu.rice_some(g->low, g->high, g->bits, g->k, g->n, from, end, base, out);
}
