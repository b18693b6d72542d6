/* SPDX-License-Identifier: Apache-2.0
 *
 * docx: the same document for an office to edit: WordprocessingML with the fonts that the standard
 * names, 28.99 pt lines on a 28 x 22 grid, the margins of the standard, real tables and headings, and page
 * numbers as fields.
 */
#ifndef ANZE_HELPERS_PRESS_DOCX_H
#define ANZE_HELPERS_PRESS_DOCX_H

#include "helpers/press/letter.h"

MUST_USE enum err press_docx(struct call *call, const struct press_letter *letter, struct buf *out);

/* ---- between the files of this writer ---- */

#define TWIPS(mm) ((int)((mm)*1440.0 / 25.4 + 0.5))

struct press_docx {
    struct call *call;
    const struct press_letter *letter;
    struct buf *xml;    /* of the part being written */
    bool landscape;     /* of the current section */
    bool first_section; /* not closed yet */
};

struct press_docx_par { /* a paragraph; zero is a plain one */
    const char *style;  /* NULL: Normal */
    enum press_align align;
    double first, left, right; /* characters of 16 pt; first is relative to left, may be negative */
    int before, after;         /* twips */
    int line;                  /* twips, exact; 0: the style's; -1: as high as its content */
    const char *border;        /* raw w:pBdr content, or NULL */
    const char *tabs;          /* raw w:tabs content, or NULL */
    bool keep_next, page_break;
};

struct press_docx_font {
    enum press_role role;
    double size;       /* pt; 0: the style's */
    const char *color; /* "FF0000" or NULL */
    int spread;        /* twips added to each character */
};

/* docx_text */
void press_docx_escape(struct buf *xml, struct str text);
void press_docx_open(struct press_docx *d, const struct press_docx_par *par);
void press_docx_close(struct press_docx *d);
void press_docx_run(struct press_docx *d, struct str text, const struct press_docx_font *font, bool under);
void press_docx_runs(struct press_docx *d, const struct press_text *text, double size);
void press_docx_tab(struct press_docx *d);
/* A paragraph of one text. */
void press_docx_line(struct press_docx *d, struct str text, const struct press_docx_par *par,
                     const struct press_docx_font *font);
void press_docx_tiny(struct press_docx *d); /* an empty paragraph that takes no room */
double press_docx_chars(struct str text);   /* width in full characters */
/* docx_blocks */
/* hold: the last paragraph stays on the page of what follows. */
void press_docx_blocks(struct press_docx *d, const struct press_blocks *blocks, bool hold);
void press_docx_table(struct press_docx *d, const struct press_table *table);
int press_docx_type_width(const struct press_docx *d); /* twips */
/* docx_body */
void press_docx_document(struct press_docx *d);
void press_docx_marks(struct press_docx *d, double tallest, int before); /* 发文机关标志 */
void press_docx_section(struct press_docx *d);                           /* w:sectPr of the current section */
/* docx_parts: headers and footers, and the fixed parts */
enum press_docx_foot { PRESS_FOOT_ODD, PRESS_FOOT_EVEN, PRESS_FOOT_FIRST };
void press_docx_footer(struct press_docx *d, enum press_docx_foot which);
void press_docx_letter_header(struct press_docx *d);
bool press_docx_has_first(const struct press_letter *letter); /* page 1 has a foot or head of its own */
void press_docx_styles(struct press_docx *d);
void press_docx_fonts(struct press_docx *d);
void press_docx_settings(struct press_docx *d);
void press_docx_core(struct press_docx *d);
/* letter_qr: the code as a PNG, for the foot of the first page. */
MUST_USE enum err press_qr_png(struct call *call, struct str text, struct buf *out);

#endif
