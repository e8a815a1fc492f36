/* monotone.h - blocks of up to 256 strictly increasing integers, coded after Elias and Fano (S. Vigna, "Quasi-succinct
 * indices", WSDM 2013). FORMAT.md, "Monotone blocks".
 *
 * v[0] < v[1] < ... < v[n-1] = universe - 1. With w[i] = v[i] - i, the low l bits of each w are bit-packed and the high
 * parts stand in unary: bit (w[i] >> l) + i of the upper bitmap is set. With l = 0 the bitmap is exactly the set of the
 * v themselves, so dense blocks are bitsets at no cost; a block without gaps takes one byte. */
#ifndef FT_MONOTONE_H
#define FT_MONOTONE_H

#include "buf.h"

#define FT_BLOCK_LEN 256u

enum {
    FT_MONOTONE_RUN = 0x40 /* mode byte of a block without gaps; else the mode is l, 0..31 */
};

/* Appends the block of n values (1..256); the universe is values[n-1] + 1 and is not stored, nor is n. */
void ft_monotone_encode(ft_buf *out, const uint32_t *values, uint32_t n);

/* Decodes a block at p that may reach to `end`, adding `base` to each value. Returns the byte behind the block, or NULL
 * if it is malformed (then out holds n arbitrary numbers). Needs FT_ENVELOPE_TAIL readable bytes behind end. */
const unsigned char *ft_monotone_decode(const unsigned char *p, const unsigned char *end, uint32_t n,
                                        uint32_t universe, uint32_t base, uint32_t *out);

/* If a block is kept as a plain set of bits, where they begin (bit i: value i is there; universe bits), else NULL. */
static inline const unsigned char *ft_monotone_bitmap(const unsigned char *p, const unsigned char *end, uint32_t n,
                                                      uint32_t universe)
{
    bool set = n > 1 && universe >= n && p < end && *p == 0 && (size_t)(end - p - 1) >= ((size_t)universe + 7) / 8;

    return set ? p + 1 : NULL;
}

/* How much value i < n of a well-formed block is above the one before, or above -1, without decoding the others; of
 * another block, any number. */
uint32_t ft_monotone_step(const unsigned char *p, const unsigned char *end, uint32_t n, uint32_t universe, uint32_t i);

/* The number of a value in a well-formed block, without decoding the others; n if it is not there, and for another
 * block any number up to n. */
uint32_t ft_monotone_find(const unsigned char *p, const unsigned char *end, uint32_t n, uint32_t universe,
                          uint32_t value);

/* The byte behind a block without decoding it, or NULL. */
const unsigned char *ft_monotone_skip(const unsigned char *p, const unsigned char *end, uint32_t n, uint32_t universe);

#endif
