/* stored.c - a document as it was stored, by id or by number. */
#include "mem.h"
#include "reader.h"

struct ft_stored {
    ft_buf bytes;      /* title, then text */
    size_t title_len;
    uint32_t n_passages;
    ft_span *bounds;   /* of the passages; owned */
    size_t cap_bounds;
    ft_store_window window;
};

/* The live document with this id: the newest segment's, as older ones are deleted. */
ft_status ft_reader_find_leaf(const ft_reader *rd, const char *id, size_t len, const ft_leaf **leaf, uint32_t *doc,
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
        st = ft_store_read_near(&out->window, &leaf->seg.store, doc.stream, ft_passages_stored(passages, &doc),
                                &out->bytes, err);
    if (st != FT_OK)
        return st;
    out->title_len = doc.title_len;
    out->n_passages = doc.n_passages;
    if (FT_GROW(out->bounds, out->cap_bounds, doc.n_passages) != 0)
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
    ft_status st = ft_reader_find_leaf(rd, id, len, &leaf, &doc, err);
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

/* The leaf that holds a document by its number, or NULL. */
static const ft_leaf *leaf_of(const ft_reader *rd, uint64_t number)
{
    size_t low = 0, high = rd->n_leaves; /* the last leaf that begins at the number or before it is below high */

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (rd->leaves[mid].first_doc <= number)
            low = mid + 1;
        else
            high = mid;
    }
    const ft_leaf *leaf = low ? &rd->leaves[low - 1] : NULL;
    return leaf && number - leaf->first_doc < leaf->seg.meta.n_docs ? leaf : NULL;
}

ft_status ft_reader_read(const ft_reader *rd, uint64_t number, ft_stored **doc, ft_error *err)
{
    const ft_leaf *leaf = leaf_of(rd, number);

    if (!leaf || ft_manifest_is_deleted(leaf->entry, (uint32_t)(number - leaf->first_doc)))
        return ft_fail(err, FT_ENOTFOUND, "no document has this number");
    if (!*doc)
        *doc = ft_alloc_zero(1, sizeof **doc);
    if (!*doc)
        return ft_fail_nomem(err);
    ft_buf_reset(&(*doc)->bytes);
    return read_document(leaf, (uint32_t)(number - leaf->first_doc), *doc, err);
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
    ft_store_window_release(&doc->window);
    ft_free(doc);
}
