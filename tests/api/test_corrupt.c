/* test_corrupt.c - every byte of a small index changed, every file cut at every length: ft_check() finds it, and a
 * search gives the same answer as before or says FT_ECORRUPT. */
#include "fixture.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *dir;
static char path[1024];

/* Two segments, a deletion, a replacement: each kind of file is there. */
static void begin(bool no_store)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .no_store = no_store};
    ft_index *ix;

    dir = ft_fixture_dir();
    snprintf(path, sizeof path, "%s/x.ft", dir);
    cr_assert_eq(ft_index_create(&ix, path, &opts, NULL), FT_OK);
    ft_fixture_add(ix, "a", "A title", "apple tree, apple pie. The apple of the eye");
    ft_fixture_add(ix, "b", "", "bread and butter");
    ft_fixture_add(ix, "c", "", "cherry tree in a garden");
    ft_fixture_commit(ix);
    ft_fixture_add(ix, "d", "Dates", "a date palm is a tree, too");
    ft_fixture_add(ix, "b", "", "butter again");
    cr_assert_eq(ft_index_delete(ix, "c", 1, NULL, NULL), FT_OK);
    ft_fixture_close_committed(ix);
}

static ft_status add_hit(ft_results *rs, size_t i, FILE *out)
{
    ft_error err;
    ft_hit hit;
    ft_match match;
    ft_snippet snippet;
    ft_status st = ft_results_hit(rs, i, &hit, &err);

    if (st == FT_OK)
        st = ft_results_match(rs, i, &match, &err);
    if (st == FT_OK)
        st = ft_results_snippet(rs, i, 100, &snippet, &err);
    if (st != FT_OK)
        return st;
    fprintf(out, "%.*s:%u %.17g %u %llu-%llu <%.*s> <%.*s> <%.*s>", (int)hit.id.len, hit.id.ptr, hit.passage,
            hit.score, match.line, (unsigned long long)hit.start, (unsigned long long)hit.end, (int)match.title.len,
            match.title.ptr, (int)match.text.len, match.text.ptr, (int)snippet.text.len, snippet.text.ptr);
    for (size_t k = 0; k < match.n_spans; k++)
        fprintf(out, " %llu-%llu", (unsigned long long)match.spans[k].start, (unsigned long long)match.spans[k].end);
    fputc('\n', out);
    return FT_OK;
}

/* Everything that some queries answer, as text; *st is the first failure, and the text what came before it. */
static char *answer(ft_status *st)
{
    static const char *const queries[] = {"tree", "\"apple pie\"", "+butter again", "the of -bread", "title date"};
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    ft_reader *rd = NULL;
    ft_error err;

    *st = ft_reader_open(&rd, path, &err);
    for (size_t i = 0; *st == FT_OK && i < sizeof queries / sizeof queries[0]; i++) {
        ft_search_options opts = {.size = sizeof opts, .top = 10, .count = true};
        ft_query *q = NULL;
        ft_results *rs = NULL;
        *st = ft_query_parse(&q, rd, queries[i], strlen(queries[i]), NULL, &err);
        if (*st == FT_OK)
            *st = ft_search(&rs, rd, q, &opts, &err);
        if (*st == FT_OK)
            fprintf(out, "%s: %llu\n", queries[i], (unsigned long long)ft_results_total(rs, NULL));
        for (size_t k = 0; *st == FT_OK && k < ft_results_count(rs); k++)
            *st = add_hit(rs, k, out);
        ft_results_free(rs);
        ft_query_free(q);
    }
    ft_stored *doc = NULL;
    if (*st == FT_OK)
        *st = ft_reader_document(rd, "d", 1, &doc, &err);
    if (*st == FT_OK)
        fprintf(out, "%.*s\n", (int)ft_stored_text(doc).len, ft_stored_text(doc).ptr);
    ft_stored_free(doc);
    ft_reader_close(rd);
    fclose(out);
    return text;
}

/* What check said about which file. */
typedef struct found {
    char file[256];
    unsigned n;
} found;

static void note(void *arg, const char *file, uint64_t off, const char *what)
{
    found *f = arg;

    (void)off;
    cr_assert(file && what && what[0]);
    if (f->n++ == 0)
        snprintf(f->file, sizeof f->file, "%s", file);
}

static void expect_damage(const char *file, const char *good, const char *what, size_t at, bool must_fail)
{
    ft_error err = {0};
    found f = {0};
    ft_status st = ft_check(path, note, &f, &err);

    cr_assert_eq(st, FT_ECORRUPT, "%s %s at %zu: check says %d %s", file, what, at, (int)st, err.text);
    cr_assert(f.n > 0 && strcmp(f.file, file) == 0, "%s %s at %zu: check names <%s>", file, what, at, f.file);
    char *text = answer(&st);
    if (st == FT_OK && !must_fail)
        cr_assert_str_eq(text, good, "%s %s at %zu: another answer:\n%s", file, what, at, text);
    else
        cr_assert_eq(st, FT_ECORRUPT, "%s %s at %zu: search says %d", file, what, at, (int)st);
    free(text);
}

/* Calls fn for each file of the index but the lock, which holds nothing. */
static void each_file(void (*fn)(const char *name, const char *good))
{
    struct dirent *e;
    ft_status st;
    char *good = answer(&st);
    DIR *d = opendir(path);
    unsigned n = 0;

    cr_assert_eq(st, FT_OK);
    cr_assert_not_null(d);
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    while ((e = readdir(d))) {
        if (e->d_name[0] == '.' || strcmp(e->d_name, "LOCK") == 0)
            continue;
        fn(e->d_name, good);
        n++;
    }
    cr_assert_geq(n, 3, "a manifest and two segments");
    closedir(d);
    char *again = answer(&st);
    cr_assert_str_eq(again, good, "the files are as they were");
    free(again);
    free(good);
}

/* Changes bytes of a file in place: rewriting it whole for each would keep the disk busy, not the engine. */
static void overwrite(const char *file, size_t at, const void *data, size_t len)
{
    int fd = open(file, O_WRONLY);

    cr_assert(fd >= 0 && pwrite(fd, data, len, (off_t)at) == (ssize_t)len, "cannot write %s", file);
    close(fd);
}

static void change_each_byte(const char *name, const char *good)
{
    ft_rng r = ft_rng_named(ft_rng_seed(), "corrupt");
    char own[1024];
    unsigned char bad[64];
    size_t len;

    snprintf(own, sizeof own, "%s", ft_fixture_path(path, name));
    unsigned char *data = ft_fixture_read(own, &len);
    for (size_t i = 0; i < len; i++) {
        bad[0] = data[i] ^ (unsigned char)(1u << ft_rng_below(&r, 8));
        overwrite(own, i, bad, 1);
        expect_damage(name, good, "bit flipped", i, false);
        overwrite(own, i, data + i, 1);
    }
    for (size_t i = 0; i < 60; i++) {
        size_t at = ft_rng_below(&r, (uint32_t)len), n = len - at < 64 ? len - at : 64;
        for (size_t k = 0; k < n; k++)
            bad[k] = (unsigned char)ft_rng_next(&r);
        bad[0] = (unsigned char)~data[at];
        overwrite(own, at, bad, n);
        expect_damage(name, good, "overwritten", at, false);
        overwrite(own, at, data + at, n);
    }
    free(data);
}

static void cut_at_each_length(const char *name, const char *good)
{
    char own[1024];
    size_t len;

    snprintf(own, sizeof own, "%s", ft_fixture_path(path, name));
    unsigned char *data = ft_fixture_read(own, &len);
    for (size_t i = len; i-- > 0;) {
        cr_assert_eq(truncate(own, (off_t)i), 0);
        expect_damage(name, good, "cut", i, true);
    }
    ft_fixture_write(own, data, len);
    free(data);
}

static void lose(const char *name, const char *good)
{
    char own[1024];
    size_t len;
    ft_status st;

    snprintf(own, sizeof own, "%s", ft_fixture_path(path, name));
    unsigned char *data = ft_fixture_read(own, &len);
    cr_assert_eq(unlink(own), 0);
    if (strcmp(name, "MANIFEST") == 0) {
        free(answer(&st));
        cr_assert_eq(st, FT_ENOINDEX, "without a manifest it is no index");
    } else {
        expect_damage(name, good, "lost", 0, true);
    }
    ft_fixture_write(own, data, len);
    free(data);
}

Test(corrupt, a_changed_byte)
{
    begin(false);
    each_file(change_each_byte);
    ft_fixture_remove(dir);
}

Test(corrupt, a_changed_byte_without_texts)
{
    begin(true);
    each_file(change_each_byte);
    ft_fixture_remove(dir);
}

Test(corrupt, a_cut_file)
{
    begin(false);
    each_file(cut_at_each_length);
    ft_fixture_remove(dir);
}

Test(corrupt, a_lost_file)
{
    begin(false);
    each_file(lose);
    ft_fixture_remove(dir);
}
