/* micro.c - see micro.h. A kernel is called so often in a row that one pass takes its share of the time, and the time
 * of a pass is divided by what was done in it. Nothing is taken off for calling. */
#include "micro.h"

#include "cli.h"
#include "clock.h"
#include "json.h"
#include "machine.h"
#include "mem.h"
#include "tempdir.h"

#include <stdio.h>

#define PASSES 9

static volatile uint64_t sink; /* so that no compiler thinks the work is for nothing */

/* ---------------------------------------------------------------- making kernels */

ft_status ft_micro_add(ft_micro *m, ft_kernel k, ft_error *err, const char *fmt, ...)
{
    char name[80];
    va_list args;

    va_start(args, fmt);
    vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    k.name = ft_arena_copy(&m->arena, name, strlen(name));
    if (!k.name || FT_GROW(m->kernels, m->cap_kernels, m->n_kernels + 1) != 0)
        return ft_fail_nomem(err);
    m->kernels[m->n_kernels++] = k;
    return FT_OK;
}

ft_status ft_micro_own(ft_micro *m, void (*release)(void *arg), void *arg, ft_error *err)
{
    if (FT_GROW(m->owned, m->cap_owned, m->n_owned + 1) != 0) {
        release(arg);
        return ft_fail_nomem(err);
    }
    m->owned[m->n_owned].release = release;
    m->owned[m->n_owned++].arg = arg;
    return FT_OK;
}

void *ft_micro_room(ft_micro *m, size_t n, size_t size)
{
    return ft_arena_zero(&m->arena, n * size + 64, 1);
}

uint32_t ft_micro_random(ft_micro *m, uint32_t n)
{
    m->chance = m->chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((m->chance >> 32) * n >> 32);
}

static ft_status make_kernels(ft_micro *m, ft_error *err)
{
    ft_status st = ft_micro_codecs(m, err);

    if (st == FT_OK)
        st = ft_micro_lists(m, err);
    if (st == FT_OK)
        st = ft_micro_analysis(m, err);
    return st == FT_OK ? ft_micro_store(m, err) : st;
}

static void release(ft_micro *m)
{
    while (m->n_owned > 0) {
        m->n_owned--;
        m->owned[m->n_owned].release(m->owned[m->n_owned].arg);
    }
    ft_free(m->owned);
    ft_free(m->kernels);
    ft_arena_release(&m->arena);
}

/* ---------------------------------------------------------------- measuring */

static uint64_t timed(const ft_kernel *k, uint64_t calls)
{
    uint64_t sum = 0, begun = ft_clock_now();

    for (uint64_t i = 0; i < calls; i++)
        sum += k->run(k->arg);
    sink += sum;
    return ft_clock_now() - begun;
}

/* Times of all passes, in nanoseconds of `calls` calls each. */
static uint64_t measure(const ft_kernel *k, uint64_t time_ns, uint64_t *times, size_t n_passes)
{
    uint64_t calls = 1, slice = time_ns / (n_passes + 1), took;

    while ((took = timed(k, calls)) < slice / 4 && calls < UINT32_MAX)
        calls *= 2;
    calls = took ? calls * slice / took : calls;
    calls = calls ? calls : 1;
    for (size_t i = 0; i < n_passes; i++)
        times[i] = timed(k, calls);
    return calls;
}

/* ---------------------------------------------------------------- reporting */

typedef struct result {
    double min_ns, median_ns; /* of an item */
    double items_per_s, bytes_per_s; /* in the best pass */
} result;

static result result_of(const ft_kernel *k, const ft_clock_summary *s, uint64_t calls)
{
    double items = (double)k->items * (double)calls, bytes = (double)k->bytes * (double)calls;
    double best = s->min ? (double)s->min : 1;

    return (result){best / items, (double)s->p50 / items, items * 1e9 / best, bytes * 1e9 / best};
}

static void put_row(ft_buf *out, const ft_kernel *k, const result *r)
{
    char name[96];

    snprintf(name, sizeof name, "%s: %s", k->group, k->name);
    ft_buf_printf(out, "%-44s %-9s %10.2f %10.2f %10.2f", name, k->item, r->min_ns, r->median_ns, r->items_per_s / 1e6);
    if (k->bytes)
        ft_buf_printf(out, " %8.3f\n", r->bytes_per_s / 1e9);
    else
        ft_buf_printf(out, " %8s\n", "-");
}

static void put_number(ft_buf *out, const char *key, double v)
{
    ft_buf_printf(out, ",\"%s\":", key);
    ft_json_put_number(out, v, 6);
}

static void put_object(ft_buf *out, const ft_kernel *k, const result *r, const uint64_t *times, size_t n_times,
                       uint64_t calls)
{
    ft_buf_printf(out, "{\"group\":\"%s\",\"name\":\"%s\",\"item\":\"%s\",\"items_per_call\":%llu,"
                  "\"bytes_per_call\":%llu,\"calls\":%llu", k->group, k->name, k->item, (unsigned long long)k->items,
                  (unsigned long long)k->bytes, (unsigned long long)calls);
    put_number(out, "min_ns_per_item", r->min_ns);
    put_number(out, "median_ns_per_item", r->median_ns);
    put_number(out, "items_per_second", r->items_per_s);
    if (k->bytes)
        put_number(out, "gb_per_second", r->bytes_per_s / 1e9);
    for (size_t i = 0; i < n_times; i++)
        ft_buf_printf(out, "%s%llu", i ? "," : ",\"ns\":[", (unsigned long long)times[i]);
    ft_buf_puts(out, n_times ? "]}" : "}");
}

static bool wanted(const ft_kernel *k, const char *only)
{
    return !only || strstr(k->name, only) || strstr(k->group, only);
}

static ft_status measure_all(const ft_micro *m, const ft_bench_settings *set, ft_out *out, ft_error *err)
{
    size_t n_passes = set->passes ? (size_t)set->passes : PASSES, n_done = 0;
    uint64_t *times = ft_alloc(2 * n_passes, sizeof *times), *sorted = times + n_passes;

    if (!times)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < m->n_kernels && !ft_out_failed(out); i++) {
        const ft_kernel *k = &m->kernels[i];
        if (!wanted(k, set->only))
            continue;
        if (k->run(k->arg) == 0) {
            ft_free(times);
            return ft_fail(err, FT_EIO, "%s: %s: nothing was done", k->group, k->name);
        }
        uint64_t calls = measure(k, set->time_ms * 1000000, times, n_passes);
        memcpy(sorted, times, n_passes * sizeof *times);
        ft_clock_summary s = ft_clock_summarize(sorted, n_passes);
        result r = result_of(k, &s, calls);
        if (set->json) {
            ft_buf_puts(&out->buf, n_done ? "," : "");
            put_object(&out->buf, k, &r, times, set->raw ? n_passes : 0, calls);
        } else {
            put_row(&out->buf, k, &r);
            ft_out_flush(out);
        }
        n_done++;
    }
    ft_free(times);
    return n_done || ft_out_failed(out) ? FT_OK : ft_fail(err, FT_EINVAL, "--only: no kernel has that in its name");
}

static void put_head(const ft_bench_settings *set, ft_buf *out)
{
    unsigned long long n_passes = set->passes ? set->passes : PASSES;
    ft_machine machine;

    ft_machine_look(&machine);
    if (set->json) {
        ft_buf_putc(out, '{');
        ft_machine_put_json(&machine, out);
        ft_buf_printf(out, ",\"passes\":%llu,\"time_ms\":%llu,\"results\":[", n_passes,
                      (unsigned long long)set->time_ms);
        return;
    }
    ft_machine_put_text(&machine, out);
    ft_buf_printf(out, "%llu passes in %llu ms for each kernel; GB/s are of plain data: values of 4 bytes, text\n\n",
                  n_passes, (unsigned long long)set->time_ms);
    ft_buf_printf(out, "%-44s %-9s %10s %10s %10s %8s\n", "kernel", "item", "ns, min", "ns, median", "M/s", "GB/s");
}

int ft_micro_run(const ft_bench_settings *set)
{
    ft_micro m = {.chance = 20260101};
    ft_tempdir folder = {0};
    ft_out out = {0};
    ft_error err;
    int status = 0;

    ft_status st = ft_tempdir_make(&folder, set->work, &err);
    m.folder = folder.path;
    if (st == FT_OK)
        st = make_kernels(&m, &err);
    if (st == FT_OK) {
        put_head(set, &out.buf);
        st = measure_all(&m, set, &out, &err);
    }
    if (st != FT_OK) {
        ft_buf_reset(&out.buf);
        status = ft_cli_fail(&err);
    } else if (set->json) {
        ft_buf_puts(&out.buf, "]}\n");
    }
    release(&m);
    ft_tempdir_remove(&folder);
    return ft_out_close(&out, status);
}
