/* cli_page.h - what a program prints of itself. */
#ifndef FT_CLI_PAGE_H
#define FT_CLI_PAGE_H

#include "optab.h"

/* Prints help, versions, the man page or a completion script, as args->action says (not FT_ACTION_RUN), and returns the
 * exit status. The man page's template is the file that the first word names, or else standard input. */
int ft_cli_page(const ft_program *pg, const ft_args *args);

#endif
