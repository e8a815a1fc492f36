/* manifest.h - the commit point: one small file that names the segments of an index, what is deleted in each, and how
 * text is analysed. FORMAT.md, "Manifest". */
#ifndef FT_MANIFEST_H
#define FT_MANIFEST_H

#include "analyze.h"
#include "io.h"
#include "origins.h"

#define FT_MANIFEST_NAME "MANIFEST"
#define FT_LOCK_NAME "LOCK"
#define FT_SEGMENT_SUFFIX ".seg" /* 16 hex digits of the content hash before it */
#define FT_MANIFEST_SEGMENTS 65536u /* at most */
#define FT_MANIFEST_MAX ((size_t)1 << 30) /* bytes of the file, and of all deletion sets in memory */
#define FT_TEMP_PREFIX "tmp-"    /* files of an unfinished write; removed by the next writer */

typedef struct ft_manifest_segment {
    uint64_t hash, len;       /* of the file; its name is the hash in hex */
    uint32_t n_docs, n_passages;
    uint32_t n_deleted;       /* documents */
    uint64_t *deleted;        /* bit per document, (n_docs + 63) / 64 words; NULL when none; owned */
    bool titles_only;         /* as the manifest's: the segment must agree */
    ft_origins origins;       /* of its documents; kept in a file of their own, which origins.h reads and writes */
} ft_manifest_segment;

typedef struct ft_manifest {
    uint64_t generation;      /* counts commits, from 1 */
    uint64_t file_len;        /* bytes of the manifest as it was read */
    ft_analysis analysis;
    uint64_t fingerprint;
    char unicode[48];         /* version that wrote it; set by parsing, for messages */
    double k1, b;
    bool titles_only;         /* the texts of documents are not kept */
    uint64_t origins_hash, origins_len; /* of the file with the origins; both 0: there is none */
    ft_manifest_segment *segments; /* owned */
    size_t n_segments, cap_segments;
} ft_manifest;

void ft_manifest_release(ft_manifest *m);
ft_status ft_manifest_copy(ft_manifest *to, const ft_manifest *from, ft_error *err);
/* What a segment owns. */
void ft_manifest_segment_release(ft_manifest_segment *seg);
/* Appends a segment (deleted and origins are taken). */
ft_status ft_manifest_add(ft_manifest *m, const ft_manifest_segment *seg, ft_error *err);
/* Marks a document deleted; false if it was already. *st gets FT_ENOMEM. */
bool ft_manifest_delete(ft_manifest_segment *seg, uint32_t doc, ft_status *st);
bool ft_manifest_is_deleted(const ft_manifest_segment *seg, uint32_t doc);

/* Reads dir/MANIFEST. FT_ENOINDEX if the directory or the file is missing ("only an unfinished build" said when our
 * temporary files are there), FT_ECORRUPT, FT_EVERSION (newer format). Does not compare the fingerprint. */
ft_status ft_manifest_read(ft_manifest *m, const char *dir, ft_error *err);
/* Parses manifest bytes; for readers, tests and fuzzers. name is for messages. */
ft_status ft_manifest_parse(ft_manifest *m, const void *data, size_t len, const char *name, ft_error *err);
/* Commits: writes a temporary file, syncs it, renames it to MANIFEST, syncs the directory. */
ft_status ft_manifest_write(const ft_manifest *m, const char *dir, bool shared, ft_error *err);

/* FT_EVERSION ("analysed by other tables or another stemmer", hint rebuild) unless this engine analyses as the
 * manifest says. */
ft_status ft_manifest_check_analysis(const ft_manifest *m, ft_error *err);

/* The file name of a segment: 16 hex digits and the suffix. */
void ft_segment_name(char out[32], uint64_t hash);

/* The writer's lock: dir/LOCK, held by an open file description lock, so the kernel drops it with the process.
 * FT_ELOCKED if another writer has it. *fd is closed to release. */
ft_status ft_lock_take(const char *dir, bool shared, int *fd, ft_error *err);
void ft_lock_release(int fd);

/* What is in a directory; and makes it if missing (0700, or by the umask), its name durable in either case. */
typedef struct ft_dir_state {
    bool existed, has_manifest, has_foreign; /* foreign: any entry that is not ours */
    bool has_ours;                           /* segments, temporary files or a lock */
} ft_dir_state;
ft_status ft_dir_survey(const char *dir, ft_dir_state *out, ft_error *err);
ft_status ft_dir_make(const char *dir, bool shared, ft_error *err);
/* Removes temporary files, and segments and origins that the manifest does not name (all if m is NULL). Never anything
 * that is not ours by name. */
ft_status ft_dir_clean(const char *dir, const ft_manifest *m, ft_error *err);
/* The same, but leaves the n names in `keep`. */
ft_status ft_dir_clean_but(const char *dir, const ft_manifest *m, const char *const *keep, size_t n, ft_error *err);

#endif
