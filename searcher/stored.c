/* stored.c - a document as it was stored, by id. */
#include "mem.h"
#include "reader.h"

struct ft_stored {
    ft_buf bytes;      /* title, then text */
    size_t title_len;
    uint32_t n_passages;
    ft_span *bounds;   /* of the passages; owned */
};

/* The live document with this id: the newest segment's, as older ones are deleted. */
static ft_status find_document(const ft_reader *rd, const char *id, size_t len, const ft_leaf **leaf, uint32_t *doc,
                               ft_error *err)
{
    for (size_t i = rd->n_leaves; i-- > 0;) {
        bool found = false;
        ft_status st = ft_ids_find(&rd->leaves[i].seg.ids, id, len, &found, doc, err);
        if (st != FT_OK)
            return st;
        if (found && !ft_manifest_is_deleted(rd->leaves[i].entry, *doc)) {
            *leaf = &rd->leaves[i];
            return FT_OK;
        }
    }
    return ft_fail(err, FT_ENOTFOUND, "%.*s: no such document", (int)(len < 300 ? len : 300), id);
}

static ft_status read_document(const ft_leaf *leaf, uint32_t number, ft_stored *out, ft_error *err)
{
    const ft_passages *passages = &leaf->seg.passages;
    ft_doc_entry doc;
    ft_passage_entry passage;
    ft_buf marks = {0};

    ft_status st = ft_passages_doc(passages, number, &doc, err);
    if (st == FT_OK)
        st = ft_store_read(&leaf->seg.store, doc.stream, ft_passages_stored(passages, &doc), &out->bytes, err);
    if (st != FT_OK)
        return st;
    out->title_len = doc.title_len;
    out->n_passages = doc.n_passages;
    out->bounds = ft_alloc(doc.n_passages, sizeof *out->bounds);
    if (!out->bounds)
        return ft_fail_nomem(err);
    for (uint32_t i = 0; i < doc.n_passages && st == FT_OK; i++) {
        ft_buf_reset(&marks);
        st = ft_passages_get(passages, doc.first_passage + i, &passage, &marks, err);
        out->bounds[i] = (ft_span){passage.start, passage.end};
    }
    ft_buf_release(&marks);
    return st;
}

ft_status ft_reader_document(const ft_reader *rd, const char *id, size_t len, ft_stored **out, ft_error *err)
{
    const ft_leaf *leaf = NULL;
    uint32_t doc = 0;

    *out = NULL;
    ft_status st = find_document(rd, id, len, &leaf, &doc, err);
    if (st != FT_OK)
        return st;
    ft_stored *stored = ft_alloc_zero(1, sizeof *stored);
    if (!stored)
        return ft_fail_nomem(err);
    st = read_document(leaf, doc, stored, err);
    if (st != FT_OK) {
        ft_stored_free(stored);
        return st;
    }
    *out = stored;
    return FT_OK;
}

ft_str ft_stored_title(const ft_stored *doc)
{
    return (ft_str){(const char *)doc->bytes.data, doc->title_len};
}

ft_str ft_stored_text(const ft_stored *doc)
{
    return (ft_str){(const char *)doc->bytes.data + doc->title_len, doc->bytes.len - doc->title_len};
}

uint32_t ft_stored_passages(const ft_stored *doc)
{
    return doc->n_passages;
}

void ft_stored_passage(const ft_stored *doc, uint32_t i, uint64_t *start, uint64_t *end)
{
    *start = doc->bounds[i].start;
    *end = doc->bounds[i].end;
}

void ft_stored_free(ft_stored *doc)
{
    if (!doc)
        return;
    ft_buf_release(&doc->bytes);
    ft_free(doc->bounds);
    ft_free(doc);
}
