/* print_batch.c - see print_batch.h.
 *
 * Workers take turns at reading a query, answer it on their own, and put the answer in the ring at the query's place.
 * Whoever completes the oldest answer that is missing writes it and those behind it, so output keeps the order of input
 * and memory holds a ring of answers, whatever the number of queries. */
#include "print_batch.h"

#include "json.h"
#include "lines.h"
#include "mem.h"
#include "print_pager.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_LEN = 16 << 20, RING_PER_THREAD = 16 };

/* A query as it was read; the worker's own. */
typedef struct item {
    ft_buf qid, text;
} item;

typedef struct slot {
    ft_buf out, talk;
    bool done;
} slot;

typedef struct run {
    const ft_print_batch *b;
    const char *name;
    bool plain_lines, json, json_known;
    ft_lines_fd in;
    ft_lines lines;
    ft_out *out;
    pthread_mutex_t lock; /* of everything here */
    pthread_cond_t moved;
    slot *ring;
    size_t n_slots;
    uint64_t taken, printed;
    bool stop;
    bool timed_out, bad_line;
    ft_status status;     /* the first failure */
    ft_error err;
} run;

/* ---------------------------------------------------------------- one query */

/* Searches and prints. *matched and *timed_out tell how it went. */
static ft_status answer_query(const ft_print_batch *b, ft_str qid, ft_str text, ft_buf *out, ft_buf *talk,
                              bool *matched, bool *timed_out, ft_error *err)
{
    uint64_t begun = ft_cli_now();
    ft_query *q = NULL;
    ft_results *rs = NULL;
    bool exact;

    *matched = *timed_out = false;
    ft_status st = ft_query_parse(&q, b->reader, text.ptr, text.len, &b->query, err);
    if (st == FT_OK)
        st = ft_search(&rs, b->reader, q, &b->search, err);
    if (st == FT_ETIMEOUT && rs) {
        *timed_out = true;
        st = FT_OK;
    }
    if (st == FT_OK) {
        ft_answer answer = {qid, text, q, rs, *timed_out, ft_cli_now() - begun};
        *matched = ft_results_count(rs) > 0 || ft_results_total(rs, &exact) > 0;
        st = ft_print_answer(&b->print, &answer, out, talk, err);
    }
    ft_results_free(rs);
    ft_query_free(q);
    return st;
}

/* Results first, then the talk about them. */
static void write_talk(const ft_buf *talk, ft_out *out)
{
    if (!talk->len)
        return;
    ft_out_flush(out);
    fwrite(talk->data, 1, talk->len, stderr);
}

int ft_print_batch_one(const ft_print_batch *b, ft_str text, ft_out *out)
{
    ft_buf talk = {0};
    bool matched, timed_out;
    ft_error err;

    ft_status st = answer_query(b, (ft_str){"1", 1}, text, &out->buf, &talk, &matched, &timed_out, &err);
    if (st == FT_OK && b->print.format == FT_PRINT_HUMAN && b->print.terminal)
        ft_print_pager(out, 1);
    if (st == FT_OK)
        write_talk(&talk, out);
    else
        ft_buf_reset(&out->buf);
    ft_buf_release(&talk);
    if (st != FT_OK)
        return ft_cli_fail(&err);
    return timed_out ? 5 : matched ? 0 : 1;
}

/* ---------------------------------------------------------------- reading queries */

/* Before waiting for more, what was asked so far is answered. */
static ft_status read_flushed(void *arg, void *room, size_t cap, size_t *got, ft_error *err)
{
    run *r = arg;

    ft_out_flush(r->out);
    return ft_lines_read_fd(&r->in, room, cap, got, err);
}

static void put_value(ft_buf *to, const ft_json *j, ft_json_kind kind)
{
    ft_buf_reset(to);
    if (kind == FT_JSON_STRING)
        ft_json_unescape(to, j->raw);
    else
        ft_buf_put(to, j->raw.ptr, j->raw.len);
}

static bool key_is(const ft_json *j, const char *name)
{
    return j->raw.len == strlen(name) && memcmp(j->raw.ptr, name, j->raw.len) == 0;
}

/* A query as a JSON object. NULL, or what is wrong with it. */
static const char *read_json(ft_str line, item *it)
{
    bool has_text = false;
    ft_json j;
    ft_json_kind kind;

    ft_json_init(&j, line.ptr, line.len);
    kind = ft_json_next(&j);
    if (kind != FT_JSON_OBJECT)
        return "not a JSON object";
    while ((kind = ft_json_next(&j)) == FT_JSON_KEY) {
        bool id = key_is(&j, "_id"), text = key_is(&j, "text");
        kind = ft_json_next(&j);
        if (id && kind != FT_JSON_STRING && kind != FT_JSON_NUMBER && kind != FT_JSON_ERROR)
            return "_id is neither a string nor a number";
        if (text && kind != FT_JSON_STRING && kind != FT_JSON_ERROR)
            return "text is no string";
        if ((id || text) && kind != FT_JSON_ERROR)
            put_value(id ? &it->qid : &it->text, &j, kind);
        has_text |= text;
        if (!ft_json_skip(&j, kind))
            break;
    }
    if (!j.error)
        ft_json_next(&j);
    return j.error ? j.error : has_text ? NULL : "text is missing";
}

static const char *read_item(run *r, const ft_line *line, item *it)
{
    ft_str s = line->text;
    const char *tab;

    ft_buf_reset(&it->qid);
    ft_buf_reset(&it->text);
    ft_buf_printf(&it->qid, "%llu", (unsigned long long)r->lines.number);
    if (line->too_long)
        return "the line is too long";
    if (!r->plain_lines && !r->json_known) {
        r->json = s.len && s.ptr[0] == '{';
        r->json_known = true;
    }
    if (r->json)
        return read_json(s, it);
    tab = r->plain_lines ? NULL : memchr(s.ptr, '\t', s.len);
    if (tab) {
        ft_buf_reset(&it->qid);
        ft_buf_put(&it->qid, s.ptr, (size_t)(tab - s.ptr));
        s.len -= (size_t)(tab + 1 - s.ptr);
        s.ptr = tab + 1;
    }
    ft_buf_put(&it->text, s.ptr, s.len);
    return NULL;
}

/* The next query that can be asked; *more is false at the end. Lines that are none are told, and count. */
static ft_status next_item(run *r, item *it, bool *more, ft_error *err)
{
    ft_line line;

    for (;;) {
        ft_status st = ft_lines_next(&r->lines, &line, more, err);
        if (st != FT_OK || !*more)
            return st;
        if (r->lines.number == 1 && line.text.len >= 3 && memcmp(line.text.ptr, "\xef\xbb\xbf", 3) == 0) {
            line.text.ptr += 3;
            line.text.len -= 3;
        }
        if (line.text.len && line.text.ptr[line.text.len - 1] == '\r')
            line.text.len--;
        if (!r->plain_lines && line.text.len == 0 && !line.too_long)
            continue;
        const char *why = read_item(r, &line, it);
        if (it->qid.failed || it->text.failed)
            return ft_fail_nomem(err);
        if (!why)
            return FT_OK;
        r->bad_line = true;
        ft_out_flush(r->out);
        ft_cli_warn("%s:%llu: %s", r->name, (unsigned long long)r->lines.number, why);
    }
}

/* ---------------------------------------------------------------- workers */

static void fail_run(run *r, ft_status st, const ft_error *err)
{
    if (r->status == FT_OK) {
        r->status = st;
        r->err = *err;
    }
    r->stop = true;
}

static void write_done(run *r)
{
    while (r->printed < r->taken) {
        slot *s = &r->ring[r->printed % r->n_slots];
        if (!s->done)
            return;
        ft_buf_put(&r->out->buf, s->out.data, s->out.len);
        write_talk(&s->talk, r->out);
        ft_out_step(r->out);
        ft_buf_reset(&s->out);
        ft_buf_reset(&s->talk);
        s->done = false;
        r->printed++;
    }
}

/* Takes and answers one query, the lock being held. False when there is nothing more to do. */
static bool work_once(run *r, item *it)
{
    bool more = false, matched, timed_out;
    ft_error err;

    while (!r->stop && r->taken - r->printed >= r->n_slots)
        pthread_cond_wait(&r->moved, &r->lock);
    if (r->stop)
        return false;
    ft_status st = next_item(r, it, &more, &err);
    if (st != FT_OK)
        fail_run(r, st, &err);
    if (st != FT_OK || !more) {
        r->stop = true;
        return false;
    }
    slot *s = &r->ring[r->taken++ % r->n_slots];
    pthread_mutex_unlock(&r->lock);
    st = answer_query(r->b, (ft_str){(const char *)it->qid.data, it->qid.len},
                      (ft_str){(const char *)it->text.data, it->text.len}, &s->out, &s->talk, &matched, &timed_out,
                      &err);
    pthread_mutex_lock(&r->lock);
    if (st != FT_OK) {
        ft_buf_reset(&s->out);
        fail_run(r, st, &err);
    } else {
        r->timed_out |= timed_out;
    }
    s->done = true;
    write_done(r);
    if (ft_out_failed(r->out))
        r->stop = true;
    return true;
}

static void *work(void *arg)
{
    run *r = arg;
    item it = {0};

    pthread_mutex_lock(&r->lock);
    while (work_once(r, &it))
        pthread_cond_broadcast(&r->moved);
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    ft_buf_release(&it.qid);
    ft_buf_release(&it.text);
    return NULL;
}

/* The workers beside this thread, as many as can be had. */
static void work_all(run *r, unsigned threads)
{
    pthread_t *others = threads > 1 ? ft_alloc(threads - 1, sizeof *others) : NULL;
    size_t n = 0;

    while (others && n + 1 < threads && pthread_create(&others[n], NULL, work, r) == 0)
        n++;
    work(r);
    while (n)
        pthread_join(others[--n], NULL);
    ft_free(others);
}

int ft_print_batch_run(const ft_print_batch *b, int fd, const char *name, bool lines, ft_out *out)
{
    run r = {.b = b, .name = name, .plain_lines = lines, .in = {fd, name, NULL}, .out = out};

    r.n_slots = b->threads > 1 ? (size_t)b->threads * RING_PER_THREAD : 1;
    r.ring = ft_alloc_zero(r.n_slots, sizeof *r.ring);
    if (!r.ring) {
        ft_fail_nomem(&r.err);
        return ft_cli_fail(&r.err);
    }
    ft_lines_init(&r.lines, read_flushed, &r, LINE_MAX_LEN);
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.moved, NULL);
    work_all(&r, b->threads);
    pthread_cond_destroy(&r.moved);
    pthread_mutex_destroy(&r.lock);
    ft_lines_release(&r.lines);
    for (size_t i = 0; i < r.n_slots; i++) {
        ft_buf_release(&r.ring[i].out);
        ft_buf_release(&r.ring[i].talk);
    }
    ft_free(r.ring);
    ft_out_flush(out);
    if (r.status != FT_OK)
        return ft_cli_fail(&r.err);
    return r.timed_out ? 5 : r.bad_line ? 2 : 0;
}
