/* ids.c - external ids by number and numbers by id: the reader; see ids.h and FORMAT.md, "Ids". */
#include "ids.h"

#include "bitpack.h"
#include "bytes.h"
#include "ids_code.h"
#include "mem.h"
#include "parts.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define GUESSES 8u /* interpolating probes before bisection takes over */

ft_status ft_ids_open(ft_ids *t, const ft_envelope *env, uint32_t n_docs, ft_error *err)
{
    *t = (ft_ids){.env = env, .n_docs = n_docs};
    t->entries = ft_envelope_part(env, FT_PART_IDS);
    t->order = ft_envelope_part(env, FT_PART_ID_ORDER);
    if (t->order.len > 0 && t->order.len != ((uint64_t)n_docs * ft_bit_width(n_docs - 1) + 7) / 8)
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
    uint64_t head = first ? 0 : ft_bytes_varint(b), shared = head >> 1;

    if (head & 1) {
        if (!ft_ids_count_up(out, at, head >> 1) || out->len - at > FT_IDS_MAX)
            return ft_envelope_corrupt(t->env, from, "ids: malformed entry", err);
        return ft_buf_status(out, err);
    }
    uint64_t more = ft_bytes_varint(b);
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

/* ------------------------------------------------ by id, in the order of hashes */

/* Document, id and hash at a place of the order. */
static ft_status probe(const ft_ids *t, uint32_t place, ft_buf *id, uint32_t *doc, uint64_t *hash, ft_error *err)
{
    unsigned width = ft_bit_width(t->n_docs - 1);
    uint64_t bit = (uint64_t)place * width;
    const unsigned char *p = (const unsigned char *)t->order.ptr + bit / 8;
    ft_status st = ft_envelope_touch(t->env, p, (bit % 8 + width + 7) / 8, err);

    if (st != FT_OK)
        return st;
    *doc = (uint32_t)(ft_load_u64(p) >> bit % 8 & ((UINT64_C(1) << width) - 1));
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

static ft_status find_by_hash(const ft_ids *t, const char *id, size_t len, bool *found, uint32_t *doc,
                              ft_error *err)
{
    uint64_t wanted = XXH3_64bits(id, len), low = 0, high = UINT64_MAX, hash;
    uint32_t from = 0, to = t->n_docs, number;
    ft_buf other = {0};
    ft_status st = FT_OK;

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

/* ------------------------------------------------ by id, where ids ascend */

static int compare(const ft_buf *a, const char *id, size_t len)
{
    int c = memcmp(a->data, id, a->len < len ? a->len : len);

    return c != 0 ? c : (a->len > len) - (a->len < len);
}

/* The last group whose first id is not above the wanted one, by bisection; then within it. */
static ft_status find_ascending(const ft_ids *t, const char *id, size_t len, bool *found, uint32_t *doc, ft_error *err)
{
    uint32_t lo = 0, hi = (t->n_docs + FT_IDS_GROUP - 1) / FT_IDS_GROUP;
    ft_buf other = {0};
    ft_bytes b = {0};
    ft_status st = FT_OK;

    if (t->n_docs == 0)
        return FT_OK;
    while (st == FT_OK && hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        ft_buf_reset(&other);
        st = ft_ids_get(t, mid * FT_IDS_GROUP, &other, err);
        if (st == FT_OK && compare(&other, id, len) <= 0)
            lo = mid;
        else
            hi = mid;
    }
    ft_buf_reset(&other);
    if (st == FT_OK)
        st = open_group(t, lo, &b, err);
    for (uint32_t i = lo * FT_IDS_GROUP; st == FT_OK && i < t->n_docs && i < (lo + 1) * FT_IDS_GROUP; i++) {
        st = next_id(t, &b, i % FT_IDS_GROUP == 0, &other, 0, err);
        int c = st == FT_OK ? compare(&other, id, len) : 1;
        if (c >= 0) {
            *found = c == 0;
            *doc = i;
            break;
        }
    }
    ft_buf_release(&other);
    return st;
}

ft_status ft_ids_find(const ft_ids *t, const char *id, size_t len, bool *found, uint32_t *doc, ft_error *err)
{
    *found = false;
    return t->order.len > 0 ? find_by_hash(t, id, len, found, doc, err) : find_ascending(t, id, len, found, doc, err);
}

/* ------------------------------------------------ verifying */

/* Decodes every group to its last byte. Without an order, ids must ascend. */
static ft_status check_groups(const ft_ids *t, ft_error *err)
{
    ft_status st = ft_offsets_check(&t->groups, err);
    ft_buf id = {0}, last = {0};
    ft_bytes b = {0};

    for (uint32_t doc = 0; st == FT_OK && doc < t->n_docs; doc++) {
        bool first = doc % FT_IDS_GROUP == 0;
        if (first) {
            ft_buf_reset(&id);
            st = open_group(t, doc / FT_IDS_GROUP, &b, err);
        }
        if (st == FT_OK)
            st = next_id(t, &b, first, &id, 0, err);
        bool ends = doc % FT_IDS_GROUP == FT_IDS_GROUP - 1 || doc + 1 == t->n_docs;
        if (st == FT_OK && ends && ft_bytes_left(&b) > 0)
            st = ft_envelope_corrupt(t->env, b.p, "ids: bytes behind the last id of a group", err);
        if (st != FT_OK || t->order.len > 0)
            continue;
        if (doc > 0 && compare(&id, (const char *)last.data, last.len) <= 0)
            st = ft_envelope_corrupt(t->env, t->entries.ptr, "ids: not in ascending order, and none is given", err);
        ft_buf_reset(&last);
        ft_buf_put(&last, id.data, id.len);
        if (st == FT_OK)
            st = ft_buf_status(&last, err);
    }
    ft_buf_release(&id);
    ft_buf_release(&last);
    return st;
}

ft_status ft_ids_check(const ft_ids *t, ft_error *err)
{
    ft_status st = check_groups(t, err);
    ft_buf id = {0};
    uint64_t hash, last_hash = 0;
    uint32_t doc, last_doc = 0;

    /* Hash and number strictly ascend, so no document is named twice, and all are named. */
    for (uint32_t i = 0; st == FT_OK && t->order.len > 0 && i < t->n_docs; i++) {
        st = probe(t, i, &id, &doc, &hash, err);
        if (st == FT_OK && i > 0 && (hash < last_hash || (hash == last_hash && doc <= last_doc)))
            st = ft_envelope_corrupt(t->env, t->order.ptr, "ids: not in the order of their hashes", err);
        last_hash = hash;
        last_doc = doc;
    }
    ft_buf_release(&id);
    return st;
}
