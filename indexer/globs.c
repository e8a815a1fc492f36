/* globs.c - see globs.h. All ways to match are followed at once, a set of places in the pattern that each byte of the
 * path moves on: there is no pattern that takes long. */
#include "globs.h"

#include <string.h>

/* The length of the set that begins at p with '[', or 0 if it does not end: then '[' is itself. */
static size_t set_length(const char *p)
{
    const char *q = p + 1;

    if (*q == '!' || *q == '^')
        q++;
    if (*q == ']')
        q++;
    while (*q && *q != ']')
        q++;
    return *q ? (size_t)(q + 1 - p) : 0;
}

static bool in_set(const char *p, size_t len, unsigned char c)
{
    const unsigned char *q = (const unsigned char *)p + 1, *end = (const unsigned char *)p + len - 1;
    bool negated = *q == '!' || *q == '^', found = false;

    q += negated;
    for (; q < end; q++) {
        if (end - q > 2 && q[1] == '-') {
            found |= c >= q[0] && c <= q[2];
            q += 2;
        } else {
            found |= c == *q;
        }
    }
    return found != negated && c != '/';
}

/* Adds place i and what can be reached from it without a byte: what follows stars. */
static void add(const char *pattern, bool *set, size_t i)
{
    set[i] = true;
    while (pattern[i] == '*') {
        bool both = pattern[i + 1] == '*';
        i += 1 + both;
        set[i] = true;
        if (both && pattern[i] == '/') /* the slash behind the stars may match nothing: a / ** / b is a / b, too */
            add(pattern, set, i + 1);
    }
}

/* Moves one place on over byte c. */
static void move(const char *pattern, size_t i, unsigned char c, bool *next)
{
    unsigned char p = (unsigned char)pattern[i];
    size_t len;

    if (p == '*') {
        if (c != '/' || pattern[i + 1] == '*')
            add(pattern, next, i);
    } else if (p == '?') {
        if (c != '/')
            add(pattern, next, i + 1);
    } else if (p == '[' && (len = set_length(pattern + i)) != 0) {
        if (in_set(pattern + i, len, c))
            add(pattern, next, i + len);
    } else {
        size_t escaped = p == '\\' && pattern[i + 1];
        if (p && (unsigned char)pattern[i + escaped] == c)
            add(pattern, next, i + escaped + 1);
    }
}

bool ft_glob_matches(const char *pattern, const char *path)
{
    bool sets[2][FT_GLOB_MAX + 1] = {{0}};
    char kept[FT_GLOB_MAX + 1];
    size_t len = strlen(pattern), path_len = strlen(path);
    bool directory = path_len > 1 && path[path_len - 1] == '/';
    int now = 0;

    if (len == 0 || len > FT_GLOB_MAX)
        return false;
    memcpy(kept, pattern, len + 1);
    if (len > 1 && kept[len - 1] == '/') {
        if (!directory)
            return false;
        kept[--len] = '\0';
    }
    path_len -= directory;
    if (!strchr(kept, '/')) {
        const char *slash = memrchr(path, '/', path_len);
        if (slash) {
            path_len -= (size_t)(slash + 1 - path);
            path = slash + 1;
        }
    }
    add(kept, sets[now], 0);
    for (size_t at = 0; at < path_len; at++) {
        bool *next = sets[1 - now];
        memset(next, 0, len + 1);
        for (size_t i = 0; i < len; i++)
            if (sets[now][i])
                move(kept, i, (unsigned char)path[at], next);
        if (path[at] == '/' && kept[0] != '/')
            add(kept, next, 0);
        now = 1 - now;
    }
    return sets[now][len];
}
