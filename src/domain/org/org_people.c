/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/org/org.h"

#include "access/access.h"
#include "base/clock.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static struct org_person read_person(struct call *call, const struct db_rows *rows)
{
    return (struct org_person){
        .person_id = db_col_int(rows, 0),
        .unit_id = db_col_int(rows, 1),
        .unit_path = db_col_copy(call, rows, 2),
        .person_name = db_col_copy(call, rows, 3),
        .title = db_col_copy(call, rows, 4),
        .office_phone = db_col_copy(call, rows, 5),
        .mobile = db_col_copy(call, rows, 6),
        .email = db_col_copy(call, rows, 7),
        .user_id = db_col_int(rows, 8),
    };
}

enum err org_post_holder(struct call *call, int64_t unit_id, const char *post_kind, int32_t day,
                         struct org_person *ret)
{
    struct clock_date date = clock_date(day ? day : clock_day_of(call->now_ms));
    *ret = (struct org_person){0};
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT p.person_id, p.unit_id, p.unit_path, p.person_name, p.title, p.office_phone, p.mobile,"
        " p.email, p.user_id FROM org_post o JOIN org_person p ON p.person_id = o.person_id"
        " WHERE o.unit_id = $1 AND o.post_kind = $2 AND o.valid_from <= $3"
        " AND (o.valid_to IS NULL OR o.valid_to >= $3) ORDER BY o.valid_from DESC, o.post_id DESC LIMIT 1",
        db_int(unit_id), db_c(post_kind), db_c(date.text)));
    if (db_next(&rows))
        *ret = read_person(call, &rows);
    return db_end(&rows);
}

enum err org_person_create(struct call *call, const struct field_record *record, int64_t *ret_person_id)
{
    struct org_unit unit;
    TRY(org_unit_reach(call, field_int(record, "unit_id", 0), &unit));
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    struct db_extra extra[] = {
        {"unit_path", db_str(unit.unit_path)},
        {"created_at_ms", db_int(call->now_ms)},
        {"valid_from", db_c(today.text)},
    };
    TRY(db_insert(call, "org_person", record, extra, field_str(record, "valid_from").len ? 2 : 3,
                  ret_person_id));
    /* The name is personal data and stays out of the ledger, which nobody can erase. */
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "person.created",
                                               .subject_kind = "person",
                                               .subject_id = *ret_person_id,
                                               .unit_id = unit.unit_id,
                                               .unit_path = unit.unit_path},
                         NULL);
}

enum err org_person_change(struct call *call, int64_t person_id, const struct field_record *record)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_id, unit_path FROM org_person WHERE person_id = $1",
               db_int(person_id)));
    TRY(access_reach(call, db_col_str(&rows, 1)));
    int64_t unit_id = db_col_int(&rows, 0);
    struct str path = db_col_copy(call, &rows, 1);
    db_rows_close(&rows);
    if (field_get(record, "unit_id")->given && field_int(record, "unit_id", 0) != unit_id)
        return call_fail(call, ERR_REFUSED, "unit_id", "org.fault.person_stays");
    TRY(db_update(call, "org_person", "person_id", person_id, record, NULL, 0));
    rules_touch(call, "unit", unit_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "person.changed",
                                               .subject_kind = "person",
                                               .subject_id = person_id,
                                               .unit_id = unit_id,
                                               .unit_path = path,
                                               .detail = field_json(call->arena, record)},
                         NULL);
}

/* A department or section officer may be several; the heads of a unit are one each. */
static bool one_holder(struct str post_kind)
{
    return str_is(post_kind, "party_head") || str_is(post_kind, "admin_head") ||
           str_is(post_kind, "deputy_in_charge") || str_is(post_kind, "office_director") ||
           str_is(post_kind, "leading_group_head") || str_is(post_kind, "data_security_lead");
}

static enum err end_holder(struct call *call, int64_t unit_id, struct str post_kind, struct str valid_from)
{
    int32_t day;
    if (!clock_parse_date(valid_from, &day))
        return call_fail(call, ERR_INVALID, "valid_from", "fault.date");
    return db_run(
        call,
        "UPDATE org_post SET valid_to = $3 WHERE unit_id = $1 AND post_kind = $2 AND valid_from <= $3"
        " AND (valid_to IS NULL OR valid_to > $3)",
        db_int(unit_id), db_str(post_kind), db_c(clock_date(day - 1).text));
}

enum err org_post_relieve(struct call *call, int64_t unit_id, const char *post_kind, int64_t person_id)
{
    struct org_unit unit;
    struct clock_date yesterday = clock_date(clock_day_of(call->now_ms) - 1);
    TRY(org_unit_reach(call, unit_id, &unit));
    TRY(db_run(call,
               "UPDATE org_post SET valid_to = CASE WHEN valid_from > $4 THEN valid_from ELSE $4 END WHERE "
               "unit_id = $1 AND post_kind = $2 AND person_id = $3 AND (valid_to IS NULL OR valid_to > $4)",
               db_int(unit_id), db_c(post_kind), db_int(person_id), db_c(yesterday.text)));
    TRY(org_post_refresh_unit(call, unit_id));
    return ledger_append(
        call,
        &(struct ledger_fact){.verb = "post.ended",
                              .subject_kind = "unit",
                              .subject_id = unit_id,
                              .unit_id = unit_id,
                              .unit_path = unit.unit_path,
                              .detail = str_format(call->arena, "{\"post_kind\":\"%s\",\"person_id\":%lld}",
                                                   post_kind, (long long)person_id)},
        NULL);
}

/* Someone of the same county whom the actor may see: a post shows who holds it. */
static enum err check_person(struct call *call, int64_t person_id, struct str unit_path)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT unit_path FROM org_person WHERE person_id = $1 AND unit_path >= $2 AND unit_path < $2 || 'z'",
        db_int(person_id), db_str(str_slice(unit_path, 0, 4))));
    bool known = db_next(&rows) && access_reach(call, db_col_str(&rows, 0)) == ERR_OK;
    TRY(db_end(&rows));
    return known ? ERR_OK : call_fail(call, ERR_INVALID, "person_id", "org.fault.person_unknown");
}

static struct str appointed(struct call *call, struct str post_kind, int64_t person_id, struct str valid_from,
                            struct str document_no)
{
    BUF(out, 2048);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_str(&w, "post_kind", post_kind);
    json_put_int(&w, "person_id", person_id);
    json_put_str(&w, "valid_from", valid_from);
    if (document_no.len)
        json_put_str(&w, "document_no", document_no);
    json_close_object(&w);
    return str_copy(call->arena, buf_str(&out));
}

enum err org_post_appoint(struct call *call, int64_t unit_id, int64_t person_id, struct str post_kind,
                          struct str department, struct str valid_from, int64_t *ret_post_id)
{
    return org_post_appoint_by(call, unit_id, person_id, post_kind, department, valid_from, STR_NONE,
                               ret_post_id);
}

enum err org_post_appoint_by(struct call *call, int64_t unit_id, int64_t person_id, struct str post_kind,
                             struct str department, struct str valid_from, struct str document_no,
                             int64_t *ret_post_id)
{
    struct org_unit unit;
    TRY(org_unit_reach(call, unit_id, &unit));
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    if (valid_from.len == 0)
        valid_from = str_copy(call->arena, str_of(today.text));
    TRY(check_person(call, person_id, unit.unit_path));
    if (one_holder(post_kind))
        TRY(end_holder(call, unit_id, post_kind, valid_from));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO org_post (unit_id, unit_path, post_kind, person_id, department, valid_from, "
               "created_at_ms, document_no)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING post_id",
               db_int(unit_id), db_str(unit.unit_path), db_str(post_kind), db_int(person_id),
               db_str_or_null(department), db_str(valid_from), db_int(call->now_ms),
               db_str_or_null(document_no)));
    *ret_post_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    TRY(org_post_refresh_unit(call, unit_id));
    return ledger_append(call,
                         &(struct ledger_fact){
                             .verb = "post.appointed",
                             .subject_kind = "unit",
                             .subject_id = unit_id,
                             .unit_id = unit_id,
                             .unit_path = unit.unit_path,
                             .detail = appointed(call, post_kind, person_id, valid_from, document_no),
                         },
                         NULL);
}

static void put_masked(struct call *call, struct json_writer *w, bool open, const char *name,
                       struct str value)
{
    if (value.len == 0) {
        json_put_null(w, name);
        return;
    }
    const struct field *field = field_find(&org_person_table, str_of(name));
    json_put_str(w, name, open ? value : field_mask(call->arena, field, value));
}

void org_put_person(struct call *call, struct json_writer *w, const struct org_person *person)
{
    bool open = access_sees_personal(call, person->unit_path);
    json_put_int(w, "person_id", person->person_id);
    put_masked(call, w, open, "person_name", person->person_name);
    json_put_str(w, "title", person->title);
    put_masked(call, w, open, "office_phone", person->office_phone);
    put_masked(call, w, open, "mobile", person->mobile);
    put_masked(call, w, open, "email", person->email);
    json_put_bool(w, "masked", !open);
}
