#include "manifest.h"

#include "bytes.h"
#include "faultmem.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* FORMAT.md, "Manifest": one segment of 20 documents, of which numbers 2 and 19 are deleted. The Unicode version is
 * that of the program, so reading is compared and not writing. */
static const unsigned char example[] = {
    0x46, 0x54, 0x4d, 0x41, 0x4e, 0x0d, 0x0a, 0x1a, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x8f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x33, 0x33, 0x33, 0x33, 0x33, 0x33, 0xf3, 0x3f,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe8, 0x3f, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xef, 0xbe, 0xed, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x07, 0x65, 0x6e, 0x67, 0x6c, 0x69, 0x73, 0x68, 0x0f, 0x31, 0x35, 0x2e, 0x30, 0x2e, 0x30, 0x20,
    0x2f, 0x20, 0x31, 0x34, 0x2e, 0x30, 0x2e, 0x30, 0xee, 0xff, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x00, 0x00, 0x02, 0x02, 0x10, 0x7e, 0x4c, 0xf0, 0xfb, 0x62, 0x22, 0x94, 0xb7,
};

static char dir[32];

static void make_dir(void)
{
    strcpy(dir, "/tmp/ftmanXXXXXX");
    cr_assert(mkdtemp(dir));
}

static const char *in_dir(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void touch(const char *name)
{
    int fd = open(in_dir(name), O_WRONLY | O_CREAT, 0600);

    cr_assert_geq(fd, 0);
    close(fd);
}

static void remove_dir(void)
{
    unlink(in_dir(FT_MANIFEST_NAME));
    unlink(in_dir(FT_LOCK_NAME));
    cr_assert_eq(rmdir(dir), 0); /* and nothing else is left in it */
}

TestSuite(manifest, .init = make_dir, .fini = remove_dir);

static ft_manifest_segment segment(uint64_t hash, uint32_t n_docs, uint32_t n_deleted)
{
    ft_manifest_segment s = {.hash = hash, .len = hash * 3 + 1, .n_docs = n_docs, .n_passages = n_docs * 2};
    ft_status st = FT_OK;

    for (uint32_t i = 0; i < n_deleted; i++)
        cr_assert(ft_manifest_delete(&s, (uint32_t)((uint64_t)i * n_docs / n_deleted), &st));
    cr_assert_eq(s.n_deleted, n_deleted);
    return s;
}

static ft_manifest some_manifest(void)
{
    static const uint32_t deleted[] = {0, 1, 100, 3000, 9999, 10000};
    ft_manifest m = {.generation = 17, .analysis = {.lang = "turkish", .fold_diacritics = true}, .fingerprint = 99,
                     .k1 = 0.9, .b = 0.4, .titles_only = true, .origins_hash = 5, .origins_len = 1000};

    for (size_t i = 0; i < sizeof deleted / sizeof *deleted; i++) {
        ft_manifest_segment s = segment(i + 1, 10000, deleted[i]);
        cr_assert_eq(ft_manifest_add(&m, &s, NULL), FT_OK);
    }
    return m;
}

static void compare(const ft_manifest *a, const ft_manifest *b)
{
    cr_assert_eq(a->generation, b->generation);
    cr_assert_eq(a->fingerprint, b->fingerprint);
    cr_assert_str_eq(a->analysis.lang, b->analysis.lang);
    cr_assert_eq(a->analysis.fold_diacritics, b->analysis.fold_diacritics);
    cr_assert(a->k1 == b->k1 && a->b == b->b);
    cr_assert_eq(a->titles_only, b->titles_only);
    cr_assert(a->origins_hash == b->origins_hash && a->origins_len == b->origins_len);
    cr_assert_eq(a->n_segments, b->n_segments);
    for (size_t i = 0; i < a->n_segments; i++) {
        const ft_manifest_segment *s = &a->segments[i], *t = &b->segments[i];
        cr_assert(s->hash == t->hash && s->len == t->len && s->n_docs == t->n_docs);
        cr_assert(s->n_passages == t->n_passages && s->n_deleted == t->n_deleted);
        cr_assert_eq(t->titles_only, b->titles_only);
        for (uint32_t doc = 0; doc < s->n_docs; doc++)
            cr_assert(ft_manifest_is_deleted(s, doc) == ft_manifest_is_deleted(t, doc));
    }
}

Test(manifest, round_trip)
{
    long live = ft_mem_live();
    ft_manifest m = some_manifest(), read, copy, empty = {.generation = 1, .analysis = {.lang = "none"}};

    cr_assert_eq(ft_manifest_write(&m, dir, false, NULL), FT_OK);
    cr_assert_eq(ft_manifest_read(&read, dir, NULL), FT_OK);
    compare(&m, &read);
    cr_assert_str_eq(read.unicode, ft_unicode_version());
    cr_assert_eq(ft_manifest_copy(&copy, &read, NULL), FT_OK);
    compare(&m, &copy);
    ft_manifest_release(&copy);
    ft_manifest_release(&read);
    cr_assert_eq(ft_manifest_write(&empty, dir, false, NULL), FT_OK);
    cr_assert_eq(ft_manifest_read(&read, dir, NULL), FT_OK);
    compare(&empty, &read);
    ft_manifest_release(&read);
    ft_manifest_release(&m);
    cr_assert_eq(ft_mem_live(), live);
}

Test(manifest, the_shorter_set_is_written)
{
    struct stat info;
    ft_manifest m = {.generation = 1, .analysis = {.lang = "none"}};
    ft_manifest_segment s = segment(1, 80000, 3);

    cr_assert_eq(ft_manifest_add(&m, &s, NULL), FT_OK);
    cr_assert_eq(ft_manifest_write(&m, dir, false, NULL), FT_OK);
    cr_assert_eq(stat(in_dir(FT_MANIFEST_NAME), &info), 0);
    cr_assert_lt(info.st_size, 200);
    cr_assert_eq(info.st_mode & 0777, 0600);
    ft_manifest_release(&m);
    s = segment(1, 80000, 40000);
    cr_assert_eq(ft_manifest_add(&m, &s, NULL), FT_OK);
    m.generation = 1;
    strcpy(m.analysis.lang, "none");
    cr_assert_eq(ft_manifest_write(&m, dir, false, NULL), FT_OK);
    cr_assert_eq(stat(in_dir(FT_MANIFEST_NAME), &info), 0);
    cr_assert(info.st_size > 10000 && info.st_size < 10200);
    ft_manifest_release(&m);
}

Test(manifest, worked_example)
{
    ft_manifest m;

    cr_assert_eq(ft_manifest_parse(&m, example, sizeof example, "example", NULL), FT_OK);
    cr_assert_eq(m.generation, 3);
    cr_assert_eq(m.fingerprint, 0x1122334455667788);
    cr_assert_str_eq(m.analysis.lang, "english");
    cr_assert_str_eq(m.unicode, "15.0.0 / 14.0.0");
    cr_assert(m.k1 == 1.2 && m.b == 0.75);
    cr_assert(m.origins_hash == 0xfeedbeef && m.origins_len == 96);
    cr_assert_eq(m.n_segments, 1);
    const ft_manifest_segment *s = &m.segments[0];
    cr_assert(s->hash == 0xc0ffee && s->len == 4096 && s->n_docs == 20 && s->n_passages == 31);
    for (uint32_t doc = 0; doc < 20; doc++)
        cr_assert_eq(ft_manifest_is_deleted(s, doc), doc == 2 || doc == 19);
    ft_manifest_release(&m);
}

Test(manifest, deleting)
{
    ft_manifest_segment s = {.n_docs = 65, .n_passages = 65};
    ft_status st = FT_OK;

    cr_assert(!ft_manifest_is_deleted(&s, 64));
    cr_assert(ft_manifest_delete(&s, 64, &st));
    cr_assert(!ft_manifest_delete(&s, 64, &st));
    cr_assert(ft_manifest_is_deleted(&s, 64));
    cr_assert(!ft_manifest_is_deleted(&s, 0));
    cr_assert_eq(s.n_deleted, 1);
    cr_assert_eq(st, FT_OK);
    ft_free(s.deleted);
}

Test(manifest, another_analysis_is_refused)
{
    ft_manifest m = some_manifest();
    ft_error err;

    cr_assert_eq(ft_analysis_fingerprint(&m.analysis, &m.fingerprint, NULL), FT_OK);
    cr_assert_eq(ft_manifest_check_analysis(&m, NULL), FT_OK);
    m.fingerprint++;
    cr_assert_eq(ft_manifest_check_analysis(&m, &err), FT_EVERSION);
    cr_assert(strstr(err.hint, "rebuild"));
    ft_manifest_release(&m);
}

/* ------------------------------------------------ damage */

static void seal(unsigned char *data, size_t len)
{
    ft_store_u64(data + len - 8, XXH3_64bits(data, len - 8));
}

Test(manifest, flipped_bits)
{
    unsigned char data[sizeof example];
    long live = ft_mem_live();
    size_t fine = 0;

    for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
        ft_manifest m;
        memcpy(data, example, sizeof data);
        data[bit / 8] ^= (unsigned char)(1u << bit % 8);
        cr_assert_eq(ft_manifest_parse(&m, data, sizeof data, "m", NULL), FT_ECORRUPT);
        seal(data, sizeof data);
        ft_status st = ft_manifest_parse(&m, data, sizeof data, "m", NULL);
        cr_assert(st == FT_OK || st == FT_ECORRUPT || st == FT_EVERSION);
        fine += st == FT_OK;
        ft_manifest_release(&m);
    }
    cr_assert_gt(fine, 0);
    cr_assert_eq(ft_mem_live(), live);
}

Test(manifest, truncations)
{
    ft_error err;
    ft_manifest m;
    unsigned char data[sizeof example];

    for (size_t len = 0; len < sizeof example; len++) {
        memcpy(data, example, len);
        cr_assert_eq(ft_manifest_parse(&m, data, len, "m", NULL), FT_ECORRUPT);
        if (len < 8)
            continue;
        seal(data, len);
        cr_assert_eq(ft_manifest_parse(&m, data, len, "m", NULL), FT_ECORRUPT);
    }
    touch(FT_MANIFEST_NAME);
    cr_assert_eq(ft_manifest_read(&m, dir, &err), FT_ECORRUPT);
    cr_assert(strstr(err.text, FT_MANIFEST_NAME));
}

/* The example with one field replaced, sealed again. */
static ft_status with_u32(size_t off, uint32_t value)
{
    unsigned char data[sizeof example];
    ft_manifest m;

    memcpy(data, example, sizeof data);
    ft_store_u32(data + off, value);
    seal(data, sizeof data);
    ft_status st = ft_manifest_parse(&m, data, sizeof data, "m", NULL);
    ft_manifest_release(&m);
    return st;
}

Test(manifest, lies)
{
    size_t counts = 0x68 + 16; /* of the segment: documents, passages, deleted */

    cr_assert_eq(with_u32(8, FT_FORMAT_VERSION + 1), FT_EVERSION);
    cr_assert_eq(with_u32(8, FT_FORMAT_VERSION - 1), FT_EVERSION);
    cr_assert_eq(with_u32(12, 4), FT_ECORRUPT);          /* an unknown flag */
    cr_assert_eq(with_u32(24, 0), FT_ECORRUPT);          /* generation 0 */
    cr_assert_eq(with_u32(0x2c, 0x7ff80000), FT_ECORRUPT); /* k1 is no number */
    cr_assert_eq(with_u32(0x34, 0x3ff80000), FT_ECORRUPT); /* b = 1.5 */
    cr_assert_eq(with_u32(0x38, UINT32_MAX), FT_ECORRUPT); /* segments */
    cr_assert_eq(with_u32(0x38, 2), FT_ECORRUPT);
    cr_assert_eq(with_u32(0x4c, 1), FT_ECORRUPT);        /* origins longer than 1 GiB */
    cr_assert_eq(with_u32(0x48, 0), FT_ECORRUPT);        /* origins of no bytes, yet with a hash */
    cr_assert_eq(with_u32(0x38, 0), FT_ECORRUPT);
    cr_assert_eq(with_u32(counts, 19), FT_ECORRUPT);     /* number 19 is deleted */
    cr_assert_eq(with_u32(counts, 32), FT_ECORRUPT);     /* more documents than passages */
    cr_assert_eq(with_u32(counts + 4, 0x80000000), FT_ECORRUPT);
    cr_assert_eq(with_u32(counts + 8, 1), FT_ECORRUPT);
    cr_assert_eq(with_u32(counts + 8, 3), FT_ECORRUPT);
    cr_assert_eq(with_u32(counts + 8, 0), FT_ECORRUPT);
    cr_assert_eq(with_u32(counts + 4, 40), FT_OK);
}

/* ------------------------------------------------ failures */

Test(manifest, no_allocation_matters)
{
    long live = ft_mem_live();
    ft_manifest m = some_manifest();
    long held = ft_mem_live();

    FT_FAULT_LOOP(n, 1000) {
        ft_manifest read = {0}, copy = {0};
        ft_faultmem_arm(n, false);
        ft_status st = ft_manifest_write(&m, dir, false, NULL);
        if (st == FT_OK)
            st = ft_manifest_read(&read, dir, NULL);
        if (st == FT_OK)
            st = ft_manifest_copy(&copy, &read, NULL);
        bool hit = ft_faultmem_disarm();
        ft_manifest_release(&read);
        ft_manifest_release(&copy);
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), held);
        if (!hit)
            break;
    }
    ft_manifest_release(&m);
    cr_assert_eq(ft_mem_live(), live);
}

static int calls_left;

static bool fails(void)
{
    errno = EIO;
    return --calls_left == 0;
}

static int failing_open(const char *path, int flags, mode_t mode)
{
    return fails() ? -1 : open(path, flags, mode);
}

static ssize_t failing_write(int fd, const void *data, size_t len)
{
    return fails() ? -1 : write(fd, data, len);
}

static int failing_sync(int fd)
{
    return fails() ? -1 : fsync(fd);
}

static int failing_rename(const char *from, const char *to)
{
    return fails() ? -1 : rename(from, to);
}

Test(manifest, a_failed_commit_keeps_the_old_one)
{
    ft_manifest m = some_manifest(), read;
    ft_io_table table = ft_io_system;
    uint64_t committed = m.generation;
    ft_status st;
    int n = 0;

    cr_assert_eq(ft_manifest_write(&m, dir, false, NULL), FT_OK);
    table.open = failing_open;
    table.write = failing_write;
    table.sync = failing_sync;
    table.rename = failing_rename;
    do {
        m.generation++;
        calls_left = ++n;
        ft_io = &table;
        st = ft_manifest_write(&m, dir, false, NULL);
        ft_io = &ft_io_system;
        cr_assert_eq(ft_manifest_read(&read, dir, NULL), FT_OK);
        /* when only the last sync failed, the new one may stand there already */
        cr_assert(read.generation == m.generation || (st != FT_OK && read.generation == committed));
        committed = read.generation;
        ft_manifest_release(&read);
    } while (st != FT_OK);
    cr_assert_geq(n, 6);
    ft_manifest_release(&m);
}

/* ------------------------------------------------ the directory */

Test(manifest, absent_indexes)
{
    ft_manifest m;
    ft_error err;

    cr_assert_eq(ft_manifest_read(&m, "/nonexistent/x", &err), FT_ENOINDEX);
    cr_assert_eq(ft_manifest_read(&m, dir, &err), FT_ENOINDEX);
    cr_assert(!strstr(err.text, "unfinished"));
    touch("tmp-1");
    cr_assert_eq(ft_manifest_read(&m, dir, &err), FT_ENOINDEX);
    cr_assert(strstr(err.text, "unfinished"));
    unlink(in_dir("tmp-1"));
}

Test(manifest, lock_excludes)
{
    int first, second;
    ft_error err;

    cr_assert_eq(ft_lock_take(dir, false, &first, NULL), FT_OK);
    cr_assert_eq(ft_lock_take(dir, false, &second, &err), FT_ELOCKED);
    cr_assert_eq(second, -1);
    ft_lock_release(first);
    cr_assert_eq(ft_lock_take(dir, false, &second, NULL), FT_OK);
    ft_lock_release(second);
    ft_lock_release(-1);
    cr_assert_eq(ft_lock_take("/nonexistent", false, &first, NULL), FT_EIO);
}

Test(manifest, survey_and_clean)
{
    static const char *const gone[] = {"tmp-spool-1", "tmp-", "00000000000000ff.seg", "0000000000000001.src"};
    static const char *const kept[] = {"0000000000000005.src",  "0000000000000001.seg", "00000000000000FF.seg",
                                       "0000000000000002.seg2", "0000000000000002.se",  "notes.txt", "atmp-1", "1.seg"};
    ft_manifest m = some_manifest();
    ft_dir_state state;

    cr_assert_eq(ft_dir_survey(dir, &state, NULL), FT_OK);
    cr_assert(state.existed && !state.has_manifest && !state.has_foreign && !state.has_ours);
    for (size_t i = 0; i < 4; i++)
        touch(gone[i]);
    cr_assert_eq(ft_dir_survey(dir, &state, NULL), FT_OK);
    cr_assert(state.has_ours && !state.has_foreign);
    for (size_t i = 0; i < 8; i++)
        touch(kept[i]);
    cr_assert_eq(ft_dir_survey(dir, &state, NULL), FT_OK);
    cr_assert(state.has_foreign);
    cr_assert_eq(ft_dir_clean(dir, &m, NULL), FT_OK);
    for (size_t i = 0; i < 4; i++)
        cr_assert_neq(access(in_dir(gone[i]), F_OK), 0);
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(access(in_dir(kept[i]), F_OK), 0);
    cr_assert_eq(ft_dir_clean(dir, NULL, NULL), FT_OK);
    for (size_t i = 0; i < 2; i++)
        cr_assert_neq(access(in_dir(kept[i]), F_OK), 0);
    for (size_t i = 2; i < 8; i++)
        cr_assert_eq(unlink(in_dir(kept[i])), 0);
    ft_manifest_release(&m);
}

Test(manifest, directories)
{
    struct stat info;
    ft_dir_state state;

    cr_assert_eq(ft_dir_survey(in_dir("d"), &state, NULL), FT_OK);
    cr_assert(!state.existed);
    cr_assert_eq(ft_dir_make(in_dir("d"), false, NULL), FT_OK);
    cr_assert_eq(ft_dir_make(in_dir("d"), false, NULL), FT_OK);
    cr_assert_eq(stat(in_dir("d"), &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0700);
    cr_assert_eq(rmdir(in_dir("d")), 0);
    cr_assert_eq(ft_dir_make(in_dir("d/"), true, NULL), FT_OK);
    cr_assert_eq(rmdir(in_dir("d")), 0);
    cr_assert_eq(ft_dir_make(in_dir("no/d"), false, NULL), FT_EIO);
    touch("f");
    cr_assert_eq(ft_dir_make(in_dir("f"), false, NULL), FT_EINVAL);
    cr_assert_eq(ft_dir_survey(in_dir("f"), &state, NULL), FT_EINVAL);
    unlink(in_dir("f"));
}

Test(manifest, segment_names)
{
    char name[32];

    ft_segment_name(name, 0xc0ffee);
    cr_assert_str_eq(name, "0000000000c0ffee.seg");
}
