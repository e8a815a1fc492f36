/* wordbreak.c - the word boundary rules of UAX #29 (Unicode 15), forward only.
 *
 * A segment starts at a boundary, so nothing before it matters: every rule that looks back looks at characters that
 * the same segment has taken in already. Rule WB4 makes marks and format characters (Extend, Format, ZWJ) transparent;
 * `left` is the class of the last character that is not, `raw` that of the very last. */
#include "wordbreak.h"

#include "utf8.h"
#include "words_tables.h"

static inline unsigned class_of(unsigned prop, bool tailored)
{
    unsigned wb = prop & FT_PROP_WORD_BREAK;

    if (tailored && (prop & FT_PROP_SPACELESS))
        return FT_WB_OTHER;
    if (wb == FT_WB_REVERSED_QUOTE)
        return tailored ? FT_WB_MIDNUMLET : FT_WB_OTHER;
    return wb;
}

static inline unsigned prop_at(const unsigned char *text, size_t len, size_t at, size_t *n)
{
    return ft_words_prop(ft_utf8_next(text + at, len - at, n));
}

static inline bool is_transparent(unsigned wb)
{
    return wb >= FT_WB_EXTEND && wb <= FT_WB_ZWJ;
}

static inline bool is_letter(unsigned wb)
{
    return wb == FT_WB_ALETTER || wb == FT_WB_HEBREW;
}

static inline bool is_newline(unsigned wb)
{
    return wb >= FT_WB_CR && wb <= FT_WB_NEWLINE;
}

/* Do these two stand together whatever follows (WB5, WB8 to WB10, WB13 to WB13b)? */
static inline bool joins(unsigned left, unsigned right)
{
    switch (left) {
    case FT_WB_ALETTER:
    case FT_WB_HEBREW:
    case FT_WB_NUMERIC:
        return is_letter(right) || right == FT_WB_NUMERIC || right == FT_WB_EXTENDNUMLET;
    case FT_WB_KATAKANA:
        return right == FT_WB_KATAKANA || right == FT_WB_EXTENDNUMLET;
    case FT_WB_EXTENDNUMLET:
        return is_letter(right) || right == FT_WB_NUMERIC || right == FT_WB_KATAKANA || right == FT_WB_EXTENDNUMLET;
    default:
        return false;
    }
}

/* Can `mid` join `left` to a character of the same kind behind it (WB6, WB7, WB7b, WB7c, WB11, WB12)? */
static inline bool bridges(unsigned left, unsigned mid)
{
    switch (mid) {
    case FT_WB_MIDLETTER:
        return is_letter(left);
    case FT_WB_MIDNUM:
        return left == FT_WB_NUMERIC;
    case FT_WB_MIDNUMLET:
    case FT_WB_SINGLE_QUOTE:
        return is_letter(left) || left == FT_WB_NUMERIC;
    case FT_WB_DOUBLE_QUOTE:
        return left == FT_WB_HEBREW;
    default:
        return false;
    }
}

/* Is `right` what the bridge needs on its other side? */
static inline bool lands(unsigned left, unsigned mid, unsigned right)
{
    if (mid == FT_WB_DOUBLE_QUOTE)
        return right == FT_WB_HEBREW;
    return left == FT_WB_NUMERIC ? right == FT_WB_NUMERIC : is_letter(right);
}

static inline size_t segment(const unsigned char *text, size_t len, size_t at, bool tailored, unsigned *props)
{
    size_t n, end;
    unsigned prop = prop_at(text, len, at, &n);
    unsigned left = class_of(prop, tailored), raw = left;

    *props = prop;
    end = at + n;
    if (is_newline(left)) /* WB3, WB3a */
        return left == FT_WB_CR && end < len && text[end] == '\n' ? end + 1 : end;
    while (end < len) {
        prop = prop_at(text, len, end, &n);
        unsigned right = class_of(prop, tailored);

        if (is_transparent(right)) { /* WB4 */
            raw = right;
        } else if (raw == FT_WB_ZWJ && (prop & FT_PROP_PICTOGRAPH)) { /* WB3c */
            left = raw = right;
        } else if (raw == FT_WB_WSEGSPACE && right == FT_WB_WSEGSPACE) { /* WB3d */
            raw = right;
        } else if (joins(left, right)) {
            left = raw = right;
        } else if (left == FT_WB_REGIONAL && right == FT_WB_REGIONAL) { /* WB15: pairs, so no third joins */
            left = raw = FT_WB_OTHER;
        } else if (bridges(left, right)) {
            size_t far = end + n, m = 0;
            unsigned beyond = FT_WB_OTHER, met = prop, more = 0;

            while (far < len) {
                more = prop_at(text, len, far, &m);
                beyond = class_of(more, tailored);
                if (!is_transparent(beyond))
                    break;
                met |= more;
                far += m;
            }
            if (far < len && lands(left, right, beyond)) {
                prop = met | more;
                n = far + m - end;
                left = raw = beyond;
            } else if (left == FT_WB_HEBREW && right == FT_WB_SINGLE_QUOTE) { /* WB7a */
                left = raw = right;
            } else {
                break;
            }
        } else {
            break;
        }
        *props |= prop;
        end += n;
    }
    return end;
}

size_t ft_wordbreak_next(const unsigned char *text, size_t len, size_t at)
{
    unsigned props;

    return segment(text, len, at, false, &props);
}

size_t ft_wordbreak_piece(const unsigned char *text, size_t len, size_t at, unsigned *props)
{
    return segment(text, len, at, true, props);
}

size_t ft_wordbreak_cluster(const unsigned char *text, size_t len, size_t at)
{
    size_t n;
    uint32_t cp = ft_utf8_next(text + at, len - at, &n);
    unsigned left = FT_PROP_CLUSTER(ft_words_prop(cp));
    /* A syllable without a final consonant (every 28th) takes a vowel or a final one, as a vowel jamo does. */
    bool open = left == FT_CLUSTER_V || (left == FT_CLUSTER_SYLLABLE && (cp - 0xAC00) % 28 == 0);

    at += n;
    while (at < len) {
        cp = ft_utf8_next(text + at, len - at, &n);
        unsigned right = FT_PROP_CLUSTER(ft_words_prop(cp));
        bool join = right == FT_CLUSTER_MARK;

        if (left == FT_CLUSTER_L)
            join |= right == FT_CLUSTER_L || right == FT_CLUSTER_V || right == FT_CLUSTER_SYLLABLE;
        else if (left == FT_CLUSTER_V || left == FT_CLUSTER_SYLLABLE || left == FT_CLUSTER_T)
            join |= right == FT_CLUSTER_T || (right == FT_CLUSTER_V && open);
        if (!join)
            break;
        left = right;
        open = left == FT_CLUSTER_V || (left == FT_CLUSTER_SYLLABLE && (cp - 0xAC00) % 28 == 0);
        at += n;
    }
    return at;
}
