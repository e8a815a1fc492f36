/* micro_lists.c - posting lists and the term dictionary, read from a sealed file that is written for the purpose. */
#include "micro.h"

#include "mem.h"
#include "norms.h"
#include "parts.h"
#include "termdict.h"

#include <stdlib.h>

#define FILE_NAME "lists.seg"
#define N_PASSAGES (1u << 20)
#define N_BLOCKS 64u
#define DF (N_BLOCKS * FT_BLOCK_LEN)
#define N_TERMS 100000u
#define N_LOOKUPS 4096u
#define MAX_TF 12u

static const uint32_t gaps[] = {2, 16, 48}; /* one list each: a posting in so many passages, DF * gap < N_PASSAGES */
#define N_LISTS (sizeof gaps / sizeof *gaps)

typedef struct word {
    unsigned char len;
    char text[23];
} word;

typedef struct lists {
    ft_envelope env;
    ft_norms norms;
    ft_termdict dict;
    ft_term_info info[N_LISTS];
    ft_postings postings[N_LISTS];
    uint32_t *lengths;
    word *words;         /* the dictionary's, ascending */
    uint32_t n_words;
    word *present, *absent; /* N_LOOKUPS each */
    ft_bm25 params;
    uint64_t hash, len;
} lists;

/* A list that kernels read. */
typedef struct reading {
    const lists *l;
    ft_postings p;
    uint32_t *gaps;     /* room for the position gaps of a block */
    ft_buf positions;
} reading;

/* ---------------------------------------------------------------- writing */

static word random_word(ft_micro *m)
{
    static const char consonants[] = "bcdfghklmnprstvw", vowels[] = "aeiou";
    word w = {0};
    uint32_t syllables = 2 + ft_micro_random(m, 4);

    for (uint32_t i = 0; i < syllables; i++) {
        w.text[w.len++] = consonants[ft_micro_random(m, sizeof consonants - 1)];
        w.text[w.len++] = vowels[ft_micro_random(m, sizeof vowels - 1)];
        if (ft_micro_random(m, 3) == 0)
            w.text[w.len++] = consonants[ft_micro_random(m, sizeof consonants - 1)];
    }
    return w;
}

static int by_bytes(const void *pa, const void *pb)
{
    return strcmp(((const word *)pa)->text, ((const word *)pb)->text);
}

static bool make_words(ft_micro *m, lists *l)
{
    l->lengths = ft_micro_room(m, N_PASSAGES, sizeof *l->lengths);
    l->words = ft_micro_room(m, N_TERMS, sizeof *l->words);
    l->present = ft_micro_room(m, N_LOOKUPS, sizeof *l->present);
    l->absent = ft_micro_room(m, N_LOOKUPS, sizeof *l->absent);
    if (!l->lengths || !l->words || !l->present || !l->absent)
        return false;
    for (uint32_t i = 0; i < N_PASSAGES; i++)
        l->lengths[i] = 20 + ft_micro_random(m, 180);
    for (uint32_t i = 0; i < N_TERMS; i++)
        l->words[i] = random_word(m);
    qsort(l->words, N_TERMS, sizeof *l->words, by_bytes);
    for (uint32_t i = 0; i < N_TERMS; i++)
        if (l->n_words == 0 || by_bytes(&l->words[l->n_words - 1], &l->words[i]) != 0)
            l->words[l->n_words++] = l->words[i];
    for (uint32_t i = 0; i < N_LOOKUPS; i++) {
        l->present[i] = l->words[ft_micro_random(m, l->n_words)];
        l->absent[i] = random_word(m);
        l->absent[i].text[l->absent[i].len++] = 'q'; /* no word ends so */
    }
    return true;
}

static void write_list(ft_micro *m, ft_postings_writer *pw, uint32_t gap)
{
    uint32_t passages[FT_BLOCK_LEN], tfs[FT_BLOCK_LEN], gaps_of[FT_BLOCK_LEN * MAX_TF], passage = 0;

    for (uint32_t from = 0; from < DF; from += FT_BLOCK_LEN) {
        uint32_t n = DF - from < FT_BLOCK_LEN ? DF - from : FT_BLOCK_LEN;
        size_t n_gaps = 0;
        for (uint32_t i = 0; i < n; i++) {
            tfs[i] = 1 + ft_micro_random(m, 1 + ft_micro_random(m, 5));
            passage += ft_micro_random(m, 2 * gap - 1);
            passages[i] = passage++;
            for (uint32_t k = 0; k < tfs[i]; k++)
                gaps_of[n_gaps++] = ft_micro_random(m, 60);
        }
        ft_postings_writer_put(pw, passages, tfs, n, gaps_of, n_gaps, from + n == DF);
    }
}

static ft_status write_lists(ft_micro *m, lists *l, ft_postings_writer *pw, ft_termdict_writer *tw, ft_error *err)
{
    ft_status st = FT_OK;

    for (uint32_t i = 0, n = 0; st == FT_OK && i < l->n_words; i++) {
        bool is_long = n < N_LISTS && i == (n + 1) * (l->n_words / (N_LISTS + 1));
        ft_term_info info;
        uint32_t passage = ft_micro_random(m, N_PASSAGES), tf = 1, position = 1;
        if (is_long)
            write_list(m, pw, gaps[n]);
        else
            ft_postings_writer_put(pw, &passage, &tf, 1, &position, 1, true);
        st = ft_postings_writer_end(pw, &info, err);
        if (st == FT_OK)
            ft_termdict_writer_add(tw, l->words[i].text, l->words[i].len, &info);
        if (is_long)
            l->present[n++] = l->words[i]; /* where open_lists looks for them */
    }
    return st;
}

static ft_status write_parts(ft_micro *m, lists *l, ft_envelope_writer *w, ft_error *err)
{
    ft_postings_writer pw = {0};
    ft_termdict_writer tw = {0};
    ft_spool postings, positions;

    ft_status st = ft_spool_init(&postings, m->folder, 1 << 20, err);
    if (st != FT_OK)
        goto out_postings;
    st = ft_spool_init(&positions, m->folder, 1 << 20, err);
    if (st != FT_OK)
        goto out_positions;
    ft_norms_write(w, l->lengths, N_PASSAGES);
    st = ft_termdict_writer_init(&tw, m->folder, err);
    if (st == FT_OK) {
        ft_postings_writer_init(&pw, &postings, &positions, l->lengths, l->params);
        st = write_lists(m, l, &pw, &tw, err);
        ft_envelope_begin(w, FT_PART_POSTINGS, FT_PART_REQUIRED);
        if (st == FT_OK)
            st = ft_spool_drain(&postings, ft_envelope_sink, w, err);
        ft_envelope_begin(w, FT_PART_POSITIONS, FT_PART_REQUIRED);
        if (st == FT_OK)
            st = ft_spool_drain(&positions, ft_envelope_sink, w, err);
        if (st == FT_OK)
            st = ft_termdict_writer_finish(&tw, w, err);
        ft_postings_writer_release(&pw);
        ft_termdict_writer_release(&tw);
    }
out_positions:
    ft_spool_release(&positions);
out_postings:
    ft_spool_release(&postings);
    return st;
}

static ft_status write_file(ft_micro *m, lists *l, ft_error *err)
{
    ft_envelope_writer w;
    ft_status st = ft_envelope_create(&w, m->folder, FILE_NAME, false, err);

    if (st != FT_OK)
        return st;
    st = write_parts(m, l, &w, err);
    if (st == FT_OK)
        return ft_envelope_finish(&w, &l->hash, &l->len, err);
    ft_envelope_abandon(&w);
    return st;
}

/* ---------------------------------------------------------------- kernels of lists */

static uint64_t read_passages(void *arg)
{
    reading *r = arg;
    uint32_t out[FT_BLOCK_LEN];
    const unsigned char *tfs;
    uint64_t sum = 0;

    for (uint32_t b = 0; b < r->p.n_blocks; b++)
        if (ft_postings_passages(&r->p, b, out, &tfs, NULL) == FT_OK)
            sum += out[0];
    return sum;
}

static uint64_t read_tfs(void *arg)
{
    reading *r = arg;
    uint32_t out[FT_BLOCK_LEN], sums[FT_BLOCK_LEN];
    const unsigned char *tfs;
    uint64_t sum = 0;

    for (uint32_t b = 0; b < r->p.n_blocks; b++)
        if (ft_postings_passages(&r->p, b, out, &tfs, NULL) == FT_OK &&
            ft_postings_tf_sums(&r->p, b, tfs, sums, NULL) == FT_OK)
            sum += sums[0];
    return sum;
}

static uint64_t score_all(void *arg)
{
    reading *r = arg;
    uint32_t out[FT_BLOCK_LEN], sums[FT_BLOCK_LEN];
    const unsigned char *tfs;
    float best = 0;

    for (uint32_t b = 0; b < r->p.n_blocks; b++) {
        if (ft_postings_passages(&r->p, b, out, &tfs, NULL) != FT_OK ||
            ft_postings_tf_sums(&r->p, b, tfs, sums, NULL) != FT_OK ||
            ft_norms_touch(&r->l->norms, out[0], out[FT_BLOCK_LEN - 1], NULL) != FT_OK)
            continue;
        for (uint32_t i = 0; i < FT_BLOCK_LEN; i++) {
            uint32_t tf = sums[i] - (i ? sums[i - 1] : 0);
            float part = 3.7f * ft_bm25_part(r->l->params, tf, ft_norms_get(&r->l->norms, out[i]));
            best = part > best ? part : best;
        }
    }
    return (uint64_t)best;
}

static uint64_t read_gaps(void *arg)
{
    reading *r = arg;
    uint32_t out[FT_BLOCK_LEN], sums[FT_BLOCK_LEN];
    const unsigned char *tfs;
    uint64_t sum = 0;

    for (uint32_t b = 0; b < r->p.n_blocks; b++)
        if (ft_postings_passages(&r->p, b, out, &tfs, NULL) == FT_OK &&
            ft_postings_tf_sums(&r->p, b, tfs, sums, NULL) == FT_OK &&
            ft_postings_gaps(&r->p, b, sums[FT_BLOCK_LEN - 1], r->gaps, NULL) == FT_OK)
            sum += r->gaps[0];
    return sum;
}

/* Of one posting in each block, which takes the block's numbers first. */
static uint64_t read_positions(void *arg)
{
    reading *r = arg;
    uint32_t out[FT_BLOCK_LEN], sums[FT_BLOCK_LEN];
    const unsigned char *tfs;
    uint64_t sum = 0;

    for (uint32_t b = 0; b < r->p.n_blocks; b++) {
        ft_buf_reset(&r->positions);
        if (ft_postings_passages(&r->p, b, out, &tfs, NULL) == FT_OK &&
            ft_postings_tf_sums(&r->p, b, tfs, sums, NULL) == FT_OK &&
            ft_postings_positions(&r->p, b, sums, b * 4 % FT_BLOCK_LEN, &r->positions, NULL) == FT_OK)
            sum += r->positions.len;
    }
    return sum;
}

static void release_reading(void *arg)
{
    reading *r = arg;

    ft_buf_release(&r->positions);
}

static ft_status add_list(ft_micro *m, lists *l, size_t i, ft_error *err)
{
    static const struct {
        const char *name, *item;
        uint64_t items;
        uint64_t (*run)(void *arg);
    } kernels[] = {
        {"passages", "posting", DF, read_passages},
        {"passages, tfs", "posting", DF, read_tfs},
        {"passages, tfs, scores", "posting", DF, score_all},
        {"passages, tfs, all positions", "posting", DF, read_gaps},
        {"positions of one in a block", "block", N_BLOCKS, read_positions},
    };
    reading *r = ft_micro_room(m, 1, sizeof *r);
    ft_status st = r ? ft_micro_own(m, release_reading, r, err) : ft_fail_nomem(err);

    if (st != FT_OK)
        return st;
    r->l = l;
    r->gaps = ft_micro_room(m, FT_BLOCK_LEN * MAX_TF, sizeof *r->gaps);
    if (!r->gaps)
        return ft_fail_nomem(err);
    st = ft_postings_open(&r->p, &l->env, ft_envelope_part(&l->env, FT_PART_POSTINGS),
                          ft_envelope_part(&l->env, FT_PART_POSITIONS), &l->info[i], N_PASSAGES, err);
    l->postings[i] = r->p;
    for (size_t k = 0; st == FT_OK && k < sizeof kernels / sizeof *kernels; k++) {
        ft_kernel add = {.group = "list", .item = kernels[k].item, .items = kernels[k].items, .run = kernels[k].run,
                         .arg = r};
        st = ft_micro_add(m, add, err, "1/%u, %s", gaps[i], kernels[k].name);
    }
    return st;
}

/* ---------------------------------------------------------------- kernels of the dictionary */

/* How many were found, or were not, as expected. */
static uint64_t look_up(const lists *l, const word *words, bool expected)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < N_LOOKUPS; i++) {
        ft_term_info info;
        bool found = false;
        if (ft_termdict_find(&l->dict, words[i].text, words[i].len, &found, &info, NULL) == FT_OK)
            sum += found == expected;
    }
    return sum;
}

static uint64_t look_up_present(void *arg)
{
    const lists *l = arg;

    return look_up(l, l->present, true);
}

static uint64_t look_up_absent(void *arg)
{
    const lists *l = arg;

    return look_up(l, l->absent, false);
}

static uint64_t walk(void *arg)
{
    const lists *l = arg;
    ft_term_iter it;
    bool more = true;
    uint64_t sum = 0;

    ft_term_iter_init(&it, &l->dict);
    while (ft_term_iter_next(&it, &more, NULL) == FT_OK && more)
        sum += it.term_len;
    return sum;
}

static ft_status add_dictionary(ft_micro *m, lists *l, ft_error *err)
{
    ft_kernel k = {.group = "dictionary", .item = "term", .items = N_LOOKUPS, .run = look_up_present, .arg = l};
    ft_status st = ft_micro_add(m, k, err, "look up, present");

    k.run = look_up_absent;
    if (st == FT_OK)
        st = ft_micro_add(m, k, err, "look up, absent");
    k.run = walk;
    k.items = l->n_words;
    return st == FT_OK ? ft_micro_add(m, k, err, "walk all") : st;
}

/* ---------------------------------------------------------------- both */

static void close_lists(void *arg)
{
    lists *l = arg;

    ft_envelope_close(&l->env);
}

static ft_status open_lists(ft_micro *m, lists *l, ft_error *err)
{
    static const uint32_t known[] = {FT_PART_NORMS, FT_PART_POSTINGS, FT_PART_POSITIONS, FT_PART_TERMS,
                                     FT_PART_TERM_INDEX};
    ft_status st = ft_envelope_open(&l->env, m->folder, FILE_NAME, l->len, l->hash, known,
                                    sizeof known / sizeof *known, err);

    if (st != FT_OK)
        return st;
    st = ft_micro_own(m, close_lists, l, err);
    if (st == FT_OK)
        st = ft_norms_open(&l->norms, &l->env, N_PASSAGES, err);
    if (st == FT_OK)
        st = ft_termdict_open(&l->dict, &l->env, l->n_words, N_PASSAGES, err);
    for (size_t i = 0; st == FT_OK && i < N_LISTS; i++) {
        bool found = false;
        st = ft_termdict_find(&l->dict, l->present[i].text, l->present[i].len, &found, &l->info[i], err);
        if (st == FT_OK && !found)
            st = ft_fail(err, FT_ENOTFOUND, "%s: a term is not there", FILE_NAME);
    }
    return st;
}

ft_status ft_micro_lists(ft_micro *m, ft_error *err)
{
    lists *l = ft_micro_room(m, 1, sizeof *l);

    if (!l)
        return ft_fail_nomem(err);
    l->params = ft_bm25_make(1.2, 0.75, 110);
    if (!make_words(m, l))
        return ft_fail_nomem(err);
    ft_status st = write_file(m, l, err);
    if (st == FT_OK)
        st = open_lists(m, l, err);
    for (size_t i = 0; st == FT_OK && i < N_LISTS; i++)
        st = add_list(m, l, i, err);
    ft_micro_searched searched = {&l->norms, l->postings, gaps, l->params};
    if (st == FT_OK)
        st = ft_micro_operators(m, &searched, err);
    return st == FT_OK ? add_dictionary(m, l, err) : st;
}
