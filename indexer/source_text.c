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
    ft_status st = give_text(src, (ft_str){p, len}, err);
    ft_cli_guard(NULL, 0);
    munmap(p, len);
    src->in->n_in = src->in->n_out = len;
    return st;
}

static ft_status give_read(const ft_source *src, ft_error *err)
{
    unsigned char *data = NULL;
    size_t len = 0, cap = 0, got = 1;
    const char *reason = NULL;
    ft_status st = FT_OK;

    while (got) {
        if (len == cap && FT_GROW(data, cap, cap ? cap * 2 : (size_t)FIRST_ROOM) != 0) {
            st = ft_fail_nomem(err);
            goto out;
        }
        st = ft_stream_read(src->in, data + len, cap - len, &got, err);
        if (st != FT_OK)
            goto out;
        len += got;
        if (len > FT_SOURCE_RECORD_MAX)
            reason = "longer than 1 GiB, and not a plain file";
        else if (ft_stream_is_bomb(src->in))
            reason = "its compressed data expands too much";
        if (reason)
            break;
    }
    if (!reason)
        reason = src->in->damage;
    if (reason)
        st = src->sink.malformed(src->sink.arg, src->file, 0, reason, err);
    else
        st = give_text(src, (ft_str){(const char *)data, len}, err);
out:
    ft_free(data);
    return st;
}

ft_status ft_source_text(const ft_source *src, ft_error *err)
{
    struct stat sb;

    /* Standard input may be a file of which somebody has read a part. */
    bool from_start = lseek(src->in->fd, 0, SEEK_CUR) == (off_t)src->in->n_in;
    if (!src->in->gzipped && from_start && fstat(src->in->fd, &sb) == 0 && S_ISREG(sb.st_mode) &&
        sb.st_size >= MAP_FROM) {
        if ((uint64_t)sb.st_size > UINT32_MAX)
            return src->sink.malformed(src->sink.arg, src->file, 0, "longer than 4 GiB", err);
        return give_mapped(src, (size_t)sb.st_size, err);
    }
    return give_read(src, err);
}
