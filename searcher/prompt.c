/* prompt.c - see prompt.h. */
#include "prompt.h"

#include "mem.h"
#include "optab.h"
#include "prompt_line.h"
#include "prompt_session.h"
#include "prompt_terminal.h"
#include "print_pager.h"

#include <stdio.h>
#include <unistd.h>

enum { NAME_MAX_LEN = 24 };

/* ---------------------------------------------------------------- what the user gets to see */

void ft_prompt_fail(ft_prompt *s, const ft_error *err)
{
    ft_out_flush(&s->out);
    ft_cli_fail(err);
}

void ft_prompt_flush(ft_prompt *s, size_t line)
{
    if (s->pager && s->b.print.format == FT_PRINT_HUMAN)
        ft_print_pager(&s->out, line);
    else
        ft_out_flush(&s->out);
    ft_prompt_terminal_restore();
    if (ft_out_failed(&s->out))
        s->done = true; /* nobody is there any more */
}

ft_print_options ft_prompt_print_options(const ft_prompt *s)
{
    ft_print_options opts = s->b.print;

    opts.columns = s->width ? s->width : ft_cli_columns(STDOUT_FILENO);
    opts.wide = s->width != 0;
    return opts;
}

/* ---------------------------------------------------------------- queries */

static void forget_pages(ft_prompt *s)
{
    for (size_t i = 0; i < s->n_pages; i++)
        ft_results_free(s->pages[i].results);
    s->n_pages = 0;
    s->shown = 0;
    ft_buf_reset(&s->place_id);
}

static ft_answer answer_of(const ft_prompt *s, const ft_prompt_page *page)
{
    return (ft_answer){{"1", 1}, {(const char *)s->query.data, s->query.len}, s->parsed, page->results,
                       page->timed_out, page->took_us};
}

/* The page whose first hit has `offset` before it. */
static ft_status find_page(ft_prompt *s, uint64_t offset, ft_prompt_page *page, ft_error *err)
{
    ft_search_options search = s->b.search;
    uint64_t begun = ft_cli_now();

    *page = (ft_prompt_page){.offset = offset};
    search.offset = offset;
    if (FT_GROW(s->pages, s->cap_pages, s->n_pages + 1) != 0)
        return ft_fail_nomem(err);
    ft_status st = ft_search(&page->results, s->b.reader, s->parsed, &search, err);
    page->timed_out = st == FT_ETIMEOUT && page->results;
    page->took_us = ft_cli_now() - begun;
    return page->timed_out ? FT_OK : st;
}

/* Prints a page and keeps it, whatever became of the printing. */
static void list(ft_prompt *s, ft_prompt_page page)
{
    ft_print_options opts = ft_prompt_print_options(s);
    ft_buf talk = {0};
    ft_error err;

    s->pages[s->n_pages++] = page;
    opts.offset = page.offset;
    ft_answer answer = answer_of(s, &page);
    ft_status st = ft_print_answer(&opts, &answer, &s->out.buf, &talk, &err);
    if (st != FT_OK)
        ft_buf_reset(&s->out.buf);
    ft_prompt_flush(s, 1);
    if (st != FT_OK)
        ft_prompt_fail(s, &err);
    else if (talk.len)
        fwrite(talk.data, 1, talk.len, stderr);
    ft_buf_release(&talk);
}

void ft_prompt_search_again(ft_prompt *s)
{
    ft_prompt_page page;
    ft_error err;

    forget_pages(s);
    ft_query_free(s->parsed);
    s->parsed = NULL;
    const char *text = (const char *)s->query.data;
    ft_status st = ft_query_parse(&s->parsed, s->b.reader, text, s->query.len, &s->b.query, &err);
    if (st == FT_OK)
        st = find_page(s, s->b.search.offset, &page, &err);
    if (st == FT_OK)
        list(s, page);
    else
        ft_prompt_fail(s, &err);
}

void ft_prompt_search(ft_prompt *s, ft_str text)
{
    ft_error err;

    ft_buf_reset(&s->query);
    ft_buf_put(&s->query, text.ptr, text.len);
    if (ft_buf_status(&s->query, &err) == FT_OK)
        ft_prompt_search_again(s);
    else
        ft_prompt_fail(s, &err);
}

void ft_prompt_more(ft_prompt *s)
{
    const ft_prompt_page *last = s->n_pages ? &s->pages[s->n_pages - 1] : NULL;
    ft_prompt_page page = {0};
    ft_status st = FT_OK;
    ft_error err;

    if (!last) {
        ft_fail(&err, FT_EINVAL, ":more: nothing was searched yet");
        ft_prompt_fail(s, &err);
        return;
    }
    if (ft_results_count(last->results))
        st = find_page(s, last->offset + ft_results_count(last->results), &page, &err);
    if (st != FT_OK) {
        ft_prompt_fail(s, &err);
    } else if (page.results && ft_results_count(page.results)) {
        list(s, page);
    } else {
        ft_results_free(page.results);
        ft_buf_puts(&s->out.buf, "That was all.\n");
        ft_prompt_flush(s, 1);
    }
}

ft_status ft_prompt_hit_find(ft_prompt *s, const char *arg, ft_prompt_hit *out, ft_error *err)
{
    uint64_t rank = s->shown ? s->shown : s->b.search.offset + 1;

    if (!s->n_pages)
        return ft_fail(err, FT_EINVAL, "nothing was searched yet");
    if (*arg && !ft_optab_whole(arg, 1, UINT64_MAX, &rank))
        return ft_fail(err, FT_EINVAL, "%s: not the number of a hit", arg);
    for (size_t p = 0; p < s->n_pages; p++) {
        const ft_prompt_page *page = &s->pages[p];
        if (rank - 1 < page->offset || rank - 1 - page->offset >= ft_results_count(page->results))
            continue;
        *out = (ft_prompt_hit){answer_of(s, page), page->offset, (size_t)(rank - 1 - page->offset)};
        s->shown = rank;
        return FT_OK;
    }
    ft_fail(err, FT_EINVAL, "%llu: there is no such hit in the list", (unsigned long long)rank);
    if (ft_results_count(s->pages[s->n_pages - 1].results))
        ft_hint(err, "':more' lists those that follow");
    return err ? err->status : FT_EINVAL;
}

/* ---------------------------------------------------------------- the session */

/* "news> " for an index called stuff/news.ft/ */
static void make_prompt(const char *index, ft_buf *prompt)
{
    size_t len = strlen(index), from;

    while (len > 1 && index[len - 1] == '/')
        len--;
    for (from = len; from > 0 && index[from - 1] != '/'; from--)
        continue;
    if (len - from > 3 && memcmp(index + len - 3, ".ft", 3) == 0)
        len -= 3;
    if (len - from <= NAME_MAX_LEN && index[from] != '.')
        ft_cli_show(prompt, index + from, len - from, FT_CLI_NAME);
    else
        ft_buf_puts(prompt, "ftsearch");
    ft_buf_puts(prompt, "> ");
    ft_buf_putc(prompt, '\0');
}

static void greet(ft_prompt *s)
{
    ft_stats stats;

    ft_reader_stats(s->b.reader, &stats);
    ft_cli_show(&s->out.buf, s->index, strlen(s->index), FT_CLI_NAME);
    ft_buf_printf(&s->out.buf, ": %llu %s in %llu %s. :help lists the commands, Ctrl-D leaves.\n",
                  (unsigned long long)stats.passages, stats.passages == 1 ? "passage" : "passages",
                  (unsigned long long)stats.documents, stats.documents == 1 ? "document" : "documents");
    ft_out_flush(&s->out);
}

static void converse(ft_prompt *s, ft_prompt_line *lines)
{
    while (!s->done) {
        ft_str line;
        ft_prompt_event event = ft_prompt_line_read(lines, &line);
        if (event == FT_PROMPT_END)
            break;
        if (event == FT_PROMPT_DROPPED)
            continue;
        while (line.len && (*line.ptr == ' ' || *line.ptr == '\t')) {
            line.ptr++;
            line.len--;
        }
        if (!line.len)
            continue;
        ft_prompt_line_remember(lines, line);
        if (*line.ptr == ':')
            ft_prompt_command(s, line.ptr);
        else
            ft_prompt_search(s, line);
    }
    if (!s->done)
        ft_buf_putc(&s->out.buf, '\n'); /* behind the prompt, where Ctrl-D left it */
}

int ft_prompt_run(const ft_print_batch *b, const char *index)
{
    ft_prompt s = {.b = *b, .index = index, .pager = true};
    ft_prompt_line *lines = NULL;
    ft_buf prompt = {0};
    ft_error err;

    ft_prompt_terminal_enter();
    make_prompt(index, &prompt);
    ft_status st = ft_buf_status(&prompt, &err);
    if (st == FT_OK)
        st = ft_prompt_line_open(&lines, (const char *)prompt.data, &err);
    if (st == FT_OK) {
        greet(&s);
        converse(&s, lines);
    }
    ft_prompt_line_close(lines);
    ft_prompt_terminal_leave();
    ft_out_flush(&s.out); /* a terminal that is gone is no failure of the session */
    forget_pages(&s);
    ft_free(s.pages);
    ft_query_free(s.parsed);
    ft_buf_release(&s.query);
    ft_buf_release(&s.place_id);
    ft_buf_release(&s.out.buf);
    ft_buf_release(&prompt);
    return st == FT_OK ? 0 : ft_cli_fail(&err);
}
