/* fuzzreader.h - a reader of marked-up text on any bytes: one document or one complaint comes of them, whose text is
 * valid UTF-8 and whose lines are the input's. */
#ifndef FT_TEST_FUZZREADER_H
#define FT_TEST_FUZZREADER_H

#include "source.h"
#include "utf8.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct seen {
    unsigned documents, complaints;
    uint32_t lines;
} seen;

static ft_status on_document(void *arg, const ft_document *doc, ft_error *err)
{
    seen *s = arg;

    (void)err;
    s->documents++;
    if (ft_utf8_valid(doc->text.ptr, doc->text.len) != doc->text.len)
        abort();
    if (ft_utf8_valid(doc->title.ptr, doc->title.len) != doc->title.len)
        abort();
    for (size_t i = 0; i < doc->n_marks; i++) {
        if (doc->marks[i].off > doc->text.len || (i && doc->marks[i].off <= doc->marks[i - 1].off))
            abort();
        if (doc->marks[i].line == 0 || doc->marks[i].line > s->lines)
            abort();
    }
    return FT_OK;
}

static ft_status on_malformed(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err)
{
    seen *s = arg;

    (void)file;
    (void)line;
    (void)reason;
    (void)err;
    s->complaints++;
    return FT_OK;
}

static inline int ft_fuzz_reader(ft_status (*reader)(const ft_source *, ft_error *), const uint8_t *data, size_t size)
{
    static ft_stream in;
    seen s = {.lines = 1};
    ft_source src = {.in = &in, .file = {"FILE", 4}, .sink = {on_document, on_malformed, &s}};
    int fd = memfd_create("input", MFD_CLOEXEC);

    if (fd < 0)
        return 0;
    for (size_t i = 0; i < size; i++)
        s.lines += data[i] == '\n';
    if (write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0 &&
        ft_stream_open(&in, fd, "FILE", NULL, NULL) == FT_OK && !in.gzipped &&
        reader(&src, NULL) == FT_OK && s.documents + s.complaints != 1)
        abort();
    close(fd);
    ft_stream_release(&in);
    return 0;
}

#endif
