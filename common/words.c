/* words.c - words of a text, on top of wordbreak.h.
 *
 * English text is almost all ASCII, and there the rules of UAX #29 shrink to eight classes of bytes. The fast path
 * below takes ASCII words whole and leaves a word to the general path the moment a byte that is not ASCII could take
 * part in it. Both give the same words; test_words.c compares them. */
#include "words.h"

#include "bytes.h"
#include "cpu.h"
#include "utf8.h"
#include "wordbreak.h"
#include "words_tables.h"

/* Classes of bytes. A word's own bytes come last, so that one comparison finds them. */
enum {
    B_GAP,    /* stands in no word */
    B_MIDLET, /* : between letters */
    B_MIDNUM, /* , ; between digits */
    B_MIDANY, /* . ' between letters and between digits */
    B_HIGH,   /* not ASCII */
    B_LOW,    /* _ joins all, but is neither letter nor digit */
    B_DIGIT,
    B_LETTER
};

static const unsigned char byte_class[256] = {
    [':'] = B_MIDLET, [','] = B_MIDNUM, [';'] = B_MIDNUM, ['.'] = B_MIDANY, ['\''] = B_MIDANY, ['_'] = B_LOW,
    ['0' ... '9'] = B_DIGIT, ['A' ... 'Z'] = B_LETTER, ['a' ... 'z'] = B_LETTER, [0x80 ... 0xFF] = B_HIGH,
};

#define EACH(byte) (0x0101010101010101u * (byte))
#define HIGH_BITS EACH(0x80)

/* The high bit of each of eight bytes that is a letter, a digit or a low line. Sums of bytes below 0x80 stay in their
 * byte: adding 0x80 - x sets the high bit of those from x on. */
static inline uint64_t word_bytes(uint64_t eight)
{
    uint64_t v = eight & ~HIGH_BITS, lower = v | EACH(0x20);
    uint64_t letters = (lower + EACH(0x80 - 'a')) & ~(lower + EACH(0x80 - 'z' - 1));
    uint64_t digits = (v + EACH(0x80 - '0')) & ~(v + EACH(0x80 - '9' - 1));
    uint64_t low_lines = ~((v ^ EACH('_')) + EACH(0x7F));

    return (letters | digits | low_lines) & ~eight & HIGH_BITS;
}

static inline size_t first_byte(uint64_t high_bits)
{
    return (size_t)__builtin_ctzll(high_bits) / 8;
}

/* The first byte from `at` on that is none of a word's own. */
static inline size_t skip_word(const unsigned char *text, size_t len, size_t at)
{
    while (len - at >= 8) {
        uint64_t stop = ~word_bytes(ft_load_u64(text + at)) & HIGH_BITS;
        if (stop)
            return at + first_byte(stop);
        at += 8;
    }
    while (at < len && byte_class[text[at]] >= B_LOW)
        at++;
    return at;
}

/* The first byte from `at` on that is a word's or not ASCII; *end is where the bytes of a word end that begin there.
 * Most gaps and words are short, so that one look at eight bytes finds both. */
static inline size_t skip_gap(const unsigned char *text, size_t len, size_t at, size_t *end)
{
    while (len - at >= 8) {
        uint64_t eight = ft_load_u64(text + at), word = word_bytes(eight);
        uint64_t stop = word | (eight & HIGH_BITS);
        if (stop) {
            size_t gap = first_byte(stop);
            uint64_t over = (~word & HIGH_BITS) >> (8 * gap);
            *end = over ? at + gap + first_byte(over) : skip_word(text, len, at + 8);
            return at + gap;
        }
        at += 8;
    }
    while (at < len && byte_class[text[at]] < B_HIGH)
        at++;
    *end = skip_word(text, len, at);
    return at;
}

/* May a byte of class mid stand between bytes of these classes? */
static inline bool between(unsigned left, unsigned mid, unsigned right)
{
    if (left != right)
        return false;
    if (left == B_LETTER)
        return mid == B_MIDLET || mid == B_MIDANY;
    return left == B_DIGIT && (mid == B_MIDNUM || mid == B_MIDANY);
}

/* Goes on behind the bytes of a word that end at `at`, over such as stand between: the end of the ASCII word, or 0 if
 * it takes more than ASCII to tell. Not inlined, to keep the common case free of its registers. */
static __attribute__((noinline)) size_t bridge(const unsigned char *text, size_t len, size_t at)
{
    while (at < len) {
        unsigned mid = byte_class[text[at]];
        if (mid == B_HIGH)
            return 0;
        if (mid == B_GAP || at + 1 == len)
            return at;
        unsigned right = byte_class[text[at + 1]];
        if (right == B_HIGH)
            return 0;
        if (!between(byte_class[text[at - 1]], mid, right))
            return at;
        at = skip_word(text, len, at + 1);
    }
    return at;
}

static __attribute__((noinline)) bool only_low_lines(const unsigned char *text, size_t start, size_t end)
{
    while (start < end && text[start] == '_')
        start++;
    return start == end;
}

/* The end of the cluster at `at` if that continues a run of a script without spaces, else 0. */
static size_t run_cluster(const unsigned char *text, size_t len, size_t at)
{
    size_t n;

    if (at >= len || text[at] < 0x80)
        return 0;
    if (!(ft_words_prop(ft_utf8_next(text + at, len - at, &n)) & FT_PROP_SPACELESS))
        return 0;
    return ft_wordbreak_cluster(text, len, at);
}

void ft_words_init(ft_words *w, const char *text, size_t len)
{
    *w = (ft_words){(const unsigned char *)text, len, 0, 0};
}

/* The word at w->at if a run of a script without spaces begins or goes on there. In a run, `at` is the start of the
 * last cluster handed out and run_end its end. */
static __attribute__((noinline)) bool next_pair(ft_words *w, ft_word *out)
{
    size_t first = w->run_end, second;

    if (first == 0) {
        first = run_cluster(w->text, w->len, w->at);
        if (first == 0)
            return false;
        second = run_cluster(w->text, w->len, first);
        if (second == 0) { /* a run of one cluster */
            *out = (ft_word){w->at, first, true};
            w->at = first;
            return true;
        }
    } else {
        second = run_cluster(w->text, w->len, first);
        if (second == 0) {
            w->at = first;
            w->run_end = 0;
            return false;
        }
    }
    *out = (ft_word){w->at, second, true};
    w->at = first;
    w->run_end = second;
    return true;
}

/* The general path: what is at w->at, outside any run. False if that is no word; w->at has then moved past it. */
static __attribute__((noinline)) bool next_general(ft_words *w, ft_word *out)
{
    unsigned props;
    size_t start = w->at;

    if (next_pair(w, out))
        return true;
    w->at = ft_wordbreak_piece(w->text, w->len, start, &props);
    *out = (ft_word){start, w->at, false};
    return props & FT_PROP_LETTER;
}

bool ft_words_next(ft_words *w, ft_word *out)
{
    const unsigned char *text = w->text;
    size_t len = w->len, at;

    if (w->run_end && next_pair(w, out))
        return true;
    for (;;) {
        size_t from = w->at, end;

        at = skip_gap(text, len, from, &end);
        if (at == len) {
            w->at = len;
            return false;
        }
        if (text[at] < 0x80) {
            if (end < len && byte_class[text[end]] != B_GAP)
                end = bridge(text, len, end);
            if (end) {
                w->at = end;
                if (text[at] == '_' && only_low_lines(text, at, end))
                    continue;
                *out = (ft_word){at, end, false};
                return true;
            }
        } else if (at > from) { /* marks join what is before them, and spaces join spaces: the piece begins there */
            at--;
            while (at > from && text[at] == ' ' && text[at - 1] == ' ')
                at--;
        }
        w->at = at;
        if (next_general(w, out))
            return true;
    }
}

/* Words of whole blocks of 64 bytes, from w->at on, as long as nothing but their own bytes tells where they end; how
 * many. w->at is then behind the last of them. */
static size_t fill_plain(ft_words *w, ft_word *out, size_t max)
{
    size_t n = 0, at = w->at;
    ft_byte_masks m;

    while (n < max && w->len - at >= 64) {
        ft_cpu.classify(w->text + at, &m);
        uint64_t starts = m.own & ~(m.own << 1), ends = ~m.own & m.own << 1;
        /* what is not ASCII, and what may join: between two words, before what is not ASCII or not known */
        uint64_t trouble = m.odd | (m.mid & m.own << 1 & ((m.own | m.odd) >> 1 | UINT64_C(1) << 63));
        if (trouble)
            ends &= (UINT64_C(1) << __builtin_ctzll(trouble)) - 1;
        size_t count = (size_t)__builtin_popcountll(ends);
        if (count > max - n)
            count = max - n;
        for (size_t i = 0; i < count; i++, starts &= starts - 1, ends &= ends - 1)
            out[n++] = (ft_word){at + (size_t)__builtin_ctzll(starts), at + (size_t)__builtin_ctzll(ends), false};
        if (count > 0)
            w->at = out[n - 1].end;
        if (trouble || starts & 1)
            break;
        at += starts ? (size_t)__builtin_ctzll(starts) : 64;
    }
    return n;
}

size_t ft_words_fill(ft_words *w, ft_word *out, size_t max)
{
    size_t n = 0;

    while (n < max) {
        if (w->run_end == 0)
            n += fill_plain(w, out + n, max - n);
        if (n == max || !ft_words_next(w, &out[n]))
            break;
        n++;
    }
    return n;
}

size_t ft_words_count(const char *text, size_t len)
{
    ft_words w;
    ft_word word;
    size_t n = 0;

    ft_words_init(&w, text, len);
    while (ft_words_next(&w, &word))
        n++;
    return n;
}
