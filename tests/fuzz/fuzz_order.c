/* fuzz_order.c - the order of passages in the lists, sealed. Whatever is read is a passage; what check passes is a
 * permutation that keeps documents whole. */
#include "order.h"

#include "fuzzparts.h"
#include "parts.h"

#define PASSAGES 90u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_valid(ft_envelope_writer *w, const char *dir)
{
    uint32_t arrival[PASSAGES];
    ft_docstarts_writer starts;

    for (uint32_t i = 0; i < PASSAGES; i++)
        arrival[i] = (i / 3 * 7 % (PASSAGES / 3)) * 3 + i % 3; /* documents of three passages */
    if (ft_docstarts_writer_init(&starts, dir, NULL) != FT_OK)
        abort();
    for (uint32_t i = 0; i < PASSAGES; i++)
        ft_docstarts_writer_add(&starts, i % 3 == 0);
    if (ft_docstarts_writer_finish(&starts, w, NULL) != FT_OK)
        abort();
    ft_docstarts_writer_release(&starts);
    ft_order_write(w, arrival, PASSAGES);
}

static void look(const ft_order *o, const ft_docstarts *starts)
{
    bool sound = ft_fuzzparts_ok(ft_order_check(o, starts, NULL));
    uint32_t last_doc = 0, doc, arrival, sum = 0;

    for (uint32_t i = 0; i < o->n_passages; i++) {
        bool begins = false;
        bool got = ft_fuzzparts_ok(ft_order_arrival(o, i, &arrival, NULL));
        if (arrival >= o->n_passages || (sound && !got))
            abort();
        if (!sound || !ft_fuzzparts_ok(ft_docstarts_rank(starts, arrival, &begins, &doc, NULL)))
            continue;
        if (!begins && (i == 0 || doc != last_doc))
            abort();
        last_doc = doc;
        sum += arrival;
    }
    if (sound && sum != o->n_passages * (o->n_passages - 1) / 2)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t ids[FT_FUZZ_PARTS] = {FT_PART_ORDER, FT_PART_DOC_STARTS, FT_PART_NORMS};
    static ft_fuzzparts parts;
    ft_docstarts starts;
    ft_envelope e;
    ft_order o;

    if (!parts.ids)
        ft_fuzzparts_init(&parts, ids, write_valid);
    if (!ft_fuzzparts_open(&parts, data, size, &e))
        return 0;
    bool own = data[0] % 2 == 0;
    uint32_t n_passages = own ? parts.head / 8u + 1 : PASSAGES, n_docs = own ? parts.head % 8u + 1 : PASSAGES / 3;
    if (n_docs <= n_passages && ft_fuzzparts_ok(ft_docstarts_open(&starts, &e, n_docs, n_passages, NULL)) &&
        ft_fuzzparts_ok(ft_order_open(&o, &e, n_passages, NULL)) && ft_fuzzparts_ok(ft_docstarts_check(&starts, NULL)))
        look(&o, &starts);
    ft_envelope_close(&e);
    return 0;
}
