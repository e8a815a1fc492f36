/* test_oracle.c - the oracle by hand: who checks others must be right first. */
#include "fixture.h"
#include "oracle.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static ft_node leaf(char occur, const char *words)
{
    ft_node n = {.occur = occur};

    snprintf(n.words, sizeof n.words, "%s", words);
    return n;
}

static void expect(ft_oracle *o, const ft_node *q, bool group, size_t n, unsigned best, double score)
{
    ft_oracle_results rs;

    ft_oracle_search(o, q, false, group, 1.2, 0.75, &rs);
    cr_assert_eq(rs.n, n, "%zu hits, expected %zu", rs.n, n);
    if (n > 0) {
        cr_expect_eq(rs.hits[0].id, best);
        cr_expect(fabs(rs.hits[0].score - score) < 1e-12, "%.15g, expected %.15g", rs.hits[0].score, score);
        cr_expect_leq(rs.hits[0].score, rs.bound);
    }
    ft_oracle_results_release(&rs);
}

static double part(double idf, double tf, double dl, double avgdl)
{
    return idf * tf / (tf + 1.2 * (0.25 + 0.75 * dl / avgdl));
}

Test(oracle, scores_and_occurrences)
{
    ft_oracle *o = ft_oracle_new("none");
    double idf2 = log(1 + 1.5 / 2.5), idf1 = log(1 + 2.5 / 1.5), avgdl = 11.0 / 3;

    ft_oracle_add(o, 1, "", "a b a b a", 0);
    ft_oracle_add(o, 2, "a", "b c", 0);
    ft_oracle_add(o, 3, "", "d d d", 0);
    ft_oracle_commit(o);
    ft_node q = leaf(0, "c");
    expect(o, &q, false, 1, 2, part(idf1, 1, 3, avgdl));
    q = leaf(0, "a b a");
    expect(o, &q, false, 1, 1, part(3 * idf2, 2, 5, avgdl));
    q = leaf(0, "a b"); /* not across from title to text */
    expect(o, &q, false, 1, 1, part(2 * idf2, 2, 5, avgdl));
    ft_oracle_free(o);
}

Test(oracle, lists)
{
    ft_oracle *o = ft_oracle_new("none");
    ft_node a = leaf(0, "a"), b = leaf('+', "b"), c = leaf('-', "c"), d = leaf(0, "d");
    ft_node *any[] = {&a, &d}, *required[] = {&a, &b}, *less[] = {&a, &c}, *only[] = {&c}, *nested[2];
    double idf = log(1 + 1.5 / 2.5), rare = log(1 + 2.5 / 1.5);

    ft_oracle_add(o, 1, "", "a b", 0);
    ft_oracle_add(o, 2, "", "a c", 0);
    ft_oracle_add(o, 3, "", "b d", 0);
    ft_oracle_commit(o);
    ft_node list = {.items = any, .n_items = 2};
    expect(o, &list, false, 3, 3, part(rare, 1, 2, 2));
    list.items = required;
    expect(o, &list, false, 2, 1, 2 * part(idf, 1, 2, 2));
    list.items = less;
    expect(o, &list, false, 1, 1, part(idf, 1, 2, 2));
    list = (ft_node){.items = only, .n_items = 1};
    expect(o, &list, false, 0, 0, 0);
    /* A group that does not match, as in the second, adds nothing, whatever of it is there. */
    ft_node group = {.items = required, .n_items = 2};
    nested[0] = &d;
    nested[1] = &group;
    list = (ft_node){.items = nested, .n_items = 2};
    expect(o, &list, false, 2, 3, part(rare, 1, 2, 2) + part(idf, 1, 2, 2));
    ft_oracle_free(o);
}

Test(oracle, changes_and_passages)
{
    ft_oracle *o = ft_oracle_new("none");
    ft_node q = leaf(0, "a");

    ft_oracle_add(o, 1, "", "a a\n\nb a\n\nc", 3);
    ft_oracle_add(o, 2, "", "b", 3);
    ft_oracle_add(o, 2, "", "b b", 3); /* the first never existed */
    ft_oracle_commit(o);
    cr_expect_eq(ft_oracle_documents(o), 2);
    cr_expect_eq(ft_oracle_passages(o), 3);
    double avgdl = 7.0 / 3;
    expect(o, &q, false, 2, 1, part(log(1 + 1.5 / 2.5), 2, 2, avgdl));
    expect(o, &q, true, 1, 1, part(log(1 + 1.5 / 2.5), 2, 2, avgdl));
    cr_expect(ft_oracle_delete(o, 2));
    cr_expect_not(ft_oracle_delete(o, 2));
    ft_oracle_commit(o); /* deleted, it still counts */
    expect(o, &q, false, 2, 1, part(log(1 + 1.5 / 2.5), 2, 2, avgdl));
    ft_oracle_merge(o);
    cr_expect_eq(ft_oracle_passages(o), 2);
    expect(o, &q, false, 2, 1, part(log(1 + 0.5 / 2.5), 2, 2, 5.0 / 2));
    ft_oracle_free(o);
}
