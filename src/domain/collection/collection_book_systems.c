/* SPDX-License-Identifier: Apache-2.0
 *
 * Method: the table of the form is written as a sheet and goes the way of every other sheet: read, mapped by
 * its headers, judged row by row by the register. So a form may ask for any column that the register knows,
 * and is judged as strictly as an import. What changed is seen by reading the entries before and after.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "domain/collection/collection_book.h"
#include "helpers/paper.h"

/* ---- the sheet ---- */

/* A column named as the register's field is headed as the register heads it; others as the form does. */
static struct str header_of(struct call *call, const struct rules_form_field *column)
{
    struct str name = str_of(column->name);
    if (str_is(name, "address"))
        return words_label(call, registry_endpoint_table.name, "url");
    if (field_find(&registry_system_table, name))
        return words_label(call, registry_system_table.name, column->name);
    return str_of(column->label);
}

static enum err write_rows(struct call *call, struct paper_writer *writer, const struct rules_form *form,
                           const struct collection_cells *cells, struct str unit_name)
{
    struct paper_cell *line = ARENA_ARRAY(call->arena, struct paper_cell, form->many_columns + 1);
    for (int64_t row = 1; row <= cells->rows; row++) {
        line[0] = (struct paper_cell){.kind = PAPER_TEXT, .text = unit_name};
        for (size_t i = 0; i < form->many_columns; i++) {
            struct str value = collection_cell_value(cells, row, form->columns[i].name);
            line[i + 1] = (struct paper_cell){.kind = value.len ? PAPER_TEXT : PAPER_EMPTY, .text = value};
        }
        TRY(paper_write_row(call, writer, line, form->many_columns + 1));
    }
    return paper_write_end(call, writer);
}

static enum err write_sheet(struct call *call, int fd, const struct rules_form *form,
                            const struct collection_cells *cells, struct str unit_name)
{
    struct paper_writer *writer;
    struct paper_column *columns = ARENA_ARRAY(call->arena, struct paper_column, form->many_columns + 1);
    columns[0] = (struct paper_column){.title = words_label(call, registry_system_table.name, "unit_id"),
                                       .kind = PAPER_TEXT};
    for (size_t i = 0; i < form->many_columns; i++)
        columns[i + 1] =
            (struct paper_column){.title = header_of(call, &form->columns[i]), .kind = PAPER_TEXT};
    struct paper_sheet_out out = {.layout = PAPER_XLSX,
                                  .name = STR("register"),
                                  .columns = columns,
                                  .many_columns = form->many_columns + 1};
    TRY(paper_write_start(call, fd, &out, &writer));
    return write_rows(call, writer, form, cells, unit_name);
}

enum err collection_book_read(struct call *call, int64_t task_id, struct registry_sheet **ret)
{
    struct collection_task task;
    const struct rules_form *form;
    struct collection_cells cells;
    const char *folder = getenv("TMPDIR");
    *ret = NULL;
    TRY(collection_book_reach(call, task_id, &task, &form));
    if (strcmp(form->prefill, "registry.systems") != 0)
        return ERR_OK;
    TRY(collection_cells_read(call, task_id, &cells));
    if (!cells.rows)
        return ERR_OK;
    char *path =
        (char *)(uintptr_t)str_format(call->arena, "%s/anze-book-XXXXXX", folder && *folder ? folder : "/tmp")
            .at;
    int fd = mkstemp(path);
    if (fd < 0)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    /* The sheet is Chinese, whatever language the officer reads: so are the cells. */
    enum call_lang lang = call->lang;
    call->lang = CALL_ZH;
    enum err word = write_sheet(call, fd, form, &cells, task.unit_name);
    (void)close(fd);
    if (word == ERR_OK)
        word = registry_sheet_read(call, path, NULL, ret);
    call->lang = lang;
    (void)unlink(path);
    return word;
}

/* ---- what changes ---- */

static struct str label_of(struct call *call, const struct field *field)
{
    if (!field)
        return words_label(call, registry_endpoint_table.name, "url");
    bool of_system = field_find(&registry_system_table, str_of(field->name)) == field;
    return words_label(call, of_system ? registry_system_table.name : registry_endpoint_table.name,
                       field->name);
}

static const struct registry_diff_row *diff_of(const struct registry_import *report, int64_t row)
{
    const struct registry_diff_row *at = report->first;
    while (at && at->row != row)
        at = at->next;
    return at;
}

/* The sheet has a header in its first row, so row n of the form is its row n + 1. */
static void list_rows(struct call *call, struct collection_book *book, const struct collection_cells *cells,
                      const struct registry_import *report)
{
    for (int64_t row = 1; row <= cells->rows; row++) {
        const struct registry_diff_row *diff = diff_of(report, row + 1);
        struct collection_book_change *change =
            collection_book_add(book,
                                !diff                              ? "same"
                                : diff->action == REGISTRY_CREATED ? "new"
                                                                   : "changed",
                                str_format(call->arena, "%lld", (long long)row),
                                collection_cell_value(cells, row, "system_name"));
        for (size_t i = 0; diff && diff->action != REGISTRY_CREATED && i < diff->many; i++)
            collection_book_field_add(book, change, label_of(call, diff->cells[i].field), false,
                                      diff->cells[i].before, diff->cells[i].after);
    }
}

/* What the books have and the form does not name stays as it is; the officer sees it. */
static enum err list_missing(struct call *call, const struct collection_task *task,
                             struct collection_book *book, const struct collection_cells *cells)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT system_name FROM info_system WHERE unit_id = $1 AND lifecycle_status <> 'retired' "
                 "ORDER BY system_id LIMIT 500",
                 db_int(task->unit_id)));
    while (db_next(&rows)) {
        bool named = false;
        for (int64_t row = 1; row <= cells->rows && !named; row++)
            named = str_eq(collection_cell_value(cells, row, "system_name"), db_col_str(&rows, 0));
        if (!named)
            collection_book_add(book, "missing", STR(""), db_col_str(&rows, 0));
    }
    return db_end(&rows);
}

enum err collection_book_systems(struct call *call, const struct collection_task *task,
                                 struct registry_sheet *sheet, struct collection_book *book)
{
    struct collection_cells cells;
    struct registry_import report = {.diff = {.most = RULES_FORM_ROWS_MAX}};
    TRY(collection_cells_read(call, task->task_id, &cells));
    enum call_lang lang = call->lang;
    call->lang = CALL_ZH; /* cells are read as Chinese texts */
    enum err word = sheet ? registry_sheet_apply(call, sheet, &report) : ERR_OK;
    call->lang = lang;
    if (word != ERR_OK && word != ERR_INVALID)
        return word;
    list_rows(call, book, &cells, &report);
    TRY(list_missing(call, task, book, &cells));
    return word;
}
