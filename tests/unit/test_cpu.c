/* Kernels: every instruction set this machine has equals the scalar definition, up against a guard page. */
#include "cpu.h"

#include "bitpack.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const sets[] = {"scalar", "avx2", "avx512"};

/* len readable bytes right before a page that must not be touched. */
static unsigned char *guarded(size_t len, void **map, size_t *map_len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (len + page - 1) / page * page;
    unsigned char *p = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    cr_assert_neq(p, MAP_FAILED);
    mprotect(p + room, page, PROT_NONE);
    *map = p;
    *map_len = room + page;
    return p + room - len;
}

Test(cpu, unpacking_lanes_equals_scalar_at_every_width)
{
    uint32_t values[256], want[256], got[256];
    ft_kernels k;

    srand(1);
    for (unsigned width = 1; width <= 32; width++) {
        void *map;
        size_t map_len;
        unsigned char *packed = guarded((size_t)width * 32, &map, &map_len);
        for (unsigned i = 0; i < 256; i++)
            values[i] = ((uint32_t)rand() << 16 ^ (uint32_t)rand()) >> (32 - width);
        ft_bitpack(values, 256, width, packed);
        ft_kernels_scalar.unpack_lanes(packed, width, want);
        cr_assert_arr_eq(want, values, sizeof want);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            k.unpack_lanes(packed, width, got);
            cr_assert_arr_eq(got, want, sizeof got, "%s, width %u", sets[s], width);
        }
        munmap(map, map_len);
    }
}

Test(cpu, set_bits_equals_scalar_at_every_length_and_density)
{
    static uint32_t want[4096 + 64], got[4096 + 64];
    ft_kernels k;

    srand(2);
    for (uint32_t bits = 1; bits < 1500; bits += bits < 300 ? 1 : 37) {
        void *map;
        size_t map_len;
        unsigned char *bitmap = guarded((bits + 7) / 8 + 8, &map, &map_len); /* with the 8 bytes allowed */
        for (unsigned density = 0; density < 4; density++) {
            for (uint32_t i = 0; i < (bits + 7) / 8 + 8; i++)
                bitmap[i] = density == 3 ? 0xff : (unsigned char)(density == 2 ? rand() : rand() & rand() & rand());
            for (uint32_t limit = 1; limit < 2000; limit = limit * 3 + 1) {
                uint32_t n = ft_kernels_scalar.set_bits(bitmap, bits, limit, want);
                for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
                    if (!ft_kernels_named(sets[s], &k))
                        continue;
                    cr_assert_eq(k.set_bits(bitmap, bits, limit, got), n, "%s, %u bits", sets[s], bits);
                    cr_assert_arr_eq(got, want, n * sizeof *want, "%s, %u bits", sets[s], bits);
                }
            }
        }
        munmap(map, map_len);
    }
}

Test(cpu, scores_equal_scalar_to_the_bit)
{
    uint32_t tf[256], dl[256], want[257], got[257];
    ft_kernels k;

    srand(3);
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t n = 1 + (uint32_t)rand() % 256;
        float weight = (float)(1 + rand() % (1 << 30));
        float a = (float)(rand() % 1000) / 700, b = (float)(rand() % 1000) / 9e4f;
        for (uint32_t i = 0; i < n; i++) {
            tf[i] = 1 + (uint32_t)rand() % (round % 3 ? 5 : 100000);
            dl[i] = tf[i] + (uint32_t)rand() % 70000;
        }
        ft_kernels_scalar.score(tf, dl, n, weight, a, b, want);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            got[n] = 77;
            k.score(tf, dl, n, weight, a, b, got);
            cr_assert_arr_eq(got, want, n * sizeof *want, "%s", sets[s]);
            cr_assert_eq(got[n], 77);
        }
    }
}

Test(cpu, classifying_bytes_equals_scalar_for_every_byte)
{
    ft_kernels k;
    void *map;
    size_t map_len;
    unsigned char *text = guarded(64, &map, &map_len);
    ft_byte_masks want, got;

    for (unsigned first = 0; first < 256; first++) {
        for (unsigned i = 0; i < 64; i++)
            text[i] = (unsigned char)(first + i * (1 + first % 5));
        ft_kernels_scalar.classify(text, &want);
        cr_assert_eq((want.own & want.mid) | (want.own & want.odd) | (want.mid & want.odd), 0);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            k.classify(text, &got);
            cr_assert(got.own == want.own && got.mid == want.mid && got.odd == want.odd, "%s, from byte %u", sets[s],
                      first);
        }
    }
    munmap(map, map_len);
}
