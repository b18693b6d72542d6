/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/rectify/rectify_show.h"

#include "base/clock.h"
#include "domain/document/document.h"
#include "domain/finding/finding.h"
#include "rules/rules.h"

static const struct field row_fields[] = {
    {.name = "letter_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "letter_kind",
     .type = FIELD_ENUM,
     .of = &rectify_letter_kind_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "doc_number", .type = FIELD_TEXT},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "state",
     .type = FIELD_ENUM,
     .of = &rectify_letter_state_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "severity", .type = FIELD_ENUM, .of = &finding_severity_enum, .flags = FIELD_FILTER},
    {.name = "outside", .type = FIELD_BOOL, .flags = FIELD_FILTER},
    {.name = "findings", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_date", .type = FIELD_DATE, .flags = FIELD_SORT},
    {.name = "due_provisional", .type = FIELD_BOOL},
    {.name = "issued_at_ms", .type = FIELD_TIME, .flags = FIELD_SORT},
    {.name = "acknowledged_at_ms", .type = FIELD_TIME},
    {.name = "fed_back_at_ms", .type = FIELD_TIME},
    {.name = "closed_at_ms", .type = FIELD_TIME},
    {.name = "open_findings", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "requirements", .type = FIELD_NOTE},
    {.name = "document_id", .type = FIELD_REF, .ref = "document"},
    {.name = "notice_id", .type = FIELD_REF, .ref = "outside_notice"},
};
const struct field_table rectify_letter_row_table = FIELD_TABLE("letter", row_fields);

#define LETTER_SELECT                                                                                        \
    "SELECT l.letter_id, l.letter_kind, l.doc_number, l.title, l.unit_id, u.unit_name, l.state, "            \
    "l.severity, l.outside, l.findings,"                                                                     \
    " l.due_date, l.due_provisional, l.issued_at_ms, l.acknowledged_at_ms, l.fed_back_at_ms, "               \
    "l.closed_at_ms,"                                                                                        \
    " (SELECT COUNT(*) FROM rectify_letter_finding x JOIN finding f ON f.finding_id = x.finding_id WHERE "   \
    "x.letter_id = l.letter_id"                                                                              \
    " AND f.state NOT IN ('closed', 'false_positive')), l.requirements, l.document_id, l.notice_id FROM "    \
    "rectify_letter l"                                                                                       \
    " JOIN org_unit u ON u.unit_id = l.unit_id"
#define COLUMN_STATE    6
#define COLUMN_DUE      10
#define COLUMN_FED_BACK 14

static const struct db_filter filters[] = {
    {"state", "l.state = $$", FIELD_ENUM, &rectify_letter_state_enum},
    {"letter_kind", "l.letter_kind = $$", FIELD_ENUM, &rectify_letter_kind_enum},
    {"severity", "l.severity = $$", FIELD_ENUM, &finding_severity_enum},
    {"unit_id", "l.unit_id = $$", FIELD_INT, NULL},
    {"outside", "l.outside = $$", FIELD_BOOL, NULL},
    {"due_before",
     "(l.fed_back_at_ms IS NULL AND l.state NOT IN ('draft', 'closed_out', 'withdrawn') AND l.due_date < $$)",
     FIELD_DATE, NULL},
    {"due_from", "l.due_date >= $$", FIELD_DATE, NULL},
    {"due_to", "l.due_date <= $$", FIELD_DATE, NULL},
    {"running", "CASE WHEN l.state IN ('draft', 'closed_out', 'withdrawn') THEN 0 ELSE 1 END = $$",
     FIELD_BOOL, NULL},
    {"finding_id",
     "EXISTS (SELECT 1 FROM rectify_letter_finding y WHERE y.letter_id = l.letter_id AND y.finding_id = $$)",
     FIELD_INT, NULL},
    {"system_id",
     "EXISTS (SELECT 1 FROM rectify_letter_finding y JOIN finding g ON g.finding_id = y.finding_id WHERE "
     "y.letter_id = l.letter_id"
     " AND g.system_id = $$)",
     FIELD_INT, NULL},
};
static const struct db_sort sorts[] = {
    {"due_date", "l.due_date"},
    {"letter_id", "l.letter_id"},
    {"issued_at_ms", "l.issued_at_ms"},
};
#define LIST_REST                                                                                            \
    .columns = &rectify_letter_row_table, .select = LETTER_SELECT, .scope = "l.unit_path",                   \
    .key = "l.letter_id", .default_sort = "due_date", .filters = filters,                                    \
    .many_filters = sizeof(filters) / sizeof(filters[0]), .sorts = sorts,                                    \
    .many_sorts = sizeof(sorts) / sizeof(sorts[0]),                                                          \
    .search = "(l.doc_number LIKE $$ OR l.title LIKE $$ OR u.unit_name LIKE $$)"
const struct db_list rectify_letter_list = {LIST_REST};
const struct db_list rectify_issued_list = {LIST_REST, .where = "l.state <> 'draft'"};

/* Late is a fact of today: due, not answered, and the day is past. */
static void put_clock(struct call *call, struct json_writer *w, struct str state, struct str due,
                      bool fed_back)
{
    int32_t day, today = clock_day_of(call->now_ms);
    bool over = str_is(state, "closed_out") || str_is(state, "withdrawn") || str_is(state, "draft");
    if (!clock_parse_date(due, &day) || over) {
        json_put_null(w, "countdown_working_days");
        json_put_bool(w, "late", false);
        return;
    }
    json_put_int(w, "countdown_working_days", calendar_between(rules_calendar(), today, day));
    json_put_bool(w, "late", today > day && !fed_back);
}

void rectify_put_countdown(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    put_clock(call, w, db_col_str(rows, COLUMN_STATE), db_col_str(rows, COLUMN_DUE),
              !db_col_null(rows, COLUMN_FED_BACK));
}

/* ---- one letter with all that belongs to it ---- */

static const struct field letter_finding_fields[] = {
    {.name = "finding_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "finding_no", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "severity", .type = FIELD_ENUM, .of = &finding_severity_enum, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &finding_state_enum, .flags = FIELD_REQUIRED},
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system"},
    {.name = "system_name", .type = FIELD_TEXT},
    {.name = "ip", .type = FIELD_TEXT},
    {.name = "host_name", .type = FIELD_TEXT},
    {.name = "port", .type = FIELD_INT},
    {.name = "url_path", .type = FIELD_TEXT},
    {.name = "description", .type = FIELD_NOTE},
    {.name = "remedy", .type = FIELD_NOTE},
    {.name = "cves", .type = FIELD_TEXT},
    {.name = "source", .type = FIELD_ENUM, .of = &finding_source_enum, .flags = FIELD_REQUIRED},
    {.name = "closed_why", .type = FIELD_TEXT},
    {.name = "vuln_kind", .type = FIELD_ENUM, .of = &finding_vuln_kind_enum, .flags = FIELD_REQUIRED},
};
static const struct field_table letter_finding_table =
    FIELD_TABLE("finding_of_letter", letter_finding_fields);

static const struct field request_fields[] = {
    {.name = "request_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "request_kind", .type = FIELD_ENUM, .of = &rectify_request_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "working_days", .type = FIELD_INT},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &rectify_request_state_enum, .flags = FIELD_REQUIRED},
    {.name = "asked_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "answer", .type = FIELD_NOTE},
    {.name = "answered_at_ms", .type = FIELD_TIME},
};
static const struct field_table request_table = FIELD_TABLE("letter_request", request_fields);

static const struct field lateral_fields[] = {
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system", .flags = FIELD_REQUIRED},
    {.name = "system_no", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "main_address", .type = FIELD_TEXT},
    {.name = "result", .type = FIELD_ENUM, .of = &rectify_lateral_result_enum},
    {.name = "note", .type = FIELD_TEXT},
    {.name = "checked_at_ms", .type = FIELD_TIME},
    {.name = "same_weakness", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table lateral_table = FIELD_TABLE("lateral_system", lateral_fields);
static const struct field lateral_list_fields[] = {
    {.name = "lateral", .type = FIELD_ROWS, .rows = &lateral_table, .flags = FIELD_REQUIRED}};
const struct field_table rectify_lateral_list_table = FIELD_TABLE("letter_lateral", lateral_list_fields);

static const struct field more_fields[] = {
    {.name = "countdown_working_days", .type = FIELD_INT},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "finding_rows", .type = FIELD_ROWS, .rows = &letter_finding_table, .flags = FIELD_REQUIRED},
    {.name = "feedback", .type = FIELD_ROWS, .rows = &rectify_feedback_table, .flags = FIELD_REQUIRED},
    {.name = "requests", .type = FIELD_ROWS, .rows = &request_table, .flags = FIELD_REQUIRED},
    {.name = "lateral", .type = FIELD_ROWS, .rows = &lateral_table, .flags = FIELD_REQUIRED},
};
const struct field_table rectify_letter_more_table = FIELD_TABLE("letter_more", more_fields);
/* The same clock in a list. */
const struct field_table rectify_letter_clock_table = {"letter_clock", more_fields, 2};

static enum err put_findings(struct call *call, int64_t letter_id, struct json_writer *w)
{
    return db_put_rows(
        call, w, "finding_rows", &letter_finding_table,
        "SELECT f.finding_id, f.finding_no, f.title, COALESCE(f.notified_severity, f.severity), f.state, "
        "f.system_id, s.system_name, f.ip,"
        " f.host_name, f.port, f.url_path, t.description, t.remedy, f.cves, f.source, f.closed_why, "
        "f.vuln_kind FROM "
        "rectify_letter_finding x"
        " JOIN finding f ON f.finding_id = x.finding_id LEFT JOIN info_system s ON s.system_id = f.system_id"
        " LEFT JOIN finding_text t ON t.text_id = f.text_id WHERE x.letter_id = $1 ORDER BY f.finding_id",
        db_int(letter_id));
}

enum err rectify_put_lateral(struct call *call, const struct rectify_letter *letter, struct json_writer *w)
{
    return db_put_rows(
        call, w, "lateral", &lateral_table,
        "SELECT s.system_id, s.system_no, s.system_name, s.main_address, c.result, c.note, c.checked_at_ms,"
        " (SELECT COUNT(*) FROM finding o WHERE o.system_id = s.system_id AND o.state NOT IN ('closed', "
        "'false_positive')"
        " AND EXISTS (SELECT 1 FROM rectify_letter_finding x JOIN finding f ON f.finding_id = x.finding_id "
        "WHERE x.letter_id = $1"
        " AND ((f.rule_id = o.rule_id AND f.tool = o.tool) OR (f.cves <> '' AND f.cves = o.cves)"
        " OR (f.rule_id IS NULL AND f.vuln_kind = o.vuln_kind AND f.vuln_kind <> 'other'))))"
        " FROM info_system s LEFT JOIN rectify_lateral c ON c.letter_id = $1 AND c.system_id = s.system_id "
        "WHERE s.unit_id = $2"
        " AND s.lifecycle_status NOT IN ('shutdown', 'retired') AND NOT EXISTS (SELECT 1 FROM "
        "rectify_letter_finding x"
        " JOIN finding f ON f.finding_id = x.finding_id WHERE x.letter_id = $1 AND f.system_id = "
        "s.system_id) ORDER BY 8 DESC, s.system_id",
        db_int(letter->letter_id), db_int(letter->unit_id));
}

enum err rectify_put_letter(struct call *call, int64_t letter_id, struct json_writer *w)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, letter_id, &letter));
    DB_ROWS(rows);
    TRY(db_one(call, &rows, LETTER_SELECT " WHERE l.letter_id = $1", db_int(letter_id)));
    db_put_row(w, &rows, &rectify_letter_row_table);
    rectify_put_countdown(call, w, &rows);
    db_rows_close(&rows);
    TRY(put_findings(call, letter_id, w));
    TRY(db_put_rows(call, w, "feedback", &rectify_feedback_table,
                    "SELECT feedback_id, cause, measures, completed_date, evidence_note, lateral_check, "
                    "filled_by_name, state, submitted_at_ms, signed_at_ms, return_reason FROM "
                    "rectify_feedback WHERE letter_id = $1 ORDER BY feedback_id DESC",
                    db_int(letter_id)));
    TRY(db_put_rows(call, w, "requests", &request_table,
                    "SELECT request_id, request_kind, working_days, text, state, asked_at_ms, answer, "
                    "answered_at_ms FROM rectify_request WHERE letter_id = $1 ORDER BY request_id DESC",
                    db_int(letter_id)));
    return rectify_put_lateral(call, &letter, w);
}

enum err rectify_draw(struct call *call, const struct rectify_letter *letter, enum press_format format,
                      struct str *ret_bytes)
{
    return document_render(call, letter->document_id, format, ret_bytes, NULL);
}

/* ---- the board: how many stand where ---- */

static const struct field board_fields[] = {
    {.name = "states", .type = FIELD_COUNTS, .of = &rectify_letter_state_enum, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_today", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "today", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
};
const struct field_table rectify_board_table = FIELD_TABLE("letter_board", board_fields);

enum err rectify_board(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT state, COUNT(*), SUM(CASE WHEN fed_back_at_ms IS NULL AND due_date < $2 THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN fed_back_at_ms IS NULL AND due_date = $2 THEN 1 ELSE 0 END) FROM rectify_letter"
        " WHERE unit_path >= $1 AND unit_path < $1 || 'z' AND $3 = 0 AND (state <> 'draft' OR $4 = 1) GROUP "
        "BY state",
        db_str(scope), db_c(today.text), db_int(nothing), db_int(access_is(call, ROLES_AUTHORITY))));
    int64_t late = 0, due_today = 0;
    json_open_object(x->out, "states");
    while (db_next(&rows)) {
        struct str state = db_col_str(&rows, 0);
        json_put_int(x->out, str_c(call->arena, state), db_col_int(&rows, 1));
        if (!str_is(state, "closed_out") && !str_is(state, "withdrawn") && !str_is(state, "draft")) {
            late += db_col_int(&rows, 2);
            due_today += db_col_int(&rows, 3);
        }
    }
    TRY(db_end(&rows));
    json_close_object(x->out);
    json_put_int(x->out, "late", late);
    json_put_int(x->out, "due_today", due_today);
    json_put_c(x->out, "today", today.text);
    return ERR_OK;
}
