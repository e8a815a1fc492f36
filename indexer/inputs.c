/* inputs.c - see inputs.h. The walk keeps a stack of sorted listings, one for each level, and nothing of the files it
 * has passed; entries sort as paths do, so a directory's name counts with the slash behind it. */
#include "inputs.h"

#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

const char *const ft_skip_names[FT_N_SKIPS] = {
    "hidden",   "symbolic links", "special files", "indexes",   "unreadable",
    "excluded", "too large",      "binary",        "malformed",
};

typedef struct entry {
    char *name;          /* owned; with a slash at its end for a directory */
    unsigned char type;  /* DT_... */
} entry;

typedef struct listing {
    entry *entries;
    size_t n, cap, at;
    size_t base;         /* length of the directory's path, with its slash */
} listing;

typedef struct walk {
    const ft_visitor *v;
    listing *levels;
    size_t n, cap;
    ft_buf path;
} walk;

static void free_listing(listing *l)
{
    for (size_t i = 0; i < l->n; i++)
        ft_free(l->entries[i].name);
    ft_free(l->entries);
    *l = (listing){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

/* Sets the path to its first `base` bytes and `name`, ended by a NUL that does not count. */
static ft_status set_path(walk *w, size_t base, const char *name, ft_error *err)
{
    w->path.len = base;
    ft_buf_puts(&w->path, name);
    ft_buf_putc(&w->path, '\0');
    if (!w->path.failed)
        w->path.len--;
    return ft_buf_status(&w->path, err);
}

static const char *path_of(const walk *w)
{
    return (const char *)w->path.data;
}

/* ---------------------------------------------------------------- directories */

static bool is_content_name(const char *name)
{
    return strlen(name) == 20 && strspn(name, "0123456789abcdef") == 16 &&
           (memcmp(name + 16, ".seg", 4) == 0 || memcmp(name + 16, ".src", 4) == 0);
}

/* Whether a listing is that of an index or of an unfinished one. */
static bool is_index(const listing *l)
{
    bool segment = false, lock = false, manifest = false, foreign = false;

    for (size_t i = 0; i < l->n; i++) {
        const char *name = l->entries[i].name;
        if (is_content_name(name))
            segment = true;
        else if (strcmp(name, "LOCK") == 0)
            lock = true;
        else if (strcmp(name, "MANIFEST") == 0)
            manifest = true;
        else if (strncmp(name, "tmp-", 4) != 0)
            foreign = true;
    }
    return (segment && (lock || manifest)) || (lock && !foreign);
}

static ft_status add_entry(listing *l, const char *dir, const struct dirent *d, ft_error *err)
{
    unsigned char type = d->d_type;
    size_t len = strlen(d->d_name);

    if (type == DT_UNKNOWN) {
        struct stat sb;
        ft_buf path = {0};
        ft_buf_puts(&path, dir);
        ft_buf_put(&path, d->d_name, len + 1);
        bool failed = path.failed;
        if (!failed && lstat((const char *)path.data, &sb) == 0)
            type = IFTODT(sb.st_mode);
        ft_buf_release(&path);
        if (failed)
            return ft_fail_nomem(err);
    }
    char *name = ft_alloc(len + 2, 1);
    if (!name || FT_GROW(l->entries, l->cap, l->n + 1) != 0) {
        ft_free(name);
        return ft_fail_nomem(err);
    }
    memcpy(name, d->d_name, len);
    name[len] = type == DT_DIR ? '/' : '\0';
    name[len + 1] = '\0';
    l->entries[l->n++] = (entry){name, type};
    return FT_OK;
}

/* Whether the directory open at dir is the index at work. */
static bool is_own(const ft_visitor *v, DIR *dir)
{
    struct stat sb;

    return v->has_own && fstat(dirfd(dir), &sb) == 0 && sb.st_dev == v->own_dev && sb.st_ino == v->own_ino;
}

/* Enters the directory at the path ("" is the working directory), or tells why not. */
static ft_status enter(walk *w, ft_error *err)
{
    listing l = {.base = w->path.len};
    const char *path = w->path.len ? path_of(w) : "./";
    struct dirent *d = NULL;
    ft_status st = FT_OK;
    DIR *dir = opendir(path);

    if (!dir) {
        w->v->skip(w->v->arg, FT_SKIP_UNREADABLE, path);
        return FT_OK;
    }
    if (is_own(w->v, dir)) {
        w->v->skip(w->v->arg, FT_SKIP_INDEX, path);
        goto out;
    }
    while (st == FT_OK && (errno = 0, d = readdir(dir)) != NULL)
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            st = add_entry(&l, path, d, err);
    if (st == FT_OK && !d && errno)
        st = ft_fail_errno(err, "%s", path);
    if (st != FT_OK)
        goto out;
    if (is_index(&l)) {
        w->v->skip(w->v->arg, FT_SKIP_INDEX, path);
        goto out;
    }
    if (FT_GROW(w->levels, w->cap, w->n + 1) != 0) {
        st = ft_fail_nomem(err);
        goto out;
    }
    if (l.n)
        qsort(l.entries, l.n, sizeof *l.entries, by_name);
    w->levels[w->n++] = l;
    l = (listing){0};
out:
    free_listing(&l);
    closedir(dir);
    return st;
}

static ft_status visit_entry(walk *w, const entry *e, size_t base, ft_error *err)
{
    const ft_visitor *v = w->v;
    ft_status st = set_path(w, base, e->name, err);

    if (st != FT_OK)
        return st;
    if (e->name[0] == '.')
        v->skip(v->arg, FT_SKIP_HIDDEN, path_of(w));
    else if ((e->type == DT_DIR || e->type == DT_REG) && v->wanted && !v->wanted(v->arg, path_of(w)))
        v->skip(v->arg, FT_SKIP_EXCLUDED, path_of(w));
    else if (e->type == DT_DIR)
        st = enter(w, err);
    else if (e->type == DT_REG)
        st = v->file(v->arg, path_of(w), false, err);
    else if (e->type == DT_LNK)
        v->skip(v->arg, FT_SKIP_LINK, path_of(w));
    else
        v->skip(v->arg, e->type == DT_UNKNOWN ? FT_SKIP_UNREADABLE : FT_SKIP_SPECIAL, path_of(w));
    return st;
}

static ft_status walk_directory(walk *w, ft_error *err)
{
    ft_status st = enter(w, err);

    while (st == FT_OK && w->n) {
        listing *l = &w->levels[w->n - 1];
        if (l->at == l->n) {
            free_listing(l);
            w->n--;
        } else if (w->v->cancel && *w->v->cancel) {
            st = ft_fail(err, FT_ECANCELED, "%s: interrupted", path_of(w));
        } else {
            entry *e = &l->entries[l->at++];
            st = visit_entry(w, e, l->base, err);
        }
    }
    return st;
}

/* ---------------------------------------------------------------- words */

void ft_inputs_reduce(ft_buf *out, const char *word, bool directory)
{
    size_t start = out->len;

    if (*word == '/')
        ft_buf_putc(out, '/');
    while (*word) {
        size_t len = strcspn(word, "/");
        if (len && !(len == 1 && *word == '.')) {
            if (out->len > start && out->data[out->len - 1] != '/')
                ft_buf_putc(out, '/');
            ft_buf_put(out, word, len);
        }
        word += len;
        word += *word == '/';
    }
    if (directory && !out->failed && out->len > start && out->data[out->len - 1] != '/')
        ft_buf_putc(out, '/');
}

ft_status ft_inputs_exist(const char *const *words, size_t n, ft_error *err)
{
    size_t n_stdin = 0;
    struct stat sb;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], "-") == 0) {
            if (++n_stdin > 1)
                return ft_fail(err, FT_EINVAL, "-: standard input is given twice");
        } else if (stat(words[i], &sb) != 0) {
            return ft_fail(err, FT_EINVAL, "%s: %s", words[i], strerror(errno));
        }
    }
    return FT_OK;
}

static ft_status visit_word(walk *w, const char *word, ft_error *err)
{
    const ft_visitor *v = w->v;
    struct stat sb;

    if (strcmp(word, "-") == 0)
        return v->file(v->arg, "-", true, err);
    if (stat(word, &sb) != 0) {
        v->skip(v->arg, FT_SKIP_UNREADABLE, word);
        return FT_OK;
    }
    ft_buf_reset(&w->path);
    ft_inputs_reduce(&w->path, word, S_ISDIR(sb.st_mode));
    ft_status st = set_path(w, w->path.len, "", err);
    if (st != FT_OK)
        return st;
    if (S_ISDIR(sb.st_mode))
        return walk_directory(w, err);
    if (v->wanted && !v->wanted(v->arg, path_of(w))) {
        v->skip(v->arg, FT_SKIP_EXCLUDED, path_of(w));
        return FT_OK;
    }
    if (S_ISREG(sb.st_mode) || S_ISFIFO(sb.st_mode) || S_ISCHR(sb.st_mode))
        return v->file(v->arg, path_of(w), true, err);
    v->skip(v->arg, FT_SKIP_SPECIAL, word);
    return FT_OK;
}

ft_status ft_inputs_walk(const char *const *words, size_t n, const ft_visitor *v, ft_error *err)
{
    walk w = {.v = v};
    ft_status st = FT_OK;

    for (size_t i = 0; i < n && st == FT_OK; i++)
        st = visit_word(&w, words[i], err);
    while (w.n)
        free_listing(&w.levels[--w.n]);
    ft_free(w.levels);
    ft_buf_release(&w.path);
    return st;
}
