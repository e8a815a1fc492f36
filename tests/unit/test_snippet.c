/* test_snippet.c - windows over passages: what they hold, where they are cut. */
#include "snippet.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The window of marked text, [..] around spans, compared with `want`, without marks. */
static void check(const char *marked, size_t max_len, const char *want)
{
    char text[2048];
    ft_span spans[64];
    size_t len = 0, n = 0, start = 0, end = 0;

    for (const char *p = marked; *p; p++) {
        if (*p == '[')
            spans[n].start = len;
        else if (*p == ']')
            spans[n++].end = len;
        else
            text[len++] = *p;
    }
    ft_snippet_window(text, len, spans, n, max_len, &start, &end);
    cr_expect(end - start == strlen(want) && memcmp(text + start, want, end - start) == 0, "%s: got '%.*s', want '%s'",
              marked, (int)(end - start), text + start, want);
}

Test(snippet, short_passages_are_shown_whole)
{
    check("", 100, "");
    check("  \n ", 100, "");
    check("\n  one [two] three \n", 100, "one two three");
    check("one [two] three", 13, "one two three");
    check("no match here", 13, "no match here");
}

Test(snippet, cut_between_words)
{
    check("one two three four", 14, "one two three");
    check("one two three four", 13, "one two three");
    check("one two three four", 12, "one two");
    check("aaa bbb ccc ddd [eee] fff ggg hhh iii", 11, "ddd eee fff");
    check("aaa bbb ccc ddd [eee] fff ggg hhh iii", 3, "eee");
    check("aaa bbb ccc ddd [eeefffggg]", 4, "eeef");
    check("aaa bbb ccc ddd [eee]", 11, "ccc ddd eee");
}

Test(snippet, begins_and_ends_with_sentences)
{
    check("Before it all. Then came [rain]. After that nothing was as it had been once.", 45,
          "Before it all. Then came rain.");
    check("It was long ago. The sky was dark. Then came [rain]. Sun. And what followed nobody foresaw.", 44,
          "Then came rain. Sun. And what followed");
    check("It was long, long ago. The sky was dark. Then came [rain]. Sun, and what followed nobody foresaw.", 24,
          "Then came rain. Sun, and");
    check("One thing. Two things happened, and they were [seen]. Tail of it all, no more.", 48,
          "and they were seen. Tail of it all, no more.");
    check("One thing. Two things went on and were [seen]. Tail of it all, no more, or nearly no more.", 48,
          "Two things went on and were seen.");
    check("Some other thing here. Short one. The last has a [match].", 40, "Short one. The last has a match.");
}

Test(snippet, the_window_with_the_most)
{
    check("[cat] xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [cat] [dog] yyyyyyyyyyyyyyyyyyyyyyyy", 7, "cat dog");
    check("[cat] [Cat] [CAT] xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [cat] [dog]", 11, "cat dog");
    check("[cat] xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [dog] yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", 8, "cat");
    check("[a long match of words] and much else", 10, "a long mat");
}

Test(snippet, a_phrase_counts_for_its_words)
{
    static const char text[] = "harbour lights, then a long way of nothing much at all, and old stone bridge at last";
    const ft_span spans[] = {{0, 7}, {60, 76}};
    size_t start, end;

    ft_snippet_window(text, sizeof text - 1, spans, 2, 40, &start, &end);
    cr_assert(start <= 60 && end >= 76, "%zu to %zu", start, end);
}

Test(snippet, characters_stay_whole)
{
    check("\u6771\u4eac\u90fd\u6c11\u306f", 7, "\u6771\u4eac");
    check("\u6771\u4eac[\u90fd]\u6c11\u306f", 9, "\u4eac\u90fd\u6c11");
    check("\u6771\u4eac[\u90fd]\u6c11\u306f", 1, "\u90fd");
    check("\u6771\u4eac", 0, "\u6771");
    check("ab", 0, "a");
}

static uint64_t seed = 42;

static uint32_t below(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

/* Whether a valid text has a character's beginning at `at`. */
static bool is_boundary(const char *text, size_t len, size_t at)
{
    return at == len || ((unsigned char)text[at] & 0xc0) != 0x80;
}

/* As spans of the index: without white space at the ends. */
static bool is_word(const char *text, const ft_span *span)
{
    return strchr("abcdefghijklmnopq", text[span->start]) && strchr("abcdefghijklmnopq", text[span->end - 1]);
}

static size_t make_text(char *text, bool valid)
{
    static const char *const good[] = {"a", "bcd", "e", " ", " ", "\n", ". ", "! ", "\u3002", "\u00e9", "\u6771\u4eac",
                                       "\u3000", "\U0001f600", "efghijklmnopq", "\ufeff"};
    static const char *const bad[] = {"\x80", "\xff", "\xe2\x80", "\xf0\x9f", "\xc3", "\x80\x80\x80\x80\x80"};
    uint32_t pieces = below(80);
    size_t len = 0;

    for (uint32_t i = 0; i < pieces; i++) {
        const char *piece = !valid && below(4) == 0 ? bad[below(sizeof bad / sizeof *bad)]
                                                    : good[below(sizeof good / sizeof *good)];
        memcpy(text + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

Test(snippet, random_text)
{
    for (int round = 0; round < 40000; round++) {
        char text[2048];
        ft_span spans[16];
        bool valid = round % 2 == 0;
        size_t len = make_text(text, valid), n = 0, at = 0, start, end, max_len = below(60);

        while (n < 16 && below(5) != 0) {
            at += below(20);
            size_t stop = at + 1 + below(12);
            while (valid && at < len && !is_boundary(text, len, at))
                at++;
            while (valid && stop < len && !is_boundary(text, len, stop))
                stop++;
            if (at >= len || stop > len || stop <= at)
                break;
            spans[n] = (ft_span){at, stop};
            n += !valid || is_word(text, &spans[n]);
            at = stop;
        }
        ft_snippet_window(text, len, spans, n, max_len, &start, &end);
        cr_assert(start <= end && end <= len);
        cr_assert(end - start <= (max_len > 4 ? max_len : 4));
        if (valid) {
            cr_assert(is_boundary(text, len, start) && is_boundary(text, len, end), "round %d", round);
            bool held = n == 0;
            for (size_t i = 0; i < n; i++)
                held |= spans[i].start < end && spans[i].end > start;
            cr_assert(held, "round %d", round);
        }
    }
}
