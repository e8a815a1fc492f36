/* print_pager.h - output longer than the screen goes through a pager: $PAGER, else less -FRX. */
#ifndef FT_PRINT_PAGER_H
#define FT_PRINT_PAGER_H

#include "cli.h"

/* Writes what out holds: through the pager if standard output is a terminal that can be paged on and has too few lines
 * for it, else as it is. A pager that can, begins with that line of the text (from 1). */
void ft_print_pager(ft_out *out, size_t line);

#endif
