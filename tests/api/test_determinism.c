/* test_determinism.c - the bytes of a segment depend on the documents and the options that shape an index, and on
 * nothing else: not on threads, memory, time, umask or locale. */
#include "fixture.h"
#include "randdata.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Documents with many different words, so that small budgets really spill. */
static void add_many(ft_index *ix, unsigned n, unsigned words)
{
    ft_world w;
    ft_text title = {0}, text = {0};
    char word[40];

    ft_world_init(&w, ft_rng_seed(), "determinism");
    for (unsigned i = 0; i < n; i++) {
        char id[24];
        ft_document doc = {.size = sizeof doc, .passage_words = 100, .line = 1, .count_lines = true};
        snprintf(id, sizeof id, "doc/%u", i % (n - n / 50)); /* the last ones replace the first */
        ft_world_document(&w, &title, &text, 25);
        for (unsigned k = 0; k < words; k++) {
            snprintf(word, sizeof word, "%sw%x%s", k % 40 ? " " : "\n\n", ft_rng_below(&w.rng, 1u << (k % 20 + 1)),
                     k % 7 ? "" : ".");
            ft_text_add(&text, word);
        }
        doc.id = ft_fixture_str(id);
        doc.title = ft_fixture_str(title.ptr);
        doc.text = (ft_str){text.ptr, text.len};
        cr_assert_eq(ft_index_add(ix, &doc, NULL), FT_OK);
    }
    ft_text_release(&title);
    ft_text_release(&text);
}

static char *built(unsigned threads, uint64_t memory, unsigned n, unsigned words, unsigned commits)
{
    ft_index_options opts = {.size = sizeof opts, .threads = threads, .memory = memory};
    char *dir = ft_fixture_dir();
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_error err;
    ft_index *ix;

    ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
    for (unsigned i = 0; i < commits; i++) {
        add_many(ix, n, words);
        ft_fixture_commit(ix);
    }
    if (commits > 1)
        ft_fixture_ok(ft_index_merge(ix, NULL, &err), &err, "merge");
    ft_index_close(ix);
    cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_OK, "%s", err.text);
    char *segments = ft_fixture_segments(path);
    cr_assert(strchr(segments, '\n') && !strchr(strchr(segments, '\n') + 1, '\n'), "one segment: %s", segments);
    ft_fixture_remove(dir);
    return segments;
}

static void expect_same(char *a, char *b, const char *what)
{
    cr_assert_str_eq(a, b, "%s: other bytes", what);
    free(b);
}

Test(determinism, threads)
{
    static const unsigned threads[] = {2, 3, 8};
    char *first = built(1, 64 << 20, 800, 200, 1);

    for (size_t i = 0; i < 3; i++) {
        char what[32];
        snprintf(what, sizeof what, "%u threads", threads[i]);
        expect_same(first, built(threads[i], 64 << 20, 800, 200, 1), what);
    }
    free(first);
}

Test(determinism, memory)
{
    char *first = built(2, 1 << 30, 900, 1500, 1);

    expect_same(first, built(1, 64 << 20, 900, 1500, 1), "64 MiB");
    expect_same(first, built(3, 16 << 20, 900, 1500, 1), "16 MiB");
    free(first);
}

/* The same documents again replace all before them: merged, the index is that of the last round. */
Test(determinism, merged_equals_fresh)
{
    char *first = built(1, 64 << 20, 300, 100, 1);

    expect_same(first, built(2, 64 << 20, 300, 100, 3), "three commits, merged");
    free(first);
}

Test(determinism, umask_and_locale)
{
    char *first = built(1, 64 << 20, 100, 100, 1);

    umask(0);
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "Asia/Tokyo", 1);
    expect_same(first, built(1, 64 << 20, 100, 100, 1), "other surroundings");
    free(first);
}
