/* source_text.c - plain text: the input is the document; see source.h. A large file is mapped, everything else is read
 * into memory: for small files that is quicker, and a file that shrinks meanwhile does no harm. */
#include "source.h"

#include "cli.h"
#include "mem.h"
#include "title.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAP_FROM = 16 * 1024 * 1024, FIRST_ROOM = 64 * 1024 };

static ft_status give_text(const ft_source *src, ft_str text, ft_error *err)
{
    ft_document doc = {
        .size = sizeof doc,
        .id = src->file,
        .text = text,
        .title_from_text = true,
        .passage_words = src->words,
        .line = 1,
        .count_lines = true,
    };

    doc.title = ft_title_of_text(text, src->file);
    return src->sink.document(src->sink.arg, &doc, err);
}

static ft_status give_mapped(const ft_source *src, size_t len, ft_error *err)
{
    void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, src->in->fd, 0);

    if (p == MAP_FAILED)
        return ft_fail_errno(err, "%s", src->in->name);
    madvise(p, len, MADV_SEQUENTIAL);
    ft_cli_guard(p, len);
    if (src->in->seen && src->in->n_in < len)
        src->in->seen(src->in->seen_arg, (const char *)p + src->in->n_in, len - (size_t)src->in->n_in);
    ft_status st = give_text(src, (ft_str){p, len}, err);
    ft_cli_guard(NULL, 0);
    munmap(p, len);
    src->in->n_in = src->in->n_out = len;
    return st;
}

ft_status ft_source_whole(const ft_source *src, size_t max, ft_buf *out, const char **reason, ft_error *err)
{
    size_t got = 1;

    *reason = NULL;
    while (got && !*reason) {
        if (out->len == out->cap && !ft_buf_reserve(out, out->cap ? out->cap : (size_t)FIRST_ROOM))
            return ft_fail_nomem(err);
        ft_status st = ft_stream_read(src->in, out->data + out->len, out->cap - out->len, &got, err);
        if (st != FT_OK)
            return st;
        out->len += got;
        if (out->len > max)
            *reason = max < FT_SOURCE_RECORD_MAX ? "longer than 64 MiB" : "longer than 1 GiB, and not a plain file";
        else if (ft_stream_is_bomb(src->in))
            *reason = "its compressed data expands too much";
    }
    if (!*reason)
        *reason = src->in->damage;
    return FT_OK;
}

static ft_status give_read(const ft_source *src, ft_error *err)
{
    ft_buf data = {0};
    const char *reason;
    ft_status st = ft_source_whole(src, FT_SOURCE_RECORD_MAX, &data, &reason, err);

    if (st == FT_OK && reason)
        st = src->sink.malformed(src->sink.arg, src->file, 0, reason, err);
    else if (st == FT_OK)
        st = give_text(src, (ft_str){(const char *)data.data, data.len}, err);
    ft_buf_release(&data);
    return st;
}

ft_status ft_source_text(const ft_source *src, ft_error *err)
{
    struct stat sb;

    /* Standard input may be a file of which somebody has read a part. */
    bool from_start = lseek(src->in->fd, 0, SEEK_CUR) == (off_t)src->in->n_in;
    if (!src->in->gzipped && !src->in->charset && from_start && fstat(src->in->fd, &sb) == 0 && S_ISREG(sb.st_mode) &&
        sb.st_size >= MAP_FROM) {
        if ((uint64_t)sb.st_size > UINT32_MAX)
            return src->sink.malformed(src->sink.arg, src->file, 0, "longer than 4 GiB", err);
        return give_mapped(src, (size_t)sb.st_size, err);
    }
    return give_read(src, err);
}
