/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "base/clock.h"
#include "domain/collection/collection_inner.h"
#include "domain/notify/notify.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const char *const states[] = {"open", "closed", NULL};
const struct field_enum collection_state_enum = {"collection_state", states, NULL};
static const char *const task_states[] = {"not_started", "draft", "handed_in", "returned", "accepted", NULL};
const struct field_enum collection_task_state_enum = {"collection_task_state", task_states, NULL};
static const char *const audiences[] = {"all", "kinds", "units", NULL};
const struct field_enum collection_audience_enum = {"collection_audience", audiences, NULL};
static const char *const concealments[] = {"none", "suspected", "dismissed", "case", NULL};
const struct field_enum collection_concealment_enum = {"collection_concealment", concealments, NULL};

static const struct field kind_fields[] = {
    {.name = "unit_kind", .type = FIELD_ENUM, .of = &org_unit_kind_enum, .flags = FIELD_REQUIRED}};
static const struct field_table kind_table = FIELD_TABLE("collection_kind", kind_fields);
static const struct field unit_fields[] = {
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED}};
static const struct field_table unit_table = FIELD_TABLE("collection_unit", unit_fields);
static const struct field launch_fields[] = {
    {.name = "form_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 80},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 100},
    {.name = "text", .type = FIELD_NOTE, .max = 4000},
    {.name = "working_days", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1, .max = 120},
    {.name = "audience", .type = FIELD_ENUM, .of = &collection_audience_enum, .flags = FIELD_REQUIRED},
    {.name = "unit_kinds", .type = FIELD_ROWS, .rows = &kind_table, .max = 20},
    {.name = "units", .type = FIELD_ROWS, .rows = &unit_table, .max = 50000},
};
const struct field_table collection_launch_table = FIELD_TABLE("collection_launch", launch_fields);

/* ---- launching ---- */

struct made {
    int64_t collection_id, units;
    struct str form_id, due_on;
};

/* What is asked: a form as the packs define it today, or the pledge. */
struct content {
    const char *kind, *version, *title;
    struct str form_json;
};

static enum err find_content(struct call *call, struct str form_id, struct content *ret)
{
    const struct rules_form *form;
    const struct rules_pledge *pledge;
    enum err word = rules_pledge_find(call, form_id, &pledge);
    if (word == ERR_OK && form_id.len) {
        *ret = (struct content){"pledge", pledge->version, pledge->title, STR_NONE};
        return ERR_OK;
    }
    word = rules_form_find(call, form_id, &form);
    if (word == ERR_NOT_FOUND)
        return call_fail(call, ERR_INVALID, "form_id", "collection.fault.form", form_id);
    TRY(word);
    *ret = (struct content){"form", form->version, form->title, STR_NONE};
    return collection_form_write(call, form, &ret->form_json);
}

static enum err insert_kind(struct call *call, struct made *made, struct str unit_kind)
{
    int64_t counted;
    TRY(db_run_counted(
        call, &counted,
        "INSERT INTO collection_task (collection_id, form_id, unit_id, unit_path, state, due_on)"
        " SELECT $1, $2, u.unit_id, u.unit_path, 'not_started', $3 FROM org_unit u WHERE u.valid_to IS NULL"
        " AND u.parent_id IS NOT NULL AND u.unit_kind = $4 ON CONFLICT (collection_id, unit_id) DO NOTHING",
        db_int(made->collection_id), db_str(made->form_id), db_str(made->due_on), db_str(unit_kind)));
    made->units += counted;
    return ERR_OK;
}

static enum err insert_unit(struct call *call, struct made *made, int64_t unit_id)
{
    struct org_unit unit;
    int64_t counted;
    TRY(org_unit_reach(call, unit_id, &unit));
    TRY(db_run_counted(
        call, &counted,
        "INSERT INTO collection_task (collection_id, form_id, unit_id, unit_path, state, due_on)"
        " VALUES ($1, $2, $3, $4, 'not_started', $5) ON CONFLICT (collection_id, unit_id) DO NOTHING",
        db_int(made->collection_id), db_str(made->form_id), db_int(unit_id), db_str(unit.unit_path),
        db_str_or_null(made->due_on)));
    made->units += counted;
    return ERR_OK;
}

/* "All" are the units that obey: the authority itself, its sections, the leading group and vendors are not
 * asked. */
static enum err insert_tasks(struct call *call, struct made *made, const struct field_record *record)
{
    static const char *const obeying[] = {"bureau", "affiliated_unit", "association", "township", "soe"};
    struct str audience = field_str(record, "audience");
    const struct field_value *kinds = field_get(record, "unit_kinds"), *units = field_get(record, "units");
    if (str_is(audience, "all"))
        for (size_t i = 0; i < sizeof(obeying) / sizeof(obeying[0]); i++)
            TRY(insert_kind(call, made, str_of(obeying[i])));
    if (str_is(audience, "kinds"))
        for (size_t i = 0; i < kinds->many; i++)
            TRY(insert_kind(call, made, field_str(&kinds->rows[i], "unit_kind")));
    if (str_is(audience, "units"))
        for (size_t i = 0; i < units->many; i++)
            TRY(insert_unit(call, made, field_int(&units->rows[i], "unit_id", 0)));
    return made->units ? ERR_OK : call_fail(call, ERR_INVALID, "audience", "collection.fault.nobody");
}

static enum err insert_collection(struct call *call, const struct field_record *record,
                                  const struct content *content, const struct calendar_due *due,
                                  struct made *made)
{
    struct org_unit root;
    struct call_who who = call_who(call);
    TRY(org_root(call, &root));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO collection (form_id, form_kind, pack_version, title, text, working_days, due_on, "
               "due_provisional, state,"
               " unit_id, unit_path, launched_by, launched_by_name, launched_at_ms, form_json)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12, $13, $14) RETURNING "
               "collection_id",
               db_str(made->form_id), db_c(content->kind), db_c(content->version),
               db_str(field_str(record, "title")), db_str_or_null(field_str(record, "text")),
               db_int(field_int(record, "working_days", 1)), db_str(made->due_on), db_int(due->provisional),
               db_int(root.unit_id), db_str(root.unit_path), db_int(who.user_id), db_str(who.display_name),
               db_int(call->now_ms), db_str_or_null(content->form_json)));
    made->collection_id = db_col_int(&rows, 0);
    return ERR_OK;
}

static enum err tell_units(struct call *call, const struct made *made, struct str title, bool all)
{
    struct notify_message message = {
        .key = "collection.notice.launched",
        .args = {title, made->due_on},
        .url = STR("/tasks"),
        .subject_kind = "collection",
        .subject_id = made->collection_id,
        .once = str_format(call->arena, "collection.launched:%lld", (long long)made->collection_id)};
    if (all)
        return notify_users(call, ROLES_UNIT, 0, &message);
    DB_ROWS(rows);
    TRY(db_query(call, &rows, "SELECT unit_id FROM collection_task WHERE collection_id = $1 ORDER BY unit_id",
                 db_int(made->collection_id)));
    while (db_next(&rows))
        TRY(notify_users(call, ROLES_UNIT, db_col_int(&rows, 0), &message));
    return db_end(&rows);
}

enum err collection_launch(struct call *call, const struct field_record *record, int64_t *ret_collection_id)
{
    struct content content;
    struct org_unit root;
    struct made made = {.form_id = field_str(record, "form_id")};
    TRY(find_content(call, made.form_id, &content));
    struct calendar_due due =
        calendar_add(rules_calendar(), clock_day_of(call->now_ms), (int)field_int(record, "working_days", 1));
    made.due_on = str_copy(call->arena, str_of(clock_date(due.day).text));
    TRY(insert_collection(call, record, &content, &due, &made));
    TRY(insert_tasks(call, &made, record));
    TRY(org_root(call, &root));
    *ret_collection_id = made.collection_id;
    TRY(tell_units(call, &made, field_str(record, "title"), str_is(field_str(record, "audience"), "all")));
    struct str detail = str_format(call->arena, "{\"form_id\":\"%.*s\",\"units\":%lld,\"due_on\":\"%.*s\"}",
                                   STR_ARG(made.form_id), (long long)made.units, STR_ARG(made.due_on));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "collection.launched",
                                               .subject_kind = "collection",
                                               .subject_id = made.collection_id,
                                               .unit_id = root.unit_id,
                                               .unit_path = root.unit_path,
                                               .detail = detail},
                         NULL);
}

/* The standing collection in which the unit works on this form: the one where it has begun something; else
 * one that asks what the pack in force asks and where nothing of the unit was accepted; 0: none yet. */
static enum err find_standing(struct call *call, const struct content *content, struct str form_id,
                              int64_t unit_id, int64_t *ret)
{
    TRY(db_get_int(
        call, ret, 0,
        "SELECT MAX(c.collection_id) FROM collection c JOIN collection_task t ON t.collection_id = "
        "c.collection_id WHERE c.standing = 1 AND c.form_id = $1 AND t.unit_id = $2 AND (t.state IN "
        "('draft', 'handed_in', 'returned') OR (t.state = 'not_started' AND c.form_json = $3))",
        db_str(form_id), db_int(unit_id), db_str(content->form_json)));
    if (*ret)
        return ERR_OK;
    return db_get_int(
        call, ret, 0,
        "SELECT MIN(c.collection_id) FROM collection c WHERE c.standing = 1 AND c.form_id = $1 AND "
        "c.form_json = $3 AND NOT EXISTS (SELECT 1 FROM collection_task t WHERE t.collection_id = "
        "c.collection_id AND t.unit_id = $2 AND t.state = 'accepted')",
        db_str(form_id), db_int(unit_id), db_str(content->form_json));
}

/* One standing collection serves all units of a form; a unit whose task in it was accepted gets a further
 * one. */
static enum err standing_for(struct call *call, struct str form_id, int64_t unit_id, int64_t *ret)
{
    struct content content;
    struct org_unit root;
    TRY(find_content(call, form_id, &content));
    if (str_is(str_of(content.kind), "pledge"))
        return call_fail(call, ERR_INVALID, "form_id", "collection.fault.form", form_id);
    TRY(find_standing(call, &content, form_id, unit_id, ret));
    if (*ret)
        return ERR_OK;
    TRY(org_root(call, &root));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO collection (form_id, form_kind, pack_version, title, standing, state, unit_id, "
               "unit_path, launched_by,"
               " launched_by_name, launched_at_ms, form_json) VALUES ($1, 'form', $2, $3, 1, 'open', $4, $5, "
               "0, '', $6, $7) "
               "RETURNING collection_id",
               db_str(form_id), db_c(content.version), db_c(content.title), db_int(root.unit_id),
               db_str(root.unit_path), db_int(call->now_ms), db_str(content.form_json)));
    *ret = db_col_int(&rows, 0);
    return ERR_OK;
}

enum err collection_open_own(struct call *call, struct str form_id, int64_t unit_id, int64_t *ret_task_id)
{
    struct made made = {.form_id = form_id};
    struct org_unit unit;
    TRY(org_unit_reach(call, unit_id, &unit));
    TRY(standing_for(call, form_id, unit_id, &made.collection_id));
    TRY(insert_unit(call, &made, unit_id));
    return db_get_int(call, ret_task_id, 0,
                      "SELECT task_id FROM collection_task WHERE collection_id = $1 AND unit_id = $2",
                      db_int(made.collection_id), db_int(unit_id));
}

/* ---- running ---- */

static enum err find_open(struct call *call, int64_t collection_id, struct str *ret_title,
                          struct str *ret_due, struct str *ret_path)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_path, state, title, due_on FROM collection WHERE collection_id = $1",
               db_int(collection_id)));
    TRY(access_reach(call, db_col_str(&rows, 0)));
    *ret_path = db_col_copy(call, &rows, 0);
    *ret_title = db_col_copy(call, &rows, 2);
    *ret_due = db_col_copy(call, &rows, 3);
    return str_is(db_col_str(&rows, 1), "open")
               ? ERR_OK
               : call_fail(call, ERR_REFUSED, NULL, "collection.fault.closed");
}

enum err collection_close(struct call *call, int64_t collection_id)
{
    struct str title, due, path;
    TRY(find_open(call, collection_id, &title, &due, &path));
    TRY(db_run(
        call,
        "UPDATE collection SET state = 'closed', closed_at_ms = $2 WHERE collection_id = $1 AND standing = 0",
        db_int(collection_id), db_int(call->now_ms)));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "collection.closed",
                                               .subject_kind = "collection",
                                               .subject_id = collection_id,
                                               .unit_path = path},
                         NULL);
}

enum err collection_remind(struct call *call, int64_t collection_id, int64_t *ret_units)
{
    struct str title, due, path;
    *ret_units = 0;
    TRY(find_open(call, collection_id, &title, &due, &path));
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT unit_id, task_id FROM collection_task WHERE collection_id = $1 AND state IN "
                 "('not_started', 'draft', 'returned')"
                 " ORDER BY unit_id",
                 db_int(collection_id)));
    while (db_next(&rows)) {
        struct notify_message message = {
            .key = "collection.notice.remind",
            .args = {title, due},
            .url = str_format(call->arena, "/tasks/%lld", (long long)db_col_int(&rows, 1)),
            .subject_kind = "collection_task",
            .subject_id = db_col_int(&rows, 1)};
        TRY(notify_users(call, ROLES_UNIT, db_col_int(&rows, 0), &message));
        ++*ret_units;
    }
    TRY(db_end(&rows));
    TRY(db_run(call,
               "UPDATE collection_task SET reminded_at_ms = $2 WHERE collection_id = $1 AND state IN "
               "('not_started', 'draft', 'returned')",
               db_int(collection_id), db_int(call->now_ms)));
    struct str detail = str_format(call->arena, "{\"units\":%lld}", (long long)*ret_units);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "collection.reminded",
                                               .subject_kind = "collection",
                                               .subject_id = collection_id,
                                               .unit_path = path,
                                               .detail = detail},
                         NULL);
}

/* A unit that handed in on time and got it back for correction is not suspected of hiding anything. */
enum err collection_sweep(struct call *call)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT c.collection_id, c.title, c.unit_path, COUNT(*) FROM collection_task t JOIN collection c"
        " ON c.collection_id = t.collection_id WHERE t.late = 0 AND t.due_on < $1 AND c.state = 'open'"
        " AND t.first_handed_at_ms IS NULL GROUP BY c.collection_id, c.title, c.unit_path ORDER BY "
        "c.collection_id",
        db_c(today.text)));
    while (db_next(&rows)) {
        struct str units = str_format(call->arena, "%lld", (long long)db_col_int(&rows, 3));
        int64_t collection_id = db_col_int(&rows, 0);
        struct notify_message message = {
            .key = "collection.notice.late",
            .args = {db_col_copy(call, &rows, 1), units},
            .url = str_format(call->arena, "/collections/%lld", (long long)collection_id),
            .subject_kind = "collection",
            .subject_id = collection_id};
        TRY(notify_users(call, ROLE_COUNTY_OFFICER, 0, &message));
        TRY(ledger_append(
            call,
            &(struct ledger_fact){.verb = "collection.late",
                                  .subject_kind = "collection",
                                  .subject_id = collection_id,
                                  .unit_path = db_col_copy(call, &rows, 2),
                                  .detail = str_format(call->arena, "{\"units\":%.*s}", STR_ARG(units))},
            NULL));
    }
    TRY(db_end(&rows));
    return db_run(call,
                  "UPDATE collection_task SET late = 1, concealment = CASE WHEN concealment = 'none' THEN "
                  "'suspected' ELSE concealment END"
                  " WHERE late = 0 AND due_on < $1 AND first_handed_at_ms IS NULL"
                  " AND EXISTS (SELECT 1 FROM collection c WHERE c.collection_id = "
                  "collection_task.collection_id AND c.state = 'open')",
                  db_c(today.text));
}
