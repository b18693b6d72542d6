/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/finding/finding_inner.h"

#include <string.h>

#include "access/access.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

enum err finding_get(struct call *call, int64_t finding_id, struct finding *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT f.finding_id, f.unit_id, f.system_id, f.notified_at_ms, f.fed_back_at_ms, f.version, "
               "f.finding_no, f.unit_path,"
               " f.title, f.severity, f.state, f.source, f.ip, f.ip_key, f.host_name, f.protocol, "
               "f.url_path, f.cves, t.description,"
               " t.remedy, f.rule_id, f.vuln_kind, f.port FROM finding f LEFT JOIN finding_text t ON "
               "t.text_id = f.text_id"
               " WHERE f.finding_id = $1",
               db_int(finding_id)));
    *ret = (struct finding){
        .finding_id = db_col_int(&rows, 0),
        .unit_id = db_col_int(&rows, 1),
        .system_id = db_col_int(&rows, 2),
        .notified_at_ms = db_col_int(&rows, 3),
        .fed_back_at_ms = db_col_int(&rows, 4),
        .version = db_col_int(&rows, 5),
        .finding_no = db_col_copy(call, &rows, 6),
        .unit_path = db_col_copy(call, &rows, 7),
        .title = db_col_copy(call, &rows, 8),
        .severity = db_col_copy(call, &rows, 9),
        .state = db_col_copy(call, &rows, 10),
        .source = db_col_copy(call, &rows, 11),
        .ip = db_col_copy(call, &rows, 12),
        .ip_key = db_col_copy(call, &rows, 13),
        .host_name = db_col_copy(call, &rows, 14),
        .protocol = db_col_copy(call, &rows, 15),
        .url_path = db_col_copy(call, &rows, 16),
        .cves = db_col_copy(call, &rows, 17),
        .description = db_col_copy(call, &rows, 18),
        .remedy = db_col_copy(call, &rows, 19),
        .rule_id = db_col_copy(call, &rows, 20),
        .vuln_kind = db_col_copy(call, &rows, 21),
        .port = (int32_t)db_col_int(&rows, 22),
    };
    return ERR_OK;
}

/* A finding that nobody owns yet belongs to those who see all; the scan team works on every finding, without
 * personal data. */
enum err finding_reach(struct call *call, int64_t finding_id, struct finding *ret)
{
    TRY(finding_get(call, finding_id, ret));
    return access_reach(call, ret->unit_path);
}

bool finding_severity_at_least(struct str severity, struct str least)
{
    int a = -1, b = -1;
    for (int i = 0; finding_severity_enum.names[i]; i++) {
        if (str_is(severity, finding_severity_enum.names[i]))
            a = i;
        if (str_is(least, finding_severity_enum.names[i]))
            b = i;
    }
    return b >= 0 && a >= b;
}

static enum err record_event(struct call *call, const struct finding *finding, const char *verb,
                             struct str from, struct str to, struct str note)
{
    struct call_who who = call_who(call);
    return db_run(call,
                  "INSERT INTO finding_event (finding_id, at_ms, actor_id, actor_name, verb, from_value, "
                  "to_value, note)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                  db_int(finding->finding_id), db_int(call->now_ms), db_int(who.user_id),
                  db_str(who.display_name), db_c(verb), db_str_or_null(from), db_str_or_null(to),
                  db_str_or_null(note));
}

enum err finding_event(struct call *call, const struct finding *finding, const char *verb, struct str from,
                       struct str to, struct str note)
{
    TRY(record_event(call, finding, verb, from, to, note));
    rules_touch(call, "finding", finding->finding_id);
    BUF(detail, 32768);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_str(&w, "finding_no", finding->finding_no);
    json_put_str(&w, "from", from);
    json_put_str(&w, "to", to);
    json_put_str(&w, "note", note);
    json_close_object(&w);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = str_format(call->arena, "finding.%s", verb).at,
                                               .subject_kind = "finding",
                                               .subject_id = finding->finding_id,
                                               .unit_id = finding->unit_id,
                                               .unit_path = finding->unit_path,
                                               .detail = buf_str(&detail)},
                         NULL);
}

/* ---- by hand ---- */

static enum err find_owner(struct call *call, const struct field_record *record, struct registry_match *ret)
{
    struct registry_system system;
    struct org_unit unit;
    *ret = (struct registry_match){0};
    int64_t system_id = field_int(record, "system_id", 0), unit_id = field_int(record, "unit_id", 0);
    if (system_id) {
        if (registry_system_reach(call, system_id, &system) != ERR_OK)
            return call_fail(call, ERR_INVALID, "system_id", "finding.fault.system_unknown");
        *ret = (struct registry_match){system_id, 0, system.unit_id, system.unit_path};
        return ERR_OK;
    }
    struct ip_key key = {""};
    if (field_str(record, "ip").len && !ip_parse(field_str(record, "ip"), &key))
        key.text[0] = '\0';
    TRY(registry_match_address(call, key.text, (int32_t)field_int(record, "port", 0),
                               field_str(record, "host_name"), ret));
    if (ret->system_id)
        return ERR_OK;
    if (!unit_id && key.text[0]) {
        TRY(org_owner_of_address(call, key.text, &unit));
        unit_id = unit.unit_id;
    }
    if (!unit_id)
        return call_fail(call, ERR_INVALID, "unit_id", "finding.fault.unit_needed");
    if (org_unit_reach(call, unit_id, &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "finding.fault.unit_unknown");
    *ret = (struct registry_match){0, 0, unit_id, unit.unit_path};
    return ERR_OK;
}

enum err finding_create(struct call *call, const struct field_record *record, int64_t *ret_finding_id)
{
    struct registry_match owner;
    struct str number;
    int64_t text_id;
    struct ip_key key = {""};
    TRY(find_owner(call, record, &owner));
    TRY(finding_next_no(call, &number));
    TRY(finding_text(call, field_str(record, "description"), field_str(record, "remedy"), &text_id));
    if (field_str(record, "ip").len && !ip_parse(field_str(record, "ip"), &key))
        key.text[0] = '\0';
    struct str source = field_str(record, "source");
    struct str kind = field_str(record, "vuln_kind");
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO finding (finding_no, unit_id, unit_path, system_id, source, kind, title, "
               "vuln_kind, severity, cves, ip, ip_key,"
               " host_name, port, protocol, url_path, location, tool, text_id, evidence, state, "
               "first_seen_ms, last_seen_ms)"
               " VALUES ($1, $2, $3, $4, $5, 'weakness', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
               "'manual', $17, $18, 'verified', $19, $19)"
               " RETURNING finding_id",
               db_str(number), db_int(owner.unit_id), db_str(owner.unit_path),
               db_int_or_null(owner.system_id), db_str(source.len ? source : STR("manual")),
               db_str(field_str(record, "title")), db_str(kind.len ? kind : STR("other")),
               db_str(field_str(record, "severity")), db_str_or_null(field_str(record, "cves")),
               db_str_or_null(field_str(record, "ip")), db_str_or_null(str_of(key.text)),
               db_str_or_null(str_lower(call->arena, field_str(record, "host_name"))),
               db_int(field_int(record, "port", 0)), db_str_or_null(field_str(record, "protocol")),
               db_str_or_null(field_str(record, "url_path")), db_str_or_null(field_str(record, "location")),
               db_int_or_null(text_id), db_str_or_null(field_str(record, "evidence")), db_int(call->now_ms)));
    *ret_finding_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    struct finding finding;
    TRY(finding_get(call, *ret_finding_id, &finding));
    return finding_event(call, &finding, "created", STR_NONE, finding.severity, STR_NONE);
}

/* ---- steps of its life ---- */

static bool is_over(struct str state)
{
    return str_is(state, "closed") || str_is(state, "false_positive");
}

enum err finding_notified(struct call *call, int64_t finding_id, struct str severity, bool outside)
{
    struct finding finding;
    TRY(finding_get(call, finding_id, &finding));
    if (is_over(finding.state))
        return call_fail(call, ERR_REFUSED, "finding_ids", "finding.fault.over", finding.finding_no);
    /* The level printed in an incoming notice wins over any computed one. */
    TRY(db_run(call,
               "UPDATE finding SET state = 'notified', notified_at_ms = $2, notified_severity = $3, "
               "outside_notice = $4, version = version + 1"
               " WHERE finding_id = $1",
               db_int(finding_id), db_int(call->now_ms), db_str(severity.len ? severity : finding.severity),
               db_int(outside)));
    if (finding.system_id)
        rules_touch(call, "system", finding.system_id);
    return finding_event(call, &finding, "notified", finding.state, STR("notified"), STR_NONE);
}

static enum err move(struct call *call, int64_t finding_id, const char *to, const char *verb, struct str note)
{
    struct finding finding;
    TRY(finding_get(call, finding_id, &finding));
    if (is_over(finding.state))
        return ERR_OK; /* a scan closed it meanwhile */
    TRY(db_run(call, "UPDATE finding SET state = $2, version = version + 1 WHERE finding_id = $1",
               db_int(finding_id), db_c(to)));
    return finding_event(call, &finding, verb, finding.state, str_of(to), note);
}

enum err finding_accepted(struct call *call, int64_t finding_id)
{
    return move(call, finding_id, "accepted", "accepted", STR_NONE);
}

enum err finding_fed_back(struct call *call, int64_t finding_id)
{
    TRY(db_run(call,
               "UPDATE finding SET fed_back_at_ms = $2 WHERE finding_id = $1 AND fed_back_at_ms IS NULL",
               db_int(finding_id), db_int(call->now_ms)));
    return move(call, finding_id, "retesting", "fed_back", STR_NONE);
}

enum err finding_feedback_returned(struct call *call, int64_t finding_id, struct str reason)
{
    TRY(db_run(call, "UPDATE finding SET fed_back_at_ms = NULL WHERE finding_id = $1", db_int(finding_id)));
    return move(call, finding_id, "fixing", "returned", reason);
}

enum err finding_lateral_done(struct call *call, int64_t finding_id)
{
    struct finding finding;
    TRY(finding_get(call, finding_id, &finding));
    TRY(db_run(call, "UPDATE finding SET lateral_done_at_ms = $2 WHERE finding_id = $1", db_int(finding_id),
               db_int(call->now_ms)));
    return finding_event(call, &finding, "lateral_checked", STR_NONE, STR_NONE, STR_NONE);
}

enum err finding_close(struct call *call, int64_t finding_id, struct str why)
{
    struct finding finding;
    TRY(finding_get(call, finding_id, &finding));
    if (is_over(finding.state))
        return ERR_OK;
    if (str_is(finding.source, "scan"))
        return call_fail(call, ERR_REFUSED, "finding_ids", "finding.fault.needs_scan", finding.finding_no);
    TRY(db_run(call,
               "UPDATE finding SET state = 'closed', closed_at_ms = $2, closed_why = $3, version = version + "
               "1 WHERE finding_id = $1",
               db_int(finding_id), db_int(call->now_ms), db_str(why)));
    return finding_event(call, &finding, "closed", finding.state, STR("closed"), why);
}

enum err finding_unnotify(struct call *call, const struct finding *finding)
{
    TRY(db_run(call,
               "UPDATE finding SET state = CASE WHEN state IN ('closed', 'false_positive') THEN state ELSE "
               "'verified' END, notified_at_ms = NULL,"
               " notified_severity = NULL, outside_notice = 0, fed_back_at_ms = NULL, version = version + 1 "
               "WHERE finding_id = $1",
               db_int(finding->finding_id)));
    return finding_event(call, finding, "unnotified", finding->state, STR("verified"), STR_NONE);
}
