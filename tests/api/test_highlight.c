/* test_highlight.c - where a hit matched: spans in text and title, source lines, snippets. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dir;
static ft_reader *reader;
static ft_query *query;
static ft_results *results;

static void begin(const ft_document *docs, size_t n)
{
    dir = ft_fixture_dir();
    ft_index *ix = ft_fixture_create(ft_fixture_path(dir, "x.ft"));
    for (size_t i = 0; i < n; i++) {
        ft_error err;
        ft_fixture_ok(ft_index_add(ix, &docs[i], &err), &err, "add");
    }
    ft_fixture_close_committed(ix);
    reader = ft_fixture_reader(ft_fixture_path(dir, "x.ft"));
}

static void begin_one(const char *title, const char *text)
{
    ft_document doc = {.size = sizeof doc, .id = ft_fixture_str("doc"), .title = ft_fixture_str(title),
                       .text = ft_fixture_str(text), .line = 1, .count_lines = true};

    begin(&doc, 1);
}

static void forget(void)
{
    ft_results_free(results);
    ft_query_free(query);
    results = NULL;
    query = NULL;
}

static void finish(void)
{
    forget();
    ft_reader_close(reader);
    ft_fixture_remove(dir);
}

static void ask(const char *text)
{
    ft_search_options opts = {.size = sizeof opts, .top = 100};
    ft_error err;

    forget();
    ft_fixture_ok(ft_query_parse(&query, reader, text, strlen(text), NULL, &err), &err, text);
    ft_fixture_ok(ft_search(&results, reader, query, &opts, &err), &err, text);
}

/* The words under the spans, with '|' between them. */
static char *under(const char *text, const ft_span *spans, size_t n)
{
    char *out;
    size_t len;
    FILE *f = open_memstream(&out, &len);

    for (size_t i = 0; i < n; i++) {
        cr_assert(spans[i].start < spans[i].end && (i == 0 || spans[i - 1].end <= spans[i].start), "sorted, disjoint");
        fprintf(f, "%s%.*s", i ? "|" : "", (int)(spans[i].end - spans[i].start), text + spans[i].start);
    }
    fclose(f);
    return out;
}

static void expect_spans(const char *title, const char *text, const char *q, const char *in_title, const char *in_text)
{
    ft_match match;
    ft_error err;

    ask(q);
    cr_assert_eq(ft_results_count(results), 1, "<%s> finds nothing", q);
    ft_fixture_ok(ft_results_match(results, 0, &match, &err), &err, q);
    char *a = under(title, match.title_spans, match.n_title_spans), *b = under(text, match.spans, match.n_spans);
    cr_expect_str_eq(a, in_title, "<%s> in title: <%s>, expected <%s>", q, a, in_title);
    cr_expect_str_eq(b, in_text, "<%s> in text: <%s>, expected <%s>", q, b, in_text);
    free(a);
    free(b);
}

Test(highlight, spans)
{
    static const char title[] = "The 75th anniversary";
    static const char text[] = "An anniversary: the 75th anniversary (75th, no less) of 75th-anniversary's "
                               "d\xc3\xa9"
                               "but, running runs don\xe2\x80\x99t.";

    begin_one(title, text);
    expect_spans(title, text, "\"75th anniversary\"", "75th anniversary", "75th anniversary|75th-anniversary's");
    expect_spans(title, text, "anniversary", "anniversary", "anniversary|anniversary|anniversary's");
    expect_spans(title, text, "75th less", "75th", "75th|75th|less|75th");
    expect_spans(title, text, "run", "", "running|runs");
    expect_spans(title, text, "D\xc3\x89"
                              "BUT don't",
                 "", "d\xc3\xa9"
                     "but|don\xe2\x80\x99t");
    expect_spans(title, text, "less -nothing", "", "less");
    expect_spans(title, text, "\"the 75th\" less", "The 75th", "the 75th|less");
    finish();
}

/* Overlapping matches of phrases make one span; what a query excludes or does not require but finds is as it is. */
Test(highlight, overlaps_and_clauses)
{
    static const char text[] = "one two one two one three four";

    begin_one("", text);
    expect_spans("", text, "\"one two one\"", "", "one two one two one");
    expect_spans("", text, "\"one two\" two", "", "one two|one two");
    expect_spans("", text, "\"one two\" \"two one\"", "", "one two one two one");
    expect_spans("", text, "+three four", "", "three|four");
    expect_spans("", text, "three (four -five)", "", "three|four");
    expect_spans("", text, "\"three one\" four", "", "four");
    finish();
}

Test(highlight, phrases_do_not_cross_from_title_to_text)
{
    begin_one("one two", "three four");
    ask("\"two three\"");
    cr_assert_eq(ft_results_count(results), 0);
    ask("\"one two\"");
    cr_assert_eq(ft_results_count(results), 1);
    ask("\"three four\"");
    cr_assert_eq(ft_results_count(results), 1);
    finish();
}

Test(highlight, a_title_from_the_text_is_not_indexed_twice)
{
    ft_document doc = {.size = sizeof doc, .id = ft_fixture_str("doc"), .title = ft_fixture_str("file-name.txt"),
                       .text = ft_fixture_str("body text"), .title_from_text = true, .line = 1};
    ft_match match;

    begin(&doc, 1);
    ask("file");
    cr_assert_eq(ft_results_count(results), 0);
    ask("body");
    cr_assert_eq(ft_results_count(results), 1);
    cr_assert_eq(ft_results_match(results, 0, &match, NULL), FT_OK);
    cr_assert_eq(match.title.len, 13);
    cr_assert_eq(memcmp(match.title.ptr, "file-name.txt", 13), 0);
    finish();
}

static uint32_t line_of(const char *q)
{
    ft_match match;

    ask(q);
    cr_assert_eq(ft_results_count(results), 1, "%s", q);
    cr_assert_eq(ft_results_match(results, 0, &match, NULL), FT_OK);
    return match.line;
}

Test(highlight, lines)
{
    static const char text[] = "first\nsecond\n\nfourth again\r\nfifth again\n";
    ft_line_mark marks[] = {{6, 40}, {13, 90}};
    ft_document docs[3] = {{.size = sizeof docs[0], .id = ft_fixture_str("counted"), .title = ft_fixture_str("crown"),
                            .text = ft_fixture_str(text), .line = 1, .count_lines = true}};

    docs[1] = (ft_document){.size = sizeof docs[0], .id = ft_fixture_str("record"),
                            .text = ft_fixture_str("alpha\nbeta"), .line = 17};
    docs[2] = (ft_document){.size = sizeof docs[0], .id = ft_fixture_str("marked"),
                            .text = ft_fixture_str("gamma\ndelta\n\nepsilon"), .line = 3, .marks = marks, .n_marks = 2};
    begin(docs, 3);
    cr_expect_eq(line_of("first"), 1);
    cr_expect_eq(line_of("second"), 2);
    cr_expect_eq(line_of("fourth"), 4);
    cr_expect_eq(line_of("again"), 4, "the first match of the passage");
    cr_expect_eq(line_of("fifth"), 5);
    cr_expect_eq(line_of("crown"), 1, "in the title alone: where the passage begins");
    cr_expect_eq(line_of("beta"), 17, "of a record: its line");
    cr_expect_eq(line_of("gamma"), 3);
    cr_expect_eq(line_of("delta"), 40);
    cr_expect_eq(line_of("epsilon"), 90);
    finish();
}

/* Passages: each paragraph's spans are offsets into the whole document. */
Test(highlight, passages)
{
    static const char text[] = "  alpha beta gamma\n\n\n  delta epsilon zeta  \n \nalpha again and again\n";
    ft_document doc = {.size = sizeof doc, .id = ft_fixture_str("doc"), .text = ft_fixture_str(text),
                       .passage_words = 3, .line = 1, .count_lines = true};
    ft_hit hit;
    ft_match match;

    begin(&doc, 1);
    ask("epsilon");
    cr_assert_eq(ft_results_count(results), 1);
    cr_assert_eq(ft_results_hit(results, 0, &hit, NULL), FT_OK);
    cr_assert_eq(ft_results_match(results, 0, &match, NULL), FT_OK);
    cr_expect_eq(hit.passage, 1);
    cr_expect_eq(match.line, 4);
    cr_expect_eq(hit.start, (uint64_t)(strstr(text, "delta") - text), "bounds exclude white space around");
    cr_expect_eq(hit.end, (uint64_t)(strstr(text, "zeta") + 4 - text));
    cr_expect_eq(match.text.len, hit.end - hit.start);
    cr_expect_eq(memcmp(match.text.ptr, text + hit.start, match.text.len), 0);
    cr_assert_eq(match.n_spans, 1);
    cr_expect_eq(match.spans[0].start, (uint64_t)(strstr(text, "epsilon") - text));
    finish();
}

static bool valid_utf8(const char *p, size_t len)
{
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)p[i];
        size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
        if (n == 0 || i + n > len)
            return false;
        for (size_t k = 1; k < n; k++) {
            if (((unsigned char)p[i + k] & 0xc0) != 0x80)
                return false;
        }
        i += n;
    }
    return true;
}

static void check_snippet(const char *q, const char *whole, size_t max_len, const char *matched)
{
    ft_snippet s;
    ft_error err;

    ft_fixture_ok(ft_results_snippet(results, 0, max_len, &s, &err), &err, q);
    /* One character is always shown, even where it is longer. */
    cr_assert_leq(s.text.len, max_len < 4 ? 4 : max_len, "%s: %zu bytes of %zu", q, s.text.len, max_len);
    cr_assert(valid_utf8(s.text.ptr, s.text.len), "%s: %zu: not cut at a character", q, max_len);
    if (s.text.len > 0) {
        const char *at = memmem(whole, strlen(whole), s.text.ptr, s.text.len);
        cr_assert_not_null(at, "%s: %zu: <%.*s> is no piece of the passage", q, max_len, (int)s.text.len, s.text.ptr);
    }
    for (size_t i = 0; i < s.n_spans; i++)
        cr_assert(s.spans[i].start < s.spans[i].end && s.spans[i].end <= s.text.len, "%s: span %zu outside", q, i);
    if (max_len >= 80) {
        cr_assert_geq(s.n_spans, 1, "%s: %zu: the match is not shown", q, max_len);
        cr_assert_eq(memcmp(s.text.ptr + s.spans[0].start, matched, strlen(matched)), 0, "%s: %.*s", q,
                     (int)s.text.len, s.text.ptr);
        cr_assert_eq(s.before, s.text.ptr[0] != whole[0] || s.text.len < 8 || memcmp(s.text.ptr, whole, 8) != 0);
    }
}

Test(highlight, snippets)
{
    char text[4000] = "";

    for (int i = 0; i < 60; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "w\xc3\xb6rd%d \xe6\x97\xa5\xe6\x9c\xac stra\xc3\x9f"
                 "e%d\xf0\x9f\x98\x80%s", i, i, i % 7 ? " " : ".\n");
    begin_one("Needle elsewhere", text);
    static const struct {
        const char *query, *matched;
    } cases[] = {{"w\xc3\xb6rd30", "w\xc3\xb6rd30"}, {"w\xc3\xb6rd0", "w\xc3\xb6rd0"},
                 {"stra\xc3\x9f"
                  "e59",
                  "stra\xc3\x9f"
                  "e59"},
                 {"\"\xe6\x97\xa5\xe6\x9c\xac\" w\xc3\xb6rd12", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(cases[i].query);
        cr_assert_eq(ft_results_count(results), 1, "%s", cases[i].query);
        for (size_t max = 1; max < 400; max += max < 100 ? 1 : 23)
            check_snippet(cases[i].query, text, max, cases[i].matched);
        check_snippet(cases[i].query, text, 100000, cases[i].matched);
    }
    ask("needle");
    ft_snippet s;
    cr_assert_eq(ft_results_snippet(results, 0, 200, &s, NULL), FT_OK);
    cr_expect_eq(s.text.len, strlen("Needle elsewhere"), "only the title matched: %.*s", (int)s.text.len, s.text.ptr);
    cr_expect_eq(s.n_spans, 1);
    finish();
}
