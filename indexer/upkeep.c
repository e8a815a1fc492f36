/* upkeep.c - see upkeep.h. What to merge is policy.c's to say, how is compact.c's. */
#include "upkeep.h"

#include "compact.h"
#include "mem.h"
#include "policy.h"

ft_status ft_upkeep_range(const ft_index *ix, size_t from, size_t to, ft_flushed *f, ft_error *err)
{
    size_t n = to - from, n_open = 0;
    ft_segment *segments = ft_alloc_zero(n, sizeof *segments);
    ft_compact_input *inputs = ft_alloc_zero(n, sizeof *inputs);
    ft_status st = segments && inputs ? FT_OK : ft_fail_nomem(err);

    *f = (ft_flushed){0};
    for (; st == FT_OK && n_open < n; n_open += st == FT_OK) {
        const ft_manifest_segment *entry = &ix->next.segments[from + n_open];
        inputs[n_open] = (ft_compact_input){&segments[n_open], entry};
        st = ft_segment_open(&segments[n_open], ix->path, entry, err);
    }
    if (st == FT_OK && ft_compact_live(inputs, n) > 0)
        st = ft_compact(&ix->config, inputs, n, f, err);
    for (size_t i = 0; i < n_open; i++)
        ft_segment_close(&segments[i]);
    ft_free(segments);
    ft_free(inputs);
    return st;
}

/* The entries of m in [from, to), copied behind those of *out. */
static ft_status keep(ft_manifest *out, const ft_manifest *m, size_t from, size_t to, ft_error *err)
{
    ft_manifest part = *m, copy = {0};

    part.segments = m->segments + from;
    part.n_segments = to - from;
    ft_status st = ft_manifest_copy(&copy, &part, err);
    size_t taken = 0;
    for (; st == FT_OK && taken < copy.n_segments; taken += st == FT_OK)
        st = ft_manifest_add(out, &copy.segments[taken], err);
    for (size_t i = 0; i < taken; i++)
        copy.segments[i] = (ft_manifest_segment){0}; /* out has what it owned */
    ft_manifest_release(&copy);
    return st;
}

static ft_status replace(const ft_index *ix, ft_policy_range range, ft_manifest *out, ft_error *err)
{
    ft_flushed f;
    ft_status st = ft_upkeep_range(ix, range.from, range.to, &f, err);

    if (st == FT_OK && f.entry.n_docs > 0) {
        st = ft_manifest_add(out, &f.entry, err);
        if (st != FT_OK)
            ft_manifest_segment_release(&f.entry);
    }
    ft_free(f.dead);
    return st;
}

static ft_status plan(const ft_manifest *m, bool added, ft_policy_range **ranges, size_t *n, ft_error *err)
{
    ft_policy_segment *segments = ft_alloc_zero(m->n_segments, sizeof *segments);
    ft_status st = FT_OK;

    *ranges = ft_alloc_zero(m->n_segments, sizeof **ranges);
    if (segments && *ranges) {
        for (size_t i = 0; i < m->n_segments; i++)
            segments[i] = (ft_policy_segment){m->segments[i].n_docs, m->segments[i].n_deleted,
                                              m->segments[i].n_passages};
        *n = ft_policy_plan(segments, m->n_segments, added, FT_SEGMENT_MAX_PASSAGES, *ranges);
    } else {
        st = ft_fail_nomem(err);
    }
    ft_free(segments);
    return st;
}

ft_status ft_upkeep(const ft_index *ix, bool added, ft_manifest *out, uint64_t *merged, ft_error *err)
{
    const ft_manifest *m = &ix->next;
    ft_policy_range *ranges = NULL;
    size_t n = 0, at = 0;
    uint64_t gone = 0;
    ft_status st = plan(m, added, &ranges, &n, err);

    *merged = 0;
    *out = *m;
    out->segments = NULL;
    out->n_segments = out->cap_segments = 0;
    for (size_t i = 0; st == FT_OK && i < n; at = ranges[i++].to) {
        st = keep(out, m, at, ranges[i].from, err);
        if (st == FT_OK)
            st = replace(ix, ranges[i], out, err);
        gone += ranges[i].to - ranges[i].from;
    }
    if (st == FT_OK && n > 0)
        st = keep(out, m, at, m->n_segments, err);
    ft_free(ranges);
    if (st != FT_OK)
        ft_manifest_release(out);
    else
        *merged = gone;
    return st;
}
