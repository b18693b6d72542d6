/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/dataset/dataset_inner.h"

#include "domain/registry/registry.h"

static const char *const ways[] = {"original", "copied", "circulated", "exchanged", NULL};
const struct field_enum dataset_way_enum = {"copy_way", ways, NULL};
/* How a copy comes to another holder; the first one is nobody's copy. */
static const struct field_enum hand_over_enum = {"hand_over_way", ways + 1, NULL};

static const char *const ends[] = {"destroyed", "returned", "declined", NULL};
const struct field_enum dataset_end_enum = {"copy_end", ends, NULL};
static const char *const endings[] = {"destroyed", "returned", NULL};
static const struct field_enum ending_enum = {"copy_ending", endings, NULL};

static const char *const states[] = {"waiting", "held", "ended", NULL};
const struct field_enum dataset_state_enum = {"copy_state", states, NULL};

static const char *const origins[] = {"collected", "generated", "shared_in", "purchased", "other", NULL};
static const struct field_enum origin_enum = {"data_origin", origins, NULL};

/* What people say about a data set; the form and the change are made of it. */
#define SAID(more)                                                                                           \
    {.name = "dataset_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 200},             \
        {.name = "category", .type = FIELD_TEXT, .max = 100},                                                \
        {.name = "data_level",                                                                               \
         .type = FIELD_ENUM,                                                                                 \
         .of = &registry_data_level_enum,                                                                    \
         .flags = FIELD_REQUIRED | (more)},                                                                  \
        {.name = "origin", .type = FIELD_ENUM, .of = &origin_enum, .flags = FIELD_REQUIRED},                 \
        {.name = "purpose", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 1000},             \
        {.name = "legal_basis", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 1000},         \
        {.name = "system_id", .type = FIELD_REF, .ref = "info_system"},                                      \
        {.name = "data_rows", .type = FIELD_INT, .min = 0, .max = 1000000000000},                            \
        {.name = "has_pi", .type = FIELD_BOOL},                                                              \
        {.name = "pi_count", .type = FIELD_INT, .min = 0, .max = 10000000000},                               \
        {.name = "has_sensitive_pi", .type = FIELD_BOOL},                                                    \
        {.name = "responsible_dept", .type = FIELD_TEXT, .max = 100},                                        \
    {                                                                                                        \
        .name = "note", .type = FIELD_NOTE, .max = 2000                                                      \
    }

static const struct field fields[] = {
    {.name = "dataset_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "dataset_no", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    SAID(FIELD_FILTER),
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "copies", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "registered_by_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "registered_at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "ended_on", .type = FIELD_DATE, .flags = FIELD_READONLY},
    {.name = "ended_why", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_ALWAYS},
};
const struct field_table dataset_table = FIELD_TABLE("dataset", fields);

static const struct field change_fields[] = {
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1, .max = 1000000000},
    SAID(0),
};
const struct field_table dataset_change_table = FIELD_TABLE("dataset_change", change_fields);

static const struct field copy_fields[] = {
    {.name = "copy_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "dataset_id", .type = FIELD_REF, .ref = "dataset", .flags = FIELD_REQUIRED},
    {.name = "dataset_no", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "dataset_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "data_level", .type = FIELD_ENUM, .of = &registry_data_level_enum, .flags = FIELD_REQUIRED},
    {.name = "has_pi", .type = FIELD_BOOL},
    {.name = "parent_copy_id", .type = FIELD_REF, .ref = "dataset_copy"},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "copy_way", .type = FIELD_ENUM, .of = &dataset_way_enum, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "source_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "obtained_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "purpose", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "legal_basis", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "term_until", .type = FIELD_DATE, .flags = FIELD_SORT},
    {.name = "storage_place", .type = FIELD_TEXT},
    {.name = "keeper", .type = FIELD_TEXT},
    {.name = "state", .type = FIELD_ENUM, .of = &dataset_state_enum, .flags = FIELD_REQUIRED},
    {.name = "given_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "given_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "accepted_by_name", .type = FIELD_TEXT},
    {.name = "accepted_at_ms", .type = FIELD_TIME},
    {.name = "copy_end", .type = FIELD_ENUM, .of = &dataset_end_enum},
    {.name = "ended_on", .type = FIELD_DATE},
    {.name = "ended_note", .type = FIELD_TEXT},
    {.name = "ended_by_name", .type = FIELD_TEXT},
};
const struct field_table dataset_copy_table = FIELD_TABLE("dataset_copy", copy_fields);

/* One holder in the tree of a data set. Of a holder outside the reader's scope there is only the place in the
 * tree and the state. */
static const struct field holder_fields[] = {
    {.name = "copy_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "parent_copy_id", .type = FIELD_INT},
    {.name = "foreign", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "copy_way", .type = FIELD_ENUM, .of = &dataset_way_enum, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &dataset_state_enum, .flags = FIELD_REQUIRED},
    {.name = "obtained_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "term_until", .type = FIELD_DATE},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "unit_name", .type = FIELD_TEXT},
    {.name = "purpose", .type = FIELD_NOTE},
    {.name = "keeper", .type = FIELD_TEXT},
    {.name = "storage_place", .type = FIELD_TEXT},
};
static const struct field_table holder_table = FIELD_TABLE("dataset_holder", holder_fields);
static const struct field holders_fields[] = {
    {.name = "holders", .type = FIELD_ROWS, .rows = &holder_table, .flags = FIELD_REQUIRED}};
const struct field_table dataset_more_table = FIELD_TABLE("dataset_more", holders_fields);
const struct field_table dataset_copy_more_table = FIELD_TABLE("dataset_copy_more", holders_fields);

static const struct field hand_over_fields[] = {
    /* The receiving unit by its full name or credit code: it may lie outside the giver's scope. */
    {.name = "receiver", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 200},
    {.name = "copy_way", .type = FIELD_ENUM, .of = &hand_over_enum, .flags = FIELD_REQUIRED},
    {.name = "obtained_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "purpose", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 1000},
    {.name = "legal_basis", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 1000},
    {.name = "term_until", .type = FIELD_DATE},
};
const struct field_table dataset_hand_over_table = FIELD_TABLE("dataset_hand_over", hand_over_fields);

static const struct field accept_fields[] = {
    {.name = "keeper", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 100},
    {.name = "storage_place", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 200},
};
const struct field_table dataset_accept_table = FIELD_TABLE("dataset_accept", accept_fields);

static const struct field copy_ending_fields[] = {
    {.name = "copy_end", .type = FIELD_ENUM, .of = &ending_enum, .flags = FIELD_REQUIRED},
    {.name = "ended_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "note", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
};
const struct field_table dataset_copy_ending_table = FIELD_TABLE("dataset_copy_ending", copy_ending_fields);

static const struct field ending_fields[] = {
    {.name = "ended_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
};
const struct field_table dataset_ending_table = FIELD_TABLE("dataset_ending", ending_fields);

static const struct field renew_fields[] = {
    {.name = "term_until", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
};
const struct field_table dataset_renew_table = FIELD_TABLE("dataset_renew", renew_fields);

static const struct field reason_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500}};
const struct field_table dataset_reason_table = FIELD_TABLE("dataset_reason", reason_fields);
