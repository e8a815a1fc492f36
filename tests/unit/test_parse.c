/* test_parse.c - the parsed tree of every piece of syntax, written as text: [+required optional -excluded], "a phrase",
 * term^count. */
#include "buf.h"
#include "mem.h"
#include "query.h"

#include <criterion/criterion.h>
#include <string.h>

static void show(const ft_query *q, const ft_node *node, ft_buf *out);

static void show_all(const ft_query *q, ft_node *const *nodes, uint32_t n, const char *sign, ft_buf *out)
{
    for (uint32_t i = 0; i < n; i++) {
        if (out->data[out->len - 1] != '[')
            ft_buf_putc(out, ' ');
        ft_buf_puts(out, sign);
        show(q, nodes[i], out);
    }
}

static void show(const ft_query *q, const ft_node *node, ft_buf *out)
{
    if (node->kind == FT_NODE_LIST) {
        cr_assert_eq(node->count, 1);
        cr_assert_eq(node->n_terms, 0);
        cr_assert(node->n_required + node->n_optional > 0);
        ft_buf_putc(out, '[');
        show_all(q, node->required, node->n_required, "+", out);
        show_all(q, node->optional, node->n_optional, "", out);
        show_all(q, node->excluded, node->n_excluded, "-", out);
        ft_buf_putc(out, ']');
        return;
    }
    cr_assert_eq(node->kind == FT_NODE_TERM, node->n_terms == 1);
    cr_assert(node->n_terms > 0);
    if (node->kind == FT_NODE_PHRASE)
        ft_buf_putc(out, '"');
    for (uint32_t i = 0; i < node->n_terms; i++) {
        cr_assert_lt(node->terms[i], q->n_terms);
        if (i > 0)
            ft_buf_putc(out, ' ');
        ft_buf_put(out, q->terms[node->terms[i]].ptr, q->terms[node->terms[i]].len);
    }
    if (node->kind == FT_NODE_PHRASE)
        ft_buf_putc(out, '"');
    cr_assert_geq(node->count, 1);
    if (node->count > 1)
        ft_buf_printf(out, "^%u", node->count);
}

enum { PLAIN = 1, ALL = 2 };

/* Parses text and puts the tree and, each behind " ! ", the notes into out. */
static void parse_to(ft_buf *out, const char *text, size_t len, int mode)
{
    ft_analyzer *an = NULL;
    ft_query q = {0};
    ft_query_options opts = {.size = sizeof opts, .plain = mode & PLAIN, .all = mode & ALL};
    ft_error err;

    cr_assert_eq(ft_analyzer_new(&an, "none", false, false, &err), FT_OK);
    cr_assert_eq(ft_parse(&q, an, text, len, &opts, &err), FT_OK);
    if (q.root)
        show(&q, q.root, out);
    cr_assert_eq(ft_query_notes(&q), q.n_notes);
    for (size_t i = 0; i < ft_query_notes(&q); i++)
        ft_buf_printf(out, " ! %s", ft_query_note(&q, i));
    cr_assert_null(ft_query_note(&q, q.n_notes));
    ft_buf_putc(out, 0);
    ft_query_release(&q);
    ft_analyzer_free(an);
}

static void check(const char *text, int mode, const char *want)
{
    ft_buf out = {0};

    parse_to(&out, text, strlen(text), mode);
    cr_expect_str_eq((char *)out.data, want, "%s -> %s, want %s", text, (char *)out.data, want);
    ft_buf_release(&out);
}

#define QUOTE " ! the quote was not closed: searched as if it were"
#define GROUP " ! the group was not closed: searched as if it were"
#define STRAY " ! a closing parenthesis without an opening one was ignored"
#define BARREN " ! a query or group with exclusions only matches nothing"

Test(parse, lists)
{
    check("", 0, "");
    check(" \t\n ?! ", 0, "");
    check("a", 0, "a");
    check("A b", 0, "[a b]");
    check("a OR b OR c", 0, "[a b c]");
    check("a b OR c", 0, "[a b c]");
    check("+a b -c", 0, "[+a b -c]");
    check("+a", 0, "a");
    check("a +b", 0, "[+b a]");
    check("+a OR b", 0, "[+a b]");
    check("a b -c -d", 0, "[a b -c -d]");
    check("a -c", 0, "[a -c]");
}

Test(parse, operators)
{
    check("a AND b", 0, "[+a +b]");
    check("a AND b AND c", 0, "[+a +b +c]");
    check("a b AND c", 0, "[a [+b +c]]");
    check("a AND b c AND d", 0, "[[+a +b] [+c +d]]");
    check("a AND b OR c", 0, "[[+a +b] c]");
    check("a OR b AND c", 0, "[a [+b +c]]");
    check("a AND NOT b", 0, "[+a -b]");
    check("NOT b AND a", 0, "[+a -b]");
    check("a NOT b", 0, "[a -b]");
    check("a OR NOT b", 0, "[a -b]");
    check("a AND b NOT c", 0, "[+a +b -c]");
    check("a NOT NOT b", 0, "[a b]");
    check("a AND NOT NOT b", 0, "[+a +b]");
    check("a NOT -b", 0, "[a b]");
    check("a NOT +b", 0, "[a -b]");
    check("+a AND -b c", 0, "[[+a -b] c]");
    check("a AND (b OR c)", 0, "[+a +[b c]]");
    check("(a)AND(b)", 0, "[+a +b]");
    check("\"a b\"AND\"c d\"", 0, "[+\"a b\" +\"c d\"]");
}

Test(parse, operators_without_operands_are_words)
{
    check("AND", 0, "and");
    check("OR", 0, "or");
    check("NOT", 0, "not");
    check("AND a", 0, "[and a]");
    check("a AND", 0, "[a and]");
    check("a OR", 0, "[a or]");
    check("a NOT", 0, "[a not]");
    check("(a AND) b", 0, "[a and b]");
    check("(OR a) b", 0, "[or a b]");
    check("a AND AND b", 0, "[[+a +and] b]");
    check("a OR AND b", 0, "[a and b]");
    check("and or not", 0, "[and or not]");
    check("+AND a", 0, "[+and a]");
    check("a ANDb AND, b", 0, "[a andb and b]");
    check("NOT AND b", 0, "[b -and]");
    check("a AND ) b", 0, "[a and b]" STRAY);
}

Test(parse, signs_count_at_the_start_of_a_clause)
{
    check("- a", 0, "a");
    check("a - b", 0, "[a b]");
    check("a -", 0, "a");
    check("+ a", 0, "a");
    check("--a b", 0, "[a b]");
    check("+-a b", 0, "[a b]");
    check("-/a b", 0, "[a b]");
    check("b -(a)", 0, "[b -a]");
    check("(b -a)", 0, "[b -a]");
    check("(-a b)", 0, "[b -a]");
    check("x -\"a b\"", 0, "[x -\"a b\"]");
    check("x +\"a\"", 0, "[+a x]");
    check("\"x\"-a", 0, "[x a]");
    check("(x)-a", 0, "[x a]");
    check("x\xc2\xa0-a", 0, "[x -a]");
    check("x\xe3\x80\x80-a", 0, "[x -a]");
}

Test(parse, everything_else_is_text)
{
    check("75th anniversary?", 0, "[75th anniversary]");
    check("C++", 0, "c");
    check("AT&T", 0, "\"at t\"");
    check("/etc/passwd", 0, "\"etc passwd\"");
    check("and/or", 0, "\"and or\"");
    check("COVID-19", 0, "\"covid 19\"");
    check("-COVID-19 x", 0, "[x -\"covid 19\"]");
    check("China-Russia ties", 0, "[\"china russia\" ties]");
    check("1,000.50", 0, "1,000.50");
    check("don't", 0, "don't");
    check("a* b~2 c^3 =d", 0, "[a \"b 2\" \"c 3\" d]");
    check("a & b", 0, "[a b]");
    check("a AND & b", 0, "[+a +b]");
    check("f(x)", 0, "[f x]");
}

Test(parse, quotes)
{
    check("\"75th anniversary\"", 0, "\"75th anniversary\"");
    check("\xe2\x80\x9c"
          "75th anniversary\xe2\x80\x9d",
          0, "\"75th anniversary\"");
    check("\"a, (b) AND -c\"", 0, "\"a b and c\"");
    check("\"a\"", 0, "a");
    check("\"\" a \" , \"", 0, "a");
    check("+\"\" a", 0, "a");
    check("x\"a b\"y", 0, "[x \"a b\" y]");
    check("\"75th anniversary", 0, "\"75th anniversary\"" QUOTE);
    check("a \"", 0, "a" QUOTE);
    check("\"COVID-19 a\"", 0, "\"covid 19 a\"");
    check("COVID-19 \"covid 19\"", 0, "\"covid 19\"^2");
    check("\xd7\xa6\xd7\x94\"\xd7\x9c a", 0, "[\xd7\xa6\xd7\x94\"\xd7\x9c a]");
}

Test(parse, groups)
{
    check("(a b)", 0, "[a b]");
    check("()", 0, "");
    check("() a", 0, "a");
    check("a AND () b", 0, "[+a +b]");
    check("a AND ()", 0, "a");
    check("NOT () a b", 0, "[b -a]");
    check("(a b", 0, "[a b]" GROUP);
    check("((a", 0, "a" GROUP);
    check("a)", 0, "a" STRAY);
    check("a) (\"b", 0, "[a b]" STRAY QUOTE GROUP);
    check("(+a b) c", 0, "[[+a b] c]");
    check("+(+a b -d) c", 0, "[+a b c -d]");
    check("(+a b) -c", 0, "[+a b -c]");
    check("(a b -c) -d", 0, "[a b -c -d]");
    check("+(a b) -c", 0, "[a b -c]");
    check("+(a b) c", 0, "[+[a b] c]");
    check("a -(b c)", 0, "[a -b -c]");
    check("a -(+b c)", 0, "[a -[+b c]]");
    check("a (b c)", 0, "[a b c]");
    check("+a (b -c)", 0, "[+a [b -c]]");
    check("a AND (b AND (c AND d))", 0, "[+a +b +c +d]");
}

Test(parse, exclusions_only)
{
    check("-a", 0, BARREN);
    check("-a NOT b", 0, BARREN);
    check("NOT a AND NOT b", 0, BARREN);
    check("(-a) b", 0, "b" BARREN);
    check("+(-a) b", 0, BARREN);
    check("b AND (NOT a)", 0, BARREN);
    check("(-a) -b", 0, BARREN);
    check("b -(-a)", 0, "b" BARREN);
    check("((-a) OR b) c", 0, "[b c]" BARREN);
    check("-a ???", 0, BARREN);
}

Test(parse, all)
{
    check("a b", ALL, "[+a +b]");
    check("a -b", ALL, "[+a -b]");
    check("a b -c", ALL, "[+a +b -c]");
    check("+a b", ALL, "[+a b]");
    check("a OR b", ALL, "[a b]");
    check("a b OR c", ALL, "[a b c]");
    check("a (b OR c)", ALL, "[+a +[b c]]");
    check("(a b) OR c", ALL, "[[+a +b] c]");
    check("a b AND c", ALL, "[+a +b +c]");
    check("a (+b c)", ALL, "[+a +b c]");
    check("a a", ALL, "a^2");
    check("a +b AND c", PLAIN | ALL, "[+a +b +and +c]");
}

Test(parse, plain)
{
    check("a AND (b -c) \"d", PLAIN, "[a and b c d]");
    check("COVID-19 covid", PLAIN, "[covid^2 19]");
    check("+a", PLAIN, "a");
    check("?!", PLAIN, "");
}

Test(parse, repeats_count)
{
    check("a a b a", 0, "[a^3 b]");
    check("+a +a a", 0, "[+a^2 a]");
    check("a (a OR b) b", 0, "[a^2 b^2]");
    check("+a +(+a +b)", 0, "[+a^2 +b]");
    check("a AND a", 0, "a^2");
    check("a (a)", 0, "a^2");
    check("(a a) (a)", 0, "a^3");
    check("\"a b\" \"b a\" \"a b\"", 0, "[\"a b\"^2 \"b a\"]");
    check("x -a -a", 0, "[x -a^2]");
}

Test(parse, scripts_without_spaces)
{
    check("東京都", 0, "[東京 京都]");
    check("東京", 0, "東京");
    check("\"東京都\"", 0, "\"東京 京都\"");
    check("東京都 a", 0, "[東京 京都 a]");
    check("+東京都 a", 0, "[+[東京 京都] a]");
    check("a -東京都", 0, "[a -東京 -京都]");
    check("東京都 a", ALL, "[+[東京 京都] +a]");
    check("a AND 東京都", 0, "[+a +[東京 京都]]");
    check("AT&T東京都x", 0, "[\"at t\" 東京 京都 x]");
    check("東京都", PLAIN, "[東京 京都]");
}

/* Parses n repeats of a piece between a head and a tail. */
static void parse_repeats(ft_buf *out, const char *head, const char *piece, size_t n, const char *tail, int mode)
{
    ft_buf text = {0};

    ft_buf_puts(&text, head);
    for (size_t i = 0; i < n; i++)
        ft_buf_puts(&text, piece);
    ft_buf_puts(&text, tail);
    parse_to(out, (char *)text.data, text.len, mode);
    ft_buf_release(&text);
}

static void check_repeats(const char *head, const char *piece, size_t n, const char *tail, int mode, const char *want)
{
    ft_buf out = {0};

    parse_repeats(&out, head, piece, n, tail, mode);
    cr_expect_str_eq((char *)out.data, want, "%zu times %s -> %.200s, want %s", n, piece, (char *)out.data, want);
    ft_buf_release(&out);
}

#define LONG " ! the query is longer than 64 KiB: it was cut there"
#define DEEP " ! the query has groups more than 64 levels deep: it was cut there"
#define MANY " ! the query has more than 1024 distinct clauses: it was cut there"

Test(parse, limits)
{
    check_repeats("", "ab ", 20000, "", 0, "ab^20000");
    check_repeats("", "(a) ", 16000, "", 0, "a^16000");
    check_repeats("", "(a)", 16000, "", ALL, "a^16000");
    check_repeats("", "NOT ", 10001, "a b", 0, "[b -a]");
    check_repeats("a", " AND a", 10000, "", 0, "a^10001");
    check_repeats("", "ab ", 30000, "", 0, "[ab^21845 a]" LONG); /* cut behind the a */
    check_repeats("a", "(", 64, "b", 0, "[a b]" GROUP);
    check_repeats("a", "(", 65, "b", 0, "a" DEEP);
    check_repeats("", "(", 1000000, "", 0, LONG DEEP);
    check_repeats("", ")", 1000000, "", 0, LONG STRAY);
    check_repeats("a", "\"", 1000000, "", 0, "a" LONG QUOTE);
    check_repeats("b ", "(-a) ", 10000, "", 0, "b" BARREN);
    check_repeats("b ", "東京都 ", 2000, "", PLAIN, "[b 東京^2000 京都^2000]");
}

Test(parse, clauses_are_cut_at_the_limit)
{
    ft_buf text = {0}, out = {0};

    for (int i = 0; i < 1024; i++)
        ft_buf_printf(&text, "w%d w%d ", i, i);
    parse_to(&out, (char *)text.data, text.len, 0);
    cr_expect_null(strstr((char *)out.data, "!"));
    cr_expect_not_null(strstr((char *)out.data, "w1023^2"));
    ft_buf_puts(&text, "beyond (w0)");
    ft_buf_reset(&out);
    parse_to(&out, (char *)text.data, text.len, 0);
    cr_expect_null(strstr((char *)out.data, "beyond"));
    cr_expect_not_null(strstr((char *)out.data, "w1023^2]" MANY));
    ft_buf_release(&text);
    ft_buf_release(&out);
}

static int fail_when_due(void *arg)
{
    long *left = arg;

    return (*left)-- <= 0;
}

Test(parse, survives_every_failing_allocation)
{
    static const char text[] = "a b AND (c OR \"d e\") -f COVID-19 +東京都 (a a2 a3 a4 a5 a6 a7 a8) (\"";
    ft_analyzer *an = NULL;
    ft_error err;
    ft_status st = FT_ENOMEM;

    cr_assert_eq(ft_analyzer_new(&an, "english", false, false, &err), FT_OK);
    for (long n = 0; st != FT_OK; n++) {
        ft_query q = {0};
        long left = n, live = ft_mem_live();
        ft_mem_set_hook(fail_when_due, &left);
        st = ft_parse(&q, an, text, sizeof text - 1, NULL, &err);
        ft_mem_set_hook(NULL, NULL);
        cr_assert(st == FT_OK || st == FT_ENOMEM);
        ft_query_release(&q);
        cr_assert_leq(ft_mem_live(), live + 4, "an allocation was lost, apart from the analyser's own");
        cr_assert_lt(n, 10000);
    }
    ft_analyzer_free(an);
    cr_assert_eq(ft_mem_live(), 0);
}

Test(parse, random_text)
{
    static const char *const pieces[] = {"a", "b", " ", " ", "(", ")", "\"", "+", "-", " AND ", " OR ", "NOT ",
                                         "東京", "\xff", "\xe2\x80\x9c", "&", "cd", "\xe2\x80", "\xcc\x81"};
    uint64_t seed = 20240611;
    ft_buf text = {0}, out = {0};

    for (int round = 0; round < 3000; round++) {
        ft_buf_reset(&text);
        ft_buf_reset(&out);
        for (int i = 0; i < 30; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            ft_buf_puts(&text, pieces[(seed >> 33) % (sizeof pieces / sizeof *pieces)]);
        }
        parse_to(&out, (char *)text.data, text.len, round & 3);
    }
    ft_buf_release(&text);
    ft_buf_release(&out);
}

/* ---------------------------------------------------------------- what simplified trees mean */

/* A list as CONTRACT.md defines it, as it was written; a leaf if word >= 0. */
typedef struct written {
    int word;
    int n;
    char role[4]; /* ' ', '+' or '-' */
    struct written *child[4];
} written;

static written pool[4096];
static int n_pool;

static uint32_t below(uint32_t n)
{
    static uint64_t state = 99;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static written *write_list(ft_buf *text, int depth);

static written *write_unit(ft_buf *text, int depth)
{
    if (depth > 0 && below(3) == 0) {
        ft_buf_putc(text, '(');
        written *list = write_list(text, depth - 1);
        ft_buf_putc(text, ')');
        return list;
    }
    written *w = &pool[n_pool++];
    *w = (written){.word = (int)below(4)};
    ft_buf_putc(text, 'a' + w->word);
    return w;
}

static written *write_chain(ft_buf *text, int depth)
{
    written *w = &pool[n_pool++];

    *w = (written){.word = -1, .n = 2 + (int)below(2)};
    for (int i = 0; i < w->n; i++) {
        if (i > 0)
            ft_buf_puts(text, " AND ");
        w->role[i] = below(4) == 0 ? '-' : '+';
        if (w->role[i] == '-')
            ft_buf_puts(text, "NOT ");
        w->child[i] = write_unit(text, depth);
    }
    return w;
}

static written *write_list(ft_buf *text, int depth)
{
    written *w = &pool[n_pool++];

    *w = (written){.word = -1, .n = 1 + (int)below(4)};
    for (int i = 0; i < w->n; i++) {
        if (i > 0)
            ft_buf_puts(text, below(3) == 0 ? " OR " : " ");
        w->role[i] = "  +-"[below(4)];
        if (below(4) == 0) {
            w->role[i] = ' ';
            w->child[i] = write_chain(text, depth);
            continue;
        }
        if (w->role[i] != ' ')
            ft_buf_putc(text, w->role[i]);
        w->child[i] = write_unit(text, depth);
    }
    return w;
}

/* The score for a passage that holds the words of `mask`, or -1 if it does not match. */
static long score_written(const written *w, unsigned mask)
{
    static const long weight[] = {1, 1000, 1000000, 1000000000};
    long sum = 0;
    bool any = false, required = false;

    if (w->word >= 0)
        return mask >> w->word & 1 ? weight[w->word] : -1;
    for (int i = 0; i < w->n; i++) {
        long s = score_written(w->child[i], mask);
        required |= w->role[i] == '+';
        if (s >= 0 ? w->role[i] == '-' : w->role[i] == '+')
            return -1;
        if (s >= 0) {
            any = true;
            sum += s;
        }
    }
    return any || required ? sum : -1;
}

static long score_node(const ft_query *q, const ft_node *node, unsigned mask)
{
    long sum = 0, s;
    bool any = false;

    if (node->kind == FT_NODE_TERM) {
        written leaf = {.word = q->terms[node->terms[0]].ptr[0] - 'a'};
        s = score_written(&leaf, mask);
        return s < 0 ? s : s * (long)node->count;
    }
    for (uint32_t i = 0; i < node->n_excluded; i++)
        if (score_node(q, node->excluded[i], mask) >= 0)
            return -1;
    for (uint32_t i = 0; i < node->n_required; i++) {
        if ((s = score_node(q, node->required[i], mask)) < 0)
            return -1;
        sum += s;
    }
    for (uint32_t i = 0; i < node->n_optional; i++) {
        s = score_node(q, node->optional[i], mask);
        any |= s >= 0;
        sum += s > 0 ? s : 0;
    }
    return any || node->n_required > 0 ? sum : -1;
}

Test(parse, simplifying_keeps_matches_and_scores)
{
    ft_buf text = {0};
    ft_analyzer *an = NULL;
    ft_error err;

    cr_assert_eq(ft_analyzer_new(&an, "none", false, false, &err), FT_OK);
    for (int round = 0; round < 20000; round++) {
        ft_query q = {0};
        n_pool = 0;
        ft_buf_reset(&text);
        written *w = write_list(&text, 3);
        cr_assert_eq(ft_parse(&q, an, (char *)text.data, text.len, NULL, &err), FT_OK);
        for (unsigned mask = 0; mask < 16; mask++) {
            long want = score_written(w, mask), got = q.root ? score_node(&q, q.root, mask) : -1;
            cr_assert_eq(got, want, "round %d, %.*s: %ld, want %ld", round, (int)text.len, (char *)text.data, got,
                         want);
        }
        ft_query_release(&q);
    }
    ft_analyzer_free(an);
    ft_buf_release(&text);
}
