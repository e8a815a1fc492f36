#include "store.h"

#include "faultmem.h"
#include "mem.h"
#include "parts.h"
#include "segfile.h"

#include <criterion/criterion.h>
#include <pthread.h>

/* FORMAT.md, "Stored text": the stream "hello", stored plain because it does not become smaller. */
static const unsigned char example_blocks[] = {0x68, 0x65, 0x6c, 0x6c, 0x6f};
static const unsigned char example_index[] = {0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                              0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
/* A hundred times "a", as zlib's own level 9 packs it: readers take any valid stream. */
static const unsigned char packed_a[] = {0x78, 0xda, 0x4b, 0x4c, 0xa4, 0x3d, 0x00, 0x00, 0x7a, 0x47, 0x25, 0xe5};

static ft_status write_parts(ft_envelope_writer *w, const char *dir, const unsigned char *text, size_t len)
{
    ft_store_writer sw = {0};
    ft_packer *packer = NULL;
    ft_buf packed = {0};
    ft_status st = ft_packer_new(&packer, NULL);

    if (st == FT_OK)
        st = ft_store_writer_init(&sw, dir, NULL);
    if (st == FT_OK)
        ft_envelope_begin(w, FT_PART_STORED, FT_PART_REQUIRED);
    for (size_t at = 0; st == FT_OK && at < len; at += FT_STORE_BLOCK) {
        size_t n = len - at < FT_STORE_BLOCK ? len - at : FT_STORE_BLOCK;
        ft_buf_reset(&packed);
        st = ft_store_pack(packer, text + at, n, &packed);
        if (st == FT_OK)
            ft_store_writer_block(&sw, w, packed.data, packed.len, n);
    }
    if (st == FT_OK)
        st = ft_store_writer_finish(&sw, w, NULL);
    ft_store_writer_release(&sw);
    ft_packer_free(packer);
    ft_buf_release(&packed);
    return st;
}

static ft_status make(ft_segfile *f, const unsigned char *text, size_t len)
{
    ft_envelope_writer w;
    ft_status st = ft_segfile_begin(f, &w, NULL);

    if (st != FT_OK)
        return st;
    st = write_parts(&w, f->dir, text, len);
    if (st == FT_OK)
        return ft_segfile_end(f, &w, NULL);
    ft_envelope_abandon(&w);
    return st;
}

/* Text that packs, with stretches that do not. */
static unsigned char *some_text(size_t len)
{
    unsigned char *text = malloc(len ? len : 1);
    uint64_t x = 1;

    for (size_t i = 0; i < len; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        text[i] = i / 20000 % 3 == 2 ? (unsigned char)(x >> 40) : (unsigned char)"etaoin shrdlu"[x >> 33 & 7];
    }
    return text;
}

static void check_reads(const ft_store *s, const unsigned char *text, size_t len)
{
    ft_buf out = {0};
    uint64_t x = 7;

    for (unsigned i = 0; i < 300; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        size_t off = (size_t)(x >> 20) % (len + 1), n = (size_t)(x >> 40) % (len - off + 1);
        if (i % 3 == 0 && n > 50)
            n = 50;
        size_t before = i % 5;
        ft_buf_reset(&out);
        ft_buf_put(&out, "abcd", before);
        cr_assert_eq(ft_store_read(s, off, n, &out, NULL), FT_OK);
        cr_assert_eq(out.len, before + n);
        cr_assert(n == 0 || memcmp(out.data + before, text + off, n) == 0);
    }
    ft_buf_reset(&out);
    cr_assert_eq(ft_store_read(s, 0, len + 1, &out, NULL), FT_ECORRUPT);
    cr_assert_eq(ft_store_read(s, len + 1, 0, &out, NULL), FT_ECORRUPT);
    cr_assert_eq(ft_store_read(s, 1, UINT64_MAX, &out, NULL), FT_ECORRUPT);
    cr_assert_eq(out.len, 0);
    ft_buf_release(&out);
}

Test(store, text_comes_back)
{
    static const size_t lens[] = {0, 1, 5, FT_STORE_BLOCK - 1, FT_STORE_BLOCK, FT_STORE_BLOCK + 1, 100000,
                                  70 * FT_STORE_BLOCK, 130 * FT_STORE_BLOCK + 77};
    long live = ft_mem_live();

    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        unsigned char *text = some_text(lens[i]);
        ft_segfile f;
        ft_envelope e;
        ft_store s;
        cr_assert(ft_segfile_init(&f));
        cr_assert_eq(make(&f, text, lens[i]), FT_OK);
        cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
        cr_assert_eq(ft_store_open(&s, &e, NULL), FT_OK);
        cr_assert_eq(s.raw_len, lens[i]);
        check_reads(&s, text, lens[i]);
        cr_assert_eq(ft_store_check(&s, NULL), FT_OK);
        ft_envelope_close(&e);
        ft_segfile_remove(&f);
        free(text);
    }
    cr_assert_eq(ft_mem_live(), live);
}

Test(store, worked_example)
{
    ft_segfile f;
    ft_envelope e;

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, example_blocks, sizeof example_blocks), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    ft_str blocks = ft_envelope_part(&e, FT_PART_STORED), index = ft_envelope_part(&e, FT_PART_STORED_INDEX);
    cr_assert_eq(blocks.len, sizeof example_blocks);
    cr_assert_arr_eq(blocks.ptr, example_blocks, sizeof example_blocks);
    cr_assert_eq(index.len, sizeof example_index);
    cr_assert_arr_eq(index.ptr, example_index, sizeof example_index);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

Test(store, reads_any_zlib_stream)
{
    static const uint32_t ids[] = {FT_PART_STORED, FT_PART_STORED_INDEX};
    char index[16] = {100};
    ft_str parts[] = {{(const char *)packed_a, sizeof packed_a}, {index, sizeof index}};
    ft_segfile f;
    ft_envelope e;
    ft_store s;
    ft_buf out = {0};

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(ft_segfile_make(&f, ids, parts, 2), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_eq(ft_store_open(&s, &e, NULL), FT_OK);
    cr_assert_eq(ft_store_read(&s, 0, 100, &out, NULL), FT_OK);
    for (size_t i = 0; i < 100; i++)
        cr_assert(out.data[i] == 'a');
    ft_buf_release(&out);
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
}

/* ------------------------------------------------ damage */

static void read_all(void *arg, const ft_envelope *e, ft_status st, bool sealed)
{
    ft_store s;
    ft_buf out = {0};
    size_t *fine = arg;

    if (st == FT_OK)
        st = ft_store_open(&s, e, NULL);
    if (st == FT_OK)
        st = ft_store_read(&s, 0, s.raw_len, &out, NULL);
    if (st == FT_OK) {
        cr_assert_eq(out.len, s.raw_len);
        cr_assert(ft_store_read(&s, s.raw_len / 2, s.raw_len / 4, &out, NULL) == FT_OK);
        ft_status checked = ft_store_check(&s, NULL);
        cr_assert(checked == FT_OK || checked == FT_ECORRUPT);
        if (!sealed)
            st = ft_envelope_check(e, NULL);
        *fine += sealed;
    }
    cr_assert(sealed || st == FT_ECORRUPT);
    ft_buf_release(&out);
}

Test(store, flipped_bits)
{
    ft_segfile f;
    unsigned char text[300];
    size_t fine = 0;
    long live = ft_mem_live();

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)"some words and more of them, "[i % 29];
    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, text, sizeof text), FT_OK);
    cr_assert(ft_segfile_flip_all(&f, read_all, &fine));
    cr_assert_gt(fine, 0);
    ft_segfile_remove(&f);
    cr_assert_eq(ft_mem_live(), live);
}

static void hostile(ft_segfile *f, uint64_t raw_len, const void *list, size_t list_len, const char *blocks, size_t len)
{
    static const uint32_t ids[] = {FT_PART_STORED, FT_PART_STORED_INDEX};
    char index[512];
    ft_str parts[] = {{blocks, len}, {index, 8 + list_len}};
    ft_envelope e;
    ft_store s;
    ft_buf out = {0};

    ft_store_u64(index, raw_len);
    memcpy(index + 8, list, list_len);
    cr_assert_eq(ft_segfile_make(f, ids, parts, 2), FT_OK);
    cr_assert_eq(ft_segfile_open(f, &e, NULL), FT_OK);
    ft_status st = ft_store_open(&s, &e, NULL);
    if (st == FT_OK)
        st = ft_store_read(&s, 0, raw_len, &out, NULL);
    cr_assert_eq(st, FT_ECORRUPT);
    cr_assert_eq(out.len, 0);
    ft_buf_release(&out);
    ft_envelope_close(&e);
}

Test(store, lying_indexes)
{
    static const unsigned char start0[8] = {0}, start9[8] = {9}, huge[12] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                                             0xff, 1};
    static const unsigned char back[12] = {4, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
    ft_segfile f;

    cr_assert(ft_segfile_init(&f));
    hostile(&f, UINT64_MAX, start0, 8, "abcd", 4);      /* more blocks than offsets */
    hostile(&f, 5, start0, 0, "abcd", 4);
    hostile(&f, 3, start0, 8, "abcd", 4);               /* longer packed than plain */
    hostile(&f, 100, start0, 8, "abcd", 4);             /* not a stream */
    hostile(&f, 4, start9, 8, "abcd", 4);               /* begins behind the end */
    hostile(&f, FT_STORE_BLOCK + 4, huge, 12, "abcd", 4);
    hostile(&f, FT_STORE_BLOCK + 4, back, 12, "abcd", 4);
    hostile(&f, 4, start0, 8, "", 0);
    ft_segfile_remove(&f);
}

/* ------------------------------------------------ failures and threads */

Test(store, no_allocation_matters)
{
    unsigned char *text = some_text(40000);
    ft_segfile f;
    long live = ft_mem_live();

    cr_assert(ft_segfile_init(&f));
    FT_FAULT_LOOP(n, 1000) {
        ft_envelope e;
        ft_store s;
        ft_buf out = {0};
        ft_faultmem_arm(n, false);
        ft_status st = make(&f, text, 40000);
        if (st == FT_OK && (st = ft_segfile_open(&f, &e, NULL)) == FT_OK) {
            st = ft_store_open(&s, &e, NULL);
            if (st == FT_OK)
                st = ft_store_read(&s, 10, 39000, &out, NULL);
            if (st == FT_OK)
                st = ft_store_check(&s, NULL);
            ft_envelope_close(&e);
        }
        ft_buf_release(&out);
        bool hit = ft_faultmem_disarm();
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), live);
        if (!hit)
            break;
    }
    ft_segfile_remove(&f);
    free(text);
}

typedef struct reader {
    const ft_store *store;
    const unsigned char *text;
    bool good;
} reader;

static void *read_often(void *arg)
{
    reader *r = arg;
    ft_buf out = {0};

    r->good = true;
    for (size_t off = 0; off < 190000; off += 997) {
        ft_buf_reset(&out);
        r->good = r->good && ft_store_read(r->store, off, 10000, &out, NULL) == FT_OK &&
                  memcmp(out.data, r->text + off, 10000) == 0;
    }
    ft_buf_release(&out);
    return NULL;
}

Test(store, many_readers)
{
    unsigned char *text = some_text(200000);
    ft_segfile f;
    ft_envelope e;
    ft_store s;
    pthread_t threads[3];
    reader readers[3];

    cr_assert(ft_segfile_init(&f));
    cr_assert_eq(make(&f, text, 200000), FT_OK);
    cr_assert_eq(ft_segfile_open(&f, &e, NULL), FT_OK);
    cr_assert_eq(ft_store_open(&s, &e, NULL), FT_OK);
    for (int i = 0; i < 3; i++) {
        readers[i] = (reader){&s, text, false};
        cr_assert_eq(pthread_create(&threads[i], NULL, read_often, &readers[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        cr_assert(readers[i].good);
    }
    ft_envelope_close(&e);
    ft_segfile_remove(&f);
    free(text);
}
