#include "ids.h"

#include "faultmem.h"
#include "hashsort.h"
#include "mem.h"
#include "parts.h"
#include "segfile.h"

#include <criterion/criterion.h>

/* FORMAT.md, "Ids": the ids "doc/a", "doc/b9", "doc/b10", "x". */
static const unsigned char example_ids[] = {
    0x05, 0x64, 0x6f, 0x63, 0x2f, 0x61, 0x08, 0x02, 0x62, 0x39, 0x01, 0x00, 0x01, 0x78,
};
static const unsigned char example_index[] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};
static const unsigned char example_order[] = {0xc9};

/* Writes n ids, given by name(i, room), into a segment file. */
static ft_status make(ft_segfile *f, uint32_t n, size_t (*name)(uint32_t i, char *out), uint32_t **dead, size_t *n_dead)
{
    static char id[70000];
    ft_envelope_writer w;
    ft_ids_writer *iw = NULL;
    ft_status st = ft_segfile_begin(f, &w, NULL);

    *dead = NULL;
    *n_dead = 0;
    if (st != FT_OK)
        return st;
    st = ft_ids_writer_new(&iw, f->dir, NULL);
    for (uint32_t i = 0; st == FT_OK && i < n; i++)
        ft_ids_writer_add(iw, id, name(i, id));
    if (st == FT_OK)
        st = ft_ids_writer_finish(iw, &w, dead, n_dead, NULL);
    if (st == FT_OK)
        st = ft_segfile_end(f, &w, NULL);
    else
        ft_envelope_abandon(&w);
    ft_ids_writer_free(iw);
    return st;
}

static size_t example_name(uint32_t i, char *out)
{
    static const char *const ids[] = {"doc/a", "doc/b9", "doc/b10", "x"};

    return (size_t)sprintf(out, "%s", ids[i]);
}

static size_t path_name(uint32_t i, char *out)
{
    return (size_t)sprintf(out, "corpus/%u/file-%u.txt", i / 100, i);
}

/* Every third id was there before. */
static size_t repeating_name(uint32_t i, char *out)
{
    return path_name(i % 3 == 2 ? i / 2 : i, out);
}

/* Ids that ascend, in ways that counting up does and does not tell. */
static size_t ascending_name(uint32_t i, char *out)
{
    static const char *const forms[] = {"a%08u", "b%08u-x", "c%08u0009", "d%08u.000000000000000000%03u"};

    return (size_t)sprintf(out, forms[i / 5000], i, i % 1000);
}

/* Plain numbers: they count up and do not ascend. */
static size_t number_name(uint32_t i, char *out)
{
    return (size_t)sprintf(out, "%u", i + i / 100 * 7);
}

static size_t same_name(uint32_t i, char *out)
{
    (void)i;
    return (size_t)sprintf(out, "one");
}

static size_t long_name(uint32_t i, char *out)
{
    memset(out, 'n', FT_IDS_MAX);
    out[FT_IDS_MAX - 1 - i % 5] = (char)i;
    return FT_IDS_MAX - i % 2;
}

static void open_ids(const ft_segfile *f, ft_envelope *e, ft_ids *t, uint32_t n)
{
    cr_assert_eq(ft_segfile_open(f, e, NULL), FT_OK);
    cr_assert_eq(ft_ids_open(t, e, n, NULL), FT_OK);
}

/* All ids come back, and each is found at its last document; dead is the list of the others. */
static void round_trip(uint32_t n, size_t (*name)(uint32_t i, char *out))
{
    static char id[70000];
    ft_segfile f;
    ft_envelope e;
    ft_ids t;
    ft_buf got = {0};
    uint32_t *dead, doc;
    size_t n_dead, k = 0;
    bool found;

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, n, name, &dead, &n_dead), FT_OK);
    open_ids(&f, &e, &t, n);
    for (uint32_t i = 0; i < n; i++) {
        size_t len = name(i, id);
        ft_buf_reset(&got);
        ft_buf_puts(&got, "..");
        cr_assert_eq(ft_ids_get(&t, i, &got, NULL), FT_OK);
        cr_assert_eq(got.len, len + 2);
        cr_assert(memcmp(got.data + 2, id, len) == 0);
        cr_assert_eq(ft_ids_find(&t, id, len, &found, &doc, NULL), FT_OK);
        cr_assert(found && doc >= i);
        if (doc > i) {
            cr_assert_lt(k, n_dead);
            cr_assert_eq(dead[k++], i);
            cr_assert(name(doc, id) == len && memcmp(got.data + 2, id, len) == 0);
        }
    }
    cr_assert_eq(k, n_dead);
    cr_assert_eq(ft_ids_find(&t, "no such id", 10, &found, &doc, NULL), FT_OK);
    cr_assert(!found);
    cr_assert_eq(ft_ids_get(&t, n, &got, NULL), FT_ECORRUPT);
    cr_assert_eq(ft_ids_check(&t, NULL), FT_OK);
    ft_free(dead);
    ft_buf_release(&got);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

Test(ids, round_trips)
{
    static const uint32_t sizes[] = {0, 1, 2, 15, 16, 17, 1000, 1024, 20000};
    long live = ft_mem_live();

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        round_trip(sizes[i], path_name);
    round_trip(20000, repeating_name);
    round_trip(20000, ascending_name);
    round_trip(20000, number_name);
    round_trip(300, same_name);
    round_trip(40, long_name);
    cr_assert_eq(ft_mem_live(), live);
}

Test(ids, worked_example)
{
    ft_segfile f;
    ft_envelope e;
    uint32_t *dead;
    size_t n_dead;

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, 4, example_name, &dead, &n_dead), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    ft_str part = ft_envelope_part(&e, FT_PART_IDS);
    cr_assert_eq(part.len, sizeof example_ids);
    cr_assert_arr_eq(part.ptr, example_ids, sizeof example_ids);
    part = ft_envelope_part(&e, FT_PART_ID_INDEX);
    cr_assert_eq(part.len, sizeof example_index);
    cr_assert_arr_eq(part.ptr, example_index, sizeof example_index);
    part = ft_envelope_part(&e, FT_PART_ID_ORDER);
    cr_assert_eq(part.len, sizeof example_order);
    cr_assert_arr_eq(part.ptr, example_order, sizeof example_order);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

/* ------------------------------------------------ sorting */

static void check_sorted(ft_hashed *items, size_t n)
{
    ft_hashsort(items, n);
    for (size_t i = 1; i < n; i++) {
        uint64_t a = ft_hashed_hash(&items[i - 1]), b = ft_hashed_hash(&items[i]);
        cr_assert(a < b || (a == b && items[i - 1].number < items[i].number));
    }
}

Test(ids, hashes_are_sorted)
{
    enum { N = 30000 };
    ft_hashed *items = malloc(N * sizeof *items);
    uint64_t x = 1;

    for (unsigned shift = 0; shift < 64; shift += 9) {
        for (uint32_t i = 0; i < N; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            uint64_t hash = x >> shift;
            items[i] = (ft_hashed){(uint32_t)(hash >> 32), (uint32_t)hash, N - i};
        }
        check_sorted(items, N);
        check_sorted(items, N);
    }
    for (uint32_t i = 0; i < N; i++)
        items[i] = (ft_hashed){7, 7, (i * 7919) % N};
    check_sorted(items, N);
    free(items);
}

/* ------------------------------------------------ damage */

static void use_ids(void *arg, const ft_envelope *e, ft_status st, bool sealed)
{
    ft_ids t;
    ft_buf id = {0};
    uint32_t doc;
    bool found;
    size_t *fine = arg;

    if (st == FT_OK)
        st = ft_ids_open(&t, e, 20, NULL);
    if (st == FT_OK) {
        for (uint32_t i = 0; i < 20; i++) {
            ft_status got = ft_ids_get(&t, i, &id, NULL);
            cr_assert(got == FT_OK || got == FT_ECORRUPT);
            cr_assert(id.len <= 20 * FT_IDS_MAX);
        }
        ft_status got = ft_ids_find(&t, "corpus/0/file-7.txt", 19, &found, &doc, NULL);
        cr_assert(got == FT_ECORRUPT || (got == FT_OK && (!found || doc < 20)));
        st = ft_ids_check(&t, NULL);
        *fine += sealed && st == FT_OK;
        if (!sealed)
            st = ft_envelope_check(e, NULL);
    }
    cr_assert(sealed || st == FT_ECORRUPT);
    ft_buf_release(&id);
}

Test(ids, flipped_bits)
{
    ft_segfile f;
    uint32_t *dead;
    size_t n_dead, fine = 0;
    long live = ft_mem_live();

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, 20, path_name, &dead, &n_dead), FT_OK);
    cr_assert(ft_segfile_flip_all(&f, use_ids, &fine));
    cr_assert_gt(fine, 0);
    ft_segfile_remove(&f);
    cr_assert_eq(ft_mem_live(), live);
}

Test(ids, no_allocation_matters)
{
    ft_segfile f;
    long live = ft_mem_live();

    cr_assert(ft_segfile_init(&f));
    FT_FAULT_LOOP(n, 10000) {
        uint32_t *dead, doc;
        size_t n_dead;
        ft_envelope e;
        ft_ids t;
        bool found;
        ft_faultmem_arm(n, false);
        ft_status st = make(&f, 100, repeating_name, &dead, &n_dead);
        if (st == FT_OK && (st = ft_segfile_open(&f, &e, NULL)) == FT_OK) {
            st = ft_ids_open(&t, &e, 100, NULL);
            if (st == FT_OK)
                st = ft_ids_find(&t, "corpus/0/file-7.txt", 19, &found, &doc, NULL);
            if (st == FT_OK)
                st = ft_ids_check(&t, NULL);
            ft_envelope_close(&e);
        }
        bool hit = ft_faultmem_disarm();
        ft_free(dead);
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), live);
        if (!hit)
            break;
    }
    ft_segfile_remove(&f);
}
