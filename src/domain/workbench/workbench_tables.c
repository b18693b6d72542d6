/* SPDX-License-Identifier: Apache-2.0
 *
 * What the blocks of the first page write. A block that the reader has no business with is left out.
 */
#include "domain/workbench/workbench_inner.h"

#include "domain/registry/registry.h"

/* ---- the first page ---- */

static const struct field after_fields[] = {
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "escalate_to", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "escalate_working_days", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table after_table = FIELD_TABLE("todo_after", after_fields);

static const struct field todo_fields[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "many", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "note", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "countdown_working_days", .type = FIELD_INT},
    {.name = "due_provisional", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "if_late", .type = FIELD_OBJECT, .rows = &after_table},
};
static const struct field_table todo_table = FIELD_TABLE("todo_line", todo_fields);

static const struct field duty_fields[] = {
    {.name = "duty_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "subject_kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "subject_label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "countdown_working_days", .type = FIELD_INT},
    {.name = "due_provisional", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table duty_table = FIELD_TABLE("bench_duty", duty_fields);

static const struct field duties_fields[] = {
    {.name = "open", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_today", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_soon", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "soonest", .type = FIELD_ROWS, .rows = &duty_table, .flags = FIELD_REQUIRED},
};
static const struct field_table duties_table = FIELD_TABLE("bench_duties", duties_fields);

static const struct field all_fields[] = {
    {.name = "open", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "units_late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table all_table = FIELD_TABLE("bench_all_duties", all_fields);

/* A unit knows of no drafts. */
static const struct field letters_fields[] = {
    {.name = "draft", .type = FIELD_INT},
    {.name = "issued", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "acknowledged", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "fed_back", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "retesting", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "returned", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "closed_out", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table letters_table = FIELD_TABLE("bench_letters", letters_fields);

static const struct field requests_fields[] = {
    {.name = "extension", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "support", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table requests_table = FIELD_TABLE("bench_requests", requests_fields);

static const struct field cases_fields[] = {
    {.name = "waiting", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "waiting_for_me", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "to_issue", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "to_hold", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table cases_table = FIELD_TABLE("bench_cases", cases_fields);

static const struct field findings_fields[] = {
    {.name = "critical", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "high", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "medium", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "low", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "info", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "retesting", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table findings_table = FIELD_TABLE("bench_findings", findings_fields);

static const struct field addresses_fields[] = {
    {.name = "unregistered", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table addresses_table = FIELD_TABLE("bench_addresses", addresses_fields);

static const struct field systems_fields[] = {
    {.name = "total", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "online", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "not_filed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "not_evaluated", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "draft", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table systems_table = FIELD_TABLE("bench_systems", systems_fields);

static const struct field inbox_fields[] = {
    {.name = "unread", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table inbox_table = FIELD_TABLE("bench_inbox", inbox_fields);

static const char *const sides[] = {"authority", "unit", "scan_team", "other", NULL};
static const struct field_enum sides_enum = {"bench_side", sides, NULL};
static const struct field bench_fields[] = {
    {.name = "today", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "side", .type = FIELD_ENUM, .of = &sides_enum, .flags = FIELD_REQUIRED},
    {.name = "inbox", .type = FIELD_OBJECT, .rows = &inbox_table, .flags = FIELD_REQUIRED},
    {.name = "todo", .type = FIELD_ROWS, .rows = &todo_table},
    {.name = "duties", .type = FIELD_OBJECT, .rows = &duties_table},
    {.name = "letters", .type = FIELD_OBJECT, .rows = &letters_table},
    {.name = "requests", .type = FIELD_OBJECT, .rows = &requests_table},
    {.name = "cases", .type = FIELD_OBJECT, .rows = &cases_table},
    {.name = "findings", .type = FIELD_OBJECT, .rows = &findings_table},
    {.name = "addresses", .type = FIELD_OBJECT, .rows = &addresses_table},
    {.name = "systems", .type = FIELD_OBJECT, .rows = &systems_table},
    {.name = "all_duties", .type = FIELD_OBJECT, .rows = &all_table},
    {.name = "red", .type = FIELD_ROWS, .rows = &duty_table},
};
const struct field_table workbench_table = FIELD_TABLE("bench", bench_fields);

/* ---- the leader's page ---- */

static const char *const measures[] = {"percent", "days", "count", NULL};
static const struct field_enum measures_enum = {"figure_unit", measures, NULL};
/* What a rate is made of stands beside it; a count needs nothing. */
static const struct field figure_fields[] = {
    {.name = "key", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit", .type = FIELD_ENUM, .of = &measures_enum, .flags = FIELD_REQUIRED},
    {.name = "value", .type = FIELD_REAL},
    {.name = "previous", .type = FIELD_REAL},
    {.name = "numerator", .type = FIELD_INT},
    {.name = "previous_numerator", .type = FIELD_INT},
    {.name = "denominator", .type = FIELD_INT},
    {.name = "previous_denominator", .type = FIELD_INT},
};
static const struct field_table figure_table = FIELD_TABLE("brief_figure", figure_fields);

static const struct field brief_fields[] = {
    {.name = "month", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "previous_month", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "figures", .type = FIELD_ROWS, .rows = &figure_table, .flags = FIELD_REQUIRED},
};
const struct field_table workbench_brief_table = FIELD_TABLE("brief", brief_fields);

/* ---- charts ---- */

static const struct field month_fields[] = {
    {.name = "month", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "notified", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "closed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "on_time", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table month_table = FIELD_TABLE("overview_month", month_fields);

static const struct field unit_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "letters", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "on_time", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "running", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table unit_table = FIELD_TABLE("overview_unit", unit_fields);

static const struct field grade_fields[] = {
    {.name = "system_type", .type = FIELD_ENUM, .of = &registry_system_type_enum, .flags = FIELD_REQUIRED},
    {.name = "mlps_level", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "many", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table workbench_grade_table = FIELD_TABLE("overview_register", grade_fields);

static const struct field collection_fields[] = {
    {.name = "collection_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "countdown_working_days", .type = FIELD_INT},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "not_started", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "draft", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "returned", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "handed_in", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "accepted", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table collection_table = FIELD_TABLE("overview_collection", collection_fields);

static const struct field overview_fields[] = {
    {.name = "months", .type = FIELD_ROWS, .rows = &month_table, .flags = FIELD_REQUIRED},
    {.name = "units", .type = FIELD_ROWS, .rows = &unit_table, .flags = FIELD_REQUIRED},
    {.name = "register", .type = FIELD_ROWS, .rows = &workbench_grade_table, .flags = FIELD_REQUIRED},
    {.name = "collections", .type = FIELD_ROWS, .rows = &collection_table, .flags = FIELD_REQUIRED},
};
const struct field_table workbench_overview_table = FIELD_TABLE("overview", overview_fields);
