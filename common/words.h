/* words.h - text to words: Unicode word segmentation (UAX #29) as an index sees it.
 *
 * A word here is what becomes a term: words without a letter or digit are passed over, and runs of scripts written
 * without spaces (Han, Kana, Hangul, Thai, Lao, Khmer, Myanmar) come as overlapping pairs of grapheme clusters, a run
 * of one cluster by itself. Invalid UTF-8 is read as U+FFFD, which is no letter. */
#ifndef FT_WORDS_H
#define FT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ft_word {
    size_t start, end; /* bytes of the text */
    bool bigram;       /* of a script without spaces: two clusters, or a run of one */
} ft_word;

typedef struct ft_words {
    const unsigned char *text; /* borrowed */
    size_t len, at;            /* at: where the next word is looked for */
    size_t run_end;            /* in a run of a script without spaces: the end of the last cluster given; else 0 */
} ft_words;

void ft_words_init(ft_words *w, const char *text, size_t len);

/* The next word, in order of start; false at the end. */
bool ft_words_next(ft_words *w, ft_word *out);

/* The next words, at most `max` (at least one): how many, 0 at the end. The same words as one by one, found 64 bytes at
 * a time where these are plain ASCII. */
size_t ft_words_fill(ft_words *w, ft_word *out, size_t max);

/* How many words there are, without handing them out. */
size_t ft_words_count(const char *text, size_t len);

#endif
