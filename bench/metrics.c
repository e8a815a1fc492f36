/* metrics.c - see metrics.h. nDCG after K. Jarvelin and J. Kekalainen, "Cumulated gain-based evaluation of IR
 * techniques" (TOIS 2002), with the discount log2(rank + 1) from the first rank on. */
#include "metrics.h"

#include <math.h>

const char *const ft_metric_names[FT_N_METRICS] = {"nDCG@10", "MAP", "MRR@10", "P@10", "recall@100", "recall@1000"};
const char *const ft_metric_keys[FT_N_METRICS] = {"ndcg_10", "map", "mrr_10", "p_10", "recall_100", "recall_1000"};

/* Discounted gain of the first 10 of a list; levels below 1 gain nothing. */
static double gain_10(const int32_t *levels, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n && i < 10; i++)
        if (levels[i] > 0)
            sum += levels[i] / log2((double)i + 2);
    return sum;
}

void ft_metrics_judge(const int32_t *ranked, size_t n_ranked, const int32_t *judged, size_t n_judged,
                      double out[FT_N_METRICS])
{
    size_t n_relevant = 0, found = 0, found_10 = 0, found_100 = 0, first = 0;
    double precisions = 0;

    for (int m = 0; m < FT_N_METRICS; m++)
        out[m] = 0;
    while (n_relevant < n_judged && judged[n_relevant] > 0)
        n_relevant++;
    if (n_relevant == 0)
        return;
    for (size_t i = 0; i < n_ranked && i < FT_METRICS_DEPTH; i++) {
        if (ranked[i] < 1)
            continue;
        found++;
        precisions += (double)found / (double)(i + 1);
        first = first ? first : i + 1;
        found_10 += i < 10;
        found_100 += i < 100;
    }
    out[FT_METRIC_NDCG_10] = gain_10(ranked, n_ranked) / gain_10(judged, n_judged);
    out[FT_METRIC_MAP] = precisions / (double)n_relevant;
    out[FT_METRIC_MRR_10] = first >= 1 && first <= 10 ? 1.0 / (double)first : 0;
    out[FT_METRIC_P_10] = (double)found_10 / 10;
    out[FT_METRIC_RECALL_100] = (double)found_100 / (double)n_relevant;
    out[FT_METRIC_RECALL_1000] = (double)found / (double)n_relevant;
}
