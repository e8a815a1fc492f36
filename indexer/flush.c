/* flush.c - see flush.h. The parts are written in the order of parts.h: stored text while documents come in, tables of
 * documents, then posting lists as the merge gives them; positions and dictionary wait in spools for their turn. */
#include "flush.h"

#include "mem.h"
#include "merge.h"

#define SPOOL_SHARE 32u          /* of the memory budget, for positions waiting */
#define SPOOL_MAX (32u << 20)

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

ft_status ft_flush_begin(ft_flush *f, const ft_build_config *config, const char *name, ft_error *err)
{
    *f = (ft_flush){.config = config, .env = {.fd = -1}};
    memccpy(f->name, name, 0, sizeof f->name);
    ft_status st = remove_leftover(config->dir, name, err);
    if (st == FT_OK)
        st = ft_store_writer_init(&f->store, config->dir, err);
    if (st == FT_OK)
        st = ft_passages_writer_new(&f->passages, config->dir, err);
    if (st == FT_OK)
        st = ft_ids_writer_new(&f->ids, config->dir, err);
    if (st == FT_OK)
        st = ft_envelope_create(&f->env, config->dir, name, config->shared, err);
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

/* ------------------------------------------------ posting lists */

typedef struct list_sink {
    ft_list_sink sink;
    ft_postings_writer postings;
    ft_termdict_writer dict;
    ft_spool positions;
    uint64_t n_postings;
    unsigned char term[255];
    size_t term_len;
} list_sink;

static ft_status begin_list(ft_list_sink *s, const unsigned char *term, size_t len, ft_error *err)
{
    list_sink *l = (list_sink *)s;

    (void)err;
    memcpy(l->term, term, len);
    l->term_len = len;
    return FT_OK;
}

static ft_status put_block(ft_list_sink *s, const ft_list_block *b, ft_error *err)
{
    list_sink *l = (list_sink *)s;
    const uint32_t *positions = b->positions;

    (void)err;
    for (uint32_t i = 0; i < b->n; i++) {
        ft_postings_writer_add(&l->postings, b->passages[i], b->tfs[i], positions);
        positions += b->tfs[i];
    }
    l->n_postings += b->n;
    return FT_OK;
}

static ft_status end_list(ft_list_sink *s, ft_error *err)
{
    list_sink *l = (list_sink *)s;
    ft_term_info info;
    ft_status st = ft_postings_writer_end(&l->postings, &info, err);

    if (st == FT_OK)
        ft_termdict_writer_add(&l->dict, l->term, l->term_len, &info);
    return st;
}

static ft_status write_lists(ft_flush *f, ft_list_source *const *sources, size_t n_sources, ft_flushed *out,
                             ft_error *err)
{
    const ft_build_config *c = f->config;
    uint64_t room = c->memory / SPOOL_SHARE < SPOOL_MAX ? c->memory / SPOOL_SHARE : SPOOL_MAX;
    list_sink *l = ft_alloc_zero(1, sizeof *l);

    if (!l)
        return ft_fail_nomem(err);
    l->sink = (ft_list_sink){begin_list, put_block, end_list};
    l->positions.fd = -1;
    ft_status st = ft_spool_init(&l->positions, c->dir, (size_t)room, err);
    if (st != FT_OK)
        goto out_spool;
    st = ft_termdict_writer_init(&l->dict, c->dir, err);
    if (st != FT_OK)
        goto out_dict;
    ft_postings_writer_init(&l->postings, &f->env, &l->positions, f->lengths,
                            ft_bm25_make(c->k1, c->b, ft_avgdl(f->n_tokens, f->n_passages)));
    ft_envelope_begin(&f->env, FT_PART_POSTINGS, FT_PART_REQUIRED);
    st = ft_merge(sources, n_sources, &l->sink, c->cancel, err);
    ft_envelope_begin(&f->env, FT_PART_POSITIONS, FT_PART_REQUIRED);
    if (st == FT_OK)
        st = ft_spool_drain(&l->positions, ft_envelope_sink, &f->env, err);
    out->n_terms = l->dict.n_terms;
    out->n_postings = l->n_postings;
    if (st == FT_OK)
        st = ft_termdict_writer_finish(&l->dict, &f->env, err);
    ft_postings_writer_release(&l->postings);
out_dict:
    ft_termdict_writer_release(&l->dict);
out_spool:
    ft_spool_release(&l->positions);
    ft_free(l);
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

ft_status ft_flush_finish(ft_flush *f, ft_list_source *const *sources, size_t n_sources, ft_flushed *out,
                          ft_error *err)
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
    if (st == FT_OK) {
        ft_norms_write(&f->env, f->lengths, f->n_passages);
        st = write_lists(f, sources, n_sources, out, err);
    }
    if (st == FT_OK) {
        ft_segment_meta meta = {f->n_docs, f->n_passages, out->n_terms, f->n_tokens, out->n_postings, c->k1, c->b};
        ft_segment_write_meta(&f->env, &meta);
        out->entry.n_docs = f->n_docs;
        out->entry.n_passages = f->n_passages;
        st = ft_envelope_finish(&f->env, &out->entry.hash, &out->entry.len, err);
    }
    if (st == FT_OK)
        st = rename_segment(f, out->entry.hash, err);
    if (st != FT_OK) {
        ft_free(out->dead);
        *out = (ft_flushed){0};
    }
    return st;
}

void ft_flush_abandon(ft_flush *f)
{
    ft_envelope_abandon(&f->env);
    ft_store_writer_release(&f->store);
    ft_passages_writer_free(f->passages);
    ft_ids_writer_free(f->ids);
    ft_free(f->lengths);
    *f = (ft_flush){.env = {.fd = -1}};
}
