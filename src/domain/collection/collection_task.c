/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "domain/collection/collection_inner.h"
#include "domain/discipline/discipline.h"
#include "domain/document/document.h"
#include "domain/notify/notify.h"
#include "domain/pledge/pledge.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const struct field cell_fields[] = {
    {.name = "row_no", .type = FIELD_INT, .min = 0, .max = RULES_FORM_ROWS_MAX},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 60},
    {.name = "value", .type = FIELD_NOTE, .max = 4000},
};
static const struct field_table cell_table = FIELD_TABLE("collection_cell", cell_fields);
static const struct field draft_fields[] = {
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1, .max = INT64_C(1000000000)},
    {.name = "cells", .type = FIELD_ROWS, .rows = &cell_table, .max = COLLECTION_CELLS_MAX},
};
const struct field_table collection_draft_table = FIELD_TABLE("collection_draft", draft_fields);
static const struct field remark_fields[] = {
    {.name = "row_no", .type = FIELD_INT, .min = 0, .max = RULES_FORM_ROWS_MAX},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 60},
    {.name = "remark", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 300},
};
static const struct field_table remark_table = FIELD_TABLE("collection_remark", remark_fields);
static const struct field return_fields[] = {
    {.name = "reason", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 1000},
    {.name = "remarks", .type = FIELD_ROWS, .rows = &remark_table, .max = 500},
};
const struct field_table collection_return_table = FIELD_TABLE("collection_return", return_fields);

enum err collection_task_reach(struct call *call, int64_t task_id, struct collection_task *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT t.task_id, t.collection_id, t.unit_id, t.version, t.sheet_version, t.sheet_at_ms, "
               "t.document_id,"
               " t.first_handed_at_ms, t.form_id, c.form_kind, t.unit_path, u.unit_name, t.state, c.state, "
               "t.due_on, t.verify_code,"
               " t.concealment, c.title, t.late, c.standing FROM collection_task t JOIN collection c ON "
               "c.collection_id = t.collection_id"
               " JOIN org_unit u ON u.unit_id = t.unit_id WHERE t.task_id = $1",
               db_int(task_id)));
    TRY(access_reach(call, db_col_str(&rows, 10)));
    *ret = (struct collection_task){
        .task_id = db_col_int(&rows, 0),
        .collection_id = db_col_int(&rows, 1),
        .unit_id = db_col_int(&rows, 2),
        .version = db_col_int(&rows, 3),
        .sheet_version = db_col_int(&rows, 4),
        .sheet_at_ms = db_col_int(&rows, 5),
        .document_id = db_col_int(&rows, 6),
        .first_handed_at_ms = db_col_int(&rows, 7),
        .form_id = db_col_copy(call, &rows, 8),
        .form_kind = db_col_copy(call, &rows, 9),
        .unit_path = db_col_copy(call, &rows, 10),
        .unit_name = db_col_copy(call, &rows, 11),
        .state = db_col_copy(call, &rows, 12),
        .collection_state = db_col_copy(call, &rows, 13),
        .due_on = db_col_copy(call, &rows, 14),
        .verify_code = db_col_copy(call, &rows, 15),
        .concealment = db_col_copy(call, &rows, 16),
        .title = db_col_copy(call, &rows, 17),
        .late = db_col_int(&rows, 18) != 0,
        .standing = db_col_int(&rows, 19) != 0,
    };
    return ERR_OK;
}

static enum err record_it(struct call *call, const struct collection_task *task, const char *verb,
                          struct str detail)
{
    rules_touch(call, "unit", task->unit_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verb,
                                               .subject_kind = "collection_task",
                                               .subject_id = task->task_id,
                                               .unit_id = task->unit_id,
                                               .unit_path = task->unit_path,
                                               .detail = detail},
                         NULL);
}

/* ---- filling ---- */

static enum err reach_to_fill(struct call *call, int64_t task_id, struct collection_task *ret)
{
    TRY(collection_task_reach(call, task_id, ret));
    if (!str_is(ret->collection_state, "open"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.closed");
    if (str_is(ret->state, "handed_in") || str_is(ret->state, "accepted"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.handed_in");
    return ERR_OK;
}

/* A returned task stays returned while it is corrected, so that its remarks go on being shown. */
static enum err keep(struct call *call, const struct collection_task *task,
                     const struct collection_cells *cells)
{
    int64_t counted;
    TRY(db_run_counted(call, &counted,
                       "UPDATE collection_task SET version = version + 1, state = CASE WHEN state = "
                       "'not_started' THEN 'draft' ELSE state END,"
                       " saved_by_name = $3, saved_at_ms = $4 WHERE task_id = $1 AND version = $2",
                       db_int(task->task_id), db_int(task->version), db_str(call_who(call).display_name),
                       db_int(call->now_ms)));
    if (!counted)
        return call_fail(call, ERR_CONFLICT, "version", "collection.fault.version");
    return collection_cells_write(call, task->task_id, cells);
}

static bool same_cells(const struct collection_cells *a, const struct collection_cells *b)
{
    bool same = a->many == b->many;
    for (size_t i = 0; same && i < a->many; i++)
        same = str_eq(a->at[i].value, collection_cell_value(b, a->at[i].row, a->at[i].name.at));
    return same;
}

enum err collection_save(struct call *call, int64_t task_id, const struct field_record *record)
{
    struct collection_task task;
    struct collection_cells cells, before;
    const struct rules_form *form;
    TRY(reach_to_fill(call, task_id, &task));
    if (str_is(task.form_kind, "pledge"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.pledge");
    if (task.version != field_int(record, "version", 0))
        return call_fail(call, ERR_CONFLICT, "version", "collection.fault.version");
    TRY(collection_form_of(call, task.collection_id, &form));
    TRY(collection_cells_given(call, form, field_get(record, "cells"), &cells));
    /* A draft that saves itself must not make a printed sheet stale by saying the same again. */
    TRY(collection_cells_read(call, task_id, &before));
    if (!str_is(task.state, "not_started") && same_cells(&cells, &before))
        return ERR_OK;
    return keep(call, &task, &cells);
}

enum err collection_no_change(struct call *call, int64_t task_id)
{
    struct collection_task task;
    struct collection_cells cells;
    const struct rules_form *form;
    const char *from;
    int64_t at_ms;
    TRY(reach_to_fill(call, task_id, &task));
    if (str_is(task.form_kind, "pledge"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.pledge");
    TRY(collection_form_of(call, task.collection_id, &form));
    TRY(collection_last_answer(call, form, &task, &cells, &at_ms));
    if (!at_ms)
        TRY(collection_prefill(call, form, &task, &cells, &from));
    TRY(keep(call, &task, &cells));
    return record_it(call, &task, "collection.no_change", STR_NONE);
}

static enum err freeze_sheet(struct call *call, struct collection_task *task, const struct rules_form *form,
                             struct collection_cells *cells)
{
    struct str members;
    int64_t document_id = 0;
    TRY(collection_cells_write(call, task->task_id, cells));
    TRY(collection_sheet_members(call, form, task, cells, false, &members));
    TRY(document_write(call,
                       &(struct document_draft){.kind = "collection_sheet",
                                                .title = str_of(form->title),
                                                .unit_id = task->unit_id,
                                                .unit_path = task->unit_path,
                                                .subject_kind = "collection_task",
                                                .subject_id = task->task_id,
                                                .members = members},
                       &document_id));
    TRY(document_freeze(call, document_id, &task->verify_code));
    task->document_id = document_id;
    task->sheet_version = task->version;
    task->sheet_at_ms = call->now_ms;
    return db_run(call,
                  "UPDATE collection_task SET document_id = $2, sheet_version = version, sheet_at_ms = $3, "
                  "verify_code = $4 WHERE task_id = $1",
                  db_int(task->task_id), db_int(document_id), db_int(call->now_ms),
                  db_str(task->verify_code));
}

static enum err print_task(struct call *call, struct collection_task *task,
                           const struct rules_form **ret_form)
{
    struct collection_cells cells;
    TRY(collection_form_of(call, task->collection_id, ret_form));
    if (str_is(task->state, "not_started"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.not_saved");
    TRY(collection_cells_read(call, task->task_id, &cells));
    TRY(collection_cells_check(call, *ret_form, &cells));
    return task->document_id && task->sheet_version == task->version
               ? ERR_OK
               : freeze_sheet(call, task, *ret_form, &cells);
}

enum err collection_print(struct call *call, int64_t task_id, int64_t *ret_document_id)
{
    struct collection_task task;
    const struct rules_form *form;
    TRY(reach_to_fill(call, task_id, &task));
    if (str_is(task.form_kind, "pledge"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.pledge");
    TRY(print_task(call, &task, &form));
    *ret_document_id = task.document_id;
    return ERR_OK;
}

/* ---- handing in ---- */

static enum err find_scan(struct call *call, const struct collection_task *task, int64_t *ret_id,
                          struct str *ret_digest)
{
    *ret_id = 0;
    *ret_digest = STR_NONE;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT attachment_id, digest FROM attachment WHERE subject_kind = 'collection_task' AND "
                 "subject_id = $1"
                 " AND kind = 'stamped_scan' AND state = 'filed' AND uploaded_at_ms >= $2 ORDER BY "
                 "attachment_id DESC LIMIT 1",
                 db_int(task->task_id), db_int(task->sheet_at_ms)));
    if (db_next(&rows)) {
        *ret_id = db_col_int(&rows, 0);
        *ret_digest = db_col_copy(call, &rows, 1);
    }
    return db_end(&rows);
}

static enum err handed(struct call *call, struct collection_task *task, int64_t scan_id, struct str digest)
{
    int32_t due, today = clock_day_of(call->now_ms);
    bool late =
        task->late || (!task->first_handed_at_ms && clock_parse_date(task->due_on, &due) && today > due);
    TRY(db_run(call,
               "UPDATE collection_task SET state = 'handed_in', late = $2, concealment = CASE WHEN $2 = 1 "
               "AND concealment = 'none' THEN"
               " 'suspected' ELSE concealment END, first_handed_at_ms = COALESCE(first_handed_at_ms, $3), "
               "handed_in_at_ms = $3,"
               " handed_in_by_name = $4, scan_attachment_id = $5, scan_digest = $6, document_id = $7, "
               "verify_code = $8, return_reason = NULL"
               " WHERE task_id = $1",
               db_int(task->task_id), db_int(late), db_int(call->now_ms), db_str(call_who(call).display_name),
               db_int_or_null(scan_id), db_str_or_null(digest), db_int_or_null(task->document_id),
               db_str_or_null(task->verify_code)));
    TRY(db_run(call, "DELETE FROM collection_remark WHERE task_id = $1", db_int(task->task_id)));
    struct str detail = str_format(
        call->arena, "{\"form_id\":\"%.*s\",\"verify_code\":\"%.*s\",\"scan_digest\":\"%.*s\",\"late\":%s}",
        STR_ARG(task->form_id), STR_ARG(task->verify_code), STR_ARG(digest), late ? "true" : "false");
    TRY(record_it(call, task, "collection.handed_in", detail));
    return notify_users(
        call, ROLE_COUNTY_OFFICER, 0,
        &(struct notify_message){.key = "collection.notice.handed_in",
                                 .args = {task->unit_name, task->title},
                                 .url = str_format(call->arena, "/tasks/%lld", (long long)task->task_id),
                                 .subject_kind = "collection_task",
                                 .subject_id = task->task_id});
}

/* A pledge that was asked for in one version may be handed in in it, also when a newer text came meanwhile.
 */
static enum err asked_version(struct call *call, int64_t collection_id, struct str *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT pack_version FROM collection WHERE collection_id = $1",
               db_int(collection_id)));
    *ret = db_col_copy(call, &rows, 0);
    return ERR_OK;
}

static enum err hand_in_pledge(struct call *call, struct collection_task *task)
{
    bool stands;
    struct pledge pledge;
    struct pledge_paper paper;
    struct str version;
    TRY(asked_version(call, task->collection_id, &version));
    TRY(pledge_stands(call, task->unit_id, version, &stands));
    if (!stands)
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.pledge_unsigned");
    TRY(pledge_newest(call, task->unit_id, true, &pledge));
    TRY(pledge_paper_filed(call, task->unit_id, &paper));
    bool on_paper = paper.attachment_id && !pledge.same_leaders;
    task->document_id = on_paper ? 0 : pledge.document_id;
    task->verify_code = on_paper ? STR_NONE : pledge.verify_code;
    TRY(db_run(call, "UPDATE collection_task SET sheet_version = version WHERE task_id = $1",
               db_int(task->task_id)));
    return handed(call, task, on_paper ? paper.attachment_id : pledge.scan_attachment_id,
                  on_paper ? paper.digest : pledge.scan_digest);
}

enum err collection_hand_in(struct call *call, int64_t task_id)
{
    struct collection_task task;
    const struct rules_form *form;
    int64_t scan_id;
    struct str digest;
    TRY(reach_to_fill(call, task_id, &task));
    if (str_is(task.form_kind, "pledge"))
        return hand_in_pledge(call, &task);
    bool printed = task.document_id && task.sheet_version == task.version;
    TRY(collection_form_of(call, task.collection_id, &form));
    if (form->seal == RULES_SEAL_REQUIRED && !printed)
        return call_fail(call, ERR_REFUSED, NULL,
                         str_is(task.state, "not_started") ? "collection.fault.not_saved"
                         : task.document_id                ? "collection.fault.sheet_stale"
                                                           : "collection.fault.not_printed");
    TRY(print_task(call, &task, &form));
    TRY(find_scan(call, &task, &scan_id, &digest));
    if (form->seal == RULES_SEAL_REQUIRED && !scan_id)
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.no_scan");
    return handed(call, &task, scan_id, digest);
}

/* ---- the authority's side ---- */

static enum err reach_handed(struct call *call, int64_t task_id, struct collection_task *ret)
{
    TRY(collection_task_reach(call, task_id, ret));
    return str_is(ret->state, "handed_in")
               ? ERR_OK
               : call_fail(call, ERR_REFUSED, NULL, "collection.fault.not_handed_in");
}

static enum err decided(struct call *call, const struct collection_task *task, const char *state,
                        struct str reason)
{
    return db_run(call,
                  "UPDATE collection_task SET state = $2, decided_at_ms = $3, decided_by_name = $4, "
                  "return_reason = $5 WHERE task_id = $1",
                  db_int(task->task_id), db_c(state), db_int(call->now_ms),
                  db_str(call_who(call).display_name), db_str_or_null(reason));
}

static enum err tell_unit(struct call *call, const struct collection_task *task, const char *key,
                          struct str more)
{
    return notify_users(
        call, ROLES_UNIT, task->unit_id,
        &(struct notify_message){.key = key,
                                 .args = {task->title, more},
                                 .url = str_format(call->arena, "/tasks/%lld", (long long)task->task_id),
                                 .subject_kind = "collection_task",
                                 .subject_id = task->task_id});
}

/* The version moves on, so that what comes back is a new sheet with a new stamp. */
enum err collection_return(struct call *call, int64_t task_id, const struct field_record *record)
{
    struct collection_task task;
    const struct field_value *remarks = field_get(record, "remarks");
    struct str reason = field_str(record, "reason");
    TRY(reach_handed(call, task_id, &task));
    TRY(decided(call, &task, "returned", reason));
    TRY(db_run(call, "UPDATE collection_task SET version = version + 1 WHERE task_id = $1", db_int(task_id)));
    TRY(db_run(call, "DELETE FROM collection_remark WHERE task_id = $1", db_int(task_id)));
    for (size_t i = 0; i < remarks->many; i++)
        TRY(db_run(call,
                   "INSERT INTO collection_remark (task_id, row_no, name, remark) VALUES ($1, $2, $3, $4)"
                   " ON CONFLICT (task_id, row_no, name) DO UPDATE SET remark = excluded.remark",
                   db_int(task_id), db_int(field_int(&remarks->rows[i], "row_no", 0)),
                   db_str(field_str(&remarks->rows[i], "name")),
                   db_str(field_str(&remarks->rows[i], "remark"))));
    TRY(tell_unit(call, &task, "collection.notice.returned", reason));
    return record_it(call, &task, "collection.returned",
                     str_format(call->arena, "{\"remarks\":%zu}", remarks->many));
}

enum err collection_accept(struct call *call, int64_t task_id)
{
    struct collection_task task;
    TRY(reach_handed(call, task_id, &task));
    TRY(decided(call, &task, "accepted", STR_NONE));
    TRY(tell_unit(call, &task, "collection.notice.accepted", STR_NONE));
    return record_it(call, &task, "collection.accepted", STR_NONE);
}

enum err collection_concealment_decide(struct call *call, int64_t task_id, bool agree, struct str reason)
{
    struct collection_task task;
    int64_t case_id = 0;
    TRY(collection_task_reach(call, task_id, &task));
    if (!str_is(task.concealment, "suspected"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.not_suspected");
    if (agree) {
        struct str args[] = {task.title, task.due_on};
        struct discipline_new made = {.case_kind = "concealment",
                                      .unit_id = task.unit_id,
                                      .article = STR("S2"),
                                      .reason = reason,
                                      .facts =
                                          words_fill(call->arena, CALL_ZH, "collection.facts.late", args, 2)};
        TRY(discipline_create(call, &made, &case_id));
    }
    TRY(db_run(
        call,
        "UPDATE collection_task SET concealment = $2, concealment_why = $3, case_id = $4 WHERE task_id = $1",
        db_int(task_id), db_c(agree ? "case" : "dismissed"), db_str(reason), db_int_or_null(case_id)));
    return record_it(call, &task, agree ? "collection.concealment_case" : "collection.concealment_dismissed",
                     str_format(call->arena, "{\"case_id\":%lld}", (long long)case_id));
}
