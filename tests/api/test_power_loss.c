/* test_power_loss.c - a history of commits is recorded, and the power fails at every point of it: what is found is the
 * last commit that was said to be durable, or a later one that was under way, whole; and work goes on from there. */
#include "faultio.h"
#include "fixture.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TINY 64u /* of memory: everything that can wait in a temporary file does */
#define STATES 16
#define REPLAYS 12u/* of each cut; FT_REPLAYS for more */

/* A commit: what it answers, between which cuts it may be found. */
typedef struct state {
    char *answers;  /* NULL: no index */
    size_t begun;   /* the log's length when it was begun: not there at cuts up to this one */
    size_t durable; /* and when it was known to last: nothing older is there at cuts from this one on */
} state;

static state states[STATES];
static size_t n_states;

/* ------------------------------------------------ answers */

/* Everything an index has to say; NULL if there is none. */
static char *answers_of(const char *path)
{
    static const char *const queries[] = {"title", "apple", "\"apple pie\"", "bread OR cherry -apple"};
    ft_error err;
    ft_reader *rd;
    ft_stats stats;
    char *text;
    size_t len;
    ft_status st = ft_reader_open(&rd, path, &err);

    if (st == FT_ENOINDEX)
        return NULL;
    ft_fixture_ok(st, &err, "open for reading");
    ft_reader_stats(rd, &stats);
    FILE *out = open_memstream(&text, &len);
    fprintf(out, "commit %llu: %llu documents, %llu bytes", (unsigned long long)stats.generation,
            (unsigned long long)stats.documents, (unsigned long long)stats.bytes_total);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char *ids = ft_fixture_ask(rd, queries[i], NULL, NULL, NULL);
        fprintf(out, "; %s", ids);
        free(ids);
    }
    fclose(out);
    ft_reader_close(rd);
    return text;
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ------------------------------------------------ the history */

static void begin_commit(void)
{
    cr_assert_lt(n_states, STATES);
    states[n_states++] = (state){.begun = ft_faultio_logged(), .durable = (size_t)-1};
}

/* The last commit is there, and if the engine said that it is durable, so it is from now on. */
static void note(const char *path, bool durable)
{
    state *s = &states[n_states - 1];

    if (durable)
        s->durable = ft_faultio_logged();
    if (!s->answers)
        s->answers = answers_of(path);
}

static ft_index *write_new(const char *path)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .replace = true};
    ft_error err;
    ft_index *ix;

    ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
    ix->config.memory = TINY;
    ix->no_merge = true;
    return ix;
}

static ft_index *write_on(const char *path)
{
    ft_index *ix = ft_fixture_open(path);

    ix->config.memory = TINY;
    ix->no_merge = true;
    return ix;
}

static void commit(ft_index *ix, const char *path)
{
    begin_commit();
    ft_fixture_commit(ix);
    note(path, true);
}

static void remove_document(ft_index *ix, const char *id)
{
    ft_error err;
    bool existed;

    ft_fixture_ok(ft_index_delete(ix, id, strlen(id), &existed, &err), &err, "delete");
    cr_assert(existed);
}

static void merge(ft_index *ix, const char *path)
{
    ft_error err;

    begin_commit();
    ft_fixture_ok(ft_index_merge(ix, NULL, &err), &err, "merge");
    note(path, true);
}

/* A commit, or a merge, whose manifest is in place when the sync of the directory fails. Neither the handle that failed
 * may remove what only the manifest before needs, nor the next one before it has made the rename durable. */
static ft_index *end_in_doubt(ft_index *ix, bool merges, const char *path)
{
    ft_faultio_plan last = {.calls = 1u << FT_CALL_SYNC, .nth = merges ? 4 : 3, .number = EIO};
    ft_error err;

    begin_commit();
    ft_faultio_arm(&last); /* (segment), directory, manifest, directory */
    ft_status st = merges ? ft_index_merge(ix, NULL, &err) : ft_index_commit(ix, NULL, &err);
    cr_assert_eq(st, FT_EIO);
    cr_assert_eq(ft_faultio_disarm(), 1);
    ft_index_close(ix);
    note(path, false);
    ix = write_on(path);
    note(path, true);
    return ix;
}

static void live(const char *path)
{
    states[0] = (state){0};
    n_states = 1;

    ft_index *ix = write_new(path);
    ft_fixture_add(ix, "a", "a title", "apple tree\n\nanother tree");
    ft_fixture_add(ix, "b", "a title", "bread and butter");
    commit(ix, path);
    ft_fixture_add(ix, "c", "a title", "cherry pie");
    ft_fixture_add(ix, "a", "a title", "apple pie");
    commit(ix, path);
    ft_index_close(ix);

    ix = write_on(path);
    remove_document(ix, "b");
    ix = end_in_doubt(ix, false, path);
    ft_fixture_add(ix, "d", "a title", "dumplings with apple and with cherry");
    commit(ix, path);
    merge(ix, path);
    ft_index_close(ix);

    ix = write_new(path);
    ft_fixture_add(ix, "e", "a title", "eggs on bread");
    commit(ix, path);
    ft_index_close(ix);
    ix = write_on(path);
    ft_fixture_add(ix, "never", "a title", "committed");
    ft_index_close(ix);
    ix = write_on(path);
    remove_document(ix, "e");
    commit(ix, path);
    ft_fixture_add(ix, "f", "a title", "figs, an apple, figs");
    commit(ix, path);
    ix = end_in_doubt(ix, true, path);
    ft_fixture_add(ix, "g", "a title", "grapes");
    ft_fixture_add(ix, "h", "a title", "honey, apple pie");
    ft_fixture_add(ix, "i", "a title", "ice on cherry");
    commit(ix, path);
    ix->no_merge = false;
    remove_document(ix, "g");
    remove_document(ix, "h");
    ft_fixture_add(ix, "j", "a title", "jam of apple");
    commit(ix, path);
    cr_assert_eq(ix->next.segments[1].n_docs, 1, "the commit has rewritten the segment of i");
    ft_index_close(ix);
}

/* ------------------------------------------------ after the loss */

static void expect_a_state(const char *path, size_t cut, const char *how)
{
    char *found = answers_of(path);
    size_t oldest = 0, i;
    ft_error err;

    for (i = 0; i < n_states; i++)
        if (states[i].durable <= cut)
            oldest = i;
    for (i = oldest; i < n_states && !same(found, states[i].answers); i++)
        ;
    cr_assert(i < n_states, "%s: after commit %zu was durable: %s", how, oldest, found ? found : "no index");
    cr_assert(i == oldest || states[i].begun < cut, "%s: commit %zu before it was begun", how, i);
    if (found)
        ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, how);
    free(found);
}

static size_t count_files(const char *path, const char *part)
{
    char *files = ft_fixture_files(path);
    size_t n = 0;

    for (const char *p = files; (p = strstr(p, part)); p++)
        n++;
    free(files);
    return n;
}

static void expect_to_go_on(const char *path, const char *how)
{
    char *before = answers_of(path);
    ft_index *ix = before ? ft_fixture_open(path) : ft_fixture_create(path);
    ft_manifest m;
    ft_error err;

    ft_fixture_add(ix, "z", "", "zest");
    ft_fixture_close_committed(ix);
    ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, how);
    char *ids = ft_fixture_search(path, "zest", NULL);
    cr_assert_str_eq(ids, "z:0", "%s: %s", how, ids);
    free(ids);
    ft_fixture_ok(ft_manifest_read(&m, path, &err), &err, how);
    cr_assert_eq(count_files(path, FT_SEGMENT_SUFFIX), m.n_segments, "%s: segments left behind", how);
    cr_assert_eq(count_files(path, FT_TEMP_PREFIX), 0, "%s: temporary files left behind", how);
    ft_manifest_release(&m);
    free(before);
}

static void lose_power(const char *dir, size_t cut, uint64_t seed, unsigned replay)
{
    char to[1024], path[1100], how[96];
    ft_rng rng = ft_rng_named(seed, "power loss");

    rng.state += cut * 1000003 + replay;
    snprintf(how, sizeof how, "FT_SEED=%llu, cut %zu, replay %u", (unsigned long long)seed, cut, replay);
    snprintf(to, sizeof to, "%s/after", dir);
    snprintf(path, sizeof path, "%s/x.ft", to);
    cr_assert_eq(mkdir(to, 0700), 0);
    ft_faultio_replay(cut, &rng, to);
    expect_a_state(path, cut, how);
    expect_to_go_on(path, how);
    ft_fixture_remove(strdup(to));
}

Test(power_loss, finds_a_commit)
{
    unsigned replays = ft_rng_env("FT_REPLAYS", REPLAYS);
    char *dir = ft_fixture_dir(), before[1024], path[1100];
    ft_faultio_plan no_sync = {.nth = LONG_MAX};
    uint64_t seed = ft_rng_seed();

    snprintf(before, sizeof before, "%s/before", dir);
    snprintf(path, sizeof path, "%s/x.ft", before);
    cr_assert_eq(mkdir(before, 0700), 0);
    ft_faultio_record(before);
    live(path);
    size_t n = ft_faultio_logged();
    ft_faultio_stop();
    cr_assert_geq(n_states, 9);
    ft_faultio_arm(&no_sync);
    for (size_t cut = 0; cut <= n; cut++)
        for (unsigned i = 0; i < replays; i++)
            lose_power(dir, cut, seed, i);
    ft_faultio_disarm();
    ft_faultio_forget();
    for (size_t i = 0; i < n_states; i++)
        free(states[i].answers);
    ft_fixture_remove(dir);
}
