/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/finding/finding_inner.h"
#include "domain/finding/finding_show.h"

#include <string.h>

#include "db/db.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "ledger/ledger.h"

/* ---- findings ---- */

static enum err finding_one(struct call *call, struct http_exchange *x)
{
    return finding_put(call, x->ids[0], x->out);
}

static enum err finding_post(struct call *call, struct http_exchange *x)
{
    int64_t finding_id;
    TRY(finding_create(call, &x->body, &finding_id));
    return finding_put(call, finding_id, x->out);
}

static enum err finding_verify(struct call *call, struct http_exchange *x)
{
    struct finding finding;
    TRY(finding_reach(call, x->ids[0], &finding));
    if (!str_is(finding.state, "reported"))
        return call_fail(call, ERR_REFUSED, NULL, "finding.fault.not_reported");
    TRY(db_run(call, "UPDATE finding SET state = 'verified', version = version + 1 WHERE finding_id = $1",
               db_int(x->ids[0])));
    TRY(finding_event(call, &finding, "verified", finding.state, STR("verified"), STR_NONE));
    return finding_put(call, x->ids[0], x->out);
}

static const struct field attach_fields[] = {
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system", .flags = FIELD_REQUIRED},
};
static const struct field_table attach_table = FIELD_TABLE("finding_attach", attach_fields);

static enum err finding_attach(struct call *call, struct http_exchange *x)
{
    struct finding finding;
    struct registry_system system;
    TRY(finding_reach(call, x->ids[0], &finding));
    if (registry_system_reach(call, field_int(&x->body, "system_id", 0), &system) != ERR_OK)
        return call_fail(call, ERR_INVALID, "system_id", "finding.fault.system_unknown");
    TRY(db_run(call,
               "UPDATE finding SET system_id = $2, unit_id = $3, unit_path = $4, version = version + 1 WHERE "
               "finding_id = $1",
               db_int(finding.finding_id), db_int(system.system_id), db_int(system.unit_id),
               db_str(system.unit_path)));
    finding.unit_id = system.unit_id;
    finding.unit_path = system.unit_path;
    TRY(finding_event(call, &finding, "attached", STR_NONE, system.system_no, STR_NONE));
    return finding_put(call, x->ids[0], x->out);
}

/* ---- false positives: one asks, another decides ---- */

static const struct field reason_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 4, .max = 500},
};
static const struct field_table reason_table = FIELD_TABLE("reason", reason_fields);
static const struct field decide_fields[] = {
    {.name = "agree", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_TEXT, .max = 500},
};
static const struct field_table decide_table = FIELD_TABLE("decision", decide_fields);

static enum err finding_ask_false(struct call *call, struct http_exchange *x)
{
    struct finding finding;
    TRY(finding_reach(call, x->ids[0], &finding));
    if (str_is(finding.state, "closed") || str_is(finding.state, "false_positive"))
        return call_fail(call, ERR_REFUSED, NULL, "finding.fault.over", finding.finding_no);
    TRY(db_run(
        call,
        "UPDATE finding SET asked_by = $2, asked_reason = $3, version = version + 1 WHERE finding_id = $1",
        db_int(finding.finding_id), db_int(call->actor->user_id), db_str(field_str(&x->body, "reason"))));
    TRY(finding_event(call, &finding, "false_positive_asked", STR_NONE, STR_NONE,
                      field_str(&x->body, "reason")));
    return finding_put(call, x->ids[0], x->out);
}

static enum err finding_decide_false(struct call *call, struct http_exchange *x)
{
    struct finding finding;
    int64_t asked_by;
    TRY(finding_reach(call, x->ids[0], &finding));
    TRY(db_get_int(call, &asked_by, 0, "SELECT asked_by FROM finding WHERE finding_id = $1",
                   db_int(finding.finding_id)));
    if (!asked_by)
        return call_fail(call, ERR_REFUSED, NULL, "finding.fault.nobody_asked");
    if (asked_by == call->actor->user_id)
        return call_fail(call, ERR_REFUSED, NULL, "finding.fault.second_person");
    bool agree = field_int(&x->body, "agree", 0) != 0;
    TRY(db_run(call,
               "UPDATE finding SET state = CASE WHEN $2 = 1 THEN 'false_positive' ELSE state END, "
               "closed_at_ms = CASE WHEN $2 = 1 THEN $3"
               " ELSE closed_at_ms END, closed_why = CASE WHEN $2 = 1 THEN 'false_positive' ELSE closed_why "
               "END, asked_by = NULL,"
               " asked_reason = NULL, version = version + 1 WHERE finding_id = $1",
               db_int(finding.finding_id), db_int(agree), db_int(call->now_ms)));
    TRY(finding_event(call, &finding, agree ? "false_positive_agreed" : "false_positive_refused",
                      finding.state, agree ? STR("false_positive") : finding.state,
                      field_str(&x->body, "reason")));
    return finding_put(call, x->ids[0], x->out);
}

/* ---- scan imports ---- */

static const struct field import_query_fields[] = {
    {.name = "filename", .type = FIELD_TEXT, .max = 200},
};
static const struct field_table import_query_table = FIELD_TABLE("scan_import_query", import_query_fields);

static enum err import_prepare(struct call *call, struct http_exchange *x)
{
    struct finding_scan *scan;
    TRY(finding_scan_read(call, x->upload_path, x->upload_name, call->app ? call->app : "/tmp", &scan));
    x->prepared = scan;
    return ERR_OK;
}

static enum err import_handle(struct call *call, struct http_exchange *x)
{
    struct finding_import report;
    TRY(finding_scan_apply(call, x->prepared, &report));
    finding_put_import(&report, x->out);
    return ERR_OK;
}

static enum err import_one(struct call *call, struct http_exchange *x)
{
    return finding_put_import_row(call, x->ids[0], x->out);
}

/* ---- live addresses ---- */

static enum err reach_address(struct call *call, int64_t address_id, int64_t *ret_unit_id,
                              struct str *ret_path)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_id, unit_path FROM finding_address WHERE address_id = $1",
               db_int(address_id)));
    *ret_unit_id = db_col_int(&rows, 0);
    *ret_path = db_col_copy(call, &rows, 1);
    return access_reach(call, *ret_path);
}

static enum err address_one(struct call *call, struct http_exchange *x)
{
    int64_t unit_id;
    struct str path;
    TRY(reach_address(call, x->ids[0], &unit_id, &path));
    return finding_put_address(call, x->ids[0], x->out);
}

enum err finding_address_settle(struct call *call, int64_t address_id, const char *state, int64_t system_id,
                                struct str note)
{
    int64_t unit_id;
    struct str path;
    TRY(reach_address(call, address_id, &unit_id, &path));
    TRY(db_run(call,
               "UPDATE finding_address SET state = $2, system_id = COALESCE($3, system_id), note = $4, "
               "decided_by = $5, decided_at_ms = $6"
               " WHERE address_id = $1",
               db_int(address_id), db_c(state), db_int_or_null(system_id), db_str_or_null(note),
               db_int(call_who(call).user_id), db_int(call->now_ms)));
    rules_touch(call, "address", address_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = str_format(call->arena, "address.%s", state).at,
                                               .subject_kind = "address",
                                               .subject_id = address_id,
                                               .unit_id = unit_id,
                                               .unit_path = path},
                         NULL);
}

/* The address belongs to a registered system after all: it becomes an endpoint, and its findings find their
 * system. */
static enum err address_register(struct call *call, struct http_exchange *x)
{
    struct registry_system system;
    if (registry_system_reach(call, field_int(&x->body, "system_id", 0), &system) != ERR_OK)
        return call_fail(call, ERR_INVALID, "system_id", "finding.fault.system_unknown");
    TRY(finding_address_settle(call, x->ids[0], "registered", system.system_id, STR_NONE));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT COALESCE(ip, ''), ip_key, host_name FROM finding_address WHERE address_id = $1",
               db_int(x->ids[0])));
    struct str ip = db_col_copy(call, &rows, 0), key = db_col_copy(call, &rows, 1),
               name = db_col_copy(call, &rows, 2);
    db_rows_close(&rows);
    struct field_record endpoint = {
        &registry_endpoint_table, ARENA_ARRAY(call->arena, struct field_value, registry_endpoint_table.many)};
    *field_get(&endpoint, ip.len ? "ip" : "domain") =
        (struct field_value){.given = true, .text = ip.len ? ip : name};
    bool changed;
    TRY(registry_endpoints_set(call, &system, &endpoint, 1, false, &changed));
    TRY(db_run(call,
               "UPDATE finding SET system_id = $3, unit_id = $4, unit_path = $5, version = version + 1 WHERE "
               "system_id IS NULL"
               " AND ((ip_key = $1 AND $1 <> '') OR (host_name = $2 AND $2 <> ''))",
               db_str(key), db_str(name), db_int(system.system_id), db_int(system.unit_id),
               db_str(system.unit_path)));
    rules_touch(call, "system", system.system_id);
    return address_one(call, x);
}

static enum err address_explain(struct call *call, struct http_exchange *x)
{
    TRY(finding_address_settle(call, x->ids[0], "explained", 0, field_str(&x->body, "reason")));
    return address_one(call, x);
}

#define SEERS    (ROLES_AUTHORITY | ROLES_UNIT | ROLE_SCAN_TEAM)
#define HANDLERS (ROLE_COUNTY_OFFICER | ROLE_SCAN_TEAM)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/findings",
     .grant = SEERS,
     .name = "finding_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &finding_row_table,
     .list = &finding_list,
     .summary_zh = "隐患列表",
     .summary_en = "Findings"},
    {.method = "POST",
     .path = "/api/findings",
     .grant = HANDLERS | ROLE_REGULATOR,
     .name = "finding_create",
     .handle = finding_post,
     .kind = HTTP_ONE,
     .body = &finding_table,
     .reply = &finding_table,
     .summary_zh = "人工登记隐患",
     .summary_en = "A finding by hand"},
    {.method = "GET",
     .path = "/api/findings/{finding_id}",
     .grant = SEERS,
     .name = "finding_get",
     .handle = finding_one,
     .kind = HTTP_ONE,
     .reply = &finding_table,
     .summary_zh = "隐患详情",
     .summary_en = "A finding with its history"},
    {.method = "POST",
     .path = "/api/findings/{finding_id}/verify",
     .grant = HANDLERS,
     .name = "finding_verify",
     .handle = finding_verify,
     .kind = HTTP_ONE,
     .reply = &finding_table,
     .summary_zh = "核实",
     .summary_en = "Verified by hand"},
    {.method = "POST",
     .path = "/api/findings/{finding_id}/attach",
     .grant = HANDLERS,
     .name = "finding_attach",
     .handle = finding_attach,
     .kind = HTTP_ONE,
     .body = &attach_table,
     .reply = &finding_table,
     .summary_zh = "归到系统",
     .summary_en = "Give it its system"},
    {.method = "POST",
     .path = "/api/findings/{finding_id}/false-positive",
     .grant = HANDLERS | ROLE_UNIT_OFFICER,
     .name = "finding_false_positive_ask",
     .handle = finding_ask_false,
     .kind = HTTP_ONE,
     .body = &reason_table,
     .reply = &finding_table,
     .summary_zh = "申报误报",
     .summary_en = "Say that it is a false positive"},
    {.method = "POST",
     .path = "/api/findings/{finding_id}/false-positive/decide",
     .grant = HANDLERS | ROLE_OFFICE_DIRECTOR,
     .name = "finding_false_positive_decide",
     .handle = finding_decide_false,
     .kind = HTTP_ONE,
     .body = &decide_table,
     .reply = &finding_table,
     .summary_zh = "误报复核（另一人）",
     .summary_en = "A second person decides"},
    {.method = "GET",
     .path = "/api/scan-imports",
     .grant = ROLES_AUTHORITY | ROLE_SCAN_TEAM,
     .name = "scan_import_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &finding_import_table,
     .list = &finding_import_list,
     .summary_zh = "扫描导入记录",
     .summary_en = "Scan imports"},
    {.method = "POST",
     .path = "/api/scan-imports",
     .grant = HANDLERS,
     .name = "scan_import_create",
     .prepare = import_prepare,
     .handle = import_handle,
     .kind = HTTP_ONE,
     .reply = &finding_report_table,
     .flags = HTTP_UPLOAD,
     .query = &import_query_table,
     .summary_zh = "导入扫描结果",
     .summary_en = "Import scanner results"},
    {.method = "GET",
     .path = "/api/scan-imports/{import_id}",
     .grant = ROLES_AUTHORITY | ROLE_SCAN_TEAM,
     .name = "scan_import_get",
     .handle = import_one,
     .kind = HTTP_ONE,
     .reply = &finding_import_table,
     .summary_zh = "一次导入",
     .summary_en = "One import"},
    {.method = "GET",
     .path = "/api/live-addresses",
     .grant = SEERS,
     .name = "live_address_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &finding_address_table,
     .list = &finding_address_list,
     .summary_zh = "存活地址",
     .summary_en = "Live addresses"},
    {.method = "GET",
     .path = "/api/live-addresses/{address_id}",
     .grant = SEERS,
     .name = "live_address_get",
     .handle = address_one,
     .kind = HTTP_ONE,
     .reply = &finding_address_table,
     .more = &finding_address_more_table,
     .summary_zh = "存活地址详情",
     .summary_en = "A live address with its ports"},
    {.method = "POST",
     .path = "/api/live-addresses/{address_id}/register",
     .grant = ROLE_COUNTY_OFFICER | ROLE_UNIT_OFFICER,
     .name = "live_address_register",
     .handle = address_register,
     .kind = HTTP_ONE,
     .body = &attach_table,
     .reply = &finding_address_table,
     .more = &finding_address_more_table,
     .summary_zh = "归到已登记系统",
     .summary_en = "It belongs to a registered system"},
    {.method = "POST",
     .path = "/api/live-addresses/{address_id}/explain",
     .grant = ROLE_COUNTY_OFFICER,
     .name = "live_address_explain",
     .handle = address_explain,
     .kind = HTTP_ONE,
     .body = &reason_table,
     .reply = &finding_address_table,
     .more = &finding_address_more_table,
     .summary_zh = "说明原因",
     .summary_en = "Explained: no system to register"},
};

/* ---- facts ---- */

static const struct rules_subject subjects[] = {
    {.name = "finding",
     .sql = "SELECT finding_id, unit_id, unit_path, title FROM finding WHERE unit_id IS NOT NULL AND ($1 = 0 "
            "OR finding_id = $1)",
     .system_sql = "SELECT finding_id, system_id FROM finding WHERE system_id IS NOT NULL AND ($1 = 0 OR "
                   "finding_id = $1)"},
    {.name = "address",
     .sql = "SELECT address_id, unit_id, unit_path, COALESCE(ip, host_name) FROM finding_address WHERE "
            "unit_id IS NOT NULL AND ($1 = 0 OR address_id = $1)"},
};

static const struct rules_fact facts[] = {
    {.name = "finding.confirmed",
     .subject = "finding",
     .order = &finding_severity_enum,
     .sql = "SELECT finding_id, first_seen_ms, severity FROM finding WHERE kind = 'weakness' AND state NOT "
            "IN ('reported', 'false_positive')"
            " AND ($1 = 0 OR finding_id = $1)"},
    {.name = "finding.formally_notified",
     .subject = "finding",
     .order = &finding_severity_enum,
     .sql = "SELECT finding_id, notified_at_ms, notified_severity FROM finding WHERE notified_at_ms IS NOT "
            "NULL AND state <> 'false_positive'"
            " AND ($1 = 0 OR finding_id = $1)"},
    {.name = "finding.notified_from_outside",
     .subject = "finding",
     .order = &finding_severity_enum,
     .sql = "SELECT finding_id, notified_at_ms, notified_severity FROM finding WHERE notified_at_ms IS NOT "
            "NULL AND outside_notice = 1"
            " AND state <> 'false_positive' AND ($1 = 0 OR finding_id = $1)"},
    {.name = "finding.closed",
     .subject = "finding",
     .sql = "SELECT finding_id, closed_at_ms, NULL FROM finding WHERE state IN ('closed', 'false_positive') "
            "AND ($1 = 0 OR finding_id = $1)"},
    {.name = "rectify.fed_back",
     .subject = "finding",
     .sql = "SELECT finding_id, fed_back_at_ms, NULL FROM finding WHERE (fed_back_at_ms IS NOT NULL OR state "
            "IN ('closed', 'false_positive'))"
            " AND ($1 = 0 OR finding_id = $1)"},
    {.name = "rectify.lateral_check_done",
     .subject = "finding",
     .sql = "SELECT finding_id, lateral_done_at_ms, NULL FROM finding WHERE lateral_done_at_ms IS NOT NULL "
            "AND ($1 = 0 OR finding_id = $1)"},
    {.name = "registry.other_systems_like_it",
     .subject = "finding",
     .sql =
         "SELECT f.finding_id, f.first_seen_ms, COUNT(DISTINCT s.system_id) FROM finding f JOIN info_system "
         "s ON s.unit_id = f.unit_id"
         " AND s.system_id <> COALESCE(f.system_id, 0) AND s.lifecycle_status NOT IN ('shutdown', 'retired')"
         " WHERE f.notified_at_ms IS NOT NULL AND ($1 = 0 OR f.finding_id = $1) GROUP BY f.finding_id, "
         "f.first_seen_ms"},
    {.name = "finding.unregistered_live",
     .subject = "address",
     .sql = "SELECT address_id, first_seen_ms, NULL FROM finding_address WHERE unit_id IS NOT NULL AND state "
            "<> 'registered' AND ($1 = 0 OR address_id = $1)"},
    {.name = "finding.address_settled",
     .subject = "address",
     .sql = "SELECT address_id, last_seen_ms, state FROM finding_address WHERE state <> 'unregistered' AND "
            "($1 = 0 OR address_id = $1)"},
};

static const char *const scoped_tables[] = {"finding", "finding_address", NULL};

const struct module finding_module = {
    .name = "finding",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .subjects = MODULE_MANY(subjects),
    .scoped_tables = scoped_tables,
};
