/* test_faults.c - the N-th allocation fails, for every N: a clean FT_ENOMEM, nothing leaked, the index as it was. */
#include "faultmem.h"
#include "fixture.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 200000

static char *dir;
static char path[1024];

static void begin(void)
{
    dir = ft_fixture_dir();
    snprintf(path, sizeof path, "%s/x.ft", dir);
}

static ft_status add(ft_index *ix, const char *id, const char *text, ft_error *err)
{
    ft_document doc = {.size = sizeof doc, .id = ft_fixture_str(id), .title = ft_fixture_str("a title"),
                       .text = ft_fixture_str(text), .passage_words = 5, .line = 1, .count_lines = true,
                       .source = (unsigned char)id[0] % 4u};

    return ft_index_add(ix, &doc, err);
}

/* Opens or creates, adds, deletes, commits, merges. */
static ft_status write_some(bool create, ft_error *err)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1};
    ft_index *ix = NULL;
    ft_status st = create ? ft_index_create(&ix, path, &opts, err) : ft_index_open(&ix, path, &opts, err);

    if (st == FT_OK)
        st = add(ix, "x", "apple tree\n\nand another tree, d\xc3\xa9j\xc3\xa0 vu\n\nCOVID-19", err);
    if (st == FT_OK)
        st = add(ix, "y", "l'avion \xe6\x97\xa5\xe6\x9c\xac", err);
    if (st == FT_OK && !create)
        st = ft_index_delete(ix, "a", 1, NULL, err);
    if (st == FT_OK)
        st = ft_index_commit(ix, NULL, err);
    if (st == FT_OK && !create)
        st = ft_index_merge(ix, NULL, err);
    ft_index_close(ix);
    return st;
}

static ft_status ask_some(ft_error *err)
{
    static const char *const queries[] = {"tree \"another tree\" +apple -(pear OR plum) COVID-19", "apple tree title"};
    ft_search_options opts = {.size = sizeof opts, .top = 10, .count = true};
    ft_reader *rd = NULL;
    ft_stored *doc = NULL;
    ft_status st = ft_reader_open(&rd, path, err);

    for (size_t i = 0; st == FT_OK && i < 2; i++) {
        ft_query *q = NULL;
        ft_results *rs = NULL;
        opts.group_documents = opts.exhaustive = i > 0;
        st = ft_query_parse(&q, rd, queries[i], strlen(queries[i]), NULL, err);
        if (st == FT_OK)
            st = ft_search(&rs, rd, q, &opts, err);
        for (size_t k = 0; st == FT_OK && k < ft_results_count(rs); k++) {
            ft_hit hit;
            ft_match match;
            ft_snippet snippet;
            const ft_part *parts;
            size_t n;
            st = ft_results_hit(rs, k, &hit, err);
            if (st == FT_OK)
                st = ft_results_match(rs, k, &match, err);
            if (st == FT_OK)
                st = ft_results_snippet(rs, k, 80, &snippet, err);
            if (st == FT_OK)
                st = ft_results_explain(rs, k, &parts, &n, err);
        }
        ft_results_free(rs);
        ft_query_free(q);
    }
    if (st == FT_OK)
        st = ft_reader_document(rd, "x", 1, &doc, err);
    ft_stored_free(doc);
    ft_terms *terms = NULL;
    ft_term_count count;
    bool more = true;
    if (st == FT_OK)
        st = ft_terms_open(&terms, rd, "T", 1, err);
    while (st == FT_OK && more)
        st = ft_terms_next(terms, &count, &more, err);
    ft_terms_close(terms);
    ft_reader_close(rd);
    return st;
}

/* One failing run and what must hold after it. */
static void expect_clean(ft_status st, const ft_error *err, bool refused, long n, long live, int descriptors)
{
    cr_assert(st == FT_OK || (st == FT_ENOMEM && refused), "allocation %ld: status %d %s", n, (int)st, err->text);
    cr_assert_eq(ft_mem_live(), live, "allocation %ld: %ld blocks leaked", n, ft_mem_live() - live);
    cr_assert_eq(ft_fixture_descriptors(), descriptors, "allocation %ld: descriptors leaked", n);
}

static void expect_hits(const char *query, const char *ids, long n)
{
    char *got = ft_fixture_search(path, query, NULL);

    cr_assert_str_eq(got, ids, "allocation %ld: %s: found <%s>, expected <%s>", n, query, got, ids);
    free(got);
}

static void fail_building(bool persistent)
{
    begin();
    int descriptors = ft_fixture_descriptors();
    long live = ft_mem_live();
    bool done = false;
    FT_FAULT_LOOP (n, MOST) {
        ft_error err = {0};
        ft_reader *rd;
        ft_faultmem_arm(n, persistent);
        ft_status st = write_some(true, &err);
        bool refused = ft_faultmem_disarm();
        expect_clean(st, &err, refused, n, live, descriptors);
        if (st == FT_OK) {
            expect_hits("apple", "x:0", n);
            cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_OK, "allocation %ld: %s", n, err.text);
            ft_fixture_remove(dir);
            begin();
        } else {
            /* Complete if the commit itself had succeeded, else no index. */
            st = ft_reader_open(&rd, path, &err);
            cr_assert_eq(st, FT_ENOINDEX, "allocation %ld: a failed build left an index (%d)", n, (int)st);
        }
        done = !refused;
        if (done)
            break;
    }
    cr_assert(done, "more than %d allocations", MOST);
    ft_fixture_remove(dir);
}

Test(faults, building)
{
    fail_building(false);
}

Test(faults, building_without_memory_from_then_on)
{
    fail_building(true);
}

static void old_index(void)
{
    ft_index *ix = ft_fixture_create(path);

    ft_fixture_add(ix, "a", "", "apple");
    ft_fixture_add(ix, "b", "", "bread");
    ft_fixture_close_committed(ix);
}

static void fail_changing(bool persistent)
{
    bool done = false;

    begin();
    old_index();
    int descriptors = ft_fixture_descriptors();
    long live = ft_mem_live();
    FT_FAULT_LOOP (n, MOST) {
        ft_error err = {0};
        ft_faultmem_arm(n, persistent);
        ft_status st = write_some(false, &err);
        bool refused = ft_faultmem_disarm();
        expect_clean(st, &err, refused, n, live, descriptors);
        cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_OK, "allocation %ld: %s", n, err.text);
        char *ids = ft_fixture_search(path, "apple bread", NULL);
        bool old = strcmp(ids, "a:0 b:0") == 0;
        /* A merge that fails leaves the commit before it. */
        cr_assert(old || strstr(ids, "x:0"), "allocation %ld: found <%s>", n, ids);
        cr_assert(st != FT_OK || !old);
        free(ids);
        done = !refused;
        if (!old) {
            ft_fixture_remove(dir);
            begin();
            old_index();
        }
        if (done)
            break;
    }
    cr_assert(done, "more than %d allocations", MOST);
    ft_fixture_remove(dir);
}

Test(faults, changing)
{
    fail_changing(false);
}

Test(faults, changing_without_memory_from_then_on)
{
    fail_changing(true);
}

static void fail_reading(bool persistent)
{
    bool done = false;
    ft_error err = {0};

    begin();
    cr_assert_eq(write_some(true, &err), FT_OK, "%s", err.text);
    int descriptors = ft_fixture_descriptors();
    long live = ft_mem_live();
    FT_FAULT_LOOP (n, MOST) {
        ft_faultmem_arm(n, persistent);
        ft_status st = ask_some(&err);
        done = !ft_faultmem_disarm();
        expect_clean(st, &err, !done, n, live, descriptors);
        if (done)
            break;
    }
    cr_assert(done, "more than %d allocations", MOST);
    FT_FAULT_LOOP (n, MOST) {
        ft_faultmem_arm(n, persistent);
        ft_status st = ft_check(path, NULL, NULL, &err);
        done = !ft_faultmem_disarm();
        expect_clean(st, &err, !done, n, live, descriptors);
        if (done)
            break;
    }
    cr_assert(done, "more than %d allocations", MOST);
    ft_fixture_remove(dir);
}

Test(faults, reading)
{
    fail_reading(false);
}

Test(faults, reading_without_memory_from_then_on)
{
    fail_reading(true);
}
