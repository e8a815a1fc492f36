/* test_stem.c - languages, their names and their stems. */
#include "analyze.h"
#include "mem.h"
#include "stem.h"

#include <criterion/criterion.h>
#include <libstemmer.h>

/* Three words of every language and their stems, worked out with libstemmer 2.2. */
static const struct {
    const char *lang;
    struct {
        const char *word, *stem;
    } words[3];
} table[] = {
    {"arabic",
     {{"الكتابات", "كتاب"}, {"المدرسة", "مدرس"}, {"والمعلمون", "والمعلم"}}},
    {"armenian",
     {{"գրքերի", "գրքերի"}, {"կարողություն", "կարողությ"}, {"քաղաքներում", "քաղ"}}},
    {"basque",
     {{"etxeetan", "etxe"}, {"berogailuaren", "berogailua"}, {"gizonarekin", "gizo"}}},
    {"catalan",
     {{"passejaven", "passej"}, {"cadires", "cad"}, {"velocitat", "veloc"}}},
    {"danish",
     {{"undersøgelse", "undersøg"}, {"havnemyndigheden", "havnemynd"}, {"bøgernes", "bøg"}}},
    {"dutch",
     {{"lichamelijk", "licham"}, {"mogelijkheden", "mogelijk"}, {"werkende", "werkend"}}},
    {"english",
     {{"anniversaries", "anniversari"}, {"relational", "relat"}, {"dog's", "dog"}}},
    {"finnish",
     {{"taloissaan", "talo"}, {"kirjojen", "kirj"}, {"ystävällisesti", "ystävällis"}}},
    {"french",
     {{"continuellement", "continuel"}, {"majestés", "majest"}, {"chevaux", "cheval"}}},
    {"german",
     {{"häuser", "haus"}, {"aufeinanderfolgenden", "aufeinanderfolg"}, {"straßen", "strass"}}},
    {"greek",
     {{"ανθρώπους", "ανθρωπ"}, {"βιβλία", "βιβλ"}, {"σίσυφος", "σισυφ"}}},
    {"hindi",
     {{"किताबों", "किताब"}, {"लड़कियाँ", "लड़क"}, {"भारतीय", "भारतीय"}}},
    {"hungarian",
     {{"házainkban", "ház"}, {"fogadtatás", "fogadtatás"}, {"könyveket", "könyv"}}},
    {"indonesian",
     {{"menyanyikan", "sanyi"}, {"berusaha", "usaha"}, {"bukunya", "buku"}}},
    {"irish",
     {{"abhcóide", "abhcóide"}, {"mbád", "bád"}, {"beathach", "beathach"}}},
    {"italian",
     {{"abbandonata", "abbandon"}, {"velocemente", "veloc"}, {"libri", "libr"}}},
    {"lithuanian",
     {{"knygomis", "knyg"}, {"vaikams", "vaik"}, {"namuose", "nam"}}},
    {"nepali",
     {{"किताबहरू", "किताब"}, {"नेपालको", "नेपाल"}, {"घरमा", "घर"}}},
    {"norwegian",
     {{"havnemyndighetene", "havnemynd"}, {"bøkene", "bøk"}, {"vennlighet", "venn"}}},
    {"porter",
     {{"relational", "relat"}, {"generously", "gener"}, {"ponies", "poni"}}},
    {"portuguese",
     {{"quilometricamente", "quilometr"}, {"cidades", "cidad"}, {"nações", "naçõ"}}},
    {"romanian",
     {{"frumoşilor", "frumoş"}, {"naţiunile", "naţiun"}, {"lucrătorilor", "lucrat"}}},
    {"russian",
     {{"важнейшими", "важн"}, {"книгами", "книг"}, {"городах", "город"}}},
    {"serbian",
     {{"željama", "želj"}, {"kućama", "kuć"}, {"knjigama", "knjig"}}},
    {"spanish",
     {{"cantaremos", "cant"}, {"ciudades", "ciudad"}, {"felizmente", "feliz"}}},
    {"swedish",
     {{"århundradena", "århundraden"}, {"böckerna", "böck"}, {"vänligheten", "vän"}}},
    {"tamil",
     {{"புத்தகங்கள்", "புத்தகம்"}, {"மரங்கள்", "மரங்"}, {"வீடுகளில்", "வீடு"}}},
    {"turkish",
     {{"kitaplarımızdan", "kitap"}, {"evlerinde", "ev"}, {"çocuklar", "çocuk"}}},
    {"yiddish",
     {{"ביכער", "ביכ"}, {"קינדער", "קינד"}, {"געשריבן", "שרײב"}}},
};

#define N_LANGS (sizeof table / sizeof table[0])

/* The only term of a word, copied. */
static void term_of(const char *lang, const char *word, char *out, size_t room)
{
    ft_analyzer *an;
    const ft_str *terms;
    size_t n;
    ft_error err = {0};

    cr_assert_eq(ft_analyzer_new(&an, lang, false, false, &err), FT_OK, "%s", err.text);
    cr_assert_eq(ft_analyzer_terms(an, word, strlen(word), &terms, &n), FT_OK);
    cr_assert(n == 1 && terms[0].len < room, "%s: %s has %zu terms", lang, word, n);
    memcpy(out, terms[0].ptr, terms[0].len);
    out[terms[0].len] = '\0';
    ft_analyzer_free(an);
}

Test(stem, every_language)
{
    for (size_t i = 0; i < N_LANGS; i++) {
        for (size_t j = 0; j < 3; j++) {
            char term[256];
            term_of(table[i].lang, table[i].words[j].word, term, sizeof term);
            cr_expect_str_eq(term, table[i].words[j].stem, "%s: %s gives %s, not %s", table[i].lang,
                             table[i].words[j].word, term, table[i].words[j].stem);
        }
    }
}

Test(stem, the_table_has_every_algorithm_of_libstemmer)
{
    for (const char **name = sb_stemmer_list(); *name; name++) {
        size_t i = 0;
        while (i < N_LANGS && strcmp(table[i].lang, *name) != 0)
            i++;
        cr_expect_lt(i, N_LANGS, "no words of %s", *name);
    }
}

Test(stem, same_as_libstemmer)
{
    for (size_t i = 0; i < N_LANGS; i++) {
        struct sb_stemmer *sb = sb_stemmer_new(table[i].lang, NULL);
        ft_stem s;

        cr_assert(sb);
        cr_assert_eq(ft_stem_init(&s, table[i].lang, NULL), FT_OK);
        for (size_t j = 0; j < 3; j++) {
            char word[128];
            size_t len = strlen(table[i].words[j].word);
            ft_str stem;

            memcpy(word, table[i].words[j].word, len + 1);
            cr_assert_eq(ft_stem_word(&s, word, len, &stem), FT_OK);
            const sb_symbol *want = sb_stemmer_stem(sb, (const sb_symbol *)table[i].words[j].word, (int)len);
            cr_expect_eq(stem.len, (size_t)sb_stemmer_length(sb));
            cr_expect(memcmp(stem.ptr, want, stem.len) == 0, "%s", word);
        }
        sb_stemmer_delete(sb);
        ft_stem_release(&s);
    }
}

/* Random words that end with a digit, which are not handed to libstemmer at all. */
Test(stem, digits_at_the_end_stay_as_libstemmer_has_it)
{
    static const char *const pieces[] = {"y", "a", "'", "'s", "ing", "ed", "sses", "ational", "e", "ll", "9", "gener",
                                         "skis", "b", "ies", "u", "commun"};
    struct sb_stemmer *sb = sb_stemmer_new("english", NULL);
    ft_stem s;

    cr_assert(sb);
    cr_assert_eq(ft_stem_init(&s, "english", NULL), FT_OK);
    srand(3);
    for (unsigned round = 0; round < 20000; round++) {
        char word[64] = "", copy[64];
        ft_str stem;
        for (int n = rand() % 6; n > 0; n--)
            strcat(word, pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)]);
        strcat(word, (const char *[]){"0", "5", "9", "s1"}[rand() % 4]);
        strcpy(copy, word);
        cr_assert_eq(ft_stem_word(&s, copy, strlen(copy), &stem), FT_OK);
        const sb_symbol *want = sb_stemmer_stem(sb, (const sb_symbol *)word, (int)strlen(word));
        cr_assert(stem.len == (size_t)sb_stemmer_length(sb) && memcmp(stem.ptr, want, stem.len) == 0, "%s", word);
    }
    sb_stemmer_delete(sb);
    ft_stem_release(&s);
}

static void expect_name(const char *lang, const char *want)
{
    ft_analysis a;
    ft_error err = {0};

    cr_assert_eq(ft_analysis_resolve(&a, lang, false, &err), FT_OK, "%s", err.text);
    cr_expect_str_eq(a.lang, want);
}

Test(stem, names_and_codes)
{
    static const char *const codes[][2] = {
        {"ar", "arabic"}, {"hy", "armenian"}, {"eu", "basque"}, {"ca", "catalan"}, {"da", "danish"}, {"nl", "dutch"},
        {"en", "english"}, {"fi", "finnish"}, {"fr", "french"}, {"de", "german"}, {"el", "greek"}, {"hi", "hindi"},
        {"hu", "hungarian"}, {"id", "indonesian"}, {"ga", "irish"}, {"it", "italian"}, {"lt", "lithuanian"},
        {"ne", "nepali"}, {"no", "norwegian"}, {"nb", "norwegian"}, {"nn", "norwegian"}, {"pt", "portuguese"},
        {"ro", "romanian"}, {"ru", "russian"}, {"sr", "serbian"}, {"es", "spanish"}, {"sv", "swedish"},
        {"ta", "tamil"}, {"tr", "turkish"}, {"yi", "yiddish"},
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        expect_name(codes[i][0], codes[i][1]);
        expect_name(codes[i][1], codes[i][1]);
    }
    expect_name(NULL, "english");
    expect_name("none", "none");
    expect_name("NONE", "none");
    expect_name("English", "english");
    expect_name("DE", "german");
    expect_name("porter", "porter");
}

static void expect_unknown(const char *lang, const char *text, const char *hint)
{
    ft_analysis a;
    ft_analyzer *an;
    ft_error err = {0};

    cr_assert_eq(ft_analysis_resolve(&a, lang, false, &err), FT_EINVAL);
    cr_expect_str_eq(err.text, text);
    cr_expect(strncmp(err.hint, hint, strlen(hint)) == 0, "hint: %s", err.hint);
    cr_assert_eq(ft_analyzer_new(&an, lang, false, false, NULL), FT_EINVAL);
    cr_assert_null(an);
}

Test(stem, unknown_languages)
{
    expect_unknown("englsh", "unknown language 'englsh'", "did you mean 'english'?");
    expect_unknown("Germna", "unknown language 'Germna'", "did you mean 'german'?");
    expect_unknown("noone", "unknown language 'noone'", "did you mean 'none'?");
    expect_unknown("klingon", "unknown language 'klingon'", "known are ar hy ");
    expect_unknown("xx", "unknown language 'xx'", "known are ");
    expect_unknown("", "unknown language ''", "known are ");
    expect_unknown("englishenglishenglishenglishenglish",
                   "unknown language 'englishenglishenglishenglishenglish'", "known are ");
}

static void expect_elided(const char *lang, const char *word, const char *rest)
{
    ft_stem s;

    cr_assert_eq(ft_stem_init(&s, lang, NULL), FT_OK);
    cr_expect_str_eq(word + ft_stem_elision(&s, word, strlen(word)), rest);
    ft_stem_release(&s);
}

Test(stem, elided_articles)
{
    expect_elided("french", "l'avion", "avion");
    expect_elided("french", "qu'il", "il");
    expect_elided("french", "jusqu'alors", "alors");
    expect_elided("french", "d'aujourd'hui", "aujourd'hui");
    expect_elided("french", "aujourd'hui", "aujourd'hui");
    expect_elided("french", "prud'homme", "prud'homme");
    expect_elided("french", "avion", "avion");
    expect_elided("italian", "dell'arte", "arte");
    expect_elided("italian", "un'idea", "idea");
    expect_elided("italian", "quell'uomo", "quell'uomo");
    expect_elided("catalan", "l'aigua", "aigua");
    expect_elided("catalan", "qu'il", "qu'il");
    expect_elided("english", "l'avion", "l'avion");
    expect_elided("none", "l'avion", "l'avion");
}

Test(stem, romanian_comma_and_cedilla)
{
    char cedilla[64], comma[64];

    term_of("romanian", "frumoşilor", cedilla, sizeof cedilla);
    term_of("romanian", "frumoșilor", comma, sizeof comma);
    cr_expect_str_eq(cedilla, comma);
    term_of("romanian", "Naţiunile", cedilla, sizeof cedilla);
    term_of("romanian", "Națiunile", comma, sizeof comma);
    cr_expect_str_eq(cedilla, comma);
}
