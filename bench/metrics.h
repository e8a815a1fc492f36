/* metrics.h - figures of merit of a ranking, as trec_eval defines them.
 *
 * A document's level is a judge's; one of level 1 and above is relevant, and its level is its gain. Documents that
 * were not judged have level 0. */
#ifndef FT_METRICS_H
#define FT_METRICS_H

#include <stddef.h>
#include <stdint.h>

#define FT_METRICS_DEPTH 1000u /* of a ranking; what stands below does not count */

typedef enum ft_metric {
    FT_METRIC_NDCG_10,   /* discounted gain of the first 10 over that of the best order of all judged documents */
    FT_METRIC_MAP,       /* precision at each relevant document's rank, 0 for those not found, on average */
    FT_METRIC_MRR_10,    /* 1 / rank of the first relevant one, 0 if that is not among the first 10 */
    FT_METRIC_P_10,      /* relevant ones among the first 10, over 10 */
    FT_METRIC_RECALL_100, /* relevant ones among the first 100, over all */
    FT_METRIC_RECALL_1000,
    FT_N_METRICS
} ft_metric;

/* "nDCG@10" for people, "ndcg_10" as a key of JSON. */
extern const char *const ft_metric_names[FT_N_METRICS];
extern const char *const ft_metric_keys[FT_N_METRICS];

/* The figures of one ranking: levels of its documents, best first, and levels of all judged documents in descending
 * order. All 0 when nothing is relevant. */
void ft_metrics_judge(const int32_t *ranked, size_t n_ranked, const int32_t *judged, size_t n_judged,
                      double out[FT_N_METRICS]);

#endif
