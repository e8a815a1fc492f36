/* fixture.c - see fixture.h. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *ft_fixture_dir(void)
{
    const char *tmp = getenv("TMPDIR");
    char *path;

    cr_assert(asprintf(&path, "%s/ft-test-XXXXXX", tmp && *tmp ? tmp : "/tmp") > 0);
    cr_assert_not_null(mkdtemp(path), "cannot make %s", path);
    return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void ft_fixture_remove(char *dir)
{
    cr_assert_eq(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(dir);
}

const char *ft_fixture_path(const char *dir, const char *name)
{
    static char paths[4][1024];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

void ft_fixture_ok(ft_status st, const ft_error *err, const char *what)
{
    cr_assert_eq(st, FT_OK, "%s: status %d: %s", what, (int)st, st ? err->text : "");
}

ft_str ft_fixture_str(const char *s)
{
    return (ft_str){s, strlen(s)};
}

ft_index *ft_fixture_create(const char *path)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1};
    ft_error err;
    ft_index *ix;

    ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
    return ix;
}

ft_index *ft_fixture_open(const char *path)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1};
    ft_error err;
    ft_index *ix;

    ft_fixture_ok(ft_index_open(&ix, path, &opts, &err), &err, "open");
    return ix;
}

void ft_fixture_add(ft_index *ix, const char *id, const char *title, const char *text)
{
    ft_document doc = {.size = sizeof doc,
                       .id = ft_fixture_str(id),
                       .title = ft_fixture_str(title),
                       .text = ft_fixture_str(text),
                       .line = 1,
                       .count_lines = true,
                       .source = (unsigned char)id[0] % 4u}; /* so that origins are written wherever it is used */
    ft_error err;

    ft_fixture_ok(ft_index_add(ix, &doc, &err), &err, id);
}

void ft_fixture_commit(ft_index *ix)
{
    ft_error err;

    ft_fixture_ok(ft_index_commit(ix, NULL, &err), &err, "commit");
}

void ft_fixture_close_committed(ft_index *ix)
{
    ft_fixture_commit(ix);
    ft_index_close(ix);
}

ft_reader *ft_fixture_reader(const char *path)
{
    ft_error err;
    ft_reader *rd;

    ft_fixture_ok(ft_reader_open(&rd, path, &err), &err, "open for reading");
    return rd;
}

char *ft_fixture_search(const char *path, const char *query, uint64_t *total)
{
    ft_reader *rd = ft_fixture_reader(path);
    char *ids = ft_fixture_ask(rd, query, NULL, total, NULL);

    ft_reader_close(rd);
    return ids;
}

char *ft_fixture_ask(const ft_reader *rd, const char *query, const ft_query_options *options, uint64_t *total,
                     char **notes)
{
    ft_search_options opts = {.size = sizeof opts, .top = 100, .count = true};
    ft_error err;
    ft_query *q;
    ft_results *rs;
    char *ids = NULL;
    size_t len = 0;
    bool exact = false;

    ft_fixture_ok(ft_query_parse(&q, rd, query, strlen(query), options, &err), &err, query);
    ft_fixture_ok(ft_search(&rs, rd, q, &opts, &err), &err, query);
    uint64_t n = ft_results_total(rs, &exact);
    cr_assert(exact, "%s: a counted total is exact", query);
    if (total)
        *total = n;
    FILE *out = open_memstream(&ids, &len);
    for (size_t i = 0; i < ft_results_count(rs); i++) {
        ft_hit hit;
        ft_fixture_ok(ft_results_hit(rs, i, &hit, &err), &err, query);
        fprintf(out, "%s%.*s:%u", i ? " " : "", (int)hit.id.len, hit.id.ptr, hit.passage);
    }
    fclose(out);
    if (notes) {
        out = open_memstream(notes, &len);
        for (size_t i = 0; i < ft_query_notes(q); i++)
            fprintf(out, "%s%s", i ? "|" : "", ft_query_note(q, i));
        fclose(out);
    }
    ft_results_free(rs);
    ft_query_free(q);
    return ids;
}

static int not_dots(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static int is_segment(const struct dirent *e)
{
    size_t len = strlen(e->d_name);

    return len > 4 && strcmp(e->d_name + len - 4, ".seg") == 0;
}

static char *list_files(const char *path, int (*filter)(const struct dirent *), bool contents)
{
    struct dirent **names;
    char *text = NULL;
    size_t text_len;
    int n = scandir(path, &names, filter, alphasort);

    cr_assert(n >= 0, "cannot list %s", path);
    FILE *out = open_memstream(&text, &text_len);
    for (int i = 0; i < n; i++) {
        fprintf(out, "%s", names[i]->d_name);
        if (contents) {
            size_t len;
            unsigned char *data = ft_fixture_read(ft_fixture_path(path, names[i]->d_name), &len);
            uint64_t hash = 14695981039346656037u; /* FNV-1a */
            for (size_t k = 0; k < len; k++)
                hash = (hash ^ data[k]) * 1099511628211u;
            fprintf(out, " %zu %016llx", len, (unsigned long long)hash);
            free(data);
        }
        fputc('\n', out);
        free(names[i]);
    }
    free(names);
    fclose(out);
    return text;
}

char *ft_fixture_segments(const char *path)
{
    return list_files(path, is_segment, true);
}

char *ft_fixture_files(const char *path)
{
    return list_files(path, not_dots, false);
}

unsigned char *ft_fixture_read(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");

    cr_assert_not_null(f, "cannot read %s", path);
    cr_assert_eq(fseek(f, 0, SEEK_END), 0);
    *len = (size_t)ftell(f);
    rewind(f);
    unsigned char *data = malloc(*len + 1);
    cr_assert(data && fread(data, 1, *len, f) == *len, "cannot read %s", path);
    data[*len] = 0;
    fclose(f);
    return data;
}

void ft_fixture_write(const char *path, const void *data, size_t len)
{
    FILE *f = fopen(path, "wb");

    cr_assert_not_null(f, "cannot write %s", path);
    cr_assert_eq(fwrite(data, 1, len, f), len);
    cr_assert_eq(fclose(f), 0);
}

int ft_fixture_descriptors(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");

    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}
