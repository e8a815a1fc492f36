/* prompt_document.c - commands of the interactive session about a hit: its document, its passage and those next to it,
 * its score. */
#include "prompt_session.h"

#include "print_child.h"
#include "print_pager.h"
#include "prompt_terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES_BEFORE = 3 }; /* shown above a match */

static ft_status go_to(ft_prompt *s, const ft_hit *hit, ft_error *err)
{
    ft_buf_reset(&s->place_id);
    ft_buf_put(&s->place_id, hit->id.ptr, hit->id.len);
    s->place = hit->passage;
    return ft_buf_status(&s->place_id, err);
}

/* ---------------------------------------------------------------- in the editor */

/* The id as a path if it is one of a file; NUL-terminated, and never to be taken for an option or a +command. */
static bool find_file(ft_str id, ft_buf *path)
{
    struct stat st;

    if (!id.len || memchr(id.ptr, '\0', id.len))
        return false;
    if (*id.ptr != '/')
        ft_buf_puts(path, "./");
    ft_buf_put(path, id.ptr, id.len);
    ft_buf_putc(path, '\0');
    const char *name = (const char *)path->data;
    return !path->failed && stat(name, &st) == 0 && S_ISREG(st.st_mode) && access(name, R_OK) == 0;
}

static bool is_one_of(const char *name, size_t len, const char *const *list)
{
    for (; *list; list++) {
        if (strlen(*list) == len && memcmp(*list, name, len) == 0)
            return true;
    }
    return false;
}

/* The file and the line as this editor wants to be told: most take +LINE FILE. */
static void add_place(ft_print_child *c, const char *editor, const char *path, unsigned line)
{
    static const char *const with_goto[] = {"code", "code-insiders", "codium", "cursor", NULL};
    static const char *const with_colon[] = {"subl", "hx", "helix", "zed", NULL};
    static const char *const without[] = {"ed", "cat", "xdg-open", "open", "gedit", NULL};
    const char *name = editor;
    size_t len = strcspn(editor, " \t");
    char text[32];

    for (const char *p = editor; p < editor + len; p++) {
        if (*p == '/')
            name = p + 1;
    }
    len -= (size_t)(name - editor);
    if (is_one_of(name, len, with_goto) || is_one_of(name, len, with_colon)) {
        if (is_one_of(name, len, with_goto))
            ft_print_child_add(c, "--goto");
        ft_buf_puts(&c->words, path);
        ft_buf_printf(&c->words, ":%u", line);
        ft_buf_putc(&c->words, '\0');
        c->n++;
        return;
    }
    if (!is_one_of(name, len, without)) {
        snprintf(text, sizeof text, "+%u", line);
        ft_print_child_add(c, text);
    }
    ft_print_child_add(c, path);
}

static ft_status edit(ft_prompt *s, const char *editor, const char *path, unsigned line, ft_error *err)
{
    ft_print_child c = {0};

    ft_prompt_flush(s, 1);
    ft_print_child_split(&c, editor);
    add_place(&c, editor, path, line ? line : 1);
    ft_status st = ft_print_child_run(&c, NULL, err);
    ft_print_child_release(&c);
    ft_prompt_terminal_restore();
    return st;
}

/* ---------------------------------------------------------------- as it is stored */

/* Text from `at` up to `end`, no further than there is. */
static void put_text(ft_buf *out, ft_str text, uint64_t at, uint64_t end)
{
    if (end > text.len)
        end = text.len;
    if (at < end)
        ft_cli_show(out, text.ptr + at, (size_t)(end - at), FT_CLI_TEXT);
}

/* Title and text, with what matched. Returns the line of the output on which the match at `at` stands, or a little
 * before it. */
static size_t put_document(ft_prompt *s, const ft_stored *doc, const ft_match *match, uint64_t at)
{
    ft_str text = ft_stored_text(doc), title = ft_stored_title(doc);
    ft_buf *out = &s->out.buf;
    uint64_t done = 0;
    size_t line = 1;

    /* One that is a piece of the text would stand there twice. */
    if (title.len && !(text.len && memmem(text.ptr, text.len, title.ptr, title.len))) {
        ft_cli_show(out, title.ptr, title.len, FT_CLI_LINE);
        ft_buf_puts(out, text.len ? "\n\n" : "\n");
        line += 2;
    }
    ft_buf_puts(out, s->b.print.no_text ? FT_PRINT_NO_TEXT "\n" : "");
    for (size_t i = 0; i < match->n_spans; i++) {
        const ft_span *span = &match->spans[i];
        put_text(out, text, done, span->start);
        ft_buf_puts(out, s->b.print.color ? FT_PRINT_ON : "");
        put_text(out, text, span->start, span->end);
        ft_buf_puts(out, s->b.print.color ? FT_PRINT_OFF : "");
        done = span->end;
    }
    put_text(out, text, done, text.len);
    if (text.len && text.ptr[text.len - 1] != '\n')
        ft_buf_putc(out, '\n');
    for (size_t i = 0; i < text.len && i < at; i++)
        line += text.ptr[i] == '\n';
    return line > LINES_BEFORE ? line - LINES_BEFORE : 1;
}

static ft_status page_stored(ft_prompt *s, const ft_hit *hit, const ft_match *match, ft_error *err)
{
    ft_stored *doc = NULL;
    ft_status st = ft_reader_document(s->b.reader, hit->id.ptr, hit->id.len, &doc, err);

    if (st == FT_OK) {
        size_t line = put_document(s, doc, match, match->n_spans ? match->spans[0].start : hit->start);
        st = ft_buf_status(&s->out.buf, err);
        if (st == FT_OK)
            ft_prompt_flush(s, line);
        else
            ft_buf_reset(&s->out.buf);
    }
    ft_stored_free(doc);
    return st;
}

ft_status ft_prompt_open(ft_prompt *s, const char *arg, ft_error *err)
{
    const char *editor = getenv("EDITOR");
    ft_prompt_hit h;
    ft_match match;
    ft_buf path = {0};
    ft_hit hit;

    ft_status st = ft_prompt_hit_find(s, arg, &h, err);
    if (st == FT_OK)
        st = ft_results_hit(h.answer.results, h.i, &hit, err);
    if (st == FT_OK)
        st = ft_results_match(h.answer.results, h.i, &match, err);
    if (st == FT_OK)
        st = go_to(s, &hit, err);
    if (st != FT_OK)
        return st;
    if (editor && editor[strspn(editor, " \t")] && find_file(hit.id, &path))
        st = edit(s, editor + strspn(editor, " \t"), (const char *)path.data, match.line, err);
    else
        st = page_stored(s, &hit, &match, err);
    ft_buf_release(&path);
    return st;
}

/* ---------------------------------------------------------------- one hit, one passage */

static ft_status print_hit(ft_prompt *s, const char *arg, bool text, bool explain, ft_error *err)
{
    ft_print_options opts = ft_prompt_print_options(s);
    ft_prompt_hit h;
    ft_hit hit;

    opts.text = text;
    opts.explain = explain;
    ft_status st = ft_prompt_hit_find(s, arg, &h, err);
    if (st == FT_OK)
        st = ft_results_hit(h.answer.results, h.i, &hit, err);
    if (st == FT_OK)
        st = go_to(s, &hit, err);
    if (st != FT_OK)
        return st;
    opts.offset = h.offset;
    st = ft_print_human_hit(&opts, &h.answer, h.i, &s->out.buf, err);
    if (st == FT_OK)
        st = ft_buf_status(&s->out.buf, err);
    if (st == FT_OK)
        ft_prompt_flush(s, 1);
    else
        ft_buf_reset(&s->out.buf);
    return st;
}

ft_status ft_prompt_show(ft_prompt *s, const char *arg, ft_error *err)
{
    return print_hit(s, arg, true, false, err);
}

ft_status ft_prompt_explain(ft_prompt *s, const char *arg, ft_error *err)
{
    return print_hit(s, arg, false, true, err);
}

static void put_passage(ft_prompt *s, const ft_stored *doc)
{
    ft_print_options opts = ft_prompt_print_options(s);
    ft_str text = ft_stored_text(doc);
    ft_snippet snippet = {0};
    uint64_t start, end;

    ft_stored_passage(doc, s->place, &start, &end);
    end = end < text.len ? end : text.len;
    start = start < end ? start : end;
    snippet.text = (ft_str){text.ptr + start, (size_t)(end - start)};
    if (opts.no_text)
        snippet.text = (ft_str){FT_PRINT_NO_TEXT, strlen(FT_PRINT_NO_TEXT)};
    ft_buf_putc(&s->out.buf, '\n');
    ft_cli_show(&s->out.buf, (const char *)s->place_id.data, s->place_id.len, FT_CLI_NAME);
    ft_buf_printf(&s->out.buf, ", passage %llu of %u\n", (unsigned long long)s->place + 1,
                  (unsigned)ft_stored_passages(doc));
    ft_print_block(&opts, &snippet, &s->out.buf);
}

/* The passage next to the hit or passage shown last. */
static ft_status step(ft_prompt *s, bool forward, ft_error *err)
{
    ft_stored *doc = NULL;
    ft_status st = FT_OK;
    ft_prompt_hit h;
    ft_hit hit;

    if (!s->place_id.len) {
        st = ft_prompt_hit_find(s, "", &h, err);
        if (st == FT_OK)
            st = ft_results_hit(h.answer.results, h.i, &hit, err);
        if (st == FT_OK)
            st = go_to(s, &hit, err);
    }
    if (st == FT_OK)
        st = ft_reader_document(s->b.reader, (const char *)s->place_id.data, s->place_id.len, &doc, err);
    if (st == FT_OK) {
        bool more = forward ? s->place + 1 < ft_stored_passages(doc) : s->place > 0;
        if (more) {
            s->place += forward ? 1 : -1u;
            put_passage(s, doc);
        } else {
            ft_buf_puts(&s->out.buf, forward ? "That was its last passage.\n" : "That was its first passage.\n");
        }
        st = ft_buf_status(&s->out.buf, err);
        if (st == FT_OK)
            ft_prompt_flush(s, 1);
        else
            ft_buf_reset(&s->out.buf);
    }
    ft_stored_free(doc);
    return st;
}

ft_status ft_prompt_next(ft_prompt *s, const char *arg, ft_error *err)
{
    (void)arg;
    return step(s, true, err);
}

ft_status ft_prompt_prev(ft_prompt *s, const char *arg, ft_error *err)
{
    (void)arg;
    return step(s, false, err);
}
