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

/* Documents made once and given to every build. */
typedef struct sample {
    unsigned n;
    ft_text *titles, *texts;
} sample;

/* Documents with many different words, so that small budgets really spill. */
static sample sample_of(unsigned n, unsigned words)
{
    sample s = {n, calloc(n, sizeof *s.titles), calloc(n, sizeof *s.texts)};
    ft_world w;
    char word[40];

    ft_world_init(&w, ft_rng_seed(), "determinism");
    for (unsigned i = 0; i < n; i++) {
        ft_world_document(&w, &s.titles[i], &s.texts[i], 25);
        for (unsigned k = 0; k < words; k++) {
            snprintf(word, sizeof word, "%sw%x%s", k % 40 ? " " : "\n\n", ft_rng_below(&w.rng, k % 4 ? 1u << 22 : 64),
                     k % 7 ? "" : ".");
            ft_text_add(&s.texts[i], word);
        }
    }
    return s;
}

static void sample_release(sample *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        ft_text_release(&s->titles[i]);
        ft_text_release(&s->texts[i]);
    }
    free(s->titles);
    free(s->texts);
}

static void add_all(ft_index *ix, const sample *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        char id[24];
        ft_document doc = {.size = sizeof doc, .passage_words = 100, .line = 1, .count_lines = true};
        snprintf(id, sizeof id, "doc/%u", i % (s->n - s->n / 50)); /* the last ones replace the first */
        doc.id = ft_fixture_str(id);
        doc.title = (ft_str){s->titles[i].ptr, s->titles[i].len};
        doc.text = (ft_str){s->texts[i].ptr, s->texts[i].len};
        cr_assert_eq(ft_index_add(ix, &doc, NULL), FT_OK);
    }
}

static char *built(const sample *s, unsigned threads, uint64_t memory, unsigned commits)
{
    ft_index_options opts = {.size = sizeof opts, .threads = threads, .memory = memory};
    char *dir = ft_fixture_dir();
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_error err;
    ft_index *ix;

    ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
    for (unsigned i = 0; i < commits; i++) {
        add_all(ix, s);
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
    sample s = sample_of(800, 200);
    char *first = built(&s, 1, 64 << 20, 1);

    for (size_t i = 0; i < 3; i++) {
        char what[32];
        snprintf(what, sizeof what, "%u threads", threads[i]);
        expect_same(first, built(&s, threads[i], 64 << 20, 1), what);
    }
    free(first);
    sample_release(&s);
}

Test(determinism, memory)
{
    sample s = sample_of(2200, 750);
    char *first = built(&s, 2, 1 << 30, 1);

    expect_same(first, built(&s, 1, 64 << 20, 1), "64 MiB");
    expect_same(first, built(&s, 3, 16 << 20, 1), "16 MiB");
    free(first);
    sample_release(&s);
}

/* The same documents again replace all before them: merged, the index is that of the last round. */
Test(determinism, merged_equals_fresh)
{
    sample s = sample_of(300, 100);
    char *first = built(&s, 1, 64 << 20, 1);

    expect_same(first, built(&s, 2, 64 << 20, 3), "three commits, merged");
    free(first);
    sample_release(&s);
}

Test(determinism, umask_and_locale)
{
    sample s = sample_of(100, 100);
    char *first = built(&s, 1, 64 << 20, 1);

    umask(0);
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "Asia/Tokyo", 1);
    expect_same(first, built(&s, 1, 64 << 20, 1), "other surroundings");
    free(first);
    sample_release(&s);
}
