/* ids.c - external ids by number and numbers by id: the reader; see ids.h and FORMAT.md, "Ids". */
#include "ids.h"

#include "bytes.h"
#include "mem.h"
#include "parts.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define ORDER_LEN 4u
#define GUESSES 8u /* interpolating probes before bisection takes over */

ft_status ft_ids_open(ft_ids *t, const ft_envelope *env, uint32_t n_docs, ft_error *err)
{
    *t = (ft_ids){.env = env, .n_docs = n_docs};
    t->entries = ft_envelope_part(env, FT_PART_IDS);
    t->order = ft_envelope_part(env, FT_PART_ID_ORDER);
    if (t->order.len != (uint64_t)n_docs * ORDER_LEN)
        return ft_envelope_corrupt(env, t->order.ptr, "ids: their order has not one number for each document", err);
    uint64_t n = ((uint64_t)n_docs + FT_IDS_GROUP - 1) / FT_IDS_GROUP;
    return ft_offsets_open(&t->groups, env, ft_envelope_part(env, FT_PART_ID_INDEX), n, t->entries.len, err);
}

/* The verified bytes of a group. */
static ft_status open_group(const ft_ids *t, uint32_t group, ft_bytes *b, ft_error *err)
{
    uint64_t start, stop;
    ft_status st = ft_offsets_get(&t->groups, group, &start, &stop, err);

    if (st != FT_OK)
        return st;
    *b = ft_bytes_of(t->entries.ptr + start, (size_t)(stop - start));
    return ft_envelope_touch(t->env, b->p, (size_t)(stop - start), err);
}

/* Turns the id that stands in out from `at` on into the next of the group. */
static ft_status next_id(const ft_ids *t, ft_bytes *b, bool first, ft_buf *out, size_t at, ft_error *err)
{
    const unsigned char *from = b->p;
    uint64_t shared = first ? 0 : ft_bytes_varint(b), more = ft_bytes_varint(b);

    if (b->failed || shared > out->len - at || more > FT_IDS_MAX || shared + more == 0 ||
        shared + more > FT_IDS_MAX)
        return ft_envelope_corrupt(t->env, from, "ids: malformed entry", err);
    const unsigned char *rest = ft_bytes_take(b, (size_t)more);
    if (!rest)
        return ft_envelope_corrupt(t->env, from, "ids: an entry reaches beyond its group", err);
    out->len = at + (size_t)shared;
    ft_buf_put(out, rest, (size_t)more);
    return ft_buf_status(out, err);
}

ft_status ft_ids_get(const ft_ids *t, uint32_t doc, ft_buf *out, ft_error *err)
{
    size_t at = out->len;
    ft_bytes b;

    if (doc >= t->n_docs)
        return ft_envelope_corrupt(t->env, t->entries.ptr, "ids: a document's number is too large", err);
    ft_status st = open_group(t, doc / FT_IDS_GROUP, &b, err);
    for (uint32_t i = 0; st == FT_OK && i <= doc % FT_IDS_GROUP; i++)
        st = next_id(t, &b, i == 0, out, at, err);
    if (st != FT_OK)
        out->len = at;
    return st;
}

/* Document, id and hash at a place of the order. */
static ft_status probe(const ft_ids *t, uint32_t place, ft_buf *id, uint32_t *doc, uint64_t *hash, ft_error *err)
{
    const char *p = t->order.ptr + (size_t)place * ORDER_LEN;
    ft_status st = ft_envelope_touch(t->env, p, ORDER_LEN, err);

    if (st != FT_OK)
        return st;
    *doc = ft_load_u32(p);
    if (*doc >= t->n_docs)
        return ft_envelope_corrupt(t->env, p, "ids: the order names a document that is not there", err);
    ft_buf_reset(id);
    st = ft_ids_get(t, *doc, id, err);
    if (st == FT_OK)
        *hash = XXH3_64bits(id->data, id->len);
    return st;
}

/* Where to look for a hash in [from, to), which lies between the hashes low <= hash < high. Hashes are spread evenly,
 * so interpolating finds the place in a handful of probes; bisecting takes over for ids chosen to defeat that. */
static uint32_t guess(uint32_t from, uint32_t to, uint64_t low, uint64_t high, uint64_t hash, unsigned probes)
{
    uint32_t n = to - from;

    if (probes >= GUESSES || low >= high)
        return from + n / 2;
    return from + (uint32_t)((unsigned __int128)(hash - low) * (n - 1) / (high - low));
}

ft_status ft_ids_find(const ft_ids *t, const char *id, size_t len, bool *found, uint32_t *doc, ft_error *err)
{
    uint64_t wanted = XXH3_64bits(id, len), low = 0, high = UINT64_MAX, hash;
    uint32_t from = 0, to = t->n_docs, number;
    ft_buf other = {0};
    ft_status st = FT_OK;

    *found = false;
    for (unsigned probes = 0; from < to; probes++) {
        uint32_t at = guess(from, to, low, high, wanted, probes);
        st = probe(t, at, &other, &number, &hash, err);
        if (st != FT_OK)
            goto out;
        if (hash <= wanted) {
            from = at + 1;
            low = hash;
        } else {
            to = at;
            high = hash;
        }
    }
    /* The wanted hash, if present, ends just before `from`; of equal ids the last has the highest number. */
    while (from > 0 && !*found) {
        st = probe(t, --from, &other, &number, &hash, err);
        if (st != FT_OK || hash != wanted)
            goto out;
        if (other.len == len && memcmp(other.data, id, len) == 0) {
            *found = true;
            *doc = number;
        }
    }
out:
    ft_buf_release(&other);
    return st;
}

/* Decodes every group to its last byte. */
static ft_status check_groups(const ft_ids *t, ft_error *err)
{
    ft_status st = ft_offsets_check(&t->groups, err);
    ft_buf id = {0};
    ft_bytes b = {0};

    for (uint32_t doc = 0; st == FT_OK && doc < t->n_docs; doc++) {
        bool first = doc % FT_IDS_GROUP == 0;
        if (first) {
            ft_buf_reset(&id);
            st = open_group(t, doc / FT_IDS_GROUP, &b, err);
        }
        if (st == FT_OK)
            st = next_id(t, &b, first, &id, 0, err);
        bool last = doc % FT_IDS_GROUP == FT_IDS_GROUP - 1 || doc + 1 == t->n_docs;
        if (st == FT_OK && last && ft_bytes_left(&b) > 0)
            st = ft_envelope_corrupt(t->env, b.p, "ids: bytes behind the last id of a group", err);
    }
    ft_buf_release(&id);
    return st;
}

ft_status ft_ids_check(const ft_ids *t, ft_error *err)
{
    ft_status st = check_groups(t, err);
    ft_buf id = {0};
    uint64_t hash, last_hash = 0;
    uint32_t doc, last_doc = 0;

    /* Hash and number strictly ascend, so no document is named twice, and all are named. */
    for (uint32_t i = 0; st == FT_OK && i < t->n_docs; i++) {
        st = probe(t, i, &id, &doc, &hash, err);
        if (st == FT_OK && i > 0 && (hash < last_hash || (hash == last_hash && doc <= last_doc)))
            st = ft_envelope_corrupt(t->env, t->order.ptr + (size_t)i * ORDER_LEN,
                                     "ids: not in the order of their hashes", err);
        last_hash = hash;
        last_doc = doc;
    }
    ft_buf_release(&id);
    return st;
}
