/* test_sources.c - the readers of input formats, from bytes in a file to documents; titles and detection. */
#include "detect.h"
#include "inputs.h"
#include "source.h"
#include "title.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* What the readers deliver, as text: "id|title|text@line" or "!line:reason", one a line. */
typedef struct log {
    ft_buf seen;
    unsigned stop_after; /* documents; 0: never */
    unsigned documents;
} log;

static ft_status on_document(void *arg, const ft_document *doc, ft_error *err)
{
    log *l = arg;

    cr_assert_eq(doc->size, sizeof *doc);
    ft_buf_put(&l->seen, doc->id.ptr, doc->id.len);
    ft_buf_putc(&l->seen, '|');
    ft_buf_put(&l->seen, doc->title.ptr, doc->title.len);
    ft_buf_putc(&l->seen, '|');
    ft_buf_put(&l->seen, doc->text.ptr, doc->text.len);
    ft_buf_printf(&l->seen, "@%u\n", (unsigned)doc->line);
    return ++l->documents == l->stop_after ? ft_fail(err, FT_ECANCELED, "enough") : FT_OK;
}

static ft_status on_malformed(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err)
{
    log *l = arg;

    (void)err;
    cr_assert_eq(file.len, 4);
    ft_buf_printf(&l->seen, "!%llu:%s\n", (unsigned long long)line, reason);
    return FT_OK;
}

/* A descriptor of an unlinked file with these bytes. */
static int file_of(const void *data, size_t len)
{
    char path[] = "/tmp/test_sources.XXXXXX";
    int fd = mkstemp(path);

    cr_assert(fd >= 0);
    unlink(path);
    cr_assert_eq(write(fd, data, len), (ssize_t)len);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static ft_status read_as(ft_format format, const void *data, size_t len, log *l)
{
    ft_stream in = {0};
    ft_source src = {.in = &in, .file = {"FILE", 4}, .words = 9, .sink = {on_document, on_malformed, l}};
    int fd = file_of(data, len);
    ft_error err;

    ft_status st = ft_stream_open(&in, fd, "FILE", NULL, &err);
    if (st == FT_OK && format == FT_FORMAT_JSONL)
        st = ft_source_jsonl(&src, &err);
    else if (st == FT_OK && format == FT_FORMAT_TSV)
        st = ft_source_tsv(&src, &err);
    else if (st == FT_OK)
        st = ft_source_text(&src, &err);
    ft_stream_release(&in);
    close(fd);
    return st;
}

static void expect(ft_format format, const void *data, size_t len, const char *expected)
{
    log l = {0};

    cr_assert_eq(read_as(format, data, len, &l), FT_OK);
    ft_buf_putc(&l.seen, '\0');
    cr_assert_str_eq((const char *)l.seen.data, expected);
    ft_buf_release(&l.seen);
}

static void expect_text(ft_format format, const char *data, const char *expected)
{
    expect(format, data, strlen(data), expected);
}

/* ---------------------------------------------------------------- records */

Test(sources, jsonl_records)
{
    expect_text(FT_FORMAT_JSONL, "{\"_id\":\"a\",\"title\":\"T\",\"text\":\"x\"}\n\n{\"id\":12.50,\"contents\":\"y\"}",
                "a|T|x@1\n12.50||y@3\n");
    expect_text(FT_FORMAT_JSONL, "{\"text\":\"no id\"}\r\n{\"docid\":\"d\",\"body\":\"b\\u00e9\\n\"}\r\n",
                "FILE:1||no id@1\nd||b\xc3\xa9\n@2\n");
    expect_text(FT_FORMAT_JSONL, "\xef\xbb\xbf{\"_id\":\"bom\",\"title\":\"only\"}", "bom|only|@1\n");
    expect_text(FT_FORMAT_JSONL, "{\"_id\":\"a\",\"_id\":\"b\",\"text\":\"1\",\"text\":\"2\"}", "b||2@1\n");
    expect_text(FT_FORMAT_JSONL,
                "{\"content\":\"4\",\"id\":\"n\",\"text\":\"1\",\"_id\":\"m\",\"body\":\"3\"}", "m||1@1\n");
    expect_text(FT_FORMAT_JSONL, "{\"t\\u0065xt\":\"escaped key\",\"_id\":null,\"title\":null}",
                "FILE:1||escaped key@1\n");
    expect_text(FT_FORMAT_JSONL, "{\"_id\":\"s\",\"text\":\"\\ud800x\",\"meta\":{\"text\":\"inner\",\"_id\":[1]}}",
                "s||\xef\xbf\xbdx@1\n");
    expect_text(FT_FORMAT_JSONL, "", "");
    expect_text(FT_FORMAT_JSONL, "\n \n\t\n", "");
}

Test(sources, jsonl_malformed_records_cost_only_themselves)
{
    expect_text(FT_FORMAT_JSONL,
                "{\"_id\":\"a\",\"text\":\"x\"}\n"
                "{\"_id\":\"b\" \"text\":\"x\"}\n"
                "[1]\n"
                "{\"_id\":\"c\"}\n"
                "{\"_id\":\"d\",\"title\":\"t\",\"text\":7}\n"
                "{\"_id\":{},\"text\":\"x\"}\n"
                "{\"_id\":\"\",\"text\":\"x\"}\n"
                "{\"_id\":\"e\",\"title\":[],\"text\":\"x\"}\n"
                "{\"_id\":\"f\",\"text\":null}\n"
                "{\"_id\":\"g\",\"text\":\"x\"} {}\n"
                "{\"_id\":\"h\",\"text\":\"y\"}\n"
                "{\"_id\":\"i\",\"text\":\"cut",
                "a||x@1\n"
                "!2:bad JSON at byte 12: a comma is missing\n"
                "!3:not a JSON object\n"
                "!4:neither title nor text\n"
                "!5:the text is no string\n"
                "!6:the id is neither a string nor a number\n"
                "!7:the id is empty\n"
                "!8:the title is no string\n"
                "!9:the text is no string\n"
                "!10:bad JSON at byte 24: more text after the value\n"
                "h||y@11\n"
                "!12:bad JSON at byte 23: a string does not end\n");
}

Test(sources, tsv_records)
{
    expect_text(FT_FORMAT_TSV, "1\ttext one\n2\ttitle\ttext two\r\n\n3\t\n4\tt\ta\tb",
                "1||text one@1\n2|title|text two@2\n3||@4\n4|t|a\tb@5\n");
    expect_text(FT_FORMAT_TSV, "no tab\n\tempty id\nok\tx\n", "!1:no tab\n!2:the id is empty\nok||x@3\n");
}

Test(sources, a_sink_can_stop_the_reading)
{
    log l = {.stop_after = 2};

    cr_assert_eq(read_as(FT_FORMAT_TSV, "1\ta\n2\tb\n3\tc\n", 12, &l), FT_ECANCELED);
    cr_assert_eq(l.documents, 2);
    ft_buf_release(&l.seen);
}

/* ---------------------------------------------------------------- gzip */

static size_t gzip_of(const char *text, size_t len, unsigned char *out, size_t cap)
{
    z_stream z = {0};

    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return cap - z.avail_out;
}

Test(sources, gzip_of_several_members)
{
    unsigned char data[1024];
    size_t len = gzip_of("1\ta\n2\t", 6, data, sizeof data);

    len += gzip_of("b\n", 2, data + len, sizeof data - len);
    expect(FT_FORMAT_TSV, data, len, "1||a@1\n2||b@2\n");
    memset(data + len, 0, 100);
    expect(FT_FORMAT_TSV, data, len + 100, "1||a@1\n2||b@2\n");
    expect(FT_FORMAT_TEXT, data, len, "FILE|FILE|1\ta\n2\tb\n@1\n");
    memcpy(data + len, "junk", 4);
    expect(FT_FORMAT_TSV, data, len + 4, "1||a@1\n2||b@2\n!3:bytes after the gzip data are none\n");
}

Test(sources, gzip_cut_short_keeps_earlier_records)
{
    static char text[100000];
    static unsigned char data[100000];
    size_t len = 0;

    for (unsigned i = 0; len + 40 < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%u\trecord %u of %x\n", i, i * 7919, i * 2654435761u);
    size_t n = gzip_of(text, len, data, sizeof data);
    log l = {0};
    cr_assert_eq(read_as(FT_FORMAT_TSV, data, n / 2, &l), FT_OK);
    cr_assert(l.documents > 500);
    ft_buf_putc(&l.seen, '\0');
    char end[64];
    snprintf(end, sizeof end, "!%u:the gzip data ends early\n", l.documents + 1);
    cr_assert_not_null(strstr((const char *)l.seen.data, end));
    ft_buf_release(&l.seen);
    expect(FT_FORMAT_TEXT, data, n / 2, "!0:the gzip data ends early\n");
    data[n / 2] ^= 0x55;
    data[n / 2 + 1] ^= 0x55;
    l = (log){0};
    cr_assert_eq(read_as(FT_FORMAT_TSV, data, n, &l), FT_OK);
    ft_buf_putc(&l.seen, '\0');
    cr_assert_not_null(strstr((const char *)l.seen.data, "the gzip data is damaged\n"));
    ft_buf_release(&l.seen);
}

Test(sources, every_prefix_of_a_gzip_file)
{
    unsigned char data[256];
    size_t len = gzip_of("1\tone\n2\ttwo\n", 12, data, sizeof data);

    for (size_t n = 0; n <= len; n++) {
        log l = {0};
        cr_assert_eq(read_as(FT_FORMAT_TSV, data, n, &l), FT_OK);
        if (n == len)
            cr_assert_eq(l.documents, 2);
        ft_buf_release(&l.seen);
    }
}

Test(sources, a_bomb_is_refused)
{
    /* 256 MiB of one letter. */
    enum { MIB = 1 << 20, CAP = MIB };
    unsigned char *data = malloc(CAP);
    char *block = malloc(MIB);
    z_stream z = {0};

    cr_assert(data && block);
    memset(block, 'a', MIB);
    cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = data;
    z.avail_out = CAP;
    for (int i = 0; i < 256; i++) {
        z.next_in = (Bytef *)block;
        z.avail_in = MIB;
        cr_assert_eq(deflate(&z, i < 255 ? Z_NO_FLUSH : Z_FINISH), i < 255 ? Z_OK : Z_STREAM_END);
    }
    deflateEnd(&z);
    expect(FT_FORMAT_TEXT, data, CAP - z.avail_out, "!0:its compressed data expands too much\n");
    expect(FT_FORMAT_JSONL, data, CAP - z.avail_out, "!1:the line is too long\n");
    free(data);
    free(block);
}

/* ---------------------------------------------------------------- plain text */

Test(sources, text_is_one_document)
{
    expect_text(FT_FORMAT_TEXT, "one\ntwo\n", "FILE|FILE|one\ntwo\n@1\n");
    expect_text(FT_FORMAT_TEXT, "", "FILE|FILE|@1\n");
    expect_text(FT_FORMAT_TEXT, "\xef\xbb\xbfone two three four five\n",
                "FILE|one two three four five|\xef\xbb\xbfone two three four five\n@1\n");
}

Test(sources, a_large_text_is_the_same_text)
{
    size_t len = 20u << 20;
    char *text = malloc(len);
    log l = {0};

    cr_assert_not_null(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(i % 61 == 60 ? '\n' : 'a' + i % 23);
    cr_assert_eq(read_as(FT_FORMAT_TEXT, text, len, &l), FT_OK);
    cr_assert_eq(l.seen.len, 10 + len + 3);
    cr_assert_eq(memcmp(l.seen.data + 10, text, len), 0);
    ft_buf_release(&l.seen);
    free(text);
}

static void expect_title(const char *text, const char *file, const char *title)
{
    ft_str got = ft_title_of_text((ft_str){text, strlen(text)}, (ft_str){file, strlen(file)});

    cr_assert_eq(got.len, strlen(title), "'%.*s' for %s", (int)got.len, got.ptr, text);
    cr_assert_eq(memcmp(got.ptr, title, got.len), 0, "'%.*s' for %s", (int)got.len, got.ptr, text);
}

Test(sources, titles)
{
    expect_title("\n  \n One two three four five \r\nmore", "f", "One two three four five");
    expect_title("too few words\n- - - 1 2 3 4 5\na b c d e\n", "f", "a b c d e");
    expect_title("too few", "dir/sub/name.txt", "name.txt");
    expect_title("", "name", "name");
    expect_title("", "-", "-");
    expect_title("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\na b c d e", "f", "f");
    expect_title("1\n\n2\n\n3\n4\n5\n6\n7\n8\n9\na b c d e", "f", "a b c d e");
    expect_title("a b c d e f g h i j k l m n o p q r s t u v w x y", "f",
                 "a b c d e f g h i j k l m n o p q r s t u v w x y");
    expect_title("a b c d e f g h i j k l m n o p q r s t u v w x y z", "f", "f");
    expect_title("\xc3\xa9t\xc3\xa9 \xce\xb1 \xd0\xb1 \xd7\x90 \xe4\xb8\xad\xc2\xa0", "f",
                 "\xc3\xa9t\xc3\xa9 \xce\xb1 \xd0\xb1 \xd7\x90 \xe4\xb8\xad");
}

/* ---------------------------------------------------------------- detection */

static ft_format detected(const char *name, const char *head)
{
    return ft_detect_format((ft_str){name, strlen(name)}, (ft_str){head, strlen(head)});
}

Test(sources, detection)
{
    cr_assert_eq(detected("a.jsonl", "x"), FT_FORMAT_JSONL);
    cr_assert_eq(detected("a.NDJSON.gz", "x"), FT_FORMAT_JSONL);
    cr_assert_eq(detected("a.tsv", "x"), FT_FORMAT_TSV);
    cr_assert_eq(detected("a.tsv.gz", "{\"a\":1}\n"), FT_FORMAT_TSV);
    cr_assert_eq(detected("a.txt", "{\"a\":1}\n"), FT_FORMAT_TEXT);
    cr_assert_eq(detected("a", "{\"a\":1}\n{"), FT_FORMAT_JSONL);
    cr_assert_eq(detected("-", " \n{\"a\":1}"), FT_FORMAT_JSONL);
    cr_assert_eq(detected("a", "{a: 1}\n"), FT_FORMAT_TEXT);
    cr_assert_eq(detected("a", "{\n\"a\":1}\n"), FT_FORMAT_TEXT);
    cr_assert_eq(detected("a", "1\t2\n"), FT_FORMAT_TEXT);
    cr_assert_eq(detected("a", ""), FT_FORMAT_TEXT);
    cr_assert_eq(detected(".tsv", ""), FT_FORMAT_TEXT);
    cr_assert_eq(detected("a.md", "<html>"), FT_FORMAT_MARKDOWN);
    cr_assert_eq(detected("a.Markdown.gz", ""), FT_FORMAT_MARKDOWN);
    cr_assert_eq(detected("a.htm", "{}"), FT_FORMAT_HTML);
    cr_assert_eq(detected("a.xhtml", ""), FT_FORMAT_HTML);
    cr_assert_eq(detected("a.sgml", ""), FT_FORMAT_TREC);
    cr_assert_eq(detected("a", "\xef\xbb\xbf \n<!-- c --><!DOCTYPE  HTML>"), FT_FORMAT_HTML);
    cr_assert_eq(detected("a", "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC"), FT_FORMAT_HTML);
    cr_assert_eq(detected("a", "<HTML lang=en>"), FT_FORMAT_HTML);
    cr_assert_eq(detected("a", "<htmlx>"), FT_FORMAT_TEXT);
    cr_assert_eq(detected("a", "<!-- html"), FT_FORMAT_TEXT);
    cr_assert_eq(detected("a", "<DOC>\n<DOCNO>"), FT_FORMAT_TREC);
    cr_assert_eq(detected("a", "<doc id='x'>"), FT_FORMAT_TREC);
    cr_assert_eq(detected("a", "<DOCNO>"), FT_FORMAT_TEXT);
}

Test(sources, a_first_line_longer_than_the_head)
{
    static char head[16385] = "{\"text\":\"";

    memset(head + 9, 'x', sizeof head - 10);
    cr_assert_eq(detected("a", head), FT_FORMAT_JSONL);
    head[5000] = '"';
    cr_assert_eq(detected("a", head), FT_FORMAT_TEXT);
}

Test(sources, binary_files)
{
    static char head[10000];

    cr_assert_not(ft_detect_is_binary((ft_str){"", 0}));
    cr_assert_not(ft_detect_is_binary((ft_str){"text", 4}));
    cr_assert(ft_detect_is_binary((ft_str){"te\0xt", 5}));
    memset(head, 'a', sizeof head);
    head[8192] = '\0';
    cr_assert_not(ft_detect_is_binary((ft_str){head, sizeof head}));
    head[8191] = '\0';
    cr_assert(ft_detect_is_binary((ft_str){head, sizeof head}));
}

/* ---------------------------------------------------------------- walking */

static ft_status log_file(void *arg, const char *path, bool named, ft_error *err)
{
    (void)err;
    ft_buf_printf(arg, "%s%s\n", named ? "=" : "", path);
    return FT_OK;
}

static void log_skip(void *arg, ft_skip why, const char *path)
{
    ft_buf_printf(arg, "-%d %s\n", (int)why, path);
}

/* No names with a y, and nothing of directories with an x. */
static bool log_wanted(void *arg, const char *path)
{
    (void)arg;
    return !strchr(path, 'y') && !strstr(path, "x/");
}

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    cr_assert(fd >= 0);
    close(fd);
}

static void expect_walk(const char *word, const char *expected)
{
    ft_buf seen = {0};
    ft_visitor v = {.file = log_file, .skip = log_skip, .arg = &seen};

    cr_assert_eq(ft_inputs_walk(&word, 1, &v, NULL), FT_OK);
    ft_buf_putc(&seen, '\0');
    cr_assert_str_eq((const char *)seen.data, expected);
    ft_buf_release(&seen);
}

Test(sources, walking)
{
    char dir[] = "/tmp/test_inputs.XXXXXX", command[64];

    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    cr_assert(mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0 && mkdir("a/.h", 0700) == 0);
    cr_assert(mkdir("a/i", 0700) == 0 && mkdir("a/e", 0700) == 0 && mkdir("a/u", 0700) == 0);
    touch("a/b/z");
    touch("a/b.txt");
    touch("a/b-1");
    touch("a/.x");
    touch("a/\xc3\xa4");
    touch("a/i/MANIFEST");
    touch("a/i/0123456789abcdef.seg");
    touch("a/u/MANIFEST");
    touch("a/u/other");
    cr_assert(symlink("b", "a/l") == 0 && symlink("a/b.txt", "link") == 0 && mkfifo("a/p", 0600) == 0);
    expect_walk("a", "-0 a/.h/\n-0 a/.x\na/b-1\na/b.txt\na/b/z\n-3 a/i/\n-1 a/l\n-2 a/p\na/u/MANIFEST\na/u/other\n"
                     "a/\xc3\xa4\n");
    expect_walk("./a//b/.", "a/b/z\n");
    expect_walk("link", "=link\n");
    expect_walk(".//a/./b.txt", "=a/b.txt\n");
    expect_walk("-", "=-\n");
    cr_assert_eq(chdir("a/b"), 0);
    expect_walk(".", "z\n");
    expect_walk("../b/", "../b/z\n");
    cr_assert_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

Test(sources, what_a_visitor_does_not_want)
{
    char dir[] = "/tmp/test_inputs.XXXXXX", command[64];
    ft_buf seen = {0};
    ft_visitor v = {.file = log_file, .skip = log_skip, .wanted = log_wanted, .arg = &seen};
    const char *words[] = {"d", "d/y", "dx", "d/a"};

    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    cr_assert(mkdir("d", 0700) == 0 && mkdir("d/x", 0700) == 0 && mkdir("dx", 0700) == 0);
    touch("d/a");
    touch("d/x/b");
    touch("d/y");
    touch("dx/c");
    cr_assert_eq(ft_inputs_walk(words, 4, &v, NULL), FT_OK);
    ft_buf_putc(&seen, '\0');
    cr_assert_str_eq((const char *)seen.data, "d/a\n-5 d/x/\n-5 d/y\n-5 d/y\n-5 dx/c\n=d/a\n");
    ft_buf_release(&seen);
    cr_assert_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

Test(sources, inputs_must_exist)
{
    const char *twice[] = {"-", "-"}, *gone = "/no/such/file";
    ft_error err;

    cr_assert_eq(ft_inputs_exist(twice, 1, &err), FT_OK);
    cr_assert_eq(ft_inputs_exist(twice, 2, &err), FT_EINVAL);
    cr_assert_eq(ft_inputs_exist(&gone, 1, &err), FT_EINVAL);
    cr_assert_str_eq(err.text, "/no/such/file: No such file or directory");
}
