/* test_highlight_spans.c - ranges of positions to spans of bytes. */
#include "highlight.h"
#include "mem.h"

#include <criterion/criterion.h>

static void check_normalize(ft_range *ranges, size_t n, const ft_range *want, size_t n_want)
{
    cr_assert_eq(ft_ranges_normalize(ranges, n), n_want);
    for (size_t i = 0; i < n_want; i++) {
        cr_expect_eq(ranges[i].first, want[i].first);
        cr_expect_eq(ranges[i].last, want[i].last);
    }
}

Test(highlight_spans, normalize)
{
    check_normalize(NULL, 0, NULL, 0);
    check_normalize((ft_range[]){{5, 5}, {1, 2}, {2, 3}, {5, 5}, {4, 4}}, 5, (ft_range[]){{1, 3}, {4, 4}, {5, 5}}, 3);
    check_normalize((ft_range[]){{1, 9}, {2, 3}, {4, 5}, {10, 10}}, 4, (ft_range[]){{1, 9}, {10, 10}}, 2);
    check_normalize((ft_range[]){{UINT32_MAX, UINT32_MAX}, {0, UINT32_MAX}}, 2, (ft_range[]){{0, UINT32_MAX}}, 1);
}

/* Highlights text and compares with `want`, the text with [ and ] around each span. */
static void check(const char *text, uint32_t base, const ft_range *ranges, size_t n, const char *want)
{
    ft_analyzer *an = NULL;
    ft_buf out = {0}, shown = {0};
    ft_error err;
    const uint64_t shift = 1000;
    uint64_t at = 0;

    ft_buf_put(&out, &(ft_span){shift, shift + 5}, sizeof(ft_span)); /* an earlier one, not ours to touch */
    cr_assert_eq(ft_analyzer_new(&an, "english", false, false, &err), FT_OK);
    cr_assert_eq(ft_highlight(an, text, strlen(text), base, shift, ranges, n, &out, &err), FT_OK);
    cr_assert_eq(out.len % sizeof(ft_span), 0);
    for (size_t i = sizeof(ft_span); i < out.len; i += sizeof(ft_span)) {
        ft_span span;
        memcpy(&span, out.data + i, sizeof span);
        span.start -= shift;
        span.end -= shift;
        cr_assert(at <= span.start && span.start < span.end && span.end <= strlen(text));
        ft_buf_put(&shown, text + at, span.start - at);
        ft_buf_putc(&shown, '[');
        ft_buf_put(&shown, text + span.start, span.end - span.start);
        ft_buf_putc(&shown, ']');
        at = span.end;
    }
    ft_buf_puts(&shown, text + at);
    ft_buf_putc(&shown, 0);
    cr_expect_str_eq((char *)shown.data, want);
    ft_buf_release(&out);
    ft_buf_release(&shown);
    ft_analyzer_free(an);
    cr_assert_eq(ft_mem_live(), 0);
}

#define RANGES(...) (const ft_range[]){__VA_ARGS__}, sizeof((const ft_range[]){__VA_ARGS__}) / sizeof(ft_range)

Test(highlight_spans, words_and_phrases)
{
    check("the 75th anniversary, of it", 0, RANGES({1, 2}), "the [75th anniversary], of it");
    check("the 75th anniversary, of it", 0, RANGES({1, 1}, {2, 2}), "the [75th] [anniversary], of it");
    check("(one) two", 0, RANGES({0, 0}, {1, 1}), "([one]) [two]");
    check("a b c", 0, RANGES({0, 2}), "[a b c]");
    check("COVID-19 cases", 0, RANGES({0, 1}), "[COVID-19] cases");
}

Test(highlight_spans, base_and_ranges_outside)
{
    check("one two three", 10, RANGES({11, 11}), "one [two] three");
    check("one two three", 10, RANGES({1, 1}, {9, 9}, {12, 12}, {13, 13}), "one two [three]");
    check("one two three", 10, RANGES({9, 10}, {12, 13}), "one two three");
    check("one two three", 10, RANGES({9, 10}, {11, 11}), "one [two] three");
    check("one two", UINT32_MAX, RANGES({0, 0}, {UINT32_MAX, UINT32_MAX}), "[one] two");
    check("", 0, RANGES({0, 0}), "");
    check("one two", 0, NULL, 0, "one two");
}

Test(highlight_spans, pairs_of_characters_share_a_span)
{
    check("東京都民", 0, RANGES({0, 0}, {1, 1}), "[東京都]民");
    check("東京都民", 0, RANGES({0, 0}, {2, 2}), "[東京][都民]");
    check("東京都民 x", 0, RANGES({1, 2}, {3, 3}), "東[京都民] [x]");
}
