/* wordbreak.h - word boundaries of UAX #29, the engine under words.h. */
#ifndef FT_WORDBREAK_H
#define FT_WORDBREAK_H

#include <stddef.h>

/* The boundary after `at`, itself a boundary (0 is one), at < len: what UAX #29 says, to the letter. Bad bytes are
 * read as U+FFFD. */
size_t ft_wordbreak_next(const unsigned char *text, size_t len, size_t at);

/* The same tailored to an index: letters of scripts without spaces stand alone (Hangul and Katakana join with nothing,
 * marks excepted), and U+201B is an apostrophe as U+2019 is. *props is the union of the characters' FT_PROP_ flags
 * (words_tables.h; only flags of one bit make sense in it). */
size_t ft_wordbreak_piece(const unsigned char *text, size_t len, size_t at, unsigned *props);

/* The end of the grapheme cluster that begins at `at` with a letter of a script without spaces. Departs from UAX #29 in
 * that every combining mark belongs to the cluster before it, the vowel signs of Myanmar included. */
size_t ft_wordbreak_cluster(const unsigned char *text, size_t len, size_t at);

#endif
