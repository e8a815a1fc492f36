/* micro_store.c - stored text: compressing blocks, and reading them back from a sealed file. */
#include "micro.h"

#include "mem.h"
#include "parts.h"
#include "store.h"

#define FILE_NAME "store.seg"
#define N_BLOCKS 64u
#define TEXT_LEN (N_BLOCKS * FT_STORE_BLOCK)
#define N_READS 64u /* of a passage's length, here and there */
#define READ_LEN 700u

typedef struct stored {
    ft_str text;
    ft_packer *packer;
    ft_envelope env;
    ft_store store;
    ft_buf out;
    uint64_t hash, len;
    uint32_t reads[N_READS]; /* where they begin */
} stored;

static uint64_t pack(void *arg)
{
    stored *s = arg;

    ft_buf_reset(&s->out);
    for (size_t i = 0; i < 8; i++)
        if (ft_store_pack(s->packer, s->text.ptr + i * FT_STORE_BLOCK, FT_STORE_BLOCK, &s->out) != FT_OK)
            return 0;
    return s->out.len;
}

static uint64_t read_all(void *arg)
{
    stored *s = arg;

    ft_buf_reset(&s->out);
    return ft_store_read(&s->store, 0, TEXT_LEN, &s->out, NULL) == FT_OK ? s->out.len : 0;
}

static uint64_t read_passages(void *arg)
{
    stored *s = arg;
    uint64_t sum = 0;

    for (size_t i = 0; i < N_READS; i++) {
        ft_buf_reset(&s->out);
        if (ft_store_read(&s->store, s->reads[i], READ_LEN, &s->out, NULL) == FT_OK)
            sum += s->out.data[0];
    }
    return sum;
}

static ft_status write_parts(const ft_micro *m, stored *s, ft_envelope_writer *w, ft_error *err)
{
    ft_store_writer sw;
    ft_status st = ft_store_writer_init(&sw, m->folder, err);

    if (st != FT_OK)
        return st;
    ft_envelope_begin(w, FT_PART_STORED, FT_PART_REQUIRED);
    for (size_t i = 0; st == FT_OK && i < N_BLOCKS; i++) {
        ft_buf_reset(&s->out);
        st = ft_store_pack(s->packer, s->text.ptr + i * FT_STORE_BLOCK, FT_STORE_BLOCK, &s->out);
        if (st == FT_OK)
            ft_store_writer_block(&sw, w, s->out.data, s->out.len, FT_STORE_BLOCK);
        else
            ft_fail_nomem(err);
    }
    if (st == FT_OK)
        st = ft_store_writer_finish(&sw, w, err);
    ft_store_writer_release(&sw);
    return st;
}

static ft_status write_file(const ft_micro *m, stored *s, ft_error *err)
{
    ft_envelope_writer w;
    ft_status st = ft_envelope_create(&w, m->folder, FILE_NAME, false, err);

    if (st != FT_OK)
        return st;
    st = write_parts(m, s, &w, err);
    if (st == FT_OK)
        return ft_envelope_finish(&w, &s->hash, &s->len, err);
    ft_envelope_abandon(&w);
    return st;
}

static void release_packer(void *arg)
{
    stored *s = arg;

    ft_packer_free(s->packer);
    ft_buf_release(&s->out);
}

static void close_file(void *arg)
{
    stored *s = arg;

    ft_envelope_close(&s->env);
}

static ft_status make(ft_micro *m, stored *s, ft_error *err)
{
    static const uint32_t known[] = {FT_PART_STORED, FT_PART_STORED_INDEX};
    ft_status st = ft_packer_new(&s->packer, err);

    if (st == FT_OK)
        st = ft_micro_own(m, release_packer, s, err);
    if (st == FT_OK)
        st = ft_micro_text(m, FT_SCRIPT_LATIN, TEXT_LEN, &s->text, err);
    if (st == FT_OK)
        st = write_file(m, s, err);
    if (st == FT_OK)
        st = ft_envelope_open(&s->env, m->folder, FILE_NAME, s->len, s->hash, known, sizeof known / sizeof *known, err);
    if (st == FT_OK)
        st = ft_micro_own(m, close_file, s, err);
    if (st == FT_OK)
        st = ft_store_open(&s->store, &s->env, err);
    for (size_t i = 0; i < N_READS; i++)
        s->reads[i] = ft_micro_random(m, TEXT_LEN - READ_LEN);
    return st;
}

ft_status ft_micro_store(ft_micro *m, ft_error *err)
{
    stored *s = ft_micro_room(m, 1, sizeof *s);
    ft_status st = s ? make(m, s, err) : ft_fail_nomem(err);
    ft_kernel k = {.group = "store", .item = "block", .items = 8, .bytes = 8 * FT_STORE_BLOCK, .run = pack, .arg = s};

    if (st == FT_OK)
        st = ft_micro_add(m, k, err, "compress 16 KiB");
    k.items = N_BLOCKS;
    k.bytes = TEXT_LEN;
    k.run = read_all;
    if (st == FT_OK)
        st = ft_micro_add(m, k, err, "read all");
    k.item = "passage";
    k.items = N_READS;
    k.bytes = 0;
    k.run = read_passages;
    return st == FT_OK ? ft_micro_add(m, k, err, "read %u bytes", READ_LEN) : st;
}
