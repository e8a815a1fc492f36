/* passage.h - cuts a document's text into passages (CONTRACT.md, `--passages`). */
#ifndef FT_PASSAGE_H
#define FT_PASSAGE_H

#include "passages.h"

#include <stdint.h>

/* The passages of one document, filled by ft_passage_split. Zero it before the first use. */
typedef struct ft_passage_list {
    ft_passage_entry *items; /* owned; marks point into the document's */
    size_t n, cap;
} ft_passage_list;

/* Appends the passages of text to list: bounds without surrounding white space, ascending and disjoint; one empty
 * passage at 0 if there is nothing but white space. `words` as ft_document.passage_words. Lines and marks are left 0.
 * FT_ENOMEM: the list is then incomplete. */
ft_status ft_passage_split(ft_passage_list *list, const char *text, size_t len, uint32_t words, ft_error *err);

/* Gives each of n passages its source line and its marks. `line` is that of the text's first byte; marks (off, line)
 * ascend and are borrowed as long as the passages are used. */
void ft_passage_set_lines(ft_passage_entry *passages, size_t n, const char *text, uint32_t line, bool count_lines,
                          const ft_line_mark *marks, size_t n_marks);

void ft_passage_list_release(ft_passage_list *list);

#endif
