/* prompt.h - the interactive session: queries and commands on a terminal. */
#ifndef FT_PROMPT_H
#define FT_PROMPT_H

#include "print_batch.h"

/* Answers what is typed until the user leaves. `b` holds the settings it begins with, `index` is the index's name as
 * the user gave it. The exit status: 0, unless it cannot even begin. */
int ft_prompt_run(const ft_print_batch *b, const char *index);

#endif
