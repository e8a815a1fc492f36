/* Figures of merit, against values worked out by hand from their definitions. */
#include "../../bench/metrics.h"

#include <criterion/criterion.h>
#include <math.h>

#define N(list) (sizeof(list) / sizeof *(list))

static void near(const double got[FT_N_METRICS], ft_metric m, double want)
{
    cr_assert(fabs(got[m] - want) < 1e-12, "%s: %.15g, expected %.15g", ft_metric_names[m], got[m], want);
}

static void all_are(const double got[FT_N_METRICS], double want)
{
    for (int m = 0; m < FT_N_METRICS; m++)
        near(got, (ft_metric)m, want);
}

Test(metrics, graded_levels)
{
    const int32_t ranked[] = {0, 3, 0, 1, 2}, judged[] = {3, 2, 2, 1, 0};
    double got[FT_N_METRICS];

    ft_metrics_judge(ranked, N(ranked), judged, N(judged), got);
    double gain = 3 / log2(3) + 1 / log2(5) + 2 / log2(6), ideal = 3 + 2 / log2(3) + 2 / log2(4) + 1 / log2(5);
    near(got, FT_METRIC_NDCG_10, gain / ideal);
    near(got, FT_METRIC_MAP, (1.0 / 2 + 2.0 / 4 + 3.0 / 5) / 4);
    near(got, FT_METRIC_MRR_10, 0.5);
    near(got, FT_METRIC_P_10, 0.3);
    near(got, FT_METRIC_RECALL_100, 0.75);
    near(got, FT_METRIC_RECALL_1000, 0.75);
}

Test(metrics, perfect_order_of_ten_is_one_everywhere)
{
    const int32_t levels[] = {4, 4, 3, 3, 2, 2, 1, 1, 1, 1};
    double got[FT_N_METRICS];

    ft_metrics_judge(levels, N(levels), levels, N(levels), got);
    all_are(got, 1);
}

Test(metrics, nothing_found_or_nothing_relevant_is_zero)
{
    const int32_t ranked[] = {0, -1, 0}, judged[] = {1}, useless[] = {0, 0, -1};
    double got[FT_N_METRICS];

    ft_metrics_judge(ranked, 0, judged, N(judged), got);
    all_are(got, 0);
    ft_metrics_judge(ranked, N(ranked), judged, N(judged), got);
    all_are(got, 0);
    ft_metrics_judge(ranked, N(ranked), useless, N(useless), got);
    all_are(got, 0);
    ft_metrics_judge(ranked, N(ranked), NULL, 0, got);
    all_are(got, 0);
}

/* Negative levels are worth as little as none. */
Test(metrics, negative_levels_gain_nothing)
{
    const int32_t ranked[] = {-2, 1}, judged[] = {1, -2};
    double got[FT_N_METRICS];

    ft_metrics_judge(ranked, N(ranked), judged, N(judged), got);
    near(got, FT_METRIC_NDCG_10, 1 / log2(3));
    near(got, FT_METRIC_MAP, 0.5);
}

Test(metrics, each_figure_ends_at_its_depth)
{
    static int32_t ranked[1100];
    const int32_t judged[] = {1, 1, 1, 1, 1};
    double got[FT_N_METRICS];

    ranked[9] = ranked[99] = ranked[100] = ranked[999] = ranked[1000] = 1;
    ft_metrics_judge(ranked, N(ranked), judged, N(judged), got);
    near(got, FT_METRIC_NDCG_10, (1 / log2(11)) / (1 + 1 / log2(3) + 1 / log2(4) + 1 / log2(5) + 1 / log2(6)));
    near(got, FT_METRIC_MAP, (1.0 / 10 + 2.0 / 100 + 3.0 / 101 + 4.0 / 1000) / 5);
    near(got, FT_METRIC_MRR_10, 0.1);
    near(got, FT_METRIC_P_10, 0.1);
    near(got, FT_METRIC_RECALL_100, 2.0 / 5);
    near(got, FT_METRIC_RECALL_1000, 4.0 / 5);
    ranked[9] = 0;
    ft_metrics_judge(ranked, N(ranked), judged, N(judged), got);
    near(got, FT_METRIC_MRR_10, 0);
    near(got, FT_METRIC_NDCG_10, 0);
}

/* The best order of more than ten relevant documents is cut at ten as well. */
Test(metrics, ideal_gain_is_of_the_first_ten)
{
    int32_t judged[30], ranked[30];
    double got[FT_N_METRICS];

    for (int i = 0; i < 30; i++)
        judged[i] = i < 15 ? 2 : 1;
    for (int i = 0; i < 30; i++)
        ranked[i] = judged[29 - i];
    ft_metrics_judge(ranked, N(ranked), judged, N(judged), got);
    near(got, FT_METRIC_NDCG_10, 0.5);
    near(got, FT_METRIC_P_10, 1);
    near(got, FT_METRIC_RECALL_100, 1);
    near(got, FT_METRIC_MAP, 1);
}
