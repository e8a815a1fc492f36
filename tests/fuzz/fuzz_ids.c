/* fuzz_ids.c - external ids, their index and their order, sealed. Ids keep within their limit, documents within their
 * number; if check passes, each id is found. */
#include "ids.h"

#include "fuzzparts.h"
#include "parts.h"

#define DOCS 40u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_valid(ft_envelope_writer *w, const char *dir)
{
    ft_ids_writer *iw;
    uint32_t *dead;
    size_t n_dead;

    if (ft_ids_writer_new(&iw, dir, NULL) != FT_OK)
        abort();
    for (unsigned i = 0; i < DOCS; i++) {
        char id[32];
        ft_ids_writer_add(iw, id, (size_t)snprintf(id, sizeof id, "folder/%u/name-%u", i / 7 % 4, i % 28));
    }
    if (ft_ids_writer_finish(iw, w, &dead, &n_dead, NULL) != FT_OK)
        abort();
    ft_free(dead);
    ft_ids_writer_free(iw);
}

static void look(const ft_ids *t)
{
    bool sound = ft_fuzzparts_ok(ft_ids_check(t, NULL)), found;
    ft_buf id = {0};
    uint32_t doc;

    for (uint32_t i = 0; i < t->n_docs; i++) {
        ft_buf_reset(&id);
        bool got = ft_fuzzparts_ok(ft_ids_get(t, i, &id, NULL));
        if ((sound && !got) || (got && (id.len == 0 || id.len > FT_IDS_MAX)))
            abort();
        if (!got)
            continue;
        bool searched = ft_fuzzparts_ok(ft_ids_find(t, (const char *)id.data, id.len, &found, &doc, NULL));
        if (sound && !(searched && found && doc >= i))
            abort();
        if (searched && found && doc >= t->n_docs)
            abort();
    }
    ft_buf_release(&id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t ids[FT_FUZZ_PARTS] = {FT_PART_ID_INDEX, FT_PART_IDS, FT_PART_ID_ORDER};
    static ft_fuzzparts parts;
    ft_envelope e;
    ft_ids t;

    if (!parts.ids)
        ft_fuzzparts_init(&parts, ids, write_valid);
    if (!ft_fuzzparts_open(&parts, data, size, &e))
        return 0;
    uint32_t n = data[0] % 2 ? DOCS : (uint32_t)(ft_envelope_part(&e, FT_PART_ID_ORDER).len / 4);
    if (ft_fuzzparts_ok(ft_ids_open(&t, &e, n, NULL)))
        look(&t);
    ft_envelope_close(&e);
    return 0;
}
