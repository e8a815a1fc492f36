/* test_reorder.c - renumbered passages: the same index to everybody who asks, and the same bytes again when they are
 * put back into their order. test_random.c compares its answers with the oracle. */
#include "faultmem.h"
#include "fixture.h"
#include "mem.h"
#include "randdata.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCS 1200u
#define TOPICS 16u

static char *dir;

static void begin(void)
{
    dir = ft_fixture_dir();
}

static void end(void)
{
    ft_fixture_remove(dir);
}

TestSuite(reorder, .init = begin, .fini = end);

static const char *place(const char *name)
{
    return ft_fixture_path(dir, name);
}

static ft_index *open_at(const char *path, bool create, unsigned threads, uint64_t memory, bool reorder)
{
    ft_index_options opts = {.size = sizeof opts, .threads = threads, .memory = memory, .no_merge = true,
                             .reorder = reorder};
    ft_error err;
    ft_index *ix;

    ft_fixture_ok(create ? ft_index_create(&ix, path, &opts, &err) : ft_index_open(&ix, path, &opts, &err), &err, path);
    return ix;
}

/* Documents [from, to): each about a topic, the topics taking turns; some of several passages. */
static void add(ft_index *ix, unsigned from, unsigned to)
{
    ft_text title = {0}, text = {0};
    char word[32], id[16];
    ft_world w;

    for (unsigned i = from; i < to; i++) {
        ft_world_init(&w, ft_rng_seed() + i, "reorder"); /* the same document whenever it is added */
        ft_world_document(&w, &title, &text, 8);
        for (unsigned k = 0; k < 12; k++) {
            snprintf(word, sizeof word, "%stopic%ux%u", k % 4 ? " " : "\n\n", i % TOPICS, ft_rng_below(&w.rng, 10));
            ft_text_add(&text, word);
        }
        snprintf(id, sizeof id, "d%u", i);
        ft_document doc = {.size = sizeof doc, .id = ft_fixture_str(id), .title = ft_fixture_str(title.ptr),
                           .text = ft_fixture_str(text.ptr), .passage_words = i % 3 ? 0 : 30, .line = 1};
        cr_assert_eq(ft_index_add(ix, &doc, NULL), FT_OK);
    }
    ft_text_release(&title);
    ft_text_release(&text);
}

static void erase(ft_index *ix, unsigned step)
{
    char id[16];

    for (unsigned i = 0; i < DOCS; i += step) {
        snprintf(id, sizeof id, "d%u", i);
        cr_assert_eq(ft_index_delete(ix, id, strlen(id), NULL, NULL), FT_OK);
    }
}

static void merge(const char *path, bool reorder)
{
    ft_index *ix = open_at(path, false, 2, 0, reorder);
    ft_error err;

    ft_fixture_ok(ft_index_merge(ix, NULL, &err), &err, "merge");
    ft_index_close(ix);
    ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, "check");
}

static void build(const char *path, unsigned threads, uint64_t memory, bool reorder)
{
    ft_index *ix = open_at(path, true, threads, memory, reorder);
    ft_error err;

    add(ix, 0, DOCS);
    ft_fixture_close_committed(ix);
    ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, "check");
}

static uint64_t reordered(const char *path)
{
    ft_reader *rd = ft_fixture_reader(path);
    ft_stats stats;

    ft_reader_stats(rd, &stats);
    ft_reader_close(rd);
    return stats.reordered;
}

static void expect_same(const char *a, const char *b, bool same, const char *what)
{
    char *x = ft_fixture_segments(a), *y = ft_fixture_segments(b);

    cr_assert_eq(strcmp(x, y) == 0, same, "%s:\n%s\n%s", what, x, y);
    free(x);
    free(y);
}

/* ------------------------------------------------ bytes */

Test(reorder, there_and_back)
{
    build(place("plain"), 1, 0, false);
    build(place("built"), 1, 0, true);
    build(place("merged"), 1, 0, false);
    cr_assert_eq(reordered(place("plain")), 0);
    cr_assert_eq(reordered(place("built")), 1);
    expect_same(place("plain"), place("built"), false, "another order");
    merge(place("merged"), true);
    expect_same(place("built"), place("merged"), true, "built and merged");
    merge(place("merged"), true);
    expect_same(place("built"), place("merged"), true, "reordered again");
    merge(place("merged"), false);
    expect_same(place("plain"), place("merged"), true, "back in order of arrival");
    cr_assert_eq(reordered(place("merged")), 0);
}

Test(reorder, threads_and_memory)
{
    static const unsigned threads[] = {2, 3, 8};

    build(place("one"), 1, 1 << 30, true);
    for (size_t i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "t%u", threads[i]);
        build(place(name), threads[i], 16 << 20, true);
        expect_same(place("one"), place(name), true, name);
    }
}

/* Commits after the first are in order of arrival; merging takes segments of both kinds, without what was deleted. */
Test(reorder, segments_of_both_kinds)
{
    ft_index *ix = open_at(place("mixed"), true, 2, 0, true);

    add(ix, 0, DOCS / 2);
    ft_fixture_commit(ix);
    add(ix, DOCS / 2, DOCS);
    erase(ix, 7);
    ft_fixture_close_committed(ix);
    cr_assert_eq(reordered(place("mixed")), 1);
    cr_assert_eq(ft_check(place("mixed"), NULL, NULL, NULL), FT_OK);

    ix = open_at(place("plain"), true, 2, 0, false);
    add(ix, 0, DOCS);
    erase(ix, 7);
    ft_fixture_close_committed(ix);
    merge(place("mixed"), false);
    expect_same(place("plain"), place("mixed"), true, "merged into order of arrival");
    merge(place("plain"), true);
    merge(place("mixed"), true);
    expect_same(place("plain"), place("mixed"), true, "reordered");
}

/* What is deleted or replaced within the first commit is not in what is renumbered. */
Test(reorder, replaced_within_the_build)
{
    ft_index *ix = open_at(place("twice"), true, 1, 0, true);

    add(ix, 0, DOCS / 3);
    add(ix, 0, DOCS);
    ft_fixture_close_committed(ix);
    build(place("once"), 1, 0, true);
    expect_same(place("once"), place("twice"), true, "documents given twice");
}

/* ------------------------------------------------ answers */

/* The hits of a query as lines of score, id, passage and text, sorted, for equal scores may change places. */
static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *answer(const char *path, const char *query, bool group)
{
    ft_search_options opts = {.size = sizeof opts, .top = 5000, .count = true, .group_documents = group};
    ft_reader *rd = ft_fixture_reader(path);
    ft_query *q;
    ft_results *rs;
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    cr_assert_eq(ft_query_parse(&q, rd, query, strlen(query), NULL, NULL), FT_OK);
    cr_assert_eq(ft_search(&rs, rd, q, &opts, NULL), FT_OK);
    size_t n = ft_results_count(rs);
    cr_assert_eq(ft_results_total(rs, NULL), n);
    char **lines = calloc(n + 1, sizeof *lines);
    for (size_t i = 0; i < n; i++) {
        ft_hit hit;
        ft_match match;
        const ft_part *parts;
        size_t n_parts;
        double sum = 0;
        cr_assert_eq(ft_results_hit(rs, i, &hit, NULL), FT_OK);
        cr_assert_eq(ft_results_match(rs, i, &match, NULL), FT_OK);
        cr_assert_eq(ft_results_explain(rs, i, &parts, &n_parts, NULL), FT_OK);
        for (size_t k = 0; k < n_parts; k++)
            sum += parts[k].score;
        cr_assert(sum == hit.score, "%s: parts of %.*s", query, (int)hit.id.len, hit.id.ptr);
        cr_assert(match.n_spans + match.n_title_spans > 0, "%s: nothing shown of %.*s", query, (int)hit.id.len,
                  hit.id.ptr);
        cr_assert(asprintf(&lines[i], "%.17g %.*s:%u %u %zu %.*s", hit.score, (int)hit.id.len, hit.id.ptr, hit.passage,
                           match.line, match.n_spans, (int)match.text.len, match.text.ptr) > 0);
    }
    qsort(lines, n, sizeof *lines, by_text);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s\n", lines[i]);
        free(lines[i]);
    }
    free(lines);
    ft_results_free(rs);
    ft_query_free(q);
    ft_reader_close(rd);
    fclose(out);
    return text;
}

Test(reorder, same_answers)
{
    static const char *const queries[] = {"topic3x1", "topic3x1 topic4x2 topic5x3", "+topic1x1 topic1x2",
                                          "\"topic7x1 topic7x2\"", "topic2x0 -topic2x1"};

    for (unsigned deleted = 0; deleted < 2; deleted++) {
        static const char *const names[2][2] = {{"p", "r"}, {"pd", "rd"}};
        for (unsigned r = 0; r < 2; r++) {
            ft_index *ix = open_at(place(names[deleted][r]), true, 1, 0, r);
            add(ix, 0, DOCS);
            ft_fixture_commit(ix);
            if (deleted)
                erase(ix, 5);
            ft_fixture_close_committed(ix);
        }
        for (size_t i = 0; i < 2 * (sizeof queries / sizeof *queries); i++) {
            char *plain = answer(place(names[deleted][0]), queries[i / 2], i % 2);
            char *other = answer(place(names[deleted][1]), queries[i / 2], i % 2);
            cr_assert_neq(plain[0], 0, "%s finds nothing", queries[i / 2]);
            cr_assert_str_eq(plain, other, "%s", queries[i / 2]);
            free(plain);
            free(other);
        }
    }
}

/* ------------------------------------------------ failures */

static ft_status try_merge(const char *path, bool reorder, ft_error *err)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .reorder = reorder};
    ft_index *ix = NULL;
    ft_status st = ft_index_open(&ix, path, &opts, err);

    if (st == FT_OK)
        st = ft_index_merge(ix, NULL, err);
    ft_index_close(ix);
    return st;
}

static void fail_merging(bool reorder)
{
    char path[1024];

    snprintf(path, sizeof path, "%s", place("x")); /* what place gives does not last */
    ft_index *ix = open_at(path, true, 1, 0, !reorder);

    add(ix, 0, 300);
    ft_fixture_close_committed(ix);
    char *before = ft_fixture_segments(path);
    long live = ft_mem_live();
    int descriptors = ft_fixture_descriptors();
    bool done = false;
    FT_FAULT_LOOP (n, 100000) {
        ft_error err = {0};
        ft_faultmem_arm(n, false);
        ft_status st = try_merge(path, reorder, &err);
        done = !ft_faultmem_disarm();
        cr_assert_eq(ft_mem_live(), live, "allocation %ld: leaked", n);
        cr_assert_eq(ft_fixture_descriptors(), descriptors, "allocation %ld: descriptors leaked", n);
        cr_assert(st == FT_OK || (st == FT_ENOMEM && !done), "allocation %ld: %d %s", n, (int)st, err.text);
        char *now = ft_fixture_segments(path);
        cr_assert_eq(strcmp(before, now) == 0, st != FT_OK, "allocation %ld: other segments after %d", n, (int)st);
        free(now);
        if (st == FT_OK && !done)
            ft_fixture_ok(try_merge(path, !reorder, &err), &err, "the way back");
        if (done)
            break;
    }
    cr_assert(done);
    free(before);
}

Test(reorder, out_of_memory)
{
    fail_merging(true);
}

Test(reorder, out_of_memory_on_the_way_back)
{
    fail_merging(false);
}
