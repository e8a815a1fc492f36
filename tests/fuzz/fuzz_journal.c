/* fuzz_journal.c - the journal of an unfinished build with patched bytes whose checksums are right again, so that the
 * decoder sees them.
 *
 * A batch of a few documents is processed and noted once; its record is the code and two runs. Each input is a string
 * of patches, (offset: 2 bytes, mask: 1 byte) each, applied to the runs, whose checksums are then made anew in the
 * code, or to the code; then the record's checksum is made anew. A build takes up what that journal has, adds a
 * document and writes its segment. Whatever the journal says, there is no crash, no over-read and no hang, and the
 * documents that were kept are in the segment. */
#include "builder.h"
#include "bytes.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define HEADER_LEN 40u /* FORMAT.md, "Journal" */
#define HEAD_LEN 32u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64];
static const ft_journal_key key = {7, 501};
static ft_analysis analysis = {.lang = "english"};
static ft_build_config config = {.dir = dir, .analysis = &analysis, .k1 = 1.2, .b = 0.75, .threads = 1,
                                 .memory = 16 << 20};
static ft_buf journal, segment, patched;
static size_t code_len, run_lens[2];

static void need(bool that)
{
    if (!that)
        abort();
}

static void clean(void)
{
    need(ft_dir_clean(dir, NULL, NULL) == FT_OK);
}

static void remove_dir(void)
{
    clean();
    rmdir(dir);
    ft_buf_release(&journal);
    ft_buf_release(&segment);
    ft_buf_release(&patched);
}

static int no_sync(int fd)
{
    (void)fd;
    return 0;
}

static void in_dir(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", dir, name);
}

static void read_back(const char *name, ft_buf *out)
{
    char path[128];

    in_dir(path, name);
    need(ft_io_read_file(path, 1 << 24, out, NULL) == FT_OK);
}

static void add(ft_batch *b, unsigned i)
{
    static char text[30000];
    static const ft_line_mark marks[] = {{2, 5}, {9, 7}};
    char id[16];
    size_t len = 0, want = i == 2 ? 20000 : 20 + 30 * i;
    ft_buf notes = {0};

    while (len < want)
        len += (size_t)snprintf(text + len, sizeof text - len, "w%zu common %s", len % 97, len % 5 ? "a " : "b.\n\n");
    int id_len = snprintf(id, sizeof id, "id%u", i);
    ft_document doc = {.id = {id, (size_t)id_len}, .title = {"A title", i % 2 ? 7 : 0},
                       .text = {text, i == 4 ? 0 : len}, .passage_words = i % 3 ? 10 : 0, .line = i,
                       .count_lines = i % 2, .marks = marks, .n_marks = i % 2 || i == 4 ? 0 : 2};
    ft_buf_put_varint(&notes, 4);
    ft_buf_puts(&notes, "note");
    need(ft_batch_note(b, &notes, NULL) == FT_OK && ft_batch_add(b, &doc, NULL) == FT_OK);
    ft_buf_release(&notes);
}

static void make_valid(void)
{
    ft_batch_worker worker;
    ft_envelope_writer env;
    ft_journal *j;
    ft_batch *b;
    bool stale;

    static ft_io_table unsynced;
    unsynced = ft_io_system;
    unsynced.sync = no_sync;
    ft_io = &unsynced;
    strcpy(dir, "/tmp/ft-fuzz-XXXXXX");
    need(mkdtemp(dir) != NULL);
    atexit(remove_dir);
    need(ft_batch_worker_init(&worker, &analysis, 2 << 20, 3000, NULL, NULL) == FT_OK);
    need(ft_batch_new(&b, NULL) == FT_OK);
    for (unsigned i = 0; i < 7; i++)
        add(b, i);
    ft_batch_process(b, &worker);
    need(b->st == FT_OK && b->runs.n == 2);
    need(ft_envelope_create(&env, dir, FT_JOURNAL_SEGMENT, false, NULL) == FT_OK);
    env.keep = true;
    ft_envelope_begin(&env, 1, 1);
    uint64_t stored = env.off;
    ft_envelope_put(&env, b->packed.bytes.data, b->packed.bytes.len);
    need(ft_envelope_push(&env, NULL) == FT_OK);
    ft_envelope_abandon(&env);
    need(ft_journal_open(&j, dir, false, &key, &stale, NULL) == FT_OK);
    need(ft_journal_append(j, b, stored, NULL) == FT_OK);
    ft_journal_close(j);
    read_back(FT_JOURNAL_NAME, &journal);
    read_back(FT_JOURNAL_SEGMENT, &segment);
    code_len = (size_t)ft_load_u64(journal.data + HEADER_LEN + 16);
    for (size_t i = 0; i < 2; i++)
        run_lens[i] = (size_t)b->runs.items[i].len;
    ft_batch_free(b);
    ft_batch_worker_release(&worker);
}

static void write_file(const char *name, const ft_buf *bytes)
{
    char path[128];

    in_dir(path, name);
    FILE *f = fopen(path, "wb");
    need(f && fwrite(bytes->data, 1, bytes->len, f) == bytes->len);
    fclose(f);
}

/* Applies the patches, those of runs first, and seals. */
static void patch(const uint8_t *data, size_t size)
{
    unsigned char *record, *code, *runs;

    ft_buf_reset(&patched);
    ft_buf_put(&patched, journal.data, journal.len);
    need(!patched.failed);
    record = patched.data + HEADER_LEN;
    code = record + HEAD_LEN;
    runs = code + code_len;
    for (size_t i = 0; i + 3 <= size; i += 3)
        if (data[i + 1] & 0x80)
            runs[(data[i] | (size_t)(data[i + 1] & 0x7f) << 8) % (run_lens[0] + run_lens[1])] ^= data[i + 2];
    /* The code ends with length, checksum and flag of each run. */
    size_t last = 1 + 8;
    size_t first = last + (run_lens[1] < 0x80 ? 1 : run_lens[1] < 0x4000 ? 2 : 3) + 1 + 8;
    ft_store_u64(code + code_len - first, XXH3_64bits(runs, run_lens[0]));
    ft_store_u64(code + code_len - last, XXH3_64bits(runs + run_lens[0], run_lens[1]));
    for (size_t i = 0; i + 3 <= size; i += 3)
        if (!(data[i + 1] & 0x80))
            code[(data[i] | (size_t)data[i + 1] << 8) % code_len] ^= data[i + 2];
    ft_store_u64(record, XXH3_64bits_withSeed(record + 8, HEAD_LEN - 8 + code_len, ft_load_u64(patched.data + 32)));
}

static void read_notes(ft_journal *j)
{
    ft_note note;
    bool more = true;
    size_t n = 0;

    for (; more; n += more)
        if (ft_journal_next_note(j, &note, &more, NULL) != FT_OK)
            abort();
    need(n == ft_journal_notes(j));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ft_document doc = {.id = {"new", 3}, .text = {"a new document", 14}};
    ft_builder *b = NULL;
    ft_flushed out = {0};
    ft_journal *j;
    ft_buf none = {0};
    bool stale;

    if (!journal.data)
        make_valid();
    patch(data, size);
    write_file(FT_JOURNAL_NAME, &patched);
    write_file(FT_JOURNAL_SEGMENT, &segment);
    need(ft_journal_open(&j, dir, false, &key, &stale, NULL) == FT_OK && ft_journal_found(j));
    ft_status st = ft_builder_resume(&b, &config, j, NULL);
    need(st == FT_OK && (b || size > 0));
    if (b) {
        uint32_t kept = (uint32_t)ft_builder_docs(b);
        read_notes(j);
        if (ft_builder_add(b, &doc, &none, NULL) == FT_OK && ft_builder_finish(b, &out, NULL) == FT_OK)
            need(out.entry.n_docs == kept + 1);
        ft_free(out.dead);
    }
    ft_builder_free(b);
    ft_journal_close(j);
    clean();
    return 0;
}
