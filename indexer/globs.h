/* globs.h - patterns for names of files: `*` any run of characters but a slash, `**` any run, `?` one character but a
 * slash, `[a-z]` and `[!a-z]` one of a set, `\` takes the next character as it is. */
#ifndef FT_GLOBS_H
#define FT_GLOBS_H

#include <stdbool.h>

#define FT_GLOB_MAX 1024 /* bytes of a pattern */

/* Whether the pattern matches the path, whose last component may end in a slash. A pattern without a slash is matched
 * with that component; one with a slash with the whole path, or with what follows any of its slashes. A slash at the
 * pattern's end asks for a directory. Bytes count as characters, time is at most pattern times path. */
bool ft_glob_matches(const char *pattern, const char *path);

#endif
