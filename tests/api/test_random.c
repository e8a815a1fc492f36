/* test_random.c - random indexes and queries: pruned search equals exhaustive search to the bit, and both agree with
 * the oracle. Everything follows from FT_SEED; FT_QUERIES sets the number of queries of each test. */
#include "fixture.h"
#include "oracle.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IDS 10000

/* One random index with its oracle, and where each match stands in the oracle's list (1 and up; 0: no match). */
typedef struct bench {
    ft_world world;
    ft_text title, text;
    ft_oracle *oracle;
    ft_index *index;
    char *dir;
    const char *test;
    unsigned passage_words;
    double k1, b;
} bench;

/* The oracle knows of ft_index_merge alone: where documents are deleted, commits must not merge. */
static void begin_with(bench *t, const char *test, const char *lang, unsigned passage_words, ft_index_options opts)
{
    ft_error err;

    opts.size = sizeof opts;
    opts.lang = lang;
    opts.threads = 2;
    opts.has_k1 = opts.has_b = true;
    memset(t, 0, sizeof *t);
    ft_world_init(&t->world, ft_rng_seed(), test);
    t->test = test;
    t->passage_words = passage_words;
    t->k1 = opts.k1 = 0.5 + ft_rng_unit(&t->world.rng);
    t->b = opts.b = ft_rng_unit(&t->world.rng);
    t->oracle = ft_oracle_new(lang);
    t->dir = ft_fixture_dir();
    ft_fixture_ok(ft_index_create(&t->index, ft_fixture_path(t->dir, "x.ft"), &opts, &err), &err, test);
}

static void begin(bench *t, const char *test, const char *lang, unsigned passage_words, bool no_merge)
{
    begin_with(t, test, lang, passage_words, (ft_index_options){.no_merge = no_merge});
}

static void finish(bench *t)
{
    ft_index_close(t->index);
    ft_oracle_free(t->oracle);
    ft_text_release(&t->title);
    ft_text_release(&t->text);
    ft_fixture_remove(t->dir);
}

static void add(bench *t, unsigned id)
{
    char name[16];
    ft_error err;
    ft_document doc = {.size = sizeof doc, .line = 1, .passage_words = t->passage_words};

    snprintf(name, sizeof name, "d%u", id);
    ft_world_document(&t->world, &t->title, &t->text, t->passage_words ? t->passage_words / 4 : 0);
    doc.id = ft_fixture_str(name);
    doc.title = ft_fixture_str(t->title.ptr);
    doc.text = ft_fixture_str(t->text.ptr);
    ft_fixture_ok(ft_index_add(t->index, &doc, &err), &err, name);
    ft_oracle_add(t->oracle, id, t->title.ptr, t->text.ptr, t->passage_words);
}

static void erase(bench *t, unsigned id)
{
    char name[16];
    ft_error err;
    bool existed;

    snprintf(name, sizeof name, "d%u", id);
    ft_fixture_ok(ft_index_delete(t->index, name, strlen(name), &existed, &err), &err, name);
    ft_oracle_delete(t->oracle, id);
}

static void commit(bench *t)
{
    ft_fixture_commit(t->index);
    ft_oracle_commit(t->oracle);
}

/* ---------------------------------------------------------------- comparing answers */

/* One query and what is asked of it. */
typedef struct ask {
    bench *t;
    const ft_reader *rd;
    const ft_query *query;
    const char *syntax;
    ft_search_options opts;
    const ft_oracle_results *expected;
    const uint32_t (*place)[64]; /* by id and passage, into expected */
} ask;

#define ASK_ASSERT(a, condition, ...)                                                                            \
    do {                                                                                                         \
        char said_[256];                                                                                         \
        snprintf(said_, sizeof said_, __VA_ARGS__);                                                              \
        cr_assert(condition, "%s: query <%s> top %u offset %llu k1 %g b %g%s: %s\n  replay: FT_SEED=%llu "       \
                  "FT_QUERIES=%u build/tests/api --filter 'random/%s'", (a)->t->test, (a)->syntax,               \
                  (a)->opts.top, (unsigned long long)(a)->opts.offset, (a)->opts.k1, (a)->opts.b,                \
                  (a)->opts.group_documents ? " grouped" : "", said_, (unsigned long long)ft_rng_seed(),         \
                  ft_rng_env("FT_QUERIES", 0), (a)->t->test);                                                    \
    } while (0)

static ft_results *run(const ask *a, bool exhaustive, bool count)
{
    ft_search_options opts = a->opts;
    ft_error err = {0};
    ft_results *rs = NULL;

    opts.exhaustive = exhaustive;
    opts.count = count;
    ft_status st = ft_search(&rs, a->rd, a->query, &opts, &err);
    ASK_ASSERT(a, st == FT_OK, "status %d: %.200s", (int)st, err.text);
    return rs;
}

static ft_hit hit_of(const ask *a, ft_results *rs, size_t i)
{
    ft_error err = {0};
    ft_hit hit;
    ft_status st = ft_results_hit(rs, i, &hit, &err);

    ASK_ASSERT(a, st == FT_OK, "hit %zu: %.200s", i, err.text);
    return hit;
}

static void compare_strategies(const ask *a, ft_results *pruned, ft_results *reference)
{
    bool exact;
    uint64_t total = ft_results_total(reference, &exact);

    ASK_ASSERT(a, exact, "the exhaustive total is not exact");
    ASK_ASSERT(a, ft_results_count(pruned) == ft_results_count(reference), "%zu hits pruned, %zu exhaustive",
               ft_results_count(pruned), ft_results_count(reference));
    uint64_t pruned_total = ft_results_total(pruned, &exact);
    ASK_ASSERT(a, exact ? pruned_total == total : pruned_total <= total, "total %llu pruned (%s), %llu exhaustive",
               (unsigned long long)pruned_total, exact ? "exact" : "inexact", (unsigned long long)total);
    for (size_t i = 0; i < ft_results_count(reference); i++) {
        ft_hit p = hit_of(a, pruned, i), r = hit_of(a, reference, i);
        ASK_ASSERT(a,
                   p.score == r.score && p.passage == r.passage && p.id.len == r.id.len &&
                       memcmp(p.id.ptr, r.id.ptr, p.id.len) == 0,
                   "rank %zu: %.*s:%u %.17g pruned, %.*s:%u %.17g exhaustive", i + 1, (int)p.id.len, p.id.ptr,
                   p.passage, p.score, (int)r.id.len, r.id.ptr, r.passage, r.score);
    }
}

static const ft_oracle_hit *expected_hit(const ask *a, const ft_hit *hit)
{
    unsigned id = (unsigned)strtoul(hit->id.ptr + 1, NULL, 10);
    uint32_t place = id < MAX_IDS && hit->passage < 64 ? a->place[id][hit->passage] : 0;

    ASK_ASSERT(a, place > 0 || a->opts.group_documents, "d%u:%u is no match", id, hit->passage);
    /* Grouped: passages of a document whose scores differ by rounding alone may stand for it in turn. */
    for (uint32_t p = 0; place == 0 && id < MAX_IDS && p < 64; p++)
        place = a->place[id][p];
    ASK_ASSERT(a, place > 0, "d%u is no match", id);
    return &a->expected->hits[place - 1];
}

static void compare_oracle(const ask *a, ft_results *rs)
{
    const ft_oracle_results *e = a->expected;
    size_t n = ft_results_count(rs), left = e->n > a->opts.offset ? e->n - (size_t)a->opts.offset : 0;
    double slack = 1e-8 * e->bound; /* scores are whole multiples of a tiny fraction of the bound */
    bool exact;
    uint64_t total = ft_results_total(rs, &exact);
    ft_hit last = {0};

    ASK_ASSERT(a, exact && total == e->n, "total %llu, oracle %zu", (unsigned long long)total, e->n);
    ASK_ASSERT(a, n == (left < a->opts.top ? left : a->opts.top), "%zu hits of %zu left", n, left);
    for (size_t i = 0; i < n; i++) {
        ft_hit hit = hit_of(a, rs, i);
        const ft_oracle_hit *own = expected_hit(a, &hit), *ranked = &e->hits[a->opts.offset + i];
        double near = slack + 1e-5 * own->score;
        ASK_ASSERT(a, fabs(hit.score - own->score) <= near, "d%u:%u scores %.9g, oracle %.9g", own->id, own->passage,
                   hit.score, own->score);
        /* Whoever stands at this rank with the oracle must score alike, or the order is wrong. */
        ASK_ASSERT(a, fabs(ranked->score - own->score) <= near, "rank %zu: d%u:%u (%.9g), oracle d%u:%u (%.9g)", i + 1,
                   own->id, own->passage, own->score, ranked->id, ranked->passage, ranked->score);
        if (i > 0) {
            ASK_ASSERT(a, hit.score <= last.score, "rank %zu scores above rank %zu", i + 1, i);
            ASK_ASSERT(a, hit.score < last.score || hit.global > last.global, "rank %zu: tie out of order", i + 1);
        }
        last = hit;
    }
}

static void compare_all(ask *a)
{
    static const unsigned tops[] = {1, 3, 10, 100, 1000, 0};
    ft_rng *r = &a->t->world.rng;

    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        a->opts.top = tops[i];
        a->opts.offset = ft_rng_chance(r, 20) ? ft_rng_below(r, 30) : 0;
        ft_results *reference = run(a, true, true);
        compare_oracle(a, reference);
        for (int count = 0; count < 2; count++) {
            ft_results *pruned = run(a, false, count);
            compare_strategies(a, pruned, reference);
            ft_results_free(pruned);
        }
        ft_results_free(reference);
    }
}

static void ask_one(bench *t, const ft_reader *rd, const ft_node *tree, bool all, uint32_t (*place)[64])
{
    ft_query_options qopts = {.size = sizeof qopts, .all = all};
    ft_text syntax = {0};
    ft_query *query = NULL;
    ft_error err;
    ft_oracle_results expected;
    ask a = {.t = t, .rd = rd, .place = (const uint32_t(*)[64])place};

    ft_node_render(tree, &syntax);
    a.syntax = syntax.ptr;
    a.expected = &expected;
    a.opts = (ft_search_options){.size = sizeof a.opts, .k1 = t->k1, .b = t->b};
    if (ft_rng_chance(&t->world.rng, 25)) {
        a.opts.has_k1 = a.opts.has_b = true;
        a.opts.k1 = ft_rng_chance(&t->world.rng, 20) ? 0 : 3 * ft_rng_unit(&t->world.rng);
        a.opts.b = ft_rng_chance(&t->world.rng, 20) ? 1 : ft_rng_unit(&t->world.rng);
    }
    a.opts.group_documents = t->passage_words && ft_rng_chance(&t->world.rng, 50);
    ft_fixture_ok(ft_query_parse(&query, rd, syntax.ptr, syntax.len, &qopts, &err), &err, syntax.ptr);
    a.query = query;
    ft_oracle_search(t->oracle, tree, all, a.opts.group_documents, a.opts.k1, a.opts.b, &expected);
    for (size_t i = 0; i < expected.n; i++)
        place[expected.hits[i].id][expected.hits[i].passage] = (uint32_t)i + 1;
    compare_all(&a);
    for (size_t i = 0; i < expected.n; i++)
        place[expected.hits[i].id][expected.hits[i].passage] = 0;
    ft_oracle_results_release(&expected);
    ft_query_free(query);
    ft_text_release(&syntax);
}

static void ask_many(bench *t, unsigned n)
{
    ft_reader *rd = ft_fixture_reader(ft_fixture_path(t->dir, "x.ft"));
    uint32_t(*place)[64] = calloc(MAX_IDS, sizeof *place);
    ft_stats stats;

    cr_assert_not_null(place);
    ft_reader_stats(rd, &stats);
    cr_assert_eq(stats.documents, ft_oracle_documents(t->oracle), "%s: %llu documents, oracle %zu", t->test,
                 (unsigned long long)stats.documents, ft_oracle_documents(t->oracle));
    cr_assert_eq(stats.passages, ft_oracle_passages(t->oracle), "%s: %llu passages, oracle %zu", t->test,
                 (unsigned long long)stats.passages, ft_oracle_passages(t->oracle));
    for (unsigned i = 0; i < n; i++) {
        bool all = ft_rng_chance(&t->world.rng, 10);
        ft_node *tree = all ? ft_node_random_flat(&t->world) : ft_node_random(&t->world, 3);
        ask_one(t, rd, tree, all, place);
        ft_node_free(tree);
    }
    free(place);
    ft_reader_close(rd);
}

/* ---------------------------------------------------------------- the tests */

static void grown_in(bench *t, unsigned n_documents, unsigned commits)
{
    for (unsigned c = 0; c < commits; c++) {
        for (unsigned i = c * n_documents / commits; i < (c + 1) * n_documents / commits; i++)
            add(t, i);
        commit(t);
    }
}

static void compare_index(const char *test, const char *lang, unsigned n_documents, unsigned commits, bool reorder)
{
    bench t;

    begin_with(&t, test, lang, 0, (ft_index_options){.reorder = reorder});
    grown_in(&t, n_documents, commits);
    ask_many(&t, ft_rng_env("FT_QUERIES", 30));
    finish(&t);
}

Test(random, one_segment)
{
    compare_index("one_segment", "none", 4500, 1, false);
}

Test(random, reordered)
{
    compare_index("reordered", "english", 4500, 1, true);
}

/* So are the segments that commits merge. */
Test(random, reordered_in_commits)
{
    compare_index("reordered_in_commits", "english", 2000, 20, true);
}

Test(random, seven_segments)
{
    compare_index("seven_segments", "english", 3500, 7, false);
}

/* Commits merge now and then. */
Test(random, forty_commits)
{
    compare_index("forty_commits", "english", 2000, 40, false);
}

Test(random, tiny_indexes)
{
    for (unsigned n = 0; n < 12; n++) {
        bench t;
        char lang[] = "english";
        begin_with(&t, "tiny_indexes", lang, 0, (ft_index_options){.reorder = n % 2});
        t.world.rng.state += n; /* another index each time */
        grown_in(&t, n, n % 3 + 1);
        ask_many(&t, 1 + ft_rng_env("FT_QUERIES", 30) / 12);
        finish(&t);
    }
}

static void change_and_compare(const char *test, unsigned passage_words, ft_index_options opts)
{
    bench t;

    opts.no_merge = true;
    begin_with(&t, test, "english", passage_words, opts);
    for (unsigned round = 0; round < 7; round++) {
        for (unsigned i = 0; i < 200; i++)
            add(&t, 200 * round + i);
        /* Documents of this commit and of earlier ones are replaced and deleted, some of them twice. */
        for (unsigned i = 0; i < 40; i++)
            add(&t, ft_rng_below(&t.world.rng, 200 * (round + 1)));
        for (unsigned i = 0; i < 40; i++)
            erase(&t, ft_rng_below(&t.world.rng, 200 * (round + 1)));
        commit(&t);
        ask_many(&t, 1 + ft_rng_env("FT_QUERIES", 30) / 10);
    }
    ft_error err;
    ft_fixture_ok(ft_index_merge(t.index, NULL, &err), &err, "merge");
    ft_oracle_merge(t.oracle);
    ask_many(&t, 1 + ft_rng_env("FT_QUERIES", 30) / 3);
    finish(&t);
}

Test(random, deleted_and_replaced)
{
    change_and_compare("deleted_and_replaced", 0, (ft_index_options){0});
}

Test(random, passages_and_groups)
{
    change_and_compare("passages_and_groups", 24, (ft_index_options){0});
}

Test(random, texts_not_kept)
{
    change_and_compare("texts_not_kept", 24, (ft_index_options){.no_store = true});
}

/* The first segment is renumbered, and what they are merged into. */
Test(random, reordered_and_changed)
{
    change_and_compare("reordered_and_changed", 24, (ft_index_options){.reorder = true});
}

/* Without deletions, neither the split into segments nor their merging changes a score. */
Test(random, split_changes_nothing)
{
    bench one, many;
    ft_text syntax = {0};

    begin(&one, "split_changes_nothing", "english", 0, true);
    begin(&many, "split_changes_nothing", "english", 0, true);
    grown_in(&one, 900, 1);
    grown_in(&many, 900, 7);
    for (int merged = 0; merged < 2; merged++) {
        ft_reader *a = ft_fixture_reader(ft_fixture_path(one.dir, "x.ft"));
        ft_reader *b = ft_fixture_reader(ft_fixture_path(many.dir, "x.ft"));
        for (unsigned i = 0; i < 1 + ft_rng_env("FT_QUERIES", 30) / 2; i++) {
            ft_node *tree = ft_node_random(&one.world, 3);
            ft_search_options opts = {.size = sizeof opts, .top = 50, .count = true};
            ft_query *qa, *qb;
            ft_results *ra, *rb;
            ft_node_render(tree, &syntax);
            cr_assert_eq(ft_query_parse(&qa, a, syntax.ptr, syntax.len, NULL, NULL), FT_OK);
            cr_assert_eq(ft_query_parse(&qb, b, syntax.ptr, syntax.len, NULL, NULL), FT_OK);
            cr_assert_eq(ft_search(&ra, a, qa, &opts, NULL), FT_OK);
            cr_assert_eq(ft_search(&rb, b, qb, &opts, NULL), FT_OK);
            ask as = {.t = &one, .syntax = syntax.ptr, .opts = opts};
            compare_strategies(&as, ra, rb);
            ft_results_free(ra);
            ft_results_free(rb);
            ft_query_free(qa);
            ft_query_free(qb);
            ft_node_free(tree);
        }
        ft_reader_close(a);
        ft_reader_close(b);
        cr_assert_eq(ft_index_merge(many.index, NULL, NULL), FT_OK);
    }
    ft_text_release(&syntax);
    finish(&one);
    finish(&many);
}
