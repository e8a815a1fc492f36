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

/* Where the strings of bits of a group are; borrows them. */
typedef struct ft_rice {
    const unsigned char *low, *high;
    uint32_t n, bits; /* values; bits of high */
    unsigned k;
} ft_rice;

/* Takes a group of n values from `in`, which fails if its frame is malformed; its values are not looked at. Needs
 * FT_ENVELOPE_TAIL readable bytes behind in->end. */
void ft_rice_open(ft_rice *g, ft_bytes *in, uint32_t n);

/* sums[i] is the sum of value + 1 up to and with number i, modulo 2^32; false if the group is malformed. sums has room
 * for a whole group. */
bool ft_rice_sums(const ft_rice *g, uint32_t *sums);

/* Of the values from .. end - 1, from < end <= n: out[i] is base and the sum of value + 1 up to and with number
 * from + i, modulo 2^32. False if it is seen that the group is malformed. Costs less than all sums as long as few are
 * wanted. */
bool ft_rice_some(const ft_rice *g, uint32_t from, uint32_t end, uint32_t base, uint32_t *out);

#endif
