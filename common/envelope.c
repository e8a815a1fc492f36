/* envelope.c - the sealed file around a segment's parts; see envelope.h and FORMAT.md, "Envelope".
 *
 *     header | part | padding | part | padding | ... | directory | checksums | footer
 *     |<------------- body: hashed in 64 KiB blocks ----------->|
 *                                                               |<-- content hash -->|
 *
 * There is one way to lay out given parts, and the reader accepts no other: each offset follows from the lengths before
 * it. So parts cannot overlap, and no byte of the file escapes the checksums. */
#include "envelope.h"

#include "bytes.h"
#include "cpu.h"
#include "mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define HEADER_LEN 64u
#define FOOTER_LEN 64u
#define ENTRY_LEN 24u
#define SUM_LEN 8u

/* Offsets within the footer. Magic, version and checksum stay where they are in every version to come, so that an older
 * reader can tell a newer file from a damaged one. */
enum footer_field {
    F_MAGIC = 0,
    F_VERSION = 8,
    F_N_PARTS = 12,
    F_DIRECTORY = 16,
    F_TABLE = 24,
    F_LEN = 32,
    F_HASH = 40,
    F_RESERVED = 48,
    F_SUM = 56
};

_Static_assert(F_SUM + SUM_LEN == FOOTER_LEN, "the footer ends with its checksum");
_Static_assert(FOOTER_LEN >= FT_ENVELOPE_TAIL, "the footer is the tail behind the last part");
_Static_assert(FT_ENVELOPE_BLOCK % FT_ENVELOPE_ALIGN == 0, "blocks hold whole lines of alignment");

static const unsigned char header_magic[8] = {'F', 'T', 'S', 'E', 'G', '\r', '\n', 0x1a};
static const unsigned char footer_magic[8] = {'F', 'T', 'S', 'E', 'G', 'E', 'N', 'D'};
static const unsigned char zeros[FT_ENVELOPE_ALIGN];

static uint64_t align_up(uint64_t off)
{
    return (off + FT_ENVELOPE_ALIGN - 1) & ~(uint64_t)(FT_ENVELOPE_ALIGN - 1);
}

static uint64_t blocks_of(uint64_t body)
{
    return body / FT_ENVELOPE_BLOCK + (body % FT_ENVELOPE_BLOCK != 0);
}

/* ------------------------------------------------ writing */

static bool failed(const ft_envelope_writer *w)
{
    return w->st != FT_OK;
}

/* Writes what the file has not yet of the block being filled, or just filled. */
static void file_block(ft_envelope_writer *w, const unsigned char *data, size_t len)
{
    uint64_t end = w->sums.len / SUM_LEN * FT_ENVELOPE_BLOCK + len;

    if (failed(w) || end <= w->filed)
        return;
    size_t more = end - w->filed < len ? (size_t)(end - w->filed) : len;
    w->st = ft_io_write_all(w->fd, w->path, data + (len - more), more, &w->err);
    w->filed = end;
}

/* Hashes and writes one block of the body. */
static void emit_block(ft_envelope_writer *w, const void *data, size_t len)
{
    file_block(w, data, len);
    ft_buf_put_u64(&w->sums, ft_cpu.hash_block(data, len));
    if (!failed(w))
        w->st = ft_buf_status(&w->sums, &w->err);
}

static void flush_block(ft_envelope_writer *w)
{
    if (!failed(w) && w->block.len > 0)
        emit_block(w, w->block.data, w->block.len);
    ft_buf_reset(&w->block);
}

/* Appends to the body. */
static void put_body(ft_envelope_writer *w, const void *data, size_t len)
{
    const unsigned char *p = data;

    while (!failed(w) && len > 0) {
        size_t room = FT_ENVELOPE_BLOCK - w->block.len;
        size_t n = len < room ? len : room;
        if (n == FT_ENVELOPE_BLOCK) {
            emit_block(w, p, n);
        } else {
            ft_buf_put(&w->block, p, n);
            if (w->block.len == FT_ENVELOPE_BLOCK)
                flush_block(w);
        }
        p += n;
        len -= n;
        w->off += n;
    }
}

static void pad_body(ft_envelope_writer *w)
{
    put_body(w, zeros, (size_t)(align_up(w->off) - w->off));
}

static void end_part(ft_envelope_writer *w)
{
    if (w->open_part) {
        ft_envelope_entry *part = &w->parts[w->n_parts - 1];
        part->len = w->off - part->off;
        w->open_part = false;
    }
    pad_body(w);
}

static void make_header(unsigned char header[HEADER_LEN])
{
    memset(header, 0, HEADER_LEN);
    memcpy(header, header_magic, sizeof header_magic);
    ft_store_u32(header + 8, FT_FORMAT_VERSION);
}

static void put_header(ft_envelope_writer *w)
{
    unsigned char header[HEADER_LEN];

    make_header(header);
    put_body(w, header, sizeof header);
}

static ft_status begin_file(ft_envelope_writer *w, const char *dir, const char *name, ft_error *err)
{
    ft_buf path = {0};

    *w = (ft_envelope_writer){.fd = -1};
    if (!ft_io_join(&path, dir, name) || !ft_buf_reserve(&w->block, FT_ENVELOPE_BLOCK)) {
        ft_buf_release(&path);
        ft_buf_release(&w->block);
        w->st = ft_fail_nomem(&w->err);
        return ft_fail_nomem(err);
    }
    w->path = (char *)path.data;
    return FT_OK;
}

ft_status ft_envelope_create(ft_envelope_writer *w, const char *dir, const char *name, bool shared, ft_error *err)
{
    ft_status st = begin_file(w, dir, name, err);

    if (st != FT_OK)
        return st;
    w->fd = ft_io_open(w->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, ft_io_mode(shared));
    if (w->fd < 0) {
        w->st = ft_fail_errno(&w->err, "%s: cannot create", w->path);
        ft_envelope_abandon(w);
        return ft_envelope_status(w, err);
    }
    put_header(w);
    return FT_OK;
}

/* Whether the file open at w->fd begins as one of ours. */
static bool has_header(const ft_envelope_writer *w)
{
    unsigned char header[HEADER_LEN], found[HEADER_LEN];
    size_t got;

    make_header(header);
    return ft_io_read_at(w->fd, w->path, 0, found, sizeof found, &got, NULL) == FT_OK && got == sizeof found
           && memcmp(found, header, sizeof found) == 0;
}

ft_status ft_envelope_reopen(ft_envelope_writer *w, const char *dir, const char *name, ft_error *err)
{
    ft_status st = begin_file(w, dir, name, err);
    struct stat info;

    if (st != FT_OK)
        return st;
    w->keep = true;
    w->fd = ft_io_open(w->path, O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
    if (w->fd < 0 || fstat(w->fd, &info) != 0 || !S_ISREG(info.st_mode) || !has_header(w)
        || lseek(w->fd, info.st_size, SEEK_SET) < 0) {
        w->st = ft_fail(&w->err, FT_ENOTFOUND, "%s: not an unfinished segment", w->path);
        ft_envelope_abandon(w);
        return ft_envelope_status(w, err);
    }
    w->filed = (uint64_t)info.st_size;
    put_header(w);
    return FT_OK;
}

ft_status ft_envelope_settle(ft_envelope_writer *w, ft_error *err)
{
    if (!failed(w) && w->filed > w->off) {
        w->st = ft_io_cut(w->fd, w->path, w->off, &w->err);
        w->filed = w->off;
    }
    return ft_envelope_status(w, err);
}

ft_status ft_envelope_push(ft_envelope_writer *w, ft_error *err)
{
    file_block(w, w->block.data, w->block.len);
    return ft_envelope_status(w, err);
}

void ft_envelope_begin(ft_envelope_writer *w, uint32_t id, uint32_t flags)
{
    assert(w->n_parts < FT_ENVELOPE_PARTS);
    end_part(w);
    w->parts[w->n_parts++] = (ft_envelope_entry){.id = id, .flags = flags, .off = w->off};
    w->open_part = true;
}

void ft_envelope_put(ft_envelope_writer *w, const void *data, size_t len)
{
    assert(w->open_part);
    put_body(w, data, len);
}

uint64_t ft_envelope_tell(const ft_envelope_writer *w)
{
    return w->open_part ? w->off - w->parts[w->n_parts - 1].off : 0;
}

ft_status ft_envelope_sink(void *arg, const void *data, size_t len, ft_error *err)
{
    ft_envelope_writer *w = arg;

    ft_envelope_put(w, data, len);
    return ft_envelope_status(w, err);
}

ft_status ft_envelope_status(const ft_envelope_writer *w, ft_error *err)
{
    if (failed(w) && err)
        *err = w->err;
    return w->st;
}

static void put_directory(ft_envelope_writer *w)
{
    for (uint32_t i = 0; i < w->n_parts; i++) {
        const ft_envelope_entry *part = &w->parts[i];
        unsigned char entry[ENTRY_LEN];
        ft_store_u32(entry, part->id);
        ft_store_u32(entry + 4, part->flags);
        ft_store_u64(entry + 8, part->off);
        ft_store_u64(entry + 16, part->len);
        put_body(w, entry, sizeof entry);
    }
}

/* Appends the footer to the checksums, which it follows in the file; the content hash covers both. */
static uint64_t put_footer(ft_envelope_writer *w, uint64_t directory, uint64_t len)
{
    ft_buf *sums = &w->sums;
    size_t footer = sums->len;

    ft_buf_put(sums, footer_magic, sizeof footer_magic);
    ft_buf_put_u32(sums, FT_FORMAT_VERSION);
    ft_buf_put_u32(sums, w->n_parts);
    ft_buf_put_u64(sums, directory);
    ft_buf_put_u64(sums, w->off);
    ft_buf_put_u64(sums, len);
    w->st = ft_buf_status(sums, &w->err);
    if (failed(w))
        return 0;
    uint64_t hash = ft_cpu.hash_block(sums->data, sums->len);
    ft_buf_put_u64(sums, hash);
    ft_buf_put_u64(sums, 0);
    if (!sums->failed)
        ft_buf_put_u64(sums, XXH3_64bits(sums->data + footer, F_SUM));
    w->st = ft_buf_status(sums, &w->err);
    return hash;
}

ft_status ft_envelope_finish(ft_envelope_writer *w, uint64_t *hash, uint64_t *len, ft_error *err)
{
    end_part(w);
    uint64_t directory = w->off;
    put_directory(w);
    flush_block(w);
    *len = w->off + SUM_LEN * blocks_of(w->off) + FOOTER_LEN;
    if (!failed(w))
        *hash = put_footer(w, directory, *len);
    if (!failed(w))
        w->st = ft_io_write_all(w->fd, w->path, w->sums.data, w->sums.len, &w->err);
    if (!failed(w))
        w->st = ft_io_sync(w->fd, w->path, &w->err);
    if (!failed(w)) {
        int fd = w->fd;
        w->fd = -1;
        if (ft_io->close(fd) != 0 && errno != EINTR) {
            w->st = ft_fail_errno(&w->err, "%s: cannot close", w->path);
            ft_io->unlink(w->path);
        }
    }
    ft_status st = ft_envelope_status(w, err);
    ft_envelope_abandon(w);
    return st;
}

void ft_envelope_abandon(ft_envelope_writer *w)
{
    if (w->path && w->fd >= 0) {
        ft_io->close(w->fd);
        if (!w->keep)
            ft_io->unlink(w->path);
    }
    w->fd = -1;
    ft_free(w->path);
    w->path = NULL;
    ft_buf_release(&w->block);
    ft_buf_release(&w->sums);
}

/* ------------------------------------------------ reading */

static ft_status corrupt_at(const ft_envelope *e, uint64_t off, const char *what, ft_error *err)
{
    return ft_corrupt(err, e->name, off, "%s", what);
}

ft_status ft_envelope_corrupt(const ft_envelope *e, const void *p, const char *what, ft_error *err)
{
    return corrupt_at(e, (uint64_t)((const unsigned char *)p - e->map.data), what, err);
}

/* Maps the file and believes its footer's checksum, then its version: nothing else of it yet. */
static ft_status open_footer(ft_envelope *e, const char *path, uint64_t expected_len, ft_error *err)
{
    ft_status st = ft_mapping_open(&e->map, path, err);

    if (st == FT_ENOTFOUND)
        return corrupt_at(e, 0, "the manifest names this file, but it is missing", err);
    if (st != FT_OK)
        return st;
    if (e->map.len != expected_len)
        return ft_corrupt(err, e->name, e->map.len < expected_len ? e->map.len : expected_len,
                          "the file has %llu bytes instead of %llu", (unsigned long long)e->map.len,
                          (unsigned long long)expected_len);
    if (e->map.len < HEADER_LEN + SUM_LEN + FOOTER_LEN)
        return corrupt_at(e, 0, "too short for a segment", err);
    const unsigned char *footer = e->map.data + e->map.len - FOOTER_LEN;
    if (XXH3_64bits(footer, F_SUM) != ft_load_u64(footer + F_SUM))
        return ft_envelope_corrupt(e, footer, "footer checksum differs", err);
    if (memcmp(footer, footer_magic, sizeof footer_magic) != 0)
        return ft_envelope_corrupt(e, footer, "not the footer of a segment", err);
    st = ft_check_version(e->name, ft_load_u32(footer + F_VERSION), err);
    if (st != FT_OK)
        return st;
    if (ft_load_u64(footer + F_RESERVED) != 0)
        return ft_envelope_corrupt(e, footer, "malformed footer", err);
    return FT_OK;
}

/* Checks that the footer's offsets are those that this length and number of parts give, and the table's hash. */
static ft_status open_table(ft_envelope *e, uint64_t expected_hash, ft_error *err)
{
    const unsigned char *footer = e->map.data + e->map.len - FOOTER_LEN;
    uint64_t directory = ft_load_u64(footer + F_DIRECTORY), table = ft_load_u64(footer + F_TABLE);

    e->n_parts = ft_load_u32(footer + F_N_PARTS);
    e->hash = ft_load_u64(footer + F_HASH);
    e->body = table;
    if (e->n_parts > FT_ENVELOPE_PARTS || ft_load_u64(footer + F_LEN) != e->map.len ||
        directory < HEADER_LEN || directory > e->map.len || table != directory + e->n_parts * ENTRY_LEN ||
        table > e->map.len || e->map.len - table != SUM_LEN * blocks_of(table) + FOOTER_LEN) {
        e->n_parts = 0;
        return ft_envelope_corrupt(e, footer, "the footer's lengths and offsets contradict each other", err);
    }
    e->sums = e->map.data + table;
    if (ft_cpu.hash_block(e->sums, e->map.len - table - FOOTER_LEN + F_HASH) != e->hash)
        return ft_envelope_corrupt(e, e->sums, "the table of checksums is damaged", err);
    if (e->hash != expected_hash)
        return ft_envelope_corrupt(e, footer, "not the content that the manifest names", err);
    return FT_OK;
}

/* Room for the bits of all blocks of the file; those beyond the body were verified with the table. */
static ft_status open_verified(ft_envelope *e, ft_error *err)
{
    uint64_t n = blocks_of(e->body), all = e->map.len / FT_ENVELOPE_BLOCK + 1;

    e->verified = ft_alloc_zero((size_t)(all / 64 + 1), sizeof *e->verified);
    if (!e->verified)
        return ft_fail_nomem(err);
    for (uint64_t i = n; i < all; i++)
        atomic_fetch_or_explicit(&e->verified[i / 64], (uint64_t)1 << (i % 64), memory_order_release);
    return FT_OK;
}

static ft_status open_header(const ft_envelope *e, ft_error *err)
{
    ft_status st = ft_envelope_touch(e, e->map.data, HEADER_LEN, err);

    if (st != FT_OK)
        return st;
    if (memcmp(e->map.data, header_magic, sizeof header_magic) != 0)
        return corrupt_at(e, 0, "not the header of a segment", err);
    if (ft_load_u32(e->map.data + 8) != FT_FORMAT_VERSION)
        return corrupt_at(e, 8, "header and footer name different versions", err);
    if (memcmp(e->map.data + 12, zeros, HEADER_LEN - 12) != 0)
        return corrupt_at(e, 12, "reserved bytes are not zero", err);
    return FT_OK;
}

static bool known(uint32_t id, const uint32_t *known_ids, size_t n_known)
{
    for (size_t i = 0; i < n_known; i++)
        if (known_ids[i] == id)
            return true;
    return false;
}

static ft_status open_part(ft_envelope *e, uint32_t i, uint64_t expected_off, ft_error *err)
{
    ft_envelope_entry *part = &e->parts[i];
    uint64_t directory = e->body - e->n_parts * ENTRY_LEN;
    const unsigned char *entry = e->map.data + directory + i * ENTRY_LEN;

    *part = (ft_envelope_entry){ft_load_u32(entry), ft_load_u32(entry + 4), ft_load_u64(entry + 8),
                                ft_load_u64(entry + 16)};
    if (part->off != expected_off || part->off > directory || part->len > directory - part->off)
        return ft_envelope_corrupt(e, entry, "a part is not where it must be", err);
    if (part->flags & ~(uint32_t)FT_PART_REQUIRED)
        return ft_envelope_corrupt(e, entry, "a part has unknown flags", err);
    for (uint32_t k = 0; k < i; k++)
        if (e->parts[k].id == part->id)
            return ft_envelope_corrupt(e, entry, "a part is listed twice", err);
    return FT_OK;
}

static ft_status open_directory(ft_envelope *e, const uint32_t *known_ids, size_t n_known, ft_error *err)
{
    uint64_t off = HEADER_LEN, directory = e->body - e->n_parts * ENTRY_LEN;
    ft_status st = ft_envelope_touch(e, e->map.data + directory, e->n_parts * ENTRY_LEN, err);

    for (uint32_t i = 0; st == FT_OK && i < e->n_parts; i++) {
        st = open_part(e, i, off, err);
        off = align_up(e->parts[i].off + e->parts[i].len);
    }
    if (st != FT_OK)
        return st;
    if (off != directory)
        return ft_envelope_corrupt(e, e->map.data + directory, "the directory is not where it must be", err);
    for (uint32_t i = 0; i < e->n_parts; i++) {
        if (!(e->parts[i].flags & FT_PART_REQUIRED) || known(e->parts[i].id, known_ids, n_known))
            continue;
        ft_fail(err, FT_EVERSION, "%s: needs part %u, which this program does not know", e->name, e->parts[i].id);
        ft_hint(err, "use a newer version of the program, or rebuild the index");
        return FT_EVERSION;
    }
    return FT_OK;
}

ft_status ft_envelope_open(ft_envelope *e, const char *dir, const char *name, uint64_t expected_len,
                           uint64_t expected_hash, const uint32_t *known_ids, size_t n_known, ft_error *err)
{
    ft_buf path = {0};
    ft_status st;

    *e = (ft_envelope){0};
    e->name = ft_alloc(strlen(name) + 1, 1);
    if (!e->name || !ft_io_join(&path, dir, name)) {
        st = ft_fail_nomem(err);
        goto out;
    }
    memcpy(e->name, name, strlen(name) + 1);
    st = open_footer(e, (const char *)path.data, expected_len, err);
    if (st == FT_OK)
        st = open_table(e, expected_hash, err);
    if (st == FT_OK)
        st = open_verified(e, err);
    if (st == FT_OK)
        st = open_header(e, err);
    if (st == FT_OK)
        st = open_directory(e, known_ids, n_known, err);
out:
    ft_buf_release(&path);
    if (st != FT_OK)
        ft_envelope_close(e);
    return st;
}

void ft_envelope_close(ft_envelope *e)
{
    ft_mapping_close(&e->map);
    ft_free(e->verified);
    ft_free(e->name);
    *e = (ft_envelope){0};
}

ft_str ft_envelope_part(const ft_envelope *e, uint32_t id)
{
    for (uint32_t i = 0; i < e->n_parts; i++)
        if (e->parts[i].id == id)
            return (ft_str){(const char *)e->map.data + e->parts[i].off, (size_t)e->parts[i].len};
    return (ft_str){(const char *)e->map.data, 0};
}

ft_status ft_envelope_verify(const ft_envelope *e, const void *p, size_t len, ft_error *err)
{
    uint64_t from = (uint64_t)((const unsigned char *)p - e->map.data);
    uint64_t first = from / FT_ENVELOPE_BLOCK, last = (from + (len ? len - 1 : 0)) / FT_ENVELOPE_BLOCK;

    for (uint64_t i = first; i <= last; i++) {
        uint64_t bit = (uint64_t)1 << (i % 64), off = i * FT_ENVELOPE_BLOCK;
        if (atomic_load_explicit(&e->verified[i / 64], memory_order_acquire) & bit)
            continue;
        uint64_t n = e->body - off < FT_ENVELOPE_BLOCK ? e->body - off : FT_ENVELOPE_BLOCK;
        if (ft_cpu.hash_block(e->map.data + off, (size_t)n) != ft_load_u64(e->sums + SUM_LEN * i))
            return corrupt_at(e, off, "checksum differs in the 64 KiB that begin here", err);
        atomic_fetch_or_explicit(&e->verified[i / 64], bit, memory_order_release);
    }
    return FT_OK;
}

ft_status ft_envelope_check(const ft_envelope *e, ft_error *err)
{
    ft_status st = ft_envelope_verify(e, e->map.data, (size_t)e->body, err);

    for (uint32_t i = 0; st == FT_OK && i < e->n_parts; i++) {
        uint64_t end = e->parts[i].off + e->parts[i].len;
        if (memcmp(e->map.data + end, zeros, (size_t)(align_up(end) - end)) != 0)
            st = corrupt_at(e, end, "padding is not zero", err);
    }
    return st;
}
