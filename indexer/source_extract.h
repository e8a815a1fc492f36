/* source_extract.h - text taken out of markup: pieces of it, what lies between them, and the lines they come from. */
#ifndef FT_SOURCE_EXTRACT_H
#define FT_SOURCE_EXTRACT_H

#include "buf.h"

/* What lies between two pieces; of several the greatest counts, and none does at the beginning. */
typedef enum ft_gap { FT_GAP_NONE, FT_GAP_SPACE, FT_GAP_CELL, FT_GAP_LINE, FT_GAP_PARAGRAPH } ft_gap;

typedef struct ft_extract {
    ft_buf text;
    ft_line_mark *marks;  /* owned */
    size_t n_marks, cap_marks;
    uint32_t line;        /* source line of what is put next */
    ft_gap gap;           /* in front of it */
} ft_extract;

void ft_extract_release(ft_extract *x);
/* Empties it, keeping its room. */
void ft_extract_reset(ft_extract *x);

/* Something that separates. */
void ft_extract_gap(ft_extract *x, ft_gap gap);
/* A piece as it is. */
void ft_extract_put(ft_extract *x, const char *p, size_t len);
/* A piece in which runs of white space mean one space. */
void ft_extract_words(ft_extract *x, const char *p, size_t len);

/* Takes back line feeds at the end, and marks that stand behind it. */
void ft_extract_trim(ft_extract *x);

/* The text from offset `from` on without white space around it: a heading, say. */
ft_str ft_extract_since(const ft_extract *x, size_t from);

/* Trims the end and fills text, line, count_lines and marks of the document. FT_ENOMEM if a piece was lost. */
ft_status ft_extract_finish(ft_extract *x, ft_document *doc, ft_error *err);

/* Decodes the character reference at p, of which len bytes may be read and which begins with '&', to at most 8 bytes of
 * UTF-8 in out, *out_len of them. Returns how many bytes it takes, 0 if it is none. The semicolon may be missing after
 * a number. */
size_t ft_extract_reference(const char *p, size_t len, char *out, size_t *out_len);

#endif
