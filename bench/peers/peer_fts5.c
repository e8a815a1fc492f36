/* peer_fts5.c - SQLite's FTS5: see peer.h.
 *
 * DIR/index.db holds a contentless table with columns title and text, whose tokenizer is our analysis; DIR/texts.db
 * the ids and the texts, compressed. Two columns of weight 1 are to bm25() what one field is, but no phrase reaches
 * across; ranking is about a fifth slower than over one column. FTS5's bm25() has k1 = 1.2 and b = 0.75 built in, and
 * an idf of its own.
 *
 * Ranking reads every match's rank and keeps the best k in a heap, which is quicker than ORDER BY rank LIMIT k. */
#include "peer.h"

#include "buf.h"
#include "mem.h"

#include <libdeflate.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

enum { ZLIB_LEVEL = 6 };

typedef struct best {
    double rank; /* less is better */
    sqlite3_int64 row;
} best;

typedef struct fts5 {
    sqlite3 *index, *texts;
    sqlite3_stmt *put_terms, *put_text; /* while building */
    sqlite3_stmt *count, *ranked;       /* while serving */
    struct libdeflate_compressor *deflate;
    sqlite3_int64 rows;
    ft_buf plain, packed, match;
    best *heap;                         /* the worst of the best on top */
    size_t n_heap, cap_heap;
    char dir[4000];
} fts5;

static const char *version(void)
{
    return "SQLite FTS5 " SQLITE_VERSION;
}

static ft_status fail(sqlite3 *db, const char *what, ft_error *err)
{
    return ft_fail(err, FT_EIO, "%s: %s", what, sqlite3_errmsg(db));
}

static ft_status run(sqlite3 *db, const char *sql, ft_error *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? FT_OK : fail(db, sql, err);
}

/* Runs statements until one fails; the list ends with NULL. */
static ft_status run_all(sqlite3 *db, const char *const *sql, ft_error *err)
{
    ft_status st = FT_OK;

    for (; *sql && st == FT_OK; sql++)
        st = run(db, *sql, err);
    return st;
}

static ft_status prepare(sqlite3 *db, sqlite3_stmt **out, const char *sql, ft_error *err)
{
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK ? FT_OK
                                                                                             : fail(db, sql, err);
}

/* ---------------------------------------------------------------- the tokenizer */

typedef int (*take_token)(void *, int, const char *, int, int, int);

typedef struct giving {
    take_token take;
    void *to;
    int rc;
} giving;

static int tokenizer_create(void *analyzer, const char **args, int n_args, Fts5Tokenizer **out)
{
    (void)args;
    (void)n_args;
    *out = analyzer;
    return SQLITE_OK;
}

/* The analyser is the program's. */
static void tokenizer_delete(Fts5Tokenizer *analyzer)
{
    (void)analyzer;
}

static bool give(void *arg, const ft_token *token)
{
    giving *g = arg;

    g->rc = g->take(g->to, 0, token->term.ptr, (int)token->term.len, (int)token->start, (int)token->end);
    return g->rc == SQLITE_OK;
}

/* Documents are analysed. The terms of a query are so already, with spaces between them. */
static int tokenizer_run(Fts5Tokenizer *analyzer, void *to, int flags, const char *text, int len, take_token take)
{
    giving g = {take, to, SQLITE_OK};

    if (!(flags & FTS5_TOKENIZE_QUERY)) {
        ft_status st = ft_analyzer_run((ft_analyzer *)analyzer, text ? text : "", text ? (size_t)len : 0, give, &g);
        return g.rc != SQLITE_OK || st == FT_OK ? g.rc : SQLITE_NOMEM;
    }
    for (int end, at = 0; at < len && g.rc == SQLITE_OK; at = end + 1) {
        for (end = at; end < len && text[end] != ' '; end++)
            ;
        g.rc = take(to, 0, text + at, end - at, at, end);
    }
    return g.rc;
}

static ft_status add_tokenizer(sqlite3 *db, void *analyzer, ft_error *err)
{
    static fts5_tokenizer ours = {tokenizer_create, tokenizer_delete, tokenizer_run};
    fts5_api *api = NULL;
    sqlite3_stmt *s = NULL;

    ft_status st = prepare(db, &s, "SELECT fts5(?1)", err);
    if (st != FT_OK)
        return st;
    sqlite3_bind_pointer(s, 1, &api, "fts5_api_ptr", NULL);
    sqlite3_step(s);
    sqlite3_finalize(s);
    if (!api || api->xCreateTokenizer(api, "ours", analyzer, &ours, NULL) != SQLITE_OK)
        return ft_fail(err, FT_EIO, "this SQLite has no FTS5");
    return FT_OK;
}

/* ---------------------------------------------------------------- opening and closing */

static void close_all(void *self)
{
    fts5 *f = self;

    sqlite3_finalize(f->put_terms);
    sqlite3_finalize(f->put_text);
    sqlite3_finalize(f->count);
    sqlite3_finalize(f->ranked);
    sqlite3_close(f->index);
    sqlite3_close(f->texts);
    if (f->deflate)
        libdeflate_free_compressor(f->deflate);
    ft_buf_release(&f->plain);
    ft_buf_release(&f->packed);
    ft_buf_release(&f->match);
    ft_free(f->heap);
    ft_free(f);
}

static ft_status open_one(sqlite3 **out, const char *dir, const char *name, int flags, ft_error *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return sqlite3_open_v2(path, out, flags, NULL) == SQLITE_OK ? FT_OK : fail(*out, path, err);
}

static ft_status open_both(fts5 **out, const char *dir, void *analyzer, int flags, ft_error *err)
{
    fts5 *f = ft_alloc_zero(1, sizeof *f);

    if (!f)
        return ft_fail_nomem(err);
    snprintf(f->dir, sizeof f->dir, "%s", dir);
    ft_status st = open_one(&f->index, dir, "index.db", flags, err);
    if (st == FT_OK)
        st = open_one(&f->texts, dir, "texts.db", flags, err);
    if (st == FT_OK)
        st = add_tokenizer(f->index, analyzer, err);
    if (st == FT_OK) {
        *out = f;
        return FT_OK;
    }
    close_all(f);
    return st;
}

/* ---------------------------------------------------------------- building */

static ft_status begin(fts5 *f, ft_error *err)
{
    static const char *const fast[] = {"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF",
                                       "PRAGMA locking_mode=EXCLUSIVE", "PRAGMA cache_size=-262144", NULL};
    static const char *const tables[] = {
        "CREATE VIRTUAL TABLE f USING fts5(title, text, content='', detail=full, tokenize='ours')",
        "INSERT INTO f(f, rank) VALUES('hashsize', 134217728)", "BEGIN", NULL};
    static const char *const texts[] = {"CREATE TABLE texts(row INTEGER PRIMARY KEY, id TEXT, z BLOB)", "BEGIN", NULL};

    ft_status st = run_all(f->index, fast, err);
    if (st == FT_OK)
        st = run_all(f->texts, fast, err);
    if (st == FT_OK)
        st = run_all(f->index, tables, err);
    if (st == FT_OK)
        st = run_all(f->texts, texts, err);
    if (st == FT_OK)
        st = prepare(f->index, &f->put_terms, "INSERT INTO f(rowid, title, text) VALUES(?1, ?2, ?3)", err);
    if (st == FT_OK)
        st = prepare(f->texts, &f->put_text, "INSERT INTO texts VALUES(?1, ?2, ?3)", err);
    f->deflate = libdeflate_alloc_compressor(ZLIB_LEVEL);
    return st == FT_OK && !f->deflate ? ft_fail_nomem(err) : st;
}

static ft_status create(void **self, const char *dir, ft_analyzer *an, ft_error *err)
{
    fts5 *f = NULL;
    ft_status st = open_both(&f, dir, an, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);

    if (st == FT_OK)
        st = begin(f, err);
    if (st == FT_OK)
        *self = f;
    else if (f)
        close_all(f);
    return st;
}

static ft_status put_text(fts5 *f, const ft_document *doc, ft_error *err)
{
    ft_buf_reset(&f->plain);
    ft_buf_put(&f->plain, doc->title.ptr, doc->title.len);
    ft_buf_putc(&f->plain, '\n');
    ft_buf_put(&f->plain, doc->text.ptr, doc->text.len);
    ft_buf_reset(&f->packed);
    size_t room = libdeflate_zlib_compress_bound(f->deflate, f->plain.len);
    unsigned char *to = ft_buf_reserve(&f->packed, room);
    if (f->plain.failed || !to)
        return ft_fail_nomem(err);
    size_t len = libdeflate_zlib_compress(f->deflate, f->plain.data, f->plain.len, to, room);
    sqlite3_bind_int64(f->put_text, 1, f->rows);
    sqlite3_bind_text64(f->put_text, 2, doc->id.ptr, doc->id.len, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_blob64(f->put_text, 3, to, len, SQLITE_STATIC);
    if (sqlite3_step(f->put_text) != SQLITE_DONE)
        return fail(f->texts, "adding a text", err);
    sqlite3_reset(f->put_text);
    return FT_OK;
}

static ft_status add(void *self, const ft_document *doc, ft_error *err)
{
    fts5 *f = self;

    sqlite3_bind_int64(f->put_terms, 1, ++f->rows);
    sqlite3_bind_text64(f->put_terms, 2, doc->title.len ? doc->title.ptr : "", doc->title.len, SQLITE_STATIC,
                        SQLITE_UTF8);
    sqlite3_bind_text64(f->put_terms, 3, doc->text.len ? doc->text.ptr : "", doc->text.len, SQLITE_STATIC,
                        SQLITE_UTF8);
    if (sqlite3_step(f->put_terms) != SQLITE_DONE)
        return fail(f->index, "adding a document", err);
    sqlite3_reset(f->put_terms);
    return put_text(f, doc, err);
}

static ft_status finish(void *self, ft_error *err)
{
    static const char *const merge[] = {"COMMIT", "INSERT INTO f(f) VALUES('optimize')", "VACUUM", NULL};
    fts5 *f = self;

    sqlite3_finalize(f->put_terms);
    sqlite3_finalize(f->put_text);
    f->put_terms = f->put_text = NULL;
    ft_status st = run(f->texts, "COMMIT", err);
    return st == FT_OK ? run_all(f->index, merge, err) : st;
}

/* ---------------------------------------------------------------- asking */

static ft_status open_index(void **self, const char *dir, ft_error *err)
{
    static const char *const at_hand[] = {"PRAGMA cache_size=-1048576", "PRAGMA mmap_size=17179869184", NULL};
    fts5 *f = NULL;

    ft_status st = open_both(&f, dir, NULL, SQLITE_OPEN_READONLY, err);
    if (st == FT_OK)
        st = run_all(f->index, at_hand, err);
    if (st == FT_OK)
        st = prepare(f->index, &f->count, "SELECT count(*) FROM f WHERE f MATCH ?1", err);
    if (st == FT_OK)
        st = prepare(f->index, &f->ranked, "SELECT rowid, rank FROM f WHERE f MATCH ?1", err);
    if (st == FT_OK)
        *self = f;
    else if (f)
        close_all(f);
    return st;
}

/* Appends the clauses of one sign, joined by a word. */
static void put_clauses(ft_buf *out, const peer_query *query, char sign, const char *joint)
{
    const char *before = "";

    for (size_t i = 0; i < query->n_clauses; i++) {
        const peer_clause *c = &query->clauses[i];
        if (c->sign != sign)
            continue;
        ft_buf_puts(out, before);
        before = joint;
        for (size_t t = 0; t < c->n_terms; t++) {
            ft_buf_putc(out, t == 0 ? '"' : ' ');
            for (size_t b = 0; b < c->terms[t].len; b++) {
                if (c->terms[t].ptr[b] == '"')
                    ft_buf_putc(out, '"');
                ft_buf_putc(out, c->terms[t].ptr[b]);
            }
        }
        ft_buf_putc(out, '"');
    }
}

static void sift_down(best *heap, size_t n)
{
    for (size_t i = 0, child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && heap[child + 1].rank > heap[child].rank)
            child++;
        if (heap[i].rank >= heap[child].rank)
            return;
        best swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
    }
}

static void sift_up(best *heap, size_t i)
{
    for (; i > 0 && heap[(i - 1) / 2].rank < heap[i].rank; i = (i - 1) / 2) {
        best swap = heap[i];
        heap[i] = heap[(i - 1) / 2];
        heap[(i - 1) / 2] = swap;
    }
}

static ft_status rank_all(fts5 *f, uint32_t k, int64_t *n, ft_error *err)
{
    int rc;

    f->n_heap = 0;
    *n = 0;
    while ((rc = sqlite3_step(f->ranked)) == SQLITE_ROW) {
        const best hit = {sqlite3_column_double(f->ranked, 1), sqlite3_column_int64(f->ranked, 0)};
        ++*n;
        if (f->n_heap < k) {
            if (FT_GROW(f->heap, f->cap_heap, f->n_heap + 1) != 0)
                return ft_fail_nomem(err);
            f->heap[f->n_heap] = hit;
            sift_up(f->heap, f->n_heap++);
        } else if (hit.rank < f->heap[0].rank) {
            f->heap[0] = hit;
            sift_down(f->heap, f->n_heap);
        }
    }
    return rc == SQLITE_DONE ? FT_OK : fail(f->index, "ranking", err);
}

static ft_status count_all(fts5 *f, int64_t *n, ft_error *err)
{
    if (sqlite3_step(f->count) != SQLITE_ROW)
        return fail(f->index, "counting", err);
    *n = sqlite3_column_int64(f->count, 0);
    return FT_OK;
}

static ft_status ask_index(void *self, const peer_ask *ask, const peer_query *query, int64_t *answer, ft_error *err)
{
    fts5 *f = self;
    sqlite3_stmt *s = ask->k ? f->ranked : f->count;

    *answer = PEER_UNSUPPORTED;
    if (query->n_required && query->n_optional && ask->k)
        return FT_OK; /* FTS5 has no clause that adds to the score without being required */
    ft_buf_reset(&f->match);
    bool excludes = query->n_clauses > query->n_required + query->n_optional;
    ft_buf_puts(&f->match, excludes ? "(" : "");
    if (query->n_required)
        put_clauses(&f->match, query, '+', " AND ");
    else
        put_clauses(&f->match, query, 0, " OR ");
    if (excludes) {
        ft_buf_puts(&f->match, ") NOT (");
        put_clauses(&f->match, query, '-', " OR ");
        ft_buf_putc(&f->match, ')');
    }
    if (f->match.failed)
        return ft_fail_nomem(err);
    sqlite3_bind_text64(s, 1, (const char *)f->match.data, f->match.len, SQLITE_STATIC, SQLITE_UTF8);
    ft_status st = ask->k ? rank_all(f, ask->k, answer, err) : count_all(f, answer, err);
    sqlite3_reset(s);
    return st;
}

/* ---------------------------------------------------------------- stats */

/* A row of whole numbers. */
static ft_status look(sqlite3 *db, const char *sql, uint64_t **to, int n, ft_error *err)
{
    sqlite3_stmt *s = NULL;
    ft_status st = prepare(db, &s, sql, err);

    if (st == FT_OK && sqlite3_step(s) != SQLITE_ROW)
        st = fail(db, sql, err);
    for (int i = 0; st == FT_OK && i < n; i++)
        *to[i] = (uint64_t)sqlite3_column_int64(s, i);
    sqlite3_finalize(s);
    return st;
}

static ft_status file_size(const fts5 *f, const char *name, uint64_t *out, ft_error *err)
{
    char path[4096];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    if (stat(path, &st) != 0)
        return ft_fail_errno(err, "%s", path);
    *out = (uint64_t)st.st_size;
    return FT_OK;
}

static ft_status take_stats(void *self, peer_stats *out, ft_error *err)
{
    fts5 *f = self;
    uint64_t texts = 0;

    ft_status st = run(f->index, "CREATE VIRTUAL TABLE temp.v USING fts5vocab('main', 'f', 'row')", err);
    if (st == FT_OK)
        st = look(f->index, "SELECT count(*), sum(doc), sum(cnt) FROM temp.v",
                  (uint64_t *[]){&out->terms, &out->postings, &out->tokens}, 3, err);
    if (st == FT_OK)
        st = look(f->index, "SELECT count(*) FROM f_docsize", (uint64_t *[]){&out->documents}, 1, err);
    if (st == FT_OK)
        st = look(f->texts, "SELECT sum(length(z)) FROM texts", (uint64_t *[]){&out->bytes_stored}, 1, err);
    if (st == FT_OK)
        st = file_size(f, "index.db", &out->bytes_index, err);
    if (st == FT_OK)
        st = file_size(f, "texts.db", &texts, err);
    out->bytes_other = texts - out->bytes_stored;
    return st;
}

const peer_adapter peer_this = {"peer-fts5", version,   create,     add,      finish,
                                open_index,  ask_index, take_stats, close_all};
