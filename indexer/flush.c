/* flush.c - see flush.h. The parts are written in the order of parts.h: stored text while documents come in, tables of
 * documents, then posting lists and dictionary (flush_lists.c). */
#include "flush.h"

#include "journal.h"
#include "mem.h"
#include "pages.h"

#define BLOCKS_PER_RETURN 1024u /* of a copied stream, between two returns of mapped pages */

ft_status ft_build_canceled(const ft_build_config *config, ft_error *err)
{
    return config->cancel && *config->cancel ? ft_fail(err, FT_ECANCELED, "canceled") : FT_OK;
}

/* ------------------------------------------------ documents */

/* A file of this name would be one that an interrupted writer left: the lock is held, so nobody writes it now. */
static ft_status remove_leftover(const char *dir, const char *name, ft_error *err)
{
    ft_buf path = {0};

    if (!ft_io_join(&path, dir, name)) {
        ft_buf_release(&path);
        return ft_fail_nomem(err);
    }
    ft_io->unlink((const char *)path.data);
    ft_buf_release(&path);
    return FT_OK;
}

static ft_status begin(ft_flush *f, const ft_build_config *config, const char *name, ft_error *err)
{
    *f = (ft_flush){.config = config, .env = {.fd = -1}};
    memccpy(f->name, name, 0, sizeof f->name);
    ft_status st = ft_store_writer_init(&f->store, config->dir, err);
    if (st == FT_OK)
        st = ft_passages_writer_new(&f->passages, config->dir, err);
    if (st == FT_OK && config->titles_only)
        ft_passages_writer_titles_only(f->passages);
    return st == FT_OK ? ft_ids_writer_new(&f->ids, config->dir, err) : st;
}

ft_status ft_flush_begin(ft_flush *f, const ft_build_config *config, const char *name, ft_error *err)
{
    ft_status st = begin(f, config, name, err);

    if (st == FT_OK)
        st = remove_leftover(config->dir, name, err);
    if (st == FT_OK)
        st = ft_envelope_create(&f->env, config->dir, name, config->shared, err);
    if (st == FT_OK)
        ft_envelope_begin(&f->env, FT_PART_STORED, FT_PART_REQUIRED);
    return st;
}

ft_status ft_flush_reopen(ft_flush *f, const ft_build_config *config, const char *name, ft_error *err)
{
    ft_status st = begin(f, config, name, err);

    if (st == FT_OK)
        st = ft_envelope_reopen(&f->env, config->dir, name, err);
    if (st == FT_OK)
        ft_envelope_begin(&f->env, FT_PART_STORED, FT_PART_REQUIRED);
    return st;
}

ft_status ft_flush_packed(ft_flush *f, const ft_packed *packed, ft_error *err)
{
    const unsigned char *p = packed->bytes.data;

    for (size_t i = 0; i < packed->n; i++) {
        size_t raw = i + 1 == packed->n ? packed->last_raw : FT_STORE_BLOCK;
        ft_store_writer_block(&f->store, &f->env, p, packed->lens[i], raw);
        p += packed->lens[i];
    }
    return ft_envelope_status(&f->env, err);
}

ft_status ft_flush_copy(ft_flush *f, const ft_store *store, ft_error *err)
{
    ft_status st = FT_OK;

    for (uint64_t i = 0; st == FT_OK && i < store->starts.n; i++) {
        size_t raw = 0;
        ft_str packed;
        if (i % BLOCKS_PER_RETURN == 0) {
            ft_pages_give_back(&store->env->map);
            ft_build_progress(f->config, FT_PHASE_TEXT, i * FT_STORE_BLOCK, store->raw_len);
            st = ft_build_canceled(f->config, err);
        }
        if (st == FT_OK)
            st = ft_store_block(store, i, &packed, &raw, err);
        if (st == FT_OK)
            ft_store_writer_block(&f->store, &f->env, packed.ptr, packed.len, raw);
    }
    return st == FT_OK ? ft_envelope_status(&f->env, err) : st;
}

ft_status ft_flush_doc(ft_flush *f, ft_str id, const ft_doc_entry *doc, const ft_passage_entry *passages,
                       const uint32_t *lengths, uint32_t *first, ft_error *err)
{
    uint32_t n = doc->n_passages;

    if (n > FT_SEGMENT_MAX_PASSAGES - f->n_passages)
        return ft_fail(err, FT_ELIMIT, "more than %u passages in one segment", FT_SEGMENT_MAX_PASSAGES);
    if (FT_GROW(f->lengths, f->cap_lengths, (size_t)f->n_passages + n) != 0)
        return ft_fail_nomem(err);
    *first = f->n_passages;
    for (uint32_t i = 0; i < n; i++) {
        f->lengths[f->n_passages++] = lengths[i];
        f->n_tokens += lengths[i];
    }
    ft_passages_writer_add(f->passages, doc, passages);
    ft_ids_writer_add(f->ids, id.ptr, id.len);
    f->n_docs++;
    return FT_OK;
}

ft_status ft_flush_source(ft_flush *f, uint32_t source, ft_error *err)
{
    return ft_origins_put(&f->origins, f->n_docs - 1, source) ? FT_OK : ft_fail_nomem(err);
}

/* ------------------------------------------------ order */

void ft_flush_order(ft_flush *f, uint32_t *numbers)
{
    ft_free(f->numbers);
    f->numbers = numbers;
}

/* Puts the lengths into the order of the lists and writes that order, unless it is that of arrival. */
static ft_status write_order(ft_flush *f, ft_error *err)
{
    uint32_t n = f->n_passages, same = 0;

    while (f->numbers && same < n && f->numbers[same] == same)
        same++;
    if (!f->numbers || same == n)
        return FT_OK;
    uint32_t *lengths = ft_alloc(n, sizeof *lengths), *arrival = ft_alloc(n, sizeof *arrival);
    ft_status st = lengths && arrival ? FT_OK : ft_fail_nomem(err);
    for (uint32_t i = 0; st == FT_OK && i < n; i++) {
        arrival[f->numbers[i]] = i;
        lengths[f->numbers[i]] = f->lengths[i];
    }
    if (st == FT_OK) {
        uint32_t *swap = f->lengths;
        f->lengths = lengths;
        f->cap_lengths = n;
        lengths = swap;
        ft_order_write(&f->env, arrival, n);
    }
    ft_free(lengths);
    ft_free(arrival);
    return st;
}

/* ------------------------------------------------ the end */

/* From the temporary name to the one its content gives. */
static ft_status rename_segment(const ft_flush *f, uint64_t hash, ft_error *err)
{
    ft_buf from = {0}, to = {0};
    char name[32];
    ft_status st = FT_OK;

    ft_segment_name(name, hash);
    if (!ft_io_join(&from, f->config->dir, f->name) || !ft_io_join(&to, f->config->dir, name)) {
        st = ft_fail_nomem(err);
    } else if (ft_io->rename((const char *)from.data, (const char *)to.data) != 0) {
        st = ft_fail_errno(err, "%s: cannot rename", (const char *)from.data);
        ft_io->unlink((const char *)from.data);
    }
    ft_buf_release(&from);
    ft_buf_release(&to);
    return st;
}

ft_status ft_flush_finish(ft_flush *f, const ft_list_ranges *ranges, ft_pool *pool, ft_flushed *out, ft_error *err)
{
    const ft_build_config *c = f->config;

    *out = (ft_flushed){.n_tokens = f->n_tokens};
    ft_status st = ft_store_writer_finish(&f->store, &f->env, err);
    if (st == FT_OK)
        st = ft_passages_writer_finish(f->passages, &f->env, err);
    if (st == FT_OK)
        st = ft_ids_writer_finish(f->ids, &f->env, &out->dead, &out->n_dead, err);
    /* Their memory is free for the merge. */
    ft_passages_writer_free(f->passages);
    ft_ids_writer_free(f->ids);
    f->passages = NULL;
    f->ids = NULL;
    if (st == FT_OK)
        st = write_order(f, err);
    if (st == FT_OK) {
        ft_norms_write(&f->env, f->lengths, f->n_passages);
        st = ft_flush_lists(f, ranges, pool, out, err);
    }
    if (st == FT_OK) {
        ft_segment_meta meta = {f->n_docs, f->n_passages, out->n_terms, f->n_tokens, out->n_postings,
                                c->k1, c->b, c->titles_only};
        ft_segment_write_meta(&f->env, &meta);
        ft_build_progress(c, FT_PHASE_SYNC, 0, 0);
        out->entry.n_docs = f->n_docs;
        out->entry.n_passages = f->n_passages;
        out->entry.titles_only = c->titles_only;
        st = ft_envelope_finish(&f->env, &out->entry.hash, &out->entry.len, err);
    }
    if (st == FT_OK && f->journal)
        st = ft_journal_seal(f->journal, out->entry.hash, err);
    if (st == FT_OK)
        st = rename_segment(f, out->entry.hash, err);
    if (st != FT_OK) {
        ft_free(out->dead);
        *out = (ft_flushed){0};
        return st;
    }
    out->entry.origins = f->origins;
    f->origins = (ft_origins){0};
    return FT_OK;
}

void ft_flush_abandon(ft_flush *f)
{
    ft_envelope_abandon(&f->env);
    ft_store_writer_release(&f->store);
    ft_passages_writer_free(f->passages);
    ft_ids_writer_free(f->ids);
    ft_free(f->lengths);
    ft_origins_release(&f->origins);
    ft_free(f->numbers);
    *f = (ft_flush){.env = {.fd = -1}};
}
