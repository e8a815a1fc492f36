/* status.h - making errors. Every failure is born in one of these functions, so one breakpoint finds them all. */
#ifndef FT_STATUS_H
#define FT_STATUS_H

#include "fulltext.h"

#include <stdarg.h>

#define FT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Each fills *err (which may be NULL), leaves the hint empty and returns the status it names. */
ft_status ft_fail(ft_error *err, ft_status st, const char *fmt, ...) FT_PRINTF(3, 4);

/* FT_EIO (FT_ENOMEM for ENOMEM) with errno's text: "WHAT: strerror". */
ft_status ft_fail_errno(ft_error *err, const char *fmt, ...) FT_PRINTF(2, 3);

ft_status ft_fail_nomem(ft_error *err);

/* The only source of FT_ECORRUPT: "file: offset N: what", with the hint to run check or rebuild. */
ft_status ft_corrupt(ft_error *err, const char *file, uint64_t off, const char *fmt, ...) FT_PRINTF(4, 5);

/* FT_OK for the version of this engine's format, else FT_EVERSION: "NAME: format version N is newer (older) ...". */
ft_status ft_check_version(const char *name, uint32_t version, ft_error *err);

/* Sets the hint of an error that has none yet; err may be NULL. */
void ft_hint(ft_error *err, const char *fmt, ...) FT_PRINTF(2, 3);

/* The exit status of a program that stops with this status (CONTRACT: 0, 2, 3, 4 or 5). */
int ft_exit_status(ft_status st);

#endif
