/* json.h - a pull reader for one JSON value in memory (RFC 8259, strict), and writing strings.
 *
 * The reader allocates nothing: strings are given as they stand between their quotes, checked, and are decoded by
 * ft_json_unescape() where they are wanted. Bytes in strings that are not UTF-8 are let through, as the analysis reads
 * them as U+FFFD. */
#ifndef FT_JSON_H
#define FT_JSON_H

#include "buf.h"

#define FT_JSON_DEPTH 512 /* arrays and objects within each other; one more is an error */

typedef enum ft_json_kind {
    FT_JSON_ERROR, /* see `error` and `at` */
    FT_JSON_OBJECT,
    FT_JSON_OBJECT_END,
    FT_JSON_ARRAY,
    FT_JSON_ARRAY_END,
    FT_JSON_KEY,
    FT_JSON_STRING,
    FT_JSON_NUMBER,
    FT_JSON_TRUE,
    FT_JSON_FALSE,
    FT_JSON_NULL,
    FT_JSON_END    /* after the value, and nothing but white space followed */
} ft_json_kind;

typedef struct ft_json {
    const unsigned char *start, *p, *end; /* borrowed */
    ft_str raw;          /* of a key, string (without quotes) or number; points into the text */
    bool escaped;        /* raw holds a backslash: decode it with ft_json_unescape() */
    const char *error;   /* after FT_JSON_ERROR: what is wrong; static text */
    size_t at;           /* ... and at which byte of the text */
    size_t depth;
    unsigned state;      /* what may come next; json.c */
    uint64_t objects[FT_JSON_DEPTH / 64]; /* bit d: level d is an object */
} ft_json;

/* Begins to read text, which must outlive the reader. */
void ft_json_init(ft_json *j, const char *text, size_t len);

/* The next piece of the value. FT_JSON_ERROR and FT_JSON_END are final: further calls repeat them. */
ft_json_kind ft_json_next(ft_json *j);

/* Passes over the value whose first piece was `kind` (all of it for an array or object). False on an error. */
bool ft_json_skip(ft_json *j, ft_json_kind kind);

/* Appends a raw string of the reader, escapes decoded to UTF-8; lone surrogates become U+FFFD. */
void ft_json_unescape(ft_buf *out, ft_str raw);

/* Appends text as a JSON string with its quotes: bytes that are not UTF-8 become U+FFFD; control and bidirectional
 * characters and line separators are written as \uXXXX. */
void ft_json_put_string(ft_buf *out, const char *text, size_t len);

/* The same without quotes and, if html is set, with & < > " written as HTML entities. */
void ft_json_put_chars(ft_buf *out, const char *text, size_t len, bool html);

/* Appends a number with up to `digits` significant digits (1..17), in plain decimals without an exponent; one that is
 * not finite as null. */
void ft_json_put_number(ft_buf *out, double v, int digits);

#endif
