/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/pledge/pledge.h"

#include "access/access.h"
#include "base/clock.h"
#include "db/db.h"
#include "domain/document/document.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

#define MEMBERS_MAX (256 * 1024)

static const char *const states[] = {"printed", "signed", "replaced", NULL};
const struct field_enum pledge_state_enum = {"pledge_state", states, NULL};

struct leaders {
    struct org_person party, admin;
};

static enum err find_leaders(struct call *call, int64_t unit_id, struct leaders *ret)
{
    TRY(org_post_holder(call, unit_id, "party_head", 0, &ret->party));
    return org_post_holder(call, unit_id, "admin_head", 0, &ret->admin);
}

enum err pledge_newest(struct call *call, int64_t unit_id, bool signed_only, struct pledge *ret)
{
    struct leaders now;
    *ret = (struct pledge){0};
    TRY(find_leaders(call, unit_id, &now));
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT pledge_id, document_id, printed_at_ms, account_signed_at_ms, signed_at_ms, rule, "
        "pledge_version, state,"
        " verify_code, account_signed_by_name, scan_digest, signed_on, party_head_id, admin_head_id, "
        "account_second_factor, scan_attachment_id FROM pledge"
        " WHERE unit_id = $1 AND state <> 'replaced' AND ($2 = 0 OR state = 'signed') ORDER BY "
        "pledge_id DESC LIMIT 1",
        db_int(unit_id), db_int(signed_only)));
    if (db_next(&rows)) {
        int64_t party = db_col_int(&rows, 12), admin = db_col_int(&rows, 13);
        *ret = (struct pledge){
            .pledge_id = db_col_int(&rows, 0),
            .document_id = db_col_int(&rows, 1),
            .printed_at_ms = db_col_int(&rows, 2),
            .account_signed_at_ms = db_col_int(&rows, 3),
            .signed_at_ms = db_col_int(&rows, 4),
            .rule = db_col_copy(call, &rows, 5),
            .version = db_col_copy(call, &rows, 6),
            .state = db_col_copy(call, &rows, 7),
            .verify_code = db_col_copy(call, &rows, 8),
            .account_signed_by_name = db_col_copy(call, &rows, 9),
            .scan_digest = db_col_copy(call, &rows, 10),
            .signed_on = db_col_copy(call, &rows, 11),
            .second_factor = db_col_int(&rows, 14) != 0,
            .scan_attachment_id = db_col_int(&rows, 15),
            .same_leaders = !(party && now.party.person_id && party != now.party.person_id) &&
                            !(admin && now.admin.person_id && admin != now.admin.person_id),
        };
    }
    return db_end(&rows);
}

/* The same condition as the fact pledge.signed has for paper: only where the stamp alone is demanded. */
enum err pledge_paper_filed(struct call *call, int64_t unit_id, struct pledge_paper *ret)
{
    const struct rules_pledge *text;
    *ret = (struct pledge_paper){0};
    enum err word = rules_pledge_find(call, STR_NONE, &text);
    if (word == ERR_NOT_FOUND || (word == ERR_OK && (text->by_account || !text->since)))
        return ERR_OK;
    TRY(word);
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT a.attachment_id, a.uploaded_at_ms, a.digest FROM attachment a WHERE a.unit_id = $1 AND "
        "a.state = 'filed' AND a.kind = 'responsibility_pledge' AND a.period_to >= $2 AND NOT EXISTS "
        "(SELECT 1 FROM pledge q WHERE q.unit_id = a.unit_id AND q.printed_at_ms <= a.uploaded_at_ms) "
        "AND NOT EXISTS (SELECT 1 FROM org_post o WHERE o.unit_id = a.unit_id AND o.valid_to IS NULL "
        "AND o.post_kind IN ('party_head', 'admin_head') AND o.created_at_ms > a.uploaded_at_ms) "
        "ORDER BY a.attachment_id DESC LIMIT 1",
        db_int(unit_id), db_c(text->since)));
    if (db_next(&rows))
        *ret = (struct pledge_paper){
            db_col_int(&rows, 0),
            str_copy(call->arena, str_of(clock_date(clock_day_of(db_col_int(&rows, 1))).text)),
            db_col_copy(call, &rows, 2)};
    return db_end(&rows);
}

enum err pledge_stands(struct call *call, int64_t unit_id, struct str version, bool *ret)
{
    struct pledge pledge;
    struct pledge_paper paper;
    const struct rules_pledge *text;
    TRY(pledge_newest(call, unit_id, true, &pledge));
    enum err word = rules_pledge_find(call, pledge.rule, &text);
    if (word != ERR_OK && word != ERR_NOT_FOUND)
        return word;
    bool good = word == ERR_OK && str_is(pledge.version, text->version);
    good = good || (version.len && str_eq(pledge.version, version));
    *ret = good && pledge.pledge_id && pledge.same_leaders;
    if (*ret)
        return ERR_OK;
    TRY(pledge_paper_filed(call, unit_id, &paper));
    *ret = paper.attachment_id != 0;
    return ERR_OK;
}

/* ---- the sheet ---- */

static void put_signature(struct json_writer *w, const char *label, const char *foot)
{
    json_open_array(w, NULL);
    json_open_object(w, NULL);
    json_put_c(w, "text", label);
    json_put_bool(w, "label", true);
    json_put_int(w, "height", 24);
    json_close_object(w);
    json_open_object(w, NULL);
    json_put_c(w, "text", "");
    json_put_c(w, "foot", foot);
    json_close_object(w);
    json_close_array(w);
}

static void put_column(struct json_writer *w, int width)
{
    json_open_object(w, NULL);
    json_put_c(w, "title", "");
    json_put_int(w, "width", width);
    json_close_object(w);
}

/* Signed by hand on the stamped sheet: both heads, an association its one leader (S1). */
static void put_signatures(struct json_writer *w, const struct org_unit *unit)
{
    json_open_object(w, NULL);
    json_open_object(w, "table");
    json_open_array(w, "columns");
    put_column(w, 40);
    put_column(w, 60);
    json_close_array(w);
    json_open_array(w, "rows");
    if (str_is(unit->unit_kind, "association"))
        put_signature(w, "协会主要领导（签字）", "年　　月　　日");
    else {
        put_signature(w, "党组织主要负责人（签字）", "年　　月　　日");
        put_signature(w, "行政主要领导（签字）", "年　　月　　日");
    }
    put_signature(w, "承诺单位（盖章）", "年　　月　　日");
    json_close_array(w);
    json_close_object(w);
    json_close_object(w);
}

static enum err sheet(struct call *call, const struct rules_pledge *text, const struct org_unit *unit,
                      struct str *ret)
{
    BUF(out, MEMBERS_MAX);
    struct json_writer w = json_writer(&out);
    json_put_c(&w, "kind", "form");
    if (text->corner)
        json_put_c(&w, "corner", text->corner);
    json_put_str(&w, "author", unit->unit_name);
    json_put_c(&w, "title", text->title);
    json_put_str(&w, "subtitle", str_format(call->arena, "（文本版本 %s）", text->version));
    json_put_c(&w, "seal", "none");
    json_open_array(&w, "body");
    json_put_str(&w, NULL, str_format(call->arena, "承诺单位：%.*s", STR_ARG(unit->unit_name)));
    json_put_c(&w, NULL, text->preamble);
    for (size_t i = 0; i < text->many; i++)
        json_put_str(&w, NULL, str_format(call->arena, "%zu．%s", i + 1, text->undertakings[i].text));
    if (text->closing)
        json_put_c(&w, NULL, text->closing);
    put_signatures(&w, unit);
    json_close_array(&w);
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

static enum err freeze(struct call *call, const struct rules_pledge *text, const struct org_unit *unit,
                       const struct leaders *leaders, int64_t *ret_document_id)
{
    struct str members, code;
    int64_t pledge_id;
    TRY(sheet(call, text, unit, &members));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO pledge (unit_id, unit_path, rule, pledge_version, state, document_id, "
               "verify_code, party_head_id, admin_head_id,"
               " printed_at_ms) VALUES ($1, $2, $3, $4, 'printed', 0, '', $5, $6, $7) RETURNING pledge_id",
               db_int(unit->unit_id), db_str(unit->unit_path), db_c(text->id), db_c(text->version),
               db_int_or_null(leaders->party.person_id), db_int_or_null(leaders->admin.person_id),
               db_int(call->now_ms)));
    pledge_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    *ret_document_id = 0;
    TRY(document_write(call,
                       &(struct document_draft){.kind = "pledge_sheet",
                                                .title = str_of(text->title),
                                                .unit_id = unit->unit_id,
                                                .unit_path = unit->unit_path,
                                                .subject_kind = "pledge",
                                                .subject_id = pledge_id,
                                                .members = members},
                       ret_document_id));
    TRY(document_freeze(call, *ret_document_id, &code));
    return db_run(call, "UPDATE pledge SET document_id = $2, verify_code = $3 WHERE pledge_id = $1",
                  db_int(pledge_id), db_int(*ret_document_id), db_str(code));
}

enum err pledge_print(struct call *call, int64_t unit_id, int64_t *ret_document_id)
{
    struct org_unit unit;
    struct leaders leaders;
    struct pledge before;
    const struct rules_pledge *text;
    TRY(org_unit_reach(call, unit_id, &unit));
    enum err word = rules_pledge_find(call, STR_NONE, &text);
    if (word == ERR_NOT_FOUND)
        return call_fail(call, ERR_REFUSED, NULL, "pledge.fault.no_text");
    TRY(word);
    TRY(find_leaders(call, unit_id, &leaders));
    if (!leaders.party.person_id && !leaders.admin.person_id)
        return call_fail(call, ERR_REFUSED, NULL, "pledge.fault.no_leader");
    TRY(pledge_newest(call, unit_id, false, &before));
    if (str_is(before.state, "printed") && before.same_leaders && str_is(before.version, text->version) &&
        str_is(before.rule, text->id)) {
        *ret_document_id = before.document_id;
        return ERR_OK;
    }
    TRY(db_run(call, "UPDATE pledge SET state = 'replaced' WHERE unit_id = $1 AND state = 'printed'",
               db_int(unit_id)));
    return freeze(call, text, &unit, &leaders, ret_document_id);
}

/* ---- signing ---- */

struct scan {
    int64_t attachment_id;
    struct str digest;
};

static enum err find_scan(struct call *call, int64_t unit_id, int64_t since_ms, struct scan *ret)
{
    *ret = (struct scan){0};
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT attachment_id, digest FROM attachment WHERE subject_kind = 'unit' AND subject_id = "
                 "$1 AND kind = 'responsibility_pledge'"
                 " AND state = 'filed' AND uploaded_at_ms >= $2 ORDER BY attachment_id DESC LIMIT 1",
                 db_int(unit_id), db_int(since_ms)));
    if (db_next(&rows))
        *ret = (struct scan){db_col_int(&rows, 0), db_col_copy(call, &rows, 1)};
    return db_end(&rows);
}

static enum err complete(struct call *call, const struct org_unit *unit, const struct pledge *pledge,
                         const struct scan *scan)
{
    TRY(db_run(call, "UPDATE pledge SET state = 'replaced' WHERE unit_id = $1 AND state = 'signed'",
               db_int(unit->unit_id)));
    TRY(db_run(call,
               "UPDATE pledge SET state = 'signed', signed_on = $2, signed_at_ms = $3, scan_attachment_id = "
               "$4, scan_digest = $5"
               " WHERE pledge_id = $1",
               db_int(pledge->pledge_id), db_c(clock_date(clock_day_of(call->now_ms)).text),
               db_int(call->now_ms), db_int_or_null(scan->attachment_id), db_str_or_null(scan->digest)));
    rules_touch(call, "unit", unit->unit_id);
    struct str detail = str_format(
        call->arena,
        "{\"rule\":\"%.*s\",\"version\":\"%.*s\",\"verify_code\":\"%.*s\",\"scan_digest\":\"%.*s\"}",
        STR_ARG(pledge->rule), STR_ARG(pledge->version), STR_ARG(pledge->verify_code), STR_ARG(scan->digest));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "pledge.signed",
                                               .subject_kind = "unit",
                                               .subject_id = unit->unit_id,
                                               .unit_id = unit->unit_id,
                                               .unit_path = unit->unit_path,
                                               .detail = detail},
                         NULL);
}

/* The code comes before anything is written: a wrong one is counted, and nothing else stays. */
static enum err check_factor(struct call *call, const struct pledge_factor *factor)
{
    struct access_factor now;
    bool fits;
    TRY(access_login_open(call, call->actor->login_name));
    TRY(access_factor_get(call, call->actor->user_id, &now));
    if (!now.confirmed)
        return call_fail(call, ERR_REFUSED, NULL, "pledge.fault.no_factor");
    if (!factor || !factor->code.len)
        return call_fail(call, ERR_INVALID, "code", "pledge.fault.code_needed");
    TRY(access_factor_check(call, call->actor->user_id, factor->code, &fits));
    if (fits)
        return ERR_OK;
    TRY(access_login_failed(call, call->actor->login_name, factor->remote));
    return call_fail(call, ERR_INVALID, "code", "pledge.fault.code_wrong");
}

static enum err sign_by_account(struct call *call, const struct org_unit *unit,
                                const struct rules_pledge *text, struct pledge *pledge)
{
    struct call_who who = call_who(call);
    TRY(db_run(call,
               "UPDATE pledge SET account_signed_by = $2, account_signed_by_name = $3, account_signed_at_ms "
               "= $4, account_second_factor = $5 WHERE pledge_id = $1",
               db_int(pledge->pledge_id), db_int(who.user_id), db_str(who.display_name), db_int(call->now_ms),
               db_int(text->second_factor)));
    pledge->account_signed_at_ms = call->now_ms;
    return ledger_append(
        call,
        &(struct ledger_fact){.verb = "pledge.account_signed",
                              .subject_kind = "unit",
                              .subject_id = unit->unit_id,
                              .unit_id = unit->unit_id,
                              .unit_path = unit->unit_path,
                              .detail = text->second_factor ? STR("{\"second_factor\":true}") : STR_NONE},
        NULL);
}

enum err pledge_sign(struct call *call, int64_t unit_id, const struct pledge_factor *factor,
                     bool *ret_complete)
{
    struct org_unit unit;
    struct pledge pledge;
    struct scan scan;
    const struct rules_pledge *text;
    TRY(org_unit_reach(call, unit_id, &unit));
    TRY(pledge_newest(call, unit_id, false, &pledge));
    if (!str_is(pledge.state, "printed"))
        return call_fail(call, ERR_REFUSED, NULL, "pledge.fault.not_printed");
    enum err word = rules_pledge_find(call, pledge.rule, &text);
    if (word == ERR_NOT_FOUND ||
        (word == ERR_OK && (!str_is(pledge.version, text->version) || !pledge.same_leaders)))
        return call_fail(call, ERR_REFUSED, NULL, "pledge.fault.outdated");
    TRY(word);
    TRY(find_scan(call, unit_id, pledge.printed_at_ms, &scan));
    bool adds = false;
    if (text->by_account && !pledge.account_signed_at_ms && access_is(call, ROLE_UNIT_LEADER)) {
        if (text->second_factor)
            TRY(check_factor(call, factor));
        TRY(sign_by_account(call, &unit, text, &pledge));
        adds = true;
    }
    bool lacks_account = text->by_account && !pledge.account_signed_at_ms,
         lacks_scan = text->by_scan && !scan.attachment_id;
    *ret_complete = !lacks_account && !lacks_scan;
    if (*ret_complete)
        return complete(call, &unit, &pledge, &scan);
    if (adds)
        return ERR_OK;
    return call_fail(call, ERR_REFUSED, NULL,
                     lacks_scan ? "pledge.fault.no_scan" : "pledge.fault.no_account");
}
