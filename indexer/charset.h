/* charset.h - text in other encodings, turned into UTF-8 piece by piece. */
#ifndef FT_CHARSET_H
#define FT_CHARSET_H

#include "fulltext.h"

/* The encoding that a label means, whatever its case ("latin1", "ISO-8859-1", "cp1252"), as ft_charset_new takes it;
 * NULL if it is none that is known. Latin-1 and ASCII mean Windows-1252, as on the web. "UTF-8" needs no converter. */
const char *ft_charset_find(ft_str label);

/* The encoding that a byte order mark tells ("UTF-8", "UTF-16LE", "UTF-16BE"), or NULL. */
const char *ft_charset_of_mark(ft_str head);

/* The encoding that the first bytes of an HTML page declare (<meta charset>, <meta http-equiv>, an XML declaration), or
 * NULL. Declared UTF-16 is UTF-8: the declaration could not have been read otherwise. */
const char *ft_charset_declared(ft_str head);

typedef struct ft_charset ft_charset;

/* `name` is what one of the functions above returned. */
ft_status ft_charset_new(ft_charset **out, const char *name, ft_error *err);
void ft_charset_free(ft_charset *c);

/* Consumes up to *in_len bytes and produces up to *out_len (at least 4) bytes of UTF-8, both updated to what was done.
 * What is no character gives U+FFFD; a byte order mark at the beginning is dropped. Half a character at the end of the
 * input is left there unless at_end. */
void ft_charset_run(ft_charset *c, const unsigned char *in, size_t *in_len, bool at_end, unsigned char *out,
                    size_t *out_len);

#endif
