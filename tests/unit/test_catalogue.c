#include "catalogue.h"

#include "faultmem.h"
#include "mem.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* FORMAT.md, "Catalogue". */
static const unsigned char example[] = {
    0x46, 0x54, 0x43, 0x41, 0x54, 0x0d, 0x0a, 0x1a, 0x03, 0x01, 0x09, 0x2f, 0x68, 0x6f, 0x6d, 0x65,
    0x2f, 0x61, 0x6e, 0x6e, 0x04, 0x61, 0x75, 0x74, 0x6f, 0x00, 0x64, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x05, 0x2a, 0x2e, 0x6c, 0x6f, 0x67, 0x00, 0x01, 0x05, 0x6e, 0x6f, 0x74, 0x65, 0x73,
    0x02, 0x00, 0x0b, 0x6e, 0x6f, 0x74, 0x65, 0x73, 0x2f, 0x61, 0x2e, 0x74, 0x78, 0x74, 0x01, 0x02,
    0xac, 0x02, 0xd0, 0x0f, 0x8c, 0x01, 0x06, 0x01, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
    0x06, 0x07, 0x62, 0x2e, 0x6a, 0x73, 0x6f, 0x6e, 0x6c, 0x02, 0x02, 0x05, 0x03, 0x01, 0x00, 0x02,
};

static ft_str str_of(const void *data, size_t len)
{
    return (ft_str){data, len};
}

static ft_status decode(ft_catalogue *c, const void *data, size_t len)
{
    ft_status st = ft_catalogue_decode(c, str_of(data, len), NULL);

    return st == FT_OK ? ft_catalogue_check(c, NULL) : st;
}

Test(catalogue, worked_example)
{
    ft_catalogue c;
    ft_buf again = {0};

    cr_assert_eq(decode(&c, example, sizeof example), FT_OK);
    cr_assert(c.next == 3 && c.n_groups == 1);
    const ft_catalogue_group *g = &c.groups[0];
    cr_assert_str_eq(g->directory, "/home/ann");
    cr_assert_str_eq(g->format, "auto");
    cr_assert_str_eq(g->encoding, "");
    cr_assert(g->file_words == 100 && g->include.n == 0 && g->exclude.n == 1 && g->filters.n == 0 && !g->strict);
    cr_assert_str_eq(g->exclude.items[0], "*.log");
    cr_assert_eq(g->n_inputs, 1);
    cr_assert_str_eq(g->inputs[0], "notes");
    cr_assert_eq(g->n_files, 2);
    const ft_catalogue_file *a = ft_catalogue_file_of(g, "notes/a.txt"), *b = ft_catalogue_file_of(g, "notes/b.jsonl");
    cr_assert(a == &g->files[0] && b == &g->files[1] && !ft_catalogue_file_of(g, "notes/c"));
    cr_assert(a->source == 1 && a->hashed && a->hash == 0x1122334455667788 && !a->racy && !a->unsettled);
    cr_assert(a->size == 300 && a->mtime == 1000 && a->inode == 70 && a->device == 3 && a->documents == 1);
    cr_assert(b->source == 2 && !b->hashed && b->racy && b->size == 5 && b->mtime == 998 && b->inode == 69);
    ft_catalogue_encode(&c, &again);
    cr_assert(again.len == sizeof example && memcmp(again.data, example, again.len) == 0);
    ft_buf_release(&again);
    ft_catalogue_release(&c);
}

Test(catalogue, groups_that_read_alike_are_one)
{
    ft_catalogue c;
    ft_catalogue_group like = {.directory = "/d", .format = "auto", .encoding = "", .include = {{"*.md"}, 1}};

    ft_catalogue_init(&c);
    cr_assert_null(ft_catalogue_find(&c, &like));
    ft_catalogue_group *g = ft_catalogue_add(&c, &like);
    cr_assert(g && ft_catalogue_find(&c, &like) == g);
    like.include.items[0] = "*.txt";
    cr_assert_null(ft_catalogue_find(&c, &like));
    like.include.items[0] = "*.md";
    like.strict = true;
    cr_assert_null(ft_catalogue_find(&c, &like));
    cr_assert(ft_catalogue_put_input(&c, g, "a") && ft_catalogue_put_input(&c, g, "b"));
    cr_assert(ft_catalogue_put_input(&c, g, "a"));
    cr_assert_eq(g->n_inputs, 2);
    cr_assert_str_eq(g->inputs[0], "b");
    cr_assert_str_eq(g->inputs[1], "a");
    ft_catalogue_release(&c);
}

/* A tree of n files, with numbers of all sizes. */
static void fill(ft_catalogue *c, ft_rng *rng, unsigned n)
{
    ft_catalogue_group like = {.directory = "/", .format = "text", .encoding = "latin1", .max_size = UINT64_MAX};
    ft_catalogue_file *f;
    char path[64];

    ft_catalogue_init(c);
    for (unsigned k = 0; k < 2; k++) {
        like.strict = k;
        ft_catalogue_group *g = ft_catalogue_add(c, &like);
        cr_assert(g && ft_catalogue_put_input(c, g, "/srv"));
        for (unsigned i = 0; i < n; i++) {
            snprintf(path, sizeof path, "/srv/%u/%u.txt", i / 10, i);
            cr_assert_eq(ft_catalogue_put_file(c, g, path, 0, &f, NULL), FT_OK);
            f->size = ft_rng_next(rng) >> ft_rng_below(rng, 64);
            f->mtime = (int64_t)ft_rng_next(rng);
            f->inode = ft_rng_next(rng) >> ft_rng_below(rng, 64);
            f->device = ft_rng_below(rng, 3);
            f->documents = ft_rng_below(rng, 3);
            f->hashed = ft_rng_below(rng, 2);
            f->hash = f->hashed ? ft_rng_next(rng) : 0;
            f->racy = ft_rng_below(rng, 2);
            f->unsettled = ft_rng_below(rng, 2);
        }
    }
}

Test(catalogue, round_trip)
{
    long live = ft_mem_live();
    ft_rng rng = ft_rng_named(ft_rng_seed(), "catalogue");

    for (unsigned n = 0; n < 3000; n = 3 * n + 1) {
        ft_catalogue c, read;
        ft_buf bytes = {0}, again = {0};
        fill(&c, &rng, n);
        ft_catalogue_encode(&c, &bytes);
        cr_assert_eq(decode(&read, bytes.data, bytes.len), FT_OK);
        cr_assert_eq(read.next, 2 * n + 1);
        for (unsigned i = 0; i < n; i++) {
            const ft_catalogue_file *f = &c.groups[1].files[i], *r = ft_catalogue_file_of(&read.groups[1], f->path);
            cr_assert(r && r->source == f->source && r->size == f->size && r->mtime == f->mtime);
            cr_assert(r->inode == f->inode && r->device == f->device && r->documents == f->documents);
            cr_assert(r->hashed == f->hashed && r->hash == f->hash && r->racy == f->racy);
            cr_assert_eq(r->unsettled, f->unsettled);
        }
        ft_catalogue_encode(&read, &again);
        cr_assert(again.len == bytes.len && memcmp(again.data, bytes.data, bytes.len) == 0);
        ft_buf_release(&bytes);
        ft_buf_release(&again);
        ft_catalogue_release(&c);
        ft_catalogue_release(&read);
    }
    cr_assert_eq(ft_mem_live(), live);
}

Test(catalogue, flipped_bits_and_truncations)
{
    unsigned char data[sizeof example];
    long live = ft_mem_live();
    ft_catalogue c;
    size_t fine = 0;

    for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
        memcpy(data, example, sizeof data);
        data[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ft_status st = decode(&c, data, sizeof data);
        cr_assert(st == FT_OK || st == FT_ECORRUPT);
        fine += st == FT_OK;
        ft_catalogue_release(&c);
    }
    cr_assert(fine > 0 && fine < 8 * sizeof data);
    for (size_t len = 0; len < sizeof example; len++) {
        cr_assert_eq(decode(&c, example, len), FT_ECORRUPT);
        ft_catalogue_release(&c);
    }
    cr_assert_eq(ft_mem_live(), live);
}

static ft_status with_byte(size_t at, unsigned char value)
{
    unsigned char data[sizeof example];
    ft_catalogue c;

    memcpy(data, example, sizeof data);
    data[at] = value;
    ft_status st = decode(&c, data, sizeof data);
    ft_catalogue_release(&c);
    return st;
}

Test(catalogue, lies)
{
    cr_assert_eq(with_byte(8, 0), FT_ECORRUPT);      /* next */
    cr_assert_eq(with_byte(8, 2), FT_ECORRUPT);      /* a source that has not been given yet */
    cr_assert_eq(with_byte(9, 2), FT_ECORRUPT);      /* groups */
    cr_assert_eq(with_byte(9, 0), FT_ECORRUPT);
    cr_assert_eq(with_byte(0x0b, 'h'), FT_ECORRUPT); /* a relative directory */
    cr_assert_eq(with_byte(0x0c, 0), FT_ECORRUPT);   /* a zero byte in it */
    cr_assert_eq(with_byte(0x20, 2), FT_ECORRUPT);   /* strict */
    cr_assert_eq(with_byte(0x21, 65), FT_ECORRUPT);  /* patterns */
    cr_assert_eq(with_byte(0x30, 3), FT_ECORRUPT);   /* files */
    cr_assert_eq(with_byte(0x31, 1), FT_ECORRUPT);   /* shares a byte with nothing */
    cr_assert_eq(with_byte(0x3e, 9), FT_ECORRUPT);   /* flags */
    cr_assert_eq(with_byte(0x3f, 0), FT_ECORRUPT);   /* source 0 */
    cr_assert_eq(with_byte(0x5a, 0), FT_ECORRUPT);   /* the number of the file before: found by the check */
}

Test(catalogue, no_allocation_matters)
{
    long live = ft_mem_live();

    FT_FAULT_LOOP(n, 1000) {
        ft_catalogue c, copy;
        ft_catalogue_group *g = NULL;
        ft_catalogue_file *f;
        ft_faultmem_arm(n, false);
        ft_status st = decode(&c, example, sizeof example);
        ft_catalogue_init(&copy);
        if (st == FT_OK)
            st = (g = ft_catalogue_add(&copy, &c.groups[0])) ? FT_OK : FT_ENOMEM;
        if (st == FT_OK && !ft_catalogue_put_input(&copy, g, "a"))
            st = FT_ENOMEM;
        if (st == FT_OK)
            st = ft_catalogue_put_file(&copy, g, "f", 0, &f, NULL);
        bool hit = ft_faultmem_disarm();
        ft_catalogue_release(&c);
        ft_catalogue_release(&copy);
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), live);
        if (!hit)
            break;
    }
}
