/* print_lines.c - the formats for other programs that have a hit a line: tsv and trec. */
#include "print.h"

#include "chars.h"
#include "cli.h"

/* A field between tabs. */
static void put_field(ft_buf *out, ft_str s)
{
    ft_cli_show(out, s.ptr, s.len, FT_CLI_LINE);
    ft_buf_putc(out, '\t');
}

ft_status ft_print_tsv(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err)
{
    for (size_t i = 0; i < ft_results_count(answer->results); i++) {
        ft_print_hit h;
        ft_status st = ft_print_hit_get(opts, answer, i, FT_PRINT_SNIPPET, &h, err);
        if (st != FT_OK)
            return st;
        put_field(out, answer->qid);
        ft_buf_printf(out, "%llu\t", (unsigned long long)h.rank);
        ft_print_score(out, h.hit.score);
        ft_buf_putc(out, '\t');
        put_field(out, h.hit.id);
        ft_buf_printf(out, "%u\t", (unsigned)h.hit.passage);
        ft_print_line(out, &h.snippet, false);
        if (opts->text) {
            ft_buf_putc(out, '\t');
            ft_cli_show(out, h.match.text.ptr, h.match.text.len, FT_CLI_LINE);
        }
        ft_buf_putc(out, '\n');
    }
    return FT_OK;
}

/* A word of a TREC run: white space and '%' as %XX, other hostile characters as visible escapes. */
static void put_word(ft_buf *out, ft_str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;

    for (size_t n; p < end; p += n) {
        uint32_t cp = ft_chars_decode(p, end, &n);
        if (cp == '%' || (cp != FT_CHARS_BAD && ft_chars_is_space(cp)))
            for (size_t i = 0; i < n; i++)
                ft_buf_printf(out, "%%%02X", p[i]);
        else
            ft_cli_show(out, (const char *)p, n, FT_CLI_NAME);
    }
    ft_buf_putc(out, ' ');
}

ft_status ft_print_trec(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err)
{
    for (size_t i = 0; i < ft_results_count(answer->results); i++) {
        ft_print_hit h;
        ft_status st = ft_print_hit_get(opts, answer, i, 0, &h, err);
        if (st != FT_OK)
            return st;
        put_word(out, answer->qid);
        ft_buf_puts(out, "Q0 ");
        put_word(out, h.hit.id);
        ft_buf_printf(out, "%llu ", (unsigned long long)h.rank);
        ft_print_score(out, h.hit.score);
        ft_buf_putc(out, ' ');
        put_word(out, (ft_str){opts->tag, strlen(opts->tag)});
        if (!out->failed)
            out->data[out->len - 1] = '\n'; /* in the place of the last blank */
    }
    return FT_OK;
}
