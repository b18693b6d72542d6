/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/document/document.h"
#include "domain/finding/finding.h"
#include "domain/rectify/rectify.h"

static const char *const letter_kinds[] = {"rectification_order", "reminder_letter", NULL};
const struct field_enum rectify_letter_kind_enum = {"letter_kind", letter_kinds, NULL};

static const char *const letter_states[] = {"draft",    "issued",     "acknowledged", "fed_back", "retesting",
                                            "returned", "closed_out", "withdrawn",    NULL};
const struct field_enum rectify_letter_state_enum = {"letter_state", letter_states, NULL};

static const char *const source_types[] = {
    "cac_office", "psb_reminder_letter", "psb_cyber", "bigdata_bureau", "superior", "other", NULL};
const struct field_enum rectify_source_type_enum = {"source_type", source_types, NULL};

static const char *const feedback_states[] = {"draft", "submitted", "returned", "accepted", NULL};
const struct field_enum rectify_feedback_state_enum = {"feedback_state", feedback_states, NULL};

static const char *const lateral_results[] = {"none_found", "found_fixed", "found_open", "not_applicable",
                                              NULL};
const struct field_enum rectify_lateral_result_enum = {"lateral_result", lateral_results, NULL};

static const char *const request_kinds[] = {"extension", "support", NULL};
const struct field_enum rectify_request_kind_enum = {"request_kind", request_kinds, NULL};

static const char *const request_states[] = {"asked", "granted", "refused", "answered", NULL};
const struct field_enum rectify_request_state_enum = {"request_state", request_states, NULL};

static const struct field notice_fields[] = {
    {.name = "notice_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "source_type",
     .type = FIELD_ENUM,
     .of = &rectify_source_type_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "source_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 100},
    {.name = "source_no", .type = FIELD_TEXT, .max = 100},
    {.name = "received_date", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "severity",
     .type = FIELD_ENUM,
     .of = &finding_severity_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system"},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 200},
    {.name = "content", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .max = 8000},
    {.name = "deadline_date", .type = FIELD_DATE},
    {.name = "finding_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "letter_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "entered_at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
};
const struct field_table rectify_notice_table = FIELD_TABLE("outside_notice", notice_fields);

static const struct field id_fields[] = {
    {.name = "finding_id", .type = FIELD_REF, .ref = "finding", .flags = FIELD_REQUIRED}};
static const struct field_table id_table = FIELD_TABLE("finding_ref", id_fields);
static const struct field draft_fields[] = {
    {.name = "letter_kind", .type = FIELD_ENUM, .of = &rectify_letter_kind_enum},
    {.name = "findings", .type = FIELD_ROWS, .rows = &id_table, .flags = FIELD_REQUIRED, .max = 500},
    {.name = "notice_id", .type = FIELD_REF, .ref = "outside_notice"},
    {.name = "requirements", .type = FIELD_NOTE, .max = 2000},
};
const struct field_table rectify_draft_table = FIELD_TABLE("letter_draft", draft_fields);

static const struct field feedback_fields[] = {
    {.name = "feedback_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "cause", .type = FIELD_NOTE, .max = 2000},
    {.name = "measures", .type = FIELD_NOTE, .max = 4000},
    {.name = "completed_date", .type = FIELD_DATE},
    {.name = "evidence_note", .type = FIELD_NOTE, .max = 2000},
    {.name = "lateral_check", .type = FIELD_NOTE, .max = 2000},
    {.name = "filled_by_name", .type = FIELD_TEXT, .max = 50},
    {.name = "state", .type = FIELD_ENUM, .of = &rectify_feedback_state_enum, .flags = FIELD_ALWAYS},
    {.name = "submitted_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "signed_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "return_reason", .type = FIELD_TEXT, .flags = FIELD_READONLY},
};
const struct field_table rectify_feedback_table = FIELD_TABLE("feedback", feedback_fields);
