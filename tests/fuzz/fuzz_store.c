/* fuzz_store.c - stored text: blocks and their index, sealed. A read gives as many bytes as were asked for, or finds
 * damage; what check passes, every read passes. */
#include "store.h"

#include "fuzzparts.h"
#include "parts.h"

#define TEXT_LEN 40000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_valid(ft_envelope_writer *w, const char *dir)
{
    static char text[TEXT_LEN];
    ft_store_writer sw;
    ft_packer *packer;
    ft_buf packed = {0};

    for (size_t i = 0; i < TEXT_LEN; i++)
        text[i] = (char)('a' + i * i / 7 % 13);
    if (ft_packer_new(&packer, NULL) != FT_OK || ft_store_writer_init(&sw, dir, NULL) != FT_OK)
        abort();
    ft_envelope_begin(w, FT_PART_STORED, FT_PART_REQUIRED);
    for (size_t at = 0; at < TEXT_LEN; at += FT_STORE_BLOCK) {
        size_t n = TEXT_LEN - at < FT_STORE_BLOCK ? TEXT_LEN - at : FT_STORE_BLOCK;
        ft_buf_reset(&packed);
        if (ft_store_pack(packer, text + at, n, &packed) != FT_OK)
            abort();
        ft_store_writer_block(&sw, w, packed.data, packed.len, n);
    }
    if (ft_store_writer_finish(&sw, w, NULL) != FT_OK)
        abort();
    ft_store_writer_release(&sw);
    ft_packer_free(packer);
    ft_buf_release(&packed);
}

static void look(const ft_store *s, unsigned where)
{
    ft_buf out = {0};
    bool sound = ft_fuzzparts_ok(ft_store_check(s, NULL));
    uint64_t off = s->raw_len / 256 * where, len = s->raw_len - off;

    if (len > 100000)
        len = 100000;
    bool read = ft_fuzzparts_ok(ft_store_read(s, off, len, &out, NULL));
    if ((sound && !read) || (read && out.len != len))
        abort();
    ft_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t ids[FT_FUZZ_PARTS] = {FT_PART_STORED_INDEX, FT_PART_STORED, FT_PART_META};
    static ft_fuzzparts parts;
    ft_envelope e;
    ft_store s;

    if (!parts.ids)
        ft_fuzzparts_init(&parts, ids, write_valid);
    if (!ft_fuzzparts_open(&parts, data, size, &e))
        return 0;
    if (ft_fuzzparts_ok(ft_store_open(&s, &e, NULL)))
        look(&s, parts.head);
    ft_envelope_close(&e);
    return 0;
}
