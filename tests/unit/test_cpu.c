/* Kernels: every instruction set this machine has equals the scalar definition, up against a guard page. */
#include "cpu.h"

#include "bitpack.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const sets[] = {"scalar", "sse41", "avx2", "avx512"};

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

Test(cpu, elias_fano_equals_scalar_for_every_number_of_low_bits)
{
    static uint32_t want[512 + 80], got[512 + 80], low[512 + 80];
    ft_kernels k;

    srand(5);
    for (unsigned round = 0; round < 3000; round++) {
        unsigned char bitmap[256 + 8];
        unsigned l = round % 32;
        uint32_t bits = 1 + (uint32_t)rand() % 2048, limit = 1 + (uint32_t)rand() % 512;
        uint32_t base = (uint32_t)rand();
        for (size_t i = 0; i < sizeof bitmap; i++)
            bitmap[i] = (unsigned char)(round % 3 ? rand() & rand() : rand());
        for (size_t i = 0; i < sizeof low / sizeof *low; i++)
            low[i] = (uint32_t)rand() & ((1u << l) - 1);
        uint32_t n = ft_kernels_scalar.elias_fano(bitmap, bits, limit, low, l, base, want);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            cr_assert_eq(k.elias_fano(bitmap, bits, limit, low, l, base, got), n, "%s", sets[s]);
            cr_assert_arr_eq(got, want, n * sizeof *want, "%s, %u low bits", sets[s], l);
        }
    }
}

Test(cpu, ascending_is_told_by_every_set_wherever_it_is_broken)
{
    uint32_t values[256];
    ft_kernels k;

    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        if (!ft_kernels_named(sets[s], &k))
            continue;
        for (uint32_t n = 1; n <= 256; n++) {
            for (uint32_t i = 0; i < n; i++)
                values[i] = 0x7fffff80u + i; /* on both sides of the sign */
            cr_assert(k.ascends(values, n), "%s, %u", sets[s], n);
            for (uint32_t at = 1; at < n; at += 1 + n / 9) {
                uint32_t kept = values[at];
                values[at] = values[at - 1];
                cr_assert_not(k.ascends(values, n), "%s, %u at %u", sets[s], n, at);
                values[at] = kept;
            }
        }
    }
}

Test(cpu, gathering_lengths_equals_scalar)
{
    uint32_t at[256], want[257], got[257];
    ft_kernels k;
    void *map;
    size_t map_len;
    unsigned char *table = guarded(2 * 5000 + 2, &map, &map_len); /* with the 2 bytes allowed */

    srand(6);
    for (unsigned i = 0; i < 2 * 5000 + 2; i++)
        table[i] = (unsigned char)rand();
    for (unsigned round = 0; round < 500; round++) {
        uint32_t n = (uint32_t)rand() % 257;
        for (uint32_t i = 0; i < n; i++)
            at[i] = i ? (uint32_t)rand() % 5000 : 4999;
        uint32_t most = ft_kernels_scalar.gather_u16(table, at, n, want);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            got[n] = 77;
            cr_assert_eq(k.gather_u16(table, at, n, got), most, "%s", sets[s]);
            cr_assert_arr_eq(got, want, n * sizeof *want, "%s", sets[s]);
            cr_assert_eq(got[n], 77);
        }
    }
    munmap(map, map_len);
}

Test(cpu, matching_equals_scalar_for_sparse_and_dense_lists)
{
    uint32_t list[256 + 16], wanted[256];
    uint16_t which[2][256], where[2][256];
    ft_kernels k;

    srand(7);
    for (unsigned round = 0; round < 4000; round++) {
        uint32_t n_list = 1 + (uint32_t)rand() % 256, n = (uint32_t)rand() % 257;
        uint32_t step = 1u << rand() % 20, v = (uint32_t)rand();
        for (uint32_t i = 0; i < 256 + 16; i++)
            list[i] = i < n_list ? v += 1 + (uint32_t)rand() % step : UINT32_MAX;
        v = list[0] - (uint32_t)rand() % 3;
        for (uint32_t i = 0; i < n; i++)
            wanted[i] = rand() % 2 && list[i % n_list] > v && list[i % n_list] < UINT32_MAX ? (v = list[i % n_list])
                                                                                           : ++v;
        uint32_t found = ft_kernels_scalar.match(list, wanted, n, which[0], where[0]);
        for (uint32_t i = 0; i < found; i++)
            cr_assert_eq(list[where[0][i]], wanted[which[0][i]]);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            cr_assert_eq(k.match(list, wanted, n, which[1], where[1]), found, "%s", sets[s]);
            cr_assert_arr_eq(which[1], which[0], found * sizeof **which, "%s", sets[s]);
            cr_assert_arr_eq(where[1], where[0], found * sizeof **where, "%s", sets[s]);
        }
    }
}

Test(cpu, collecting_equals_scalar_and_clears)
{
    static uint32_t cells[2][512], numbers[2][512], values[2][512];
    static const uint32_t zeros[512];
    ft_kernels k;

    srand(8);
    for (unsigned round = 0; round < 600; round++) {
        uint32_t n = 16 * (1 + (uint32_t)rand() % 32), need = round % 5 ? (uint32_t)rand() % 1000 : 0, found[2];
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            srand(round);
            for (uint32_t i = 0; i < n; i++)
                cells[0][i] = cells[1][i] = rand() % 3 ? 0 : (uint32_t)rand() % 1200;
            found[0] = ft_kernels_scalar.collect(cells[0], n, need, round, numbers[0], values[0]);
            found[1] = k.collect(cells[1], n, need, round, numbers[1], values[1]);
            cr_assert_eq(found[0], found[1], "%s", sets[s]);
            cr_assert_arr_eq(numbers[1], numbers[0], found[0] * sizeof **numbers, "%s", sets[s]);
            cr_assert_arr_eq(values[1], values[0], found[0] * sizeof **values, "%s", sets[s]);
            cr_assert_arr_eq(cells[1], zeros, n * sizeof **cells, "%s", sets[s]);
        }
    }
}

Test(cpu, counting_bits_and_the_nth_of_them_equal_scalar)
{
    ft_kernels k;

    srand(9);
    for (uint32_t bits = 0; bits < 700; bits += 1 + bits / 50) {
        void *map;
        size_t map_len;
        unsigned char *bitmap = guarded((bits + 7) / 8 + 8, &map, &map_len);
        for (uint32_t i = 0; i < (bits + 7) / 8 + 8; i++)
            bitmap[i] = (unsigned char)(rand() & (bits % 3 ? rand() : 0xff));
        uint32_t n = ft_kernels_scalar.count_bits(bitmap, bits);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            cr_assert_eq(k.count_bits(bitmap, bits), n, "%s, %u bits", sets[s], bits);
            for (uint32_t i = 0; i < n; i++) {
                uint32_t place = k.nth_bit(bitmap, bits, i);
                cr_assert_lt(place, bits);
                cr_assert(bitmap[place / 8] >> place % 8 & 1);
                cr_assert_eq(ft_kernels_scalar.count_bits(bitmap, place), i, "%s, bit %u of %u", sets[s], i, bits);
            }
            cr_assert_geq(k.nth_bit(bitmap, bits, n + 64), bits);
        }
        munmap(map, map_len);
    }
}

Test(cpu, oring_bits_equals_scalar_and_touches_no_other_word)
{
    uint64_t want[80], got[80], slow[80];
    ft_kernels k;

    srand(8);
    for (unsigned round = 0; round < 30000; round++) {
        uint32_t from = (uint32_t)rand() % 200, n = 1 + (uint32_t)rand() % (round % 2 ? 2300 : 140);
        uint32_t at = (uint32_t)rand() % 2300, first = at / 64, words = (at + n - 1) / 64 + 1 - first;
        void *map, *window;
        size_t map_len, window_len, len = (from + n + 7) / 8 + 8;
        unsigned char *bitmap = guarded(len, &map, &map_len);
        uint64_t *to = (uint64_t *)(void *)guarded(words * sizeof *to, &window, &window_len);
        for (size_t i = 0; i < len; i++)
            bitmap[i] = (unsigned char)rand();
        for (uint32_t i = 0; i < 80; i++)
            want[i] = slow[i] = (uint64_t)rand() << 40 & (uint64_t)rand() << 20;
        memcpy(got, want, sizeof got);
        for (uint32_t i = 0; i < n; i++)
            slow[(at + i) / 64] |= (uint64_t)(bitmap[(from + i) / 8] >> (from + i) % 8 & 1) << (at + i) % 64;
        ft_kernels_scalar.or_bits(want, at, bitmap, from, n);
        cr_assert_arr_eq(want, slow, sizeof want, "at %u, from %u, %u bits", at, from, n);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            memcpy(to, got + first, words * sizeof *to);
            k.or_bits(to, at % 64, bitmap, from, n);
            cr_assert_arr_eq(to, want + first, words * sizeof *to, "%s: at %u, from %u, %u bits", sets[s], at, from, n);
        }
        munmap(map, map_len);
        munmap(window, window_len);
    }
}

Test(cpu, taking_bytes_and_counting_bits_equal_scalar)
{
    unsigned char bytes[64 * 70], copy[sizeof bytes];
    uint64_t want[70], got[70];
    ft_kernels k;

    srand(9);
    for (unsigned round = 0; round < 3000; round++) {
        uint32_t n = (uint32_t)rand() % 70, slow = 0;
        for (uint32_t i = 0; i < sizeof bytes; i++)
            bytes[i] = round % 3 ? rand() % 2 : rand() % 50 == 0;
        for (uint32_t i = 0; i < 70; i++)
            want[i] = (uint64_t)rand() << 33 & (uint64_t)rand() << 20;
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            memcpy(copy, bytes, sizeof copy);
            memcpy(got, want, sizeof got);
            k.take_bytes(copy, n, got);
            for (uint32_t i = 0; i < sizeof bytes; i++) {
                bool set = got[i / 64] >> i % 64 & 1, was = want[i / 64] >> i % 64 & 1;
                cr_assert_eq(copy[i], i < 64 * n ? 0 : bytes[i], "%s", sets[s]);
                cr_assert_eq(set, was || (i < 64 * n && bytes[i]), "%s, bit %u", sets[s], i);
            }
        }
        for (uint32_t i = 0; i < 64 * n; i++)
            slow += got[i / 64] >> i % 64 & 1;
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++)
            if (ft_kernels_named(sets[s], &k))
                cr_assert_eq(k.count_words(got, n), slow, "%s", sets[s]);
    }
}

Test(cpu, choosing_what_is_above_equals_scalar)
{
    uint32_t values[2][257], numbers[2][257], places[2][257];
    ft_kernels k;

    srand(12);
    for (unsigned round = 0; round < 3000; round++) {
        uint32_t n = (uint32_t)rand() % 257, need = (uint32_t)rand() % 100;
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            for (uint32_t i = 0; i < 257; i++) {
                values[0][i] = values[1][i] = (uint32_t)rand() % (round % 2 ? 110 : 3000);
                numbers[0][i] = numbers[1][i] = i * 3;
                places[0][i] = places[1][i] = 77;
            }
            uint32_t found = ft_kernels_scalar.above(values[0], n, need, places[0]);
            cr_assert_eq(k.above(values[1], n, need, places[1]), found, "%s", sets[s]);
            cr_assert_arr_eq(places[1], places[0], found * sizeof **places, "%s", sets[s]);
            cr_assert_eq(places[1][n], 77, "%s wrote behind its room", sets[s]);
            cr_assert_eq(ft_kernels_scalar.keep_above(numbers[0], values[0], n, need), found);
            cr_assert_eq(k.keep_above(numbers[1], values[1], n, need), found, "%s", sets[s]);
            cr_assert_arr_eq(numbers[1], numbers[0], found * sizeof **numbers, "%s", sets[s]);
            cr_assert_arr_eq(values[1], values[0], found * sizeof **values, "%s", sets[s]);
            cr_assert_eq(numbers[1][n], numbers[0][n]);
            uint8_t marks[256];
            for (uint32_t i = 0; i < 256; i++)
                marks[i] = rand() % 2;
            uint32_t kept = ft_kernels_scalar.keep_marked(numbers[0], values[0], marks, found, round % 2);
            cr_assert_eq(k.keep_marked(numbers[1], values[1], marks, found, round % 2), kept, "%s", sets[s]);
            cr_assert_arr_eq(numbers[1], numbers[0], kept * sizeof **numbers, "%s", sets[s]);
            cr_assert_arr_eq(values[1], values[0], kept * sizeof **values, "%s", sets[s]);
        }
    }
}

Test(cpu, hashing_a_block_equals_scalar)
{
    ft_kernels k;

    srand(10);
    for (unsigned round = 0; round < 400; round++) {
        size_t len = round < 300 ? round : 1 + (size_t)rand() % 65536, map_len;
        void *map;
        unsigned char *data = guarded(len, &map, &map_len);
        for (size_t i = 0; i < len; i++)
            data[i] = (unsigned char)rand();
        uint64_t want = ft_kernels_scalar.hash_block(data, len);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++)
            if (ft_kernels_named(sets[s], &k))
                cr_assert_eq(k.hash_block(data, len), want, "%s: %zu bytes", sets[s], len);
        munmap(map, map_len);
    }
}

Test(cpu, sums_of_rice_groups_equal_scalar_at_every_width_and_length)
{
    uint32_t values[256], want[256], got[256];
    unsigned char high[2048];
    ft_kernels k;

    srand(4);
    for (unsigned width = 0; width <= 31; width++)
        for (uint32_t n = 1; n <= 256; n += n < 20 || n >= 250 ? 1 : 23) {
            void *map;
            size_t map_len, low_len = ft_bitpack_size(n, width);
            unsigned char *low = guarded(low_len + 64, &map, &map_len); /* with the 64 bytes allowed */
            uint32_t bits = 0;
            memset(high, 0, sizeof high);
            for (uint32_t i = 0; i < n; i++) {
                values[i] = ((uint32_t)rand() << 16 ^ (uint32_t)rand()) & ((UINT32_C(1) << width) - 1);
                bits += (uint32_t)rand() % (width % 3 ? 4 : 40);
                high[bits / 8] |= (unsigned char)(1u << bits % 8);
                bits++;
            }
            ft_bitpack(values, n, width, low);
            for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
                if (!ft_kernels_named(sets[s], &k))
                    continue;
                cr_assert(ft_kernels_scalar.rice_sums(low, high, bits, width, n, want));
                cr_assert(k.rice_sums(low, high, bits, width, n, got));
                cr_assert_arr_eq(got, want, n * sizeof *want, "%s, width %u, %u values", sets[s], width, n);
                uint32_t from = (uint32_t)rand() % n, end = from + 1 + (uint32_t)rand() % (n - from);
                cr_assert(ft_kernels_scalar.rice_some(low, high, bits, width, n, from, end, 7, want));
                cr_assert(k.rice_some(low, high, bits, width, n, from, end, 7, got));
                cr_assert_arr_eq(got, want, (end - from) * sizeof *want, "%s, width %u, %u to %u", sets[s], width,
                                 from, end);
                cr_assert_not(k.rice_some(low, high, bits, width, n, n - 1, n + 1, 7, got), "a one too few");
                cr_assert_not(k.rice_sums(low, high, bits + 1, width, n, got), "a zero at the end");
                cr_assert_not(n > 1 && k.rice_sums(low, high, bits, width, n - 1, got), "a one too many");
            }
            munmap(map, map_len);
        }
}

Test(cpu, ranks_of_bits_equal_scalar_at_every_length)
{
    static uint32_t at[8192];
    static uint16_t found[2][8192], ranks[2][8192];
    ft_kernels k;

    srand(5);
    for (uint32_t bits = 1; bits <= FT_RANK_BITS; bits += bits < 200 ? 1 : bits < 8100 ? 411 : 1) {
        void *map;
        size_t map_len, len = (bits + 63) / 64 * 8;
        unsigned char *bitmap = guarded(len, &map, &map_len);
        uint32_t n = 0;
        for (size_t i = 0; i < len; i++)
            bitmap[i] = (unsigned char)(bits % 5 ? rand() : 0xff);
        for (uint32_t i = 0; i < bits; i++) {
            at[n] = i;
            n += rand() % (1 + bits % 7) == 0;
        }
        uint32_t want = ft_kernels_scalar.rank_bits(bitmap, bits, at, n, found[0], ranks[0]);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            cr_assert_eq(k.rank_bits(bitmap, bits, at, n, found[1], ranks[1]), want, "%s, %u bits", sets[s], bits);
            cr_assert_arr_eq(found[1], found[0], want * sizeof **found);
            cr_assert_arr_eq(ranks[1], ranks[0], want * sizeof **ranks);
        }
        munmap(map, map_len);
    }
}

Test(cpu, picking_lengths_and_steps_of_sums_equal_scalar)
{
    uint32_t sums[256], want[256 + 31], got[256 + 31];
    ft_kernels k;
    void *maps[2];
    size_t map_lens[2];
    unsigned char *table = guarded(2 * 1000 + 62, maps, map_lens), bitmap[1000 / 8 + 8];

    srand(13);
    for (unsigned i = 0; i < 2 * 1000 + 62; i++)
        table[i] = (unsigned char)rand();
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t bits = 1 + (uint32_t)rand() % 1000, n, before = (uint32_t)rand(), sum = before;
        for (unsigned i = 0; i < sizeof bitmap; i++)
            bitmap[i] = (unsigned char)(rand() & rand() & (bits > 500 ? rand() : 0xff));
        while ((n = ft_kernels_scalar.count_bits(bitmap, bits)) > 256)
            bits -= 100;
        for (uint32_t i = 0; i < 256; i++)
            sums[i] = sum += 1 + (uint32_t)rand() % 9;
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            const unsigned char *end = table + 2 * (size_t)(1000 - bits);
            uint32_t most = ft_kernels_scalar.pick_u16(end, bitmap, bits, want);
            cr_assert_eq(k.pick_u16(end, bitmap, bits, got), most, "%s", sets[s]);
            cr_assert_arr_eq(got, want, n * sizeof *want, "%s, %u bits", sets[s], bits);
            got[n] = 77;
            ft_kernels_scalar.steps(sums, n, before, want);
            k.steps(sums, n, before, got);
            cr_assert_arr_eq(got, want, n * sizeof *want, "%s", sets[s]);
            cr_assert_eq(got[n], 77);
        }
    }
    munmap(maps[0], map_lens[0]);
}

/* n ascending numbers, with FT_MEET_SLACK more of room right before a guard page. */
static uint32_t *ascending(uint32_t n, uint32_t step, void **map, size_t *map_len)
{
    uint32_t *out = (uint32_t *)(void *)guarded((n + FT_MEET_SLACK) * sizeof *out, map, map_len);

    for (uint32_t i = 0, v = (uint32_t)rand() % 9; i < n; i++, v += 1 + (uint32_t)rand() % step)
        out[i] = v;
    return out;
}

Test(cpu, numbers_in_common_equal_scalar_at_every_length)
{
    uint32_t want[608];
    ft_kernels k;

    srand(6);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t n = (uint32_t)rand() % (round % 2 ? 600 : 20), n_b = (uint32_t)rand() % (round % 3 ? 600 : 20);
        uint32_t shift = (uint32_t)rand() % 5;
        void *maps[3];
        size_t lens[3];
        uint32_t *a = ascending(n, 1 + round % 7, &maps[0], &lens[0]);
        uint32_t *b = ascending(n_b, 1 + round % 5, &maps[1], &lens[1]);
        uint32_t *got = ascending(n, 1, &maps[2], &lens[2]);
        uint32_t n_want = ft_kernels_scalar.meet(a, n, b, n_b, shift, want);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!ft_kernels_named(sets[s], &k))
                continue;
            cr_assert_eq(k.meet(a, n, b, n_b, shift, got), n_want, "%s, %u and %u", sets[s], n, n_b);
            cr_assert_arr_eq(got, want, n_want * sizeof *want, "%s, %u and %u", sets[s], n, n_b);
        }
        for (unsigned i = 0; i < 3; i++)
            munmap(maps[i], lens[i]);
    }
}
