/* peer_parse.c - see peer_parse.h. The engine's own lexer says what a clause is. */
#include "peer_parse.h"

#include "lex.h"
#include "mem.h"

void peer_parser_release(peer_parser *p)
{
    ft_buf_release(&p->bytes);
    ft_free(p->terms);
    ft_free(p->clauses);
    *p = (peer_parser){0};
}

/* Takes a term into the clause being read. Its bytes may move yet, so only the length is kept here. */
static bool take_term(void *arg, const ft_token *token)
{
    peer_parser *p = arg;

    if (FT_GROW(p->terms, p->cap_terms, p->n_terms + 1) != 0) {
        p->failed = true;
        return false;
    }
    p->terms[p->n_terms++] = (ft_str){NULL, token->term.len};
    p->overlap |= token->start < p->word_end;
    p->word_end = token->end;
    ft_buf_put(&p->bytes, token->term.ptr, token->term.len);
    return true;
}

static ft_status take_clause(peer_parser *p, const ft_lexeme *lexeme, const char *text, ft_error *err)
{
    size_t before = p->n_terms;

    p->word_end = 0;
    p->overlap = false;
    ft_status st = ft_analyzer_run(p->an, text + lexeme->start, lexeme->end - lexeme->start, take_term, p);
    if (st == FT_OK && p->failed)
        st = FT_ENOMEM;
    if (st != FT_OK)
        return st == FT_ENOMEM ? ft_fail_nomem(err) : ft_fail(err, st, "the query cannot be analysed");
    if (p->n_terms == before)
        return FT_OK;
    if (FT_GROW(p->clauses, p->cap_clauses, p->n_clauses + 1) != 0)
        return ft_fail_nomem(err);
    p->clauses[p->n_clauses++] = (peer_clause){lexeme->sign, NULL, p->n_terms - before};
    return FT_OK;
}

/* Now that nothing moves any more, the terms learn where their bytes are, and the clauses where their terms are. */
static void settle(peer_parser *p)
{
    const char *bytes = (const char *)p->bytes.data;
    const ft_str *terms = p->terms;

    for (size_t i = 0; i < p->n_terms; i++) {
        p->terms[i].ptr = bytes;
        bytes += p->terms[i].len;
    }
    p->query = (peer_query){p->clauses, p->n_clauses, 0, 0};
    for (size_t i = 0; i < p->n_clauses; i++) {
        p->clauses[i].terms = terms;
        terms += p->clauses[i].n_terms;
        p->query.n_required += p->clauses[i].sign == '+';
        p->query.n_optional += p->clauses[i].sign == 0;
    }
}

ft_status peer_parse(peer_parser *p, ft_str text, const peer_query **out, bool *nothing, ft_error *err)
{
    ft_lexer lexer;
    ft_lexeme lexeme;

    *out = NULL;
    *nothing = false;
    p->n_terms = p->n_clauses = 0;
    p->failed = false;
    ft_buf_reset(&p->bytes);
    ft_lex_init(&lexer, text.ptr, text.len);
    while ((lexeme = ft_lex_next(&lexer)).kind != FT_LEX_END) {
        if (lexeme.kind != FT_LEX_WORDS && lexeme.kind != FT_LEX_QUOTE)
            return FT_OK;
        ft_status st = take_clause(p, &lexeme, text.ptr, err);
        if (st != FT_OK)
            return st;
        if (p->overlap && lexeme.kind == FT_LEX_WORDS)
            return FT_OK;
    }
    if (p->bytes.failed)
        return ft_fail_nomem(err);
    settle(p);
    *out = &p->query;
    *nothing = p->query.n_required + p->query.n_optional == 0;
    return FT_OK;
}
