/* vocabulary.h - from words as they stand in the text (surface forms) to numbered terms. Each distinct form is folded
 * and stemmed once; after that a look-up costs about one cache miss. One thread at a time. */
#ifndef FT_VOCABULARY_H
#define FT_VOCABULARY_H

#include "analyze.h"
#include "buf.h"

#define FT_VOCABULARY_PAD 16u /* readable bytes that must follow every word given */

/* A form's slot in the table: 32 bytes, two to a cache line. */
typedef struct ft_form {
    uint64_t head, tail;  /* forms up to 16 bytes are here, zeros behind; of longer ones the first and last 8 */
    uint32_t hash;
    uint32_t off;         /* of a longer one in bytes */
    uint32_t term;        /* the term, or where its terms are listed when it has not exactly one */
    uint16_t len;         /* 0: a free slot */
    uint16_t n_terms;
} ft_form;

typedef struct ft_vocabulary_term {
    uint32_t off, len; /* in bytes */
} ft_vocabulary_term;

typedef struct ft_vocabulary {
    ft_analyzer *analyzer; /* owned */
    ft_form *forms;        /* a power of two, at most half in use */
    uint32_t mask, n_forms;
    ft_buf bytes;          /* of terms and of long forms */
    ft_vocabulary_term *terms;
    size_t n_terms, cap_terms;
    uint32_t *buckets;     /* hash table of the terms: number + 1, 0 for a free one */
    uint32_t bucket_mask;
    uint32_t *lists;       /* terms of forms that have several */
    size_t n_lists, cap_lists;
} ft_vocabulary;

ft_status ft_vocabulary_init(ft_vocabulary *v, const ft_analysis *analysis, ft_error *err);
void ft_vocabulary_release(ft_vocabulary *v);
/* Forgets all forms and terms and most of its memory. */
ft_status ft_vocabulary_reset(ft_vocabulary *v, ft_error *err);
/* Bytes held. */
size_t ft_vocabulary_size(const ft_vocabulary *v);

uint32_t ft_vocabulary_hash(const char *word, size_t len);

/* The terms of a word of at least one byte with its hash: *terms[0 .. *n), numbers below v->n_terms, valid until the
 * next call. */
ft_status ft_vocabulary_find(ft_vocabulary *v, const char *word, size_t len, uint32_t hash, const uint32_t **terms,
                             uint32_t *n, ft_error *err);

static inline void ft_vocabulary_prefetch(const ft_vocabulary *v, uint32_t hash)
{
    __builtin_prefetch(&v->forms[hash & v->mask]);
}

/* The bytes of a term. */
static inline const unsigned char *ft_vocabulary_bytes(const ft_vocabulary *v, uint32_t term, size_t *len)
{
    *len = v->terms[term].len;
    return v->bytes.data + v->terms[term].off;
}

#endif
