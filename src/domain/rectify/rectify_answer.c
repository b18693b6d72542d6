/* SPDX-License-Identifier: Apache-2.0
 *
 * The unit's side: feedback, requests, the lateral check.
 */
#include "domain/rectify/rectify_inner.h"

#include <string.h>

#include "access/access.h"
#include "db/db.h"
#include "domain/finding/finding.h"
#include "domain/registry/registry.h"
#include "rules/rules.h"

static bool is_running(const struct rectify_letter *letter)
{
    return !str_is(letter->state, "draft") && !str_is(letter->state, "closed_out") &&
           !str_is(letter->state, "withdrawn");
}

static enum err reach_running(struct call *call, int64_t letter_id, struct rectify_letter *ret)
{
    TRY(rectify_reach(call, letter_id, ret));
    return is_running(ret) ? ERR_OK : call_fail(call, ERR_REFUSED, NULL, "rectify.fault.over");
}

/* ---- feedback ---- */

static enum err check_complete(struct call *call, const struct field_record *record)
{
    static const char *const needed[] = {"cause", "measures", "completed_date"};
    int64_t before = call->faults_count;
    for (size_t i = 0; i < 3; i++) {
        if (field_str(record, needed[i]).len == 0)
            (void)call_fail(call, ERR_INVALID, needed[i], "fault.required");
    }
    return call->faults_count == before ? ERR_OK : ERR_INVALID;
}

static enum err fed_back_one(struct call *call, int64_t finding_id, void *context)
{
    (void)context;
    return finding_fed_back(call, finding_id);
}

static enum err open_feedback(struct call *call, const struct rectify_letter *letter,
                              int64_t *ret_feedback_id)
{
    TRY(db_get_int(call, ret_feedback_id, 0,
                   "SELECT feedback_id FROM rectify_feedback WHERE letter_id = $1 AND state IN ('draft', "
                   "'returned') ORDER BY feedback_id DESC LIMIT 1",
                   db_int(letter->letter_id)));
    if (*ret_feedback_id)
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO rectify_feedback (letter_id, unit_id, unit_path, state, filled_by, saved_at_ms) "
               "VALUES ($1, $2, $3, 'draft', $4, $5)"
               " RETURNING feedback_id",
               db_int(letter->letter_id), db_int(letter->unit_id), db_str(letter->unit_path),
               db_int(call_who(call).user_id), db_int(call->now_ms)));
    *ret_feedback_id = db_col_int(&rows, 0);
    return ERR_OK;
}

enum err rectify_feedback_save(struct call *call, int64_t letter_id, const struct field_record *record,
                               bool submit, int64_t *ret_feedback_id)
{
    struct rectify_letter letter;
    TRY(reach_running(call, letter_id, &letter));
    if (str_is(letter.state, "issued") && submit)
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.sign_first");
    if (str_is(letter.state, "fed_back") || str_is(letter.state, "retesting"))
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.handed_in");
    TRY(open_feedback(call, &letter, ret_feedback_id));
    struct db_extra extra[] = {{"saved_at_ms", db_int(call->now_ms)}};
    TRY(db_update(call, "rectify_feedback", "feedback_id", *ret_feedback_id, record, extra, 1));
    if (!submit)
        return ERR_OK;
    struct field_record whole;
    TRY(db_fetch(call, "rectify_feedback", "feedback_id", *ret_feedback_id, &rectify_feedback_table, &whole));
    TRY(check_complete(call, &whole));
    TRY(db_run(call,
               "UPDATE rectify_feedback SET state = 'submitted', submitted_at_ms = $2, filled_by = $3 WHERE "
               "feedback_id = $1",
               db_int(*ret_feedback_id), db_int(call->now_ms), db_int(call_who(call).user_id)));
    TRY(db_run(call,
               "UPDATE rectify_letter SET fed_back_at_ms = COALESCE(fed_back_at_ms, $2) WHERE letter_id = $1",
               db_int(letter_id), db_int(call->now_ms)));
    TRY(rectify_each_finding(call, letter_id, fed_back_one, NULL));
    return rectify_state(call, &letter, "fed_back", "letter.fed_back", field_str(&whole, "measures"));
}

static enum err returned_one(struct call *call, int64_t finding_id, void *context)
{
    return finding_feedback_returned(call, finding_id, *(const struct str *)context);
}

enum err rectify_feedback_decide(struct call *call, int64_t letter_id, int64_t feedback_id, bool accept,
                                 struct str reason)
{
    struct rectify_letter letter;
    int64_t counted;
    TRY(reach_running(call, letter_id, &letter));
    if (!accept && reason.len == 0)
        return call_fail(call, ERR_INVALID, "reason", "fault.required");
    TRY(db_run_counted(call, &counted,
                       "UPDATE rectify_feedback SET state = $3, decided_by = $4, decided_at_ms = $5, "
                       "return_reason = $6 WHERE feedback_id = $1"
                       " AND letter_id = $2 AND state = 'submitted'",
                       db_int(feedback_id), db_int(letter_id), db_c(accept ? "accepted" : "returned"),
                       db_int(call_who(call).user_id), db_int(call->now_ms), db_str_or_null(reason)));
    if (!counted)
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.no_feedback");
    if (accept)
        return rectify_state(call, &letter, "retesting", "letter.feedback_accepted", reason);
    TRY(rectify_each_finding(call, letter_id, returned_one, &reason));
    TRY(db_run(call, "UPDATE rectify_letter SET fed_back_at_ms = NULL WHERE letter_id = $1",
               db_int(letter_id)));
    return rectify_state(call, &letter, "returned", "letter.feedback_returned", reason);
}

enum err rectify_feedback_sign(struct call *call, int64_t letter_id, int64_t feedback_id)
{
    struct rectify_letter letter;
    int64_t counted;
    TRY(reach_running(call, letter_id, &letter));
    TRY(db_run_counted(call, &counted,
                       "UPDATE rectify_feedback SET signed_by = $3, signed_at_ms = $4 WHERE feedback_id = $1 "
                       "AND letter_id = $2 AND signed_by IS NULL",
                       db_int(feedback_id), db_int(letter_id), db_int(call_who(call).user_id),
                       db_int(call->now_ms)));
    if (!counted)
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.no_feedback");
    return rectify_record(call, &letter, "letter.feedback_signed", STR_NONE);
}

/* ---- extension and support ---- */

enum err rectify_request(struct call *call, int64_t letter_id, const char *kind, int64_t working_days,
                         struct str text, int64_t *ret_request_id)
{
    struct rectify_letter letter;
    int64_t waiting;
    TRY(reach_running(call, letter_id, &letter));
    TRY(db_get_int(call, &waiting, 0,
                   "SELECT request_id FROM rectify_request WHERE letter_id = $1 AND request_kind = $2 AND "
                   "state = 'asked'",
                   db_int(letter_id), db_c(kind)));
    if (waiting)
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.asked_already");
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO rectify_request (letter_id, unit_id, unit_path, request_kind, working_days, "
               "text, state, asked_by, asked_at_ms)"
               " VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8) RETURNING request_id",
               db_int(letter_id), db_int(letter.unit_id), db_str(letter.unit_path), db_c(kind),
               db_int_or_null(working_days), db_str(text), db_int(call_who(call).user_id),
               db_int(call->now_ms)));
    *ret_request_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    return rectify_record(call, &letter,
                          strcmp(kind, "extension") == 0 ? "letter.extension_asked" : "letter.support_asked",
                          text);
}

struct extend {
    int working_days;
    struct str reason;
};

static enum err extend_one(struct call *call, int64_t finding_id, void *context)
{
    const struct extend *extend = context;
    struct rules_duty duty;
    enum err word = rules_duty_nearest(call, "finding", finding_id, &duty);
    if (word == ERR_NOT_FOUND || (word == ERR_OK && !str_is(duty.state, "open")))
        return ERR_OK;
    TRY(word);
    return rules_extend(call, "finding", finding_id, str_c(call->arena, duty.rule), extend->working_days,
                        extend->reason);
}

enum err rectify_request_answer(struct call *call, int64_t letter_id, const char *kind, bool agree,
                                struct str answer)
{
    struct rectify_letter letter;
    TRY(reach_running(call, letter_id, &letter));
    DB_ROWS(rows);
    if (db_one(call, &rows,
               "SELECT request_id, working_days, asked_by FROM rectify_request WHERE letter_id = $1 AND "
               "request_kind = $2 AND state = 'asked'"
               " ORDER BY request_id DESC LIMIT 1",
               db_int(letter_id), db_c(kind)) != ERR_OK)
        return call_fail(call, ERR_REFUSED, NULL, "rectify.fault.nobody_asked");
    int64_t request_id = db_col_int(&rows, 0), working_days = db_col_int(&rows, 1);
    db_rows_close(&rows);
    bool extension = strcmp(kind, "extension") == 0;
    TRY(db_run(call,
               "UPDATE rectify_request SET state = $2, answer = $3, answered_by = $4, answered_at_ms = $5 "
               "WHERE request_id = $1",
               db_int(request_id),
               db_c(!extension ? "answered"
                    : agree    ? "granted"
                               : "refused"),
               db_str_or_null(answer), db_int(call_who(call).user_id), db_int(call->now_ms)));
    if (extension && agree) {
        struct extend extend = {(int)working_days, answer};
        TRY(rectify_each_finding(call, letter_id, extend_one, &extend));
        TRY(rectify_refresh_due(call, &letter));
    }
    return rectify_record(call, &letter,
                          extension ? (agree ? "letter.extension_granted" : "letter.extension_refused")
                                    : "letter.support_answered",
                          answer);
}

/* ---- 举一反三 ---- */

static enum err lateral_one(struct call *call, int64_t finding_id, void *context)
{
    (void)context;
    return finding_lateral_done(call, finding_id);
}

enum err rectify_lateral_check(struct call *call, int64_t letter_id, int64_t system_id, struct str result,
                               struct str note)
{
    struct rectify_letter letter;
    struct registry_system system;
    TRY(reach_running(call, letter_id, &letter));
    if (registry_system_reach(call, system_id, &system) != ERR_OK || system.unit_id != letter.unit_id)
        return call_fail(call, ERR_INVALID, "system_id", "finding.fault.system_unknown");
    TRY(db_run(
        call,
        "INSERT INTO rectify_lateral (letter_id, system_id, result, note, checked_by, checked_at_ms) VALUES "
        "($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (letter_id, system_id) DO UPDATE SET result = excluded.result, note = excluded.note,"
        " checked_by = excluded.checked_by, checked_at_ms = excluded.checked_at_ms",
        db_int(letter_id), db_int(system_id), db_str(result), db_str_or_null(note),
        db_int(call_who(call).user_id), db_int(call->now_ms)));
    TRY(rectify_record(call, &letter, "letter.lateral_checked", system.system_no));
    int64_t missing;
    TRY(db_get_int(call, &missing, 0,
                   "SELECT COUNT(*) FROM info_system s WHERE s.unit_id = $2 AND s.lifecycle_status NOT IN "
                   "('shutdown', 'retired')"
                   " AND NOT EXISTS (SELECT 1 FROM rectify_letter_finding x JOIN finding f ON f.finding_id = "
                   "x.finding_id"
                   " WHERE x.letter_id = $1 AND f.system_id = s.system_id)"
                   " AND NOT EXISTS (SELECT 1 FROM rectify_lateral c WHERE c.letter_id = $1 AND c.system_id "
                   "= s.system_id)",
                   db_int(letter_id), db_int(letter.unit_id)));
    return missing ? ERR_OK : rectify_each_finding(call, letter_id, lateral_one, NULL);
}
