/* ids_code.h - what the writer and the reader of ids share: ids that count up. FORMAT.md, "Ids". */
#ifndef FT_IDS_CODE_H
#define FT_IDS_CODE_H

#include "buf.h"

#define FT_IDS_DIGITS 18u /* of a number at the end of an id, at most: it fits in 64 bits */

/* The number that an id ends with, and of how many digits it is; 0 digits if it ends otherwise. */
static inline uint64_t ft_ids_number(const unsigned char *id, size_t len, size_t *digits)
{
    uint64_t number = 0, unit = 1;

    for (*digits = 0; *digits < len && *digits < FT_IDS_DIGITS; (*digits)++, unit *= 10) {
        unsigned digit = id[len - 1 - *digits] - '0';
        if (digit > 9)
            break;
        number += digit * unit;
    }
    return number;
}

/* Turns the id that stands in b from `at` on into the one whose last number is 1 + step higher, of no fewer digits.
 * False if it does not end with a number. */
static inline bool ft_ids_count_up(ft_buf *b, size_t at, uint64_t step)
{
    unsigned char text[20];
    size_t digits, n = 0;
    uint64_t number = ft_ids_number(b->data + at, b->len - at, &digits);

    if (digits == 0 || step > UINT32_MAX)
        return false;
    for (number += step + 1; n < digits || number > 0; number /= 10)
        text[sizeof text - ++n] = (unsigned char)('0' + number % 10);
    b->len -= digits;
    ft_buf_put(b, text + sizeof text - n, n);
    return true;
}

#endif
