/* runs.c - see runs.h. */
#include "runs.h"

#include "mem.h"
#include "merge.h"

#define LEVEL_RUNS 64u /* so many run files of one level become one of the next */
#define WINDOW_MAX (1u << 20)
#define WINDOW_SHARE 8u /* of the memory budget, for all windows together */

void ft_runs_init(ft_runs *r, const ft_build_config *config, const ft_journal *journal, uint64_t room)
{
    *r = (ft_runs){.config = config, .journal = journal, .room = room};
}

void ft_runs_release(ft_runs *r)
{
    ft_run_list_release(&r->list);
}

/* ------------------------------------------------ reading them */

static void close_readers(ft_range_sources *s)
{
    ft_run_reader *readers = s->items;

    for (size_t i = 0; readers && i < s->n; i++)
        ft_run_reader_release(&readers[i]);
    ft_free(readers);
    ft_free(s->sources);
}

/* Readers over the runs from number `first` on. */
static ft_status open_readers(const ft_run_list *list, size_t first, uint32_t from, uint32_t to, size_t window,
                              ft_range_sources *out, ft_error *err)
{
    size_t n = list->n - first;
    ft_run_reader *readers = ft_alloc_zero(n, sizeof *readers);
    ft_status st = FT_OK;

    *out = (ft_range_sources){.sources = ft_alloc_zero(n, sizeof *out->sources), .close = close_readers,
                              .items = readers};
    if (!readers || !out->sources)
        return ft_fail_nomem(err);
    for (; st == FT_OK && out->n < n; out->n++) {
        st = ft_run_reader_init(&readers[out->n], &list->items[first + out->n], from, to, window, err);
        out->sources[out->n] = &readers[out->n].source;
    }
    return st;
}

static size_t window_for(const ft_build_config *config, size_t n_readers)
{
    uint64_t window = config->memory / WINDOW_SHARE / (n_readers + 1);

    return window < WINDOW_MAX ? (size_t)window : WINDOW_MAX;
}

static ft_status open_range(const ft_list_ranges *ranges, uint32_t from, uint32_t to, ft_range_sources *out,
                            ft_error *err)
{
    const ft_run_ranges *r = (const ft_run_ranges *)ranges;

    return open_readers(&r->runs->list, 0, from, to, r->window, out, err);
}

ft_status ft_runs_ranges(const ft_runs *r, unsigned n_workers, ft_run_ranges *out, ft_error *err)
{
    uint64_t *weights = ft_alloc_zero(FT_TERM_PREFIXES, sizeof *weights);

    *out = (ft_run_ranges){.ranges = {.open = open_range}, .runs = r};
    out->window = window_for(r->config, r->n_files * n_workers);
    if (!weights)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < r->list.n; i++) {
        const ft_run *run = &r->list.items[i];
        for (size_t k = 0; k < run->n_marks; k++)
            weights[run->marks[k].prefix] += (k + 1 < run->n_marks ? run->marks[k + 1].off : run->len)
                                             - run->marks[k].off;
    }
    ft_ranges_cut(&out->ranges, weights);
    ft_free(weights);
    return FT_OK;
}

/* ------------------------------------------------ keeping them small */

/* Replaces the runs from number `first` on by one in a file. */
static ft_status merge_runs(ft_runs *r, size_t first, ft_error *err)
{
    ft_run_list *list = &r->list;
    ft_run_writer w = {.fd = -1};
    ft_range_sources readers;
    ft_run merged;
    unsigned level = 0;
    size_t window = window_for(r->config, list->n - first);
    ft_status st = open_readers(list, first, 0, FT_TERM_PREFIXES, window, &readers, err);

    if (st == FT_OK)
        st = ft_run_writer_init(&w, r->config->dir, err);
    if (st == FT_OK)
        st = ft_merge(readers.sources, readers.n, &w.sink, r->config->cancel, err);
    close_readers(&readers);
    if (st == FT_OK)
        st = ft_run_writer_finish(&w, &merged, err);
    ft_run_writer_release(&w);
    if (st != FT_OK)
        return st;
    merged.continues = list->items[first].continues;
    for (size_t i = first; i < list->n; i++) {
        level = list->items[i].level > level ? list->items[i].level : level;
        ft_run_release(&list->items[i]);
    }
    merged.level = level + 1;
    list->items[first] = merged;
    list->n = r->n_files = r->n_merged = first + 1;
    r->bytes = 0;
    return FT_OK;
}

/* So many runs of the journal can be read at once, by all workers: their windows take half of the memory, when little
 * else needs any. */
static size_t most_left(const ft_runs *r)
{
    uint64_t n = r->config->memory / 2 / FT_RUN_WINDOW_MIN / r->config->threads;

    return n > LEVEL_RUNS ? (size_t)n : LEVEL_RUNS;
}

/* Gives back the memory of runs that the journal has. */
static void leave_runs(ft_runs *r)
{
    for (; r->n_files < r->list.n && ft_journal_take_run(r->journal, &r->list.items[r->n_files]); r->n_files++)
        r->bytes -= r->list.items[r->n_files].len;
}

static bool is_too_much(const ft_runs *r)
{
    return r->bytes > r->room || r->n_files - r->n_merged > most_left(r);
}

/* Moves the runs in memory to a file, and files together where there are many of one size. */
static ft_status spill(ft_runs *r, ft_error *err)
{
    if (r->journal)
        leave_runs(r);
    if (!is_too_much(r))
        return FT_OK;
    ft_status st = merge_runs(r, r->n_merged, err);

    while (st == FT_OK && r->n_files >= LEVEL_RUNS) {
        const ft_run *last = &r->list.items[r->n_files - 1];
        if (r->list.items[r->n_files - LEVEL_RUNS].level != last->level)
            break;
        st = merge_runs(r, r->n_files - LEVEL_RUNS, err);
    }
    return st;
}

ft_status ft_runs_take(ft_runs *r, ft_run_list *from, uint32_t base, ft_error *err)
{
    for (size_t i = 0; i < from->n; i++) {
        if (FT_GROW(r->list.items, r->list.cap, r->list.n + 1) != 0)
            return ft_fail_nomem(err);
        ft_run *run = &r->list.items[r->list.n++];
        *run = from->items[i];
        from->items[i] = FT_RUN_NONE;
        run->base = base;
        /* Marks stay in memory wherever the run is. */
        r->bytes += run->n_marks * sizeof *run->marks;
        if (run->fd < 0)
            r->bytes += run->len;
        else
            r->n_files++;
    }
    return is_too_much(r) ? spill(r, err) : FT_OK;
}
