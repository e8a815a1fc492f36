/* test_invert.c - text to runs. */
#include "invert.h"
#include "merge.h"

#include "mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    const uint32_t *p = b->gaps;

    (void)last;
    (void)err;
    for (uint32_t i = 0; i < b->n; i++)
        for (uint32_t k = 0, position = 0; k < b->tfs[i]; k++) {
            position += *p++ + (k > 0);
            fprintf(((text_sink *)s)->out, " %u.%u", b->passages[i], position);
        }
    return FT_OK;
}

static ft_status end(ft_list_sink *s, ft_error *err)
{
    (void)err;
    fputc('\n', ((text_sink *)s)->out);
    return FT_OK;
}

/* Postings of the runs, "term: passage.position ..." line by line. */
static char *describe(const ft_run_list *runs)
{
    ft_run_reader *readers = ft_alloc_zero(runs->n, sizeof *readers);
    ft_list_source **sources = ft_alloc_zero(runs->n, sizeof *sources);
    char *out = NULL;
    size_t len;
    text_sink s = {{begin, block, end}, open_memstream(&out, &len)};

    for (size_t i = 0; i < runs->n; i++) {
        cr_assert_eq(ft_run_reader_init(&readers[i], &runs->items[i], 0, FT_TERM_PREFIXES, 0, NULL), FT_OK);
        sources[i] = &readers[i].source;
    }
    cr_assert_eq(ft_merge(sources, runs->n, &s.sink, NULL, NULL), FT_OK);
    fclose(s.out);
    ft_free(readers);
    ft_free(sources);
    return out;
}

static ft_inverter *make(size_t memory, size_t max_tokens)
{
    ft_analysis settings;
    ft_inverter *inv;

    cr_assert_eq(ft_analysis_resolve(&settings, "none", false, NULL), FT_OK);
    cr_assert_eq(ft_inverter_new(&inv, &settings, memory, max_tokens, NULL), FT_OK);
    return inv;
}

static void add(ft_inverter *inv, uint32_t passage, const char *text, uint32_t *position, ft_run_list *runs)
{
    size_t len = strlen(text);
    char *padded = calloc(1, len + FT_VOCABULARY_PAD);

    memcpy(padded, text, len);
    cr_assert_eq(ft_inverter_text(inv, passage, padded, len, position, runs, NULL), FT_OK);
    free(padded);
}

Test(invert, occurrences_are_grouped_by_term)
{
    ft_inverter *inv = make(1 << 20, 1000);

    for (int batch = 0; batch < 2; batch++) {
        ft_run_list runs = {0};
        uint32_t position = 0;
        add(inv, 0, "the Cat, the dog", &position, &runs);
        cr_assert_eq(position, 4);
        position = 0;
        add(inv, 2, "dogcatcher", &position, &runs);
        position += 3;
        add(inv, 2, "a cat", &position, &runs);
        cr_assert_eq(position, 6);
        cr_assert_eq(ft_inverter_finish(inv, &runs, NULL), FT_OK);
        cr_assert_eq(runs.n, 1);
        char *out = describe(&runs);
        cr_assert_str_eq(out, "a: 2.4\ncat: 0.1 2.5\ndog: 0.3\ndogcatcher: 2.0\nthe: 0.0 0.2\n");
        free(out);
        ft_run_list_release(&runs);
    }
    ft_inverter_free(inv);
}

Test(invert, a_batch_without_tokens_has_no_run)
{
    ft_inverter *inv = make(1 << 20, 1000);
    ft_run_list runs = {0};
    uint32_t position = 0;

    add(inv, 0, " ... ", &position, &runs);
    cr_assert_eq(ft_inverter_finish(inv, &runs, NULL), FT_OK);
    cr_assert_eq(runs.n, 0);
    ft_inverter_free(inv);
}

/* Limits cut runs within passages; what they hold together stays the same. */
Test(invert, limits_make_more_runs_of_the_same_content)
{
    char text[60000];
    size_t len = 0;
    unsigned seed = 7;
    char *expected = NULL;

    while (len < sizeof text - 32) {
        seed = seed * 1103515245 + 12345;
        unsigned word = seed >> 16;
        len += (size_t)sprintf(text + len, word % 5 ? "w%u " : "wordswithacommonbeginning%u ", word % 3000);
    }
    for (int i = 0; i < 4; i++) {
        static const size_t memory[] = {64 << 20, 64 << 20, 64 << 20, 1};
        static const size_t tokens[] = {1 << 20, 100, 1, 1 << 20};
        ft_inverter *inv = make(memory[i], tokens[i]);
        ft_run_list runs = {0};
        for (uint32_t passage = 0; passage < 3; passage++) {
            uint32_t position = 5;
            add(inv, passage * 2, text + 1000 * passage, &position, &runs);
        }
        cr_assert_eq(ft_inverter_finish(inv, &runs, NULL), FT_OK);
        cr_assert(i == 0 ? runs.n == 1 : runs.n > 10);
        char *out = describe(&runs);
        if (expected)
            cr_assert_str_eq(out, expected);
        else
            expected = strdup(out);
        free(out);
        ft_run_list_release(&runs);
        ft_inverter_free(inv);
    }
    free(expected);
}
