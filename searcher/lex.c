/* lex.c - see lex.h. Only the shape of the text is looked at here; what operators mean is parse.c's business. */
#include "lex.h"

#include "sentences.h"
#include "words.h"

#include <string.h>

void ft_lex_init(ft_lexer *lx, const char *text, size_t len)
{
    *lx = (ft_lexer){.text = text, .len = len, .clause_start = true};
}

/* A letter alef to tav begins at `at`. */
static bool is_hebrew(const ft_lexer *lx, size_t at)
{
    return at + 1 < lx->len && (unsigned char)lx->text[at] == 0xd7 && (unsigned char)lx->text[at + 1] >= 0x90 &&
           (unsigned char)lx->text[at + 1] <= 0xaa;
}

/* Length of the quotation mark at `at`, or 0: the straight one, and U+201C to U+201F, the curly ones and the German
 * low one. Between two Hebrew letters the straight one is part of an acronym, as word segmentation has it. */
static size_t quote_len(const ft_lexer *lx, size_t at)
{
    const char *p = lx->text + at;

    if (*p == '"')
        return at >= 2 && is_hebrew(lx, at - 2) && is_hebrew(lx, at + 1) ? 0 : 1;
    if (lx->len - at >= 3 && memcmp(p, "\xe2\x80", 2) == 0 && (unsigned char)p[2] >= 0x9c &&
        (unsigned char)p[2] <= 0x9f)
        return 3;
    return 0;
}

/* Where the run of characters that begins at `at` ends: before white space, a quote or a parenthesis. */
static size_t run_end(const ft_lexer *lx, size_t at)
{
    while (at < lx->len && lx->text[at] != '(' && lx->text[at] != ')' && quote_len(lx, at) == 0 &&
           ft_space_len(lx->text, lx->len, at) == 0)
        at++;
    return at;
}

/* Is there a word in [start, end), or with `here` at its very start? */
static bool has_word(const ft_lexer *lx, size_t start, size_t end, bool here)
{
    ft_words words;
    ft_word word;

    ft_words_init(&words, lx->text + start, end - start);
    return ft_words_next(&words, &word) && (!here || word.start == 0);
}

/* Does a sign at lx->at count: does a word, a quote or a group follow it directly? */
static bool sign_counts(const ft_lexer *lx)
{
    size_t at = lx->at + 1;

    if (!lx->clause_start || at == lx->len)
        return false;
    return lx->text[at] == '(' || quote_len(lx, at) > 0 || has_word(lx, at, run_end(lx, at), true);
}

/* Passes the quote whose opening mark has `mark` bytes. */
static ft_lexeme take_quote(ft_lexer *lx, size_t mark, char sign)
{
    ft_lexeme out = {FT_LEX_QUOTE, sign, lx->at + mark, 0};
    size_t at = out.start, closing = 0;

    while (at < lx->len && (closing = quote_len(lx, at)) == 0)
        at++;
    if (at == lx->len)
        lx->unclosed_quote = true;
    out.end = at;
    lx->at = at + closing;
    return out;
}

static ft_lexeme take_run(ft_lexer *lx, char sign)
{
    ft_lexeme out = {FT_LEX_WORDS, sign, lx->at, run_end(lx, lx->at)};
    const char *p = lx->text + out.start;
    size_t len = out.end - out.start;

    if (sign == 0 && len == 3 && memcmp(p, "AND", 3) == 0)
        out.kind = FT_LEX_AND;
    else if (sign == 0 && len == 2 && memcmp(p, "OR", 2) == 0)
        out.kind = FT_LEX_OR;
    else if (sign == 0 && len == 3 && memcmp(p, "NOT", 3) == 0)
        out.kind = FT_LEX_NOT;
    lx->at = out.end;
    return out;
}

ft_lexeme ft_lex_next(ft_lexer *lx)
{
    while (lx->at < lx->len) {
        size_t space = ft_space_len(lx->text, lx->len, lx->at);
        if (space > 0) {
            lx->at += space;
            lx->clause_start = true;
            continue;
        }
        char sign = lx->text[lx->at];
        if ((sign == '+' || sign == '-') && sign_counts(lx))
            lx->at++;
        else
            sign = 0;
        lx->clause_start = false;

        char c = lx->text[lx->at];
        if (c == '(' || c == ')') {
            lx->clause_start = c == '(';
            lx->at++;
            return (ft_lexeme){c == '(' ? FT_LEX_OPEN : FT_LEX_CLOSE, sign, lx->at - 1, lx->at};
        }
        size_t mark = quote_len(lx, lx->at);
        ft_lexeme out = mark > 0 ? take_quote(lx, mark, sign) : take_run(lx, sign);
        if (has_word(lx, out.start, out.end, false))
            return out;
    }
    return (ft_lexeme){FT_LEX_END, 0, lx->len, lx->len};
}
