/* run.c - runs: see run.h for the format.
 *
 * A run has no checksums: the journal, the only place where it outlives the process that wrote it, has them. All the
 * same its reader believes no number that would lead it outside of its bytes or arrays. */
#include "run.h"

#include "bytes.h"
#include "manifest.h"
#include "mem.h"

#include <fcntl.h>
#include <unistd.h>

#define RUN_PAD 16u             /* readable bytes behind a run or window: the longest varint and some */
#define WRITE_CHUNK (256u << 10)
#define RUN_NAME FT_TEMP_PREFIX "run"

void ft_run_release(ft_run *run)
{
    ft_buf_release(&run->mem);
    if (run->fd >= 0 && !run->borrowed)
        ft_io->close(run->fd);
    ft_free(run->marks);
    *run = FT_RUN_NONE;
}

/* ------------------------------------------------ writing */

static ft_status open_file(ft_run_writer *w, ft_error *err)
{
    ft_buf path = {0};
    const char *name = ft_io_join(&path, w->dir, RUN_NAME);
    ft_status st = FT_OK;

    if (!name) {
        st = ft_fail_nomem(err);
        goto out;
    }
    ft_io->unlink(name); /* one that an interrupted process left: the lock is ours, so is the name */
    w->fd = ft_io_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (w->fd < 0)
        st = ft_fail_errno(err, "%s: cannot create", name);
    else if (ft_io->unlink(name) != 0)
        st = ft_fail_errno(err, "%s: cannot remove", name);
out:
    ft_buf_release(&path);
    return st;
}

static ft_status spill(ft_run_writer *w, ft_error *err)
{
    ft_status st = ft_io_write_all(w->fd, w->dir, w->buf.data, w->buf.len, err);

    w->written += w->buf.len;
    ft_buf_reset(&w->buf);
    return st;
}

/* A mark for the term that begins at p. */
static void put_mark(ft_run_writer *w, const unsigned char *p, uint32_t prefix)
{
    if (FT_GROW(w->marks, w->cap_marks, w->n_marks + 1) != 0)
        w->buf.failed = true;
    else
        w->marks[w->n_marks++] = (ft_run_mark){w->written + (uint64_t)(p - w->buf.data), prefix};
    w->prev_len = 0;
}

unsigned char *ft_run_put_term(ft_run_writer *w, unsigned char *p, const unsigned char *term, size_t len)
{
    uint32_t prefix = ft_term_prefix(term, len);

    if (w->n_marks == 0 || w->marks[w->n_marks - 1].prefix != prefix)
        put_mark(w, p, prefix);
    size_t shared = 0, most = len < w->prev_len ? len : w->prev_len;
    while (shared < most && term[shared] == w->prev[shared])
        shared++;
    p += ft_store_varint(p, shared);
    p += ft_store_varint(p, len - shared);
    memcpy(p, term + shared, len - shared);
    memcpy(w->prev, term, len);
    w->prev_len = len;
    return p + (len - shared);
}

static ft_status begin_term(ft_list_sink *s, const unsigned char *term, size_t len, ft_error *err)
{
    ft_run_writer *w = (ft_run_writer *)s;
    unsigned char *p = ft_buf_reserve(&w->buf, FT_RUN_TERM_MAX);

    if (!p)
        return ft_fail_nomem(err);
    w->buf.len += (size_t)(ft_run_put_term(w, p, term, len) - p);
    w->last = 0;
    return FT_OK;
}

static ft_status put_block(ft_list_sink *s, const ft_list_block *b, bool last, ft_error *err)
{
    ft_run_writer *w = (ft_run_writer *)s;
    unsigned char *start = ft_buf_reserve(&w->buf, 2 + b->n * (size_t)FT_RUN_POSTING_MAX + 5 * b->n_gaps);
    unsigned char *p = start;
    const uint32_t *gaps = b->gaps;

    (void)last;
    if (!p)
        return ft_fail_nomem(err);
    p += ft_store_varint(p, b->n);
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t tf = b->tfs[i];
        p += ft_store_varint(p, (uint64_t)(b->passages[i] - w->last) << 1 | (tf > 1));
        if (tf > 1)
            p += ft_store_varint(p, tf);
        w->last = b->passages[i];
        for (uint32_t k = 0; k < tf; k++)
            p += ft_store_varint(p, gaps[k]);
        gaps += tf;
    }
    w->buf.len += (size_t)(p - start);
    return w->dir && w->buf.len >= WRITE_CHUNK ? spill(w, err) : FT_OK;
}

static ft_status end_term(ft_list_sink *s, ft_error *err)
{
    ft_run_writer *w = (ft_run_writer *)s;

    ft_buf_putc(&w->buf, 0);
    return ft_buf_status(&w->buf, err);
}

ft_status ft_run_writer_init(ft_run_writer *w, const char *dir, ft_error *err)
{
    *w = (ft_run_writer){.sink = {begin_term, put_block, end_term}, .dir = dir, .fd = -1};
    return dir ? open_file(w, err) : FT_OK;
}

ft_status ft_run_writer_finish(ft_run_writer *w, ft_run *out, ft_error *err)
{
    ft_status st = FT_OK;

    *out = FT_RUN_NONE;
    if (!w->dir && ft_buf_reserve(&w->buf, RUN_PAD))
        memset(w->buf.data + w->buf.len, 0, RUN_PAD);
    if (w->buf.failed) {
        st = ft_fail_nomem(err);
    } else if (w->dir) {
        st = spill(w, err);
        out->len = w->written;
        out->fd = w->fd;
        w->fd = -1;
    } else {
        /* The room beyond what is used would stay taken until the merge. */
        unsigned char *fit = ft_realloc(w->buf.data, w->buf.len + RUN_PAD, 1);
        out->len = w->buf.len;
        out->mem = w->buf;
        if (fit) {
            out->mem.data = fit;
            out->mem.cap = out->mem.len + RUN_PAD;
        }
        w->buf = (ft_buf){0};
    }
    out->marks = w->marks;
    out->n_marks = w->n_marks;
    w->marks = NULL;
    if (st != FT_OK)
        ft_run_release(out);
    ft_run_writer_release(w);
    return st;
}

void ft_run_writer_release(ft_run_writer *w)
{
    ft_buf_release(&w->buf);
    if (w->fd >= 0)
        ft_io->close(w->fd);
    w->fd = -1;
    ft_free(w->marks);
    w->marks = NULL;
    w->n_marks = w->cap_marks = 0;
}

/* ------------------------------------------------ reading */

static ft_status damaged(ft_error *err)
{
    return ft_fail(err, FT_EIO, "a temporary file changed while it was in use");
}

/* Makes at least `need` bytes available, as far as the run has them. */
static ft_status fill(ft_run_reader *r, size_t need, ft_error *err)
{
    size_t have = (size_t)(r->end - r->p), got;

    if (have >= need || r->left == 0)
        return FT_OK;
    memmove(r->window, r->p, have);
    size_t want = r->window_cap - have;
    if (want > r->left)
        want = (size_t)r->left;
    r->p = r->window;
    r->end = r->window + have;
    ft_status st = ft_io_read_at(r->run->fd, "temporary file", r->off, r->window + have, want, &got, err);
    if (st == FT_OK && got < want)
        st = damaged(err);
    if (st != FT_OK)
        return st;
    r->off += got;
    r->left -= got;
    r->end += got;
    memset(r->window + have + got, 0, RUN_PAD);
    return FT_OK;
}

/* A varint of at most 32 bits; reads at most 5 bytes, which the padding allows beyond the end. */
static inline uint32_t take(const unsigned char **p)
{
    uint32_t v = *(*p)++;

    if (__builtin_expect(v < 0x80, 1))
        return v;
    v &= 0x7f;
    for (unsigned shift = 7; shift < 35; shift += 7) {
        uint32_t byte = *(*p)++;
        v |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return v;
}

static ft_status next_term(ft_list_source *s, bool *more, ft_error *err)
{
    ft_run_reader *r = (ft_run_reader *)s;
    ft_status st = fill(r, FT_RUN_TERM_MAX, err);

    *more = st == FT_OK && r->p < r->end;
    if (!*more)
        return st;
    *more = false;
    uint32_t shared = take(&r->p), suffix = take(&r->p);
    if (shared > r->term_len || shared + suffix == 0 || suffix > sizeof r->term - shared || r->p > r->end
        || suffix > (size_t)(r->end - r->p))
        return damaged(err);
    memcpy(r->term + shared, r->p, suffix);
    r->p += suffix;
    r->term_len = shared + suffix;
    r->source.term_len = r->term_len;
    r->n_left = 0;
    r->passage = 0;
    *more = true;
    return FT_OK;
}

/* The tf gaps of a posting, to the end of b's. */
static ft_status take_gaps(ft_run_reader *r, ft_list_block *b, uint32_t tf, ft_error *err)
{
    size_t need = b->n_gaps + tf;

    if (need > b->cap_gaps && !ft_list_block_room(b, tf))
        return ft_fail_nomem(err);
    uint32_t *out = b->gaps + b->n_gaps;
    for (uint32_t k = 0; k < tf;) {
        uint32_t n = tf - k < 1024 ? tf - k : 1024;
        if (r->left) {
            ft_status st = fill(r, 5 * (size_t)n, err);
            if (st != FT_OK)
                return st;
        }
        if ((size_t)(r->end - r->p) < n)
            return damaged(err);
        const unsigned char *p = r->p, *end = r->end;
        for (uint32_t stop = k + n; k < stop && p < end; k++)
            out[k] = take(&p);
        r->p = p;
        if (p > end)
            return damaged(err);
    }
    b->n_gaps = need;
    return FT_OK;
}

/* One posting, whose head is at hand. */
static inline ft_status take_posting(ft_run_reader *r, ft_list_block *b, ft_error *err)
{
    const unsigned char *p = r->p;
    uint64_t gap = *p & 0x7f;

    for (unsigned shift = 7; *p++ >= 0x80 && shift < 35; shift += 7)
        gap |= (uint64_t)(*p & 0x7f) << shift;
    uint32_t tf = gap & 1 ? take(&p) : 1;
    r->p = p;
    r->passage += (uint32_t)(gap >> 1);
    b->passages[b->n] = r->run->base + r->passage;
    b->tfs[b->n++] = tf;
    r->n_left--;
    /* Nearly all postings have few gaps, near at hand. */
    if (tf > 8 || r->end - p < 40 || b->n_gaps + tf > b->cap_gaps)
        return p > r->end ? damaged(err) : take_gaps(r, b, tf, err);
    uint32_t *out = b->gaps + b->n_gaps;
    for (uint32_t k = 0; k < tf; k++)
        out[k] = take(&p);
    r->p = p;
    b->n_gaps += tf;
    return FT_OK;
}

static ft_status next_postings(ft_list_source *s, ft_list_block *b, bool *more, ft_error *err)
{
    ft_run_reader *r = (ft_run_reader *)s;
    ft_status st = FT_OK;

    *more = true;
    while (st == FT_OK && b->n <= FT_LIST_BLOCK) {
        if ((size_t)(r->end - r->p) < 16 && (st = fill(r, 16, err)) != FT_OK)
            break;
        if (r->p >= r->end)
            return damaged(err);
        if (r->n_left > 0) {
            st = take_posting(r, b, err);
            continue;
        }
        r->n_left = take(&r->p);
        *more = r->n_left > 0;
        if (!*more)
            break;
    }
    return st;
}

/* Where the terms from a prefix on begin. */
static uint64_t seek(const ft_run *run, uint32_t prefix)
{
    size_t lo = 0, hi = run->n_marks;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (run->marks[mid].prefix < prefix)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < run->n_marks ? run->marks[lo].off : run->len;
}

ft_status ft_run_reader_init(ft_run_reader *r, const ft_run *run, uint32_t from, uint32_t to, size_t window,
                             ft_error *err)
{
    uint64_t begin = seek(run, from), end = seek(run, to);

    *r = (ft_run_reader){.source = {.next_term = next_term, .next_postings = next_postings}, .run = run};
    r->source.term = r->term;
    r->source.continues = run->continues;
    if (run->fd < 0) {
        r->p = run->mem.data + begin;
        r->end = run->mem.data + end;
        return FT_OK;
    }
    r->window_cap = window < FT_RUN_WINDOW_MIN ? FT_RUN_WINDOW_MIN : window;
    r->window = ft_alloc(r->window_cap + RUN_PAD, 1);
    if (!r->window)
        return ft_fail_nomem(err);
    r->p = r->end = r->window;
    r->off = run->off + begin;
    r->left = end - begin;
    return fill(r, 1, err);
}

void ft_run_reader_release(ft_run_reader *r)
{
    ft_free(r->window);
    r->window = NULL;
}
