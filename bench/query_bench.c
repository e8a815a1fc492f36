/* query_bench.c - see query_bench.h. A query's time is that of parsing it, searching and freeing the results, within
 * the process. Each pass runs all queries of a command before the next command, as the game does. */
#include "query_bench.h"

#include "cli.h"
#include "clock.h"
#include "json.h"
#include "machine.h"
#include "mem.h"
#include "querylog.h"

#define MAX_COMMANDS 32

typedef struct bench {
    const ft_bench_settings *set;
    const char *index;
    ft_reader *rd;
    ft_querylog log;
    ft_ask asks[MAX_COMMANDS];
    ft_str names[MAX_COMMANDS];
    size_t n_asks;
    uint64_t *samples; /* nanoseconds, [command][query][pass] */
    size_t n_passes;
    uint64_t *passes;  /* room for a query's times */
    uint64_t *chosen;  /* room for one time of each query */
    ft_machine machine;
    ft_out out;
} bench;

static ft_status read_commands(bench *b, const char *list, ft_error *err)
{
    for (const char *p = list;; p++) {
        ft_str name = {p, strcspn(p, ",")};
        ft_ask ask = ft_ask_read(name);
        if (ask.kind == FT_ASK_UNKNOWN || b->n_asks == MAX_COMMANDS) {
            ft_fail(err, FT_EINVAL, "--commands: '%.*s' is not a command", (int)(name.len < 80 ? name.len : 80), p);
            ft_hint(err, "the commands are COUNT, TOP_k, TOP_k_COUNT, RUN_k and NOOP, up to %d of them", MAX_COMMANDS);
            return FT_EINVAL;
        }
        b->names[b->n_asks] = name;
        b->asks[b->n_asks++] = ask;
        p += name.len;
        if (!*p)
            return FT_OK;
    }
}

static uint64_t *samples_of(const bench *b, size_t command, size_t query)
{
    return b->samples + (command * b->log.n_queries + query) * b->n_passes;
}

static ft_status measure(bench *b, ft_error *err)
{
    ft_buf answer = {0};
    ft_status st = FT_OK;

    for (size_t pass = 0; pass < b->n_passes; pass++) {
        for (size_t c = 0; c < b->n_asks; c++) {
            for (size_t i = 0; i < b->log.n_queries; i++) {
                ft_buf_reset(&answer);
                uint64_t begun = ft_clock_now();
                st = ft_ask_run(b->rd, &b->asks[c], ft_querylog_query(&b->log, i), &b->set->ask, &answer, err);
                samples_of(b, c, i)[pass] = ft_clock_now() - begun;
                if (st != FT_OK)
                    goto out;
            }
        }
    }
out:
    ft_buf_release(&answer);
    return st;
}

/* Which of a query's times stands for it. */
typedef enum choice { BEST, MEDIAN } choice;

/* The times of the queries under a tag, or of all of them for tag == n_names. */
static ft_clock_summary summarize(bench *b, size_t command, size_t tag, choice which)
{
    size_t n = 0;

    for (size_t i = 0; i < b->log.n_queries; i++) {
        const ft_logged *q = &b->log.queries[i];
        bool has = tag == b->log.n_names;
        for (size_t t = 0; t < q->n_tags; t++)
            has |= b->log.tags[q->first_tag + t] == tag;
        if (!has)
            continue;
        memcpy(b->passes, samples_of(b, command, i), b->n_passes * sizeof *b->passes);
        ft_clock_summary of_query = ft_clock_summarize(b->passes, b->n_passes);
        b->chosen[n++] = which == BEST ? of_query.min : of_query.p50;
    }
    return ft_clock_summarize(b->chosen, n);
}

static double per_second(const ft_clock_summary *s)
{
    return s->mean > 0 ? 1e9 / s->mean : 0;
}

static ft_str tag_name(const bench *b, size_t tag)
{
    return tag == b->log.n_names ? (ft_str){"all", 3} : ft_querylog_name(&b->log, tag);
}

/* ---------------------------------------------------------------- for people */

static void print_table(bench *b)
{
    ft_buf *out = &b->out.buf;
    ft_stats stats;

    ft_reader_stats(b->rd, &stats);
    ft_machine_put_text(&b->machine, out);
    ft_cli_show(out, b->index, strlen(b->index), FT_CLI_NAME);
    ft_buf_printf(out, ": %llu passages, %llu terms, %llu tokens, %llu segments, %llu bytes\n",
                  (unsigned long long)stats.passages, (unsigned long long)stats.terms,
                  (unsigned long long)stats.tokens, (unsigned long long)stats.segments,
                  (unsigned long long)stats.bytes_total);
    ft_buf_printf(out, "%zu queries, %zu passes%s; microseconds, of each query's best time, and the mean of "
                  "medians\n\n", b->log.n_queries, b->n_passes, b->set->ask.exhaustive ? ", exhaustive" : "");
    ft_buf_printf(out, "%-15s %-28s %7s %10s %10s %10s %10s %10s %10s\n", "command", "tag", "queries", "mean", "p50",
                  "p90", "p99", "qps", "medians");
    for (size_t c = 0; c < b->n_asks; c++) {
        for (size_t tag = 0; tag <= b->log.n_names; tag++) {
            ft_clock_summary s = summarize(b, c, tag, BEST), medians = summarize(b, c, tag, MEDIAN);
            ft_str name = tag_name(b, tag);
            if (s.n == 0)
                continue;
            ft_buf_printf(out, "%-15.*s ", (int)b->names[c].len, b->names[c].ptr);
            size_t begun = out->len;
            ft_cli_show(out, name.ptr, name.len, FT_CLI_NAME);
            ft_buf_printf(out, "%*s %7zu %10.1f %10.1f %10.1f %10.1f %10.0f %10.1f\n",
                          out->len - begun < 28 ? (int)(28 - (out->len - begun)) : 0, "", s.n, s.mean / 1e3,
                          (double)s.p50 / 1e3, (double)s.p90 / 1e3, (double)s.p99 / 1e3, per_second(&s),
                          medians.mean / 1e3);
        }
    }
}

/* ---------------------------------------------------------------- for programs */

static void put_time(ft_buf *out, const char *key, double ns)
{
    ft_buf_printf(out, ",\"%s\":", key);
    ft_json_put_number(out, ns / 1e3, 9);
}

/* Members, the first without a comma before it. */
static void put_summary(ft_buf *out, const ft_clock_summary *s)
{
    ft_buf_puts(out, "\"mean_us\":");
    ft_json_put_number(out, s->mean / 1e3, 9);
    put_time(out, "min_us", (double)s->min);
    put_time(out, "p50_us", (double)s->p50);
    put_time(out, "p90_us", (double)s->p90);
    put_time(out, "p99_us", (double)s->p99);
    put_time(out, "max_us", (double)s->max);
    ft_buf_puts(out, ",\"qps\":");
    ft_json_put_number(out, per_second(s), 9);
}

/* {"query":...,"ns":[...]} for each query of a command. */
static void put_samples(bench *b, size_t command)
{
    ft_buf *out = &b->out.buf;

    for (size_t i = 0; i < b->log.n_queries; i++) {
        ft_str query = ft_querylog_query(&b->log, i);
        ft_buf_puts(out, i ? ",{\"query\":" : "{\"query\":");
        ft_json_put_string(out, query.ptr, query.len);
        for (size_t pass = 0; pass < b->n_passes; pass++)
            ft_buf_printf(out, "%s%llu", pass ? "," : ",\"ns\":[", (unsigned long long)samples_of(b, command, i)[pass]);
        ft_buf_puts(out, "]}");
        ft_out_step(&b->out);
    }
}

static void print_json(bench *b)
{
    ft_buf *out = &b->out.buf;
    ft_stats stats;

    ft_reader_stats(b->rd, &stats);
    ft_buf_putc(out, '{');
    ft_machine_put_json(&b->machine, out);
    ft_buf_puts(out, ",\"index\":{\"path\":");
    ft_json_put_string(out, b->index, strlen(b->index));
    ft_buf_printf(out, ",\"documents\":%llu,\"passages\":%llu,\"terms\":%llu,\"tokens\":%llu,\"postings\":%llu,"
                  "\"segments\":%llu,\"bytes\":%llu}",
                  (unsigned long long)stats.documents, (unsigned long long)stats.passages,
                  (unsigned long long)stats.terms, (unsigned long long)stats.tokens,
                  (unsigned long long)stats.postings, (unsigned long long)stats.segments,
                  (unsigned long long)stats.bytes_total);
    ft_buf_printf(out, ",\"queries\":%zu,\"passes\":%llu,\"exhaustive\":%s,\"results\":[", b->log.n_queries,
                  (unsigned long long)b->n_passes, b->set->ask.exhaustive ? "true" : "false");
    const char *comma = "";
    for (size_t c = 0; c < b->n_asks; c++) {
        for (size_t tag = 0; tag <= b->log.n_names; tag++) {
            ft_clock_summary s = summarize(b, c, tag, BEST), medians = summarize(b, c, tag, MEDIAN);
            ft_str name = tag_name(b, tag);
            if (s.n == 0)
                continue;
            ft_buf_printf(out, "%s{\"command\":\"%.*s\",\"tag\":", comma, (int)b->names[c].len, b->names[c].ptr);
            ft_json_put_string(out, name.ptr, name.len);
            ft_buf_printf(out, ",\"queries\":%zu,", s.n);
            put_summary(out, &s);
            ft_buf_puts(out, ",\"medians\":{");
            put_summary(out, &medians);
            ft_buf_puts(out, "}}");
            comma = ",";
        }
    }
    ft_buf_putc(out, ']');
    for (size_t c = 0; b->set->raw && c < b->n_asks; c++) {
        ft_buf_printf(out, "%s\"%.*s\":[", c ? "," : ",\"samples\":{", (int)b->names[c].len, b->names[c].ptr);
        put_samples(b, c);
        ft_buf_putc(out, ']');
    }
    ft_buf_puts(out, b->set->raw ? "}}\n" : "}\n");
}

int ft_query_bench_run(const ft_bench_settings *set, const char *index, const char *queries)
{
    bench b = {.set = set, .index = index, .n_passes = set->passes ? (size_t)set->passes : 5};
    ft_error err;
    int status = 0;

    ft_machine_look(&b.machine);
    ft_status st = read_commands(&b, set->commands, &err);
    if (st == FT_OK)
        st = ft_querylog_read(&b.log, queries, &err);
    if (st == FT_OK)
        st = ft_reader_open(&b.rd, index, &err);
    if (st == FT_OK) {
        b.samples = ft_alloc_zero(b.n_asks * b.log.n_queries, b.n_passes * sizeof *b.samples);
        b.passes = ft_alloc(b.n_passes, sizeof *b.passes);
        b.chosen = ft_alloc(b.log.n_queries, sizeof *b.chosen);
        st = b.samples && b.passes && b.chosen ? measure(&b, &err) : ft_fail_nomem(&err);
    }
    if (st != FT_OK)
        status = ft_cli_fail(&err);
    else if (set->json)
        print_json(&b);
    else
        print_table(&b);
    ft_free(b.samples);
    ft_free(b.passes);
    ft_free(b.chosen);
    ft_reader_close(b.rd);
    ft_querylog_release(&b.log);
    return ft_out_close(&b.out, status);
}
