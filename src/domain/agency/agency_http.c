/* SPDX-License-Identifier: Apache-2.0
 *
 * agency: the directory of agencies and the reporting routes (J7).
 */
#include "base/clock.h"
#include "domain/module.h"
#include "ledger/ledger.h"

#define MANAGERS ROLE_COUNTY_OFFICER
#define READERS  (ROLES_AUTHORITY | ROLES_UNIT)

static const char *const kinds[] = {"cac_office",     "psb_cyber",        "state_security",
                                    "secrecy",        "cryptography",     "communications",
                                    "data_authority", "emergency_centre", NULL};
static const struct field_enum kind_enum = {"agency_kind", kinds, NULL};
static const char *const incidents[] = {"malware",   "network_attack", "page_tampering", "illegal_content",
                                        "data_leak", "data_loss",      "outage",         "equipment_fault",
                                        "secrecy",   "cryptography",   "vulnerability",  "other",
                                        NULL};
static const struct field_enum incident_enum = {"incident_kind", incidents, NULL};
static const char *const ways[] = {"telephone", "written", "platform", "in_person", NULL};
static const struct field_enum way_enum = {"report_way", ways, NULL};

/* ---- agencies ---- */

#define AGENCY_FIELDS                                                                                        \
    {.name = "agency_kind", .type = FIELD_ENUM, .of = &kind_enum, .flags = FIELD_REQUIRED | FIELD_FILTER},   \
        {.name = "agency_name",                                                                              \
         .type = FIELD_TEXT,                                                                                 \
         .flags = FIELD_REQUIRED | FIELD_SORT | FIELD_SHEET,                                                 \
         .min = 2,                                                                                           \
         .max = 100},                                                                                        \
        {.name = "desk", .type = FIELD_TEXT, .flags = FIELD_SHEET, .max = 60},                               \
        {.name = "duty_phone",                                                                               \
         .type = FIELD_TEXT,                                                                                 \
         .flags = FIELD_REQUIRED | FIELD_SHEET,                                                              \
         .max = 30,                                                                                          \
         .format = "phone"},                                                                                 \
        {.name = "email", .type = FIELD_TEXT, .format = "email"},                                            \
        {.name = "address", .type = FIELD_TEXT, .max = 200},                                                 \
    {                                                                                                        \
        .name = "remit", .type = FIELD_TEXT, .max = 300                                                      \
    }
static const struct field new_fields[] = {AGENCY_FIELDS};
static const struct field_table new_table = FIELD_TABLE("agency_new", new_fields);
static const struct field row_fields[] = {
    {.name = "agency_id", .type = FIELD_INT},      AGENCY_FIELDS,
    {.name = "ended_at_ms", .type = FIELD_TIME},   {.name = "changed_by_name", .type = FIELD_TEXT},
    {.name = "changed_at_ms", .type = FIELD_TIME},
};
static const struct field_table row_table = FIELD_TABLE("agency", row_fields);
#define SELECT                                                                                               \
    "SELECT a.agency_id, a.agency_kind, a.agency_name, a.desk, a.duty_phone, a.email, a.address, a.remit,"   \
    " a.ended_at_ms, a.changed_by_name, a.changed_at_ms FROM agency a"
static const struct db_filter filters[] = {
    {"agency_kind", "a.agency_kind = $$", FIELD_ENUM, &kind_enum},
    {"ended", "(a.ended_at_ms IS NOT NULL)", FIELD_BOOL, NULL},
};
static const struct db_sort sorts[] = {{"agency_id", "a.agency_id"}, {"agency_name", "a.agency_name"}};
static const struct db_list agency_list = {
    .columns = &row_table,
    .select = SELECT,
    .scope = NULL, /* one directory for all: in an emergency everybody must find it */
    .key = "a.agency_id",
    .default_sort = "agency_id",
    .filters = filters,
    .many_filters = sizeof filters / sizeof *filters,
    .sorts = sorts,
    .many_sorts = sizeof sorts / sizeof *sorts,
    .search = "(a.agency_name LIKE $$ OR a.remit LIKE $$ OR a.duty_phone LIKE $$)",
};

static enum err put_agency(struct call *call, int64_t agency_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, SELECT " WHERE a.agency_id = $1", db_int(agency_id)));
    db_put_row(w, &rows, &row_table);
    return db_end(&rows);
}

static enum err note(struct call *call, const char *verb, const char *kind, int64_t id, struct str detail)
{
    return ledger_append(
        call, &(struct ledger_fact){.verb = verb, .subject_kind = kind, .subject_id = id, .detail = detail},
        NULL);
}

static enum err name_free(struct call *call, struct str name, int64_t but_id)
{
    int64_t twins;
    TRY(db_get_int(
        call, &twins, 0,
        "SELECT COUNT(*) FROM agency WHERE agency_name = $1 AND ended_at_ms IS NULL AND agency_id <> $2",
        db_str(name), db_int(but_id)));
    return twins ? call_fail(call, ERR_CONFLICT, "agency_name", "agency.fault.name_taken", name) : ERR_OK;
}

/* A living one. */
static enum err must_stand(struct call *call, int64_t agency_id)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT ended_at_ms FROM agency WHERE agency_id = $1", db_int(agency_id)));
    bool ended = !db_col_null(&rows, 0);
    TRY(db_end(&rows));
    return ended ? call_fail(call, ERR_REFUSED, NULL, "agency.fault.ended") : ERR_OK;
}

static enum err agency_create(struct call *call, struct http_exchange *x)
{
    int64_t agency_id;
    struct db_extra extra[] = {
        {"changed_by_name", db_str(call_who(call).display_name)},
        {"changed_at_ms", db_int(call->now_ms)},
    };
    TRY(name_free(call, field_str(&x->body, "agency_name"), 0));
    TRY(db_insert(call, "agency", &x->body, extra, 2, &agency_id));
    TRY(note(call, "agency.created", "agency", agency_id, field_json(call->arena, &x->body)));
    return put_agency(call, agency_id, x->out);
}

static enum err agency_change(struct call *call, struct http_exchange *x)
{
    struct db_extra extra[] = {
        {"changed_by_name", db_str(call_who(call).display_name)},
        {"changed_at_ms", db_int(call->now_ms)},
    };
    TRY(must_stand(call, x->ids[0]));
    if (field_str(&x->body, "agency_name").len)
        TRY(name_free(call, field_str(&x->body, "agency_name"), x->ids[0]));
    TRY(db_update(call, "agency", "agency_id", x->ids[0], &x->body, extra, 2));
    TRY(note(call, "agency.changed", "agency", x->ids[0], field_json(call->arena, &x->body)));
    return put_agency(call, x->ids[0], x->out);
}

/* A route that leads to nobody would be worse than none: the routes must be turned first. */
static enum err agency_end(struct call *call, struct http_exchange *x)
{
    int64_t routes;
    TRY(must_stand(call, x->ids[0]));
    TRY(db_get_int(call, &routes, 0,
                   "SELECT COUNT(*) FROM agency_route WHERE agency_id = $1 AND ended_at_ms IS NULL",
                   db_int(x->ids[0])));
    if (routes)
        return call_fail(call, ERR_REFUSED, NULL, "agency.fault.on_route",
                         str_format(call->arena, "%lld", (long long)routes));
    TRY(db_run(call, "UPDATE agency SET ended_at_ms = $2 WHERE agency_id = $1", db_int(x->ids[0]),
               db_int(call->now_ms)));
    TRY(note(call, "agency.ended", "agency", x->ids[0], STR_NONE));
    return put_agency(call, x->ids[0], x->out);
}

static enum err agency_get(struct call *call, struct http_exchange *x)
{
    return put_agency(call, x->ids[0], x->out);
}

/* ---- routes ---- */

#define ROUTE_FIELDS                                                                                         \
    {.name = "incident_kind",                                                                                \
     .type = FIELD_ENUM,                                                                                     \
     .of = &incident_enum,                                                                                   \
     .flags = FIELD_REQUIRED | FIELD_FILTER},                                                                \
        {.name = "step_no", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_SORT, .min = 1, .max = 20},   \
        {.name = "agency_id", .type = FIELD_REF, .ref = "agency", .flags = FIELD_REQUIRED | FIELD_FILTER},   \
        {.name = "report_way", .type = FIELD_ENUM, .of = &way_enum, .flags = FIELD_REQUIRED},                \
        {.name = "within_minutes", .type = FIELD_INT, .min = 1, .max = 60 * 24 * 30},                        \
        {.name = "basis", .type = FIELD_TEXT, .max = 200},                                                   \
    {                                                                                                        \
        .name = "note", .type = FIELD_TEXT, .max = 300                                                       \
    }
static const struct field route_new_fields[] = {ROUTE_FIELDS};
static const struct field_table route_new_table = FIELD_TABLE("agency_route_new", route_new_fields);
static const struct field route_fields[] = {
    {.name = "route_id", .type = FIELD_INT},     ROUTE_FIELDS,
    {.name = "agency_name", .type = FIELD_TEXT}, {.name = "duty_phone", .type = FIELD_TEXT},
    {.name = "desk", .type = FIELD_TEXT},
};
static const struct field_table route_table = FIELD_TABLE("agency_route", route_fields);
#define ROUTE_SELECT                                                                                         \
    "SELECT r.route_id, r.incident_kind, r.step_no, r.agency_id, r.report_way, r.within_minutes, r.basis,"   \
    " r.note, a.agency_name, a.duty_phone, a.desk FROM agency_route r JOIN agency a ON a.agency_id ="        \
    " r.agency_id"
static const struct db_filter route_filters[] = {
    {"incident_kind", "r.incident_kind = $$", FIELD_ENUM, &incident_enum},
    {"agency_id", "r.agency_id = $$", FIELD_INT, NULL},
};
static const struct db_sort route_sorts[] = {{"route_id", "r.route_id"}, {"step_no", "r.step_no"}};
static const struct db_list route_list = {
    .columns = &route_table,
    .select = ROUTE_SELECT,
    .where = "r.ended_at_ms IS NULL",
    .scope = NULL, /* as the agencies */
    .key = "r.route_id",
    .default_sort = "step_no",
    .filters = route_filters,
    .many_filters = sizeof route_filters / sizeof *route_filters,
    .sorts = route_sorts,
    .many_sorts = sizeof route_sorts / sizeof *route_sorts,
    .search = "(a.agency_name LIKE $$ OR r.basis LIKE $$)",
};

static enum err route_create(struct call *call, struct http_exchange *x)
{
    int64_t route_id, agency_id = field_int(&x->body, "agency_id", 0), twins;
    if (must_stand(call, agency_id) != ERR_OK)
        return call_fail(call, ERR_INVALID, "agency_id", "agency.fault.unknown");
    TRY(db_get_int(
        call, &twins, 0,
        "SELECT COUNT(*) FROM agency_route WHERE incident_kind = $1 AND agency_id = $2 AND report_way = $3"
        " AND ended_at_ms IS NULL",
        db_str(field_str(&x->body, "incident_kind")), db_int(agency_id),
        db_str(field_str(&x->body, "report_way"))));
    if (twins)
        return call_fail(call, ERR_CONFLICT, "agency_id", "agency.fault.twice");
    TRY(db_insert(call, "agency_route", &x->body, NULL, 0, &route_id));
    TRY(note(call, "agency_route.created", "agency_route", route_id, field_json(call->arena, &x->body)));
    DB_ROWS(rows);
    TRY(db_one(call, &rows, ROUTE_SELECT " WHERE r.route_id = $1", db_int(route_id)));
    db_put_row(x->out, &rows, &route_table);
    return db_end(&rows);
}

static enum err route_end(struct call *call, struct http_exchange *x)
{
    int64_t changed;
    TRY(db_run_counted(call, &changed,
                       "UPDATE agency_route SET ended_at_ms = $2 WHERE route_id = $1 AND ended_at_ms IS NULL",
                       db_int(x->ids[0]), db_int(call->now_ms)));
    if (!changed)
        return ERR_NOT_FOUND;
    return note(call, "agency_route.ended", "agency_route", x->ids[0], STR_NONE);
}

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/agencies",
     .grant = READERS,
     .name = "agency_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &row_table,
     .list = &agency_list,
     .summary_zh = "联系机构",
     .summary_en = "Agencies"},
    {.method = "POST",
     .path = "/api/agencies",
     .grant = MANAGERS,
     .name = "agency_create",
     .handle = agency_create,
     .kind = HTTP_ONE,
     .body = &new_table,
     .reply = &row_table,
     .summary_zh = "登记联系机构",
     .summary_en = "Add an agency"},
    {.method = "GET",
     .path = "/api/agencies/{agency_id}",
     .grant = READERS,
     .name = "agency_get",
     .handle = agency_get,
     .kind = HTTP_ONE,
     .reply = &row_table,
     .summary_zh = "联系机构详情",
     .summary_en = "One agency"},
    {.method = "PATCH",
     .path = "/api/agencies/{agency_id}",
     .grant = MANAGERS,
     .name = "agency_change",
     .handle = agency_change,
     .kind = HTTP_ONE,
     .flags = HTTP_PARTIAL,
     .body = &new_table,
     .reply = &row_table,
     .summary_zh = "修改联系机构",
     .summary_en = "Change an agency"},
    {.method = "POST",
     .path = "/api/agencies/{agency_id}/end",
     .grant = MANAGERS,
     .name = "agency_end",
     .handle = agency_end,
     .kind = HTTP_ONE,
     .flags = HTTP_CHANGES,
     .reply = &row_table,
     .summary_zh = "停用联系机构",
     .summary_en = "End an agency"},
    {.method = "GET",
     .path = "/api/reporting-routes",
     .grant = READERS,
     .name = "agency_routes",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &route_table,
     .list = &route_list,
     .summary_zh = "事件报告路径",
     .summary_en = "Whom to tell of which incident"},
    {.method = "POST",
     .path = "/api/reporting-routes",
     .grant = MANAGERS,
     .name = "agency_route_create",
     .handle = route_create,
     .kind = HTTP_ONE,
     .body = &route_new_table,
     .reply = &route_table,
     .summary_zh = "增加报告步骤",
     .summary_en = "Add a step to a reporting route"},
    {.method = "POST",
     .path = "/api/reporting-routes/{route_id}/end",
     .grant = MANAGERS,
     .name = "agency_route_end",
     .handle = route_end,
     .kind = HTTP_NONE,
     .summary_zh = "取消报告步骤",
     .summary_en = "End a step of a reporting route"},
};

const struct module agency_module = {
    .name = "agency",
    .routes = MODULE_MANY(routes),
};
