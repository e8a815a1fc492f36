/* vocabulary.h - from words as they stand in the text (surface forms) to numbered terms. Each distinct form is folded
 * and stemmed once; after that a look-up costs about one cache miss. One thread at a time. */
#ifndef FT_VOCABULARY_H
#define FT_VOCABULARY_H

#include "analyze.h"
#include "buf.h"
#include "bytes.h"

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

/* What a form is compared by. */
typedef struct ft_form_key {
    uint64_t head, tail;
    size_t len;
    uint32_t hash;
} ft_form_key;

uint32_t ft_vocabulary_hash_long(const char *word, size_t len);

/* The key of a word of at least one byte; it is fetched from memory for the look-up that follows later. */
static inline ft_form_key ft_vocabulary_key(const ft_vocabulary *v, const char *word, size_t len)
{
    ft_form_key k = {.head = ft_load_u64(word), .len = len};

    if (len <= 16) {
        k.tail = len > 8 ? ft_load_u64(word + 8) << (128 - 8 * len) >> (128 - 8 * len) : 0;
        if (len < 8)
            k.head &= ((uint64_t)1 << 8 * len) - 1;
        __uint128_t m = (__uint128_t)(k.head ^ 0x9e3779b97f4a7c15u ^ len) * (k.tail ^ 0xd6e8feb86659fd93u);
        uint64_t h = (uint64_t)m ^ (uint64_t)(m >> 64);
        k.hash = (uint32_t)(h ^ h >> 32);
    } else {
        k.tail = ft_load_u64(word + len - 8);
        k.hash = ft_vocabulary_hash_long(word, len);
    }
    __builtin_prefetch(&v->forms[k.hash & v->mask]);
    return k;
}

/* The terms of a word with its key: *terms[0 .. *n), numbers below v->n_terms, valid until the next call. */
ft_status ft_vocabulary_find(ft_vocabulary *v, const char *word, const ft_form_key *key, const uint32_t **terms,
                             uint32_t *n, ft_error *err);

/* The same for what most words are, short, known and of one term; false if this one is not. */
static inline bool ft_vocabulary_find_fast(const ft_vocabulary *v, const ft_form_key *k, uint32_t *term)
{
    const ft_form *f = &v->forms[k->hash & v->mask];

    *term = f->term;
    return f->head == k->head && f->tail == k->tail && f->len == k->len && k->len <= 16 && f->n_terms == 1;
}

/* The bytes of a term. */
static inline const unsigned char *ft_vocabulary_bytes(const ft_vocabulary *v, uint32_t term, size_t *len)
{
    *len = v->terms[term].len;
    return v->bytes.data + v->terms[term].off;
}

#endif
