/* reader.c - opening a snapshot; see reader.h and fulltext.h. */
#include "reader.h"

#include "mem.h"
#include "query.h"

/* A commit between reading the manifest and opening its segments makes us read it again. Each try has met a commit of
 * its own, so this many mean a writer that never rests, and readers too slow for it. */
#define OPEN_TRIES 1000

/* An idle arena keeps no more than this. */
#define SCRATCH_MAX (1u << 20)

/* Turns bits by arrival into bits by number in the lists. */
static ft_status reorder_bits(const ft_order *order, uint64_t **bits, size_t words, ft_error *err)
{
    uint64_t *out = ft_alloc_zero(words, sizeof *out);
    ft_status st = out ? FT_OK : ft_fail_nomem(err);

    for (uint32_t i = 0; st == FT_OK && i < order->n_passages; i++) {
        uint32_t arrival;
        st = ft_order_arrival(order, i, &arrival, err);
        out[i / 64] |= ((*bits)[arrival / 64] >> (arrival % 64) & 1) << (i % 64);
    }
    ft_free(*bits);
    *bits = out;
    return st;
}

static ft_status mark_dead(ft_leaf *leaf, ft_error *err)
{
    const ft_manifest_segment *entry = leaf->entry;
    size_t words = ((size_t)leaf->seg.meta.n_passages + 63) / 64;
    ft_doc_entry doc;

    if (entry->n_deleted == 0)
        return FT_OK;
    leaf->dead = ft_alloc_zero(words, sizeof *leaf->dead);
    if (!leaf->dead)
        return ft_fail_nomem(err);
    for (uint32_t d = 0; d < entry->n_docs; d++) {
        if (!ft_manifest_is_deleted(entry, d))
            continue;
        ft_status st = ft_passages_doc(&leaf->seg.passages, d, &doc, err);
        if (st != FT_OK)
            return st;
        for (uint32_t p = doc.first_passage; p < doc.first_passage + doc.n_passages; p++)
            leaf->dead[p / 64] |= UINT64_C(1) << (p % 64);
    }
    return leaf->seg.order.numbers ? reorder_bits(&leaf->seg.order, &leaf->dead, words, err) : FT_OK;
}

static void close_leaves(ft_reader *rd)
{
    for (size_t i = 0; i < rd->n_leaves; i++) {
        ft_segment_close(&rd->leaves[i].seg);
        ft_free(rd->leaves[i].dead);
    }
    ft_free(rd->leaves);
    rd->leaves = NULL;
    rd->n_leaves = 0;
    ft_mapping_close(&rd->origins);
    ft_manifest_release(&rd->manifest);
}

/* Opens the origins now, so that they are there however many commits come before they are asked for. */
static ft_status map_origins(ft_reader *rd, const char *path, ft_error *err)
{
    ft_buf full = {0};
    char name[32];

    if (rd->manifest.origins_len == 0)
        return FT_OK;
    ft_origins_name(name, rd->manifest.origins_hash);
    ft_status st = ft_io_join(&full, path, name) ? ft_mapping_open(&rd->origins, (const char *)full.data, err)
                                                 : ft_fail_nomem(err);
    if (st == FT_ENOTFOUND)
        st = ft_corrupt(err, name, 0, "the file is missing");
    else if (st == FT_OK && rd->origins.len != rd->manifest.origins_len)
        st = ft_corrupt(err, name, rd->origins.len, "not as long as the manifest says");
    ft_buf_release(&full);
    return st;
}

static ft_status open_leaves(ft_reader *rd, const char *path, ft_error *err)
{
    ft_status st = ft_manifest_read(&rd->manifest, path, err);

    if (st == FT_OK)
        st = ft_manifest_check_analysis(&rd->manifest, err);
    if (st != FT_OK)
        return st;
    rd->leaves = ft_alloc_zero(rd->manifest.n_segments, sizeof *rd->leaves);
    if (!rd->leaves)
        return ft_fail_nomem(err);
    rd->n_passages = rd->n_tokens = 0;
    for (size_t i = 0; i < rd->manifest.n_segments && st == FT_OK; i++) {
        ft_leaf *leaf = &rd->leaves[i];
        leaf->entry = &rd->manifest.segments[i];
        leaf->first_passage = rd->n_passages;
        st = ft_segment_open(&leaf->seg, path, leaf->entry, err);
        if (st != FT_OK)
            break;
        rd->n_leaves++;
        leaf->first_doc = i ? leaf[-1].first_doc + leaf[-1].seg.meta.n_docs : 0;
        rd->n_passages += leaf->seg.meta.n_passages;
        rd->n_tokens += leaf->seg.meta.n_tokens;
        st = mark_dead(leaf, err);
    }
    return st == FT_OK ? map_origins(rd, path, err) : st;
}

/* Whether the index has been committed to since the manifest was read. */
static bool has_moved(const ft_reader *rd, const char *path)
{
    ft_manifest now = {0};
    bool moved = ft_manifest_read(&now, path, NULL) == FT_OK && now.generation != rd->manifest.generation;

    ft_manifest_release(&now);
    return moved;
}

ft_status ft_reader_open(ft_reader **out, const char *path, ft_error *err)
{
    ft_status st = FT_OK;
    ft_reader *rd = ft_alloc_zero(1, sizeof *rd);

    *out = NULL;
    if (!rd)
        return ft_fail_nomem(err);
    pthread_mutex_init(&rd->lock, NULL);
    for (int tries = 0; tries < OPEN_TRIES; tries++) {
        st = open_leaves(rd, path, err);
        if (st != FT_ECORRUPT || !has_moved(rd, path))
            break;
        close_leaves(rd);
    }
    if (st != FT_OK) {
        ft_reader_close(rd);
        return st;
    }
    *out = rd;
    return FT_OK;
}

void ft_reader_close(ft_reader *rd)
{
    if (!rd)
        return;
    close_leaves(rd);
    for (size_t i = 0; i < rd->n_idle; i++)
        ft_analyzer_free(rd->idle[i]);
    ft_free(rd->idle);
    for (size_t i = 0; i < rd->n_scratch; i++)
        ft_arena_release(&rd->scratch[i]);
    ft_free(rd->scratch);
    pthread_mutex_destroy(&rd->lock);
    ft_free(rd);
}

ft_status ft_reader_take_analyzer(const ft_reader *rd, ft_analyzer **out, ft_error *err)
{
    ft_reader *shared = (ft_reader *)(uintptr_t)rd; /* the pool is the one thing that changes, under its lock */

    pthread_mutex_lock(&shared->lock);
    *out = shared->n_idle ? shared->idle[--shared->n_idle] : NULL;
    pthread_mutex_unlock(&shared->lock);
    return *out ? FT_OK : ft_analyzer_make(out, &rd->manifest.analysis, err);
}

void ft_reader_put_analyzer(const ft_reader *rd, ft_analyzer *an)
{
    ft_reader *shared = (ft_reader *)(uintptr_t)rd;

    pthread_mutex_lock(&shared->lock);
    if (FT_GROW(shared->idle, shared->cap_idle, shared->n_idle + 1) == 0) {
        shared->idle[shared->n_idle++] = an;
        an = NULL;
    }
    pthread_mutex_unlock(&shared->lock);
    ft_analyzer_free(an);
}

ft_arena ft_reader_take_scratch(const ft_reader *rd)
{
    ft_reader *shared = (ft_reader *)(uintptr_t)rd;
    ft_arena arena = {0};

    pthread_mutex_lock(&shared->lock);
    if (shared->n_scratch)
        arena = shared->scratch[--shared->n_scratch];
    pthread_mutex_unlock(&shared->lock);
    return arena;
}

void ft_reader_put_scratch(const ft_reader *rd, ft_arena *arena)
{
    ft_reader *shared = (ft_reader *)(uintptr_t)rd;

    ft_arena_reset(arena);
    if (arena->total > 0 && arena->total <= SCRATCH_MAX) {
        pthread_mutex_lock(&shared->lock);
        if (FT_GROW(shared->scratch, shared->cap_scratch, shared->n_scratch + 1) == 0) {
            shared->scratch[shared->n_scratch++] = *arena;
            *arena = (ft_arena){0};
        }
        pthread_mutex_unlock(&shared->lock);
    }
    ft_arena_release(arena);
}

ft_status ft_query_parse(ft_query **out, const ft_reader *rd, const char *text, size_t len,
                         const ft_query_options *opts, ft_error *err)
{
    ft_query_options o = {0};
    ft_analyzer *an = NULL;
    ft_query *q = ft_alloc_zero(1, sizeof *q);

    *out = NULL;
    if (!q)
        return ft_fail_nomem(err);
    if (opts)
        memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    ft_status st = ft_reader_take_analyzer(rd, &an, err);
    if (st == FT_OK)
        st = ft_parse(q, an, text, len, &o, err);
    if (an)
        ft_reader_put_analyzer(rd, an);
    if (st != FT_OK) {
        ft_query_free(q);
        return st;
    }
    *out = q;
    return FT_OK;
}

void ft_query_free(ft_query *q)
{
    if (!q)
        return;
    ft_query_release(q);
    ft_free(q);
}

void ft_reader_segment(const ft_reader *rd, size_t i, ft_segment_stats *out)
{
    static const struct {
        uint32_t part;
        size_t field;
    } fields[] = {{FT_PART_TERMS, offsetof(ft_segment_stats, bytes_dictionary)},
                  {FT_PART_TERM_INDEX, offsetof(ft_segment_stats, bytes_dictionary)},
                  {FT_PART_POSTINGS, offsetof(ft_segment_stats, bytes_postings)},
                  {FT_PART_POSITIONS, offsetof(ft_segment_stats, bytes_positions)},
                  {FT_PART_NORMS, offsetof(ft_segment_stats, bytes_norms)},
                  {FT_PART_STORED, offsetof(ft_segment_stats, bytes_stored)}};
    const ft_leaf *leaf = &rd->leaves[i];
    const ft_segment_meta *m = &leaf->seg.meta;
    uint64_t dead = 0, parts = 0;

    for (size_t w = 0; leaf->dead && w < ((size_t)m->n_passages + 63) / 64; w++)
        dead += (uint64_t)__builtin_popcountll(leaf->dead[w]);
    *out = (ft_segment_stats){.documents = m->n_docs - leaf->entry->n_deleted, .passages = m->n_passages - dead,
                              .deleted = leaf->entry->n_deleted, .terms = m->n_terms, .tokens = m->n_tokens,
                              .postings = m->n_postings, .bytes_total = leaf->entry->len};
    ft_segment_name(out->name, leaf->entry->hash);
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        uint64_t *bytes = (uint64_t *)(void *)((char *)out + fields[f].field);
        uint64_t len = ft_envelope_part(&leaf->seg.env, fields[f].part).len;
        *bytes += len;
        parts += len;
    }
    out->bytes_other = out->bytes_total - parts;
}

void ft_reader_stats(const ft_reader *rd, ft_stats *out)
{
    *out = (ft_stats){.segments = rd->n_leaves, .k1 = rd->manifest.k1, .b = rd->manifest.b,
                      .fold_diacritics = rd->manifest.analysis.fold_diacritics, .format = FT_FORMAT_VERSION,
                      .generation = rd->manifest.generation, .stored = !rd->manifest.titles_only};
    memcpy(out->lang, rd->manifest.analysis.lang, sizeof out->lang);
    out->bytes_total = out->bytes_other = rd->manifest.file_len + rd->manifest.origins_len;
    for (size_t i = 0; i < rd->n_leaves; i++) {
        ft_segment_stats s;
        ft_reader_segment(rd, i, &s);
        out->documents += s.documents;
        out->deleted += s.deleted;
        out->passages += s.passages;
        out->terms += s.terms;
        out->tokens += s.tokens;
        out->postings += s.postings;
        out->reordered += rd->leaves[i].seg.order.numbers != NULL;
        out->bytes_dictionary += s.bytes_dictionary;
        out->bytes_postings += s.bytes_postings;
        out->bytes_positions += s.bytes_positions;
        out->bytes_norms += s.bytes_norms;
        out->bytes_stored += s.bytes_stored;
        out->bytes_other += s.bytes_other;
        out->bytes_total += s.bytes_total;
    }
}
