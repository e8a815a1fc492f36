/* test_sources_api.c - where documents came from: their sources through commits, replacement, deletion and merging, and
 * the caller's record. And an index that grew by many changes is, once merged, a fresh build of what is left. */
#include "fixture.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dir;

static void begin(void)
{
    dir = ft_fixture_dir();
}

static void end(void)
{
    ft_fixture_remove(dir);
}

TestSuite(sources_api, .init = begin, .fini = end);

static void add(ft_index *ix, const char *id, const char *text, uint32_t source)
{
    ft_document doc = {.size = sizeof doc, .id = ft_fixture_str(id), .text = ft_fixture_str(text), .line = 1,
                       .source = source};
    ft_error err;

    ft_fixture_ok(ft_index_add(ix, &doc, &err), &err, id);
}

static ft_status write_listed(void *arg, uint64_t number, uint32_t source, ft_str id, ft_error *err)
{
    (void)err;
    fprintf(arg, "%llu:%.*s=%u ", (unsigned long long)number, (int)id.len, id.ptr, source);
    return FT_OK;
}

static bool is_odd(void *arg, uint32_t source)
{
    (void)arg;
    return source % 2;
}

/* All documents that are wanted, "number:id=source ", in order; the caller's to free. */
static char *listed(const char *path, bool (*wanted)(void *arg, uint32_t source))
{
    ft_reader *rd = ft_fixture_reader(path);
    char *text;
    size_t len;
    ft_error err;
    FILE *out = open_memstream(&text, &len);

    ft_fixture_ok(ft_reader_list(rd, wanted, write_listed, out, &err), &err, "list");
    fclose(out);
    ft_reader_close(rd);
    return text;
}

static void expect_listed(const char *path, bool (*wanted)(void *arg, uint32_t source), const char *expected)
{
    char *seen = listed(path, wanted);

    cr_assert_str_eq(seen, expected);
    free(seen);
}

static void expect_sources(const char *path, const char *expected)
{
    ft_reader *rd = ft_fixture_reader(path);
    ft_error err;
    ft_str bytes;

    ft_fixture_ok(ft_reader_sources(rd, &bytes, &err), &err, "sources");
    cr_assert(bytes.len == strlen(expected) && memcmp(bytes.ptr, expected, bytes.len) == 0);
    ft_reader_close(rd);
    cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_OK, "%s", err.text);
}

Test(sources_api, follow_every_change)
{
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_index *ix = ft_fixture_create(path);
    ft_error err;

    add(ix, "a", "one", 1);
    add(ix, "b", "two", 2);
    add(ix, "c", "three", 2);
    add(ix, "d", "four", 0);
    add(ix, "a", "one again", 3); /* within the commit: the first goes at once */
    add(ix, "e", "five", 3);
    ft_fixture_ok(ft_index_set_sources(ix, "first", 5, &err), &err, "set");
    ft_fixture_commit(ix);
    expect_listed(path, NULL, "0:b=2 1:c=2 2:d=0 3:a=3 4:e=3 ");
    expect_listed(path, is_odd, "3:a=3 4:e=3 ");
    expect_sources(path, "first");
    add(ix, "c", "three again", 7);
    add(ix, "f", "six", 0);
    cr_assert_eq(ft_index_delete(ix, "a", 1, NULL, NULL), FT_OK);
    ft_fixture_commit(ix);
    expect_listed(path, NULL, "0:b=2 2:d=0 4:e=3 5:c=7 6:f=0 ");
    expect_sources(path, "first");
    ft_fixture_ok(ft_index_set_sources(ix, "", 0, &err), &err, "set");
    ft_fixture_close_committed(ix);
    expect_sources(path, "");
    ix = ft_fixture_open(path);
    ft_fixture_ok(ft_index_set_sources(ix, "third", 5, &err), &err, "set");
    ft_fixture_ok(ft_index_merge(ix, NULL, &err), &err, "merge");
    ft_index_close(ix);
    expect_listed(path, NULL, "0:b=2 1:d=0 2:e=3 3:c=7 4:f=0 ");
    expect_sources(path, "third");
}

Test(sources_api, documents_by_number)
{
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_index *ix = ft_fixture_create(path);
    ft_stored *doc = NULL;
    uint64_t number;
    uint32_t source;
    char id[16], text[64];

    for (unsigned i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "d%u", i);
        snprintf(text, sizeof text, "the text of number %u", i);
        add(ix, id, text, i / 7);
        if (i % 100 == 99)
            ft_fixture_commit(ix);
    }
    cr_assert_eq(ft_index_delete(ix, "d150", 4, NULL, NULL), FT_OK);
    ft_fixture_close_committed(ix);
    ft_reader *rd = ft_fixture_reader(path);
    for (unsigned i = 0; i < 300; i++) {
        int len = snprintf(id, sizeof id, "d%u", i);
        snprintf(text, sizeof text, "the text of number %u", i);
        ft_status st = ft_reader_find(rd, id, (size_t)len, &number, &source, NULL);
        cr_assert_eq(st, i == 150 ? FT_ENOTFOUND : FT_OK);
        cr_assert_eq(ft_reader_read(rd, i, &doc, NULL), st);
        if (st != FT_OK)
            continue;
        cr_assert(number == i && source == i / 7);
        ft_str stored = ft_stored_text(doc);
        cr_assert(stored.len == strlen(text) && memcmp(stored.ptr, text, stored.len) == 0);
    }
    cr_assert_eq(ft_reader_read(rd, 300, &doc, NULL), FT_ENOTFOUND);
    cr_assert_eq(ft_reader_read(rd, UINT64_MAX, &doc, NULL), FT_ENOTFOUND);
    ft_stored_free(doc);
    ft_reader_close(rd);
}

/* A snapshot knows its sources, whatever is committed before they are asked for. */
Test(sources_api, a_snapshot_keeps_its_own)
{
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_index *ix = ft_fixture_create(path);
    ft_error err;
    ft_str bytes;

    add(ix, "a", "one", 1);
    ft_fixture_ok(ft_index_set_sources(ix, "old", 3, &err), &err, "set");
    ft_fixture_commit(ix);
    ft_reader *rd = ft_fixture_reader(path);
    add(ix, "b", "two", 2);
    ft_fixture_ok(ft_index_set_sources(ix, "new!", 4, &err), &err, "set");
    ft_fixture_ok(ft_index_merge(ix, NULL, &err), &err, "merge");
    ft_index_close(ix);
    ft_fixture_ok(ft_reader_sources(rd, &bytes, &err), &err, "sources");
    cr_assert(bytes.len == 3 && memcmp(bytes.ptr, "old", 3) == 0);
    ft_reader_close(rd);
    expect_sources(path, "new!");
}

/* An index that was made without any has none, and no file for them. */
Test(sources_api, none_cost_nothing)
{
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_index *ix = ft_fixture_create(path);

    add(ix, "a", "one", 0);
    ft_fixture_close_committed(ix);
    char *files = ft_fixture_files(path);
    cr_assert(!strstr(files, ".src"), "%s", files);
    free(files);
    expect_listed(path, NULL, "0:a=0 ");
    expect_sources(path, "");
}

/* ---------------------------------------------------------------- growing against building */

enum { IDS = 60 };

/* What is in the index: texts by id, in the order of arrival. */
typedef struct model {
    unsigned order[IDS], n;
    char texts[IDS][200];
    uint32_t sources[IDS];
} model;

static void model_remove(model *m, unsigned id)
{
    unsigned n = 0;

    for (unsigned i = 0; i < m->n; i++)
        if (m->order[i] != id)
            m->order[n++] = m->order[i];
    m->n = n;
}

static void model_put(model *m, ft_rng *rng, unsigned id)
{
    char *text = m->texts[id];
    size_t len = 0;

    model_remove(m, id);
    m->order[m->n++] = id;
    m->sources[id] = ft_rng_below(rng, 5);
    text[0] = '\0';
    for (unsigned k = ft_rng_below(rng, 20); k > 0; k--)
        len += (size_t)snprintf(text + len, sizeof m->texts[id] - len, "w%u%s", ft_rng_below(rng, 50),
                                k % 6 ? " " : "\n\n");
}

static void add_modelled(ft_index *ix, const model *m, unsigned id)
{
    char name[16];
    ft_error err;
    ft_document doc = {.size = sizeof doc, .text = ft_fixture_str(m->texts[id]), .line = 1, .passage_words = 5,
                       .source = m->sources[id]};

    snprintf(name, sizeof name, "d%u", id);
    doc.id = ft_fixture_str(name);
    ft_fixture_ok(ft_index_add(ix, &doc, &err), &err, name);
}

static void expect_model(const char *path, const model *m)
{
    char *seen = listed(path, NULL), *expected;
    size_t len;
    FILE *out = open_memstream(&expected, &len);

    for (unsigned i = 0; i < m->n; i++)
        fprintf(out, "%u:d%u=%u ", i, m->order[i], m->sources[m->order[i]]);
    fclose(out);
    cr_assert_str_eq(seen, expected);
    free(seen);
    free(expected);
}

Test(sources_api, grown_and_merged_is_built_afresh)
{
    const char *path = ft_fixture_path(dir, "grown.ft"), *fresh = ft_fixture_path(dir, "fresh.ft");
    ft_rng rng = ft_rng_named(ft_rng_seed(), "grown");
    model m = {.n = 0};
    char name[16];
    ft_error err;

    ft_index *ix = ft_fixture_create(path);
    for (unsigned step = 0; step < 200; step++) {
        unsigned id = ft_rng_below(&rng, IDS);
        if (ft_rng_chance(&rng, 30)) {
            int len = snprintf(name, sizeof name, "d%u", id);
            ft_fixture_ok(ft_index_delete(ix, name, (size_t)len, NULL, &err), &err, name);
            model_remove(&m, id);
        } else {
            model_put(&m, &rng, id);
            add_modelled(ix, &m, id);
        }
        if (ft_rng_chance(&rng, 10))
            ft_fixture_commit(ix);
        if (ft_rng_chance(&rng, 3)) { /* by another process, as it were */
            ft_fixture_close_committed(ix);
            ix = ft_fixture_open(path);
        }
    }
    ft_fixture_ok(ft_index_merge(ix, NULL, &err), &err, "merge");
    ft_index_close(ix);
    expect_model(path, &m);
    ix = ft_fixture_create(fresh);
    for (unsigned i = 0; i < m.n; i++)
        add_modelled(ix, &m, m.order[i]);
    ft_fixture_close_committed(ix);
    expect_model(fresh, &m);
    char *a = ft_fixture_segments(path), *b = ft_fixture_segments(fresh);
    cr_assert_str_eq(a, b, "FT_SEED=%llu", (unsigned long long)ft_rng_seed());
    free(a);
    free(b);
    cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_OK, "%s", err.text);
}
