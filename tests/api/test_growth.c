/* test_growth.c - commits merge as the index grows: it stays small in segments, documents keep their order and text,
 * the same commits give the same segments, and a merge that fails never costs the commit. */
#include "faultio.h"
#include "faultmem.h"
#include "fixture.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 100u
#define MOST 100000

static char *dir;
static char path[1024], other[1024];

static void begin(void)
{
    dir = ft_fixture_dir();
    snprintf(path, sizeof path, "%s/x.ft", dir);
    snprintf(other, sizeof other, "%s/other.ft", dir);
}

/* ---------------------------------------------------------------- a history */

/* What there is: of document i the version, and its place in the order of additions; 0: deleted. */
typedef struct model {
    unsigned version[ROUNDS], place[ROUNDS], n_placed, live;
} model;

static void add_version(ft_index *ix, unsigned i, unsigned version)
{
    char id[16], text[80];

    snprintf(id, sizeof id, "n%u", i);
    snprintf(text, sizeof text, "grown to number%u in version%u\n\nand grown%u on", i, version, i % 7);
    ft_fixture_add(ix, id, i % 3 ? "A title" : "", text);
}

static void put(model *m, ft_index *ix, unsigned i)
{
    m->live += m->place[i] == 0;
    m->place[i] = ++m->n_placed;
    add_version(ix, i, ++m->version[i]);
}

/* One round: a new document, some old ones again, some away. */
static void change(model *m, ft_index *ix, unsigned round)
{
    char id[16];

    put(m, ix, round);
    if (round % 3 == 2)
        put(m, ix, round / 2);
    for (unsigned i = round / 3; round % 4 == 3 && i < round / 3 + 3; i++) {
        snprintf(id, sizeof id, "n%u", i);
        cr_assert_eq(ft_index_delete(ix, id, strlen(id), NULL, NULL), FT_OK);
        m->live -= m->place[i] != 0;
        m->place[i] = 0;
    }
}

static void expect_small(const model *m)
{
    ft_reader *rd = ft_fixture_reader(path);
    uint64_t total;
    ft_stats stats;

    free(ft_fixture_ask(rd, "grown", NULL, &total, NULL));
    ft_reader_stats(rd, &stats);
    ft_reader_close(rd);
    cr_assert_eq(total, m->live, "%llu of %u documents", (unsigned long long)total, m->live);
    cr_assert_leq((double)stats.segments, 4 * (1 + log2(m->live)), "%llu segments", (unsigned long long)stats.segments);
    cr_assert_leq(stats.deleted, stats.documents, "%llu deleted", (unsigned long long)stats.deleted);
}

/* All rounds, with a handle for each or one for all. */
static void grow(bool reopen, model *m)
{
    ft_index *ix = ft_fixture_create(path);
    unsigned merged = 0;

    *m = (model){0};
    for (unsigned round = 0; round < ROUNDS; round++) {
        ft_commit_info info;
        change(m, ix, round);
        cr_assert_eq(ft_index_commit(ix, &info, NULL), FT_OK);
        cr_assert_eq(info.unmerged, FT_OK);
        merged += info.merged > 0;
        if (reopen) {
            expect_small(m);
            ft_index_close(ix);
            ix = ft_fixture_open(path);
        }
    }
    ft_index_close(ix);
    cr_assert(merged > ROUNDS / 20 && merged < ROUNDS / 2, "%u of %u commits have merged", merged, ROUNDS);
}

Test(growth, the_same_commits_give_the_same_segments)
{
    model m;

    begin();
    grow(false, &m);
    char *of_one = ft_fixture_segments(path);
    ft_fixture_remove(dir);
    begin();
    grow(true, &m);
    char *of_many = ft_fixture_segments(path);
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    cr_assert_str_eq(of_one, of_many, "one handle:\n%sa handle for each commit:\n%s", of_one, of_many);
    free(of_one);
    free(of_many);
    ft_fixture_remove(dir);
}

/* Merged to one segment it has the bytes of a fresh build, so nothing was lost on the way, nor changed its place. */
Test(growth, documents_keep_their_order)
{
    model m;

    begin();
    grow(false, &m);
    ft_index *ix = ft_fixture_open(path);
    cr_assert_eq(ft_index_merge(ix, NULL, NULL), FT_OK);
    ft_index_close(ix);
    ix = ft_fixture_create(other);
    for (unsigned place = 1; place <= m.n_placed; place++)
        for (unsigned i = 0; i < ROUNDS; i++)
            if (m.place[i] == place)
                add_version(ix, i, m.version[i]);
    ft_fixture_close_committed(ix);
    char *merged = ft_fixture_segments(path), *built = ft_fixture_segments(other);
    cr_assert_str_eq(merged, built, "merged:\n%sfresh:\n%s", merged, built);
    free(merged);
    free(built);
    ft_fixture_remove(dir);
}

Test(growth, not_when_told)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .no_merge = true};
    ft_index *ix;
    ft_stats stats;

    begin();
    cr_assert_eq(ft_index_create(&ix, path, &opts, NULL), FT_OK);
    for (unsigned i = 0; i < 30; i++) {
        add_version(ix, i, 1);
        ft_fixture_commit(ix);
    }
    ft_index_close(ix);
    ft_reader *rd = ft_fixture_reader(path);
    ft_reader_stats(rd, &stats);
    ft_reader_close(rd);
    cr_assert_eq(stats.segments, 30);
    /* A writer that may merges all that is due at its next commit. */
    ix = ft_fixture_open(path);
    add_version(ix, 30, 1);
    ft_fixture_close_committed(ix);
    rd = ft_fixture_reader(path);
    ft_reader_stats(rd, &stats);
    ft_reader_close(rd);
    cr_assert_eq(stats.segments, 1);
    ft_fixture_remove(dir);
}

/* ---------------------------------------------------------------- merges that fail */

/* Eight segments of a document each, and a commit to be made that replaces one and adds one: too much for them. */
static ft_index *about_to_merge(void)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1};
    ft_index *ix;

    cr_assert_eq(ft_index_create(&ix, path, &opts, NULL), FT_OK);
    for (unsigned i = 0; i < 8; i++) {
        add_version(ix, i, 1);
        ft_fixture_commit(ix);
    }
    add_version(ix, 8, 1);
    add_version(ix, 2, 2);
    return ix;
}

/* After a commit in which something failed: whole or not at all, and if it was said to be done it is. Returns whether
 * only the merge failed. */
static bool expect_whole(ft_status st, const ft_commit_info *info, long n)
{
    ft_reader *rd = ft_fixture_reader(path);
    uint64_t total, again;
    ft_stats stats;
    ft_error err;

    ft_reader_stats(rd, &stats);
    free(ft_fixture_ask(rd, "grown", NULL, &total, NULL));
    free(ft_fixture_ask(rd, "version2", NULL, &again, NULL));
    ft_reader_close(rd);
    cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_OK, "fault %ld: %s", n, err.text);
    cr_assert((total == 9 && again == 1) || (total == 8 && again == 0 && st != FT_OK), "fault %ld: %llu and %llu", n,
              (unsigned long long)total, (unsigned long long)again);
    if (st != FT_OK)
        return false;
    cr_assert_eq(info->merged > 0, info->unmerged == FT_OK, "fault %ld", n);
    cr_assert_eq(stats.segments, info->merged ? 1 : 9, "fault %ld: %llu segments", n,
                 (unsigned long long)stats.segments);
    return info->unmerged != FT_OK;
}

/* The handle is still good, and the next commit merges what this one could not. */
static void expect_merged_next(ft_index *ix)
{
    ft_commit_info info;

    add_version(ix, 20, 1);
    cr_assert_eq(ft_index_commit(ix, &info, NULL), FT_OK);
    cr_assert(info.unmerged == FT_OK && info.merged == 10, "%llu merged", (unsigned long long)info.merged);
}

static void fail_memory(bool persistent)
{
    bool hit = true;
    long spared = 0;

    FT_FAULT_LOOP (n, MOST) {
        begin();
        long live = ft_mem_live();
        ft_index *ix = about_to_merge();
        ft_commit_info info;
        ft_faultmem_arm(n, persistent);
        ft_status st = ft_index_commit(ix, &info, NULL);
        hit = ft_faultmem_disarm();
        cr_assert(st == FT_OK || (st == FT_ENOMEM && hit), "allocation %ld: status %d", n, (int)st);
        if (expect_whole(st, &info, n)) {
            cr_assert_eq(info.unmerged, FT_ENOMEM);
            expect_merged_next(ix);
            spared++;
        }
        ft_index_close(ix);
        cr_assert_eq(ft_mem_live(), live, "allocation %ld leaks", n);
        ft_fixture_remove(dir);
        if (!hit)
            break;
    }
    cr_assert_not(hit, "more than %d allocations", MOST);
    cr_assert(persistent || spared > 20, "%ld merges have failed", spared);
}

Test(growth, a_failing_allocation_costs_the_merge_only, .timeout = 300)
{
    fail_memory(false);
}

Test(growth, without_memory_from_then_on, .timeout = 300)
{
    fail_memory(true);
}

Test(growth, a_failing_call_costs_the_merge_only, .timeout = 300)
{
    ft_faultio_plan plan = {.calls = ~(1u << FT_CALL_CLOSE), .nth = 1, .number = ENOSPC};
    bool hit = true;
    long spared = 0;

    for (; hit && plan.nth < MOST; plan.nth++) {
        begin();
        int descriptors = ft_fixture_descriptors();
        ft_index *ix = about_to_merge();
        ft_commit_info info;
        ft_faultio_arm(&plan);
        ft_status st = ft_index_commit(ix, &info, NULL);
        hit = ft_faultio_disarm() > 0;
        cr_assert(st == FT_OK || (st == FT_EIO && hit), "call %ld: status %d", plan.nth, (int)st);
        if (expect_whole(st, &info, plan.nth)) {
            expect_merged_next(ix);
            spared++;
        }
        ft_index_close(ix);
        cr_assert_eq(ft_fixture_descriptors(), descriptors, "call %ld leaves a file open", plan.nth);
        ft_fixture_remove(dir);
    }
    cr_assert_not(hit, "more than %d calls", MOST);
    cr_assert_gt(spared, 5, "%ld merges have failed", spared);
}

/* A damaged segment cannot be merged, and is no reason to refuse a document. */
Test(growth, damage_costs_the_merge_only)
{
    char name[64];
    size_t len;
    ft_error err;
    ft_commit_info info;

    begin();
    ft_index *ix = ft_fixture_create(path);
    for (unsigned i = 0; i < 3; i++)
        add_version(ix, i, 1);
    ft_fixture_commit(ix);
    add_version(ix, 3, 1);
    cr_assert_eq(ft_index_delete(ix, "n0", 2, NULL, NULL), FT_OK);
    cr_assert_eq(ft_index_delete(ix, "n1", 2, NULL, NULL), FT_OK);
    char *segments = ft_fixture_segments(path);
    cr_assert_eq(sscanf(segments, "%63s", name), 1);
    free(segments);
    const char *file = ft_fixture_path(path, name);
    unsigned char *data = ft_fixture_read(file, &len);
    data[len / 2] ^= 1;
    ft_fixture_write(file, data, len);
    cr_assert_eq(ft_index_commit(ix, &info, &err), FT_OK, "%s", err.text);
    cr_assert_eq(info.unmerged, FT_ECORRUPT);
    ft_index_close(ix);
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_ECORRUPT);
    data[len / 2] ^= 1;
    ft_fixture_write(file, data, len);
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    free(data);
    ft_fixture_remove(dir);
}
