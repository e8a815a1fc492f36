/* peer.c - the program around an adapter; see peer.h. */
#include "peer.h"

#include "../ask.h"
#include "cli.h"
#include "lines.h"
#include "peer_parse.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES (1u << 20)
#define LANG_FILE "language" /* in the index's directory: for what its terms were analysed */

/* ---------------------------------------------------------------- files */

static ft_status write_language(const char *dir, const char *lang, ft_error *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/" LANG_FILE, dir);
    FILE *f = fopen(path, "w");
    if (!f)
        return ft_fail_errno(err, "%s", path);
    bool failed = fprintf(f, "%s\n", lang) < 0;
    failed |= fclose(f) != 0;
    return failed ? ft_fail_errno(err, "%s", path) : FT_OK;
}

static ft_status read_language(const char *dir, char lang[64], ft_error *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/" LANG_FILE, dir);
    FILE *f = fopen(path, "r");
    if (!f)
        return ft_fail_errno(err, "%s", path);
    bool some = fgets(lang, 64, f) != NULL;
    fclose(f);
    if (!some)
        return ft_fail(err, FT_EINVAL, "%s: empty", path);
    lang[strcspn(lang, "\n")] = '\0';
    return FT_OK;
}

static int sync_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)where;
    if (type != FTW_F && type != FTW_DP)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc;
}

/* No engine syncs on its way: each pays for its final files, once. */
static ft_status sync_all(const char *dir, ft_error *err)
{
    return nftw(dir, sync_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? FT_OK : ft_fail_errno(err, "%s: sync", dir);
}

/* ---------------------------------------------------------------- index */

typedef struct build {
    void *engine;
    uint64_t documents, malformed;
} build;

static ft_status add_document(void *arg, const ft_document *doc, ft_error *err)
{
    build *b = arg;

    b->documents++;
    return peer_this.add(b->engine, doc, err);
}

static ft_status count_malformed(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err)
{
    build *b = arg;

    (void)err;
    if (b->malformed++ == 0)
        ft_cli_warn("%.*s:%llu: %s", (int)file.len, file.ptr, (unsigned long long)line, reason);
    return FT_OK;
}

static ft_status read_corpus(build *b, const char *corpus, ft_error *err)
{
    ft_stream in = {0};
    const ft_source src = {&in, {corpus, strlen(corpus)}, 0, {add_document, count_malformed, b}};
    int fd = open(corpus, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return ft_fail_errno(err, "%s", corpus);
    ft_status st = ft_stream_open(&in, fd, corpus, NULL, err);
    if (st == FT_OK)
        st = ft_source_jsonl(&src, err);
    ft_stream_release(&in);
    close(fd);
    return st;
}

static ft_status make_index(const char *lang, const char *corpus, const char *dir, ft_error *err)
{
    ft_analyzer *an = NULL;
    build b = {0};
    ft_status st = ft_analyzer_new(&an, lang, false, false, err);

    if (st == FT_OK && mkdir(dir, 0777) != 0)
        st = errno == EEXIST ? ft_fail(err, FT_EEXIST, "%s: exists already", dir) : ft_fail_errno(err, "%s", dir);
    if (st == FT_OK)
        st = peer_this.create(&b.engine, dir, an, err);
    if (st == FT_OK)
        st = read_corpus(&b, corpus, err);
    if (st == FT_OK)
        st = peer_this.finish(b.engine, err);
    if (b.engine)
        peer_this.close(b.engine);
    ft_analyzer_free(an);
    if (st == FT_OK)
        st = write_language(dir, lang, err);
    if (st == FT_OK)
        st = sync_all(dir, err);
    if (st == FT_OK)
        printf("{\"documents\":%llu,\"skipped\":%llu}\n", (unsigned long long)b.documents,
               (unsigned long long)b.malformed);
    return st;
}

/* ---------------------------------------------------------------- serve */

static ft_status answer(void *engine, peer_parser *parser, ft_str line, ft_buf *out, ft_error *err)
{
    const char *tab = line.len ? memchr(line.ptr, '\t', line.len) : NULL;
    const ft_str name = {line.ptr, tab ? (size_t)(tab - line.ptr) : line.len};
    const ft_ask ask = ft_ask_read(name);
    const peer_ask what = {ask.kind == FT_ASK_COUNT ? 0 : ask.k, ask.kind != FT_ASK_TOP};
    const peer_query *query = NULL;
    int64_t n = PEER_UNSUPPORTED;
    bool nothing = false, asks = ask.kind == FT_ASK_COUNT || ask.kind == FT_ASK_TOP || ask.kind == FT_ASK_TOP_COUNT;

    if (asks && tab) {
        ft_str text = {tab + 1, line.len - name.len - 1};
        ft_status st = peer_parse(parser, text, &query, &nothing, err);
        if (st == FT_OK && nothing)
            n = 0;
        else if (st == FT_OK && query)
            st = peer_this.ask(engine, &what, query, &n, err);
        if (st != FT_OK)
            return st;
    }
    if (ask.kind == FT_ASK_NOOP || (ask.kind == FT_ASK_TOP && n >= 0))
        ft_buf_puts(out, "1\n");
    else if (n >= 0)
        ft_buf_printf(out, "%lld\n", (long long)n);
    else
        ft_buf_puts(out, "UNSUPPORTED\n");
    return FT_OK;
}

static ft_status serve(const char *dir, ft_error *err)
{
    char lang[64];
    void *engine = NULL;
    peer_parser parser = {0};
    ft_analyzer *an = NULL;
    ft_lines lines;
    ft_lines_fd input = {.fd = STDIN_FILENO, .name = "standard input"};
    ft_line line;
    ft_out out = {0};
    bool more = true;

    ft_lines_init(&lines, ft_lines_read_fd, &input, LINE_MAX_BYTES);
    ft_status st = read_language(dir, lang, err);
    if (st == FT_OK)
        st = ft_analyzer_new(&an, lang, false, false, err);
    if (st == FT_OK)
        st = peer_this.open(&engine, dir, err);
    parser.an = an;
    while (st == FT_OK && !ft_out_failed(&out)) {
        st = ft_lines_next(&lines, &line, &more, err);
        if (st != FT_OK || !more)
            break;
        st = answer(engine, &parser, line.text, &out.buf, err);
        if (st == FT_OK)
            ft_out_flush(&out);
    }
    if (engine)
        peer_this.close(engine);
    peer_parser_release(&parser);
    ft_analyzer_free(an);
    ft_lines_release(&lines);
    if (ft_out_close(&out, 0) != 0 && st == FT_OK)
        st = ft_fail(err, FT_EIO, "standard output: cannot write");
    return st;
}

/* ---------------------------------------------------------------- stats */

static ft_status print_stats(const char *dir, ft_error *err)
{
    void *engine = NULL;
    peer_stats s = {0};
    ft_status st = peer_this.open(&engine, dir, err);

    if (st == FT_OK)
        st = peer_this.stats(engine, &s, err);
    if (engine)
        peer_this.close(engine);
    if (st != FT_OK)
        return st;
    printf("{\"documents\":%llu,\"terms\":%llu,\"postings\":%llu,\"tokens\":%llu,\"bytes\":{\"index\":%llu,"
           "\"positions\":%llu,\"stored\":%llu,\"other\":%llu}}\n",
           (unsigned long long)s.documents, (unsigned long long)s.terms, (unsigned long long)s.postings,
           (unsigned long long)s.tokens, (unsigned long long)s.bytes_index, (unsigned long long)s.bytes_positions,
           (unsigned long long)s.bytes_stored, (unsigned long long)s.bytes_other);
    return FT_OK;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "", *lang = "english";
    ft_error err;
    ft_status st;

    ft_cli_init(peer_this.name);
    if (strcmp(command, "index") == 0 && argc == 6 && strcmp(argv[2], "--lang") == 0) {
        lang = argv[3];
        argv += 2;
        argc -= 2;
    }
    if (strcmp(command, "index") == 0 && argc == 4) {
        st = make_index(lang, argv[2], argv[3], &err);
    } else if (strcmp(command, "serve") == 0 && argc == 3) {
        st = serve(argv[2], &err);
    } else if (strcmp(command, "stats") == 0 && argc == 3) {
        st = print_stats(argv[2], &err);
    } else if (strcmp(command, "version") == 0 && argc == 2) {
        puts(peer_this.version());
        st = FT_OK;
    } else {
        st = ft_fail(&err, FT_EINVAL, "usage: index [--lang L] CORPUS DIR | serve DIR | stats DIR | version");
    }
    return st == FT_OK ? 0 : ft_cli_fail(&err);
}
