/* highlight.c - see highlight.h. The index keeps positions, not bytes: where the words of a hit stand is found by
 * analysing its text the way it was when it was indexed, as far as its last match. */
#include "highlight.h"

#include <stdlib.h>

static int by_first(const void *pa, const void *pb)
{
    const ft_range *a = pa, *b = pb;

    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->last < b->last ? -1 : a->last > b->last;
}

size_t ft_ranges_normalize(ft_range *ranges, size_t n)
{
    size_t kept = 0;

    if (n > 1)
        qsort(ranges, n, sizeof *ranges, by_first);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || ranges[i].first > ranges[kept - 1].last)
            ranges[kept++] = ranges[i];
        else if (ranges[i].last > ranges[kept - 1].last)
            ranges[kept - 1].last = ranges[i].last;
    }
    return kept;
}

/* Walking tokens and ranges side by side. */
typedef struct walk {
    const ft_range *range, *end;
    uint64_t base, shift;
    bool open;       /* the first word of *range was met, at `start` */
    uint64_t start;
    ft_buf *out;
    size_t out_base; /* where our spans begin in out */
} walk;

/* Appends a span. Neighbouring pairs of characters share one, and so may the parts of a word: such spans grow
 * together. */
static void put_span(walk *w, uint64_t start, uint64_t end)
{
    ft_span span = {start + w->shift, end + w->shift};

    if (w->out->len > w->out_base) {
        unsigned char *at = w->out->data + w->out->len - sizeof span;
        ft_span before;
        memcpy(&before, at, sizeof before);
        if (span.start < before.end) {
            if (span.end > before.end)
                before.end = span.end;
            memcpy(at, &before, sizeof before);
            return;
        }
    }
    ft_buf_put(w->out, &span, sizeof span);
}

static bool on_token(void *arg, const ft_token *token)
{
    walk *w = arg;
    uint64_t position = w->base + token->position;

    while (w->range < w->end && !w->open && w->range->first < position)
        w->range++;
    if (w->range == w->end || w->out->failed)
        return false;
    if (position == w->range->first) {
        w->open = true;
        w->start = token->start;
    }
    if (w->open && position >= w->range->last) {
        put_span(w, w->start, token->end);
        w->open = false;
        w->range++;
    }
    return w->range < w->end;
}

ft_status ft_highlight(ft_analyzer *an, const char *text, size_t len, uint32_t base, uint64_t shift,
                       const ft_range *ranges, size_t n, ft_buf *out, ft_error *err)
{
    walk w = {.range = ranges, .end = ranges + n, .base = base, .shift = shift, .out = out, .out_base = out->len};

    if (n == 0)
        return FT_OK;
    ft_status st = ft_analyzer_run(an, text, len, on_token, &w);
    if (st != FT_OK)
        return ft_fail(err, st, "highlighting: the text could not be analysed");
    return ft_buf_status(out, err);
}
