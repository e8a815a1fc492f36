/* bitpack.h - fixed-width integers in bit strings. Two layouts, FORMAT.md "Bit packing":
 *
 * - lanes: exactly 256 values in 8 lanes of 32: value i is row i/8 of lane i%8, each lane its own string of bits kept
 *   in every eighth 32-bit word. Eight lanes unpack side by side in 256-bit registers.
 * - run: any number of values one after another, lowest bit first. */
#ifndef FT_BITPACK_H
#define FT_BITPACK_H

#include "bytes.h"

#include <stddef.h>
#include <stdint.h>

#define FT_LANES_COUNT 256u

/* Bytes of n packed values of `width` bits (0..32). */
static inline size_t ft_bitpack_size(uint32_t n, unsigned width)
{
    return n == FT_LANES_COUNT ? (size_t)width * 32 : ((size_t)n * width + 7) / 8;
}

/* Packs n values (n <= 256) below 2^width; lanes if n == 256, else run. out has ft_bitpack_size() bytes. */
void ft_bitpack(const uint32_t *values, uint32_t n, unsigned width, unsigned char *out);

/* The layout `run` for any number of values. */
void ft_bitpack_run(const uint32_t *values, uint32_t n, unsigned width, unsigned char *out);

/* Unpacks n values. May read up to 8 bytes past the packed ones (run), never writes past out[n - 1]. */
void ft_bitunpack(const unsigned char *packed, uint32_t n, unsigned width, uint32_t *out);

/* Value i of them, 1 <= width <= 32; reads as ft_bitunpack does. */
static inline uint32_t ft_bitunpack_one(const unsigned char *packed, uint32_t n, unsigned width, uint32_t i)
{
    uint32_t mask = width == 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;

    if (n != FT_LANES_COUNT) {
        size_t bit = (size_t)i * width;
        return (uint32_t)(ft_load_u64(packed + bit / 8) >> (bit % 8)) & mask;
    }
    unsigned bit = i / 8 * width, shift = bit % 32;
    const unsigned char *at = packed + 32 * (bit / 32) + 4 * (i % 8);
    uint32_t v = ft_load_u32(at) >> shift;
    if (shift + width > 32)
        v |= ft_load_u32(at + 32) << (32 - shift);
    return v & mask;
}

/* Bits needed for v: 0 for 0, 32 for 2^31 and above. */
static inline unsigned ft_bit_width(uint32_t v)
{
    return v ? 32 - (unsigned)__builtin_clz(v) : 0;
}

#endif
