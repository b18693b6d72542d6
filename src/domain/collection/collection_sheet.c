/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/collection/collection_inner.h"
#include "domain/document/document.h"
#include "domain/pledge/pledge.h"

#define MEMBERS_MAX (3u << 20)

static void put_label(struct json_writer *w, struct str text, int span)
{
    json_open_object(w, NULL);
    json_put_str(w, "text", text);
    json_put_bool(w, "label", true);
    if (span > 1)
        json_put_int(w, "span", span);
    json_close_object(w);
}

static void put_column(struct json_writer *w, const char *title, int width)
{
    json_open_object(w, NULL);
    json_put_c(w, "title", title);
    json_put_int(w, "width", width);
    json_put_c(w, "align", "center");
    json_close_object(w);
}

/* Names short, addresses long: shares by what the column may hold. */
static int share(const struct rules_form_field *column)
{
    int64_t max = column->max ? column->max : 200;
    return column->type == FIELD_INT || column->type == FIELD_BOOL ? 7
           : max >= 200                                            ? 20
           : max >= 100                                            ? 17
                                                                   : 12;
}

static void put_fields(struct json_writer *w, const struct rules_form *form,
                       const struct collection_cells *cells)
{
    if (!form->many_fields)
        return;
    json_open_object(w, NULL);
    json_open_object(w, "table");
    json_open_array(w, "columns");
    put_column(w, "", 25);
    put_column(w, "", 75);
    json_close_array(w);
    json_put_int(w, "size", 12);
    json_put_int(w, "row_height", 9);
    json_open_array(w, "rows");
    for (size_t i = 0; i < form->many_fields; i++) {
        json_open_array(w, NULL);
        put_label(w, str_of(form->fields[i].label), 1);
        json_put_str(w, NULL, collection_cell_value(cells, 0, form->fields[i].name));
        json_close_array(w);
    }
    json_close_array(w);
    json_close_object(w);
    json_close_object(w);
}

static void put_table(struct json_writer *w, const struct rules_form *form,
                      const struct collection_cells *cells)
{
    if (!form->many_columns)
        return;
    int64_t rows = form->many_rows ? (int64_t)form->many_rows : cells->rows;
    json_open_object(w, NULL);
    json_open_object(w, "table");
    json_open_array(w, "columns");
    put_column(w, form->many_rows ? "类别" : "序号", form->many_rows ? 20 : 6);
    for (size_t i = 0; i < form->many_columns; i++)
        put_column(w, form->columns[i].label, share(&form->columns[i]));
    json_close_array(w);
    json_put_int(w, "size", form->landscape ? 10 : 12);
    json_put_int(w, "row_height", form->landscape ? 8 : 14);
    json_open_array(w, "rows");
    for (int64_t row = 1; row <= rows; row++) {
        json_open_array(w, NULL);
        if (form->many_rows)
            put_label(w, str_of(form->rows[row - 1].label), 1);
        else
            json_put_int(w, NULL, row);
        for (size_t i = 0; i < form->many_columns; i++)
            json_put_str(w, NULL, collection_cell_value(cells, row, form->columns[i].name));
        json_close_array(w);
    }
    json_close_array(w);
    json_close_object(w);
    json_close_object(w);
    if (!rows)
        json_put_c(w, NULL, "（本单位无应填事项）");
}

enum err collection_sheet_members(struct call *call, const struct rules_form *form,
                                  const struct collection_task *task, const struct collection_cells *cells,
                                  bool draft, struct str *ret)
{
    BUF(out, MEMBERS_MAX);
    struct json_writer w = json_writer(&out);
    json_put_c(&w, "kind", form->landscape ? "table" : "form");
    if (form->corner)
        json_put_c(&w, "corner", form->corner);
    json_put_str(&w, "author", task->unit_name);
    json_put_c(&w, "title", form->title);
    if (draft)
        json_put_c(&w, "subtitle", "（草稿，不作报送用）");
    json_open_array(&w, "body");
    json_put_str(&w, NULL,
                 str_format(call->arena, "填报单位：%.*s%s", STR_ARG(task->unit_name),
                            form->seal == RULES_SEAL_NONE ? "" : "（盖章）"));
    if (form->intro)
        json_put_c(&w, NULL, form->intro);
    put_fields(&w, form, cells);
    put_table(&w, form, cells);
    if (form->seal != RULES_SEAL_NONE) {
        json_put_c(&w, NULL, "单位负责人（签字）：");
        json_put_c(&w, NULL, "填报日期：　　　　年　　月　　日");
    }
    json_close_array(&w);
    json_put_c(&w, "seal", "none");
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

enum err collection_draw(struct call *call, const struct collection_task *task, enum press_format format,
                         struct str *ret_bytes)
{
    const struct rules_form *form;
    struct collection_cells cells;
    struct str members;
    const char *from;
    if (task->document_id && task->sheet_version == task->version)
        return document_render(call, task->document_id, format, ret_bytes, NULL);
    if (str_is(task->form_kind, "pledge"))
        return call_fail(call, ERR_REFUSED, NULL, "pledge.fault.not_printed");
    TRY(collection_form_of(call, task->collection_id, &form));
    if (str_is(task->state, "not_started"))
        TRY(collection_prefill(call, form, task, &cells, &from));
    else
        TRY(collection_cells_read(call, task->task_id, &cells));
    TRY(collection_sheet_members(call, form, task, &cells, true, &members));
    return press_render(call, str_format(call->arena, "{%.*s}", STR_ARG(members)), format, ret_bytes, NULL);
}

/* ---- characters that cannot be shown ---- */

static bool holds(struct str text, uint32_t code)
{
    for (size_t at = 0; at < text.len;)
        if (utf8_next(text, &at) == code)
            return true;
    return false;
}

static void say_missing(struct call *call, const struct collection_cells *cells, uint32_t code)
{
    struct str name = str_format(call->arena, "U+%04X", (unsigned)code);
    bool said = false;
    for (size_t i = 0; i < cells->many; i++) {
        const struct collection_cell *cell = &cells->at[i];
        if (!holds(cell->value, code))
            continue;
        const char *place =
            cell->row
                ? str_format(call->arena, "rows[%lld].%.*s", (long long)cell->row, STR_ARG(cell->name)).at
                : str_c(call->arena, cell->name);
        said = call_fail(call, ERR_INVALID, place, "collection.fault.glyph", name) != ERR_OK;
    }
    if (!said)
        (void)!call_fail(call, ERR_INVALID, NULL, "collection.fault.glyph", name);
}

enum err collection_sheet_try(struct call *call, int64_t task_id)
{
    struct collection_task task;
    const struct rules_form *form;
    struct collection_cells cells;
    struct str members, bytes;
    struct press_report report = {0};
    TRY(collection_task_reach(call, task_id, &task));
    if (!str_is(task.form_kind, "form") || str_is(task.state, "not_started"))
        return ERR_OK; /* refused by who freezes it, in its own words */
    TRY(collection_form_of(call, task.collection_id, &form));
    TRY(collection_cells_read(call, task_id, &cells));
    TRY(collection_sheet_members(call, form, &task, &cells, true, &members));
    TRY(press_render(call, str_format(call->arena, "{%.*s}", STR_ARG(members)), PRESS_PDF, &bytes, &report));
    for (size_t i = 0; i < report.missing_many; i++)
        say_missing(call, &cells, report.missing[i]);
    return report.missing_many ? ERR_INVALID : ERR_OK;
}
