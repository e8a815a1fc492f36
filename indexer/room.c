/* room.c - whether the disk will do, before anything is written. What a build or a merge takes is estimated: refused is
 * what would most likely fail after an hour; what fails all the same leaves the index as it was.
 *
 * Measured on 1.0 and 1.5 million records of package descriptions and manuals, 0.66 and 1.02 GB of JSON, as shares of
 * that. */
#include "writer.h"

#include <stdio.h>

/* At the peak, files without a name included; by whether texts are kept, and where runs are. A journal has them all
 * from the beginning. */
enum { IN_MEMORY, IN_FILES, IN_JOURNAL };
static const unsigned build_percent[2][3] = {{36, 68, 62}, {68, 99, 96}};
/* The index itself, which a build that reorders writes a second time beside everything else. */
static const unsigned index_percent[2] = {27, 58};
#define RUNS_PERCENT 42u /* postings and positions before they are merged */

/* Of the segments merged: besides the new one, positions wait in a file while postings are written. By whether texts
 * are kept. */
static const unsigned merge_percent[2] = {145, 124};

static uint64_t percent_of(uint64_t bytes, unsigned percent)
{
    return bytes / 100 * percent;
}

static void put_size(char out[32], uint64_t bytes)
{
    static const char *const units[] = {"KB", "MB", "GB", "TB", "PB", "EB"};
    double v = (double)bytes / 1e3;
    size_t unit = 0;

    for (; v >= 999.95 && unit + 1 < sizeof units / sizeof *units; unit++)
        v /= 1e3;
    snprintf(out, 32, "%.1f %s", v, units[unit]);
}

static ft_status compare(const ft_index *ix, uint64_t need, ft_error *err)
{
    char needed[32], there[32];
    uint64_t free_bytes;

    if (ft_io->room(ix->path, &free_bytes) != 0 || free_bytes >= need)
        return FT_OK;
    put_size(needed, need);
    put_size(there, free_bytes);
    return ft_fail(err, FT_EIO, "%s: about %s of disk are needed, %s are free", ix->path, needed, there);
}

ft_status ft_index_room_to_add(ft_index *ix, uint64_t input_bytes, ft_error *err)
{
    bool reorders = ix->create && ix->config.reorder, stored = !ix->config.titles_only;
    bool in_files = reorders || percent_of(input_bytes, RUNS_PERCENT) > ix->config.memory / 2;
    unsigned where = ix->journal ? IN_JOURNAL : in_files ? IN_FILES : IN_MEMORY;
    uint64_t need = percent_of(input_bytes, build_percent[stored][where] + (reorders ? index_percent[stored] : 0));
    uint64_t there = ix->journal && ix->builder ? ft_builder_on_disk(ix->builder) : 0;
    ft_status st = ft_writer_status(ix, err);

    return st == FT_OK ? compare(ix, need > there ? need - there : 0, err) : st;
}

static double live_share(const ft_manifest_segment *s)
{
    return s->n_docs ? (double)(s->n_docs - s->n_deleted) / s->n_docs : 0;
}

ft_status ft_index_room_to_merge(ft_index *ix, ft_error *err)
{
    ft_status st = ft_writer_status(ix, err);
    const ft_manifest *m = &ix->next;
    uint64_t bytes = 0;
    bool due = false;

    if (st == FT_OK)
        st = ft_writer_merge_is_due(ix, &due, err);
    if (due)
        for (size_t i = 0; i < m->n_segments; i++)
            bytes += (uint64_t)((double)m->segments[i].len * live_share(&m->segments[i]));
    return st == FT_OK ? compare(ix, percent_of(bytes, merge_percent[!ix->config.titles_only]), err) : st;
}
