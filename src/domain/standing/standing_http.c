/* SPDX-License-Identifier: Apache-2.0
 *
 * standing: how a unit stands (Z8), in facts that can be looked up, never in points that somebody invented.
 */
#include "base/clock.h"
#include "domain/org/org.h"
#include "domain/standing/standing_inner.h"

#define PLEDGE_DUTIES_MAX 400

static const struct field reply_fields[] = {
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "pledge_signed_on", .type = FIELD_DATE},
    {.name = "pledge_version", .type = FIELD_TEXT},
    {.name = "pledge_asked", .type = FIELD_BOOL},
    {.name = "pledge_stands", .type = FIELD_BOOL}, /* for the leaders of today */
    {.name = "systems", .type = FIELD_INT},
    {.name = "systems_draft", .type = FIELD_INT},
    {.name = "systems_confirmed_at_ms", .type = FIELD_TIME}, /* the one confirmed longest ago */
    {.name = "systems_unconfirmed", .type = FIELD_INT},
    {.name = "letters", .type = FIELD_INT},
    {.name = "letters_in_time", .type = FIELD_INT},
    {.name = "letters_late", .type = FIELD_INT},
    {.name = "letters_open", .type = FIELD_INT},
    {.name = "letters_open_late", .type = FIELD_INT},
    {.name = "duties_open", .type = FIELD_INT},
    {.name = "duties_late", .type = FIELD_INT},
    {.name = "duties_done", .type = FIELD_INT},
    {.name = "duties_done_late", .type = FIELD_INT},
    {.name = "decisions_open", .type = FIELD_INT},
    {.name = "decisions_late", .type = FIELD_INT},
    {.name = "evidence_asked", .type = FIELD_INT},
    {.name = "evidence_filed", .type = FIELD_INT},
    {.name = "evidence_late", .type = FIELD_INT},
    {.name = "since", .type = FIELD_DATE}, /* letters and duties done: from here on */
};
const struct field_table standing_table = FIELD_TABLE("standing_card", reply_fields);

/* Which duties ask for the pledge is the packs' business. */
static enum err pledge_duties(struct call *call, int64_t unit_id, int64_t *ret_asked, int64_t *ret_met)
{
    struct str rules[PLEDGE_DUTIES_MAX];
    bool met[PLEDGE_DUTIES_MAX];
    size_t many = 0;
    DB_ROWS(rows);
    *ret_asked = *ret_met = 0;
    TRY(db_query(
        call, &rows,
        "SELECT rule, CASE WHEN state = 'satisfied' THEN 1 ELSE 0 END FROM rules_duty WHERE subject_kind ="
        " 'unit' AND subject_id = $1 AND current = 1 AND state <> 'cancelled'",
        db_int(unit_id)));
    while (db_next(&rows) && many < PLEDGE_DUTIES_MAX) {
        rules[many] = db_col_copy(call, &rows, 0);
        met[many++] = db_col_int(&rows, 1) != 0;
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++) {
        const struct json *wants;
        bool asks = false;
        TRY(rules_demands(call, rules[i], &wants));
        for (size_t k = 0; k < json_count(wants); k++)
            asks = asks || str_is(json_text(json_get(json_item(wants, k), "fact")), "pledge.signed");
        *ret_asked += asks;
        *ret_met += asks && met[i];
    }
    return ERR_OK;
}

static enum err put_pledge(struct call *call, int64_t unit_id, struct json_writer *w)
{
    int64_t asked, met;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT signed_on, pledge_version FROM pledge WHERE unit_id = $1 AND state = 'signed'"
                 " ORDER BY pledge_id DESC LIMIT 1",
                 db_int(unit_id)));
    bool signed_once = db_next(&rows);
    json_put_c(w, "pledge_signed_on", signed_once ? str_c(call->arena, db_col_copy(call, &rows, 0)) : NULL);
    json_put_c(w, "pledge_version", signed_once ? str_c(call->arena, db_col_copy(call, &rows, 1)) : NULL);
    TRY(db_end(&rows));
    TRY(pledge_duties(call, unit_id, &asked, &met));
    json_put_bool(w, "pledge_asked", asked > 0);
    json_put_bool(w, "pledge_stands", asked > 0 && met == asked);
    return ERR_OK;
}

static enum err put_systems(struct call *call, int64_t unit_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT COUNT(*), SUM(CASE WHEN register_state = 'draft' THEN 1 ELSE 0 END), MIN(confirmed_at_ms),"
        " SUM(CASE WHEN confirmed_at_ms IS NULL THEN 1 ELSE 0 END) FROM info_system"
        " WHERE unit_id = $1 AND lifecycle_status NOT IN ('shutdown', 'retired')",
        db_int(unit_id)));
    json_put_int(w, "systems", db_col_int(&rows, 0));
    json_put_int(w, "systems_draft", db_col_int(&rows, 1));
    if (db_col_null(&rows, 2))
        json_put_null(w, "systems_confirmed_at_ms");
    else
        json_put_int(w, "systems_confirmed_at_ms", db_col_int(&rows, 2));
    json_put_int(w, "systems_unconfirmed", db_col_int(&rows, 3));
    return db_end(&rows);
}

/* In time: answered by the end of the due date. */
static enum err put_letters(struct call *call, int64_t unit_id, int64_t since_ms, struct json_writer *w)
{
    int64_t all = 0, in_time = 0, late = 0, open = 0, open_late = 0;
    int32_t today = clock_day_of(call->now_ms), due;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT due_date, fed_back_at_ms, closed_at_ms FROM rectify_letter WHERE unit_id = $1 AND"
                 " issued_at_ms >= $2 AND due_date IS NOT NULL AND withdrawn_why IS NULL",
                 db_int(unit_id), db_int(since_ms)));
    while (db_next(&rows)) {
        bool answered = !db_col_null(&rows, 1) || !db_col_null(&rows, 2);
        int64_t at_ms = db_col_null(&rows, 1) ? db_col_int(&rows, 2) : db_col_int(&rows, 1);
        if (!clock_parse_date(db_col_str(&rows, 0), &due))
            continue;
        all++;
        in_time += answered && clock_day_of(at_ms) <= due;
        late += answered && clock_day_of(at_ms) > due;
        open += !answered;
        open_late += !answered && today > due;
    }
    json_put_int(w, "letters", all);
    json_put_int(w, "letters_in_time", in_time);
    json_put_int(w, "letters_late", late);
    json_put_int(w, "letters_open", open);
    json_put_int(w, "letters_open_late", open_late);
    return db_end(&rows);
}

static enum err put_duties(struct call *call, const struct org_unit *unit, int64_t since_ms,
                           struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT COUNT(*), COALESCE(SUM(CASE WHEN late_at_ms IS NOT NULL THEN 1 ELSE 0 END), 0) FROM "
               "rules_duty"
               " WHERE unit_path = $1 AND state = 'open' AND answers_role = 0",
               db_str(unit->unit_path)));
    json_put_int(w, "duties_open", db_col_int(&rows, 0));
    json_put_int(w, "duties_late", db_col_int(&rows, 1));
    TRY(db_end(&rows));
    TRY(db_one(call, &rows,
               "SELECT COUNT(*), COALESCE(SUM(CASE WHEN late_at_ms IS NOT NULL THEN 1 ELSE 0 END), 0) FROM "
               "rules_duty"
               " WHERE unit_path = $1 AND state = 'satisfied' AND closed_at_ms >= $2 AND answers_role = 0",
               db_str(unit->unit_path), db_int(since_ms)));
    json_put_int(w, "duties_done", db_col_int(&rows, 0));
    json_put_int(w, "duties_done_late", db_col_int(&rows, 1));
    return db_end(&rows);
}

static enum err put_decisions(struct call *call, int64_t unit_id, struct json_writer *w)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    int64_t open, late;
    TRY(db_get_int(call, &open, 0,
                   "SELECT COUNT(*) FROM meeting_decision WHERE unit_id = $1 AND state = 'open'",
                   db_int(unit_id)));
    TRY(db_get_int(
        call, &late, 0,
        "SELECT COUNT(*) FROM meeting_decision WHERE unit_id = $1 AND state = 'open' AND due_on < $2",
        db_int(unit_id), db_c(today.text)));
    json_put_int(w, "decisions_open", open);
    json_put_int(w, "decisions_late", late);
    return ERR_OK;
}

enum err standing_get(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    struct standing_counts evidence;
    int32_t since = clock_add_months(clock_day_of(call->now_ms), -12);
    int64_t since_ms = clock_ms_of_day(since);
    TRY(org_unit_reach(call, x->ids[0], &unit));
    json_put_int(x->out, "unit_id", unit.unit_id);
    TRY(put_pledge(call, unit.unit_id, x->out));
    TRY(put_systems(call, unit.unit_id, x->out));
    TRY(put_letters(call, unit.unit_id, since_ms, x->out));
    TRY(put_duties(call, &unit, since_ms, x->out));
    TRY(put_decisions(call, unit.unit_id, x->out));
    TRY(standing_evidence_count(call, unit.unit_id, &evidence));
    json_put_int(x->out, "evidence_asked", evidence.asked);
    json_put_int(x->out, "evidence_filed", evidence.filed);
    json_put_int(x->out, "evidence_late", evidence.late);
    json_put_c(x->out, "since", clock_date(since).text);
    return ERR_OK;
}

#define READERS (ROLES_AUTHORITY | ROLES_UNIT)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/units/{unit_id}/standing",
     .grant = READERS,
     .name = "standing_get",
     .handle = standing_get,
     .kind = HTTP_ONE,
     .reply = &standing_table,
     .summary_zh = "单位履职情况",
     .summary_en = "How a unit stands, in facts"},
    {.method = "GET",
     .path = "/api/units/{unit_id}/evidence",
     .grant = READERS,
     .name = "standing_evidence",
     .handle = standing_evidence,
     .kind = HTTP_ONE,
     .query = &standing_year_table,
     .reply = &standing_evidence_table,
     .summary_zh = "单位当年应报送的制度材料",
     .summary_en = "The documents that the rules ask of a unit this year"},
    {.method = "GET",
     .path = "/api/evidence",
     .grant = ROLES_AUTHORITY,
     .name = "standing_evidence_sums",
     .handle = standing_evidence_sums,
     .kind = HTTP_ONE,
     .query = &standing_year_table,
     .reply = &standing_evidence_sum_table,
     .summary_zh = "制度材料报送汇总",
     .summary_en = "Documents asked for, counted by kind over all units"},
};

const struct module standing_module = {
    .name = "standing",
    .routes = MODULE_MANY(routes),
};
