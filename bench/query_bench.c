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
    const ft_query_bench *set;
    const char *index;
    ft_reader *rd;
    ft_querylog log;
    ft_ask asks[MAX_COMMANDS];
    ft_str names[MAX_COMMANDS];
    size_t n_asks;
    uint64_t *samples; /* nanoseconds, [command][query][pass] */
    uint64_t *best;    /* room for a query's best times */
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
    return b->samples + (command * b->log.n_queries + query) * b->set->passes;
}

static ft_status measure(bench *b, ft_error *err)
{
    ft_buf answer = {0};
    ft_status st = FT_OK;

    for (size_t pass = 0; pass < b->set->passes; pass++) {
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

/* The best times of the queries under a tag, or of all of them for tag == n_names. */
static ft_clock_summary summarize(bench *b, size_t command, size_t tag)
{
    size_t n = 0;

    for (size_t i = 0; i < b->log.n_queries; i++) {
        const ft_logged *q = &b->log.queries[i];
        bool has = tag == b->log.n_names;
        for (size_t t = 0; t < q->n_tags; t++)
            has |= b->log.tags[q->first_tag + t] == tag;
        if (!has)
            continue;
        const uint64_t *sample = samples_of(b, command, i);
        uint64_t best = sample[0];
        for (size_t pass = 1; pass < b->set->passes; pass++)
            best = sample[pass] < best ? sample[pass] : best;
        b->best[n++] = best;
    }
    return ft_clock_summarize(b->best, n);
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
    ft_buf_printf(out, "ftbench %s, %s, ", ft_version(), FT_COMPILER);
    ft_cli_show(out, b->machine.cpu, strlen(b->machine.cpu), FT_CLI_NAME);
    ft_buf_printf(out, ", %u cores\n", b->machine.cores);
    ft_cli_show(out, b->index, strlen(b->index), FT_CLI_NAME);
    ft_buf_printf(out, ": %llu passages, %llu terms, %llu tokens, %llu segments, %llu bytes\n",
                  (unsigned long long)stats.passages, (unsigned long long)stats.terms,
                  (unsigned long long)stats.tokens, (unsigned long long)stats.segments,
                  (unsigned long long)stats.bytes_total);
    ft_buf_printf(out, "%zu queries, best of %llu passes%s; times in microseconds\n\n", b->log.n_queries,
                  (unsigned long long)b->set->passes, b->set->ask.exhaustive ? ", exhaustive" : "");
    ft_buf_printf(out, "%-15s %-28s %7s %10s %10s %10s %10s %10s\n", "command", "tag", "queries", "mean", "p50", "p90",
                  "p99", "qps");
    for (size_t c = 0; c < b->n_asks; c++) {
        for (size_t tag = 0; tag <= b->log.n_names; tag++) {
            ft_clock_summary s = summarize(b, c, tag);
            ft_str name = tag_name(b, tag);
            if (s.n == 0)
                continue;
            ft_buf_printf(out, "%-15.*s ", (int)b->names[c].len, b->names[c].ptr);
            size_t begun = out->len;
            ft_cli_show(out, name.ptr, name.len, FT_CLI_NAME);
            ft_buf_printf(out, "%*s %7zu %10.1f %10.1f %10.1f %10.1f %10.0f\n",
                          out->len - begun < 28 ? (int)(28 - (out->len - begun)) : 0, "", s.n, s.mean / 1e3,
                          (double)s.p50 / 1e3, (double)s.p90 / 1e3, (double)s.p99 / 1e3, per_second(&s));
        }
    }
}

/* ---------------------------------------------------------------- for programs */

static void put_time(ft_buf *out, const char *key, double ns)
{
    ft_buf_printf(out, ",\"%s\":", key);
    ft_json_put_number(out, ns / 1e3, 9);
}

static void put_summary(ft_buf *out, const ft_clock_summary *s)
{
    ft_buf_printf(out, ",\"queries\":%zu", s->n);
    put_time(out, "mean_us", s->mean);
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
        for (size_t pass = 0; pass < b->set->passes; pass++)
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
    ft_buf_printf(out, "{\"version\":\"%s\",\"compiler\":\"%s\",\"cpu\":", ft_version(), FT_COMPILER);
    ft_json_put_string(out, b->machine.cpu, strlen(b->machine.cpu));
    ft_buf_printf(out, ",\"cores\":%u,\"index\":{\"path\":", b->machine.cores);
    ft_json_put_string(out, b->index, strlen(b->index));
    ft_buf_printf(out, ",\"documents\":%llu,\"passages\":%llu,\"terms\":%llu,\"tokens\":%llu,\"postings\":%llu,"
                  "\"segments\":%llu,\"bytes\":%llu}",
                  (unsigned long long)stats.documents, (unsigned long long)stats.passages,
                  (unsigned long long)stats.terms, (unsigned long long)stats.tokens,
                  (unsigned long long)stats.postings, (unsigned long long)stats.segments,
                  (unsigned long long)stats.bytes_total);
    ft_buf_printf(out, ",\"queries\":%zu,\"passes\":%llu,\"exhaustive\":%s,\"results\":[", b->log.n_queries,
                  (unsigned long long)b->set->passes, b->set->ask.exhaustive ? "true" : "false");
    const char *comma = "";
    for (size_t c = 0; c < b->n_asks; c++) {
        for (size_t tag = 0; tag <= b->log.n_names; tag++) {
            ft_clock_summary s = summarize(b, c, tag);
            ft_str name = tag_name(b, tag);
            if (s.n == 0)
                continue;
            ft_buf_printf(out, "%s{\"command\":\"%.*s\",\"tag\":", comma, (int)b->names[c].len, b->names[c].ptr);
            ft_json_put_string(out, name.ptr, name.len);
            put_summary(out, &s);
            ft_buf_putc(out, '}');
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

int ft_query_bench_run(const ft_query_bench *set, const char *index, const char *queries)
{
    bench b = {.set = set, .index = index};
    ft_error err;
    int status = 0;

    ft_machine_look(&b.machine);
    ft_status st = read_commands(&b, set->commands, &err);
    if (st == FT_OK)
        st = ft_querylog_read(&b.log, queries, &err);
    if (st == FT_OK)
        st = ft_reader_open(&b.rd, index, &err);
    if (st == FT_OK) {
        b.samples = ft_alloc_zero(b.n_asks * b.log.n_queries, set->passes * sizeof *b.samples);
        b.best = ft_alloc(b.log.n_queries, sizeof *b.best);
        st = b.samples && b.best ? measure(&b, &err) : ft_fail_nomem(&err);
    }
    if (st != FT_OK)
        status = ft_cli_fail(&err);
    else if (set->json)
        print_json(&b);
    else
        print_table(&b);
    ft_free(b.samples);
    ft_free(b.best);
    ft_reader_close(b.rd);
    ft_querylog_release(&b.log);
    return ft_out_close(&b.out, status);
}
