#include "origins.h"

#include "bytes.h"
#include "faultmem.h"
#include "manifest.h"
#include "mem.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* FORMAT.md, "Origins". */
static const unsigned char example[] = {
    0x46, 0x54, 0x53, 0x52, 0x43, 0x0d, 0x0a, 0x1a, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
    0x44, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0xee, 0xff, 0xc0,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x0e, 0x02, 0x0d, 0x01, 0x10, 0x0c, 0x27, 0xe8, 0x87, 0xa2,
    0xe1, 0x0d, 0x0a, 0xa7,
};

static uint32_t example_source(uint32_t doc)
{
    return doc < 3 ? 7 : doc < 5 ? 0 : doc < 18 ? 8 : 0;
}

/* A manifest of one segment of 20 documents, whose origins are not known. */
static ft_manifest bare(void)
{
    ft_manifest m = {.generation = 1};
    ft_manifest_segment seg = {.hash = 0xc0ffee, .len = 4096, .n_docs = 20, .n_passages = 31};

    cr_assert_eq(ft_manifest_add(&m, &seg, NULL), FT_OK);
    return m;
}

static char dir[32];

static void make_dir(void)
{
    strcpy(dir, "/tmp/ftorgXXXXXX");
    cr_assert(mkdtemp(dir));
}

static const char *file_of(const ft_manifest *m)
{
    static char path[128];
    char name[32];

    ft_origins_name(name, m->origins_hash);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void remove_dir(void)
{
    cr_assert_eq(rmdir(dir), 0);
}

TestSuite(origins, .init = make_dir, .fini = remove_dir);

Test(origins, runs)
{
    ft_origins o = {0}, copy;
    long live = ft_mem_live();

    cr_assert_eq(ft_origins_at(&o, 0), 0);
    for (uint32_t doc = 0; doc < 20; doc++)
        cr_assert(ft_origins_put(&o, doc, example_source(doc)));
    cr_assert_eq(o.n, 3);
    cr_assert(ft_origins_copy(&copy, &o));
    for (uint32_t doc = 0; doc < 30; doc++) {
        cr_assert_eq(ft_origins_at(&o, doc), example_source(doc));
        cr_assert_eq(ft_origins_at(&copy, doc), example_source(doc));
    }
    ft_origins_release(&o);
    ft_origins_release(&copy);
    cr_assert_eq(ft_mem_live(), live);
}

Test(origins, worked_example)
{
    ft_manifest m = bare(), written = bare();
    ft_str bytes;

    cr_assert_eq(ft_origins_parse(&m, example, sizeof example, "example", &bytes, NULL), FT_OK);
    cr_assert(bytes.len == 5 && memcmp(bytes.ptr, "hello", 5) == 0);
    for (uint32_t doc = 0; doc < 20; doc++) {
        cr_assert_eq(ft_origins_at(&m.segments[0].origins, doc), example_source(doc));
        cr_assert(ft_origins_put(&written.segments[0].origins, doc, example_source(doc)));
    }
    cr_assert_eq(ft_origins_write(&written, bytes, 0, dir, false, NULL), FT_OK);
    cr_assert(written.origins_len == sizeof example &&
              written.origins_hash == ft_load_u64(example + sizeof example - 8));
    ft_buf read = {0};
    cr_assert_eq(ft_io_read_file(file_of(&written), 1000, &read, NULL), FT_OK);
    cr_assert(read.len == sizeof example && memcmp(read.data, example, read.len) == 0);
    ft_buf_release(&read);
    unlink(file_of(&written));
    ft_manifest_release(&m);
    ft_manifest_release(&written);
}

/* Three segments with random runs; sources as far apart as they can be. */
static ft_manifest random_manifest(ft_rng *rng, uint32_t n_docs)
{
    ft_manifest m = {.generation = 1};

    for (uint64_t i = 1; i <= 3; i++) {
        ft_manifest_segment seg = {.hash = i, .len = 100, .n_docs = n_docs, .n_passages = n_docs};
        uint32_t source = 0;
        for (uint32_t doc = 0; doc < n_docs; doc++) {
            if (ft_rng_below(rng, 3) == 0)
                source = ft_rng_below(rng, 2) ? ft_rng_below(rng, 5) : UINT32_MAX - ft_rng_below(rng, 3);
            cr_assert(ft_origins_put(&seg.origins, doc, source));
        }
        cr_assert_eq(ft_manifest_add(&m, &seg, NULL), FT_OK);
    }
    return m;
}

Test(origins, round_trip)
{
    long live = ft_mem_live();
    ft_rng rng = ft_rng_named(ft_rng_seed(), "origins");

    for (uint32_t n_docs = 0; n_docs < 200; n_docs += 1 + n_docs / 8) {
        ft_manifest m = random_manifest(&rng, n_docs), read;
        ft_buf bytes = {0};
        cr_assert_eq(ft_origins_write(&m, (ft_str){"\0x", 2}, 0, dir, false, NULL), FT_OK);
        cr_assert_eq(ft_manifest_copy(&read, &m, NULL), FT_OK);
        for (size_t i = 0; i < 3; i++)
            ft_origins_release(&read.segments[i].origins);
        cr_assert_eq(ft_origins_read(&read, dir, &bytes, NULL), FT_OK);
        cr_assert(bytes.len == 2 && memcmp(bytes.data, "\0x", 2) == 0);
        for (size_t i = 0; i < 3; i++)
            for (uint32_t doc = 0; doc < n_docs; doc++)
                cr_assert_eq(ft_origins_at(&m.segments[i].origins, doc),
                             ft_origins_at(&read.segments[i].origins, doc));
        unlink(file_of(&m));
        ft_buf_release(&bytes);
        ft_manifest_release(&m);
        ft_manifest_release(&read);
    }
    cr_assert_eq(ft_mem_live(), live);
}

Test(origins, nothing_is_no_file)
{
    ft_manifest m = bare();
    ft_buf bytes = {0};

    cr_assert_eq(ft_origins_write(&m, (ft_str){"", 0}, 0, dir, false, NULL), FT_OK);
    cr_assert(m.origins_hash == 0 && m.origins_len == 0);
    cr_assert_eq(ft_origins_read(&m, dir, &bytes, NULL), FT_OK);
    m.origins_len = 70;
    m.origins_hash = 1;
    cr_assert_eq(ft_origins_read(&m, dir, &bytes, NULL), FT_ECORRUPT);
    cr_assert_eq(bytes.len, 0);
    ft_manifest_release(&m);
}

/* ------------------------------------------------ damage */

static void seal(unsigned char *data, size_t len)
{
    ft_store_u64(data + len - 8, XXH3_64bits(data, len - 8));
}

static ft_status parse(const unsigned char *data, size_t len)
{
    ft_manifest m = bare();
    ft_str bytes;
    ft_status st = ft_origins_parse(&m, data, len, "o", &bytes, NULL);

    if (st == FT_OK)
        for (uint32_t doc = 0; doc < 20; doc++)
            ft_origins_at(&m.segments[0].origins, doc);
    ft_manifest_release(&m);
    return st;
}

Test(origins, flipped_bits_and_truncations)
{
    unsigned char data[sizeof example];
    long live = ft_mem_live();
    size_t fine = 0;

    for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
        memcpy(data, example, sizeof data);
        data[bit / 8] ^= (unsigned char)(1u << bit % 8);
        cr_assert_eq(parse(data, sizeof data), FT_ECORRUPT);
        seal(data, sizeof data);
        ft_status st = parse(data, sizeof data);
        cr_assert(st == FT_OK || st == FT_ECORRUPT || st == FT_EVERSION);
        fine += st == FT_OK;
    }
    cr_assert_gt(fine, 0);
    for (size_t len = 0; len < sizeof example; len++) {
        memcpy(data, example, len);
        cr_assert_eq(parse(data, len), FT_ECORRUPT);
        if (len < 24)
            continue;
        ft_store_u64(data + 16, len);
        seal(data, len);
        cr_assert_eq(parse(data, len), FT_ECORRUPT);
    }
    cr_assert_eq(ft_mem_live(), live);
}

static ft_status with_byte(size_t at, unsigned char value)
{
    unsigned char data[sizeof example];

    memcpy(data, example, sizeof data);
    data[at] = value;
    seal(data, sizeof data);
    return parse(data, sizeof data);
}

Test(origins, lies)
{
    cr_assert_eq(with_byte(8, 9), FT_EVERSION);
    cr_assert_eq(with_byte(8, 0), FT_ECORRUPT);
    cr_assert_eq(with_byte(12, 2), FT_ECORRUPT);    /* segments */
    cr_assert_eq(with_byte(12, 0), FT_ECORRUPT);
    cr_assert_eq(with_byte(16, 0x45), FT_ECORRUPT); /* length */
    cr_assert_eq(with_byte(24, 60), FT_ECORRUPT);   /* of the caller's bytes */
    cr_assert_eq(with_byte(24, 4), FT_ECORRUPT);
    cr_assert_eq(with_byte(32, 1), FT_ECORRUPT);
    cr_assert_eq(with_byte(0x2d, 0xef), FT_ECORRUPT); /* hash */
    cr_assert_eq(with_byte(0x35, 2), FT_ECORRUPT);  /* runs */
    cr_assert_eq(with_byte(0x35, 4), FT_ECORRUPT);
    cr_assert_eq(with_byte(0x36, 0x0d), FT_ECORRUPT); /* source -7 */
    cr_assert_eq(with_byte(0x38, 0), FT_ECORRUPT);  /* the source before once more */
    cr_assert_eq(with_byte(0x3a, 0), FT_ECORRUPT);  /* none, at the end */
    cr_assert_eq(with_byte(0x3b, 15), FT_ECORRUPT); /* documents 5 to 20 */
    cr_assert_eq(with_byte(0x3b, 14), FT_OK);
}

Test(origins, no_allocation_matters)
{
    long live = ft_mem_live();
    ft_rng rng = ft_rng_named(ft_rng_seed(), "origins");
    ft_manifest m = random_manifest(&rng, 50);
    long held = ft_mem_live();

    FT_FAULT_LOOP(n, 1000) {
        ft_manifest copy = {0};
        ft_buf bytes = {0};
        ft_faultmem_arm(n, false);
        ft_status st = ft_origins_write(&m, (ft_str){"abc", 3}, 0, dir, false, NULL);
        if (st == FT_OK)
            st = ft_manifest_copy(&copy, &m, NULL);
        if (st == FT_OK)
            st = ft_origins_read(&copy, dir, &bytes, NULL);
        bool hit = ft_faultmem_disarm();
        ft_manifest_release(&copy);
        ft_buf_release(&bytes);
        unlink(file_of(&m));
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), held);
        if (!hit)
            break;
    }
    ft_manifest_release(&m);
    cr_assert_eq(ft_mem_live(), live);
}
