/* store.h - stored text: one stream of bytes (each document's title, then its text, in document order), cut every
 * 16 KiB into blocks that are compressed by themselves (zlib format). FORMAT.md, "Stored text".
 *
 * Blocks are compressed wherever it suits (ft_store_pack is a pure function) and appended in order. */
#ifndef FT_STORE_H
#define FT_STORE_H

#include "offsets.h"

#define FT_STORE_BLOCK 16384u /* bytes of text in a block, the last one excepted */

/* Compresses one block of at most FT_STORE_BLOCK bytes, appending to out the block as it stands in the file (stored
 * plain when that is not larger). One packer per thread. */
typedef struct ft_packer ft_packer;
ft_status ft_packer_new(ft_packer **out, ft_error *err);
void ft_packer_free(ft_packer *p);
ft_status ft_store_pack(ft_packer *p, const void *text, size_t len, ft_buf *out);

/* Writer: appends packed blocks to part STORED of w (which the caller has begun) and remembers where
 * they begin. */
typedef struct ft_store_writer {
    ft_offsets_writer starts; /* of the blocks, for part STORED_INDEX */
    uint64_t raw;             /* bytes of text so far */
    uint64_t packed;          /* bytes of blocks so far */
} ft_store_writer;
ft_status ft_store_writer_init(ft_store_writer *sw, const char *dir, ft_error *err);
/* One packed block holding raw_len bytes of text; only the last may hold fewer than FT_STORE_BLOCK. */
void ft_store_writer_block(ft_store_writer *sw, ft_envelope_writer *w, const void *packed, size_t len, size_t raw_len);
/* Writes part STORED_INDEX (begins it itself). */
ft_status ft_store_writer_finish(ft_store_writer *sw, ft_envelope_writer *w, ft_error *err);
void ft_store_writer_release(ft_store_writer *sw);

/* Reader. Borrows the envelope. */
typedef struct ft_store {
    const ft_envelope *env;
    ft_str blocks;
    ft_offsets starts; /* of the blocks */
    uint64_t raw_len;  /* of the whole stream */
} ft_store;
ft_status ft_store_open(ft_store *s, const ft_envelope *env, ft_error *err);
/* Block i (i < starts.n) as it stands in the file, and how many bytes of text it holds. */
ft_status ft_store_block(const ft_store *s, uint64_t i, ft_str *packed, size_t *raw, ft_error *err);
/* Bytes [off, off + len) of the stream, appended to out. FT_ECORRUPT if they are not there. Thread-safe. */
ft_status ft_store_read(const ft_store *s, uint64_t off, uint64_t len, ft_buf *out, ft_error *err);
/* The same through a window that keeps the block last unpacked, so that reads near each other unpack it once. Zeroed to
 * begin with; belongs to one thread; released by ft_store_window_release. */
struct libdeflate_decompressor;
typedef struct ft_store_window {
    const ft_store *store; /* whose block `text` is; NULL: none. Borrowed */
    uint64_t block;
    ft_buf text;
    struct libdeflate_decompressor *inflate;
} ft_store_window;
ft_status ft_store_read_near(ft_store_window *w, const ft_store *s, uint64_t off, uint64_t len, ft_buf *out,
                             ft_error *err);
void ft_store_window_release(ft_store_window *w);
/* Decompresses everything and verifies every invariant; reports through err. */
ft_status ft_store_check(const ft_store *s, ft_error *err);

#endif
