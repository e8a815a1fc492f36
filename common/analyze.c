/* analyze.c - the chain from words to terms: fold, split at white space, elide, cut, stem; see analyze.h. */
#include "analyze.h"

#include "buf.h"
#include "fold.h"
#include "mem.h"
#include "sentences.h"
#include "stem.h"
#include "utf8.h"
#include "words.h"
#include "words_tables.h"

#define XXH_INLINE_ALL
#include <pthread.h>
#include <stdio.h>
#include <utf8proc.h>
#include <xxhash.h>

/* Bytes of a word that are looked at. Far more than a term keeps, so that folding may drop or join a good many, and
 * few enough that a word of a gigabyte costs nothing. */
#define WORD_MAX 4096

struct ft_analyzer {
    bool no_stem;
    ft_fold fold;
    ft_stem stem;
    ft_buf folded; /* the word after folding */
    ft_buf bytes;  /* the terms, one after the other */
    ft_str *terms;
    size_t n, cap;
};

ft_status ft_analysis_resolve(ft_analysis *out, const char *lang, bool fold_diacritics, ft_error *err)
{
    const char *name = ft_stem_language(lang ? lang : "english");

    *out = (ft_analysis){.fold_diacritics = fold_diacritics};
    if (!name)
        return ft_stem_unknown(lang, err);
    memcpy(out->lang, name, strlen(name) + 1);
    return FT_OK;
}

ft_status ft_analyzer_make(ft_analyzer **out, const ft_analysis *settings, ft_error *err)
{
    ft_analyzer *an;
    ft_status st;

    *out = NULL;
    if (!memchr(settings->lang, '\0', sizeof settings->lang))
        return ft_fail(err, FT_EINVAL, "language name longer than %d bytes", FT_LANG_MAX - 1);
    an = ft_alloc_zero(1, sizeof *an);
    if (!an)
        return ft_fail_nomem(err);
    an->no_stem = settings->no_stem;
    ft_fold_init(&an->fold, strcmp(settings->lang, "turkish") == 0, settings->fold_diacritics);
    st = ft_stem_init(&an->stem, settings->lang, err);
    if (st != FT_OK) {
        ft_analyzer_free(an);
        return st;
    }
    *out = an;
    return FT_OK;
}

ft_status ft_analyzer_new(ft_analyzer **out, const char *lang, bool fold_diacritics, bool no_stem, ft_error *err)
{
    ft_analysis settings;
    ft_status st = ft_analysis_resolve(&settings, lang, fold_diacritics, err);

    *out = NULL;
    if (st != FT_OK)
        return st;
    settings.no_stem = no_stem;
    return ft_analyzer_make(out, &settings, err);
}

void ft_analyzer_free(ft_analyzer *an)
{
    if (!an)
        return;
    ft_fold_release(&an->fold);
    ft_stem_release(&an->stem);
    ft_buf_release(&an->folded);
    ft_buf_release(&an->bytes);
    ft_free(an->terms);
    ft_free(an);
}

static bool has_letter(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n;

    for (size_t at = 0; at < len; at += n) {
        if (ft_words_prop(ft_utf8_next(p + at, len - at, &n)) & FT_PROP_LETTER)
            return true;
    }
    return false;
}

/* One part of a folded word, without white space, to a term or to none. */
static ft_status add_part(ft_analyzer *an, char *part, size_t len)
{
    size_t article = ft_stem_elision(&an->stem, part, len);
    ft_str term;
    ft_status st;

    if (article && has_letter(part + article, len - article)) {
        part += article;
        len -= article;
    } else if (!has_letter(part, len)) {
        return FT_OK;
    }
    len = ft_utf8_cut(part, len, FT_TERM_MAX);
    term = (ft_str){part, len};
    if (!an->no_stem && !memchr(part, '.', len)) {
        st = ft_stem_word(&an->stem, part, len, &term);
        if (st != FT_OK)
            return st;
        if (term.len == 0)
            term = (ft_str){part, len};
        term.len = ft_utf8_cut(term.ptr, term.len, FT_TERM_MAX);
    }
    if (FT_GROW(an->terms, an->cap, an->n + 1) != 0)
        return FT_ENOMEM;
    ft_buf_put(&an->bytes, term.ptr, term.len);
    an->terms[an->n++].len = term.len; /* its place is known once bytes has stopped growing */
    return FT_OK;
}

ft_status ft_analyzer_terms(ft_analyzer *an, const char *word, size_t len, const ft_str **terms, size_t *n)
{
    *terms = NULL;
    *n = 0;
    an->n = 0;
    ft_buf_reset(&an->folded);
    ft_buf_reset(&an->bytes);
    ft_fold_text(&an->fold, word, ft_utf8_cut(word, len, WORD_MAX), &an->folded);
    if (an->folded.failed)
        return FT_ENOMEM;
    char *text = (char *)an->folded.data;
    size_t end = an->folded.len, start = 0;
    for (size_t at = 0; at <= end; ) {
        size_t space = at == end ? 1 : (unsigned char)text[at] - 0x21u < 0x5E ? 0 : ft_space_len(text, end, at);
        if (space == 0) {
            at++; /* bytes within a character are no white space either */
            continue;
        }
        if (at > start) {
            ft_status st = add_part(an, text + start, at - start);
            if (st != FT_OK)
                return st;
        }
        at += space;
        start = at;
    }
    if (an->bytes.failed)
        return FT_ENOMEM;
    const char *place = (const char *)an->bytes.data;
    for (size_t i = 0; i < an->n; i++) {
        an->terms[i].ptr = place;
        place += an->terms[i].len;
    }
    *terms = an->terms;
    *n = an->n;
    return FT_OK;
}

ft_status ft_analyzer_run(ft_analyzer *an, const char *text, size_t len, bool (*fn)(void *arg, const ft_token *token),
                          void *arg)
{
    ft_words words;
    ft_word word;
    uint32_t position = 0;

    ft_words_init(&words, text, len);
    while (ft_words_next(&words, &word)) {
        const ft_str *terms;
        size_t n;
        ft_status st = ft_analyzer_terms(an, text + word.start, word.end - word.start, &terms, &n);

        if (st != FT_OK)
            return st;
        for (size_t i = 0; i < n; i++) {
            ft_token token = {terms[i], word.start, word.end, position++};
            if (!fn(arg, &token))
                return FT_OK;
        }
    }
    return FT_OK;
}

/* What the fingerprint analyses: inflected words of every language with a stemmer, scripts without spaces, and what
 * folding and segmentation have rules for. A change here refuses every index there is. */
static const char probe[] =
    "The 75th anniversaries of COVID-19 weren’t U.S. o'clock 1,000.50 naive.user@example.org 3.14 snake_case\n"
    "relational nationally happiness studies running flies engineers' generously dying hopping\n"
    "l’hirondelle dell'acqua d'aigua aujourd'hui continuellement majestés gatos cantaremos ciudades\n"
    "abbandonata velocemente bellezze passejaven cadires quilometricamente casas națiunile frumoşilor\n"
    "häuser straße aufeinanderfolge lichamelijk mogelijkheden undersøgelse havnemyndighed århundradena\n"
    "taloissaan kirjojen fogadtatás házainkban etxeetan berogailuaren abhcóide mbád berusaha menyanyikan\n"
    "vaikams knygomis İSTANBUL DIŞ kitaplarımızdan Σίσυφος ανθρώπους\n"
    "важнейшими книгами кућама željama գրքերի կարողություն הילפט ביכער ספרים צה\"ל\n"
    "الكتابات والمدرسة किताबों लड़कियाँ किताबहरू புத்தகங்கள் মানুষ\n"
    "全文検索エンジンと日本語。東京3月 ｶﾞｲﾄﾞ 한국어를 배우다 ภาษาไทย ພາສາລາວ ភាសាខ្មែរ မြန်မာဘာသာ\n"
    "ﬁnancial ＷＩＤＥ ²x №5 ﷺ so\xC2\xAD" "ft A\xCC\x8Angstro\xCC\x88m Ǆ ẞ Ⅷ 𝔘nicode \xCA\xBBokina\n";

static bool collect(void *arg, const ft_token *token)
{
    ft_buf *b = arg;

    ft_buf_put(b, token->term.ptr, token->term.len);
    ft_buf_putc(b, '\n');
    return true;
}

ft_status ft_analysis_fingerprint(const ft_analysis *settings, uint64_t *out, ft_error *err)
{
    ft_analyzer *an = NULL;
    ft_buf terms = {0};
    ft_status st = ft_analyzer_make(&an, settings, err);

    *out = 0;
    if (st != FT_OK)
        goto out;
    st = ft_analyzer_run(an, probe, sizeof probe - 1, collect, &terms);
    ft_buf_puts(&terms, ft_words_unicode);
    if (st != FT_OK || terms.failed) {
        st = ft_fail_nomem(err);
        goto out;
    }
    *out = XXH3_64bits(terms.data, terms.len);
out:
    ft_buf_release(&terms);
    ft_analyzer_free(an);
    return st;
}

static char unicode_version[64];

static void write_unicode_version(void)
{
    snprintf(unicode_version, sizeof unicode_version, "%s / %s", ft_words_unicode, utf8proc_unicode_version());
}

const char *ft_unicode_version(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, write_unicode_version);
    return unicode_version;
}
