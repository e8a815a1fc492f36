/* source_tsv.c - a record a line, its fields between tabs; see source.h. Text goes on to the end of the line. */
#include "source.h"

static ft_str cut_field(ft_str *line)
{
    const char *tab = memchr(line->ptr, '\t', line->len);
    ft_str field = *line;

    field.len = (size_t)(tab - line->ptr);
    line->ptr += field.len + 1;
    line->len -= field.len + 1;
    return field;
}

static ft_status read_record(void *arg, ft_str line, uint64_t number, ft_error *err)
{
    const ft_source *src = arg;
    ft_document doc = {.size = sizeof doc, .line = ft_source_line(number), .passage_words = src->words};

    if (!memchr(line.ptr, '\t', line.len))
        return src->sink.malformed(src->sink.arg, src->file, number, "no tab", err);
    doc.id = cut_field(&line);
    if (doc.id.len == 0)
        return src->sink.malformed(src->sink.arg, src->file, number, "the id is empty", err);
    if (memchr(line.ptr, '\t', line.len))
        doc.title = cut_field(&line);
    doc.text = line;
    return src->sink.document(src->sink.arg, &doc, err);
}

ft_status ft_source_tsv(const ft_source *src, ft_error *err)
{
    ft_source copy = *src;

    return ft_source_records(src, read_record, &copy, err);
}
