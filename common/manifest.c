/* manifest.c - the commit point in memory and as bytes; see manifest.h and FORMAT.md, "Manifest". Reading and
 * committing the file is at the end. */
#include "manifest.h"

#include "bytes.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define SUM_LEN 8u
#define FIXED_LEN 80u          /* up to the strings */
#define LENGTH_OFF 16u         /* where the file's length is written */
#define SEGMENT_LEN 29u        /* an entry without its deletion set */
#define PASSAGES_MAX 0x7fffffffu

enum flags {
    FOLD_DIACRITICS = 1,
    TITLES_ONLY = 2
};

enum deleted_kind {
    DELETED_NONE = 0,
    DELETED_BITS = 1, /* a bit per document */
    DELETED_GAPS = 2  /* varints: documents between one and the next */
};

static const unsigned char magic[8] = {'F', 'T', 'M', 'A', 'N', '\r', '\n', 0x1a};

/* ------------------------------------------------ in memory */

static size_t words_of(uint32_t n_docs)
{
    return (size_t)n_docs / 64 + (n_docs % 64 != 0);
}

void ft_manifest_segment_release(ft_manifest_segment *seg)
{
    ft_free(seg->deleted);
    ft_origins_release(&seg->origins);
    *seg = (ft_manifest_segment){0};
}

void ft_manifest_release(ft_manifest *m)
{
    for (size_t i = 0; i < m->n_segments; i++)
        ft_manifest_segment_release(&m->segments[i]);
    ft_free(m->segments);
    *m = (ft_manifest){0};
}

ft_status ft_manifest_add(ft_manifest *m, const ft_manifest_segment *seg, ft_error *err)
{
    if (m->n_segments >= FT_MANIFEST_SEGMENTS)
        return ft_fail(err, FT_ELIMIT, "an index has at most %u segments", FT_MANIFEST_SEGMENTS);
    if (FT_GROW(m->segments, m->cap_segments, m->n_segments + 1) != 0)
        return ft_fail_nomem(err);
    m->segments[m->n_segments++] = *seg;
    return FT_OK;
}

/* Copies what the segment owns; on failure that is still seg's to release. */
static bool copy_owned(ft_manifest_segment *seg, const ft_manifest_segment *from)
{
    size_t n = words_of(from->n_docs);

    if (!ft_origins_copy(&seg->origins, &from->origins))
        return false;
    if (!from->deleted)
        return true;
    seg->deleted = ft_alloc(n, sizeof *seg->deleted);
    if (!seg->deleted)
        return false;
    memcpy(seg->deleted, from->deleted, n * sizeof *seg->deleted);
    return true;
}

ft_status ft_manifest_copy(ft_manifest *to, const ft_manifest *from, ft_error *err)
{
    ft_status st = FT_OK;

    *to = *from;
    to->segments = NULL;
    to->n_segments = to->cap_segments = 0;
    for (size_t i = 0; st == FT_OK && i < from->n_segments; i++) {
        ft_manifest_segment seg = from->segments[i];
        seg.deleted = NULL;
        st = copy_owned(&seg, &from->segments[i]) ? ft_manifest_add(to, &seg, err) : ft_fail_nomem(err);
        if (st != FT_OK)
            ft_manifest_segment_release(&seg);
    }
    if (st != FT_OK)
        ft_manifest_release(to);
    return st;
}

bool ft_manifest_is_deleted(const ft_manifest_segment *seg, uint32_t doc)
{
    return seg->deleted && seg->deleted[doc / 64] >> (doc % 64) & 1;
}

bool ft_manifest_delete(ft_manifest_segment *seg, uint32_t doc, ft_status *st)
{
    if (ft_manifest_is_deleted(seg, doc))
        return false;
    if (!seg->deleted)
        seg->deleted = ft_alloc_zero(words_of(seg->n_docs), sizeof *seg->deleted);
    if (!seg->deleted) {
        *st = FT_ENOMEM;
        return false;
    }
    seg->deleted[doc / 64] |= (uint64_t)1 << (doc % 64);
    seg->n_deleted++;
    return true;
}

void ft_segment_name(char out[32], uint64_t hash)
{
    snprintf(out, 32, "%016" PRIx64 FT_SEGMENT_SUFFIX, hash);
}

ft_status ft_manifest_check_analysis(const ft_manifest *m, ft_error *err)
{
    uint64_t fingerprint;
    ft_status st = ft_analysis_fingerprint(&m->analysis, &fingerprint, err);

    if (st != FT_OK || fingerprint == m->fingerprint)
        return st;
    ft_fail(err, FT_EVERSION, "the index was analysed by other tables or another stemmer (%s; Unicode %s, here %s)",
            m->analysis.lang, m->unicode, ft_unicode_version());
    ft_hint(err, "rebuild it with 'ftindex build --force'");
    return FT_EVERSION;
}

/* ------------------------------------------------ writing bytes */

/* Appends the set as gaps; the caller takes them back if they are no shorter than the bits. */
static void put_gaps(ft_buf *b, const ft_manifest_segment *seg)
{
    uint64_t next = 0;

    for (size_t i = 0; i < words_of(seg->n_docs); i++) {
        for (uint64_t word = seg->deleted[i]; word; word &= word - 1) {
            uint64_t doc = i * 64 + (unsigned)__builtin_ctzll(word);
            ft_buf_put_varint(b, doc - next);
            next = doc + 1;
        }
    }
}

static void put_bits(ft_buf *b, const ft_manifest_segment *seg, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ft_buf_putc(b, (int)(seg->deleted[i / 8] >> (i % 8 * 8) & 0xff));
}

static void put_segment(ft_buf *b, const ft_manifest_segment *seg)
{
    size_t bits = (size_t)seg->n_docs / 8 + (seg->n_docs % 8 != 0);

    ft_buf_put_u64(b, seg->hash);
    ft_buf_put_u64(b, seg->len);
    ft_buf_put_u32(b, seg->n_docs);
    ft_buf_put_u32(b, seg->n_passages);
    ft_buf_put_u32(b, seg->n_deleted);
    size_t kind = b->len;
    ft_buf_putc(b, DELETED_NONE);
    if (seg->n_deleted == 0 || b->failed)
        return;
    if (seg->n_deleted < bits)
        put_gaps(b, seg);
    if (b->failed)
        return;
    size_t gaps = b->len - kind - 1;
    if (gaps > 0 && gaps < bits) {
        b->data[kind] = DELETED_GAPS;
        return;
    }
    b->data[kind] = DELETED_BITS;
    b->len = kind + 1;
    put_bits(b, seg, bits);
}

static void put_string(ft_buf *b, const char *s)
{
    size_t len = strlen(s);

    ft_buf_putc(b, (int)len);
    ft_buf_put(b, s, len);
}

static uint64_t bits_of(double x)
{
    uint64_t v;

    memcpy(&v, &x, sizeof v);
    return v;
}

static ft_status encode(const ft_manifest *m, ft_buf *b, ft_error *err)
{
    ft_buf_put(b, magic, sizeof magic);
    ft_buf_put_u32(b, FT_FORMAT_VERSION);
    ft_buf_put_u32(b, (m->analysis.fold_diacritics ? FOLD_DIACRITICS : 0u) | (m->titles_only ? TITLES_ONLY : 0u));
    ft_buf_put_u64(b, 0); /* the length, when it is known */
    ft_buf_put_u64(b, m->generation);
    ft_buf_put_u64(b, m->fingerprint);
    ft_buf_put_u64(b, bits_of(m->k1));
    ft_buf_put_u64(b, bits_of(m->b));
    ft_buf_put_u32(b, (uint32_t)m->n_segments);
    ft_buf_put_u32(b, 0);
    ft_buf_put_u64(b, m->origins_hash);
    ft_buf_put_u64(b, m->origins_len);
    put_string(b, m->analysis.lang);
    put_string(b, ft_unicode_version());
    for (size_t i = 0; i < m->n_segments && b->len <= FT_MANIFEST_MAX; i++)
        put_segment(b, &m->segments[i]);
    if (!b->failed && b->len > FT_MANIFEST_MAX - SUM_LEN)
        return ft_fail(err, FT_ELIMIT, "the manifest would exceed %zu bytes: merge the index", FT_MANIFEST_MAX);
    if (!b->failed) {
        ft_store_u64(b->data + LENGTH_OFF, b->len + SUM_LEN);
        ft_buf_put_u64(b, XXH3_64bits(b->data, b->len));
    }
    return ft_buf_status(b, err);
}

/* ------------------------------------------------ reading bytes */

typedef struct parser {
    ft_bytes b;
    const unsigned char *data;
    const char *name;
    size_t sets; /* bytes of deletion sets so far */
} parser;

static ft_status malformed(const parser *p, const unsigned char *at, const char *what, ft_error *err)
{
    return ft_corrupt(err, p->name, (uint64_t)(at - p->data), "%s", what);
}

/* The checksum first, then what it vouches for: magic, version, length. */
static ft_status parse_frame(parser *p, const void *data, size_t len, const char *name, ft_error *err)
{
    *p = (parser){.data = data, .name = name};
    if (len < FIXED_LEN + SUM_LEN)
        return ft_corrupt(err, name, len, "too short for a manifest");
    if (len > FT_MANIFEST_MAX)
        return ft_corrupt(err, name, 0, "too long for a manifest");
    if (XXH3_64bits(data, len - SUM_LEN) != ft_load_u64(p->data + len - SUM_LEN))
        return ft_corrupt(err, name, 0, "checksum differs");
    if (memcmp(data, magic, sizeof magic) != 0)
        return ft_corrupt(err, name, 0, "not a manifest");
    uint32_t version = ft_load_u32(p->data + sizeof magic);
    ft_status st = ft_check_version(name, version, err);
    if (st != FT_OK)
        return st;
    if (ft_load_u64(p->data + LENGTH_OFF) != len)
        return ft_corrupt(err, name, LENGTH_OFF, "impossible length");
    p->b = ft_bytes_of(p->data + sizeof magic + 4, len - SUM_LEN - sizeof magic - 4);
    return FT_OK;
}

static double get_f64(ft_bytes *b)
{
    uint64_t bits = ft_bytes_u64(b);
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A string of 1 .. room - 1 printable ASCII characters. */
static bool get_string(ft_bytes *b, char *out, size_t room)
{
    size_t len = ft_bytes_u8(b);
    const unsigned char *s = ft_bytes_take(b, len);

    if (!s || len == 0 || len >= room)
        return false;
    for (size_t i = 0; i < len; i++)
        if (s[i] < 0x20 || s[i] > 0x7e)
            return false;
    memcpy(out, s, len);
    out[len] = '\0';
    return true;
}

static ft_status parse_head(parser *p, ft_manifest *m, uint32_t *n_segments, ft_error *err)
{
    uint32_t flags = ft_bytes_u32(&p->b);

    ft_bytes_u64(&p->b); /* the length */
    m->generation = ft_bytes_u64(&p->b);
    m->fingerprint = ft_bytes_u64(&p->b);
    m->k1 = get_f64(&p->b);
    m->b = get_f64(&p->b);
    *n_segments = ft_bytes_u32(&p->b);
    uint32_t reserved = ft_bytes_u32(&p->b);
    m->origins_hash = ft_bytes_u64(&p->b);
    m->origins_len = ft_bytes_u64(&p->b);
    m->analysis.fold_diacritics = flags & FOLD_DIACRITICS;
    m->titles_only = flags & TITLES_ONLY;
    if (flags & ~(uint32_t)(FOLD_DIACRITICS | TITLES_ONLY) || reserved != 0 || m->generation == 0)
        return malformed(p, p->data, "malformed head", err);
    if (m->origins_len > FT_MANIFEST_MAX || (m->origins_len == 0 && m->origins_hash != 0))
        return malformed(p, p->data, "an impossible length of the origins", err);
    if (!(m->k1 >= 0 && m->k1 <= 100 && m->b >= 0 && m->b <= 1))
        return malformed(p, p->data, "k1 or b out of range", err);
    if (!get_string(&p->b, m->analysis.lang, sizeof m->analysis.lang) ||
        !get_string(&p->b, m->unicode, sizeof m->unicode))
        return malformed(p, p->b.p, "malformed string", err);
    if (*n_segments > FT_MANIFEST_SEGMENTS || *n_segments > ft_bytes_left(&p->b) / SEGMENT_LEN)
        return malformed(p, p->b.p, "more segments than bytes for them", err);
    return FT_OK;
}

static bool get_gaps(ft_bytes *b, ft_manifest_segment *seg)
{
    uint64_t next = 0;

    for (uint32_t i = 0; i < seg->n_deleted; i++) {
        uint64_t gap = ft_bytes_varint(b);
        if (b->failed || next >= seg->n_docs || gap >= seg->n_docs - next)
            return false;
        uint64_t doc = next + gap;
        seg->deleted[doc / 64] |= (uint64_t)1 << (doc % 64);
        next = doc + 1;
    }
    return true;
}

static bool get_bits(ft_bytes *b, ft_manifest_segment *seg)
{
    size_t len = (size_t)seg->n_docs / 8 + (seg->n_docs % 8 != 0);
    const unsigned char *bits = ft_bytes_take(b, len);
    uint64_t n = 0;

    if (!bits)
        return false;
    for (size_t i = 0; i < len; i++) {
        seg->deleted[i / 8] |= (uint64_t)bits[i] << (i % 8 * 8);
        n += (unsigned)__builtin_popcount(bits[i]);
    }
    bool beyond = seg->n_docs % 8 && bits[len - 1] >> seg->n_docs % 8;
    return n == seg->n_deleted && !beyond;
}

/* The deletion set of *seg. What it takes in memory is not backed by bytes of the file when it is sparse, so all sets
 * together are limited. */
static ft_status parse_deleted(parser *p, unsigned kind, ft_manifest_segment *seg, ft_error *err)
{
    const unsigned char *from = p->b.p;
    size_t words = words_of(seg->n_docs);

    if ((kind == DELETED_NONE) != (seg->n_deleted == 0) || kind > DELETED_GAPS)
        return malformed(p, from, "deletions: kind and number contradict each other", err);
    if (kind == DELETED_NONE)
        return FT_OK;
    /* before allocating: each kind has its least length */
    size_t least = kind == DELETED_BITS ? (size_t)seg->n_docs / 8 : seg->n_deleted;
    if (least > ft_bytes_left(&p->b))
        return malformed(p, from, "deletions: more than there are bytes for", err);
    if (words * 8 > FT_MANIFEST_MAX - p->sets)
        return ft_fail(err, FT_ELIMIT, "%s: deletion sets above %zu bytes", p->name, FT_MANIFEST_MAX);
    p->sets += words * 8;
    seg->deleted = ft_alloc_zero(words, sizeof *seg->deleted);
    if (!seg->deleted)
        return ft_fail_nomem(err);
    if (kind == DELETED_BITS ? !get_bits(&p->b, seg) : !get_gaps(&p->b, seg))
        return malformed(p, from, "deletions: malformed, or not as many as it says", err);
    return FT_OK;
}

static ft_status parse_segment(parser *p, ft_manifest_segment *seg, ft_error *err)
{
    const unsigned char *from = p->b.p;

    seg->hash = ft_bytes_u64(&p->b);
    seg->len = ft_bytes_u64(&p->b);
    seg->n_docs = ft_bytes_u32(&p->b);
    seg->n_passages = ft_bytes_u32(&p->b);
    seg->n_deleted = ft_bytes_u32(&p->b);
    unsigned kind = ft_bytes_u8(&p->b);
    if (p->b.failed || seg->n_passages > PASSAGES_MAX || seg->n_docs > seg->n_passages ||
        (seg->n_docs == 0) != (seg->n_passages == 0) || seg->n_deleted > seg->n_docs)
        return malformed(p, from, "impossible counts of a segment", err);
    return parse_deleted(p, kind, seg, err);
}

ft_status ft_manifest_parse(ft_manifest *m, const void *data, size_t len, const char *name, ft_error *err)
{
    uint32_t n = 0;
    parser p;

    *m = (ft_manifest){.file_len = len};
    ft_status st = parse_frame(&p, data, len, name, err);
    if (st == FT_OK)
        st = parse_head(&p, m, &n, err);
    for (uint32_t i = 0; st == FT_OK && i < n; i++) {
        ft_manifest_segment seg = {.titles_only = m->titles_only};
        st = parse_segment(&p, &seg, err);
        if (st == FT_OK)
            st = ft_manifest_add(m, &seg, err);
        if (st != FT_OK)
            ft_free(seg.deleted);
    }
    if (st == FT_OK && ft_bytes_left(&p.b) > 0)
        st = malformed(&p, p.b.p, "bytes behind the last segment", err);
    if (st != FT_OK)
        ft_manifest_release(m);
    return st;
}

/* ------------------------------------------------ the file */

static ft_status fail_absent(const char *dir, ft_error *err)
{
    ft_dir_state state;

    if (ft_dir_survey(dir, &state, NULL) == FT_OK && state.has_ours)
        return ft_fail(err, FT_ENOINDEX, "%s: no index, only an unfinished build", dir);
    ft_fail(err, FT_ENOINDEX, "%s: no index there", dir);
    ft_hint(err, "make one with 'ftindex build'");
    return FT_ENOINDEX;
}

ft_status ft_manifest_read(ft_manifest *m, const char *dir, ft_error *err)
{
    ft_buf path = {0}, data = {0};
    ft_status st;

    *m = (ft_manifest){0};
    const char *full = ft_io_join(&path, dir, FT_MANIFEST_NAME);
    st = full ? ft_io_read_file(full, FT_MANIFEST_MAX, &data, err) : ft_fail_nomem(err);
    if (st == FT_ENOTFOUND)
        st = fail_absent(dir, err);
    else if (st == FT_ELIMIT)
        st = ft_corrupt(err, FT_MANIFEST_NAME, FT_MANIFEST_MAX, "too long for a manifest");
    if (st == FT_OK)
        st = ft_manifest_parse(m, data.data, data.len, FT_MANIFEST_NAME, err);
    ft_buf_release(&path);
    ft_buf_release(&data);
    return st;
}

ft_status ft_manifest_write(const ft_manifest *m, const char *dir, bool shared, ft_error *err)
{
    ft_buf temp = {0}, path = {0}, data = {0};
    ft_status st = encode(m, &data, err);

    if (st != FT_OK)
        goto out;
    if (!ft_io_join(&temp, dir, FT_TEMP_PREFIX "manifest") || !ft_io_join(&path, dir, FT_MANIFEST_NAME)) {
        st = ft_fail_nomem(err);
        goto out;
    }
    st = ft_io_write_new((const char *)temp.data, shared, &data, err);
    if (st != FT_OK)
        goto out;
    if (ft_io->rename((const char *)temp.data, (const char *)path.data) != 0) {
        st = ft_fail_errno(err, "%s: cannot rename to " FT_MANIFEST_NAME, (const char *)temp.data);
        ft_io->unlink((const char *)temp.data);
        goto out;
    }
    st = ft_io_sync_dir(dir, err);
out:
    ft_buf_release(&temp);
    ft_buf_release(&path);
    ft_buf_release(&data);
    return st;
}
