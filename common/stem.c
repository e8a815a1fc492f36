/* stem.c - languages by libstemmer; see stem.h. */
#include "stem.h"

#include "analyze.h"

#include <libstemmer.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *code, *name;
} codes[] = {
    {"ar", "arabic"},    {"hy", "armenian"},   {"eu", "basque"},    {"ca", "catalan"},    {"da", "danish"},
    {"nl", "dutch"},     {"en", "english"},    {"fi", "finnish"},   {"fr", "french"},     {"de", "german"},
    {"el", "greek"},     {"hi", "hindi"},      {"hu", "hungarian"}, {"id", "indonesian"}, {"ga", "irish"},
    {"it", "italian"},   {"lt", "lithuanian"}, {"ne", "nepali"},    {"no", "norwegian"},  {"nb", "norwegian"},
    {"nn", "norwegian"}, {"pt", "portuguese"}, {"ro", "romanian"},  {"ru", "russian"},    {"sr", "serbian"},
    {"es", "spanish"},   {"sv", "swedish"},    {"ta", "tamil"},     {"tr", "turkish"},    {"yi", "yiddish"},
};

#define N_CODES (sizeof codes / sizeof codes[0])

static const char *const french_articles[] = {"c",  "d", "j",     "l",       "m",       "n",       "s",
                                              "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", NULL};
static const char *const italian_articles[] = {"l",    "un",   "all", "dall",  "dell", "nell",  "sull", "coll", "pell",
                                               "gl",   "agl",  "dagl", "degl", "negl", "sugl", "c",    "d",    "m",
                                               "s",    "t",    "v",   NULL};
static const char *const catalan_articles[] = {"d", "l", "m", "n", "s", "t", NULL};

const char *ft_stem_language(const char *lang)
{
    for (size_t i = 0; i < N_CODES; i++) {
        if (strcasecmp(lang, codes[i].code) == 0) {
            lang = codes[i].name;
            break;
        }
    }
    if (strcasecmp(lang, "none") == 0)
        return "none";
    for (const char **name = sb_stemmer_list(); *name; name++) {
        if (strcasecmp(lang, *name) == 0 && strlen(*name) < FT_LANG_MAX)
            return *name;
    }
    return NULL;
}

/* Levenshtein distance without regard to case, of strings shorter than FT_LANG_MAX. */
static size_t distance(const char *a, const char *b)
{
    size_t row[FT_LANG_MAX + 1], n = strlen(b);

    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = corner + ((a[i - 1] | 0x20) != (b[j - 1] | 0x20));
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            corner = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

/* The name nearest to lang, if near enough to be what was meant. */
static const char *nearest(const char *lang)
{
    size_t len = strlen(lang), least = len / 3 + 1;
    const char *best = NULL;

    if (len < 3 || len >= FT_LANG_MAX)
        return NULL;
    if (distance(lang, "none") < least) {
        best = "none";
        least = distance(lang, best);
    }
    for (const char **name = sb_stemmer_list(); *name; name++) {
        size_t d = strlen(*name) < FT_LANG_MAX ? distance(lang, *name) : least;
        if (d < least) {
            least = d;
            best = *name;
        }
    }
    return best;
}

ft_status ft_stem_unknown(const char *lang, ft_error *err)
{
    const char *near = nearest(lang);
    char list[4 * N_CODES + 1] = "";
    size_t n = 0;

    ft_fail(err, FT_EINVAL, "unknown language '%.60s'", lang);
    for (size_t i = 0; i < N_CODES; i++) {
        memcpy(list + n, codes[i].code, 2);
        list[n + 2] = ' ';
        list[n += 3] = '\0';
    }
    if (near)
        ft_hint(err, "did you mean '%s'?", near);
    else
        ft_hint(err, "known are %sporter none, and names such as english", list);
    return FT_EINVAL;
}

ft_status ft_stem_init(ft_stem *s, const char *name, ft_error *err)
{
    *s = (ft_stem){0};
    if (strcmp(name, "none") == 0)
        return FT_OK;
    const char *known = ft_stem_language(name);
    if (!known || strcmp(known, name) != 0)
        return ft_stem_unknown(name, err);
    s->sb = sb_stemmer_new(name, NULL);
    if (!s->sb)
        return ft_fail_nomem(err);
    if (strcmp(name, "french") == 0)
        s->articles = french_articles;
    else if (strcmp(name, "italian") == 0)
        s->articles = italian_articles;
    else if (strcmp(name, "catalan") == 0)
        s->articles = catalan_articles;
    s->cedilla = strcmp(name, "romanian") == 0;
    s->suffixes = strcmp(name, "english") == 0;
    return FT_OK;
}

void ft_stem_release(ft_stem *s)
{
    sb_stemmer_delete(s->sb);
    *s = (ft_stem){0};
}

size_t ft_stem_elision(const ft_stem *s, const char *word, size_t len)
{
    const char *mark = s->articles ? memchr(word, '\'', len) : NULL;

    if (!mark)
        return 0;
    size_t n = (size_t)(mark - word);
    for (size_t i = 0; s->articles[i]; i++) {
        if (strlen(s->articles[i]) == n && memcmp(s->articles[i], word, n) == 0)
            return n + 1;
    }
    return 0;
}

/* Writes U+0219 and U+021B as U+015F and U+0163. Both are two bytes. */
static void comma_to_cedilla(char *word, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        if (memcmp(word + i, "\xC8\x99", 2) == 0)
            memcpy(word + i, "\xC5\x9F", 2);
        else if (memcmp(word + i, "\xC8\x9B", 2) == 0)
            memcpy(word + i, "\xC5\xA3", 2);
    }
}

ft_status ft_stem_word(ft_stem *s, char *word, size_t len, ft_str *out)
{
    *out = (ft_str){word, len};
    if (!s->sb || (s->suffixes && len > 0 && word[len - 1] >= '0' && word[len - 1] <= '9' && word[0] != '\''))
        return FT_OK;
    if (s->cedilla)
        comma_to_cedilla(word, len);
    const sb_symbol *stem = sb_stemmer_stem(s->sb, (const sb_symbol *)word, (int)len);
    if (!stem)
        return FT_ENOMEM;
    *out = (ft_str){(const char *)stem, (size_t)sb_stemmer_length(s->sb)};
    return FT_OK;
}
