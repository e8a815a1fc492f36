/* packing.h - a stretch of the stored stream, cut into blocks and compressed. */
#ifndef FT_PACKING_H
#define FT_PACKING_H

#include "store.h"

/* Packed blocks in order. Zero it before the first use. */
typedef struct ft_packed {
    ft_buf bytes;
    uint32_t *lens;  /* of the blocks within bytes; owned */
    size_t n, cap;
    size_t last_raw; /* bytes of text in the last block; in the others FT_STORE_BLOCK */
} ft_packed;

void ft_packed_reset(ft_packed *p);
void ft_packed_release(ft_packed *p);

/* Packs the whole blocks of text, which begins at a multiple of FT_STORE_BLOCK of the stream, and with `last` also
 * what is left behind them. Appends to out. */
ft_status ft_packed_add(ft_packed *out, ft_packer *packer, const unsigned char *text, size_t len, bool last,
                        ft_error *err);

#endif
