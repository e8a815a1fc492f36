/* test_queries.c - the query syntax of CONTRACT.md, sentence by sentence, over an index that fits on this page. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *id, *text;
} documents[] = {
    {"1", "alpha"},
    {"2", "alpha beta"},
    {"3", "beta gamma"},
    {"4", "alpha beta gamma"},
    {"5", "gamma delta"},
    {"6", "75th anniversary of a treaty"},
    {"7", "an anniversary, his 75th"},
    {"8", "AT&T"},
    {"9", "C++"},
    {"a", "/etc/passwd"},
    {"b", "and or not"},
    {"c", "COVID-19 cases"},
    {"d", "19 times covid"},
    {"e", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe6\x96\x87\xe7\xab\xa0"}, /* ni-hon-go no bun-sho */
    {"f", "\xe6\x9c\xac\xe8\xaa\x9e"},                                                 /* hon-go */
};

enum { SYNTAX = 0, PLAIN = 1, ALL = 2, NOTED = 4 };

typedef struct expectation {
    const char *query;
    const char *ids; /* sorted */
    int how;         /* NOTED: there must be a note; otherwise there must be none */
} expectation;

static const expectation cases[] = {
    /* a b any of them, +a required, -a excluded */
    {"alpha", "1 2 4", 0},
    {"alpha delta", "1 2 4 5", 0},
    {"+alpha beta", "1 2 4", 0},
    {"+alpha +beta", "2 4", 0},
    {"alpha -beta", "1", 0},
    {"-beta alpha", "1", 0},
    {"+alpha -beta delta", "1", 0},
    {"alpha alpha alpha", "1 2 4", 0},
    {"nothinglikeit", "", 0},
    {"+alpha +nothinglikeit", "", 0},
    {"alpha -nothinglikeit", "1 2 4", 0},
    /* phrases */
    {"\"beta gamma\"", "3 4", 0},
    {"\"gamma beta\"", "", 0},
    {"+\"alpha beta\" gamma", "2 4", 0},
    {"gamma -\"alpha beta\"", "3 5", 0},
    {"\"alpha\"", "1 2 4", 0},
    {"\"75th anniversary\"", "6", 0},
    {"\"beta nothinglikeit\" delta", "5", 0},
    /* groups */
    {"(alpha)", "1 2 4", 0},
    {"((alpha))", "1 2 4", 0},
    {"+(alpha gamma) +beta", "2 3 4", 0},
    {"beta -(alpha delta)", "3", 0},
    {"(+alpha +beta) delta", "2 4 5", 0},
    {"(alpha -beta) delta", "1 5", 0},
    {"+(+alpha +(beta -gamma))", "2", 0},
    /* AND, OR, NOT in upper case; NOT binds tighter than AND, AND than OR */
    {"alpha AND beta", "2 4", 0},
    {"alpha OR delta", "1 2 4 5", 0},
    {"alpha AND NOT beta", "1", 0},
    {"NOT alpha AND beta", "3", 0},
    {"alpha NOT beta", "1", 0},
    {"NOT beta alpha", "1", 0},
    {"alpha OR beta AND gamma", "1 2 3 4", 0},
    {"beta AND gamma OR alpha", "1 2 3 4", 0},
    {"alpha AND beta OR gamma AND delta", "2 4 5", 0},
    {"(alpha OR gamma) AND beta", "2 3 4", 0},
    {"alpha AND (beta OR delta)", "2 4", 0},
    {"alpha AND beta AND gamma", "4", 0},
    {"alpha AND \"beta gamma\"", "4", 0},
    {"alpha OR NOT beta", "1", 0},
    {"alpha and beta", "1 2 3 4 b", 0},
    {"alpha or delta", "1 2 4 5 b", 0},
    {"not alpha", "1 2 4 b", 0},
    /* exclusions only: nothing, with a note */
    {"-alpha", "", NOTED},
    {"NOT alpha", "", NOTED},
    {"-alpha -\"beta gamma\"", "", NOTED},
    {"(-alpha)", "", NOTED},
    {"beta (-alpha)", "2 3 4", NOTED},
    /* operators count only where they can mean something */
    {"alpha - beta", "1 2 3 4", 0},
    {"alpha + beta", "1 2 3 4", 0},
    {"alpha+beta", "2 4", 0},
    {"alpha-beta", "2 4", 0},
    {"gamma -alpha-beta", "3 5", 0},
    {"75th anniversary?", "6 7", 0},
    {"AT&T", "8", 0},
    {"C++", "9", 0},
    {"/etc/passwd", "a", 0},
    {"and/or", "b", 0},
    {"alpha, beta; gamma!", "1 2 3 4 5", 0},
    /* a word that analysis splits */
    {"COVID-19", "c", 0},
    {"covid -19", "", 0},
    {"COVID-19", "c d", PLAIN},
    {"+COVID-19 cases", "c", 0},
    /* runs of CJK: any bigram; quoted, all in order */
    {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "e f", 0},
    {"\"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\"", "e", 0},
    {"\xe6\x9c\xac\xe8\xaa\x9e", "e f", 0},
    {"\"\xe8\xaa\x9e\xe6\x9c\xac\"", "", 0},
    /* text that says nothing */
    {"", "", 0},
    {" \t\n ", "", 0},
    {"?!", "", 0},
    {"-", "", 0},
    {"+", "", 0},
    /* --and changes bare lists only */
    {"alpha beta", "2 4", ALL},
    {"alpha OR beta", "1 2 3 4", ALL},
    {"alpha \"beta gamma\"", "4", ALL},
    {"alpha beta -gamma", "2", ALL},
    {"COVID-19 cases", "c", ALL},
    /* --plain: every operator character is a separator */
    {"+alpha -beta", "1 2 3 4", PLAIN},
    {"\"gamma beta\"", "2 3 4 5", PLAIN},
    {"-alpha", "1 2 4", PLAIN},
    {"(alpha", "1 2 4", PLAIN},
    {"alpha AND beta", "1 2 3 4 b", PLAIN},
    {"+alpha +beta", "2 4", PLAIN | ALL},
    /* broken syntax is searched all the same, with a note */
    {"\"75th anniversary", "6", NOTED},
    {"(alpha", "1 2 4", NOTED},
    {"(alpha OR (beta AND gamma", "1 2 3 4", NOTED},
};

static char *dir;
static ft_reader *reader;

static void begin(void)
{
    dir = ft_fixture_dir();
    ft_index *ix = ft_fixture_create(ft_fixture_path(dir, "x.ft"));
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        ft_fixture_add(ix, documents[i].id, "", documents[i].text);
    ft_fixture_close_committed(ix);
    reader = ft_fixture_reader(ft_fixture_path(dir, "x.ft"));
}

static void finish(void)
{
    ft_reader_close(reader);
    ft_fixture_remove(dir);
}

static int by_byte(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

/* The ids, which are single characters, in order of byte. */
static char *sorted_ids(const char *query, int how, uint64_t *total, char **notes)
{
    ft_query_options opts = {.size = sizeof opts, .plain = how & PLAIN, .all = how & ALL};
    char *ids = ft_fixture_ask(reader, query, &opts, total, notes);
    char set[64];
    size_t n = 0;

    for (const char *p = ids; *p; p += strcspn(p, " "), p += *p == ' ')
        set[n++] = *p;
    qsort(set, n, 1, by_byte);
    free(ids);
    ids = malloc(2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = set[i];
        ids[2 * i + 1] = ' ';
    }
    ids[n ? 2 * n - 1 : 0] = '\0';
    return ids;
}

Test(queries, every_sentence)
{
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const expectation *e = &cases[i];
        uint64_t total;
        char *notes, *ids = sorted_ids(e->query, e->how, &total, &notes);
        cr_expect_str_eq(ids, e->ids, "<%s>%s%s: found <%s>, expected <%s>", e->query, e->how & PLAIN ? " plain" : "",
                         e->how & ALL ? " all" : "", ids, e->ids);
        cr_expect_eq(total, (strlen(e->ids) + 1) / 2, "<%s>: total %llu", e->query, (unsigned long long)total);
        cr_expect_eq(notes[0] != '\0', (e->how & NOTED) != 0, "<%s>: notes <%s>", e->query, notes);
        free(ids);
        free(notes);
    }
    finish();
}

/* Whatever the text, parsing and searching succeed. */
Test(queries, no_text_is_an_error)
{
    static const char *const pieces[] = {"alpha", "\"", "(", ")", "+", "-", "AND", "OR", "NOT", " ", " ", "beta", "*",
                                         "~2", "^3", "=", "re:/", "/", ":", "\\", "\xff", "\xe6\x97\xa5", "\xc2\xa0",
                                         "&", "?"};
    uint64_t state = 1;

    begin();
    for (int i = 0; i < 3000; i++) {
        char text[128] = "";
        size_t len = 0;
        for (int k = 0; k < 12; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            const char *piece = pieces[(state >> 33) % (sizeof pieces / sizeof pieces[0])];
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", piece);
        }
        free(ft_fixture_ask(reader, text, NULL, NULL, NULL));
    }
    ft_query *q;
    cr_assert_eq(ft_query_parse(&q, reader, "alpha\0beta", 10, NULL, NULL), FT_OK);
    ft_query_free(q);
    cr_assert_eq(ft_query_parse(&q, reader, NULL, 0, NULL, NULL), FT_OK);
    ft_query_free(q);
    finish();
}

/* n times `piece`, then `end`. */
static char *repeated(const char *piece, size_t n, const char *end)
{
    size_t len = strlen(piece);
    char *s = malloc(n * len + strlen(end) + 1);

    cr_assert_not_null(s);
    for (size_t i = 0; i < n; i++)
        memcpy(s + i * len, piece, len);
    strcpy(s + n * len, end);
    return s;
}

static void expect_cut(char *query, const char *expected, bool noted, const char *what)
{
    char *notes, *ids = sorted_ids(query, 0, NULL, &notes);

    cr_expect_str_eq(ids, expected, "%s: found <%s>, expected <%s>", what, ids, expected);
    cr_expect_eq(notes[0] != '\0', noted, "%s: notes <%.200s>", what, notes);
    free(ids);
    free(notes);
    free(query);
}

Test(queries, past_a_limit_a_query_is_cut_with_a_note)
{
    char *deep, *close;

    begin();
    close = repeated(")", 60, "");
    deep = repeated("(", 60, "alpha");
    deep = realloc(deep, 200);
    strcat(deep, close);
    free(close);
    expect_cut(deep, "1 2 4", false, "60 levels");
    expect_cut(repeated("(", 100, "alpha"), "", true, "100 levels");
    free(ft_fixture_ask(reader, deep = repeated("(", 1 << 20, ""), NULL, NULL, NULL));
    free(deep);
    free(ft_fixture_ask(reader, deep = repeated("+(-", 1 << 18, "x"), NULL, NULL, NULL));
    free(deep);
    expect_cut(repeated("c ", 32767, "alpha"), "9", true, "64 KiB");
    expect_cut(repeated("c ", 32000, "alpha"), "1 2 4 9", false, "just below 64 KiB");
    char *many = calloc(1, 20000);
    for (int i = 0; i < 1100; i++)
        sprintf(many + strlen(many), "v%d ", i);
    expect_cut(repeated(many, 1, "alpha"), "", true, "1,024 distinct clauses");
    expect_cut(repeated("delta ", 1, many), "5", true, "delta, then 1,100 clauses");
    free(many);
    finish();
}

static double score_of(const char *query)
{
    ft_search_options opts = {.size = sizeof opts, .top = 1};
    ft_query *q;
    ft_results *rs;
    ft_hit hit;

    cr_assert_eq(ft_query_parse(&q, reader, query, strlen(query), NULL, NULL), FT_OK);
    cr_assert_eq(ft_search(&rs, reader, q, &opts, NULL), FT_OK);
    cr_assert_eq(ft_results_count(rs), 1, "%.80s", query);
    cr_assert_eq(ft_results_hit(rs, 0, &hit, NULL), FT_OK);
    ft_results_free(rs);
    ft_query_free(q);
    return hit.score;
}

Test(queries, a_term_counts_as_often_as_it_is_repeated)
{
    begin();
    double once = score_of("delta");
    char *often = repeated("delta ", 10000, "");
    cr_expect(fabs(score_of("delta delta delta") / (3 * once) - 1) < 1e-5);
    cr_expect(fabs(score_of(often) / (10000 * once) - 1) < 1e-5, "%.9g, once %.9g", score_of(often), once);
    free(often);
    often = repeated("19 ", 20000, "");
    cr_expect(fabs(score_of(often) / (20000 * score_of("19")) - 1) < 1e-5);
    free(often);
    finish();
}

/* The formula of CONTRACT.md, by hand. */
Test(queries, scores_by_hand)
{
    ft_stats stats;

    begin();
    ft_reader_stats(reader, &stats);
    double n = (double)stats.passages, avgdl = (double)stats.tokens / n;
    double expected = log(1 + (n - 1 + 0.5) / 1.5) * 1 / (1 + 1.2 * (0.25 + 0.75 * 2 / avgdl));
    cr_expect(fabs(score_of("delta") / expected - 1) < 1e-5, "%.9g, expected %.9g", score_of("delta"), expected);
    double idf = log(1 + (n - 3 + 0.5) / 3.5);
    expected = 2 * idf / (1 + 1.2 * (0.25 + 0.75 * 2 / avgdl));
    cr_expect(fabs(score_of("\"beta gamma\"") / expected - 1) < 1e-5);
    finish();
}

Test(queries, the_parts_of_a_score_add_up)
{
    static const char *const queries[] = {"alpha beta gamma", "\"alpha beta\" gamma gamma", "+beta (alpha delta)",
                                          "alpha AND \"beta gamma\"", "COVID-19 cases"};
    ft_search_options opts = {.size = sizeof opts, .top = 10};

    begin();
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        ft_query *q;
        ft_results *rs;
        cr_assert_eq(ft_query_parse(&q, reader, queries[i], strlen(queries[i]), NULL, NULL), FT_OK);
        cr_assert_eq(ft_search(&rs, reader, q, &opts, NULL), FT_OK);
        cr_assert_gt(ft_results_count(rs), 0, "%s", queries[i]);
        for (size_t k = 0; k < ft_results_count(rs); k++) {
            const ft_part *parts;
            size_t n;
            double sum = 0;
            ft_hit hit;
            cr_assert_eq(ft_results_hit(rs, k, &hit, NULL), FT_OK);
            cr_assert_eq(ft_results_explain(rs, k, &parts, &n, NULL), FT_OK);
            cr_assert_gt(n, 0);
            for (size_t p = 0; p < n; p++) {
                sum += parts[p].score;
                cr_expect(parts[p].clause && parts[p].clause[0] && parts[p].boost >= 1 && parts[p].tf >= 1);
            }
            cr_expect_eq(sum, hit.score, "%s: %.17g, parts %.17g", queries[i], hit.score, sum);
        }
        ft_results_free(rs);
        ft_query_free(q);
    }
    finish();
}
