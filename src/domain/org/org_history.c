/* SPDX-License-Identifier: Apache-2.0
 *
 * Who was responsible on a day, and which holdings count today.
 */
#include "domain/org/org_reorg.h"

#include "access/access.h"
#include "base/clock.h"
#include "rules/rules.h"

/* ---- holdings by date ---- */

static enum err (*listener)(struct call *call, int64_t unit_id);

void org_listen_holdings(enum err (*heard)(struct call *call, int64_t unit_id))
{
    listener = heard;
}

/* Touches the units whose posts changed: a vacancy opens a duty, a new holder closes it. On its last day a
 * holding counts no more: the successor is due. */
enum err org_post_refresh(struct call *call)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "UPDATE org_post SET in_force = 1 - in_force WHERE in_force <>"
                 " CASE WHEN valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) THEN 1 ELSE 0 END"
                 " RETURNING unit_id",
                 db_c(today.text)));
    while (db_next(&rows))
        rules_touch(call, "unit", db_col_int(&rows, 0));
    return db_end(&rows);
}

enum err org_post_refresh_unit(struct call *call, int64_t unit_id)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    rules_touch(call, "unit", unit_id);
    TRY(db_run(call,
               "UPDATE org_post SET in_force ="
               " CASE WHEN valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) THEN 1 ELSE 0 END"
               " WHERE unit_id = $2",
               db_c(today.text), db_int(unit_id)));
    return listener ? listener(call, unit_id) : ERR_OK;
}

enum err org_post_until(struct call *call, int64_t post_id, struct str valid_to)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_id, valid_from FROM org_post WHERE post_id = $1", db_int(post_id)));
    int64_t unit_id = db_col_int(&rows, 0);
    struct str from = db_col_copy(call, &rows, 1);
    TRY(db_end(&rows));
    if (str_cmp(valid_to, from) < 0)
        return call_fail(call, ERR_INVALID, "valid_to", "org.fault.ends_before_start", from);
    TRY(db_run(call, "UPDATE org_post SET valid_to = $2 WHERE post_id = $1", db_int(post_id),
               db_str(valid_to)));
    return org_post_refresh_unit(call, unit_id);
}

/* ---- that day ---- */

static const struct field query_fields[] = {
    {.name = "on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
};
const struct field_table org_responsible_query_table = FIELD_TABLE("responsible_query", query_fields);

struct that_day {
    struct str name, first_day, last_day;
    int64_t parent_id;
};

static enum err as_on(struct call *call, int64_t unit_id, struct str on, struct that_day *ret)
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT unit_name, parent_id, valid_from, COALESCE(valid_to, '') FROM org_unit WHERE unit_id = $1",
        db_int(unit_id)));
    *ret = (struct that_day){.name = db_col_copy(call, &rows, 0),
                             .parent_id = db_col_int(&rows, 1),
                             .first_day = db_col_copy(call, &rows, 2),
                             .last_day = db_col_copy(call, &rows, 3)};
    TRY(db_end(&rows));
    TRY(db_query(call, &rows,
                 "SELECT unit_name, parent_id FROM org_unit_was WHERE unit_id = $1 AND until_on > $2"
                 " ORDER BY until_on, was_id LIMIT 1",
                 db_int(unit_id), db_str(on)));
    if (db_next(&rows)) {
        ret->name = db_col_copy(call, &rows, 0);
        ret->parent_id = db_col_int(&rows, 1);
    }
    return db_end(&rows);
}

/* From the root of that day down; units above the reader's own are named, as they are on any letter. */
static enum err put_trail(struct call *call, int64_t unit_id, struct str on, struct json_writer *w)
{
    struct that_day steps[32];
    int64_t ids[32];
    int many = 0;
    for (int64_t at = unit_id; at && many < 32; at = steps[many++].parent_id) {
        ids[many] = at;
        TRY(as_on(call, at, on, &steps[many]));
    }
    json_open_array(w, "trail");
    for (int i = many - 1; i >= 0; i--) {
        json_open_object(w, NULL);
        json_put_int(w, "unit_id", ids[i]);
        json_put_str(w, "unit_name", steps[i].name);
        json_close_object(w);
    }
    json_close_array(w);
    return ERR_OK;
}

static enum err put_posts_on(struct call *call, int64_t unit_id, struct str on, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT o.post_id, o.post_kind, o.department, o.valid_from, o.valid_to, p.person_id, p.unit_path,"
        " p.person_name, p.title, p.office_phone, p.mobile, p.email FROM org_post o"
        " JOIN org_person p ON p.person_id = o.person_id WHERE o.unit_id = $1 AND o.valid_from <= $2"
        " AND (o.valid_to IS NULL OR o.valid_to >= $2) ORDER BY o.post_kind, o.valid_from, o.post_id",
        db_int(unit_id), db_str(on)));
    json_open_array(w, "posts");
    while (db_next(&rows)) {
        struct org_person person = {
            .person_id = db_col_int(&rows, 5),
            .unit_path = db_col_str(&rows, 6),
            .person_name = db_col_str(&rows, 7),
            .title = db_col_str(&rows, 8),
            .office_phone = db_col_str(&rows, 9),
            .mobile = db_col_str(&rows, 10),
            .email = db_col_str(&rows, 11),
        };
        json_open_object(w, NULL);
        json_put_int(w, "post_id", db_col_int(&rows, 0));
        json_put_str(w, "post_kind", db_col_str(&rows, 1));
        json_put_str(w, "department", db_col_str(&rows, 2));
        json_put_str(w, "valid_from", db_col_str(&rows, 3));
        json_put_c(w, "valid_to", db_col_null(&rows, 4) ? NULL : str_c(call->arena, db_col_str(&rows, 4)));
        org_put_person(call, w, &person);
        json_close_object(w);
    }
    json_close_array(w);
    return db_end(&rows);
}

/* Which unit answers for a merged one. */
static enum err put_successor(struct call *call, int64_t unit_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT t.unit_id, t.unit_name FROM org_reorg r JOIN org_unit t ON t.unit_id = r.target_id"
                 " WHERE r.unit_id = $1 AND r.reorg_kind = 'merge' AND r.state = 'done' ORDER BY r.reorg_id "
                 "DESC LIMIT 1",
                 db_int(unit_id)));
    if (db_next(&rows)) {
        json_put_int(w, "successor_id", db_col_int(&rows, 0));
        json_put_str(w, "successor_name", db_col_str(&rows, 1));
    }
    return db_end(&rows);
}

enum err org_responsible(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    struct that_day day;
    struct str on = field_str(&x->query, "on");
    TRY(org_unit_reach(call, x->ids[0], &unit));
    TRY(as_on(call, unit.unit_id, on, &day));
    int64_t held;
    TRY(db_get_int(call, &held, 0,
                   "SELECT COUNT(*) FROM org_post WHERE unit_id = $1 AND valid_from <= $2"
                   " AND (valid_to IS NULL OR valid_to >= $2)",
                   db_int(unit.unit_id), db_str(on)));
    /* A unit is often entered later than its people took office. */
    bool existed =
        (held || str_cmp(day.first_day, on) <= 0) && (!day.last_day.len || str_cmp(on, day.last_day) <= 0);
    json_put_int(x->out, "unit_id", unit.unit_id);
    json_put_str(x->out, "on", on);
    json_put_bool(x->out, "existed", existed);
    json_put_str(x->out, "unit_name", day.name);
    json_put_str(x->out, "valid_from", day.first_day);
    json_put_c(x->out, "valid_to", day.last_day.len ? str_c(call->arena, day.last_day) : NULL);
    if (day.last_day.len && str_cmp(on, day.last_day) > 0)
        TRY(put_successor(call, unit.unit_id, x->out));
    TRY(put_trail(call, unit.unit_id, on, x->out));
    return put_posts_on(call, unit.unit_id, on, x->out);
}
