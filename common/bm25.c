/* bm25.c - parameters, bounds and their conversion; see bm25.h. */
#include "bm25.h"

#include <math.h>

ft_bm25 ft_bm25_make(double k1, double b, double avgdl)
{
    if (!(avgdl > 0))
        avgdl = 1;
    return (ft_bm25){(float)(k1 * (1 - b)), (float)(k1 * b / avgdl)};
}

uint8_t ft_bm25_quantize(float part)
{
    int i = (int)(part * 255.0f);

    if (i < 0)
        i = 0;
    while (i < 255 && (float)i / 255.0f < part)
        i++;
    return (uint8_t)i;
}

/* The bound's factor must cover the rounding of part() itself on both sides: a few units in the last place. */
#define ROUNDING 1.000002f

float ft_bm25_factor(ft_bm25 stored, ft_bm25 asked)
{
    if (stored.a == asked.a && stored.b == asked.b)
        return 1;
    float at_one = stored.a + stored.b, asked_at_one = asked.a + asked.b;
    float r = 1;
    if (at_one > 0)
        r = asked_at_one > 0 ? fmaxf(r, at_one / asked_at_one) : INFINITY;
    if (stored.b > 0)
        r = asked.b > 0 ? fmaxf(r, stored.b / asked.b) : INFINITY;
    return r * ROUNDING;
}

float ft_bm25_bound(uint8_t stored, float factor)
{
    float bound = (float)stored / 255.0f * factor;

    return bound < 1 ? bound : 1;
}

void ft_bm25_bounds(float factor, float out[256])
{
    out[0] = 0;
    for (int stored = 1; stored < 256; stored++)
        out[stored] = ft_bm25_bound((uint8_t)stored, factor);
}
