/* test_rice.c - groups of integers in Rice's code. */
#include "rice.h"

#include "envelope.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static uint32_t draw(unsigned spread)
{
    uint32_t v = (uint32_t)rand() << 16 ^ (uint32_t)rand();

    return spread ? v >> (32 - spread) : 0;
}

static void round_trip(const uint32_t *values, uint32_t n)
{
    ft_buf b = {0};
    uint32_t sums[FT_RICE_GROUP], some[FT_RICE_GROUP], sum = 0;
    ft_rice g;

    ft_rice_encode(&b, values, n);
    size_t len = b.len;
    cr_assert_leq(len, 4 * (size_t)n + n / 8 + 12, "no worse than plain numbers");
    ft_buf_put(&b, (const unsigned char[FT_ENVELOPE_TAIL]){0}, FT_ENVELOPE_TAIL);
    ft_bytes in = ft_bytes_of(b.data, len);
    ft_rice_open(&g, &in, n);
    cr_assert(!in.failed && ft_bytes_left(&in) == 0);
    cr_assert(ft_rice_sums(&g, sums));
    for (uint32_t i = 0; i < n; i++)
        cr_assert_eq(sums[i], sum += values[i] + 1, "number %u of %u", i, n);
    for (uint32_t from = 0; from < n; from += 1 + from / 3) {
        uint32_t end = from + 1 + (uint32_t)rand() % (n - from);
        cr_assert(ft_rice_some(&g, from, end, 5, some));
        for (uint32_t i = from; i < end; i++)
            cr_assert_eq(some[i - from], sums[i] - (from ? sums[from - 1] : 0) + 5, "number %u of %u", i, n);
    }
    for (size_t cut = 0; cut < len; cut++) {
        in = ft_bytes_of(b.data, cut);
        ft_rice_open(&g, &in, n);
        cr_assert(in.failed, "%zu of %zu bytes", cut, len);
    }
    ft_buf_release(&b);
}

Test(rice, every_length_and_spread_comes_back)
{
    uint32_t values[FT_RICE_GROUP];

    srand(5);
    for (uint32_t n = 1; n <= FT_RICE_GROUP; n += n < 20 ? 1 : n == 255 ? 1 : 59)
        for (unsigned spread = 0; spread <= 32; spread++) {
            for (uint32_t i = 0; i < n; i++)
                values[i] = draw(i % 7 == 3 ? spread : spread / 2);
            round_trip(values, n);
        }
    for (uint32_t i = 0; i < FT_RICE_GROUP; i++)
        values[i] = i == 100 ? UINT32_MAX : 0;
    round_trip(values, FT_RICE_GROUP);
}

Test(rice, the_example_of_the_format)
{
    const uint32_t values[] = {5, 0, 9};
    const unsigned char want[] = {0x02, 0x03, 0x11, 0x26};
    ft_buf b = {0};

    ft_rice_encode(&b, values, 3);
    cr_assert_eq(b.len, sizeof want);
    cr_assert_arr_eq(b.data, want, sizeof want);
    ft_buf_release(&b);
}

Test(rice, damaged_groups_are_refused_or_well_formed)
{
    uint32_t values[FT_RICE_GROUP], sums[FT_RICE_GROUP];
    ft_buf b = {0};
    unsigned refused = 0;
    ft_rice g;

    srand(6);
    for (uint32_t i = 0; i < 200; i++)
        values[i] = draw(6);
    ft_rice_encode(&b, values, 200);
    size_t len = b.len;
    ft_buf_put(&b, (const unsigned char[FT_ENVELOPE_TAIL]){0}, FT_ENVELOPE_TAIL);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        b.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ft_bytes in = ft_bytes_of(b.data, len);
        ft_rice_open(&g, &in, 200);
        refused += in.failed || !ft_rice_sums(&g, sums);
        if (!in.failed)
            (void)ft_rice_some(&g, 190, 200, 0, sums);
        b.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    cr_assert_gt(refused, 200u, "ones that are too many or too few are seen");
    ft_buf_release(&b);
}
