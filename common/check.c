/* check.c - verifies a whole index: every checksum, then every invariant that the formats promise (FORMAT.md).
 *
 * Checksums come first and all of them are looked at, so that each damaged place is named. What a segment means is
 * looked into only when all its bytes are as they were written: then a violated invariant is an error of the program
 * that wrote them, or a forgery. */
#include "mem.h"
#include "segment.h"

#include <stdlib.h>
#include <string.h>

#define RETRIES 8 /* when commits take the files away meanwhile */

typedef struct checker {
    void (*report)(void *arg, const char *file, uint64_t off, const char *what);
    void *arg;
    uint64_t n_reported;
    ft_error first; /* of what was reported */
} checker;

/* Reports what *failure says, "file: offset N: what". */
static void tell(checker *c, const char *file, const ft_error *failure)
{
    const char *mark = strstr(failure->text, ": offset "), *what = failure->text;
    unsigned long long off = 0;

    if (mark) {
        char *end;
        off = strtoull(mark + strlen(": offset "), &end, 10);
        what = strncmp(end, ": ", 2) == 0 ? end + 2 : end;
    }
    if (c->n_reported++ == 0)
        c->first = *failure;
    if (c->report)
        c->report(c->arg, file, off, what);
}

/* Damage is reported and passed over; other failures end the check. */
static ft_status pass_over(checker *c, const char *file, ft_status st, const ft_error *failure, ft_error *err)
{
    if (st == FT_ECORRUPT) {
        tell(c, file, failure);
        return FT_OK;
    }
    if (st != FT_OK && err)
        *err = *failure;
    return st;
}

/* ------------------------------------------------ checksums */

static void check_blocks(checker *c, const ft_envelope *e)
{
    ft_error failure;

    for (uint64_t off = 0; off < e->body; off += FT_ENVELOPE_BLOCK) {
        size_t n = e->body - off < FT_ENVELOPE_BLOCK ? (size_t)(e->body - off) : FT_ENVELOPE_BLOCK;
        if (ft_envelope_verify(e, e->map.data + off, n, &failure) != FT_OK)
            tell(c, e->name, &failure);
    }
}

/* ------------------------------------------------ posting lists */

typedef struct list_checker {
    const ft_segment *segment;
    uint32_t *tokens; /* found so far, by passage */
    uint32_t *gaps;
    size_t cap_gaps;
    uint64_t n_terms, n_postings, n_tokens;
} list_checker;

static ft_status bad_list(const list_checker *l, const ft_postings *p, const char *what, ft_error *err)
{
    return ft_envelope_corrupt(&l->segment->env, p->data, what, err);
}

/* One posting: its positions as gaps, its passage's length, its bound. */
static ft_status check_posting(list_checker *l, const ft_postings *p, uint32_t block, uint32_t passage, uint32_t tf,
                               const uint32_t *gaps, ft_error *err)
{
    const ft_segment *s = l->segment;
    uint32_t length = ft_norms_get(&s->norms, passage);
    uint64_t position = gaps[0];

    for (uint32_t k = 1; k < tf; k++)
        position += (uint64_t)gaps[k] + 1;
    if (position >= (uint64_t)length + FT_TITLE_GAP)
        return bad_list(l, p, "postings: a position beyond the passage's length", err);
    if (tf > length - l->tokens[passage])
        return bad_list(l, p, "postings: more occurrences than the passage has tokens", err);
    l->tokens[passage] += tf;
    if (ft_bm25_quantize(ft_bm25_part(s->bound_params, tf, length)) > ft_postings_block_impact(p, block))
        return bad_list(l, p, "postings: a score above its block's bound", err);
    return FT_OK;
}

static ft_status check_block(list_checker *l, const ft_postings *p, uint32_t block, uint64_t *cf, ft_error *err)
{
    uint32_t passages[FT_BLOCK_LEN], sums[FT_BLOCK_LEN], n = ft_postings_block_len(p, block);
    const unsigned char *tfs;
    uint64_t room = 0;
    ft_status st = ft_postings_passages(p, block, passages, &tfs, err);

    if (st == FT_OK)
        st = ft_postings_tf_sums(p, block, tfs, sums, err);
    if (st != FT_OK)
        return st;
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && (passages[i] <= passages[i - 1] || sums[i] <= sums[i - 1]))
            return bad_list(l, p, "postings: passages or frequencies do not ascend", err);
        room += ft_norms_get(&l->segment->norms, passages[i]);
    }
    if (passages[n - 1] != ft_postings_block_last(p, block))
        return bad_list(l, p, "postings: not the last passage that the block names", err);
    if (sums[0] == 0 || sums[n - 1] > room)
        return bad_list(l, p, "postings: more occurrences than the passages have tokens", err);
    if (ft_postings_block_impact(p, block) > p->max_impact)
        return bad_list(l, p, "postings: a block's bound above the list's", err);
    if (FT_GROW(l->gaps, l->cap_gaps, sums[n - 1]) != 0)
        return ft_fail_nomem(err);
    st = ft_postings_gaps(p, block, sums[n - 1], l->gaps, err);
    for (uint32_t i = 0, from = 0; st == FT_OK && i < n; from = sums[i++])
        st = check_posting(l, p, block, passages[i], sums[i] - from, l->gaps + from, err);
    *cf += sums[n - 1];
    return st;
}

static ft_status check_list(list_checker *l, const ft_term_info *info, ft_error *err)
{
    const ft_segment *s = l->segment;
    uint64_t cf = 0;
    ft_postings p;
    ft_status st = ft_postings_open(&p, &s->env, s->postings, s->positions, info, s->meta.n_passages, err);

    if (st != FT_OK)
        return st;
    for (uint32_t block = 0; st == FT_OK && block < p.n_blocks; block++) {
        if (block > 0 && ft_postings_block_last(&p, block) <= ft_postings_block_last(&p, block - 1))
            st = bad_list(l, &p, "postings: last passages do not ascend", err);
        else
            st = check_block(l, &p, block, &cf, err);
    }
    if (st == FT_OK && (p.df == 0 || cf != info->cf))
        st = bad_list(l, &p, "terms: occurrences are not as many as the dictionary says", err);
    l->n_postings += p.df;
    l->n_tokens += cf;
    return st;
}

/* Is the term behind `last`, and can it be found? */
static ft_status check_term(const list_checker *l, const ft_term_iter *it, const unsigned char *last, size_t last_len,
                            ft_error *err)
{
    size_t len = it->term_len < last_len ? it->term_len : last_len;
    int order = memcmp(it->term, last, len);
    ft_term_info info;
    bool found = false;

    if (it->term_len == 0 || order < 0 || (order == 0 && it->term_len <= last_len))
        return ft_envelope_corrupt(&l->segment->env, it->d->terms.ptr, "terms: not in ascending order", err);
    ft_status st = ft_termdict_find(it->d, it->term, it->term_len, &found, &info, err);
    if (st == FT_OK && (!found || info.df != it->info.df || info.post_off != it->info.post_off))
        st = ft_envelope_corrupt(&l->segment->env, it->d->terms.ptr, "terms: one that is there is not found", err);
    return st;
}

static ft_status check_all_lists(list_checker *l, ft_error *err)
{
    unsigned char last[255];
    size_t last_len = 0;
    bool more = true;
    ft_term_iter it;
    ft_status st;

    ft_term_iter_init(&it, &l->segment->terms);
    while ((st = ft_term_iter_next(&it, &more, err)) == FT_OK && more) {
        st = check_term(l, &it, last, last_len, err);
        if (st == FT_OK)
            st = check_list(l, &it.info, err);
        if (st != FT_OK)
            break;
        memcpy(last, it.term, it.term_len);
        last_len = it.term_len;
        l->n_terms++;
    }
    return st;
}

/* Dictionary, lists, and what they must add up to. */
static ft_status check_lists(const ft_segment *s, ft_error *err)
{
    list_checker l = {.segment = s, .tokens = ft_alloc_zero(s->meta.n_passages, sizeof *l.tokens)};
    const ft_segment_meta *m = &s->meta;
    ft_status st = l.tokens ? check_all_lists(&l, err) : ft_fail_nomem(err);

    if (st == FT_OK && (l.n_terms != m->n_terms || l.n_postings != m->n_postings || l.n_tokens != m->n_tokens))
        st = ft_envelope_corrupt(&s->env, ft_envelope_part(&s->env, FT_PART_META).ptr,
                                 "meta: terms, postings or tokens are not as many as it says", err);
    for (uint32_t i = 0; st == FT_OK && i < m->n_passages; i++)
        if (l.tokens[i] != ft_norms_get(&s->norms, i))
            st = ft_envelope_corrupt(&s->env, s->norms.lengths + 2 * (size_t)i,
                                     "norms: a length that is not the number of the passage's tokens", err);
    ft_free(l.tokens);
    ft_free(l.gaps);
    return st;
}

/* Titles' tokens stand before the text's: at most as many as the first passage has. */
static ft_status check_titles(const ft_segment *s, ft_error *err)
{
    uint32_t *numbers;
    ft_status st = ft_order_invert(&s->order, &numbers, err);
    ft_doc_entry doc;

    for (uint32_t i = 0; st == FT_OK && i < s->meta.n_docs; i++) {
        st = ft_passages_doc(&s->passages, i, &doc, err);
        if (st != FT_OK)
            break;
        uint32_t first = doc.first_passage;
        if (first < s->meta.n_passages && numbers)
            first = numbers[first];
        if (first >= s->meta.n_passages || doc.title_tokens > ft_norms_get(&s->norms, first))
            st = ft_envelope_corrupt(&s->env, s->passages.entries.ptr,
                                     "passages: a title with more tokens than its passage", err);
    }
    ft_free(numbers);
    return st;
}

/* ------------------------------------------------ segments */

static ft_status check_segment(checker *c, const ft_segment *s, ft_error *err)
{
    uint64_t before = c->n_reported;
    ft_error failure;
    ft_status st;

    check_blocks(c, &s->env);
    if (c->n_reported > before)
        return FT_OK;
    st = pass_over(c, s->env.name, ft_envelope_check(&s->env, &failure), &failure, err);
    if (st == FT_OK)
        st = pass_over(c, s->env.name, ft_store_check(&s->store, &failure), &failure, err);
    if (st == FT_OK)
        st = pass_over(c, s->env.name, ft_passages_check(&s->passages, &failure), &failure, err);
    if (st == FT_OK)
        st = pass_over(c, s->env.name, ft_ids_check(&s->ids, &failure), &failure, err);
    if (st == FT_OK)
        st = pass_over(c, s->env.name, ft_order_check(&s->order, &s->passages.starts, &failure), &failure, err);
    if (st == FT_OK)
        st = pass_over(c, s->env.name, check_titles(s, &failure), &failure, err);
    if (st == FT_OK)
        st = pass_over(c, s->env.name, check_lists(s, &failure), &failure, err);
    return st;
}

/* FT_ECORRUPT, described by the first report, if there was any. */
static ft_status verdict(const checker *c, ft_status st, ft_error *err)
{
    if (st != FT_OK || c->n_reported == 0)
        return st;
    if (err)
        *err = c->first;
    return FT_ECORRUPT;
}

ft_status ft_segment_check(const ft_segment *s,
                           void (*report)(void *arg, const char *file, uint64_t off, const char *what), void *arg,
                           ft_error *err)
{
    checker c = {.report = report, .arg = arg};
    ft_status st = check_segment(&c, s, err);

    return verdict(&c, st, err);
}

/* A segment's frame and blocks even where it cannot be opened as a whole, then the rest. */
static ft_status check_file(checker *c, const char *dir, const ft_manifest_segment *entry, bool *unopened,
                            ft_error *err)
{
    uint32_t known[FT_PARTS_END - 1];
    uint64_t before = c->n_reported;
    char name[32];
    ft_envelope e;
    ft_segment s;
    ft_error failure;

    for (uint32_t i = 0; i < FT_PARTS_END - 1; i++)
        known[i] = i + 1;
    ft_segment_name(name, entry->hash);
    ft_status st = ft_envelope_open(&e, dir, name, entry->len, entry->hash, known, FT_PARTS_END - 1, &failure);
    *unopened = st != FT_OK;
    if (st != FT_OK)
        return pass_over(c, name, st, &failure, err);
    check_blocks(c, &e);
    ft_envelope_close(&e);
    if (c->n_reported > before)
        return FT_OK;
    st = ft_segment_open(&s, dir, entry, &failure);
    if (st != FT_OK)
        return pass_over(c, name, st, &failure, err);
    st = check_segment(c, &s, err);
    ft_segment_close(&s);
    return st;
}

/* ------------------------------------------------ origins */

/* Reads the file with the origins; *absent if it may have been taken away by a later commit. */
static ft_status check_origins(checker *c, ft_manifest *m, const char *path, bool *absent, ft_error *err)
{
    ft_buf bytes = {0};
    char name[32];
    ft_error failure;

    ft_origins_name(name, m->origins_hash);
    ft_status st = ft_origins_read(m, path, &bytes, &failure);
    *absent = st == FT_ECORRUPT;
    ft_buf_release(&bytes);
    return pass_over(c, name, st, &failure, err);
}

/* ------------------------------------------------ the index */

/* Whether another commit has taken the place of m. */
static bool superseded(const ft_manifest *m, const char *path)
{
    ft_manifest now;

    if (ft_manifest_read(&now, path, NULL) != FT_OK)
        return false;
    bool is = now.generation != m->generation;
    ft_manifest_release(&now);
    return is;
}

static ft_status check_manifest(checker *c, ft_manifest *m, const char *path, bool *readable, ft_error *err)
{
    ft_error failure;
    ft_status st = ft_manifest_read(m, path, &failure);

    *readable = st == FT_OK;
    if (st == FT_OK) {
        st = ft_manifest_check_analysis(m, &failure);
        if (st == FT_EINVAL)
            st = ft_corrupt(&failure, FT_MANIFEST_NAME, 0, "unknown language '%s'", m->analysis.lang);
    }
    return pass_over(c, FT_MANIFEST_NAME, st, &failure, err);
}

ft_status ft_check(const char *path,
                   void (*report)(void *arg, const char *file, uint64_t off, const char *what), void *arg,
                   ft_error *err)
{
    checker c = {.report = report, .arg = arg};
    ft_manifest m = {0};
    bool readable = false;
    ft_status st = check_manifest(&c, &m, path, &readable, err);

    for (int retry = 0; st == FT_OK && readable; retry++) {
        checker unheard = {0};
        bool again = false, absent;
        st = check_origins(&unheard, &m, path, &absent, err);
        if (st == FT_OK && absent)
            again = retry < RETRIES && superseded(&m, path);
        if (st == FT_OK && absent && !again)
            st = check_origins(&c, &m, path, &absent, err);
        for (size_t i = 0; st == FT_OK && !again && i < m.n_segments; i++) {
            checker quiet = {0};
            bool unopened;
            /* A writer may have committed and removed the file since: that is no damage. */
            st = check_file(&quiet, path, &m.segments[i], &unopened, err);
            again = quiet.n_reported > 0 && unopened && retry < RETRIES && superseded(&m, path);
            if (st == FT_OK && quiet.n_reported > 0 && !again)
                st = check_file(&c, path, &m.segments[i], &unopened, err);
        }
        if (!again)
            break;
        ft_manifest_release(&m);
        st = check_manifest(&c, &m, path, &readable, err);
    }
    ft_manifest_release(&m);
    return verdict(&c, st, err);
}
