/* bitpack.c - packing, and unpacking by the kernels of cpu.h; see bitpack.h. */
#include "bitpack.h"

#include "bytes.h"
#include "cpu.h"

#define LANES 8u
#define ROWS 32u

static uint32_t mask_of(unsigned width)
{
    return width == 32 ? UINT32_MAX : (1u << width) - 1;
}

static void pack_lanes(const uint32_t *values, unsigned width, unsigned char *out)
{
    memset(out, 0, (size_t)width * 32);
    for (unsigned row = 0; row < ROWS; row++) {
        unsigned bit = row * width, word = bit / 32, shift = bit % 32;
        for (unsigned lane = 0; lane < LANES; lane++) {
            uint32_t v = values[row * LANES + lane];
            unsigned char *at = out + 4 * (word * LANES + lane);
            ft_store_u32(at, ft_load_u32(at) | v << shift);
            if (shift + width > 32)
                ft_store_u32(at + 4 * LANES, v >> (32 - shift));
        }
    }
}

void ft_bitpack_run(const uint32_t *values, uint32_t n, unsigned width, unsigned char *out)
{
    uint64_t acc = 0;
    unsigned held = 0;

    for (uint32_t i = 0; i < n; i++) {
        acc |= (uint64_t)values[i] << held;
        held += width;
        while (held >= 8) {
            *out++ = (unsigned char)acc;
            acc >>= 8;
            held -= 8;
        }
    }
    if (held)
        *out = (unsigned char)acc;
}

static void unpack_run(const unsigned char *packed, uint32_t n, unsigned width, uint32_t *out)
{
    uint64_t mask = mask_of(width);
    size_t bit = 0;

    for (uint32_t i = 0; i < n; i++, bit += width)
        out[i] = (uint32_t)(ft_load_u64(packed + bit / 8) >> (bit % 8) & mask);
}

void ft_bitpack(const uint32_t *values, uint32_t n, unsigned width, unsigned char *out)
{
    if (width == 0)
        return;
    if (n == FT_LANES_COUNT)
        pack_lanes(values, width, out);
    else
        ft_bitpack_run(values, n, width, out);
}

void ft_bitunpack(const unsigned char *packed, uint32_t n, unsigned width, uint32_t *out)
{
    if (width == 0)
        memset(out, 0, n * sizeof *out);
    else if (n == FT_LANES_COUNT)
        ft_cpu.unpack_lanes(packed, width, out);
    else
        unpack_run(packed, n, width, out);
}
