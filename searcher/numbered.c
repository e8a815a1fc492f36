/* numbered.c - documents by their number, and where they came from. What a search needs is elsewhere; the origins are
 * looked into when they are first asked for. */
#include "mem.h"
#include "reader.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Verifies the file and takes it in. */
static ft_status take_origins(ft_reader *rd, ft_error *err)
{
    char name[32];

    if (rd->origins.len < sizeof(uint64_t))
        return FT_OK;
    ft_origins_name(name, rd->manifest.origins_hash);
    if (XXH3_64bits(rd->origins.data, rd->origins.len - sizeof(uint64_t)) != rd->manifest.origins_hash)
        return ft_corrupt(err, name, 0, "not the content that the manifest names");
    return ft_origins_parse(&rd->manifest, rd->origins.data, rd->origins.len, name, &rd->sources, err);
}

ft_status ft_reader_know_origins(const ft_reader *rd, ft_error *err)
{
    ft_reader *shared = (ft_reader *)(uintptr_t)rd; /* as the pool of analysers: what changes does so under the lock */
    ft_status st = FT_OK;

    pthread_mutex_lock(&shared->lock);
    if (!rd->origins_known)
        st = take_origins(shared, err);
    shared->origins_known = st == FT_OK;
    pthread_mutex_unlock(&shared->lock);
    return st;
}

ft_status ft_reader_sources(const ft_reader *rd, ft_str *bytes, ft_error *err)
{
    ft_status st = ft_reader_know_origins(rd, err);

    *bytes = st == FT_OK && rd->sources.len ? rd->sources : (ft_str){"", 0};
    return st;
}

ft_status ft_reader_find(const ft_reader *rd, const char *id, size_t len, uint64_t *number, uint32_t *source,
                         ft_error *err)
{
    ft_status st = ft_reader_know_origins(rd, err);
    const ft_leaf *leaf;
    uint32_t doc;

    if (st == FT_OK)
        st = ft_reader_find_leaf(rd, id, len, &leaf, &doc, err);
    if (st != FT_OK)
        return st;
    *number = leaf->first_doc + doc;
    *source = ft_origins_at(&leaf->entry->origins, doc);
    return FT_OK;
}

/* One run of documents with a wanted source. */
typedef struct listing {
    ft_status (*fn)(void *arg, uint64_t number, uint32_t source, ft_str id, ft_error *err);
    void *arg;
    ft_buf id;
} listing;

static ft_status list_run(listing *l, const ft_leaf *leaf, uint32_t from, uint32_t end, uint32_t source,
                          ft_error *err)
{
    ft_status st = FT_OK;

    for (uint32_t doc = from; st == FT_OK && doc < end; doc++) {
        if (ft_manifest_is_deleted(leaf->entry, doc))
            continue;
        ft_buf_reset(&l->id);
        st = ft_ids_get(&leaf->seg.ids, doc, &l->id, err);
        if (st == FT_OK)
            st = l->fn(l->arg, leaf->first_doc + doc, source, (ft_str){(const char *)l->id.data, l->id.len}, err);
    }
    return st;
}

ft_status ft_reader_list(const ft_reader *rd, bool (*wanted)(void *arg, uint32_t source),
                         ft_status (*fn)(void *arg, uint64_t number, uint32_t source, ft_str id, ft_error *err),
                         void *arg, ft_error *err)
{
    listing l = {.fn = fn, .arg = arg};
    ft_status st = ft_reader_know_origins(rd, err);

    for (size_t i = 0; st == FT_OK && i < rd->n_leaves; i++) {
        const ft_leaf *leaf = &rd->leaves[i];
        const ft_origins *o = &leaf->entry->origins;
        uint32_t from = 0;
        for (size_t k = 0; st == FT_OK && k <= o->n; k++) { /* behind the runs there are those without a source */
            uint32_t end = k < o->n ? o->runs[k].end : leaf->seg.meta.n_docs;
            uint32_t source = k < o->n ? o->runs[k].source : 0;
            if (from < end && (!wanted || wanted(arg, source)))
                st = list_run(&l, leaf, from, end, source, err);
            from = end;
        }
    }
    ft_buf_release(&l.id);
    return st;
}
