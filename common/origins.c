/* origins.c - see origins.h and FORMAT.md, "Origins". The file is named by the hash of its content and written once,
 * like a segment; the manifest that names it makes it count. */
#include "bytes.h"
#include "io.h"
#include "manifest.h"
#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define HEAD_LEN 40u
#define SUM_LEN 8u
#define LENGTH_OFF 16u

static const unsigned char magic[8] = {'F', 'T', 'S', 'R', 'C', '\r', '\n', 0x1a};

/* ------------------------------------------------ in memory */

void ft_origins_release(ft_origins *o)
{
    ft_free(o->runs);
    *o = (ft_origins){0};
}

bool ft_origins_copy(ft_origins *to, const ft_origins *from)
{
    *to = (ft_origins){0};
    if (from->n == 0)
        return true;
    if (FT_GROW(to->runs, to->cap, from->n) != 0)
        return false;
    memcpy(to->runs, from->runs, from->n * sizeof *from->runs);
    to->n = from->n;
    return true;
}

/* Lets the list go on up to `end`. */
static bool extend(ft_origins *o, uint32_t end, uint32_t source)
{
    if (o->n > 0 && o->runs[o->n - 1].source == source) {
        o->runs[o->n - 1].end = end;
        return true;
    }
    if (FT_GROW(o->runs, o->cap, o->n + 1) != 0)
        return false;
    o->runs[o->n++] = (ft_origin){end, source};
    return true;
}

bool ft_origins_put(ft_origins *o, uint32_t doc, uint32_t source)
{
    uint32_t end = o->n ? o->runs[o->n - 1].end : 0;

    if (source == 0)
        return true; /* what no run reaches has none */
    if (end < doc && !extend(o, doc, 0))
        return false;
    return extend(o, doc + 1, source);
}

uint32_t ft_origins_at(const ft_origins *o, uint32_t doc)
{
    size_t low = 0, high = o->n; /* the first run that ends behind doc */

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (o->runs[mid].end <= doc)
            low = mid + 1;
        else
            high = mid;
    }
    return low < o->n ? o->runs[low].source : 0;
}

/* ------------------------------------------------ writing */

void ft_origins_name(char out[32], uint64_t hash)
{
    snprintf(out, 32, "%016" PRIx64 FT_ORIGINS_SUFFIX, hash);
}

static void put_segment(ft_buf *b, const ft_manifest_segment *seg)
{
    const ft_origins *o = &seg->origins;
    uint32_t from = 0, before = 0;

    ft_buf_put_u64(b, seg->hash);
    ft_buf_put_varint(b, o->n);
    for (size_t i = 0; i < o->n && !b->failed; i++) {
        int64_t step = (int64_t)o->runs[i].source - before;
        ft_buf_put_varint(b, step < 0 ? 2 * (uint64_t)-step - 1 : 2 * (uint64_t)step);
        ft_buf_put_varint(b, o->runs[i].end - from - 1);
        from = o->runs[i].end;
        before = o->runs[i].source;
    }
}

static ft_status encode(const ft_manifest *m, ft_str bytes, ft_buf *b, uint64_t *hash, ft_error *err)
{
    ft_buf_put(b, magic, sizeof magic);
    ft_buf_put_u32(b, FT_FORMAT_VERSION);
    ft_buf_put_u32(b, (uint32_t)m->n_segments);
    ft_buf_put_u64(b, 0); /* the length, when it is known */
    ft_buf_put_u64(b, bytes.len);
    ft_buf_put_u64(b, 0);
    ft_buf_put(b, bytes.ptr, bytes.len);
    for (size_t i = 0; i < m->n_segments && b->len <= FT_MANIFEST_MAX; i++)
        put_segment(b, &m->segments[i]);
    ft_status st = ft_buf_status(b, err);
    if (st != FT_OK)
        return st;
    if (b->len > FT_MANIFEST_MAX - SUM_LEN)
        return ft_fail(err, FT_ELIMIT, "the record of the sources would exceed %zu bytes", FT_MANIFEST_MAX);
    ft_store_u64(b->data + LENGTH_OFF, b->len + SUM_LEN);
    *hash = XXH3_64bits(b->data, b->len);
    ft_buf_put_u64(b, *hash);
    return ft_buf_status(b, err);
}

/* Under its name at once: nothing names it before the manifest does. */
static ft_status write_file(const char *dir, bool shared, uint64_t hash, const ft_buf *data, ft_error *err)
{
    ft_buf temp = {0}, path = {0};
    char name[32];
    ft_status st = FT_OK;

    ft_origins_name(name, hash);
    if (!ft_io_join(&temp, dir, FT_TEMP_PREFIX "origins") || !ft_io_join(&path, dir, name))
        st = ft_fail_nomem(err);
    if (st == FT_OK)
        st = ft_io_write_new((const char *)temp.data, shared, data, err);
    if (st == FT_OK && ft_io->rename((const char *)temp.data, (const char *)path.data) != 0) {
        st = ft_fail_errno(err, "%s: cannot rename to %s", (const char *)temp.data, name);
        ft_io->unlink((const char *)temp.data);
    }
    ft_buf_release(&temp);
    ft_buf_release(&path);
    return st;
}

ft_status ft_origins_write(ft_manifest *m, ft_str bytes, uint64_t there, const char *dir, bool shared, ft_error *err)
{
    bool needed = bytes.len > 0;
    ft_buf data = {0};
    uint64_t hash = 0;
    ft_status st = FT_OK;

    for (size_t i = 0; i < m->n_segments; i++)
        needed |= m->segments[i].origins.n > 0;
    if (needed)
        st = encode(m, bytes, &data, &hash, err);
    if (st == FT_OK && needed && hash != there)
        st = write_file(dir, shared, hash, &data, err);
    if (st == FT_OK) {
        m->origins_hash = hash;
        m->origins_len = data.len;
    }
    ft_buf_release(&data);
    return st;
}

/* ------------------------------------------------ reading */

typedef struct parser {
    ft_bytes b;
    const unsigned char *data;
    const char *name;
} parser;

static ft_status malformed(const parser *p, const unsigned char *at, const char *what, ft_error *err)
{
    return ft_corrupt(err, p->name, (uint64_t)(at - p->data), "%s", what);
}

/* The checksum first, then what it vouches for. */
static ft_status parse_head(parser *p, size_t len, size_t n_segments, ft_str *bytes, ft_error *err)
{
    if (len < HEAD_LEN + SUM_LEN)
        return ft_corrupt(err, p->name, len, "too short for a record of sources");
    if (XXH3_64bits(p->data, len - SUM_LEN) != ft_load_u64(p->data + len - SUM_LEN))
        return ft_corrupt(err, p->name, 0, "checksum differs");
    if (memcmp(p->data, magic, sizeof magic) != 0)
        return ft_corrupt(err, p->name, 0, "not a record of sources");
    uint32_t version = ft_load_u32(p->data + sizeof magic);
    if (version > FT_FORMAT_VERSION)
        return ft_fail(err, FT_EVERSION, "%s: format version %u is newer than this program's %u", p->name, version,
                       FT_FORMAT_VERSION);
    if (version != FT_FORMAT_VERSION || ft_load_u64(p->data + LENGTH_OFF) != len)
        return ft_corrupt(err, p->name, sizeof magic, "impossible version or length");
    if (ft_load_u32(p->data + sizeof magic + 4) != n_segments || ft_load_u64(p->data + HEAD_LEN - 8) != 0)
        return ft_corrupt(err, p->name, sizeof magic, "not as many segments as the manifest has");
    uint64_t n = ft_load_u64(p->data + LENGTH_OFF + 8);
    if (n > len - HEAD_LEN - SUM_LEN)
        return ft_corrupt(err, p->name, LENGTH_OFF + 8, "longer than the file");
    *bytes = (ft_str){(const char *)p->data + HEAD_LEN, (size_t)n};
    p->b = ft_bytes_of(p->data + HEAD_LEN + n, len - HEAD_LEN - SUM_LEN - (size_t)n);
    return FT_OK;
}

static ft_status parse_segment(parser *p, ft_manifest_segment *seg, ft_error *err)
{
    const unsigned char *from = p->b.p;
    uint64_t hash = ft_bytes_u64(&p->b), n = ft_bytes_varint(&p->b), end = 0;
    uint32_t source = 0;

    ft_origins_release(&seg->origins);
    if (p->b.failed || hash != seg->hash)
        return malformed(p, from, "another segment than the manifest has", err);
    if (n > ft_bytes_left(&p->b) / 2)
        return malformed(p, from, "more runs than bytes for them", err);
    if (FT_GROW(seg->origins.runs, seg->origins.cap, n) != 0)
        return ft_fail_nomem(err);
    for (uint64_t i = 0; i < n; i++) {
        from = p->b.p;
        uint64_t code = ft_bytes_varint(&p->b), more = ft_bytes_varint(&p->b);
        uint64_t next = source + (code % 2 ? -(code / 2) - 1 : code / 2);
        if (p->b.failed || more >= seg->n_docs - end)
            return malformed(p, from, "more documents than the segment has", err);
        if (next > UINT32_MAX || (i > 0 && next == source) || (i == n - 1 && next == 0))
            return malformed(p, from, "a run of no possible source", err);
        end += more + 1;
        source = (uint32_t)next;
        seg->origins.runs[seg->origins.n++] = (ft_origin){(uint32_t)end, source};
    }
    return FT_OK;
}

ft_status ft_origins_parse(ft_manifest *m, const void *data, size_t len, const char *name, ft_str *bytes,
                           ft_error *err)
{
    parser p = {.data = data, .name = name};
    ft_status st = parse_head(&p, len, m->n_segments, bytes, err);

    for (size_t i = 0; st == FT_OK && i < m->n_segments; i++)
        st = parse_segment(&p, &m->segments[i], err);
    if (st == FT_OK && ft_bytes_left(&p.b) > 0)
        st = malformed(&p, p.b.p, "bytes behind the last segment", err);
    if (st != FT_OK)
        *bytes = (ft_str){"", 0};
    return st;
}

ft_status ft_origins_read(ft_manifest *m, const char *dir, ft_buf *out, ft_error *err)
{
    ft_buf path = {0}, data = {0};
    ft_str bytes = {"", 0};
    char name[32];

    if (m->origins_hash == 0 && m->origins_len == 0)
        return FT_OK;
    ft_origins_name(name, m->origins_hash);
    const char *full = ft_io_join(&path, dir, name);
    ft_status st = full ? ft_io_read_file(full, FT_MANIFEST_MAX, &data, err) : ft_fail_nomem(err);
    if (st == FT_ENOTFOUND)
        st = ft_corrupt(err, name, 0, "the file is missing");
    else if (st == FT_ELIMIT || (st == FT_OK && data.len != m->origins_len))
        st = ft_corrupt(err, name, data.len, "not as long as the manifest says");
    if (st == FT_OK)
        st = ft_origins_parse(m, data.data, data.len, name, &bytes, err);
    if (st == FT_OK && ft_load_u64(data.data + data.len - SUM_LEN) != m->origins_hash)
        st = ft_corrupt(err, name, data.len - SUM_LEN, "not the content that the manifest names");
    if (st == FT_OK) {
        ft_buf_put(out, bytes.ptr, bytes.len);
        st = ft_buf_status(out, err);
    }
    ft_buf_release(&path);
    ft_buf_release(&data);
    return st;
}
