/* fuzz_analyze.c - the analyser over any bytes, in any language (the first byte) and setting (the second): terms are 1
 * to 255 bytes of valid UTF-8 without white space, positions count up, words lie in the text, and a word gives the
 * same terms in another analyser. */
#include "analyze.h"
#include "mem.h"
#include "sentences.h"
#include "utf8.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seen {
    const char *text;
    size_t len;
    uint64_t start, end;  /* of the last word */
    size_t n_of_word;     /* tokens it has given */
    uint32_t n;
    ft_analyzer *other;
} seen;

static bool check_token(void *arg, const ft_token *token)
{
    seen *s = arg;
    ft_str term = token->term;
    const ft_str *terms;
    size_t n;

    CHECK(term.len >= 1 && term.len <= FT_TERM_MAX);
    CHECK(ft_utf8_valid(term.ptr, term.len) == term.len);
    for (size_t i = 0; i < term.len; i++)
        CHECK(ft_space_len(term.ptr, term.len, i) == 0);
    CHECK(token->position == s->n++);
    CHECK(token->start < token->end && token->end <= s->len);
    CHECK(token->start >= s->start);
    s->n_of_word = s->n > 1 && token->start == s->start ? s->n_of_word + 1 : 0;
    s->start = token->start;
    s->end = token->end;
    CHECK(ft_analyzer_terms(s->other, s->text + s->start, s->end - s->start, &terms, &n) == FT_OK);
    CHECK(s->n_of_word < n);
    CHECK(terms[s->n_of_word].len == term.len && memcmp(terms[s->n_of_word].ptr, term.ptr, term.len) == 0);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char **langs = sb_stemmer_list();
    unsigned n_langs = 0;
    ft_analyzer *an, *other;
    const ft_str *terms;
    size_t n;

    if (size < 2)
        return 0;
    while (langs[n_langs])
        n_langs++;
    unsigned pick = data[0] % (n_langs + 1);
    const char *lang = pick < n_langs ? langs[pick] : "none";
    bool strip = data[1] & 1, no_stem = data[1] & 2;
    CHECK(ft_analyzer_new(&an, lang, strip, no_stem, NULL) == FT_OK);
    CHECK(ft_analyzer_new(&other, lang, strip, no_stem, NULL) == FT_OK);

    seen s = {.text = (const char *)data + 2, .len = size - 2, .other = other};
    CHECK(ft_analyzer_run(an, s.text, s.len, check_token, &s) == FT_OK);
    CHECK(ft_analyzer_terms(an, s.text, s.len, &terms, &n) == FT_OK); /* any bytes are a word to it */
    ft_analyzer_free(an);
    ft_analyzer_free(other);
    CHECK(ft_mem_live() == 0);
    return 0;
}
