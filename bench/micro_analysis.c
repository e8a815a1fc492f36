/* micro_analysis.c - from text to terms: UTF-8, words, folding, stemming, and all of it together. */
#include "micro.h"

#include "analyze.h"
#include "fold.h"
#include "mem.h"
#include "stem.h"
#include "utf8.h"
#include "words.h"

#define TEXT_LEN (64u << 10)

static const char *const script_names[] = {
    [FT_SCRIPT_LATIN] = "ASCII", [FT_SCRIPT_CYRILLIC] = "Cyrillic", [FT_SCRIPT_HAN] = "Han"};

/* A text with what works on it. */
typedef struct reading {
    ft_str text;
    ft_word *words;
    size_t n_words;
    uint64_t word_bytes;
    char (*folded)[FT_TERM_MAX + 1]; /* each word, folded, with its length in the byte behind it */
    ft_fold fold;
    ft_buf out;
    ft_stem stem;
    ft_analyzer *analyzer;
} reading;

/* ---------------------------------------------------------------- kernels */

static uint64_t validate(void *arg)
{
    const reading *r = arg;

    return ft_utf8_valid(r->text.ptr, r->text.len);
}

static uint64_t next_words(void *arg)
{
    const reading *r = arg;
    ft_words words;
    ft_word word;
    uint64_t sum = 0;

    ft_words_init(&words, r->text.ptr, r->text.len);
    while (ft_words_next(&words, &word))
        sum += word.end;
    return sum;
}

static uint64_t count_words(void *arg)
{
    const reading *r = arg;

    return ft_words_count(r->text.ptr, r->text.len);
}

static uint64_t fold_words(void *arg)
{
    reading *r = arg;
    uint64_t sum = 0;

    for (size_t i = 0; i < r->n_words; i++) {
        ft_buf_reset(&r->out);
        ft_fold_text(&r->fold, r->text.ptr + r->words[i].start, r->words[i].end - r->words[i].start, &r->out);
        sum += r->out.len;
    }
    return sum;
}

static uint64_t stem_words(void *arg)
{
    reading *r = arg;
    uint64_t sum = 0;

    for (size_t i = 0; i < r->n_words; i++) {
        char word[FT_TERM_MAX + 1]; /* the stemmer may change it */
        size_t len = (unsigned char)r->folded[i][FT_TERM_MAX];
        ft_str stem;
        memcpy(word, r->folded[i], len);
        if (ft_stem_word(&r->stem, word, len, &stem) == FT_OK)
            sum += stem.len;
    }
    return sum;
}

static uint64_t terms_of_words(void *arg)
{
    reading *r = arg;
    uint64_t sum = 0;

    for (size_t i = 0; i < r->n_words; i++) {
        const ft_str *terms;
        size_t n;
        if (ft_analyzer_terms(r->analyzer, r->text.ptr + r->words[i].start, r->words[i].end - r->words[i].start, &terms,
                              &n) == FT_OK)
            sum += n;
    }
    return sum;
}

static bool count_token(void *arg, const ft_token *token)
{
    *(uint64_t *)arg += token->term.len;
    return true;
}

static uint64_t analyze(void *arg)
{
    reading *r = arg;
    uint64_t sum = 0;

    ft_analyzer_run(r->analyzer, r->text.ptr, r->text.len, count_token, &sum);
    return sum;
}

/* ---------------------------------------------------------------- making them */

static void release_reading(void *arg)
{
    reading *r = arg;

    ft_fold_release(&r->fold);
    ft_buf_release(&r->out);
    ft_stem_release(&r->stem);
    ft_analyzer_free(r->analyzer);
}

/* Cuts the text into words and folds them. */
static ft_status read_words(ft_micro *m, reading *r, ft_error *err)
{
    ft_words words;

    r->n_words = ft_words_count(r->text.ptr, r->text.len);
    r->words = ft_micro_room(m, r->n_words, sizeof *r->words);
    r->folded = ft_micro_room(m, r->n_words, sizeof *r->folded);
    if (!r->words || !r->folded)
        return ft_fail_nomem(err);
    ft_words_init(&words, r->text.ptr, r->text.len);
    for (size_t i = 0; i < r->n_words && ft_words_next(&words, &r->words[i]); i++) {
        size_t len = r->words[i].end - r->words[i].start;
        r->word_bytes += len;
        ft_buf_reset(&r->out);
        ft_fold_text(&r->fold, r->text.ptr + r->words[i].start, len, &r->out);
        if (r->out.failed)
            return ft_fail_nomem(err);
        len = r->out.len < FT_TERM_MAX ? r->out.len : FT_TERM_MAX;
        memcpy(r->folded[i], r->out.data, len);
        r->folded[i][FT_TERM_MAX] = (char)len;
    }
    return FT_OK;
}

/* Kernels that stem, as one language has it. */
static ft_status add_language(ft_micro *m, const reading *text, const char *lang, ft_error *err)
{
    reading *r = ft_micro_room(m, 1, sizeof *r);

    if (!r)
        return ft_fail_nomem(err);
    *r = (reading){.text = text->text, .words = text->words, .n_words = text->n_words, .word_bytes = text->word_bytes,
                   .folded = text->folded};
    ft_status st = ft_micro_own(m, release_reading, r, err);
    if (st == FT_OK)
        st = ft_stem_init(&r->stem, lang, err);
    if (st == FT_OK)
        st = ft_analyzer_new(&r->analyzer, lang, false, false, err);
    ft_kernel k = {.group = "stemmer", .item = "word", .items = r->n_words, .bytes = r->word_bytes, .run = stem_words,
                   .arg = r};
    if (st == FT_OK && strcmp(lang, "none") != 0)
        st = ft_micro_add(m, k, err, "%s", lang);
    k.group = "analyzer";
    k.run = terms_of_words;
    if (st == FT_OK)
        st = ft_micro_add(m, k, err, "terms of words, %s", lang);
    k.run = analyze;
    k.bytes = r->text.len;
    return st == FT_OK ? ft_micro_add(m, k, err, "text, %s", lang) : st;
}

static ft_status add_script(ft_micro *m, ft_micro_script script, const reading **out, ft_error *err)
{
    reading *r = ft_micro_room(m, 1, sizeof *r);
    ft_status st = r ? ft_micro_own(m, release_reading, r, err) : ft_fail_nomem(err);

    if (st != FT_OK)
        return st;
    *out = r;
    ft_fold_init(&r->fold, false, false);
    st = ft_micro_text(m, script, TEXT_LEN, &r->text, err);
    if (st == FT_OK)
        st = read_words(m, r, err);
    if (st != FT_OK)
        return st;
    ft_kernel k = {.group = "utf8", .item = "byte", .items = r->text.len, .bytes = r->text.len, .run = validate,
                   .arg = r};
    st = ft_micro_add(m, k, err, "validate, %s", script_names[script]);
    k = (ft_kernel){.group = "words", .item = "word", .items = r->n_words, .bytes = r->text.len, .run = next_words,
                    .arg = r};
    if (st == FT_OK)
        st = ft_micro_add(m, k, err, "next, %s", script_names[script]);
    k.run = count_words;
    if (st == FT_OK)
        st = ft_micro_add(m, k, err, "count, %s", script_names[script]);
    k.group = "fold";
    k.run = fold_words;
    k.bytes = r->word_bytes;
    return st == FT_OK ? ft_micro_add(m, k, err, "words, %s", script_names[script]) : st;
}

ft_status ft_micro_analysis(ft_micro *m, ft_error *err)
{
    const reading *scripts[FT_N_SCRIPTS] = {NULL};
    ft_status st = FT_OK;

    for (int i = 0; st == FT_OK && i < FT_N_SCRIPTS; i++)
        st = add_script(m, (ft_micro_script)i, &scripts[i], err);
    if (st == FT_OK)
        st = add_language(m, scripts[FT_SCRIPT_LATIN], "english", err);
    if (st == FT_OK)
        st = add_language(m, scripts[FT_SCRIPT_LATIN], "german", err);
    if (st == FT_OK)
        st = add_language(m, scripts[FT_SCRIPT_CYRILLIC], "russian", err);
    return st == FT_OK ? add_language(m, scripts[FT_SCRIPT_HAN], "none", err) : st;
}
