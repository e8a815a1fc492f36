/* detect.h - which format an input has, by its name and its first bytes. */
#ifndef FT_DETECT_H
#define FT_DETECT_H

#include "fulltext.h"

typedef enum ft_format {
    FT_FORMAT_AUTO,
    FT_FORMAT_TEXT,
    FT_FORMAT_MARKDOWN,
    FT_FORMAT_HTML,
    FT_FORMAT_JSONL,
    FT_FORMAT_TSV,
    FT_FORMAT_TREC
} ft_format;

/* Names in the enum's order, NULL-terminated. */
extern const char *const ft_format_names[];

/* The format of an input by name (".gz" at its end is passed over) and head, its first bytes after gunzipping. Never
 * FT_FORMAT_AUTO. */
ft_format ft_detect_format(ft_str name, ft_str head);

/* Whether an input of this format is one document, its id the file's name, and not many records. */
bool ft_detect_is_file(ft_format format);

/* Whether an input that begins so, in UTF-8, is no text: it holds a NUL. */
bool ft_detect_is_binary(ft_str head);

#endif
