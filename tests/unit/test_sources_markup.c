/* test_sources_markup.c - Markdown, HTML and TREC, from bytes in a file to documents, and what hostile ones cost. */
#include "detect.h"
#include "mem.h"
#include "source.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the readers deliver, as text: "id|title|text" and the marks as "@offset:line ...", or "!line:reason". A title
 * that is not indexed stands in parentheses. */
typedef struct log {
    ft_buf seen;
    bool plain; /* no marks */
} log;

static ft_status on_document(void *arg, const ft_document *doc, ft_error *err)
{
    log *l = arg;

    (void)err;
    ft_buf_printf(&l->seen, "%.*s|%s", (int)doc->id.len, doc->id.ptr, doc->title_from_text ? "(" : "");
    ft_buf_put(&l->seen, doc->title.ptr, doc->title.len);
    ft_buf_puts(&l->seen, doc->title_from_text ? ")|" : "|");
    ft_buf_put(&l->seen, doc->text.ptr, doc->text.len);
    for (size_t i = 0; i < doc->n_marks; i++) {
        cr_assert(doc->marks[i].off <= doc->text.len);
        cr_assert(i == 0 || doc->marks[i].off > doc->marks[i - 1].off);
        if (!l->plain)
            ft_buf_printf(&l->seen, "%c%llu:%u", i ? ' ' : '@', (unsigned long long)doc->marks[i].off,
                          (unsigned)doc->marks[i].line);
    }
    cr_assert_not(doc->count_lines);
    ft_buf_putc(&l->seen, '\n');
    return FT_OK;
}

static ft_status on_malformed(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err)
{
    log *l = arg;

    (void)err;
    cr_assert_eq(file.len, 10);
    ft_buf_printf(&l->seen, "!%llu:%s\n", (unsigned long long)line, reason);
    return FT_OK;
}

static void read_as(ft_format format, const char *charset, const void *data, size_t len, log *l)
{
    ft_stream in = {0};
    ft_source src = {.in = &in, .file = {"dir/a.file", 10}, .words = 9, .sink = {on_document, on_malformed, l}};
    long live = ft_mem_live();
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t room = l->seen.cap;

    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, data, len), (ssize_t)len);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    cr_assert_eq(ft_stream_open(&in, fd, "a.file", NULL, NULL), FT_OK);
    if (charset)
        cr_assert_eq(ft_stream_decode(&in, charset, NULL), FT_OK);
    if (format == FT_FORMAT_MARKDOWN)
        cr_assert_eq(ft_source_markdown(&src, NULL), FT_OK);
    else if (format == FT_FORMAT_HTML)
        cr_assert_eq(ft_source_html(&src, NULL), FT_OK);
    else
        cr_assert_eq(ft_source_trec(&src, NULL), FT_OK);
    ft_stream_release(&in);
    close(fd);
    cr_assert_eq(ft_mem_live() - live, room == 0 && l->seen.cap ? 1 : 0, "memory is lost");
}

static void expect(ft_format format, const void *data, size_t len, bool plain, const char *expected)
{
    log l = {.plain = plain};

    read_as(format, NULL, data, len, &l);
    ft_buf_putc(&l.seen, '\0');
    cr_assert_str_eq((const char *)l.seen.data, expected);
    ft_buf_release(&l.seen);
}

static void markdown(const char *data, const char *expected)
{
    expect(FT_FORMAT_MARKDOWN, data, strlen(data), true, expected);
}

static void html(const char *data, const char *expected)
{
    expect(FT_FORMAT_HTML, data, strlen(data), true, expected);
}

static void trec(const char *data, const char *expected)
{
    expect(FT_FORMAT_TREC, data, strlen(data), true, expected);
}

/* ---------------------------------------------------------------- Markdown */

Test(sources_markup, markdown_blocks)
{
    markdown("# Title *here*\n\nA **bold** [link](http://x.org 'no') and `code`.\nSame paragraph.\n\nNext",
             "dir/a.file|(Title here)|Title here\n\nA bold link and code.\nSame paragraph.\n\nNext\n");
    markdown("Setext\n===\n- one\n- two\n  - inner\n\n1. first\n",
             "dir/a.file|(Setext)|Setext\n\none\n\ntwo\n\ninner\n\nfirst\n");
    markdown("```c\nint a;\n\nint b;\n```\nafter\n\n    indented\n",
             "dir/a.file|(a.file)|int a;\n\nint b;\n\nafter\n\nindented\n");
    markdown("| a | b |\n|---|---|\n| 1 | 2 |\n", "dir/a.file|(a.file)|a\tb\n\n1\t2\n");
    markdown("> quoted\n> text\n\n***\n\n![alt](i.png) &amp; &copy; &#65; &nosuch; a\\*b\n",
             "dir/a.file|(a.file)|quoted\ntext\n\nalt & \xc2\xa9 A &nosuch; a*b\n");
    markdown("x<b>y</b>z<br>w\n\n<div>\nhidden\n</div>\n\nend\n", "dir/a.file|(a.file)|xyz\nw\n\nend\n");
    markdown("", "dir/a.file|(a.file)|\n");
    markdown("#\n\n## Second\n", "dir/a.file|(Second)|Second\n");
}

Test(sources_markup, markdown_front_matter)
{
    markdown("---\ntitle: \"The title\"\ntags: [x]\n---\nText\n", "dir/a.file|The title|Text\n");
    markdown("+++\ntitle = 'T'\n+++\n# H\nText\n", "dir/a.file|(H)|H\n\nText\n");
    markdown("\xef\xbb\xbf---\r\ntitle: T\r\n...\r\nText\r\n", "dir/a.file|T|Text\n");
    markdown("---\nnot closed\n", "dir/a.file|(a.file)|not closed\n");
    markdown("---\n---\nText", "dir/a.file|(a.file)|Text\n");
    markdown("\n---\ntitle: T\n---\nText", "dir/a.file|(title: T)|title: T\n\nText\n");
}

Test(sources_markup, markdown_lines)
{
    static const char text[] = "---\na: b\n---\n# H\n\none\ntwo\n\n```\nx\n\ny\n```\n| a |\n|---|\n| b |\n";

    expect(FT_FORMAT_MARKDOWN, text, strlen(text), false,
           "dir/a.file|(H)|H\n\none\ntwo\n\nx\n\ny\n\na\n\nb@0:4 3:6 7:7 12:10 15:12 18:14 21:16\n");
}

/* Cut into pieces, a text is what it is uncut: paragraphs, code and lines. */
Test(sources_markup, markdown_in_pieces)
{
    ft_buf text = {0}, expected = {0};
    log l = {.plain = true};

    ft_buf_puts(&expected, "dir/a.file|(a.file)|");
    for (unsigned i = 0; i < 60000; i++) {
        ft_buf_printf(&text, "Paragraph *%u*\n\n```\ncode\n\n%u\n```\n", i, i);
        ft_buf_printf(&expected, "%sParagraph %u\n\ncode\n\n%u", i ? "\n\n" : "", i, i);
    }
    ft_buf_puts(&expected, "\n");
    read_as(FT_FORMAT_MARKDOWN, NULL, text.data, text.len, &l);
    cr_assert_eq(l.seen.len, expected.len);
    cr_assert_eq(memcmp(l.seen.data, expected.data, expected.len), 0);
    ft_buf_release(&text);
    ft_buf_release(&expected);
    ft_buf_release(&l.seen);
}

/* ---------------------------------------------------------------- HTML */

Test(sources_markup, html_title)
{
    html("<title> A \n&amp; B</title><p>x", "dir/a.file|A & B|x\n");
    html("<h1>Head</h1><p>x<title></title>", "dir/a.file|(Head)|Head\n\nx\n");
    html("<h1></h1><h1>Head <i>two</i></h1>", "dir/a.file|(Head two)|Head two\n");
    html("<p>x", "dir/a.file|(a.file)|x\n");
    html("<svg><title>icon</title></svg><title>T</title><body>x", "dir/a.file|T|x\n");
    html("", "dir/a.file|(a.file)|\n");
    html("<title>not closed", "dir/a.file|not closed|\n");
}

Test(sources_markup, html_blocks)
{
    html("<p>a <b>b</b>c<i> d</i>\n e<div>f</div>g<ul><li>h<li>i</ul>",
         "dir/a.file|(a.file)|a bc d e\n\nf\n\ng\n\nh\n\ni\n");
    html("a<br>b<br><br>c<hr>d", "dir/a.file|(a.file)|a\nb\n\nc\n\nd\n");
    html("<table><tr><th>A<th>B<tr><td>1</td> <td>2</td></table>x", "dir/a.file|(a.file)|A\tB\n\n1\t2\n\nx\n");
    html("x<pre>  a\n\n  b\n</pre>y", "dir/a.file|(a.file)|x\n\n  a\n\n  b\n\ny\n");
    html("<section>a</section><unknown>b</unknown>c", "dir/a.file|(a.file)|a\n\nbc\n");
}

Test(sources_markup, html_entities)
{
    html("&lt;&amp;&gt;&eacute;&#233;&#xe9;&nosuch;&hellip; 1 < 2 & 3",
         "dir/a.file|(a.file)|<&>\xc3\xa9\xc3\xa9\xc3\xa9&nosuch;\xe2\x80\xa6 1 < 2 & 3\n");
    html("it&#146;s &#128;5", "dir/a.file|(a.file)|it\xe2\x80\x99s \xe2\x82\xac" "5\n");
}

Test(sources_markup, html_drops)
{
    html("a<script>if (x<b) '</p>' </script>b<style>p{}</style>c<!-- <p> -->d"
         "<template>t</template>e<noscript>n</noscript>",
         "dir/a.file|(a.file)|abcde\n");
    html("a<SCRIPT type='x>y' src=\"z\">s</ScRiPt >b<!-->c<!--->d<!-- x --!>e<![CDATA[f]]>g<?php h ?>i",
         "dir/a.file|(a.file)|abcdegi\n");
    html("a<b c='>' d=\">\" e=/f/ g>h</b i=j>k", "dir/a.file|(a.file)|ahk\n");
    html("<html><body>a</body></html>b <i>c</i>", "dir/a.file|(a.file)|ab c\n");
    html("a<!-- open", "dir/a.file|(a.file)|a\n");
    html("a<b c='open>x", "dir/a.file|(a.file)|a\n");
}

Test(sources_markup, html_lines)
{
    static const char text[] = "<!--\n\n--><html\nlang=en>\n<title>T</title>\n<p\nclass='a\nb'>one\ntwo</p>\n\nloose\n"
                               "<div><script>\n\n</script>\nx</div>";

    expect(FT_FORMAT_HTML, text, strlen(text), false, "dir/a.file|T|one two\n\nloose\n\nx@0:8 9:11 16:12\n");
}

/* ---------------------------------------------------------------- TREC */

Test(sources_markup, trec_documents)
{
    trec("<DOC>\n<DOCNO> A-1 </DOCNO>\n<TITLE>T &amp; t\n u</TITLE>\n<TEXT>\none <b>two</b>\n<P>\nthree\n</P>\n"
         "</TEXT>\n</DOC>\n"
         "<doc><docno>B</docno><headline>H</headline></doc>",
         "A-1|T & t u|one  two \n\nthree\nB|H|\n");
    trec("junk <DOC id=\"C\" type=x><TEXT>a</TEXT><OTHER>no</OTHER><TEXT>b</TEXT></DOC> junk", "C||a\n\nb\n");
    trec("<DOC><DOCNO>D</DOCNO><TEXT>1 < 2 &lt; 3</TEXT></DOC>", "D||1 < 2 < 3\n");
    trec("", "");
    trec("no documents", "!0:no <DOC>\n");
}

Test(sources_markup, trec_lines)
{
    static const char text[] = "\n<DOC>\n<DOCNO>A</DOCNO>\n<TEXT>\none\ntwo\n</TEXT>\n</DOC>\n"
                               "<DOC><DOCNO>B</DOCNO>\n<TEXT>x</TEXT></DOC>";

    expect(FT_FORMAT_TREC, text, strlen(text), false, "A||one\ntwo@0:5 4:6\nB||x@0:10\n");
}

Test(sources_markup, trec_malformed_documents_cost_only_themselves)
{
    trec("<DOC><TEXT>x</TEXT></DOC>\n<DOC><DOCNO>A</DOCNO></DOC>\n<DOC><DOCNO>B</DOCNO><TEXT>b</TEXT>\n"
         "<DOC><DOCNO>C</DOCNO><TEXT>c</DOC>\n<DOC><DOCNO>D</DOCNO><TEXT>cut",
         "!1:no DOCNO\n!2:neither title nor text\n!3:no </DOC>\nC||c\n!5:no </DOC>\n");
}

/* ---------------------------------------------------------------- hostile input */

static char *repeated(const char *unit, size_t n, size_t *len)
{
    size_t one = strlen(unit);
    char *text = malloc(one * n + 1);

    cr_assert_not_null(text);
    for (size_t i = 0; i < n; i++)
        memcpy(text + i * one, unit, one);
    text[one * n] = '\0';
    *len = one * n;
    return text;
}

/* Read as the format, the units are one document or one complaint; `holds` is in what came of it. */
static void survive(ft_format format, const char *unit, size_t n, const char *end, const char *holds)
{
    size_t len;
    char *text = repeated(unit, n, &len);
    log l = {.plain = true};
    ft_buf all = {0};

    ft_buf_put(&all, text, len);
    ft_buf_puts(&all, end);
    read_as(format, NULL, all.data, all.len, &l);
    ft_buf_putc(&l.seen, '\0');
    cr_assert_not_null(strstr((const char *)l.seen.data, holds), "%.20s...", unit);
    ft_buf_release(&l.seen);
    ft_buf_release(&all);
    free(text);
}

Test(sources_markup, deep_nesting, .timeout = 300)
{
    survive(FT_FORMAT_HTML, "<div>", 100000, "deep", "deep");
    survive(FT_FORMAT_HTML, "<b><p>", 100000, "deep", "deep");
    survive(FT_FORMAT_HTML, "<table><tr><td>", 100000, "deep", "deep");
    survive(FT_FORMAT_MARKDOWN, ">", 100000, " deep", "deep");
    survive(FT_FORMAT_MARKDOWN, "- ", 100000, "deep", "deep");
    survive(FT_FORMAT_MARKDOWN, "[", 100000, " deep", "deep");
    survive(FT_FORMAT_MARKDOWN, "*a **b ", 100000, "deep", "deep");
    survive(FT_FORMAT_TREC, "<DOC><DOCNO>1</DOCNO><TEXT>", 1, "", "no </DOC>");
    survive(FT_FORMAT_TREC, "<a>", 100000, "<DOC><DOCNO>1</DOCNO><TEXT>deep</DOC>", "deep");
}

Test(sources_markup, stray_end_tags_have_a_limit, .timeout = 300)
{
    size_t len;
    char *ends = repeated("</i>", 100000, &len);

    survive(FT_FORMAT_HTML, "<div>", 100000, ends, "!0:elements are nested too deeply");
    free(ends);
}

Test(sources_markup, many_of_a_kind, .timeout = 300)
{
    survive(FT_FORMAT_HTML, "<a b c=d e=\"f\" ", 1000000, ">end</a>", "end");
    survive(FT_FORMAT_HTML, "&amp;", 1000000, "end", "end");
    survive(FT_FORMAT_HTML, "<", 1000000, " end", "< end");
    survive(FT_FORMAT_HTML, "<!-- ", 1000000, "-->end", "end");
    survive(FT_FORMAT_MARKDOWN, "[a](b \"", 100000, " end", "end");
    survive(FT_FORMAT_MARKDOWN, "<!-- ", 100000, " end", "end");
    survive(FT_FORMAT_MARKDOWN, "`` ` ", 100000, " end", "end");
    survive(FT_FORMAT_MARKDOWN, "|a", 3000, "|\n", "a");
    survive(FT_FORMAT_MARKDOWN, "x", 5000000, " end", "end");
    survive(FT_FORMAT_HTML, "x", 5000000, " end", "xxx end");
    survive(FT_FORMAT_TREC, "<DOC>", 100000, "<DOCNO>1</DOCNO><TEXT>end</DOC>", "1||end");
}

/* A table of many columns and many short rows is small, and what the parser makes of it is not. */
Test(sources_markup, a_table_that_expands, .timeout = 300)
{
    ft_buf text = {0};
    log l = {.plain = true};

    for (int row = 0; row < 5000; row++) {
        for (int i = 0; i < 5000 && row < 2; i++)
            ft_buf_puts(&text, row ? "|-" : "|a");
        ft_buf_puts(&text, row < 2 ? "|\n" : "|x\n");
    }
    read_as(FT_FORMAT_MARKDOWN, NULL, text.data, text.len, &l);
    cr_assert(l.seen.len < 4 * text.len);
    ft_buf_release(&text);
    ft_buf_release(&l.seen);
}

/* Nor is a link's long target that many short references share. */
Test(sources_markup, links_that_expand, .timeout = 300)
{
    ft_buf text = {0};
    log l = {.plain = true};

    ft_buf_puts(&text, "[a]: ");
    for (int i = 0; i < 30000; i++)
        ft_buf_puts(&text, "b");
    for (int i = 0; i < 50000; i++)
        ft_buf_puts(&text, i % 1000 ? "[a]\n" : "\n\n");
    read_as(FT_FORMAT_MARKDOWN, NULL, text.data, text.len, &l);
    cr_assert(l.seen.len < 2 * text.len);
    ft_buf_release(&text);
    ft_buf_release(&l.seen);
}

Test(sources_markup, entity_bombs)
{
    html("<!DOCTYPE html [<!ENTITY a \"xxxxxxxxxx\"><!ENTITY b \"&a;&a;\">"
         "<!ENTITY c SYSTEM \"/etc/passwd\">]><p>&b;&c;end",
         "dir/a.file|(a.file)|]>\n\n&b;&c;end\n");
}

Test(sources_markup, bad_bytes)
{
    expect(FT_FORMAT_HTML, "<p>a\0b\xff\xe2\x82 c\x01\xed\xa0\x80", 16, true,
           "dir/a.file|(a.file)|a b\xef\xbf\xbd\xef\xbf\xbd c \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n");
    expect(FT_FORMAT_MARKDOWN, "a\0b\xff\xe2\x82 c", 8, true,
           "dir/a.file|(a.file)|a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd c\n");
}

/* Longer than a document may be: told, not read. */
Test(sources_markup, too_long, .timeout = 300)
{
    size_t len;
    char *text = repeated("<p>0123456789 abc\n", ((size_t)65 << 20) / 18, &len);
    log l = {0};

    read_as(FT_FORMAT_HTML, NULL, text, len, &l);
    read_as(FT_FORMAT_MARKDOWN, NULL, text, len, &l);
    ft_buf_putc(&l.seen, '\0');
    cr_assert_str_eq((const char *)l.seen.data, "!0:longer than 64 MiB\n!0:longer than 64 MiB\n");
    ft_buf_release(&l.seen);
    free(text);
}

/* Every prefix of something is read without harm. */
Test(sources_markup, every_prefix)
{
    static const char text[] = "---\ntitle: x\n---\n<!DOCTYPE html><html><title>T</title><body><p class=\"a\">b &amp; "
                               "&#x41;<pre>c</pre><!-- d --><script>e</script><DOC><DOCNO>1</DOCNO><TEXT>f &lt;</TEXT>"
                               "</DOC>\n\n| g |\n|---|\n```\nh";

    for (size_t n = 0; n <= strlen(text); n++)
        for (ft_format f = FT_FORMAT_MARKDOWN; f <= FT_FORMAT_TREC; f++) {
            log l = {.plain = true};
            if (f == FT_FORMAT_JSONL || f == FT_FORMAT_TSV)
                continue;
            read_as(f, NULL, text, n, &l);
            ft_buf_release(&l.seen);
        }
}

/* ---------------------------------------------------------------- other encodings */

Test(sources_markup, converted_on_the_way)
{
    log l = {.plain = true};

    read_as(FT_FORMAT_MARKDOWN, "WINDOWS-1252", "# Caf\xe9\n\n\x80", 9, &l);
    read_as(FT_FORMAT_HTML, "UTF-16LE", "\xff\xfe<\0p\0>\0\xe9\0", 10, &l);
    ft_buf_putc(&l.seen, '\0');
    cr_assert_str_eq((const char *)l.seen.data, "dir/a.file|(Caf\xc3\xa9)|Caf\xc3\xa9\n\n\xe2\x82\xac\n"
                                                "dir/a.file|(a.file)|\xc3\xa9\n");
    ft_buf_release(&l.seen);
}
