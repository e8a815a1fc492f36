/* cpu_scalar.c - the kernels in plain C: the definition. */
#include "bitpack.h"
#include "bm25.h"
#include "bytes.h"
#include "cpu.h"

#include <xxhash.h>

static void unpack_lanes(const unsigned char *packed, unsigned width, uint32_t *out)
{
    uint32_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;

    for (unsigned row = 0; row < 32; row++) {
        unsigned bit = row * width, word = bit / 32, shift = bit % 32;
        const unsigned char *at = packed + (size_t)32 * word;
        uint32_t *to = out + row * 8;
        if (shift + width <= 32) {
            for (unsigned lane = 0; lane < 8; lane++)
                to[lane] = ft_load_u32(at + 4 * lane) >> shift & mask;
        } else {
            for (unsigned lane = 0; lane < 8; lane++) {
                uint32_t low = ft_load_u32(at + 4 * lane) >> shift;
                uint32_t high = ft_load_u32(at + 32 + 4 * lane) << (32 - shift);
                to[lane] = (low | high) & mask;
            }
        }
    }
}

static uint32_t set_bits(const unsigned char *bitmap, uint32_t bits, uint32_t limit, uint32_t *out)
{
    uint32_t n = 0;

    for (uint32_t at = 0; at < bits && n <= limit; at += 64) {
        uint64_t word = ft_load_u64(bitmap + at / 8);
        if (bits - at < 64)
            word &= (UINT64_C(1) << (bits - at)) - 1;
        for (; word; word &= word - 1)
            out[n++] = at + (uint32_t)__builtin_ctzll(word);
    }
    return n;
}

static void score(const uint32_t *tf, const uint32_t *dl, uint32_t n, float weight, float a, float b, uint32_t *out)
{
    ft_bm25 params = {a, b};

    for (uint32_t i = 0; i < n; i++)
        out[i] = (uint32_t)(int32_t)(weight * ft_bm25_part(params, tf[i], dl[i]));
}

static bool is_between(unsigned char c, unsigned char first, unsigned char last)
{
    return c >= first && c <= last;
}

static void classify(const unsigned char *text, ft_byte_masks *out)
{
    *out = (ft_byte_masks){0};
    for (unsigned i = 0; i < 64; i++) {
        unsigned char c = text[i];
        uint64_t bit = UINT64_C(1) << i;
        if (is_between(c | 0x20, 'a', 'z') || is_between(c, '0', '9'))
            out->own |= bit;
        else if (c == ':' || c == ',' || c == ';' || c == '.' || c == '\'')
            out->mid |= bit;
        else if (c == '_' || c >= 0x80)
            out->odd |= bit;
    }
}

static uint32_t elias_fano(const unsigned char *bitmap, uint32_t bits, uint32_t limit, const uint32_t *low, unsigned l,
                           uint32_t base, uint32_t *out)
{
    uint32_t n = set_bits(bitmap, bits, limit, out);

    for (uint32_t i = 0; i < n; i++)
        out[i] = ((out[i] - i) << l | (l ? low[i] : 0)) + i + base;
    return n;
}

static bool ascends(const uint32_t *values, uint32_t n)
{
    unsigned bad = 0;

    for (uint32_t i = 1; i < n; i++)
        bad |= values[i] <= values[i - 1];
    return !bad;
}

static uint32_t gather_u16(const unsigned char *table, const uint32_t *at, uint32_t n, uint32_t *out)
{
    uint32_t greatest = 0;

    for (uint32_t i = 0; i < n; i++) {
        out[i] = ft_load_u16(table + 2 * (size_t)at[i]);
        if (out[i] > greatest)
            greatest = out[i];
    }
    return greatest;
}

static uint32_t pick_u16(const unsigned char *table, const unsigned char *bitmap, uint32_t bits, uint32_t *out)
{
    uint32_t n = 0, greatest = 0;

    for (uint32_t at = 0; at < bits; at += 64) {
        uint64_t word = ft_load_u64(bitmap + at / 8);
        if (bits - at < 64)
            word &= (UINT64_C(1) << (bits - at)) - 1;
        for (; word; word &= word - 1) {
            out[n] = ft_load_u16(table + 2 * (size_t)(at + (uint32_t)__builtin_ctzll(word)));
            if (out[n] > greatest)
                greatest = out[n];
            n++;
        }
    }
    return greatest;
}

static void steps(const uint32_t *sums, uint32_t n, uint32_t before, uint32_t *out)
{
    for (uint32_t i = 0; i < n; i++) {
        out[i] = sums[i] - before;
        before = sums[i];
    }
}

static uint32_t match(const uint32_t *list, const uint32_t *wanted, uint32_t n, uint16_t *which, uint16_t *where)
{
    uint32_t found = 0, at = 0;

    for (uint32_t i = 0; i < n; i++) {
        while (list[at + 7] < wanted[i])
            at += 8;
        while (list[at] < wanted[i])
            at++;
        which[found] = (uint16_t)i;
        where[found] = (uint16_t)at;
        found += list[at] == wanted[i];
    }
    return found;
}

static uint32_t collect(uint32_t *cells, uint32_t n, uint32_t need, uint32_t first, uint32_t *numbers, uint32_t *values)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++) {
        numbers[found] = first + i;
        values[found] = cells[i];
        found += cells[i] > need;
        cells[i] = 0;
    }
    return found;
}

static uint32_t above(const uint32_t *values, uint32_t n, uint32_t need, uint32_t *places)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++) {
        places[found] = i;
        found += values[i] > need;
    }
    return found;
}

static uint32_t keep_above(uint32_t *numbers, uint32_t *scores, uint32_t n, uint32_t need)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t score = scores[i];
        numbers[kept] = numbers[i];
        scores[kept] = score;
        kept += score > need;
    }
    return kept;
}

static uint32_t keep_marked(uint32_t *numbers, uint32_t *scores, const uint8_t *marks, uint32_t n, uint8_t mark)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        numbers[kept] = numbers[i];
        scores[kept] = scores[i];
        kept += marks[i] == mark;
    }
    return kept;
}

/* Of value i the bitmap says that it is at least ((place of bit i) - i << l) + i, and less than that and 2^l. */
static uint32_t elias_fano_find(const unsigned char *bitmap, uint32_t bits, const unsigned char *low, uint32_t n,
                                unsigned l, uint32_t value)
{
    uint32_t i = 0;

    for (uint32_t at = 0; at < bits; at += 64) {
        for (uint64_t word = ft_load_u64(bitmap + at / 8); word && i < n; word &= word - 1, i++) {
            uint64_t least = ((uint64_t)(at + (uint32_t)__builtin_ctzll(word) - i) << l) + i;
            if (least > value)
                return n;
            if (least + ft_bitunpack_one(low, n, l, i) == value)
                return i;
        }
    }
    return n;
}

/* 64 bits of a bitmap from bit `from` on: the second word brings those that the shift leaves out, and others again. */
static uint64_t bits_from(const unsigned char *bitmap, uint32_t from)
{
    const unsigned char *p = bitmap + from / 8;

    return ft_load_u64(p) >> from % 8 | ft_load_u64(p + 1) << (8 - from % 8);
}

static void or_bits(uint64_t *to, uint32_t at, const unsigned char *bitmap, uint32_t from, uint32_t n)
{
    uint32_t shift = at % 64;

    for (to += at / 64; n; to++) {
        uint32_t here = 64 - shift < n ? 64 - shift : n;
        *to |= (bits_from(bitmap, from) & UINT64_MAX >> (64 - here)) << shift;
        from += here;
        n -= here;
        shift = 0;
    }
}

static void take_bytes(unsigned char *bytes, uint32_t n_words, uint64_t *bits)
{
    for (uint32_t i = 0; i < 8 * n_words; i++) {
        /* The product's highest byte has a bit of each byte: bit 8k goes to 56 + k. */
        uint64_t eight = ft_load_u64(bytes + 8 * (size_t)i) * UINT64_C(0x0102040810204080) >> 56;
        bits[i / 8] |= eight << (8 * (i % 8));
    }
    memset(bytes, 0, 64 * (size_t)n_words);
}

/* How many bits of a word are set: sums of 2, 4 and 8 bits side by side, then of all bytes. */
static uint32_t ones(uint64_t w)
{
    w -= w >> 1 & UINT64_C(0x5555555555555555);
    w = (w & UINT64_C(0x3333333333333333)) + (w >> 2 & UINT64_C(0x3333333333333333));
    w = (w + (w >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(w * UINT64_C(0x0101010101010101) >> 56);
}

static uint32_t count_words(const uint64_t *bits, uint32_t n_words)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < n_words; i++)
        n += ones(bits[i]);
    return n;
}

static uint32_t count_bits(const unsigned char *bitmap, uint32_t bits)
{
    uint32_t n = 0, at = 0;

    for (; at + 64 <= bits; at += 64)
        n += ones(ft_load_u64(bitmap + at / 8));
    if (at < bits)
        n += ones(ft_load_u64(bitmap + at / 8) << (64 - (bits - at)));
    return n;
}

static uint32_t nth_bit(const unsigned char *bitmap, uint32_t bits, uint32_t i)
{
    for (uint32_t at = 0; at < bits; at += 64) {
        uint64_t word = ft_load_u64(bitmap + at / 8);
        uint32_t n = ones(word);
        if (i < n) {
            for (; i; i--)
                word &= word - 1;
            return at + (uint32_t)__builtin_ctzll(word);
        }
        i -= n;
    }
    return bits;
}

static uint64_t hash_block(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

static bool rice_sums(const unsigned char *low, const unsigned char *high, uint32_t bits, unsigned k, uint32_t n,
                      uint32_t *sums)
{
    uint32_t places[256 + 64], sum = 0;

    if (set_bits(high, bits, n, places) != n || places[n - 1] != bits - 1)
        return false;
    ft_bitunpack(low, n, k, sums);
    for (uint32_t i = 0; i < n; i++) {
        sum += sums[i] + 1;
        sums[i] = ((places[i] - i) << k) + sum;
    }
    return true;
}

/* Number i of n packed values of k bits. */
static uint32_t low_part(const unsigned char *low, unsigned k, uint32_t n, uint32_t i)
{
    if (n < 256)
        return (uint32_t)(ft_load_u64(low + (size_t)i * k / 8) >> (i * k % 8)) & ((1u << k) - 1);
    unsigned bit = i / 8 * k, shift = bit % 32;
    const unsigned char *p = low + (size_t)32 * (bit / 32) + 4 * (i % 8);
    uint64_t both = ft_load_u32(p) | (uint64_t)ft_load_u32(p + 32) << 32;
    return (uint32_t)(both >> shift) & ((1u << k) - 1);
}

static uint64_t word_of(const unsigned char *bitmap, uint32_t bits, uint32_t at)
{
    uint64_t word = ft_load_u64(bitmap + at / 8);

    return bits - at < 64 ? word & ((UINT64_C(1) << (bits - at)) - 1) : word;
}

static bool rice_some(const unsigned char *low, const unsigned char *high, uint32_t bits, unsigned k, uint32_t n,
                      uint32_t from, uint32_t end, uint32_t base, uint32_t *out)
{
    uint32_t at = 0, skip = from, before = UINT32_MAX;
    uint64_t word = word_of(high, bits, 0);

    for (uint32_t here; skip > (here = ones(word)); skip -= here) {
        if ((at += 64) >= bits)
            return false;
        word = word_of(high, bits, at);
    }
    for (; skip > 0; skip--, word &= word - 1)
        before = at + (uint32_t)__builtin_ctzll(word);
    for (uint32_t i = from; i < end; i++, word &= word - 1) {
        for (; word == 0; word = word_of(high, bits, at))
            if ((at += 64) >= bits)
                return false;
        uint32_t place = at + (uint32_t)__builtin_ctzll(word);
        base += ((place - before - 1) << k) + low_part(low, k, n, i) + 1;
        *out++ = base;
        before = place;
    }
    return true;
}

static uint32_t rank_bits(const unsigned char *bitmap, uint32_t bits, const uint32_t *at, uint32_t n, uint16_t *which,
                          uint16_t *ranks)
{
    uint32_t before = 0, w = 0, kept = 0;
    uint64_t word = ft_load_u64(bitmap);

    (void)bits;
    for (uint32_t i = 0; i < n; i++) {
        for (; w < at[i] / 64; word = ft_load_u64(bitmap + (size_t)8 * ++w))
            before += ones(word);
        which[kept] = (uint16_t)i;
        ranks[kept] = (uint16_t)(before + ones(word & ((UINT64_C(1) << at[i] % 64) - 1)));
        kept += word >> at[i] % 64 & 1;
    }
    return kept;
}

static uint32_t meet(uint32_t *a, uint32_t n, uint32_t *b, uint32_t n_b, uint32_t shift, uint32_t *out)
{
    uint32_t kept = 0;

    /* Without branches that depend on data: which of the two goes on is the toss of a coin. */
    for (uint32_t i = 0, k = 0; i < n && k < n_b;) {
        uint32_t wanted = a[i] + shift, here = b[k];
        out[kept] = a[i];
        kept += wanted == here;
        i += wanted <= here;
        k += here <= wanted;
    }
    return kept;
}

const ft_kernels ft_kernels_scalar = {
    .name = "scalar",
    .unpack_lanes = unpack_lanes,
    .set_bits = set_bits,
    .score = score,
    .classify = classify,
    .elias_fano = elias_fano,
    .ascends = ascends,
    .gather_u16 = gather_u16,
    .pick_u16 = pick_u16,
    .steps = steps,
    .match = match,
    .collect = collect,
    .above = above,
    .keep_above = keep_above,
    .keep_marked = keep_marked,
    .elias_fano_find = elias_fano_find,
    .count_bits = count_bits,
    .nth_bit = nth_bit,
    .or_bits = or_bits,
    .take_bytes = take_bytes,
    .count_words = count_words,
    .hash_block = hash_block,
    .rice_sums = rice_sums,
    .rice_some = rice_some,
    .rank_bits = rank_bits,
    .meet = meet,
};
