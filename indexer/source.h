/* source.h - readers of input formats: bytes in, documents out, in bounded memory. A reader knows one format and
 * nothing of indexes; what is wrong with a record is told with file, line and reason, and reading goes on. */
#ifndef FT_SOURCE_H
#define FT_SOURCE_H

#include "source_stream.h"

#define FT_SOURCE_RECORD_MAX ((size_t)1 << 30) /* bytes of a record, or of a text that cannot be mapped */
#define FT_SOURCE_MARKUP_MAX ((size_t)64 << 20) /* bytes of a document with markup, as UTF-8 */

/* Who is told. Anything but FT_OK ends the reading and is what the reader returns. */
typedef struct ft_sink {
    /* A document; its bytes live during the call. doc->line is where its record or text begins. */
    ft_status (*document)(void *arg, const ft_document *doc, ft_error *err);
    /* A record that was left out; line 0 means the whole input. */
    ft_status (*malformed)(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err);
    void *arg;
} ft_sink;

typedef struct ft_source {
    ft_stream *in;
    ft_str file;      /* the input as its id names it */
    uint32_t words;   /* of a passage; 0: a document is one passage */
    ft_sink sink;
} ft_source;

/* The whole input is one document. A regular file may be mapped. */
ft_status ft_source_text(const ft_source *src, ft_error *err);
/* Markdown: the whole input is one document. */
ft_status ft_source_markdown(const ft_source *src, ft_error *err);
/* HTML: the whole input is one document. */
ft_status ft_source_html(const ft_source *src, ft_error *err);
/* <DOC> ... </DOC>, as many as there are. */
ft_status ft_source_trec(const ft_source *src, ft_error *err);
/* A JSON object a line. */
ft_status ft_source_jsonl(const ft_source *src, ft_error *err);
/* id<TAB>text or id<TAB>title<TAB>text a line. */
ft_status ft_source_tsv(const ft_source *src, ft_error *err);

/* Appends the whole input to out. *reason is NULL, or why it is no document: longer than max, damaged, or a bomb. */
ft_status ft_source_whole(const ft_source *src, size_t max, ft_buf *out, const char **reason, ft_error *err);

/* What the formats of a record a line share: calls `record` for each line that is not blank, without its line end and
 * a byte order mark, and deals with lines that are too long or incomplete. */
typedef ft_status (*ft_source_record)(void *arg, ft_str line, uint64_t number, ft_error *err);
ft_status ft_source_records(const ft_source *src, ft_source_record record, void *arg, ft_error *err);

/* A line number as documents hold it. */
static inline uint32_t ft_source_line(uint64_t number)
{
    return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

#endif
