/* title.c - see title.h. A word is what stands between white space; a letter is what Unicode calls one. */
#include "title.h"

#include "chars.h"

#include <string.h>
#include <utf8proc.h>

enum { LINES = 10, LEAST_WORDS = 5, MOST_WORDS = 25 };

static bool is_letter(uint32_t cp)
{
    if (cp < 0x80)
        return (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z';
    if (cp == FT_CHARS_BAD)
        return false;
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);
    return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

static bool is_blank(uint32_t cp)
{
    return cp == 0xfeff || (cp != FT_CHARS_BAD && ft_chars_is_space(cp));
}

/* Looks at a line: *line without the white space around it, and whether it may be a title. */
static bool weigh_line(ft_str *line)
{
    const unsigned char *p = (const unsigned char *)line->ptr, *end = p + line->len;
    const unsigned char *first = NULL, *last = p;
    unsigned words = 0;
    bool counted = false;

    for (size_t n; p < end && words <= MOST_WORDS; p += n) {
        uint32_t cp = ft_chars_decode(p, end, &n);
        if (is_blank(cp)) {
            counted = false;
            continue;
        }
        if (!counted && is_letter(cp)) {
            counted = true;
            words++;
        }
        if (!first)
            first = p;
        last = p + n;
    }
    *line = first ? (ft_str){(const char *)first, (size_t)(last - first)} : (ft_str){line->ptr, 0};
    return words >= LEAST_WORDS && words <= MOST_WORDS;
}

ft_str ft_title_of_file(ft_str file)
{
    while (file.len > 1 && file.ptr[file.len - 1] == '/')
        file.len--;
    const char *slash = memrchr(file.ptr, '/', file.len);
    if (slash && file.len > 1)
        return (ft_str){slash + 1, (size_t)(file.ptr + file.len - slash - 1)};
    return file;
}

ft_str ft_title_of_text(ft_str text, ft_str file)
{
    for (int lines = 0; lines < LINES && text.len;) {
        const char *stop = memchr(text.ptr, '\n', text.len);
        ft_str line = {text.ptr, stop ? (size_t)(stop - text.ptr) : text.len};
        size_t skip = line.len + (stop ? 1 : 0);
        if (weigh_line(&line))
            return line;
        lines += line.len > 0;
        text.ptr += skip;
        text.len -= skip;
    }
    return ft_title_of_file(file);
}
