/* analyze.h - words to terms, the same way for documents and queries: NFKC case folding, apostrophes, elision,
 * Snowball (CONTRACT.md, Analysis). */
#ifndef FT_ANALYZE_H
#define FT_ANALYZE_H

#include "status.h"

#define FT_LANG_MAX 32
#define FT_TERM_MAX 255 /* bytes; longer tokens are cut at a character before stemming */

/* How an index analyses text. Kept in its manifest. */
typedef struct ft_analysis {
    char lang[FT_LANG_MAX]; /* a Snowball algorithm's name, or "none" */
    bool fold_diacritics;
    bool no_stem;           /* analyze --no-stem only; never in an index */
} ft_analysis;

/* Resolves a name or ISO 639-1 code ("en", "English", "none"; NULL is english). FT_EINVAL with the nearest name as
 * hint when there is no such stemmer. */
ft_status ft_analysis_resolve(ft_analysis *out, const char *lang, bool fold_diacritics, ft_error *err);

/* Makes an analyser for resolved settings; ft_analyzer_new (fulltext.h) is the public form, ft_analyzer_free frees. */
ft_status ft_analyzer_make(ft_analyzer **out, const ft_analysis *settings, ft_error *err);

/* The terms of one word as ft_words_next gives it (surface bytes, any case). They depend on those bytes and the
 * settings alone. Usually one; none if nothing remains; several when folding brings white space in. The array and
 * its strings are valid until the next call. FT_ENOMEM. */
ft_status ft_analyzer_terms(ft_analyzer *an, const char *word, size_t len, const ft_str **terms, size_t *n);

/* XXH3 (64 bits) of the terms of a fixed probe text under these settings, with the Unicode version: two engines that
 * analyse alike have the same fingerprint (DESIGN.md). */
ft_status ft_analysis_fingerprint(const ft_analysis *settings, uint64_t *out, ft_error *err);

/* "15.0.0 / 14.0.0": versions of the word-break tables and of utf8proc. */
const char *ft_unicode_version(void);

#endif
