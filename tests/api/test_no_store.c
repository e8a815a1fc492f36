/* test_no_store.c - an index that keeps no texts answers as one that does, text, spans and snippets excepted; and it
 * stays one whatever is done to it. That scores are right is for test_random.c. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static char *dir;
static char kept[1024], bare[1024];

static ft_index *create(const char *path, bool no_store)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .no_store = no_store};
    ft_index *ix;
    ft_error err;

    ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, path);
    return ix;
}

static void fill(ft_index *ix)
{
    ft_document doc = {.size = sizeof doc, .id = ft_fixture_str("lines"), .passage_words = 3, .line = 7,
                       .text = ft_fixture_str("one two three\n\nfour five tree\n\nsix"), .count_lines = true};
    ft_error err;

    ft_fixture_add(ix, "a", "The apple tree", "apple pie, and an apple tree. The apple of the eye");
    ft_fixture_add(ix, "b", "", "bread and butter");
    ft_fixture_ok(ft_index_add(ix, &doc, &err), &err, "lines");
    ft_fixture_commit(ix);
    ft_fixture_add(ix, "empty", "A tree without text", "");
    ft_fixture_add(ix, "b", "Bread", "butter again, under a tree");
    ft_fixture_commit(ix);
}

static void begin(void)
{
    dir = ft_fixture_dir();
    snprintf(kept, sizeof kept, "%s/kept.ft", dir);
    snprintf(bare, sizeof bare, "%s/bare.ft", dir);
    for (int no_store = 0; no_store < 2; no_store++) {
        ft_index *ix = create(no_store ? bare : kept, no_store);
        fill(ix);
        ft_index_close(ix);
    }
}

static void end(void)
{
    ft_fixture_remove(dir);
}

TestSuite(no_store, .init = begin, .fini = end);

static bool is_stored(const char *path)
{
    ft_reader *rd = ft_fixture_reader(path);
    ft_stats stats;

    ft_reader_stats(rd, &stats);
    ft_reader_close(rd);
    return stats.stored;
}

static ft_results *search(const ft_reader *rd, ft_query **q, const char *text)
{
    ft_search_options opts = {.size = sizeof opts, .top = 20, .count = true};
    ft_results *rs;

    cr_assert_eq(ft_query_parse(q, rd, text, strlen(text), NULL, NULL), FT_OK);
    cr_assert_eq(ft_search(&rs, rd, *q, &opts, NULL), FT_OK);
    return rs;
}

static void compare_hit(ft_results *with, ft_results *without, size_t i)
{
    ft_hit h, g;
    ft_match m, n;
    ft_snippet snippet;

    cr_assert_eq(ft_results_hit(with, i, &h, NULL), FT_OK);
    cr_assert_eq(ft_results_hit(without, i, &g, NULL), FT_OK);
    cr_assert(h.score == g.score && h.passage == g.passage && h.start == g.start && h.end == g.end &&
              h.global == g.global && h.id.len == g.id.len && memcmp(h.id.ptr, g.id.ptr, g.id.len) == 0);
    cr_assert_eq(ft_results_match(with, i, &m, NULL), FT_OK);
    cr_assert_eq(ft_results_match(without, i, &n, NULL), FT_OK);
    cr_assert(m.title.len == n.title.len && (n.title.len == 0 || memcmp(m.title.ptr, n.title.ptr, n.title.len) == 0));
    cr_assert_eq(m.n_title_spans, n.n_title_spans);
    for (size_t k = 0; k < n.n_title_spans; k++)
        cr_assert(m.title_spans[k].start == n.title_spans[k].start && m.title_spans[k].end == n.title_spans[k].end);
    cr_assert_eq(n.text.len, 0);
    cr_assert_eq(n.n_spans, 0);
    cr_assert_eq(ft_results_snippet(without, i, 100, &snippet, NULL), FT_OK);
    cr_assert_eq(snippet.text.len, 0);
    cr_assert_eq(snippet.n_spans, 0);
    cr_assert_not(snippet.before || snippet.after);
}

static void compare_answers(void)
{
    static const char *const queries[] = {"tree", "\"apple tree\"", "+butter again", "the of -bread", "four", "six"};
    ft_reader *a = ft_fixture_reader(kept), *b = ft_fixture_reader(bare);

    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        ft_query *qa, *qb;
        ft_results *with = search(a, &qa, queries[i]), *without = search(b, &qb, queries[i]);
        cr_assert_gt(ft_results_count(with), 0, "%s", queries[i]);
        cr_assert_eq(ft_results_count(with), ft_results_count(without), "%s", queries[i]);
        for (size_t k = 0; k < ft_results_count(with); k++)
            compare_hit(with, without, k);
        ft_results_free(with);
        ft_results_free(without);
        ft_query_free(qa);
        ft_query_free(qb);
    }
    ft_reader_close(a);
    ft_reader_close(b);
}

Test(no_store, answers_are_the_same)
{
    ft_error err;

    cr_assert(is_stored(kept));
    cr_assert_not(is_stored(bare));
    compare_answers();
    for (int i = 0; i < 2; i++) {
        ft_index *ix = ft_fixture_open(i ? bare : kept);
        cr_assert_eq(ft_index_delete(ix, "empty", 5, NULL, NULL), FT_OK);
        ft_fixture_ok(ft_index_merge(ix, NULL, &err), &err, "merge");
        ft_index_close(ix);
        ft_fixture_ok(ft_check(i ? bare : kept, NULL, NULL, &err), &err, "check");
    }
    compare_answers();
}

Test(no_store, the_line_is_the_passages_first)
{
    ft_reader *rd = ft_fixture_reader(bare);
    ft_query *q;
    ft_results *rs = search(rd, &q, "six");
    ft_match match;

    cr_assert_eq(ft_results_count(rs), 1);
    cr_assert_eq(ft_results_match(rs, 0, &match, NULL), FT_OK);
    cr_assert_eq(match.line, 11);
    ft_results_free(rs);
    ft_query_free(q);
    ft_reader_close(rd);
}

Test(no_store, documents_have_titles_and_bounds)
{
    ft_reader *rd = ft_fixture_reader(bare);
    uint64_t start, end;
    ft_stored *doc;

    cr_assert_eq(ft_reader_document(rd, "a", 1, &doc, NULL), FT_OK);
    cr_assert_eq(ft_stored_title(doc).len, strlen("The apple tree"));
    cr_assert_eq(memcmp(ft_stored_title(doc).ptr, "The apple tree", 14), 0);
    cr_assert_eq(ft_stored_text(doc).len, 0);
    ft_stored_free(doc);
    cr_assert_eq(ft_reader_document(rd, "lines", 5, &doc, NULL), FT_OK);
    cr_assert_eq(ft_stored_passages(doc), 3);
    ft_stored_passage(doc, 2, &start, &end);
    cr_assert(start == 31 && end == 34);
    ft_stored_free(doc);
    ft_reader_close(rd);
}

/* What opens it says has no say in it. */
Test(no_store, an_index_stays_what_it_was_built_as)
{
    ft_error err;

    for (int i = 0; i < 2; i++) {
        const char *path = i ? bare : kept;
        ft_index_options opts = {.size = sizeof opts, .threads = 1, .no_store = !i};
        ft_index *ix;
        ft_fixture_ok(ft_index_open(&ix, path, &opts, &err), &err, path);
        ft_fixture_add(ix, "more", "", "another tree");
        ft_fixture_close_committed(ix);
        cr_assert_eq(is_stored(path), !i);
        ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, path);
    }
    compare_answers();
}

/* The stored stream is cut wherever batches end, and must not know. */
Test(no_store, bytes_do_not_depend_on_batches)
{
    static const uint64_t memory[] = {(uint64_t)16 << 20, (uint64_t)512 << 20};
    char *title = malloc(3001), *segments[2];
    ft_index *ix;
    ft_error err;

    memset(title, 't', 3000);
    title[3000] = '\0';
    for (int i = 0; i < 2; i++) {
        ft_index_options opts = {.size = sizeof opts, .threads = i ? 3 : 1, .memory = memory[i], .no_store = true,
                                 .replace = true};
        ft_fixture_ok(ft_index_create(&ix, bare, &opts, &err), &err, "create");
        for (int k = 0; k < 2000; k++) {
            char id[16], text[2048];
            snprintf(id, sizeof id, "%d", k);
            memset(text, 'a' + k % 26, sizeof text - 1);
            text[sizeof text - 1] = '\0';
            for (size_t at = 9; at < sizeof text - 1; at += 10)
                text[at] = ' ';
            title[k] = ' ';
            ft_fixture_add(ix, id, title + k % 7, text);
        }
        ft_fixture_close_committed(ix);
        memset(title, 't', 3000);
        ft_fixture_ok(ft_check(bare, NULL, NULL, &err), &err, "check");
        segments[i] = ft_fixture_segments(bare);
    }
    cr_assert_str_eq(segments[0], segments[1]);
    free(segments[0]);
    free(segments[1]);
    free(title);
}

/* A manifest that says the other thing than its segments, sealed: it is they that must object. */
Test(no_store, a_manifest_of_the_other_kind_is_refused)
{
    for (int i = 0; i < 2; i++) {
        const char *path = i ? bare : kept;
        unsigned char *data;
        ft_reader *rd;
        ft_error err;
        size_t len;
        data = ft_fixture_read(ft_fixture_path(path, "MANIFEST"), &len);
        data[12] ^= 2;
        uint64_t sum = XXH3_64bits(data, len - 8);
        for (size_t k = 0; k < 8; k++)
            data[len - 8 + k] = (unsigned char)(sum >> 8 * k);
        ft_fixture_write(ft_fixture_path(path, "MANIFEST"), data, len);
        free(data);
        cr_assert_eq(ft_reader_open(&rd, path, &err), FT_ECORRUPT);
        cr_assert(strstr(err.text, "meta: "), "%s", err.text);
        cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_ECORRUPT);
    }
}
