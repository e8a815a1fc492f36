/* catalogue.c - see catalogue.h and FORMAT.md, "Catalogue". Paths are front-coded and numbers are differences to the
 * file before: neighbours in a directory share most of what is known of them. */
#include "catalogue.h"

#include "bytes.h"
#include "mem.h"

#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define PATHS_MAX ((uint64_t)1 << 30) /* bytes of all paths, which front-coding makes small in a file */
#define NAME "catalogue"

enum file_flags { HASHED = 1, RACY = 2, UNSETTLED = 4 };

static const unsigned char magic[8] = {'F', 'T', 'C', 'A', 'T', '\r', '\n', 0x1a};

void ft_catalogue_init(ft_catalogue *c)
{
    *c = (ft_catalogue){.next = 1};
}

void ft_catalogue_release(ft_catalogue *c)
{
    for (size_t i = 0; i < c->n_groups; i++) {
        ft_free(c->groups[i].inputs);
        ft_free(c->groups[i].files);
        ft_free(c->groups[i].slots);
    }
    ft_free(c->groups);
    ft_arena_release(&c->arena);
    ft_catalogue_init(c);
}

/* ------------------------------------------------ groups */

static bool same_list(const ft_option_list *a, const ft_option_list *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; same && i < a->n; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

static bool same_reading(const ft_catalogue_group *a, const ft_catalogue_group *b)
{
    return strcmp(a->directory, b->directory) == 0 && strcmp(a->format, b->format) == 0 &&
           strcmp(a->encoding, b->encoding) == 0 && a->file_words == b->file_words &&
           a->record_words == b->record_words && a->max_size == b->max_size &&
           a->filter_seconds == b->filter_seconds && a->filter_bytes == b->filter_bytes && a->strict == b->strict &&
           same_list(&a->include, &b->include) && same_list(&a->exclude, &b->exclude) &&
           same_list(&a->filters, &b->filters);
}

ft_catalogue_group *ft_catalogue_find(ft_catalogue *c, const ft_catalogue_group *like)
{
    for (size_t i = 0; i < c->n_groups; i++)
        if (same_reading(&c->groups[i], like))
            return &c->groups[i];
    return NULL;
}

static const char *keep(ft_catalogue *c, const char *s)
{
    return ft_arena_copy(&c->arena, s, strlen(s));
}

static bool keep_list(ft_catalogue *c, ft_option_list *to, const ft_option_list *from)
{
    for (to->n = 0; to->n < from->n; to->n++)
        if (!(to->items[to->n] = keep(c, from->items[to->n])))
            return false;
    return true;
}

static ft_catalogue_group *new_group(ft_catalogue *c)
{
    if (FT_GROW(c->groups, c->cap_groups, c->n_groups + 1) != 0)
        return NULL;
    ft_catalogue_group *g = &c->groups[c->n_groups++];
    *g = (ft_catalogue_group){.directory = "", .format = "", .encoding = ""};
    return g;
}

ft_catalogue_group *ft_catalogue_add(ft_catalogue *c, const ft_catalogue_group *like)
{
    ft_catalogue_group *g = new_group(c);

    if (!g)
        return NULL;
    *g = *like;
    g->inputs = NULL;
    g->files = NULL;
    g->slots = NULL;
    g->n_inputs = g->cap_inputs = g->n_files = g->cap_files = g->n_slots = 0;
    g->directory = keep(c, like->directory);
    g->format = keep(c, like->format);
    g->encoding = keep(c, like->encoding);
    bool kept = keep_list(c, &g->include, &like->include) && keep_list(c, &g->exclude, &like->exclude) &&
                keep_list(c, &g->filters, &like->filters);
    if (kept && g->directory && g->format && g->encoding)
        return g;
    c->n_groups--;
    return NULL;
}

bool ft_catalogue_put_input(ft_catalogue *c, ft_catalogue_group *g, const char *input)
{
    const char *kept = keep(c, input);
    size_t n = 0;

    if (!kept || FT_GROW(g->inputs, g->cap_inputs, g->n_inputs + 1) != 0)
        return false;
    for (size_t i = 0; i < g->n_inputs; i++)
        if (strcmp(g->inputs[i], input) != 0)
            g->inputs[n++] = g->inputs[i];
    g->inputs[n++] = kept;
    g->n_inputs = n;
    return true;
}

/* ------------------------------------------------ files */

/* Where the path stands in the table, or the empty place for it. */
static uint32_t *slot_of(const ft_catalogue_group *g, const char *path)
{
    size_t mask = g->n_slots - 1, at = XXH3_64bits(path, strlen(path)) & mask;

    while (g->slots[at] && strcmp(g->files[g->slots[at] - 1].path, path) != 0)
        at = (at + 1) & mask;
    return &g->slots[at];
}

ft_catalogue_file *ft_catalogue_file_of(const ft_catalogue_group *g, const char *path)
{
    uint32_t found = g->n_slots ? *slot_of(g, path) : 0;

    return found ? &g->files[found - 1] : NULL;
}

/* Room for one more, with a table at most half full. */
static bool grow_files(ft_catalogue_group *g)
{
    size_t n = g->n_slots ? 2 * g->n_slots : 64;

    if (FT_GROW(g->files, g->cap_files, g->n_files + 1) != 0)
        return false;
    if (2 * (g->n_files + 1) <= g->n_slots)
        return true;
    uint32_t *slots = ft_alloc_zero(n, sizeof *slots);
    if (!slots)
        return false;
    ft_free(g->slots);
    g->slots = slots;
    g->n_slots = n;
    for (size_t i = 0; i < g->n_files; i++)
        *slot_of(g, g->files[i].path) = (uint32_t)i + 1;
    return true;
}

ft_status ft_catalogue_put_file(ft_catalogue *c, ft_catalogue_group *g, const char *path, uint32_t source,
                                ft_catalogue_file **out, ft_error *err)
{
    *out = ft_catalogue_file_of(g, path);
    if (*out)
        return FT_OK;
    if (source == 0 && c->next == UINT32_MAX)
        return ft_fail(err, FT_ELIMIT, "%.300s: more than %u files were read: build the index anew", path,
                       UINT32_MAX - 1);
    const char *kept = keep(c, path);
    if (!kept || !grow_files(g))
        return ft_fail_nomem(err);
    *out = &g->files[g->n_files++];
    **out = (ft_catalogue_file){.path = kept, .source = source ? source : c->next++};
    *slot_of(g, path) = (uint32_t)g->n_files;
    return FT_OK;
}

/* ------------------------------------------------ writing */

static void put_string(ft_buf *b, const char *s)
{
    size_t len = strlen(s);

    ft_buf_put_varint(b, len);
    ft_buf_put(b, s, len);
}

/* The difference to the value before, as a number that is small if it is small in either direction. */
static void put_step(ft_buf *b, uint64_t value, uint64_t before)
{
    uint64_t step = value - before;

    ft_buf_put_varint(b, step >> 63 ? ~(step << 1) : step << 1);
}

static void put_strings(ft_buf *b, const char *const *items, size_t n)
{
    ft_buf_put_varint(b, n);
    for (size_t i = 0; i < n; i++)
        put_string(b, items[i]);
}

static void put_file(ft_buf *b, const ft_catalogue_file *f, const ft_catalogue_file *before)
{
    size_t shared = 0, len = strlen(f->path);

    while (f->path[shared] && f->path[shared] == before->path[shared])
        shared++;
    ft_buf_put_varint(b, shared);
    ft_buf_put_varint(b, len - shared);
    ft_buf_put(b, f->path + shared, len - shared);
    ft_buf_putc(b, (f->hashed ? HASHED : 0) | (f->racy ? RACY : 0) | (f->unsettled ? UNSETTLED : 0));
    put_step(b, f->source, before->source);
    ft_buf_put_varint(b, f->size);
    put_step(b, (uint64_t)f->mtime, (uint64_t)before->mtime);
    put_step(b, f->inode, before->inode);
    put_step(b, f->device, before->device);
    ft_buf_put_varint(b, f->documents);
    if (f->hashed)
        ft_buf_put_u64(b, f->hash);
}

static void put_group(ft_buf *b, const ft_catalogue_group *g)
{
    ft_catalogue_file before = {.path = ""};

    put_string(b, g->directory);
    put_string(b, g->format);
    put_string(b, g->encoding);
    ft_buf_put_varint(b, g->file_words);
    ft_buf_put_varint(b, g->record_words);
    ft_buf_put_varint(b, g->max_size);
    ft_buf_put_varint(b, g->filter_seconds);
    ft_buf_put_varint(b, g->filter_bytes);
    ft_buf_putc(b, g->strict);
    put_strings(b, g->include.items, g->include.n);
    put_strings(b, g->exclude.items, g->exclude.n);
    put_strings(b, g->filters.items, g->filters.n);
    put_strings(b, g->inputs, g->n_inputs);
    ft_buf_put_varint(b, g->n_files);
    for (size_t i = 0; i < g->n_files && !b->failed; before = g->files[i++])
        put_file(b, &g->files[i], &before);
}

void ft_catalogue_encode(const ft_catalogue *c, ft_buf *out)
{
    ft_buf_put(out, magic, sizeof magic);
    ft_buf_put_varint(out, c->next);
    ft_buf_put_varint(out, c->n_groups);
    for (size_t i = 0; i < c->n_groups; i++)
        put_group(out, &c->groups[i]);
}

/* ------------------------------------------------ reading */

typedef struct parser {
    ft_bytes b;
    const char *start;
    ft_catalogue *c;
    uint64_t paths; /* bytes so far */
    ft_buf path;
    bool no_memory;
} parser;

bool ft_catalogue_is(ft_str bytes)
{
    return bytes.len >= sizeof magic && memcmp(bytes.ptr, magic, sizeof magic) == 0;
}

static ft_status malformed(const parser *p, const char *what, ft_error *err)
{
    return p->no_memory ? ft_fail_nomem(err)
                        : ft_corrupt(err, NAME, (uint64_t)((const char *)p->b.p - p->start), "%s", what);
}

/* A string without NUL of at most PATH_MAX bytes, or NULL. */
static const char *get_string(parser *p)
{
    uint64_t len = ft_bytes_varint(&p->b);
    const unsigned char *s = len <= FT_CATALOGUE_PATH_MAX ? ft_bytes_take(&p->b, (size_t)len) : NULL;

    if (!s || memchr(s, '\0', (size_t)len))
        return NULL;
    const char *kept = ft_arena_copy(&p->c->arena, s, (size_t)len);
    p->no_memory |= !kept;
    return kept;
}

static uint64_t get_step(parser *p, uint64_t before)
{
    uint64_t code = ft_bytes_varint(&p->b);

    return before + (code & 1 ? ~(code >> 1) : code >> 1);
}

static bool get_u32(parser *p, uint32_t *out)
{
    uint64_t v = ft_bytes_varint(&p->b);

    *out = (uint32_t)v;
    return !p->b.failed && v <= UINT32_MAX;
}

static bool get_list(parser *p, ft_option_list *list)
{
    uint64_t n = ft_bytes_varint(&p->b);

    if (n > FT_OPTION_LIST_MAX)
        return false;
    for (list->n = 0; list->n < n; list->n++)
        if (!(list->items[list->n] = get_string(p)))
            return false;
    return true;
}

static bool get_inputs(parser *p, ft_catalogue_group *g)
{
    uint64_t n = ft_bytes_varint(&p->b);

    if (p->b.failed || n > ft_bytes_left(&p->b))
        return false;
    if (FT_GROW(g->inputs, g->cap_inputs, n) != 0) {
        p->no_memory = true;
        return false;
    }
    for (; g->n_inputs < n; g->n_inputs++)
        if (!(g->inputs[g->n_inputs] = get_string(p)) || !*g->inputs[g->n_inputs])
            return false;
    return true;
}

/* Reads a path into p->path, which holds the one before. */
static bool get_path(parser *p)
{
    uint64_t shared = ft_bytes_varint(&p->b), more = ft_bytes_varint(&p->b);

    if (p->b.failed || shared > p->path.len || more > FT_CATALOGUE_PATH_MAX - shared || shared + more == 0)
        return false;
    const unsigned char *s = ft_bytes_take(&p->b, (size_t)more);
    if (!s || memchr(s, '\0', (size_t)more))
        return false;
    p->path.len = (size_t)shared;
    ft_buf_put(&p->path, s, (size_t)more);
    p->no_memory |= p->path.failed;
    p->paths += shared + more;
    return !p->path.failed && p->paths <= PATHS_MAX;
}

static bool get_file(parser *p, ft_catalogue_file *f, const ft_catalogue_file *before)
{
    if (!get_path(p))
        return false;
    unsigned flags = ft_bytes_u8(&p->b);
    uint64_t source = get_step(p, before->source);
    f->hashed = flags & HASHED;
    f->racy = flags & RACY;
    f->unsettled = flags & UNSETTLED;
    f->source = (uint32_t)source;
    f->size = ft_bytes_varint(&p->b);
    f->mtime = (int64_t)get_step(p, (uint64_t)before->mtime);
    f->inode = get_step(p, before->inode);
    f->device = get_step(p, before->device);
    f->documents = ft_bytes_varint(&p->b);
    f->hash = f->hashed ? ft_bytes_u64(&p->b) : 0;
    return !p->b.failed && flags <= (HASHED | RACY | UNSETTLED) && source > 0 && source < p->c->next;
}

static ft_status get_files(parser *p, ft_catalogue_group *g, ft_error *err)
{
    uint64_t n = ft_bytes_varint(&p->b);
    ft_catalogue_file before = {0}, *f;

    if (p->b.failed || n > ft_bytes_left(&p->b))
        return malformed(p, "more files than bytes for them", err);
    ft_buf_reset(&p->path);
    for (uint64_t i = 0; i < n; i++) {
        ft_catalogue_file read = {0};
        if (!get_file(p, &read, &before))
            return malformed(p, "a malformed file", err);
        ft_buf_putc(&p->path, '\0');
        p->no_memory |= p->path.failed;
        ft_status st = p->no_memory ? ft_fail_nomem(err)
                                    : ft_catalogue_put_file(p->c, g, (const char *)p->path.data, read.source, &f, err);
        if (st != FT_OK)
            return st;
        p->path.len--;
        if (g->n_files == i)
            return malformed(p, "a path that stands there twice", err);
        read.path = f->path;
        *f = before = read;
    }
    return FT_OK;
}

static ft_status get_group(parser *p, ft_catalogue_group *g, ft_error *err)
{
    bool ok = (g->directory = get_string(p)) && (g->format = get_string(p)) && (g->encoding = get_string(p)) &&
              get_u32(p, &g->file_words) && get_u32(p, &g->record_words);

    g->max_size = ok ? ft_bytes_varint(&p->b) : 0;
    g->filter_seconds = ok ? ft_bytes_varint(&p->b) : 0;
    g->filter_bytes = ok ? ft_bytes_varint(&p->b) : 0;
    unsigned strict = ok ? ft_bytes_u8(&p->b) : 0;
    g->strict = strict;
    if (!ok || strict > 1 || g->directory[0] != '/' || !get_list(p, &g->include) || !get_list(p, &g->exclude) ||
        !get_list(p, &g->filters) || !get_inputs(p, g))
        return malformed(p, "a malformed group of inputs", err);
    return get_files(p, g, err);
}

ft_status ft_catalogue_decode(ft_catalogue *c, ft_str bytes, ft_error *err)
{
    parser p = {.b = ft_bytes_of(bytes.ptr, bytes.len), .start = bytes.ptr, .c = c};

    ft_catalogue_init(c);
    if (!ft_catalogue_is(bytes))
        return ft_corrupt(err, NAME, 0, "not a catalogue");
    ft_bytes_take(&p.b, sizeof magic);
    ft_status st = get_u32(&p, &c->next) && c->next > 0 ? FT_OK : malformed(&p, "no next number", err);
    uint64_t n = ft_bytes_varint(&p.b);
    for (uint64_t i = 0; st == FT_OK && i < n; i++) {
        ft_catalogue_group *g = new_group(c);
        st = g ? get_group(&p, g, err) : ft_fail_nomem(err);
    }
    if (st == FT_OK && (p.b.failed || ft_bytes_left(&p.b) > 0))
        st = malformed(&p, "bytes behind the last group", err);
    ft_buf_release(&p.path);
    return st;
}

/* ------------------------------------------------ checking */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

ft_status ft_catalogue_check(const ft_catalogue *c, ft_error *err)
{
    uint32_t *numbers;
    size_t n = 0, all = 0;
    ft_status st = FT_OK;

    for (size_t i = 0; i < c->n_groups; i++)
        all += c->groups[i].n_files;
    numbers = ft_alloc(all, sizeof *numbers);
    if (!numbers)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < c->n_groups; i++)
        for (size_t k = 0; k < c->groups[i].n_files; k++)
            numbers[n++] = c->groups[i].files[k].source;
    qsort(numbers, n, sizeof *numbers, by_number);
    for (size_t i = 1; st == FT_OK && i < n; i++)
        if (numbers[i] == numbers[i - 1])
            st = ft_corrupt(err, NAME, 0, "two files have number %u", numbers[i]);
    ft_free(numbers);
    return st;
}
