/* fuzz_sources.c - the readers of input formats on any bytes: the first chooses format and encoding, the rest is the
 * file. HTML and Markdown have targets of their own, too. */
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
    for (size_t i = 0; i < doc->n_marks; i++)
        if (doc->marks[i].off > doc->text.len || (i && doc->marks[i].off < doc->marks[i - 1].off))
            abort();
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
        static const ft_format formats[] = {FT_FORMAT_AUTO, FT_FORMAT_TEXT, FT_FORMAT_JSONL, FT_FORMAT_TSV,
                                            FT_FORMAT_MARKDOWN, FT_FORMAT_HTML, FT_FORMAT_TREC};
        static const char *const charsets[] = {NULL, "WINDOWS-1252", "UTF-16LE", "UTF-16BE", "GB18030", "EUC-JP"};
        static ft_status (*const readers[])(const ft_source *, ft_error *) = {
            [FT_FORMAT_TEXT] = ft_source_text, [FT_FORMAT_MARKDOWN] = ft_source_markdown,
            [FT_FORMAT_HTML] = ft_source_html, [FT_FORMAT_JSONL] = ft_source_jsonl,
            [FT_FORMAT_TSV] = ft_source_tsv,   [FT_FORMAT_TREC] = ft_source_trec,
        };
        ft_format format = formats[data[0] % 8 % 7];
        const char *charset = charsets[data[0] / 8 % 8 % 6];
        ft_str head = ft_stream_peek(&in);
        if (!charset && format == FT_FORMAT_HTML)
            charset = ft_charset_declared(head);
        if (charset && strcmp(charset, "UTF-8") != 0 && ft_stream_decode(&in, charset, NULL) == FT_OK)
            head = ft_stream_peek(&in);
        if (format == FT_FORMAT_AUTO)
            format = ft_detect_format(src.file, head);
        sum += ft_detect_is_binary(head);
        readers[format](&src, NULL);
    }
    close(fd);
    ft_stream_release(&in);
    return 0;
}
