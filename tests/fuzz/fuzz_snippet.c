/* fuzz_snippet.c - windows over any text with any spans, and spans over any ranges of positions. The first bytes are
 * the width and the spans; the text is the rest. */
#include "highlight.h"
#include "mem.h"
#include "snippet.h"
#include "utf8.h"

#include <stdint.h>
#include <stdlib.h>

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define HEAD 24 /* bytes that choose */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_window(const char *text, size_t len, const ft_span *spans, size_t n, size_t max_len)
{
    size_t start, end;

    ft_snippet_window(text, len, spans, n, max_len, &start, &end);
    CHECK(start <= end && end <= len);
    CHECK(end - start <= max_len || end - start <= FT_UTF8_MAX);
    if (ft_utf8_valid(text, len) == len) {
        bool whole = true; /* no span cuts a character */
        for (size_t i = 0; i < n; i++)
            whole &= ft_utf8_cut(text, len, spans[i].start) == spans[i].start &&
                     ft_utf8_cut(text, len, spans[i].end) == spans[i].end;
        if (whole)
            CHECK(ft_utf8_valid(text + start, end - start) == end - start);
    }
}

static void check_highlight(const char *text, size_t len, const uint8_t *head, size_t max_len)
{
    ft_range ranges[HEAD / 2];
    ft_analyzer *an = NULL;
    ft_buf out = {0};
    ft_error err;
    size_t n = 0;

    for (; n < HEAD / 2; n++)
        ranges[n] = (ft_range){head[2 * n], head[2 * n] + (head[2 * n + 1] & 3u)};
    n = ft_ranges_normalize(ranges, n);
    for (size_t i = 1; i < n; i++)
        CHECK(ranges[i - 1].last < ranges[i].first);
    CHECK(ft_analyzer_new(&an, "english", false, false, &err) == FT_OK);
    CHECK(ft_highlight(an, text, len, head[0] & 15, 0, ranges, n, &out, &err) == FT_OK);
    const ft_span *spans = (const ft_span *)(const void *)out.data;
    size_t n_spans = out.len / sizeof *spans;
    for (size_t i = 0; i < n_spans; i++) {
        CHECK(spans[i].start < spans[i].end && spans[i].end <= len);
        CHECK(i == 0 || spans[i - 1].end <= spans[i].start);
    }
    check_window(text, len, spans, n_spans, max_len);
    ft_buf_release(&out);
    ft_analyzer_free(an);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    const char *text = (const char *)data + HEAD;
    size_t len = size - HEAD, max_len = (size_t)data[0] * 2, at = 0, n = 0;
    ft_span spans[HEAD / 2];

    for (size_t i = 0; i + 1 < HEAD; i += 2) {
        size_t start = at + data[i], end = start + 1 + data[i + 1] % 16;
        if (end > len)
            break;
        spans[n++] = (ft_span){start, end};
        at = end;
    }
    check_window(text, len, spans, n, max_len);
    check_highlight(text, len, data, max_len);
    CHECK(ft_mem_live() == 0);
    return 0;
}
