/* order.h - the order of a segment's passages in its posting lists. FORMAT.md, "Order".
 *
 * Documents and passages are numbered in order of arrival; text, tables and ids are kept in that order. Norms and
 * posting lists may number the passages in another order, in which similar ones stand together: part ORDER then gives
 * for each number in the lists the number by arrival. A document's passages stay together, in their order. Without the
 * part both numbers are the same. */
#ifndef FT_ORDER_H
#define FT_ORDER_H

#include "bytes.h"
#include "docstarts.h"
#include "envelope.h"

typedef struct ft_order {
    const ft_envelope *env;       /* borrowed */
    const unsigned char *numbers; /* packed; NULL: the order of arrival */
    uint32_t n_passages;
    unsigned width;
} ft_order;

/* Writes part ORDER from arrival[n], n > 1: the passage by arrival of each number in the lists. */
void ft_order_write(ft_envelope_writer *w, const uint32_t *arrival, uint32_t n);

/* Opens the part, if there is one. FT_ECORRUPT if its length does not suit the count. */
ft_status ft_order_open(ft_order *o, const ft_envelope *env, uint32_t n_passages, ft_error *err);

/* The passage by arrival (below n_passages) that has `number` (< n_passages) in the lists. FT_ECORRUPT. Thread-safe. */
ft_status ft_order_read(const ft_order *o, uint32_t number, uint32_t *arrival, ft_error *err);

static inline ft_status ft_order_arrival(const ft_order *o, uint32_t number, uint32_t *arrival, ft_error *err)
{
    *arrival = number;
    return o->numbers ? ft_order_read(o, number, arrival, err) : FT_OK;
}

/* The way back: the number in the lists of each passage by arrival, to be freed with ft_free; NULL in order of arrival.
 * FT_ECORRUPT if the part names a passage twice. */
ft_status ft_order_invert(const ft_order *o, uint32_t **numbers, ft_error *err);

/* Verifies that each passage is there once, and documents whole. */
ft_status ft_order_check(const ft_order *o, const ft_docstarts *starts, ft_error *err);

#endif
