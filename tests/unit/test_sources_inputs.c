/* test_sources_inputs.c - what lies between a file and its reader: encodings, patterns for names, filters. */
#include "charset.h"
#include "filter.h"
#include "globs.h"
#include "mem.h"
#include "source_stream.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---------------------------------------------------------------- encodings */

static const char *found(const char *label)
{
    const char *name = ft_charset_find((ft_str){label, strlen(label)});

    return name ? name : "";
}

static const char *declared(const char *head)
{
    const char *name = ft_charset_declared((ft_str){head, strlen(head)});

    return name ? name : "";
}

Test(charset, labels)
{
    cr_assert_str_eq(found("utf-8"), "UTF-8");
    cr_assert_str_eq(found(" Latin1 "), "WINDOWS-1252");
    cr_assert_str_eq(found("ISO-8859-1"), "WINDOWS-1252");
    cr_assert_str_eq(found("\"UTF-16\""), "UTF-16LE");
    cr_assert_str_eq(found("KOI8-R"), "KOI8-R");
    cr_assert_str_eq(found(""), "");
    cr_assert_str_eq(found("utf-7"), "");
    cr_assert_str_eq(found("../../x"), "");
}

Test(charset, marks_and_declarations)
{
    cr_assert_str_eq(ft_charset_of_mark((ft_str){"\xff\xfe" "a", 3}), "UTF-16LE");
    cr_assert_str_eq(ft_charset_of_mark((ft_str){"\xfe\xff", 2}), "UTF-16BE");
    cr_assert_str_eq(ft_charset_of_mark((ft_str){"\xef\xbb\xbf", 3}), "UTF-8");
    cr_assert_null(ft_charset_of_mark((ft_str){"\xff", 1}));
    cr_assert_str_eq(declared("<html><head><meta charset=\"ISO-8859-1\">"), "WINDOWS-1252");
    cr_assert_str_eq(declared("<META CHARSET = koi8-r >"), "KOI8-R");
    cr_assert_str_eq(declared("<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>"), "CP1251");
    cr_assert_str_eq(declared("<?xml version=\"1.0\" encoding=\"iso-8859-15\"?>"), "ISO-8859-15");
    cr_assert_str_eq(declared("<!-- <meta charset=koi8-r> --><meta charset=latin2>"), "ISO-8859-2");
    cr_assert_str_eq(declared("<meta charset=utf-16>"), "UTF-8");
    cr_assert_str_eq(declared("<meta charset=nonsense><meta name=charset>"), "");
    cr_assert_str_eq(declared("<metacharset=latin1>"), "");
    cr_assert_str_eq(declared("<meta charset"), "");
    cr_assert_str_eq(declared(""), "");
}

/* Converts the bytes as a stream does, whatever the size of what is asked for. */
static void convert(const char *name, const char *data, size_t len, const char *expected)
{
    for (size_t step = 1; step <= 64; step *= 4) {
        int fd = memfd_create("input", MFD_CLOEXEC);
        ft_stream s = {0};
        ft_buf out = {0};
        size_t got = 1;

        cr_assert_eq(write(fd, data, len), (ssize_t)len);
        cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
        cr_assert_eq(ft_stream_open(&s, fd, "x", NULL, NULL), FT_OK);
        cr_assert_eq(ft_stream_decode(&s, name, NULL), FT_OK);
        while (got) {
            unsigned char *to = ft_buf_reserve(&out, step);
            cr_assert_eq(ft_stream_read(&s, to, step, &got, NULL), FT_OK);
            out.len += got;
        }
        ft_buf_putc(&out, '\0');
        cr_assert_str_eq((const char *)out.data, expected, "%s", name);
        ft_buf_release(&out);
        ft_stream_release(&s);
        close(fd);
    }
}

Test(charset, conversions)
{
    convert("WINDOWS-1252", "a\xe9\x80\x93\x81", 5, "a\xc3\xa9\xe2\x82\xac\xe2\x80\x9c\xc2\x81");
    convert("UTF-16LE", "\xff\xfe" "a\0\xe9\0\x3d\xd8\x00\xde", 10, "a\xc3\xa9\xf0\x9f\x98\x80");
    convert("UTF-16BE", "\xfe\xff\0a\xd8\x3d\xde\x00", 8, "a\xf0\x9f\x98\x80");
    convert("UTF-16LE", "a\0\x3d\xd8z\0\x00\xde", 8, "a\xef\xbf\xbdz\xef\xbf\xbd");
    convert("UTF-16LE", "a\0\x3d\xd8", 4, "a\xef\xbf\xbd");
    convert("UTF-16LE", "a\0b", 3, "a\xef\xbf\xbd");
    convert("KOI8-R", "\xd0\xd2\xc9", 3, "\xd0\xbf\xd1\x80\xd0\xb8");
    convert("CP932", "\x83\x65\x83\xff!", 5, "\xe3\x83\x86\xef\xbf\xbd\xef\xbf\xbd!");
    convert("EUC-JP", "a\xc6", 2, "a\xef\xbf\xbd");
    convert("UTF-16LE", "", 0, "");
}

Test(charset, a_long_text)
{
    enum { N = 100000 };
    char *data = malloc(N), *expected = malloc(2 * N + 1);

    cr_assert(data && expected);
    for (size_t i = 0; i < N; i++) {
        data[i] = '\xe9';
        memcpy(expected + 2 * i, "\xc3\xa9", 2);
    }
    expected[2 * N] = '\0';
    convert("WINDOWS-1252", data, N, expected);
    convert("ISO-8859-15", data, N, expected);
    free(data);
    free(expected);
}

/* ---------------------------------------------------------------- globs */

Test(globs, names)
{
    cr_assert(ft_glob_matches("*.md", "a.md"));
    cr_assert(ft_glob_matches("*.md", "dir/sub/a.md"));
    cr_assert_not(ft_glob_matches("*.md", "a.mdx"));
    cr_assert_not(ft_glob_matches("*.md", "a.md/b"));
    cr_assert(ft_glob_matches("a?c", "abc"));
    cr_assert_not(ft_glob_matches("a?c", "ac"));
    cr_assert(ft_glob_matches("[a-c]x", "bx"));
    cr_assert(ft_glob_matches("[!a-c]x", "dx"));
    cr_assert_not(ft_glob_matches("[^a-c]x", "ax"));
    cr_assert(ft_glob_matches("[]x]", "]"));
    cr_assert(ft_glob_matches("[a", "[a"));
    cr_assert(ft_glob_matches("a\\*", "a*"));
    cr_assert_not(ft_glob_matches("a\\*", "ab"));
    cr_assert(ft_glob_matches("*", "x/anything"));
    cr_assert(ft_glob_matches("a*b*c", "a--b--b--c"));
    cr_assert_not(ft_glob_matches("", "x"));
}

Test(globs, paths)
{
    cr_assert(ft_glob_matches("docs/*.txt", "docs/a.txt"));
    cr_assert(ft_glob_matches("docs/*.txt", "home/docs/a.txt"));
    cr_assert_not(ft_glob_matches("docs/*.txt", "docs/b/a.txt"));
    cr_assert_not(ft_glob_matches("docs/*.txt", "mydocs/a.txt"));
    cr_assert(ft_glob_matches("docs/**", "docs/b/a.txt"));
    cr_assert(ft_glob_matches("docs/**/a.txt", "docs/a.txt"));
    cr_assert(ft_glob_matches("docs/**/a.txt", "docs/b/c/a.txt"));
    cr_assert(ft_glob_matches("/tmp/*", "/tmp/x"));
    cr_assert_not(ft_glob_matches("/tmp/*", "a/tmp/x"));
    cr_assert_not(ft_glob_matches("a[/]b", "a/b"));
}

Test(globs, directories)
{
    cr_assert(ft_glob_matches("old/", "a/old/"));
    cr_assert_not(ft_glob_matches("old/", "a/old"));
    cr_assert(ft_glob_matches("old", "a/old/"));
    cr_assert(ft_glob_matches("a/old/", "x/a/old/"));
    cr_assert_not(ft_glob_matches("old/", "a/olden/"));
}

Test(globs, no_pattern_takes_long)
{
    char pattern[FT_GLOB_MAX + 2], path[4001];

    memset(pattern, '*', sizeof pattern);
    for (size_t i = 1; i < FT_GLOB_MAX; i += 2)
        pattern[i] = 'a';
    pattern[FT_GLOB_MAX - 1] = 'b';
    pattern[FT_GLOB_MAX] = '\0';
    memset(path, 'a', sizeof path);
    path[4000] = '\0';
    cr_assert_not(ft_glob_matches(pattern, path));
    path[3999] = 'b';
    cr_assert(ft_glob_matches(pattern, path));
    memset(pattern, '*', sizeof pattern);
    pattern[FT_GLOB_MAX] = '\0';
    cr_assert(ft_glob_matches(pattern, path));
    pattern[FT_GLOB_MAX] = '*';
    pattern[FT_GLOB_MAX + 1] = '\0';
    cr_assert_not(ft_glob_matches(pattern, path));
}

/* ---------------------------------------------------------------- filters */

Test(filter, options)
{
    ft_filter f;
    ft_error err;

    cr_assert_eq(ft_filter_parse(&f, "pdf=pdftotext -  '-' \"a b\\\"\" c\\ d ''", &err), FT_OK);
    cr_assert_str_eq(f.ending, ".pdf");
    const char *const words[] = {"pdftotext", "-", "-", "a b\"", "c d", ""};
    for (size_t i = 0; i < 6; i++)
        cr_assert_str_eq(f.argv[i], words[i]);
    cr_assert_null(f.argv[6]);
    cr_assert(ft_filter_takes(&f, "x/a.PDF"));
    cr_assert_not(ft_filter_takes(&f, "a.pdf.gz"));
    cr_assert_not(ft_filter_takes(&f, "x/.pdf"));
    cr_assert_not(ft_filter_takes(&f, "pdf"));
    ft_filter_release(&f);
    const char *const wrong[] = {"", "pdf", "=cat", "pdf=", "pdf= ", "pdf='x", "a/b=cat"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_eq(ft_filter_parse(&f, wrong[i], &err), FT_EINVAL, "%s", wrong[i]);
        ft_filter_release(&f);
    }
    cr_assert_eq(ft_filter_parse(&f, ".x='a\\b' \"c\\d\"", &err), FT_OK);
    cr_assert_str_eq(f.ending, ".x");
    cr_assert_str_eq(f.argv[0], "a\\b");
    cr_assert_str_eq(f.argv[1], "c\\d");
    ft_filter_release(&f);
}

/* Runs the command over the text and gives what came out, or "!why". */
static void expect_filtered(const char *command, const char *text, const char *expected)
{
    static const volatile int cancel;
    const ft_filter_limits limits = {1, 100000, &cancel};
    char option[256], why[256], got[256];
    ft_filter f;
    ft_error err;
    int out, in = memfd_create("input", MFD_CLOEXEC);

    cr_assert_eq(write(in, text, strlen(text)), (ssize_t)strlen(text));
    lseek(in, 0, SEEK_SET);
    snprintf(option, sizeof option, "x=%s", command);
    cr_assert_eq(ft_filter_parse(&f, option, &err), FT_OK);
    cr_assert_eq(ft_filter_run(&f, in, &limits, &out, why, sizeof why, &err), FT_OK);
    if (out < 0) {
        snprintf(got, sizeof got, "!%.200s", why);
    } else {
        ssize_t n = read(out, got, sizeof got - 1);
        got[n > 0 ? n : 0] = '\0';
        close(out);
    }
    cr_assert_str_eq(got, expected, "%s: %s", command, got);
    ft_filter_release(&f);
    close(in);
}

Test(filter, running)
{
    expect_filtered("cat", "text", "text");
    expect_filtered("tr a-z A-Z", "text", "TEXT");
    expect_filtered("echo $HOME ; | *", "", "$HOME ; | *\n");
    expect_filtered("true", "text", "");
    expect_filtered("false", "text", "!its filter false failed with status 1");
    expect_filtered("sh -c 'kill -9 $$'", "", "!its filter sh was killed by signal 9");
    expect_filtered("/no/such/program", "", "!its filter /no/such/program: No such file or directory");
    expect_filtered("yes", "", "!its filter wrote more than 100000 bytes");
    expect_filtered("sleep 100", "", "!its filter was stopped after 1 s");
    expect_filtered("sh -c 'sleep 100 & echo hidden child'", "", "!its filter was stopped after 1 s");
    expect_filtered("sh -c 'exec >&-; sleep 100'", "", "!its filter sh was killed by signal 9");
}

Test(filter, interruption)
{
    static volatile int cancel = 1;
    const ft_filter_limits limits = {60, 100, &cancel};
    char why[64];
    ft_filter f;
    int out, in = open("/dev/null", O_RDONLY | O_CLOEXEC);

    cr_assert_eq(ft_filter_parse(&f, "x=sleep 100", NULL), FT_OK);
    cr_assert_eq(ft_filter_run(&f, in, &limits, &out, why, sizeof why, NULL), FT_ECANCELED);
    cr_assert_eq(out, -1);
    ft_filter_release(&f);
    close(in);
}
