/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Text is broken into lines once, per cell; a row is as high as its highest cell that does not reach
 * down, and the last row under a cell that does is stretched when that cell needs it. Pages get pieces of the
 * table. A cell remembers how many of its lines were printed, so one that reaches over a page edge, and a row
 * taller than a page, go on where they stopped; the last piece prints whatever is left.
 */
#include "helpers/press/letter_page.h"

#include <math.h>

#define PAD_X   MM(0.95)
#define PAD_Y   MM(0.9)
#define LEADING 1.4 /* line pitch in a cell, in sizes */
#define RULE    0.5 /* pt */

struct grid_cell {
    const struct press_cell *cell;
    struct press_line *lines;
    size_t many, done;
    double x, width;
};

struct grid_row {
    struct grid_cell *cells;
    size_t many;
    double height;
};

struct press_grid {
    double size, pitch, width;
    double edges[PRESS_COLUMNS_MAX + 1];
    struct grid_row head; /* no cells: none */
    struct grid_row *rows;
    size_t many;
    const struct press_page *page; /* where the last piece ended */
    double end_y;
};

/* ---- measuring ---- */

static void set_cell(struct press_paper *paper, const struct press_grid *grid, const struct press_cell *cell,
                     struct grid_cell *ret)
{
    *ret = (struct grid_cell){.cell = cell, .x = grid->edges[cell->column]};
    ret->width = grid->edges[cell->column + cell->span] - ret->x;
    struct press_style style = {
        .size = grid->size, .cell = grid->size, .width = ret->width - 2 * PAD_X, .align = cell->align};
    size_t many;
    struct press_item *items =
        press_items(paper->arena, paper->fonts, &cell->text, style.size, style.cell, &many);
    if (many)
        ret->lines = press_lines(paper->arena, items, many, &style, &ret->many);
}

static double cell_height(const struct press_grid *grid, const struct grid_cell *cell)
{
    double lines = (double)(cell->many - cell->done) + (cell->cell->foot.len ? 1.3 : 0);
    return fmax(lines * grid->pitch + 2 * PAD_Y, MM(cell->cell->height_mm));
}

static void set_row(struct press_paper *paper, const struct press_grid *grid, const struct press_row *row,
                    double least, struct grid_row *ret)
{
    ret->cells = ARENA_ARRAY(paper->arena, struct grid_cell, row->many + 1);
    ret->height = least;
    for (; ret->many < row->many; ret->many++) {
        struct grid_cell *cell = &ret->cells[ret->many];
        set_cell(paper, grid, &row->cells[ret->many], cell);
        if (cell->cell->down == 1)
            ret->height = fmax(ret->height, cell_height(grid, cell));
    }
}

static void stretch_under(struct press_grid *grid, size_t row)
{
    for (size_t i = 0; i < grid->rows[row].many; i++) {
        const struct grid_cell *cell = &grid->rows[row].cells[i];
        double height = 0, need = cell_height(grid, cell);
        for (int k = 0; k < cell->cell->down; k++)
            height += grid->rows[row + (size_t)k].height;
        if (cell->cell->down > 1 && need > height)
            grid->rows[row + (size_t)cell->cell->down - 1].height += need - height;
    }
}

static void set_head(struct press_paper *paper, struct press_grid *grid, const struct press_table *table,
                     double least)
{
    struct press_row row = {.cells = ARENA_ARRAY(paper->arena, struct press_cell, table->many_columns)};
    row.many = table->many_columns;
    for (size_t i = 0; i < row.many; i++)
        row.cells[i] =
            (struct press_cell){.text = press_plain(paper->arena, table->columns[i].title, PRESS_HEI),
                                .span = 1,
                                .down = 1,
                                .column = (int)i,
                                .align = PRESS_CENTER};
    set_row(paper, grid, &row, least, &grid->head);
}

struct press_grid *press_grid_new(struct press_paper *paper, const struct press_table *table, double width)
{
    struct press_grid *grid = ARENA_NEW(paper->arena, struct press_grid);
    double shares = 0, least = MM(table->row_height_mm);
    *grid = (struct press_grid){.size = table->size_pt, .pitch = table->size_pt * LEADING, .width = width};
    for (size_t i = 0; i < table->many_columns; i++)
        shares += table->columns[i].width;
    for (size_t i = 0; i < table->many_columns; i++)
        grid->edges[i + 1] = grid->edges[i] + width * table->columns[i].width / shares;
    if (table->titled)
        set_head(paper, grid, table, least);
    grid->rows = ARENA_ARRAY(paper->arena, struct grid_row, table->many_rows + 1);
    for (; grid->many < table->many_rows; grid->many++)
        set_row(paper, grid, &table->rows[grid->many], least, &grid->rows[grid->many]);
    for (size_t row = 0; row < grid->many; row++)
        stretch_under(grid, row);
    return grid;
}

double press_grid_row_height(const struct press_grid *grid, size_t row)
{
    return grid->rows[row].height;
}

double press_grid_head_height(const struct press_grid *grid)
{
    return grid->head.height;
}

bool press_grid_row_reaches(const struct press_grid *grid, size_t row)
{
    for (size_t at = row > 200 ? row - 200 : 0; at <= row; at++)
        for (size_t i = 0; i < grid->rows[at].many; i++)
            if (at + (size_t)grid->rows[at].cells[i].cell->down > row + 1)
                return true;
    return false;
}

/* ---- drawing ---- */

static void draw_foot(struct press_paper *paper, const struct press_grid *grid, const struct grid_cell *cell,
                      double x, double bottom)
{
    struct str foot = cell->cell->foot;
    double size = grid->size, room = cell->width - 2 * PAD_X;
    double width = press_draw_text(paper, NULL, foot, PRESS_BODY, 0, 0, size, size, PRESS_BLACK);
    double at = x + PAD_X + fmax(0, room - width);
    press_draw_text(paper, paper->last, foot, PRESS_BODY, at, bottom - PAD_Y - grid->pitch * 0.35, size, size,
                    PRESS_BLACK);
}

/* Prints what the box holds of the cell's lines; all that is left when `ends`. */
static void draw_cell(struct press_paper *paper, const struct press_grid *grid, struct grid_cell *cell,
                      double top, double height, bool ends)
{
    double x = paper->last->box.left + cell->x, foot = ends && cell->cell->foot.len ? grid->pitch * 1.3 : 0;
    size_t left = cell->many - cell->done, room = (size_t)fmax(0, (height - 2 * PAD_Y) / grid->pitch + 0.01);
    size_t lines = ends || left < room ? left : room;
    double y = top + PAD_Y;
    if (ends && cell->done == 0 && !(cell->cell->foot.len && cell->cell->align != PRESS_CENTER))
        y = top + (height - foot - (double)lines * grid->pitch) / 2;
    if (cell->cell->height_mm > 0 && cell->cell->align != PRESS_CENTER)
        y = top + PAD_Y; /* a field to be written into: what is known stands at its top */
    for (size_t i = 0; i < lines; i++, y += grid->pitch)
        press_draw_line(paper, paper->last, &cell->lines[cell->done + i], x + PAD_X,
                        press_baseline(y, grid->pitch, grid->size), grid->size, PRESS_BLACK);
    cell->done += lines;
    if (foot > 0)
        draw_foot(paper, grid, cell, x, top + height);
}

static void draw_edges(struct press_paper *paper, const struct grid_cell *cell, double top, double height)
{
    double x = paper->last->box.left + cell->x - RULE / 2;
    press_rule(paper, x, top - RULE / 2, RULE, height + RULE, PRESS_BLACK);
    press_rule(paper, x, top - RULE / 2, cell->width + RULE, RULE, PRESS_BLACK);
}

static void draw_frame(struct press_paper *paper, const struct press_grid *grid, double top, double bottom)
{
    double left = paper->last->box.left - RULE / 2;
    press_rule(paper, left, top - RULE / 2, grid->width + RULE, RULE, PRESS_BLACK);
    press_rule(paper, left, bottom - RULE / 2, grid->width + RULE, RULE, PRESS_BLACK);
    press_rule(paper, left, top, RULE, bottom - top, PRESS_BLACK);
    press_rule(paper, left + grid->width, top, RULE, bottom - top, PRESS_BLACK);
}

static void draw_head(struct press_paper *paper, struct press_grid *grid)
{
    bool goes_on = grid->page == paper->last && fabs(grid->end_y - paper->y) < 0.1;
    if (!grid->head.many || goes_on)
        return;
    for (size_t i = 0; i < grid->head.many; i++) {
        grid->head.cells[i].done = 0;
        draw_cell(paper, grid, &grid->head.cells[i], paper->y, grid->head.height, true);
        draw_edges(paper, &grid->head.cells[i], paper->y, grid->head.height);
    }
    draw_frame(paper, grid, paper->y, paper->y + grid->head.height);
    paper->y += grid->head.height;
}

static double span_height(const struct press_grid *grid, size_t from, size_t to)
{
    double height = 0;
    for (size_t i = from; i < to; i++)
        height += grid->rows[i].height;
    return height;
}

/* Cells of rows before `from` that reach into this piece. */
static void draw_reaching(struct press_paper *paper, struct press_grid *grid, size_t from, size_t to)
{
    for (size_t row = from > 200 ? from - 200 : 0; row < from; row++) {
        for (size_t i = 0; i < grid->rows[row].many; i++) {
            struct grid_cell *cell = &grid->rows[row].cells[i];
            size_t end = row + (size_t)cell->cell->down, upto = end < to ? end : to;
            if (end <= from)
                continue;
            draw_cell(paper, grid, cell, paper->y, span_height(grid, from, upto), end <= to);
            draw_edges(paper, cell, paper->y, span_height(grid, from, upto));
        }
    }
}

static void draw_row(struct press_paper *paper, struct press_grid *grid, size_t row, size_t to)
{
    for (size_t i = 0; i < grid->rows[row].many; i++) {
        struct grid_cell *cell = &grid->rows[row].cells[i];
        size_t end = row + (size_t)cell->cell->down, upto = end < to ? end : to;
        double height = span_height(grid, row, upto);
        draw_cell(paper, grid, cell, paper->y, height, end <= to);
        draw_edges(paper, cell, paper->y, height);
    }
}

void press_grid_draw(struct press_paper *paper, struct press_grid *grid, size_t from, size_t to)
{
    draw_head(paper, grid);
    double top = paper->y;
    draw_reaching(paper, grid, from, to);
    for (size_t row = from; row < to; row++) {
        draw_row(paper, grid, row, to);
        paper->y += grid->rows[row].height;
    }
    draw_frame(paper, grid, top, paper->y);
    grid->page = paper->last;
    grid->end_y = paper->y;
}

bool press_grid_draw_part(struct press_paper *paper, struct press_grid *grid, size_t at, double height)
{
    struct grid_row *row = &grid->rows[at];
    double before = paper->y, rest = 0;
    draw_head(paper, grid);
    height -= paper->y - before;
    bool ends = row->height <= height + 0.5;
    double now = ends ? row->height : height;
    draw_reaching(paper, grid, at, at + 1);
    for (size_t i = 0; i < row->many; i++) {
        draw_cell(paper, grid, &row->cells[i], paper->y, now, ends && row->cells[i].cell->down == 1);
        draw_edges(paper, &row->cells[i], paper->y, now);
        if (row->cells[i].cell->down == 1)
            rest = fmax(rest, (double)(row->cells[i].many - row->cells[i].done) * grid->pitch + 2 * PAD_Y +
                                  (row->cells[i].cell->foot.len ? 1.3 * grid->pitch : 0));
    }
    draw_frame(paper, grid, paper->y, paper->y + now);
    paper->y += now;
    grid->page = paper->last;
    grid->end_y = paper->y;
    row->height = rest;
    return !ends;
}
