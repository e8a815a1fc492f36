/* termdict.h - the term dictionary: terms in byte order, front-coded in blocks of 32, with a searchable array of the
 * blocks' first eight bytes. FORMAT.md, "Terms". */
#ifndef FT_TERMDICT_H
#define FT_TERMDICT_H

#include "bytes.h"
#include "postings.h"

#define FT_TERM_BLOCK 32u

typedef struct ft_termdict_writer {
    ft_spool terms, index;
    ft_buf block;
    unsigned char prev[255];
    size_t prev_len;
    uint64_t n_terms;
    uint64_t off;  /* bytes of part TERMS so far */
    ft_status st;
} ft_termdict_writer;

ft_status ft_termdict_writer_init(ft_termdict_writer *w, const char *dir, ft_error *err);
/* Adds the next term (1..255 bytes, ascending byte order) and its list. */
void ft_termdict_writer_add(ft_termdict_writer *w, const void *term, size_t len, const ft_term_info *info);
/* Writes the parts TERMS and TERM_INDEX. */
ft_status ft_termdict_writer_finish(ft_termdict_writer *w, ft_envelope_writer *env, ft_error *err);
void ft_termdict_writer_release(ft_termdict_writer *w);

typedef struct ft_termdict {
    const ft_envelope *env; /* borrowed */
    ft_str terms, index;
    uint64_t n_terms;
    uint32_t n_blocks, n_passages;
    uint64_t post_len, pos_len; /* of the parts, for bounds */
} ft_termdict;

ft_status ft_termdict_open(ft_termdict *d, const ft_envelope *env, uint64_t n_terms, uint32_t n_passages,
                           ft_error *err);
/* Looks a term up. *found false leaves *info alone. */
ft_status ft_termdict_find(const ft_termdict *d, const void *term, size_t len, bool *found, ft_term_info *info,
                           ft_error *err);

/* Of a block of terms (block < d->n_blocks): the first eight bytes of its first term, as a number that orders as they
 * do, and how many bytes the lists of all terms before it take up. */
ft_status ft_termdict_block(const ft_termdict *d, uint32_t block, uint64_t *first, uint64_t *before, ft_error *err);

/* Walks all terms in order (or, after seek, from the first one >= a given term on). */
typedef struct ft_term_iter {
    const ft_termdict *d;
    uint32_t block, i; /* next entry */
    ft_bytes at;
    uint64_t post_off, pos_off;
    unsigned char term[255];
    size_t term_len;
    ft_term_info info;
} ft_term_iter;
void ft_term_iter_init(ft_term_iter *it, const ft_termdict *d);
/* Goes to the first term that is not before the given one: the next one to be read. */
ft_status ft_term_iter_seek(ft_term_iter *it, const void *term, size_t len, ft_error *err);
/* *more is false at the end. it->term and it->info hold the entry. */
ft_status ft_term_iter_next(ft_term_iter *it, bool *more, ft_error *err);

#endif
