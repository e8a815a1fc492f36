/* fuzzparts.h - turns fuzz input into the parts of a sealed segment file. Even first byte: the parts are the input's
 * own bytes. Odd: they are those of a valid file, with the bytes of the input edited into them, three at a time (place
 * u16, value). The writer of the envelope seals either, so that the decoders behind the checksums are reached. */
#ifndef FT_FUZZPARTS_H
#define FT_FUZZPARTS_H

#include "mem.h"
#include "segfile.h"

#define FT_FUZZ_PARTS 3u

typedef struct ft_fuzzparts {
    ft_segfile file;
    const uint32_t *ids;          /* of the parts, FT_FUZZ_PARTS of them */
    ft_buf valid[FT_FUZZ_PARTS];  /* what they hold in a valid file */
    unsigned char head;           /* second byte of the input, for the target's use */
} ft_fuzzparts;

static ft_fuzzparts *ft_fuzzparts_current;

static inline int ft_fuzzparts_no_sync(int fd)
{
    (void)fd;
    return 0;
}

static inline void ft_fuzzparts_remove(void)
{
    for (unsigned i = 0; i < FT_FUZZ_PARTS; i++)
        ft_buf_release(&ft_fuzzparts_current->valid[i]);
    ft_segfile_remove(&ft_fuzzparts_current->file);
}

/* Once: write makes the parts of the valid file. */
static inline void ft_fuzzparts_init(ft_fuzzparts *p, const uint32_t *ids,
                                     void (*write)(ft_envelope_writer *w, const char *dir))
{
    static ft_io_table table;
    ft_envelope_writer w;
    ft_envelope e;

    table = ft_io_system;
    table.sync = ft_fuzzparts_no_sync;
    ft_io = &table;
    p->ids = ids;
    ft_fuzzparts_current = p;
    if (!ft_segfile_init(&p->file) || ft_segfile_begin(&p->file, &w, NULL) != FT_OK)
        abort();
    atexit(ft_fuzzparts_remove);
    write(&w, p->file.dir);
    if (ft_segfile_end(&p->file, &w, NULL) != FT_OK || ft_segfile_open(&p->file, &e, NULL) != FT_OK)
        abort();
    for (unsigned i = 0; i < FT_FUZZ_PARTS; i++) {
        ft_str part = ft_envelope_part(&e, ids[i]);
        ft_buf_put(&p->valid[i], part.ptr, part.len);
    }
    ft_envelope_close(&e);
}

/* The input itself, split by two lengths u16 into three. */
static inline void ft_fuzzparts_split(ft_buf parts[FT_FUZZ_PARTS], const uint8_t *data, size_t size)
{
    for (unsigned i = 0; i < FT_FUZZ_PARTS; i++) {
        size_t want = size;
        if (i + 1 < FT_FUZZ_PARTS) {
            want = size < 2 ? 0 : ft_load_u16(data);
            data += size < 2 ? 0 : 2;
            size -= size < 2 ? 0 : 2;
        }
        size_t n = want < size ? want : size;
        ft_buf_put(&parts[i], data, n);
        data += n;
        size -= n;
    }
}

static inline void ft_fuzzparts_edit(const ft_fuzzparts *p, ft_buf parts[FT_FUZZ_PARTS], const uint8_t *data,
                                     size_t size)
{
    size_t total = 0;

    for (unsigned i = 0; i < FT_FUZZ_PARTS; i++) {
        ft_buf_put(&parts[i], p->valid[i].data, p->valid[i].len);
        total += p->valid[i].len;
    }
    for (; size >= 3; data += 3, size -= 3) {
        size_t at = ft_load_u16(data) % total;
        unsigned i = 0;
        while (at >= parts[i].len)
            at -= parts[i++].len;
        parts[i].data[at] = data[2];
    }
}

/* The segment file that the input stands for, open; false if there is none. Close it with ft_envelope_close. */
static inline bool ft_fuzzparts_open(ft_fuzzparts *p, const uint8_t *data, size_t size, ft_envelope *e)
{
    ft_buf parts[FT_FUZZ_PARTS] = {{0}};
    ft_str strs[FT_FUZZ_PARTS];

    if (size < 2)
        return false;
    p->head = data[1];
    if (data[0] % 2 == 0)
        ft_fuzzparts_split(parts, data + 2, size - 2);
    else
        ft_fuzzparts_edit(p, parts, data + 2, size - 2);
    for (unsigned i = 0; i < FT_FUZZ_PARTS; i++)
        strs[i] = (ft_str){(const char *)parts[i].data, parts[i].len};
    bool ok = ft_segfile_make(&p->file, p->ids, strs, FT_FUZZ_PARTS) == FT_OK &&
              ft_segfile_open(&p->file, e, NULL) == FT_OK;
    for (unsigned i = 0; i < FT_FUZZ_PARTS; i++)
        ft_buf_release(&parts[i]);
    return ok;
}

/* Decoders may find damage, and nothing else may go wrong. */
static inline bool ft_fuzzparts_ok(ft_status st)
{
    if (st != FT_OK && st != FT_ECORRUPT)
        abort();
    return st == FT_OK;
}

#endif
