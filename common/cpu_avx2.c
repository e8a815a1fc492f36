/* cpu_avx2.c - kernels for AVX2, BMI2 and POPCNT; compiled with those flags alone. See cpu.h. */
#include "bitpack.h"
#include "bytes.h"
#include "cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#include <xxhash.h>

static __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

static void unpack_lanes(const unsigned char *packed, unsigned width, uint32_t *out)
{
    __m256i mask = _mm256_set1_epi32((int)(width == 32 ? UINT32_MAX : (1u << width) - 1));
    __m256i word = load(packed);
    unsigned shift = 0;

    for (unsigned row = 0; row < 32; row++) {
        __m256i v = _mm256_srl_epi32(word, _mm_cvtsi32_si128((int)shift));
        shift += width;
        if (shift >= 32 && row < 31) {
            packed += 32;
            word = load(packed);
            shift -= 32;
            v = _mm256_or_si256(v, _mm256_sll_epi32(word, _mm_cvtsi32_si128((int)(width - shift))));
        }
        _mm256_storeu_si256((__m256i *)(void *)(out + row * 8), _mm256_and_si256(v, mask));
    }
}

/* places[b]: where the bits of byte b are set, lowest first, a byte each. */
static uint64_t places[256];

__attribute__((constructor)) static void fill_places(void)
{
    for (unsigned b = 0; b < 256; b++) {
        unsigned n = 0;
        for (unsigned bit = 0; bit < 8; bit++)
            if (b >> bit & 1)
                places[b] |= (uint64_t)bit << 8 * n++;
    }
}

static uint32_t set_bits(const unsigned char *bitmap, uint32_t bits, uint32_t limit, uint32_t *out)
{
    uint32_t n = 0;

    for (uint32_t at = 0; at < bits && n <= limit; at += 64) {
        uint64_t word;
        memcpy(&word, bitmap + at / 8, sizeof word);
        if (bits - at < 64)
            word = _bzhi_u64(word, bits - at);
        /* Eight at a time, written whole: out has room for what a word brings, and the next byte overwrites. */
        __m256i base = _mm256_set1_epi32((int)at);
        for (unsigned i = 0; i < 8 && word; i++, word >>= 8) {
            unsigned byte = (unsigned)word & 0xff;
            __m256i v = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)places[byte]));
            _mm256_storeu_si256((__m256i *)(void *)(out + n), _mm256_add_epi32(v, base));
            n += (uint32_t)_mm_popcnt_u32(byte);
            base = _mm256_add_epi32(base, _mm256_set1_epi32(8));
        }
    }
    return n;
}

static void score(const uint32_t *tf, const uint32_t *dl, uint32_t n, float weight, float a, float b, uint32_t *out)
{
    __m256 w = _mm256_set1_ps(weight), va = _mm256_set1_ps(a), vb = _mm256_set1_ps(b);
    uint32_t i = 0;

    for (; i + 8 <= n; i += 8) {
        __m256 f = _mm256_cvtepi32_ps(load(tf + i)), d = _mm256_cvtepi32_ps(load(dl + i));
        __m256 x = _mm256_add_ps(va, _mm256_mul_ps(vb, d));
        __m256 s = _mm256_mul_ps(w, _mm256_div_ps(f, _mm256_add_ps(f, x)));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_cvttps_epi32(s));
    }
    if (i < n)
        ft_kernels_scalar.score(tf + i, dl + i, n - i, weight, a, b, out + i);
}

/* Bytes from `first` on, `n` of them: all ones where v is one. */
static __m256i is_between(__m256i v, char first, char n)
{
    __m256i off = _mm256_sub_epi8(v, _mm256_set1_epi8(first)), most = _mm256_set1_epi8((char)(n - 1));

    return _mm256_cmpeq_epi8(_mm256_min_epu8(off, most), off);
}

static __m256i is(__m256i v, char byte)
{
    return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte));
}

static uint64_t bits_of(__m256i v)
{
    return (uint32_t)_mm256_movemask_epi8(v);
}

static void classify(const unsigned char *text, ft_byte_masks *out)
{
    *out = (ft_byte_masks){0};
    for (unsigned at = 0; at < 64; at += 32) {
        __m256i v = load(text + at), lower = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
        __m256i own = _mm256_or_si256(is_between(lower, 'a', 26), is_between(v, '0', 10));
        __m256i mid = _mm256_or_si256(_mm256_or_si256(is(v, ':'), is(v, ',')),
                                      _mm256_or_si256(_mm256_or_si256(is(v, ';'), is(v, '.')), is(v, '\'')));
        out->own |= bits_of(own) << at;
        out->mid |= bits_of(mid) << at;
        out->odd |= bits_of(_mm256_or_si256(v, is(v, '_'))) << at; /* the high bit of v: not ASCII */
    }
}

static uint32_t elias_fano(const unsigned char *bitmap, uint32_t bits, uint32_t limit, const uint32_t *low, unsigned l,
                           uint32_t base, uint32_t *out)
{
    __m256i iota = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), shift_base = _mm256_set1_epi32((int)base);
    __m128i shift = _mm_cvtsi32_si128((int)l);
    uint32_t n = set_bits(bitmap, bits, limit, out);

    for (uint32_t i = 0; i < n; i += 8) {
        __m256i at = _mm256_add_epi32(iota, _mm256_set1_epi32((int)i));
        __m256i v = _mm256_sll_epi32(_mm256_sub_epi32(load(out + i), at), shift);
        if (l)
            v = _mm256_or_si256(v, load(low + i));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_add_epi32(_mm256_add_epi32(v, at), shift_base));
    }
    return n;
}

static bool ascends(const uint32_t *values, uint32_t n)
{
    __m256i bad = _mm256_setzero_si256();
    uint32_t i = 1;

    for (; i + 8 <= n; i += 8) {
        __m256i before = load(values + i - 1), v = load(values + i);
        bad = _mm256_or_si256(bad, _mm256_cmpeq_epi32(_mm256_max_epu32(before, v), before));
    }
    return _mm256_testz_si256(bad, bad) && ft_kernels_scalar.ascends(values + i - 1, n - i + 1);
}

static uint32_t gather_u16(const unsigned char *table, const uint32_t *at, uint32_t n, uint32_t *out)
{
    __m256i low = _mm256_set1_epi32(0xffff), greatest = _mm256_setzero_si256();
    uint32_t each[8], i = 0;

    for (; i + 8 <= n; i += 8) {
        __m256i v = _mm256_and_si256(_mm256_i32gather_epi32((const int *)(const void *)table, load(at + i), 2), low);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        greatest = _mm256_max_epu32(greatest, v);
    }
    uint32_t most = ft_kernels_scalar.gather_u16(table, at + i, n - i, out + i);
    _mm256_storeu_si256((__m256i *)(void *)each, greatest);
    for (i = 0; i < 8; i++)
        most = each[i] > most ? each[i] : most;
    return most;
}

static uint32_t pick_u16(const unsigned char *table, const unsigned char *bitmap, uint32_t bits, uint32_t *out)
{
    return ft_kernels_scalar.pick_u16(table, bitmap, bits, out);
}

static void steps(const uint32_t *sums, uint32_t n, uint32_t before, uint32_t *out)
{
    __m256i last = _mm256_set1_epi32((int)before), turn = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);
    uint32_t i = 0;

    for (; i + 8 <= n; i += 8) {
        __m256i v = load(sums + i), turned = _mm256_permutevar8x32_epi32(v, turn);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_sub_epi32(v, _mm256_blend_epi32(turned, last, 1)));
        last = turned; /* its first number is v's last */
    }
    ft_kernels_scalar.steps(sums + i, n - i, i ? sums[i - 1] : before, out + i);
}

static uint32_t match(const uint32_t *list, const uint32_t *wanted, uint32_t n, uint16_t *which, uint16_t *where)
{
    uint32_t found = 0, at = 0;

    for (uint32_t i = 0; i < n; i++) {
        while (list[at + 7] < wanted[i])
            at += 8;
        __m256i target = _mm256_set1_epi32((int)wanted[i]), v = load(list + at);
        __m256i equal = _mm256_cmpeq_epi32(v, target);
        unsigned reached = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(
            _mm256_cmpeq_epi32(_mm256_max_epu32(v, target), v)));
        which[found] = (uint16_t)i;
        where[found] = (uint16_t)(at + _tzcnt_u32(reached));
        found += !_mm256_testz_si256(equal, equal);
    }
    return found;
}

static uint32_t collect(uint32_t *cells, uint32_t n, uint32_t need, uint32_t first, uint32_t *numbers, uint32_t *values)
{
    __m256i least = _mm256_set1_epi32((int)need);
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i += 8) {
        __m256i v = load(cells + i);
        unsigned more = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(v, least)));
        for (; more; more &= more - 1) {
            uint32_t at = i + _tzcnt_u32(more);
            numbers[found] = first + at;
            values[found++] = cells[at];
        }
        _mm256_storeu_si256((__m256i *)(void *)(cells + i), _mm256_setzero_si256());
    }
    return found;
}

/* Of eight numbers those whose bits are set in `chosen`, together at the front. */
static __m256i together(__m256i v, unsigned chosen)
{
    return _mm256_permutevar8x32_epi32(v, _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)places[chosen])));
}

static unsigned above_eight(__m256i v, __m256i need)
{
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(v, need)));
}

static uint32_t above(const uint32_t *values, uint32_t n, uint32_t need, uint32_t *to)
{
    __m256i iota = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), least = _mm256_set1_epi32((int)need);
    uint32_t found = 0, i = 0;

    for (; i + 8 <= n; i += 8) {
        unsigned more = above_eight(load(values + i), least);
        _mm256_storeu_si256((__m256i *)(void *)(to + found),
                            together(_mm256_add_epi32(iota, _mm256_set1_epi32((int)i)), more));
        found += (uint32_t)_mm_popcnt_u32(more);
    }
    for (; i < n; i++) {
        to[found] = i;
        found += values[i] > need;
    }
    return found;
}

static uint32_t keep_above(uint32_t *numbers, uint32_t *scores, uint32_t n, uint32_t need)
{
    __m256i least = _mm256_set1_epi32((int)need);
    uint32_t kept = 0, i = 0;

    for (; i + 8 <= n; i += 8) {
        __m256i number = load(numbers + i), score = load(scores + i);
        unsigned more = above_eight(score, least);
        _mm256_storeu_si256((__m256i *)(void *)(numbers + kept), together(number, more));
        _mm256_storeu_si256((__m256i *)(void *)(scores + kept), together(score, more));
        kept += (uint32_t)_mm_popcnt_u32(more);
    }
    for (; i < n; i++) {
        uint32_t score = scores[i];
        numbers[kept] = numbers[i];
        scores[kept] = score;
        kept += score > need;
    }
    return kept;
}

static uint32_t elias_fano_find(const unsigned char *bitmap, uint32_t bits, const unsigned char *low, uint32_t n,
                                unsigned l, uint32_t value)
{
    uint32_t before = 0, at = 0;
    uint64_t word = ft_load_u64(bitmap);

    /* Words all of whose values are less, as the next one begins so far up. */
    while (at + 64 < bits) {
        uint32_t upto = before + (uint32_t)_mm_popcnt_u64(word);
        if (upto >= n || ((uint64_t)(at + 64 - upto + 1) << l) + upto > value)
            break;
        before = upto;
        at += 64;
        word = ft_load_u64(bitmap + at / 8);
    }
    /* Its upper part, where it is in this word, is not below `high`; and as many zeros stand before it. */
    uint32_t most = before + (uint32_t)_mm_popcnt_u64(word), zeros = at - before;
    uint32_t high = value > most ? (value - most) >> l : 0;
    if (high > zeros && high - zeros <= 64) {
        uint64_t zero = _pdep_u64(UINT64_C(1) << (high - zeros - 1), ~word);
        uint64_t passed = word & (zero - 1); /* all of it if there are not so many zeros */
        before += (uint32_t)_mm_popcnt_u64(passed);
        word ^= passed;
    }
    for (uint32_t i = before;; word = ft_load_u64(bitmap + at / 8)) {
        for (; word && i < n; i++, word &= word - 1) {
            uint64_t least = ((uint64_t)(at + (uint32_t)_tzcnt_u64(word) - i) << l) + i;
            if (least > value)
                return n;
            if (least + ft_bitunpack_one(low, n, l, i) == value)
                return i;
        }
        at += 64;
        if (i >= n || at >= bits)
            return n;
    }
}

static uint32_t count_bits(const unsigned char *bitmap, uint32_t bits)
{
    uint32_t n = 0, at = 0;

    for (; at + 64 <= bits; at += 64)
        n += (uint32_t)__builtin_popcountll(ft_load_u64(bitmap + at / 8));
    if (at < bits)
        n += (uint32_t)__builtin_popcountll(ft_load_u64(bitmap + at / 8) << (64 - (bits - at)));
    return n;
}

static uint32_t nth_bit(const unsigned char *bitmap, uint32_t bits, uint32_t i)
{
    for (uint32_t at = 0; at < bits; at += 64) {
        uint64_t word = ft_load_u64(bitmap + at / 8);
        uint32_t n = (uint32_t)__builtin_popcountll(word);
        if (i < n) {
            return at + (uint32_t)_tzcnt_u64(_pdep_u64(UINT64_C(1) << i, word));
        }
        i -= n;
    }
    return bits;
}

static uint64_t bits_from(const unsigned char *bitmap, uint32_t from)
{
    uint64_t word, next;

    memcpy(&word, bitmap + from / 8, sizeof word);
    memcpy(&next, bitmap + from / 8 + 1, sizeof next);
    return word >> from % 8 | next << (8 - from % 8);
}

static void or_bits(uint64_t *to, uint32_t at, const unsigned char *bitmap, uint32_t from, uint32_t n)
{
    uint32_t shift = at % 64, head = 64 - shift < n ? 64 - shift : n;

    to += at / 64;
    *to++ |= _bzhi_u64(bits_from(bitmap, from), head) << shift;
    from += head;
    n -= head;
    const unsigned char *p = bitmap + from / 8;
    __m128i right = _mm_cvtsi32_si128((int)(from % 8)), left = _mm_cvtsi32_si128((int)(8 - from % 8));
    for (; n >= 256; n -= 256, from += 256, p += 32, to += 4) {
        __m256i v = _mm256_or_si256(_mm256_srl_epi64(load(p), right), _mm256_sll_epi64(load(p + 1), left));
        _mm256_storeu_si256((__m256i *)(void *)to, _mm256_or_si256(v, load(to)));
    }
    for (; n >= 64; n -= 64, from += 64)
        *to++ |= bits_from(bitmap, from);
    if (n)
        *to |= _bzhi_u64(bits_from(bitmap, from), n);
}

static void take_bytes(unsigned char *bytes, uint32_t n_words, uint64_t *bits)
{
    __m256i zero = _mm256_setzero_si256();

    for (uint32_t i = 0; i < n_words; i++, bytes += 64) {
        /* The lowest bit of each byte, made its highest. */
        uint64_t low = bits_of(_mm256_slli_epi16(load(bytes), 7));
        uint64_t high = bits_of(_mm256_slli_epi16(load(bytes + 32), 7));
        _mm256_storeu_si256((__m256i *)(void *)bytes, zero);
        _mm256_storeu_si256((__m256i *)(void *)(bytes + 32), zero);
        bits[i] |= low | high << 32;
    }
}

static uint32_t count_words(const uint64_t *bits, uint32_t n_words)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < n_words; i++)
        n += (uint64_t)_mm_popcnt_u64(bits[i]);
    return (uint32_t)n;
}

static uint64_t hash_block(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

const ft_kernels ft_kernels_avx2 = FT_KERNEL_TABLE("avx2");
#endif
