/* charset.c - see charset.h. Windows-1252 and UTF-16 are converted here, so that they are the same everywhere and what
 * is broken in them costs one U+FFFD; the others are libc's (iconv), and only those that the web still knows: names
 * come from hostile files. */
#include "charset.h"

#include "mem.h"
#include "utf8.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

struct ft_charset {
    enum { WINDOWS_1252, UTF_16LE, UTF_16BE, BY_ICONV } how;
    bool begun;
    iconv_t cd;   /* of BY_ICONV */
};

/* Labels in lower case, then the encoding. */
static const char *const labels[][2] = {
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"latin1", "WINDOWS-1252"},
    {"latin-1", "WINDOWS-1252"},
    {"l1", "WINDOWS-1252"},
    {"iso-8859-1", "WINDOWS-1252"},
    {"iso8859-1", "WINDOWS-1252"},
    {"iso_8859-1", "WINDOWS-1252"},
    {"iso88591", "WINDOWS-1252"},
    {"ascii", "WINDOWS-1252"},
    {"us-ascii", "WINDOWS-1252"},
    {"windows-1252", "WINDOWS-1252"},
    {"cp1252", "WINDOWS-1252"},
    {"x-cp1252", "WINDOWS-1252"},
    {"utf-16", "UTF-16LE"},
    {"utf16", "UTF-16LE"},
    {"utf-16le", "UTF-16LE"},
    {"utf16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"utf16be", "UTF-16BE"},
    {"iso-8859-2", "ISO-8859-2"},
    {"latin2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"latin5", "CP1254"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"latin9", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"windows-1250", "CP1250"},
    {"cp1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"cp1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"windows-874", "CP874"},
    {"tis-620", "CP874"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"ibm866", "IBM866"},
    {"cp866", "IBM866"},
    {"cp437", "IBM437"},
    {"cp850", "IBM850"},
    {"macintosh", "MACINTOSH"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"euc-jp", "EUC-JP"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"windows-31j", "CP932"},
    {"euc-kr", "CP949"},
    {"ks_c_5601-1987", "CP949"},
};

/* Windows-1252 from 0x80 to 0x9f; what it leaves free are the controls of Latin-1. */
static const uint16_t high[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

const char *ft_charset_find(ft_str label)
{
    while (label.len && memchr(" \t\r\n\f\"'", label.ptr[0], 7)) {
        label.ptr++;
        label.len--;
    }
    while (label.len && memchr(" \t\r\n\f\"'", label.ptr[label.len - 1], 7))
        label.len--;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strlen(labels[i][0]) == label.len && strncasecmp(labels[i][0], label.ptr, label.len) == 0)
            return labels[i][1];
    return NULL;
}

const char *ft_charset_of_mark(ft_str head)
{
    if (head.len >= 3 && memcmp(head.ptr, "\xef\xbb\xbf", 3) == 0)
        return "UTF-8";
    if (head.len >= 2 && memcmp(head.ptr, "\xff\xfe", 2) == 0)
        return "UTF-16LE";
    if (head.len >= 2 && memcmp(head.ptr, "\xfe\xff", 2) == 0)
        return "UTF-16BE";
    return NULL;
}

/* ---------------------------------------------------------------- declarations */

static const char *find_word(const char *p, const char *end, const char *word)
{
    size_t len = strlen(word);

    for (; (size_t)(end - p) >= len; p++)
        if (strncasecmp(p, word, len) == 0)
            return p;
    return NULL;
}

/* The value behind the word and an equals sign within [p, end). */
static ft_str value_of(const char *p, const char *end, const char *word)
{
    for (; (p = find_word(p, end, word)) != NULL; p++) {
        const char *q = p + strlen(word);
        while (q < end && strchr(" \t\r\n", *q) && *q)
            q++;
        if (q == end || *q != '=')
            continue;
        q++;
        while (q < end && strchr(" \t\r\n\"'", *q) && *q)
            q++;
        const char *start = q;
        while (q < end && *q && !strchr(" \t\r\n\"';/>?", *q))
            q++;
        return (ft_str){start, (size_t)(q - start)};
    }
    return (ft_str){NULL, 0};
}

const char *ft_charset_declared(ft_str head)
{
    enum { SEARCHED = 4096 };
    const char *p = head.ptr, *end = head.ptr + (head.len < SEARCHED ? head.len : SEARCHED);
    const char *name = NULL;

    if (end - p >= 5 && memcmp(p, "<?xml", 5) == 0) {
        const char *close = memchr(p, '>', (size_t)(end - p));
        ft_str label = value_of(p, close ? close : end, "encoding");
        name = label.len ? ft_charset_find(label) : NULL;
    }
    while (!name && p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        const char *close;
        if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
            p = find_word(p + 4, end, "-->");
            if (!p)
                break;
            continue;
        }
        close = memchr(p, '>', (size_t)(end - p));
        if (!close)
            break;
        if (close - p > 6 && strncasecmp(p, "<meta", 5) == 0 && memchr(" \t\r\n\f/", p[5], 6)) {
            ft_str label = value_of(p + 5, close, "charset");
            name = label.len ? ft_charset_find(label) : NULL;
        }
        p = close;
    }
    return name && strncmp(name, "UTF-16", 6) == 0 ? "UTF-8" : name;
}

/* ---------------------------------------------------------------- conversion */

ft_status ft_charset_new(ft_charset **out, const char *name, ft_error *err)
{
    ft_charset *c = ft_alloc_zero(1, sizeof *c);

    *out = NULL;
    if (!c)
        return ft_fail_nomem(err);
    if (strcmp(name, "WINDOWS-1252") == 0) {
        c->how = WINDOWS_1252;
    } else if (strcmp(name, "UTF-16LE") == 0) {
        c->how = UTF_16LE;
    } else if (strcmp(name, "UTF-16BE") == 0) {
        c->how = UTF_16BE;
    } else {
        c->how = BY_ICONV;
        c->cd = iconv_open("UTF-8", name);
        if (c->cd == (iconv_t)-1) {
            ft_free(c);
            return ft_fail(err, FT_EINVAL, "%s: this system has no converter for it", name);
        }
    }
    *out = c;
    return FT_OK;
}

void ft_charset_free(ft_charset *c)
{
    if (!c)
        return;
    if (c->how == BY_ICONV)
        iconv_close(c->cd);
    ft_free(c);
}

static void run_1252(const unsigned char *in, size_t *in_len, unsigned char *out, size_t *out_len)
{
    size_t i = 0, o = 0;

    for (; i < *in_len && *out_len - o >= FT_UTF8_MAX; i++)
        o += ft_utf8_put(out + o, in[i] >= 0x80 && in[i] < 0xa0 ? high[in[i] - 0x80] : in[i]);
    *in_len = i;
    *out_len = o;
}

static void run_utf16(ft_charset *c, const unsigned char *in, size_t *in_len, bool at_end, unsigned char *out,
                      size_t *out_len)
{
    size_t i = 0, o = 0, lo = c->how == UTF_16BE, hi = 1 - lo;

    while (*in_len - i >= 2 && *out_len - o >= FT_UTF8_MAX) {
        uint32_t cp = (uint32_t)(in[i + lo] | in[i + hi] << 8);
        size_t n = 2;
        if (cp >= 0xd800 && cp < 0xdc00) {
            if (*in_len - i < 4 && !at_end)
                break;
            uint32_t low = *in_len - i < 4 ? 0 : (uint32_t)(in[i + 2 + lo] | in[i + 2 + hi] << 8);
            if (low >= 0xdc00 && low < 0xe000) {
                cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
                n = 4;
            }
        }
        i += n;
        if (cp != 0xfeff || c->begun)
            o += ft_utf8_put(out + o, cp); /* a surrogate that is left alone becomes U+FFFD there */
        c->begun = true;
    }
    if (at_end && *in_len - i == 1 && *out_len - o >= FT_UTF8_MAX) {
        o += ft_utf8_put(out + o, FT_UTF8_BAD);
        i++;
    }
    *in_len = i;
    *out_len = o;
}

static void run_iconv(ft_charset *c, const unsigned char *in, size_t *in_len, bool at_end, unsigned char *out,
                      size_t *out_len)
{
    size_t left = *in_len, room = *out_len;
    char *from, *to = (char *)out;

    memcpy(&from, &in, sizeof from); /* iconv reads through a pointer that is not const */
    while (left && room >= FT_UTF8_MAX) {
        if (iconv(c->cd, &from, &left, &to, &room) != (size_t)-1)
            break;
        if (errno == E2BIG || (errno == EINVAL && !at_end))
            break;
        /* A byte that begins nothing, or half a character at the very end. */
        if (room < FT_UTF8_MAX)
            break;
        size_t n = ft_utf8_put((unsigned char *)to, FT_UTF8_BAD);
        to += n;
        room -= n;
        from++;
        left--;
    }
    *in_len -= left;
    *out_len -= room;
}

void ft_charset_run(ft_charset *c, const unsigned char *in, size_t *in_len, bool at_end, unsigned char *out,
                    size_t *out_len)
{
    if (c->how == WINDOWS_1252)
        run_1252(in, in_len, out, out_len);
    else if (c->how == BY_ICONV)
        run_iconv(c, in, in_len, at_end, out, out_len);
    else
        run_utf16(c, in, in_len, at_end, out, out_len);
}
