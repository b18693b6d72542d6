/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/words.h"
#include "domain/collection/collection_inner.h"
#include "domain/registry/registry.h"

const char *const collection_prefills[] = {"org.posts", "registry.systems", NULL};

struct str collection_cell_value(const struct collection_cells *cells, int64_t row, const char *name)
{
    for (size_t i = 0; i < cells->many; i++)
        if (cells->at[i].row == row && str_is(cells->at[i].name, name))
            return cells->at[i].value;
    return STR("");
}

void collection_cell_add(struct call *call, struct collection_cells *cells, int64_t row, const char *name,
                         struct str value)
{
    if (!cells->at)
        cells->at = ARENA_ARRAY(call->arena, struct collection_cell, COLLECTION_CELLS_MAX);
    if (value.len == 0 || cells->many == COLLECTION_CELLS_MAX)
        return;
    cells->at[cells->many++] = (struct collection_cell){row, str_of(name), value};
    if (row > cells->rows)
        cells->rows = row;
}

enum err collection_cells_read(struct call *call, int64_t task_id, struct collection_cells *ret)
{
    *ret = (struct collection_cells){0};
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT row_no, name, value FROM collection_cell WHERE task_id = $1 ORDER BY row_no, name",
                 db_int(task_id)));
    while (db_next(&rows))
        collection_cell_add(call, ret, db_col_int(&rows, 0), str_c(call->arena, db_col_str(&rows, 1)),
                            db_col_copy(call, &rows, 2));
    return db_end(&rows);
}

enum err collection_cells_write(struct call *call, int64_t task_id, const struct collection_cells *cells)
{
    TRY(db_run(call, "DELETE FROM collection_cell WHERE task_id = $1", db_int(task_id)));
    for (size_t i = 0; i < cells->many; i++)
        TRY(db_run(call, "INSERT INTO collection_cell (task_id, row_no, name, value) VALUES ($1, $2, $3, $4)",
                   db_int(task_id), db_int(cells->at[i].row), db_str(cells->at[i].name),
                   db_str(cells->at[i].value)));
    return ERR_OK;
}

static const struct rules_form_field *find_field(const struct rules_form *form, int64_t row, struct str name)
{
    const struct rules_form_field *fields = row ? form->columns : form->fields;
    size_t many = row ? form->many_columns : form->many_fields;
    for (size_t i = 0; i < many; i++)
        if (str_is(name, fields[i].name))
            return &fields[i];
    return NULL;
}

static const char *place(struct call *call, int64_t row, const char *name)
{
    return row ? str_format(call_lasting(call), "rows[%lld].%s", (long long)row, name).at : name;
}

enum err collection_cells_given(struct call *call, const struct rules_form *form,
                                const struct field_value *given, struct collection_cells *ret)
{
    *ret = (struct collection_cells){0};
    for (size_t i = 0; i < given->many; i++) {
        int64_t row = field_int(&given->rows[i], "row_no", 0);
        struct str name = field_str(&given->rows[i], "name"),
                   value = str_trim(field_str(&given->rows[i], "value"));
        const struct rules_form_field *field = find_field(form, row, name);
        if (!field || row < 0 || row > form->max_rows)
            return call_fail(call, ERR_INVALID, "cells", "collection.fault.cell", name);
        if (collection_cell_value(ret, row, field->name).len)
            return call_fail(call, ERR_INVALID, "cells", "collection.fault.cell_twice", name);
        collection_cell_add(call, ret, row, field->name, value);
    }
    return ERR_OK;
}

struct field collection_field(const struct rules_form_field *from)
{
    return (struct field){.name = from->name,
                          .type = from->type,
                          .min = from->min,
                          .max = from->max,
                          .format = from->format,
                          .of = from->type == FIELD_ENUM ? &from->of : NULL,
                          .flags = (from->required ? (unsigned)FIELD_REQUIRED : 0u) |
                                   (from->personal ? (unsigned)FIELD_PERSONAL : 0u)};
}

/* Numbers and dates as people write them become the usual spelling, so that the sheet and the summary show
 * one. */
static struct str usual(struct call *call, const struct rules_form_field *field,
                        const struct field_value *value, struct str given)
{
    switch (field->type) {
    case FIELD_DATE:
    case FIELD_ENUM:
        return value->text.len ? value->text : given;
    case FIELD_INT:
        return str_format(call->arena, "%lld", (long long)value->number);
    default:
        return given;
    }
}

/* The cell as the sheet names it, "联系人 移动电话" or "第 3 行 姓名": the words of the interface do not know
 * it. */
static struct str cell_label(struct call *call, const struct rules_form *form,
                             const struct rules_form_field *column, int64_t row)
{
    bool en = call->lang == CALL_EN;
    struct str name = str_of(en && column->label_en ? column->label_en : column->label);
    if (!row)
        return name;
    struct str line = str_format(call->arena, "%lld", (long long)row);
    if ((size_t)row <= form->many_rows)
        line = str_of(en && form->rows[row - 1].label_en ? form->rows[row - 1].label_en
                                                         : form->rows[row - 1].label);
    else
        line = words_fill(call->arena, call->lang, "collection.row", &line, 1);
    return str_format(call_lasting(call), "%.*s %.*s", (int)line.len, line.at, (int)name.len, name.at);
}

static void check_one(struct call *call, const struct rules_form *form, const struct rules_form_field *from,
                      int64_t row, struct collection_cell *cell, bool *good)
{
    const char *path = place(call, row, from->name);
    struct field_value value = {0};
    struct field field = collection_field(from);
    enum err word = cell             ? field_parse_text(call, &field, path, cell->value, &value)
                    : from->required ? call_fail(call, ERR_INVALID, path, "fault.required")
                                     : ERR_OK;
    if (word != ERR_OK) {
        *good = false;
        call->last_fault->label = cell_label(call, form, from, row);
    } else if (cell) {
        cell->value = usual(call, from, &value, cell->value);
    }
}

static struct collection_cell *cell_at(struct collection_cells *cells, int64_t row, const char *name)
{
    for (size_t i = 0; i < cells->many; i++)
        if (cells->at[i].row == row && str_is(cells->at[i].name, name))
            return &cells->at[i];
    return NULL;
}

enum err collection_cells_check(struct call *call, const struct rules_form *form,
                                struct collection_cells *cells)
{
    bool good = true;
    int64_t rows = form->many_rows ? (int64_t)form->many_rows : cells->rows;
    for (size_t i = 0; i < form->many_fields; i++)
        check_one(call, form, &form->fields[i], 0, cell_at(cells, 0, form->fields[i].name), &good);
    if (form->many_columns && rows < form->min_rows)
        return call_fail(call, ERR_INVALID, "rows", "collection.fault.rows_min",
                         str_format(call->arena, "%lld", (long long)form->min_rows));
    for (int64_t row = 1; row <= rows; row++)
        for (size_t i = 0; i < form->many_columns; i++)
            check_one(call, form, &form->columns[i], row, cell_at(cells, row, form->columns[i].name), &good);
    return good ? ERR_OK : ERR_INVALID;
}

/* ---- what is known ---- */

/* A pack's form need not have every column that the books could fill. */
static void add_known(struct call *call, const struct rules_form *form, struct collection_cells *cells,
                      int64_t row, const char *name, struct str value)
{
    if (find_field(form, row, str_of(name)))
        collection_cell_add(call, cells, row, name, value);
}

/* An association has one head: its party row may stay as the unit fills it. The department row takes the
 * department's name with its head, as the official table has one line for both. */
static enum err from_posts(struct call *call, const struct rules_form *form, int64_t unit_id,
                           struct collection_cells *ret)
{
    for (size_t i = 0; i < form->many_rows; i++) {
        DB_ROWS(rows);
        TRY(db_query(call, &rows,
                     "SELECT p.person_name, p.title, p.office_phone, p.mobile, o.department FROM org_post o"
                     " JOIN org_person p ON p.person_id = o.person_id WHERE o.unit_id = $1 AND o.post_kind = "
                     "$2 AND o.valid_to IS NULL"
                     " ORDER BY o.valid_from DESC, o.post_id DESC LIMIT 1",
                     db_int(unit_id), db_c(form->rows[i].name)));
        if (db_next(&rows)) {
            struct str title = db_col_copy(call, &rows, 1), department = db_col_copy(call, &rows, 4);
            int64_t row = (int64_t)i + 1;
            if (department.len)
                title = str_format(call->arena, "%.*s%s%.*s", STR_ARG(department), title.len ? " " : "",
                                   STR_ARG(title));
            add_known(call, form, ret, row, "person_name", db_col_copy(call, &rows, 0));
            add_known(call, form, ret, row, "title", title);
            add_known(call, form, ret, row, "office_phone", db_col_copy(call, &rows, 2));
            add_known(call, form, ret, row, "mobile", db_col_copy(call, &rows, 3));
        }
        TRY(db_end(&rows));
    }
    return ERR_OK;
}

/* Chinese, whoever fills in: the sheet is an official paper. */
static struct str label(struct call *call, const char *of, struct str word)
{
    struct call zh = *call;
    zh.lang = CALL_ZH;
    return word.len ? words_enum(&zh, of, word) : word;
}

static enum err from_systems(struct call *call, const struct rules_form *form, int64_t unit_id,
                             struct collection_cells *ret)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT system_name, system_type, main_address, lifecycle_status, mlps_level, filing_cert_no, "
        "deploy_location,"
        " contact_name, contact_mobile FROM info_system WHERE unit_id = $1 AND lifecycle_status <> 'retired'"
        " ORDER BY system_id LIMIT 500",
        db_int(unit_id)));
    for (int64_t row = 1; db_next(&rows) && row <= form->max_rows; row++) {
        const struct str known[] = {
            db_col_copy(call, &rows, 0),
            label(call, registry_system_type_enum.name, db_col_copy(call, &rows, 1)),
            db_col_copy(call, &rows, 2),
            label(call, registry_lifecycle_status_enum.name, db_col_copy(call, &rows, 3)),
            str_format(call->arena, "%lld", (long long)db_col_int(&rows, 4)),
            db_col_copy(call, &rows, 5),
            label(call, registry_deploy_location_enum.name, db_col_copy(call, &rows, 6)),
            db_col_copy(call, &rows, 7),
            db_col_copy(call, &rows, 8),
        };
        static const char *const names[] = {"system_name",      "system_type",  "address",
                                            "lifecycle_status", "mlps_level",   "filing_cert_no",
                                            "deploy_location",  "contact_name", "contact_mobile"};
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            add_known(call, form, ret, row, names[i], known[i]);
    }
    return db_end(&rows);
}

/* The row of the form that an earlier form called by the same name; free rows keep their number. 0: gone. */
static int64_t same_row(const struct rules_form *form, const struct rules_form *before, int64_t row)
{
    if (!form->many_rows || !before->many_rows || !row)
        return row <= form->max_rows ? row : 0;
    if (row > (int64_t)before->many_rows)
        return 0;
    for (size_t i = 0; i < form->many_rows; i++)
        if (strcmp(form->rows[i].name, before->rows[row - 1].name) == 0)
            return (int64_t)i + 1;
    return 0;
}

/* An answer to another version of the form is taken over as far as the form still knows its fields. */
static enum err carry_over(struct call *call, const struct rules_form *form, int64_t from_task,
                           int64_t from_collection, struct collection_cells *ret)
{
    const struct rules_form *before;
    struct collection_cells cells;
    TRY(collection_form_of(call, from_collection, &before));
    TRY(collection_cells_read(call, from_task, &cells));
    for (size_t i = 0; i < cells.many; i++) {
        const struct collection_cell *cell = &cells.at[i];
        int64_t row = same_row(form, before, cell->row);
        const struct rules_form_field *field = row || !cell->row ? find_field(form, row, cell->name) : NULL;
        if (field)
            collection_cell_add(call, ret, row, field->name, cell->value);
    }
    return ERR_OK;
}

enum err collection_last_answer(struct call *call, const struct rules_form *form,
                                const struct collection_task *task, struct collection_cells *ret,
                                int64_t *ret_at_ms)
{
    *ret = (struct collection_cells){0};
    *ret_at_ms = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT task_id, collection_id, handed_in_at_ms FROM collection_task WHERE unit_id = $1 AND "
                 "form_id = $2 AND task_id <> $3"
                 " AND state IN ('handed_in', 'accepted') ORDER BY handed_in_at_ms DESC LIMIT 1",
                 db_int(task->unit_id), db_str(task->form_id), db_int(task->task_id)));
    if (!db_next(&rows))
        return db_end(&rows);
    int64_t last = db_col_int(&rows, 0), collection_id = db_col_int(&rows, 1);
    *ret_at_ms = db_col_int(&rows, 2);
    db_rows_close(&rows);
    return carry_over(call, form, last, collection_id, ret);
}

enum err collection_prefill(struct call *call, const struct rules_form *form,
                            const struct collection_task *task, struct collection_cells *ret,
                            const char **ret_from)
{
    int64_t at_ms;
    struct collection_cells last;
    *ret = (struct collection_cells){0};
    *ret_from = form->prefill ? form->prefill : "";
    TRY(collection_last_answer(call, form, task, &last, &at_ms));
    if (form->prefill && strcmp(form->prefill, "org.posts") == 0)
        TRY(from_posts(call, form, task->unit_id, ret));
    else if (form->prefill)
        TRY(from_systems(call, form, task->unit_id, ret));
    else {
        *ret = last;
        *ret_from = last.many ? "last" : "";
        return ERR_OK;
    }
    /* The fields beside the table are nowhere in the books: as they were answered last. */
    for (size_t i = 0; i < form->many_fields; i++)
        collection_cell_add(call, ret, 0, form->fields[i].name,
                            collection_cell_value(&last, 0, form->fields[i].name));
    if (ret->many == 0)
        *ret_from = "";
    return ERR_OK;
}
