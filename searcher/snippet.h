/* snippet.h - which piece of a passage to show: the window of at most max_len bytes that holds the most of what
 * matched, cut at sentence ends where that costs little, else between words, never inside a character. */
#ifndef FT_SNIPPET_H
#define FT_SNIPPET_H

#include "fulltext.h"

/* The window [*start, *end) of text; spans are offsets into text, sorted and disjoint. A window without surrounding
 * white space; never wider than max_len except to hold one character. Pure function. */
void ft_snippet_window(const char *text, size_t len, const ft_span *spans, size_t n_spans, size_t max_len,
                       size_t *start, size_t *end);

#endif
