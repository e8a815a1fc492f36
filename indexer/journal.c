/* journal.c - see journal.h and FORMAT.md, "Journal".
 *
 *     header { batch } [ seal ]
 *
 * The checksum of a batch's record goes on from the record before it, so none can be left out or put elsewhere. */
#include "journal.h"

#include "bytes.h"
#include "manifest.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define VERSION 1u
#define HEADER_LEN 40u
#define SEAL_LEN (HEAD_LEN + 8u)

static const unsigned char magic[8] = {'F', 'T', 'J', 'R', 'N', 'L', '\r', '\n'};

/* The head of a record. */
enum head_field {
    H_SUM = 0,  /* of everything behind it up to the end of the code */
    H_KIND = 8,
    H_ZERO = 12,
    H_CODE = 16, /* bytes of code behind the head */
    H_RUNS = 24, /* bytes of runs behind the code */
    HEAD_LEN = 32
};

enum record_kind { BATCH = 1, SEAL = 2 };

/* The notes of a record. */
typedef struct noted {
    uint64_t off, first_doc;
    size_t len;
} noted;

struct ft_journal {
    const char *dir;      /* borrowed */
    char *path;           /* owned */
    bool shared;
    ft_journal_key key;
    int fd;               /* -1: no file */
    bool found;           /* the file was there */
    uint64_t len;         /* of what is good, read or written */
    uint64_t sum;         /* of the record that ends there */
    uint64_t size;        /* of the file, while it is read */
    int stored;           /* the packed text, while it is read; or -1 */
    char sealed[32];      /* name of the complete segment; empty: none */
    ft_buf buf;           /* a record */
    uint64_t n_docs;
    noted *noted;
    size_t n_noted, cap_noted, n_notes;
    size_t at_noted;      /* being given out, and how far */
    ft_buf notes;
    size_t at_note;
};

/* ------------------------------------------------ files */

static uint64_t header_sum(const unsigned char *header)
{
    return XXH3_64bits(header, HEADER_LEN - 8);
}

static void make_header(const ft_journal *j, unsigned char header[HEADER_LEN])
{
    memcpy(header, magic, sizeof magic);
    ft_store_u32(header + 8, VERSION);
    ft_store_u32(header + 12, 0);
    ft_store_u64(header + 16, j->key.low);
    ft_store_u64(header + 24, j->key.high);
    ft_store_u64(header + 32, header_sum(header));
}

static int open_in(const ft_journal *j, const char *name, int flags, ft_error *err, ft_status *st)
{
    ft_buf path = {0};
    struct stat info;
    int fd = -1;

    if (!ft_io_join(&path, j->dir, name)) {
        *st = ft_fail_nomem(err);
    } else {
        fd = ft_io_open((const char *)path.data, flags | O_NOFOLLOW | O_NONBLOCK, 0);
        if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))) {
            ft_io->close(fd);
            fd = -1;
        }
    }
    ft_buf_release(&path);
    return fd;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        ft_io->close(*fd);
    *fd = -1;
}

static bool read_exactly(const ft_journal *j, int fd, void *to, size_t len, uint64_t off, ft_status *st, ft_error *err)
{
    size_t got;

    *st = ft_io_read_at(fd, j->path, off, to, len, &got, err);
    return *st == FT_OK && got == len;
}

/* The name of the segment that a seal at the end of the file has. */
static ft_status read_seal(ft_journal *j, ft_error *err)
{
    unsigned char seal[SEAL_LEN];
    ft_status st = FT_OK;

    if (j->size < HEADER_LEN + SEAL_LEN || !read_exactly(j, j->fd, seal, SEAL_LEN, j->size - SEAL_LEN, &st, err))
        return st;
    if (ft_load_u32(seal + H_KIND) == SEAL
        && ft_load_u64(seal + H_SUM) == XXH3_64bits_withSeed(seal + 8, SEAL_LEN - 8, j->sum))
        ft_segment_name(j->sealed, ft_load_u64(seal + HEAD_LEN));
    return FT_OK;
}

/* The packed text: in the segment that is complete, or in its file. */
static ft_status open_stored(ft_journal *j, ft_error *err)
{
    ft_status st = read_seal(j, err);

    if (st == FT_OK && j->sealed[0])
        j->stored = open_in(j, j->sealed, O_RDONLY, err, &st);
    if (st == FT_OK && j->stored < 0) {
        j->sealed[0] = '\0';
        j->stored = open_in(j, FT_JOURNAL_SEGMENT, O_RDONLY, err, &st);
    }
    return st;
}

/* Opens the file that is there if it is ours to read. */
static ft_status open_found(ft_journal *j, bool *stale, ft_error *err)
{
    unsigned char header[HEADER_LEN], expected[HEADER_LEN];
    ft_status st = FT_OK;
    struct stat info;

    j->fd = open_in(j, FT_JOURNAL_NAME, O_RDWR, err, &st);
    if (j->fd < 0)
        return st;
    *stale = true;
    make_header(j, expected);
    if (fstat(j->fd, &info) != 0 || !read_exactly(j, j->fd, header, HEADER_LEN, 0, &st, err)
        || memcmp(header, expected, HEADER_LEN) != 0) {
        close_fd(&j->fd);
        return st;
    }
    j->size = (uint64_t)info.st_size;
    j->len = HEADER_LEN;
    j->sum = header_sum(header);
    st = open_stored(j, err);
    *stale = false;
    j->found = j->stored >= 0;
    if (!j->found)
        close_fd(&j->fd);
    return st;
}

ft_status ft_journal_open(ft_journal **out, const char *dir, bool shared, const ft_journal_key *key, bool *stale,
                          ft_error *err)
{
    ft_journal *j = ft_alloc_zero(1, sizeof *j);
    ft_buf path = {0};

    *out = NULL;
    *stale = false;
    if (!j || !ft_io_join(&path, dir, FT_JOURNAL_NAME)) {
        ft_free(j);
        ft_buf_release(&path);
        return ft_fail_nomem(err);
    }
    j->dir = dir;
    j->path = (char *)path.data;
    j->shared = shared;
    j->key = *key;
    j->fd = j->stored = -1;
    ft_status st = open_found(j, stale, err);
    if (st == FT_OK)
        *out = j;
    else
        ft_journal_close(j);
    return st;
}

void ft_journal_close(ft_journal *j)
{
    if (!j)
        return;
    close_fd(&j->fd);
    close_fd(&j->stored);
    ft_buf_release(&j->buf);
    ft_buf_release(&j->notes);
    ft_free(j->noted);
    ft_free(j->path);
    ft_free(j);
}

bool ft_journal_found(const ft_journal *j)
{
    return j->found;
}

bool ft_journal_sealed(const ft_journal *j)
{
    return j->sealed[0] != '\0';
}

uint64_t ft_journal_docs(const ft_journal *j)
{
    return j->n_docs;
}

uint64_t ft_journal_size(const ft_journal *j)
{
    return j->fd >= 0 ? j->len : 0;
}

size_t ft_journal_files(const ft_journal *j, const char *names[FT_JOURNAL_FILES])
{
    size_t n = 0;

    if (j->fd < 0)
        return 0;
    names[n++] = FT_JOURNAL_NAME;
    names[n++] = FT_JOURNAL_SEGMENT;
    if (j->sealed[0])
        names[n++] = j->sealed;
    return n;
}

/* ------------------------------------------------ reading */

/* Reads the record at j->len into j->buf; *whole tells whether it is one, its runs aside. */
static ft_status read_record(ft_journal *j, bool *whole, ft_error *err)
{
    unsigned char head[HEAD_LEN];
    uint64_t left = j->size - j->len;
    ft_status st;

    *whole = false;
    ft_buf_reset(&j->buf);
    if (left < HEAD_LEN || !read_exactly(j, j->fd, head, HEAD_LEN, j->len, &st, err))
        return left < HEAD_LEN ? FT_OK : st;
    uint64_t code = ft_load_u64(head + H_CODE), runs = ft_load_u64(head + H_RUNS);
    if (ft_load_u32(head + H_KIND) != BATCH || code > left - HEAD_LEN || runs > left - HEAD_LEN - code)
        return FT_OK;
    size_t len = (size_t)(HEAD_LEN + code + runs);
    unsigned char *to = ft_buf_reserve(&j->buf, len);
    if (!to)
        return ft_fail_nomem(err);
    if (!read_exactly(j, j->fd, to, len, j->len, &st, err))
        return st;
    j->buf.len = len;
    *whole = memcmp(to, head, HEAD_LEN) == 0
             && ft_load_u64(to + H_SUM) == XXH3_64bits_withSeed(to + 8, (size_t)(HEAD_LEN + code - 8), j->sum);
    return FT_OK;
}

/* The packed text of a batch, from the segment's file. */
static ft_status read_stored(const ft_journal *j, ft_batch *batch, const ft_journal_code *c, bool *good, ft_error *err)
{
    ft_status st = FT_OK;

    *good = false;
    if (c->stored_len > 0) {
        unsigned char *to = ft_buf_reserve(&batch->packed.bytes, (size_t)c->stored_len);
        if (!to)
            return ft_fail_nomem(err);
        if (!read_exactly(j, j->stored, to, (size_t)c->stored_len, c->stored_at, &st, err))
            return st;
        batch->packed.bytes.len = (size_t)c->stored_len;
    }
    *good = XXH3_64bits(batch->packed.bytes.data, batch->packed.bytes.len) == c->stored_sum;
    return FT_OK;
}

/* Remembers where the notes of the record at j->len are. */
static ft_status remember_notes(ft_journal *j, const ft_batch *batch, const ft_journal_code *c, ft_error *err)
{
    ft_bytes notes = ft_bytes_of(batch->notes.data, batch->notes.len);

    if (c->notes_len == 0)
        return FT_OK;
    if (FT_GROW(j->noted, j->cap_noted, j->n_noted + 1) != 0)
        return ft_fail_nomem(err);
    j->noted[j->n_noted++] = (noted){j->len + HEAD_LEN + c->notes, j->n_docs, c->notes_len};
    for (; ft_bytes_left(&notes) > 0; j->n_notes++) {
        ft_bytes_varint(&notes);
        ft_bytes_take(&notes, (size_t)ft_bytes_varint(&notes));
    }
    return FT_OK;
}

ft_status ft_journal_next(ft_journal *j, ft_batch *batch, uint64_t stored, bool *more, ft_error *err)
{
    ft_journal_code c;
    bool good;
    ft_status st = read_record(j, &good, err);

    *more = false;
    if (st != FT_OK || !good)
        return st;
    const unsigned char *code = j->buf.data + HEAD_LEN;
    size_t len = (size_t)ft_load_u64(j->buf.data + H_CODE), runs = (size_t)ft_load_u64(j->buf.data + H_RUNS);
    st = ft_journal_decode(batch, code, len, code + len, runs, &c, &good, err);
    if (st == FT_OK && good && c.stored_at == stored)
        st = read_stored(j, batch, &c, more, err);
    if (st != FT_OK || !*more)
        return st;
    for (size_t i = 0; i < batch->runs.n; i++) {
        ft_run *run = &batch->runs.items[i];
        run->off += j->len + HEAD_LEN + len;
        ft_journal_take_run(j, run);
    }
    st = remember_notes(j, batch, &c, err);
    j->len += j->buf.len;
    j->sum = ft_load_u64(j->buf.data + H_SUM);
    j->n_docs += batch->n_docs;
    return st;
}

ft_status ft_journal_settle(ft_journal *j, ft_error *err)
{
    ft_buf_release(&j->buf);
    close_fd(&j->stored);
    j->sealed[0] = '\0';
    return ft_io_cut(j->fd, j->path, j->len, err);
}

ft_status ft_journal_restart(ft_journal *j, ft_error *err)
{
    close_fd(&j->fd);
    close_fd(&j->stored);
    if (ft_io->unlink(j->path) != 0 && errno != ENOENT)
        return ft_fail_errno(err, "%s: cannot remove", j->path);
    j->found = false;
    j->sealed[0] = '\0';
    j->n_docs = 0;
    j->n_noted = j->n_notes = j->at_noted = j->at_note = 0;
    ft_buf_reset(&j->notes);
    return FT_OK;
}

/* ------------------------------------------------ writing */

/* Makes the file, with its header. */
static ft_status begin_file(ft_journal *j, ft_error *err)
{
    unsigned char header[HEADER_LEN];
    ft_status st = ft_journal_restart(j, err);

    if (st != FT_OK)
        return st;
    j->fd = ft_io_open(j->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, ft_io_mode(j->shared));
    if (j->fd < 0)
        return ft_fail_errno(err, "%s: cannot create", j->path);
    make_header(j, header);
    j->len = HEADER_LEN;
    j->sum = header_sum(header);
    return ft_io_write_all(j->fd, j->path, header, HEADER_LEN, err);
}

static void put_head(ft_buf *out, uint32_t kind)
{
    ft_buf_reset(out);
    ft_buf_put_u64(out, 0);
    ft_buf_put_u32(out, kind);
    ft_buf_put_u32(out, 0);
    ft_buf_put_u64(out, 0);
    ft_buf_put_u64(out, 0);
}

/* Completes the head of the record in j->buf, which `runs` bytes will follow, and writes it. */
static ft_status write_record(ft_journal *j, uint64_t runs, uint64_t seed, uint64_t *sum, ft_error *err)
{
    ft_status st = ft_buf_status(&j->buf, err);

    if (st != FT_OK)
        return st;
    unsigned char *head = j->buf.data;
    ft_store_u64(head + H_CODE, j->buf.len - HEAD_LEN);
    ft_store_u64(head + H_RUNS, runs);
    *sum = XXH3_64bits_withSeed(head + 8, j->buf.len - 8, seed);
    ft_store_u64(head + H_SUM, *sum);
    return ft_io_write_all(j->fd, j->path, head, j->buf.len, err);
}

ft_status ft_journal_append(ft_journal *j, ft_batch *batch, uint64_t stored, ft_error *err)
{
    ft_status st = j->fd < 0 ? begin_file(j, err) : FT_OK;
    uint64_t runs = 0, sum = 0;

    if (st != FT_OK)
        return st;
    put_head(&j->buf, BATCH);
    ft_journal_encode(&j->buf, batch, stored);
    uint64_t off = j->len + j->buf.len;
    for (size_t i = 0; i < batch->runs.n; i++) {
        batch->runs.items[i].off = off + runs;
        runs += batch->runs.items[i].len;
    }
    st = write_record(j, runs, j->sum, &sum, err);
    for (size_t i = 0; st == FT_OK && i < batch->runs.n; i++)
        st = ft_io_write_all(j->fd, j->path, batch->runs.items[i].mem.data, (size_t)batch->runs.items[i].len, err);
    j->len = off + runs;
    j->sum = sum;
    j->n_docs += batch->n_docs;
    return st;
}

ft_status ft_journal_seal(ft_journal *j, uint64_t hash, ft_error *err)
{
    unsigned char header[HEADER_LEN];
    uint64_t sum;

    if (j->fd < 0)
        return FT_OK;
    make_header(j, header);
    put_head(&j->buf, SEAL);
    ft_buf_put_u64(&j->buf, hash);
    ft_segment_name(j->sealed, hash);
    return write_record(j, 0, header_sum(header), &sum, err);
}

bool ft_journal_take_run(const ft_journal *j, ft_run *run)
{
    if (run->fd >= 0 || run->off == 0)
        return false;
    ft_buf_release(&run->mem);
    run->fd = j->fd;
    run->borrowed = true;
    return true;
}

/* ------------------------------------------------ notes */

size_t ft_journal_notes(const ft_journal *j)
{
    return j->n_notes;
}

/* The notes of the next record that has some, into j->notes. */
static ft_status load_notes(ft_journal *j, ft_error *err)
{
    const noted *n = &j->noted[j->at_noted];
    ft_status st;

    ft_buf_reset(&j->notes);
    j->at_note = 0;
    unsigned char *to = ft_buf_reserve(&j->notes, n->len);
    if (!to)
        return ft_fail_nomem(err);
    if (!read_exactly(j, j->fd, to, n->len, n->off, &st, err))
        return st != FT_OK ? st : ft_fail(err, FT_EIO, "%s: a temporary file became shorter", j->path);
    j->notes.len = n->len;
    return FT_OK;
}

ft_status ft_journal_next_note(ft_journal *j, ft_note *out, bool *more, ft_error *err)
{
    ft_status st = FT_OK;

    *out = (ft_note){0};
    *more = j->at_noted < j->n_noted;
    if (*more && j->notes.len == 0)
        st = load_notes(j, err);
    if (st != FT_OK || !*more)
        return st;
    ft_bytes in = ft_bytes_of(j->notes.data + j->at_note, j->notes.len - j->at_note);
    out->documents = j->noted[j->at_noted].first_doc + ft_bytes_varint(&in);
    uint64_t len = ft_bytes_varint(&in);
    const unsigned char *bytes = len <= ft_bytes_left(&in) ? ft_bytes_take(&in, (size_t)len) : NULL;
    if (!bytes || in.failed)
        return ft_fail(err, FT_EIO, "%s: a temporary file changed while it was in use", j->path);
    out->bytes = (ft_str){(const char *)bytes, (size_t)len};
    j->at_note = (size_t)(in.p - j->notes.data);
    if (j->at_note == j->notes.len) {
        j->at_noted++;
        j->notes.len = 0; /* the bytes stay until the next call */
    }
    return FT_OK;
}
