/* micro_text.c - made-up text in three scripts. A vocabulary of made-up words is drawn from so that the word of rank r
 * comes about as often as 1/r, with capitals, commas, numbers and full stops between. */
#include "micro.h"

#include "utf8.h"

#define N_WORDS 6000u
#define MAX_WORD 64u

typedef struct spelling {
    const char *const *stems, *const *endings; /* syllables; inflections, of which the first is none */
    uint32_t n_stems, n_endings;
} spelling;

static const char *const latin_stems[] = {"ba", "con", "der", "es", "fir", "gra", "hel", "in", "jur", "kan", "lo",
                                          "mar", "net", "or", "pres", "qui", "re", "sta", "ter", "un", "vol", "wes",
                                          "ti"};
static const char *const latin_endings[] = {"", "", "", "s", "ed", "ing", "ation", "ly", "ness", "er", "ers", "ful"};
static const char *const cyrillic_stems[] = {"ба", "го", "дер", "жи", "за", "кор", "лу", "мо", "на", "под", "раз",
                                             "стра", "тре", "уч", "фор", "хо", "цен", "чет", "шко", "яр"};
static const char *const cyrillic_endings[] = {"", "а", "ами", "ого", "ить", "ение", "ость", "ые", "ах",
                                                "ся", "ет", "ый"};

static const spelling spellings[] = {
    [FT_SCRIPT_LATIN] = {latin_stems, latin_endings, sizeof latin_stems / sizeof *latin_stems,
                         sizeof latin_endings / sizeof *latin_endings},
    [FT_SCRIPT_CYRILLIC] = {cyrillic_stems, cyrillic_endings, sizeof cyrillic_stems / sizeof *cyrillic_stems,
                            sizeof cyrillic_endings / sizeof *cyrillic_endings},
};

typedef struct vocabulary {
    char words[N_WORDS][MAX_WORD];
    unsigned char lens[N_WORDS];
} vocabulary;

static void put(vocabulary *v, uint32_t i, const char *syllable)
{
    size_t len = strlen(syllable);

    if (v->lens[i] + len > MAX_WORD)
        return;
    memcpy(v->words[i] + v->lens[i], syllable, len);
    v->lens[i] = (unsigned char)(v->lens[i] + len);
}

static void make_words(ft_micro *m, ft_micro_script script, vocabulary *v)
{
    const spelling *s = &spellings[script];

    for (uint32_t i = 0; i < N_WORDS; i++) {
        /* frequent words are short */
        uint32_t syllables = 1 + ft_micro_random(m, i < 100 ? 1 : i < 1000 ? 3 : 4);
        for (uint32_t k = 0; k < syllables; k++)
            put(v, i, s->stems[ft_micro_random(m, s->n_stems)]);
        if (i >= 100)
            put(v, i, s->endings[ft_micro_random(m, s->n_endings)]);
    }
}

/* Words of two or three characters out of the 3,000 first ones of the block. */
static void make_han(ft_micro *m, vocabulary *v)
{
    for (uint32_t i = 0; i < N_WORDS; i++) {
        uint32_t chars = 1 + (i >= 200) + (ft_micro_random(m, 4) == 0);
        for (uint32_t k = 0; k < chars; k++)
            v->lens[i] = (unsigned char)(v->lens[i] + ft_utf8_put((unsigned char *)v->words[i] + v->lens[i],
                                                                  0x4e00 + ft_micro_random(m, 3000)));
    }
}

/* A rank that is in each octave equally often, which is 1/r on the whole. */
static uint32_t draw(ft_micro *m)
{
    uint32_t octave = ft_micro_random(m, 13), rank = (1u << octave) - 1 + ft_micro_random(m, 1u << octave);

    return rank < N_WORDS ? rank : rank - N_WORDS;
}

static void put_sentence(ft_micro *m, ft_micro_script script, const vocabulary *v, ft_buf *out)
{
    uint32_t n = 5 + ft_micro_random(m, 20);
    bool han = script == FT_SCRIPT_HAN;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t w = draw(m);
        size_t begun = out->len;
        ft_buf_put(out, v->words[w], v->lens[w]);
        if (script == FT_SCRIPT_LATIN && (i == 0 || ft_micro_random(m, 20) == 0) && !out->failed)
            out->data[begun] = (unsigned char)(out->data[begun] - 'a' + 'A');
        if (ft_micro_random(m, 40) == 0)
            ft_buf_printf(out, "%s%u", han ? "" : " ", (unsigned)ft_micro_random(m, 2100));
        if (i + 1 == n)
            ft_buf_puts(out, han ? "。" : ". ");
        else if (ft_micro_random(m, 10) == 0)
            ft_buf_puts(out, han ? "，" : ", ");
        else if (!han)
            ft_buf_putc(out, ' ');
    }
    if (ft_micro_random(m, 6) == 0)
        ft_buf_puts(out, "\n\n");
}

ft_status ft_micro_text(ft_micro *m, ft_micro_script script, size_t len, ft_str *out, ft_error *err)
{
    vocabulary *v = ft_micro_room(m, 1, sizeof *v);
    ft_buf text = {0};

    *out = (ft_str){"", 0};
    if (!v)
        return ft_fail_nomem(err);
    if (script == FT_SCRIPT_HAN)
        make_han(m, v);
    else
        make_words(m, script, v);
    while (text.len < len && !text.failed)
        put_sentence(m, script, v, &text);
    char *copy = text.failed ? NULL : ft_micro_room(m, 1, text.len);
    if (copy) {
        memcpy(copy, text.data, text.len);
        *out = (ft_str){copy, text.len};
    }
    ft_buf_release(&text);
    return copy ? FT_OK : ft_fail_nomem(err);
}
