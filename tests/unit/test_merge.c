/* test_merge.c - many sources of posting lists into one. */
#include "merge.h"
#include "run.h"

#include "mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sink that writes what it gets: "term: passage(position,...) ..." line by line. */
typedef struct text_sink {
    ft_list_sink sink;
    FILE *out;
} text_sink;

static ft_status begin(ft_list_sink *s, const unsigned char *term, size_t len, ft_error *err)
{
    (void)err;
    fprintf(((text_sink *)s)->out, "%.*s:", (int)len, term);
    return FT_OK;
}

static ft_status block(ft_list_sink *s, const ft_list_block *b, bool last, ft_error *err)
{
    FILE *out = ((text_sink *)s)->out;
    const uint32_t *p = b->gaps;

    (void)err;
    cr_assert(b->n > 0 && (last || b->n == FT_LIST_BLOCK));
    for (uint32_t i = 0; i < b->n; i++) {
        fprintf(out, " %u(", b->passages[i]);
        for (uint32_t k = 0, position = 0; k < b->tfs[i]; k++) {
            position += *p++ + (k > 0);
            fprintf(out, k ? ",%u" : "%u", position);
        }
        fputc(')', out);
    }
    return FT_OK;
}

static ft_status end(ft_list_sink *s, ft_error *err)
{
    (void)err;
    fputc('\n', ((text_sink *)s)->out);
    return FT_OK;
}

static void put(ft_run_writer *w, const char *term, uint32_t passage, uint32_t first, uint32_t tf)
{
    ft_list_block b = {.n = 1, .passages = {passage}, .tfs = {tf}};
    uint32_t *p = ft_list_block_room(&b, tf);

    for (uint32_t i = 0; i < tf; i++)
        p[i] = i ? 0 : first;
    b.n_gaps = tf;
    if (term)
        cr_assert_eq(w->sink.begin(&w->sink, (const unsigned char *)term, strlen(term), NULL), FT_OK);
    cr_assert_eq(w->sink.block(&w->sink, &b, true, NULL), FT_OK);
    ft_list_block_release(&b);
}

static ft_run finish(ft_run_writer *w, uint32_t base, bool continues)
{
    ft_run run;

    cr_assert_eq(ft_run_writer_finish(w, &run, NULL), FT_OK);
    run.base = base;
    run.continues = continues;
    return run;
}

static char *merge(const ft_run *runs, size_t n, const volatile int *cancel, ft_status expected)
{
    ft_run_reader readers[64];
    ft_list_source *sources[64];
    char *out = NULL;
    size_t len;
    text_sink s = {{begin, block, end}, open_memstream(&out, &len)};

    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(ft_run_reader_init(&readers[i], &runs[i], 0, FT_TERM_PREFIXES, 0, NULL), FT_OK);
        sources[i] = &readers[i].source;
    }
    cr_assert_eq(ft_merge(sources, n, &s.sink, cancel, NULL), expected);
    for (size_t i = 0; i < n; i++)
        ft_run_reader_release(&readers[i]);
    fclose(s.out);
    return out;
}

Test(merge, terms_in_order_postings_in_order_of_sources)
{
    ft_run_writer w;
    ft_run runs[3];

    ft_run_writer_init(&w, NULL, NULL);
    put(&w, "apple", 1, 5, 2);
    w.sink.end(&w.sink, NULL);
    put(&w, "applepie", 2, 0, 1);
    w.sink.end(&w.sink, NULL);
    runs[0] = finish(&w, 0, false);
    ft_run_writer_init(&w, NULL, NULL);
    runs[1] = finish(&w, 5, false);
    ft_run_writer_init(&w, NULL, NULL);
    put(&w, "ape", 0, 1, 1);
    w.sink.end(&w.sink, NULL);
    put(&w, "apple", 0, 7, 1);
    put(&w, NULL, 3, 8, 1);
    w.sink.end(&w.sink, NULL);
    runs[2] = finish(&w, 10, false);
    char *out = merge(runs, 3, NULL, FT_OK);
    cr_assert_str_eq(out, "ape: 10(1)\napple: 1(5,6) 10(7) 13(8)\napplepie: 2(0)\n");
    free(out);
    for (int i = 0; i < 3; i++)
        ft_run_release(&runs[i]);
}

Test(merge, a_passage_may_go_on_in_the_next_source)
{
    ft_run_writer w;
    ft_run runs[4];

    for (uint32_t r = 0; r < 4; r++) {
        ft_run_writer_init(&w, NULL, NULL);
        put(&w, "a", r < 3 ? 7 : 8, 10 * r, 2);
        if (r == 3)
            put(&w, NULL, 9, 1, 1);
        w.sink.end(&w.sink, NULL);
        if (r != 1) {
            put(&w, "b", 7, 10 * r + 5, 1);
            w.sink.end(&w.sink, NULL);
        }
        runs[r] = finish(&w, 0, r > 0);
    }
    char *out = merge(runs, 4, NULL, FT_OK);
    cr_assert_str_eq(out, "a: 7(0,1,10,11,20,21) 8(30,31) 9(1)\nb: 7(5,25,35)\n");
    free(out);
    for (int i = 0; i < 4; i++)
        ft_run_release(&runs[i]);
}

/* Long lists over many sources, with and without passages that go on, against the postings put in. */
static void long_lists(bool continues)
{
    ft_run_writer w;
    ft_run runs[40];
    char *expected = NULL;
    size_t len;
    FILE *out = open_memstream(&expected, &len);
    uint32_t passage = 0;

    fputs("x:", out);
    for (uint32_t r = 0; r < 40; r++) {
        ft_run_writer_init(&w, NULL, NULL);
        for (uint32_t i = 0; i < 100 + r; i++) {
            bool joined = continues && i == 0 && r % 2 == 1;
            passage += joined ? 0 : 1 + i % 3;
            uint32_t first = joined ? 1000 : i;
            put(&w, i ? NULL : "x", passage, first, 1);
            bool goes_on = continues && i == 99 + r && r % 2 == 0 && r < 39;
            if (joined)
                fprintf(out, ",%u)", first);
            else
                fprintf(out, goes_on ? " %u(%u" : " %u(%u)", passage, first);
        }
        w.sink.end(&w.sink, NULL);
        runs[r] = finish(&w, 0, continues && r > 0);
    }
    fputc('\n', out);
    fclose(out);
    char *got = merge(runs, 40, NULL, FT_OK);
    cr_assert_str_eq(got, expected);
    free(got);
    free(expected);
    for (int i = 0; i < 40; i++)
        ft_run_release(&runs[i]);
}

Test(merge, long_lists)
{
    long_lists(false);
    long_lists(true);
}

Test(merge, nothing_and_cancel)
{
    const volatile int cancel = 1;
    ft_run_writer w;
    char *out = merge(NULL, 0, NULL, FT_OK);

    cr_assert_str_eq(out, "");
    free(out);
    ft_run_writer_init(&w, NULL, NULL);
    put(&w, "x", 1, 1, 1);
    w.sink.end(&w.sink, NULL);
    ft_run run = finish(&w, 0, false);
    out = merge(&run, 1, &cancel, FT_ECANCELED);
    cr_assert_str_eq(out, "");
    free(out);
    ft_run_release(&run);
}
