/* detect.c - see detect.h. A name that tells is believed; otherwise a first line that is a JSON object makes JSONL, and
 * a first tag HTML or TREC. */
#include "detect.h"

#include "json.h"

#include <string.h>
#include <strings.h>

enum { BINARY_HEAD = 8192 };

const char *const ft_format_names[] = {"auto", "text", "markdown", "html", "jsonl", "tsv", "trec", NULL};

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

/* The name of the first tag in lower case, passing over a declaration of XML and comments; "" if none comes first. */
static void first_tag(ft_str head, char *name, size_t cap)
{
    const char *p = head.ptr, *end = p + head.len;
    size_t n = 0;

    if (head.len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    for (;;) {
        const char *close = NULL;
        while (p < end && *p && strchr(" \t\r\n", *p))
            p++;
        if (end - p > 4 && memcmp(p, "<!--", 4) == 0)
            close = memmem(p, (size_t)(end - p), "-->", 3);
        else if (end - p > 5 && memcmp(p, "<?xml", 5) == 0)
            close = memmem(p, (size_t)(end - p), "?>", 2);
        if (!close)
            break;
        p = close + 2 + (*close == '-');
    }
    if (p < end && *p == '<')
        for (p++; p < end && n + 1 < cap && *p && !strchr("> \t\r\n", *p); p++)
            name[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p);
    name[n] = '\0';
    /* <!doctype html>: the word behind it counts. */
    while (p < end && *p && strchr(" \t\r\n", *p))
        p++;
    if (strcmp(name, "!doctype") == 0 && end - p >= 4 && strncasecmp(p, "html", 4) == 0)
        memcpy(name, "html", 5);
}

static ft_format sniff(ft_str head)
{
    char tag[16];

    if (begins_with_object(head))
        return FT_FORMAT_JSONL;
    first_tag(head, tag, sizeof tag);
    if (strcmp(tag, "html") == 0)
        return FT_FORMAT_HTML;
    return strcmp(tag, "doc") == 0 ? FT_FORMAT_TREC : FT_FORMAT_TEXT;
}

ft_format ft_detect_format(ft_str name, ft_str head)
{
    static const struct {
        const char *ending;
        ft_format format;
    } endings[] = {
        {".jsonl", FT_FORMAT_JSONL}, {".ndjson", FT_FORMAT_JSONL}, {".tsv", FT_FORMAT_TSV},
        {".txt", FT_FORMAT_TEXT},    {".md", FT_FORMAT_MARKDOWN},  {".markdown", FT_FORMAT_MARKDOWN},
        {".html", FT_FORMAT_HTML},   {".htm", FT_FORMAT_HTML},     {".xhtml", FT_FORMAT_HTML},
        {".trec", FT_FORMAT_TREC},   {".sgml", FT_FORMAT_TREC},
    };

    if (ends_in(name, ".gz"))
        name.len -= 3;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_in(name, endings[i].ending))
            return endings[i].format;
    return sniff(head);
}

bool ft_detect_is_file(ft_format format)
{
    return format == FT_FORMAT_TEXT || format == FT_FORMAT_MARKDOWN || format == FT_FORMAT_HTML;
}

bool ft_detect_is_binary(ft_str head)
{
    return head.len && memchr(head.ptr, '\0', head.len < BINARY_HEAD ? head.len : BINARY_HEAD);
}
