/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A row lists only the cells that begin in it. Which column a cell begins in follows from what the
 * cells of the row before it take up and from what cells of earlier rows reach down into it; `reach` keeps,
 * per column, how many further rows are taken. Every row must come out exactly as wide as the table.
 */
#include "helpers/press/letter.h"

#include "base/json.h"

static enum err read_columns(struct call *call, const struct json *list, const char *place,
                             struct press_table *table)
{
    static const char *const keys[] = {"title", "width", "align", NULL};
    size_t many = json_count(list);
    if (json_kind(list) != JSON_ARRAY || many == 0 || many > PRESS_COLUMNS_MAX)
        return call_fail(call, ERR_INVALID, place, "press.columns",
                         str_format(call->arena, "%d", PRESS_COLUMNS_MAX));
    table->columns = ARENA_ARRAY(call->arena, struct press_column, many);
    table->many_columns = many;
    for (size_t i = 0; i < many; i++) {
        struct press_column *column = &table->columns[i];
        const struct json *node = json_item(list, i);
        const char *here = press_place_at(call, place, i);
        int align = PRESS_CENTER;
        column->width = 1;
        TRY(press_read_keys(call, node, here, keys));
        TRY(press_read_text(call, node, here, "title", 100, &column->title));
        TRY(press_read_number(call, node, here, "width", 0.1, 1000, &column->width));
        TRY(press_read_word(call, node, here, "align", "justify|left|center|right", &align));
        column->align = (enum press_align)align;
        table->titled |= column->title.len > 0;
    }
    return ERR_OK;
}

static enum err read_cell_object(struct call *call, const struct json *node, const char *place,
                                 struct press_cell *cell)
{
    static const char *const keys[] = {"text", "span", "down", "align", "label", "height", "foot", NULL};
    int align = -1;
    double span = 1, down = 1;
    TRY(press_read_keys(call, node, place, keys));
    cell->label = json_bool(json_get(node, "label"), false);
    if (json_get(node, "text") && json_kind(json_get(node, "text")) != JSON_NULL)
        TRY(press_read_runs(call, json_get(node, "text"), press_place(call, place, "text"),
                            cell->label ? PRESS_HEI : PRESS_BODY, &cell->text));
    TRY(press_read_number(call, node, place, "span", 1, PRESS_COLUMNS_MAX, &span));
    TRY(press_read_number(call, node, place, "down", 1, 200, &down));
    TRY(press_read_number(call, node, place, "height", 0, 220, &cell->height_mm));
    TRY(press_read_word(call, node, place, "align", "justify|left|center|right", &align));
    TRY(press_read_text(call, node, place, "foot", 60, &cell->foot));
    cell->span = (int)span;
    cell->down = (int)down;
    if (align >= 0)
        cell->align = (enum press_align)align;
    else if (cell->label)
        cell->align = PRESS_CENTER;
    return ERR_OK;
}

static enum err read_cell(struct call *call, const struct json *node, const char *place,
                          enum press_align align, struct press_cell *cell)
{
    *cell = (struct press_cell){.span = 1, .down = 1, .align = align};
    switch (json_kind(node)) {
    case JSON_NULL:
        return ERR_OK;
    case JSON_INT:
        cell->text = press_plain(call->arena, str_format(call->arena, "%lld", (long long)json_int(node, 0)),
                                 PRESS_BODY);
        return ERR_OK;
    case JSON_TEXT:
        return press_read_runs(call, node, place, PRESS_BODY, &cell->text);
    case JSON_OBJECT:
        return read_cell_object(call, node, place, cell);
    case JSON_BOOL:
    case JSON_REAL:
    case JSON_ARRAY:
        break;
    }
    return call_fail(call, ERR_INVALID, place, "press.cell");
}

static enum err read_row(struct call *call, const struct json *node, const char *place,
                         const struct press_table *table, int *reach, struct press_row *row)
{
    if (json_kind(node) != JSON_ARRAY || json_count(node) > PRESS_COLUMNS_MAX)
        return call_fail(call, ERR_INVALID, place, "press.row");
    int columns = (int)table->many_columns, at = 0;
    row->cells = ARENA_ARRAY(call->arena, struct press_cell, json_count(node) + 1);
    for (size_t i = 0; i < json_count(node); i++) {
        struct press_cell *cell = &row->cells[row->many++];
        while (at < columns && reach[at] > 0)
            reach[at++]--;
        enum press_align align = at < columns ? table->columns[at].align : PRESS_LEFT;
        TRY(read_cell(call, json_item(node, i), press_place_at(call, place, i), align, cell));
        cell->column = at;
        for (int k = 0; k < cell->span; k++, at++) {
            if (at >= columns || reach[at] > 0)
                return call_fail(call, ERR_INVALID, place, "press.row_wide",
                                 str_format(call->arena, "%d", columns));
            reach[at] = cell->down - 1;
        }
    }
    while (at < columns && reach[at] > 0)
        reach[at++]--;
    if (at != columns)
        return call_fail(call, ERR_INVALID, place, "press.row_wide", str_format(call->arena, "%d", columns));
    return ERR_OK;
}

enum err press_read_table(struct call *call, const struct json *object, const char *place,
                          struct press_table *ret)
{
    static const char *const keys[] = {"columns", "rows", "size", "row_height", "caption", NULL};
    int reach[PRESS_COLUMNS_MAX] = {0};
    *ret = (struct press_table){.size_pt = 12, .row_height_mm = 8};
    TRY(press_read_keys(call, object, place, keys));
    TRY(press_read_number(call, object, place, "size", 7, 16, &ret->size_pt));
    TRY(press_read_number(call, object, place, "row_height", 4, 60, &ret->row_height_mm));
    TRY(press_read_text(call, object, place, "caption", 200, &ret->caption));
    TRY(read_columns(call, json_get(object, "columns"), press_place(call, place, "columns"), ret));
    const struct json *rows = json_get(object, "rows");
    const char *here = press_place(call, place, "rows");
    if (json_kind(rows) != JSON_ARRAY)
        return call_fail(call, ERR_INVALID, here, "press.list");
    if (json_count(rows) > PRESS_ROWS_MAX)
        return call_fail(call, ERR_TOO_LARGE, here, "press.too_many",
                         str_format(call->arena, "%d", PRESS_ROWS_MAX));
    ret->rows = ARENA_ARRAY(call->arena, struct press_row, json_count(rows) + 1);
    for (; ret->many_rows < json_count(rows); ret->many_rows++)
        TRY(read_row(call, json_item(rows, ret->many_rows), press_place_at(call, here, ret->many_rows), ret,
                     reach, &ret->rows[ret->many_rows]));
    for (size_t i = 0; i < ret->many_columns; i++)
        if (reach[i] > 0)
            return call_fail(call, ERR_INVALID, here, "press.down");
    return ERR_OK;
}
