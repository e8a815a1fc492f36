/* print.c - what the output formats share; see print.h. */
#include "print.h"

#include "cli.h"
#include "json.h"

ft_status ft_print_hit_get(const ft_print_options *opts, const ft_answer *answer, size_t i, size_t snippet_len,
                           ft_print_hit *out, ft_error *err)
{
    ft_status st = ft_results_hit(answer->results, i, &out->hit, err);

    out->rank = opts->offset + i + 1;
    out->match = (ft_match){0};
    out->snippet = (ft_snippet){0};
    if (st == FT_OK && snippet_len)
        st = ft_results_match(answer->results, i, &out->match, err);
    if (st == FT_OK && snippet_len)
        st = ft_results_snippet(answer->results, i, snippet_len, &out->snippet, err);
    return st;
}

void ft_print_score(ft_buf *out, double score)
{
    ft_json_put_number(out, score, 9);
}

void ft_print_line(ft_buf *out, const ft_snippet *s, bool color)
{
    uint64_t at = 0;

    if (s->before)
        ft_buf_puts(out, "… ");
    for (size_t i = 0; i < s->n_spans; i++) {
        const ft_span *span = &s->spans[i];
        ft_cli_show(out, s->text.ptr + at, (size_t)(span->start - at), FT_CLI_LINE);
        ft_buf_puts(out, color ? FT_PRINT_ON : "");
        ft_cli_show(out, s->text.ptr + span->start, (size_t)(span->end - span->start), FT_CLI_LINE);
        ft_buf_puts(out, color ? FT_PRINT_OFF : "");
        at = span->end;
    }
    ft_cli_show(out, s->text.ptr + at, (size_t)(s->text.len - at), FT_CLI_LINE);
    if (s->after)
        ft_buf_puts(out, " …");
}

static void put_note(const ft_print_options *opts, const ft_answer *answer, const char *note, ft_buf *talk)
{
    ft_buf_puts(talk, "ftsearch: note: ");
    if (opts->many) {
        ft_cli_show(talk, answer->qid.ptr, answer->qid.len, FT_CLI_NAME);
        ft_buf_puts(talk, ": ");
    }
    ft_cli_show(talk, note, strlen(note), FT_CLI_NAME);
    ft_buf_putc(talk, '\n');
}

static void put_notes(const ft_print_options *opts, const ft_answer *answer, ft_buf *talk)
{
    for (size_t i = 0; i < ft_query_notes(answer->parsed); i++)
        put_note(opts, answer, ft_query_note(answer->parsed, i), talk);
    if (answer->timed_out)
        put_note(opts, answer, "stopped by --timeout: this is what was found so far", talk);
    if (opts->no_text && !opts->count && opts->format == FT_PRINT_TSV && ft_results_count(answer->results))
        put_note(opts, answer, FT_PRINT_NO_TEXT_NOTE, talk);
}

ft_status ft_print_answer(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_buf *talk,
                          ft_error *err)
{
    static ft_status (*const formats[])(const ft_print_options *, const ft_answer *, ft_buf *, ft_error *) = {
        [FT_PRINT_HUMAN] = ft_print_human,
        [FT_PRINT_JSON] = ft_print_json,
        [FT_PRINT_TSV] = ft_print_tsv,
        [FT_PRINT_TREC] = ft_print_trec,
    };
    ft_status st = FT_OK;
    bool exact;

    if (opts->count)
        ft_buf_printf(out, "%llu\n", (unsigned long long)ft_results_total(answer->results, &exact));
    else
        st = formats[opts->format](opts, answer, out, err);
    if (opts->count || opts->format != FT_PRINT_JSON)
        put_notes(opts, answer, talk);
    return st == FT_OK && (out->failed || talk->failed) ? ft_fail_nomem(err) : st;
}
