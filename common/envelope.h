/* envelope.h - the sealed file around a segment's parts: header, parts, directory, checksums, footer.
 * FORMAT.md, "Envelope".
 *
 * The file is covered by XXH3 checksums of its 64 KiB blocks; the table of checksums and the directory are covered by
 * the footer. Opening verifies footer, table and directory (before magic and version are believed); every other byte
 * is verified on first touch, by ft_envelope_touch(). */
#ifndef FT_ENVELOPE_H
#define FT_ENVELOPE_H

#include "io.h"

#include <stdatomic.h>

#define FT_ENVELOPE_BLOCK 65536u /* bytes under one checksum */
#define FT_ENVELOPE_PARTS 64     /* directory entries at most */
#define FT_ENVELOPE_ALIGN 64     /* parts begin at multiples of this */
#define FT_ENVELOPE_TAIL 64      /* at least so many mapped bytes follow every part: short over-reads are harmless */

enum ft_part_flags {
    FT_PART_REQUIRED = 1 /* a reader that does not know this part must refuse the file */
};

/* ------------------------------------------------ writing */

typedef struct ft_envelope_entry {
    uint32_t id, flags;
    uint64_t off, len;
} ft_envelope_entry;

typedef struct ft_envelope_writer {
    int fd;
    char *path;        /* of the temporary file; owned */
    uint64_t off;      /* bytes written or buffered */
    uint64_t filed;    /* bytes that the file has: not written again */
    ft_buf block;      /* the 64 KiB block being filled */
    ft_buf sums;       /* checksums so far */
    ft_envelope_entry parts[FT_ENVELOPE_PARTS];
    uint32_t n_parts;
    bool open_part;
    bool keep;         /* ft_envelope_abandon leaves the file to somebody else */
    ft_status st;      /* sticky */
    ft_error err;
} ft_envelope_writer;

/* Creates dir/name (0600, or by the umask when shared); it must not exist. */
ft_status ft_envelope_create(ft_envelope_writer *w, const char *dir, const char *name, bool shared, ft_error *err);
/* Opens an unfinished file again, to bring the writer where it was: what is put now is taken to be there already, as
 * far as the file goes, and only hashed. The caller has seen to it that it is. FT_ENOTFOUND if there is no such file,
 * or not one that begins as ft_envelope_create begins it. */
ft_status ft_envelope_reopen(ft_envelope_writer *w, const char *dir, const char *name, ft_error *err);
/* Ends that: the file is cut behind what was put, and what comes now is written. */
ft_status ft_envelope_settle(ft_envelope_writer *w, ft_error *err);
/* Hands everything put so far to the system. */
ft_status ft_envelope_push(ft_envelope_writer *w, ft_error *err);
/* Begins part `id` at an aligned offset; the part before it ends. Writing is sticky: failures surface in finish. */
void ft_envelope_begin(ft_envelope_writer *w, uint32_t id, uint32_t flags);
void ft_envelope_put(ft_envelope_writer *w, const void *data, size_t len);
/* Bytes in the current part so far. */
uint64_t ft_envelope_tell(const ft_envelope_writer *w);
/* Like ft_envelope_put, in the shape ft_spool_drain wants; arg is the writer. */
ft_status ft_envelope_sink(void *arg, const void *data, size_t len, ft_error *err);
ft_status ft_envelope_status(const ft_envelope_writer *w, ft_error *err);
/* Writes directory, checksums and footer, syncs and closes. *hash identifies the content, *len is the file's. The file
 * stays under its temporary name. On failure the file is removed. */
ft_status ft_envelope_finish(ft_envelope_writer *w, uint64_t *hash, uint64_t *len, ft_error *err);
/* Gives up an unfinished file and, unless w->keep, removes it; harmless after finish. */
void ft_envelope_abandon(ft_envelope_writer *w);

/* ------------------------------------------------ reading */

typedef struct ft_envelope {
    ft_mapping map;
    char *name;                  /* file name, for messages; owned */
    uint64_t hash;               /* of the content */
    uint64_t body;               /* bytes covered by the checksum table */
    const unsigned char *sums;   /* into the mapping */
    _Atomic uint64_t *verified;  /* a bit per block; owned */
    ft_envelope_entry parts[FT_ENVELOPE_PARTS];
    uint32_t n_parts;
} ft_envelope;

/* Opens dir/name and verifies its frame. FT_ECORRUPT (also when missing or of another length or hash than expected);
 * FT_EVERSION for a newer format; a required part not among known_ids is FT_EVERSION too. */
ft_status ft_envelope_open(ft_envelope *e, const char *dir, const char *name, uint64_t expected_len,
                           uint64_t expected_hash, const uint32_t *known_ids, size_t n_known, ft_error *err);
void ft_envelope_close(ft_envelope *e);

/* A part's bytes, not yet verified; an absent part gives an empty string. */
ft_str ft_envelope_part(const ft_envelope *e, uint32_t id);

/* Verifies (once) the blocks that hold [p, p + len), which lies inside the mapping. Thread-safe. */
ft_status ft_envelope_verify(const ft_envelope *e, const void *p, size_t len, ft_error *err);

/* Whether all those blocks were verified before; the fast path. */
static inline bool ft_envelope_seen(const ft_envelope *e, const void *p, size_t len)
{
    uint64_t from = (uint64_t)((const unsigned char *)p - e->map.data);
    uint64_t first = from / FT_ENVELOPE_BLOCK, last = (from + (len ? len - 1 : 0)) / FT_ENVELOPE_BLOCK;
    for (uint64_t i = first; i <= last; i++)
        if (!(atomic_load_explicit(&e->verified[i / 64], memory_order_acquire) >> (i % 64) & 1))
            return false;
    return true;
}

static inline ft_status ft_envelope_touch(const ft_envelope *e, const void *p, size_t len, ft_error *err)
{
    return ft_envelope_seen(e, p, len) ? FT_OK : ft_envelope_verify(e, p, len, err);
}

/* Verifies every byte of the file, padding included. */
ft_status ft_envelope_check(const ft_envelope *e, ft_error *err);

/* FT_ECORRUPT at byte p of the mapping. */
ft_status ft_envelope_corrupt(const ft_envelope *e, const void *p, const char *what, ft_error *err);

#endif
