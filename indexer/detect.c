/* detect.c - see detect.h. A name that tells is believed; otherwise a first line that is a JSON object makes JSONL. */
#include "detect.h"

#include "json.h"

#include <string.h>
#include <strings.h>

enum { BINARY_HEAD = 8192 };

const char *const ft_format_names[] = {"auto", "text", "jsonl", "tsv", NULL};

static bool ends_in(ft_str name, const char *ending)
{
    size_t len = strlen(ending);

    return name.len > len && strncasecmp(name.ptr + name.len - len, ending, len) == 0;
}

/* Whether the first line that is not blank is a JSON object, or the beginning of one that the head does not hold. */
static bool begins_with_object(ft_str head)
{
    size_t i = 0;

    if (head.len >= 3 && memcmp(head.ptr, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < head.len && strchr(" \t\r\n", head.ptr[i]) && head.ptr[i])
        i++;
    if (i == head.len || head.ptr[i] != '{')
        return false;
    const char *stop = memchr(head.ptr + i, '\n', head.len - i);
    size_t len = stop ? (size_t)(stop - head.ptr) - i : head.len - i;
    ft_json j;
    ft_json_kind kind;
    ft_json_init(&j, head.ptr + i, len);
    do
        kind = ft_json_next(&j);
    while (kind != FT_JSON_ERROR && kind != FT_JSON_END);
    return kind == FT_JSON_END || (!stop && head.len >= BINARY_HEAD && j.at + 8 >= len);
}

ft_format ft_detect_format(ft_str name, ft_str head)
{
    if (ends_in(name, ".gz"))
        name.len -= 3;
    if (ends_in(name, ".jsonl") || ends_in(name, ".ndjson"))
        return FT_FORMAT_JSONL;
    if (ends_in(name, ".tsv"))
        return FT_FORMAT_TSV;
    if (ends_in(name, ".txt"))
        return FT_FORMAT_TEXT;
    return begins_with_object(head) ? FT_FORMAT_JSONL : FT_FORMAT_TEXT;
}

const char *ft_detect_binary(ft_str head)
{
    size_t len = head.len < BINARY_HEAD ? head.len : BINARY_HEAD;

    if (len == 0)
        return NULL;
    if (len >= 2 && (memcmp(head.ptr, "\xff\xfe", 2) == 0 || memcmp(head.ptr, "\xfe\xff", 2) == 0))
        return "UTF-16";
    return memchr(head.ptr, '\0', len) ? "binary" : NULL;
}
