/* source_gzip.c - gzip data of one or more members through zlib, in constant memory; see source_stream.h. */
#include "source_stream.h"

#include "mem.h"

#include <limits.h>
#include <zlib.h>

struct ft_gzip {
    z_stream z;
    bool between; /* members: the last one ended and the next has not begun */
};

static void *z_alloc(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return ft_alloc(n, size);
}

static void z_free(void *opaque, void *p)
{
    (void)opaque;
    ft_free(p);
}

bool ft_gzip_is(const unsigned char *p, size_t len)
{
    return len >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8;
}

ft_status ft_gzip_new(ft_gzip **out, ft_error *err)
{
    ft_gzip *g = ft_alloc_zero(1, sizeof *g);

    *out = NULL;
    if (!g)
        return ft_fail_nomem(err);
    g->z.zalloc = z_alloc;
    g->z.zfree = z_free;
    if (inflateInit2(&g->z, 15 + 16) != Z_OK) {
        ft_free(g);
        return ft_fail_nomem(err);
    }
    *out = g;
    return FT_OK;
}

void ft_gzip_free(ft_gzip *g)
{
    if (!g)
        return;
    inflateEnd(&g->z);
    ft_free(g);
}

ft_status ft_gzip_reset(ft_gzip *g, ft_error *err)
{
    g->between = false;
    return inflateReset(&g->z) == Z_OK ? FT_OK : ft_fail(err, FT_EIO, "gzip: cannot start");
}

/* Between members: another one begins, or only zeros follow (padding of tapes), or something else does. */
static bool next_member(ft_gzip *g, const unsigned char *in, size_t len, bool *done, const char **damage)
{
    size_t zeros = 0;

    if (ft_gzip_is(in, len)) {
        g->between = false;
        return inflateReset(&g->z) == Z_OK;
    }
    while (zeros < len && in[zeros] == 0)
        zeros++;
    *done = true;
    if (zeros < len)
        *damage = "bytes after the gzip data are none";
    return false;
}

ft_status ft_gzip_run(ft_gzip *g, const unsigned char *in, size_t *in_len, bool at_end, unsigned char *out,
                      size_t *out_len, bool *done, const char **damage, ft_error *err)
{
    size_t have = *in_len < UINT_MAX ? *in_len : UINT_MAX, room = *out_len < UINT_MAX ? *out_len : UINT_MAX;

    *in_len = *out_len = 0;
    *done = false;
    *damage = NULL;
    if (g->between && ((have < 3 && !at_end) || !next_member(g, in, have, done, damage)))
        return FT_OK;
    unsigned char *start;
    memcpy(&start, &in, sizeof start); /* zlib reads through a pointer that is not const */
    g->z.next_in = start;
    g->z.avail_in = (uInt)have;
    g->z.next_out = out;
    g->z.avail_out = (uInt)room;
    int r = inflate(&g->z, Z_NO_FLUSH);
    *in_len = have - g->z.avail_in;
    *out_len = room - g->z.avail_out;
    if (r == Z_MEM_ERROR)
        return ft_fail_nomem(err);
    if (r == Z_STREAM_END) {
        g->between = true;
    } else if (r != Z_OK && r != Z_BUF_ERROR) {
        *done = true;
        *damage = "the gzip data is damaged";
    } else if (at_end && *in_len == have && *out_len < room) {
        *done = true;
        *damage = "the gzip data ends early";
    }
    return FT_OK;
}
