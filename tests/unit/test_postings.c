/* Posting lists and the dictionary around them, written into a sealed file and read back. */
#include "mem.h"
#include "norms.h"
#include "parts.h"
#include "postings_format.h"
#include "termdict.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define N_PASSAGES 60000u
#define NAME "test.seg"

typedef struct list {
    char term[32];
    uint32_t df;
    uint32_t *passages, *tfs;
    uint32_t *positions; /* all of them, one posting behind another */
    size_t n_positions;
} list;

typedef struct world {
    char dir[64];
    uint32_t lengths[N_PASSAGES];
    list *lists;
    size_t n_lists;
    ft_bm25 params;
    ft_envelope env;
    ft_norms norms;
    ft_termdict dict;
} world;

static const uint32_t known[] = {FT_PART_NORMS, FT_PART_POSTINGS, FT_PART_POSITIONS, FT_PART_TERMS,
                                 FT_PART_TERM_INDEX};

static void make_list(list *l, uint32_t df, unsigned max_tf)
{
    uint32_t passage = 0, left = N_PASSAGES;

    l->df = df;
    l->passages = calloc(df, sizeof *l->passages);
    l->tfs = calloc(df, sizeof *l->tfs);
    l->positions = calloc((size_t)df * max_tf, sizeof *l->positions);
    for (uint32_t i = 0; i < df;) { /* selection sampling: df of N_PASSAGES, in order */
        if ((uint32_t)rand() % left-- < df - i) {
            uint32_t at = (uint32_t)rand() % 50;
            l->passages[i] = passage;
            l->tfs[i] = 1 + (uint32_t)rand() % max_tf;
            for (uint32_t k = 0; k < l->tfs[i]; k++) {
                l->positions[l->n_positions++] = at;
                at += 1 + (uint32_t)rand() % (rand() % 50 ? 20 : 5000);
            }
            i++;
        }
        passage++;
    }
}

/* Hands a list to the writer block by block. */
static void put_list(ft_postings_writer *pw, const list *l)
{
    const uint32_t *at = l->positions;
    uint32_t *gaps = calloc(l->n_positions, sizeof *gaps);

    for (uint32_t from = 0; from < l->df; from += FT_BLOCK_LEN) {
        uint32_t n = l->df - from < FT_BLOCK_LEN ? l->df - from : FT_BLOCK_LEN;
        size_t n_gaps = 0;
        for (uint32_t i = from; i < from + n; i++)
            for (uint32_t k = 0; k < l->tfs[i]; k++, at++)
                gaps[n_gaps++] = k ? at[0] - at[-1] - 1 : at[0];
        ft_postings_writer_put(pw, l->passages + from, l->tfs + from, n, gaps, n_gaps, from + n == l->df);
    }
    free(gaps);
}

static void write_file(world *w, uint64_t *hash, uint64_t *len)
{
    ft_envelope_writer ew;
    ft_spool postings, positions;
    ft_postings_writer pw;
    ft_termdict_writer tw;
    ft_term_info info;
    ft_error err;

    cr_assert_eq(ft_envelope_create(&ew, w->dir, NAME, false, &err), FT_OK, "%s", err.text);
    ft_norms_write(&ew, w->lengths, N_PASSAGES);
    cr_assert_eq(ft_spool_init(&postings, w->dir, 1 << 16, &err), FT_OK);
    cr_assert_eq(ft_spool_init(&positions, w->dir, 1 << 16, &err), FT_OK);
    cr_assert_eq(ft_termdict_writer_init(&tw, w->dir, &err), FT_OK);
    ft_postings_writer_init(&pw, &postings, &positions, w->lengths, w->params);
    for (size_t i = 0; i < w->n_lists; i++) {
        const list *l = &w->lists[i];
        put_list(&pw, l);
        cr_assert_eq(ft_postings_writer_end(&pw, &info, &err), FT_OK);
        ft_termdict_writer_add(&tw, l->term, strlen(l->term), &info);
    }
    ft_envelope_begin(&ew, FT_PART_POSTINGS, FT_PART_REQUIRED);
    cr_assert_eq(ft_spool_drain(&postings, ft_envelope_sink, &ew, &err), FT_OK);
    ft_envelope_begin(&ew, FT_PART_POSITIONS, FT_PART_REQUIRED);
    cr_assert_eq(ft_spool_drain(&positions, ft_envelope_sink, &ew, &err), FT_OK);
    cr_assert_eq(ft_termdict_writer_finish(&tw, &ew, &err), FT_OK);
    cr_assert_eq(ft_envelope_finish(&ew, hash, len, &err), FT_OK, "%s", err.text);
    ft_postings_writer_release(&pw);
    ft_termdict_writer_release(&tw);
    ft_spool_release(&postings);
    ft_spool_release(&positions);
}

static world *open_world(void)
{
    static const uint32_t dfs[] = {1, 1, 2, 3, 7, 100, 255, 256, 257, 511, 512, 513, 3000, 20000, 59999, N_PASSAGES};
    world *w = calloc(1, sizeof *w);
    uint64_t hash = 0, len = 0;
    ft_error err;

    srand(21);
    snprintf(w->dir, sizeof w->dir, "%s/ft-postings-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    cr_assert_not_null(mkdtemp(w->dir));
    for (uint32_t i = 0; i < N_PASSAGES; i++)
        w->lengths[i] = i % 1000 == 7 ? 70000 + i : 60 + (uint32_t)rand() % 200;
    w->params = ft_bm25_make(1.2, 0.75, 150);
    w->n_lists = 5 * (sizeof dfs / sizeof *dfs);
    w->lists = calloc(w->n_lists, sizeof *w->lists);
    for (size_t i = 0; i < w->n_lists; i++) {
        uint32_t df = i % 5 ? 1 : dfs[i / 5]; /* long lists between inlined ones, some at the head of a block */
        snprintf(w->lists[i].term, sizeof w->lists[i].term, "term%04zu%s", i, i % 3 ? "" : "longer");
        make_list(&w->lists[i], df, i % 2 ? 1 : i == 12 ? 30 : 5);
    }
    write_file(w, &hash, &len);
    cr_assert_eq(ft_envelope_open(&w->env, w->dir, NAME, len, hash, known, 5, &err), FT_OK, "%s", err.text);
    cr_assert_eq(ft_norms_open(&w->norms, &w->env, N_PASSAGES, &err), FT_OK);
    cr_assert_eq(ft_termdict_open(&w->dict, &w->env, w->n_lists, N_PASSAGES, &err), FT_OK);
    return w;
}

static void close_world(world *w)
{
    char path[128];

    ft_envelope_close(&w->env);
    snprintf(path, sizeof path, "%s/%s", w->dir, NAME);
    unlink(path);
    rmdir(w->dir);
    for (size_t i = 0; i < w->n_lists; i++) {
        free(w->lists[i].passages);
        free(w->lists[i].tfs);
        free(w->lists[i].positions);
    }
    free(w->lists);
    free(w);
}

static void open_list(const world *w, const list *l, ft_postings *p)
{
    ft_term_info info;
    bool found = false;
    ft_error err;

    cr_assert_eq(ft_termdict_find(&w->dict, l->term, strlen(l->term), &found, &info, &err), FT_OK);
    cr_assert(found, "%s", l->term);
    cr_assert_eq(info.df, l->df);
    cr_assert_eq(info.cf, l->n_positions, "%s: cf", l->term);
    cr_assert_eq(ft_postings_open(p, &w->env, ft_envelope_part(&w->env, FT_PART_POSTINGS),
                                  ft_envelope_part(&w->env, FT_PART_POSITIONS), &info, N_PASSAGES, &err),
                 FT_OK, "%s", err.text);
}

static void compare_block(const world *w, const list *l, const ft_postings *p, uint32_t block, const uint32_t **at)
{
    uint32_t passages[FT_BLOCK_LEN], sums[FT_BLOCK_LEN], n = ft_postings_block_len(p, block);
    const unsigned char *tfs;
    ft_buf positions = {0};
    ft_error err;
    float best = 0;

    cr_assert_eq(ft_postings_passages(p, block, passages, &tfs, &err), FT_OK, "%s", err.text);
    cr_assert_eq(ft_postings_tf_sums(p, block, tfs, sums, &err), FT_OK, "%s", err.text);
    uint32_t *gaps = malloc(sums[n - 1] * sizeof *gaps), sum = 0;
    cr_assert_eq(ft_postings_gaps(p, block, sums[n - 1], gaps, &err), FT_OK, "%s", err.text);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = block * FT_BLOCK_LEN + i;
        cr_assert_eq(passages[i], l->passages[k], "%s: posting %u", l->term, k);
        ft_buf_reset(&positions);
        cr_assert_eq(ft_postings_positions(p, block, sums, i, &positions, &err), FT_OK, "%s", err.text);
        cr_assert_arr_eq(positions.data, *at, 4 * l->tfs[k], "%s: positions of posting %u", l->term, k);
        cr_assert_eq(gaps[sum], (*at)[0]);
        sum += l->tfs[k];
        *at += l->tfs[k];
        cr_assert_eq(sums[i], sum);
        uint32_t tf = 0, absent = passages[i] - 1, first = block ? ft_postings_block_last(p, block - 1) + 1 : 0;
        cr_assert_eq(ft_postings_tf(p, block, passages[i], &tf, &err), FT_OK, "%s", err.text);
        cr_assert_eq(tf, l->tfs[k], "%s: tf of posting %u by itself", l->term, k);
        if (passages[i] > first && (i == 0 || passages[i - 1] != absent)) {
            cr_assert_eq(ft_postings_tf(p, block, absent, &tf, &err), FT_OK);
            cr_assert_eq(tf, 0);
        }
        cr_assert_eq(ft_norms_get(&w->norms, passages[i]), w->lengths[passages[i]]);
        float part = ft_bm25_part(w->params, l->tfs[k], w->lengths[passages[i]]);
        best = part > best ? part : best;
    }
    cr_assert_eq(ft_postings_block_last(p, block), passages[n - 1]);
    cr_assert_eq(ft_postings_block_impact(p, block), ft_bm25_quantize(best));
    free(gaps);
    ft_buf_release(&positions);
}

Test(postings, lists_of_every_shape_come_back)
{
    world *w = open_world();

    for (size_t i = 0; i < w->n_lists; i++) {
        const uint32_t *at = w->lists[i].positions;
        ft_postings p;
        open_list(w, &w->lists[i], &p);
        for (uint32_t block = 0; block < p.n_blocks; block++)
            compare_block(w, &w->lists[i], &p, block, &at);
    }
    close_world(w);
    cr_assert_eq(ft_mem_live(), 0);
}

Test(postings, find_block_is_the_first_that_reaches_the_passage)
{
    world *w = open_world();

    for (size_t i = 0; i < w->n_lists; i += 5) {
        ft_postings p;
        open_list(w, &w->lists[i], &p);
        for (uint32_t target = 0; target < N_PASSAGES; target += 617) {
            uint32_t want = 0;
            while (want < p.n_blocks && ft_postings_block_last(&p, want) < target)
                want++;
            for (uint32_t from = 0; from <= want; from += want > 3 ? want / 3 : 1)
                cr_assert_eq(ft_postings_find_block(&p, from, target), want);
        }
    }
    close_world(w);
}

Test(termdict, walks_all_terms_in_order_and_finds_no_others)
{
    world *w = open_world();
    ft_term_iter it;
    ft_term_info info;
    ft_error err;
    bool more = true, found = true;
    size_t n = 0;

    ft_term_iter_init(&it, &w->dict);
    while (ft_term_iter_next(&it, &more, &err) == FT_OK && more) {
        cr_assert_lt(n, w->n_lists);
        cr_assert_eq(it.term_len, strlen(w->lists[n].term));
        cr_assert_arr_eq(it.term, w->lists[n].term, it.term_len);
        cr_assert_eq(it.info.df, w->lists[n].df);
        n++;
    }
    cr_assert_eq(n, w->n_lists);
    const char *absent[] = {"a", "term", "term0000", "term0001longer", "term9999", "zzz", "term0031a", ""};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        cr_assert_eq(ft_termdict_find(&w->dict, absent[i], strlen(absent[i]), &found, &info, &err), FT_OK);
        cr_assert_not(found, "%s", absent[i]);
    }
    close_world(w);
}

Test(termdict, seeks_the_first_term_that_is_not_before)
{
    world *w = open_world();
    ft_term_iter it;
    bool more;

    ft_term_iter_init(&it, &w->dict);
    for (size_t i = 0; i <= w->n_lists; i++) {
        char after[64];
        const char *term = i < w->n_lists ? w->lists[i].term : "zzz";
        cr_assert_eq(ft_term_iter_seek(&it, term, strlen(term), NULL), FT_OK);
        cr_assert_eq(ft_term_iter_next(&it, &more, NULL), FT_OK);
        cr_assert_eq(more, i < w->n_lists);
        cr_assert(!more || (it.term_len == strlen(term) && memcmp(it.term, term, it.term_len) == 0));
        if (!more)
            break;
        snprintf(after, sizeof after, "%s!", term);
        cr_assert_eq(ft_term_iter_seek(&it, after, strlen(after), NULL), FT_OK);
        cr_assert_eq(ft_term_iter_next(&it, &more, NULL), FT_OK);
        cr_assert_eq(more, i + 1 < w->n_lists);
        cr_assert(!more || it.info.df == w->lists[i + 1].df);
    }
    close_world(w);
}

Test(postings, a_flipped_byte_is_an_error_or_a_well_formed_list)
{
    world *w = open_world();
    ft_error err;

    for (size_t i = 0; i < w->n_lists; i++) {
        ft_postings p;
        ft_term_info info;
        bool found;
        uint32_t passages[FT_BLOCK_LEN], sums[FT_BLOCK_LEN];
        const unsigned char *tfs;
        const list *l = &w->lists[i];
        if (l->df > 600 || l->df < 2)
            continue;
        ft_termdict_find(&w->dict, l->term, strlen(l->term), &found, &info, &err);
        ft_str post = ft_envelope_part(&w->env, FT_PART_POSTINGS), pos = ft_envelope_part(&w->env, FT_PART_POSITIONS);
        char *copy = malloc(info.post_len + FT_ENVELOPE_TAIL);
        for (size_t bit = 0; bit < 8 * info.post_len; bit++) {
            memcpy(copy, post.ptr + info.post_off, info.post_len + FT_ENVELOPE_TAIL);
            copy[bit / 8] ^= (char)(1 << (bit % 8));
            ft_envelope fake = w->env; /* every block of it counts as verified: the decoder alone is tried */
            fake.map.data = (const unsigned char *)copy;
            fake.body = info.post_len;
            ft_term_info t = info;
            t.post_off = 0;
            _Atomic uint64_t seen[64];
            memset(seen, 0xff, sizeof seen);
            fake.verified = seen;
            if (ft_postings_open(&p, &fake, (ft_str){copy, info.post_len}, pos, &t, N_PASSAGES, &err) != FT_OK)
                continue;
            for (uint32_t b = 0; b < p.n_blocks; b++) {
                uint32_t last = ft_postings_block_last(&p, b), tf;
                for (uint32_t back = 0; back < 40 && back <= last; back++)
                    if (ft_postings_tf(&p, b, last - back, &tf, &err) == FT_OK)
                        cr_assert_lt(tf, UINT32_MAX);
                if (ft_postings_passages(&p, b, passages, &tfs, &err) != FT_OK)
                    break;
                for (uint32_t k = 0; k < ft_postings_block_len(&p, b); k++)
                    cr_assert_lt(passages[k], N_PASSAGES);
                if (ft_postings_tf_sums(&p, b, tfs, sums, &err) != FT_OK)
                    break;
            }
        }
        free(copy);
    }
    close_world(w);
}
