/* cpu.h - the few hot loops that exist for several instruction sets, behind one table. The scalar functions are the
 * definition; every other set gives the same results to the bit. The best set the machine has is chosen once, before
 * main; the environment variable FT_CPU (scalar, sse41, avx2 or avx512) asks for a lesser one. */
#ifndef FT_CPU_H
#define FT_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Classes of 64 bytes of text, a bit for each. */
typedef struct ft_byte_masks {
    uint64_t own; /* ASCII letters and digits */
    uint64_t mid; /* : , ; . and the apostrophe */
    uint64_t odd; /* the low line, and what is not ASCII */
} ft_byte_masks;

#define FT_RANK_BITS 8192u
#define FT_MEET_SLACK 8u

typedef struct ft_kernels {
    const char *name;
    /* bitpack.h, lanes: 256 values of `width` bits, 1..32. */
    void (*unpack_lanes)(const unsigned char *packed, unsigned width, uint32_t *out);
    /* Places of the set bits of a bitmap of `bits` bits, ascending; how many. Stops after the 64 bits that bring more
     * than `limit`. out has room for limit + 64 of them; up to 8 bytes behind the bitmap may be read. */
    uint32_t (*set_bits)(const unsigned char *bitmap, uint32_t bits, uint32_t limit, uint32_t *out);
    /* out[i] = (uint32_t)(weight * (tf[i] / (tf[i] + (a + b * dl[i])))), each operation rounded to single precision
     * on its own; n <= 256. */
    void (*score)(const uint32_t *tf, const uint32_t *dl, uint32_t n, float weight, float a, float b, uint32_t *out);
    /* The classes of text[0 .. 64). */
    void (*classify)(const unsigned char *text, ft_byte_masks *out);
    /* Elias and Fano's code (monotone.h): out[i] = (((place of set bit i) - i) << l | low[i]) + i + base, l <= 31; low
     * is not read when l = 0. Counts, stops and reads as set_bits does; out and low have room for limit + 80. */
    uint32_t (*elias_fano)(const unsigned char *bitmap, uint32_t bits, uint32_t limit, const uint32_t *low, unsigned l,
                           uint32_t base, uint32_t *out);
    /* Whether values[0] < values[1] < ... */
    bool (*ascends)(const uint32_t *values, uint32_t n);
    /* out[i] = the 16-bit little-endian number at table + 2 * at[i], at[i] < 2^31; 2 bytes behind the last may be read.
     * Returns the greatest, 0 if n = 0. */
    uint32_t (*gather_u16)(const unsigned char *table, const uint32_t *at, uint32_t n, uint32_t *out);
    /* The same of the numbers whose bits are set, of a bitmap of `bits` bits; out has room for them and 31 more, and 62
     * bytes behind the table's last, 8 behind the bitmap may be read. */
    uint32_t (*pick_u16)(const unsigned char *table, const unsigned char *bitmap, uint32_t bits, uint32_t *out);
    /* out[i] = sums[i] - sums[i - 1], out[0] = sums[0] - before. */
    void (*steps)(const uint32_t *sums, uint32_t n, uint32_t before, uint32_t *out);
    /* Which of the wanted numbers stand in a list, both ascending: of each the place in wanted and in list. Returns how
     * many. The list goes on for 16 numbers of UINT32_MAX, wanted has none of these. */
    uint32_t (*match)(const uint32_t *list, const uint32_t *wanted, uint32_t n, uint16_t *which, uint16_t *where);
    /* Which of n cells, n a multiple of 16, hold more than need (< 2^31): their numbers, counted from `first`, and what
     * they hold. Clears all. Returns how many; both arrays have room for n. */
    uint32_t (*collect)(uint32_t *cells, uint32_t n, uint32_t need, uint32_t first, uint32_t *numbers,
                        uint32_t *values);
    /* Which of n values are above need (< 2^31): their places, ascending, room for n. Returns how many. */
    uint32_t (*above)(const uint32_t *values, uint32_t n, uint32_t need, uint32_t *places);
    /* Keeps, in order, the pairs whose score is above need (< 2^31); how many. */
    uint32_t (*keep_above)(uint32_t *numbers, uint32_t *scores, uint32_t n, uint32_t need);
    /* Keeps, in order, the pairs whose mark, 0 or 1, is `mark`; how many. */
    uint32_t (*keep_marked)(uint32_t *numbers, uint32_t *scores, const uint8_t *marks, uint32_t n, uint8_t mark);
    /* The number i < n of `value` in Elias and Fano's code of n values with l = 1..31 bits packed in low (bitpack.h); n
     * if it is not there. Of a bitmap that is no such code, any number up to n. */
    uint32_t (*elias_fano_find)(const unsigned char *bitmap, uint32_t bits, const unsigned char *low, uint32_t n,
                                unsigned l, uint32_t value);
    /* How many bits of the first `bits` of a bitmap are set; up to 8 bytes behind them may be read. */
    uint32_t (*count_bits)(const unsigned char *bitmap, uint32_t bits);
    /* The place of set bit number i, counted from 0; `bits` or more if there are not so many. Reads as count_bits. */
    uint32_t (*nth_bit)(const unsigned char *bitmap, uint32_t bits, uint32_t i);
    /* Ors n bits (n >= 1) of a bitmap, from bit `from` on, into `to` from bit `at` on. Up to 8 bytes behind the bitmap
     * may be read, but `to` only in the words that these bits fall into. */
    void (*or_bits)(uint64_t *to, uint32_t at, const unsigned char *bitmap, uint32_t from, uint32_t n);
    /* Ors bit i of bits[0 .. n_words) with bytes[i], 0 or 1, and sets bytes[0 .. 64 * n_words) to 0. */
    void (*take_bytes)(unsigned char *bytes, uint32_t n_words, uint64_t *bits);
    /* How many bits are set in bits[0 .. n_words). */
    uint32_t (*count_words)(const uint64_t *bits, uint32_t n_words);
    /* XXH3 (64 bits) of a block of a segment. */
    uint64_t (*hash_block)(const void *data, size_t len);
    /* A group of rice.h: n values (1..256), of which the k low bits are packed (bitpack.h) and the rest stands in unary
     * in `bits` bits. sums[i] is the sum of value + 1 up to and with number i, modulo 2^32; all 256 may be written.
     * False if there are not just n ones, the last at the end. Up to 64 bytes behind either string may be read. */
    bool (*rice_sums)(const unsigned char *low, const unsigned char *high, uint32_t bits, unsigned k, uint32_t n,
                      uint32_t *sums);
    /* Of the same group the values from .. end - 1 alone, end > from: out[i] is base and the sum of value + 1 up to and
     * with number from + i. False if there are too few ones. */
    bool (*rice_some)(const unsigned char *low, const unsigned char *high, uint32_t bits, unsigned k, uint32_t n,
                      uint32_t from, uint32_t end, uint32_t base, uint32_t *out);
    /* Of n ascending places in a bitmap, below `bits` <= FT_RANK_BITS, those whose bits are set: which of the n they
     * are, and how many bits are set before each. Returns how many; whole words of the bitmap are read. */
    uint32_t (*rank_bits)(const unsigned char *bitmap, uint32_t bits, const uint32_t *at, uint32_t n, uint16_t *which,
                          uint16_t *ranks);
    /* Of the n numbers a, ascending, those which plus `shift` stand among the n_b numbers b, ascending too; how many.
     * Each array has room for FT_MEET_SLACK numbers more, which are overwritten; out is none of the others. */
    uint32_t (*meet)(uint32_t *a, uint32_t n, uint32_t *b, uint32_t n_b, uint32_t shift, uint32_t *out);
} ft_kernels;

/* The set in use. */
extern ft_kernels ft_cpu;

/* One set by name, for tests; false if it is unknown or this machine lacks it. */
bool ft_kernels_named(const char *name, ft_kernels *out);

/* The definition. */
extern const ft_kernels ft_kernels_scalar;
#if defined(__x86_64__)
/* Each puts its own kernels in place of those of a lesser set, and only runs where the machine has it. */
void ft_kernels_take_sse41(ft_kernels *k);
void ft_kernels_take_avx2(ft_kernels *k);
void ft_kernels_take_avx512(ft_kernels *k);
#endif

#endif
