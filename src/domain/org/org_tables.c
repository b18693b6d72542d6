/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/org/org_reorg.h"

static const char *const unit_kinds[] = {"leading_group", "regulator", "bureau", "section", "affiliated_unit",
                                         "association",   "township",  "soe",    "vendor",  NULL};
static const char *const unit_kind_synonyms[] = {"领导小组",
                                                 "监管部门",
                                                 "部门|委办局|局",
                                                 "科室|处室",
                                                 "直属单位|事业单位",
                                                 "协会|社会团体",
                                                 "乡镇|街道|乡镇（街道）",
                                                 "国有企业|国企",
                                                 "供应商|第三方",
                                                 NULL};
const struct field_enum org_unit_kind_enum = {"unit_kind", unit_kinds, unit_kind_synonyms};

/* In the order of a responsibility table. */
static const char *const post_kinds[] = {"party_head",         "admin_head",
                                         "deputy_in_charge",   "department_head",
                                         "section_head",       "security_officer",
                                         "data_security_lead", "security_contact",
                                         "ops_contact",        "office_director",
                                         "leading_group_head", "leading_group_member",
                                         "office_member",      NULL};
static const char *const post_kind_synonyms[] = {"党组书记|党委书记|书记|党组织负责人",
                                                 "局长|主任|主要负责人|行政负责人|协会主要领导",
                                                 "分管领导|分管负责人",
                                                 "部门负责人|负责部门负责人|科长",
                                                 "科室负责人",
                                                 "安全员|信息员|网络管理员",
                                                 "数据安全负责人",
                                                 "联系人|联络员",
                                                 "运维人员|运维联系人",
                                                 "办公室主任",
                                                 "组长|领导小组组长",
                                                 "领导小组成员|成员",
                                                 "办公室成员|领导小组办公室成员",
                                                 NULL};
const struct field_enum org_post_kind_enum = {"post_kind", post_kinds, post_kind_synonyms};

static const char *const network_zones[] = {"internet",        "gov_extranet", "gov_intranet",
                                            "private_network", "lan",          NULL};
static const char *const network_zone_synonyms[] = {"互联网|公网|外网", "政务外网|电子政务外网", "政务内网",
                                                    "业务专网|专网",    "局域网|内网|单位内网",  NULL};
const struct field_enum org_network_zone_enum = {"network_zone", network_zones, network_zone_synonyms};

static const struct field unit_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "parent_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_FILTER},
    {.name = "unit_name",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_SORT | FIELD_SHEET,
     .max = 100,
     .synonyms = "单位名称|单位|单位全称|名称"},
    {.name = "short_name", .type = FIELD_TEXT, .flags = FIELD_SHEET, .max = 40, .synonyms = "简称|单位简称"},
    {.name = "unit_kind",
     .type = FIELD_ENUM,
     .flags = FIELD_REQUIRED | FIELD_FILTER | FIELD_SHEET,
     .of = &org_unit_kind_enum,
     .synonyms = "单位类型|类型|单位性质"},
    {.name = "uscc",
     .type = FIELD_TEXT,
     .flags = FIELD_SHEET,
     .format = "uscc",
     .synonyms = "统一社会信用代码|信用代码"},
    {.name = "region_code",
     .type = FIELD_TEXT,
     .min = 6,
     .max = 6,
     .format = "digits",
     .synonyms = "行政区划代码"},
    {.name = "issuer_code", .type = FIELD_TEXT, .max = 12, .synonyms = "机关代字"},
    {.name = "supervising_unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "office_phone",
     .type = FIELD_TEXT,
     .max = 30,
     .format = "phone",
     .synonyms = "办公电话|单位电话"},
    {.name = "address", .type = FIELD_TEXT, .max = 200, .synonyms = "地址|单位地址"},
    {.name = "sort_no", .type = FIELD_INT, .max = 1000000},
    {.name = "valid_from", .type = FIELD_DATE},
    {.name = "valid_to", .type = FIELD_DATE},
};
const struct field_table org_unit_table = FIELD_TABLE("org_unit", unit_fields);

static const struct field person_fields[] = {
    {.name = "person_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "person_name",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_PERSONAL | FIELD_SHEET,
     .max = 50,
     .format = "person_name",
     .synonyms = "姓名|联系人"},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_SHEET, .max = 60, .synonyms = "职务|职务（岗位）"},
    {.name = "office_phone",
     .type = FIELD_TEXT,
     .flags = FIELD_PERSONAL | FIELD_SHEET,
     .max = 30,
     .format = "phone",
     .synonyms = "办公电话|座机"},
    {.name = "mobile",
     .type = FIELD_TEXT,
     .flags = FIELD_PERSONAL | FIELD_SHEET,
     .format = "mobile",
     .synonyms = "移动电话|手机|手机号|联系电话"},
    {.name = "email",
     .type = FIELD_TEXT,
     .flags = FIELD_PERSONAL | FIELD_SHEET,
     .format = "email",
     .synonyms = "邮箱|电子邮箱"},
    {.name = "user_id", .type = FIELD_REF, .ref = "user"},
    {.name = "valid_from", .type = FIELD_DATE},
    {.name = "valid_to", .type = FIELD_DATE},
};
const struct field_table org_person_table = FIELD_TABLE("org_person", person_fields);

static const struct field post_fields[] = {
    {.name = "post_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_READONLY},
    {.name = "post_kind",
     .type = FIELD_ENUM,
     .of = &org_post_kind_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "person_id", .type = FIELD_REF, .ref = "org_person", .flags = FIELD_REQUIRED},
    {.name = "department", .type = FIELD_TEXT, .max = 60},
    {.name = "document_no", .type = FIELD_TEXT, .max = 60},
    {.name = "valid_from", .type = FIELD_DATE},
    {.name = "valid_to", .type = FIELD_DATE},
};
const struct field_table org_post_table = FIELD_TABLE("org_post", post_fields);

static const struct field range_fields[] = {
    {.name = "range_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "range_text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SHEET, .max = 90},
    {.name = "network_zone", .type = FIELD_ENUM, .of = &org_network_zone_enum, .flags = FIELD_FILTER},
    {.name = "note", .type = FIELD_TEXT, .max = 200},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
};
const struct field_table org_address_range_table = FIELD_TABLE("org_address_range", range_fields);

static const struct field holder_fields[] = {
    {.name = "post_kind", .type = FIELD_ENUM, .of = &org_post_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED},
    {.name = "person_id", .type = FIELD_REF, .ref = "org_person"},
    {.name = "person_name", .type = FIELD_TEXT},
    {.name = "title", .type = FIELD_TEXT},
    {.name = "office_phone", .type = FIELD_TEXT},
    {.name = "mobile", .type = FIELD_TEXT},
    {.name = "email", .type = FIELD_TEXT},
    {.name = "masked", .type = FIELD_BOOL},
};
const struct field_table org_holder_table = FIELD_TABLE("post_holder", holder_fields);

/* ---- what replies hold beside a unit's, a person's, a holding's own fields ---- */

static const struct field node_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "parent_id", .type = FIELD_INT},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_kind", .type = FIELD_ENUM, .of = &org_unit_kind_enum, .flags = FIELD_REQUIRED},
};
const struct field_table org_node_table = FIELD_TABLE("unit_node", node_fields);

static const struct field step_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table step_table = FIELD_TABLE("unit_step", step_fields);

static const struct field held_fields[] = {
    {.name = "post_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "post_kind", .type = FIELD_ENUM, .of = &org_post_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "department", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "valid_from", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "valid_to", .type = FIELD_DATE},
    {.name = "document_no", .type = FIELD_TEXT},
    {.name = "person_id", .type = FIELD_REF, .ref = "org_person", .flags = FIELD_REQUIRED},
    {.name = "person_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "office_phone", .type = FIELD_TEXT},
    {.name = "mobile", .type = FIELD_TEXT},
    {.name = "email", .type = FIELD_TEXT},
    {.name = "masked", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table held_table = FIELD_TABLE("post_held", held_fields);

static const struct field parent_fields[] = {
    {.name = "parent_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
const struct field_table org_parent_table = FIELD_TABLE("unit_parent", parent_fields);

static const struct field posts_fields[] = {
    {.name = "posts", .type = FIELD_ROWS, .rows = &held_table, .flags = FIELD_REQUIRED},
};
const struct field_table org_posts_table = FIELD_TABLE("unit_posts", posts_fields);

static const struct field file_fields[] = {
    {.name = "trail", .type = FIELD_ROWS, .rows = &step_table, .flags = FIELD_REQUIRED},
    {.name = "plans", .type = FIELD_ROWS, .rows = &org_plan_told_table, .flags = FIELD_REQUIRED},
    {.name = "posts", .type = FIELD_ROWS, .rows = &held_table, .flags = FIELD_REQUIRED},
};
const struct field_table org_file_table = FIELD_TABLE("unit_file", file_fields);

static const struct field day_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "existed", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "valid_from", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "valid_to", .type = FIELD_DATE},
    {.name = "successor_id", .type = FIELD_INT},
    {.name = "successor_name", .type = FIELD_TEXT},
    {.name = "trail", .type = FIELD_ROWS, .rows = &step_table, .flags = FIELD_REQUIRED},
    {.name = "posts", .type = FIELD_ROWS, .rows = &held_table, .flags = FIELD_REQUIRED},
};
const struct field_table org_that_day_table = FIELD_TABLE("unit_that_day", day_fields);

static const struct field post_made_fields[] = {
    {.name = "post_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table org_post_made_table = FIELD_TABLE("post_made", post_made_fields);

static const struct field person_made_fields[] = {
    {.name = "person_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table org_person_made_table = FIELD_TABLE("person_made", person_made_fields);

static const struct field range_made_fields[] = {
    {.name = "range_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table org_range_made_table = FIELD_TABLE("address_range_made", range_made_fields);

static const struct field person_more_fields[] = {
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "masked", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
const struct field_table org_person_more_table = FIELD_TABLE("person_more", person_more_fields);

static const struct field revealed_fields[] = {
    {.name = "person_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "person_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "office_phone", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "mobile", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "email", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
const struct field_table org_revealed_table = FIELD_TABLE("person_revealed", revealed_fields);
