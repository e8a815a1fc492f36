/* commits_and_readers.c - readers search while a writer commits: each answer is that of exactly one commit, and a
 * snapshot does not change. A plain program, because Criterion does not start under ThreadSanitizer.
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

static char path[1024];
static unsigned n_commits = 60;
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

/* In round r every document is replaced by one that names the round; every fifth round merges. */
static void commit_round(ft_index *ix, unsigned round)
{
    ft_error err;

    for (unsigned i = 0; i < N_DOCUMENTS; i++) {
        char id[16], text[64];
        ft_document doc = {.size = sizeof doc, .line = 1};
        doc.id = (ft_str){id, (size_t)snprintf(id, sizeof id, "d%u", i)};
        doc.text = (ft_str){text, (size_t)snprintf(text, sizeof text, "everywhere round%u text%u", round, i)};
        EXPECT(ft_index_add(ix, &doc, &err) == FT_OK, "add: %s", err.text);
    }
    EXPECT(ft_index_commit(ix, NULL, &err) == FT_OK, "commit: %s", err.text);
    atomic_store(&committed, round);
    if (round % 5 == 4)
        EXPECT(ft_index_merge(ix, NULL, &err) == FT_OK, "merge: %s", err.text);
}

static void *write_rounds(void *arg)
{
    ft_index *ix = arg;

    for (unsigned round = 1; round <= n_commits; round++)
        commit_round(ix, round);
    atomic_store(&finished, true);
    return NULL;
}

/* The round that every document of the snapshot names. */
static unsigned round_of(const ft_reader *rd)
{
    ft_search_options opts = {.size = sizeof opts, .top = 100, .count = true};
    ft_query *q;
    ft_results *rs;
    ft_error err;
    unsigned round = 0, names = 0;

    EXPECT(ft_query_parse(&q, rd, "everywhere", 10, NULL, &err) == FT_OK, "parse: %s", err.text);
    EXPECT(ft_search(&rs, rd, q, &opts, &err) == FT_OK, "search: %s", err.text);
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

static void *read_rounds(void *arg)
{
    unsigned last = 0, *answers = arg;

    while (!atomic_load(&finished)) {
        unsigned sure = atomic_load(&committed);
        ft_reader *rd;
        ft_error err;
        EXPECT(ft_reader_open(&rd, path, &err) == FT_OK, "open: %s", err.text);
        unsigned round = round_of(rd);
        EXPECT(round >= sure && round >= last, "round %u after %u was committed", round, sure > last ? sure : last);
        EXPECT(round_of(rd) == round, "the snapshot has changed");
        ft_reader_close(rd);
        last = round;
        ++*answers;
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
    unsigned n_readers = 4, answers[64] = {0}, sum = 0;
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
