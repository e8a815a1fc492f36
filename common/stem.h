/* stem.h - what depends on the language: its name, its elided articles, its Snowball stemmer. */
#ifndef FT_STEM_H
#define FT_STEM_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>

struct sb_stemmer;

/* The canonical name of a language: that of a Snowball algorithm, or "none". lang is such a name or an ISO 639-1 code,
 * in any case. NULL if there is none; the result is static. */
const char *ft_stem_language(const char *lang);

/* FT_EINVAL for a name that ft_stem_language does not know, with the nearest one, or all codes, as the hint. */
ft_status ft_stem_unknown(const char *lang, ft_error *err);

/* A language at work. One thread at a time. */
typedef struct ft_stem {
    struct sb_stemmer *sb;       /* owned; NULL for none */
    const char *const *articles; /* what is elided before an apostrophe, ended by NULL; or NULL */
    bool cedilla;                /* Romanian: the algorithm knows s and t with cedilla, not with comma below */
    bool suffixes;               /* English: suffixes of letters are all it takes off, so a digit at the end stays */
} ft_stem;

/* For a canonical name. FT_EINVAL when libstemmer lacks it, FT_ENOMEM. */
ft_status ft_stem_init(ft_stem *s, const char *name, ft_error *err);
void ft_stem_release(ft_stem *s);

/* How many bytes at the beginning of a folded word are an elided article and its apostrophe. */
size_t ft_stem_elision(const ft_stem *s, const char *word, size_t len);

/* The stem of a folded word, without its article (len < 2^31). The word's bytes may be changed on the way; the stem
 * belongs to s and is valid until the next call, or is the word itself where there is no stemmer. FT_ENOMEM. */
ft_status ft_stem_word(ft_stem *s, char *word, size_t len, ft_str *out);

#endif
