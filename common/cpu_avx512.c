/* cpu_avx512.c - kernels for AVX-512 F, BW, VL, VBMI2 and VPOPCNTDQ; compiled with those flags alone. See cpu.h. */
#include "cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#include <xxhash.h>

static const unsigned char bytes_up[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                           16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                           32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                           48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
static const uint32_t zeros[16];

static uint32_t set_bits(const unsigned char *bitmap, uint32_t bits, uint32_t limit, uint32_t *out)
{
    __m512i all = _mm512_loadu_si512(bytes_up);
    uint32_t n = 0;

    for (uint32_t at = 0; at < bits && n <= limit; at += 64) {
        uint64_t word;
        memcpy(&word, bitmap + at / 8, sizeof word);
        if (bits - at < 64)
            word = _bzhi_u64(word, bits - at);
        uint32_t count = (uint32_t)_mm_popcnt_u64(word);
        __m512i found = _mm512_maskz_compress_epi8(word, all), base = _mm512_set1_epi32((int)at);
        /* Sixteen at a time, written whole: out has room for what a word brings. */
        for (uint32_t i = 0; i < count; i += 16) {
            __m512i v = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found));
            _mm512_storeu_si512(out + n + i, _mm512_add_epi32(v, base));
            found = _mm512_alignr_epi64(found, found, 2);
        }
        n += count;
    }
    return n;
}

static void score(const uint32_t *tf, const uint32_t *dl, uint32_t n, float weight, float a, float b, uint32_t *out)
{
    __m512 w = _mm512_set1_ps(weight), va = _mm512_set1_ps(a), vb = _mm512_set1_ps(b);

    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 m = (__mmask16)(n - i >= 16 ? 0xffff : (1u << (n - i)) - 1);
        __m512 f = _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(m, tf + i));
        __m512 d = _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(m, dl + i));
        __m512 x = _mm512_add_ps(va, _mm512_mul_ps(vb, d));
        __m512 s = _mm512_mul_ps(w, _mm512_div_ps(f, _mm512_add_ps(f, x)));
        _mm512_mask_storeu_epi32(out + i, m, _mm512_cvttps_epi32(s));
    }
}

static uint64_t is_between(__m512i v, char first, char n)
{
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(first)), _mm512_set1_epi8(n));
}

static uint64_t is(__m512i v, char byte)
{
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte));
}

static void classify(const unsigned char *text, ft_byte_masks *out)
{
    __m512i v = _mm512_loadu_si512(text), lower = _mm512_or_si512(v, _mm512_set1_epi8(0x20));

    out->own = is_between(lower, 'a', 26) | is_between(v, '0', 10);
    out->mid = is_between(v, ':', 2) | is(v, ',') | is(v, '.') | is(v, '\'');
    out->odd = _mm512_movepi8_mask(v) | is(v, '_');
}

/* set_bits, and the sum made of each place before it is written. */
static uint32_t elias_fano(const unsigned char *bitmap, uint32_t bits, uint32_t limit, const uint32_t *low, unsigned l,
                           uint32_t base, uint32_t *out)
{
    __m512i iota = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i all = _mm512_loadu_si512(bytes_up), add = _mm512_set1_epi32((int)base);
    __m128i shift = _mm_cvtsi32_si128((int)l);
    uint32_t n = 0;

    if (l == 0)
        low = zeros;
    for (uint32_t at = 0; at < bits && n <= limit; at += 64) {
        uint64_t word;
        memcpy(&word, bitmap + at / 8, sizeof word);
        if (bits - at < 64)
            word = _bzhi_u64(word, bits - at);
        uint32_t count = (uint32_t)_mm_popcnt_u64(word);
        __m512i found = _mm512_maskz_compress_epi8(word, all);
        for (uint32_t i = 0; i < count; i += 16) {
            __m512i number = _mm512_add_epi32(iota, _mm512_set1_epi32((int)(n + i)));
            __m512i v = _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(found)),
                                         _mm512_sub_epi32(_mm512_set1_epi32((int)at), number));
            v = _mm512_or_si512(_mm512_sll_epi32(v, shift), _mm512_loadu_si512(low + (l ? n + i : 0)));
            _mm512_storeu_si512(out + n + i, _mm512_add_epi32(v, _mm512_add_epi32(number, add)));
            found = _mm512_alignr_epi64(found, found, 2);
        }
        n += count;
    }
    return n;
}

static bool ascends(const uint32_t *values, uint32_t n)
{
    __mmask16 bad = 0;
    uint32_t i = 1;

    for (; i + 16 <= n; i += 16)
        bad |= _mm512_cmple_epu32_mask(_mm512_loadu_si512(values + i), _mm512_loadu_si512(values + i - 1));
    return !bad && ft_kernels_scalar.ascends(values + i - 1, n - i + 1);
}

static uint32_t gather_u16(const unsigned char *table, const uint32_t *at, uint32_t n, uint32_t *out)
{
    __m512i greatest = _mm512_setzero_si512();

    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 m = (__mmask16)(n - i >= 16 ? 0xffff : (1u << (n - i)) - 1);
        __m512i from = _mm512_maskz_loadu_epi32(m, at + i);
        __m512i v = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), m, from, table, 2);
        v = _mm512_and_si512(v, _mm512_set1_epi32(0xffff));
        _mm512_mask_storeu_epi32(out + i, m, v);
        greatest = _mm512_max_epu32(greatest, v);
    }
    return _mm512_reduce_max_epu32(greatest);
}

static __mmask16 first(uint32_t n)
{
    return (__mmask16)(n >= 16 ? 0xffff : (1u << n) - 1);
}

static uint32_t pick_u16(const unsigned char *table, const unsigned char *bitmap, uint32_t bits, uint32_t *out)
{
    __m512i greatest = _mm512_setzero_si512();
    uint16_t each[32], most = 0;

    for (uint32_t at = 0; at < bits; at += 32) {
        uint32_t word;
        memcpy(&word, bitmap + at / 8, sizeof word);
        if (bits - at < 32)
            word = _bzhi_u32(word, bits - at);
        __m512i v = _mm512_maskz_compress_epi16(word, _mm512_loadu_si512(table + 2 * (size_t)at));
        greatest = _mm512_max_epu16(greatest, v);
        _mm512_storeu_si512(out, _mm512_cvtepu16_epi32(_mm512_castsi512_si256(v)));
        _mm512_storeu_si512(out + 16, _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(v, 1)));
        out += _mm_popcnt_u32(word);
    }
    _mm512_storeu_si512(each, greatest);
    for (unsigned i = 0; i < 32; i++)
        most = each[i] > most ? each[i] : most;
    return most;
}

static void steps(const uint32_t *sums, uint32_t n, uint32_t before, uint32_t *out)
{
    __m512i last = _mm512_set1_epi32((int)before);

    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 m = first(n - i);
        __m512i v = _mm512_maskz_loadu_epi32(m, sums + i);
        _mm512_mask_storeu_epi32(out + i, m, _mm512_sub_epi32(v, _mm512_alignr_epi32(v, last, 15)));
        last = v;
    }
}

static uint32_t match(const uint32_t *list, const uint32_t *wanted, uint32_t n, uint16_t *which, uint16_t *where)
{
    uint32_t found = 0, at = 0;

    for (uint32_t i = 0; i < n; i++) {
        __m512i target = _mm512_set1_epi32((int)wanted[i]);
        while (list[at + 15] < wanted[i])
            at += 16;
        __m512i v = _mm512_loadu_si512(list + at);
        which[found] = (uint16_t)i;
        where[found] = (uint16_t)(at + _tzcnt_u32(_mm512_cmpge_epu32_mask(v, target)));
        found += _mm512_cmpeq_epu32_mask(v, target) != 0;
    }
    return found;
}

static uint32_t collect(uint32_t *cells, uint32_t n, uint32_t need, uint32_t first, uint32_t *numbers, uint32_t *values)
{
    __m512i iota = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i least = _mm512_set1_epi32((int)need);
    uint32_t found = 0;

    /* Every vector's numbers are written, whether it has any or not: a branch would be missed too often. */
    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 more = _mm512_cmpgt_epu32_mask(_mm512_loadu_si512(cells + i), least);
        __m512i number = _mm512_add_epi32(iota, _mm512_set1_epi32((int)(first + i)));
        _mm512_storeu_si512(numbers + found, _mm512_maskz_compress_epi32(more, number));
        found += (uint32_t)_mm_popcnt_u32(more);
    }
    for (uint32_t i = 0; i < found; i++)
        values[i] = cells[numbers[i] - first];
    memset(cells, 0, n * sizeof *cells);
    return found;
}

static uint32_t above(const uint32_t *values, uint32_t n, uint32_t need, uint32_t *places)
{
    __m512i iota = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i least = _mm512_set1_epi32((int)need);
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 m = first(n - i);
        __mmask16 more = _mm512_mask_cmpgt_epu32_mask(m, _mm512_maskz_loadu_epi32(m, values + i), least);
        __m512i place = _mm512_add_epi32(iota, _mm512_set1_epi32((int)i));
        _mm512_mask_storeu_epi32(places + found, m, _mm512_maskz_compress_epi32(more, place));
        found += (uint32_t)_mm_popcnt_u32(more);
    }
    return found;
}

static uint32_t keep_above(uint32_t *numbers, uint32_t *scores, uint32_t n, uint32_t need)
{
    __m512i least = _mm512_set1_epi32((int)need);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 m = first(n - i);
        __m512i number = _mm512_maskz_loadu_epi32(m, numbers + i), score = _mm512_maskz_loadu_epi32(m, scores + i);
        __mmask16 more = _mm512_mask_cmpgt_epu32_mask(m, score, least);
        _mm512_mask_storeu_epi32(numbers + kept, m, _mm512_maskz_compress_epi32(more, number));
        _mm512_mask_storeu_epi32(scores + kept, m, _mm512_maskz_compress_epi32(more, score));
        kept += (uint32_t)_mm_popcnt_u32(more);
    }
    return kept;
}

static uint32_t keep_marked(uint32_t *numbers, uint32_t *scores, const uint8_t *marks, uint32_t n, uint8_t mark)
{
    __m128i same = _mm_set1_epi8((char)mark);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 m = first(n - i), keep = _mm_mask_cmpeq_epi8_mask(m, _mm_maskz_loadu_epi8(m, marks + i), same);
        __m512i number = _mm512_maskz_loadu_epi32(m, numbers + i), score = _mm512_maskz_loadu_epi32(m, scores + i);
        _mm512_mask_storeu_epi32(numbers + kept, m, _mm512_maskz_compress_epi32(keep, number));
        _mm512_mask_storeu_epi32(scores + kept, m, _mm512_maskz_compress_epi32(keep, score));
        kept += (uint32_t)_mm_popcnt_u32(keep);
    }
    return kept;
}

static void take_bytes(unsigned char *bytes, uint32_t n_words, uint64_t *bits)
{
    for (uint32_t i = 0; i < n_words; i++, bytes += 64) {
        __m512i v = _mm512_loadu_si512(bytes);
        bits[i] |= _mm512_test_epi8_mask(v, v);
        _mm512_storeu_si512(bytes, _mm512_setzero_si512());
    }
}

static uint32_t count_words(const uint64_t *bits, uint32_t n_words)
{
    __m512i sum = _mm512_setzero_si512();

    for (uint32_t i = 0; i < n_words; i += 8) {
        __mmask8 m = (__mmask8)(n_words - i >= 8 ? 0xff : (1u << (n_words - i)) - 1);
        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_maskz_loadu_epi64(m, bits + i)));
    }
    return (uint32_t)_mm512_reduce_add_epi64(sum);
}

static uint64_t hash_block(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

#define RUN_WIDTH 17u /* bits: with a shift of up to 15, a value fits two words of 16 */

/* Sixteen packed values from number i on, a multiple of 16, with what stands above their k <= RUN_WIDTH bits. */
static inline __m512i low_parts(const unsigned char *low, unsigned k, uint32_t i, bool lanes)
{
    if (!lanes) {
        __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        __m512i bit = _mm512_mullo_epi32(numbers, _mm512_set1_epi32((int)k)), word = _mm512_srli_epi32(bit, 4);
        __m512i next = _mm512_slli_epi32(_mm512_add_epi32(word, _mm512_set1_epi32(1)), 16);
        __m512i v = _mm512_loadu_si512(low + (size_t)i / 8 * k);
        v = _mm512_permutexvar_epi16(_mm512_or_si512(word, next), v);
        return _mm512_srlv_epi32(v, _mm512_and_si512(bit, _mm512_set1_epi32(15)));
    }
    __m256i half[2];
    for (unsigned r = i / 8, at = 0; at < 2; r++, at++) {
        unsigned shift = r * k % 32;
        const unsigned char *p = low + (size_t)32 * (r * k / 32);
        half[at] = _mm256_srl_epi32(_mm256_loadu_si256((const void *)p), _mm_cvtsi32_si128((int)shift));
        __m256i above = _mm256_loadu_si256((const void *)(p + 32)); /* shifted by 32, nothing is left of it */
        half[at] = _mm256_or_si256(half[at], _mm256_sll_epi32(above, _mm_cvtsi32_si128((int)(32 - shift))));
    }
    return _mm512_inserti64x4(_mm512_castsi256_si512(half[0]), half[1], 1);
}

/* Sums of low parts + 1, plus the high parts, which the places of the ones tell. */
static inline void sum_rows(const unsigned char *low, unsigned k, uint32_t n, bool lanes, const uint32_t *ones,
                            uint32_t *sums)
{
    __m512i mask = _mm512_set1_epi32((int)((1u << k) - 1)), one = _mm512_set1_epi32(1), carry = _mm512_setzero_si512();
    __m512i at = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m128i up = _mm_cvtsi32_si128((int)k);

    for (uint32_t i = 0; i < n; i += 16) {
        __m512i v = _mm512_add_epi32(_mm512_and_si512(low_parts(low, k, i, lanes), mask), one);
        v = _mm512_add_epi32(v, _mm512_bslli_epi128(v, 4));
        v = _mm512_add_epi32(v, _mm512_bslli_epi128(v, 8));
        /* What stands before each four: 0, a, a + b, a + b + c. */
        __m512i fours = _mm512_shuffle_epi32(v, _MM_PERM_DDDD);
        fours = _mm512_maskz_shuffle_i64x2(0xfc, fours, fours, _MM_SHUFFLE(2, 1, 0, 0));
        fours = _mm512_add_epi32(fours, _mm512_maskz_shuffle_i64x2(0xfc, fours, fours, _MM_SHUFFLE(2, 1, 0, 0)));
        fours = _mm512_add_epi32(fours, _mm512_maskz_shuffle_i64x2(0xf0, fours, fours, _MM_SHUFFLE(1, 0, 0, 0)));
        fours = _mm512_add_epi32(fours, carry);
        v = _mm512_add_epi32(v, fours);
        carry = _mm512_permutexvar_epi32(_mm512_set1_epi32(15), v);
        __m512i above = _mm512_sll_epi32(_mm512_sub_epi32(_mm512_loadu_si512(ones + i), at), up);
        _mm512_storeu_si512(sums + i, _mm512_add_epi32(v, above));
        at = _mm512_add_epi32(at, _mm512_set1_epi32(16));
    }
}

static bool rice_sums(const unsigned char *low, const unsigned char *high, uint32_t bits, unsigned k, uint32_t n,
                      uint32_t *sums)
{
    uint32_t ones[256 + 64];

    if (k > RUN_WIDTH)
        return ft_kernels_scalar.rice_sums(low, high, bits, k, n, sums);
    if (set_bits(high, bits, n, ones) != n || ones[n - 1] != bits - 1)
        return false;
    if (n == 256)
        sum_rows(low, k, n, true, ones, sums);
    else
        sum_rows(low, k, n, false, ones, sums);
    return true;
}

void ft_kernels_take_avx512(ft_kernels *k)
{
    k->name = "avx512";
    k->set_bits = set_bits;
    k->score = score;
    k->classify = classify;
    k->elias_fano = elias_fano;
    k->ascends = ascends;
    k->gather_u16 = gather_u16;
    k->pick_u16 = pick_u16;
    k->steps = steps;
    k->match = match;
    k->collect = collect;
    k->above = above;
    k->keep_above = keep_above;
    k->keep_marked = keep_marked;
    k->take_bytes = take_bytes;
    k->count_words = count_words;
    k->hash_block = hash_block;
    k->rice_sums = rice_sums;
}
#endif
