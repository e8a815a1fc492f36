/* lines.c - line by line; see lines.h. */
#include "lines.h"

#include "mem.h"

#include <errno.h>
#include <unistd.h>

enum { FIRST_ROOM = 256 * 1024 };

void ft_lines_init(ft_lines *l, ft_lines_read read_fn, void *arg, size_t max)
{
    *l = (ft_lines){.read = read_fn, .arg = arg, .max = max};
}

void ft_lines_release(ft_lines *l)
{
    ft_free(l->data);
    *l = (ft_lines){0};
}

ft_status ft_lines_read_fd(void *arg, void *room, size_t cap, size_t *got, ft_error *err)
{
    const ft_lines_fd *in = arg;

    for (;;) {
        if (in->cancel && *in->cancel)
            return ft_fail(err, FT_ECANCELED, "%s: interrupted", in->name);
        ssize_t n = read(in->fd, room, cap);
        if (n >= 0) {
            *got = (size_t)n;
            return FT_OK;
        }
        if (errno != EINTR)
            return ft_fail_errno(err, "%s", in->name);
    }
}

/* Reads more behind what is there, which moves to the front first. */
static ft_status fill(ft_lines *l, ft_error *err)
{
    size_t got = 0, held = l->end - l->begin;

    if (l->begin) {
        memmove(l->data, l->data + l->begin, held);
        l->begin = 0;
        l->end = held;
    }
    if (l->end == l->cap && FT_GROW(l->data, l->cap, l->cap ? l->cap * 2 : (size_t)FIRST_ROOM) != 0)
        return ft_fail_nomem(err);
    ft_status st = l->read(l->arg, l->data + l->end, l->cap - l->end, &got, err);
    if (st != FT_OK)
        return st;
    l->end += got;
    l->at_end = got == 0;
    return FT_OK;
}

ft_status ft_lines_next(ft_lines *l, ft_line *out, bool *more, ft_error *err)
{
    size_t seen = 0; /* bytes from begin on that hold no line feed */
    bool dropped = false;

    *out = (ft_line){0};
    *more = false;
    for (;;) {
        size_t held = l->end - l->begin;
        unsigned char *from = l->data ? l->data + l->begin : NULL;
        unsigned char *stop = held > seen ? memchr(from + seen, '\n', held - seen) : NULL;
        size_t len = stop ? (size_t)(stop - from) : held;
        if (stop || (l->at_end && (held || dropped))) {
            out->too_long = dropped || len > l->max;
            out->ended = stop != NULL;
            if (!out->too_long)
                out->text = (ft_str){(const char *)from, len};
            l->begin += len + (stop ? 1 : 0);
            l->number++;
            *more = true;
            return FT_OK;
        }
        if (l->at_end)
            return FT_OK;
        seen = held;
        if (held > l->max) {
            dropped = true;
            l->begin = l->end = seen = 0;
        }
        ft_status st = fill(l, err);
        if (st != FT_OK)
            return st;
    }
}
