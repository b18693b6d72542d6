/* SPDX-License-Identifier: Apache-2.0
 *
 * What the writers of this room write, as the interface describes it: rules_show, rules_coverage, rules_gate.
 */
#include "rules/rules_inner.h"

/* ---- one duty ---- */

/* What a pack may narrow a fact by; facts of the capabilities use no other names. */
static const struct field args_fields[] = {
    {.name = "kind", .type = FIELD_TEXT},    {.name = "period", .type = FIELD_TEXT},
    {.name = "post", .type = FIELD_TEXT},    {.name = "form", .type = FIELD_TEXT},
    {.name = "version", .type = FIELD_TEXT}, {.name = "since", .type = FIELD_DATE},
};
static const struct field_table args_table = FIELD_TABLE("fact_args", args_fields);

static const struct field demand_fields[] = {
    {.name = "fact", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "denied", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "args", .type = FIELD_OBJECT, .rows = &args_table, .flags = FIELD_REQUIRED},
};
const struct field_table rules_demand_table = FIELD_TABLE("duty_demand", demand_fields);

static const struct field demand_now_fields[] = {
    {.name = "fact", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "denied", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "args", .type = FIELD_OBJECT, .rows = &args_table, .flags = FIELD_REQUIRED},
    {.name = "met", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "since_ms", .type = FIELD_TIME},
};
static const struct field_table demand_now_table = FIELD_TABLE("duty_demand_now", demand_now_fields);

static const struct field day_fields[] = {
    {.name = "day", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "weekday", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "worked", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "make_up", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "counts", .type = FIELD_INT},
};
static const struct field_table day_table = FIELD_TABLE("counted_day", day_fields);

static const struct field counted_fields[] = {
    {.name = "from", .type = FIELD_DATE},
    {.name = "kind", .type = FIELD_ENUM, .of = &rules_due_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "n", .type = FIELD_INT},
    {.name = "extension", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE},
    {.name = "provisional", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "calendar", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "calendar_changed", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "basis_moved_to", .type = FIELD_DATE},
    {.name = "not_before", .type = FIELD_DATE},
    {.name = "days", .type = FIELD_ROWS, .rows = &day_table, .flags = FIELD_REQUIRED},
};
static const struct field_table counted_table = FIELD_TABLE("duty_counted", counted_fields);

static const struct field change_fields[] = {
    {.name = "at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "what", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "old", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "new", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
const struct field_table rules_change_table = FIELD_TABLE("duty_change", change_fields);

static const struct field duty_file_fields[] = {
    {.name = "pack_version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "answers_role", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "current", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "closed_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "closed_why", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "counted", .type = FIELD_OBJECT, .rows = &counted_table, .flags = FIELD_REQUIRED},
    {.name = "demands", .type = FIELD_ROWS, .rows = &demand_now_table, .flags = FIELD_REQUIRED},
    {.name = "extension_left", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "exemption_possible", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "changes", .type = FIELD_ROWS, .rows = &rules_change_table, .flags = FIELD_REQUIRED},
};
const struct field_table rules_duty_file_table = FIELD_TABLE("duty_file", duty_file_fields);

static const struct field count_fields[] = {
    {.name = "due", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "provisional", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "calendar", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "days", .type = FIELD_ROWS, .rows = &day_table, .flags = FIELD_REQUIRED},
};
const struct field_table rules_count_table = FIELD_TABLE("workday_count", count_fields);

/* ---- packs and articles ---- */

static const struct field evidence_fields[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table evidence_table = FIELD_TABLE("pack_evidence", evidence_fields);

static const struct field pack_fields[] = {
    {.name = "pack", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "number", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "issuer", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "issuer_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "effective_from", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "effective_to", .type = FIELD_DATE},
    {.name = "in_force", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "articles", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "duties", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "gates", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "consequences", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "thresholds", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "evidence", .type = FIELD_ROWS, .rows = &evidence_table, .flags = FIELD_REQUIRED},
};
static const struct field_table pack_table = FIELD_TABLE("rule_pack", pack_fields);

static const struct field packs_fields[] = {
    {.name = "packs", .type = FIELD_ROWS, .rows = &pack_table, .flags = FIELD_REQUIRED},
};
const struct field_table rules_packs_table = FIELD_TABLE("rule_packs", packs_fields);

static const char *const rule_kinds[] = {"duty", "gate", "consequence", "threshold", NULL};
static const struct field_enum rule_kinds_enum = {"rule_kind", rule_kinds, NULL};
/* One rule in words; what only some kinds have is left out of the others. */
static const struct field rule_fields[] = {
    {.name = "kind", .type = FIELD_ENUM, .of = &rule_kinds_enum, .flags = FIELD_REQUIRED},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "text_en", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "subject_kind", .type = FIELD_TEXT},
    {.name = "every", .type = FIELD_TEXT},
    {.name = "due_kind", .type = FIELD_ENUM, .of = &rules_due_kind_enum},
    {.name = "due_n", .type = FIELD_INT},
    {.name = "due_from", .type = FIELD_TEXT},
    {.name = "answers", .type = FIELD_TEXT},
    {.name = "extension_max", .type = FIELD_INT},
    {.name = "exemption_possible", .type = FIELD_BOOL},
    {.name = "change", .type = FIELD_TEXT},
    {.name = "proposal", .type = FIELD_TEXT},
    {.name = "num", .type = FIELD_INT},
    {.name = "den", .type = FIELD_INT},
};
static const struct field_table rule_table = FIELD_TABLE("article_rule", rule_fields);

static const struct field article_fields[] = {
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "cite", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "summary", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "summary_en", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "supported", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "informs", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "not_yet", .type = FIELD_NOTE},
    {.name = "not_yet_en", .type = FIELD_NOTE},
    {.name = "from_pack", .type = FIELD_OBJECT, .rows = &pack_table, .flags = FIELD_REQUIRED},
    {.name = "rules", .type = FIELD_ROWS, .rows = &rule_table, .flags = FIELD_REQUIRED},
};
const struct field_table rules_article_table = FIELD_TABLE("article_file", article_fields);

/* ---- coverage ---- */

static const struct field standing_fields[] = {
    {.name = "fulfilled", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "exempt", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table standing_table = FIELD_TABLE("article_standing", standing_fields);

static const struct field rule_counts_fields[] = {
    {.name = "duties", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "gates", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "consequences", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "thresholds", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table rule_counts_table = FIELD_TABLE("article_rules", rule_counts_fields);

static const struct field line_fields[] = {
    {.name = "pack", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "cite", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "summary", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "summary_en", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "in_force", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "informs", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "supported", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "not_yet", .type = FIELD_NOTE},
    {.name = "not_yet_en", .type = FIELD_NOTE},
    {.name = "fulfilled", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "exempt", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "units", .type = FIELD_OBJECT, .rows = &standing_table, .flags = FIELD_REQUIRED},
    {.name = "cases", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "rules", .type = FIELD_OBJECT, .rows = &rule_counts_table, .flags = FIELD_REQUIRED},
};
static const struct field_table line_table = FIELD_TABLE("article_line", line_fields);

static const struct field coverage_fields[] = {
    {.name = "articles", .type = FIELD_ROWS, .rows = &line_table, .flags = FIELD_REQUIRED},
};
const struct field_table rules_coverage_table = FIELD_TABLE("coverage", coverage_fields);

/* ---- gates ---- */

static const struct field requirement_fields[] = {
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "cite", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "text_en", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "fact", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "met", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "exempt_until", .type = FIELD_DATE},
};
const struct field_table rules_requirement_table = FIELD_TABLE("gate_requirement", requirement_fields);

static const struct field brief_fields[] = {
    {.name = "duty_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "open", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE},
};
const struct field_table rules_brief_table = FIELD_TABLE("duty_brief", brief_fields);
