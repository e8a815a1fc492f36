/* merge.h - many sources of posting lists into one sink. */
#ifndef FT_MERGE_H
#define FT_MERGE_H

#include "lists.h"

/* Merges n sources: terms in byte order, the postings of a term in order of the sources, whose passages follow one
 * another. Terms without postings are left out. Stops with FT_ECANCELED once *cancel (may be NULL) is not zero. */
ft_status ft_merge(ft_list_source *const *sources, size_t n, ft_list_sink *sink, const volatile int *cancel,
                   ft_error *err);

#endif
