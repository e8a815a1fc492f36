/* print_json.c - an object a query, on one line. Keys may be added, never removed. */
#include "print.h"

#include "json.h"

static void put_key(ft_buf *out, const char *key)
{
    ft_buf_printf(out, "\"%s\":", key);
}

static void put_string(ft_buf *out, const char *key, ft_str s)
{
    put_key(out, key);
    ft_json_put_string(out, s.ptr, s.len);
}

static void put_spans(ft_buf *out, const char *key, const ft_span *spans, size_t n)
{
    put_key(out, key);
    ft_buf_putc(out, '[');
    for (size_t i = 0; i < n; i++)
        ft_buf_printf(out, "%s[%llu,%llu]", i ? "," : "", (unsigned long long)spans[i].start,
                      (unsigned long long)spans[i].end);
    ft_buf_putc(out, ']');
}

static void put_snippet(ft_buf *out, const ft_snippet *s)
{
    uint64_t at = 0;

    put_key(out, "snippet");
    ft_buf_puts(out, s->before ? "\"… " : "\"");
    for (size_t i = 0; i < s->n_spans; i++) {
        const ft_span *span = &s->spans[i];
        ft_json_put_chars(out, s->text.ptr + at, (size_t)(span->start - at), true);
        ft_buf_puts(out, "<em>");
        ft_json_put_chars(out, s->text.ptr + span->start, (size_t)(span->end - span->start), true);
        ft_buf_puts(out, "</em>");
        at = span->end;
    }
    ft_json_put_chars(out, s->text.ptr + at, (size_t)(s->text.len - at), true);
    ft_buf_puts(out, s->after ? " …\"" : "\"");
}

static ft_status put_explain(ft_buf *out, ft_results *rs, size_t i, ft_error *err)
{
    const ft_part *parts;
    size_t n;
    ft_status st = ft_results_explain(rs, i, &parts, &n, err);

    if (st != FT_OK)
        return st;
    ft_buf_puts(out, ",\"explain\":[");
    for (size_t p = 0; p < n; p++) {
        const struct {
            const char *key;
            double value;
        } numbers[] = {
            {"boost", parts[p].boost}, {"idf", parts[p].idf}, {"df", (double)parts[p].df},
            {"tf", parts[p].tf},       {"dl", parts[p].dl},   {"avgdl", parts[p].avgdl},
        };
        ft_buf_puts(out, p ? ",{" : "{");
        put_string(out, "clause", (ft_str){parts[p].clause, strlen(parts[p].clause)});
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            ft_buf_putc(out, ',');
            put_key(out, numbers[k].key);
            ft_json_put_number(out, numbers[k].value, 15);
        }
        ft_buf_putc(out, ',');
        put_key(out, "score");
        ft_print_score(out, parts[p].score);
        ft_buf_putc(out, '}');
    }
    ft_buf_putc(out, ']');
    return FT_OK;
}

static ft_status put_hit(const ft_print_options *opts, const ft_answer *answer, size_t i, ft_buf *out, ft_error *err)
{
    ft_print_hit h;
    ft_status st = ft_print_hit_get(opts, answer, i, FT_PRINT_SNIPPET, &h, err);

    if (st != FT_OK)
        return st;
    ft_buf_printf(out, "%s{\"rank\":%llu,\"score\":", i ? "," : "", (unsigned long long)h.rank);
    ft_print_score(out, h.hit.score);
    ft_buf_putc(out, ',');
    put_string(out, "id", h.hit.id);
    ft_buf_printf(out, ",\"passage\":%u,", (unsigned)h.hit.passage);
    put_string(out, "title", h.match.title);
    ft_buf_printf(out, ",\"start\":%llu,\"end\":%llu,\"line\":%u,", (unsigned long long)h.hit.start,
                  (unsigned long long)h.hit.end, (unsigned)h.match.line);
    put_spans(out, "spans", h.match.spans, h.match.n_spans);
    ft_buf_putc(out, ',');
    put_spans(out, "title_spans", h.match.title_spans, h.match.n_title_spans);
    ft_buf_putc(out, ',');
    put_snippet(out, &h.snippet);
    if (opts->text) {
        ft_buf_putc(out, ',');
        put_string(out, "text", h.match.text);
    }
    if (opts->explain)
        st = put_explain(out, answer->results, i, err);
    ft_buf_putc(out, '}');
    return st;
}

ft_status ft_print_json(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err)
{
    bool exact;
    uint64_t total = ft_results_total(answer->results, &exact);

    ft_buf_putc(out, '{');
    put_string(out, "qid", answer->qid);
    ft_buf_putc(out, ',');
    put_string(out, "query", answer->query);
    ft_buf_printf(out, ",\"total\":%llu,\"total_exact\":%s,\"took_us\":%llu,", (unsigned long long)total,
                  exact ? "true" : "false", (unsigned long long)answer->took_us);
    if (answer->timed_out)
        ft_buf_puts(out, "\"timed_out\":true,");
    ft_buf_puts(out, "\"hits\":[");
    for (size_t i = 0; i < ft_results_count(answer->results); i++) {
        ft_status st = put_hit(opts, answer, i, out, err);
        if (st != FT_OK)
            return st;
    }
    ft_buf_puts(out, "],\"notes\":[");
    for (size_t i = 0; i < ft_query_notes(answer->parsed); i++) {
        const char *note = ft_query_note(answer->parsed, i);
        ft_buf_puts(out, i ? "," : "");
        ft_json_put_string(out, note, strlen(note));
    }
    if (opts->no_text && ft_results_count(answer->results)) {
        ft_buf_puts(out, ft_query_notes(answer->parsed) ? "," : "");
        ft_json_put_string(out, FT_PRINT_NO_TEXT_NOTE, strlen(FT_PRINT_NO_TEXT_NOTE));
    }
    ft_buf_puts(out, "]}\n");
    return FT_OK;
}
