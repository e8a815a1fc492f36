/* flush_lists.c - the posting lists and the dictionary of a segment.
 *
 * Ranges of terms are merged and encoded side by side, each into spools of its own; what they made is joined in order,
 * so that the bytes are those of one merge from the first term to the last. */
#include "flush.h"

#include "mem.h"
#include "merge.h"

#include <stdatomic.h>

#define SPOOL_SHARE 32u /* of the memory budget: for positions waiting, and for all ranges in work */
#define SPOOL_MAX (32u << 20)
#define TELL_EVERY (1u << 16) /* tokens, or bytes of positions, between two calls of progress */

/* A range in work. It is a sink. */
typedef struct range {
    ft_list_sink sink;
    ft_postings_writer writer;
    ft_spool postings, positions;
    ft_buf entries; /* for the dictionary: length, term, bytes that stand in for a list, ft_term_info */
    unsigned char term[255];
    size_t term_len;
    uint64_t n_postings;
    uint64_t n_tokens;        /* since they were last added to *done */
    _Atomic uint64_t *done;   /* tokens of all ranges; borrowed */
    bool owner;               /* it is merged on the thread that began it all, which alone tells of progress */
    const ft_flush *flush;
    const ft_list_ranges *ranges;
    size_t number;
    ft_status st;
    ft_error err;
} range;

/* ------------------------------------------------ one range */

static ft_status begin_list(ft_list_sink *s, const unsigned char *term, size_t len, ft_error *err)
{
    range *r = (range *)s;

    (void)err;
    memcpy(r->term, term, len);
    r->term_len = len;
    return FT_OK;
}

static void tell(range *r)
{
    uint64_t done = atomic_fetch_add(r->done, r->n_tokens) + r->n_tokens;

    r->n_tokens = 0;
    if (r->owner)
        ft_build_progress(r->flush->config, FT_PHASE_POSTINGS, done, r->flush->n_tokens);
}

static ft_status put_block(ft_list_sink *s, const ft_list_block *b, bool last, ft_error *err)
{
    range *r = (range *)s;

    (void)err;
    ft_postings_writer_put(&r->writer, b->passages, b->tfs, b->n, b->gaps, b->n_gaps, last);
    r->n_postings += b->n;
    r->n_tokens += b->n_gaps;
    if (r->n_tokens >= TELL_EVERY)
        tell(r);
    return FT_OK;
}

static ft_status end_list(ft_list_sink *s, ft_error *err)
{
    range *r = (range *)s;
    ft_term_info info;
    ft_status st = ft_postings_writer_end(&r->writer, &info, err);

    if (st != FT_OK)
        return st;
    ft_buf_putc(&r->entries, (int)r->term_len);
    ft_buf_put(&r->entries, r->term, r->term_len);
    ft_buf_put(&r->entries, &info, sizeof info);
    if (info.inlined)
        ft_buf_put(&r->entries, info.inlined, info.inlined_len);
    return ft_buf_status(&r->entries, err);
}

static void merge_range(void *arg, unsigned worker)
{
    range *r = arg;
    const ft_build_config *c = r->flush->config;
    ft_range_sources sources = {0};

    r->owner = worker == 0;
    r->st = r->ranges->open(r->ranges, ft_ranges_begin(r->ranges, r->number), r->ranges->ends[r->number], &sources,
                            &r->err);
    if (r->st == FT_OK)
        r->st = ft_merge(sources.sources, sources.n, &r->sink, c->cancel, &r->err);
    if (sources.close)
        sources.close(&sources);
}

static void free_range(range *r)
{
    if (!r)
        return;
    ft_postings_writer_release(&r->writer);
    ft_spool_release(&r->postings);
    ft_spool_release(&r->positions);
    ft_buf_release(&r->entries);
    ft_free(r);
}

static ft_status new_range(range **out, const ft_flush *f, const ft_list_ranges *ranges, size_t number, size_t room,
                           ft_error *err)
{
    const ft_build_config *c = f->config;
    range *r = *out = ft_alloc_zero(1, sizeof *r);

    if (!r)
        return ft_fail_nomem(err);
    r->sink = (ft_list_sink){begin_list, put_block, end_list};
    r->flush = f;
    r->ranges = ranges;
    r->number = number;
    r->positions.fd = -1;
    ft_postings_writer_init(&r->writer, &r->postings, &r->positions, f->lengths,
                            ft_bm25_make(c->k1, c->b, ft_avgdl(f->n_tokens, f->n_passages)));
    ft_status st = ft_spool_init(&r->postings, c->dir, room, err);
    return st == FT_OK ? ft_spool_init(&r->positions, c->dir, room, err) : st;
}

/* ------------------------------------------------ all of them */

/* What ranges are joined into. */
typedef struct whole {
    ft_flush *flush;
    ft_spool positions; /* wait until all postings are written */
    ft_termdict_writer dict;
    uint64_t post_off, pos_off, n_postings;
    _Atomic uint64_t done; /* tokens; then bytes of positions */
} whole;

static ft_status put_positions(void *arg, const void *data, size_t len, ft_error *err)
{
    ft_spool *positions = arg;

    ft_spool_put(positions, data, len);
    return ft_spool_status(positions, err);
}

static ft_status drain_positions(void *arg, const void *data, size_t len, ft_error *err)
{
    whole *w = arg;
    uint64_t before = atomic_fetch_add(&w->done, len), done = before + len;

    if (before / TELL_EVERY != done / TELL_EVERY)
        ft_build_progress(w->flush->config, FT_PHASE_POSITIONS, done, w->positions.len);
    return ft_envelope_sink(&w->flush->env, data, len, err);
}

static void join_entries(whole *w, const range *r)
{
    const unsigned char *p = r->entries.data, *end = p + r->entries.len;
    ft_term_info info;

    while (p < end) {
        size_t len = *p++;
        const unsigned char *term = p;
        p += len;
        memcpy(&info, p, sizeof info);
        p += sizeof info;
        info.post_off += w->post_off;
        info.pos_off += w->pos_off;
        if (info.inlined) {
            info.inlined = p;
            p += info.inlined_len;
        }
        ft_termdict_writer_add(&w->dict, term, len, &info);
    }
}

static ft_status join_range(whole *w, range *r, ft_error *err)
{
    ft_envelope_writer *env = &w->flush->env;

    if (r->st != FT_OK && err)
        *err = r->err;
    ft_status st = r->st;
    r->owner = true; /* it is here now */
    tell(r);
    if (st == FT_OK)
        st = ft_spool_drain(&r->postings, ft_envelope_sink, env, err);
    if (st == FT_OK)
        st = ft_spool_drain(&r->positions, put_positions, &w->positions, err);
    if (st != FT_OK)
        return st;
    join_entries(w, r);
    w->post_off += r->postings.len;
    w->pos_off += r->positions.len;
    w->n_postings += r->n_postings;
    return FT_OK;
}

static ft_status join_next(whole *w, ft_pool *pool, ft_error *err)
{
    range *r = ft_pool_take(pool);
    ft_status st = join_range(w, r, err);

    free_range(r);
    return st;
}

/* Merges the ranges on the pool's workers and joins them as they become ready. */
static ft_status merge_ranges(whole *w, const ft_list_ranges *ranges, ft_pool *pool, ft_error *err)
{
    uint64_t room = w->positions.room / (2u * (ft_pool_workers(pool) + 1u));
    ft_status st = FT_OK;
    range *r;

    for (size_t i = 0; st == FT_OK && i < ranges->n; i++) {
        st = new_range(&r, w->flush, ranges, i, (size_t)room, err);
        if (st == FT_OK)
            r->done = &w->done;
        while (st == FT_OK && !ft_pool_submit(pool, merge_range, r))
            st = join_next(w, pool, err);
        if (st != FT_OK)
            free_range(r);
    }
    while (st == FT_OK && ft_pool_outstanding(pool) > 0)
        st = join_next(w, pool, err);
    while (ft_pool_outstanding(pool) > 0)
        free_range(ft_pool_take(pool));
    return st;
}

ft_status ft_flush_lists(ft_flush *f, const ft_list_ranges *ranges, ft_pool *pool, ft_flushed *out, ft_error *err)
{
    const ft_build_config *c = f->config;
    uint64_t room = c->memory / SPOOL_SHARE < SPOOL_MAX ? c->memory / SPOOL_SHARE : SPOOL_MAX;
    whole w = {.flush = f, .positions = {.fd = -1}};
    ft_status st = ft_spool_init(&w.positions, c->dir, (size_t)room, err);

    if (st != FT_OK)
        goto out_spool;
    st = ft_termdict_writer_init(&w.dict, c->dir, err);
    if (st != FT_OK)
        goto out_dict;
    ft_envelope_begin(&f->env, FT_PART_POSTINGS, FT_PART_REQUIRED);
    st = merge_ranges(&w, ranges, pool, err);
    ft_envelope_begin(&f->env, FT_PART_POSITIONS, FT_PART_REQUIRED);
    w.done = 0;
    if (st == FT_OK)
        st = ft_spool_drain(&w.positions, drain_positions, &w, err);
    out->n_terms = w.dict.n_terms;
    out->n_postings = w.n_postings;
    if (st == FT_OK)
        st = ft_termdict_writer_finish(&w.dict, &f->env, err);
out_dict:
    ft_termdict_writer_release(&w.dict);
out_spool:
    ft_spool_release(&w.positions);
    return st;
}
