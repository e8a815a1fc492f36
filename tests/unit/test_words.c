/* test_words.c - word boundaries against Unicode's own test, words against a plain reading of words.h. */
#include "utf8.h"
#include "wordbreak.h"
#include "words.h"
#include "words_tables.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define BREAK_TEST "/usr/share/unicode/auxiliary/WordBreakTest.txt"

/* Deliberate departures of ft_wordbreak_next from UAX #29: none. Those of ft_wordbreak_piece, which words are made of:
 * letters of scripts without spaces stand alone (for the pairs of words.h), and U+201B is an apostrophe. */

Test(words, boundaries_of_the_unicode_test)
{
    FILE *f = fopen(BREAK_TEST, "r");
    char line[4096];
    size_t cases = 0, differing = 0;

    if (!f)
        cr_skip_test("boundaries_of_the_unicode_test: no " BREAK_TEST);
    cr_assert(fgets(line, sizeof line, f));
    cr_assert(strstr(line, ft_words_unicode), "tables of Unicode %s, but %s", ft_words_unicode, line);
    while (fgets(line, sizeof line, f)) {
        unsigned char text[1024];
        size_t len = 0, n_breaks = 0, breaks[256];

        line[strcspn(line, "#\n")] = '\0';
        for (char *word = strtok(line, " \t"); word; word = strtok(NULL, " \t")) {
            if (strcmp(word, "\xC3\xB7") == 0) /* the division sign: a boundary */
                breaks[n_breaks++] = len;
            else if (strcmp(word, "\xC3\x97") != 0) /* the multiplication sign: none */
                len += ft_utf8_put(text + len, (uint32_t)strtoul(word, NULL, 16));
        }
        if (len == 0)
            continue;
        cases++;
        size_t at = 0, i = 1;
        while (at < len && i < n_breaks && ft_wordbreak_next(text, len, at) == breaks[i])
            at = breaks[i++];
        differing += at != len;
    }
    fclose(f);
    cr_assert_gt(cases, 1800u);
    cr_assert_eq(differing, 0u);
}

/* The words of a text, bracketed; pairs in braces. */
static const char *words_of(const char *text)
{
    static char out[4096];
    size_t n = 0;
    ft_words w;
    ft_word word;

    ft_words_init(&w, text, strlen(text));
    while (ft_words_next(&w, &word))
        n += (size_t)snprintf(out + n, sizeof out - n, word.bigram ? "{%.*s}" : "[%.*s]",
                              (int)(word.end - word.start), text + word.start);
    out[n] = '\0';
    return out;
}

#define EXPECT_WORDS(text, want) cr_expect_str_eq(words_of(text), want)

Test(words, ascii)
{
    EXPECT_WORDS("", "");
    EXPECT_WORDS(" \r\n\t.,;:'_-!", "");
    EXPECT_WORDS("75th anniversary", "[75th][anniversary]");
    EXPECT_WORDS("COVID-19", "[COVID][19]");
    EXPECT_WORDS("the U.S. and U.K.", "[the][U.S][and][U.K]");
    EXPECT_WORDS("1,000.50; 3;4 1,a 1.a a.1 a,b", "[1,000.50][3;4][1][a][1][a][a][1][a][b]");
    EXPECT_WORDS("don't 'tis rock 'n' roll' dogs'", "[don't][tis][rock][n][roll][dogs]");
    EXPECT_WORDS("e-mail: john.doe+x@mail.example.com.", "[e][mail][john.doe][x][mail.example.com]");
    EXPECT_WORDS("AT&T C++ and/or /etc/passwd", "[AT][T][C][and][or][etc][passwd]");
    EXPECT_WORDS("snake_case _x_ __ _ a_1.5 a_.b", "[snake_case][_x_][a_1.5][a_][b]");
    EXPECT_WORDS("std::vector a:b a:: 1:2", "[std][vector][a:b][a][1][2]");
    EXPECT_WORDS("a..b a.'b x'' a'b'c", "[a][b][a][b][x][a'b'c]");
}

Test(words, beyond_ascii)
{
    EXPECT_WORDS("don’t don‘t don‛t don＇t", "[don’t][don‘t][don‛t][don＇t]");
    EXPECT_WORDS("“café” naïve cafe\xCC\x81s", "[café][naïve][cafe\xCC\x81s]");
    EXPECT_WORDS("so\xC2\xAD" "ft l·l", "[so\xC2\xAD" "ft][l·l]");
    EXPECT_WORDS("Прокофьев, Ἀθῆναι 12٫5", "[Прокофьев][Ἀθῆναι][12٫5]");
    EXPECT_WORDS("צה\"ל ג' \"של\"", "[צה\"ל][ג'][של]");
    EXPECT_WORDS("a\xFF" "b \xC3", "[a][b]");
    EXPECT_WORDS("🙂 → © ½ Ⅷ ²", "[½][Ⅷ][²]");
    EXPECT_WORDS("abc.é a'é 1,٢", "[abc.é][a'é][1,٢]");
}

Test(words, scripts_without_spaces)
{
    EXPECT_WORDS("漢", "{漢}");
    EXPECT_WORDS("日本語", "{日本}{本語}");
    EXPECT_WORDS("全文検索エンジンです。", "{全文}{文検}{検索}{索エ}{エン}{ンジ}{ジン}{ンで}{です}");
    EXPECT_WORDS("東京3月 abc한국어def", "{東京}[3]{月}[abc]{한국}{국어}[def]");
    EXPECT_WORDS("大、小。", "{大}{小}");
    EXPECT_WORDS("カ\xE3\x82\x99ー ｶﾞｲﾄﾞ", "{カ\xE3\x82\x99ー}{ｶﾞｲ}{ｲﾄﾞ}");
    EXPECT_WORDS("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB글", "{\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB글}");
    EXPECT_WORDS("가\xE1\x86\xA8각\xE1\x86\xA8", "{가\xE1\x86\xA8각\xE1\x86\xA8}");
    EXPECT_WORDS("ที่นี่", "{ที่นี่}");
    EXPECT_WORDS("ລາວ ខ្មែរ မြန်မာ", "{ລາ}{າວ}{ខ្មែ}{មែរ}{မြန်}{န်မာ}");
    EXPECT_WORDS("서울.Seoul.서울 ア_b", "{서울}[Seoul]{서울}{ア}[_b]");
    EXPECT_WORDS("漢 字", "{漢}{字}");
    EXPECT_WORDS("漢字", "{漢字}");
    EXPECT_WORDS("漢\xE2\x80\x8B字", "{漢}{字}"); /* a zero width space ends a run */
}

/* words.h read plainly: no fast path, no state between words. */
static size_t plain_words(const unsigned char *text, size_t len, ft_word *out)
{
    size_t at = 0, n = 0, m;

    while (at < len) {
        if (ft_words_prop(ft_utf8_next(text + at, len - at, &m)) & FT_PROP_SPACELESS) {
            size_t clusters = 0, last = at;
            while (at < len && (ft_words_prop(ft_utf8_next(text + at, len - at, &m)) & FT_PROP_SPACELESS)) {
                size_t end = ft_wordbreak_cluster(text, len, at);
                if (clusters++ > 0)
                    out[n++] = (ft_word){last, end, true};
                last = at;
                at = end;
            }
            if (clusters == 1)
                out[n++] = (ft_word){last, at, true};
        } else {
            unsigned props;
            size_t end = ft_wordbreak_piece(text, len, at, &props);
            if (props & FT_PROP_LETTER)
                out[n++] = (ft_word){at, end, false};
            at = end;
        }
    }
    return n;
}

static uint32_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)random_state * below) >> 32);
}

static const char *const ascii_atoms[] = {
    "a", "B", "z", "word", "longerword", "0", "9", "_", ".", "'", ":", ",", ";", "-", " ", "\n", "\r", "\"", "@", "[",
    "`", "{", "/", "\x7F", "\x1F",
};
static const char *const other_atoms[] = {
    "é", "\xCC\x81", "\xE2\x80\x8D", "ℹ", "\xC2\xAD", "’", "‛", "·", "א", "ﾞ", "漢", "ア", "한", "\xE1\x86\xA8",
    "\xE1\x85\xA1", "ก", "ั", "ำ", "🇩", "©", "\xFF", "\xE6\xBC", "\xE2\x80\x83", "\xC2\x85", "٣", "٫", "‿", "ー",
    "\xD8\x80", "။", "〇",
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void compare(const unsigned char *text, size_t len, uint32_t seed)
{
    ft_word want[512], got;
    size_t n = plain_words(text, len, want), i = 0;
    ft_words w;

    ft_words_init(&w, (const char *)text, len);
    while (ft_words_next(&w, &got)) {
        cr_assert_lt(i, n, "seed %u: word %zu is one too many", (unsigned)seed, i);
        cr_assert(got.start == want[i].start && got.end == want[i].end && got.bigram == want[i].bigram,
                  "seed %u: word %zu is %zu..%zu, not %zu..%zu of '%.*s'", (unsigned)seed, i, got.start, got.end,
                  want[i].start, want[i].end, (int)len, (const char *)text);
        i++;
    }
    cr_assert_eq(i, n, "seed %u: %zu words, not %zu of '%.*s'", (unsigned)seed, i, n, (int)len, (const char *)text);
    cr_assert_eq(ft_words_count((const char *)text, len), n);
    cr_assert(!ft_words_next(&w, &got), "the end stays the end");
}

/* Several at once are the same words, however many are asked for. */
static void compare_filled(const unsigned char *text, size_t len, uint32_t seed)
{
    ft_word want[512], got[64];
    size_t n = plain_words(text, len, want), i = 0, filled, max = 1 + draw(64);
    ft_words w;

    ft_words_init(&w, (const char *)text, len);
    while ((filled = ft_words_fill(&w, got, max)) > 0) {
        cr_assert(filled <= max && i + filled <= n, "seed %u: too many words", (unsigned)seed);
        for (size_t k = 0; k < filled; k++, i++)
            cr_assert(got[k].start == want[i].start && got[k].end == want[i].end && got[k].bigram == want[i].bigram,
                      "seed %u: word %zu is %zu..%zu, not %zu..%zu of '%.*s'", (unsigned)seed, i, got[k].start,
                      got[k].end, want[i].start, want[i].end, (int)len, (const char *)text);
    }
    cr_assert_eq(i, n, "seed %u: %zu words, not %zu of '%.*s'", (unsigned)seed, i, n, (int)len, (const char *)text);
}

/* Every text stands at the end of a block of its own, so that a tool sees a read past it. */
static void random_texts(unsigned n, bool ascii_only)
{
    for (uint32_t seed = 1; seed <= n; seed++) {
        unsigned char text[2048];
        size_t len = 0, atoms;

        random_state = seed * 2654435761u;
        atoms = draw(seed % 4 ? 40 : 180);
        uint32_t share = ascii_only ? 0 : draw(100);
        for (size_t i = 0; i < atoms; i++) {
            const char *atom = draw(100) < share ? other_atoms[draw(COUNT(other_atoms))]
                                                 : ascii_atoms[draw(COUNT(ascii_atoms))];
            memcpy(text + len, atom, strlen(atom));
            len += strlen(atom);
        }
        unsigned char *exact = malloc(len ? len : 1);
        cr_assert(exact);
        memcpy(exact, text, len);
        compare(exact, len, seed);
        compare_filled(exact, len, seed);
        free(exact);
    }
}

Test(words, fast_path_equals_general_path)
{
    random_texts(30000, true);
}

Test(words, fast_path_equals_general_path_amid_other_scripts)
{
    random_texts(60000, false);
}

Test(words, every_pair_of_bytes)
{
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            unsigned char text[] = {'x', (unsigned char)a, (unsigned char)b, '1'};
            compare(text, sizeof text, a << 8 | b);
        }
    }
}

Test(words, long_words_and_runs_are_linear)
{
    size_t len = 3 << 20;
    char *text = malloc(len);
    ft_words w;
    ft_word word;

    cr_assert(text);
    memset(text, 'a', len);
    ft_words_init(&w, text, len);
    cr_assert(ft_words_next(&w, &word) && word.start == 0 && word.end == len);
    cr_assert(!ft_words_next(&w, &word));
    memcpy(text + len - 2, "\xC3\xA9", 2);
    cr_assert_eq(ft_words_count(text, len), 1u);
    for (size_t i = 0; i < len; i += 2) /* a letter, an apostrophe, an endless row of marks */
        memcpy(text + i, i < 2 ? "a'" : "\xCC\x81", 2);
    cr_assert_eq(ft_words_count(text, len), 1u);
    for (size_t i = 0; i < len; i += 3)
        memcpy(text + i, "漢", 3);
    cr_assert_eq(ft_words_count(text, len), len / 3 - 1);
    free(text);
}
