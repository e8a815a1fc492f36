/* commands_look.c - the commands that change nothing: check, stats, show, analyze. */
#include "catalogue.h"
#include "cli.h"
#include "commands.h"
#include "json.h"
#include "lines.h"
#include "source.h"

#include <stdio.h>
#include <unistd.h>

/* ---------------------------------------------------------------- check */

typedef struct checking {
    ft_out out;
    bool json;
    uint64_t problems;
} checking;

static void on_problem(void *arg, const char *file, uint64_t off, const char *what)
{
    checking *c = arg;
    ft_buf *out = &c->out.buf;

    if (c->json) {
        ft_buf_puts(out, c->problems ? ",{\"file\":" : "{\"file\":");
        ft_json_put_string(out, file, strlen(file));
        ft_buf_printf(out, ",\"offset\":%llu,\"what\":", (unsigned long long)off);
        ft_json_put_string(out, what, strlen(what));
        ft_buf_putc(out, '}');
    } else {
        ft_cli_show(out, file, strlen(file), FT_CLI_NAME);
        ft_buf_printf(out, ": offset %llu: ", (unsigned long long)off);
        ft_cli_show(out, what, strlen(what), FT_CLI_NAME);
        ft_buf_putc(out, '\n');
    }
    c->problems++;
    ft_out_step(&c->out);
}

/* The library does not know what a catalogue is, only that its bytes are as they were written. */
static ft_status check_catalogue(const char *index, checking *c, ft_error *err)
{
    ft_catalogue catalogue;
    ft_reader *rd = NULL;
    ft_str bytes = {"", 0};
    ft_status st = ft_reader_open(&rd, index, err);

    ft_catalogue_init(&catalogue);
    if (st == FT_OK)
        st = ft_reader_sources(rd, &bytes, err);
    if (st == FT_OK && ft_catalogue_is(bytes)) {
        st = ft_catalogue_decode(&catalogue, bytes, err);
        if (st == FT_OK)
            st = ft_catalogue_check(&catalogue, err);
        if (st == FT_ECORRUPT)
            on_problem(c, "catalogue", 0, err->text);
    }
    ft_catalogue_release(&catalogue);
    ft_reader_close(rd);
    return st;
}

int ft_commands_check(const ft_settings *set, const char *const *words, size_t n)
{
    checking c = {.json = set->json};
    ft_error err = {0};

    if (n != 1)
        return ft_commands_usage("check", n ? "one INDEX only" : "INDEX is missing");
    if (set->json)
        ft_buf_puts(&c.out.buf, "{\"problems\":[");
    ft_status st = ft_check(words[0], on_problem, &c, &err);
    if (st == FT_OK)
        st = check_catalogue(words[0], &c, &err);
    bool damaged = st == FT_ECORRUPT, verdict = st == FT_OK || damaged;
    if (set->json && verdict)
        ft_buf_printf(&c.out.buf, "],\"ok\":%s}\n", damaged ? "false" : "true");
    else if (set->json)
        ft_buf_reset(&c.out.buf);
    else if (st == FT_OK && !set->quiet) {
        ft_cli_show(&c.out.buf, words[0], strlen(words[0]), FT_CLI_NAME);
        ft_buf_puts(&c.out.buf, ": ok\n");
    }
    int status = ft_out_close(&c.out, ft_exit_status(st));
    if (damaged && c.problems) {
        ft_fail(&err, FT_ECORRUPT, "%s: %llu %s", words[0], (unsigned long long)c.problems,
                c.problems == 1 ? "problem" : "problems");
        ft_hint(&err, "rebuild it with 'ftindex build --force %s ...'", words[0]);
    }
    return st == FT_OK ? status : ft_cli_fail(&err);
}

/* ---------------------------------------------------------------- stats */

static void put_stats_json(const ft_reader *rd, const ft_stats *s, ft_buf *out)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"documents", s->documents}, {"passages", s->passages}, {"terms", s->terms},
                  {"tokens", s->tokens},       {"postings", s->postings}, {"segments", s->segments},
                  {"deleted", s->deleted},     {"reordered", s->reordered}},
      bytes[] = {{"dictionary", s->bytes_dictionary}, {"postings", s->bytes_postings},
                 {"positions", s->bytes_positions},   {"norms", s->bytes_norms},
                 {"stored", s->bytes_stored},         {"other", s->bytes_other},
                 {"total", s->bytes_total}};

    ft_buf_putc(out, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        ft_buf_printf(out, "\"%s\":%llu,", counts[i].key, (unsigned long long)counts[i].value);
    ft_buf_puts(out, "\"bytes\":{");
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        ft_buf_printf(out, "%s\"%s\":%llu", i ? "," : "", bytes[i].key, (unsigned long long)bytes[i].value);
    ft_buf_puts(out, "},\"k1\":");
    ft_json_put_number(out, s->k1, 17);
    ft_buf_puts(out, ",\"b\":");
    ft_json_put_number(out, s->b, 17);
    ft_buf_puts(out, ",\"lang\":");
    ft_json_put_string(out, s->lang, strlen(s->lang));
    ft_buf_printf(out, ",\"fold_diacritics\":%s,\"stored\":%s,\"format\":%u,\"generation\":%llu,",
                  s->fold_diacritics ? "true" : "false", s->stored ? "true" : "false", (unsigned)s->format,
                  (unsigned long long)s->generation);
    ft_commands_put_segments_json(rd, s->segments, out);
    ft_buf_puts(out, "}\n");
}

static void put_stats(const ft_reader *rd, const ft_stats *s, ft_buf *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"documents", s->documents}, {"passages", s->passages}, {"terms", s->terms},
                  {"tokens", s->tokens},       {"postings", s->postings}, {"segments", s->segments},
                  {"deleted", s->deleted},     {"reordered", s->reordered}},
      bytes[] = {{"dictionary", s->bytes_dictionary}, {"postings", s->bytes_postings},
                 {"positions", s->bytes_positions},   {"norms", s->bytes_norms},
                 {"stored text", s->bytes_stored},    {"other", s->bytes_other},
                 {"all of it", s->bytes_total}};

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        ft_buf_printf(out, "%-14s", counts[i].name);
        ft_commands_put_count(out, counts[i].value);
        ft_buf_putc(out, '\n');
    }
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        ft_buf_printf(out, "%-14s", bytes[i].name);
        ft_commands_put_bytes(out, bytes[i].value);
        ft_buf_putc(out, '\n');
    }
    if (!s->stored)
        ft_buf_puts(out, "texts         not kept\n");
    ft_buf_printf(out, "%-14s%s%s\n%-14sk1 %g, b %g\n%-14s%u, commit %llu\n", "language", s->lang,
                  s->fold_diacritics ? ", diacritics folded" : "", "BM25", s->k1, s->b, "format",
                  (unsigned)s->format, (unsigned long long)s->generation);
    if (s->segments > 0) {
        ft_buf_putc(out, '\n');
        ft_commands_put_segments(rd, s->segments, out);
    }
}

int ft_commands_stats(const ft_settings *set, const char *const *words, size_t n)
{
    ft_reader *rd = NULL;
    ft_stats stats;
    ft_error err;
    ft_out out = {0};
    int status = 0;

    if (set->has_top && !set->terms)
        return ft_commands_usage("stats", "--top goes with --terms");
    if (n != 1)
        return ft_commands_usage("stats", n ? "one INDEX only" : "INDEX is missing");
    if (ft_reader_open(&rd, words[0], &err) != FT_OK)
        return ft_cli_fail(&err);
    ft_reader_stats(rd, &stats);
    if (set->terms)
        status = ft_commands_terms(set, rd);
    else if (set->json)
        put_stats_json(rd, &stats, &out.buf);
    else
        put_stats(rd, &stats, &out.buf);
    ft_reader_close(rd);
    return ft_out_close(&out, status);
}

/* ---------------------------------------------------------------- show */

/* The document of that id; failing that, of what stands before the last colon, with a passage's number behind it. */
static ft_status find_shown(const ft_reader *rd, const char *word, ft_stored **doc, bool *whole, uint32_t *passage,
                            ft_error *err)
{
    const char *colon = strrchr(word, ':');
    uint64_t number;
    ft_error second;

    *whole = true;
    ft_status st = ft_reader_document(rd, word, strlen(word), doc, err);
    if (st != FT_ENOTFOUND || !colon || colon == word || !ft_optab_whole(colon + 1, 0, UINT32_MAX, &number))
        return st;
    ft_status st2 = ft_reader_document(rd, word, (size_t)(colon - word), doc, &second);
    if (st2 == FT_ENOTFOUND)
        return st;
    if (st2 != FT_OK) {
        *err = second;
        return st2;
    }
    if (number >= ft_stored_passages(*doc))
        return ft_fail(err, FT_ENOTFOUND, "%s: no such passage: there are %u, counted from 0", word,
                       (unsigned)ft_stored_passages(*doc));
    *whole = false;
    *passage = (uint32_t)number;
    return FT_OK;
}

static void put_shown_json(const ft_stored *doc, ft_str text, ft_buf *out)
{
    ft_str title = ft_stored_title(doc);

    ft_buf_puts(out, "{\"title\":");
    ft_json_put_string(out, title.ptr, title.len);
    ft_buf_printf(out, ",\"passages\":%u,\"text\":", (unsigned)ft_stored_passages(doc));
    ft_json_put_string(out, text.ptr, text.len);
    ft_buf_puts(out, "}\n");
}

static ft_status check_kept(const ft_reader *rd, const char *index, ft_error *err)
{
    ft_stats stats;

    ft_reader_stats(rd, &stats);
    return stats.stored ? FT_OK : ft_fail(err, FT_EINVAL, "%s: the texts are not kept (it was built with --no-store)",
                                          index);
}

int ft_commands_show(const ft_settings *set, const char *const *words, size_t n)
{
    ft_reader *rd = NULL;
    ft_stored *doc = NULL;
    bool whole = true;
    uint32_t passage = 0;
    ft_error err;
    ft_out out = {0};
    int status;

    if (n != 2)
        return ft_commands_usage("show", n < 2 ? "INDEX or ID is missing" : "one ID only");
    ft_status st = ft_reader_open(&rd, words[0], &err);
    if (st == FT_OK)
        st = find_shown(rd, words[1], &doc, &whole, &passage, &err);
    if (st == FT_OK)
        st = check_kept(rd, words[0], &err);
    if (st == FT_OK) {
        ft_str text = ft_stored_text(doc);
        if (!whole) {
            uint64_t start, end;
            ft_stored_passage(doc, passage, &start, &end);
            text = (ft_str){text.ptr + start, (size_t)(end - start)};
        }
        if (set->json)
            put_shown_json(doc, text, &out.buf);
        else if (isatty(STDOUT_FILENO))
            ft_cli_show(&out.buf, text.ptr, text.len, FT_CLI_TEXT);
        else
            ft_buf_put(&out.buf, text.ptr, text.len); /* byte for byte: it is the data that was asked for */
        if (!whole && !set->json)
            ft_buf_putc(&out.buf, '\n');
        status = ft_out_close(&out, 0);
    } else {
        status = ft_cli_fail(&err);
    }
    ft_stored_free(doc);
    ft_reader_close(rd);
    return status;
}

/* ---------------------------------------------------------------- analyze */

typedef struct analysis {
    ft_out out;
    ft_lines_fd in;
    bool first;
} analysis;

/* Before waiting for more, what was asked so far is answered. */
static ft_status read_flushed(void *arg, void *room, size_t cap, size_t *got, ft_error *err)
{
    analysis *a = arg;

    ft_out_flush(&a->out);
    return ft_lines_read_fd(&a->in, room, cap, got, err);
}

static bool on_token(void *arg, const ft_token *token)
{
    analysis *a = arg;

    if (!a->first)
        ft_buf_putc(&a->out.buf, ' ');
    a->first = false;
    ft_buf_put(&a->out.buf, token->term.ptr, token->term.len);
    ft_out_step(&a->out);
    return !ft_out_failed(&a->out);
}

int ft_commands_analyze(const ft_settings *set, const char *const *words, size_t n)
{
    analysis a = {.in = {STDIN_FILENO, "standard input", set->cancel}};
    ft_analyzer *an = NULL;
    ft_lines lines;
    ft_line line;
    bool more = true;
    ft_error err;

    (void)words;
    if (n != 0)
        return ft_commands_usage("analyze", "it reads standard input and takes no operands");
    ft_lines_init(&lines, read_flushed, &a, FT_SOURCE_RECORD_MAX);
    ft_status st = ft_analyzer_new(&an, set->lang ? set->lang : "english", set->fold_diacritics, set->no_stem, &err);
    while (st == FT_OK && more && !ft_out_failed(&a.out)) {
        st = ft_lines_next(&lines, &line, &more, &err);
        if (st != FT_OK || !more)
            break;
        a.first = true;
        st = ft_analyzer_run(an, line.text.ptr, line.text.len, on_token, &a);
        if (st != FT_OK)
            ft_fail(&err, st, st == FT_ENOMEM ? "out of memory" : "standard input: line %llu: cannot be analysed",
                    (unsigned long long)lines.number);
        ft_buf_putc(&a.out.buf, '\n');
    }
    ft_lines_release(&lines);
    ft_analyzer_free(an);
    int status = ft_out_close(&a.out, 0);
    return st == FT_OK ? status : ft_cli_fail(&err);
}
