/* SPDX-License-Identifier: Apache-2.0
 *
 * The responsibility table of a unit (annex 2 of rule S, and what the other rules add).
 *
 * Method. Which posts a unit must have is said by no table here: it is what the duties of the rules in force
 * ask of this unit, by its kind (org.post_filled). So a pack that asks for another post changes the table,
 * and the table can say by which article each post must be filled and until when.
 */
#include "domain/org/org_reorg.h"

#include <string.h>
#include "access/access.h"
#include "base/clock.h"
#include "rules/rules.h"

#define DUTIES_MAX 64

static const struct field holder_fields[] = {
    {.name = "post_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "person_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "person_name", .type = FIELD_TEXT},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "department", .type = FIELD_TEXT},
    {.name = "office_phone", .type = FIELD_TEXT},
    {.name = "mobile", .type = FIELD_TEXT},
    {.name = "email", .type = FIELD_TEXT},
    {.name = "masked", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "document_no", .type = FIELD_TEXT},
    {.name = "valid_from", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "valid_to", .type = FIELD_DATE},
    {.name = "in_force", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table holder_table = FIELD_TABLE("responsibility_holder", holder_fields);
static const struct field line_fields[] = {
    {.name = "post_kind", .type = FIELD_ENUM, .of = &org_post_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "demanded", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "vacant", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "demands", .type = FIELD_ROWS, .rows = &rules_brief_table, .flags = FIELD_REQUIRED},
    {.name = "holders", .type = FIELD_ROWS, .rows = &holder_table, .flags = FIELD_REQUIRED},
};
static const struct field_table line_table = FIELD_TABLE("responsibility_post", line_fields);
static const struct field reply_fields[] = {
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED},
    {.name = "demanded", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "filled", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "posts", .type = FIELD_ROWS, .rows = &line_table, .flags = FIELD_REQUIRED},
};
const struct field_table org_responsibility_table = FIELD_TABLE("responsibility", reply_fields);

struct demand {
    struct rules_brief duty;
    const struct json *wants; /* the rule's demands */
};
struct demands {
    struct demand at[DUTIES_MAX];
    size_t many;
};

/* Duties of the unit itself that stand now; each year has its own, of which the newest counts. */
static enum err read_duties(struct call *call, int64_t unit_id, struct demands *ret)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT duty_id, rule, article, text, text_en, COALESCE(due_on, ''), CASE WHEN state = 'open' THEN 1"
        " ELSE 0 END, CASE WHEN late_at_ms IS NOT NULL AND state = 'open' THEN 1 ELSE 0 END FROM rules_duty"
        " WHERE subject_kind = 'unit' AND subject_id = $1 AND current = 1 AND state <> 'cancelled'"
        " ORDER BY article, rule, duty_id DESC",
        db_int(unit_id)));
    while (db_next(&rows) && ret->many < DUTIES_MAX) {
        if (ret->many && str_eq(ret->at[ret->many - 1].duty.rule, db_col_str(&rows, 1)))
            continue;
        ret->at[ret->many++] = (struct demand){
            .duty = {
                .duty_id = db_col_int(&rows, 0),
                .rule = db_col_copy(call, &rows, 1),
                .article = db_col_copy(call, &rows, 2),
                .text = db_col_copy(call, &rows, call->lang == CALL_EN && db_col_str(&rows, 4).len ? 4 : 3),
                .due_on = db_col_copy(call, &rows, 5),
                .open = db_col_int(&rows, 6) != 0,
                .late = db_col_int(&rows, 7) != 0,
            }};
    }
    return db_end(&rows);
}

static enum err read_wants(struct call *call, struct demands *ret)
{
    for (size_t i = 0; i < ret->many; i++)
        TRY(rules_demands(call, ret->at[i].duty.rule, &ret->at[i].wants));
    return ERR_OK;
}

static bool asks_for(const struct demand *demand, const char *post_kind)
{
    for (size_t i = 0; i < json_count(demand->wants); i++) {
        const struct json *want = json_item(demand->wants, i);
        if (str_is(json_text(json_get(want, "fact")), "org.post_filled") &&
            !json_bool(json_get(want, "denied"), false) &&
            str_is(json_text(json_get(json_get(want, "args"), "post")), post_kind))
            return true;
    }
    return false;
}

static int put_demands(const struct demands *demands, const char *post_kind, struct json_writer *w)
{
    int many = 0;
    json_open_array(w, "demands");
    for (size_t i = 0; i < demands->many; i++) {
        const struct demand *one = &demands->at[i];
        if (!asks_for(one, post_kind))
            continue;
        many++;
        rules_put_brief(&one->duty, w);
    }
    json_close_array(w);
    return many;
}

static void put_text(struct call *call, struct json_writer *w, const char *name, const struct db_rows *rows,
                     int column)
{
    json_put_c(w, name, db_col_null(rows, column) ? NULL : str_c(call->arena, db_col_str(rows, column)));
}

static void put_holder(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    struct org_person person = {.person_id = db_col_int(rows, 1),
                                .unit_path = db_col_str(rows, 2),
                                .person_name = db_col_str(rows, 3),
                                .title = db_col_str(rows, 4),
                                .office_phone = db_col_str(rows, 5),
                                .mobile = db_col_str(rows, 6),
                                .email = db_col_str(rows, 7)};
    json_open_object(w, NULL);
    json_put_int(w, "post_id", db_col_int(rows, 0));
    org_put_person(call, w, &person);
    put_text(call, w, "department", rows, 8);
    put_text(call, w, "document_no", rows, 9);
    put_text(call, w, "valid_from", rows, 10);
    put_text(call, w, "valid_to", rows, 11);
    json_put_bool(w, "in_force", db_col_int(rows, 12) != 0);
    json_close_object(w);
}

/* Who holds it, and who will. */
static enum err put_holders(struct call *call, int64_t unit_id, const char *post_kind, struct json_writer *w,
                            int *ret_many, bool *ret_held)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    DB_ROWS(rows);
    *ret_many = 0;
    *ret_held = false;
    TRY(db_query(
        call, &rows,
        "SELECT o.post_id, p.person_id, p.unit_path, p.person_name, p.title, p.office_phone, p.mobile,"
        " p.email, o.department, o.document_no, o.valid_from, o.valid_to, o.in_force FROM org_post o"
        " JOIN org_person p ON p.person_id = o.person_id WHERE o.unit_id = $1 AND o.post_kind = $2"
        " AND (o.in_force = 1 OR o.valid_from > $3) ORDER BY o.in_force DESC, o.valid_from, o.post_id",
        db_int(unit_id), db_c(post_kind), db_c(today.text)));
    json_open_array(w, "holders");
    while (db_next(&rows)) {
        put_holder(call, w, &rows);
        ++*ret_many;
        *ret_held = *ret_held || db_col_int(&rows, 12) != 0;
    }
    json_close_array(w);
    return db_end(&rows);
}

enum err org_responsibility(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    struct demands *demands = ARENA_NEW(call->arena, struct demands);
    int64_t demanded = 0, filled = 0;
    *demands = (struct demands){0};
    TRY(org_unit_reach(call, x->ids[0], &unit));
    TRY(read_duties(call, unit.unit_id, demands));
    TRY(read_wants(call, demands));
    json_put_int(x->out, "unit_id", unit.unit_id);
    json_open_array(x->out, "posts");
    for (const char *const *kind = org_post_kind_enum.names; *kind; kind++) {
        int holders, asked;
        bool held;
        json_open_object(x->out, NULL);
        json_put_c(x->out, "post_kind", *kind);
        asked = put_demands(demands, *kind, x->out);
        TRY(put_holders(call, unit.unit_id, *kind, x->out, &holders, &held));
        json_put_bool(x->out, "demanded", asked > 0);
        json_put_bool(x->out, "vacant", asked && !held);
        json_close_object(x->out);
        demanded += asked > 0;
        filled += asked && held;
    }
    json_close_array(x->out);
    json_put_int(x->out, "demanded", demanded);
    json_put_int(x->out, "filled", filled);
    return ERR_OK;
}
