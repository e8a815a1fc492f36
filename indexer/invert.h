/* invert.h - text in, runs out: tokenizes passages, numbers their words' terms and sorts the occurrences by term. */
#ifndef FT_INVERT_H
#define FT_INVERT_H

#include "run.h"
#include "vocabulary.h"

typedef struct ft_inverter ft_inverter;

/* `memory` bounds the table of surface forms, `max_tokens` the occurrences sorted at once: what goes beyond makes
 * further runs. One thread at a time. */
ft_status ft_inverter_new(ft_inverter **out, const ft_analysis *analysis, size_t memory, size_t max_tokens,
                          ft_error *err);
void ft_inverter_free(ft_inverter *inv);

/* Runs of one batch, in order. Zero it before the first use. */
typedef struct ft_run_list {
    ft_run *items; /* owned */
    size_t n, cap;
} ft_run_list;
void ft_run_list_release(ft_run_list *list);

/* Indexes text (of which FT_VOCABULARY_PAD bytes behind it are readable) in a passage, whose numbers ascend, from
 * *position on; *position is then behind the last token. */
ft_status ft_inverter_text(ft_inverter *inv, uint32_t passage, const char *text, size_t len, uint32_t *position,
                           ft_run_list *runs, ft_error *err);
/* Ends the batch: what is left becomes a run. The inverter is then ready for another batch. */
ft_status ft_inverter_finish(ft_inverter *inv, ft_run_list *runs, ft_error *err);
/* Forgets a batch after a failure. */
void ft_inverter_reset(ft_inverter *inv);

#endif
