/* Bit packing: every width, every length, and the layout that FORMAT.md shows. */
#include "bitpack.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void fill(uint32_t *values, uint32_t n, unsigned width, unsigned seed)
{
    srand(seed);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = (uint32_t)rand() << 16 ^ (uint32_t)rand();
        values[i] = width == 0 ? 0 : r >> (32 - width);
    }
}

Test(bitpack, unpacking_gives_what_was_packed_at_every_width_and_length)
{
    uint32_t values[256], back[257];
    unsigned char packed[1024 + 8];

    for (unsigned width = 0; width <= 32; width++) {
        for (uint32_t n = 1; n <= 256; n += n < 40 || n > 250 ? 1 : 13) {
            fill(values, n, width, width * 1000 + n);
            memset(packed, 0xee, sizeof packed);
            ft_bitpack(values, n, width, packed);
            for (size_t i = ft_bitpack_size(n, width); i < ft_bitpack_size(n, width) + 8; i++)
                cr_assert_eq(packed[i], 0xee, "width %u, n %u: wrote past the end", width, n);
            back[n] = 0x12345678;
            ft_bitunpack(packed, n, width, back);
            cr_assert_arr_eq(back, values, n * sizeof *values, "width %u, n %u", width, n);
            cr_assert_eq(back[n], 0x12345678, "width %u, n %u: unpacked too much", width, n);
        }
    }
}

Test(bitpack, run_layout_is_lowest_bit_first)
{
    const uint32_t values[] = {5, 2, 7, 1};
    unsigned char packed[2];

    ft_bitpack(values, 4, 3, packed);
    cr_assert_eq(packed[0], (5 | 2 << 3 | 7 << 6) & 0xff);
    cr_assert_eq(packed[1], 7 >> 2 | 1 << 1);
}

Test(bitpack, lanes_keep_value_i_in_lane_i_mod_8)
{
    uint32_t values[256] = {0};
    unsigned char packed[32 * 4];

    values[8] = 0xf; /* row 1 of lane 0: bits 4..7 of word 0 */
    values[3] = 0x9; /* row 0 of lane 3: bits 0..3 of word 3 */
    values[255] = 1; /* row 31 of lane 7: bit 124 of the lane, in its word 3 */
    ft_bitpack(values, 256, 4, packed);
    cr_assert_eq(packed[0], 0xf0);
    cr_assert_eq(packed[4 * 3], 0x09);
    cr_assert_eq(packed[4 * (3 * 8 + 7) + 3], 0x10);
}
