/* cpu_sse41.c - kernels for SSE4.1; compiled with that flag alone. What four lanes do not speed up is the scalar
 * kernel. See cpu.h. */
#include "cpu.h"

#if defined(__x86_64__)
#include <smmintrin.h>

static __m128i load(const void *p)
{
    return _mm_loadu_si128(p);
}

static void store(void *p, __m128i v)
{
    _mm_storeu_si128(p, v);
}

static void unpack_lanes(const unsigned char *packed, unsigned width, uint32_t *out)
{
    __m128i mask = _mm_set1_epi32((int)(width == 32 ? UINT32_MAX : (1u << width) - 1));
    __m128i low = load(packed), high = load(packed + 16);
    unsigned shift = 0;

    for (unsigned row = 0; row < 32; row++) {
        __m128i by = _mm_cvtsi32_si128((int)shift);
        __m128i a = _mm_srl_epi32(low, by), b = _mm_srl_epi32(high, by);
        shift += width;
        if (shift >= 32 && row < 31) {
            packed += 32;
            low = load(packed);
            high = load(packed + 16);
            shift -= 32;
            by = _mm_cvtsi32_si128((int)(width - shift));
            a = _mm_or_si128(a, _mm_sll_epi32(low, by));
            b = _mm_or_si128(b, _mm_sll_epi32(high, by));
        }
        store(out + row * 8, _mm_and_si128(a, mask));
        store(out + row * 8 + 4, _mm_and_si128(b, mask));
    }
}

static void score(const uint32_t *tf, const uint32_t *dl, uint32_t n, float weight, float a, float b, uint32_t *out)
{
    __m128 w = _mm_set1_ps(weight), va = _mm_set1_ps(a), vb = _mm_set1_ps(b);
    uint32_t i = 0;

    for (; i + 4 <= n; i += 4) {
        __m128 f = _mm_cvtepi32_ps(load(tf + i)), d = _mm_cvtepi32_ps(load(dl + i));
        __m128 x = _mm_add_ps(va, _mm_mul_ps(vb, d));
        store(out + i, _mm_cvttps_epi32(_mm_mul_ps(w, _mm_div_ps(f, _mm_add_ps(f, x)))));
    }
    if (i < n)
        ft_kernels_scalar.score(tf + i, dl + i, n - i, weight, a, b, out + i);
}

/* Bytes from `first` on, `n` of them: all ones where v is one. */
static __m128i is_between(__m128i v, char first, char n)
{
    __m128i off = _mm_sub_epi8(v, _mm_set1_epi8(first)), most = _mm_set1_epi8((char)(n - 1));

    return _mm_cmpeq_epi8(_mm_min_epu8(off, most), off);
}

static __m128i is(__m128i v, char byte)
{
    return _mm_cmpeq_epi8(v, _mm_set1_epi8(byte));
}

static uint64_t bits_of(__m128i v)
{
    return (uint32_t)_mm_movemask_epi8(v);
}

static void classify(const unsigned char *text, ft_byte_masks *out)
{
    *out = (ft_byte_masks){0};
    for (unsigned at = 0; at < 64; at += 16) {
        __m128i v = load(text + at), lower = _mm_or_si128(v, _mm_set1_epi8(0x20));
        __m128i own = _mm_or_si128(is_between(lower, 'a', 26), is_between(v, '0', 10));
        __m128i mid = _mm_or_si128(_mm_or_si128(is(v, ':'), is(v, ',')),
                                   _mm_or_si128(_mm_or_si128(is(v, ';'), is(v, '.')), is(v, '\'')));
        out->own |= bits_of(own) << at;
        out->mid |= bits_of(mid) << at;
        out->odd |= bits_of(_mm_or_si128(v, is(v, '_'))) << at; /* the high bit of v: not ASCII */
    }
}

static uint32_t elias_fano(const unsigned char *bitmap, uint32_t bits, uint32_t limit, const uint32_t *low, unsigned l,
                           uint32_t base, uint32_t *out)
{
    __m128i iota = _mm_setr_epi32(0, 1, 2, 3), add = _mm_set1_epi32((int)base), shift = _mm_cvtsi32_si128((int)l);
    uint32_t n = ft_kernels_scalar.set_bits(bitmap, bits, limit, out);

    for (uint32_t i = 0; i < n; i += 4) {
        __m128i at = _mm_add_epi32(iota, _mm_set1_epi32((int)i));
        __m128i v = _mm_sll_epi32(_mm_sub_epi32(load(out + i), at), shift);
        if (l)
            v = _mm_or_si128(v, load(low + i));
        store(out + i, _mm_add_epi32(_mm_add_epi32(v, at), add));
    }
    return n;
}

static bool ascends(const uint32_t *values, uint32_t n)
{
    __m128i bad = _mm_setzero_si128();
    uint32_t i = 1;

    for (; i + 4 <= n; i += 4) {
        __m128i before = load(values + i - 1), v = load(values + i);
        bad = _mm_or_si128(bad, _mm_cmpeq_epi32(_mm_max_epu32(before, v), before));
    }
    return _mm_testz_si128(bad, bad) && ft_kernels_scalar.ascends(values + i - 1, n - i + 1);
}

static uint32_t match(const uint32_t *list, const uint32_t *wanted, uint32_t n, uint16_t *which, uint16_t *where)
{
    uint32_t found = 0, at = 0;

    for (uint32_t i = 0; i < n; i++) {
        while (list[at + 3] < wanted[i])
            at += 4;
        __m128i target = _mm_set1_epi32((int)wanted[i]), v = load(list + at);
        int reached = _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(_mm_max_epu32(v, target), v)));
        uint32_t place = at + (uint32_t)__builtin_ctz((unsigned)reached);
        which[found] = (uint16_t)i;
        where[found] = (uint16_t)place;
        found += list[place] == wanted[i];
    }
    return found;
}

static uint32_t collect(uint32_t *cells, uint32_t n, uint32_t need, uint32_t first, uint32_t *numbers, uint32_t *values)
{
    __m128i least = _mm_set1_epi32((int)need);
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i += 4) {
        __m128i v = load(cells + i);
        unsigned more = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(v, least)));
        for (; more; more &= more - 1) {
            uint32_t at = i + (uint32_t)__builtin_ctz(more);
            numbers[found] = first + at;
            values[found++] = cells[at];
        }
        store(cells + i, _mm_setzero_si128());
    }
    return found;
}

static void take_bytes(unsigned char *bytes, uint32_t n_words, uint64_t *bits)
{
    for (uint32_t i = 0; i < n_words; i++) {
        for (unsigned at = 0; at < 64; at += 16, bytes += 16) {
            bits[i] |= bits_of(_mm_slli_epi16(load(bytes), 7)) << at; /* each byte's lowest bit, made its highest */
            store(bytes, _mm_setzero_si128());
        }
    }
}

void ft_kernels_take_sse41(ft_kernels *k)
{
    k->name = "sse41";
    k->unpack_lanes = unpack_lanes;
    k->score = score;
    k->classify = classify;
    k->elias_fano = elias_fano;
    k->ascends = ascends;
    k->match = match;
    k->collect = collect;
    k->take_bytes = take_bytes;
}
#endif
