/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/rectify/rectify_inner.h"

#include <string.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/document/document.h"
#include "domain/finding/finding.h"
#include "domain/notify/notify.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

enum err rectify_get(struct call *call, int64_t letter_id, struct rectify_letter *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT letter_id, document_id, notice_id, unit_id, findings, acknowledged_at_ms, version, "
               "letter_kind, unit_path, title,"
               " requirements, state, doc_number, severity, due_date, outside, due_provisional FROM "
               "rectify_letter WHERE letter_id = $1",
               db_int(letter_id)));
    *ret = (struct rectify_letter){
        .letter_id = db_col_int(&rows, 0),
        .document_id = db_col_int(&rows, 1),
        .notice_id = db_col_int(&rows, 2),
        .unit_id = db_col_int(&rows, 3),
        .findings = db_col_int(&rows, 4),
        .acknowledged_at_ms = db_col_int(&rows, 5),
        .version = db_col_int(&rows, 6),
        .letter_kind = db_col_copy(call, &rows, 7),
        .unit_path = db_col_copy(call, &rows, 8),
        .title = db_col_copy(call, &rows, 9),
        .requirements = db_col_copy(call, &rows, 10),
        .state = db_col_copy(call, &rows, 11),
        .doc_number = db_col_copy(call, &rows, 12),
        .severity = db_col_copy(call, &rows, 13),
        .due_date = db_col_copy(call, &rows, 14),
        .outside = db_col_int(&rows, 15) != 0,
        .due_provisional = db_col_int(&rows, 16) != 0,
    };
    return ERR_OK;
}

enum err rectify_reach(struct call *call, int64_t letter_id, struct rectify_letter *ret)
{
    TRY(rectify_get(call, letter_id, ret));
    TRY(access_reach(call, ret->unit_path));
    bool draft = str_is(ret->state, "draft");
    return draft && !access_is(call, ROLES_AUTHORITY | ROLE_LOCAL_ADMIN) ? ERR_NOT_FOUND : ERR_OK;
}

/* Who is told of which step. Nobody has to watch a board to learn that it is their turn. */
static const struct {
    const char *verb, *key;
    unsigned roles;
} told[] = {
    {"letter.issued", "rectify.notify.issued", ROLES_UNIT},
    {"letter.withdrawn", "rectify.notify.withdrawn", ROLES_UNIT},
    {"letter.feedback_returned", "rectify.notify.feedback_returned", ROLES_UNIT},
    {"letter.feedback_accepted", "rectify.notify.feedback_accepted", ROLES_UNIT},
    {"letter.extension_granted", "rectify.notify.extension_granted", ROLES_UNIT},
    {"letter.extension_refused", "rectify.notify.extension_refused", ROLES_UNIT},
    {"letter.support_answered", "rectify.notify.support_answered", ROLES_UNIT},
    {"letter.closed_out", "rectify.notify.closed_out", ROLES_UNIT},
    {"letter.fed_back", "rectify.notify.fed_back", ROLE_COUNTY_OFFICER},
    {"letter.extension_asked", "rectify.notify.extension_asked", ROLE_COUNTY_OFFICER},
    {"letter.support_asked", "rectify.notify.support_asked", ROLE_COUNTY_OFFICER},
};

static enum err tell(struct call *call, const struct rectify_letter *letter, const char *verb,
                     struct str note)
{
    if (letter->doc_number.len == 0) /* a draft is nobody's matter but the officer's */
        return ERR_OK;
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        if (strcmp(told[i].verb, verb) != 0)
            continue;
        struct org_unit unit;
        TRY(org_unit_get(call, letter->unit_id, &unit));
        struct notify_message message = {
            .key = told[i].key,
            .args = {letter->doc_number, unit.unit_name, letter->due_date,
                     words_clip(call->arena, note, 120)},
            .url = str_format(call->arena, "/letters/%lld", (long long)letter->letter_id),
            .subject_kind = "letter",
            .subject_id = letter->letter_id,
        };
        return notify_users(call, told[i].roles, letter->unit_id, &message);
    }
    return ERR_OK;
}

enum err rectify_record(struct call *call, const struct rectify_letter *letter, const char *verb,
                        struct str note)
{
    BUF(detail, 16384);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_str(&w, "doc_number", letter->doc_number);
    json_put_str(&w, "note", note);
    json_close_object(&w);
    TRY(ledger_append(call,
                      &(struct ledger_fact){.verb = verb,
                                            .subject_kind = "letter",
                                            .subject_id = letter->letter_id,
                                            .unit_id = letter->unit_id,
                                            .unit_path = letter->unit_path,
                                            .detail = buf_str(&detail)},
                      NULL));
    return tell(call, letter, verb, note);
}

enum err rectify_state(struct call *call, struct rectify_letter *letter, const char *to, const char *verb,
                       struct str note)
{
    TRY(db_run(call, "UPDATE rectify_letter SET state = $2, version = version + 1 WHERE letter_id = $1",
               db_int(letter->letter_id), db_c(to)));
    letter->state = str_of(to);
    return rectify_record(call, letter, verb, note);
}

enum err rectify_each_finding(struct call *call, int64_t letter_id,
                              enum err (*each)(struct call *call, int64_t finding_id, void *context),
                              void *context)
{
    int64_t *ids = NULL;
    size_t many = 0, room = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT finding_id FROM rectify_letter_finding WHERE letter_id = $1 ORDER BY finding_id",
                 db_int(letter_id)));
    while (db_next(&rows)) {
        if (many == room) {
            int64_t *grown = ARENA_ARRAY(call->arena, int64_t, room = room ? room * 2 : 64);
            if (many)
                memcpy(grown, ids, many * sizeof(*ids));
            ids = grown;
        }
        ids[many++] = db_col_int(&rows, 0);
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++)
        TRY(each(call, ids[i], context));
    return ERR_OK;
}

/* ---- drafting ---- */

struct chosen {
    int64_t unit_id, system_id;
    struct str unit_path, severity;
};

static enum err check_chosen(struct call *call, const int64_t *ids, size_t many, struct chosen *ret)
{
    *ret = (struct chosen){.severity = STR("info")};
    for (size_t i = 0; i < many; i++) {
        struct finding finding;
        int64_t running;
        if (finding_reach(call, ids[i], &finding) != ERR_OK)
            return call_fail(call, ERR_INVALID, "finding_ids", "rectify.fault.finding_unknown");
        if (!finding.unit_id)
            return call_fail(call, ERR_REFUSED, "finding_ids", "rectify.fault.no_unit", finding.finding_no);
        if (ret->unit_id && ret->unit_id != finding.unit_id)
            return call_fail(call, ERR_REFUSED, "finding_ids", "rectify.fault.several_units");
        if (str_is(finding.state, "closed") || str_is(finding.state, "false_positive"))
            return call_fail(call, ERR_REFUSED, "finding_ids", "finding.fault.over", finding.finding_no);
        TRY(db_get_int(call, &running, 0,
                       "SELECT l.letter_id FROM rectify_letter_finding x JOIN rectify_letter l ON "
                       "l.letter_id = x.letter_id"
                       " WHERE x.finding_id = $1 AND l.state NOT IN ('closed_out', 'withdrawn')",
                       db_int(ids[i])));
        if (running)
            return call_fail(call, ERR_REFUSED, "finding_ids", "rectify.fault.in_a_letter",
                             finding.finding_no);
        ret->unit_id = finding.unit_id;
        ret->unit_path = finding.unit_path;
        if (finding_severity_at_least(finding.severity, ret->severity))
            ret->severity = finding.severity;
    }
    return ERR_OK;
}

static struct str default_title(const char *letter_kind)
{
    return strcmp(letter_kind, "rectification_order") == 0 ? STR("关于责令限期整改网络安全隐患的通知")
                                                           : STR("关于网络安全风险隐患的提示函");
}

/* Before issue no duty runs: the preview says where the date will stand. */
static struct str forecast(void)
{
    return STR("××××年××月××日（印发时按工作日历确定）");
}

static enum err write_text(struct call *call, struct rectify_letter *letter, struct str due_text)
{
    struct str members;
    TRY(rectify_letter_members(call, letter, due_text, &members));
    struct document_draft draft = {.kind = str_c(call->arena, letter->letter_kind),
                                   .title = letter->title,
                                   .unit_id = letter->unit_id,
                                   .unit_path = letter->unit_path,
                                   .subject_kind = "letter",
                                   .subject_id = letter->letter_id,
                                   .members = members};
    TRY(document_write(call, &draft, &letter->document_id));
    return db_run(call, "UPDATE rectify_letter SET document_id = $2 WHERE letter_id = $1",
                  db_int(letter->letter_id), db_int(letter->document_id));
}

static enum err insert_letter(struct call *call, const char *kind, const struct chosen *chosen, size_t many,
                              int64_t notice_id, struct str severity, struct str title,
                              struct str requirements, int64_t *ret_letter_id)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO rectify_letter (letter_kind, notice_id, unit_id, unit_path, title, requirements, "
               "state, outside, severity, findings,"
               " drafted_by, drafted_at_ms) VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $8, $9, $10, $11) "
               "RETURNING letter_id",
               db_c(kind), db_int_or_null(notice_id), db_int(chosen->unit_id), db_str(chosen->unit_path),
               db_str(title), db_str_or_null(requirements), db_int(notice_id != 0), db_str(severity),
               db_int((int64_t)many), db_int(call_who(call).user_id), db_int(call->now_ms)));
    *ret_letter_id = db_col_int(&rows, 0);
    return ERR_OK;
}

enum err rectify_draft(struct call *call, const char *letter_kind, const int64_t *finding_ids, size_t many,
                       int64_t notice_id, struct str requirements, int64_t *ret_letter_id)
{
    struct chosen chosen;
    struct str title = default_title(letter_kind);
    if (many == 0)
        return call_fail(call, ERR_INVALID, "finding_ids", "rectify.fault.no_findings");
    TRY(check_chosen(call, finding_ids, many, &chosen));
    struct str severity = chosen.severity;
    if (notice_id) {
        DB_ROWS(rows);
        TRY(db_one(call, &rows, "SELECT severity FROM rectify_notice WHERE notice_id = $1",
                   db_int(notice_id)));
        severity = db_col_copy(call, &rows, 0);
    }
    TRY(insert_letter(call, letter_kind, &chosen, many, notice_id, severity, title, requirements,
                      ret_letter_id));
    for (size_t i = 0; i < many; i++)
        TRY(db_run(call, "INSERT INTO rectify_letter_finding (letter_id, finding_id) VALUES ($1, $2)",
                   db_int(*ret_letter_id), db_int(finding_ids[i])));
    if (notice_id)
        TRY(db_run(call, "UPDATE rectify_notice SET letter_id = $2 WHERE notice_id = $1", db_int(notice_id),
                   db_int(*ret_letter_id)));
    struct rectify_letter letter;
    TRY(rectify_get(call, *ret_letter_id, &letter));
    TRY(write_text(call, &letter, forecast()));
    return rectify_record(call, &letter, "letter.drafted", title);
}

enum err rectify_redraft(struct call *call, int64_t letter_id, struct str title, struct str requirements)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, letter_id, &letter));
    if (!str_is(letter.state, "draft"))
        return call_fail(call, ERR_REFUSED, NULL, "document.fault.issued");
    if (title.len)
        letter.title = title;
    if (requirements.at)
        letter.requirements = requirements;
    TRY(db_run(
        call,
        "UPDATE rectify_letter SET title = $2, requirements = $3, version = version + 1 WHERE letter_id = $1",
        db_int(letter_id), db_str(letter.title), db_str_or_null(letter.requirements)));
    return write_text(call, &letter, forecast());
}

/* ---- issuing ---- */

struct issue {
    struct str severity, due_date;
    bool outside, from_notice, provisional;
};

static enum err notify_one(struct call *call, int64_t finding_id, void *context)
{
    const struct issue *issue = context;
    return finding_notified(call, finding_id, issue->from_notice ? issue->severity : STR_NONE,
                            issue->outside);
}

static enum err read_due(struct call *call, int64_t finding_id, void *context)
{
    struct issue *issue = context;
    struct rules_duty duty;
    enum err word = rules_duty_nearest(call, "finding", finding_id, &duty);
    if (word == ERR_NOT_FOUND)
        return ERR_OK; /* no pack in force sets a term for this */
    TRY(word);
    if (issue->due_date.len == 0 || str_cmp(duty.due_on, issue->due_date) < 0) {
        issue->due_date = duty.due_on;
        issue->provisional = duty.provisional;
    }
    return ERR_OK;
}

static enum err read_clock(struct call *call, const struct rectify_letter *letter, struct issue *issue)
{
    issue->due_date = STR_NONE;
    TRY(rectify_each_finding(call, letter->letter_id, read_due, issue));
    return db_run(call, "UPDATE rectify_letter SET due_date = $2, due_provisional = $3 WHERE letter_id = $1",
                  db_int(letter->letter_id), db_str_or_null(issue->due_date), db_int(issue->provisional));
}

enum err rectify_refresh_due(struct call *call, const struct rectify_letter *letter)
{
    struct issue issue = {0};
    return read_clock(call, letter, &issue);
}

static struct str due_in_words(struct call *call, struct str due_date)
{
    int32_t day;
    int year, month, mday;
    if (!clock_parse_date(due_date, &day))
        return STR("本通知要求的期限");
    clock_ymd(day, &year, &month, &mday);
    return str_format(call->arena, "%d年%d月%d日", year, month, mday);
}

static enum err issuer_code(struct call *call, struct str *ret)
{
    struct org_unit root;
    TRY(org_root(call, &root));
    *ret = root.issuer_code.len ? root.issuer_code : STR("网安整");
    return ERR_OK;
}

enum err rectify_issue(struct call *call, int64_t letter_id)
{
    struct rectify_letter letter;
    struct str code, verify;
    TRY(rectify_reach(call, letter_id, &letter));
    if (!str_is(letter.state, "draft"))
        return call_fail(call, ERR_REFUSED, NULL, "document.fault.issued");
    struct issue issue = {
        .severity = letter.severity, .outside = letter.outside, .from_notice = letter.notice_id != 0};
    TRY(rectify_each_finding(call, letter_id, notify_one, &issue));
    /* The duties that this opens say when the answer is due; the paper must print that date, so they are
     * opened now. */
    TRY(rules_settle(call));
    TRY(read_clock(call, &letter, &issue));
    letter.due_date = issue.due_date;
    TRY(write_text(call, &letter, due_in_words(call, issue.due_date)));
    TRY(issuer_code(call, &code));
    TRY(document_issue(call, letter.document_id, code, &letter.doc_number, &verify));
    TRY(db_run(call, "UPDATE rectify_letter SET doc_number = $2, issued_at_ms = $3 WHERE letter_id = $1",
               db_int(letter_id), db_str(letter.doc_number), db_int(call->now_ms)));
    return rectify_state(call, &letter, "issued", "letter.issued", letter.due_date);
}

static enum err unnotify_one(struct call *call, int64_t finding_id, void *context)
{
    (void)context;
    struct finding finding;
    TRY(finding_get(call, finding_id, &finding));
    return finding_unnotify(call, &finding);
}

enum err rectify_withdraw(struct call *call, int64_t letter_id, struct str reason)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, letter_id, &letter));
    if (str_is(letter.state, "closed_out") || str_is(letter.state, "withdrawn"))
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.over");
    bool issued = !str_is(letter.state, "draft");
    if (issued)
        TRY(rectify_each_finding(call, letter_id, unnotify_one, NULL));
    if (letter.document_id)
        TRY(document_withdraw(call, letter.document_id));
    TRY(db_run(call, "UPDATE rectify_letter SET withdrawn_why = $2 WHERE letter_id = $1", db_int(letter_id),
               db_str(reason)));
    return rectify_state(call, &letter, "withdrawn", "letter.withdrawn", reason);
}

static enum err accept_one(struct call *call, int64_t finding_id, void *context)
{
    (void)context;
    return finding_accepted(call, finding_id);
}

enum err rectify_acknowledge(struct call *call, int64_t letter_id)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, letter_id, &letter));
    if (!str_is(letter.state, "issued"))
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.not_waiting");
    TRY(db_run(call,
               "UPDATE rectify_letter SET acknowledged_at_ms = $2, acknowledged_by = $3 WHERE letter_id = $1",
               db_int(letter_id), db_int(call->now_ms), db_int(call_who(call).user_id)));
    TRY(rectify_each_finding(call, letter_id, accept_one, NULL));
    return rectify_state(call, &letter, "acknowledged", "letter.acknowledged", STR_NONE);
}

/* ---- closing out ---- */

static enum err check_gone(struct call *call, int64_t finding_id, void *context)
{
    struct finding finding;
    (void)context;
    TRY(finding_get(call, finding_id, &finding));
    if (!str_is(finding.state, "closed") && !str_is(finding.state, "false_positive"))
        (void)call_fail(call, ERR_REFUSED, "finding_ids",
                        str_is(finding.source, "scan") ? "rectify.fault.open_scan"
                                                       : "rectify.fault.open_manual",
                        finding.finding_no, finding.title);
    return ERR_OK;
}

enum err rectify_close_out(struct call *call, int64_t letter_id)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, letter_id, &letter));
    if (str_is(letter.state, "draft") || str_is(letter.state, "closed_out") ||
        str_is(letter.state, "withdrawn"))
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.over");
    int64_t before = call->faults_count;
    TRY(rectify_each_finding(call, letter_id, check_gone, NULL));
    if (call->faults_count != before)
        return ERR_REFUSED;
    TRY(db_run(call, "UPDATE rectify_letter SET closed_at_ms = $2 WHERE letter_id = $1", db_int(letter_id),
               db_int(call->now_ms)));
    return rectify_state(call, &letter, "closed_out", "letter.closed_out", STR_NONE);
}
