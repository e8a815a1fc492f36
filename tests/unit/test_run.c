/* test_run.c - runs in memory and in files. */
#include "run.h"

#include "mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Posting i of term t: passages ascend, frequencies differ, some are large. */
static uint32_t tf_of(unsigned t, unsigned i)
{
    return i % 97 == 13 ? 3000 : 1 + (t + i) % 5;
}

static uint32_t gap_of(unsigned t, unsigned i)
{
    return i == 0 ? t : i % 50 == 7 ? 70000000 : 1 + i % 200;
}

static uint32_t position_gap(uint32_t k)
{
    return k % 400 == 399 ? 1000000 : 1 + k % 300;
}

static unsigned df_of(unsigned t)
{
    return t % 10 == 3 ? 700 : 1 + t % 4;
}

#define N_TERMS 60u

static void term_of(unsigned t, char out[300])
{
    snprintf(out, 300, "term%03u", t);
    if (t % 7 == 0) {
        memset(out + 7, 'z', 248);
        out[255] = '\0';
    }
}

static void put_list(ft_run_writer *w, unsigned t)
{
    ft_list_block b = {0};
    char term[300];
    uint32_t passage = 0;

    term_of(t, term);
    cr_assert_eq(w->sink.begin(&w->sink, (const unsigned char *)term, strlen(term), NULL), FT_OK);
    for (unsigned i = 0; i < df_of(t); i++) {
        uint32_t tf = tf_of(t, i);
        passage += gap_of(t, i);
        b.passages[b.n] = passage;
        b.tfs[b.n++] = tf;
        uint32_t *out = ft_list_block_room(&b, tf);
        cr_assert_not_null(out);
        for (uint32_t k = 0; k < tf; k++)
            out[k] = position_gap(k);
        b.n_gaps += tf;
        if (b.n == FT_LIST_BLOCK || i + 1 == df_of(t)) {
            cr_assert_eq(w->sink.block(&w->sink, &b, i + 1 == df_of(t), NULL), FT_OK);
            b.n = 0;
            b.n_gaps = 0;
        }
    }
    cr_assert_eq(w->sink.end(&w->sink, NULL), FT_OK);
    ft_list_block_release(&b);
}

static void check_list(ft_list_source *s, unsigned t, uint32_t base)
{
    ft_list_block b = {0};
    char term[300];
    uint32_t passage = base;
    bool more = true;
    unsigned i = 0;

    term_of(t, term);
    cr_assert(s->term_len == strlen(term) && memcmp(s->term, term, s->term_len) == 0);
    while (more) {
        b.n = 0;
        b.n_gaps = 0;
        cr_assert_eq(s->next_postings(s, &b, &more, NULL), FT_OK);
        const uint32_t *gaps = b.gaps;
        for (uint32_t k = 0; k < b.n; k++, i++) {
            passage += gap_of(t, i);
            cr_assert_eq(b.passages[k], passage);
            cr_assert_eq(b.tfs[k], tf_of(t, i));
            for (uint32_t j = 0; j < b.tfs[k]; j++)
                cr_assert_eq(*gaps++, position_gap(j));
        }
        cr_assert_eq((size_t)(gaps - b.gaps), b.n_gaps);
    }
    cr_assert_eq(i, df_of(t));
    ft_list_block_release(&b);
}

static void round_trip(const char *dir, size_t window)
{
    long live = ft_mem_live();
    ft_run_writer w;
    ft_run run;
    bool more;

    cr_assert_eq(ft_run_writer_init(&w, dir, NULL), FT_OK);
    for (unsigned t = 0; t < N_TERMS; t++)
        put_list(&w, t);
    cr_assert_eq(ft_run_writer_finish(&w, &run, NULL), FT_OK);
    run.base = 1000;
    for (int again = 0; again < 2; again++) {
        ft_run_reader r;
        cr_assert_eq(ft_run_reader_init(&r, &run, 0, FT_TERM_PREFIXES, window, NULL), FT_OK);
        for (unsigned t = 0; t < N_TERMS; t++) {
            cr_assert_eq(r.source.next_term(&r.source, &more, NULL), FT_OK);
            cr_assert(more);
            check_list(&r.source, t, 1000);
        }
        cr_assert_eq(r.source.next_term(&r.source, &more, NULL), FT_OK);
        cr_assert_not(more);
        ft_run_reader_release(&r);
    }
    ft_run_release(&run);
    cr_assert_eq(ft_mem_live(), live);
}

Test(run, in_memory)
{
    round_trip(NULL, 0);
}

Test(run, in_a_file)
{
    round_trip("/tmp", 0);
    round_trip("/tmp", 100000);
    round_trip("/tmp", 64 << 20);
}

Test(run, no_terms)
{
    ft_run_writer w;
    ft_run run;
    ft_run_reader r;
    bool more = true;

    cr_assert_eq(ft_run_writer_init(&w, NULL, NULL), FT_OK);
    cr_assert_eq(ft_run_writer_finish(&w, &run, NULL), FT_OK);
    cr_assert_eq(ft_run_reader_init(&r, &run, 0, FT_TERM_PREFIXES, 0, NULL), FT_OK);
    cr_assert_eq(r.source.next_term(&r.source, &more, NULL), FT_OK);
    cr_assert_not(more);
    ft_run_reader_release(&r);
    ft_run_release(&run);
}

/* Whether bytes are a run with passages in [first, n). */
static bool is_run(const unsigned char *bytes, size_t len, uint32_t first, uint32_t n, ft_run *out)
{
    uint32_t last = 0;
    bool good;

    *out = FT_RUN_NONE;
    out->len = len;
    cr_assert_eq(ft_run_check(out, bytes, first, n, &last, &good, NULL), FT_OK);
    cr_assert(!good || last < n);
    return good;
}

Test(run, is_checked)
{
    ft_run_writer w;
    ft_run run, found;

    cr_assert_eq(ft_run_writer_init(&w, NULL, NULL), FT_OK);
    for (unsigned t = 0; t < N_TERMS; t++)
        put_list(&w, t);
    cr_assert_eq(ft_run_writer_finish(&w, &run, NULL), FT_OK);
    size_t len = (size_t)run.len, n_good = 0;
    cr_assert(is_run(run.mem.data, len, 0, UINT32_MAX, &found));
    cr_assert_eq(found.n_marks, run.n_marks);
    for (size_t i = 0; i < run.n_marks; i++)
        cr_assert(found.marks[i].off == run.marks[i].off && found.marks[i].prefix == run.marks[i].prefix);
    ft_run_release(&found);
    cr_assert_not(is_run(run.mem.data, len, 0, 70000000, &found), "passages too large");
    ft_run_release(&found);
    cr_assert_not(is_run(run.mem.data, len, 1, UINT32_MAX, &found), "term 0 begins at passage 0");
    ft_run_release(&found);
    for (size_t i = 1; i < len; i += 1 + i / 50) {
        n_good += is_run(run.mem.data, i, 0, UINT32_MAX, &found);
        ft_run_release(&found);
    }
    cr_assert_leq(n_good, 2, "cut behind a term, and no more");
    ft_run_release(&run);
}

Test(run, that_does_not_ascend_is_none)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool good;
    } cases[] = {
        {"", 0, true},
        {"\0\1a\1\0\0\0", 7, true},
        {"\0\1a\1\0\0\0\1\1b\1\0\0\0", 14, false},       /* another prefix, which shares nothing */
        {"\0\2ab\1\0\0\0\2\1b\1\0\0\0", 15, true},
        {"\0\1b\1\0\0\0\0\1a\1\0\0\0", 14, false},       /* terms */
        {"\0\1a\1\0\0\0\1\0\1\0\0\0", 13, false},        /* no more than the term before */
        {"\0\2ab\1\0\0\0\0\1a\1\0\0\0", 15, false},
        {"\0\1a\2\0\0\0\0\0", 9, false},                 /* the same passage */
        {"\0\1a\1\1\2\5\0\0", 9, true},                  /* positions 5 and 6 */
        {"\0\1a\1\1\2\1\376\377\377\377\17\0", 13, false}, /* 1 and 2^32 */
        {"\0\1a\1\1\0\0\0", 8, false},                   /* tf 0 */
    };
    ft_run found;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(is_run((const unsigned char *)cases[i].bytes, cases[i].len, 0, 9, &found), cases[i].good,
                     "case %zu", i);
        ft_run_release(&found);
    }
}

/* Whatever the bytes are, the reader stays inside of them and ends. */
Test(run, damaged_bytes_are_no_danger)
{
    ft_run_writer w;
    ft_run run;
    unsigned seed = 99;

    cr_assert_eq(ft_run_writer_init(&w, NULL, NULL), FT_OK);
    for (unsigned t = 0; t < 12; t++)
        put_list(&w, t % 10 == 3 ? 4 : t);
    cr_assert_eq(ft_run_writer_finish(&w, &run, NULL), FT_OK);
    for (int round = 0; round < 3000; round++) {
        ft_list_block b = {0};
        ft_run_reader r;
        bool more = true;
        seed = seed * 1103515245 + 12345;
        size_t at = (seed >> 8) % run.len;
        unsigned char before = run.mem.data[at];
        run.mem.data[at] = (unsigned char)(seed >> 24 ^ seed);
        cr_assert_eq(ft_run_reader_init(&r, &run, 0, FT_TERM_PREFIXES, 0, NULL), FT_OK);
        while (r.source.next_term(&r.source, &more, NULL) == FT_OK && more)
            do {
                b.n = 0;
                b.n_gaps = 0;
            } while (r.source.next_postings(&r.source, &b, &more, NULL) == FT_OK && more);
        ft_list_block_release(&b);
        ft_run_reader_release(&r);
        run.mem.data[at] = before;
    }
    ft_run_release(&run);
}

Test(run, no_room_is_said)
{
    ft_run_writer w;
    ft_error err;

    cr_assert_eq(ft_run_writer_init(&w, "/nonexistent-directory", &err), FT_EIO);
    ft_run_writer_release(&w);
}

Test(run, ranges_of_terms_are_the_whole_run)
{
    ft_run_writer w;
    ft_run run;
    const uint32_t ends[] = {0, 'b' << 8, ('b' << 8) + 'b', ('t' << 8) + 'e', ('t' << 8) + 'f', FT_TERM_PREFIXES};
    const char *terms[] = {"a", "aa", "b", "ba", "bb", "bbb", "te", "term", "tf", "z", "\xff\xff"};
    size_t n = 0;

    cr_assert_eq(ft_run_writer_init(&w, NULL, NULL), FT_OK);
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        ft_list_block b = {.n = 1, .passages = {(uint32_t)i}, .tfs = {1}};
        cr_assert_not_null(ft_list_block_room(&b, 1));
        b.gaps[b.n_gaps++] = 7;
        cr_assert_eq(w.sink.begin(&w.sink, (const unsigned char *)terms[i], strlen(terms[i]), NULL), FT_OK);
        cr_assert_eq(w.sink.block(&w.sink, &b, true, NULL), FT_OK);
        cr_assert_eq(w.sink.end(&w.sink, NULL), FT_OK);
        ft_list_block_release(&b);
    }
    cr_assert_eq(ft_run_writer_finish(&w, &run, NULL), FT_OK);
    for (size_t i = 0; i + 1 < sizeof ends / sizeof *ends; i++) {
        ft_list_block b = {0};
        ft_run_reader r;
        bool more;
        cr_assert_eq(ft_run_reader_init(&r, &run, ends[i], ends[i + 1], 0, NULL), FT_OK);
        while (r.source.next_term(&r.source, &more, NULL) == FT_OK && more) {
            uint32_t prefix = ft_term_prefix(r.source.term, r.source.term_len);
            cr_assert(prefix >= ends[i] && prefix < ends[i + 1]);
            cr_assert(r.source.term_len == strlen(terms[n]) && memcmp(r.source.term, terms[n], strlen(terms[n])) == 0);
            b.n = 0;
            b.n_gaps = 0;
            cr_assert_eq(r.source.next_postings(&r.source, &b, &more, NULL), FT_OK);
            cr_assert_eq(b.passages[0], n++);
        }
        ft_list_block_release(&b);
        ft_run_reader_release(&r);
    }
    cr_assert_eq(n, sizeof terms / sizeof *terms);
    ft_run_release(&run);
}

Test(ranges, are_of_about_equal_weight_and_cover_all)
{
    static uint64_t weights[FT_TERM_PREFIXES];
    ft_list_ranges r = {0};

    ft_ranges_cut(&r, weights);
    cr_assert(r.n >= 1 && r.ends[r.n - 1] == FT_TERM_PREFIXES);
    for (uint32_t p = 'a' << 8; p < 'z' << 8; p++)
        weights[p] = 1 + p % 7;
    weights[('t' << 8) + 'h'] = 100000; /* more than all others: a range of its own, or nearly */
    ft_ranges_cut(&r, weights);
    cr_assert(r.n > 3 && r.n <= FT_RANGES_MAX && r.ends[r.n - 1] == FT_TERM_PREFIXES);
    for (size_t i = 0; i < r.n; i++) {
        uint64_t sum = 0;
        cr_assert_lt(ft_ranges_begin(&r, i), r.ends[i]);
        for (uint32_t p = ft_ranges_begin(&r, i); p < r.ends[i]; p++)
            sum += weights[p] < 100000 ? weights[p] : 0;
        cr_assert_lt(sum, 8000);
    }
}
