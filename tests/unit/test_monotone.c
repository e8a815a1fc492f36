/* Elias-Fano blocks: round trips over every density and length, hostile bytes, and FORMAT.md's worked examples. */
#include "monotone.h"

#include "cpu.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define TAIL 64

static uint32_t draw(uint32_t *values, uint32_t n, uint32_t mean_gap)
{
    uint32_t at = (uint32_t)rand() % (mean_gap + 1);

    for (uint32_t i = 0; i < n; i++) {
        values[i] = at;
        at += 1 + (mean_gap > 1 ? (uint32_t)rand() % (2 * mean_gap - 1) : 0);
    }
    return values[n - 1] + 1;
}

static void pad(ft_buf *b)
{
    size_t len = b->len;

    memset(ft_buf_reserve(b, TAIL), 0xff, TAIL);
    b->len = len;
}

Test(monotone, round_trip_at_every_density_and_length)
{
    static const uint32_t gaps[] = {0, 1, 2, 3, 5, 8, 20, 100, 4000, 100000, 8000000};
    uint32_t values[256], back[256];
    ft_buf b = {0};

    srand(7);
    for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
        for (uint32_t n = 1; n <= 256; n++) {
            uint32_t universe = draw(values, n, gaps[g]);
            ft_buf_reset(&b);
            ft_monotone_encode(&b, values, n);
            pad(&b);
            const unsigned char *end = ft_monotone_decode(b.data, b.data + b.len, n, universe, 10, back);
            cr_assert_eq(end, b.data + b.len, "gap %u, n %u", gaps[g], n);
            cr_assert_eq(ft_monotone_skip(b.data, b.data + b.len, n, universe), end);
            for (uint32_t i = 0; i < n; i++)
                cr_assert_eq(back[i], values[i] + 10, "gap %u, n %u, i %u", gaps[g], n, i);
        }
    }
    ft_buf_release(&b);
}

Test(monotone, single_values_are_found_without_decoding_by_every_set_of_kernels)
{
    static const uint32_t gaps[] = {0, 1, 2, 3, 5, 8, 20, 100, 4000, 100000, 8000000};
    static const char *const sets[] = {"scalar", "sse41", "avx2", "avx512"};
    uint32_t values[256];
    ft_kernels best = ft_cpu;
    ft_buf b = {0};

    srand(8);
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        if (!ft_kernels_named(sets[s], &ft_cpu))
            continue;
        for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
            for (uint32_t n = 1; n <= 256; n += n < 8 ? 1 : 31) {
                uint32_t universe = draw(values, n, gaps[g]);
                ft_buf_reset(&b);
                ft_monotone_encode(&b, values, n);
                pad(&b);
                const unsigned char *p = b.data, *end = b.data + b.len;
                for (uint32_t i = 0; i < n; i++) {
                    uint32_t before = i ? values[i - 1] : UINT32_MAX;
                    cr_assert_eq(ft_monotone_find(p, end, n, universe, values[i]), i, "%s, gap %u, %u of %u", sets[s],
                                 gaps[g], i, n);
                    cr_assert_eq(ft_monotone_step(p, end, n, universe, i), values[i] - before);
                    if (values[i] + 1 != (i + 1 < n ? values[i + 1] : 0))
                        cr_assert_eq(ft_monotone_find(p, end, n, universe, values[i] + 1), n);
                }
                if (values[0])
                    cr_assert_eq(ft_monotone_find(p, end, n, universe, values[0] - 1), n);
            }
        }
    }
    ft_cpu = best;
    ft_buf_release(&b);
}

Test(monotone, blocks_are_as_small_as_elias_fano_promises)
{
    uint32_t values[256];
    ft_buf b = {0};

    srand(11);
    uint32_t universe = draw(values, 256, 64);
    ft_monotone_encode(&b, values, 256);
    double per_value = 8.0 * (double)b.len / 256, log2_gap = __builtin_log2((double)universe / 256);
    cr_assert_lt(per_value, log2_gap + 2.1, "%.2f bits at gap 2^%.2f", per_value, log2_gap);
    ft_buf_release(&b);
}

Test(monotone, worked_examples)
{
    const uint32_t dense[] = {0, 2, 3}, run[] = {0, 1, 2, 3}, sparse[] = {100, 300};
    ft_buf b = {0};

    ft_monotone_encode(&b, dense, 3);
    cr_assert_arr_eq(b.data, "\x00\x0d", 2);
    cr_assert_eq(b.len, 2);
    ft_buf_reset(&b);
    ft_monotone_encode(&b, run, 4);
    cr_assert_arr_eq(b.data, "\x40", 1);
    cr_assert_eq(b.len, 1);
    ft_buf_reset(&b);
    ft_monotone_encode(&b, sparse, 2); /* w = 100, 299; l = 7: low 100, 43; high 0, 2: bits 0 and 3 */
    cr_assert_arr_eq(b.data, "\x07\xe4\x15\x09", 4);
    cr_assert_eq(b.len, 4);
    ft_buf_release(&b);
}

Test(monotone, no_flipped_bit_gives_values_outside_the_universe)
{
    uint32_t values[256], back[256];
    ft_buf b = {0};

    srand(13);
    for (unsigned round = 0; round < 40; round++) {
        uint32_t n = 2 + (uint32_t)rand() % 255, universe = draw(values, n, 1 + (uint32_t)rand() % 40);
        ft_buf_reset(&b);
        ft_monotone_encode(&b, values, n);
        pad(&b);
        for (size_t bit = 0; bit < 8 * b.len; bit++) {
            b.data[bit / 8] ^= (unsigned char)(1u << (bit % 8));
            if (ft_monotone_decode(b.data, b.data + b.len, n, universe, 0, back)) {
                cr_assert_eq(back[n - 1], universe - 1);
                for (uint32_t i = 1; i < n; i++)
                    cr_assert_lt(back[i - 1], back[i]);
            }
            b.data[bit / 8] ^= (unsigned char)(1u << (bit % 8));
        }
        for (size_t len = 0; len < b.len; len++)
            cr_assert_null(ft_monotone_decode(b.data, b.data + len, n, universe, 0, back));
    }
    ft_buf_release(&b);
}
