/* ids_writer.c - writes external ids; see ids.h and FORMAT.md, "Ids".
 *
 * Ids are front-coded as they come and spooled; of each only its hash stays in memory. If the ids do not ascend,
 * sorting the hashes gives the order, and documents of equal hash are suspects for a repeated id. Those are compared by
 * their strings while the spool is copied into the file, which costs nothing when there are none. */
#include "ids.h"

#include "bitpack.h"
#include "bytes.h"
#include "hashsort.h"
#include "ids_code.h"
#include "mem.h"
#include "parts.h"

#include <assert.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define ORDER_STEP 1024u /* numbers written to ID_ORDER at a time */
#define SPOOL_ROOM (1u << 20)

struct ft_ids_writer {
    ft_spool entries;
    ft_offsets_writer groups;
    ft_hashed *docs;
    size_t n, cap;
    bool jumbled; /* an id is not above the one before it */
    ft_buf last;  /* the id before */
    ft_buf code;
    ft_status st;
};

ft_status ft_ids_writer_new(ft_ids_writer **out, const char *dir, ft_error *err)
{
    *out = NULL;
    ft_ids_writer *w = ft_alloc_zero(1, sizeof *w);
    if (!w)
        return ft_fail_nomem(err);
    ft_status st = ft_spool_init(&w->entries, dir, SPOOL_ROOM, err);
    if (st == FT_OK)
        st = ft_offsets_writer_init(&w->groups, dir, err);
    if (st != FT_OK) {
        ft_ids_writer_free(w);
        return st;
    }
    *out = w;
    return FT_OK;
}

void ft_ids_writer_free(ft_ids_writer *w)
{
    if (!w)
        return;
    ft_spool_release(&w->entries);
    ft_offsets_writer_release(&w->groups);
    ft_free(w->docs);
    ft_buf_release(&w->last);
    ft_buf_release(&w->code);
    ft_free(w);
}

static size_t shared_prefix(const ft_buf *last, const char *id, size_t len)
{
    size_t n = 0, max = last->len < len ? last->len : len;

    while (n < max && last->data[n] == (unsigned char)id[n])
        n++;
    return n;
}

/* If an id is the one before counted up: *step is by how much, less 1. */
static bool counts_up(ft_ids_writer *w, const char *id, size_t len, uint64_t *step)
{
    size_t digits, more;
    uint64_t before = ft_ids_number(w->last.data, w->last.len, &digits);
    uint64_t number = ft_ids_number((const unsigned char *)id, len, &more);

    if (digits == 0 || more == 0 || number <= before || number - before > UINT32_MAX)
        return false;
    *step = number - before - 1;
    /* Where the number begins, and its zeros, are told by counting alone. */
    ft_buf_reset(&w->code);
    ft_buf_put(&w->code, w->last.data, w->last.len);
    return ft_ids_count_up(&w->code, 0, *step) && w->code.len == len && memcmp(w->code.data, id, len) == 0;
}

static void put_entry(ft_ids_writer *w, const char *id, size_t len)
{
    bool first = w->n % FT_IDS_GROUP == 0;
    size_t shared = first ? 0 : shared_prefix(&w->last, id, len);
    uint64_t step = 0;
    bool counted = !first && counts_up(w, id, len, &step);

    ft_buf_reset(&w->code);
    if (first)
        ft_offsets_writer_add(&w->groups, w->entries.len);
    else
        ft_buf_put_varint(&w->code, counted ? step << 1 | 1 : (uint64_t)shared << 1);
    if (counted)
        return;
    ft_buf_put_varint(&w->code, len - shared);
    ft_buf_put(&w->code, id + shared, len - shared);
}

static bool is_above(const char *id, size_t len, const ft_buf *last)
{
    int c = memcmp(id, last->data, len < last->len ? len : last->len);

    return c != 0 ? c > 0 : len > last->len;
}

void ft_ids_writer_add(ft_ids_writer *w, const char *id, size_t len)
{
    assert(len > 0 && len <= FT_IDS_MAX);
    uint64_t hash = XXH3_64bits(id, len);

    if (w->st != FT_OK)
        return;
    w->jumbled |= w->n > 0 && !is_above(id, len, &w->last);
    put_entry(w, id, len);
    ft_buf_reset(&w->last);
    ft_buf_put(&w->last, id, len);
    if (w->code.failed || w->last.failed || FT_GROW(w->docs, w->cap, w->n + 1) != 0) {
        w->st = FT_ENOMEM;
        return;
    }
    ft_spool_put(&w->entries, w->code.data, w->code.len);
    w->docs[w->n] = (ft_hashed){(uint32_t)(hash >> 32), (uint32_t)hash, (uint32_t)w->n};
    w->n++;
}

/* ------------------------------------------------ repeated ids */

/* One of the ids that share a hash; nearly always there is only one. */
typedef struct spelling {
    struct spelling *next;
    size_t suspect; /* the last document with this id so far */
    size_t len;
    char id[];
} spelling;

/* The documents whose hash is not theirs alone, in order of number, met while the entries are copied. As an ft_hashed a
 * suspect is {document, its hash's rank among the repeated ones, whether a later document has its id}. */
typedef struct suspects {
    ft_envelope_writer *ew;
    ft_hashed *docs;
    size_t n, met;
    spelling **spellings; /* of each repeated hash */
    uint32_t *left;       /* suspects of it still to come */
    uint32_t n_hashes;
    size_t n_dead;
    uint32_t doc;         /* the next to decode */
    ft_buf pending;       /* entries that have not come whole */
    ft_buf id;            /* the last id decoded */
} suspects;

static void free_spellings(suspects *s, uint32_t hash)
{
    while (s->spellings[hash]) {
        spelling *next = s->spellings[hash]->next;
        ft_free(s->spellings[hash]);
        s->spellings[hash] = next;
    }
}

static void release_suspects(suspects *s)
{
    for (uint32_t i = 0; s->spellings && i < s->n_hashes; i++)
        free_spellings(s, i);
    ft_free(s->spellings);
    ft_free(s->left);
    ft_free(s->docs);
    ft_buf_release(&s->pending);
    ft_buf_release(&s->id);
}

static bool same_hash(const ft_hashed *a, const ft_hashed *b)
{
    return a->high == b->high && a->low == b->low;
}

/* How many documents have the hash of sorted[i], which is the first of them. */
static size_t run_length(const ft_ids_writer *w, size_t i)
{
    size_t end = i + 1;

    while (end < w->n && same_hash(&w->docs[i], &w->docs[end]))
        end++;
    return end - i;
}

/* Collects the suspects from the sorted hashes. */
static ft_status find_suspects(const ft_ids_writer *w, suspects *s)
{
    for (size_t i = 0, run; i < w->n; i += run) {
        run = run_length(w, i);
        if (run > 1) {
            s->n += run;
            s->n_hashes++;
        }
    }
    if (s->n == 0)
        return FT_OK;
    s->docs = ft_alloc(s->n, sizeof *s->docs);
    s->left = ft_alloc(s->n_hashes, sizeof *s->left);
    s->spellings = ft_alloc_zero(s->n_hashes, sizeof *s->spellings);
    if (!s->docs || !s->left || !s->spellings)
        return FT_ENOMEM;
    size_t k = 0;
    uint32_t hash = 0;
    for (size_t i = 0, run; i < w->n; i += run) {
        run = run_length(w, i);
        if (run == 1)
            continue;
        for (size_t j = i; j < i + run; j++)
            s->docs[k++] = (ft_hashed){w->docs[j].number, hash, 0};
        s->left[hash++] = (uint32_t)run;
    }
    ft_hashsort(s->docs, s->n);
    return FT_OK;
}

/* Compares the suspect whose id was just decoded with those before it. */
static ft_status meet(suspects *s)
{
    size_t at = s->met++;
    uint32_t hash = s->docs[at].low;
    spelling *sp = s->spellings[hash];

    while (sp && (sp->len != s->id.len || memcmp(sp->id, s->id.data, sp->len) != 0))
        sp = sp->next;
    if (sp) {
        s->docs[sp->suspect].number = 1;
        s->n_dead++;
        sp->suspect = at;
    } else {
        sp = ft_alloc(sizeof *sp + s->id.len, 1);
        if (!sp)
            return FT_ENOMEM;
        *sp = (spelling){s->spellings[hash], at, s->id.len};
        memcpy(sp->id, s->id.data, s->id.len);
        s->spellings[hash] = sp;
    }
    if (--s->left[hash] == 0)
        free_spellings(s, hash);
    return FT_OK;
}

/* Decodes the next entry; false if it has not come whole. */
static bool decode(suspects *s, ft_bytes *b)
{
    ft_bytes from = *b;
    uint64_t head = s->doc % FT_IDS_GROUP == 0 ? 0 : ft_bytes_varint(b);
    size_t shared = (size_t)(head >> 1);

    if (head & 1 && !b->failed)
        return ft_ids_count_up(&s->id, 0, head >> 1);
    size_t more = (size_t)ft_bytes_varint(b);
    const unsigned char *rest = b->failed ? NULL : ft_bytes_take(b, more);
    if (!rest || shared > s->id.len) {
        *b = from;
        return false;
    }
    s->id.len = shared;
    ft_buf_put(&s->id, rest, more);
    return true;
}

static ft_status copy_and_compare(void *arg, const void *data, size_t len, ft_error *err)
{
    suspects *s = arg;
    ft_status st = ft_envelope_sink(s->ew, data, len, err);

    if (st != FT_OK)
        return st;
    ft_buf_put(&s->pending, data, len);
    ft_bytes b = ft_bytes_of(s->pending.data, s->pending.len);
    while (st == FT_OK && decode(s, &b) && !s->id.failed) {
        if (s->met < s->n && s->docs[s->met].high == s->doc)
            st = meet(s);
        s->doc++;
    }
    if (st != FT_OK || s->pending.failed || s->id.failed)
        return ft_fail_nomem(err);
    s->pending.len = ft_bytes_left(&b);
    memmove(s->pending.data, b.p, s->pending.len);
    return FT_OK;
}

static ft_status list_dead(const suspects *s, uint32_t **dead, size_t *n_dead, ft_error *err)
{
    if (s->n_dead == 0)
        return FT_OK;
    *dead = ft_alloc(s->n_dead, sizeof **dead);
    if (!*dead)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < s->n; i++)
        if (s->docs[i].number)
            (*dead)[(*n_dead)++] = s->docs[i].high;
    return FT_OK;
}

/* ------------------------------------------------ finishing */

/* Part IDS; finds the repeated ids on the way. */
static ft_status write_entries(ft_ids_writer *w, ft_envelope_writer *ew, uint32_t **dead, size_t *n_dead,
                               ft_error *err)
{
    suspects s = {.ew = ew};
    ft_status st = find_suspects(w, &s);

    if (st != FT_OK) {
        ft_fail_nomem(err);
        goto out;
    }
    ft_envelope_begin(ew, FT_PART_IDS, FT_PART_REQUIRED);
    if (s.n == 0) {
        st = ft_spool_drain(&w->entries, ft_envelope_sink, ew, err);
        goto out;
    }
    st = ft_spool_drain(&w->entries, copy_and_compare, &s, err);
    if (st == FT_OK && s.met != s.n)
        st = ft_fail(err, FT_EIO, "%s: a temporary file changed while it was used", w->entries.dir);
    if (st == FT_OK)
        st = list_dead(&s, dead, n_dead, err);
out:
    release_suspects(&s);
    return st;
}

/* Numbers of as many bits as the highest takes, one after another. */
static void write_order(const ft_ids_writer *w, ft_envelope_writer *ew)
{
    unsigned width = ft_bit_width((uint32_t)w->n - 1);
    unsigned char step[ORDER_STEP * 4];
    uint32_t numbers[ORDER_STEP];

    ft_envelope_begin(ew, FT_PART_ID_ORDER, FT_PART_REQUIRED);
    for (size_t i = 0; i < w->n;) {
        uint32_t n = 0;
        for (; n < ORDER_STEP && i < w->n; n++, i++)
            numbers[n] = w->docs[i].number;
        ft_bitpack_run(numbers, n, width, step);
        ft_envelope_put(ew, step, ((size_t)n * width + 7) / 8);
    }
}

ft_status ft_ids_writer_finish(ft_ids_writer *w, ft_envelope_writer *ew, uint32_t **dead, size_t *n_dead,
                               ft_error *err)
{
    *dead = NULL;
    *n_dead = 0;
    if (w->st != FT_OK)
        return ft_fail_nomem(err);
    if (w->jumbled)
        ft_hashsort(w->docs, w->n);
    else
        w->n = 0; /* no id repeats, and no order is needed */
    ft_status st = write_entries(w, ew, dead, n_dead, err);
    if (st == FT_OK) {
        ft_envelope_begin(ew, FT_PART_ID_INDEX, FT_PART_REQUIRED);
        st = ft_offsets_writer_finish(&w->groups, ew, err);
    }
    if (st == FT_OK && w->jumbled) {
        write_order(w, ew);
        st = ft_envelope_status(ew, err);
    }
    if (st != FT_OK) {
        ft_free(*dead);
        *dead = NULL;
        *n_dead = 0;
    }
    return st;
}
