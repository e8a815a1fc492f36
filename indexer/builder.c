/* builder.c - see builder.h.
 *
 *     add -> batch -> pool: pack, split, invert -> join, in order -> segment file (text, tables of documents)
 *                                                                 -> runs (runs.c)
 *     finish: merge all runs -> segment file (posting lists)
 *
 * How the memory budget M is spent: text waiting or in work, M/64 (1 to 8 MiB) for each of threads + 1 batches, about
 * four times that with what is made of it; surface forms, M/4 over all workers (M/8 of a small budget); runs in memory,
 * M/2.
 *
 * A build with a journal appends each batch to it when it is joined. Its runs then need no files of their own: when the
 * memory is used up they are left to the journal. Only when there are more of them than can be read at once are they
 * merged. A build that resumes joins the batches of the journal first, as if workers had just handed them over. */
#include "builder.h"

#include "mem.h"
#include "runs.h"

#define BATCH_MIN (1u << 20)
#define BATCH_MAX (8u << 20)
#define FORMS_MIN (2u << 20)
#define FORMS_MAX (128u << 20)
#define FORMS_TIGHT (256u << 20) /* budgets below it have less to give */
#define TEXT_PER_TOKEN 3u /* bytes at least, as a rule: more tokens in a batch make further runs */

struct ft_builder {
    const ft_build_config *config;
    ft_pool *pool;
    ft_batch_worker *workers;
    unsigned n_workers;
    ft_flush flush;
    size_t batch_bytes;
    ft_batch *batch;     /* being filled */
    ft_batch **idle;     /* for reuse */
    size_t n_idle, cap_idle;
    ft_runs runs;
    uint64_t n_docs;
    ft_journal *journal; /* borrowed; NULL: none */
    bool replaying;
    _Atomic bool abandoned; /* jobs that have not begun need not */
};

static uint64_t clamp(uint64_t v, uint64_t least, uint64_t most)
{
    return v < least ? least : v > most ? most : v;
}

/* ------------------------------------------------ setting up */

static ft_status start_workers(ft_builder *b, ft_error *err)
{
    const ft_build_config *c = b->config;
    ft_status st = ft_pool_new(&b->pool, c->threads, c->threads + 1, err);

    if (st != FT_OK)
        return st;
    unsigned n = ft_pool_workers(b->pool);
    b->workers = ft_alloc_zero(n, sizeof *b->workers);
    if (!b->workers)
        return ft_fail_nomem(err);
    size_t forms = (size_t)clamp(c->memory / (c->memory < FORMS_TIGHT ? 8 : 4) / n, FORMS_MIN, FORMS_MAX);
    for (; st == FT_OK && b->n_workers < n; b->n_workers++)
        st = ft_batch_worker_init(&b->workers[b->n_workers], c->analysis, forms, b->batch_bytes / TEXT_PER_TOKEN,
                                  c->cancel, err);
    return st;
}

/* A batch to fill, a used one if there is. */
static ft_status next_batch(ft_builder *b, ft_batch **out, ft_error *err)
{
    if (b->n_idle > 0) {
        *out = b->idle[--b->n_idle];
        return FT_OK;
    }
    ft_status st = ft_batch_new(out, err);
    if (st == FT_OK)
        (*out)->titles_only = b->config->titles_only;
    /* The usual size at once: growing would copy, and take twice the room. */
    if (st == FT_OK && !ft_buf_reserve(&(*out)->stream, b->batch_bytes + FT_STORE_BLOCK + FT_VOCABULARY_PAD)) {
        ft_batch_free(*out);
        *out = NULL;
        st = ft_fail_nomem(err);
    }
    return st;
}

static void put_idle(ft_builder *b, ft_batch *batch)
{
    ft_batch_reset(batch, b->batch_bytes);
    if (FT_GROW(b->idle, b->cap_idle, b->n_idle + 1) == 0)
        b->idle[b->n_idle++] = batch;
    else
        ft_batch_free(batch);
}

/* Everything but the segment's file. */
static ft_status new_builder(ft_builder **out, const ft_build_config *config, ft_journal *journal, ft_error *err)
{
    ft_builder *b = *out = ft_alloc_zero(1, sizeof *b);
    uint64_t share = config->memory / 64;

    if (!b)
        return ft_fail_nomem(err);
    b->config = config;
    b->journal = journal;
    b->flush.env.fd = -1;
    if (share > config->memory / 8 / (config->threads + 1))
        share = config->memory / 8 / (config->threads + 1);
    b->batch_bytes = (size_t)clamp(share, BATCH_MIN, BATCH_MAX);
    ft_runs_init(&b->runs, config, journal, config->memory / 2);
    ft_status st = start_workers(b, err);
    return st == FT_OK ? next_batch(b, &b->batch, err) : st;
}

static void keep_journal(ft_builder *b)
{
    b->flush.journal = b->journal;
    b->flush.env.keep = b->journal != NULL;
}

ft_status ft_builder_new(ft_builder **out, const ft_build_config *config, ft_journal *journal, ft_error *err)
{
    ft_status st = new_builder(out, config, journal, err);

    if (st == FT_OK)
        st = ft_flush_begin(&(*out)->flush, config, FT_JOURNAL_SEGMENT, err);
    if (st == FT_OK)
        keep_journal(*out);
    if (st != FT_OK) {
        ft_builder_free(*out);
        *out = NULL;
    }
    return st;
}

void ft_builder_free(ft_builder *b)
{
    if (!b)
        return;
    if (b->pool) {
        ft_batch *batch;
        b->abandoned = true;
        while ((batch = ft_pool_take(b->pool)))
            ft_batch_free(batch);
        ft_pool_free(b->pool);
    }
    for (unsigned i = 0; i < b->n_workers; i++)
        ft_batch_worker_release(&b->workers[i]);
    ft_free(b->workers);
    for (size_t i = 0; i < b->n_idle; i++)
        ft_batch_free(b->idle[i]);
    ft_free(b->idle);
    ft_batch_free(b->batch);
    ft_runs_release(&b->runs);
    ft_flush_abandon(&b->flush);
    ft_free(b);
}

/* ------------------------------------------------ batches */

/* Once a batch is in the segment. The one that ends the stream is left out: the next build may add to what is kept. */
static ft_status note_batch(ft_builder *b, ft_batch *batch, uint64_t stored, ft_error *err)
{
    if (!b->journal || b->replaying || batch->last)
        return FT_OK;
    ft_status st = ft_envelope_push(&b->flush.env, err);
    return st == FT_OK ? ft_journal_append(b->journal, batch, stored, err) : st;
}

/* Appends a processed batch to the segment. */
static ft_status join(ft_builder *b, ft_batch *batch, ft_error *err)
{
    uint32_t base = b->flush.n_passages, first;
    uint64_t stored = b->flush.env.off;
    ft_status st = batch->st;

    if (st != FT_OK && err)
        *err = batch->err;
    if (st == FT_OK)
        st = ft_flush_packed(&b->flush, &batch->packed, err);
    for (size_t i = 0; st == FT_OK && i < batch->n_docs; i++) {
        const ft_batch_doc *d = &batch->docs[i];
        ft_doc_entry entry = {.n_passages = d->n_passages,
                              .title_len = d->title_len,
                              .title_tokens = d->title_tokens,
                              .text_len = d->text_len,
                              .count_lines = d->count_lines};
        ft_str id = {(const char *)batch->ids.data + d->id, d->id_len};
        st = ft_flush_doc(&b->flush, id, &entry, batch->passages.items + d->first_passage,
                          batch->lengths + d->first_passage, &first, err);
        if (st == FT_OK)
            st = ft_flush_source(&b->flush, d->source, err);
    }
    if (st == FT_OK)
        st = note_batch(b, batch, stored, err);
    if (st == FT_OK)
        st = ft_runs_take(&b->runs, &batch->runs, base, err);
    put_idle(b, batch);
    return st;
}

static void run_job(void *arg, unsigned worker)
{
    ft_batch *batch = arg;
    ft_builder *b = batch->owner;

    if (!b->abandoned)
        ft_batch_process(batch, &b->workers[worker]);
}

/* Hands the batch over and begins another. With one worker it is processed here and now: no second text waits. */
static ft_status submit(ft_builder *b, bool last, ft_error *err)
{
    ft_batch *batch = b->batch, *next = NULL, *done;
    ft_status st = ft_build_canceled(b->config, err);

    if (st == FT_OK && !last) {
        st = next_batch(b, &next, err);
        if (st == FT_OK)
            st = ft_batch_carry(batch, next, err);
    }
    if (st != FT_OK) {
        ft_batch_free(next);
        return st;
    }
    batch->last = last;
    batch->owner = b;
    b->batch = next;
    while (st == FT_OK && !ft_pool_submit(b->pool, run_job, batch))
        st = join(b, ft_pool_take(b->pool), err);
    if (st != FT_OK)
        ft_batch_free(batch);
    while (st == FT_OK && (done = ft_pool_workers(b->pool) == 1 || last ? ft_pool_take(b->pool)
                                                                        : ft_pool_try_take(b->pool)))
        st = join(b, done, err);
    return st;
}

/* Joins the batches of the journal. Each carries what the batch being filled begins with. */
static ft_status replay(ft_builder *b, ft_error *err)
{
    ft_status st = FT_OK;

    b->replaying = true;
    for (bool more = true; st == FT_OK && more;) {
        ft_batch *batch;
        st = ft_build_canceled(b->config, err);
        if (st == FT_OK)
            st = next_batch(b, &batch, err);
        if (st != FT_OK)
            break;
        st = ft_journal_next(b->journal, batch, b->flush.env.off, &more, err);
        if (st == FT_OK && more) {
            ft_buf_reset(&b->batch->stream);
            ft_buf_reset(&b->batch->titles);
            st = ft_batch_carry(batch, b->batch, err);
        }
        if (st == FT_OK && more)
            st = join(b, batch, err);
        else
            ft_batch_free(batch);
    }
    b->replaying = false;
    b->n_docs = ft_journal_docs(b->journal);
    return st;
}

ft_status ft_builder_resume(ft_builder **out, const ft_build_config *config, ft_journal *journal, ft_error *err)
{
    ft_status st = new_builder(out, config, journal, err);
    ft_builder *b = *out;

    if (st == FT_OK)
        st = ft_journal_sealed(journal) ? ft_flush_begin(&b->flush, config, FT_JOURNAL_SEGMENT, err)
                                        : ft_flush_reopen(&b->flush, config, FT_JOURNAL_SEGMENT, err);
    if (st == FT_OK) {
        keep_journal(b);
        st = replay(b, err);
    }
    if (st == FT_OK && b->n_docs > 0)
        st = ft_envelope_settle(&b->flush.env, err);
    if (st == FT_OK && b->n_docs > 0)
        return ft_journal_settle(journal, err);
    ft_builder_free(b);
    *out = NULL;
    return st == FT_OK || st == FT_ENOTFOUND ? ft_journal_restart(journal, err) : st;
}

/* Text is what fills a batch, as a rule; documents without any have a size too. */
static bool is_full(const ft_builder *b)
{
    const ft_batch *batch = b->batch;

    return ft_batch_size(batch) + batch->ids.len + batch->n_docs * sizeof *batch->docs
               + batch->n_marks * sizeof *batch->marks + batch->notes.len >= b->batch_bytes;
}

ft_status ft_builder_add(ft_builder *b, const ft_document *doc, const ft_buf *notes, ft_error *err)
{
    size_t len = doc->text.len + doc->title.len;
    ft_status st = ft_build_canceled(b->config, err);

    if (st == FT_OK && b->batch->n_docs > 0 && len + ft_batch_size(b->batch) > b->batch_bytes)
        st = submit(b, false, err);
    if (st == FT_OK)
        st = ft_batch_note(b->batch, notes, err);
    if (st == FT_OK)
        st = ft_batch_add(b->batch, doc, err);
    if (st == FT_OK)
        b->n_docs++;
    if (st == FT_OK && is_full(b))
        st = submit(b, false, err);
    return st;
}

uint64_t ft_builder_docs(const ft_builder *b)
{
    return b->n_docs;
}

uint64_t ft_builder_on_disk(const ft_builder *b)
{
    return b->flush.env.filed + (b->journal ? ft_journal_size(b->journal) : 0);
}

ft_status ft_builder_finish(ft_builder *b, ft_flushed *out, ft_error *err)
{
    ft_run_ranges ranges;
    ft_status st = submit(b, true, err);

    *out = (ft_flushed){0};
    if (st != FT_OK)
        return st;
    /* Batches and tables of forms are of no more use; the merge can have their memory. */
    while (b->n_idle > 0)
        ft_batch_free(b->idle[--b->n_idle]);
    while (b->n_workers > 0)
        ft_batch_worker_release(&b->workers[--b->n_workers]);
    st = ft_runs_ranges(&b->runs, ft_pool_workers(b->pool), &ranges, err);
    return st == FT_OK ? ft_flush_finish(&b->flush, &ranges.ranges, b->pool, out, err) : st;
}
