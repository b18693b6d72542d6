/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The red head is drawn from the numbers of the standard, not on the 22-line grid; afterwards the pen
 * is put on the grid line that leaves the wanted two empty lines most nearly, so that the body below ends
 * where the type area ends.
 */
#include "helpers/press/letter_page.h"

#include <math.h>

#define MARK_TALLEST 62.0 /* pt: under the 22 mm that the standard allows */
#define MARK_LETTER  44.0

static double text_width(struct press_paper *paper, struct str text, enum press_role role, double size,
                         double cell)
{
    return press_draw_text(paper, NULL, text, role, 0, 0, size, cell, PRESS_BLACK);
}

/* A line centred in the type area; top is the upper edge of its characters. */
static void draw_centred(struct press_paper *paper, struct str text, enum press_role role, double top,
                         double size, double cell, enum press_color color)
{
    const struct press_box *box = &paper->last->box;
    double width = text_width(paper, text, role, size, cell);
    press_draw_text(paper, paper->last, text, role, box->left + (box->type_width - width) / 2,
                    top + PRESS_ASCENT * size, size, cell, color);
}

/* Names of several issuers are spread to one width, with the suffix (文件) beside their middle. */
static double draw_joint_mark(struct press_paper *paper, double top, double room)
{
    const struct press_letter *letter = paper->letter;
    const struct press_box *box = &paper->last->box;
    struct str suffix = letter->mark_suffix;
    size_t longest = 0, tail = utf8_length(suffix);
    for (size_t i = 0; i < letter->mark.many; i++)
        longest = utf8_length(letter->mark.at[i]) > longest ? utf8_length(letter->mark.at[i]) : longest;
    double size = fmin(MARK_TALLEST * 0.75, room / ((double)(longest + tail) + 0.6)),
           width = (double)longest * size;
    double left = box->left + (box->type_width - width - ((double)tail + 0.6) * size) / 2, pitch = size * 1.3;
    for (size_t i = 0; i < letter->mark.many; i++) {
        size_t many = utf8_length(letter->mark.at[i]);
        double cell = many > 1 ? size + ((double)longest - (double)many) * size / ((double)many - 1) : size;
        press_draw_text(paper, paper->last, letter->mark.at[i], PRESS_TITLE, left - (cell - size) / 2,
                        top + (double)i * pitch + PRESS_ASCENT * size, size, cell, PRESS_RED);
    }
    double height = (double)(letter->mark.many - 1) * pitch + size;
    if (tail)
        press_draw_text(paper, paper->last, suffix, PRESS_TITLE, left + width + 0.6 * size,
                        top + (height - size) / 2 + PRESS_ASCENT * size, size, size, PRESS_RED);
    return height;
}

/* Draws the mark and returns its height. */
static double draw_mark(struct press_paper *paper, double top, double room, double tallest)
{
    const struct press_letter *letter = paper->letter;
    if (letter->mark.many > 1)
        return draw_joint_mark(paper, top, room);
    struct str mark =
        str_format(paper->arena, "%.*s%.*s", STR_ARG(letter->mark.at[0]), STR_ARG(letter->mark_suffix));
    double many = (double)utf8_length(mark), size = fmin(tallest, room / many);
    double cell = many > 1 ? fmin(size * 1.25, size + (room - many * size) / many) : size;
    draw_centred(paper, mark, PRESS_TITLE, top, size, cell, PRESS_RED);
    return size;
}

/* 发文字号 alone, or on the left with 签发人 on the right. box_top: the upper edge of the line box. */
static void draw_number(struct press_paper *paper, double box_top)
{
    const struct press_letter *letter = paper->letter;
    const struct press_box *box = &paper->last->box;
    double top = box_top + (PRESS_PITCH - PRESS_SIZE_BODY) / 2,
           base = press_baseline(box_top, PRESS_PITCH, PRESS_SIZE_BODY);
    if (!letter->signed_by.many) {
        draw_centred(paper, letter->number, PRESS_BODY, top, PRESS_SIZE_BODY, PRESS_CELL, PRESS_BLACK);
        return;
    }
    struct str names = press_join(paper->arena, letter->signed_by, "　", ""), label = STR("签发人：");
    double label_width = text_width(paper, label, PRESS_BODY, PRESS_SIZE_BODY, PRESS_CELL);
    double width = label_width + text_width(paper, names, PRESS_KAI, PRESS_SIZE_BODY, PRESS_CELL);
    double right = box->left + box->type_width - PRESS_CELL - width;
    press_draw_text(paper, paper->last, letter->number, PRESS_BODY, box->left + PRESS_CELL, base,
                    PRESS_SIZE_BODY, PRESS_CELL, PRESS_BLACK);
    press_draw_text(paper, paper->last, label, PRESS_BODY, right, base, PRESS_SIZE_BODY, PRESS_CELL,
                    PRESS_BLACK);
    press_draw_text(paper, paper->last, names, PRESS_KAI, right + label_width, base, PRESS_SIZE_BODY,
                    PRESS_CELL, PRESS_BLACK);
}

static void draw_urgency(struct press_paper *paper, double box_top)
{
    if (paper->letter->urgency.len)
        press_draw_text(paper, paper->last, paper->letter->urgency, PRESS_HEI, paper->last->box.left,
                        press_baseline(box_top, PRESS_PITCH, PRESS_SIZE_BODY), PRESS_SIZE_BODY, PRESS_CELL,
                        PRESS_BLACK);
}

/* The grid line nearest to `lines` empty lines below y. */
static void leave(struct press_paper *paper, double y, double lines)
{
    double top = paper->last->box.top;
    paper->y = top + floor((y - top) / PRESS_PITCH + lines + 0.5) * PRESS_PITCH;
}

static void document_head(struct press_paper *paper)
{
    const struct press_box *box = &paper->last->box;
    double top = box->top + MM(35);
    draw_urgency(paper, box->top);
    double bottom = top + draw_mark(paper, top, box->type_width, MARK_TALLEST);
    if (paper->letter->number.len || paper->letter->signed_by.many) {
        double line = bottom + 2 * PRESS_PITCH - (PRESS_PITCH - PRESS_SIZE_BODY) / 2;
        draw_number(paper, line);
        bottom = line + (PRESS_PITCH + PRESS_SIZE_BODY) / 2;
    }
    press_rule(paper, box->left, bottom + MM(4), box->type_width, MM(0.7), PRESS_RED);
    leave(paper, bottom + MM(4.7), 2);
}

/* 武文线 and 文武线: 170 mm, in the middle of the sheet. */
static void double_rule(struct press_paper *paper, double y, bool thick_first)
{
    double x = (paper->last->box.width - MM(170)) / 2, thick = MM(1.0), thin = MM(0.35), gap = MM(0.6);
    press_rule(paper, x, y, MM(170), thick_first ? thick : thin, PRESS_RED);
    press_rule(paper, x, y + (thick_first ? thick : thin) + gap, MM(170), thick_first ? thin : thick,
               PRESS_RED);
}

static void letter_head(struct press_paper *paper)
{
    const struct press_letter *letter = paper->letter;
    const struct press_box *box = &paper->last->box;
    double y = MM(30) + draw_mark(paper, MM(30), box->type_width, MARK_LETTER) + MM(4);
    double_rule(paper, y, true);
    double_rule(paper, box->height - MM(20) - MM(1.95), false);
    y += MM(1.95) + 7.0 / 8 * PRESS_SIZE_BODY; /* seven eighths of a character below the line */
    double line = y - (PRESS_PITCH - PRESS_SIZE_BODY) / 2;
    draw_urgency(paper, line);
    double width = text_width(paper, letter->number, PRESS_BODY, PRESS_SIZE_BODY, PRESS_CELL);
    press_draw_text(paper, paper->last, letter->number, PRESS_BODY, box->left + box->type_width - width,
                    press_baseline(line, PRESS_PITCH, PRESS_SIZE_BODY), PRESS_SIZE_BODY, PRESS_CELL,
                    PRESS_BLACK);
    paper->last->numbered = false;
    leave(paper, y + PRESS_SIZE_BODY, letter->number.len || letter->urgency.len ? 2 : 1);
}

enum err press_head(struct press_paper *paper)
{
    TRY(press_page_new(paper, paper->letter->landscape));
    if (paper->letter->kind == PRESS_DOCUMENT)
        document_head(paper);
    else if (paper->letter->kind == PRESS_LETTER)
        letter_head(paper);
    return ERR_OK;
}
