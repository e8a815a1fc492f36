/* index_bench.c - see index_bench.h. Peak memory is the larger of what the kernel says of the process in any pass. */
#include "index_bench.h"

#include "child.h"
#include "cli.h"
#include "clock.h"
#include "io.h"
#include "json.h"
#include "machine.h"
#include "mem.h"
#include "tempdir.h"

#include <stdlib.h>

typedef struct bench {
    const ft_bench_settings *set;
    const char *const *inputs;
    size_t n_inputs;
    ft_buf program, index; /* paths, each with a NUL */
    const char **argv;
    uint64_t *times;       /* nanoseconds of each pass, in order */
    size_t n_passes;
    uint64_t peak_rss;
    uint64_t input_bytes;  /* as the last build counted */
    ft_stats stats;        /* of the last index */
    int failed;            /* exit status of a build that failed */
    ft_out out;
} bench;

static const char *text_of(const ft_buf *b)
{
    return (const char *)b->data;
}

/* ---------------------------------------------------------------- building */

static size_t put_option(const char **argv, size_t n, const char *name, const char *value)
{
    if (value) {
        argv[n++] = name;
        argv[n++] = value;
    }
    return n;
}

static ft_status prepare(bench *b, const char *folder, ft_error *err)
{
    const ft_bench_settings *set = b->set;
    size_t n = 0;

    if (!ft_child_own_folder(&b->program))
        return ft_fail(err, FT_EIO, "/proc/self/exe: cannot be read");
    b->program.len--;
    ft_buf_put(&b->program, "ftindex", sizeof "ftindex");
    ft_buf_printf(&b->index, "%s/bench.ft", folder);
    ft_buf_putc(&b->index, '\0');
    b->argv = ft_alloc_zero(b->n_inputs + 24, sizeof *b->argv);
    b->times = ft_alloc_zero(b->n_passes, sizeof *b->times);
    if (b->program.failed || b->index.failed || !b->argv || !b->times)
        return ft_fail_nomem(err);
    b->argv[n++] = text_of(&b->program);
    b->argv[n++] = "build";
    b->argv[n++] = "--json";
    b->argv[n++] = "--quiet";
    n = put_option(b->argv, n, "--format", set->format);
    n = put_option(b->argv, n, "--lang", set->lang);
    n = put_option(b->argv, n, "--passages", set->passages);
    n = put_option(b->argv, n, "--threads", set->threads);
    n = put_option(b->argv, n, "--memory", set->memory);
    b->argv[n++] = "--";
    b->argv[n++] = text_of(&b->index);
    for (size_t i = 0; i < b->n_inputs; i++)
        b->argv[n++] = b->inputs[i];
    return FT_OK;
}

/* Finds "input_bytes" in what the build said. */
static bool read_summary(bench *b, ft_buf *said)
{
    ft_json j;
    ft_json_kind kind;
    bool found = false;

    ft_buf_putc(said, '\0');
    if (said->failed)
        return false;
    ft_json_init(&j, (const char *)said->data, said->len - 1);
    if (ft_json_next(&j) != FT_JSON_OBJECT)
        return false;
    while ((kind = ft_json_next(&j)) == FT_JSON_KEY) {
        bool wanted = j.raw.len == 11 && memcmp(j.raw.ptr, "input_bytes", 11) == 0;
        kind = ft_json_next(&j);
        if (wanted && kind == FT_JSON_NUMBER) {
            b->input_bytes = strtoull(j.raw.ptr, NULL, 10); /* ends at the NUL, at the latest */
            found = true;
        } else if (!ft_json_skip(&j, kind)) {
            return false;
        }
    }
    return found && kind == FT_JSON_OBJECT_END;
}

static ft_status pass(bench *b, size_t i, ft_error *err)
{
    ft_buf said = {0};
    ft_child child;
    ft_reader *rd = NULL;

    ft_tempdir_erase(text_of(&b->index));
    ft_status st = ft_child_run(&child, b->argv, false, &said, err);
    if (st == FT_OK && child.status != 0) {
        b->failed = child.status;
        st = ft_fail(err, FT_EINVAL, "ftindex stopped with exit status %d", child.status);
    }
    if (st == FT_OK && !read_summary(b, &said))
        st = ft_fail(err, FT_EINVAL, "ftindex printed no summary");
    if (st == FT_OK)
        st = ft_reader_open(&rd, text_of(&b->index), err);
    if (st == FT_OK) {
        b->times[i] = child.ns;
        b->peak_rss = child.peak_rss > b->peak_rss ? child.peak_rss : b->peak_rss;
        ft_reader_stats(rd, &b->stats);
        ft_reader_close(rd);
    }
    ft_buf_release(&said);
    return st;
}

/* ---------------------------------------------------------------- reporting */

typedef struct part {
    const char *name;
    uint64_t bytes;
} part;

#define N_PARTS 6

static void list_parts(const ft_stats *s, part parts[N_PARTS])
{
    parts[0] = (part){"dictionary", s->bytes_dictionary};
    parts[1] = (part){"postings", s->bytes_postings};
    parts[2] = (part){"positions", s->bytes_positions};
    parts[3] = (part){"norms", s->bytes_norms};
    parts[4] = (part){"stored", s->bytes_stored};
    parts[5] = (part){"other", s->bytes_other};
}

static double per_second(uint64_t n, uint64_t ns)
{
    return ns ? (double)n * 1e9 / (double)ns : 0;
}

static void put_number(ft_buf *out, const char *key, double v)
{
    ft_buf_printf(out, ",\"%s\":", key);
    ft_json_put_number(out, v, 9);
}

static void print_json(bench *b, const ft_machine *m, const ft_clock_summary *s)
{
    ft_buf *out = &b->out.buf;
    part parts[N_PARTS];

    ft_buf_putc(out, '{');
    ft_machine_put_json(m, out);
    ft_buf_printf(out, ",\"documents\":%llu,\"passages\":%llu,\"terms\":%llu,\"tokens\":%llu,\"postings\":%llu,"
                  "\"segments\":%llu,\"input_bytes\":%llu,\"index_bytes\":%llu,\"without_stored_bytes\":%llu,"
                  "\"peak_rss_bytes\":%llu,\"passes\":%zu",
                  (unsigned long long)b->stats.documents, (unsigned long long)b->stats.passages,
                  (unsigned long long)b->stats.terms, (unsigned long long)b->stats.tokens,
                  (unsigned long long)b->stats.postings, (unsigned long long)b->stats.segments,
                  (unsigned long long)b->input_bytes, (unsigned long long)b->stats.bytes_total,
                  (unsigned long long)(b->stats.bytes_total - b->stats.bytes_stored), (unsigned long long)b->peak_rss,
                  b->n_passes);
    put_number(out, "min_seconds", (double)s->min / 1e9);
    put_number(out, "median_seconds", (double)s->p50 / 1e9);
    put_number(out, "mb_per_second", per_second(b->input_bytes, s->min) / 1e6);
    put_number(out, "passages_per_second", per_second(b->stats.passages, s->min));
    list_parts(&b->stats, parts);
    for (int i = 0; i < N_PARTS; i++)
        ft_buf_printf(out, "%s\"%s\":%llu", i ? "," : ",\"bytes\":{", parts[i].name,
                      (unsigned long long)parts[i].bytes);
    ft_buf_puts(out, "},\"seconds\":[");
    for (size_t i = 0; i < b->n_passes; i++) {
        ft_buf_puts(out, i ? "," : "");
        ft_json_put_number(out, (double)b->times[i] / 1e9, 9);
    }
    ft_buf_puts(out, "]}\n");
}

static void print_table(bench *b, const ft_machine *m, const ft_clock_summary *s)
{
    ft_buf *out = &b->out.buf;
    double input = (double)b->input_bytes;
    part parts[N_PARTS];

    ft_machine_put_text(m, out);
    ft_buf_printf(out, "%.1f MB of input, %llu documents, %llu passages, %llu tokens; %zu passes\n\n", input / 1e6,
                  (unsigned long long)b->stats.documents, (unsigned long long)b->stats.passages,
                  (unsigned long long)b->stats.tokens, b->n_passes);
    ft_buf_printf(out, "%-10s %10s %10s %12s\n", "", "seconds", "MB/s", "passages/s");
    for (int i = 0; i < 2; i++) {
        uint64_t ns = i ? s->p50 : s->min;
        ft_buf_printf(out, "%-10s %10.3f %10.1f %12.0f\n", i ? "median" : "min", (double)ns / 1e9,
                      per_second(b->input_bytes, ns) / 1e6, per_second(b->stats.passages, ns));
    }
    ft_buf_printf(out, "\npeak memory %.1f MB\n\n%-22s %12s %8s\n", (double)b->peak_rss / 1e6, "part", "bytes",
                  "of input");
    list_parts(&b->stats, parts);
    for (int i = 0; i < N_PARTS; i++)
        ft_buf_printf(out, "%-22s %12llu %7.1f%%\n", parts[i].name, (unsigned long long)parts[i].bytes,
                      input > 0 ? 100 * (double)parts[i].bytes / input : 0);
    ft_buf_printf(out, "%-22s %12llu %7.1f%%\n", "all", (unsigned long long)b->stats.bytes_total,
                  input > 0 ? 100 * (double)b->stats.bytes_total / input : 0);
    uint64_t rest = b->stats.bytes_total - b->stats.bytes_stored;
    ft_buf_printf(out, "%-22s %12llu %7.1f%%\n", "without stored text", (unsigned long long)rest,
                  input > 0 ? 100 * (double)rest / input : 0);
}

static ft_status report(bench *b, ft_error *err)
{
    uint64_t *sorted = ft_alloc(b->n_passes, sizeof *sorted);
    ft_machine machine;

    if (!sorted)
        return ft_fail_nomem(err);
    memcpy(sorted, b->times, b->n_passes * sizeof *sorted);
    ft_clock_summary s = ft_clock_summarize(sorted, b->n_passes);
    ft_free(sorted);
    ft_machine_look(&machine);
    if (b->set->json)
        print_json(b, &machine, &s);
    else
        print_table(b, &machine, &s);
    return FT_OK;
}

int ft_index_bench_run(const ft_bench_settings *set, const char *const *inputs, size_t n_inputs)
{
    bench b = {.set = set, .inputs = inputs, .n_inputs = n_inputs, .n_passes = set->passes ? (size_t)set->passes : 3};
    ft_tempdir folder = {0};
    ft_error err;
    int status = 0;

    ft_status st = ft_tempdir_make(&folder, set->work, &err);
    if (st == FT_OK)
        st = prepare(&b, folder.path, &err);
    for (size_t i = 0; st == FT_OK && i < b.n_passes; i++)
        st = pass(&b, i, &err);
    if (st == FT_OK)
        st = report(&b, &err);
    if (st != FT_OK) {
        status = ft_cli_fail(&err);
        status = b.failed ? b.failed : status;
    }
    ft_tempdir_remove(&folder);
    ft_buf_release(&b.program);
    ft_buf_release(&b.index);
    ft_free(b.argv);
    ft_free(b.times);
    return ft_out_close(&b.out, status);
}
