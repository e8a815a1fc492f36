/* serve.h - ftbench serve: answers the search-benchmark-game's protocol on standard input and output. */
#ifndef FT_SERVE_H
#define FT_SERVE_H

#include "ask.h"

/* Answers lines of COMMAND<TAB>QUERY until the input ends; the exit status. */
int ft_serve(const char *index, const ft_ask_settings *set);

#endif
