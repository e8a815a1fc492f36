/* writer.c - the public ft_index: making or opening an index, adding and deleting; commit.c makes it durable.
 *
 * The index on disk changes at one point only, when a commit renames the manifest. Until then everything new is in
 * files that no manifest names: temporary ones and segments. They are removed on close, or by the next writer. */
#include "writer.h"

#include "mem.h"
#include "pages.h"

#include <math.h>
#include <sched.h>

#define MEMORY_DEFAULT ((uint64_t)512 << 20)
#define MEMORY_MIN ((uint64_t)16 << 20)
#define THREADS_MAX 1024u
#define ID_MAX 65535u
#define LOOKUPS_PER_RETURN 65536u

ft_status ft_writer_status(const ft_index *ix, ft_error *err)
{
    if (ix->st != FT_OK && err)
        *err = ix->err;
    return ix->st;
}

ft_status ft_writer_fail(ft_index *ix, ft_status st, const ft_error *failure, ft_error *err)
{
    if (st != FT_OK) {
        ix->st = st;
        ix->err = *failure;
        if (err)
            *err = *failure;
    }
    return st;
}

/* ------------------------------------------------ options */

static unsigned all_cores(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    return 1;
}

/* Structures of callers built with an older header are shorter: what they lack is zero. */
static ft_status take_options(ft_index_options *out, const ft_index_options *given, ft_error *err)
{
    *out = (ft_index_options){0};
    if (given) {
        if (given->size < sizeof given->size || given->size > 4096)
            return ft_fail(err, FT_EINVAL, "ft_index_options: size is not set");
        memcpy(out, given, given->size < sizeof *out ? given->size : sizeof *out);
    }
    if (!out->has_k1)
        out->k1 = 1.2;
    if (!out->has_b)
        out->b = 0.75;
    if (!(out->k1 >= 0 && out->k1 <= 100))
        return ft_fail(err, FT_EINVAL, "k1 is not within 0..100");
    if (!(out->b >= 0 && out->b <= 1))
        return ft_fail(err, FT_EINVAL, "b is not within 0..1");
    if (out->threads == 0)
        out->threads = all_cores();
    if (out->threads > THREADS_MAX)
        out->threads = THREADS_MAX;
    if (out->memory == 0)
        out->memory = MEMORY_DEFAULT;
    if (out->memory < MEMORY_MIN)
        out->memory = MEMORY_MIN;
    return FT_OK;
}

static ft_status new_handle(ft_index **out, const char *path, const ft_index_options *given, ft_index_options *opts,
                            ft_error *err)
{
    *out = NULL;
    if (!path || !*path)
        return ft_fail(err, FT_EINVAL, "an index needs a path");
    ft_status st = take_options(opts, given, err);
    if (st != FT_OK)
        return st;
    ft_index *ix = ft_alloc_zero(1, sizeof *ix);
    char *copy = ft_alloc(strlen(path) + 1, 1);
    if (!ix || !copy) {
        ft_free(ix);
        ft_free(copy);
        return ft_fail_nomem(err);
    }
    memcpy(copy, path, strlen(path) + 1);
    ix->path = copy;
    ix->lock = -1;
    ix->no_merge = opts->no_merge;
    ix->config = (ft_build_config){.dir = ix->path,
                                   .shared = opts->shared,
                                   .analysis = &ix->analysis,
                                   .k1 = opts->k1,
                                   .b = opts->b,
                                   .titles_only = opts->no_store,
                                   .reorder = opts->reorder,
                                   .threads = opts->threads,
                                   .memory = opts->memory,
                                   .cancel = opts->cancel,
                                   .progress = opts->progress,
                                   .progress_arg = opts->progress_arg};
    *out = ix;
    return FT_OK;
}

/* ------------------------------------------------ create, open, close */

/* Refuses a directory that a new index must not go to; notes what is in it. */
static ft_status survey(ft_index *ix, bool replace, ft_dir_state *state, ft_error *err)
{
    ft_status st = ft_dir_survey(ix->path, state, err);

    if (st != FT_OK)
        return st;
    if (state->has_foreign)
        return ft_fail(err, FT_EEXIST, "%s: %s", ix->path,
                       state->has_manifest ? "holds files that are not the index's" : "not an index, and not empty");
    if (state->has_manifest && !replace) {
        ft_fail(err, FT_EEXIST, "%s: an index is there already", ix->path);
        ft_hint(err, "replace it with --force, or add to it with 'ftindex add'");
        return FT_EEXIST;
    }
    ix->had_manifest = state->has_manifest;
    return FT_OK;
}

ft_status ft_writer_clean(const ft_index *ix, const ft_manifest *m, bool keep, ft_error *err)
{
    const char *names[FT_JOURNAL_FILES];
    size_t n = keep && ix->journal ? ft_journal_files(ix->journal, names) : 0;

    return ft_dir_clean_but(ix->path, m, names, n, err);
}

/* Removes what an earlier writer left behind. The rename of the manifest must last before files go that only the
 * manifest before it names. */
static ft_status clean(const ft_index *ix, const ft_manifest *m, ft_error *err)
{
    ft_status st = ft_io_sync_dir(ix->path, err);

    return st == FT_OK ? ft_writer_clean(ix, m, true, err) : st;
}

/* With the lock held: begins at the generation of the index that is replaced, whose files stay; and with what an
 * unfinished build of this key left. */
static ft_status begin_new(ft_index *ix, const char *resume_key, ft_error *err)
{
    ft_manifest old = {0};
    ft_status st = ft_analysis_fingerprint(&ix->analysis, &ix->committed.fingerprint, err);
    uint64_t fingerprint = ix->committed.fingerprint;

    if (st == FT_OK)
        st = ft_writer_resume(ix, resume_key, err);
    if (st != FT_OK)
        return st;
    if (!ix->had_manifest)
        st = clean(ix, NULL, err);
    else if (ft_manifest_read(&old, ix->path, NULL) == FT_OK)
        st = clean(ix, &old, err);
    ix->committed = (ft_manifest){.generation = old.generation, .analysis = ix->analysis, .k1 = ix->config.k1,
                                  .b = ix->config.b, .titles_only = ix->config.titles_only,
                                  .fingerprint = fingerprint};
    ft_manifest_release(&old);
    if (st == FT_OK)
        st = ft_manifest_copy(&ix->next, &ix->committed, err);
    return st;
}

ft_status ft_index_create(ft_index **out, const char *path, const ft_index_options *opts, ft_error *err)
{
    ft_index_options o;
    ft_dir_state state;
    ft_index *ix;
    ft_status st = new_handle(&ix, path, opts, &o, err);

    *out = NULL;
    if (st != FT_OK)
        return st;
    ix->create = true;
    st = ft_analysis_resolve(&ix->analysis, o.lang, o.fold_diacritics, err);
    if (st == FT_OK)
        st = survey(ix, o.replace, &state, err);
    if (st == FT_OK) {
        st = ft_dir_make(path, o.shared, err);
        ix->made_dir = st == FT_OK && !state.existed;
    }
    if (st == FT_OK)
        st = ft_lock_take(path, o.shared, &ix->lock, err);
    if (st == FT_OK) /* again, now that nobody else changes it */
        st = survey(ix, o.replace, &state, err);
    if (st == FT_OK)
        st = begin_new(ix, o.resume_key, err);
    if (st == FT_OK)
        *out = ix;
    else
        ft_index_close(ix);
    return st;
}

ft_status ft_index_open(ft_index **out, const char *path, const ft_index_options *opts, ft_error *err)
{
    ft_index_options o;
    ft_index *ix;
    ft_status st = new_handle(&ix, path, opts, &o, err);

    *out = NULL;
    if (st != FT_OK)
        return st;
    /* Before the lock, so that none is made where there is no index; and after it, when the manifest can no longer
     * change. */
    st = ft_manifest_read(&ix->committed, path, err);
    if (st == FT_OK)
        st = ft_lock_take(path, o.shared, &ix->lock, err);
    if (st == FT_OK) {
        ft_manifest_release(&ix->committed);
        st = ft_manifest_read(&ix->committed, path, err);
    }
    if (st == FT_OK)
        st = ft_manifest_check_analysis(&ix->committed, err);
    if (st == FT_OK)
        st = ft_origins_read(&ix->committed, path, &ix->sources, err);
    if (st == FT_OK)
        st = clean(ix, &ix->committed, err);
    if (st == FT_OK)
        st = ft_manifest_copy(&ix->next, &ix->committed, err);
    ix->had_manifest = true;
    ix->analysis = ix->committed.analysis;
    ix->config.k1 = ix->committed.k1;
    ix->config.b = ix->committed.b;
    ix->config.titles_only = ix->committed.titles_only;
    if (st == FT_OK)
        *out = ix;
    else
        ft_index_close(ix);
    return st;
}

/* Removes files that the index on disk does not need. A manifest that a failed commit may or may not have put in place
 * leaves doubt about which these are; the next writer will know. */
static void clean_up(ft_index *ix)
{
    ft_manifest now = {0};
    ft_status st = ft_manifest_read(&now, ix->path, NULL);
    bool known = !ix->uncertain || now.generation == ix->committed.generation; /* 0: none */

    if (known && (st == FT_OK || st == FT_ENOINDEX))
        ft_writer_clean(ix, st == FT_OK ? &now : NULL, ix->suspended, NULL);
    ft_manifest_release(&now);
}

/* What begin made and nothing was put into: the lock's file, and the directory if it was not there before. */
static void remove_unused(ft_index *ix)
{
    ft_buf path = {0};
    ft_dir_state state;

    if (ft_dir_survey(ix->path, &state, NULL) == FT_OK && state.existed && !state.has_manifest && !state.has_foreign) {
        if (ft_io_join(&path, ix->path, FT_LOCK_NAME))
            ft_io->unlink((const char *)path.data);
        if (ix->made_dir)
            ft_io->rmdir(ix->path); /* fails, rightly, when someone put a file there */
    }
    ft_buf_release(&path);
}

void ft_index_close(ft_index *ix)
{
    if (!ix)
        return;
    ft_builder_free(ix->builder);
    ft_writer_close_segments(ix);
    if (ix->lock >= 0) {
        clean_up(ix);
        if (ix->create && !ix->had_manifest && !ix->suspended)
            remove_unused(ix);
    } else if (ix->made_dir) {
        ft_io->rmdir(ix->path);
    }
    ft_journal_close(ix->journal);
    ft_lock_release(ix->lock);
    ft_manifest_release(&ix->committed);
    ft_manifest_release(&ix->next);
    ft_free(ix->deletes);
    ft_buf_release(&ix->delete_ids);
    ft_buf_release(&ix->notes);
    ft_buf_release(&ix->sources);
    ft_free(ix->path);
    ft_free(ix);
}

/* ------------------------------------------------ segments */

ft_status ft_writer_open_segments(ft_index *ix, ft_error *err)
{
    size_t n = ix->next.n_segments;
    ft_status st = FT_OK;

    if (ix->segments || n == 0)
        return FT_OK;
    ix->segments = ft_alloc_zero(n, sizeof *ix->segments);
    if (!ix->segments)
        return ft_fail_nomem(err);
    for (size_t i = 0; st == FT_OK && i < n; i++)
        st = ft_segment_open(&ix->segments[i], ix->path, &ix->next.segments[i], err);
    if (st != FT_OK)
        ft_writer_close_segments(ix);
    return st;
}

void ft_writer_close_segments(ft_index *ix)
{
    for (size_t i = 0; ix->segments && i < ix->next.n_segments; i++)
        ft_segment_close(&ix->segments[i]);
    ft_free(ix->segments);
    ix->segments = NULL;
}

/* Deletes an id in the segments there are; *n counts the documents that were live, *existed tells whether the last
 * commit had one. */
static ft_status delete_committed(ft_index *ix, const char *id, size_t len, uint64_t *n, bool *existed,
                                  ft_error *err)
{
    ft_status st = ft_writer_open_segments(ix, err);

    *existed = false;
    for (size_t i = 0; st == FT_OK && i < ix->next.n_segments; i++) {
        bool found = false;
        uint32_t doc = 0;
        st = ft_ids_find(&ix->segments[i].ids, id, len, &found, &doc, err);
        if (st != FT_OK || !found || doc >= ix->next.segments[i].n_docs)
            continue;
        *existed |= !ft_manifest_is_deleted(&ix->committed.segments[i], doc);
        if (ft_manifest_delete(&ix->next.segments[i], doc, &st)) {
            ++*n;
            ix->changed = true;
        } else if (st != FT_OK) {
            ft_fail_nomem(err);
        }
    }
    if (++ix->n_lookups % LOOKUPS_PER_RETURN == 0)
        for (size_t i = 0; ix->segments && i < ix->next.n_segments; i++)
            ft_pages_give_back(&ix->segments[i].env.map);
    return st;
}

/* ------------------------------------------------ add, delete */

static ft_status check_id(const char *id, size_t len, ft_error *err)
{
    if (!id || len == 0)
        return ft_fail(err, FT_EINVAL, "a document needs an id");
    if (len > ID_MAX)
        return ft_fail(err, FT_EINVAL, "an id has at most %u bytes, not %zu", ID_MAX, len);
    return FT_OK;
}

static ft_status check_document(ft_document *out, const ft_document *doc, ft_error *err)
{
    if (!doc || doc->size < sizeof doc->size || doc->size > 4096)
        return ft_fail(err, FT_EINVAL, "ft_document: size is not set");
    *out = (ft_document){0};
    memcpy(out, doc, doc->size < sizeof *out ? doc->size : sizeof *out);
    ft_status st = check_id(out->id.ptr, out->id.len, err);
    if (st != FT_OK)
        return st;
    if ((!out->text.ptr && out->text.len) || (!out->title.ptr && out->title.len) || (!out->marks && out->n_marks))
        return ft_fail(err, FT_EINVAL, "ft_document: a length without a pointer");
    if (out->text.len > UINT32_MAX)
        return ft_fail(err, FT_EINVAL, "a document's text has less than 4 GiB, not %zu bytes", out->text.len);
    for (size_t i = 0; i < out->n_marks; i++)
        if (out->marks[i].off > out->text.len || (i > 0 && out->marks[i].off < out->marks[i - 1].off))
            return ft_fail(err, FT_EINVAL, "ft_document: line marks do not ascend within the text");
    return FT_OK;
}

ft_status ft_index_add(ft_index *ix, const ft_document *doc, ft_error *err)
{
    ft_error failure = {0};
    ft_document d;
    bool existed;
    ft_status st = ft_writer_status(ix, err);

    if (st == FT_OK)
        st = check_document(&d, doc, err);
    if (st != FT_OK)
        return st;
    if (ix->n_given < ix->resumed.documents) {
        ix->n_given++;
        return FT_OK;
    }
    st = delete_committed(ix, d.id.ptr, d.id.len, &ix->n_replaced, &existed, &failure);
    if (st == FT_OK && !ix->builder)
        st = ft_builder_new(&ix->builder, &ix->config, ix->journal, &failure);
    if (st == FT_OK)
        st = ft_builder_add(ix->builder, &d, &ix->notes, &failure);
    ft_buf_reset(&ix->notes);
    return ft_writer_fail(ix, st, &failure, err);
}

/* Remembers to delete the id among the documents added so far, which are not in a segment yet. */
static ft_status delete_added(ft_index *ix, const char *id, size_t len, ft_error *err)
{
    if (!ix->builder)
        return FT_OK;
    bool again = ix->n_given < ix->resumed.documents;
    uint64_t n_added = again ? ix->n_given : ft_builder_docs(ix->builder);
    size_t at = ix->delete_ids.len;
    ft_buf_put(&ix->delete_ids, id, len);
    if (ix->delete_ids.failed || FT_GROW(ix->deletes, ix->cap_deletes, ix->n_deletes + 1) != 0)
        return ft_fail_nomem(err);
    ix->deletes[ix->n_deletes++] = (ft_pending_delete){at, len, n_added};
    return FT_OK;
}

ft_status ft_index_delete(ft_index *ix, const char *id, size_t len, bool *existed, ft_error *err)
{
    ft_error failure = {0};
    bool was_there = false;
    ft_status st = ft_writer_status(ix, err);

    if (existed)
        *existed = false;
    if (st == FT_OK)
        st = check_id(id, len, err);
    if (st != FT_OK)
        return st;
    st = delete_committed(ix, id, len, &ix->n_deleted, &was_there, &failure);
    if (st == FT_OK)
        st = delete_added(ix, id, len, &failure);
    if (existed)
        *existed = was_there;
    return ft_writer_fail(ix, st, &failure, err);
}

/* ------------------------------------------------ sources */

ft_status ft_index_set_sources(ft_index *ix, const void *bytes, size_t len, ft_error *err)
{
    ft_error failure = {0};
    ft_status st = ft_writer_status(ix, err);

    if (st != FT_OK)
        return st;
    if ((!bytes && len) || len > FT_MANIFEST_MAX / 2)
        return ft_fail(err, FT_EINVAL, "a record of sources has at most %zu bytes", FT_MANIFEST_MAX / 2);
    ft_buf_reset(&ix->sources);
    ft_buf_put(&ix->sources, bytes, len);
    ix->changed = true;
    return ft_writer_fail(ix, ft_buf_status(&ix->sources, &failure), &failure, err);
}
