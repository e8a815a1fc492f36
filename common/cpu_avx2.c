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
        if (i < n)
            return at + (uint32_t)_tzcnt_u64(_pdep_u64(UINT64_C(1) << i, word));
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

/* Eight values of k bits, 1 to RUN_WIDTH, that begin at a byte: whence each lane's bytes come, and by how much they are
 * shifted. The upper four are taken from k / 2 bytes on. */
#define RUN_WIDTH 25u
static struct run_row {
    unsigned char bytes[32];
    uint32_t shifts[8];
} run_rows[RUN_WIDTH + 1];

__attribute__((constructor)) static void fill_run_rows(void)
{
    for (unsigned k = 0; k <= RUN_WIDTH; k++)
        for (unsigned lane = 0; lane < 8; lane++) {
            unsigned bit = lane * k - (lane < 4 ? 0 : k / 2 * 8);
            run_rows[k].shifts[lane] = bit % 8;
            for (unsigned i = 0; i < 4; i++)
                run_rows[k].bytes[lane * 4 + i] = (unsigned char)(bit / 8 + i);
        }
}

/* Row r of packed values: of a run, or of lanes. */
static inline __m256i low_row(const unsigned char *low, unsigned k, unsigned r, bool lanes)
{
    const struct run_row *row = &run_rows[k];

    if (lanes) {
        unsigned bit = r * k, shift = bit % 32;
        const unsigned char *p = low + (size_t)32 * (bit / 32);
        __m256i v = _mm256_srl_epi32(load(p), _mm_cvtsi32_si128((int)shift));
        if (shift + k > 32)
            v = _mm256_or_si256(v, _mm256_sll_epi32(load(p + 32), _mm_cvtsi32_si128((int)(32 - shift))));
        return v;
    }
    const unsigned char *p = low + (size_t)r * k;
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(p + k / 2));
    __m256i v = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), load(row->bytes));
    return _mm256_srlv_epi32(v, load(row->shifts));
}

/* Sums of low parts + 1, plus the high parts, which the places of the ones tell. */
static inline void sum_rows(const unsigned char *low, unsigned k, uint32_t n, bool lanes, const uint32_t *ones,
                            uint32_t *sums)
{
    __m256i mask = _mm256_set1_epi32((int)((1u << k) - 1)), one = _mm256_set1_epi32(1), last = _mm256_set1_epi32(7);
    __m256i at = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), carry = _mm256_setzero_si256();
    __m128i up = _mm_cvtsi32_si128((int)k);

    for (unsigned r = 0; r * 8 < n; r++) {
        __m256i v = _mm256_add_epi32(_mm256_and_si256(low_row(low, k, r, lanes), mask), one);
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
        __m256i half = _mm256_permute2x128_si256(v, v, 0x08); /* 0, and the lower half */
        v = _mm256_add_epi32(_mm256_add_epi32(v, carry), _mm256_shuffle_epi32(half, 0xff));
        carry = _mm256_permutevar8x32_epi32(v, last);
        __m256i high = _mm256_sll_epi32(_mm256_sub_epi32(load(ones + 8 * r), at), up);
        _mm256_storeu_si256((__m256i *)(void *)(sums + 8 * r), _mm256_add_epi32(v, high));
        at = _mm256_add_epi32(at, _mm256_set1_epi32(8));
    }
}

static bool rice_sums(const unsigned char *low, const unsigned char *high, uint32_t bits, unsigned k, uint32_t n,
                      uint32_t *sums)
{
    uint32_t at[256 + 64];

    if (k > RUN_WIDTH)
        return ft_kernels_scalar.rice_sums(low, high, bits, k, n, sums);
    if (set_bits(high, bits, n, at) != n || at[n - 1] != bits - 1)
        return false;
    if (n == 256)
        sum_rows(low, k, n, true, at, sums);
    else
        sum_rows(low, k, n, false, at, sums);
    return true;
}

static uint32_t load_u32(const unsigned char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t load_u64(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Number i of n packed values of k bits. */
static uint32_t low_part(const unsigned char *low, unsigned k, uint32_t n, uint32_t i)
{
    if (n < 256)
        return (uint32_t)(load_u64(low + (size_t)i * k / 8) >> (i * k % 8)) & ((1u << k) - 1);
    unsigned bit = i / 8 * k, shift = bit % 32;
    const unsigned char *p = low + (size_t)32 * (bit / 32) + 4 * (i % 8);
    uint64_t both = load_u32(p) | (uint64_t)load_u32(p + 32) << 32;
    return (uint32_t)(both >> shift) & ((1u << k) - 1);
}

static uint64_t word_of(const unsigned char *bitmap, uint32_t bits, uint32_t at)
{
    uint64_t word = load_u64(bitmap + at / 8);

    return bits - at < 64 ? _bzhi_u64(word, bits - at) : word;
}

static bool rice_some(const unsigned char *low, const unsigned char *high, uint32_t bits, unsigned k, uint32_t n,
                      uint32_t from, uint32_t end, uint32_t base, uint32_t *out)
{
    uint32_t at = 0, skip = from, before = UINT32_MAX;
    uint64_t word = word_of(high, bits, 0);

    for (uint32_t here; skip > (here = (uint32_t)_mm_popcnt_u64(word)); skip -= here) {
        if ((at += 64) >= bits)
            return false;
        word = word_of(high, bits, at);
    }
    if (skip > 0) {
        uint64_t one = _pdep_u64(UINT64_C(1) << (skip - 1), word);
        before = at + (uint32_t)_tzcnt_u64(one);
        word &= -one ^ one;
    }
    for (uint32_t i = from; i < end; i++, word = _blsr_u64(word)) {
        for (; word == 0; word = word_of(high, bits, at))
            if ((at += 64) >= bits)
                return false;
        uint32_t place = at + (uint32_t)_tzcnt_u64(word);
        base += ((place - before - 1) << k) + low_part(low, k, n, i) + 1;
        *out++ = base;
        before = place;
    }
    return true;
}

static uint32_t rank_bits(const unsigned char *bitmap, uint32_t bits, const uint32_t *at, uint32_t n, uint16_t *which,
                          uint16_t *ranks)
{
    uint64_t words[FT_RANK_BITS / 64];
    uint32_t before[FT_RANK_BITS / 64 + 1], kept = 0;

    before[0] = 0;
    for (uint32_t w = 0; w * 64 < bits; w++) {
        words[w] = load_u64(bitmap + (size_t)8 * w);
        before[w + 1] = before[w] + (uint32_t)_mm_popcnt_u64(words[w]);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t w = at[i] / 64, bit = at[i] % 64;
        which[kept] = (uint16_t)i;
        ranks[kept] = (uint16_t)(before[w] + (uint32_t)_mm_popcnt_u64(_bzhi_u64(words[w], bit)));
        kept += words[w] >> bit & 1;
    }
    return kept;
}

/* The lanes of eight that the first n take up. */
static uint32_t first_of(uint32_t n)
{
    return n < 8 ? (1u << n) - 1 : 0xff;
}

static uint32_t meet(uint32_t *a, uint32_t n, uint32_t *b, uint32_t n_b, uint32_t shift, uint32_t *out)
{
    __m256i by = _mm256_set1_epi32((int)shift);
    uint32_t kept = 0, found = 0, i = 0, k = 0;

    if (n == 0 || n_b == 0)
        return 0;
    /* The last numbers are repeated, so that whole vectors can be compared. */
    _mm256_storeu_si256((__m256i *)(void *)(a + n), _mm256_set1_epi32((int)a[n - 1]));
    _mm256_storeu_si256((__m256i *)(void *)(b + n_b), _mm256_set1_epi32((int)b[n_b - 1]));
    while (i < n && k < n_b) {
        __m256i own = load(a + i), v = _mm256_add_epi32(own, by), same = _mm256_setzero_si256();
        for (unsigned j = 0; j < 8; j++)
            same = _mm256_or_si256(same, _mm256_cmpeq_epi32(v, _mm256_set1_epi32((int)b[k + j])));
        found |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(same));
        /* What is found of these eight so far is written each time, and counts when they are done with. */
        __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)places[found]));
        _mm256_storeu_si256((__m256i *)(void *)(out + kept), _mm256_permutevar8x32_epi32(own, order));
        uint32_t most = a[i + 7] + shift, most_b = b[k + 7], done = most <= most_b;
        kept += (uint32_t)_mm_popcnt_u32(found & first_of(n - i) & -done);
        found &= done - 1;
        i += 8 * done;
        k += 8 * (most_b <= most);
    }
    return kept + (uint32_t)_mm_popcnt_u32(found & first_of(n - i)); /* none are found behind n */
}

void ft_kernels_take_avx2(ft_kernels *k)
{
    k->name = "avx2";
    k->unpack_lanes = unpack_lanes;
    k->set_bits = set_bits;
    k->score = score;
    k->classify = classify;
    k->elias_fano = elias_fano;
    k->ascends = ascends;
    k->gather_u16 = gather_u16;
    k->steps = steps;
    k->match = match;
    k->collect = collect;
    k->above = above;
    k->keep_above = keep_above;
    k->elias_fano_find = elias_fano_find;
    k->count_bits = count_bits;
    k->nth_bit = nth_bit;
    k->or_bits = or_bits;
    k->take_bytes = take_bytes;
    k->count_words = count_words;
    k->hash_block = hash_block;
    k->rice_sums = rice_sums;
    k->rice_some = rice_some;
    k->rank_bits = rank_bits;
    k->meet = meet;
}
#endif
