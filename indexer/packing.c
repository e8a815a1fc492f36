/* packing.c - see packing.h. Cuts fall at multiples of FT_STORE_BLOCK of the whole stream, so that the packed bytes do
 * not depend on how the text came in. */
#include "packing.h"

#include "mem.h"

void ft_packed_reset(ft_packed *p)
{
    ft_buf_reset(&p->bytes);
    p->n = 0;
    p->last_raw = 0;
}

void ft_packed_release(ft_packed *p)
{
    ft_buf_release(&p->bytes);
    ft_free(p->lens);
    *p = (ft_packed){0};
}

ft_status ft_packed_add(ft_packed *out, ft_packer *packer, const unsigned char *text, size_t len, bool last,
                        ft_error *err)
{
    for (size_t at = 0; at < len; at += FT_STORE_BLOCK) {
        size_t n = len - at < FT_STORE_BLOCK ? len - at : FT_STORE_BLOCK, before = out->bytes.len;
        if (n < FT_STORE_BLOCK && !last)
            break;
        if (FT_GROW(out->lens, out->cap, out->n + 1) != 0)
            return ft_fail_nomem(err);
        ft_status st = ft_store_pack(packer, text + at, n, &out->bytes);
        if (st != FT_OK)
            return st == FT_ENOMEM ? ft_fail_nomem(err) : ft_fail(err, st, "text cannot be compressed");
        out->lens[out->n++] = (uint32_t)(out->bytes.len - before);
        out->last_raw = n;
    }
    return FT_OK;
}
