/* source_html.h - HTML on its way to the parser. */
#ifndef FT_SOURCE_HTML_H
#define FT_SOURCE_HTML_H

#include "buf.h"

/* Where in a page the bytes are. */
typedef enum ft_html_state {
    FT_HTML_TEXT,
    FT_HTML_OPEN,     /* behind '<' */
    FT_HTML_NAME,     /* in a tag's name */
    FT_HTML_SPACE,    /* behind it, between attributes */
    FT_HTML_VALUE,    /* in a value without quotes */
    FT_HTML_QUOTED,
    FT_HTML_RAW,      /* in a script or style sheet */
    FT_HTML_BANG,     /* behind "<!" */
    FT_HTML_COMMENT,
    FT_HTML_OTHER     /* up to '>' */
} ft_html_state;

typedef struct ft_html_tags {
    ft_html_state state;
    char name[16];    /* of the tag, in lower case, with '/' in front if it closes; what is held back of it */
    size_t name_len;
    bool given;       /* the name was given, being longer than that, or complete */
    bool dropped;     /* the tag is left out */
    char raw[16];     /* what ends FT_HTML_RAW: "</script" */
    size_t matched;   /* bytes of that */
    char quote;       /* of the value */
    char last;        /* byte of the tag that was no white space */
    unsigned dashes;  /* in front of this byte, in a comment or behind "<!" */
} ft_html_tags;

/* Appends the page's next bytes, valid UTF-8, to out: tags without their attributes, of which a hostile page may have
 * too many and an honest one long ones; scripts and style sheets without what is in them; no comments, declarations, or
 * tags that end the page, behind which the parser would stop; spaces for control characters; and everything else as it
 * is. Line feeds are all kept, so that lines can be counted. Zero t before the first. */
void ft_html_strip(ft_html_tags *t, const unsigned char *p, size_t len, ft_buf *out);

#endif
