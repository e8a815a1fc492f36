/* exact.c - proves pruning by differences: random queries about an index, each answered by scoring every match, and
 * then with pruning for several numbers of hits. Hits, their order, scores to the bit and totals must be the same.
 *
 *     exact build INDEX SEGMENTS PASSAGES [reorder] < passages.jsonl
 *     exact ask INDEX QUERIES [THREADS [FIRST]]
 *     exact kernels
 *
 * `build` takes what corpus/gen writes and packs one to three passages into a document. `ask` prints a digest of all
 * answers, which is the same for every set of kernels, and for every number of segments that hold the same documents.
 * Query number i depends on FT_SEED, the index's contents and i alone: to see one again, QUERIES is 1 and FIRST is i.
 * Half of the queries are asked with BM25's parameters at 1.2 and 0.75, half at 0.9 and 0.4; one in five by document.
 * A plain program, as a million passages and thousands of queries are no unit test. `kernels` lists the sets of kernels
 * that this machine has. */
#include "cpu.h"
#include "drawquery.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 1000 /* of the reference */

static const char *index_path;
static const ft_reader *reader;
static const ft_drawer *drawer;
static uint64_t seed;
static atomic_uint next_query, n_failed;
static unsigned end_query;

static void need(ft_status st, const ft_error *err, const char *what)
{
    if (st != FT_OK) {
        fprintf(stderr, "exact: %s: %s\n", what, err->text);
        exit(1);
    }
}

/* ---------------------------------------------------------------- building */

/* The value of a key, which has no escapes: the generator writes none. */
static ft_str value_of(const char *line, const char *key)
{
    char quoted[32];

    snprintf(quoted, sizeof quoted, "\"%s\":\"", key);
    const char *from = strstr(line, quoted);
    if (!from)
        return (ft_str){"", 0};
    from += strlen(quoted);
    return (ft_str){from, strcspn(from, "\"")};
}

static void add_document(ft_index *ix, const char *title, const ft_text *text, unsigned number)
{
    char id[16];
    ft_error err;
    ft_document doc = {.size = sizeof doc, .line = 1, .passage_words = 100};

    doc.id = (ft_str){id, (size_t)snprintf(id, sizeof id, "d%u", number)};
    doc.title = (ft_str){title, strlen(title)};
    doc.text = (ft_str){text->ptr, text->len};
    need(ft_index_add(ix, &doc, &err), &err, "add");
}

static int build(const char *path, unsigned segments, unsigned passages, bool reorder)
{
    ft_index_options opts = {.size = sizeof opts, .replace = true, .no_merge = true, .threads = 2, .reorder = reorder};
    ft_rng r = ft_rng_named(seed, "documents");
    ft_index *ix = NULL;
    ft_text text = {0};
    ft_error err;
    char *line = NULL, title[256] = "";
    size_t cap = 0;
    unsigned n = 0, n_documents = 0, in_document = 0, commits = 0;

    need(ft_index_create(&ix, path, &opts, &err), &err, path);
    while (getline(&line, &cap, stdin) > 0) {
        ft_str of = value_of(line, "title"), body = value_of(line, "text");
        if (in_document == 0) {
            in_document = ft_rng_between(&r, 1, 3);
            snprintf(title, sizeof title, "%.*s", (int)of.len, of.ptr);
            text.len = 0;
        } else {
            ft_text_add(&text, "\n\n");
        }
        line[body.ptr + body.len - line] = '\0';
        ft_text_add(&text, body.ptr);
        n++;
        if (--in_document == 0 || n == passages)
            add_document(ix, title, &text, n_documents++);
        if (in_document == 0 && n < passages && n >= (uint64_t)(commits + 1) * passages / segments) {
            need(ft_index_commit(ix, NULL, &err), &err, "commit");
            commits++;
        }
    }
    need(ft_index_commit(ix, NULL, &err), &err, "commit");
    ft_index_close(ix);
    ft_text_release(&text);
    free(line);
    if (n != passages || commits + 1 != segments) {
        fprintf(stderr, "exact: %u passages in %u segments\n", n, commits + 1);
        return 1;
    }
    return 0;
}

/* ---------------------------------------------------------------- asking */

/* One query and how it is asked. */
typedef struct ask {
    unsigned number;
    const char *syntax;
    const ft_query *query;
    ft_search_options opts;
} ask;

static void complain(const ask *a, const char *how, const char *what)
{
    atomic_fetch_add(&n_failed, 1);
    flockfile(stderr);
    fprintf(stderr, "exact: query %u <%s> top %u k1 %g b %g%s, %s: %s\n  replay: FT_SEED=%" PRIu64, a->number,
            a->syntax, a->opts.top, a->opts.k1, a->opts.b, a->opts.group_documents ? " by document" : "", how, what,
            seed);
    if (getenv("FT_CPU"))
        fprintf(stderr, " FT_CPU=%s", getenv("FT_CPU"));
    fprintf(stderr, " build/tests/exact ask %s 1 1 %u\n", index_path, a->number);
    funlockfile(stderr);
}

static ft_results *run(const ask *a)
{
    ft_error err;
    ft_results *rs = NULL;

    if (ft_search(&rs, reader, a->query, &a->opts, &err) == FT_OK)
        return rs;
    complain(a, a->opts.exhaustive ? "exhaustive" : "pruned", err.text);
    return NULL;
}

static bool same_hits(const ask *a, ft_results *rs, ft_results *reference, const char *how)
{
    size_t n = ft_results_count(rs), all = ft_results_count(reference);
    char said[160];

    if (n != (all < a->opts.top ? all : a->opts.top)) {
        snprintf(said, sizeof said, "%zu hits of %zu", n, all);
        complain(a, how, said);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        ft_hit is, should;
        ft_error err;
        need(ft_results_hit(rs, i, &is, &err), &err, "hit");
        need(ft_results_hit(reference, i, &should, &err), &err, "hit");
        if (is.global == should.global && is.score == should.score)
            continue;
        snprintf(said, sizeof said, "rank %zu: passage %" PRIu64 " with %.9g, exhaustive %" PRIu64 " with %.9g", i + 1,
                 is.global, is.score, should.global, should.score);
        complain(a, how, said);
        return false;
    }
    return true;
}

static void compare(ask *a, ft_results *reference, uint32_t top, bool count)
{
    char how[32], said[96];
    bool exact, complete;
    uint64_t total = ft_results_total(reference, &complete);

    a->opts.top = top;
    a->opts.count = count;
    snprintf(how, sizeof how, "pruned%s", count ? " and counted" : "");
    ft_results *rs = run(a);
    if (!rs)
        return;
    uint64_t found = ft_results_total(rs, &exact);
    if (count && !exact) {
        complain(a, how, "the total is not exact");
    } else if (exact ? found != total : found > total) {
        snprintf(said, sizeof said, "total %" PRIu64 "%s, exhaustive %" PRIu64, found, exact ? "" : " at least", total);
        complain(a, how, said);
    } else if (top) {
        same_hits(a, rs, reference, how);
    }
    ft_results_free(rs);
}

/* Stirs a value into a digest. */
static uint64_t stir(uint64_t digest, uint64_t value)
{
    ft_rng r = {digest ^ value * 0x9e3779b97f4a7c15u};

    return ft_rng_next(&r);
}

static uint64_t digest_of(ft_results *rs, unsigned number)
{
    bool exact;
    uint64_t digest = stir(number, ft_results_total(rs, &exact)), bits;

    for (size_t i = 0; i < ft_results_count(rs); i++) {
        ft_hit hit;
        ft_error err;
        need(ft_results_hit(rs, i, &hit, &err), &err, "hit");
        memcpy(&bits, &hit.score, sizeof bits);
        digest = stir(stir(digest, hit.global), bits);
    }
    return digest;
}

/* The digest of query number `number`; *matches is how many it has. */
static uint64_t ask_one(unsigned number, ft_text *syntax, uint64_t *matches)
{
    static const uint32_t tops[] = {1, 10, 100, 1000};
    ft_rng r = ft_rng_named(seed + number, "query");
    ft_query *query = NULL;
    ft_error err;
    bool exact, game = ft_rng_chance(&r, 50);
    uint64_t digest = 0;

    ft_drawer_query(drawer, &r, syntax);
    need(ft_query_parse(&query, reader, syntax->ptr, syntax->len, NULL, &err), &err, syntax->ptr);
    ask a = {number, syntax->ptr, query, {.size = sizeof a.opts, .top = DEPTH, .count = true, .exhaustive = true}};
    a.opts.has_k1 = a.opts.has_b = true;
    a.opts.k1 = game ? 0.9 : 1.2;
    a.opts.b = game ? 0.4 : 0.75;
    a.opts.group_documents = ft_rng_chance(&r, 20);
    ft_results *reference = run(&a);
    if (reference) {
        digest = digest_of(reference, number);
        *matches = ft_results_total(reference, &exact);
        a.opts.exhaustive = false;
        for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++)
            compare(&a, reference, tops[i], false);
        compare(&a, reference, tops[ft_rng_below(&r, 4)], true);
        compare(&a, reference, 0, true);
    }
    ft_results_free(reference);
    ft_query_free(query);
    return digest;
}

/* What one thread has seen. Digests are added up, so that the order does not matter. */
typedef struct seen {
    uint64_t digest, matches, n_matched;
} seen;

static void *ask_many(void *arg)
{
    seen *s = arg;
    ft_text syntax = {0};
    unsigned number;

    while ((number = atomic_fetch_add(&next_query, 1)) < end_query && atomic_load(&n_failed) < 20) {
        uint64_t matches = 0;
        s->digest += ask_one(number, &syntax, &matches);
        s->matches += matches;
        s->n_matched += matches > 0;
    }
    ft_text_release(&syntax);
    return NULL;
}

static int ask_all(const char *path, unsigned queries, unsigned n_threads, unsigned first)
{
    ft_reader *rd = NULL;
    ft_error err;
    pthread_t threads[64];
    seen by[64] = {{0}}, all = {0};

    need(ft_reader_open(&rd, path, &err), &err, path);
    ft_drawer *d = ft_drawer_new(rd, seed);
    if (!d) {
        fprintf(stderr, "exact: %s has no words to ask for\n", path);
        return 1;
    }
    index_path = path;
    reader = rd;
    drawer = d;
    atomic_store(&next_query, first);
    end_query = first + queries;
    for (unsigned t = 0; t < n_threads; t++) {
        if (pthread_create(&threads[t], NULL, ask_many, &by[t]) != 0)
            abort();
    }
    for (unsigned t = 0; t < n_threads; t++) {
        pthread_join(threads[t], NULL);
        all.digest += by[t].digest;
        all.matches += by[t].matches;
        all.n_matched += by[t].n_matched;
    }
    ft_drawer_free(d);
    ft_reader_close(rd);
    if (atomic_load(&n_failed)) {
        fprintf(stderr, "exact: %s: %u answers differ with FT_SEED=%" PRIu64 "\n", path, atomic_load(&n_failed), seed);
        return 1;
    }
    printf("%016" PRIx64 " %u queries, %" PRIu64 " with matches, %" PRIu64 " matches\n", all.digest, queries,
           all.n_matched, all.matches);
    return queries >= 100 && all.n_matched * 2 < queries; /* most must find something, or nothing is proved */
}

static int list_kernels(void)
{
    static const char *const names[] = {"scalar", "sse41", "avx2", "avx512"};
    ft_kernels set;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (ft_kernels_named(names[i], &set))
            printf("%s\n", names[i]);
    }
    return 0;
}

static unsigned number_of(char **args, int n_args, int i, unsigned least, unsigned most, unsigned otherwise)
{
    unsigned long n = i < n_args ? strtoul(args[i], NULL, 10) : otherwise;

    return n < least ? least : n > most ? most : (unsigned)n;
}

int main(int argc, char **argv)
{
    seed = ft_rng_seed();
    if (argc == 2 && strcmp(argv[1], "kernels") == 0)
        return list_kernels();
    if (argc >= 5 && strcmp(argv[1], "build") == 0)
        return build(argv[2], number_of(argv, argc, 3, 1, 1000, 1), number_of(argv, argc, 4, 1, UINT32_MAX, 1),
                     argc > 5 && strcmp(argv[5], "reorder") == 0);
    if (argc >= 4 && strcmp(argv[1], "ask") == 0)
        return ask_all(argv[2], number_of(argv, argc, 3, 1, 1u << 30, 1), number_of(argv, argc, 4, 1, 64, 1),
                       number_of(argv, argc, 5, 0, 1u << 30, 0));
    fputs("usage: exact build INDEX SEGMENTS PASSAGES [reorder] | ask INDEX QUERIES [THREADS [FIRST]] | kernels\n",
          stderr);
    return 2;
}
