/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The body becomes one list of units: a line, a table row, a gap. Pouring puts them on pages in one
 * pass. A unit marked with_next starts a group that ends at the first unit without the mark; a group goes to
 * the next page as a whole when it does not fit, unless no page could hold it. So a heading keeps a line of
 * its text, and the signature never stands alone on a page (此页无正文 is no way out).
 */
#include "helpers/press/letter_page.h"

#include <string.h>

#define FIT 0.5 /* pt of tolerance: sums of line pitches */

struct press_unit *press_flow_add(struct press_flow *flow, enum press_unit_kind kind, double height)
{
    if (flow->many == flow->cap) {
        size_t cap = flow->cap ? flow->cap * 2 : 64;
        struct press_unit *units = ARENA_ARRAY(flow->paper->arena, struct press_unit, cap);
        if (flow->many)
            memcpy(units, flow->units, flow->many * sizeof(*units));
        flow->units = units;
        flow->cap = cap;
    }
    struct press_unit *unit = &flow->units[flow->many++];
    *unit = (struct press_unit){.kind = kind, .height = height};
    return unit;
}

void press_flow_space(struct press_flow *flow, double lines)
{
    press_flow_add(flow, PRESS_UNIT_SPACE, lines * PRESS_PITCH);
}

void press_flow_hold(struct press_flow *flow, size_t lines)
{
    for (size_t i = flow->many; i > 0 && lines > 0; i--, lines--)
        flow->units[i - 1].with_next = true;
}

static void add_lines(struct press_flow *flow, const struct press_line *lines, size_t many, double size)
{
    for (size_t i = 0; i < many; i++) {
        struct press_unit *unit = press_flow_add(flow, PRESS_UNIT_LINE, PRESS_PITCH);
        unit->line = lines[i];
        unit->size = size;
    }
}

void press_flow_text(struct press_flow *flow, const struct press_text *text, enum press_align align,
                     double first, double hang, double right)
{
    struct press_style style = {.size = PRESS_SIZE_BODY,
                                .cell = PRESS_CELL,
                                .width = flow->width - right * PRESS_CELL,
                                .first = first * PRESS_CELL,
                                .hang = hang * PRESS_CELL,
                                .align = align};
    size_t many, many_lines;
    struct press_paper *paper = flow->paper;
    struct press_item *items = press_items(paper->arena, paper->fonts, text, style.size, style.cell, &many);
    struct press_line *lines = press_lines(paper->arena, items, many, &style, &many_lines);
    add_lines(flow, lines, many_lines, style.size);
}

void press_flow_title(struct press_flow *flow, struct str title)
{
    struct press_style style = {.size = PRESS_SIZE_TITLE, .cell = PRESS_SIZE_TITLE, .width = flow->width};
    struct press_text text = press_plain(flow->paper->arena, title, PRESS_TITLE);
    size_t many, many_lines;
    struct press_item *items =
        press_items(flow->paper->arena, flow->paper->fonts, &text, style.size, style.cell, &many);
    struct press_line *lines = press_title_lines(flow->paper->arena, items, many, &style, &many_lines);
    add_lines(flow, lines, many_lines, style.size);
    press_flow_hold(flow, many_lines);
}

/* ---- blocks ---- */

static void add_table(struct press_flow *flow, const struct press_table *table)
{
    if (table->caption.len) {
        struct press_text caption = press_plain(flow->paper->arena, table->caption, PRESS_HEI);
        press_flow_text(flow, &caption, PRESS_CENTER, 0, 0, 0);
        press_flow_hold(flow, 1);
    }
    struct press_grid *grid = press_grid_new(flow->paper, table, flow->width);
    for (size_t row = 0; row < table->many_rows; row++) {
        struct press_unit *unit = press_flow_add(flow, PRESS_UNIT_ROW, 0);
        unit->grid = grid;
        unit->row = row;
        unit->with_next = press_grid_row_reaches(grid, row);
    }
}

static void add_cut(struct press_flow *flow, const struct press_text *text)
{
    struct press_style style = {.size = 12, .cell = 12, .width = flow->width, .align = PRESS_CENTER};
    size_t many, many_lines;
    struct press_paper *paper = flow->paper;
    struct press_item *items = press_items(paper->arena, paper->fonts, text, style.size, style.cell, &many);
    struct press_line *lines = press_lines(paper->arena, items, many, &style, &many_lines);
    struct press_unit *unit = press_flow_add(flow, PRESS_UNIT_CUT, PRESS_PITCH);
    unit->line = lines[0];
    unit->size = style.size;
    unit->with_next = true;
}

static void add_block(struct press_flow *flow, const struct press_block *block)
{
    size_t before = flow->many;
    switch (block->kind) {
    case PRESS_PARAGRAPH:
        press_flow_text(flow, &block->text, block->align, block->indent, block->hang, block->right);
        break;
    case PRESS_HEADING:
        press_flow_text(flow, &block->text, PRESS_JUSTIFY, 2, 0, 0);
        if (block->text.many == 1)
            press_flow_hold(flow, flow->many - before);
        break;
    case PRESS_TABLE_BLOCK:
        add_table(flow, block->table);
        break;
    case PRESS_TITLE_BLOCK:
        press_flow_title(flow, block->text.runs[0].text);
        break;
    case PRESS_SPACE:
        press_flow_space(flow, block->level);
        break;
    case PRESS_CUT:
        add_cut(flow, &block->text);
        break;
    case PRESS_PAGE_BREAK:
        press_flow_add(flow, PRESS_UNIT_BREAK, 0);
        break;
    }
}

void press_flow_blocks(struct press_flow *flow, const struct press_blocks *blocks)
{
    for (size_t i = 0; i < blocks->many; i++)
        add_block(flow, &blocks->at[i]);
}

/* ---- pouring ---- */

static double unit_height(const struct press_flow *flow, size_t at, bool starts)
{
    const struct press_unit *unit = &flow->units[at];
    if (unit->kind != PRESS_UNIT_ROW)
        return unit->height;
    return press_grid_row_height(unit->grid, unit->row) + (starts ? press_grid_head_height(unit->grid) : 0);
}

/* Height of the group that begins at `at`; `starts`: a table row here would begin a piece of table. */
static double group_height(const struct press_flow *flow, size_t at, bool starts)
{
    double height = 0;
    for (size_t i = at; i < flow->many; i++) {
        bool first = i == at ? starts : flow->units[i - 1].kind != PRESS_UNIT_ROW;
        height += unit_height(flow, i, first);
        if (!flow->units[i].with_next)
            break;
    }
    return height;
}

static bool page_is_empty(const struct press_paper *paper)
{
    return paper->y <= paper->last->box.top + FIT;
}

static bool fits(const struct press_paper *paper, double height)
{
    return paper->y + height <= press_bottom(paper) + FIT;
}

/* Draws the rows from `at` on that this page holds; 0 when it holds none. */
static size_t pour_rows(struct press_flow *flow, size_t at)
{
    struct press_paper *paper = flow->paper;
    struct press_grid *grid = flow->units[at].grid;
    double full = paper->last->box.type_height, height = press_grid_head_height(grid);
    size_t many = 0;
    for (size_t i = at; i < flow->many && flow->units[i].grid == grid; i++, many++) {
        double group = group_height(flow, i, false);
        double need = group + press_grid_head_height(grid) > full ? unit_height(flow, i, false) : group;
        if (!fits(paper, height + need))
            break;
        height += unit_height(flow, i, false);
    }
    if (many)
        press_grid_draw(paper, grid, flow->units[at].row, flow->units[at].row + many);
    return many;
}

/* A row that no page holds, or a very tall one where much room is left, goes on over pages. */
static enum err pour_tall_row(struct press_flow *flow, size_t at, bool landscape, size_t *ret_done)
{
    struct press_paper *paper = flow->paper;
    double full = paper->last->box.type_height, left = press_bottom(paper) - paper->y;
    double height = unit_height(flow, at, true);
    *ret_done = 0;
    if (!page_is_empty(paper) && !((height > full || height > full / 2) && left > full / 4))
        return press_page_new(paper, landscape);
    while (press_grid_draw_part(paper, flow->units[at].grid, flow->units[at].row,
                                press_bottom(paper) - paper->y))
        TRY(press_page_new(paper, landscape));
    *ret_done = 1;
    return ERR_OK;
}

static void draw_cut(struct press_paper *paper, const struct press_unit *unit)
{
    const struct press_box *box = &paper->last->box;
    double middle = paper->y + unit->height / 2, gap = 6;
    double left = unit->line.indent - gap, right = unit->line.indent + unit->line.width + gap;
    struct press_op *op = press_ink(paper, paper->last, PRESS_OP_DASH);
    op->x = box->left;
    op->y = middle;
    op->w = unit->line.many ? left : box->type_width;
    op->h = 0.6;
    if (!unit->line.many)
        return;
    op = press_ink(paper, paper->last, PRESS_OP_DASH);
    op->x = box->left + right;
    op->y = middle;
    op->w = box->type_width - right;
    op->h = 0.6;
}

static enum err pour_unit(struct press_flow *flow, const struct press_unit *unit, size_t at, bool landscape)
{
    struct press_paper *paper = flow->paper;
    double group = group_height(flow, at, true);
    if (unit->kind == PRESS_UNIT_BREAK)
        return page_is_empty(paper) ? ERR_OK : press_page_new(paper, landscape);
    if (at > 0 && unit[-1].kind == PRESS_UNIT_ROW)
        press_page_snap(paper);
    double need = group > paper->last->box.type_height ? unit->height : group;
    bool lone_space = unit->kind == PRESS_UNIT_SPACE && !unit->with_next; /* never worth a new page */
    if (!fits(paper, need) && !page_is_empty(paper) && !lone_space)
        TRY(press_page_new(paper, landscape));
    if (unit->kind == PRESS_UNIT_SPACE) {
        if (!page_is_empty(paper))
            paper->y += unit->height;
        return ERR_OK;
    }
    if (unit->kind == PRESS_UNIT_CUT)
        draw_cut(paper, unit);
    press_draw_line(paper, paper->last, &unit->line, paper->last->box.left + unit->x,
                    press_baseline(paper->y, unit->height, unit->size), unit->size, unit->color);
    paper->y += unit->height;
    return ERR_OK;
}

enum err press_flow_pour(struct press_flow *flow, bool landscape)
{
    for (size_t at = 0; at < flow->many;) {
        size_t done = 1;
        if (flow->units[at].kind == PRESS_UNIT_ROW) {
            done = pour_rows(flow, at);
            if (!done)
                TRY(pour_tall_row(flow, at, landscape, &done));
        } else {
            TRY(pour_unit(flow, &flow->units[at], at, landscape));
        }
        at += done;
    }
    return ERR_OK;
}
