/* SPDX-License-Identifier: Apache-2.0
 *
 * letter_line: text into items (a character, or a word of joined letters), items into lines.
 *
 * A full-width character stands in a cell of fixed advance; half-width runs are measured. A line never begins
 * with closing punctuation nor ends with an opening bracket, and never splits a number, a number from its 年
 * 月 日 号, a word, or —— and ……; an address (URL) is split behind its punctuation only when the line would
 * be left ragged, and anything only when it is wider than the line. Where a closing mark would fall on the
 * next line, marks of the line give up half their cell if that is enough; else a character goes down and the
 * line is spread.
 */
#ifndef ANZE_HELPERS_PRESS_LETTER_LINE_H
#define ANZE_HELPERS_PRESS_LETTER_LINE_H

#include "helpers/press/letter_font.h"

enum press_break_before { PRESS_BREAK_NO, PRESS_BREAK_RAGGED, PRESS_BREAK_YES };

struct press_item {
    struct str text; /* UTF-8 bytes it stands for */
    uint32_t code;   /* first code point */
    int font;
    uint32_t glyph;
    struct press_shaped *shaped; /* several glyphs, else NULL */
    size_t many_shaped;
    double advance;           /* pt */
    double dx;                /* where in the advance the glyph's origin lies */
    double give;              /* pt that it can give up when the line is squeezed */
    bool give_left;           /* … on its left side (opening brackets) */
    bool wide, space, forced; /* forced: end of line; has no glyph */
    bool under, blank;
    enum press_break_before before;
};

struct press_line {
    const struct press_item *items;
    size_t many;
    double indent;  /* from the left edge given to press_lines */
    double width;   /* as it will be drawn */
    double squeeze; /* share of every item's give, 0…1 */
    double spread;  /* pt added at every gap */
};

struct press_style {
    double size;        /* pt */
    double cell;        /* advance of a full-width character, pt */
    double width;       /* room, pt */
    double first, hang; /* indents of the first and the other lines, pt */
    enum press_align align;
};

struct press_item *press_items(struct arena *arena, struct press_fonts *fonts, const struct press_text *text,
                               double size, double cell, size_t *ret_many);
struct press_line *press_lines(struct arena *arena, const struct press_item *items, size_t many,
                               const struct press_style *style, size_t *ret_many);
/* A title: centred lines, broken at sense and balanced. */
struct press_line *press_title_lines(struct arena *arena, const struct press_item *items, size_t many,
                                     const struct press_style *style, size_t *ret_many);
double press_width(const struct press_item *items, size_t many);
/* Does a gap that may be spread follow items[at]? */
bool press_gap(const struct press_line *line, size_t at);

/* letter_class: what a character is. */
bool press_is_wide(uint32_t code);      /* always a full cell */
bool press_is_ambiguous(uint32_t code); /* a full cell when the font draws it so */
bool press_no_start(uint32_t code);
bool press_no_end(uint32_t code);
bool press_is_closing(uint32_t code); /* ink in the left half of the cell */
bool press_is_opening(uint32_t code); /* ink in the right half */
bool press_is_word(uint32_t code);    /* letters, digits and the signs inside numbers and addresses */
bool press_is_digit(uint32_t code);
bool press_is_unit(uint32_t code);   /* stays with the number before it */
bool press_is_joined(uint32_t code); /* combining mark, joiner, variation selector */

/* letter_sense: would a break before text[at] of a title split a word, or read badly? 0 fine … 100 never. */
int press_sense(const uint32_t *text, size_t many, size_t at);

#endif
