/* lex.h - query text to lexemes: words, quotes, parentheses and operator words (CONTRACT.md, Query syntax). */
#ifndef FT_LEX_H
#define FT_LEX_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ft_lexeme_kind {
    FT_LEX_END,
    FT_LEX_WORDS, /* a run without white space, quotes and parentheses that holds at least one word */
    FT_LEX_QUOTE, /* what stands between two quotes; at least one word */
    FT_LEX_OPEN,
    FT_LEX_CLOSE,
    FT_LEX_AND,   /* the bare words AND, OR, NOT: operators where they can be, else words of the text */
    FT_LEX_OR,
    FT_LEX_NOT
} ft_lexeme_kind;

typedef struct ft_lexeme {
    ft_lexeme_kind kind;
    char sign;         /* '+' or '-' before WORDS, QUOTE or OPEN, else 0 */
    size_t start, end; /* bytes of the text; of a QUOTE what is inside */
} ft_lexeme;

typedef struct ft_lexer {
    const char *text; /* borrowed */
    size_t len, at;
    bool clause_start;   /* a sign would count here: at the start, after white space or '(' */
    bool unclosed_quote; /* met one; it was closed at the end of the text */
} ft_lexer;

void ft_lex_init(ft_lexer *lx, const char *text, size_t len);
/* The next lexeme; FT_LEX_END at the end and ever after. Whatever holds no word is passed over like white space. */
ft_lexeme ft_lex_next(ft_lexer *lx);

#endif
