/* test_limits.c - the edges of what a document may be, and options out of range. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dir;
static const char *path;
static int descriptors;

static void begin(void)
{
    static char kept[1024];

    dir = ft_fixture_dir();
    snprintf(kept, sizeof kept, "%s/x.ft", dir);
    path = kept;
    descriptors = ft_fixture_descriptors();
}

static void finish(void)
{
    cr_assert_eq(ft_fixture_descriptors(), descriptors, "descriptors are left open");
    ft_fixture_remove(dir);
}

static ft_status add(ft_index *ix, ft_str id, ft_str title, ft_str text, ft_error *err)
{
    ft_document doc = {.size = sizeof doc, .id = id, .title = title, .text = text, .line = 1};

    return ft_index_add(ix, &doc, err);
}

static char *filled(size_t len, char c)
{
    char *s = malloc(len + 1);

    cr_assert_not_null(s);
    memset(s, c, len);
    s[len] = '\0';
    return s;
}

static void expect_hits(const char *query, const char *ids)
{
    char *got = ft_fixture_search(path, query, NULL);

    cr_assert_str_eq(got, ids, "%.80s: found <%s>, expected <%s>", query, got, ids);
    free(got);
}

Test(limits, ids)
{
    ft_error err;
    char *longest = filled(65536, 'i');
    ft_str text = ft_fixture_str("some text");

    begin();
    ft_index *ix = ft_fixture_create(path);
    cr_assert_eq(add(ix, (ft_str){"", 0}, (ft_str){0}, text, &err), FT_EINVAL);
    cr_assert(strlen(err.text) > 0);
    cr_assert_eq(add(ix, (ft_str){longest, 65536}, (ft_str){0}, text, &err), FT_EINVAL);
    cr_assert_eq(add(ix, (ft_str){longest, 65535}, (ft_str){0}, text, &err), FT_OK, "%s", err.text);
    cr_assert_eq(add(ix, (ft_str){"a\0b", 3}, (ft_str){0}, text, &err), FT_OK, "%s", err.text);
    cr_assert_eq(add(ix, (ft_str){"a\0c", 3}, (ft_str){0}, text, &err), FT_OK, "%s", err.text);
    cr_assert_eq(add(ix, (ft_str){"\xff\xfe", 2}, (ft_str){0}, text, &err), FT_OK, "%s", err.text);
    ft_fixture_close_committed(ix);
    ft_reader *rd = ft_fixture_reader(path);
    ft_stored *doc;
    cr_assert_eq(ft_reader_document(rd, longest, 65535, &doc, &err), FT_OK);
    ft_stored_free(doc);
    cr_assert_eq(ft_reader_document(rd, "a\0c", 3, &doc, &err), FT_OK);
    ft_stored_free(doc);
    cr_assert_eq(ft_reader_document(rd, longest, 65534, &doc, &err), FT_ENOTFOUND);
    cr_assert_eq(ft_reader_document(rd, "", 0, &doc, &err), FT_ENOTFOUND);
    ft_reader_close(rd);
    free(longest);
    finish();
}

Test(limits, a_long_title_is_cut_at_a_character)
{
    char *title = filled(70000, 'x');

    begin();
    memcpy(title + 65534, "\xe2\x82\xac", 3); /* the character that the limit falls into */
    ft_index *ix = ft_fixture_create(path);
    cr_assert_eq(add(ix, ft_fixture_str("a"), (ft_str){title, 70000}, ft_fixture_str("t"), NULL), FT_OK);
    ft_fixture_close_committed(ix);
    ft_reader *rd = ft_fixture_reader(path);
    ft_stored *doc;
    cr_assert_eq(ft_reader_document(rd, "a", 1, &doc, NULL), FT_OK);
    ft_str kept = ft_stored_title(doc);
    cr_assert_eq(kept.len, 65534, "%zu bytes kept", kept.len);
    cr_assert_eq(memcmp(kept.ptr, title, kept.len), 0);
    ft_stored_free(doc);
    ft_reader_close(rd);
    free(title);
    finish();
}

Test(limits, an_empty_document_is_one_empty_passage)
{
    ft_stats stats;
    ft_stored *doc;
    uint64_t start = 1, end = 1;

    begin();
    ft_index *ix = ft_fixture_create(path);
    ft_fixture_add(ix, "empty", "", "");
    ft_fixture_add(ix, "blank", "", " \n\n\t ");
    ft_fixture_add(ix, "title", "only this", "");
    ft_fixture_close_committed(ix);
    ft_reader *rd = ft_fixture_reader(path);
    ft_reader_stats(rd, &stats);
    cr_assert_eq(stats.documents, 3);
    cr_assert_eq(stats.passages, 3);
    cr_assert_eq(stats.tokens, 2);
    cr_assert_eq(ft_reader_document(rd, "empty", 5, &doc, NULL), FT_OK);
    cr_assert_eq(ft_stored_passages(doc), 1);
    ft_stored_passage(doc, 0, &start, &end);
    cr_assert_eq(start, 0);
    cr_assert_eq(end, 0);
    ft_stored_free(doc);
    ft_reader_close(rd);
    expect_hits("only", "title:0");
    finish();
}

Test(limits, an_index_without_documents)
{
    uint64_t total = 1;
    ft_stats stats;

    begin();
    ft_fixture_close_committed(ft_fixture_create(path));
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    char *ids = ft_fixture_search(path, "anything \"at all\"", &total);
    cr_assert_str_empty(ids);
    cr_assert_eq(total, 0);
    free(ids);
    ft_reader *rd = ft_fixture_reader(path);
    ft_reader_stats(rd, &stats);
    cr_assert_eq(stats.documents + stats.passages + stats.terms + stats.tokens, 0);
    ft_reader_close(rd);
    finish();
}

Test(limits, a_document_of_ten_megabytes)
{
    size_t len = 10 << 20, at = 0;
    char *text = filled(len, ' ');
    ft_stored *doc;

    begin();
    while (at + 16 < len)
        at += (size_t)sprintf(text + at, "w%zu%s", at % 5000, at % 997 ? " " : "\n\n");
    memcpy(text + len - 8, " lastone", 8);
    text[at] = ' ';
    ft_index *ix = ft_fixture_create(path);
    ft_document whole = {.size = sizeof whole, .id = ft_fixture_str("whole"), .text = {text, len}, .line = 1};
    ft_document cut = whole;
    cut.id = ft_fixture_str("cut");
    cut.passage_words = 100;
    cr_assert_eq(ft_index_add(ix, &whole, NULL), FT_OK);
    cr_assert_eq(ft_index_add(ix, &cut, NULL), FT_OK);
    ft_fixture_close_committed(ix);
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    ft_reader *rd = ft_fixture_reader(path);
    cr_assert_eq(ft_reader_document(rd, "cut", 3, &doc, NULL), FT_OK);
    cr_assert_eq(ft_stored_text(doc).len, len);
    cr_assert_eq(memcmp(ft_stored_text(doc).ptr, text, len), 0);
    uint32_t n = ft_stored_passages(doc);
    cr_assert_gt(n, 1000);
    uint64_t before = 0, start, end;
    for (uint32_t i = 0; i < n; i++) {
        ft_stored_passage(doc, i, &start, &end);
        cr_assert(before <= start && start < end && end <= len, "passage %u", i);
        before = end;
    }
    ft_stored_free(doc);
    ft_reader_close(rd);
    char expected[64];
    snprintf(expected, sizeof expected, "cut:%u whole:0", n - 1);
    expect_hits("lastone", expected);
    free(text);
    finish();
}

Test(limits, a_token_of_a_megabyte)
{
    char *text = filled(1 << 20, 'q'), *cut = filled(255, 'q'), *shorter = filled(254, 'q');

    begin();
    memcpy(text + (1 << 20) - 6, " after", 6);
    ft_index *ix = ft_fixture_create(path);
    ft_fixture_add(ix, "long", "", text);
    ft_fixture_close_committed(ix);
    expect_hits("after", "long:0");
    expect_hits(cut, "long:0");
    expect_hits(shorter, "");
    free(text);
    free(cut);
    free(shorter);
    finish();
}

Test(limits, bytes_that_are_no_text)
{
    static const char odd[] = "before\0after \xff\xfe caf\xc3\xa9 \xed\xa0\x80 \xf4\x90\x80\x80 \xc3";

    begin();
    ft_index *ix = ft_fixture_create(path);
    cr_assert_eq(add(ix, ft_fixture_str("odd"), (ft_str){"\xff title", 7}, (ft_str){odd, sizeof odd - 1}, NULL), FT_OK);
    ft_fixture_close_committed(ix);
    expect_hits("before", "odd:0");
    expect_hits("after", "odd:0");
    expect_hits("caf\xc3\xa9", "odd:0");
    expect_hits("title", "odd:0");
    ft_reader *rd = ft_fixture_reader(path);
    ft_stored *doc;
    cr_assert_eq(ft_reader_document(rd, "odd", 3, &doc, NULL), FT_OK);
    cr_assert_eq(ft_stored_text(doc).len, sizeof odd - 1, "text is stored as it came");
    cr_assert_eq(memcmp(ft_stored_text(doc).ptr, odd, sizeof odd - 1), 0);
    ft_stored_free(doc);
    ft_reader_close(rd);
    finish();
}

Test(limits, options_out_of_range)
{
    static const struct {
        double k1, b;
    } bad[] = {{-0.1, 0.5}, {100.5, 0.5}, {1, -0.01}, {1, 1.01}, {(double)NAN, 0.5}, {1, (double)INFINITY}};
    ft_error err;
    ft_index *ix;

    begin();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ft_index_options opts = {.size = sizeof opts, .has_k1 = true, .has_b = true, .k1 = bad[i].k1, .b = bad[i].b};
        cr_assert_eq(ft_index_create(&ix, path, &opts, &err), FT_EINVAL, "k1 %g b %g", bad[i].k1, bad[i].b);
        cr_assert_null(ix);
    }
    ft_index_options opts = {.size = sizeof opts, .lang = "klingon"};
    cr_assert_eq(ft_index_create(&ix, path, &opts, &err), FT_EINVAL);
    cr_assert(strstr(err.text, "klingon"), "%s", err.text);
    ix = ft_fixture_create(path);
    ft_fixture_add(ix, "a", "", "word");
    ft_fixture_close_committed(ix);
    ft_reader *rd = ft_fixture_reader(path);
    ft_query *q;
    ft_results *rs;
    cr_assert_eq(ft_query_parse(&q, rd, "word", 4, NULL, &err), FT_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ft_search_options ask = {.size = sizeof ask, .top = 1, .has_k1 = true, .has_b = true, .k1 = bad[i].k1,
                                 .b = bad[i].b};
        cr_assert_eq(ft_search(&rs, rd, q, &ask, &err), FT_EINVAL, "k1 %g b %g", bad[i].k1, bad[i].b);
        cr_assert_null(rs);
    }
    ft_query_free(q);
    ft_reader_close(rd);
    finish();
}

Test(limits, offsets_past_the_end)
{
    begin();
    ft_index *ix = ft_fixture_create(path);
    ft_fixture_add(ix, "a", "", "word");
    ft_fixture_add(ix, "b", "", "word");
    ft_fixture_close_committed(ix);
    ft_reader *rd = ft_fixture_reader(path);
    ft_query *q;
    ft_results *rs;
    cr_assert_eq(ft_query_parse(&q, rd, "word", 4, NULL, NULL), FT_OK);
    static const struct {
        uint32_t top;
        uint64_t offset;
        size_t n;
    } asks[] = {{10, 1, 1}, {10, 2, 0}, {10, UINT64_MAX, 0}, {INT32_MAX, 0, 2}, {UINT32_MAX, UINT64_MAX, 0},
                {0, 0, 0}, {INT32_MAX, 1, 1}};
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        ft_search_options opts = {.size = sizeof opts, .top = asks[i].top, .offset = asks[i].offset, .count = true};
        cr_assert_eq(ft_search(&rs, rd, q, &opts, NULL), FT_OK, "case %zu", i);
        cr_assert_eq(ft_results_count(rs), asks[i].n, "case %zu: %zu hits", i, ft_results_count(rs));
        cr_assert_eq(ft_results_total(rs, NULL), 2, "case %zu", i);
        ft_results_free(rs);
    }
    ft_query_free(q);
    ft_reader_close(rd);
    finish();
}
