/* print_human.c - for people: arranged and wrapped on a terminal, a hit a line in a pipe. */
#include "print.h"

#include "chars.h"
#include "cli.h"

#include <stdio.h>

enum { WIDEST = 100, INDENT = 3 };

/* ---------------------------------------------------------------- wrapping */

/* Columns that a character takes. */
static unsigned width_of(uint32_t cp)
{
    if ((cp >= 0x300 && cp <= 0x36f) || (cp >= 0x200b && cp <= 0x200d) || (cp >= 0xfe00 && cp <= 0xfe0f))
        return 0;
    bool wide = (cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0xa4cf) || (cp >= 0xac00 && cp <= 0xd7a3) ||
                (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0xfe30 && cp <= 0xfe6f) || (cp >= 0xff00 && cp <= 0xff60) ||
                (cp >= 0xffe0 && cp <= 0xffe6) || (cp >= 0x1f300 && cp <= 0x1faff) || (cp >= 0x20000 && cp <= 0x3fffd);
    return wide ? 2 : 1;
}

/* Words on their way to the lines of a block: a word waits until it is known to fit. */
typedef struct wrapper {
    ft_buf *out;
    ft_buf word;
    unsigned word_width, column, columns, indent;
    bool color;
    bool lit, lit_before; /* highlighted now, and where the waiting word began */
    bool space;           /* white space stands before the waiting word */
} wrapper;

static void flush_word(wrapper *w)
{
    if (w->word.len == 0)
        return;
    bool fits = w->column + w->space + w->word_width <= w->columns;
    if (!fits && w->column > w->indent) {
        ft_buf_puts(w->out, w->lit_before && w->color ? FT_PRINT_OFF : "");
        ft_buf_printf(w->out, "\n%*s", (int)w->indent, "");
        ft_buf_puts(w->out, w->lit_before && w->color ? FT_PRINT_ON : "");
        w->column = w->indent;
    } else if (w->space && w->column > w->indent) {
        ft_buf_putc(w->out, ' ');
        w->column++;
    }
    ft_buf_put(w->out, w->word.data, w->word.len);
    w->out->failed |= w->word.failed;
    w->column += w->word_width;
    ft_buf_reset(&w->word);
    w->word_width = 0;
    w->space = false;
    w->lit_before = w->lit;
}

static void add_char(wrapper *w, const unsigned char *p, size_t n, uint32_t cp)
{
    if (cp != FT_CHARS_BAD && ft_chars_is_space(cp)) {
        flush_word(w);
        w->space = true;
        return;
    }
    unsigned width = cp == FT_CHARS_BAD ? 4 * (unsigned)n : width_of(cp);
    if (width == 2)
        flush_word(w); /* scripts without spaces: a line may end before any character */
    ft_cli_show(&w->word, (const char *)p, n, FT_CLI_LINE);
    w->word_width += width;
}

static void light(wrapper *w, bool on)
{
    if (w->color && on != w->lit)
        ft_buf_puts(&w->word, on ? FT_PRINT_ON : FT_PRINT_OFF);
    w->lit = on;
}

void ft_print_block(const ft_print_options *opts, const ft_snippet *s, ft_buf *out)
{
    unsigned columns = opts->columns < WIDEST || opts->wide ? opts->columns : WIDEST;
    wrapper w = {.out = out, .column = INDENT, .columns = columns, .indent = INDENT, .color = opts->color};
    const unsigned char *text = (const unsigned char *)s->text.ptr, *end = text + s->text.len, *p = text;
    size_t span = 0;

    ft_buf_printf(out, "%*s", INDENT, "");
    ft_buf_puts(&w.word, s->before ? "…" : "");
    w.word_width = s->before;
    flush_word(&w);
    w.space = s->before;
    for (size_t n; p < end; p += n) {
        uint64_t at = (uint64_t)(p - text);
        uint32_t cp = ft_chars_decode(p, end, &n);
        if (span < s->n_spans && at >= s->spans[span].end) {
            light(&w, false);
            span++;
        }
        if (span < s->n_spans && at >= s->spans[span].start)
            light(&w, true);
        add_char(&w, p, n, cp);
    }
    light(&w, false);
    if (s->after) {
        flush_word(&w);
        w.space = true;
        ft_buf_puts(&w.word, "…");
        w.word_width = 1;
    }
    flush_word(&w);
    ft_buf_putc(out, '\n');
    ft_buf_release(&w.word);
}

/* ---------------------------------------------------------------- explanations */

static ft_status put_explain(ft_buf *out, const ft_answer *answer, size_t i, ft_error *err)
{
    const ft_part *parts;
    size_t n;
    ft_status st = ft_results_explain(answer->results, i, &parts, &n, err);

    for (size_t p = 0; st == FT_OK && p < n; p++) {
        const ft_part *x = &parts[p];
        ft_buf_puts(out, "    ");
        ft_print_score(out, x->score);
        ft_buf_puts(out, "  ");
        ft_cli_show(out, x->clause, strlen(x->clause), FT_CLI_NAME);
        ft_buf_printf(out, "  idf %.6g, %.6g in %.6g tokens (mean %.6g)", x->idf, x->tf, x->dl, x->avgdl);
        if (x->boost < 1 || x->boost > 1)
            ft_buf_printf(out, ", counts %.6g times", x->boost);
        if (x->df)
            ft_buf_printf(out, ", in %llu %s", (unsigned long long)x->df, x->df == 1 ? "passage" : "passages");
        ft_buf_putc(out, '\n');
    }
    return st;
}

/* ---------------------------------------------------------------- hits */

static void put_place(ft_buf *out, const ft_print_hit *h)
{
    ft_cli_show(out, h->hit.id.ptr, h->hit.id.len, FT_CLI_NAME);
    ft_buf_printf(out, ":%u", (unsigned)h->match.line);
}

/* The whole passage in a snippet's clothes, its spans moved to begin with it. */
static ft_status whole_passage(ft_print_hit *h, ft_buf *spans, ft_error *err)
{
    const ft_match *match = &h->match;

    ft_buf_reset(spans);
    for (size_t k = 0; k < match->n_spans; k++) {
        ft_span span = {match->spans[k].start - h->hit.start, match->spans[k].end - h->hit.start};
        ft_buf_put(spans, &span, sizeof span);
    }
    if (spans->failed)
        return ft_fail_nomem(err);
    h->snippet = (ft_snippet){.text = match->text, .spans = (const ft_span *)(const void *)spans->data,
                              .n_spans = match->n_spans};
    return FT_OK;
}

static void put_arranged(const ft_print_options *opts, const ft_print_hit *h, ft_buf *out)
{
    char lead[64];
    int len = snprintf(lead, sizeof lead, "%-2llu %.3f  ", (unsigned long long)h->rank, h->hit.score);
    const char *bold = opts->color ? "\033[1m" : "", *plain = opts->color ? FT_PRINT_OFF : "";

    ft_buf_puts(out, lead);
    if (h->match.title.len) {
        ft_buf_puts(out, bold);
        ft_cli_show(out, h->match.title.ptr, h->match.title.len, FT_CLI_LINE);
        ft_buf_printf(out, "%s\n%*s", plain, len, "");
    }
    put_place(out, h);
    ft_buf_putc(out, '\n');
    ft_print_block(opts, &h->snippet, out);
}

static void put_count(const ft_print_options *opts, const ft_answer *answer, ft_buf *out)
{
    bool exact;
    uint64_t total = ft_results_total(answer->results, &exact);
    char left[96], right[32];
    const char *unit = opts->documents ? "document" : "passage";

    if (opts->many) {
        ft_cli_show(out, answer->query.ptr, answer->query.len, FT_CLI_NAME);
        ft_buf_putc(out, '\n');
    }
    int n = snprintf(left, sizeof left, "%s%llu %s%s%s", exact ? "" : "at least ", (unsigned long long)total, unit,
                     total == 1 ? "" : "s", answer->timed_out ? " (stopped by --timeout)" : "");
    int m = snprintf(right, sizeof right, "%.*f ms", answer->took_us < 100 ? 2 : 1, (double)answer->took_us / 1000);
    int gap = (int)(opts->columns < 78 ? opts->columns : 78) - n - m;
    ft_buf_printf(out, "%s%*s%s\n", left, gap > 2 ? gap : 2, "", right);
}

ft_status ft_print_human_hit(const ft_print_options *opts, const ft_answer *answer, size_t i, ft_buf *out,
                             ft_error *err)
{
    size_t room = opts->terminal ? (size_t)opts->columns * 3 : FT_PRINT_SNIPPET;
    ft_buf spans = {0};
    ft_print_hit h;

    ft_status st = ft_print_hit_get(opts, answer, i, room, &h, err);
    if (st == FT_OK && opts->text)
        st = whole_passage(&h, &spans, err);
    if (opts->no_text)
        h.snippet = (ft_snippet){.text = {FT_PRINT_NO_TEXT, strlen(FT_PRINT_NO_TEXT)}};
    if (st == FT_OK && opts->terminal) {
        ft_buf_putc(out, '\n');
        put_arranged(opts, &h, out);
    } else if (st == FT_OK) {
        put_place(out, &h);
        ft_buf_putc(out, ':');
        ft_print_score(out, h.hit.score);
        ft_buf_putc(out, ':');
        ft_print_line(out, &h.snippet, opts->color);
        ft_buf_putc(out, '\n');
    }
    if (st == FT_OK && opts->explain)
        st = put_explain(out, answer, i, err);
    ft_buf_release(&spans);
    return st;
}

ft_status ft_print_human(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err)
{
    ft_status st = FT_OK;

    if (opts->terminal)
        put_count(opts, answer, out);
    for (size_t i = 0; st == FT_OK && i < ft_results_count(answer->results); i++)
        st = ft_print_human_hit(opts, answer, i, out, err);
    if (opts->terminal && opts->many)
        ft_buf_putc(out, '\n');
    return st;
}
