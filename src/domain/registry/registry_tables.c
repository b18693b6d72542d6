/* SPDX-License-Identifier: Apache-2.0
 *
 * The register of systems, field by field: what the filing form, the audit survey and the rules ask for (S2, SA3).
 */
#include "domain/registry/registry.h"

#include "domain/org/org.h"

static const char *const system_type_names[] = {"website", "business_system", "office_system", "platform", "wechat_official", "mini_program", "app", "h5", "other_new_media", "iot", "network", "data_resource", NULL};
static const char *const system_type_synonyms[] = {"网站|门户网站|政府网站", "业务系统|信息系统|应用系统", "办公系统|办公|OA|邮件系统", "平台|云平台|大数据平台", "微信公众号|公众号", "小程序|微信小程序", "APP|app|移动应用", "H5|H5页面|H5 页面", "其他政务新媒体|新媒体|视频号|微博", "物联网|视频监控|物联网（视频监控）", "网络设施|网络", "数据资源", NULL};
const struct field_enum registry_system_type_enum = {"system_type", system_type_names, system_type_synonyms};

static const char *const lifecycle_status_names[] = {"planning", "building", "testing", "trial", "online", "suspended", "shutdown", "retired", NULL};
static const char *const lifecycle_status_synonyms[] = {"规划|规划中|拟建", "建设中|在建", "测试|测试中", "试运行|试用", "在线运行|在用|运行中|已上线|正式运行|在线", "暂停|停用", "已关停|关停", "已下线|下线", NULL};
const struct field_enum registry_lifecycle_status_enum = {"lifecycle_status", lifecycle_status_names, lifecycle_status_synonyms};

static const char *const business_category_names[] = {"production", "command", "management", "office", "public_service", "other", NULL};
static const char *const business_category_synonyms[] = {"生产作业", "指挥调度", "管理控制", "内部办公", "公众服务", "其他", NULL};
const struct field_enum registry_business_category_enum = {"business_category", business_category_names, business_category_synonyms};

static const char *const service_scope_names[] = {"nation", "cross_province", "province", "cross_city", "city", "county", "unit", NULL};
static const char *const service_scope_synonyms[] = {"全国", "跨省", "全省", "跨地市", "地市", "县区", "单位内部", NULL};
const struct field_enum registry_service_scope_enum = {"service_scope", service_scope_names, service_scope_synonyms};

static const char *const service_target_names[] = {"staff", "public", "both", NULL};
static const char *const service_target_synonyms[] = {"单位内部人员", "社会公众", "两者", NULL};
const struct field_enum registry_service_target_enum = {"service_target", service_target_names, service_target_synonyms};

static const char *const build_kind_names[] = {"own", "superior", "saas", "shared", NULL};
static const char *const build_kind_synonyms[] = {"自建", "上级统建", "租用SaaS", "下级共用", NULL};
const struct field_enum registry_build_kind_enum = {"build_kind", build_kind_names, build_kind_synonyms};

static const char *const fund_source_names[] = {"general_budget", "own_funds", "research", "other", NULL};
static const char *const fund_source_synonyms[] = {"一般公共预算", "自筹", "课题", "其他", NULL};
const struct field_enum registry_fund_source_enum = {"fund_source", fund_source_names, fund_source_synonyms};

static const char *const deploy_location_names[] = {"province_cloud", "city_cloud", "county_cloud", "own_room", "idc", "public_cloud", "superior", NULL};
static const char *const deploy_location_synonyms[] = {"省政务云|省级政务云", "市政务云|市级政务云", "县政务云|政务云|县级政务云|政务节点云", "自建机房|本单位机房|机房", "托管IDC|IDC|托管", "公有云|阿里云|腾讯云|华为云", "上级平台|上级部署", NULL};
const struct field_enum registry_deploy_location_enum = {"deploy_location", deploy_location_names, deploy_location_synonyms};

static const char *const filing_status_names[] = {"none", "in_progress", "filed", "not_needed", NULL};
static const char *const filing_status_synonyms[] = {"未备案|否|无", "办理中|备案中", "已备案|是", "无需备案|不需要", NULL};
const struct field_enum registry_filing_status_enum = {"filing_status", filing_status_names, filing_status_synonyms};

static const char *const eval_scheme_names[] = {"v2021", "v2025", NULL};
static const char *const eval_scheme_synonyms[] = {"2021 版", "2025 版", NULL};
const struct field_enum registry_eval_scheme_enum = {"eval_scheme", eval_scheme_names, eval_scheme_synonyms};

static const char *const eval_conclusion_names[] = {"excellent", "good", "medium", "poor", "conforming", "mostly_conforming", "nonconforming", NULL};
static const char *const eval_conclusion_synonyms[] = {"优", "良", "中", "差", "符合", "基本符合", "不符合", NULL};
const struct field_enum registry_eval_conclusion_enum = {"eval_conclusion", eval_conclusion_names, eval_conclusion_synonyms};

static const char *const data_level_names[] = {"core", "important", "general", NULL};
static const char *const data_level_synonyms[] = {"核心", "重要", "一般", NULL};
const struct field_enum registry_data_level_enum = {"data_level", data_level_names, data_level_synonyms};

static const char *const backup_mode_names[] = {"none", "local", "remote", "both", NULL};
static const char *const backup_mode_synonyms[] = {"无", "本地备份", "异地备份", "本地加异地", NULL};
const struct field_enum registry_backup_mode_enum = {"backup_mode", backup_mode_names, backup_mode_synonyms};

static const char *const register_state_names[] = {"draft", "submitted", "confirmed", NULL};
static const char *const register_state_synonyms[] = {"草稿", "已报送", "已确认", NULL};
const struct field_enum registry_register_state_enum = {"register_state", register_state_names, register_state_synonyms};

static const char *const protocol_names[] = {"tcp", "udp", NULL};
static const char *const protocol_synonyms[] = {"TCP", "UDP", NULL};
const struct field_enum registry_protocol_enum = {"protocol", protocol_names, protocol_synonyms};

static const struct field endpoint_fields[] = {
    {.name = "endpoint_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "url", .type = FIELD_TEXT, .flags = FIELD_SHEET, .format = "url", .max = 500,
     .synonyms = "访问地址|网址|URL|url|网站地址|系统地址|登录地址|首页网址"},
    {.name = "domain", .type = FIELD_TEXT, .flags = FIELD_SHEET, .format = "domain", .max = 253,
     .synonyms = "域名|网站域名"},
    {.name = "ip", .type = FIELD_TEXT, .flags = FIELD_SHEET, .format = "ip", .max = 45,
     .synonyms = "IP地址|IP 地址|IP|ip|服务器IP|主机IP|互联网IP"},
    {.name = "port", .type = FIELD_INT, .flags = FIELD_SHEET, .format = "port", .min = 1, .max = 65535,
     .synonyms = "端口|端口号|开放端口"},
    {.name = "protocol", .type = FIELD_ENUM, .of = &registry_protocol_enum,
     .synonyms = "协议"},
    {.name = "network_zone", .type = FIELD_ENUM, .flags = FIELD_SHEET, .of = &org_network_zone_enum,
     .synonyms = "所在网络|网络类型|部署网络|网络环境|所属网络"},
    {.name = "icp_no", .type = FIELD_TEXT, .flags = FIELD_SHEET, .format = "icp_no", .max = 60,
     .synonyms = "ICP备案号|ICP 备案号|ICP"},
    {.name = "psb_no", .type = FIELD_TEXT, .max = 60,
     .synonyms = "公安联网备案号|公安备案号"},
};
const struct field_table registry_endpoint_table = FIELD_TABLE("system_endpoint", endpoint_fields);

static const struct field system_fields[] = {
    {.name = "system_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "system_no", .type = FIELD_TEXT, .flags = FIELD_READONLY | FIELD_KEY | FIELD_SHEET, .max = 40,
     .synonyms = "系统编号|编号"},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SORT | FIELD_SHEET, .max = 100,
     .synonyms = "系统名称|信息系统名称|网站名称|名称|系统全称|公众号名称|小程序名称"},
    {.name = "short_name", .type = FIELD_TEXT, .flags = FIELD_SHEET, .max = 40,
     .synonyms = "系统简称|简称"},
    {.name = "system_type", .type = FIELD_ENUM, .flags = FIELD_REQUIRED | FIELD_FILTER | FIELD_SHEET, .of = &registry_system_type_enum,
     .synonyms = "系统类型|类型|类别|系统类别"},
    {.name = "unit_id", .type = FIELD_REF, .flags = FIELD_REQUIRED | FIELD_FILTER | FIELD_SHEET, .ref = "org_unit",
     .synonyms = "责任单位|单位名称|所属单位|主管单位|使用单位|运营使用单位|单位"},
    {.name = "supervising_unit_id", .type = FIELD_REF, .ref = "org_unit",
     .synonyms = "主管部门"},
    {.name = "build_unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "using_unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "business_desc", .type = FIELD_NOTE, .flags = FIELD_SHEET, .max = 2000,
     .synonyms = "业务描述|系统功能|功能描述|系统简介|主要功能"},
    {.name = "business_category", .type = FIELD_ENUM, .of = &registry_business_category_enum,
     .synonyms = "承载业务类别|业务类别"},
    {.name = "service_scope", .type = FIELD_ENUM, .of = &registry_service_scope_enum,
     .synonyms = "服务范围"},
    {.name = "service_target", .type = FIELD_ENUM, .of = &registry_service_target_enum,
     .synonyms = "服务对象"},
    {.name = "build_kind", .type = FIELD_ENUM, .of = &registry_build_kind_enum,
     .synonyms = "建设性质|建设方式"},
    {.name = "is_cii", .type = FIELD_BOOL, .flags = FIELD_SHEET,
     .synonyms = "是否关键信息基础设施|是否关基|关基"},
    {.name = "lifecycle_status", .type = FIELD_ENUM, .flags = FIELD_FILTER | FIELD_SHEET, .of = &registry_lifecycle_status_enum,
     .synonyms = "运行状态|状态|系统状态|使用状态"},
    {.name = "internet_exposed", .type = FIELD_BOOL, .flags = FIELD_FILTER | FIELD_SHEET,
     .synonyms = "是否对互联网开放|是否互联网可访问|互联网暴露|是否开放互联网"},
    {.name = "gov_site_code", .type = FIELD_TEXT, .max = 10,
     .synonyms = "政府网站标识码|网站标识码"},
    {.name = "wx_origin_id", .type = FIELD_TEXT, .format = "wx_origin_id", .max = 40,
     .synonyms = "原始ID|公众号原始ID"},
    {.name = "wx_subject", .type = FIELD_TEXT, .max = 100,
     .synonyms = "认证主体|主体"},
    {.name = "miniapp_appid", .type = FIELD_TEXT, .format = "miniapp_appid", .max = 40,
     .synonyms = "AppID|小程序AppID"},
    {.name = "app_package", .type = FIELD_TEXT, .max = 100,
     .synonyms = "包名|APP包名"},
    {.name = "app_icp_no", .type = FIELD_TEXT, .max = 60,
     .synonyms = "APP备案号"},
    {.name = "owner_name", .type = FIELD_TEXT, .flags = FIELD_PERSONAL | FIELD_SHEET, .max = 50, .format = "person_name",
     .synonyms = "系统负责人|负责人"},
    {.name = "owner_mobile", .type = FIELD_TEXT, .flags = FIELD_PERSONAL | FIELD_SHEET, .max = 30, .format = "phone",
     .synonyms = "负责人电话|负责人联系电话|负责人手机"},
    {.name = "contact_name", .type = FIELD_TEXT, .flags = FIELD_PERSONAL | FIELD_SHEET, .max = 50, .format = "person_name",
     .synonyms = "网络安全联系人|联系人|网络安全员|安全员"},
    {.name = "contact_mobile", .type = FIELD_TEXT, .flags = FIELD_PERSONAL | FIELD_SHEET, .max = 30, .format = "phone",
     .synonyms = "联系人电话|联系电话|联系方式|电话|手机"},
    {.name = "ops_contact", .type = FIELD_TEXT, .flags = FIELD_PERSONAL, .max = 100,
     .synonyms = "运维联系人"},
    {.name = "approval_doc_no", .type = FIELD_TEXT, .max = 100,
     .synonyms = "立项批复文号|批复文号"},
    {.name = "plan_filed_no", .type = FIELD_TEXT, .max = 60,
     .synonyms = "方案备案号|建设方案备案号"},
    {.name = "builder_vendor", .type = FIELD_TEXT, .flags = FIELD_SHEET, .max = 100,
     .synonyms = "承建单位|建设承建商|承建商|开发单位|开发商"},
    {.name = "ops_vendor", .type = FIELD_TEXT, .flags = FIELD_SHEET, .max = 100,
     .synonyms = "运维单位|运维商|维护单位"},
    {.name = "security_vendor", .type = FIELD_TEXT, .max = 100,
     .synonyms = "安全服务单位"},
    {.name = "supervisor_vendor", .type = FIELD_TEXT, .max = 100,
     .synonyms = "监理单位"},
    {.name = "contract_fen", .type = FIELD_MONEY,
     .synonyms = "合同金额"},
    {.name = "fund_source", .type = FIELD_ENUM, .of = &registry_fund_source_enum,
     .synonyms = "资金来源"},
    {.name = "security_budget_fen", .type = FIELD_MONEY,
     .synonyms = "安全预算"},
    {.name = "start_date", .type = FIELD_DATE,
     .synonyms = "开工日期"},
    {.name = "online_date", .type = FIELD_DATE, .flags = FIELD_SHEET,
     .synonyms = "上线日期|上线时间|投入使用时间|开通时间"},
    {.name = "acceptance_date", .type = FIELD_DATE,
     .synonyms = "验收日期|验收时间"},
    {.name = "acceptance_result", .type = FIELD_TEXT, .max = 200,
     .synonyms = "专项验收结论|验收结论"},
    {.name = "security_test_no", .type = FIELD_TEXT, .max = 100,
     .synonyms = "安全测评报告号"},
    {.name = "software_test_no", .type = FIELD_TEXT, .max = 100,
     .synonyms = "软件测评报告号"},
    {.name = "asset_no", .type = FIELD_TEXT, .max = 60,
     .synonyms = "资产编号"},
    {.name = "source_owner", .type = FIELD_TEXT, .max = 100,
     .synonyms = "源代码归属"},
    {.name = "deploy_location", .type = FIELD_ENUM, .flags = FIELD_FILTER | FIELD_SHEET, .of = &registry_deploy_location_enum,
     .synonyms = "部署位置|部署方式|部署地点"},
    {.name = "cloud_name", .type = FIELD_TEXT, .max = 100,
     .synonyms = "云平台名称|云平台"},
    {.name = "cloud_mlps_level", .type = FIELD_INT, .min = 0, .max = 5},
    {.name = "room_address", .type = FIELD_TEXT, .max = 200,
     .synonyms = "机房地址"},
    {.name = "host_count", .type = FIELD_INT, .min = 0, .max = 1000000,
     .synonyms = "服务器台数|服务器数量"},
    {.name = "os_name", .type = FIELD_TEXT, .max = 100,
     .synonyms = "操作系统"},
    {.name = "db_name", .type = FIELD_TEXT, .max = 100,
     .synonyms = "数据库"},
    {.name = "middleware", .type = FIELD_TEXT, .max = 100,
     .synonyms = "中间件"},
    {.name = "dev_language", .type = FIELD_TEXT, .max = 100,
     .synonyms = "开发语言"},
    {.name = "is_localized", .type = FIELD_BOOL,
     .synonyms = "是否信创|信创"},
    {.name = "backup_mode", .type = FIELD_ENUM, .of = &registry_backup_mode_enum,
     .synonyms = "备份方式"},
    {.name = "last_restore_drill", .type = FIELD_DATE,
     .synonyms = "最近恢复演练"},
    {.name = "isolation_device", .type = FIELD_TEXT, .max = 100,
     .synonyms = "隔离设备"},
    {.name = "security_measures", .type = FIELD_NOTE, .max = 1000,
     .synonyms = "安全措施"},
    {.name = "log_months", .type = FIELD_INT, .min = 0, .max = 600,
     .synonyms = "日志留存月数|日志留存时间（月）|日志留存"},
    {.name = "mlps_level", .type = FIELD_INT, .flags = FIELD_FILTER | FIELD_SHEET, .min = 0, .max = 5,
     .synonyms = "等保级别|安全保护等级|等级保护级别|等保等级|定级级别"},
    {.name = "s_level", .type = FIELD_INT, .min = 0, .max = 5,
     .synonyms = "业务信息安全等级"},
    {.name = "a_level", .type = FIELD_INT, .min = 0, .max = 5,
     .synonyms = "系统服务安全等级"},
    {.name = "grading_date", .type = FIELD_DATE,
     .synonyms = "定级日期|定级时间"},
    {.name = "filing_status", .type = FIELD_ENUM, .flags = FIELD_FILTER | FIELD_SHEET, .of = &registry_filing_status_enum,
     .synonyms = "备案状态|是否备案|等保备案"},
    {.name = "filing_cert_no", .type = FIELD_TEXT, .flags = FIELD_SHEET, .format = "filing_no", .max = 40,
     .synonyms = "备案证明编号|备案编号|备案号|等保备案号"},
    {.name = "filing_authority", .type = FIELD_TEXT, .max = 100,
     .synonyms = "备案机关"},
    {.name = "filing_date", .type = FIELD_DATE, .flags = FIELD_SHEET,
     .synonyms = "备案日期|备案时间"},
    {.name = "filing_valid_to", .type = FIELD_DATE, .flags = FIELD_SORT,
     .synonyms = "备案有效期至|备案有效期"},
    {.name = "evaluator", .type = FIELD_TEXT, .flags = FIELD_SHEET, .max = 100,
     .synonyms = "测评机构"},
    {.name = "report_no", .type = FIELD_TEXT, .max = 100,
     .synonyms = "测评报告编号|报告编号"},
    {.name = "eval_date", .type = FIELD_DATE, .flags = FIELD_SHEET,
     .synonyms = "测评日期|测评时间|最近测评时间"},
    {.name = "eval_valid_to", .type = FIELD_DATE,
     .synonyms = "测评有效期至"},
    {.name = "eval_scheme", .type = FIELD_ENUM, .of = &registry_eval_scheme_enum,
     .synonyms = "测评版本"},
    {.name = "eval_conclusion", .type = FIELD_ENUM, .flags = FIELD_SHEET, .of = &registry_eval_conclusion_enum,
     .synonyms = "测评结论|结论"},
    {.name = "score_x100", .type = FIELD_INT, .min = 0, .max = 10000},
    {.name = "major_risk_count", .type = FIELD_INT, .min = 0, .max = 10000,
     .synonyms = "重大风险隐患数"},
    {.name = "major_risk_fixed", .type = FIELD_INT, .min = 0, .max = 10000},
    {.name = "crypto_eval_org", .type = FIELD_TEXT, .max = 100,
     .synonyms = "密评机构"},
    {.name = "crypto_eval_date", .type = FIELD_DATE,
     .synonyms = "密评日期|密评时间"},
    {.name = "crypto_eval_conclusion", .type = FIELD_ENUM, .of = &registry_eval_conclusion_enum,
     .synonyms = "密评结论"},
    {.name = "data_level", .type = FIELD_ENUM, .flags = FIELD_FILTER, .of = &registry_data_level_enum,
     .synonyms = "数据级别"},
    {.name = "has_pi", .type = FIELD_BOOL, .flags = FIELD_SHEET,
     .synonyms = "是否含个人信息|是否涉及个人信息"},
    {.name = "pi_count", .type = FIELD_INT, .min = 0, .max = 9000000000,
     .synonyms = "个人信息条数|个人信息人数"},
    {.name = "has_sensitive_pi", .type = FIELD_BOOL,
     .synonyms = "是否含敏感个人信息"},
    {.name = "has_minor_pi", .type = FIELD_BOOL,
     .synonyms = "是否含14岁以下个人信息"},
    {.name = "data_rows", .type = FIELD_INT, .min = 0, .max = 9000000000000,
     .synonyms = "数据总量"},
    {.name = "user_count", .type = FIELD_INT, .min = 0, .max = 9000000000,
     .synonyms = "用户数"},
    {.name = "daily_visits", .type = FIELD_INT, .min = 0, .max = 9000000000,
     .synonyms = "日均访问量|日均访问"},
    {.name = "share_flag", .type = FIELD_BOOL,
     .synonyms = "是否共享"},
    {.name = "open_flag", .type = FIELD_BOOL,
     .synonyms = "是否开放"},
    {.name = "cross_border_flag", .type = FIELD_BOOL,
     .synonyms = "是否出境"},
    {.name = "remark", .type = FIELD_NOTE, .flags = FIELD_SHEET, .max = 1000,
     .synonyms = "备注|说明"},
    {.name = "register_state", .type = FIELD_ENUM, .flags = FIELD_READONLY | FIELD_FILTER, .of = &registry_register_state_enum},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_HIDDEN},
    {.name = "endpoints", .type = FIELD_ROWS, .rows = &registry_endpoint_table},
};
const struct field_table registry_system_table = FIELD_TABLE("info_system", system_fields);
