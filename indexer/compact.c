/* compact.c - see compact.h.
 *
 * Everything that depends on neighbours or averages is made anew: the stored stream is cut and packed again (unless
 * it stays the same), tables and ids are written again, posting lists encoded again with the new lengths. Only the
 * analysis is not repeated. Packing runs on the workers; the mapped pages of the inputs are given back as the work
 * proceeds. */
#include "compact.h"

#include "mem.h"
#include "pages.h"
#include "permute.h"
#include "pool.h"
#include "reorder.h"

#define PIECE (64u * FT_STORE_BLOCK) /* of the stream, packed by one job */
#define GIVE_BACK (16u << 20)        /* bytes of text between two returns of mapped pages */
#define DOCS_PER_RETURN 65536u
#define PERMUTE_SHARE 8u             /* of the memory budget, for postings being sorted, on all workers */
#define PERMUTE_MAX ((size_t)1 << 30)

typedef struct piece {
    ft_buf text;
    bool last;
    ft_packed packed;
    ft_status st;
    ft_error err;
    struct compactor *owner;
} piece;

typedef struct compactor {
    const ft_build_config *config;
    const ft_compact_input *inputs;
    size_t n_inputs;
    ft_flush flush;
    ft_pool *pool;
    ft_packer **packers; /* by worker */
    unsigned n_packers;
    piece *pieces;       /* used in turn */
    size_t n_pieces, next_piece;
    uint64_t text_done, text_total; /* bytes */
    uint32_t **numbers;  /* by input: new numbers of passages by those in its lists; NULL: base + number */
    uint32_t *bases;     /* by input: first passage */
    bool permutes;       /* the new numbers do not ascend along the lists */
    uint32_t *starts;    /* when reordering: first passage of each new document; owned */
    size_t cap_starts;
} compactor;

uint64_t ft_compact_live(const ft_compact_input *inputs, size_t n)
{
    uint64_t live = 0;

    for (size_t i = 0; i < n; i++)
        live += inputs[i].entry->n_docs - inputs[i].entry->n_deleted;
    return live;
}

/* ------------------------------------------------ setting up */

static ft_status start(compactor *c, ft_error *err)
{
    ft_status st = ft_pool_new(&c->pool, c->config->threads, c->config->threads + 1, err);

    if (st != FT_OK)
        return st;
    unsigned n = ft_pool_workers(c->pool);
    c->packers = ft_alloc_zero(n, sizeof *c->packers);
    c->pieces = ft_alloc_zero((size_t)c->config->threads + 2, sizeof *c->pieces);
    c->numbers = ft_alloc_zero(c->n_inputs, sizeof *c->numbers);
    c->bases = ft_alloc_zero(c->n_inputs, sizeof *c->bases);
    if (!c->packers || !c->pieces || !c->numbers || !c->bases)
        return ft_fail_nomem(err);
    c->n_pieces = (size_t)c->config->threads + 2; /* as many as may be outstanding, and one to fill */
    for (; st == FT_OK && c->n_packers < n; c->n_packers++)
        st = ft_packer_new(&c->packers[c->n_packers], err);
    if (st == FT_OK)
        st = ft_flush_begin(&c->flush, c->config, FT_TEMP_PREFIX "merge", err);
    return st;
}

static void stop(compactor *c)
{
    ft_pool_free(c->pool);
    for (unsigned i = 0; i < c->n_packers; i++)
        ft_packer_free(c->packers[i]);
    ft_free(c->packers);
    for (size_t i = 0; i < c->n_pieces; i++) {
        ft_buf_release(&c->pieces[i].text);
        ft_packed_release(&c->pieces[i].packed);
    }
    ft_free(c->pieces);
    for (size_t i = 0; c->numbers && i < c->n_inputs; i++)
        ft_free(c->numbers[i]);
    ft_free(c->numbers);
    ft_free(c->bases);
    ft_free(c->starts);
    ft_flush_abandon(&c->flush);
}

/* ------------------------------------------------ stored text */

static void pack_piece(void *arg, unsigned worker)
{
    piece *p = arg;

    ft_packed_reset(&p->packed);
    p->st = ft_packed_add(&p->packed, p->owner->packers[worker], p->text.data, p->text.len, p->last, &p->err);
}

static ft_status join_piece(compactor *c, piece *p, ft_error *err)
{
    if (p->st != FT_OK) {
        if (err)
            *err = p->err;
        return p->st;
    }
    return ft_flush_packed(&c->flush, &p->packed, err);
}

/* Hands over the piece being filled. Pieces are used in turn, and there are more of them than may be outstanding, so
 * the next one is free. */
static ft_status submit_piece(compactor *c, bool last, ft_error *err)
{
    piece *p = &c->pieces[c->next_piece], *done;
    ft_status st = ft_build_canceled(c->config, err);

    p->last = last;
    p->owner = c;
    c->text_done += p->text.len;
    ft_build_progress(c->config, FT_PHASE_TEXT, c->text_done, c->text_total);
    while (st == FT_OK && !ft_pool_submit(c->pool, pack_piece, p))
        st = join_piece(c, ft_pool_take(c->pool), err);
    while (st == FT_OK && last && (done = ft_pool_take(c->pool)))
        st = join_piece(c, done, err);
    c->next_piece = (c->next_piece + 1) % c->n_pieces;
    ft_buf_reset(&c->pieces[c->next_piece].text);
    return st;
}

/* Appends [from, to) of a segment's stream. */
static ft_status copy_text(compactor *c, const ft_segment *segment, uint64_t from, uint64_t to, ft_error *err)
{
    ft_status st = FT_OK;

    while (st == FT_OK && from < to) {
        ft_buf *text = &c->pieces[c->next_piece].text;
        uint64_t n = PIECE - text->len < to - from ? PIECE - text->len : to - from;
        st = ft_store_read(&segment->store, from, n, text, err);
        from += n;
        if (st == FT_OK && text->len == PIECE)
            st = submit_piece(c, false, err);
    }
    return st;
}

/* The stream of one input's live documents; neighbours are copied together. */
static ft_status copy_stream(compactor *c, const ft_compact_input *in, ft_error *err)
{
    uint64_t from = 0, to = 0, copied = 0;
    ft_doc_entry doc;
    ft_status st = FT_OK;

    for (uint32_t i = 0; st == FT_OK && i < in->entry->n_docs; i++) {
        if (ft_manifest_is_deleted(in->entry, i))
            continue;
        st = ft_passages_doc(&in->segment->passages, i, &doc, err);
        if (st != FT_OK)
            break;
        if (doc.stream != to || to - from >= PIECE) {
            st = copy_text(c, in->segment, from, to, err);
            copied += to - from;
            from = doc.stream;
        }
        to = doc.stream + ft_passages_stored(&in->segment->passages, &doc);
        if (copied > GIVE_BACK) {
            ft_pages_give_back(&in->segment->env.map);
            copied = 0;
        }
    }
    return st == FT_OK ? copy_text(c, in->segment, from, to, err) : st;
}

static ft_status copy_streams(compactor *c, ft_error *err)
{
    ft_status st = FT_OK;

    for (size_t i = 0; i < c->n_inputs; i++)
        c->text_total += (uint64_t)((double)c->inputs[i].segment->store.raw_len *
                                    (double)ft_compact_live(&c->inputs[i], 1) / c->inputs[i].entry->n_docs);
    for (size_t i = 0; st == FT_OK && i < c->n_inputs; i++) {
        st = copy_stream(c, &c->inputs[i], err);
        ft_pages_give_back(&c->inputs[i].segment->env.map);
    }
    return st == FT_OK ? submit_piece(c, true, err) : st;
}

/* ------------------------------------------------ documents */

typedef struct doc_scratch {
    ft_buf id, marks;
    ft_passage_entry *passages;
    size_t cap_passages;
    size_t *marks_at; /* where each one's marks begin in marks */
    size_t cap_marks_at;
    uint32_t *lengths;
    size_t cap_lengths;
} doc_scratch;

static void release_scratch(doc_scratch *s)
{
    ft_buf_release(&s->id);
    ft_buf_release(&s->marks);
    ft_free(s->passages);
    ft_free(s->marks_at);
    ft_free(s->lengths);
}

/* Whether the passages are what a writer takes; an index is no more to be trusted than a document. */
static bool well_formed(const ft_doc_entry *doc, const ft_passage_entry *passages)
{
    uint64_t at = 0;

    for (uint32_t i = 0; i < doc->n_passages; at = passages[i++].end) {
        const ft_passage_entry *p = &passages[i];
        uint64_t mark = p->start;
        if (p->start < at || p->start > p->end || p->end > doc->text_len)
            return false;
        for (uint32_t k = 0; k < p->n_marks; mark = p->marks[k++].off)
            if (p->marks[k].off < mark || p->marks[k].off > p->end)
                return false;
    }
    return doc->n_passages > 0;
}

/* listed: numbers in the lists, by arrival; NULL: the same. */
static ft_status read_passages(const ft_segment *segment, const uint32_t *listed, const ft_doc_entry *doc,
                               doc_scratch *s, ft_error *err)
{
    ft_status st = FT_OK;
    uint32_t n = doc->n_passages;

    ft_buf_reset(&s->marks);
    if (FT_GROW(s->passages, s->cap_passages, n) != 0 || FT_GROW(s->marks_at, s->cap_marks_at, n) != 0
        || FT_GROW(s->lengths, s->cap_lengths, n) != 0)
        return ft_fail_nomem(err);
    for (uint32_t i = 0; st == FT_OK && i < n; i++) {
        uint32_t passage = doc->first_passage + i;
        s->marks_at[i] = s->marks.len;
        s->lengths[i] = ft_norms_get(&segment->norms, listed ? listed[passage] : passage);
        st = ft_passages_get(&segment->passages, passage, &s->passages[i], &s->marks, err);
    }
    /* The buffer may have moved while it grew. */
    for (uint32_t i = 0; st == FT_OK && s->marks.len > 0 && i < n; i++)
        s->passages[i].marks = (const ft_line_mark *)(const void *)(s->marks.data + s->marks_at[i]);
    if (st == FT_OK && !well_formed(doc, s->passages))
        st = ft_envelope_corrupt(&segment->env, segment->passages.entries.ptr,
                                 "passages: a document's do not follow each other within its text", err);
    return st;
}

/* Appends a document; its passages' new numbers go into numbers (if any) under those in the lists of before. */
static ft_status copy_doc(compactor *c, const ft_compact_input *in, uint32_t number, const uint32_t *listed,
                          uint32_t *numbers, doc_scratch *s, ft_error *err)
{
    uint32_t first = 0;
    ft_doc_entry doc;

    ft_buf_reset(&s->id);
    ft_status st = ft_ids_get(&in->segment->ids, number, &s->id, err);
    if (st == FT_OK && s->id.len == 0)
        st = ft_envelope_corrupt(&in->segment->env, in->segment->ids.entries.ptr, "ids: an empty one", err);
    if (st == FT_OK)
        st = ft_passages_doc(&in->segment->passages, number, &doc, err);
    if (st == FT_OK)
        st = read_passages(in->segment, listed, &doc, s, err);
    if (st == FT_OK && c->config->reorder) {
        if (FT_GROW(c->starts, c->cap_starts, (size_t)c->flush.n_docs + 2) != 0)
            return ft_fail_nomem(err);
        c->starts[c->flush.n_docs] = c->flush.n_passages;
        c->starts[c->flush.n_docs + 1] = c->flush.n_passages + doc.n_passages;
    }
    if (st == FT_OK)
        st = ft_flush_doc(&c->flush, (ft_str){(const char *)s->id.data, s->id.len}, &doc, s->passages, s->lengths,
                          &first, err);
    if (st == FT_OK)
        st = ft_flush_source(&c->flush, ft_origins_at(&in->entry->origins, number), err);
    for (uint32_t k = 0; st == FT_OK && numbers && k < doc.n_passages; k++)
        numbers[listed ? listed[doc.first_passage + k] : doc.first_passage + k] = first + k;
    return st;
}

static ft_status copy_docs(compactor *c, size_t input, ft_error *err)
{
    const ft_compact_input *in = &c->inputs[input];
    uint32_t *listed = NULL, *numbers = NULL;
    doc_scratch s = {0};
    ft_status st = ft_order_invert(&in->segment->order, &listed, err);

    c->bases[input] = c->flush.n_passages;
    c->permutes |= listed != NULL;
    if (st == FT_OK && (in->entry->n_deleted > 0 || listed || c->config->reorder)) {
        numbers = c->numbers[input] = ft_alloc(in->entry->n_passages, sizeof *numbers);
        if (numbers)
            memset(numbers, 0xff, in->entry->n_passages * sizeof *numbers);
        else
            st = ft_fail_nomem(err);
    }
    for (uint32_t i = 0; st == FT_OK && i < in->entry->n_docs; i++) {
        if (i % DOCS_PER_RETURN == 0) {
            ft_pages_give_back(&in->segment->env.map);
            ft_build_progress(c->config, FT_PHASE_DOCUMENTS, c->flush.n_docs, ft_compact_live(c->inputs, c->n_inputs));
            st = ft_build_canceled(c->config, err);
        }
        if (st == FT_OK && !ft_manifest_is_deleted(in->entry, i))
            st = copy_doc(c, in, i, listed, numbers, &s, err);
    }
    ft_free(listed);
    release_scratch(&s);
    return st;
}

/* ------------------------------------------------ order */

/* Gives the new passages, numbered in order of arrival so far, their numbers in the lists. */
static ft_status renumber(compactor *c, ft_seglists *lists, ft_error *err)
{
    uint32_t *numbers;
    ft_status st;

    ft_build_progress(c->config, FT_PHASE_ORDER, 0, 0);
    st = ft_reorder(lists, c->n_inputs, c->starts, c->flush.n_docs, c->pool, c->config->cancel, &numbers, err);
    if (st != FT_OK)
        return st;
    for (size_t i = 0; i < c->n_inputs; i++)
        for (uint32_t k = 0; k < c->inputs[i].entry->n_passages; k++)
            if (c->numbers[i][k] != FT_PASSAGE_DROPPED)
                c->numbers[i][k] = numbers[c->numbers[i][k]];
    ft_flush_order(&c->flush, numbers);
    c->permutes = true;
    return FT_OK;
}

static ft_status reorder(compactor *c, ft_error *err)
{
    ft_seglists *lists = ft_alloc_zero(c->n_inputs, sizeof *lists);
    ft_status st = lists ? FT_OK : ft_fail_nomem(err);
    size_t n = 0;

    for (; st == FT_OK && n < c->n_inputs; n++)
        st = ft_seglists_init(&lists[n], c->inputs[n].segment, c->numbers[n], c->bases[n], 0, FT_TERM_PREFIXES, err);
    if (st == FT_OK)
        st = renumber(c, lists, err);
    for (size_t i = 0; i < n; i++)
        ft_seglists_release(&lists[i]);
    ft_free(lists);
    return st;
}

/* ------------------------------------------------ posting lists */

/* The inputs' posting lists in ranges of terms. */
typedef struct segment_ranges {
    ft_list_ranges ranges;
    const compactor *owner;
    size_t room; /* for the postings of a term being sorted, by range in work */
} segment_ranges;

/* Those of one range. */
typedef struct range_lists {
    ft_seglists *lists;
    size_t n;
    ft_permute permute; /* what they come through where numbers do not ascend */
} range_lists;

static void close_lists(ft_range_sources *s)
{
    range_lists *r = s->items;

    if (r)
        ft_permute_release(&r->permute);
    for (size_t i = 0; r && i < r->n; i++)
        ft_seglists_release(&r->lists[i]);
    if (r)
        ft_free(r->lists);
    ft_free(r);
    ft_free(s->sources);
}

static ft_status open_lists(const ft_list_ranges *ranges, uint32_t from, uint32_t to, ft_range_sources *out,
                            ft_error *err)
{
    const segment_ranges *all = (const segment_ranges *)ranges;
    const compactor *c = all->owner;
    range_lists *r = ft_alloc_zero(1, sizeof *r);
    ft_status st = FT_OK;

    *out = (ft_range_sources){.sources = ft_alloc_zero(c->n_inputs, sizeof *out->sources), .close = close_lists,
                              .items = r};
    if (r)
        r->lists = ft_alloc_zero(c->n_inputs, sizeof *r->lists);
    if (!r || !r->lists || !out->sources)
        return ft_fail_nomem(err);
    for (; st == FT_OK && r->n < c->n_inputs; r->n++) {
        size_t i = r->n;
        st = ft_seglists_init(&r->lists[i], c->inputs[i].segment, c->numbers[i], c->bases[i], from, to, err);
        out->sources[i] = &r->lists[i].source;
    }
    out->n = r->n;
    if (st == FT_OK && c->permutes) {
        st = ft_permute_init(&r->permute, r->lists, r->n, all->room, err);
        out->sources[0] = &r->permute.source;
        out->n = 1;
    }
    return st;
}

static ft_status finish(compactor *c, ft_flushed *out, ft_error *err)
{
    uint64_t room = c->config->memory / PERMUTE_SHARE / ft_pool_workers(c->pool);
    segment_ranges lists = {.ranges = {.open = open_lists}, .owner = c,
                            .room = room < PERMUTE_MAX ? (size_t)room : PERMUTE_MAX};
    uint64_t *weights = ft_alloc_zero(FT_TERM_PREFIXES, sizeof *weights);
    ft_status st = weights ? FT_OK : ft_fail_nomem(err);

    if (st == FT_OK && c->config->reorder)
        st = reorder(c, err);
    for (size_t i = 0; st == FT_OK && i < c->n_inputs; i++)
        st = ft_seglists_weigh(c->inputs[i].segment, weights, err);
    if (st == FT_OK) {
        ft_ranges_cut(&lists.ranges, weights);
        st = ft_flush_finish(&c->flush, &lists.ranges, c->pool, out, err);
    }
    ft_free(weights);
    return st;
}

/* ------------------------------------------------ all of it */

ft_status ft_compact(const ft_build_config *config, const ft_compact_input *inputs, size_t n, ft_flushed *out,
                     ft_error *err)
{
    compactor c = {.config = config, .inputs = inputs, .n_inputs = n, .flush = {.env = {.fd = -1}}};
    ft_status st = start(&c, err);

    *out = (ft_flushed){0};
    if (st == FT_OK)
        st = n == 1 && inputs[0].entry->n_deleted == 0 ? ft_flush_copy(&c.flush, &inputs[0].segment->store, err)
                                                       : copy_streams(&c, err);
    for (size_t i = 0; st == FT_OK && i < n; i++)
        st = copy_docs(&c, i, err);
    if (st == FT_OK)
        st = finish(&c, out, err);
    stop(&c);
    return st;
}
