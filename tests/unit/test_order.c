/* test_order.c - part ORDER: what is written is read; forgeries are found, and lead nowhere else. */
#include "order.h"

#include "mem.h"
#include "parts.h"
#include "rng.h"
#include "segfile.h"

#include <criterion/criterion.h>

static void write_order(ft_segfile *f, const uint32_t *arrival, uint32_t n)
{
    ft_envelope_writer w;

    cr_assert_eq(ft_segfile_begin(f, &w, NULL), FT_OK);
    ft_envelope_begin(&w, FT_PART_NORMS, FT_PART_REQUIRED);
    if (arrival)
        ft_order_write(&w, arrival, n);
    cr_assert_eq(ft_segfile_end(f, &w, NULL), FT_OK);
}

static void shuffle(uint32_t *numbers, uint32_t n, ft_rng *rng)
{
    for (uint32_t i = 0; i < n; i++)
        numbers[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t k = ft_rng_below(rng, i), swap = numbers[k];
        numbers[k] = numbers[i - 1];
        numbers[i - 1] = swap;
    }
}

Test(order, round_trip)
{
    static const uint32_t counts[] = {2, 3, 4, 5, 127, 128, 129, 255, 256, 257, 1000, 70000};
    static uint32_t arrival[70000];
    ft_rng rng = ft_rng_named(ft_rng_seed(), "order");
    ft_segfile f;

    cr_assert(ft_segfile_init(&f));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint32_t n = counts[i], *numbers, got;
        ft_envelope e;
        ft_order o;
        shuffle(arrival, n, &rng);
        write_order(&f, arrival, n);
        cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
        cr_assert_eq(ft_order_open(&o, &e, n, NULL), FT_OK);
        cr_assert_eq(ft_order_invert(&o, &numbers, NULL), FT_OK);
        for (uint32_t k = 0; k < n; k++) {
            cr_assert_eq(ft_order_arrival(&o, k, &got, NULL), FT_OK);
            cr_assert_eq(got, arrival[k], "%u of %u: %u", k, n, got);
            cr_assert_eq(numbers[got], k);
        }
        ft_free(numbers);
        ft_envelope_close(&e);
    }
    ft_segfile_remove(&f);
}

Test(order, none_is_the_order_of_arrival)
{
    ft_segfile f;
    ft_envelope e;
    ft_order o;
    uint32_t got, *numbers;

    cr_assert(ft_segfile_init(&f));
    write_order(&f, NULL, 0);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_eq(ft_order_open(&o, &e, 9, NULL), FT_OK);
    cr_assert_null(o.numbers);
    cr_assert_eq(ft_order_arrival(&o, 7, &got, NULL), FT_OK);
    cr_assert_eq(got, 7);
    cr_assert_eq(ft_order_invert(&o, &numbers, NULL), FT_OK);
    cr_assert_null(numbers);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

/* The example of FORMAT.md. */
Test(order, worked_example)
{
    static const uint32_t arrival[] = {3, 4, 0, 1, 2};
    ft_segfile f;
    ft_envelope e;

    cr_assert(ft_segfile_init(&f));
    write_order(&f, arrival, 5);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    ft_str part = ft_envelope_part(&e, FT_PART_ORDER);
    cr_assert(part.len == 2 && memcmp(part.ptr, "\x23\x22", 2) == 0, "%zu bytes", part.len);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

/* What check says of an order of n passages, those in `begins` beginning a document. */
static ft_status seen_by_check(const ft_segfile *f, uint32_t n_docs, uint32_t n)
{
    ft_docstarts starts;
    ft_envelope e;
    ft_order o;

    cr_assert_eq(ft_segfile_open(f, &e, NULL), FT_OK);
    cr_assert_eq(ft_docstarts_open(&starts, &e, n_docs, n, NULL), FT_OK);
    cr_assert_eq(ft_order_open(&o, &e, n, NULL), FT_OK);
    ft_status st = ft_order_check(&o, &starts, NULL);
    ft_envelope_close(&e);
    return st;
}

static ft_status checked(const uint32_t *arrival, uint32_t n, const char *begins)
{
    ft_docstarts_writer dw;
    ft_envelope_writer w;
    ft_segfile f;

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(ft_segfile_begin(&f, &w, NULL), FT_OK);
    cr_assert_eq(ft_docstarts_writer_init(&dw, f.dir, NULL), FT_OK);
    for (uint32_t i = 0; i < n; i++)
        ft_docstarts_writer_add(&dw, begins[i] == '1');
    uint32_t n_docs = dw.n_docs;
    cr_assert_eq(ft_docstarts_writer_finish(&dw, &w, NULL), FT_OK);
    ft_docstarts_writer_release(&dw);
    ft_order_write(&w, arrival, n);
    cr_assert_eq(ft_segfile_end(&f, &w, NULL), FT_OK);
    ft_status st = seen_by_check(&f, n_docs, n);
    ft_segfile_remove(&f);
    return st;
}

Test(order, check)
{
    static const uint32_t whole[] = {3, 4, 0, 1, 2, 5}, twice[] = {3, 4, 0, 1, 1, 5}, apart[] = {3, 0, 4, 1, 2, 5},
                          backwards[] = {4, 3, 0, 1, 2, 5}, beyond[] = {3, 4, 0, 1, 2, 7};

    cr_assert_eq(checked(whole, 6, "100101"), FT_OK);
    cr_assert_eq(checked(apart, 6, "111111"), FT_OK);
    cr_assert_eq(checked(twice, 6, "100101"), FT_ECORRUPT);
    cr_assert_eq(checked(apart, 6, "100101"), FT_ECORRUPT);
    cr_assert_eq(checked(backwards, 6, "100101"), FT_ECORRUPT);
    cr_assert_eq(checked(beyond, 6, "100101"), FT_ECORRUPT);
}

Test(order, bits_behind_the_last)
{
    static const uint32_t id = FT_PART_ORDER;
    ft_segfile f;

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(ft_segfile_make(&f, &id, &(ft_str){"\x23\x22", 2}, 1), FT_OK);
    cr_assert_eq(seen_by_check(&f, 5, 5), FT_OK);
    cr_assert_eq(ft_segfile_make(&f, &id, &(ft_str){"\x23\xa2", 2}, 1), FT_OK);
    cr_assert_eq(seen_by_check(&f, 5, 5), FT_ECORRUPT);
    ft_segfile_remove(&f);
}

static void look(void *arg, const ft_envelope *e, ft_status st, bool sealed)
{
    unsigned *opened = arg;
    uint32_t got;
    ft_order o;

    cr_assert(st == FT_OK || st == FT_ECORRUPT || st == FT_EVERSION);
    if (st != FT_OK || ft_order_open(&o, e, 41, NULL) != FT_OK)
        return;
    *opened += sealed;
    for (uint32_t i = 0; i < 41; i++) {
        st = ft_order_arrival(&o, i, &got, NULL);
        cr_assert(got < 41 && (st == FT_OK || st == FT_ECORRUPT));
    }
}

Test(order, every_bit_flipped)
{
    uint32_t arrival[41];
    ft_rng rng = ft_rng_named(ft_rng_seed(), "flipped order");
    unsigned opened = 0;
    ft_segfile f;

    shuffle(arrival, 41, &rng);
    cr_assert(ft_segfile_init(&f));
    write_order(&f, arrival, 41);
    cr_assert(ft_segfile_flip_all(&f, look, &opened));
    cr_assert_geq(opened, 41 * 6, "sealed again, the part's own bits get that far");
    ft_segfile_remove(&f);
}
