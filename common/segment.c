/* segment.c - opening a segment and finding terms in it; see segment.h and FORMAT.md, "Segment". */
#include "segment.h"

#include <math.h>

#define META_LEN 52

enum meta_flags {
    TITLES_ONLY = 1
};

void ft_segment_write_meta(ft_envelope_writer *w, const ft_segment_meta *m)
{
    unsigned char out[META_LEN];

    ft_store_u32(out, m->n_docs);
    ft_store_u32(out + 4, m->n_passages);
    ft_store_u64(out + 8, m->n_terms);
    ft_store_u64(out + 16, m->n_tokens);
    ft_store_u64(out + 24, m->n_postings);
    memcpy(out + 32, &m->k1, 8);
    memcpy(out + 40, &m->b, 8);
    ft_store_u32(out + 48, m->titles_only ? TITLES_ONLY : 0);
    ft_envelope_begin(w, FT_PART_META, FT_PART_REQUIRED);
    ft_envelope_put(w, out, sizeof out);
}

static ft_status read_meta(ft_segment *s, const ft_manifest_segment *entry, ft_error *err)
{
    ft_str part = ft_envelope_part(&s->env, FT_PART_META);
    ft_segment_meta *m = &s->meta;

    if (part.len != META_LEN)
        return ft_envelope_corrupt(&s->env, part.ptr, "meta: wrong length", err);
    ft_status st = ft_envelope_touch(&s->env, part.ptr, part.len, err);
    if (st != FT_OK)
        return st;
    m->n_docs = ft_load_u32(part.ptr);
    m->n_passages = ft_load_u32(part.ptr + 4);
    m->n_terms = ft_load_u64(part.ptr + 8);
    m->n_tokens = ft_load_u64(part.ptr + 16);
    m->n_postings = ft_load_u64(part.ptr + 24);
    memcpy(&m->k1, part.ptr + 32, 8);
    memcpy(&m->b, part.ptr + 40, 8);
    uint32_t flags = ft_load_u32(part.ptr + 48);
    m->titles_only = flags & TITLES_ONLY;
    if (m->n_docs != entry->n_docs || m->n_passages != entry->n_passages)
        return ft_envelope_corrupt(&s->env, part.ptr, "meta: counts differ from the manifest", err);
    if (flags & ~(uint32_t)TITLES_ONLY || m->titles_only != entry->titles_only)
        return ft_envelope_corrupt(&s->env, part.ptr, "meta: unknown flags, or others than the manifest's", err);
    if (m->n_docs == 0 || m->n_docs > m->n_passages || m->n_passages > FT_SEGMENT_MAX_PASSAGES ||
        !(m->k1 >= 0 && m->k1 <= 100 && m->b >= 0 && m->b <= 1) || m->n_tokens < m->n_postings)
        return ft_envelope_corrupt(&s->env, part.ptr, "meta: impossible counts or parameters", err);
    s->bound_params = ft_bm25_make(m->k1, m->b, ft_avgdl(m->n_tokens, m->n_passages));
    return FT_OK;
}

ft_status ft_segment_open(ft_segment *s, const char *dir, const ft_manifest_segment *entry, ft_error *err)
{
    static const uint32_t known[] = {FT_PART_STORED,   FT_PART_STORED_INDEX, FT_PART_PASSAGES, FT_PART_PASSAGE_INDEX,
                                     FT_PART_DOC_STARTS, FT_PART_IDS,        FT_PART_ID_INDEX, FT_PART_ID_ORDER,
                                     FT_PART_NORMS,    FT_PART_POSTINGS,     FT_PART_POSITIONS, FT_PART_TERMS,
                                     FT_PART_TERM_INDEX, FT_PART_META,        FT_PART_ORDER};
    char name[32];
    ft_status st;

    *s = (ft_segment){0};
    ft_segment_name(name, entry->hash);
    st = ft_envelope_open(&s->env, dir, name, entry->len, entry->hash, known, sizeof known / sizeof *known, err);
    if (st != FT_OK)
        return st;
    st = read_meta(s, entry, err);
    if (st == FT_OK)
        st = ft_store_open(&s->store, &s->env, err);
    if (st == FT_OK)
        st = ft_passages_open(&s->passages, &s->env, s->meta.n_docs, s->meta.n_passages, s->store.raw_len, err);
    s->passages.titles_only = s->meta.titles_only;
    if (st == FT_OK)
        st = ft_ids_open(&s->ids, &s->env, s->meta.n_docs, err);
    if (st == FT_OK)
        st = ft_order_open(&s->order, &s->env, s->meta.n_passages, err);
    if (st == FT_OK)
        st = ft_norms_open(&s->norms, &s->env, s->meta.n_passages, err);
    if (st == FT_OK)
        st = ft_termdict_open(&s->terms, &s->env, s->meta.n_terms, s->meta.n_passages, err);
    s->postings = ft_envelope_part(&s->env, FT_PART_POSTINGS);
    s->positions = ft_envelope_part(&s->env, FT_PART_POSITIONS);
    if (st != FT_OK)
        ft_segment_close(s);
    return st;
}

void ft_segment_close(ft_segment *s)
{
    ft_envelope_close(&s->env);
    *s = (ft_segment){0};
}

ft_status ft_segment_term(const ft_segment *s, const void *term, size_t len, bool *found, ft_postings *out,
                          ft_error *err)
{
    ft_term_info info;

    ft_status st = ft_termdict_find(&s->terms, term, len, found, &info, err);
    if (st != FT_OK || !*found)
        return st;
    return ft_postings_open(out, &s->env, s->postings, s->positions, &info, s->meta.n_passages, err);
}
