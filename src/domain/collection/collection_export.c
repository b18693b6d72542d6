/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "domain/collection/collection_inner.h"
#include "helpers/paper.h"

#define HEADS          5
#define TASK_BYTES_MAX (64u << 20)

/* ---- the summary ---- */

struct summary {
    struct call *call;
    struct paper_writer *writer;
    const struct rules_form *form; /* NULL: a pledge */
    bool full;
    int64_t no;
};

static struct paper_cell text_cell(struct str text)
{
    return (struct paper_cell){.kind = text.len ? PAPER_TEXT : PAPER_EMPTY, .text = text};
}

static struct str shown(const struct summary *sum, const struct collection_task *task,
                        const struct rules_form_field *field, struct str value)
{
    struct field as = collection_field(field);
    bool open = sum->full || !field->personal || access_sees_personal(sum->call, task->unit_path);
    return open ? value : field_mask(sum->call->arena, &as, value);
}

static enum err write_line(struct summary *sum, const struct collection_task *task,
                           const struct collection_cells *cells, int64_t row, struct str date)
{
    const struct rules_form *form = sum->form;
    struct call *call = sum->call;
    size_t at = HEADS, many = HEADS + (form ? form->many_fields + form->many_columns + 1 : 0);
    struct paper_cell *line = ARENA_ARRAY(call->arena, struct paper_cell, many);
    line[0] = (struct paper_cell){.kind = PAPER_NUMBER,
                                  .text = str_format(call->arena, "%lld", (long long)sum->no)};
    line[1] = text_cell(task->unit_name);
    line[2] = text_cell(words_enum(call, "collection_task_state", task->state));
    line[3] = text_cell(task->late ? words_get(call->lang, "collection.sheet.late") : STR(""));
    line[4] = text_cell(date);
    for (size_t i = 0; form && i < form->many_fields; i++)
        line[at++] = text_cell(
            shown(sum, task, &form->fields[i], collection_cell_value(cells, 0, form->fields[i].name)));
    if (form && form->many_columns) {
        struct str head = row && form->many_rows ? str_of(form->rows[row - 1].label)
                          : row                  ? str_format(call->arena, "%lld", (long long)row)
                                                 : STR("");
        line[at++] = text_cell(head);
        for (size_t i = 0; i < form->many_columns; i++)
            line[at++] = text_cell(row ? shown(sum, task, &form->columns[i],
                                               collection_cell_value(cells, row, form->columns[i].name))
                                       : STR(""));
    }
    return paper_write_row(call, sum->writer, line, at);
}

static enum err write_task(struct summary *sum, const struct collection_task *task, int64_t handed_ms)
{
    struct collection_cells cells = {0};
    bool handed = str_is(task->state, "handed_in") || str_is(task->state, "accepted");
    int64_t rows = 0;
    sum->no++;
    if (handed && sum->form)
        TRY(collection_cells_read(sum->call, task->task_id, &cells));
    if (handed && sum->form && sum->form->many_columns)
        rows = sum->form->many_rows ? (int64_t)sum->form->many_rows : cells.rows;
    struct str date =
        handed ? str_copy(sum->call->arena, str_of(clock_date(clock_day_of(handed_ms)).text)) : STR("");
    if (!rows)
        return write_line(sum, task, &cells, 0, date);
    for (int64_t row = 1; row <= rows; row++)
        TRY(write_line(sum, task, &cells, row, date));
    return ERR_OK;
}

static struct paper_column *columns_of(struct call *call, const struct rules_form *form, size_t *ret_many)
{
    static const char *const heads[HEADS] = {"collection.sheet.no", "field.collection_task.unit_name",
                                             "field.collection_task.state", "field.collection_task.late",
                                             "field.collection_task.handed_in_at_ms"};
    size_t many = 0;
    struct paper_column *columns = ARENA_ARRAY(
        call->arena, struct paper_column, HEADS + 1 + (form ? form->many_fields + form->many_columns : 0));
    for (size_t i = 0; i < HEADS; i++)
        columns[many++] = (struct paper_column){.title = words_get(call->lang, heads[i]),
                                                .kind = i ? PAPER_TEXT : PAPER_NUMBER,
                                                .width = i == 1 ? 28 : 0};
    for (size_t i = 0; form && i < form->many_fields; i++)
        columns[many++] =
            (struct paper_column){.title = str_of(form->fields[i].label), .kind = PAPER_TEXT, .width = 16};
    if (form && form->many_columns)
        columns[many++] = (struct paper_column){
            .title = words_get(call->lang, "collection.sheet.row"), .kind = PAPER_TEXT, .width = 20};
    for (size_t i = 0; form && i < form->many_columns; i++)
        columns[many++] =
            (struct paper_column){.title = str_of(form->columns[i].label), .kind = PAPER_TEXT, .width = 16};
    *ret_many = many;
    return columns;
}

static enum err write_tasks(struct summary *sum, int64_t collection_id)
{
    struct call *call = sum->call;
    struct arena *lasting = call->arena;
    if (!call->lasting)
        call->lasting = lasting;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT t.task_id, t.unit_path, u.unit_name, t.state, t.late, t.handed_in_at_ms FROM "
                 "collection_task t JOIN org_unit u"
                 " ON u.unit_id = t.unit_id WHERE t.collection_id = $1 ORDER BY u.sort_no, u.unit_path",
                 db_int(collection_id)));
    while (db_next(&rows)) {
        /* What one unit filled in goes before the next is read. */
        ARENA(arena, TASK_BYTES_MAX);
        call->arena = arena;
        struct collection_task task = {.task_id = db_col_int(&rows, 0),
                                       .unit_path = db_col_copy(call, &rows, 1),
                                       .unit_name = db_col_copy(call, &rows, 2),
                                       .state = db_col_copy(call, &rows, 3),
                                       .late = db_col_int(&rows, 4) != 0};
        enum err word = write_task(sum, &task, db_col_int(&rows, 5));
        call->arena = lasting;
        TRY(word);
    }
    return db_end(&rows);
}

enum err collection_export(struct call *call, int64_t collection_id, bool full, int fd)
{
    struct summary sum = {.call = call, .full = full};
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT title, form_kind, unit_path FROM collection WHERE collection_id = $1",
               db_int(collection_id)));
    TRY(access_reach(call, db_col_str(&rows, 2)));
    struct str title = db_col_copy(call, &rows, 0);
    bool is_form = str_is(db_col_str(&rows, 1), "form");
    db_rows_close(&rows);
    if (is_form)
        TRY(collection_form_of(call, collection_id, &sum.form));
    struct paper_sheet_out out = {
        .layout = PAPER_XLSX, .name = words_get(call->lang, "collection.sheet.name"), .title = title};
    out.columns = columns_of(call, sum.form, &out.many_columns);
    TRY(paper_write_start(call, fd, &out, &sum.writer));
    TRY(write_tasks(&sum, collection_id));
    return paper_write_end(call, sum.writer);
}
