/* SPDX-License-Identifier: Apache-2.0
 *
 * letter_page: sheets of paper with ink on them, measured in points from the top left corner of the sheet.
 *
 * Numbers of GB/T 9704-2012: margins 37 above, 28 at the binding, so 156 x 225 mm of type; 22 lines of 28.99
 * pt, 28 cells of 15.79 pt.
 */
#ifndef ANZE_HELPERS_PRESS_LETTER_PAGE_H
#define ANZE_HELPERS_PRESS_LETTER_PAGE_H

#include "helpers/press/letter_line.h"

#define MM(x)            ((x)*72.0 / 25.4)
#define PRESS_PITCH      (MM(225.0) / 22)
#define PRESS_CELL       (MM(156.0) / 28)
#define PRESS_ASCENT     0.88 /* of the em box, above the baseline */
#define PRESS_SIZE_BODY  16.0 /* 三号 */
#define PRESS_SIZE_TITLE 22.0 /* 二号 */
#define PRESS_SIZE_SMALL 14.0 /* 四号 */

enum press_color { PRESS_BLACK, PRESS_RED, PRESS_GREY };

struct press_mark { /* one glyph */
    uint32_t glyph;
    uint32_t bytes; /* of the text it begins; 0 for the further glyphs of a shaped word */
    double x, y;    /* baseline */
};

enum press_op_kind { PRESS_OP_TEXT, PRESS_OP_RULE, PRESS_OP_DASH, PRESS_OP_QR };

struct press_op {
    enum press_op_kind kind;
    enum press_color color;
    int font; /* TEXT */
    double size;
    struct press_mark *marks;
    size_t many;
    struct str text;
    double x, y, w,
        h;       /* RULE: a filled box; DASH: from x over w at y, h thick; QR: a square of w, text inside */
    bool turned; /* TEXT: a quarter turn clockwise about (x, y) */
    struct press_op *next;
};

struct press_box {
    double width, height; /* of the sheet */
    double left, top, type_width, type_height;
    bool landscape, turned; /* turned: a landscape sheet bound into an upright paper */
};

struct press_page {
    struct press_box box;
    bool numbered;
    struct press_op *first, *last;
    struct press_page *next;
};

struct press_paper {
    struct arena *arena;
    struct press_fonts *fonts;
    const struct press_letter *letter;
    struct call *call;
    struct press_page *first, *last;
    int pages;
    double y;         /* where the next thing goes on the last page */
    struct str title; /* with '\n' where it was broken */
};

/* The type area of sheet number `number`; a landscape sheet when asked. */
struct press_box press_box_of(const struct press_letter *letter, int number, bool landscape);
/* ERR_TOO_LARGE past PRESS_PAGES_MAX. */
MUST_USE enum err press_page_new(struct press_paper *paper, bool landscape);
double press_bottom(const struct press_paper *paper); /* of the type area */
/* Moves y to the next line of the 22. */
void press_page_snap(struct press_paper *paper);

struct press_op *press_ink(struct press_paper *paper, struct press_page *page, enum press_op_kind kind);
void press_rule(struct press_paper *paper, double x, double y, double w, double h, enum press_color color);
/* Draws a line of text with its left edge at x + line->indent and its baseline at y. */
void press_draw_line(struct press_paper *paper, struct press_page *page, const struct press_line *line,
                     double x, double y, double size, enum press_color color);
/* One line in one role, unbroken. Returns its width; nothing is drawn when page is NULL. */
double press_draw_text(struct press_paper *paper, struct press_page *page, struct str text,
                       enum press_role role, double x, double y, double size, double cell,
                       enum press_color color);
/* The baseline of text of `size` in the middle of a line box that begins at `top`. */
double press_baseline(double top, double pitch, double size);

/* letter_flow: things that follow each other down the pages. */

enum press_unit_kind { PRESS_UNIT_LINE, PRESS_UNIT_SPACE, PRESS_UNIT_ROW, PRESS_UNIT_CUT, PRESS_UNIT_BREAK };

struct press_grid;

struct press_unit {
    enum press_unit_kind kind;
    bool with_next; /* never the last thing on a page */
    double height;
    struct press_line line; /* LINE, CUT */
    double x, size;         /* of the line, from the left of the type area */
    enum press_color color;
    struct press_grid *grid; /* ROW */
    size_t row;
};

struct press_flow {
    struct press_paper *paper;
    struct press_unit *units;
    size_t many, cap;
    double width; /* of the type area */
};

struct press_unit *press_flow_add(struct press_flow *flow, enum press_unit_kind kind, double height);
void press_flow_space(struct press_flow *flow, double lines);
/* A paragraph; indents in characters. */
void press_flow_text(struct press_flow *flow, const struct press_text *text, enum press_align align,
                     double first, double hang, double right);
void press_flow_title(struct press_flow *flow, struct str title);
void press_flow_blocks(struct press_flow *flow, const struct press_blocks *blocks);
/* Keeps the last `lines` units added together with what follows. */
void press_flow_hold(struct press_flow *flow, size_t lines);
/* Puts the units on pages, from paper->y of the last page on. */
MUST_USE enum err press_flow_pour(struct press_flow *flow, bool landscape);

/* letter_grid: tables. */
struct press_grid *press_grid_new(struct press_paper *paper, const struct press_table *table, double width);
double press_grid_row_height(const struct press_grid *grid, size_t row);
double press_grid_head_height(const struct press_grid *grid);
/* Draws rows [from, to) at paper->y, under the head row when there is one, and moves y below. */
void press_grid_draw(struct press_paper *paper, struct press_grid *grid, size_t from, size_t to);
/* A row too tall for the page: draws as many of its text lines as `height` holds (head row included). True
 * while lines are left; the row's height is then that of the rest. */
bool press_grid_draw_part(struct press_paper *paper, struct press_grid *grid, size_t row, double height);
/* Does a cell of this row reach down into the next? */
bool press_grid_row_reaches(const struct press_grid *grid, size_t row);

/* letter_head, letter_tail: what stands above and below the body. */
MUST_USE enum err press_head(struct press_paper *paper);
void press_signature(struct press_flow *flow);
MUST_USE enum err press_version_block(struct press_paper *paper);
void press_feet(struct press_paper *paper); /* page numbers, verification code */

/* letter_compose: the whole. */
MUST_USE enum err press_compose(struct call *call, const struct press_letter *letter,
                                struct press_fonts *fonts, struct press_paper *ret);
/* letter_pdf */
/* cairo 1.16 leaks one array a CFF font that it embeds; the process ends right after. In the main file of a
 * program: keeps the leak checker of sanitizer builds about everything else. */
#if defined(__SANITIZE_ADDRESS__)
#define PRESS_CAIRO_LEAKS                                                                                    \
    const char *__lsan_default_suppressions(void);                                                           \
    const char *__lsan_default_suppressions(void)                                                            \
    {                                                                                                        \
        return "leak:libcairo.so";                                                                           \
    }
#else
#define PRESS_CAIRO_LEAKS
#endif
MUST_USE enum err press_pdf(struct call *call, const struct press_paper *paper, struct buf *out);

#endif
