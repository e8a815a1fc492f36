/* words_tables.h - what words.c, wordbreak.c and fold.c ask of a character: a table of properties made from the Unicode
 * Character Database by gen_words_tables.py. */
#ifndef FT_WORDS_TABLES_H
#define FT_WORDS_TABLES_H

#include <stdint.h>

/* Word_Break property values. The last is no value of UAX #29 but U+201B alone, there Other: an apostrophe to us. */
enum ft_word_break {
    FT_WB_OTHER,
    FT_WB_CR,
    FT_WB_LF,
    FT_WB_NEWLINE,
    FT_WB_EXTEND, /* these three in a row: rule WB4 skips them */
    FT_WB_FORMAT,
    FT_WB_ZWJ,
    FT_WB_WSEGSPACE,
    FT_WB_REGIONAL,
    FT_WB_KATAKANA,
    FT_WB_HEBREW,
    FT_WB_ALETTER,
    FT_WB_SINGLE_QUOTE,
    FT_WB_DOUBLE_QUOTE,
    FT_WB_MIDNUMLET,
    FT_WB_MIDLETTER,
    FT_WB_MIDNUM,
    FT_WB_NUMERIC,
    FT_WB_EXTENDNUMLET,
    FT_WB_REVERSED_QUOTE
};

/* How a character stands in a grapheme cluster, as far as scripts without spaces need it. */
enum ft_cluster {
    FT_CLUSTER_OTHER,
    FT_CLUSTER_MARK, /* Extend, ZWJ, SpacingMark or any combining mark: never begins a cluster */
    FT_CLUSTER_L,    /* Hangul jamo */
    FT_CLUSTER_V,
    FT_CLUSTER_T,
    FT_CLUSTER_SYLLABLE /* a whole Hangul syllable, with or without a final consonant */
};

#define FT_PROP_WORD_BREAK 31u     /* enum ft_word_break */
#define FT_PROP_PICTOGRAPH (1u << 5) /* Extended_Pictographic */
#define FT_PROP_LETTER (1u << 6)   /* general category L* or N* */
#define FT_PROP_SPACELESS (1u << 7) /* a letter or digit of a script written without spaces */
#define FT_PROP_CLUSTER(p) (((p) >> 8) & 7u) /* enum ft_cluster */
#define FT_PROP_STRIPPED (1u << 11) /* Latin, Greek or Cyrillic: its diacritics may be folded away */

#define FT_WORDS_PAGE 128 /* characters a page of the table */
#define FT_WORDS_PAGES (0x110000 / FT_WORDS_PAGE)

extern const char ft_words_unicode[]; /* the database's version, "15.0.0" */
extern const uint8_t ft_words_index[FT_WORDS_PAGES];
extern const uint16_t ft_words_props[][FT_WORDS_PAGE];

/* The properties of a character (cp < 0x110000). */
static inline unsigned ft_words_prop(uint32_t cp)
{
    return ft_words_props[ft_words_index[cp / FT_WORDS_PAGE]][cp % FT_WORDS_PAGE];
}

#endif
