/* test_journal.c - the bytes of a journal, and what is read back of them. */
#include "bytes.h"
#include "journal.h"
#include "manifest.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char dir[64];
static const ft_journal_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

static void begin(void)
{
    strcpy(dir, "/tmp/ft-journal-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
}

static void end(void)
{
    ft_dir_clean(dir, NULL, NULL);
    rmdir(dir);
}

TestSuite(journal, .init = begin, .fini = end);

/* A batch of the document "a", text "tea, tea" from source 7, with the note "hi", processed. */
static ft_batch *make_batch(void)
{
    static const ft_analysis none = {.lang = "none"};
    ft_document doc = {.id = {"a", 1}, .text = {"tea, tea", 8}, .line = 1, .count_lines = true, .source = 7};
    ft_batch_worker worker;
    ft_buf notes = {0};
    ft_batch *b;

    cr_assert_eq(ft_batch_worker_init(&worker, &none, 1 << 20, 1000, NULL, NULL), FT_OK);
    cr_assert_eq(ft_batch_new(&b, NULL), FT_OK);
    ft_buf_puts(&notes, "\002hi");
    cr_assert_eq(ft_batch_note(b, &notes, NULL), FT_OK);
    cr_assert_eq(ft_batch_add(b, &doc, NULL), FT_OK);
    ft_batch_process(b, &worker);
    cr_assert_eq(b->st, FT_OK);
    ft_batch_worker_release(&worker);
    ft_buf_release(&notes);
    return b;
}

static ft_journal *open_journal(const ft_journal_key *k, bool found, bool expect_stale)
{
    ft_journal *j;
    bool stale;

    cr_assert_eq(ft_journal_open(&j, dir, false, k, &stale, NULL), FT_OK);
    cr_assert(ft_journal_found(j) == found && stale == expect_stale);
    return j;
}

static void read_file(const char *name, ft_buf *out)
{
    ft_buf path = {0};

    cr_assert_not_null(ft_io_join(&path, dir, name));
    cr_assert_eq(ft_io_read_file((const char *)path.data, 1 << 20, out, NULL), FT_OK);
    ft_buf_release(&path);
}

static void make_segment(void)
{
    ft_envelope_writer env;

    cr_assert_eq(ft_envelope_create(&env, dir, FT_JOURNAL_SEGMENT, false, NULL), FT_OK);
    env.keep = true;
    cr_assert_eq(ft_envelope_push(&env, NULL), FT_OK);
    ft_envelope_abandon(&env);
}

/* The example of FORMAT.md, "Journal". */
static const unsigned char example[] = {
    0x46, 0x54, 0x4a, 0x52, 0x4e, 0x4c, 0x0d, 0x0a, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0xda, 0x6c, 0xa4, 0x4f, 0xd9, 0x19, 0x30, 0xc2, 0x36, 0xfe, 0x03, 0x9b, 0x26, 0x0c, 0x98, 0x05,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x0b, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x02, 0x68, 0x69, 0x40, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0xc2, 0x94, 0xd3, 0x38, 0x05, 0x80, 0x06, 0x2d, 0x00, 0x08, 0x74,
    0x65, 0x61, 0x2c, 0x20, 0x74, 0x65, 0x61, 0x01, 0x01, 0x61, 0x00, 0x00, 0x08, 0x07, 0x01, 0x01,
    0x00, 0x08, 0x01, 0x02, 0x00, 0x01, 0x0b, 0x8f, 0x79, 0xdb, 0x86, 0xb1, 0xb0, 0x29, 0xcb, 0x00,
    0x00, 0x03, 0x74, 0x65, 0x61, 0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x93, 0x70, 0x0b, 0x8a, 0x01,
    0x4b, 0x4b, 0xc2, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xef, 0xcd, 0xab, 0x89, 0x67,
    0x45, 0x23, 0x01,
};

Test(journal, worked_example)
{
    ft_journal *j = open_journal(&key, false, false);
    ft_batch *b = make_batch();
    ft_buf bytes = {0};

    cr_assert_eq(ft_journal_append(j, b, 64, NULL), FT_OK);
    cr_assert_eq(ft_journal_seal(j, 0x0123456789abcdef, NULL), FT_OK);
    read_file(FT_JOURNAL_NAME, &bytes);
    cr_assert_eq(bytes.len, sizeof example);
    for (size_t i = 0; i < sizeof example; i++)
        cr_assert_eq(bytes.data[i], example[i], "byte %zu is %02x", i, bytes.data[i]);
    ft_buf_release(&bytes);
    ft_batch_free(b);
    ft_journal_close(j);
}

Test(journal, gives_back_what_it_got)
{
    long live = ft_mem_live();
    ft_journal *j = open_journal(&key, false, false);
    ft_batch *b = make_batch(), *c;
    const char *names[FT_JOURNAL_FILES];
    ft_note note;
    bool more;

    cr_assert_eq(ft_journal_files(j, names), 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(ft_journal_append(j, b, 64, NULL), FT_OK);
    cr_assert_eq(ft_journal_files(j, names), 2);
    cr_assert_eq(ft_journal_docs(j), 3);
    ft_journal_close(j);
    ft_journal_close(open_journal(&key, false, false)); /* there is no segment */
    make_segment();
    ft_journal_close(open_journal(&(ft_journal_key){1, 2}, false, true));
    j = open_journal(&key, true, false);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(ft_batch_new(&c, NULL), FT_OK);
        cr_assert_eq(ft_journal_next(j, c, 64, &more, NULL), FT_OK);
        cr_assert(more && c->n_docs == 1 && c->passages.n == 1 && c->runs.n == 1 && c->packed.n == 0);
        cr_assert(c->docs[0].text_len == 8 && c->docs[0].count_lines && c->docs[0].source == 7 &&
                  c->lengths[0] == 2);
        cr_assert(c->passages.items[0].end == 8 && c->passages.items[0].line == 1);
        cr_assert(c->ids.len == 1 && c->ids.data[0] == 'a' && c->stream.len == 8);
        cr_assert(c->runs.items[0].fd >= 0 && c->runs.items[0].len == b->runs.items[0].len);
        ft_batch_free(c);
    }
    /* One that says its text is elsewhere is the end. */
    cr_assert_eq(ft_batch_new(&c, NULL), FT_OK);
    cr_assert_eq(ft_journal_next(j, c, 65, &more, NULL), FT_OK);
    cr_assert(!more);
    ft_batch_free(c);
    cr_assert_eq(ft_journal_settle(j, NULL), FT_OK);
    cr_assert_eq(ft_journal_notes(j), 2);
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(ft_journal_next_note(j, &note, &more, NULL), FT_OK);
        cr_assert(more && note.documents == i && note.bytes.len == 2 && memcmp(note.bytes.ptr, "hi", 2) == 0);
    }
    cr_assert_eq(ft_journal_next_note(j, &note, &more, NULL), FT_OK);
    cr_assert(!more);
    /* And it goes on from there. */
    cr_assert_eq(ft_journal_append(j, b, 64, NULL), FT_OK);
    cr_assert_eq(ft_journal_docs(j), 3);
    ft_journal_close(j);
    ft_batch_free(b);
    cr_assert_eq(ft_mem_live(), live);
}
