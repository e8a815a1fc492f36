/* parse.c - query text to the tree of query.h (CONTRACT.md, Query syntax).
 *
 *     list  := item { [OR] item }
 *     item  := chain | unary
 *     chain := unary AND unary { AND unary }
 *     unary := { NOT } [+|-] (words | quote | "(" list ")")
 *
 * A frame is a list being read; a group opens another one, at most FT_QUERY_MAX_DEPTH of them. The last clause read is
 * held back in the frame until it is known whether AND follows. Clauses of a chain gather above those of its frame's
 * list, and a group's above both, so that one stack (qtree.h) serves them all. Nothing here recurses.
 *
 * A clause without terms is passed over as if it were white space; so is an empty group. */
#include "query.h"

#include "lex.h"
#include "mem.h"
#include "qterms.h"
#include "qtree.h"
#include "status.h"
#include "utf8.h"
#include "words.h"

#include <string.h>

typedef enum note {
    NOTE_LONG,
    NOTE_CLAUSES,
    NOTE_DEPTH,
    NOTE_QUOTE,
    NOTE_GROUP,
    NOTE_STRAY,
    NOTE_EXCLUSIONS,
    N_NOTES
} note;

static const char *const note_text[N_NOTES] = {
    [NOTE_LONG] = "the query is longer than 64 KiB: it was cut there",
    [NOTE_CLAUSES] = "the query has more than 1024 distinct clauses: it was cut there",
    [NOTE_DEPTH] = "the query has groups more than 64 levels deep: it was cut there",
    [NOTE_QUOTE] = "the quote was not closed: searched as if it were",
    [NOTE_GROUP] = "the group was not closed: searched as if it were",
    [NOTE_STRAY] = "a closing parenthesis without an opening one was ignored",
    [NOTE_EXCLUSIONS] = "a query or group with exclusions only matches nothing",
};

_Static_assert(FT_QUERY_MAX_BYTES == 64 * 1024 && FT_QUERY_MAX_CLAUSES == 1024 && FT_QUERY_MAX_DEPTH == 64,
               "the notes name these limits");

/* A list being read. */
typedef struct frame {
    ft_gather list, chain;
    ft_clause held;   /* the last clause, in its role (if is_held) */
    char sign;        /* before the parenthesis that opened it */
    bool is_held;
    bool in_chain;    /* `chain` has begun, and what is held is in it */
    bool joining;     /* after AND: the next clause belongs to the chain */
    bool negated;     /* after an odd number of NOTs */
    bool is_bare;     /* so far neither + nor OR: --and applies */
} frame;

typedef struct parser {
    ft_query *q;
    ft_analyzer *an;
    ft_error *err;
    const char *text;
    bool all;
    bool cut;             /* at a limit: the text ends here */
    unsigned noted;       /* bit n: note n was given */
    ft_lexer lexer;
    ft_lexeme next;       /* one ahead of the lexeme at hand */
    ft_qterms terms;
    ft_qtree tree;
    uint32_t *ids;        /* terms of the clause at hand */
    size_t n_ids, cap_ids;
    size_t depth;         /* the frame being read */
    frame frames[FT_QUERY_MAX_DEPTH + 1]; /* each set when it is opened */
} parser;

static void add_note(parser *p, note which)
{
    if (p->noted & 1u << which)
        return;
    p->noted |= 1u << which;
    p->q->notes[p->q->n_notes++] = note_text[which];
}

static ft_lexeme advance(parser *p)
{
    ft_lexeme at_hand = p->next;

    p->next = ft_lex_next(&p->lexer);
    return at_hand;
}

/* Is the lexeme ahead something for AND, OR and NOT to work on? An operator there would be a word: it has no left
 * operand; or it is a NOT with its own. */
static bool has_right_operand(const parser *p)
{
    return p->next.kind != FT_LEX_END && p->next.kind != FT_LEX_CLOSE;
}

/* ---------------------------------------------------------------- clauses */

/* Appends the terms of a word to the clause at hand. */
static ft_status take_word(parser *p, const char *word, size_t len)
{
    const ft_str *terms;
    size_t n;
    ft_status st = ft_analyzer_terms(p->an, word, len, &terms, &n);

    if (st != FT_OK)
        return ft_fail_nomem(p->err);
    if (FT_GROW(p->ids, p->cap_ids, p->n_ids + n) != 0)
        return ft_fail_nomem(p->err);
    for (size_t i = 0; i < n; i++) {
        st = ft_qterms_term(&p->terms, terms[i], &p->ids[p->n_ids], p->err);
        if (st != FT_OK)
            return st;
        p->n_ids++;
    }
    return FT_OK;
}

/* Ends the clause at hand; there must be terms. */
static ft_status take_clause(parser *p, ft_clause *out)
{
    *out = (ft_clause){0};
    ft_status st = ft_qterms_seq(&p->terms, p->ids, p->n_ids, &out->seq, p->err);
    p->n_ids = 0;
    return st;
}

/* Reads a quote: all terms in order. */
static ft_status read_quote(parser *p, size_t start, size_t end, ft_clause *out, bool *some)
{
    ft_words words;
    ft_word word;

    ft_words_init(&words, p->text + start, end - start);
    while (ft_words_next(&words, &word)) {
        ft_status st = take_word(p, p->text + start + word.start, word.end - word.start);
        if (st != FT_OK)
            return st;
    }
    *some = p->n_ids > 0;
    return *some ? take_clause(p, out) : FT_OK;
}

/* The clauses that a run of characters falls into. The first is held back: it is mostly the only one. */
typedef struct run {
    ft_gather gather;
    ft_clause first;
    size_t n;
} run;

static ft_status end_run_clause(parser *p, run *r)
{
    ft_clause c;
    ft_status st;

    if (p->n_ids == 0)
        return FT_OK;
    st = take_clause(p, &c);
    if (st != FT_OK)
        return st;
    if (r->n++ == 0) {
        r->first = c;
        return FT_OK;
    }
    if (r->n == 2) {
        r->gather = ft_qtree_begin(&p->tree);
        st = ft_qtree_add(&p->tree, &r->gather, &r->first, FT_ROLE_OPTIONAL, p->err);
    }
    return st != FT_OK ? st : ft_qtree_add(&p->tree, &r->gather, &c, FT_ROLE_OPTIONAL, p->err);
}

/* Reads a run of characters: a word, or a phrase if analysis splits it; or any of its pairs of characters, if they are
 * of a script without spaces, and of the words between them. */
static ft_status read_run(parser *p, size_t start, size_t end, ft_clause *out, bool *some)
{
    run r = {.n = 0};
    ft_words words;
    ft_word word;
    ft_status st = FT_OK;

    ft_words_init(&words, p->text + start, end - start);
    while (st == FT_OK && !p->tree.full && ft_words_next(&words, &word)) {
        if (word.bigram)
            st = end_run_clause(p, &r);
        if (st == FT_OK)
            st = take_word(p, p->text + start + word.start, word.end - word.start);
        if (st == FT_OK && word.bigram)
            st = end_run_clause(p, &r);
    }
    if (st == FT_OK)
        st = end_run_clause(p, &r);
    if (st != FT_OK)
        return st;
    if (r.n > 1)
        return ft_qtree_end(&p->tree, &r.gather, false, out, some, p->err);
    *some = r.n == 1;
    *out = r.first;
    return FT_OK;
}

/* ---------------------------------------------------------------- lists */

static void open_frame(parser *p, size_t depth, char sign)
{
    p->depth = depth;
    p->frames[depth] = (frame){.sign = sign, .is_bare = true, .list = ft_qtree_begin(&p->tree)};
}

/* The held clause, or the chain it stands in, becomes a clause of the list. */
static ft_status settle(parser *p)
{
    frame *f = &p->frames[p->depth];
    bool some = f->is_held;

    if (f->in_chain) {
        ft_status st = ft_qtree_end(&p->tree, &f->chain, false, &f->held, &some, p->err);
        if (st != FT_OK)
            return st;
        f->held.role = FT_ROLE_OPTIONAL;
    }
    f->is_held = f->in_chain = f->joining = false;
    return some ? ft_qtree_add(&p->tree, &f->list, &f->held, f->held.role, p->err) : FT_OK;
}

/* Takes a clause into the frame being read. */
static ft_status deliver(parser *p, const ft_clause *clause, char sign)
{
    frame *f = &p->frames[p->depth];
    bool excluded = (sign == '-') != f->negated;
    ft_status st = FT_OK;

    f->negated = false;
    if (f->joining) {
        f->joining = false;
        return ft_qtree_add(&p->tree, &f->chain, clause, excluded ? FT_ROLE_EXCLUDED : FT_ROLE_REQUIRED, p->err);
    }
    /* A run of several clauses has come and gone from the stack by now, so settling may use its top. */
    st = settle(p);
    f->held = *clause;
    f->held.role = excluded ? FT_ROLE_EXCLUDED : sign == '+' ? FT_ROLE_REQUIRED : FT_ROLE_OPTIONAL;
    f->is_held = true;
    if (f->held.role == FT_ROLE_REQUIRED)
        f->is_bare = false;
    return st;
}

/* AND: the held clause begins a chain, or goes on with it. */
static ft_status join(parser *p)
{
    frame *f = &p->frames[p->depth];

    f->joining = true;
    if (f->in_chain)
        return FT_OK;
    f->in_chain = true;
    f->chain = ft_qtree_begin(&p->tree);
    return ft_qtree_add(&p->tree, &f->chain, &f->held,
                        f->held.role == FT_ROLE_EXCLUDED ? FT_ROLE_EXCLUDED : FT_ROLE_REQUIRED, p->err);
}

/* Ends the frame being read; *out stands for it if *some. */
static ft_status close_frame(parser *p, ft_clause *out, bool *some)
{
    frame *f = &p->frames[p->depth];
    ft_status st = settle(p);

    return st != FT_OK ? st : ft_qtree_end(&p->tree, &f->list, p->all && f->is_bare, out, some, p->err);
}

static ft_status close_group(parser *p)
{
    ft_clause clause;
    bool some = false;
    char sign = p->frames[p->depth].sign;
    ft_status st = close_frame(p, &clause, &some);

    p->depth--;
    return st != FT_OK || !some ? st : deliver(p, &clause, sign);
}

static ft_status read_clause(parser *p, const ft_lexeme *lexeme)
{
    ft_clause clause = {0};
    bool some = false;
    ft_status st;

    if (lexeme->kind == FT_LEX_QUOTE)
        st = read_quote(p, lexeme->start, lexeme->end, &clause, &some);
    else
        st = read_run(p, lexeme->start, lexeme->end, &clause, &some);
    return st != FT_OK || !some ? st : deliver(p, &clause, lexeme->sign);
}

/* One lexeme other than the end. */
static ft_status step(parser *p, ft_lexeme lexeme)
{
    frame *f = &p->frames[p->depth];
    bool has_left = f->is_held || f->in_chain;

    if (lexeme.kind == FT_LEX_OPEN) {
        if (p->depth == FT_QUERY_MAX_DEPTH) {
            add_note(p, NOTE_DEPTH);
            p->cut = true;
        } else {
            open_frame(p, p->depth + 1, lexeme.sign);
        }
        return FT_OK;
    }
    if (lexeme.kind == FT_LEX_CLOSE) {
        if (p->depth > 0)
            return close_group(p);
        add_note(p, NOTE_STRAY);
        return FT_OK;
    }
    if (lexeme.kind == FT_LEX_NOT && has_right_operand(p)) {
        f->negated = !f->negated;
        return FT_OK;
    }
    /* After NOT, AND and OR have nothing on their left but NOT. */
    if (lexeme.kind == FT_LEX_AND && has_left && !f->joining && !f->negated && has_right_operand(p))
        return join(p);
    if (lexeme.kind == FT_LEX_OR && has_left && !f->joining && !f->negated && has_right_operand(p)) {
        f->is_bare = false;
        return settle(p);
    }
    return read_clause(p, &lexeme);
}

static ft_status parse_syntax(parser *p, size_t len, ft_clause *root, bool *some)
{
    ft_status st = FT_OK;

    open_frame(p, 0, 0);
    ft_lex_init(&p->lexer, p->text, len);
    p->next = ft_lex_next(&p->lexer);
    while (st == FT_OK && !p->cut && p->next.kind != FT_LEX_END) {
        st = step(p, advance(p));
        p->cut |= p->tree.full;
    }
    /* What a limit cut off may have closed them. */
    if (!p->cut && p->lexer.unclosed_quote)
        add_note(p, NOTE_QUOTE);
    if (!p->cut && p->depth > 0)
        add_note(p, NOTE_GROUP);
    while (st == FT_OK && p->depth > 0)
        st = close_group(p);
    return st != FT_OK ? st : close_frame(p, root, some);
}

/* Every word a clause of one list. */
static ft_status parse_plain(parser *p, size_t len, ft_clause *root, bool *some)
{
    ft_gather list = ft_qtree_begin(&p->tree);
    ft_words words;
    ft_word word;

    ft_words_init(&words, p->text, len);
    while (!p->tree.full && ft_words_next(&words, &word)) {
        const ft_str *terms;
        size_t n;
        if (ft_analyzer_terms(p->an, p->text + word.start, word.end - word.start, &terms, &n) != FT_OK)
            return ft_fail_nomem(p->err);
        for (size_t i = 0; i < n; i++) {
            uint32_t id;
            ft_clause c = {0};
            ft_status st = ft_qterms_term(&p->terms, terms[i], &id, p->err);
            if (st == FT_OK)
                st = ft_qterms_seq(&p->terms, &id, 1, &c.seq, p->err);
            if (st == FT_OK)
                st = ft_qtree_add(&p->tree, &list, &c, FT_ROLE_OPTIONAL, p->err);
            if (st != FT_OK)
                return st;
        }
    }
    return ft_qtree_end(&p->tree, &list, p->all, root, some, p->err);
}

ft_status ft_parse(ft_query *q, ft_analyzer *an, const char *text, size_t len, const ft_query_options *opts,
                   ft_error *err)
{
    parser state, *p = &state;
    ft_clause root = {0};
    bool some = false;
    ft_status st = FT_OK;

    memset(p, 0, offsetof(parser, frames));
    p->q = q;
    p->an = an;
    p->err = err;
    p->text = text;
    p->all = opts && opts->all;
    ft_qterms_init(&p->terms, &q->arena);
    ft_qtree_init(&p->tree, &q->arena);
    q->notes = ft_arena_zero(&q->arena, N_NOTES, sizeof *q->notes);
    if (!q->notes) {
        st = ft_fail_nomem(err);
        goto out;
    }
    if (len > FT_QUERY_MAX_BYTES) {
        len = ft_utf8_cut(text, len, FT_QUERY_MAX_BYTES);
        add_note(p, NOTE_LONG);
    }
    st = opts && opts->plain ? parse_plain(p, len, &root, &some) : parse_syntax(p, len, &root, &some);
    if (st != FT_OK)
        goto out;
    if (p->tree.full)
        add_note(p, NOTE_CLAUSES);
    if (p->tree.barren)
        add_note(p, NOTE_EXCLUSIONS);
    q->root = root.node; /* NULL if it is nothing */
    q->n_terms = (uint32_t)p->terms.n_terms;
    q->terms = ft_arena_alloc(&q->arena, p->terms.n_terms * sizeof *q->terms);
    if (!q->terms)
        st = ft_fail_nomem(err);
    else if (q->n_terms > 0)
        memcpy(q->terms, p->terms.terms, q->n_terms * sizeof *q->terms);
out:
    ft_qtree_release(&p->tree);
    ft_qterms_release(&p->terms);
    ft_free(p->ids);
    return st;
}
