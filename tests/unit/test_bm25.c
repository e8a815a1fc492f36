/* BM25 parts and bounds: what is stored at some parameters must bound the part at any others. */
#include "bm25.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static double pick(double lo, double hi)
{
    return lo + (hi - lo) * rand() / RAND_MAX;
}

Test(bm25, part_is_the_formula)
{
    ft_bm25 p = ft_bm25_make(1.2, 0.75, 100);
    double want = 3 / (3 + 1.2 * (1 - 0.75 + 0.75 * 80 / 100));

    cr_assert_float_eq(ft_bm25_part(p, 3, 80), want, 1e-6);
}

Test(bm25, part_is_monotone_to_the_bit)
{
    srand(3);
    for (int i = 0; i < 200000; i++) {
        ft_bm25 p = ft_bm25_make(pick(0, 3), pick(0, 1), pick(1, 500));
        uint32_t tf = 1 + (uint32_t)rand() % 1000, dl = 1 + (uint32_t)rand() % 3000;
        float part = ft_bm25_part(p, tf, dl);
        cr_assert_geq(ft_bm25_part(p, tf + 1, dl), part);
        cr_assert_leq(ft_bm25_part(p, tf, dl + 1), part);
    }
}

Test(bm25, quantized_bound_is_never_below_and_never_more_than_a_step_above)
{
    srand(4);
    for (int i = 0; i < 200000; i++) {
        float part = (float)pick(0, 1);
        float bound = ft_bm25_bound(ft_bm25_quantize(part), 1);
        cr_assert_geq(bound, part);
        cr_assert_leq(bound, part + 1.0f / 254);
    }
    cr_assert_eq(ft_bm25_quantize(1.0f), 255);
}

Test(bm25, bounds_at_once_equal_those_one_by_one)
{
    static const float factors[] = {1, 1.25f, 300, INFINITY};
    float bounds[256];

    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        ft_bm25_bounds(factors[i], bounds);
        cr_assert_eq(bounds[0], 0);
        for (int stored = 1; stored < 256; stored++)
            cr_assert_eq(bounds[stored], ft_bm25_bound((uint8_t)stored, factors[i]), "%d", stored);
    }
}

Test(bm25, bounds_hold_under_other_parameters_and_statistics)
{
    srand(5);
    for (int i = 0; i < 300000; i++) {
        ft_bm25 stored = ft_bm25_make(i % 7 ? pick(0, 3) : 0, i % 5 ? pick(0, 1) : 1, pick(1, 500));
        ft_bm25 asked = ft_bm25_make(i % 11 ? pick(0, 3) : 0, i % 3 ? pick(0, 1) : 0, pick(1, 500));
        float factor = ft_bm25_factor(stored, asked);
        uint32_t tf = 1 + (uint32_t)rand() % 100, dl = tf + (uint32_t)rand() % 3000;
        uint8_t impact = ft_bm25_quantize(ft_bm25_part(stored, tf, dl));
        cr_assert_geq(ft_bm25_bound(impact, factor), ft_bm25_part(asked, tf, dl), "round %d", i);
    }
}
