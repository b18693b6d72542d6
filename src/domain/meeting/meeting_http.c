/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/attachment/attachment.h"
#include "domain/module.h"
#include "domain/notify/notify.h"
#include "domain/org/org.h"

#include "base/clock.h"
#include "ledger/ledger.h"

static const char *const kinds[] = {"special_meeting", "leading_group", "report_hearing", "other", NULL};
static const struct field_enum kind_enum = {"meeting_kind", kinds, NULL};
static const char *const states[] = {"open", "done", "dropped", NULL};
static const struct field_enum state_enum = {"decision_state", states, NULL};
static const char *const endings[] = {"done", "dropped", NULL};
static const struct field_enum ending_enum = {"decision_ending", endings, NULL};

static const struct field decision_fields[] = {
    {.name = "text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "person_id", .type = FIELD_REF, .ref = "org_person"},
    {.name = "due_on", .type = FIELD_DATE},
};
static const struct field_table decision_table = FIELD_TABLE("meeting_decision_new", decision_fields);

#define MEETING_FIELDS                                                                                       \
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},       \
        {.name = "meeting_kind",                                                                             \
         .type = FIELD_ENUM,                                                                                 \
         .of = &kind_enum,                                                                                   \
         .flags = FIELD_REQUIRED | FIELD_FILTER},                                                            \
        {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 200},                          \
        {.name = "held_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED | FIELD_SORT},                       \
        {.name = "place", .type = FIELD_TEXT, .max = 200},                                                   \
        {.name = "chair", .type = FIELD_TEXT, .max = 100}, {.name = "attendees", .type = FIELD_NOTE},        \
        {.name = "agenda", .type = FIELD_NOTE},                                                              \
    {                                                                                                        \
        .name = "summary", .type = FIELD_NOTE                                                                \
    }
static const struct field new_fields[] = {
    MEETING_FIELDS,
    {.name = "decisions", .type = FIELD_ROWS, .rows = &decision_table, .max = 100},
};
static const struct field_table new_table = FIELD_TABLE("meeting_new", new_fields);
static const struct field row_fields[] = {
    {.name = "meeting_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    MEETING_FIELDS,
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "entered_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "entered_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "withdrawn_at_ms", .type = FIELD_TIME},
    {.name = "withdrawn_why", .type = FIELD_TEXT},
};
static const struct field_table row_table = FIELD_TABLE("meeting", row_fields);
#define SELECT                                                                                               \
    "SELECT m.meeting_id, m.unit_id, m.meeting_kind, m.title, m.held_on, m.place, m.chair, m.attendees,"     \
    " m.agenda, m.summary, u.unit_name, m.entered_by_name, m.entered_at_ms, m.withdrawn_at_ms,"              \
    " m.withdrawn_why, m.unit_path FROM meeting m JOIN org_unit u ON u.unit_id = m.unit_id"
#define PATH_COLUMN 15
static const struct db_filter filters[] = {
    {"unit_id", "m.unit_id = $$", FIELD_INT, NULL},
    {"meeting_kind", "m.meeting_kind = $$", FIELD_ENUM, &kind_enum},
};
static const struct db_sort sorts[] = {{"meeting_id", "m.meeting_id"}, {"held_on", "m.held_on"}};
static const struct db_list meeting_list = {
    .columns = &row_table,
    .select = SELECT,
    .scope = "m.unit_path",
    .key = "m.meeting_id",
    .default_sort = "-held_on",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = sizeof(sorts) / sizeof(sorts[0]),
    .search = "(m.title LIKE $$ OR u.unit_name LIKE $$)",
};

static const struct field decision_row_fields[] = {
    {.name = "decision_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "meeting_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "meeting_title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "held_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_SORT},
    {.name = "state", .type = FIELD_ENUM, .of = &state_enum, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "closed_on", .type = FIELD_DATE},
    {.name = "closed_note", .type = FIELD_TEXT},
    {.name = "closed_by_name", .type = FIELD_TEXT},
    {.name = "person_id", .type = FIELD_REF, .ref = "org_person"},
};
static const struct field_table decision_row_table = FIELD_TABLE("meeting_decision", decision_row_fields);
static const struct field decision_more_fields[] = {
    {.name = "person_name", .type = FIELD_TEXT}, /* masked where personal data is */
    {.name = "late", .type = FIELD_BOOL},
};
static const struct field_table decision_more_table =
    FIELD_TABLE("meeting_decision_more", decision_more_fields);
static const struct field more_fields[] = {
    {.name = "decisions", .type = FIELD_ROWS, .rows = &decision_row_table, .flags = FIELD_REQUIRED},
};
static const struct field_table more_table = FIELD_TABLE("meeting_more", more_fields);

#define DECISION_SELECT                                                                                      \
    "SELECT d.decision_id, d.meeting_id, m.title, m.held_on, d.text, d.unit_id, u.unit_name, d.due_on,"      \
    " d.state, d.closed_on, d.closed_note, d.closed_by_name, d.person_id, d.unit_path, p.person_name,"       \
    " p.unit_path FROM meeting_decision d JOIN meeting m ON m.meeting_id = d.meeting_id"                     \
    " JOIN org_unit u ON u.unit_id = d.unit_id LEFT JOIN org_person p ON p.person_id = d.person_id"
#define DUE_COLUMN         7
#define STATE_COLUMN       8
#define PERSON_COLUMN      14
#define PERSON_PATH_COLUMN 15
static const struct db_filter decision_filters[] = {
    {"unit_id", "d.unit_id = $$", FIELD_INT, NULL},
    {"meeting_id", "d.meeting_id = $$", FIELD_INT, NULL},
    {"state", "d.state = $$", FIELD_ENUM, &state_enum},
    {"due_before", "d.due_on < $$", FIELD_DATE, NULL},
};
static const struct db_sort decision_sorts[] = {{"decision_id", "d.decision_id"}, {"due_on", "d.due_on"}};
static const struct db_list decision_list = {
    .columns = &decision_row_table,
    .select = DECISION_SELECT,
    .scope = "d.unit_path",
    .key = "d.decision_id",
    .default_sort = "due_on",
    .filters = decision_filters,
    .many_filters = sizeof(decision_filters) / sizeof(decision_filters[0]),
    .sorts = decision_sorts,
    .many_sorts = sizeof(decision_sorts) / sizeof(decision_sorts[0]),
    .search = "(d.text LIKE $$ OR m.title LIKE $$ OR u.unit_name LIKE $$)",
};

/* ---- reading ---- */

static struct str today_of(struct call *call)
{
    return str_copy(call->arena, str_of(clock_date(clock_day_of(call->now_ms)).text));
}

static void put_more(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    struct str due = db_col_str(rows, DUE_COLUMN), name = db_col_str(rows, PERSON_COLUMN);
    bool open = access_sees_personal(call, db_col_str(rows, PERSON_PATH_COLUMN));
    const struct field *field = field_find(&org_person_table, STR("person_name"));
    if (name.len)
        json_put_str(w, "person_name", open ? name : field_mask(call->arena, field, name));
    else
        json_put_null(w, "person_name");
    json_put_bool(w, "late",
                  str_is(db_col_str(rows, STATE_COLUMN), "open") && due.len &&
                      str_cmp(due, today_of(call)) < 0);
}

static enum err meeting_decisions(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    return db_list(call, &decision_list, &ask, x->out, put_more);
}

static enum err reach(struct call *call, int64_t meeting_id, int64_t *ret_unit_id, struct str *ret_path)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_id, unit_path FROM meeting WHERE meeting_id = $1",
               db_int(meeting_id)));
    *ret_unit_id = db_col_int(&rows, 0);
    *ret_path = db_col_copy(call, &rows, 1);
    TRY(db_end(&rows));
    return access_reach(call, *ret_path);
}

static enum err put_meeting(struct call *call, int64_t meeting_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, SELECT " WHERE m.meeting_id = $1", db_int(meeting_id)));
    TRY(access_reach(call, db_col_str(&rows, PATH_COLUMN)));
    db_put_row(w, &rows, &row_table);
    TRY(db_end(&rows));
    return db_put_rows(call, w, "decisions", &decision_row_table,
                       DECISION_SELECT " WHERE d.meeting_id = $1 ORDER BY d.decision_id", db_int(meeting_id));
}

static enum err meeting_get(struct call *call, struct http_exchange *x)
{
    return put_meeting(call, x->ids[0], x->out);
}

/* ---- writing ---- */

static enum err note(struct call *call, const char *verb, int64_t meeting_id, int64_t unit_id,
                     struct str path, struct str detail)
{
    rules_touch(call, "unit", unit_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verb,
                                               .subject_kind = "meeting",
                                               .subject_id = meeting_id,
                                               .unit_id = unit_id,
                                               .unit_path = path,
                                               .detail = detail},
                         NULL);
}

/* Somebody of the unit that must carry it out, or of one below it. */
static enum err check_person(struct call *call, int64_t person_id, const struct org_unit *unit,
                             int64_t *ret_user_id)
{
    DB_ROWS(rows);
    *ret_user_id = 0;
    if (!person_id)
        return ERR_OK;
    TRY(db_query(call, &rows,
                 "SELECT COALESCE(user_id, 0) FROM org_person WHERE person_id = $1 AND unit_path >= $2"
                 " AND unit_path < $2 || 'z'",
                 db_int(person_id), db_str(unit->unit_path)));
    bool known = db_next(&rows);
    *ret_user_id = known ? db_col_int(&rows, 0) : 0;
    TRY(db_end(&rows));
    return known ? ERR_OK : call_fail(call, ERR_INVALID, "person_id", "meeting.fault.person");
}

static enum err tell_person(struct call *call, const char *key, int64_t user_id, int64_t decision_id,
                            int64_t meeting_id, struct str text, struct str due_on)
{
    struct notify_message message = {.key = key,
                                     .args = {text, due_on},
                                     .url = str_format(call->arena, "/meetings/%lld", (long long)meeting_id),
                                     .subject_kind = "decision",
                                     .subject_id = decision_id,
                                     .once = str_format(call->arena, "%s:%lld", key, (long long)decision_id)};
    return notify_user(call, user_id, &message);
}

static enum err add_decision(struct call *call, int64_t meeting_id, int64_t meeting_unit_id,
                             const struct field_record *decision)
{
    struct org_unit unit;
    int32_t day = 0;
    int64_t unit_id = field_int(decision, "unit_id", meeting_unit_id), user_id, decision_id;
    int64_t person_id = field_int(decision, "person_id", 0);
    struct str text = field_str(decision, "text"), due_on = field_str(decision, "due_on");
    if (org_unit_reach(call, unit_id ? unit_id : meeting_unit_id, &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "decisions", "meeting.fault.unit");
    TRY(check_person(call, person_id, &unit, &user_id));
    bool dated = due_on.len && clock_parse_date(due_on, &day);
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO meeting_decision (meeting_id, unit_id, unit_path, text, due_on, due_ms, "
               "person_id, state,"
               " created_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8) RETURNING decision_id",
               db_int(meeting_id), db_int(unit.unit_id), db_str(unit.unit_path), db_str(text),
               db_str_or_null(due_on), dated ? db_int(clock_ms_of_day(day)) : db_null(),
               db_int_or_null(person_id), db_int(call->now_ms)));
    decision_id = db_col_int(&rows, 0);
    TRY(db_end(&rows));
    rules_touch(call, "decision", decision_id);
    return tell_person(call, "meeting.told", user_id, decision_id, meeting_id, text, due_on);
}

static enum err check_day(struct call *call, const struct field_record *body)
{
    int32_t day;
    if (!clock_parse_date(field_str(body, "held_on"), &day) || day > clock_day_of(call->now_ms))
        return call_fail(call, ERR_INVALID, "held_on", "meeting.fault.future");
    return ERR_OK;
}

static enum err meeting_create(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    int64_t meeting_id;
    struct call_who who = call_who(call);
    const struct field_value *decisions = field_get(&x->body, "decisions");
    if (org_unit_reach(call, field_int(&x->body, "unit_id", 0), &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "meeting.fault.unit");
    TRY(check_day(call, &x->body));
    struct db_extra extra[] = {
        {"unit_path", db_str(unit.unit_path)},
        {"entered_by", db_int(who.user_id)},
        {"entered_by_name", db_str(who.display_name)},
        {"entered_at_ms", db_int(call->now_ms)},
    };
    TRY(db_insert(call, "meeting", &x->body, extra, 4, &meeting_id));
    for (size_t i = 0; i < decisions->many; i++)
        TRY(add_decision(call, meeting_id, unit.unit_id, &decisions->rows[i]));
    TRY(note(call, "meeting.held", meeting_id, unit.unit_id, unit.unit_path,
             field_json(call->arena, &x->body)));
    return put_meeting(call, meeting_id, x->out);
}

static enum err must_stand(struct call *call, int64_t meeting_id)
{
    int64_t gone;
    TRY(db_get_int(call, &gone, 0,
                   "SELECT COUNT(*) FROM meeting WHERE meeting_id = $1 AND withdrawn_at_ms IS NOT NULL",
                   db_int(meeting_id)));
    return gone ? call_fail(call, ERR_REFUSED, NULL, "meeting.fault.withdrawn") : ERR_OK;
}

static enum err meeting_decide(struct call *call, struct http_exchange *x)
{
    int64_t unit_id;
    struct str path;
    TRY(reach(call, x->ids[0], &unit_id, &path));
    TRY(must_stand(call, x->ids[0]));
    TRY(add_decision(call, x->ids[0], unit_id, &x->body));
    TRY(note(call, "meeting.decision_added", x->ids[0], unit_id, path, field_json(call->arena, &x->body)));
    return put_meeting(call, x->ids[0], x->out);
}

static const struct field why_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 300},
};
static const struct field_table why_table = FIELD_TABLE("meeting_withdraw", why_fields);

static enum err touch_open(struct call *call, int64_t meeting_id)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT decision_id FROM meeting_decision WHERE meeting_id = $1 AND state = 'open'",
                 db_int(meeting_id)));
    while (db_next(&rows))
        rules_touch(call, "decision", db_col_int(&rows, 0));
    return db_end(&rows);
}

static enum err meeting_withdraw(struct call *call, struct http_exchange *x)
{
    int64_t unit_id;
    struct str path, today = today_of(call);
    TRY(reach(call, x->ids[0], &unit_id, &path));
    TRY(must_stand(call, x->ids[0]));
    TRY(touch_open(call, x->ids[0]));
    TRY(db_run(call, "UPDATE meeting SET withdrawn_at_ms = $2, withdrawn_why = $3 WHERE meeting_id = $1",
               db_int(x->ids[0]), db_int(call->now_ms), db_str(field_str(&x->body, "reason"))));
    TRY(db_run(
        call,
        "UPDATE meeting_decision SET state = 'dropped', closed_on = $2, closed_note = $3, closed_by_name = $4"
        " WHERE meeting_id = $1 AND state = 'open'",
        db_int(x->ids[0]), db_str(today), db_str(field_str(&x->body, "reason")),
        db_str(call_who(call).display_name)));
    TRY(note(call, "meeting.withdrawn", x->ids[0], unit_id, path, field_json(call->arena, &x->body)));
    return put_meeting(call, x->ids[0], x->out);
}

static const struct field close_fields[] = {
    {.name = "state", .type = FIELD_ENUM, .of = &ending_enum, .flags = FIELD_REQUIRED},
    {.name = "note", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
};
static const struct field_table close_table = FIELD_TABLE("meeting_decision_close", close_fields);

/* Who must carry a decision out reports it done; only the side that decided may drop it. */
static enum err decision_close(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT d.unit_id, d.unit_path, d.state, d.meeting_id, m.unit_path FROM meeting_decision d"
               " JOIN meeting m ON m.meeting_id = d.meeting_id WHERE d.decision_id = $1",
               db_int(x->ids[0])));
    int64_t unit_id = db_col_int(&rows, 0), meeting_id = db_col_int(&rows, 3);
    struct str path = db_col_copy(call, &rows, 1), state = db_col_copy(call, &rows, 2),
               of_meeting = db_col_copy(call, &rows, 4), to = field_str(&x->body, "state");
    TRY(db_end(&rows));
    TRY(access_reach(call, path));
    if (!str_is(state, "open"))
        return call_fail(call, ERR_REFUSED, NULL, "meeting.fault.closed");
    if (str_is(to, "dropped") && access_reach(call, of_meeting) != ERR_OK)
        return call_fail(call, ERR_REFUSED, "state", "meeting.fault.drop");
    TRY(db_run(call,
               "UPDATE meeting_decision SET state = $2, closed_on = $3, closed_note = $4, closed_by_name = $5"
               " WHERE decision_id = $1",
               db_int(x->ids[0]), db_str(to), db_c(clock_date(clock_day_of(call->now_ms)).text),
               db_str(field_str(&x->body, "note")), db_str(call_who(call).display_name)));
    rules_touch(call, "decision", x->ids[0]);
    TRY(note(call, str_is(to, "done") ? "meeting.decision_done" : "meeting.decision_dropped", meeting_id,
             unit_id, path, str_format(call->arena, "{\"decision_id\":%lld}", (long long)x->ids[0])));
    TRY(db_one(call, &rows, DECISION_SELECT " WHERE d.decision_id = $1", db_int(x->ids[0])));
    db_put_row(x->out, &rows, &decision_row_table);
    put_more(call, x->out, &rows);
    return db_end(&rows);
}

#define WRITERS (ROLE_COUNTY_OFFICER | ROLES_UNIT)
#define READERS (ROLES_AUTHORITY | ROLES_UNIT)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/meetings",
     .grant = READERS,
     .name = "meeting_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &row_table,
     .list = &meeting_list,
     .summary_zh = "会议",
     .summary_en = "Meetings"},
    {.method = "POST",
     .path = "/api/meetings",
     .grant = WRITERS,
     .name = "meeting_create",
     .handle = meeting_create,
     .kind = HTTP_ONE,
     .more = &more_table,
     .body = &new_table,
     .reply = &row_table,
     .summary_zh = "登记会议和议定事项",
     .summary_en = "Enter a meeting and what was decided"},
    {.method = "GET",
     .path = "/api/meetings/{meeting_id}",
     .grant = READERS,
     .name = "meeting_get",
     .handle = meeting_get,
     .kind = HTTP_ONE,
     .more = &more_table,
     .reply = &row_table,
     .summary_zh = "会议详情",
     .summary_en = "A meeting with its decisions"},
    {.method = "POST",
     .path = "/api/meetings/{meeting_id}/decisions",
     .grant = WRITERS,
     .name = "meeting_decide",
     .handle = meeting_decide,
     .kind = HTTP_ONE,
     .more = &more_table,
     .body = &decision_table,
     .reply = &row_table,
     .summary_zh = "补登议定事项",
     .summary_en = "Add a decision"},
    {.method = "POST",
     .path = "/api/meetings/{meeting_id}/withdraw",
     .grant = WRITERS,
     .name = "meeting_withdraw",
     .handle = meeting_withdraw,
     .kind = HTTP_ONE,
     .more = &more_table,
     .flags = HTTP_CHANGES,
     .body = &why_table,
     .reply = &row_table,
     .summary_zh = "撤回会议登记",
     .summary_en = "Withdraw a meeting entered by mistake"},
    {.method = "GET",
     .path = "/api/decisions",
     .grant = READERS,
     .name = "meeting_decisions",
     .handle = meeting_decisions,
     .kind = HTTP_LIST,
     .reply = &decision_row_table,
     .more = &decision_more_table,
     .list = &decision_list,
     .summary_zh = "议定事项",
     .summary_en = "Decisions of meetings"},
    {.method = "POST",
     .path = "/api/decisions/{decision_id}/close",
     .grant = WRITERS,
     .name = "meeting_decision_close",
     .handle = decision_close,
     .kind = HTTP_ONE,
     .flags = HTTP_CHANGES,
     .body = &close_table,
     .reply = &decision_row_table,
     .more = &decision_more_table,
     .summary_zh = "办结议定事项",
     .summary_en = "Report a decision done, or drop it"},
};

static const struct rules_fact facts[] = {
    {.name = "meeting.held",
     .subject = "unit",
     .args = {"kind", "period"},
     .sql = "SELECT unit_id, entered_at_ms, NULL FROM meeting WHERE withdrawn_at_ms IS NULL AND ($1 = 0 OR "
            "unit_id = $1)"
            " AND ($2 = '' OR meeting_kind = $2) AND held_on BETWEEN $3 AND $4"},
    {.name = "meeting.decided",
     .subject = "decision",
     .sql = "SELECT decision_id, due_ms, NULL FROM meeting_decision WHERE due_ms IS NOT NULL AND state <> "
            "'dropped' AND ($1 = 0 OR decision_id = $1)"},
    {.name = "meeting.decision_done",
     .subject = "decision",
     .sql =
         "SELECT decision_id, created_at_ms, NULL FROM meeting_decision WHERE state = 'done' AND ($1 = 0 OR "
         "decision_id = $1)"},
};

/* Decisions with a date; what is dropped asks for nothing any more. */
static const struct rules_subject subjects[] = {
    {.name = "decision",
     .sql = "SELECT d.decision_id, d.unit_id, d.unit_path, d.text FROM meeting_decision d WHERE ($1 = 0 OR "
            "d.decision_id = $1)"},
};

/* ---- the passing of time ---- */

/* Decisions entered by an older program say their date as text only. */
static enum err date_undated(struct call *call)
{
    for (;;) {
        int32_t day;
        DB_ROWS(rows);
        TRY(db_query(
            call, &rows,
            "SELECT decision_id, due_on FROM meeting_decision WHERE due_on IS NOT NULL AND due_ms IS NULL"
            " ORDER BY decision_id LIMIT 1"));
        if (!db_next(&rows))
            return db_end(&rows);
        int64_t decision_id = db_col_int(&rows, 0);
        bool dated = clock_parse_date(db_col_str(&rows, 1), &day);
        TRY(db_end(&rows));
        TRY(db_run(call, "UPDATE meeting_decision SET due_ms = $2 WHERE decision_id = $1",
                   db_int(decision_id), db_int(dated ? clock_ms_of_day(day) : 0)));
        rules_touch(call, "decision", decision_id);
    }
}

struct late_one {
    int64_t decision_id, meeting_id, user_id;
    struct str text, due_on;
};

static enum err next_late(struct call *call, int64_t after, struct late_one *ret)
{
    DB_ROWS(rows);
    *ret = (struct late_one){0};
    TRY(db_query(call, &rows,
                 "SELECT d.decision_id, d.meeting_id, p.user_id, d.text, d.due_on FROM meeting_decision d"
                 " JOIN org_person p ON p.person_id = d.person_id WHERE d.state = 'open' AND d.due_on < $1"
                 " AND p.user_id IS NOT NULL AND d.decision_id > $2 ORDER BY d.decision_id LIMIT 1",
                 db_str(today_of(call)), db_int(after)));
    if (db_next(&rows))
        *ret = (struct late_one){.decision_id = db_col_int(&rows, 0),
                                 .meeting_id = db_col_int(&rows, 1),
                                 .user_id = db_col_int(&rows, 2),
                                 .text = db_col_copy(call, &rows, 3),
                                 .due_on = db_col_copy(call, &rows, 4)};
    return db_end(&rows);
}

/* Who was to carry it out is told once that it is late; the unit is told by the rules. */
static enum err meeting_tend(struct call *call)
{
    TRY(date_undated(call));
    for (struct late_one one = {0};;) {
        TRY(next_late(call, one.decision_id, &one));
        if (!one.decision_id)
            return ERR_OK;
        TRY(tell_person(call, "meeting.late", one.user_id, one.decision_id, one.meeting_id, one.text,
                        one.due_on));
    }
}

static const struct jobs_kind jobs[] = {
    {.name = "meeting.tend", .at_minute = 8 * 60 + 30, .run = meeting_tend},
};

static const char *const scoped_tables[] = {"meeting", "meeting_decision", NULL};

static void start(void)
{
    attachment_declare_subject("meeting", reach);
}

const struct module meeting_module = {
    .name = "meeting",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .subjects = MODULE_MANY(subjects),
    .jobs = MODULE_MANY(jobs),
    .scoped_tables = scoped_tables,
    .start = start,
};
