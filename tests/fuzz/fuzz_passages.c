/* fuzz_passages.c - the table of documents and passages, sealed. Whatever is read lies within the stored text and the
 * document's number of passages; what check passes, every read passes, and passages lead back to their document. */
#include "passages.h"

#include "fuzzparts.h"
#include "parts.h"

#define DOCS 30u
#define PASSAGES 90u
#define STREAM (DOCS * 310u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_valid(ft_envelope_writer *w, const char *dir)
{
    static const ft_line_mark mark = {.off = 120, .line = 40};
    ft_passages_writer *pw;

    if (ft_passages_writer_new(&pw, dir, NULL) != FT_OK)
        abort();
    for (uint32_t i = 0; i < DOCS; i++) {
        ft_doc_entry doc = {.n_passages = i % 5 + 1, .title_len = 10, .title_tokens = i % 2, .text_len = 300,
                            .count_lines = i % 3 == 0};
        ft_passage_entry passages[5] = {{0}};
        for (uint32_t k = 0; k < doc.n_passages; k++)
            passages[k] = (ft_passage_entry){.start = k * 60 + i % 2, .end = k * 60 + 50, .line = k * 3 + 1};
        if (doc.n_passages > 2 && i % 2) {
            passages[2].start = 120;
            passages[2].marks = &mark;
            passages[2].n_marks = 1;
        }
        ft_passages_writer_add(pw, &doc, passages);
    }
    if (ft_passages_writer_finish(pw, w, NULL) != FT_OK)
        abort();
    ft_passages_writer_free(pw);
}

static void look_at_passage(const ft_passages *t, uint32_t passage, bool sound)
{
    ft_passage_entry p;
    ft_doc_entry d;
    ft_buf marks = {0};
    uint32_t doc;
    bool got = ft_fuzzparts_ok(ft_passages_get(t, passage, &p, &marks, NULL));

    if ((sound && !got) || (got && (p.start > p.end || p.end > (t->titles_only ? UINT32_MAX : t->stream_len))))
        abort();
    for (uint32_t i = 0; got && i < p.n_marks; i++)
        if (p.marks[i].off < p.start || p.marks[i].off > p.end)
            abort();
    bool known = ft_fuzzparts_ok(ft_passages_doc_of(t, passage, &doc, NULL));
    if ((sound && !known) || (known && doc >= t->n_docs))
        abort();
    bool read = known && ft_fuzzparts_ok(ft_passages_doc(t, doc, &d, NULL));
    if (sound && !(read && passage >= d.first_passage && passage - d.first_passage < d.n_passages &&
                   p.end <= d.text_len))
        abort();
    ft_buf_release(&marks);
}

static void look(const ft_passages *t, uint32_t from)
{
    bool sound = ft_fuzzparts_ok(ft_passages_check(t, NULL));
    ft_doc_entry d;

    for (uint32_t i = from % 7; i < t->n_passages; i += 7) /* a seventh: each reads its group from the beginning */
        look_at_passage(t, i, sound);
    for (uint32_t i = 0; i < t->n_docs; i++) {
        bool got = ft_fuzzparts_ok(ft_passages_doc(t, i, &d, NULL));
        if (got && (d.n_passages == 0 || d.first_passage > t->n_passages - d.n_passages || d.stream > t->stream_len ||
                    ft_passages_stored(t, &d) > t->stream_len - d.stream || d.text_len > UINT32_MAX))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t ids[FT_FUZZ_PARTS] = {FT_PART_PASSAGE_INDEX, FT_PART_DOC_STARTS, FT_PART_PASSAGES};
    static ft_fuzzparts parts;
    ft_envelope e;
    ft_passages t;

    if (!parts.ids)
        ft_fuzzparts_init(&parts, ids, write_valid);
    if (!ft_fuzzparts_open(&parts, data, size, &e))
        return 0;
    bool own = data[0] % 2 == 0;
    uint32_t n_docs = own ? parts.head % 8u + 1 : DOCS, n_passages = own ? parts.head / 8u + 1 : PASSAGES;
    if (ft_fuzzparts_ok(ft_passages_open(&t, &e, n_docs, n_passages, STREAM, NULL))) {
        look(&t, parts.head);
        t.titles_only = true;
        look(&t, parts.head);
    }
    ft_envelope_close(&e);
    return 0;
}
