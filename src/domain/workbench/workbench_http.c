/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/workbench/workbench_inner.h"

#include "base/clock.h"

#define SOON_DAYS 3

/* An authority's people answer for what the rules put on their role; the first of their roles that has duties
 * of its own. */
static struct str own_role(const struct call *call)
{
    static const unsigned roles[] = {ROLE_COUNTY_OFFICER, ROLE_OFFICE_DIRECTOR, ROLE_BUREAU_LEADER,
                                     ROLE_REGULATOR, ROLE_SCAN_TEAM};
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (access_is(call, roles[i]))
            return str_of(access_role_name(roles[i]));
    return STR("");
}

static struct workbench bench_of(struct call *call, struct json_writer *w, bool *ret_nothing)
{
    int32_t today = clock_day_of(call->now_ms);
    struct clock_date now = clock_date(today),
                      soon = clock_date(calendar_add(rules_calendar(), today, SOON_DAYS).day);
    struct workbench b = {.call = call, .w = w, .scope = access_scope(call->actor, ret_nothing)};
    b.authority = access_is(call, ROLES_AUTHORITY);
    b.unit_side = !b.authority && access_is(call, ROLES_UNIT);
    b.scan_team = !b.authority && !b.unit_side && access_is(call, ROLE_SCAN_TEAM);
    b.today = str_copy(call->arena, str_of(now.text));
    b.soon = str_copy(call->arena, str_of(soon.text));
    b.role = b.unit_side ? STR("") : own_role(call);
    return b;
}

static enum err workbench_get(struct call *call, struct http_exchange *x)
{
    bool nothing;
    int64_t unread;
    struct workbench b = bench_of(call, x->out, &nothing);
    json_put_str(x->out, "today", b.today);
    json_put_c(x->out, "side",
               b.authority   ? "authority"
               : b.unit_side ? "unit"
               : b.scan_team ? "scan_team"
                             : "other");
    TRY(db_get_int(call, &unread, 0,
                   "SELECT COUNT(*) FROM notify_item WHERE user_id = $1 AND read_at_ms IS NULL",
                   db_int(call->actor->user_id)));
    json_open_object(x->out, "inbox");
    json_put_int(x->out, "unread", unread);
    json_close_object(x->out);
    if (nothing || !(b.authority || b.unit_side || b.scan_team))
        return ERR_OK;
    TRY(workbench_todo(&b));
    TRY(workbench_duties(&b));
    if (!b.scan_team)
        TRY(workbench_letters(&b));
    TRY(workbench_cases(&b));
    TRY(workbench_findings(&b));
    TRY(workbench_systems(&b));
    return workbench_red(&b);
}

static const struct field brief_fields[] = {{.name = "month", .type = FIELD_TEXT, .max = 7}};
static const struct field_table brief_table = FIELD_TABLE("brief_query", brief_fields);

static enum err brief_get(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    return nothing ? ERR_NOT_FOUND : workbench_brief(call, scope, field_str(&x->query, "month"), x->out);
}

static enum err overview_get(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    return nothing ? ERR_NOT_FOUND : workbench_overview(call, scope, x->out);
}

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/workbench",
     .grant = GRANT_SIGNED_IN,
     .name = "workbench_get",
     .handle = workbench_get,
     .kind = HTTP_ONE,
     .reply = &workbench_table,
     .summary_zh = "工作台",
     .summary_en = "The first page: what is mine to do"},
    {.method = "GET",
     .path = "/api/brief",
     .grant = ROLES_AUTHORITY | ROLE_UNIT_LEADER,
     .name = "workbench_brief",
     .handle = brief_get,
     .kind = HTTP_ONE,
     .reply = &workbench_brief_table,
     .query = &brief_table,
     .summary_zh = "领导一页纸",
     .summary_en = "The leader's page: the month's figures against the month before"},
    {.method = "GET",
     .path = "/api/overview",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "workbench_overview",
     .handle = overview_get,
     .kind = HTTP_ONE,
     .reply = &workbench_overview_table,
     .summary_zh = "总览图表",
     .summary_en = "Figures for charts: months, units, the register, collections"},
};

const struct module workbench_module = {
    .name = "workbench",
    .routes = MODULE_MANY(routes),
};
