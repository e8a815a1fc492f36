/* segfile.h - segment files made of chosen parts, damaged at will and sealed again: what the tests and fuzzers of the
 * storage modules share. Everything is static, so that fuzz targets need nothing but the library. */
#ifndef FT_SEGFILE_H
#define FT_SEGFILE_H

#include "bytes.h"
#include "envelope.h"
#include "io.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FT_SEGFILE_NAME "part.seg"
#define FT_SEGFILE_IDS 15u /* parts 1 to 15 are known when it is opened */

/* A directory with one segment file in it. */
typedef struct ft_segfile {
    char dir[64];
    uint64_t len, hash;
} ft_segfile;

static inline bool ft_segfile_init(ft_segfile *f)
{
    const char *tmp = getenv("TMPDIR");

    *f = (ft_segfile){.len = 0};
    snprintf(f->dir, sizeof f->dir, "%s/ftXXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    return mkdtemp(f->dir) != NULL;
}

static inline const char *ft_segfile_path(const ft_segfile *f)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/" FT_SEGFILE_NAME, f->dir);
    return path;
}

static inline void ft_segfile_remove(ft_segfile *f)
{
    unlink(ft_segfile_path(f));
    rmdir(f->dir);
}

/* Begins the file anew. */
static inline ft_status ft_segfile_begin(ft_segfile *f, ft_envelope_writer *w, ft_error *err)
{
    unlink(ft_segfile_path(f));
    return ft_envelope_create(w, f->dir, FT_SEGFILE_NAME, false, err);
}

static inline ft_status ft_segfile_end(ft_segfile *f, ft_envelope_writer *w, ft_error *err)
{
    return ft_envelope_finish(w, &f->hash, &f->len, err);
}

/* Makes the file of n parts as they are given, whatever they hold. */
static inline ft_status ft_segfile_make(ft_segfile *f, const uint32_t *ids, const ft_str *parts, size_t n)
{
    ft_envelope_writer w;
    ft_status st = ft_segfile_begin(f, &w, NULL);

    if (st != FT_OK)
        return st;
    for (size_t i = 0; i < n; i++) {
        ft_envelope_begin(&w, ids[i], FT_PART_REQUIRED);
        ft_envelope_put(&w, parts[i].ptr, parts[i].len);
    }
    return ft_segfile_end(f, &w, NULL);
}

static inline ft_status ft_segfile_open(const ft_segfile *f, ft_envelope *e, ft_error *err)
{
    uint32_t known[FT_SEGFILE_IDS];

    for (uint32_t i = 0; i < FT_SEGFILE_IDS; i++)
        known[i] = i + 1;
    return ft_envelope_open(e, f->dir, FT_SEGFILE_NAME, f->len, f->hash, known, FT_SEGFILE_IDS, err);
}

/* The file's bytes; to be freed with free(). */
static inline unsigned char *ft_segfile_load(const ft_segfile *f)
{
    unsigned char *data = malloc(f->len + 1);
    FILE *in = fopen(ft_segfile_path(f), "rb");
    size_t n = in && data ? fread(data, 1, f->len, in) : 0;

    if (in)
        fclose(in);
    if (n == f->len)
        return data;
    free(data);
    return NULL;
}

/* Replaces the file's bytes; what is expected of it stays as it was. */
static inline bool ft_segfile_store(const ft_segfile *f, const unsigned char *data, size_t len)
{
    FILE *out = fopen(ft_segfile_path(f), "wb");
    bool ok = out && fwrite(data, 1, len, out) == len;

    if (out && fclose(out) != 0)
        ok = false;
    return ok;
}

/* Makes all checksums right again, as far as the footer's fields lead to them; returns the new content hash. */
static inline uint64_t ft_segfile_seal(unsigned char *data, size_t len)
{
    unsigned char *footer = data + len - 64;
    uint64_t table = ft_load_u64(footer + 24), body = len - 64;

    if (table <= body) {
        uint64_t blocks = (table + FT_ENVELOPE_BLOCK - 1) / FT_ENVELOPE_BLOCK;
        for (uint64_t i = 0; i < blocks && table + 8 * i + 8 <= body; i++) {
            uint64_t off = i * FT_ENVELOPE_BLOCK;
            uint64_t n = table - off < FT_ENVELOPE_BLOCK ? table - off : FT_ENVELOPE_BLOCK;
            ft_store_u64(data + table + 8 * i, XXH3_64bits(data + off, n));
        }
        ft_store_u64(footer + 40, XXH3_64bits(data + table, len - table - 24));
    }
    ft_store_u64(footer + 56, XXH3_64bits(footer, 56));
    return ft_load_u64(footer + 40);
}

/* Calls look(arg, sealed, st) for each bit of the file, flipped, as it is and sealed again: st is what opening said,
 * and e is open if that is FT_OK. False if the file could not be handled. */
static inline bool ft_segfile_flip_all(ft_segfile *f,
                                       void (*look)(void *arg, const ft_envelope *e, ft_status st, bool sealed),
                                       void *arg)
{
    const ft_segfile original = *f;
    unsigned char *data = ft_segfile_load(f), *damaged = malloc(f->len);
    bool ok = data && damaged;

    for (uint64_t bit = 0; ok && bit < 16 * f->len; bit++) {
        bool sealed = bit >= 8 * f->len;
        uint64_t at = bit % (8 * f->len);
        ft_envelope e;
        memcpy(damaged, data, f->len);
        damaged[at / 8] ^= (unsigned char)(1u << at % 8);
        if (sealed)
            f->hash = ft_segfile_seal(damaged, f->len);
        ok = ft_segfile_store(f, damaged, f->len);
        ft_status st = ok ? ft_segfile_open(f, &e, NULL) : FT_EIO;
        if (ok)
            look(arg, &e, st, sealed);
        if (st == FT_OK)
            ft_envelope_close(&e);
        f->hash = original.hash;
    }
    if (ok)
        ok = ft_segfile_store(f, data, f->len);
    free(data);
    free(damaged);
    return ok;
}

#endif
