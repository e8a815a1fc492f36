/* origins.h - which source each document came from, as a run-length list for each segment, and the file beside the
 * manifest that keeps these lists and the caller's own record of its sources. FORMAT.md, "Origins". */
#ifndef FT_ORIGINS_H
#define FT_ORIGINS_H

#include "buf.h"

struct ft_manifest;

#define FT_ORIGINS_SUFFIX ".src" /* 16 hex digits of the content hash before it */

/* Documents from where the run before ends up to `end` came from `source`. */
typedef struct ft_origin {
    uint32_t end, source;
} ft_origin;

/* Of one segment. Documents behind the last run have source 0, "none"; zeroed, all have. */
typedef struct ft_origins {
    ft_origin *runs; /* owned; neighbours differ in source */
    size_t n, cap;
} ft_origins;

void ft_origins_release(ft_origins *o);
/* False when out of memory; *to is then empty. */
bool ft_origins_copy(ft_origins *to, const ft_origins *from);
/* Says where a document came from, documents in ascending order. False when out of memory. */
bool ft_origins_put(ft_origins *o, uint32_t doc, uint32_t source);
/* The source of a document. */
uint32_t ft_origins_at(const ft_origins *o, uint32_t doc);

/* The file's name. */
void ft_origins_name(char out[32], uint64_t hash);

/* Writes the file for the segments of m and the caller's bytes, durable but for its directory entry, and has m name
 * it; none where there is nothing to keep. `there` is the hash of a file that exists already (0: none). */
ft_status ft_origins_write(struct ft_manifest *m, ft_str bytes, uint64_t there, const char *dir, bool shared,
                           ft_error *err);

/* Takes in the file's content, `len` bytes at data: sets the lists of the segments of m; *bytes is the caller's part,
 * within data. FT_ECORRUPT, FT_EVERSION. */
ft_status ft_origins_parse(struct ft_manifest *m, const void *data, size_t len, const char *name, ft_str *bytes,
                           ft_error *err);

/* Reads the file that m names, if it names one, and parses it; the caller's part is appended to out. FT_ECORRUPT if it
 * is not there. */
ft_status ft_origins_read(struct ft_manifest *m, const char *dir, ft_buf *out, ft_error *err);

#endif
