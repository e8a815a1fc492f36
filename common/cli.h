/* cli.h - manners that the programs share: one line for an error, nothing raw on a terminal, output whose failures are
 * noticed. For programs only: it writes to the standard streams and may end the process. */
#ifndef FT_CLI_H
#define FT_CLI_H

#include "buf.h"

/* Called first: the name in messages; ignores SIGPIPE (writing then fails with EPIPE, which ft_out keeps quiet about)
 * and turns SIGBUS, a mapped file that was cut short, into one line and exit status 4. `name` must live on. */
void ft_cli_init(const char *name);

/* A mapped input lies here: SIGBUS in it blames the input, with exit status 3. NULL when it is unmapped. */
void ft_cli_guard(const void *data, size_t len);

/* Prints "NAME: TEXT" and "hint: ..." to standard error and returns the exit status that belongs to the error. */
int ft_cli_fail(const ft_error *err);

/* Prints "NAME: ..." to standard error, hostile characters escaped. */
void ft_cli_warn(const char *fmt, ...) FT_PRINTF(1, 2);

typedef enum ft_cli_style {
    FT_CLI_TEXT, /* line feeds and tabs stay */
    FT_CLI_LINE, /* line feeds, carriage returns and tabs become spaces */
    FT_CLI_NAME  /* they are escaped as well: for ids */
} ft_cli_style;

/* Appends text with control characters, bidirectional controls and bytes that are not UTF-8 as visible escapes: \x1b,
 * \u202e, \x9b. */
void ft_cli_show(ft_buf *out, const char *text, size_t len, ft_cli_style style);

/* --color: automatic means a terminal, no NO_COLOR and a TERM that is not "dumb". */
typedef enum ft_cli_color { FT_COLOR_AUTO, FT_COLOR_ALWAYS, FT_COLOR_NEVER } ft_cli_color;
bool ft_cli_use_color(ft_cli_color when, int fd);

/* Columns of the terminal at fd, 80 if it does not say. */
unsigned ft_cli_columns(int fd);

/* Monotonic time in microseconds. */
uint64_t ft_cli_now(void);

/* Buffered standard output. Append to `buf`; a failure is kept. */
typedef struct ft_out {
    ft_buf buf;
    int error;   /* errno of the first write that failed; EPIPE: nobody reads any more */
} ft_out;

/* Writes if much is waiting; call after each piece of output. */
void ft_out_step(ft_out *out);
void ft_out_flush(ft_out *out);
bool ft_out_failed(const ft_out *out);
/* Flushes and releases. `status`, or 3 with a message if writing failed for another reason than a closed pipe. */
int ft_out_close(ft_out *out, int status);

#endif
