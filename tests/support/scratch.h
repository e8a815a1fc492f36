/* scratch.h - indexes in temporary folders, for the tests of the writer; every failure fails the test. */
#ifndef FT_TEST_SCRATCH_H
#define FT_TEST_SCRATCH_H

#define UNUSED __attribute__((unused))

#include "fulltext.h"
#include "mem.h"
#include "segment.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

UNUSED static char *temp_dir(void)
{
    const char *tmp = getenv("TMPDIR");
    char *path;

    cr_assert(asprintf(&path, "%s/ft-writer-XXXXXX", tmp && *tmp ? tmp : "/tmp") > 0);
    cr_assert_not_null(mkdtemp(path));
    return path;
}

UNUSED static char *join(const char *dir, const char *name)
{
    char *path;

    cr_assert(asprintf(&path, "%s/%s", dir, name) > 0);
    return path;
}

/* Names in a directory, "a b c", sorted. */
UNUSED static char *list(const char *dir)
{
    struct dirent **names;
    char *out = NULL;
    size_t len;
    FILE *f = open_memstream(&out, &len);
    int n = scandir(dir, &names, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.')
            fprintf(f, "%s ", names[i]->d_name);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    else
        fputs("missing", f);
    fclose(f);
    return out;
}

UNUSED static void remove_dir(char *dir)
{
    struct dirent **names;
    int n = scandir(dir, &names, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char *path = join(dir, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && unlink(path) != 0)
            remove_dir(strdup(path));
        free(path);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    rmdir(dir);
    free(dir);
}

UNUSED static void ok(ft_status st, const ft_error *err)
{
    cr_assert_eq(st, FT_OK, "status %d: %s", (int)st, st ? err->text : "");
}

UNUSED static ft_index *create(const char *path, unsigned threads, uint64_t memory)
{
    ft_index_options o = {.size = sizeof o, .threads = threads, .memory = memory};
    ft_error err;
    ft_index *ix;

    ok(ft_index_create(&ix, path, &o, &err), &err);
    return ix;
}

UNUSED static ft_index *reopen(const char *path, unsigned threads)
{
    ft_index_options o = {.size = sizeof o, .threads = threads};
    ft_error err;
    ft_index *ix;

    ok(ft_index_open(&ix, path, &o, &err), &err);
    return ix;
}

UNUSED static void add(ft_index *ix, const char *id, const char *title, const char *text, uint32_t words)
{
    ft_document doc = {.size = sizeof doc,
                       .id = {id, strlen(id)},
                       .title = {title, strlen(title)},
                       .text = {text, strlen(text)},
                       .passage_words = words,
                       .line = 1,
                       .count_lines = true};
    ft_error err;

    ok(ft_index_add(ix, &doc, &err), &err);
}

UNUSED static ft_commit_info commit(ft_index *ix)
{
    ft_commit_info info;
    ft_error err;

    ok(ft_index_commit(ix, &info, &err), &err);
    return info;
}

UNUSED static bool delete(ft_index *ix, const char *id)
{
    bool existed;
    ft_error err;

    ok(ft_index_delete(ix, id, strlen(id), &existed, &err), &err);
    return existed;
}

UNUSED static void print_report(void *arg, const char *file, uint64_t off, const char *what)
{
    (void)arg;
    fprintf(stderr, "%s: %llu: %s\n", file, (unsigned long long)off, what);
}

UNUSED static void check(const char *path)
{
    ft_error err;

    ok(ft_check(path, print_report, NULL, &err), &err);
}

/* Hash of the only segment, 0 if there is none. */
UNUSED static uint64_t only_segment(const char *path)
{
    ft_manifest m;
    ft_error err;

    ok(ft_manifest_read(&m, path, &err), &err);
    cr_assert(m.n_segments <= 1);
    uint64_t hash = m.n_segments ? m.segments[0].hash : 0;
    ft_manifest_release(&m);
    return hash;
}

#endif
