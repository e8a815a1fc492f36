/* sentences.h - where text may be cut: sentence ends, by a simple rule (a full stop, question or exclamation mark,
 * ellipsis or their CJK kin, closing quotes and brackets, then white space or the end; after CJK marks no white space
 * is needed). Good enough to cut passages and snippets at; nothing depends on it linguistically. */
#ifndef FT_SENTENCES_H
#define FT_SENTENCES_H

#include <stddef.h>

/* The first byte of the sentence that follows the one at `from`, white space passed over; len when there is none. */
size_t ft_sentence_next(const char *text, size_t len, size_t from);

/* Unicode White_Space at text[at]? Its length in bytes, or 0. Invalid bytes are no white space. */
size_t ft_space_len(const char *text, size_t len, size_t at);

/* Moves *start up and *end down past white space (and a byte order mark at the very start of the text). */
void ft_trim(const char *text, size_t *start, size_t *end);

#endif
