/* source_stream.h - the bytes of one input, gunzipped on the way if they are gzip's, and turned into UTF-8 if asked. */
#ifndef FT_SOURCE_STREAM_H
#define FT_SOURCE_STREAM_H

#include "buf.h"
#include "charset.h"

typedef struct ft_gzip ft_gzip;

/* One stream serves many inputs, one after the other, and keeps its buffers. */
typedef struct ft_stream {
    int fd;                     /* borrowed */
    const char *name;           /* borrowed; for messages */
    const volatile int *cancel; /* or NULL */
    void (*seen)(void *arg, const void *data, size_t len); /* is shown the bytes as they are read; or NULL */
    void *seen_arg;
    unsigned char *head;        /* owned: the first bytes, after gunzipping */
    size_t head_len, head_used;
    unsigned char *raw;         /* owned: bytes read and not yet given or gunzipped */
    size_t raw_begin, raw_end;
    bool raw_at_end;
    bool gzipped;
    ft_gzip *gzip;              /* owned; NULL until first needed */
    ft_charset *charset;        /* owned; NULL: bytes are given as they are */
    unsigned char *coded;       /* owned: bytes not yet converted */
    size_t coded_len;
    unsigned char *text;        /* owned: what was converted and not yet given */
    size_t text_len, text_used;
    bool text_ended;
    const char *damage;         /* after the last byte: why there are no more, or NULL; static text */
    uint64_t n_in, n_out;       /* bytes read, bytes given */
} ft_stream;

/* Begins with a descriptor and reads ahead; seen, seen_arg and the buffers stay. Release the stream after a failure
 * too. */
ft_status ft_stream_open(ft_stream *s, int fd, const char *name, const volatile int *cancel, ft_error *err);
void ft_stream_release(ft_stream *s);

/* From here on the bytes are converted from the encoding, a name of charset.h, to UTF-8, and so are the first bytes.
 * Before anything was read. FT_EINVAL if the system cannot. */
ft_status ft_stream_decode(ft_stream *s, const char *charset, ft_error *err);

/* The first bytes, at least 8 KiB where there are so many; they stay to be read. Valid until the first read. */
ft_str ft_stream_peek(const ft_stream *s);

/* Reads on; 0 bytes at the end, `damage` then tells whether it is the true one. An ft_lines_read. FT_EIO, FT_ENOMEM,
 * FT_ECANCELED. */
ft_status ft_stream_read(void *stream, void *room, size_t cap, size_t *got, ft_error *err);

/* Whether what was read is so much larger than its compressed form that holding it all is refused. */
bool ft_stream_is_bomb(const ft_stream *s);

/* Whether bytes begin as gzip data does. */
bool ft_gzip_is(const unsigned char *p, size_t len);

/* Members of a gzip stream, bytes in, bytes out. */
ft_status ft_gzip_new(ft_gzip **out, ft_error *err);
void ft_gzip_free(ft_gzip *g);
ft_status ft_gzip_reset(ft_gzip *g, ft_error *err);
/* Consumes up to *in_len bytes and produces up to *out_len, both updated to what was done. at_end: no input follows
 * these bytes. *done after the last member; *damage says what is wrong with the data, or NULL. */
ft_status ft_gzip_run(ft_gzip *g, const unsigned char *in, size_t *in_len, bool at_end, unsigned char *out,
                      size_t *out_len, bool *done, const char **damage, ft_error *err);

#endif
