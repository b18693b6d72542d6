/* SPDX-License-Identifier: Apache-2.0
 *
 * letter_font: from a role (小标宋, 仿宋 …) and a character to a glyph of an installed font.
 * The customer's own fonts come first; then free ones; then, per character, any installed font that has it. A
 * character that no font has gets glyph 0 and is put on the list of missing ones; lines show its code.
 */
#ifndef ANZE_HELPERS_PRESS_LETTER_FONT_H
#define ANZE_HELPERS_PRESS_LETTER_FONT_H

#include "helpers/press/letter.h"

struct press_fonts;

struct press_glyph {
    int font; /* for press_fonts_face */
    uint32_t index;
    double advance; /* natural, in em */
};

struct press_shaped { /* a glyph of a shaped word; offsets and advance in em */
    uint32_t index;
    double x, y, advance;
};

MUST_USE enum err press_fonts_open(struct call *call, struct press_fonts **ret);
/* selector: a variation selector that follows the character, or 0. */
struct press_glyph press_fonts_find(struct press_fonts *fonts, enum press_role role, uint32_t code,
                                    uint32_t selector);
/* Shapes a word of one font (scripts whose letters join or stack). Returns the glyphs, in the arena, left to
 * right. */
struct press_shaped *press_fonts_shape(struct press_fonts *fonts, int font, struct str word,
                                       size_t *ret_many);
/* The cairo_font_face_t of a font. */
struct _cairo_font_face *press_fonts_face(struct press_fonts *fonts, int font);
/* Sorted, unique. */
const uint32_t *press_fonts_missing(struct press_fonts *fonts, size_t *ret_many);
struct str press_fonts_standing_in(struct press_fonts *fonts);
void press_fonts_close(struct press_fonts *fonts);

#endif
