/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/registry/registry_inner.h"

#include "ledger/ledger.h"

/* ---- list ---- */

static const struct field row_fields[] = {
    {.name = "system_id", .type = FIELD_INT},
    {.name = "system_no", .type = FIELD_TEXT},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_SORT},
    {.name = "system_type", .type = FIELD_ENUM, .of = &registry_system_type_enum, .flags = FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT},
    {.name = "lifecycle_status",
     .type = FIELD_ENUM,
     .of = &registry_lifecycle_status_enum,
     .flags = FIELD_FILTER},
    {.name = "mlps_level", .type = FIELD_INT, .flags = FIELD_FILTER},
    {.name = "filing_status", .type = FIELD_ENUM, .of = &registry_filing_status_enum, .flags = FIELD_FILTER},
    {.name = "filing_valid_to", .type = FIELD_DATE, .flags = FIELD_SORT},
    {.name = "eval_conclusion", .type = FIELD_ENUM, .of = &registry_eval_conclusion_enum},
    {.name = "internet_exposed", .type = FIELD_BOOL, .flags = FIELD_FILTER},
    {.name = "main_address", .type = FIELD_TEXT},
    {.name = "register_state",
     .type = FIELD_ENUM,
     .of = &registry_register_state_enum,
     .flags = FIELD_FILTER},
    {.name = "updated_at_ms", .type = FIELD_TIME},
    {.name = "flaw_count", .type = FIELD_INT},
};
static const struct field_table row_table = FIELD_TABLE("info_system_row", row_fields);

static const struct db_filter filters[] = {
    {"unit_id", "s.unit_id = $$", FIELD_INT, NULL},
    {"under_unit_id",
     "s.unit_path >= (SELECT t.unit_path FROM org_unit t WHERE t.unit_id = $$)"
     " AND s.unit_path < (SELECT t.unit_path FROM org_unit t WHERE t.unit_id = $$) || 'z'",
     FIELD_INT, NULL},
    {"system_type", "s.system_type = $$", FIELD_ENUM, &registry_system_type_enum},
    {"lifecycle_status", "s.lifecycle_status = $$", FIELD_ENUM, &registry_lifecycle_status_enum},
    {"mlps_level", "s.mlps_level = $$", FIELD_INT, NULL},
    {"filing_status", "s.filing_status = $$", FIELD_ENUM, &registry_filing_status_enum},
    {"internet_exposed", "s.internet_exposed = $$", FIELD_BOOL, NULL},
    {"deploy_location", "s.deploy_location = $$", FIELD_ENUM, &registry_deploy_location_enum},
    {"data_level", "s.data_level = $$", FIELD_ENUM, &registry_data_level_enum},
    {"register_state", "s.register_state = $$", FIELD_ENUM, &registry_register_state_enum},
    {"flawed", "EXISTS (SELECT 1 FROM registry_flaw q WHERE q.system_id = s.system_id)", FIELD_BOOL, NULL},
    {"flaw_kind",
     "EXISTS (SELECT 1 FROM registry_flaw q WHERE q.system_id = s.system_id AND q.flaw_kind = $$)",
     FIELD_ENUM, &registry_flaw_kind_enum},
    {"flaw_stage", "EXISTS (SELECT 1 FROM registry_flaw q WHERE q.system_id = s.system_id AND q.stage = $$)",
     FIELD_ENUM, &registry_flaw_stage_enum},
};
static const struct db_sort sorts[] = {
    {"unit_path", "s.unit_path"},
    {"system_name", "s.system_name"},
    {"filing_valid_to", "s.filing_valid_to"},
};
static const struct db_list system_list = {
    .columns = &row_table,
    .select = "SELECT s.system_id, s.system_no, s.system_name, s.system_type, s.unit_id, u.unit_name, "
              "s.lifecycle_status,"
              " s.mlps_level, s.filing_status, s.filing_valid_to, s.eval_conclusion, s.internet_exposed, "
              "s.main_address,"
              " s.register_state, s.updated_at_ms, (SELECT COUNT(*) FROM registry_flaw q WHERE q.system_id = "
              "s.system_id) FROM info_system s LEFT JOIN org_unit u ON u.unit_id = s.unit_id",
    .scope = "s.unit_path",
    .key = "s.system_id",
    .default_sort = "unit_path",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = sizeof(sorts) / sizeof(sorts[0]),
    .search = REGISTRY_SEARCH,
};

/* ---- one ---- */

static enum err registry_get(struct call *call, struct http_exchange *x)
{
    TRY(registry_put_system(call, x->ids[0], x->out));
    return registry_put_gate(call, x->ids[0], x->out);
}

static enum err registry_post(struct call *call, struct http_exchange *x)
{
    int64_t system_id;
    TRY(registry_system_create(call, &x->body, &system_id));
    return registry_put_system(call, system_id, x->out);
}

static enum err registry_patch(struct call *call, struct http_exchange *x)
{
    TRY(registry_system_change(call, x->ids[0], &x->body));
    return registry_put_system(call, x->ids[0], x->out);
}

static const struct field lifecycle_fields[] = {
    {.name = "to", .type = FIELD_ENUM, .of = &registry_lifecycle_status_enum, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_TEXT, .max = 300},
};
static const struct field_table lifecycle_table = FIELD_TABLE("lifecycle_change", lifecycle_fields);

static enum err registry_lifecycle_post(struct call *call, struct http_exchange *x)
{
    TRY(registry_lifecycle(call, x->ids[0], field_str(&x->body, "to"), field_str(&x->body, "reason")));
    return registry_put_system(call, x->ids[0], x->out);
}

/* "No change since last time": one click that says the entry is still true. */
static enum err registry_confirm(struct call *call, struct http_exchange *x)
{
    struct registry_system system;
    TRY(registry_system_reach(call, x->ids[0], &system));
    TRY(db_run(call,
               "UPDATE info_system SET confirmed_at_ms = $2, confirmed_by = $3,"
               " register_state = CASE WHEN $4 = 1 THEN 'confirmed' WHEN register_state = 'draft' THEN "
               "'submitted' ELSE register_state END"
               " WHERE system_id = $1",
               db_int(system.system_id), db_int(call->now_ms), db_int(call->actor->user_id),
               db_int(access_is(call, ROLES_AUTHORITY))));
    TRY(registry_flaws_of(call, system.system_id));
    rules_touch(call, "system", system.system_id);
    rules_touch_facts(call, "unit", system.unit_id, registry_unit_facts);
    TRY(ledger_append(call,
                      &(struct ledger_fact){.verb = "system.confirmed",
                                            .subject_kind = "system",
                                            .subject_id = system.system_id,
                                            .unit_id = system.unit_id,
                                            .unit_path = system.unit_path},
                      NULL));
    return registry_put_system(call, x->ids[0], x->out);
}

#define WRITERS (ROLE_COUNTY_OFFICER | ROLE_UNIT_OFFICER)
#define READERS (ROLES_AUTHORITY | ROLES_UNIT | ROLE_SCAN_TEAM)

/* ---- quality of the register ---- */

static enum err quality_get(struct call *call, struct http_exchange *x)
{
    return registry_put_flaw_counts(call, x->out);
}

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/systems",
     .grant = READERS,
     .name = "registry_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &row_table,
     .list = &system_list,
     .summary_zh = "系统台账",
     .summary_en = "The register of systems"},
    {.method = "GET",
     .path = "/api/systems/quality",
     .grant = READERS,
     .name = "registry_quality",
     .handle = quality_get,
     .kind = HTTP_ONE,
     .reply = &registry_quality_table,
     .summary_zh = "台账质量：各类问题的系统数",
     .summary_en = "Quality of the register: systems by kind of flaw"},
    {.method = "GET",
     .path = "/api/systems/template",
     .grant = READERS,
     .name = "registry_template",
     .prepare = registry_template_get,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .query = &registry_template_query_table,
     .summary_zh = "下载登记表模板（full：全部登记项）",
     .summary_en = "The spreadsheet template (full: with every field)"},
    {.method = "GET",
     .path = "/api/systems/register",
     .grant = READERS,
     .name = "registry_export",
     .prepare = registry_export_get,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .query = &registry_export_query_table,
     .summary_zh = "导出登记表（可原样导回）",
     .summary_en = "The register as a sheet that imports back unchanged"},
    {.method = "POST",
     .path = "/api/systems",
     .grant = WRITERS,
     .name = "registry_create",
     .handle = registry_post,
     .kind = HTTP_ONE,
     .body = &registry_system_table,
     .reply = &registry_system_table,
     .more = &registry_more_table,
     .summary_zh = "登记系统",
     .summary_en = "Register a system"},
    {.method = "GET",
     .path = "/api/systems/{system_id}",
     .grant = READERS,
     .name = "registry_get",
     .handle = registry_get,
     .kind = HTTP_ONE,
     .reply = &registry_system_table,
     .more = &registry_more_table,
     .summary_zh = "系统档案",
     .summary_en = "Everything about one system"},
    {.method = "PATCH",
     .path = "/api/systems/{system_id}",
     .grant = WRITERS,
     .name = "registry_change",
     .handle = registry_patch,
     .kind = HTTP_ONE,
     .flags = HTTP_PARTIAL,
     .body = &registry_system_table,
     .reply = &registry_system_table,
     .more = &registry_more_table,
     .summary_zh = "修改系统信息",
     .summary_en = "Change a system"},
    {.method = "POST",
     .path = "/api/systems/{system_id}/lifecycle",
     .grant = WRITERS,
     .name = "registry_lifecycle",
     .handle = registry_lifecycle_post,
     .kind = HTTP_ONE,
     .body = &lifecycle_table,
     .reply = &registry_system_table,
     .more = &registry_more_table,
     .summary_zh = "变更运行状态（上线须过关口）",
     .summary_en = "Move along the life cycle; going live passes a gate"},
    {.method = "POST",
     .path = "/api/systems/{system_id}/confirm",
     .grant = WRITERS,
     .name = "registry_confirm",
     .handle = registry_confirm,
     .kind = HTTP_ONE,
     .reply = &registry_system_table,
     .more = &registry_more_table,
     .summary_zh = "确认无变化",
     .summary_en = "Confirm that nothing has changed"},
    {.method = "POST",
     .path = "/api/registry-imports",
     .grant = WRITERS,
     .name = "registry_import",
     .prepare = registry_import_prepare,
     .handle = registry_import_handle,
     .kind = HTTP_ONE,
     .reply = &registry_import_table,
     .flags = HTTP_UPLOAD,
     .query = &registry_import_query_table,
     .summary_zh = "导入登记表",
     .summary_en = "Import a register sheet, or preview what it would do"},
    {.method = "POST",
     .path = "/api/registry-imports/errors",
     .grant = WRITERS,
     .name = "registry_import_errors",
     .prepare = registry_import_prepare,
     .handle = registry_import_errors,
     .kind = HTTP_FILE,
     .flags = HTTP_UPLOAD,
     .query = &registry_import_query_table,
     .summary_zh = "返回带错误说明的登记表",
     .summary_en = "The sheet given back with its errors"},
};

/* ---- facts ---- */

static const struct rules_subject subjects[] = {
    {.name = "system",
     .sql = "SELECT system_id, unit_id, unit_path, system_name FROM info_system WHERE ($1 = 0 OR system_id = "
            "$1)",
     .system_sql = "SELECT system_id, system_id FROM info_system WHERE ($1 = 0 OR system_id = $1)"},
};

#define SYSTEM_FACT(value, condition)                                                                        \
    "SELECT system_id, updated_at_ms, " value                                                                \
    " FROM info_system WHERE ($1 = 0 OR system_id = $1) AND " condition
/* What the quality check found; since: what a due date counts from. */
#define FLAW_FACT(kind)                                                                                      \
    "SELECT system_id, since_ms, stage FROM registry_flaw WHERE ($1 = 0 OR system_id = $1) AND flaw_kind = " \
    "'" kind "'"
static const struct rules_fact facts[] = {
    {.name = "registry.place_duplicated", .subject = "system", .sql = FLAW_FACT("duplicate_place")},
    {.name = "registry.account_duplicated", .subject = "system", .sql = FLAW_FACT("duplicate_account")},
    {.name = "registry.name_duplicated", .subject = "system", .sql = FLAW_FACT("duplicate_name")},
    {.name = "registry.certificate_missing", .subject = "system", .sql = FLAW_FACT("certificate_missing")},
    {.name = "registry.filing_expiring",
     .subject = "system",
     .order = &registry_flaw_stage_enum,
     .sql = FLAW_FACT("filing_expiring")},
    {.name = "registry.evaluation_expiring",
     .subject = "system",
     .order = &registry_flaw_stage_enum,
     .sql = FLAW_FACT("evaluation_expiring")},
    {.name = "registry.icp_missing", .subject = "system", .sql = FLAW_FACT("icp_missing")},
    {.name = "registry.contact_left", .subject = "system", .sql = FLAW_FACT("contact_left")},
    {.name = "registry.silent", .subject = "system", .sql = FLAW_FACT("silent")},
    {.name = "registry.registered",
     .subject = "system",
     .sql = "SELECT system_id, created_at_ms, NULL FROM info_system WHERE ($1 = 0 OR system_id = $1) AND "
            "register_state <> 'draft'"},
    {.name = "registry.type",
     .subject = "system",
     .order = &registry_system_type_enum,
     .sql = SYSTEM_FACT("system_type", "system_type <> ''")},
    {.name = "registry.level", .subject = "system", .sql = SYSTEM_FACT("mlps_level", "mlps_level >= 0")},
    {.name = "registry.graded",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "(mlps_level > 0 OR grading_date IS NOT NULL)")},
    {.name = "registry.filed", .subject = "system", .sql = SYSTEM_FACT("NULL", "filing_cert_no IS NOT NULL")},
    {.name = "registry.filing_valid",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "filing_cert_no IS NOT NULL AND filing_lapsed = 0")},
    {.name = "registry.evaluation_passed",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "eval_conclusion IN ('excellent', 'good', 'medium', 'conforming', "
                                "'mostly_conforming') AND evaluation_lapsed = 0")},
    {.name = "registry.online",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "lifecycle_status IN ('online', 'trial')")},
    {.name = "registry.lifecycle",
     .subject = "system",
     .order = &registry_lifecycle_status_enum,
     .sql = SYSTEM_FACT("lifecycle_status", "lifecycle_status <> ''")},
    {.name = "registry.exposed", .subject = "system", .sql = SYSTEM_FACT("NULL", "internet_exposed = 1")},
    {.name = "registry.icp_filed",
     .subject = "system",
     .sql = "SELECT system_id, 0, NULL FROM system_endpoint WHERE ($1 = 0 OR system_id = $1) AND icp_no IS "
            "NOT NULL AND valid_to IS NULL GROUP BY system_id"},
    {.name = "registry.has_contact",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "contact_name IS NOT NULL")},
    {.name = "registry.hosting",
     .subject = "system",
     .order = &registry_deploy_location_enum,
     .sql = SYSTEM_FACT("deploy_location", "deploy_location IS NOT NULL")},
    {.name = "registry.log_months",
     .subject = "system",
     .sql = SYSTEM_FACT("log_months", "log_months IS NOT NULL")},
    {.name = "registry.plan_filed",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "plan_filed_no IS NOT NULL")},
    {.name = "registry.accepted",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "acceptance_date IS NOT NULL")},
    {.name = "registry.project_evaluated",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "security_test_no IS NOT NULL AND software_test_no IS NOT NULL")},
    {.name = "registry.asset_booked",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "asset_no IS NOT NULL")},
    {.name = "registry.isolated",
     .subject = "system",
     .sql = SYSTEM_FACT("NULL", "isolation_device IS NOT NULL")},
    {.name = "registry.zone",
     .subject = "system",
     .order = &org_network_zone_enum,
     .sql = "SELECT system_id, 0, network_zone FROM system_endpoint WHERE ($1 = 0 OR system_id = $1) AND "
            "network_zone IS NOT NULL AND valid_to IS NULL"},
    {.name = "registry.register_filed",
     .subject = "unit",
     .sql = "SELECT unit_id, MIN(created_at_ms), COUNT(*) FROM info_system WHERE ($1 = 0 OR unit_id = $1) "
            "AND register_state <> 'draft' GROUP BY unit_id"},
    {.name = "org.has_systems",
     .subject = "unit",
     .sql = "SELECT unit_id, MIN(created_at_ms), COUNT(*) FROM info_system WHERE ($1 = 0 OR unit_id = $1)"
            " AND lifecycle_status NOT IN ('shutdown', 'retired') GROUP BY unit_id"},
};

/* ---- the passing of time: certificates and evaluations run out, systems fall silent ---- */

static const struct jobs_kind jobs[] = {
    {.name = "registry.lapse", .at_minute = 4, .run = registry_flaws_all},
};

static void start(void)
{
    org_listen_holdings(registry_flaws_of_unit);
}

static const char *const unit_columns[] = {"info_system",   "supervising_unit_id", "info_system",
                                           "build_unit_id", "info_system",         "using_unit_id",
                                           "info_system",   "operating_unit_id",   NULL};

static const char *const scoped_tables[] = {"info_system", "system_endpoint", NULL};

const struct module registry_module = {
    .name = "registry",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .subjects = MODULE_MANY(subjects),
    .jobs = MODULE_MANY(jobs),
    .scoped_tables = scoped_tables,
    .unit_columns = unit_columns,
    .start = start,
};
