/* status.c - making errors; see status.h. */
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *ft_version(void)
{
    return FT_VERSION;
}

static void set_text(ft_error *err, ft_status st, const char *fmt, va_list ap)
{
    err->status = st;
    err->hint[0] = '\0';
    vsnprintf(err->text, sizeof err->text, fmt, ap);
}

ft_status ft_fail(ft_error *err, ft_status st, const char *fmt, ...)
{
    va_list ap;

    if (err) {
        va_start(ap, fmt);
        set_text(err, st, fmt, ap);
        va_end(ap);
    }
    return st;
}

ft_status ft_fail_errno(ft_error *err, const char *fmt, ...)
{
    int number = errno;
    ft_status st = number == ENOMEM ? FT_ENOMEM : FT_EIO;
    va_list ap;

    if (err) {
        va_start(ap, fmt);
        set_text(err, st, fmt, ap);
        va_end(ap);
        size_t len = strlen(err->text);
        snprintf(err->text + len, sizeof err->text - len, ": %s", strerror(number));
    }
    return st;
}

ft_status ft_fail_nomem(ft_error *err)
{
    return ft_fail(err, FT_ENOMEM, "out of memory");
}

ft_status ft_corrupt(ft_error *err, const char *file, uint64_t off, const char *fmt, ...)
{
    va_list ap;

    if (err) {
        char what[256];
        va_start(ap, fmt);
        vsnprintf(what, sizeof what, fmt, ap);
        va_end(ap);
        ft_fail(err, FT_ECORRUPT, "%s: offset %llu: %s", file, (unsigned long long)off, what);
        ft_hint(err, "run 'ftindex check' on the index, or rebuild it with 'ftindex build --force'");
    }
    return FT_ECORRUPT;
}

ft_status ft_check_version(const char *name, uint32_t version, ft_error *err)
{
    bool newer = version > FT_FORMAT_VERSION;

    if (version == FT_FORMAT_VERSION)
        return FT_OK;
    ft_fail(err, FT_EVERSION, "%s: format version %u is %s than this program's %u", name, version,
            newer ? "newer" : "older", FT_FORMAT_VERSION);
    ft_hint(err, newer ? "use a newer version of the program, or rebuild the index"
                       : "build the index again: 'ftindex build --force ...'");
    return FT_EVERSION;
}

void ft_hint(ft_error *err, const char *fmt, ...)
{
    va_list ap;

    if (!err || err->hint[0] != '\0')
        return;
    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof err->hint, fmt, ap);
    va_end(ap);
}

int ft_exit_status(ft_status st)
{
    switch (st) {
    case FT_OK:
        return 0;
    case FT_EINVAL:
    case FT_ENOINDEX:
    case FT_EEXIST:
    case FT_EVERSION:
    case FT_ENOTFOUND:
        return 2;
    case FT_EIO:
    case FT_ENOMEM:
    case FT_ELOCKED:
        return 3;
    case FT_ECORRUPT:
        return 4;
    case FT_ELIMIT:
    case FT_ETIMEOUT:
    case FT_ECANCELED:
        return 5;
    }
    return 3;
}
