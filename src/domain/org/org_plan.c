/* SPDX-License-Identifier: Apache-2.0
 *
 * Reorganisations of a coming day.
 *
 * Method. A plan keeps what was asked, word for word. On its day it is read again as if it were asked then:
 * every check runs against the tree of that day, under a savepoint of its own, so that a plan that is no
 * longer possible leaves nothing behind and says why. It is done in the name of who planned it, and entered
 * in the ledger by the program.
 */
#include "domain/org/org_reorg.h"

#include <string.h>
#include "access/access.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/words.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const char *const states[] = {"planned", "failed", "done", "cancelled", NULL};
static const struct field_enum state_enum = {"plan_state", states, NULL};

static enum err (*tell)(struct call *call, const struct org_plan_news *news);

void org_tell_plans(enum err (*teller)(struct call *call, const struct org_plan_news *news))
{
    tell = teller;
}

/* ---- showing ---- */

#define PLAN_FIELDS                                                                                          \
    {.name = "plan_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},                                         \
        {.name = "reorg_kind",                                                                               \
         .type = FIELD_ENUM,                                                                                 \
         .of = &org_reorg_kind_enum,                                                                         \
         .flags = FIELD_REQUIRED | FIELD_FILTER},                                                            \
        {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},   \
        {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},                                  \
        {.name = "target_id", .type = FIELD_REF, .ref = "org_unit"},                                         \
        {.name = "target_name", .type = FIELD_TEXT}, {.name = "new_name", .type = FIELD_TEXT},               \
        {.name = "effective_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED | FIELD_SORT},                  \
        {.name = "reason", .type = FIELD_TEXT},                                                              \
        {.name = "state", .type = FIELD_ENUM, .of = &state_enum, .flags = FIELD_REQUIRED | FIELD_FILTER},    \
        {.name = "units", .type = FIELD_INT}, {.name = "records", .type = FIELD_INT},                        \
        {.name = "planned_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},                            \
        {.name = "planned_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},                              \
        {.name = "cancelled_why", .type = FIELD_TEXT}, {.name = "ended_by_name", .type = FIELD_TEXT},        \
        {.name = "ended_at_ms", .type = FIELD_TIME},                                                         \
    {                                                                                                        \
        .name = "reorg_id", .type = FIELD_INT                                                                \
    }
static const struct field plan_fields[] = {PLAN_FIELDS};
const struct field_table org_plan_table = FIELD_TABLE("reorganisation_plan", plan_fields);
static const struct field told_fields[] = {PLAN_FIELDS, {.name = "failed_why", .type = FIELD_TEXT}};
const struct field_table org_plan_told_table = FIELD_TABLE("reorganisation_plan_told", told_fields);
static const struct field preview_fields[] = {
    {.name = "possible", .type = FIELD_BOOL},
    {.name = "blocked_by", .type = FIELD_TEXT},
    {.name = "preview", .type = FIELD_OBJECT, .rows = &org_reorg_preview_table},
};
const struct field_table org_plan_preview_table = FIELD_TABLE("reorganisation_plan_preview", preview_fields);
#define SELECT                                                                                               \
    "SELECT p.plan_id, p.reorg_kind, p.unit_id, u.unit_name, p.target_id, t.unit_name, p.new_name,"          \
    " p.effective_on, p.reason, p.state, p.units, p.records, p.planned_by_name, p.planned_at_ms,"            \
    " p.cancelled_why, p.ended_by_name, p.ended_at_ms, p.reorg_id, p.failed_zh, p.failed_en, u.unit_path"    \
    " FROM org_reorg_plan p JOIN org_unit u ON u.unit_id = p.unit_id"                                        \
    " LEFT JOIN org_unit t ON t.unit_id = p.target_id"
#define ZH_COLUMN   18
#define EN_COLUMN   19
#define PATH_COLUMN 20
static const struct db_filter filters[] = {
    {"unit_id", "(p.unit_id = $$ OR p.target_id = $$)", FIELD_INT, NULL},
    {"reorg_kind", "p.reorg_kind = $$", FIELD_ENUM, &org_reorg_kind_enum},
    {"state", "p.state = $$", FIELD_ENUM, &state_enum},
};
static const struct db_sort sorts[] = {{"plan_id", "p.plan_id"}, {"effective_on", "p.effective_on"}};
const struct db_list org_plan_list = {
    .columns = &org_plan_table,
    .select = SELECT,
    .scope = "u.unit_path",
    .key = "p.plan_id",
    .default_sort = "effective_on",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = sizeof(sorts) / sizeof(sorts[0]),
    .search = "(u.unit_name LIKE $$ OR t.unit_name LIKE $$ OR p.new_name LIKE $$ OR p.reason LIKE $$)",
};

static void put_row(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    db_put_row(w, rows, &org_plan_table);
    if (!db_col_null(rows, ZH_COLUMN))
        json_put_str(w, "failed_why", db_col_str(rows, call->lang == CALL_EN ? EN_COLUMN : ZH_COLUMN));
}

enum err org_plan_put(struct call *call, int64_t unit_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 SELECT " WHERE (p.unit_id = $1 OR p.target_id = $1) AND p.state IN ('planned', 'failed')"
                        " ORDER BY p.effective_on, p.plan_id LIMIT 50",
                 db_int(unit_id)));
    json_open_array(w, "plans");
    while (db_next(&rows)) {
        /* A unit that is to come from elsewhere is named, as it is on any paper. */
        json_open_object(w, NULL);
        put_row(call, w, &rows);
        json_close_object(w);
    }
    json_close_array(w);
    return db_end(&rows);
}

/* ---- one plan ---- */

struct plan {
    int64_t plan_id, unit_id, planned_by;
    struct str state, body, planned_by_name, effective_on, unit_name, unit_path;
};

static enum err read_plan(struct call *call, int64_t plan_id, struct plan *ret)
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT p.unit_id, p.planned_by, p.state, p.body, p.planned_by_name, p.effective_on, u.unit_name,"
        " u.unit_path FROM org_reorg_plan p JOIN org_unit u ON u.unit_id = p.unit_id WHERE p.plan_id = $1",
        db_int(plan_id)));
    *ret = (struct plan){.plan_id = plan_id,
                         .unit_id = db_col_int(&rows, 0),
                         .planned_by = db_col_int(&rows, 1),
                         .state = db_col_copy(call, &rows, 2),
                         .body = db_col_copy(call, &rows, 3),
                         .planned_by_name = db_col_copy(call, &rows, 4),
                         .effective_on = db_col_copy(call, &rows, 5),
                         .unit_name = db_col_copy(call, &rows, 6),
                         .unit_path = db_col_copy(call, &rows, 7)};
    TRY(db_end(&rows));
    return access_reach(call, ret->unit_path);
}

/* As if it were asked now. */
static enum err read_body(struct call *call, const struct plan *plan, enum org_reorg_when when,
                          struct org_reorg *ret)
{
    const struct json *object;
    struct field_record body;
    TRY(json_parse(call->arena, plan->body, &object, NULL));
    TRY(field_parse(call, &org_reorg_new_table, object, false, &body));
    TRY(org_reorg_read(call, &body, when, ret));
    ret->plan_id = plan->plan_id;
    ret->planned_by = plan->planned_by;
    ret->planned_by_name = plan->planned_by_name;
    return ERR_OK;
}

static struct str why_not(struct call *call, enum call_lang lang)
{
    enum call_lang own = call->lang;
    call->lang = lang;
    struct str text = call->faults ? words_fault(call, &org_reorg_new_table, call->faults)
                                   : words_get(lang, "org.fault.plan_broken");
    call->lang = own;
    return str_copy(call_lasting(call), text);
}

static enum err put_one(struct call *call, int64_t plan_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, SELECT " WHERE p.plan_id = $1", db_int(plan_id)));
    TRY(access_reach(call, db_col_str(&rows, PATH_COLUMN)));
    put_row(call, w, &rows);
    return db_end(&rows);
}

/* A plan with what it would move as things stand today, or why it could not be done. */
enum err org_plan_get(struct call *call, struct http_exchange *x)
{
    struct plan plan;
    struct org_reorg r;
    TRY(read_plan(call, x->ids[0], &plan));
    TRY(put_one(call, x->ids[0], x->out));
    if (!str_is(plan.state, "planned") && !str_is(plan.state, "failed"))
        return ERR_OK;
    bool possible = read_body(call, &plan, REORG_ANY_DAY, &r) == ERR_OK;
    json_put_bool(x->out, "possible", possible);
    if (!possible) {
        json_put_str(x->out, "blocked_by", why_not(call, call->lang));
        call_faults_clear(call);
        return ERR_OK;
    }
    json_open_object(x->out, "preview");
    TRY(org_reorg_show(call, &r, x->out));
    json_close_object(x->out);
    return ERR_OK;
}

static enum err note(struct call *call, const struct plan *plan, const char *verb, struct str detail)
{
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verb,
                                               .subject_kind = "unit",
                                               .subject_id = plan->unit_id,
                                               .unit_id = plan->unit_id,
                                               .unit_path = plan->unit_path,
                                               .detail = detail},
                         NULL);
}

static struct str detail_of(struct call *call, int64_t plan_id, const char *name, struct str text)
{
    BUF(out, 8192);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_int(&w, "plan_id", plan_id);
    if (name)
        json_put_str(&w, name, text);
    json_close_object(&w);
    return str_copy(call->arena, buf_str(&out));
}

enum err org_plan_post(struct call *call, struct http_exchange *x)
{
    struct org_reorg r;
    int64_t units, records;
    struct call_who who = call_who(call);
    TRY(org_reorg_read(call, &x->body, REORG_LATER, &r));
    TRY(org_reorg_count(call, &r, &units, &records));
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "INSERT INTO org_reorg_plan (reorg_kind, unit_id, target_id, new_name, effective_on, reason, body,"
        " state, units, records, planned_by, planned_by_name, planned_at_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 'planned', $8, $9, $10, $11, $12) RETURNING plan_id",
        db_str(field_str(&x->body, "reorg_kind")), db_int(r.unit.unit_id), db_int_or_null(r.target.unit_id),
        db_str_or_null(r.new_name), db_str(r.effective_on), db_str(r.reason),
        db_str(field_json(call->arena, &x->body)), db_int(units), db_int(records), db_int(who.user_id),
        db_str(who.display_name), db_int(call->now_ms)));
    struct plan plan = {
        .plan_id = db_col_int(&rows, 0), .unit_id = r.unit.unit_id, .unit_path = r.unit.unit_path};
    TRY(db_end(&rows));
    TRY(note(call, &plan, "reorganisation.planned", field_json(call->arena, &x->body)));
    return put_one(call, plan.plan_id, x->out);
}

enum err org_plan_cancel(struct call *call, struct http_exchange *x)
{
    struct plan plan;
    struct str reason = field_str(&x->body, "reason");
    TRY(read_plan(call, x->ids[0], &plan));
    if (!str_is(plan.state, "planned") && !str_is(plan.state, "failed"))
        return call_fail(call, ERR_REFUSED, NULL, "org.fault.plan_over");
    TRY(db_run(call,
               "UPDATE org_reorg_plan SET state = 'cancelled', cancelled_why = $2, ended_by_name = $3,"
               " ended_at_ms = $4 WHERE plan_id = $1",
               db_int(plan.plan_id), db_str(reason), db_str(call_who(call).display_name),
               db_int(call->now_ms)));
    TRY(note(call, &plan, "reorganisation.plan_cancelled", detail_of(call, plan.plan_id, "reason", reason)));
    return put_one(call, plan.plan_id, x->out);
}

/* ---- carrying out ---- */

static enum err attempt(struct call *call, const struct plan *plan)
{
    struct org_reorg r;
    TRY(read_body(call, plan, REORG_BY_TODAY, &r));
    TRY(org_reorg_do(call, &r));
    return db_run(
        call,
        "UPDATE org_reorg_plan SET state = 'done', reorg_id = $2, units = $3, records = $4,"
        " failed_zh = NULL, failed_en = NULL, ended_by_name = $5, ended_at_ms = $6 WHERE plan_id = $1",
        db_int(plan->plan_id), db_int(r.reorg_id), db_int(r.moved_units), db_int(r.moved_records),
        db_str(call_who(call).display_name), db_int(call->now_ms));
}

static enum err fail(struct call *call, const struct plan *plan, struct org_plan_news *news)
{
    news->why_zh = why_not(call, CALL_ZH);
    news->why_en = why_not(call, CALL_EN);
    call_faults_clear(call);
    TRY(db_run(
        call, "UPDATE org_reorg_plan SET state = 'failed', failed_zh = $2, failed_en = $3 WHERE plan_id = $1",
        db_int(plan->plan_id), db_str(news->why_zh), db_str(news->why_en)));
    return note(call, plan, "reorganisation.plan_failed",
                detail_of(call, plan->plan_id, "why", news->why_zh));
}

/* All of it or nothing; a database that fails is not the plan's fault, and the job is tried again. */
static enum err carry_out(struct call *call, const struct plan *plan)
{
    struct org_plan_news news = {.plan_id = plan->plan_id,
                                 .planned_by = plan->planned_by,
                                 .unit_id = plan->unit_id,
                                 .unit_name = plan->unit_name,
                                 .effective_on = plan->effective_on};
    TRY(db_savepoint(call->db));
    enum err word = attempt(call, plan);
    if (word == ERR_OK) {
        TRY(db_release(call->db));
    } else {
        db_rollback_savepoint(call->db);
        if (word == ERR_FAILED || word == ERR_BUSY)
            return word;
        TRY(fail(call, plan, &news));
    }
    return tell ? tell(call, &news) : ERR_OK;
}

static enum err next_due(struct call *call, struct str today, int64_t *ret)
{
    return db_get_int(call, ret, 0,
                      "SELECT plan_id FROM org_reorg_plan WHERE state = 'planned' AND effective_on <= $1"
                      " ORDER BY effective_on, plan_id LIMIT 1",
                      db_str(today));
}

enum err org_plan_due(struct call *call)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    for (;;) {
        int64_t plan_id;
        struct plan plan;
        TRY(next_due(call, str_of(today.text), &plan_id));
        if (!plan_id)
            return ERR_OK;
        TRY(read_plan(call, plan_id, &plan));
        TRY(carry_out(call, &plan));
    }
}

/* Once more by hand, after what stood against it was mended. */
enum err org_plan_again(struct call *call, struct http_exchange *x)
{
    struct plan plan;
    TRY(read_plan(call, x->ids[0], &plan));
    if (!str_is(plan.state, "failed"))
        return call_fail(call, ERR_REFUSED, NULL, "org.fault.plan_not_failed");
    TRY(attempt(call, &plan));
    return put_one(call, plan.plan_id, x->out);
}
