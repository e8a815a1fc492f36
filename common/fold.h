/* fold.h - NFKC case folding of words, so that forms that differ in case, width or composition become one. */
#ifndef FT_FOLD_H
#define FT_FOLD_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ft_fold {
    bool turkish; /* I folds to dotless i, and I with a dot to i, as Turkish and Azeri have it */
    bool strip;   /* drop the nonspacing marks of Latin, Greek and Cyrillic letters */
    int32_t *chars; /* owned: scratch */
    size_t cap;
    ft_buf plain; /* owned: scratch, the word as valid UTF-8 */
} ft_fold;

void ft_fold_init(ft_fold *f, bool turkish, bool strip);
void ft_fold_release(ft_fold *f);

/* Appends NFKC_Casefold (Unicode) of the word to out, always valid UTF-8: compatibility forms are replaced, default
 * ignorable characters such as the soft hyphen are gone, and all apostrophes (U+2018, U+2019, U+201B, U+FF07, the
 * modifier letters U+02BB and U+02BC, the Armenian U+055A) are U+0027. White space may arise. For want of memory
 * out->failed is set. */
void ft_fold_text(ft_fold *f, const char *word, size_t len, ft_buf *out);

#endif
