/* source_stream.c - see source_stream.h. The first block is read ahead, so that its format can be told. */
#include "source_stream.h"

#include "lines.h"
#include "mem.h"

enum {
    RAW_ROOM = 128 * 1024,
    HEAD_ROOM = 16 * 1024,
    CODED_ROOM = 16 * 1024,
    TEXT_ROOM = 48 * 1024,        /* a byte becomes at most three */
    BOMB_FROM = 64 * 1024 * 1024, /* less than this may expand as it likes */
    BOMB_RATIO = 200              /* text that people write stays below 20 */
};

void ft_stream_release(ft_stream *s)
{
    ft_free(s->head);
    ft_free(s->raw);
    ft_free(s->coded);
    ft_free(s->text);
    ft_gzip_free(s->gzip);
    ft_charset_free(s->charset);
    *s = (ft_stream){0};
}

/* Reads into the empty end of raw; what is left moves to its front first. */
static ft_status fill_raw(ft_stream *s, ft_error *err)
{
    ft_lines_fd in = {s->fd, s->name, s->cancel};
    size_t got = 0;

    memmove(s->raw, s->raw + s->raw_begin, s->raw_end - s->raw_begin);
    s->raw_end -= s->raw_begin;
    s->raw_begin = 0;
    ft_status st = ft_lines_read_fd(&in, s->raw + s->raw_end, RAW_ROOM - s->raw_end, &got, err);
    if (st != FT_OK)
        return st;
    if (s->seen)
        s->seen(s->seen_arg, s->raw + s->raw_end, got);
    s->raw_end += got;
    s->n_in += got;
    s->raw_at_end = got == 0;
    return FT_OK;
}

static ft_status read_gzip(ft_stream *s, unsigned char *room, size_t cap, size_t *got, ft_error *err)
{
    *got = 0;
    while (*got == 0 && !s->damage) {
        size_t in = s->raw_end - s->raw_begin, out = cap;
        bool done;
        ft_status st = ft_gzip_run(s->gzip, s->raw + s->raw_begin, &in, s->raw_at_end, room, &out, &done,
                                   &s->damage, err);
        if (st != FT_OK)
            return st;
        s->raw_begin += in;
        *got = out;
        if (done)
            break;
        if (in == 0 && out == 0) {
            if (s->raw_at_end)
                break;
            st = fill_raw(s, err);
            if (st != FT_OK)
                return st;
        }
        if (s->cancel && *s->cancel)
            return ft_fail(err, FT_ECANCELED, "%s: interrupted", s->name);
    }
    return FT_OK;
}

static ft_status read_plain(ft_stream *s, unsigned char *room, size_t cap, size_t *got, ft_error *err)
{
    ft_lines_fd in = {s->fd, s->name, s->cancel};
    size_t held = s->raw_end - s->raw_begin;

    if (held == 0) {
        ft_status st = ft_lines_read_fd(&in, room, cap, got, err);
        s->n_in += st == FT_OK ? *got : 0;
        if (st == FT_OK && s->seen)
            s->seen(s->seen_arg, room, *got);
        return st;
    }
    *got = held < cap ? held : cap;
    memcpy(room, s->raw + s->raw_begin, *got);
    s->raw_begin += *got;
    return FT_OK;
}

/* Bytes as they were before any conversion. */
static ft_status read_bytes(ft_stream *s, unsigned char *room, size_t cap, size_t *got, ft_error *err)
{
    size_t held = s->head_len - s->head_used;

    if (held == 0)
        return s->gzipped ? read_gzip(s, room, cap, got, err) : read_plain(s, room, cap, got, err);
    *got = held < cap ? held : cap;
    memcpy(room, s->head + s->head_used, *got);
    s->head_used += *got;
    return FT_OK;
}

/* Converts a piece into text, which has been used up. Leaves it empty at the end only. */
static ft_status fill_text(ft_stream *s, ft_error *err)
{
    s->text_len = s->text_used = 0;
    while (s->text_len == 0 && !s->text_ended) {
        size_t got = 0, in, out = TEXT_ROOM;
        ft_status st = read_bytes(s, s->coded + s->coded_len, CODED_ROOM - s->coded_len, &got, err);
        if (st != FT_OK)
            return st;
        in = s->coded_len += got;
        ft_charset_run(s->charset, s->coded, &in, got == 0, s->text, &out);
        s->coded_len -= in;
        memmove(s->coded, s->coded + in, s->coded_len);
        s->text_len = out;
        s->text_ended = got == 0 && s->coded_len == 0;
    }
    return FT_OK;
}

ft_status ft_stream_decode(ft_stream *s, const char *charset, ft_error *err)
{
    if (!s->coded)
        s->coded = ft_alloc(CODED_ROOM, 1);
    if (!s->text)
        s->text = ft_alloc(TEXT_ROOM, 1);
    if (!s->coded || !s->text)
        return ft_fail_nomem(err);
    ft_status st = ft_charset_new(&s->charset, charset, err);
    return st == FT_OK ? fill_text(s, err) : st;
}

ft_status ft_stream_read(void *stream, void *room, size_t cap, size_t *got, ft_error *err)
{
    ft_stream *s = stream;
    ft_status st = FT_OK;

    if (!s->charset) {
        st = read_bytes(s, room, cap, got, err);
    } else {
        if (s->text_used == s->text_len)
            st = fill_text(s, err);
        size_t held = s->text_len - s->text_used;
        *got = held < cap ? held : cap;
        memcpy(room, s->text + s->text_used, *got);
        s->text_used += *got;
    }
    s->n_out += st == FT_OK ? *got : 0;
    return st;
}

ft_status ft_stream_open(ft_stream *s, int fd, const char *name, const volatile int *cancel, ft_error *err)
{
    ft_status st = FT_OK;

    ft_charset_free(s->charset);
    *s = (ft_stream){.fd = fd, .name = name, .cancel = cancel, .head = s->head, .raw = s->raw, .gzip = s->gzip,
                     .seen = s->seen, .seen_arg = s->seen_arg, .coded = s->coded, .text = s->text};
    if (!s->head)
        s->head = ft_alloc(HEAD_ROOM, 1);
    if (!s->raw)
        s->raw = ft_alloc(RAW_ROOM, 1);
    if (!s->head || !s->raw)
        return ft_fail_nomem(err);
    while (st == FT_OK && !s->raw_at_end && s->raw_end < HEAD_ROOM)
        st = fill_raw(s, err);
    if (st != FT_OK)
        return st;
    s->gzipped = ft_gzip_is(s->raw, s->raw_end);
    if (s->gzipped)
        st = s->gzip ? ft_gzip_reset(s->gzip, err) : ft_gzip_new(&s->gzip, err);
    for (size_t got = 1; st == FT_OK && got && s->head_len < HEAD_ROOM; s->head_len += got) {
        unsigned char *to = s->head + s->head_len;
        size_t room = HEAD_ROOM - s->head_len;
        got = 0;
        if (s->gzipped)
            st = read_gzip(s, to, room, &got, err);
        else if (s->raw_end > s->raw_begin)
            st = read_plain(s, to, room, &got, err);
    }
    return st;
}

ft_str ft_stream_peek(const ft_stream *s)
{
    return s->charset ? (ft_str){(const char *)s->text, s->text_len} : (ft_str){(const char *)s->head, s->head_len};
}

bool ft_stream_is_bomb(const ft_stream *s)
{
    return s->gzipped && s->n_out > BOMB_FROM && s->n_out / BOMB_RATIO > s->n_in;
}
