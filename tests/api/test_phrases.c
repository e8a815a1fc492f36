/* test_phrases.c - phrases of a few words that stand nearly everywhere, in short and long passages, against counting
 * word by word: their positions fill many groups, and postings begin in one and end in another. */
#include "cpu.h"
#include "fixture.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSAGES 3000u
#define LONGEST 4000u /* words */

static unsigned char words[PASSAGES][LONGEST]; /* their numbers */
static unsigned lengths[PASSAGES];

static unsigned draw_word(ft_rng *rng)
{
    unsigned v = (unsigned)ft_rng_below(rng, 1000);

    return v < 500 ? 0 : v < 800 ? 1 : v < 950 ? 2 : v < 995 ? 3 : 4;
}

static void build(const char *path)
{
    char text[LONGEST * 3 + 1], id[16];
    ft_index *ix = ft_fixture_create(path);
    ft_rng rng = ft_rng_named(ft_rng_seed(), "phrases");

    for (unsigned i = 0; i < PASSAGES; i++) {
        size_t len = 0;
        lengths[i] = i % 500 == 7 ? LONGEST : 1 + (unsigned)ft_rng_below(&rng, i % 3 ? 12 : 90);
        for (unsigned k = 0; k < lengths[i]; k++) {
            words[i][k] = (unsigned char)draw_word(&rng);
            len += (size_t)sprintf(text + len, "w%u ", words[i][k]);
        }
        snprintf(id, sizeof id, "%u", i);
        ft_fixture_add(ix, id, "", text);
    }
    ft_fixture_close_committed(ix);
}

/* How often a phrase, written as the numbers of its words, stands in a passage. */
static unsigned count(unsigned i, const char *phrase)
{
    unsigned n = (unsigned)strlen(phrase), found = 0;

    for (unsigned k = 0; k + n <= lengths[i]; k++) {
        unsigned same = 0;
        while (same < n && words[i][k + same] == phrase[same] - '0')
            same++;
        found += same == n;
    }
    return found;
}

/* Hits by their own ids; of every seventh, how often and with what score it has the phrase. */
static void check_hits(ft_results *rs, const char *phrase)
{
    ft_error err;

    for (size_t k = 0; k < ft_results_count(rs); k++) {
        const ft_part *parts;
        size_t n_parts;
        ft_hit hit;
        ft_fixture_ok(ft_results_hit(rs, k, &hit, &err), &err, phrase);
        char id[16];
        snprintf(id, sizeof id, "%.*s", (int)hit.id.len, hit.id.ptr);
        unsigned want = count((unsigned)strtoul(id, NULL, 10), phrase);
        cr_assert_gt(want, 0u, "%s does not stand in %s", phrase, id);
        if (k % 7)
            continue;
        ft_fixture_ok(ft_results_explain(rs, k, &parts, &n_parts, &err), &err, phrase);
        cr_assert(n_parts == 1 && parts[0].tf == want, "%s stands %u times in %s", phrase, want, id);
        cr_assert(parts[0].score == hit.score, "%s in %s", phrase, id);
    }
}

static void ask(const ft_reader *rd, const char *phrase, unsigned top)
{
    ft_search_options opts = {.size = sizeof opts, .top = top, .count = true};
    char text[64] = "\"";
    uint64_t want = 0;
    ft_query *query;
    ft_results *rs;
    ft_error err;

    for (const char *p = phrase; *p; p++)
        snprintf(text + strlen(text), 8, "w%c%s", *p, p[1] ? " " : "\"");
    for (unsigned i = 0; i < PASSAGES; i++)
        want += count(i, phrase) > 0;
    ft_fixture_ok(ft_query_parse(&query, rd, text, strlen(text), NULL, &err), &err, text);
    ft_fixture_ok(ft_search(&rs, rd, query, &opts, &err), &err, text);
    cr_assert_eq(ft_results_total(rs, NULL), want, "%s", text);
    cr_assert_eq(ft_results_count(rs), want < top ? want : top, "%s", text);
    check_hits(rs, phrase);
    ft_results_free(rs);
    ft_query_free(query);
}

Test(phrases, of_frequent_words_as_counted_one_by_one)
{
    static const char *const sets[] = {"scalar", "sse41", "avx2", "avx512"};
    static const char *const phrases[] = {"01", "10", "00", "0000", "121", "40", "044", "3401", "01230", "0120120"};
    char *dir = ft_fixture_dir();
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_kernels best = ft_cpu;

    build(path);
    ft_reader *rd = ft_fixture_reader(path);
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++)
        for (size_t i = 0; ft_kernels_named(sets[s], &ft_cpu) && i < sizeof phrases / sizeof *phrases; i++) {
            ask(rd, phrases[i], 0);
            ask(rd, phrases[i], PASSAGES);
        }
    ft_cpu = best;
    ft_reader_close(rd);
    ft_fixture_remove(dir);
}
