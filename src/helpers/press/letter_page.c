/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter_page.h"

#include <math.h>
#include <string.h>
#include "helpers/press.h"

/* A landscape sheet inside an upright paper is that paper's sheet turned: its head lies at the left edge, so
 * its margins are the upright ones, each a quarter turn on. */
struct press_box press_box_of(const struct press_letter *letter, int number, bool landscape)
{
    bool mirrored = letter->duplex && number % 2 == 0;
    double binding = mirrored ? MM(26) : MM(28), outer = mirrored ? MM(28) : MM(26);
    double width = letter->a3 ? MM(297) : MM(210), height = letter->a3 ? MM(420) : MM(297);
    struct press_box box = {.landscape = landscape};
    if (landscape) {
        box.turned = !letter->landscape;
        box.width = height;
        box.height = width;
        box.left = MM(35);
        box.top = binding;
        box.type_width = height - MM(35) - MM(37);
        box.type_height = width - binding - outer;
        return box;
    }
    box.width = width;
    box.height = height;
    box.left = binding;
    box.top = MM(37);
    box.type_width = width - MM(54);
    box.type_height = height - MM(72);
    return box;
}

enum err press_page_new(struct press_paper *paper, bool landscape)
{
    if (paper->pages == PRESS_PAGES_MAX)
        return call_fail(paper->call, ERR_TOO_LARGE, "body", "press.too_long",
                         str_format(paper->arena, "%d", PRESS_PAGES_MAX));
    struct press_page *page = ARENA_NEW(paper->arena, struct press_page);
    page->box = press_box_of(paper->letter, ++paper->pages, landscape);
    page->numbered = paper->letter->page_numbers;
    if (paper->last)
        paper->last->next = page;
    else
        paper->first = page;
    paper->last = page;
    paper->y = page->box.top;
    return ERR_OK;
}

double press_bottom(const struct press_paper *paper)
{
    return paper->last->box.top + paper->last->box.type_height;
}

void press_page_snap(struct press_paper *paper)
{
    double top = paper->last->box.top;
    paper->y = top + ceil((paper->y - top) / PRESS_PITCH - 0.03) * PRESS_PITCH;
}

struct press_op *press_ink(struct press_paper *paper, struct press_page *page, enum press_op_kind kind)
{
    struct press_op *op = ARENA_NEW(paper->arena, struct press_op);
    op->kind = kind;
    if (page->last)
        page->last->next = op;
    else
        page->first = op;
    page->last = op;
    return op;
}

void press_rule(struct press_paper *paper, double x, double y, double w, double h, enum press_color color)
{
    struct press_op *op = press_ink(paper, paper->last, PRESS_OP_RULE);
    op->x = x;
    op->y = y;
    op->w = w;
    op->h = h;
    op->color = color;
}

double press_baseline(double top, double pitch, double size)
{
    return top + (pitch - size) / 2 + PRESS_ASCENT * size;
}

/* ---- text ---- */

struct pen {
    struct press_paper *paper;
    struct press_page *page;
    struct press_op *op;
    double x, y, size;
    enum press_color color;
    const struct press_line *line;
    size_t text_cap;
};

static void start_op(struct pen *pen, size_t at)
{
    const struct press_line *line = pen->line;
    size_t marks = 0, bytes = 0;
    for (size_t i = at; i < line->many; i++) {
        marks += line->items[i].shaped ? line->items[i].many_shaped : 1;
        bytes += line->items[i].text.len;
    }
    pen->op = press_ink(pen->paper, pen->page, PRESS_OP_TEXT);
    pen->op->font = line->items[at].font;
    pen->op->size = pen->size;
    pen->op->color = pen->color;
    pen->op->marks = ARENA_ARRAY(pen->paper->arena, struct press_mark, marks + 1);
    pen->op->text.at = arena_alloc(pen->paper->arena, bytes + 1);
}

static void add_mark(struct pen *pen, const struct press_item *item, double x)
{
    struct press_op *op = pen->op;
    memcpy((char *)(uintptr_t)op->text.at + op->text.len, item->text.at, item->text.len);
    op->text.len += item->text.len;
    if (!item->shaped) {
        op->marks[op->many++] =
            (struct press_mark){item->glyph, (uint32_t)item->text.len, x + item->dx, pen->y};
        return;
    }
    for (size_t i = 0; i < item->many_shaped; i++) {
        const struct press_shaped *s = &item->shaped[i];
        op->marks[op->many++] = (struct press_mark){s->index, i ? 0 : (uint32_t)item->text.len,
                                                    x + s->x * pen->size, pen->y - s->y * pen->size};
        x += s->advance * pen->size;
    }
}

static void underline(struct pen *pen, double x, double w)
{
    struct press_op *op = press_ink(pen->paper, pen->page, PRESS_OP_RULE);
    op->x = x;
    op->y = pen->y + 0.16 * pen->size;
    op->w = w;
    op->h = 0.5;
    op->color = pen->color;
}

void press_draw_line(struct press_paper *paper, struct press_page *page, const struct press_line *line,
                     double x, double y, double size, enum press_color color)
{
    struct pen pen = {
        .paper = paper, .page = page, .x = x + line->indent, .y = y, .size = size, .color = color};
    pen.line = line;
    for (size_t i = 0; i < line->many; i++) {
        const struct press_item *item = &line->items[i];
        double give = item->give * line->squeeze, advance = item->advance - give;
        if (press_gap(line, i))
            advance += line->spread;
        if (item->under)
            underline(&pen, pen.x, advance);
        if (!item->blank) {
            if (!pen.op || pen.op->font != item->font)
                start_op(&pen, i);
            add_mark(&pen, item, pen.x - (item->give_left ? give : 0));
        }
        pen.x += advance;
    }
}

double press_draw_text(struct press_paper *paper, struct press_page *page, struct str text,
                       enum press_role role, double x, double y, double size, double cell,
                       enum press_color color)
{
    struct press_text plain = press_plain(paper->arena, text, role);
    struct press_line line = {0};
    line.items = press_items(paper->arena, paper->fonts, &plain, size, cell, &line.many);
    line.width = press_width(line.items, line.many);
    if (page)
        press_draw_line(paper, page, &line, x, y, size, color);
    return line.width;
}
