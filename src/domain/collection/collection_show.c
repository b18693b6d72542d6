/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "domain/collection/collection_inner.h"
#include "domain/pledge/pledge.h"
#include "rules/rules.h"

#define REMINDER_NAMES 100

static const struct field row_fields[] = {
    {.name = "collection_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "form_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE},
    {.name = "working_days", .type = FIELD_INT},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_SORT},
    {.name = "due_provisional", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "standing", .type = FIELD_BOOL, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "state",
     .type = FIELD_ENUM,
     .of = &collection_state_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "launched_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "launched_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED | FIELD_SORT},
    {.name = "closed_at_ms", .type = FIELD_TIME},
    {.name = "units", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "handed_in", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "accepted", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table collection_row_table = FIELD_TABLE("collection", row_fields);
#define OF_TASKS(condition)                                                                                  \
    "(SELECT COUNT(*) FROM collection_task t WHERE t.collection_id = c.collection_id" condition ")"
#define SELECT                                                                                                \
    "SELECT c.collection_id, c.form_id, c.title, c.text, c.working_days, c.due_on, c.due_provisional, "       \
    "c.standing, c.state,"                                                                                    \
    " c.launched_by_name, c.launched_at_ms, c.closed_at_ms, " OF_TASKS("") ", " OF_TASKS(                     \
        " AND t.state IN ('handed_in', 'accepted')") ", " OF_TASKS(" AND t.state = 'accepted'") ","           \
                                                                                                " " OF_TASKS( \
                                                                                                    " AND "   \
                                                                                                    "t."      \
                                                                                                    "late "   \
                                                                                                    "= 1 "    \
                                                                                                    "AND "    \
                                                                                                    "t."      \
                                                                                                    "state "  \
                                                                                                    "NOT "    \
                                                                                                    "IN "     \
                                                                                                    "('"      \
                                                                                                    "handed"  \
                                                                                                    "_in', "  \
                                                                                                    "'accep"  \
                                                                                                    "ted')") " FROM collection c"
static const struct db_filter filters[] = {
    {"form_id", "c.form_id = $$", FIELD_TEXT, NULL},
    {"state", "c.state = $$", FIELD_ENUM, &collection_state_enum},
    {"standing", "c.standing = $$", FIELD_BOOL, NULL},
};
static const struct db_sort sorts[] = {
    {"collection_id", "c.collection_id"}, {"due_on", "c.due_on"}, {"launched_at_ms", "c.launched_at_ms"}};
const struct db_list collection_list = {
    .columns = &collection_row_table,
    .select = SELECT,
    .scope = "c.unit_path",
    .key = "c.collection_id",
    .default_sort = "-collection_id",
    .filters = filters,
    .many_filters = 3,
    .sorts = sorts,
    .many_sorts = 3,
    .search = "c.title LIKE $$",
};

static const struct field task_fields[] = {
    {.name = "task_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "collection_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "form_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_kind",
     .type = FIELD_ENUM,
     .of = &org_unit_kind_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "state",
     .type = FIELD_ENUM,
     .of = &collection_task_state_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "concealment", .type = FIELD_ENUM, .of = &collection_concealment_enum, .flags = FIELD_FILTER},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_SORT},
    {.name = "saved_at_ms", .type = FIELD_TIME},
    {.name = "handed_in_at_ms", .type = FIELD_TIME},
    {.name = "handed_in_by_name", .type = FIELD_TEXT},
    {.name = "decided_at_ms", .type = FIELD_TIME},
    {.name = "reminded_at_ms", .type = FIELD_TIME},
    {.name = "collection_state", .type = FIELD_ENUM, .of = &collection_state_enum, .flags = FIELD_REQUIRED},
};
const struct field_table collection_task_row_table = FIELD_TABLE("collection_task", task_fields);
#define COLUMN_STATE 7
#define COLUMN_DUE   10
#define TASK_SELECT                                                                                          \
    "SELECT t.task_id, t.collection_id, c.title, t.form_id, t.unit_id, u.unit_name, u.unit_kind, t.state, "  \
    "t.late, t.concealment,"                                                                                 \
    " t.due_on, t.saved_at_ms, t.handed_in_at_ms, t.handed_in_by_name, t.decided_at_ms, t.reminded_at_ms, "  \
    "c.state FROM collection_task t"                                                                         \
    " LEFT JOIN collection c ON c.collection_id = t.collection_id LEFT JOIN org_unit u ON u.unit_id = "      \
    "t.unit_id"
static const struct db_filter task_filters[] = {
    {"collection_id", "t.collection_id = $$", FIELD_INT, NULL},
    {"form_id", "t.form_id = $$", FIELD_TEXT, NULL},
    {"unit_id", "t.unit_id = $$", FIELD_INT, NULL},
    {"unit_kind", "u.unit_kind = $$", FIELD_ENUM, &org_unit_kind_enum},
    {"state", "t.state = $$", FIELD_ENUM, &collection_task_state_enum},
    {"late", "t.late = $$", FIELD_BOOL, NULL},
    {"concealment", "t.concealment = $$", FIELD_ENUM, &collection_concealment_enum},
    {"running", "CASE WHEN c.state = 'open' AND t.state <> 'accepted' THEN 1 ELSE 0 END = $$", FIELD_BOOL,
     NULL},
};
static const struct db_sort task_sorts[] = {{"task_id", "t.task_id"},
                                            {"due_on", "t.due_on"},
                                            {"late", "t.late"},
                                            {"handed_in_at_ms", "t.handed_in_at_ms"}};
const struct db_list collection_task_list = {
    .columns = &collection_task_row_table,
    .select = TASK_SELECT,
    .scope = "t.unit_path",
    .key = "t.task_id",
    .default_sort = "-late",
    .filters = task_filters,
    .many_filters = sizeof(task_filters) / sizeof(task_filters[0]),
    .sorts = task_sorts,
    .many_sorts = 4,
    .search = "(c.title LIKE $$ OR u.unit_name LIKE $$)",
};

static void put_days(struct call *call, struct json_writer *w, struct str state, struct str due)
{
    int32_t day;
    if (clock_parse_date(due, &day) && !str_is(state, "handed_in") && !str_is(state, "accepted"))
        json_put_int(w, "countdown_working_days",
                     calendar_between(rules_calendar(), clock_day_of(call->now_ms), day));
    else
        json_put_null(w, "countdown_working_days");
}

void collection_put_clock(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    put_days(call, w, db_col_str(rows, COLUMN_STATE), db_col_str(rows, COLUMN_DUE));
}

/* ---- forms ---- */

static const char *said(const struct call *call, const char *zh, const char *en)
{
    return call->lang == CALL_EN && en ? en : zh;
}

static void put_form_head(struct call *call, const struct rules_form *form, struct json_writer *w)
{
    static const char *const seals[] = {"required", "optional", "none"};
    json_put_c(w, "form_id", form->id);
    json_put_c(w, "kind", "form");
    json_put_c(w, "article", form->article);
    json_put_c(w, "title", said(call, form->title, form->title_en));
    json_put_c(w, "pack_title", form->pack_title);
    json_put_c(w, "version", form->version);
    json_put_c(w, "seal", seals[form->seal]);
    json_put_c(w, "prefill", form->prefill);
}

static enum err put_form_line(struct call *call, const struct rules_form *form, void *context)
{
    struct json_writer *w = context;
    json_open_object(w, NULL);
    put_form_head(call, form, w);
    json_close_object(w);
    return ERR_OK;
}

enum err collection_put_forms(struct call *call, struct json_writer *w)
{
    const struct rules_pledge *pledge;
    enum err word = rules_pledge_find(call, STR_NONE, &pledge);
    json_open_array(w, "items");
    if (word == ERR_OK) {
        json_open_object(w, NULL);
        json_put_c(w, "form_id", pledge->id);
        json_put_c(w, "kind", "pledge");
        json_put_c(w, "article", pledge->article);
        json_put_c(w, "title", said(call, pledge->title, pledge->title_en));
        json_put_c(w, "pack_title", pledge->pack_title);
        json_put_c(w, "version", pledge->version);
        json_put_c(w, "seal", pledge->by_scan ? "required" : "none");
        json_put_null(w, "prefill");
        json_close_object(w);
    } else if (word != ERR_NOT_FOUND)
        return word;
    TRY(rules_form_each(call, put_form_line, w));
    json_close_array(w);
    return ERR_OK;
}

static void put_fields(struct call *call, const char *key, const struct rules_form_field *fields, size_t many,
                       struct json_writer *w)
{
    static const char *const types[] = {
        [FIELD_TEXT] = "text", [FIELD_NOTE] = "note", [FIELD_INT] = "int",  [FIELD_MONEY] = "money",
        [FIELD_BOOL] = "bool", [FIELD_DATE] = "date", [FIELD_ENUM] = "enum"};
    json_open_array(w, key);
    for (size_t i = 0; i < many; i++) {
        json_open_object(w, NULL);
        json_put_c(w, "name", fields[i].name);
        json_put_c(w, "label", said(call, fields[i].label, fields[i].label_en));
        json_put_c(w, "help", said(call, fields[i].help, fields[i].help_en));
        json_put_c(w, "type", types[fields[i].type]);
        json_put_bool(w, "required", fields[i].required);
        json_put_bool(w, "personal", fields[i].personal);
        json_open_array(w, "of");
        for (size_t k = 0; fields[i].of.names && fields[i].of.names[k]; k++)
            json_put_c(w, NULL, fields[i].of.names[k]);
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_form(struct call *call, const struct rules_form *form, struct json_writer *w)
{
    json_open_object(w, "form");
    put_form_head(call, form, w);
    json_put_c(w, "intro", said(call, form->intro, form->intro_en));
    put_fields(call, "fields", form->fields, form->many_fields, w);
    put_fields(call, "columns", form->columns, form->many_columns, w);
    json_open_array(w, "rows");
    for (size_t i = 0; i < form->many_rows; i++) {
        json_open_object(w, NULL);
        json_put_c(w, "name", form->rows[i].name);
        json_put_c(w, "label", said(call, form->rows[i].label, form->rows[i].label_en));
        json_close_object(w);
    }
    json_close_array(w);
    json_put_int(w, "min_rows", form->min_rows);
    json_put_int(w, "max_rows", form->max_rows);
    json_close_object(w);
}

/* ---- one collection ---- */

static enum err put_counts(struct call *call, int64_t collection_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT state, COUNT(*), SUM(late) FROM collection_task"
                 " WHERE collection_id = $1 GROUP BY state ORDER BY state",
                 db_int(collection_id)));
    int64_t late = 0, suspected = 0, all = 0;
    json_open_object(w, "counts");
    while (db_next(&rows)) {
        json_put_int(w, str_c(call->arena, db_col_str(&rows, 0)), db_col_int(&rows, 1));
        all += db_col_int(&rows, 1);
        late += db_col_int(&rows, 2);
    }
    TRY(db_end(&rows));
    TRY(db_get_int(
        call, &suspected, 0,
        "SELECT COUNT(*) FROM collection_task WHERE collection_id = $1 AND concealment = 'suspected'",
        db_int(collection_id)));
    json_put_int(w, "all", all);
    json_put_int(w, "late", late);
    json_put_int(w, "suspected", suspected);
    json_close_object(w);
    return ERR_OK;
}

enum err collection_put(struct call *call, int64_t collection_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, SELECT " WHERE c.collection_id = $1", db_int(collection_id)));
    db_put_row(w, &rows, &collection_row_table);
    put_days(call, w, STR(""), db_col_str(&rows, 5));
    db_rows_close(&rows);
    return put_counts(call, collection_id, w);
}

/* "2026-10-20" as people write it in a chat group: 10月20日. */
static struct str in_words(const struct call *call, struct str date)
{
    int64_t month, day;
    if (call->lang == CALL_EN || date.len != 10 || !str_to_int(str_slice(date, 5, 2), &month) ||
        !str_to_int(str_slice(date, 8, 2), &day))
        return date;
    return str_format(call->arena, "%lld月%lld日", (long long)month, (long long)day);
}

enum err collection_reminder_text(struct call *call, int64_t collection_id, struct str *ret)
{
    BUF(names, 64 * 1024);
    int64_t many = 0;
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT title, COALESCE(due_on, '') FROM collection WHERE collection_id = $1",
               db_int(collection_id)));
    struct str title = db_col_copy(call, &rows, 0), due = in_words(call, db_col_copy(call, &rows, 1));
    db_rows_close(&rows);
    TRY(db_query(call, &rows,
                 "SELECT COALESCE(u.short_name, u.unit_name) FROM collection_task t JOIN org_unit u ON "
                 "u.unit_id = t.unit_id"
                 " WHERE t.collection_id = $1 AND t.state IN ('not_started', 'draft', 'returned') ORDER BY "
                 "u.sort_no, u.unit_id",
                 db_int(collection_id)));
    for (; db_next(&rows); many++)
        if (many < REMINDER_NAMES) {
            if (many)
                buf_add_str(&names, call->lang == CALL_EN ? STR(", ") : STR("、"));
            buf_add_str(&names, db_col_str(&rows, 0));
        }
    TRY(db_end(&rows));
    if (many > REMINDER_NAMES)
        buf_add_str(&names, call->lang == CALL_EN ? STR(" …") : STR("等"));
    struct str args[] = {title, due, str_format(call->arena, "%lld", (long long)many),
                         str_copy(call->arena, buf_str(&names))};
    *ret = words_fill(call->arena, call->lang, many ? "collection.reminder" : "collection.reminder_none",
                      args, 4);
    return ERR_OK;
}

/* ---- one task ---- */

static bool is_personal(const struct rules_form *form, const struct collection_cell *cell, struct field *ret)
{
    const struct rules_form_field *fields = cell->row ? form->columns : form->fields;
    size_t many = cell->row ? form->many_columns : form->many_fields;
    for (size_t i = 0; i < many; i++)
        if (str_is(cell->name, fields[i].name)) {
            *ret = collection_field(&fields[i]);
            return fields[i].personal;
        }
    return false;
}

static void put_cells(struct call *call, const struct collection_task *task, const struct rules_form *form,
                      const struct collection_cells *cells, struct json_writer *w)
{
    bool open = access_sees_personal(call, task->unit_path);
    json_open_array(w, "cells");
    for (size_t i = 0; i < cells->many; i++) {
        struct field field;
        bool mask = !open && is_personal(form, &cells->at[i], &field);
        json_open_object(w, NULL);
        json_put_int(w, "row_no", cells->at[i].row);
        json_put_str(w, "name", cells->at[i].name);
        json_put_str(w, "value",
                     mask ? field_mask(call->arena, &field, cells->at[i].value) : cells->at[i].value);
        json_close_object(w);
    }
    json_close_array(w);
    json_put_bool(w, "masked", !open);
}

static enum err put_remarks(struct call *call, int64_t task_id, struct json_writer *w)
{
    return db_put_rows(
        call, w, "remarks", &collection_remark_row_table,
        "SELECT row_no, name, remark FROM collection_remark WHERE task_id = $1 ORDER BY row_no, name",
        db_int(task_id));
}

/* What a unit has not handed in is its own: the authority sees that it was begun, not what it says. */
static enum err put_content(struct call *call, const struct collection_task *task, struct json_writer *w)
{
    struct collection_cells cells = {0}, last;
    const struct rules_form *form;
    const char *from = "";
    int64_t last_ms;
    bool units = !access_is(call, ROLES_AUTHORITY),
         handed = str_is(task->state, "handed_in") || str_is(task->state, "accepted");
    if (str_is(task->form_kind, "pledge")) {
        json_put_null(w, "form");
        return ERR_OK;
    }
    TRY(collection_form_of(call, task->collection_id, &form));
    put_form(call, form, w);
    if (units && str_is(task->state, "not_started"))
        TRY(collection_prefill(call, form, task, &cells, &from));
    else if (units || handed)
        TRY(collection_cells_read(call, task->task_id, &cells));
    put_cells(call, task, form, &cells, w);
    TRY(collection_last_answer(call, form, task, &last, &last_ms));
    json_put_c(w, "prefilled_from", from);
    json_put_int(w, "last_answer_at_ms", last_ms);
    return put_remarks(call, task->task_id, w);
}

static enum err put_more(struct call *call, const struct collection_task *task, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT t.saved_by_name, t.return_reason, t.decided_by_name, t.scan_attachment_id, "
               "t.scan_digest, t.concealment_why, t.case_id,"
               " c.text, c.standing, t.booked_at_ms, t.booked_by_name FROM collection_task t JOIN collection "
               "c ON c.collection_id = "
               "t.collection_id WHERE t.task_id = $1",
               db_int(task->task_id)));
    json_put_str(w, "saved_by_name", db_col_str(&rows, 0));
    json_put_str(w, "return_reason", db_col_str(&rows, 1));
    json_put_str(w, "decided_by_name", db_col_str(&rows, 2));
    json_put_int(w, "scan_attachment_id", db_col_int(&rows, 3));
    json_put_str(w, "scan_digest", db_col_str(&rows, 4));
    json_put_str(w, "concealment_why", db_col_str(&rows, 5));
    json_put_int(w, "case_id", db_col_int(&rows, 6));
    json_put_str(w, "text", db_col_str(&rows, 7));
    json_put_bool(w, "standing", db_col_int(&rows, 8) != 0);
    json_put_int(w, "booked_at_ms", db_col_int(&rows, 9));
    json_put_str(w, "booked_by_name", db_col_str(&rows, 10));
    json_put_str(w, "form_kind", task->form_kind);
    json_put_int(w, "version", task->version);
    json_put_int(w, "document_id", task->document_id);
    json_put_str(w, "verify_code", task->verify_code);
    json_put_int(w, "sheet_at_ms", task->sheet_at_ms);
    json_put_bool(w, "sheet_current", task->document_id && task->sheet_version == task->version);
    return ERR_OK;
}

/* What the authority gave along: notices, templates, examples. */
static enum err put_files(struct call *call, int64_t collection_id, struct json_writer *w)
{
    return db_put_rows(
        call, w, "files", &collection_file_table,
        "SELECT attachment_id, file_name, media_type, size, digest, uploaded_at_ms FROM attachment "
        "WHERE subject_kind = 'collection' AND subject_id = $1 AND state = 'filed' ORDER BY "
        "attachment_id",
        db_int(collection_id));
}

enum err collection_put_task(struct call *call, int64_t task_id, struct json_writer *w)
{
    struct collection_task task;
    TRY(collection_task_reach(call, task_id, &task));
    DB_ROWS(rows);
    TRY(db_one(call, &rows, TASK_SELECT " WHERE t.task_id = $1", db_int(task_id)));
    db_put_row(w, &rows, &collection_task_row_table);
    collection_put_clock(call, w, &rows);
    db_rows_close(&rows);
    TRY(put_more(call, &task, w));
    TRY(put_files(call, task.collection_id, w));
    return put_content(call, &task, w);
}
