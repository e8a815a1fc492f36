/* commits_and_readers.c - readers search while a writer commits: each answer is that of exactly one commit, and a
 * snapshot does not change, however long it is kept. A plain program, because Criterion does not start under
 * ThreadSanitizer.
 *
 * In round r the writer replaces every document dI by one that names the round, adds nR, and every second round
 * deletes the oldest nI. So the round says all there is to find. Commits merge as they are due, and sometimes all.
 *
 *     build/tests/commits_and_readers [COMMITS [READERS]] */
#include "fulltext.h"

#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_DOCUMENTS 12
#define N_KEPT 4 /* old snapshots of each reader */

static char path[1024];
static unsigned n_commits = 1000;
static atomic_uint committed; /* rounds that are surely durable */
static atomic_bool finished;

#define EXPECT(condition, ...)            \
    do {                                  \
        if (!(condition)) {               \
            fprintf(stderr, __VA_ARGS__); \
            fputc('\n', stderr);          \
            exit(1);                      \
        }                                 \
    } while (0)

/* ---------------------------------------------------------------- the writer */

static void add(ft_index *ix, const char *kind, unsigned number, const char *word, unsigned round)
{
    char id[16], text[64];
    ft_document doc = {.size = sizeof doc, .line = 1};
    ft_error err;

    doc.id = (ft_str){id, (size_t)snprintf(id, sizeof id, "%s%u", kind, number)};
    doc.text = (ft_str){text, (size_t)snprintf(text, sizeof text, "%s round%u text%u", word, round, number)};
    EXPECT(ft_index_add(ix, &doc, &err) == FT_OK, "add: %s", err.text);
}

/* The oldest nI after a round. */
static unsigned oldest(unsigned round)
{
    return (round + 1) / 2;
}

/* Whether the commit has merged. */
static bool commit_round(ft_index *ix, unsigned round)
{
    ft_commit_info info;
    ft_error err;

    for (unsigned i = 0; i < N_DOCUMENTS; i++)
        add(ix, "d", i, "everywhere", round);
    add(ix, "n", round, "grown", round);
    if (round % 2) {
        char id[16];
        size_t len = (size_t)snprintf(id, sizeof id, "n%u", oldest(round) - 1);
        bool existed;
        EXPECT(ft_index_delete(ix, id, len, &existed, &err) == FT_OK, "delete: %s", err.text);
        EXPECT(existed, "round %u: %s was not there", round, id);
    }
    EXPECT(ft_index_commit(ix, &info, &err) == FT_OK, "commit: %s", err.text);
    EXPECT(info.unmerged == FT_OK, "round %u: status %d when merging", round, (int)info.unmerged);
    atomic_store(&committed, round);
    if (round % 250 == 99)
        EXPECT(ft_index_merge(ix, NULL, &err) == FT_OK, "merge: %s", err.text);
    return info.merged > 0;
}

static void *write_rounds(void *arg)
{
    ft_index *ix = arg;
    unsigned merged = 0;

    for (unsigned round = 1; round <= n_commits; round++)
        merged += commit_round(ix, round);
    EXPECT(merged >= n_commits / 20, "%u of %u commits have merged", merged, n_commits);
    atomic_store(&finished, true);
    return NULL;
}

/* ---------------------------------------------------------------- the readers */

static ft_results *search(const ft_reader *rd, const char *text, uint32_t top, ft_query **q)
{
    ft_search_options opts = {.size = sizeof opts, .top = top, .count = true};
    ft_results *rs;
    ft_error err;

    EXPECT(ft_query_parse(q, rd, text, strlen(text), NULL, &err) == FT_OK, "parse: %s", err.text);
    EXPECT(ft_search(&rs, rd, *q, &opts, &err) == FT_OK, "search: %s", err.text);
    return rs;
}

/* The round that every dI of the snapshot names. */
static unsigned named_round(const ft_reader *rd)
{
    ft_query *q;
    ft_error err;
    unsigned round = 0, names = 0;
    ft_results *rs = search(rd, "everywhere", 100, &q);

    EXPECT(ft_results_total(rs, NULL) == N_DOCUMENTS, "%llu documents", (unsigned long long)ft_results_total(rs, NULL));
    for (size_t i = 0; i < ft_results_count(rs); i++) {
        ft_match match;
        char text[64] = "";
        EXPECT(ft_results_match(rs, i, &match, &err) == FT_OK, "match: %s", err.text);
        EXPECT(match.n_spans == 1 && match.text.len < sizeof text, "%zu spans", match.n_spans);
        memcpy(text, match.text.ptr, match.text.len);
        EXPECT(sscanf(text, "everywhere round%u", &names) == 1, "text <%s>", text);
        EXPECT(i == 0 || names == round, "rounds %u and %u in one snapshot", round, names);
        round = names;
    }
    ft_results_free(rs);
    ft_query_free(q);
    return round;
}

/* nI is there as its round made it, or is not. */
static void expect_document(const ft_reader *rd, unsigned number, bool there)
{
    char id[16], text[64];
    size_t len = (size_t)snprintf(id, sizeof id, "n%u", number);
    size_t text_len = (size_t)snprintf(text, sizeof text, "grown round%u text%u", number, number);
    ft_stored *doc;
    ft_error err;
    ft_status st = ft_reader_document(rd, id, len, &doc, &err);

    EXPECT(st == (there ? FT_OK : FT_ENOTFOUND), "%s: status %d", id, (int)st);
    if (there) {
        ft_str got = ft_stored_text(doc);
        EXPECT(got.len == text_len && memcmp(got.ptr, text, text_len) == 0, "%s: <%.*s>", id, (int)got.len, got.ptr);
    }
    ft_stored_free(doc);
}

/* The round of a snapshot, which everything in it must be of. */
static unsigned round_of(const ft_reader *rd)
{
    unsigned round = named_round(rd), first = oldest(round), live = round + 1 - first, levels = 1;
    ft_query *q;
    ft_stats stats;
    ft_results *rs = search(rd, "grown", 1, &q);

    EXPECT(ft_results_total(rs, NULL) == live, "round %u: %llu of %u nI", round,
           (unsigned long long)ft_results_total(rs, NULL), live);
    ft_results_free(rs);
    ft_query_free(q);
    expect_document(rd, round, true);
    expect_document(rd, first, true);
    if (first > 0)
        expect_document(rd, first - 1, false);
    ft_reader_stats(rd, &stats);
    EXPECT(stats.documents == N_DOCUMENTS + live, "round %u: %llu documents", round,
           (unsigned long long)stats.documents);
    while (stats.documents >> levels)
        levels++;
    EXPECT(stats.segments <= 4 * levels, "round %u: %llu segments", round, (unsigned long long)stats.segments);
    return round;
}

/* Opens the index again and again; every eighth snapshot is kept in place of an old one, but the first for ever. Old
 * ones must answer as they did. */
static void *read_rounds(void *arg)
{
    ft_reader *kept[N_KEPT] = {NULL}, *rd;
    unsigned rounds[N_KEPT] = {0}, last = 0, *answers = arg;

    for (unsigned turn = 0; !atomic_load(&finished); turn++) {
        unsigned sure = atomic_load(&committed), slot = turn / 8 < N_KEPT ? turn / 8 : 1 + turn / 8 % (N_KEPT - 1);
        ft_error err;
        EXPECT(ft_reader_open(&rd, path, &err) == FT_OK, "open: %s", err.text);
        unsigned round = round_of(rd);
        EXPECT(round >= sure && round >= last, "round %u after %u was committed", round, sure > last ? sure : last);
        EXPECT(round_of(rd) == round, "the snapshot has changed");
        if (turn % 8 == 0) {
            ft_reader *old = kept[slot];
            kept[slot] = rd;
            rounds[slot] = round;
            rd = old;
        }
        ft_reader_close(rd);
        rd = kept[turn % N_KEPT];
        EXPECT(!rd || round_of(rd) == rounds[turn % N_KEPT], "the snapshot of round %u has changed",
               rounds[turn % N_KEPT]);
        last = round;
        ++*answers;
    }
    for (unsigned i = 0; i < N_KEPT; i++) {
        EXPECT(!kept[i] || round_of(kept[i]) == rounds[i], "the snapshot of round %u has changed", rounds[i]);
        ft_reader_close(kept[i]);
    }
    return NULL;
}

static void *search_shared(void *arg)
{
    const ft_reader *rd = arg;

    for (int i = 0; i < 50; i++)
        EXPECT(round_of(rd) == n_commits, "a shared reader gives another answer");
    return NULL;
}

static int remove_one(const char *file, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(file);
}

int main(int argc, char **argv)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1};
    const char *tmp = getenv("TMPDIR");
    char dir[512];
    pthread_t writer, readers[64];
    unsigned n_readers = 8, answers[64] = {0}, sum = 0;
    ft_index *ix;
    ft_reader *rd;
    ft_error err;

    if (argc > 1)
        n_commits = (unsigned)strtoul(argv[1], NULL, 10);
    if (argc > 2)
        n_readers = (unsigned)strtoul(argv[2], NULL, 10) % 65;
    snprintf(dir, sizeof dir, "%s/ft-threads-XXXXXX", tmp ? tmp : "/tmp");
    EXPECT(mkdtemp(dir), "cannot make %s", dir);
    snprintf(path, sizeof path, "%s/x.ft", dir);
    EXPECT(ft_index_create(&ix, path, &opts, &err) == FT_OK, "create: %s", err.text);
    commit_round(ix, 0);
    pthread_create(&writer, NULL, write_rounds, ix);
    for (unsigned i = 0; i < n_readers; i++)
        pthread_create(&readers[i], NULL, read_rounds, &answers[i]);
    pthread_join(writer, NULL);
    for (unsigned i = 0; i < n_readers; i++) {
        pthread_join(readers[i], NULL);
        sum += answers[i];
    }
    ft_index_close(ix);
    EXPECT(ft_reader_open(&rd, path, &err) == FT_OK, "open: %s", err.text);
    for (unsigned i = 0; i < n_readers; i++)
        pthread_create(&readers[i], NULL, search_shared, rd);
    for (unsigned i = 0; i < n_readers; i++)
        pthread_join(readers[i], NULL);
    ft_reader_close(rd);
    EXPECT(ft_check(path, NULL, NULL, &err) == FT_OK, "check: %s", err.text);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    printf("%u commits, %u answers\n", n_commits, sum);
    return 0;
}
