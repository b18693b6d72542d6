/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/discipline/discipline.h"

#include "domain/org/org.h"

static const char *const kinds[] = {"interview", "criticism",      "concealment",
                                    "shutdown",  "accountability", NULL};
const struct field_enum discipline_kind_enum = {"case_kind", kinds, NULL};

static const char *const states[] = {"proposed", "first_agreed", "approved", "returned",
                                     "dropped",  "held",         "done",     NULL};
const struct field_enum discipline_state_enum = {"case_state", states, NULL};

/* executed: done as ordered; remedied: the unit put it right meanwhile; referred: handed to another
 * authority. */
static const char *const outcomes[] = {"executed", "remedied", "referred", NULL};
const struct field_enum discipline_outcome_enum = {"case_outcome", outcomes, NULL};

static const struct field case_fields[] = {
    {.name = "case_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "case_kind",
     .type = FIELD_ENUM,
     .of = &discipline_kind_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "state", .type = FIELD_ENUM, .of = &discipline_state_enum, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system", .flags = FIELD_FILTER},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "finding_id", .type = FIELD_REF, .ref = "finding"},
    {.name = "address_id", .type = FIELD_REF, .ref = "live_address", .flags = FIELD_READONLY},
    {.name = "letter_id", .type = FIELD_REF, .ref = "letter"},
    {.name = "duty_id", .type = FIELD_REF, .ref = "duty", .flags = FIELD_READONLY},
    {.name = "article", .type = FIELD_TEXT, .max = 20},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "reason", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 4, .max = 1000},
    {.name = "facts", .type = FIELD_NOTE, .max = 2000},
    {.name = "requirements", .type = FIELD_NOTE, .max = 2000},
    {.name = "reply_by", .type = FIELD_DATE, .flags = FIELD_READONLY},
    {.name = "needs", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "decide_role", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "interviewer_post", .type = FIELD_ENUM, .of = &org_post_kind_enum},
    {.name = "interviewee_posts", .type = FIELD_TEXT, .max = 200},
    {.name = "meeting_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "place", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "materials", .type = FIELD_NOTE, .flags = FIELD_READONLY},
    {.name = "held_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "attendees", .type = FIELD_NOTE, .flags = FIELD_READONLY},
    {.name = "minutes", .type = FIELD_NOTE, .flags = FIELD_READONLY},
    {.name = "commitments", .type = FIELD_NOTE, .flags = FIELD_READONLY},
    {.name = "follow_up_on", .type = FIELD_DATE, .flags = FIELD_READONLY},
    {.name = "outcome", .type = FIELD_ENUM, .of = &discipline_outcome_enum, .flags = FIELD_READONLY},
    {.name = "proposed_at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS | FIELD_SORT},
    {.name = "approved_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "document_id", .type = FIELD_REF, .ref = "document", .flags = FIELD_READONLY},
    {.name = "doc_number", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "issued_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "done_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_ALWAYS},
};
const struct field_table discipline_case_table = FIELD_TABLE("discipline_case", case_fields);

static const struct field event_fields[] = {
    {.name = "at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "actor_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "verb", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "note", .type = FIELD_NOTE},
};
const struct field_table discipline_event_table = FIELD_TABLE("case_event", event_fields);

static const struct field may_fields[] = {
    {.name = "decide", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "decide_not", .type = FIELD_TEXT}, /* key of the sentence that says why not */
    {.name = "change", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "resubmit", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "invite", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "hold", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "finish", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table may_table = FIELD_TABLE("case_may", may_fields);

static const struct field more_fields[] = {
    {.name = "cite", .type = FIELD_TEXT},
    {.name = "attachments", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_date", .type = FIELD_DATE},
    {.name = "due_provisional", .type = FIELD_BOOL},
    {.name = "late", .type = FIELD_BOOL},
    {.name = "interviewers", .type = FIELD_ROWS, .rows = &org_holder_table, .flags = FIELD_REQUIRED},
    {.name = "interviewees", .type = FIELD_ROWS, .rows = &org_holder_table, .flags = FIELD_REQUIRED},
    {.name = "may", .type = FIELD_OBJECT, .rows = &may_table, .flags = FIELD_REQUIRED},
    /* The authority's own business, absent for a unit: who agreed, why it went back. */
    {.name = "proposed_by_name", .type = FIELD_TEXT},
    {.name = "decided1_by", .type = FIELD_TEXT},
    {.name = "decided1_at_ms", .type = FIELD_TIME},
    {.name = "decided2_by", .type = FIELD_TEXT},
    {.name = "decided2_at_ms", .type = FIELD_TIME},
    {.name = "refused_reason", .type = FIELD_NOTE},
    {.name = "decided1_reason", .type = FIELD_NOTE},
    {.name = "decided2_reason", .type = FIELD_NOTE},
    {.name = "events", .type = FIELD_ROWS, .rows = &discipline_event_table},
};
const struct field_table discipline_more_table = FIELD_TABLE("case_more", more_fields);

static const struct field change_fields[] = {
    {.name = "facts", .type = FIELD_NOTE, .min = 4, .max = 2000},
    {.name = "requirements", .type = FIELD_NOTE, .max = 2000},
    {.name = "interviewer_post", .type = FIELD_ENUM, .of = &org_post_kind_enum},
    {.name = "interviewee_posts", .type = FIELD_TEXT, .max = 200},
    {.name = "reply_by", .type = FIELD_DATE},
    {.name = "meeting_at_ms", .type = FIELD_TIME},
    {.name = "place", .type = FIELD_TEXT, .max = 100},
    {.name = "materials", .type = FIELD_NOTE, .max = 1000},
    {.name = "follow_up_on", .type = FIELD_DATE},
};
const struct field_table discipline_change_table = FIELD_TABLE("discipline_change", change_fields);

static const struct field held_fields[] = {
    {.name = "held_at_ms", .type = FIELD_TIME},
    {.name = "attendees", .type = FIELD_NOTE, .max = 500},
    {.name = "minutes", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 4, .max = 8000},
    {.name = "commitments", .type = FIELD_NOTE, .max = 4000},
    {.name = "follow_up_on", .type = FIELD_DATE},
};
const struct field_table discipline_held_table = FIELD_TABLE("discipline_held", held_fields);
