/* fold.c - NFKC case folding by utf8proc, ASCII by hand; see fold.h. */
#include "fold.h"

#include "mem.h"
#include "utf8.h"
#include "words_tables.h"

#include <utf8proc.h>

#define NFKC (UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_IGNORE)

#define DOTLESS_I 0x131
#define DOT_ABOVE 0x307
#define ABOVE 230 /* the combining class of marks above */

void ft_fold_init(ft_fold *f, bool turkish, bool strip)
{
    *f = (ft_fold){.turkish = turkish, .strip = strip};
}

void ft_fold_release(ft_fold *f)
{
    ft_free(f->chars);
    ft_buf_release(&f->plain);
    ft_fold_init(f, f->turkish, f->strip);
}

static void fold_ascii(const ft_fold *f, const unsigned char *word, size_t len, ft_buf *out)
{
    unsigned char *to = ft_buf_reserve(out, 2 * len); /* a dotless i takes two bytes */
    size_t n = 0;

    if (!to)
        return;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = word[i];

        if (f->turkish && c == 'I')
            n += ft_utf8_put(to + n, DOTLESS_I);
        else
            to[n++] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }
    out->len += n;
}

/* Decomposes f->plain into f->chars, which keeps room for one more; the number of characters, or -1 for want of
 * memory. */
static ptrdiff_t decompose(ft_fold *f, utf8proc_option_t options)
{
    for (;;) {
        size_t room = f->cap > 0 ? f->cap - 1 : 0;
        utf8proc_ssize_t n = utf8proc_decompose(f->plain.data, (utf8proc_ssize_t)f->plain.len, f->chars,
                                                (utf8proc_ssize_t)room, options);
        if (n < 0)
            return -1;
        if ((size_t)n <= room)
            return n;
        if (FT_GROW(f->chars, f->cap, (size_t)n + 1) != 0)
            return -1;
    }
}

/* Case folding knows nothing of Turkish, so its two letters are put right beforehand, in the decomposed word: there
 * the dot above is a mark of its own, behind marks that do not stand above. */
static void fold_turkish_i(ft_fold *f)
{
    ptrdiff_t n = decompose(f, NFKC);

    if (n < 0) {
        f->plain.failed = true;
        return;
    }
    ft_buf_reset(&f->plain);
    for (ptrdiff_t i = 0; i < n; i++) {
        int32_t *c = &f->chars[i];

        if (*c == 'I') {
            ptrdiff_t dot = i + 1;
            int class = 0;

            *c = DOTLESS_I;
            while (dot < n && (class = utf8proc_get_property(f->chars[dot])->combining_class) != 0 && class != ABOVE)
                dot++;
            if (dot < n && f->chars[dot] == DOT_ABOVE) {
                *c = 'i';
                f->chars[dot] = -1;
            }
        }
        unsigned char bytes[FT_UTF8_MAX];
        if (*c >= 0)
            ft_buf_put(&f->plain, bytes, ft_utf8_put(bytes, (uint32_t)*c));
    }
}

static bool is_apostrophe(int32_t c)
{
    return c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x2BB || c == 0x2BC || c == 0x55A;
}

/* Makes apostrophes one and drops marks, if asked; the new number of characters. */
static ptrdiff_t simplify(const ft_fold *f, ptrdiff_t n)
{
    ptrdiff_t kept = 0;
    bool stripping = false;

    for (ptrdiff_t i = 0; i < n; i++) {
        int32_t c = f->chars[i];

        if (is_apostrophe(c))
            c = '\'';
        if (f->strip) {
            if (utf8proc_category(c) != UTF8PROC_CATEGORY_MN)
                stripping = ft_words_prop((uint32_t)c) & FT_PROP_STRIPPED;
            else if (stripping)
                continue;
        }
        f->chars[kept++] = c;
    }
    return kept;
}

static void fold_any(ft_fold *f, const char *word, size_t len, ft_buf *out)
{
    ft_buf_reset(&f->plain);
    ft_utf8_repair(&f->plain, word, len);
    if (f->turkish)
        fold_turkish_i(f);
    if (f->plain.failed)
        goto failed;
    ptrdiff_t n = decompose(f, NFKC | UTF8PROC_CASEFOLD);
    if (n < 0)
        goto failed;
    n = simplify(f, n);
    if (n == 0)
        return;
    n = utf8proc_reencode(f->chars, n, NFKC);
    if (n < 0)
        goto failed;
    ft_buf_put(out, f->chars, (size_t)n);
    return;
failed:
    out->failed = true;
}

void ft_fold_text(ft_fold *f, const char *word, size_t len, ft_buf *out)
{
    unsigned char bits = 0;

    for (size_t i = 0; i < len; i++)
        bits |= (unsigned char)word[i];
    if (len == 0)
        return;
    if (bits < 0x80)
        fold_ascii(f, (const unsigned char *)word, len, out);
    else
        fold_any(f, word, len, out);
}
