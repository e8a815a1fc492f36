#include "envelope.h"

#include "faultmem.h"
#include "mem.h"
#include "segfile.h"

#include <criterion/criterion.h>
#include <errno.h>

/* FORMAT.md, "Envelope": one part, number 1, that holds "hello". */
static const unsigned char example[] = {
    0x46, 0x54, 0x53, 0x45, 0x47, 0x0d, 0x0a, 0x1a, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe8, 0x33, 0x72, 0xd0, 0x42, 0x1f, 0x67, 0x4f,
    0x46, 0x54, 0x53, 0x45, 0x47, 0x45, 0x4e, 0x44, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
    0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xe0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xb0, 0x18, 0xce, 0xe7, 0xeb, 0xdc, 0x9d, 0x34,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x71, 0x76, 0x7c, 0x13, 0xaa, 0x5c, 0xbc, 0xa5,
};

static void make_hello(ft_segfile *f)
{
    static const uint32_t id = 1;
    static const ft_str hello = {"hello", 5};

    cr_assert(ft_segfile_init(f));
    cr_assert_eq(ft_segfile_make(f, &id, &hello, 1), FT_OK);
}

Test(envelope, worked_example)
{
    ft_segfile f;
    make_hello(&f);
    unsigned char *data = ft_segfile_load(&f);
    cr_assert_eq(f.len, sizeof example);
    cr_assert_arr_eq(data, example, sizeof example);
    free(data);
    ft_segfile_remove(&f);
}

Test(envelope, parts_come_back)
{
    ft_segfile f;
    ft_envelope_writer w;
    ft_envelope e;
    size_t big = 5 * FT_ENVELOPE_BLOCK / 2;
    char *data = malloc(big);
    long live = ft_mem_live();

    for (size_t i = 0; i < big; i++)
        data[i] = (char)(i * 7 + i / 251);
    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(ft_segfile_begin(&f, &w, NULL), FT_OK);
    ft_envelope_begin(&w, 3, FT_PART_REQUIRED);
    ft_envelope_begin(&w, 1, 0);
    for (size_t at = 0, n = 1; at < big; at += n, n = n * 3 + 1) {
        if (n > big - at)
            n = big - at;
        ft_envelope_put(&w, data + at, n);
    }
    cr_assert_eq(ft_envelope_tell(&w), big);
    ft_envelope_begin(&w, 7, FT_PART_REQUIRED);
    ft_envelope_put(&w, data, FT_ENVELOPE_BLOCK);
    ft_envelope_begin(&w, 900, 0); /* unknown, but optional */
    ft_envelope_put(&w, "?", 1);
    cr_assert_eq(ft_segfile_end(&f, &w, NULL), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_eq(ft_envelope_part(&e, 3).len, 0);
    cr_assert_eq(ft_envelope_part(&e, 2).len, 0);
    ft_str part = ft_envelope_part(&e, 1);
    cr_assert_eq(part.len, big);
    cr_assert_eq((uintptr_t)part.ptr % FT_ENVELOPE_ALIGN, 0);
    cr_assert(!ft_envelope_seen(&e, part.ptr, part.len));
    cr_assert_eq(ft_envelope_touch(&e, part.ptr, part.len, NULL), FT_OK);
    cr_assert(ft_envelope_seen(&e, part.ptr, part.len));
    cr_assert_arr_eq(part.ptr, data, big);
    part = ft_envelope_part(&e, 7);
    cr_assert_eq(part.len, FT_ENVELOPE_BLOCK);
    cr_assert_eq(ft_envelope_touch(&e, part.ptr, part.len, NULL), FT_OK);
    cr_assert_arr_eq(part.ptr, data, part.len);
    cr_assert_eq(ft_envelope_check(&e, NULL), FT_OK);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
    free(data);
    cr_assert_eq(ft_mem_live(), live);
}

Test(envelope, body_of_whole_blocks)
{
    static const uint32_t id = 1;
    ft_segfile f;
    ft_envelope e;
    char *data = calloc(1, 2 * FT_ENVELOPE_BLOCK);

    cr_assert(ft_segfile_init(&f));
    for (size_t len = FT_ENVELOPE_BLOCK - 200; len < FT_ENVELOPE_BLOCK + 70; len += 3) {
        ft_str part = {data, len};
        cr_assert_eq(ft_segfile_make(&f, &id, &part, 1), FT_OK);
        cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
        cr_assert_eq(ft_envelope_check(&e, NULL), FT_OK);
        part = ft_envelope_part(&e, 1);
        cr_assert_eq(ft_envelope_touch(&e, part.ptr + part.len, 0, NULL), FT_OK);
        ft_envelope_close(&e);
    }
    ft_segfile_remove(&f);
    free(data);
}

static void must_be_found(void *arg, const ft_envelope *e, ft_status st, bool sealed)
{
    size_t *opened = arg;

    if (st == FT_OK) {
        (*opened)++;
        st = ft_envelope_check(e, NULL);
        if (sealed) {
            ft_str part = ft_envelope_part(e, 1);
            cr_assert(part.len <= e->map.len);
            return;
        }
    }
    cr_assert_eq(st, sealed && st == FT_EVERSION ? FT_EVERSION : FT_ECORRUPT);
}

Test(envelope, every_flipped_bit_is_found)
{
    ft_segfile f;
    size_t opened = 0;
    long live = ft_mem_live();

    make_hello(&f);
    cr_assert(ft_segfile_flip_all(&f, must_be_found, &opened));
    cr_assert_gt(opened, 0); /* sealed again, a changed part opens */
    ft_segfile_remove(&f);
    cr_assert_eq(ft_mem_live(), live);
}

Test(envelope, every_truncation_is_found)
{
    ft_segfile f;
    ft_envelope e;
    ft_error err;

    make_hello(&f);
    for (size_t len = 0; len < sizeof example; len++) {
        cr_assert(ft_segfile_store(&f, example, len));
        cr_assert_eq(ft_segfile_open(&f, &e, &err), FT_ECORRUPT);
        cr_assert(strstr(err.text, FT_SEGFILE_NAME));
        ft_segfile shorter = f;
        shorter.len = len;
        cr_assert_eq(ft_segfile_open(&shorter, &e, &err), FT_ECORRUPT);
    }
    unlink(ft_segfile_path(&f));
    cr_assert_eq(ft_segfile_open(&f, &e, &err), FT_ECORRUPT);
    cr_assert(strstr(err.text, "missing"));
    ft_segfile_remove(&f);
}

Test(envelope, padding_must_be_zero)
{
    ft_segfile f;
    ft_envelope e;
    unsigned char data[sizeof example];

    make_hello(&f);
    memcpy(data, example, sizeof data);
    data[64 + 5] = 1;
    f.hash = ft_segfile_seal(data, sizeof data);
    cr_assert(ft_segfile_store(&f, data, sizeof data));
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_eq(ft_envelope_check(&e, NULL), FT_ECORRUPT);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

Test(envelope, newer_files_are_not_damaged_ones)
{
    static const uint32_t ids[] = {1, 900};
    static const ft_str parts[] = {{"a", 1}, {"b", 1}};
    ft_segfile f;
    ft_envelope e;
    ft_error err;
    unsigned char data[sizeof example];

    make_hello(&f);
    memcpy(data, example, sizeof data);
    data[sizeof data - 64 + 8]++;
    f.hash = ft_segfile_seal(data, sizeof data);
    cr_assert(ft_segfile_store(&f, data, sizeof data));
    cr_assert_eq(ft_segfile_open(&f, &e, &err), FT_EVERSION);
    cr_assert(strstr(err.text, "version 3"));
    cr_assert_eq(ft_segfile_make(&f, ids, parts, 2), FT_OK); /* both required */
    cr_assert_eq(ft_segfile_open(&f, &e, &err), FT_EVERSION);
    cr_assert(strstr(err.text, "900"));
    ft_segfile_remove(&f);
}

/* ------------------------------------------------ failures */

Test(envelope, no_allocation_matters)
{
    ft_segfile f;
    long live = ft_mem_live();

    cr_assert(ft_segfile_init(&f));
    FT_FAULT_LOOP(n, 1000) {
        static const uint32_t id = 1;
        static const ft_str hello = {"hello", 5};
        ft_envelope e;
        ft_faultmem_arm(n, false);
        ft_status st = ft_segfile_make(&f, &id, &hello, 1);
        if (st == FT_OK) {
            st = ft_segfile_open(&f, &e, NULL);
            if (st == FT_OK)
                ft_envelope_close(&e);
        }
        bool hit = ft_faultmem_disarm();
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), live);
        if (!hit)
            break;
    }
    ft_segfile_remove(&f);
}

static int calls_left;

static ssize_t failing_write(int fd, const void *data, size_t len)
{
    if (--calls_left == 0) {
        errno = ENOSPC;
        return -1;
    }
    return write(fd, data, len);
}

static int failing_sync(int fd)
{
    if (--calls_left == 0) {
        errno = EIO;
        return -1;
    }
    return fsync(fd);
}

static int failing_close(int fd)
{
    int rc = close(fd);

    if (--calls_left == 0) {
        errno = EIO;
        return -1;
    }
    return rc;
}

Test(envelope, a_failed_write_leaves_no_file)
{
    static const uint32_t id = 1;
    ft_segfile f;
    ft_io_table table = ft_io_system;
    char *data = calloc(1, 3 * FT_ENVELOPE_BLOCK);
    ft_str part = {data, 3 * FT_ENVELOPE_BLOCK};
    ft_status st;
    int n = 0;

    cr_assert(ft_segfile_init(&f));
    table.write = failing_write;
    table.sync = failing_sync;
    table.close = failing_close;
    ft_io = &table;
    do {
        calls_left = ++n;
        st = ft_segfile_make(&f, &id, &part, 1);
        cr_assert(st == FT_OK || access(ft_segfile_path(&f), F_OK) != 0);
    } while (st != FT_OK);
    ft_io = &ft_io_system;
    cr_assert_gt(n, 5);
    ft_segfile_remove(&f);
    free(data);
}
