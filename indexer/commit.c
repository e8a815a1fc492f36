/* commit.c - making changes durable: segment written and synced, then the manifest that names it; and merging.
 *
 *     write segment, sync -> rename it -> sync directory -> write manifest, sync -> rename -> sync directory
 *                                                           ------- ft_manifest_write -------
 *
 * Only the manifest's rename changes what readers see. Merges that are due are made before it: one commit has both what
 * was added and the segments it went into. When such a merge fails, the commit names the segments as they were. */
#include "compact.h"
#include "mem.h"
#include "upkeep.h"

#include <sys/stat.h>

/* Bytes of all files of the index as the manifest names them. */
static uint64_t index_bytes(const ft_index *ix)
{
    ft_buf path = {0};
    struct stat info;
    uint64_t bytes = 0;

    if (ft_io_join(&path, ix->path, FT_MANIFEST_NAME) && stat((const char *)path.data, &info) == 0)
        bytes = (uint64_t)info.st_size;
    ft_buf_release(&path);
    for (size_t i = 0; i < ix->committed.n_segments; i++)
        bytes += ix->committed.segments[i].len;
    return bytes + ix->committed.origins_len;
}

/* ------------------------------------------------ the new segment */

/* Marks what is dead of a segment just written: documents replaced by later ones, and documents deleted after they were
 * added. */
static ft_status mark_dead(ft_index *ix, ft_flushed *f, const ft_segment *segment, ft_error *err)
{
    ft_status st = FT_OK;

    for (size_t i = 0; st == FT_OK && i < f->n_dead; i++)
        ix->n_replaced += ft_manifest_delete(&f->entry, f->dead[i], &st);
    for (size_t i = 0; st == FT_OK && i < ix->n_deletes; i++) {
        const ft_pending_delete *d = &ix->deletes[i];
        bool found = false;
        uint32_t doc = 0;
        st = ft_ids_find(&segment->ids, (const char *)ix->delete_ids.data + d->id, d->len, &found, &doc, err);
        /* The last one of the id is found. If it was added later, those before it are dead already. */
        if (st == FT_OK && found && doc < d->n_added)
            ix->n_deleted += ft_manifest_delete(&f->entry, doc, &st);
    }
    return st == FT_ENOMEM ? ft_fail_nomem(err) : st;
}

/* Whether the segment that this commit writes is to be renumbered: that of a new index. */
static bool is_reordered(const ft_index *ix)
{
    return ix->create && ix->config.reorder;
}

/* Replaces a segment just written by one without its dead documents, renumbered if it is to be; n_docs is 0 when none
 * is left. */
static ft_status rewrite(ft_index *ix, ft_flushed *f, ft_error *err)
{
    ft_build_config config = ix->config;
    ft_flushed live = {0};
    ft_segment segment;
    ft_status st = ft_segment_open(&segment, ix->path, &f->entry, err);

    if (st != FT_OK)
        return st;
    ft_compact_input input = {&segment, &f->entry};
    config.reorder = is_reordered(ix);
    st = mark_dead(ix, f, &segment, err);
    if (st == FT_OK && (f->entry.n_deleted > 0 || config.reorder)) {
        if (ft_compact_live(&input, 1) > 0)
            st = ft_compact(&config, &input, 1, &live, err);
        ft_manifest_segment_release(&f->entry);
        ft_free(f->dead);
        *f = live;
    }
    ft_segment_close(&segment);
    return st;
}

/* Writes what was added as a segment into ix->next. */
static ft_status flush_added(ft_index *ix, ft_flushed *f, ft_error *err)
{
    ft_status st = ft_builder_finish(ix->builder, f, err);

    ft_builder_free(ix->builder);
    ix->builder = NULL;
    if (st == FT_OK && (f->n_dead > 0 || ix->n_deletes > 0 || is_reordered(ix)))
        st = rewrite(ix, f, err);
    if (st == FT_OK && f->entry.n_docs > 0)
        st = ft_manifest_add(&ix->next, &f->entry, err);
    ix->changed = true;
    if (st != FT_OK)
        ft_manifest_segment_release(&f->entry);
    ft_free(f->dead);
    f->dead = NULL;
    return st;
}

/* ------------------------------------------------ the manifest */

/* Commits `next` and the record of its sources; on success it is also what is committed. */
static ft_status write_manifest(ft_index *ix, ft_manifest *next, ft_error *err)
{
    ft_manifest copy = {0};

    next->generation = ix->committed.generation + 1;
    ft_status st = ft_origins_write(next, (ft_str){(const char *)ix->sources.data, ix->sources.len},
                                    ix->committed.origins_hash, ix->path, ix->config.shared, err);
    if (st == FT_OK)
        st = ft_manifest_copy(&copy, next, err);
    if (st == FT_OK)
        st = ft_build_canceled(&ix->config, err);
    if (st == FT_OK)
        st = ft_io_sync_dir(ix->path, err);
    if (st == FT_OK) {
        st = ft_manifest_write(next, ix->path, ix->config.shared, err);
        ix->uncertain = st != FT_OK;
    }
    if (st != FT_OK) {
        ft_manifest_release(&copy);
        return st;
    }
    ft_manifest_release(&ix->committed);
    ix->committed = copy;
    ix->create = false;
    ft_journal_close(ix->journal);
    ix->journal = NULL;
    ix->resumed = (ft_resumed){0};
    /* What is not needed any more takes up room, and nothing else: the next writer would remove it. */
    ft_dir_clean(ix->path, &ix->committed, NULL);
    return FT_OK;
}

static void start_over(ft_index *ix)
{
    ix->changed = false;
    ix->n_deletes = 0;
    ft_buf_reset(&ix->delete_ids);
    ix->n_replaced = ix->n_deleted = 0;
}

static void describe(const ft_index *ix, const ft_flushed *f, ft_commit_info *info)
{
    if (!info)
        return;
    *info = (ft_commit_info){.documents = f->entry.n_docs,
                             .passages = f->entry.n_passages,
                             .terms = f->n_terms,
                             .tokens = f->n_tokens,
                             .postings = f->n_postings,
                             .replaced = ix->n_replaced,
                             .deleted = ix->n_deleted,
                             .index_bytes = index_bytes(ix)};
}

/* What is committed by now is `next`, which is taken. */
static void take_next(ft_index *ix, ft_manifest *next)
{
    ft_writer_close_segments(ix);
    ft_manifest_release(&ix->next);
    ix->next = *next;
}

/* Commits ix->next with the merges that are due, or without them if they fail. */
static ft_status write_merged(ft_index *ix, bool added, ft_commit_info *info, ft_error *err)
{
    ft_manifest merged = {0};
    ft_status st = ft_upkeep(ix, added, &merged, &info->merged, err);

    if (st == FT_ECANCELED)
        return st;
    info->unmerged = st;
    if (info->merged == 0)
        return write_manifest(ix, &ix->next, err);
    st = write_manifest(ix, &merged, err);
    if (st == FT_OK)
        take_next(ix, &merged);
    else
        ft_manifest_release(&merged);
    return st;
}

/* What was added and deleted since the last commit; with `merge`, the merges that are due as well. */
static ft_status commit_changes(ft_index *ix, bool merge, ft_commit_info *info, ft_error *err)
{
    ft_error failure = {0};
    ft_flushed flushed = {0};
    ft_commit_info merges = {0};
    ft_status st = ft_writer_status(ix, err);

    if (info)
        *info = (ft_commit_info){0};
    if (st != FT_OK)
        return st;
    if (ix->builder) {
        /* Mapped segments and their tables are of no use while the new one is written. */
        ft_writer_close_segments(ix);
        st = flush_added(ix, &flushed, &failure);
    }
    if (st == FT_OK && (ix->changed || ix->create))
        st = merge ? write_merged(ix, flushed.entry.n_docs > 0, &merges, &failure)
                   : write_manifest(ix, &ix->next, &failure);
    if (st == FT_OK) {
        describe(ix, &flushed, info);
        if (info) {
            info->merged = merges.merged;
            info->unmerged = merges.unmerged;
        }
        start_over(ix);
    }
    return ft_writer_fail(ix, st, &failure, err);
}

ft_status ft_index_commit(ft_index *ix, ft_commit_info *info, ft_error *err)
{
    return commit_changes(ix, !ix->no_merge, info, err);
}

/* ------------------------------------------------ merging */

/* Commits an index of the one segment, or of none. */
static ft_status commit_merged(ft_index *ix, ft_flushed *f, ft_error *err)
{
    ft_manifest merged = ix->next;
    ft_status st = FT_OK;

    merged.segments = NULL;
    merged.n_segments = merged.cap_segments = 0;
    if (f->entry.n_docs > 0)
        st = ft_manifest_add(&merged, &f->entry, err);
    if (st != FT_OK)
        ft_manifest_segment_release(&f->entry);
    if (st == FT_OK)
        st = write_manifest(ix, &merged, err);
    if (st != FT_OK) {
        ft_manifest_release(&merged);
        return st;
    }
    take_next(ix, &merged);
    return FT_OK;
}

ft_status ft_writer_merge_is_due(ft_index *ix, bool *due, ft_error *err)
{
    const ft_manifest *m = &ix->next;
    ft_status st = FT_OK;

    *due = m->n_segments > 1 || (m->n_segments == 1 && (m->segments[0].n_deleted > 0 || ix->config.reorder));
    if (!*due && m->n_segments == 1) {
        st = ft_writer_open_segments(ix, err);
        *due = st == FT_OK && ix->segments[0].order.numbers;
    }
    return st;
}

ft_status ft_index_merge(ft_index *ix, ft_commit_info *info, ft_error *err)
{
    ft_error failure = {0};
    ft_flushed flushed = {0};
    ft_status st = ix->builder || ix->changed || ix->create ? commit_changes(ix, false, NULL, err)
                                                            : ft_writer_status(ix, err);
    size_t n = ix->next.n_segments;

    if (info)
        *info = (ft_commit_info){0};
    if (st != FT_OK)
        return st;
    bool due;
    st = ft_writer_merge_is_due(ix, &due, &failure);
    if (st == FT_OK && due) {
        st = ft_upkeep_range(ix, 0, n, &flushed, &failure);
        if (st == FT_OK)
            st = commit_merged(ix, &flushed, &failure);
        ft_free(flushed.dead);
    }
    if (st == FT_OK) {
        describe(ix, &flushed, info);
        if (info)
            info->merged = due ? n : 0;
    }
    return ft_writer_fail(ix, st, &failure, err);
}
