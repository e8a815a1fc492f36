#include "passages.h"

#include "faultmem.h"
#include "mem.h"
#include "parts.h"
#include "segfile.h"

#include <criterion/criterion.h>

/* FORMAT.md, "Passages": a record with a title, a file of two passages, an empty document. */
static const unsigned char example_entries[] = {
    0x00, 0x00, 0x00, 0x00, 0x13, 0x0c, 0x02, 0xac, 0x02, 0x2d, 0x33, 0x02, 0x12, 0xc8, 0x02, 0x1c,
    0x02, 0x02, 0x03, 0x00, 0x0f, 0x0a, 0x51, 0x00, 0x03,
};
static const unsigned char example_index[] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};
static const unsigned char example_starts[] = {
    0x00, 0x00, 0x00, 0x00, 0x0b, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static const ft_line_mark example_marks[] = {{25, 4}, {40, 9}};
static const ft_passage_entry example_passages[] = {
    {.start = 0, .end = 300, .line = 1},
    {.start = 2, .end = 20, .line = 2},
    {.start = 22, .end = 50, .line = 4, .marks = example_marks, .n_marks = 2},
    {.start = 0, .end = 0, .line = 7},
};
static const ft_doc_entry example_docs[] = {
    {.n_passages = 1, .title_len = 12, .title_tokens = 2, .text_len = 300},
    {.n_passages = 2, .text_len = 51, .count_lines = true},
    {.n_passages = 1},
};

/* A made-up table: documents, their passages one after the other, marks of every seventh. */
typedef struct table {
    ft_doc_entry *docs;
    ft_passage_entry *passages;
    uint32_t n_docs, n_passages;
    uint64_t stream;
} table;

static uint64_t chance(uint64_t *x, uint64_t n)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return (*x >> 33) % n;
}

static void invent_passages(table *t, uint32_t doc, uint64_t *x)
{
    static const ft_line_mark no_mark;
    ft_doc_entry *d = &t->docs[doc];
    uint64_t at = 0;

    for (uint32_t i = 0; i < d->n_passages; i++) {
        ft_passage_entry *p = &t->passages[t->n_passages++];
        p->start = at + chance(x, 3);
        p->end = p->start + chance(x, 700);
        p->line = (uint32_t)(chance(x, 9) == 0 ? chance(x, UINT32_MAX) : chance(x, 4) + doc);
        if (t->n_passages % 7 == 0) {
            ft_line_mark *marks = calloc(3, sizeof no_mark);
            p->n_marks = (uint32_t)chance(x, 4);
            for (uint32_t k = 0; k < p->n_marks; k++)
                marks[k] = (ft_line_mark){.off = p->start + (p->end - p->start) * (k + 1) / 4,
                                          .line = (uint32_t)chance(x, UINT32_MAX)};
            p->marks = marks;
        }
        at = p->end;
    }
    d->text_len = at + (chance(x, 2) ? 0 : chance(x, 5));
    t->stream += d->title_len + d->text_len;
}

static table invent(uint32_t n_docs, uint32_t max_passages, uint64_t seed)
{
    table t = {.n_docs = n_docs};
    uint64_t x = seed;

    t.docs = calloc(n_docs + 1, sizeof *t.docs);
    t.passages = calloc((size_t)n_docs * max_passages + 1, sizeof *t.passages);
    for (uint32_t i = 0; i < n_docs; i++) {
        t.docs[i] = (ft_doc_entry){.first_passage = t.n_passages, .n_passages = (uint32_t)chance(&x, max_passages) + 1,
                                   .stream = t.stream, .count_lines = chance(&x, 2)};
        if (chance(&x, 2)) {
            t.docs[i].title_len = (uint32_t)chance(&x, 200);
            t.docs[i].title_tokens = (uint32_t)chance(&x, 20);
        }
        invent_passages(&t, i, &x);
    }
    return t;
}

static void forget(table *t)
{
    for (uint32_t i = 0; i < t->n_passages; i++) {
        union {
            const ft_line_mark *kept;
            void *given;
        } marks = {t->passages[i].marks};
        free(marks.given);
    }
    free(t->docs);
    free(t->passages);
}

static ft_status make(ft_segfile *f, bool titles_only, const ft_doc_entry *docs, uint32_t n_docs,
                      const ft_passage_entry *passages)
{
    ft_envelope_writer w;
    ft_passages_writer *pw = NULL;
    ft_status st = ft_segfile_begin(f, &w, NULL);

    if (st != FT_OK)
        return st;
    st = ft_passages_writer_new(&pw, f->dir, NULL);
    if (st == FT_OK && titles_only)
        ft_passages_writer_titles_only(pw);
    for (uint32_t i = 0; st == FT_OK && i < n_docs; passages += docs[i++].n_passages)
        ft_passages_writer_add(pw, &docs[i], passages);
    if (st == FT_OK)
        st = ft_passages_writer_finish(pw, &w, NULL);
    if (st == FT_OK)
        st = ft_segfile_end(f, &w, NULL);
    else
        ft_envelope_abandon(&w);
    ft_passages_writer_free(pw);
    return st;
}

static void compare_doc(const ft_passages *p, const table *t, uint32_t doc)
{
    const ft_doc_entry *expected = &t->docs[doc];
    ft_doc_entry got;

    cr_assert_eq(ft_passages_doc(p, doc, &got, NULL), FT_OK);
    cr_assert_eq(got.first_passage, expected->first_passage);
    cr_assert_eq(got.n_passages, expected->n_passages);
    cr_assert_eq(got.stream, expected->stream);
    cr_assert_eq(got.title_len, expected->title_len);
    cr_assert_eq(got.title_tokens, expected->title_tokens);
    cr_assert_eq(got.text_len, expected->text_len);
    cr_assert_eq(got.count_lines, expected->count_lines);
}

static void compare_passage(const ft_passages *p, const table *t, uint32_t passage)
{
    const ft_passage_entry *expected = &t->passages[passage];
    ft_passage_entry got;
    ft_buf marks = {0};

    cr_assert_eq(ft_passages_get(p, passage, &got, &marks, NULL), FT_OK);
    cr_assert_eq(got.start, expected->start);
    cr_assert_eq(got.end, expected->end);
    cr_assert_eq(got.line, expected->line);
    cr_assert_eq(got.n_marks, expected->n_marks);
    for (uint32_t i = 0; i < got.n_marks; i++) {
        cr_assert_eq(got.marks[i].off, expected->marks[i].off);
        cr_assert_eq(got.marks[i].line, expected->marks[i].line);
    }
    ft_buf_release(&marks);
}

static void round_trip(uint32_t n_docs, uint32_t max_passages)
{
    table t = invent(n_docs, max_passages, n_docs * 31 + max_passages);
    ft_segfile f;
    ft_envelope e;
    ft_passages p;
    uint32_t got;

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, false, t.docs, t.n_docs, t.passages), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_eq(ft_passages_open(&p, &e, t.n_docs, t.n_passages, t.stream, NULL), FT_OK);
    cr_assert_eq(ft_passages_check(&p, NULL), FT_OK);
    for (uint32_t doc = 0; doc < t.n_docs; doc++) {
        compare_doc(&p, &t, doc);
        for (uint32_t i = 0; i < t.docs[doc].n_passages; i++) {
            uint32_t passage = t.docs[doc].first_passage + i;
            cr_assert_eq(ft_passages_doc_of(&p, passage, &got, NULL), FT_OK);
            cr_assert_eq(got, doc);
            compare_passage(&p, &t, passage);
        }
    }
    ft_passages longer = p;
    longer.stream_len++;
    cr_assert_eq(ft_passages_check(&longer, NULL), FT_ECORRUPT);
    cr_assert_eq(ft_passages_open(&longer, &e, t.n_docs + 1, t.n_passages, t.stream, NULL) == FT_OK,
                 t.n_docs + 1 < t.n_passages && t.n_docs < t.n_passages);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
    forget(&t);
}

Test(passages, round_trips)
{
    static const uint32_t sizes[] = {0, 1, 2, 63, 64, 65, 200, 224, 225, 1500};
    long live = ft_mem_live();

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        round_trip(sizes[i], 1);
        round_trip(sizes[i], 3);
        round_trip(sizes[i], 40);
    }
    round_trip(3, 2000);
    cr_assert_eq(ft_mem_live(), live);
}

Test(passages, a_record_takes_five_bytes)
{
    enum { N = 64 * 100 };
    ft_doc_entry *docs = calloc(N, sizeof *docs);
    ft_passage_entry *passages = calloc(N, sizeof *passages);
    ft_segfile f;
    ft_envelope e;

    for (uint32_t i = 0; i < N; i++) {
        docs[i] = (ft_doc_entry){.n_passages = 1, .title_len = 40, .title_tokens = 6, .text_len = 700};
        passages[i] = (ft_passage_entry){.end = 700, .line = i + 1};
    }
    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, false, docs, N, passages), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_leq(ft_envelope_part(&e, FT_PART_PASSAGES).len + ft_envelope_part(&e, FT_PART_PASSAGE_INDEX).len,
                  N * 21 / 4);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
    free(docs);
    free(passages);
}

static void make_example(ft_segfile *f, bool titles_only)
{
    cr_assert(ft_segfile_init(f));
    cr_assert_eq(make(f, titles_only, example_docs, 3, example_passages), FT_OK);
}

Test(passages, worked_example)
{
    ft_segfile f;
    ft_envelope e;

    make_example(&f, false);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    ft_str part = ft_envelope_part(&e, FT_PART_PASSAGES);
    cr_assert_eq(part.len, sizeof example_entries);
    cr_assert_arr_eq(part.ptr, example_entries, sizeof example_entries);
    part = ft_envelope_part(&e, FT_PART_PASSAGE_INDEX);
    cr_assert_eq(part.len, sizeof example_index);
    cr_assert_arr_eq(part.ptr, example_index, sizeof example_index);
    part = ft_envelope_part(&e, FT_PART_DOC_STARTS);
    cr_assert_eq(part.len, sizeof example_starts);
    cr_assert_arr_eq(part.ptr, example_starts, sizeof example_starts);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

/* ------------------------------------------------ damage */

static bool expected_failure(ft_status st)
{
    return st == FT_ECORRUPT;
}

static void use_passages(void *arg, const ft_envelope *e, ft_status st, bool sealed)
{
    ft_passages p;
    size_t *fine = arg;

    if (st == FT_OK)
        st = ft_passages_open(&p, e, 3, 4, 363, NULL);
    if (st == FT_OK) {
        for (uint32_t i = 0; i < 4; i++) {
            ft_buf marks = {0};
            ft_passage_entry got;
            uint32_t doc;
            ft_status rc = ft_passages_get(&p, i, &got, &marks, NULL);
            cr_assert(rc == FT_OK ? got.start <= got.end && got.end <= 363 : expected_failure(rc));
            rc = ft_passages_doc_of(&p, i, &doc, NULL);
            cr_assert(rc == FT_OK ? doc < 3 : expected_failure(rc));
            ft_buf_release(&marks);
        }
        for (uint32_t i = 0; i < 3; i++) {
            ft_doc_entry got;
            ft_status rc = ft_passages_doc(&p, i, &got, NULL);
            cr_assert(rc == FT_OK ? got.n_passages >= 1 && got.first_passage + got.n_passages <= 4 &&
                                        got.stream + got.title_len + got.text_len <= 363
                                  : expected_failure(rc));
        }
        st = ft_passages_check(&p, NULL);
        *fine += sealed && st == FT_OK;
        if (!sealed)
            st = ft_envelope_check(e, NULL);
    }
    cr_assert(sealed || st == FT_ECORRUPT);
}

Test(passages, flipped_bits)
{
    ft_segfile f;
    size_t fine = 0;
    long live = ft_mem_live();

    make_example(&f, false);
    cr_assert(ft_segfile_flip_all(&f, use_passages, &fine));
    cr_assert_gt(fine, 0);
    ft_segfile_remove(&f);
    cr_assert_eq(ft_mem_live(), live);
}

/* ------------------------------------------------ a stream of titles alone */

Test(passages, titles_only)
{
    table t = invent(300, 4, 11);
    ft_segfile f;
    ft_envelope e;
    ft_passages p;

    t.stream = 0;
    for (uint32_t i = 0; i < t.n_docs; i++) {
        t.docs[i].stream = t.stream;
        t.stream += t.docs[i].title_len;
    }
    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, true, t.docs, t.n_docs, t.passages), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_eq(ft_passages_open(&p, &e, t.n_docs, t.n_passages, t.stream, NULL), FT_OK);
    cr_assert_eq(ft_passages_check(&p, NULL), FT_ECORRUPT, "with texts they would not fit");
    p.titles_only = true;
    cr_assert_eq(ft_passages_check(&p, NULL), FT_OK);
    for (uint32_t doc = 0; doc < t.n_docs; doc++) {
        compare_doc(&p, &t, doc);
        cr_assert_eq(ft_passages_stored(&p, &t.docs[doc]), t.docs[doc].title_len);
    }
    for (uint32_t passage = 0; passage < t.n_passages; passage++)
        compare_passage(&p, &t, passage);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
    forget(&t);
}

static void use_titles_only(void *arg, const ft_envelope *e, ft_status st, bool sealed)
{
    size_t *fine = arg;
    ft_passages p;

    if (st == FT_OK)
        st = ft_passages_open(&p, e, 3, 4, 12, NULL);
    if (st == FT_OK) {
        p.titles_only = true;
        for (uint32_t i = 0; i < 3; i++) {
            ft_doc_entry got;
            ft_status rc = ft_passages_doc(&p, i, &got, NULL);
            cr_assert(rc == FT_OK ? got.stream + got.title_len <= 12 && got.text_len <= UINT32_MAX
                                  : expected_failure(rc));
        }
        st = ft_passages_check(&p, NULL);
        *fine += sealed && st == FT_OK;
        if (!sealed)
            st = ft_envelope_check(e, NULL);
    }
    cr_assert(sealed || st == FT_ECORRUPT);
}

Test(passages, flipped_bits_of_titles_only)
{
    ft_segfile f;
    size_t fine = 0;
    long live = ft_mem_live();

    make_example(&f, true);
    cr_assert(ft_segfile_flip_all(&f, use_titles_only, &fine));
    cr_assert_gt(fine, 0);
    ft_segfile_remove(&f);
    cr_assert_eq(ft_mem_live(), live);
}

Test(passages, no_allocation_matters)
{
    table t = invent(300, 4, 5);
    ft_segfile f;
    long live = ft_mem_live();

    cr_assert(ft_segfile_init(&f));
    FT_FAULT_LOOP(n, 10000) {
        ft_envelope e;
        ft_passages p;
        ft_passage_entry got;
        ft_buf marks = {0};
        ft_faultmem_arm(n, false);
        ft_status st = make(&f, false, t.docs, t.n_docs, t.passages);
        if (st == FT_OK && (st = ft_segfile_open(&f, &e, NULL)) == FT_OK) {
            st = ft_passages_open(&p, &e, t.n_docs, t.n_passages, t.stream, NULL);
            for (uint32_t i = 0; st == FT_OK && i < 20; i++)
                st = ft_passages_get(&p, i, &got, &marks, NULL);
            ft_envelope_close(&e);
        }
        ft_buf_release(&marks);
        bool hit = ft_faultmem_disarm();
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), live);
        if (!hit)
            break;
    }
    ft_segfile_remove(&f);
    forget(&t);
}
