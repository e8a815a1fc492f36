/* bm25.h - the tf part of BM25 and its bounds.
 *
 *     part(tf, dl) = tf / (tf + A + B * dl)      A = k1 * (1 - b)      B = k1 * b / avgdl
 *
 * in single precision, each operation rounded on its own. All operations are monotone, so part() never falls when tf
 * grows and never grows when dl grows, to the bit.
 *
 * A bound stored at (A, B) as u8 / 255 serves any other (A', B'): with dl >= 1
 *     (A + B dl) / (A' + B' dl) <= max((A + B) / (A' + B'), B / B')
 * (a ratio of affine functions is monotone in dl, so it lies between its values at dl = 1 and at infinity), and with
 * r that maximum, 1 at least, tf / (tf + x') <= r * tf / (tf + x) for x <= r x'. Hence min(1, stored * r). */
#ifndef FT_BM25_H
#define FT_BM25_H

#include <stdint.h>

typedef struct ft_bm25 {
    float a, b; /* A and B above */
} ft_bm25;

/* avgdl <= 0 counts as 1. */
ft_bm25 ft_bm25_make(double k1, double b, double avgdl);

static inline float ft_bm25_part(ft_bm25 p, uint32_t tf, uint32_t dl)
{
    float f = (float)tf;
    float x = p.b * (float)dl;
    x = p.a + x;
    return f / (f + x);
}

/* The u8 bound of a part: the least i with i / 255 >= part. */
uint8_t ft_bm25_quantize(float part);

/* The factor r, rounded up, from the parameters a segment's bounds were stored with to those of a query. Infinity when
 * no finite factor serves. */
float ft_bm25_factor(ft_bm25 stored, ft_bm25 asked);

/* A stored bound under a factor: at least every part of its block, at most 1. */
float ft_bm25_bound(uint8_t stored, float factor);
/* The bound of each, all at once; 0 for 0. */
void ft_bm25_bounds(float factor, float out[256]);

#endif
