/* gen.c - writes as many passages as one likes, or queries about them, from a seed.
 *
 *     gen --passages N [--seed S] [--vocabulary V]                   JSON Lines: _id, title, text
 *     gen --queries N  [--seed S] [--vocabulary V] [--passages M]    TSV: tag, query
 *
 * A word is its rank, from 0. How often ranks occur follows a double power law: the frequency falls as 1/rank down to
 * rank 8192 and as its square below, so that the vocabulary keeps growing with the text, up to V words. A passage has
 * a topic, whose own words it uses more than others do; words come back within a passage, and some words have
 * favourite followers, so that phrases come back across passages. Lengths are log-normal around 90 words.
 *
 * Passage i depends on the seed, V and i alone: more passages begin with the same ones, and queries are taken from
 * what passages 0..M-1 say without generating the rest. Integers only, so every machine writes the same bytes. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_TOPICS = 1024,
    TOPIC_WORDS = 512,
    MAX_WORDS = 400,      /* of a passage */
    MAX_TITLE = 8,
    MAX_SPELLING = 16,
    N_FOLLOWERS = 4,
    N_READY = 1 << 15,    /* ranks whose spelling and followers are kept ready */
    HEAD = 2048,          /* ranks with an alias slot of their own; deeper ones share slots */
    KNEE = 8192,          /* where the power law bends */
    MAX_SLOTS = 3072,
    MIN_VOCABULARY = 1000,
    OUT_LEN = 1 << 18
};

static const uint64_t MAX_VOCABULARY = 100000000, MAX_COUNT = 1000000000000ULL;

/* ---------------------------------------------------------------- random numbers */

typedef struct rng {
    uint64_t s[4];
} rng;

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

static rng rng_of(uint64_t seed, uint64_t stream)
{
    uint64_t x = mix(seed) ^ mix(~stream);
    rng r;

    for (int i = 0; i < 4; i++)
        r.s[i] = x = mix(x + (uint64_t)i);
    return r;
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

/* xoshiro256++ */
static uint64_t rng_next(rng *r)
{
    uint64_t out = rotate(r->s[0] + r->s[3], 23) + r->s[0], t = r->s[1] << 17;

    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotate(r->s[3], 45);
    return out;
}

/* Evenly below n, n < 2^32, from the upper or lower half of 64 random bits. */
static uint32_t upper(uint64_t bits, uint64_t n)
{
    return (uint32_t)(((bits >> 32) * n) >> 32);
}

static uint32_t lower(uint64_t bits, uint64_t n)
{
    return (uint32_t)(((bits & 0xffffffff) * n) >> 32);
}

/* ---------------------------------------------------------------- weighted choice */

/* Walker's alias method: a slot is kept with a chance of keep/2^32, else it stands for `other`. */
typedef struct alias {
    uint32_t n;
    uint32_t keep[MAX_SLOTS], other[MAX_SLOTS];
} alias;

static void alias_init(alias *a, const uint64_t *weights, uint32_t n)
{
    static uint64_t left[MAX_SLOTS];
    static uint32_t small[MAX_SLOTS], large[MAX_SLOTS];
    uint32_t n_small = 0, n_large = 0;
    uint64_t sum = 0;

    a->n = n;
    for (uint32_t i = 0; i < n; i++)
        sum += weights[i];
    uint64_t mean = sum / n;
    for (uint32_t i = 0; i < n; i++) {
        left[i] = weights[i];
        a->keep[i] = UINT32_MAX;
        a->other[i] = i;
        if (left[i] < mean)
            small[n_small++] = i;
        else
            large[n_large++] = i;
    }
    while (n_small && n_large) {
        uint32_t poor = small[--n_small], rich = large[n_large - 1];
        a->keep[poor] = (uint32_t)(((unsigned __int128)left[poor] << 32) / mean);
        a->other[poor] = rich;
        left[rich] -= mean - left[poor];
        if (left[rich] < mean) {
            n_large--;
            small[n_small++] = rich;
        }
    }
}

static uint32_t alias_pick(const alias *a, uint64_t bits)
{
    uint32_t slot = upper(bits, a->n);

    return (uint32_t)bits < a->keep[slot] ? slot : a->other[slot];
}

/* ---------------------------------------------------------------- the model: ranks, topics, followers */

static uint64_t vocabulary;
static alias rank_slots, topic_slots, topic_ranks;
static uint32_t slot_rank[MAX_SLOTS + 1]; /* a slot's ranks are slot_rank[i] .. slot_rank[i + 1] - 1 */
static uint32_t topic_words[N_TOPICS][TOPIC_WORDS];
static uint32_t followers[N_READY][N_FOLLOWERS];

/* How often a rank occurs, relative to others. The middle of a slot stands for all ranks of the slot. */
static uint64_t rank_weight(uint64_t rank)
{
    const uint64_t one = 1ULL << 44;

    if (rank < KNEE)
        return one / (rank + 3);
    return one / (rank + 3) * KNEE / rank;
}

static void model_init(void)
{
    static uint64_t weights[MAX_SLOTS];
    uint32_t n = 0;

    for (uint64_t rank = 0, next; rank < vocabulary; rank = next) {
        next = rank < HEAD ? rank + 1 : rank + rank / 32;
        if (next > vocabulary)
            next = vocabulary;
        slot_rank[n] = (uint32_t)rank;
        weights[n++] = rank_weight((rank + next) / 2) * (next - rank);
    }
    slot_rank[n] = (uint32_t)vocabulary;
    alias_init(&rank_slots, weights, n);

    for (uint32_t t = 0; t < N_TOPICS; t++)
        weights[t] = (1ULL << 40) / (t + 20);
    alias_init(&topic_slots, weights, N_TOPICS);

    for (uint32_t k = 0; k < TOPIC_WORDS; k++)
        weights[k] = (1ULL << 40) / (k + 8);
    alias_init(&topic_ranks, weights, TOPIC_WORDS);
    /* A topic's words are of middling frequency otherwise: as many of each doubling of the rank, 256 to 65535. */
    for (uint32_t t = 0; t < N_TOPICS; t++) {
        rng r = rng_of(t, 1);
        for (uint32_t k = 0; k < TOPIC_WORDS; k++) {
            uint64_t low = 256ULL << upper(rng_next(&r), 8);
            topic_words[t][k] = (uint32_t)((low + upper(rng_next(&r), low)) % vocabulary);
        }
    }
}

static uint32_t any_word(rng *r)
{
    uint32_t slot = alias_pick(&rank_slots, rng_next(r));
    uint32_t width = slot_rank[slot + 1] - slot_rank[slot];

    return width == 1 ? slot_rank[slot] : slot_rank[slot] + upper(rng_next(r), width);
}

/* One of the few words that like to follow this one; none much rarer, which would make it frequent after all. */
static uint32_t find_follower(uint32_t word, uint32_t which)
{
    rng r = rng_of(word, 2 + which);
    uint32_t next;

    do
        next = any_word(&r);
    while (next / 16 > word + 8);
    return next;
}

static void followers_init(void)
{
    for (uint32_t rank = 0; rank < N_READY; rank++)
        for (uint32_t i = 0; i < N_FOLLOWERS; i++)
            followers[rank][i] = find_follower(rank, i);
}

static uint32_t follower(uint32_t word, uint32_t which)
{
    return word < N_READY ? followers[word][which] : find_follower(word, which);
}

/* ---------------------------------------------------------------- spelling */

/* The most frequent words, so that queries can hold what text is full of. */
static const char *const common_words[] = {
    "the", "of", "and", "to", "in", "a", "is", "for", "that", "was", "on", "with", "as", "by", "it", "from", "at",
    "are", "be", "this", "an", "which", "or", "were", "not", "his", "her", "had", "has", "but", "their", "its",
    "one", "have", "they", "been", "who", "more", "than", "all", "some", "other", "into", "about", "two", "after",
    "when", "first", "there", "also", "out", "up", "only", "time", "over", "new", "may", "most", "no", "such"
};
enum { N_COMMON = sizeof common_words / sizeof common_words[0] };

typedef struct spelling {
    uint8_t len;
    char text[MAX_SPELLING - 1];
} spelling;

static spelling spelt[N_READY];

/* All other words are syllables of a consonant and a vowel, and perhaps a last consonant: frequent ones two syllables,
 * rarer ones three or four. Within a length ranks are shuffled, by a factor prime to the number of words. */
static void spell_into(spelling *out, uint32_t rank)
{
    static const char onsets[] = "bdfghjklmnprstvwz", vowels[] = "aeiou";
    static const char *const codas[] = {"", "n", "r", "l", "t", "k", "m", "nd"};
    enum { SYLLABLES = (sizeof onsets - 1) * (sizeof vowels - 1), CODAS = 8 };
    uint64_t i = rank, size = (uint64_t)SYLLABLES * SYLLABLES * CODAS;
    int syllables = 2;

    if (rank < N_COMMON) {
        out->len = (uint8_t)strlen(common_words[rank]);
        memcpy(out->text, common_words[rank], out->len);
        return;
    }
    for (i -= N_COMMON; i >= size; size *= SYLLABLES, syllables++)
        i -= size;
    i = i * 1000003 % size;

    char *p = out->text;
    const char *coda = codas[i % CODAS];
    i /= CODAS;
    for (; syllables; syllables--, i /= SYLLABLES) {
        *p++ = onsets[i % SYLLABLES / (sizeof vowels - 1)];
        *p++ = vowels[i % (sizeof vowels - 1)];
    }
    while (*coda)
        *p++ = *coda++;
    out->len = (uint8_t)(p - out->text);
}

static void spelling_init(void)
{
    for (uint32_t rank = 0; rank < N_READY; rank++)
        spell_into(&spelt[rank], rank);
}

/* ---------------------------------------------------------------- passages */

typedef struct passage {
    uint32_t n_title, n_words;
    uint32_t title[MAX_TITLE], words[MAX_WORDS];
    uint8_t stop[MAX_WORDS]; /* what comes after the word: ' ', ',' or '.' */
} passage;

/* 90 * 2^(0.6 z), z nearly normal: the bits set among 64 stand 4 to a standard deviation. */
static uint32_t passage_len(rng *r)
{
    /* 2^(i/20) in units of 1/65536: a bit more or less is 0.15 of a doubling, three such steps */
    static const uint32_t power[20] = {65536, 67847, 70240, 72717, 75281, 77936, 80684, 83530, 86475, 89525, 92682,
                                       95951, 99334, 102837, 106464, 110218, 114105, 118129, 122295, 126607};
    int step = 3 * (__builtin_popcountll(rng_next(r)) - 32) + (int)upper(rng_next(r), 3) - 1;
    int whole = step >= 0 ? step / 20 : -((19 - step) / 20);
    uint32_t len = (uint32_t)(((uint64_t)90 * power[step - 20 * whole] << (whole + 8)) >> 24);

    return len < 8 ? 8 : len > MAX_WORDS ? MAX_WORDS : len;
}

static uint32_t topic_word(uint32_t topic, uint64_t bits)
{
    return topic_words[topic][alias_pick(&topic_ranks, bits)];
}

/* Of 256 words 56 are the topic's, 10 a second topic's, 26 come back from this passage and 28 follow from the word
 * before; the rest is anyone's. */
static uint32_t next_word(const passage *p, uint32_t n, const uint32_t topics[2], rng *r)
{
    uint64_t bits = rng_next(r);
    uint32_t chance = lower(bits, 256);

    if (chance < 56)
        return topic_word(topics[0], rng_next(r));
    if (chance < 66)
        return topic_word(topics[1], rng_next(r));
    if (chance < 92 && n) {
        uint32_t again = p->words[upper(bits, n)];
        if (again >= N_COMMON)
            return again;
    } else if (chance < 120 && n) {
        return follower(p->words[n - 1], upper(bits, N_FOLLOWERS));
    }
    return any_word(r);
}

static void passage_make(passage *p, uint64_t seed, uint64_t number)
{
    rng r = rng_of(seed, number);
    uint64_t bits = rng_next(&r);
    uint32_t topics[2] = {alias_pick(&topic_slots, bits), alias_pick(&topic_slots, rng_next(&r))};

    p->n_title = 3 + upper(rng_next(&r), MAX_TITLE - 2);
    for (uint32_t i = 0; i < p->n_title; i++) {
        bits = rng_next(&r);
        p->title[i] = i && lower(bits, 3) == 0 ? any_word(&r) : topic_word(topics[0], rng_next(&r));
    }
    p->n_words = passage_len(&r);
    uint32_t sentence = 0;
    for (uint32_t i = 0; i < p->n_words; i++) {
        if (sentence == 0) {
            bits = rng_next(&r);
            sentence = 5 + upper(bits, 13) + lower(bits, 13);
        }
        p->words[i] = next_word(p, i, topics, &r);
        sentence--;
        p->stop[i] = ' ';
        /* A comma after one word in sixteen, told by the word itself, so that phrases keep their commas. */
        if (sentence == 0 || i + 1 == p->n_words)
            p->stop[i] = '.';
        else if (p->words[i] % 16 == 7)
            p->stop[i] = ',';
    }
}

/* ---------------------------------------------------------------- output */

static char out[OUT_LEN + 8192]; /* flushed between records; none is longer than the slack */
static size_t out_len;
static bool out_failed;

static void flush_out(void)
{
    if (out_len && fwrite(out, 1, out_len, stdout) != out_len)
        out_failed = true;
    out_len = 0;
}

static void put(const char *text, size_t len)
{
    memcpy(out + out_len, text, len);
    out_len += len;
}

static void put_text(const char *text)
{
    put(text, strlen(text));
}

static void put_number(uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

    put(digits, (size_t)len);
}

static void put_word(uint32_t rank, bool capital)
{
    spelling rare;
    const spelling *s = &spelt[rank < N_READY ? rank : 0];

    if (rank >= N_READY) {
        spell_into(&rare, rank);
        s = &rare;
    }
    /* Whole, though less of it counts: copying a fixed length is quicker. */
    memcpy(out + out_len, s->text, sizeof s->text);
    if (capital)
        out[out_len] = (char)(out[out_len] - 'a' + 'A');
    out_len += s->len;
}

static void put_passage(const passage *p, uint64_t number)
{
    put_text("{\"_id\":\"p");
    put_number(number);
    put_text("\",\"title\":\"");
    for (uint32_t i = 0; i < p->n_title; i++) {
        if (i)
            out[out_len++] = ' ';
        put_word(p->title[i], i == 0 || p->title[i] >= N_COMMON);
    }
    put_text("\",\"text\":\"");
    bool capital = true;
    for (uint32_t i = 0; i < p->n_words; i++) {
        put_word(p->words[i], capital);
        capital = p->stop[i] == '.';
        if (p->stop[i] != ' ')
            out[out_len++] = (char)p->stop[i];
        if (i + 1 < p->n_words)
            out[out_len++] = ' ';
    }
    put_text("\"}\n");
}

static void write_passages(uint64_t n, uint64_t seed)
{
    passage p;

    for (uint64_t i = 0; i < n && !out_failed; i++) {
        passage_make(&p, seed, i);
        put_passage(&p, i);
        if (out_len >= OUT_LEN)
            flush_out();
    }
    flush_out();
}

/* ---------------------------------------------------------------- queries */

/* Words of one passage, all of [low, high): how many are wanted, each once. */
typedef struct kind {
    const char *tag;
    enum { WORDS, ALL, PHRASE } form;
    uint32_t least, most;
    uint64_t low, high;
} kind;

static const kind kinds[] = {
    {"term_high", WORDS, 1, 1, 0, 100},
    {"term_mid", WORDS, 1, 1, 500, 5000},
    {"term_low", WORDS, 1, 1, 10000, 60000},
    {"and2", ALL, 2, 2, 40, 10000},
    {"and3", ALL, 3, 3, 10, 3000},
    {"or2", WORDS, 2, 2, 40, 60000},
    {"or3", WORDS, 3, 3, 40, 60000},
    {"or5", WORDS, 5, 5, 10, 60000},
    {"phrase2", PHRASE, 2, 2, 0, UINT32_MAX},
    {"phrase3", PHRASE, 3, 3, 0, UINT32_MAX},
    {"long", WORDS, 8, 14, 0, 60000},
    {"rare", WORDS, 1, 1, 200000, UINT32_MAX}
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

/* n different words of the band, in the passage's order from a random place on; false if it has not as many. */
static bool pick_words(const passage *p, const kind *k, uint32_t n, uint32_t *words, rng *r)
{
    uint32_t have = 0, at = upper(rng_next(r), p->n_words);

    for (uint32_t i = 0; i < p->n_words && have < n; i++, at = (at + 1) % p->n_words) {
        uint32_t word = p->words[at];
        bool fits = word >= k->low && word < k->high;
        for (uint32_t j = 0; j < have; j++)
            fits = fits && words[j] != word;
        if (fits)
            words[have++] = word;
    }
    return have == n;
}

/* n words that stand side by side in a sentence; mostly ones that like to stand so, as phrases asked for do. */
static bool pick_phrase(const passage *p, uint32_t n, uint32_t *words, bool any, rng *r)
{
    if (p->n_words < n)
        return false;
    uint32_t at = upper(rng_next(r), p->n_words - n + 1);
    bool favourite = false, rarer = false;
    for (uint32_t i = 0; i < n; i++) {
        words[i] = p->words[at + i];
        rarer = rarer || words[i] >= N_COMMON;
        if (i + 1 == n)
            break;
        if (p->stop[at + i] == '.')
            return false;
        for (uint32_t f = 0; f < N_FOLLOWERS; f++)
            favourite = favourite || p->words[at + i + 1] == follower(words[i], f);
    }
    return rarer && (any || favourite);
}

static void put_query(const kind *k, const uint32_t *words, uint32_t n)
{
    put_text(k->tag);
    put_text("\t");
    if (k->form == PHRASE)
        put_text("\"");
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            put_text(" ");
        if (k->form == ALL)
            put_text("+");
        put_word(words[i], false);
    }
    put_text(k->form == PHRASE ? "\"\n" : "\n");
}

static void write_queries(uint64_t n, uint64_t seed, uint64_t passages)
{
    enum { TRIES = 2000 };
    static const uint64_t stream = 1ULL << 63; /* no passage has this number */
    uint32_t words[16];
    passage p;

    for (uint64_t i = 0; i < n && !out_failed; i++) {
        rng r = rng_of(seed, stream + i);
        kind k = kinds[i % N_KINDS];
        uint32_t wanted = k.least + upper(rng_next(&r), k.most - k.least + 1);
        bool any = upper(rng_next(&r), 4) == 0, found = false;
        for (int tries = 0; tries < TRIES && !found; tries++) {
            passage_make(&p, seed, rng_next(&r) % passages);
            found = k.form == PHRASE ? pick_phrase(&p, wanted, words, any || tries > TRIES / 2, &r)
                                     : pick_words(&p, &k, wanted, words, &r);
            /* A small text or vocabulary may have no word so rare: then less will do. */
            k.low -= tries >= 50 ? (k.low + 31) / 32 : 0;
        }
        if (found)
            put_query(&k, words, wanted);
        if (out_len >= OUT_LEN)
            flush_out();
    }
    flush_out();
}

/* ---------------------------------------------------------------- the command line */

static const char usage[] =
    "usage: gen --passages N [--seed S] [--vocabulary V]                 JSON Lines on standard output\n"
    "       gen --queries N [--seed S] [--vocabulary V] [--passages M]   tag<TAB>query, on passages 0..M-1 (100000)\n"
    "The seed is 1, the vocabulary 4000000 words, unless told otherwise.\n";

static bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    char *end;

    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || n < least || n > most)
        return false;
    *value = n;
    return true;
}

int main(int argc, char **argv)
{
    uint64_t passages = 0, queries = 0, seed = 1;

    vocabulary = 4000000;
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        bool good;
        if (strcmp(name, "--help") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (strcmp(name, "--passages") == 0)
            good = parse_number(value, 1, MAX_COUNT, &passages);
        else if (strcmp(name, "--queries") == 0)
            good = parse_number(value, 1, MAX_COUNT, &queries);
        else if (strcmp(name, "--seed") == 0)
            good = parse_number(value, 0, UINT64_MAX, &seed);
        else if (strcmp(name, "--vocabulary") == 0)
            good = parse_number(value, MIN_VOCABULARY, MAX_VOCABULARY, &vocabulary);
        else
            good = false;
        if (!good) {
            fprintf(stderr, "gen: %s %s: unknown option or number out of range\n%s", name, value, usage);
            return 2;
        }
    }
    if (!passages && !queries) {
        fputs(usage, stderr);
        return 2;
    }
    model_init();
    followers_init();
    spelling_init();
    if (queries)
        write_queries(queries, seed, passages ? passages : 100000);
    else
        write_passages(passages, seed);
    if (out_failed || fflush(stdout) != 0) {
        fprintf(stderr, "gen: standard output: %s\n", strerror(errno));
        return 3;
    }
    return 0;
}
