/* fuzz_sources.c - the readers of input formats on any bytes: the first chooses the format, the rest is the file. */
#include "detect.h"
#include "source.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ft_status on_document(void *arg, const ft_document *doc, ft_error *err)
{
    size_t *sum = arg;

    (void)err;
    /* Every byte is looked at, so that sanitizers see bounds that are wrong. */
    const ft_str parts[] = {doc->id, doc->title, doc->text};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < parts[i].len; k++)
            *sum += (unsigned char)parts[i].ptr[k];
    if (doc->id.len == 0)
        abort();
    return FT_OK;
}

static ft_status on_malformed(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err)
{
    size_t *sum = arg;

    (void)err;
    *sum += file.len + line + (size_t)reason[0];
    return FT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ft_stream in;
    size_t sum = 0;
    ft_source src = {.in = &in, .file = {"FILE", 4}, .sink = {on_document, on_malformed, &sum}};
    int fd;

    if (size == 0 || (fd = memfd_create("input", MFD_CLOEXEC)) < 0)
        return 0;
    if (write(fd, data + 1, size - 1) == (ssize_t)(size - 1) && lseek(fd, 0, SEEK_SET) == 0 &&
        ft_stream_open(&in, fd, "FILE", NULL, NULL) == FT_OK) {
        ft_str head = ft_stream_peek(&in);
        unsigned format = data[0] % 4;
        if (format == FT_FORMAT_AUTO)
            format = ft_detect_format(src.file, head);
        sum += ft_detect_binary(head) != NULL;
        if (format == FT_FORMAT_JSONL)
            ft_source_jsonl(&src, NULL);
        else if (format == FT_FORMAT_TSV)
            ft_source_tsv(&src, NULL);
        else
            ft_source_text(&src, NULL);
    }
    close(fd);
    ft_stream_release(&in);
    return 0;
}
