/* passages_code.h - what the writer and the reader of the passage table share. FORMAT.md, "Passages". */
#ifndef FT_PASSAGES_CODE_H
#define FT_PASSAGES_CODE_H

#include <stdint.h>

#define FT_PASSAGES_GROUP 64u /* entries that are read from a common head */

/* The byte before each entry. */
enum ft_entry_flags {
    FT_ENTRY_BEGINS = 0x01,      /* the passage begins a document, whose fields follow */
    FT_ENTRY_TITLE = 0x02,       /* which has a title */
    FT_ENTRY_COUNT_LINES = 0x04, /* and line feeds that are the source's */
    FT_ENTRY_GAP = 0x08,         /* bytes between the passage before and this one */
    FT_ENTRY_REST = 0x10,        /* it ends where the text ends */
    FT_ENTRY_LINE = 0x60,        /* its line, one of: */
    FT_ENTRY_LINE_SAME = 0x00,   /* that of the passage before; 1 where a document begins */
    FT_ENTRY_LINE_NEXT = 0x20,   /* the next one */
    FT_ENTRY_LINE_SKIP = 0x40,   /* so many further */
    FT_ENTRY_LINE_IS = 0x60,     /* this one */
    FT_ENTRY_MARKS = 0x80        /* further line marks follow */
};

/* What each entry builds on, and leaves behind for the next. All zero before the first. */
typedef struct ft_passages_state {
    uint64_t next_stream; /* where the next document begins in the stored stream */
    uint64_t at;          /* end of the last passage in its document's text */
    uint64_t left;        /* bytes of that text behind it */
    uint32_t line;        /* of the last passage */
} ft_passages_state;

#endif
