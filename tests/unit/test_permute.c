/* test_permute.c - lists of two segments under new numbers, with much and with little room: each term's postings come
 * sorted, all of them and once. */
#include "permute.h"

#include "faultmem.h"
#include "fixture.h"
#include "mem.h"
#include "merge.h"
#include "randdata.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define DOCS 600u /* of each segment */

static char *dir;
static ft_manifest manifest;
static ft_segment segments[2];
static uint32_t *numbers[2];

static void setup(void)
{
    ft_world w;
    ft_text title = {0}, text = {0};
    char id[16];

    ft_world_init(&w, ft_rng_seed(), "permute");
    dir = ft_fixture_dir();
    ft_index *ix = ft_fixture_create(ft_fixture_path(dir, "x.ft"));
    for (unsigned i = 0; i < 2 * DOCS; i++) {
        ft_world_document(&w, &title, &text, 0);
        snprintf(id, sizeof id, "%u", i);
        ft_fixture_add(ix, id, title.ptr, text.ptr);
        if (i == DOCS - 1)
            ft_fixture_commit(ix);
    }
    ft_fixture_close_committed(ix);
    ft_text_release(&title);
    ft_text_release(&text);
    cr_assert_eq(ft_manifest_read(&manifest, ft_fixture_path(dir, "x.ft"), NULL), FT_OK);
    cr_assert_eq(manifest.n_segments, 2);
    uint32_t all[2 * DOCS];
    for (uint32_t i = 0; i < 2 * DOCS; i++)
        all[i] = i;
    for (uint32_t i = 2 * DOCS; i > 1; i--) {
        uint32_t k = ft_rng_below(&w.rng, i), swap = all[k];
        all[k] = all[i - 1];
        all[i - 1] = swap;
    }
    for (unsigned s = 0; s < 2; s++) {
        cr_assert_eq(ft_segment_open(&segments[s], ft_fixture_path(dir, "x.ft"), &manifest.segments[s], NULL), FT_OK);
        numbers[s] = malloc(DOCS * sizeof *numbers[s]);
        for (uint32_t i = 0; i < DOCS; i++)
            numbers[s][i] = i % 9 == 4 ? FT_PASSAGE_DROPPED : all[s * DOCS + i];
    }
}

static void teardown(void)
{
    for (unsigned s = 0; s < 2; s++) {
        ft_segment_close(&segments[s]);
        free(numbers[s]);
    }
    ft_manifest_release(&manifest);
    ft_fixture_remove(dir);
}

TestSuite(permute, .init = setup, .fini = teardown);

/* ------------------------------------------------ what comes out */

/* Postings of a term as lines "term number: gaps", sorted as text where they come unsorted. */
typedef struct lines {
    ft_list_sink sink;
    FILE *out;
    char term[256];
    uint32_t last;
    bool sorted;
    char **items; /* of the term at hand, when they come unsorted */
    size_t n;
} lines;

static ft_status begin(ft_list_sink *s, const unsigned char *term, size_t len, ft_error *err)
{
    lines *l = (lines *)s;

    (void)err;
    memcpy(l->term, term, len);
    l->term[len] = 0;
    l->last = UINT32_MAX;
    l->n = 0;
    return FT_OK;
}

static ft_status block(ft_list_sink *s, const ft_list_block *b, bool last, ft_error *err)
{
    lines *l = (lines *)s;
    const uint32_t *gaps = b->gaps;

    (void)err;
    cr_assert(last || b->n == FT_LIST_BLOCK, "%s: a block of %u", l->term, b->n);
    for (uint32_t i = 0; i < b->n; i++) {
        char *line;
        size_t len;
        FILE *out = open_memstream(&line, &len);
        fprintf(out, "%s %08u:", l->term, b->passages[i]);
        for (uint32_t k = 0; k < b->tfs[i]; k++)
            fprintf(out, " %u", *gaps++);
        fclose(out);
        cr_assert(!l->sorted || l->last == UINT32_MAX || b->passages[i] > l->last, "%s: not ascending", l->term);
        l->last = b->passages[i];
        l->items = realloc(l->items, (l->n + 1) * sizeof *l->items);
        l->items[l->n++] = line;
    }
    return FT_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static ft_status end(ft_list_sink *s, ft_error *err)
{
    lines *l = (lines *)s;

    (void)err;
    if (!l->sorted)
        qsort(l->items, l->n, sizeof *l->items, by_text);
    for (size_t i = 0; i < l->n; i++) {
        fprintf(l->out, "%s\n", l->items[i]);
        free(l->items[i]);
    }
    return FT_OK;
}

static char *read_all(ft_list_source *const *sources, size_t n, bool sorted)
{
    char *text;
    size_t len;
    lines l = {.sink = {begin, block, end}, .out = open_memstream(&text, &len), .sorted = sorted};

    cr_assert_eq(ft_merge(sources, n, &l.sink, NULL, NULL), FT_OK);
    fclose(l.out);
    free(l.items);
    return text;
}

static void open_lists(ft_seglists *lists, unsigned s)
{
    cr_assert_eq(ft_seglists_init(lists, &segments[s], numbers[s], 0, 0, FT_TERM_PREFIXES, NULL), FT_OK);
}

static char *permuted(size_t room)
{
    ft_seglists lists[2];
    ft_permute p;
    ft_list_source *source = &p.source;

    for (unsigned s = 0; s < 2; s++)
        open_lists(&lists[s], s);
    cr_assert_eq(ft_permute_init(&p, lists, 2, room, NULL), FT_OK);
    char *text = read_all(&source, 1, true);
    ft_permute_release(&p);
    ft_seglists_release(&lists[0]);
    ft_seglists_release(&lists[1]);
    return text;
}

Test(permute, whatever_the_room)
{
    static const size_t rooms[] = {1 << 30, 40000, 3000, 100, 0};
    ft_seglists lists[2];
    ft_list_source *sources[2];

    for (unsigned s = 0; s < 2; s++) {
        open_lists(&lists[s], s);
        sources[s] = &lists[s].source;
    }
    char *expected = read_all(sources, 2, false);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        char *got = permuted(rooms[i]);
        cr_assert_str_eq(got, expected, "room for %zu bytes", rooms[i]);
        free(got);
    }
    free(expected);
    ft_seglists_release(&lists[0]);
    ft_seglists_release(&lists[1]);
}

/* Reads all terms; what is there is of no interest. */
static ft_status drain(void)
{
    ft_seglists lists[2];
    ft_list_block b = {0};
    ft_permute p;
    bool more = true;
    ft_status st;

    for (unsigned s = 0; s < 2; s++)
        open_lists(&lists[s], s);
    st = ft_permute_init(&p, lists, 2, 3000, NULL);
    while (st == FT_OK && (st = p.source.next_term(&p.source, &more, NULL)) == FT_OK && more)
        for (; st == FT_OK && more; b.n = 0, b.n_gaps = 0)
            st = p.source.next_postings(&p.source, &b, &more, NULL);
    ft_list_block_release(&b);
    ft_permute_release(&p);
    ft_seglists_release(&lists[0]);
    ft_seglists_release(&lists[1]);
    return st;
}

Test(permute, out_of_memory)
{
    long live = ft_mem_live();
    bool done = false;

    FT_FAULT_LOOP (n, 100000) {
        ft_faultmem_arm(n, false);
        ft_status st = drain();
        done = !ft_faultmem_disarm();
        cr_assert_eq(st, done ? FT_OK : FT_ENOMEM, "allocation %ld: status %d", n, (int)st);
        cr_assert_eq(ft_mem_live(), live, "allocation %ld: leaked", n);
        if (done)
            break;
    }
    cr_assert(done);
}
