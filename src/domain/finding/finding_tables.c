/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/finding/finding.h"

static const char *const severities[] = {"info", "low", "medium", "high", "critical", NULL};
static const char *const severity_synonyms[] = {"信息|提示",      "低危|低|低风险", "中危|中|中风险",
                                                "高危|高|高风险", "超危|严重|紧急", NULL};
const struct field_enum finding_severity_enum = {"severity", severities, severity_synonyms};

static const char *const states[] = {"reported",       "verified",      "notified",  "accepted",
                                     "fixing",         "fed_back",      "retesting", "closed",
                                     "false_positive", "risk_accepted", NULL};
const struct field_enum finding_state_enum = {"finding_state", states, NULL};

static const char *const sources[] = {"scan", "outside_notice", "manual", NULL};
const struct field_enum finding_source_enum = {"finding_source", sources, NULL};

static const char *const vuln_kinds[] = {"weak_password",
                                         "sql_injection",
                                         "xss",
                                         "file_upload",
                                         "rce",
                                         "unauth_access",
                                         "idor",
                                         "info_leak",
                                         "path_traversal",
                                         "ssrf",
                                         "deserialization",
                                         "outdated_component",
                                         "exposed_service",
                                         "hidden_link",
                                         "illegal_outlink",
                                         "defacement",
                                         "webshell",
                                         "malware_c2",
                                         "mining",
                                         "sensitive_content",
                                         "pi_exposure",
                                         "cert_expired",
                                         "weak_crypto",
                                         "other",
                                         NULL};
const struct field_enum finding_vuln_kind_enum = {"vuln_kind", vuln_kinds, NULL};

static const char *const address_states[] = {"unregistered", "registered", "explained", "concealment_case",
                                             NULL};
const struct field_enum finding_address_state_enum = {"address_state", address_states, NULL};

static const struct field alike_fields[] = {
    {.name = "finding_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "finding_no", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .max = 300, .flags = FIELD_REQUIRED},
    {.name = "severity", .type = FIELD_ENUM, .of = &finding_severity_enum, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &finding_state_enum, .flags = FIELD_REQUIRED},
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system"},
    {.name = "system_name", .type = FIELD_TEXT},
    {.name = "ip", .type = FIELD_TEXT},
    {.name = "port", .type = FIELD_INT},
};
const struct field_table finding_alike_table = FIELD_TABLE("finding_alike", alike_fields);

static const struct field event_fields[] = {
    {.name = "at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "actor_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "verb", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "from_value", .type = FIELD_TEXT},
    {.name = "to_value", .type = FIELD_TEXT},
    {.name = "note", .type = FIELD_NOTE},
};
const struct field_table finding_event_table = FIELD_TABLE("finding_event", event_fields);

static const struct field fields[] = {
    {.name = "finding_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "finding_no", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_FILTER},
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system", .flags = FIELD_FILTER},
    {.name = "source", .type = FIELD_ENUM, .of = &finding_source_enum, .flags = FIELD_FILTER},
    {.name = "title", .type = FIELD_TEXT, .max = 300, .flags = FIELD_REQUIRED},
    {.name = "vuln_kind", .type = FIELD_ENUM, .of = &finding_vuln_kind_enum, .flags = FIELD_FILTER},
    {.name = "severity",
     .type = FIELD_ENUM,
     .of = &finding_severity_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "cvss_x10", .type = FIELD_INT, .min = 0, .max = 100},
    {.name = "cves", .type = FIELD_TEXT, .max = 16000},
    {.name = "ip", .type = FIELD_TEXT, .format = "ip"},
    {.name = "host_name", .type = FIELD_TEXT, .max = 253},
    {.name = "port", .type = FIELD_INT, .min = 0, .max = 65535},
    {.name = "protocol", .type = FIELD_TEXT, .max = 10},
    {.name = "url_path", .type = FIELD_TEXT, .max = 2000},
    {.name = "location", .type = FIELD_TEXT, .max = 500},
    {.name = "tool", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "rule_id", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "description", .type = FIELD_NOTE, .max = 16000},
    {.name = "remedy", .type = FIELD_NOTE, .max = 16000},
    {.name = "evidence", .type = FIELD_NOTE, .max = 16000},
    {.name = "state", .type = FIELD_ENUM, .of = &finding_state_enum, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "first_seen_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "last_seen_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "seen_count", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "reopened_count", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "notified_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "closed_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "closed_why", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "asked_by", .type = FIELD_REF, .ref = "app_user", .flags = FIELD_READONLY},
    {.name = "asked_reason", .type = FIELD_TEXT, .max = 500, .flags = FIELD_READONLY},
    {.name = "alike", .type = FIELD_ROWS, .rows = &finding_alike_table, .flags = FIELD_ALWAYS},
    {.name = "events", .type = FIELD_ROWS, .rows = &finding_event_table, .flags = FIELD_ALWAYS},
};
const struct field_table finding_table = FIELD_TABLE("finding", fields);
