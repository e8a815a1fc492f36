/* rice.h - groups of up to 256 integers in Rice's code (R. F. Rice, "Some practical universal noiseless coding
 * techniques", JPL 1979): the k low bits of each are bit-packed, what is above them stands in unary. FORMAT.md, "Rice
 * groups". Made for gaps between positions, which are spread geometrically. */
#ifndef FT_RICE_H
#define FT_RICE_H

#include "buf.h"
#include "bytes.h"

#define FT_RICE_GROUP 256u

/* Appends n values (1..256) in the fewest bits that some k gives. */
void ft_rice_encode(ft_buf *out, const uint32_t *values, uint32_t n);

/* Takes a group of n values from `in`, which fails if it is malformed: sums[i] is the sum of value + 1 up to and with
 * number i, modulo 2^32. Needs FT_ENVELOPE_TAIL readable bytes behind in->end. */
void ft_rice_sums(ft_bytes *in, uint32_t n, uint32_t *sums);

/* Passes over a group. */
void ft_rice_skip(ft_bytes *in, uint32_t n);

#endif
