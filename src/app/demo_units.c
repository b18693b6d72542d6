/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_demo.h"

#include <stdio.h>
#include <string.h>

#include "access/access.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"

#define ROOT "示例县数据局"

const struct demo_unit demo_units[] = {
    {ROOT, "数据局", "regulator", NULL, "sjj", 1},
    {"示例县教育局", "教育局", "bureau", ROOT, "jyj", 11},
    {"示例县卫生健康局", "卫健局", "bureau", ROOT, "wjj", 12},
    {"示例县人力资源和社会保障局", "人社局", "bureau", ROOT, "rsj", 13},
    {"示例县自然资源局", "自然资源局", "bureau", ROOT, "zrzy", 14},
    {"示例县交通运输局", "交通局", "bureau", ROOT, "jtj", 15},
    {"示例县住房和城乡建设局", "住建局", "bureau", ROOT, "zjj", 16},
    {"示例县农业农村局", "农业农村局", "bureau", ROOT, "nyj", 17},
    {"示例县文化和旅游局", "文旅局", "bureau", ROOT, "wlj", 18},
    {"示例县应急管理局", "应急局", "bureau", ROOT, "yjj", 19},
    {"示例县市场监督管理局", "市监局", "bureau", ROOT, "sjg", 20},
    {"示例县民政局", "民政局", "bureau", ROOT, "mzj", 21},
    {"示例县财政局", "财政局", "bureau", ROOT, "czj", 22},
    {"示例县水利局", "水利局", "bureau", ROOT, "slj", 23},
    {"示例县第一中学", "一中", "affiliated_unit", "示例县教育局", "yz", 31},
    {"示例县教师发展中心", "教师中心", "affiliated_unit", "示例县教育局", "jszx", 32},
    {"示例县人民医院", "人民医院", "affiliated_unit", "示例县卫生健康局", "yy", 33},
    {"示例县疾病预防控制中心", "疾控中心", "affiliated_unit", "示例县卫生健康局", "jkzx", 34},
    {"示例县就业服务中心", "就业中心", "affiliated_unit", "示例县人力资源和社会保障局", "jyzx", 35},
    {"示例县不动产登记中心", "不动产中心", "affiliated_unit", "示例县自然资源局", "bdc", 36},
    {"示例县图书馆", "图书馆", "affiliated_unit", "示例县文化和旅游局", "tsg", 37},
    {"示例县融媒体中心", "融媒体", "affiliated_unit", ROOT, "rmt", 38},
    {"城关镇人民政府", "城关镇", "township", ROOT, "cgz", 41},
    {"东山镇人民政府", "东山镇", "township", ROOT, "dsz", 42},
    {"西河镇人民政府", "西河镇", "township", ROOT, "xhz", 43},
    {"南湖乡人民政府", "南湖乡", "township", ROOT, "nhx", 44},
    {"示例县旅游协会", "旅游协会", "association", "示例县文化和旅游局", "lyxh", 0},
    {0},
};

struct field_record demo_record(struct call *call, const struct field_table *table, const char *const *pairs)
{
    struct field_record record = {table, ARENA_ARRAY(call->arena, struct field_value, table->many)};
    for (; *pairs; pairs++) {
        const char *equals = strchr(*pairs, '=');
        struct str name = {*pairs, (size_t)(equals - *pairs)};
        const struct field *field = field_find(table, name);
        struct field_value *value = field_get(&record, field->name);
        value->given = true;
        value->text = str_copy(call->arena, str_of(equals + 1));
        (void)str_to_int(value->text, &value->number);
        value->empty = value->text.len == 0;
    }
    return record;
}

/* ---- units with their people, ranges and domains ---- */

static int64_t id_of(const struct demo *demo, const char *name)
{
    for (int i = 0; i < demo->many_units; i++) {
        if (strcmp(demo_units[i].name, name) == 0)
            return demo->unit_ids[i];
    }
    return 0;
}

static enum err make_unit(struct call *call, struct demo *demo, int at)
{
    const struct demo_unit *unit = &demo_units[at];
    char parent[32];
    snprintf(parent, sizeof(parent), "parent_id=%lld",
             (long long)(unit->parent ? id_of(demo, unit->parent) : 0));
    const char *pairs[] = {str_format(call->arena, "unit_name=%s", unit->name).at,
                           str_format(call->arena, "short_name=%s", unit->short_name).at,
                           str_format(call->arena, "unit_kind=%s", unit->kind).at,
                           unit->parent ? parent : "region_code=330000",
                           unit->parent ? NULL : "issuer_code=示数整",
                           NULL};
    struct field_record record = demo_record(call, &org_unit_table, pairs);
    return org_unit_create(call, &record, &demo->unit_ids[demo->many_units++]);
}

static enum err make_person(struct call *call, const struct demo_unit *unit, int64_t unit_id,
                            const char *post, const char *title, const char *tail, int n)
{
    int64_t person_id, post_id;
    const char *pairs[] = {str_format(call->arena, "unit_id=%lld", (long long)unit_id).at,
                           str_format(call->arena, "person_name=%s%s", unit->short_name, tail).at,
                           str_format(call->arena, "title=%s", title).at,
                           str_format(call->arena, "office_phone=0000-80%02d%03d", unit->net, n).at,
                           /* 140 is for machines: nobody's number. */
                           str_format(call->arena, "mobile=14000%02d%04d", unit->net, n).at, NULL};
    struct field_record record = demo_record(call, &org_person_table, pairs);
    TRY(org_person_create(call, &record, &person_id));
    return org_post_appoint(call, unit_id, person_id, str_of(post),
                            strcmp(post, "department_head") ? STR_NONE : STR("办公室"), STR("2025-01-01"),
                            &post_id);
}

static enum err make_people(struct call *call, const struct demo_unit *unit, int64_t unit_id)
{
    bool association = strcmp(unit->kind, "association") == 0;
    if (!association)
        TRY(make_person(call, unit, unit_id, "party_head", "党组书记", "书记", 1));
    TRY(make_person(call, unit, unit_id, "admin_head", association ? "会长" : "主要负责人",
                    association ? "会长" : "负责人", 2));
    if (strcmp(unit->slug, "nhx") == 0) /* one unit has gaps, so that the board has something to say */
        return ERR_OK;
    TRY(make_person(call, unit, unit_id, "deputy_in_charge", "分管领导", "分管领导", 3));
    TRY(make_person(call, unit, unit_id, "department_head", "办公室负责人", "办公室负责人", 7));
    TRY(make_person(call, unit, unit_id, "data_security_lead", "办公室负责人", "数据安全负责人", 8));
    TRY(make_person(call, unit, unit_id, "security_officer", "办公室工作人员", "安全员", 4));
    TRY(make_person(call, unit, unit_id, "security_contact", "办公室工作人员", "联系人", 5));
    if (!unit->parent)
        TRY(make_person(call, unit, unit_id, "office_director", "办公室主任", "办公室主任", 6));
    return ERR_OK;
}

static enum err make_places(struct call *call, const struct demo_unit *unit, int64_t unit_id, struct str path)
{
    int64_t range_id;
    if (unit->net) {
        const char *pairs[] = {str_format(call->arena, "unit_id=%lld", (long long)unit_id).at,
                               str_format(call->arena, "range_text=10.20.%d.0/24", unit->net).at,
                               "network_zone=gov_extranet", NULL};
        struct field_record record = demo_record(call, &org_address_range_table, pairs);
        TRY(org_range_create(call, &record, &range_id));
    }
    return db_run(call, "INSERT INTO org_domain (unit_id, unit_path, domain) VALUES ($1, $2, $3)",
                  db_int(unit_id), db_str(path),
                  db_str(str_format(call->arena, "%s.shili.example", unit->slug)));
}

enum err demo_make_units(struct call *call, void *context)
{
    struct demo *demo = context;
    for (int i = 0; demo_units[i].name; i++) {
        struct org_unit unit;
        TRY(make_unit(call, demo, i));
        TRY(org_unit_get(call, demo->unit_ids[i], &unit));
        TRY(make_people(call, &demo_units[i], unit.unit_id));
        TRY(make_places(call, &demo_units[i], unit.unit_id, unit.unit_path));
    }
    demo->root_id = demo->unit_ids[0];
    return ERR_OK;
}

/* ---- systems ---- */

struct kind {
    const char *tail, *type;
    int host, port, level;
    const char *slug;
    bool internet;
};
static const struct kind kinds[] = {
    {"门户网站", "website", 10, 443, 2, "www", true},
    {"业务管理系统", "business_system", 20, 8080, 2, "yw", false},
    {"协同办公系统", "office_system", 30, 443, 2, "oa", false},
    {"数据共享平台", "platform", 40, 8443, 3, "sj", false},
    {"微信公众号", "wechat_official", 0, 0, 1, NULL, true},
    {"便民服务小程序", "mini_program", 0, 0, 1, NULL, true},
    {"视频监控平台", "iot", 50, 554, 1, NULL, false},
};

static void add_endpoint(struct call *call, const struct demo_unit *unit, const struct kind *kind,
                         struct field_record *system)
{
    if (!kind->host)
        return;
    const char *pairs[8];
    int many = 0;
    if (kind->slug)
        pairs[many++] = str_format(call->arena, "url=http%s://%s.%s.shili.example%s",
                                   kind->port == 8080 ? "" : "s", kind->slug, unit->slug,
                                   kind->port == 443 ? "/" : str_format(call->arena, ":%d/", kind->port).at)
                            .at;
    pairs[many++] = str_format(call->arena, "ip=10.20.%d.%d", unit->net, kind->host).at;
    pairs[many++] = str_format(call->arena, "port=%d", kind->port).at;
    pairs[many++] = kind->internet ? "network_zone=internet" : "network_zone=gov_extranet";
    if (kind->internet)
        pairs[many++] = str_format(call->arena, "icp_no=示ICP备%08d号-1", unit->net).at;
    pairs[many] = NULL;
    struct field_record *endpoint = ARENA_NEW(call->arena, struct field_record);
    *endpoint = demo_record(call, &registry_endpoint_table, pairs);
    *field_get(system, "endpoints") = (struct field_value){.given = true, .rows = endpoint, .many = 1};
}

static enum err make_system(struct call *call, const struct demo_unit *unit, int64_t unit_id,
                            const struct kind *kind, int seed)
{
    bool filed = kind->level >= 2 && seed % 19 != 0, passed = filed && seed % 23 != 0;
    const char *pairs[32];
    int many = 0;
    pairs[many++] = str_format(call->arena, "unit_id=%lld", (long long)unit_id).at;
    pairs[many++] = str_format(call->arena, "system_name=%s%s", unit->short_name, kind->tail).at;
    pairs[many++] = str_format(call->arena, "system_type=%s", kind->type).at;
    pairs[many++] = str_format(call->arena, "business_desc=%s的%s", unit->name, kind->tail).at;
    pairs[many++] = seed % 11 == 0 ? "lifecycle_status=building" : "lifecycle_status=online";
    pairs[many++] = kind->internet ? "internet_exposed=1" : "internet_exposed=0";
    pairs[many++] = str_format(call->arena, "contact_name=%s联系人", unit->short_name).at;
    pairs[many++] = str_format(call->arena, "mlps_level=%d", kind->level).at;
    pairs[many++] = "grading_date=2025-02-20";
    pairs[many++] = "deploy_location=county_cloud";
    pairs[many++] = seed % 13 == 0 ? "log_months=3" : "log_months=6";
    pairs[many++] = filed ? "filing_status=filed" : "filing_status=none";
    if (filed) {
        pairs[many++] = str_format(call->arena, "filing_cert_no=330000%05d-%05d", unit->net, 24001 + seed).at;
        pairs[many++] = "filing_date=2025-03-10";
        pairs[many++] = seed % 9 == 0 ? "filing_valid_to=2026-12-20" : "filing_valid_to=2028-03-10";
    }
    if (passed) {
        pairs[many++] = "evaluator=示例测评机构";
        pairs[many++] = "eval_date=2026-04-15";
        pairs[many++] = "eval_scheme=v2025";
        pairs[many++] = seed % 4 ? "eval_conclusion=mostly_conforming" : "eval_conclusion=conforming";
        pairs[many++] = kind->level >= 3 ? "eval_valid_to=2027-04-15" : "eval_valid_to=2028-04-15";
    }
    pairs[many] = NULL;
    struct field_record record = demo_record(call, &registry_system_table, pairs);
    add_endpoint(call, unit, kind, &record);
    int64_t system_id;
    return registry_system_create(call, &record, &system_id);
}

enum err demo_make_systems(struct call *call, void *context)
{
    struct demo *demo = context;
    int seed = 1;
    for (int i = 1; i < demo->many_units; i++) {
        const struct demo_unit *unit = &demo_units[i];
        if (!unit->net)
            continue;
        int most = strcmp(unit->kind, "bureau") == 0 ? 6 : strcmp(unit->kind, "township") == 0 ? 2 : 4;
        for (int k = 0; k < most; k++, seed++)
            TRY(make_system(call, unit, demo->unit_ids[i], &kinds[(k + (most == 4)) % 7], seed));
    }
    return ERR_OK;
}

/* ---- accounts: one a role, and officers of two more units ---- */

struct account {
    const char *login, *name;
    unsigned role;
    const char *unit;
};
static const struct account accounts[] = {
    {"officer", "数据局经办人", ROLE_COUNTY_OFFICER, ROOT},
    {"officer2", "数据局复核人", ROLE_COUNTY_OFFICER, ROOT},
    {"regulator", "网信办通报员", ROLE_REGULATOR, ROOT},
    {"leader", "数据局局长", ROLE_BUREAU_LEADER, ROOT},
    {"leader2", "数据局副局长", ROLE_BUREAU_LEADER, ROOT},
    {"director", "数据局办公室主任", ROLE_OFFICE_DIRECTOR, ROOT},
    {"scan", "扫描团队", ROLE_SCAN_TEAM, ROOT},
    {"jyj", "教育局网络安全员", ROLE_UNIT_OFFICER, "示例县教育局"},
    {"jyjld", "教育局分管领导", ROLE_UNIT_LEADER, "示例县教育局"},
    {"wjj", "卫健局网络安全员", ROLE_UNIT_OFFICER, "示例县卫生健康局"},
    {"rsj", "人社局网络安全员", ROLE_UNIT_OFFICER, "示例县人力资源和社会保障局"},
    {"zrzy", "自然资源局网络安全员", ROLE_UNIT_OFFICER, "示例县自然资源局"},
    {"vendor", "运维供应商", ROLE_VENDOR_USER, "示例县卫生健康局"},
    {"sysadmin", "系统管理员", ROLE_SYS_ADMIN, ROOT},
    {"secadmin", "安全管理员", ROLE_SEC_ADMIN, ROOT},
    {"auditadmin", "审计管理员", ROLE_AUDIT_ADMIN, ROOT},
};

enum err demo_make_accounts(struct call *call, void *context)
{
    struct demo *demo = context;
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        const struct account *account = &accounts[i];
        int64_t user_id;
        demo->logins[i] = str_of(account->login);
        demo->roles[i] = str_of(account->name);
        TRY(access_user_create(call, demo->logins[i], demo->roles[i], account->role,
                               id_of(demo, account->unit), demo->hashes[i], false, &user_id));
        demo->many_accounts++;
    }
    return ERR_OK;
}
