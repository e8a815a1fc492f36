/* postings_format.h - constants that the writer and the reader of posting lists share. FORMAT.md, "Postings". */
#ifndef FT_POSTINGS_FORMAT_H
#define FT_POSTINGS_FORMAT_H

#define FT_SKIP_BYTES 13      /* per block of a long list: last u32, data end u32, positions end u32, impact u8 */
#define FT_INLINE_MAX_TF 8    /* occurrences of a single posting that is kept in the dictionary */
#define FT_FEW_GAPS 8         /* so few position gaps of a block are plain varints */

#endif
