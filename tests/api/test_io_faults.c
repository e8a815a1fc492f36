/* test_io_faults.c - the N-th system call fails, for every N: the index is what one of its commits made, whole; what
 * was said to have worked has worked; nothing leaks and nothing is left lying about. */
#include "faultio.h"
#include "fixture.h"
#include "mem.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 5000
#define TINY 64u /* of memory: everything that can wait in a temporary file does */

/* What an operation has reached. */
enum { STAGE_NONE, STAGE_COMMITTED, STAGE_MERGED, STAGES };

static char *dir;
static char path[1024], saved[1024];
static char *states[STAGES]; /* what is found after each */

static void begin(void)
{
    dir = ft_fixture_dir();
    snprintf(path, sizeof path, "%s/x.ft", dir);
    snprintf(saved, sizeof saved, "%s/saved", dir);
}

static void end(void)
{
    ft_fixture_remove(dir);
    for (int i = 0; i < STAGES; i++) {
        free(states[i]);
        states[i] = NULL;
    }
}

/* ------------------------------------------------ what is tried */

static ft_status add(ft_index *ix, const char *id, const char *text, ft_error *err)
{
    ft_document doc = {.size = sizeof doc, .id = ft_fixture_str(id), .title = ft_fixture_str("a title"),
                       .text = ft_fixture_str(text), .passage_words = 5, .line = 1, .count_lines = true,
                       .source = (unsigned char)id[0] % 4u};

    return ft_index_add(ix, &doc, err);
}

static ft_status begin_writing(bool create, ft_index **ix, ft_error *err)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .no_merge = true};
    ft_status st = create ? ft_index_create(ix, path, &opts, err) : ft_index_open(ix, path, &opts, err);

    if (st == FT_OK)
        (*ix)->config.memory = TINY;
    return st;
}

static ft_status build(int *stage, ft_error *err)
{
    ft_index *ix = NULL;
    ft_status st = begin_writing(true, &ix, err);

    *stage = STAGE_NONE;
    if (st == FT_OK)
        st = add(ix, "a", "apple tree\n\nand another tree\n\nCOVID-19", err);
    if (st == FT_OK)
        st = add(ix, "b", "bread and butter", err);
    if (st == FT_OK)
        st = add(ix, "a", "apple pie", err);
    if (st == FT_OK)
        st = ft_index_commit(ix, NULL, err);
    if (st == FT_OK)
        *stage = STAGE_COMMITTED;
    ft_index_close(ix);
    return st;
}

/* Adds, replaces and deletes, commits and merges. */
static ft_status change(int *stage, ft_error *err)
{
    ft_index *ix = NULL;
    ft_status st = begin_writing(false, &ix, err);

    *stage = STAGE_NONE;
    if (st == FT_OK)
        st = add(ix, "a", "another apple\n\nor two of them in another bowl", err);
    if (st == FT_OK)
        st = add(ix, "c", "cherry pie", err);
    if (st == FT_OK)
        st = ft_index_delete(ix, "b", 1, NULL, err);
    if (st == FT_OK)
        st = ft_index_set_sources(ix, "a record", 8, err);
    if (st == FT_OK)
        st = ft_index_commit(ix, NULL, err);
    if (st == FT_OK)
        *stage = STAGE_COMMITTED;
    if (st == FT_OK)
        st = ft_index_merge(ix, NULL, err);
    if (st == FT_OK)
        *stage = STAGE_MERGED;
    ft_index_close(ix);
    return st;
}

static void count_problem(void *arg, const char *file, uint64_t off, const char *what)
{
    (void)file;
    (void)off;
    (void)what;
    ++*(int *)arg;
}

static ft_status look(int *stage, ft_error *err)
{
    ft_search_options opts = {.size = sizeof opts, .top = 10, .count = true};
    ft_reader *rd = NULL;
    ft_query *q = NULL;
    ft_results *rs = NULL;
    ft_stored *doc = NULL;
    ft_snippet snippet;
    ft_str sources;
    int problems = 0;

    *stage = STAGE_NONE;
    ft_status st = ft_reader_open(&rd, path, err);
    if (st == FT_OK)
        st = ft_query_parse(&q, rd, "apple \"another apple\"", 21, NULL, err);
    if (st == FT_OK)
        st = ft_search(&rs, rd, q, &opts, err);
    if (st == FT_OK) {
        cr_assert_eq(ft_results_count(rs), 1);
        st = ft_results_snippet(rs, 0, 80, &snippet, err);
    }
    if (st == FT_OK)
        st = ft_reader_document(rd, "a", 1, &doc, err);
    if (st == FT_OK)
        st = ft_reader_sources(rd, &sources, err);
    ft_stored_free(doc);
    ft_results_free(rs);
    ft_query_free(q);
    ft_reader_close(rd);
    if (st == FT_OK)
        st = ft_check(path, count_problem, &problems, err);
    cr_assert_eq(problems, 0, "a failing call is no damage to the index");
    return st;
}

/* ------------------------------------------------ what must hold */

/* What the index answers, a text; NULL if there is none. */
static char *state_of(void)
{
    static const char *const queries[] = {"apple", "bread OR cherry", "\"another apple\"", "title"};
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
    fprintf(out, "%llu of %llu segments, %llu documents", (unsigned long long)stats.generation,
            (unsigned long long)stats.segments, (unsigned long long)stats.documents);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char *ids = ft_fixture_ask(rd, queries[i], NULL, NULL, NULL);
        fprintf(out, ", %s", ids);
        free(ids);
    }
    fclose(out);
    ft_reader_close(rd);
    return text;
}

static bool is_state(const char *found, int stage)
{
    return found && states[stage] ? strcmp(found, states[stage]) == 0 : found == states[stage];
}

/* The directory holds what the manifest names, and no more. */
static void expect_named_files(const char *what)
{
    ft_manifest m;
    ft_error err;
    char *names = ft_fixture_files(path), *rest = names;
    size_t n = 0;

    ft_fixture_ok(ft_manifest_read(&m, path, &err), &err, what);
    for (char *name; (name = strsep(&rest, "\n")) && *name; n++) {
        bool named = strcmp(name, FT_LOCK_NAME) == 0 || strcmp(name, FT_MANIFEST_NAME) == 0;
        for (size_t i = 0; i < m.n_segments; i++) {
            char segment[32];
            ft_segment_name(segment, m.segments[i].hash);
            named |= strcmp(name, segment) == 0;
        }
        if (m.origins_len > 0) {
            char origins[32];
            ft_origins_name(origins, m.origins_hash);
            named |= strcmp(name, origins) == 0;
        }
        cr_assert(named, "%s: %s is left behind", what, name);
    }
    cr_assert_eq(n, m.n_segments + 2 + (m.origins_len > 0), "%s", what);
    ft_manifest_release(&m);
    free(names);
}

/* After one call has failed; found is what the index says now. Only where the manifest is in place and its durability
 * in doubt may both commits' segments stay. */
static void expect_no_litter(const char *found, int stage, const char *what)
{
    if (found && is_state(found, stage)) {
        expect_named_files(what);
    } else if (access(path, F_OK) == 0) {
        char *files = ft_fixture_files(path);
        cr_assert_null(strstr(files, FT_TEMP_PREFIX), "%s: left behind: %s", what, files);
        cr_assert(found || !*files, "%s: left behind of no index: %s", what, files);
        free(files);
    }
}

/* A later writer finds everything in order, and leaves exactly what the manifest names. */
static void expect_recovery(bool is_there, const char *what)
{
    ft_error err;
    ft_index *ix = is_there ? ft_fixture_open(path) : ft_fixture_create(path);

    ft_fixture_add(ix, "later", "", "later");
    ft_fixture_close_committed(ix);
    ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, what);
    expect_named_files(what);
}

/* ------------------------------------------------ the loop */

typedef ft_status operation(int *stage, ft_error *err);

static void copy_index(const char *from, const char *to)
{
    char *names = ft_fixture_files(from), *rest = names;

    if (access(to, F_OK) == 0)
        ft_fixture_remove(strdup(to));
    cr_assert_eq(mkdir(to, 0700), 0);
    for (char *name; (name = strsep(&rest, "\n")) && *name;) {
        size_t len;
        unsigned char *data = ft_fixture_read(ft_fixture_path(from, name), &len);
        ft_fixture_write(ft_fixture_path(to, name), data, len);
        free(data);
    }
    free(names);
}

/* Before each try: nothing for a build, else the index that build makes. */
static void prepare(operation *op)
{
    if (op != build)
        copy_index(saved, path);
    else if (access(path, F_OK) == 0)
        ft_fixture_remove(strdup(path));
}

/* Finds out the states that an undisturbed run goes through; *last is the stage it ends at. */
static void learn(operation *op, int *last)
{
    ft_error err;

    begin();
    ft_fixture_ok(build(last, &err), &err, "build");
    copy_index(path, saved);
    if (op == change) {
        ft_index *ix;
        states[STAGE_NONE] = state_of();
        ft_fixture_ok(op(last, &err), &err, "change");
        states[STAGE_MERGED] = state_of();
        copy_index(saved, path);
        ft_fixture_ok(begin_writing(false, &ix, &err), &err, "open");
        ft_fixture_ok(add(ix, "a", "another apple\n\nor two of them in another bowl", &err), &err, "add");
        ft_fixture_ok(add(ix, "c", "cherry pie", &err), &err, "add");
        ft_fixture_ok(ft_index_delete(ix, "b", 1, NULL, &err), &err, "delete");
        ft_fixture_close_committed(ix);
        states[STAGE_COMMITTED] = state_of();
        cr_assert_str_neq(states[STAGE_COMMITTED], states[STAGE_MERGED]);
    } else if (op == build) {
        states[STAGE_COMMITTED] = state_of();
    } else {
        states[STAGE_NONE] = state_of();
        *last = STAGE_NONE;
    }
}

/* Short writes and interruptions are nobody's business. */
static bool is_harmless(const ft_faultio_plan *plan)
{
    return plan->number == 0 || plan->number == EINTR;
}

static void fail_each(operation *op, ft_faultio_plan plan)
{
    bool done = false;
    int last, stage;

    learn(op, &last);
    int descriptors = ft_fixture_descriptors();
    long live = ft_mem_live();
    for (plan.nth = 1; !done && plan.nth <= MOST; plan.nth++) {
        ft_error err = {0};
        char what[96];
        prepare(op);
        ft_faultio_arm(&plan);
        ft_status st = op(&stage, &err);
        done = ft_faultio_disarm() == 0;
        ft_faultio_call call = ft_faultio_failed();
        snprintf(what, sizeof what, "call %ld (%s, %s)", plan.nth, ft_faultio_name(call), strerror(plan.number));
        cr_assert(st == FT_OK || (st == FT_EIO && !done && !is_harmless(&plan)), "%s: status %d: %s", what, (int)st,
                  err.text);
        cr_assert(st == FT_OK || strstr(err.text, strerror(plan.number)), "%s: %s", what, err.text);
        cr_assert(st != FT_OK || stage == last);
        cr_assert_eq(ft_mem_live(), live, "%s: %ld blocks leaked", what, ft_mem_live() - live);
        cr_assert_eq(ft_fixture_descriptors(), descriptors, "%s: descriptors leaked", what);
        char *found = state_of();
        cr_assert(is_state(found, stage) || (stage < last && is_state(found, stage + 1)), "%s: after stage %d: %s",
                  what, stage, found ? found : "no index");
        if (found)
            ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, what);
        if (!plan.persistent && call != FT_CALL_UNLINK && call != FT_CALL_OPENDIR)
            expect_no_litter(found, stage, what);
        if (op != look)
            expect_recovery(found != NULL, what);
        free(found);
    }
    cr_assert(done, "more than %d calls", MOST);
    end();
}

#define WRITES (1u << FT_CALL_WRITE)

Test(io_faults, building)
{
    fail_each(build, (ft_faultio_plan){.number = EIO});
}

Test(io_faults, building_fails_from_then_on)
{
    fail_each(build, (ft_faultio_plan){.number = EIO, .persistent = true});
}

Test(io_faults, building_on_a_full_disk)
{
    fail_each(build, (ft_faultio_plan){.calls = WRITES, .number = ENOSPC, .persistent = true});
}

Test(io_faults, changing)
{
    fail_each(change, (ft_faultio_plan){.number = EIO});
}

Test(io_faults, changing_fails_from_then_on)
{
    fail_each(change, (ft_faultio_plan){.number = EIO, .persistent = true});
}

Test(io_faults, changing_on_a_full_disk)
{
    fail_each(change, (ft_faultio_plan){.calls = WRITES, .number = ENOSPC, .persistent = true});
}

Test(io_faults, short_writes)
{
    fail_each(build, (ft_faultio_plan){.calls = WRITES});
    fail_each(change, (ft_faultio_plan){.calls = WRITES});
}

Test(io_faults, interruptions)
{
    unsigned calls = WRITES | 1u << FT_CALL_OPEN | 1u << FT_CALL_READ | 1u << FT_CALL_SYNC | 1u << FT_CALL_CLOSE |
                     1u << FT_CALL_OPENDIR;

    fail_each(build, (ft_faultio_plan){.calls = calls, .number = EINTR});
    fail_each(change, (ft_faultio_plan){.calls = calls, .number = EINTR});
    fail_each(look, (ft_faultio_plan){.calls = calls, .number = EINTR});
}

Test(io_faults, reading)
{
    fail_each(look, (ft_faultio_plan){.number = EIO});
    fail_each(look, (ft_faultio_plan){.number = EIO, .persistent = true});
}

Test(io_faults, every_write_is_short)
{
    ft_faultio_plan plan = {.calls = WRITES, .nth = 1, .persistent = true};
    ft_error err;
    int stage;

    begin();
    ft_fixture_ok(build(&stage, &err), &err, "build");
    char *whole = ft_fixture_segments(path);
    ft_fixture_remove(strdup(path));
    ft_faultio_arm(&plan);
    ft_fixture_ok(build(&stage, &err), &err, "build");
    cr_assert_gt(ft_faultio_disarm(), 0);
    char *halves = ft_fixture_segments(path);
    cr_assert_str_eq(whole, halves);
    free(whole);
    free(halves);
    end();
}
