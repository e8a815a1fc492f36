/* fuzz_segment.c - a segment with patched bytes whose checksums are right again, so that the decoders see them.
 *
 * A small segment is built once. Each input is a string of patches, (offset: 3 bytes, mask: 1 byte) each, applied to
 * the body; then checksums, content hash and footer are made anew, everything is read, the segment is checked, and it
 * is merged without one document. Whatever happens must be a result or an error: no crash, no over-read, no hang. */
#include "bytes.h"
#include "compact.h"
#include "mem.h"
#include "segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define FOOTER_LEN 64u /* FORMAT.md, "Envelope": table at 24, content hash at 40, checksum at 56 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64];
static unsigned char *original, *patched;
static size_t file_len;
static ft_manifest_segment entry;

static void remove_files(void)
{
    ft_dir_clean(dir, NULL, NULL);
    char command[128];
    for (size_t i = 0; i < 2; i++) {
        snprintf(command, sizeof command, "%s/%s", dir, i ? "LOCK" : "MANIFEST");
        unlink(command);
    }
    rmdir(dir);
}

/* Syncing would take most of the time. */
static int no_sync(int fd)
{
    (void)fd;
    return 0;
}

static void need(bool that)
{
    if (!that)
        abort();
}

static void add(ft_index *ix, unsigned i)
{
    char id[16], text[20000];
    size_t len = 0;
    unsigned n = i == 3 ? 2600 : i == 4 ? 0 : 20 + i % 7;

    for (unsigned k = 0; k < n && len < sizeof text - 40; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", k % 3 ? "common " : k % 5 ? "w" : "rare",
                                k % 11 ? "x " : ".\n\n");
    len += (size_t)snprintf(text + len, sizeof text - len, " only%u", i);
    snprintf(id, sizeof id, "id%u", i * 7919);
    ft_document doc = {.size = sizeof doc,
                       .id = {id, strlen(id)},
                       .title = {"A title of common words", i % 2 ? 23 : 0},
                       .text = {text, i == 4 ? 0 : len},
                       .passage_words = i % 3 ? 10 : 0,
                       .line = 1,
                       .count_lines = i % 2};
    need(ft_index_add(ix, &doc, NULL) == FT_OK);
}

static void build(void)
{
    ft_index_options o = {.size = sizeof o, .threads = 1};
    ft_manifest m;
    ft_index *ix;
    ft_buf bytes = {0}, path = {0};
    char name[32];

    static ft_io_table unsynced;
    unsynced = ft_io_system;
    unsynced.sync = no_sync;
    ft_io = &unsynced;
    strcpy(dir, "/tmp/ft-fuzz-XXXXXX");
    need(mkdtemp(dir) != NULL);
    atexit(remove_files);
    need(ft_index_create(&ix, dir, &o, NULL) == FT_OK);
    for (unsigned i = 0; i < 60; i++)
        add(ix, i);
    need(ft_index_commit(ix, NULL, NULL) == FT_OK);
    ft_index_close(ix);
    need(ft_manifest_read(&m, dir, NULL) == FT_OK && m.n_segments == 1);
    entry = m.segments[0];
    ft_manifest_release(&m);
    ft_segment_name(name, entry.hash);
    need(ft_io_join(&path, dir, name) && ft_io_read_file((char *)path.data, 1 << 24, &bytes, NULL) == FT_OK);
    ft_buf_release(&path);
    file_len = bytes.len;
    original = bytes.data;
    patched = ft_alloc(file_len, 1);
    need(patched != NULL);
}

/* Makes the frame fit the body again and writes the file under its new name. */
static void seal(void)
{
    unsigned char *footer = patched + file_len - FOOTER_LEN;
    size_t body = (size_t)ft_load_u64(footer + 24);
    char name[32], path[128];

    for (size_t off = 0, i = 0; off < body; off += FT_ENVELOPE_BLOCK, i++) {
        size_t n = body - off < FT_ENVELOPE_BLOCK ? body - off : FT_ENVELOPE_BLOCK;
        ft_store_u64(patched + body + 8 * i, XXH3_64bits(patched + off, n));
    }
    entry.hash = XXH3_64bits(patched + body, file_len - body - FOOTER_LEN + 40);
    ft_store_u64(footer + 40, entry.hash);
    ft_store_u64(footer + 56, XXH3_64bits(footer, 56));
    ft_segment_name(name, entry.hash);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    need(f && fwrite(patched, 1, file_len, f) == file_len);
    fclose(f);
}

static void read_lists(const ft_segment *s)
{
    ft_term_iter it;
    bool more, found;
    ft_postings p;
    ft_buf out = {0};

    ft_term_iter_init(&it, &s->terms);
    (void)ft_term_iter_seek(&it, "m", 1, NULL);
    ft_term_iter_init(&it, &s->terms);
    while (ft_term_iter_next(&it, &more, NULL) == FT_OK && more) {
        need(it.term_len <= sizeof it.term);
        (void)ft_segment_term(s, it.term, it.term_len, &found, &p, NULL);
        if (ft_postings_open(&p, &s->env, s->postings, s->positions, &it.info, s->meta.n_passages, NULL) != FT_OK)
            continue;
        for (uint32_t block = 0; block < p.n_blocks; block++) {
            uint32_t passages[FT_BLOCK_LEN], sums[FT_BLOCK_LEN], n = ft_postings_block_len(&p, block);
            const unsigned char *tfs;
            if (ft_postings_passages(&p, block, passages, &tfs, NULL) != FT_OK)
                break;
            for (uint32_t i = 0; i < n; i++)
                need(passages[i] < s->meta.n_passages && (i == 0 || passages[i] > passages[i - 1]));
            if (ft_postings_tf_sums(&p, block, tfs, sums, NULL) != FT_OK)
                break;
            for (uint32_t i = 0; i < n; i += 100) {
                uint32_t tf = sums[i] - (i ? sums[i - 1] : 0);
                ft_buf_reset(&out);
                if (tf < 1 << 16)
                    (void)ft_postings_positions(&p, block, sums, i, &out, NULL);
            }
        }
    }
    ft_buf_release(&out);
}

static void read_tables(const ft_segment *s)
{
    ft_buf out = {0}, marks = {0};
    ft_doc_entry doc;
    ft_passage_entry passage;
    uint32_t number;
    bool found;

    for (uint32_t i = 0; i < s->meta.n_docs && i < 1000; i++) {
        ft_buf_reset(&out);
        if (ft_ids_get(&s->ids, i, &out, NULL) == FT_OK)
            (void)ft_ids_find(&s->ids, (const char *)out.data, out.len, &found, &number, NULL);
        ft_buf_reset(&out);
        if (ft_passages_doc(&s->passages, i, &doc, NULL) == FT_OK && doc.text_len < 1 << 20)
            (void)ft_store_read(&s->store, doc.stream, doc.title_len + doc.text_len, &out, NULL);
    }
    for (uint32_t i = 0; i < s->meta.n_passages && i < 10000; i++) {
        ft_buf_reset(&marks);
        if (ft_passages_doc_of(&s->passages, i, &number, NULL) == FT_OK)
            need(number < s->meta.n_docs);
        (void)ft_passages_get(&s->passages, i, &passage, &marks, NULL);
    }
    ft_buf_release(&out);
    ft_buf_release(&marks);
}

static void merge(const ft_segment *s)
{
    ft_analysis analysis = {.lang = "english"};
    ft_build_config config = {.dir = dir, .analysis = &analysis, .k1 = 1.2, .b = 0.75, .threads = 1,
                              .memory = 16 << 20};
    ft_manifest_segment with_deleted = entry;
    ft_compact_input input = {s, &with_deleted};
    ft_status st = FT_OK;
    ft_flushed out;

    need(ft_manifest_delete(&with_deleted, entry.n_docs / 2, &st));
    if (ft_compact(&config, &input, 1, &out, NULL) == FT_OK)
        ft_free(out.dead);
    ft_free(with_deleted.deleted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ft_segment s;

    if (!original)
        build();
    memcpy(patched, original, file_len);
    size_t body = (size_t)ft_load_u64(original + file_len - FOOTER_LEN + 24);
    for (; size >= 4; data += 4, size -= 4)
        patched[(data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16) % body] ^= data[3];
    seal();
    if (ft_segment_open(&s, dir, &entry, NULL) == FT_OK) {
        read_lists(&s);
        read_tables(&s);
        (void)ft_segment_check(&s, NULL, NULL, NULL);
        merge(&s);
        ft_segment_close(&s);
    }
    ft_dir_clean(dir, NULL, NULL);
    return 0;
}
