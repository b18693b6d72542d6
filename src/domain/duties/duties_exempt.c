/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/duties/duties_inner.h"

#include "domain/org/org.h"

/* ---- gates and exemptions ---- */

static const struct field gate_fields[] = {
    {.name = "change", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "requirements", .type = FIELD_ROWS, .rows = &rules_requirement_table, .flags = FIELD_REQUIRED},
};
const struct field_table duties_gate_table = FIELD_TABLE("gate", gate_fields);

enum err duties_gate(struct call *call, struct http_exchange *x)
{
    struct str kind, change = x->words[0], rest = change;
    if (!str_cut(&rest, '.', &kind))
        return ERR_NOT_FOUND;
    TRY(rules_subject_reach(call, kind, x->ids[0]));
    json_put_str(x->out, "change", change);
    json_put_int(x->out, "subject_id", x->ids[0]);
    return rules_gate_show(call, str_c(call->arena, change), x->ids[0], x->out);
}

static const char *const exemption_states[] = {"asked", "approved", "refused", NULL};
static const struct field_enum exemption_state_enum = {"exemption_state", exemption_states, NULL};
static const struct field exemption_fields[] = {
    {.name = "exemption_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER | FIELD_SHEET},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "subject_kind", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "subject_label", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_SHEET},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_READONLY | FIELD_SHEET},
    {.name = "reason", .type = FIELD_NOTE, .flags = FIELD_ALWAYS | FIELD_SHEET},
    {.name = "until_on", .type = FIELD_DATE, .flags = FIELD_ALWAYS | FIELD_SORT | FIELD_SHEET},
    {.name = "state",
     .type = FIELD_ENUM,
     .of = &exemption_state_enum,
     .flags = FIELD_ALWAYS | FIELD_FILTER | FIELD_SHEET},
    {.name = "asked_by", .type = FIELD_REF, .ref = "user", .flags = FIELD_ALWAYS},
    {.name = "asked_at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "decided_by", .type = FIELD_REF, .ref = "user", .flags = FIELD_READONLY},
    {.name = "decided_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "decision_note", .type = FIELD_NOTE, .flags = FIELD_READONLY},
};
const struct field_table duties_exemption_table = FIELD_TABLE("exemption", exemption_fields);
static const struct db_filter exemption_filters[] = {
    {"state", "e.state = $$", FIELD_ENUM, &exemption_state_enum},
    {"article", "e.article = $$", FIELD_TEXT, NULL},
    {"rule", "e.rule = $$", FIELD_TEXT, NULL},
    {"subject_kind", "e.subject_kind = $$", FIELD_TEXT, NULL},
    {"subject_id", "e.subject_id = $$", FIELD_INT, NULL},
    {"unit_id", "e.unit_id = $$", FIELD_INT, NULL},
};
static const struct db_sort exemption_sorts[] = {{"exemption_id", "e.exemption_id"},
                                                 {"until_on", "e.until_on"}};
const struct db_list duties_exemption_list = {
    .columns = &duties_exemption_table,
    .select = "SELECT e.exemption_id, e.rule, e.article, e.kind, e.subject_kind, e.subject_id, "
              "e.subject_label, e.unit_id, u.unit_name,"
              " e.reason, e.until_on, e.state, e.asked_by, e.asked_at_ms, e.decided_by, e.decided_at_ms, "
              "e.decision_note"
              " FROM rules_exemption e LEFT JOIN org_unit u ON u.unit_id = e.unit_id",
    .scope = "e.unit_path",
    .key = "e.exemption_id",
    .default_sort = "-exemption_id",
    .filters = exemption_filters,
    .many_filters = sizeof(exemption_filters) / sizeof(exemption_filters[0]),
    .sorts = exemption_sorts,
    .many_sorts = sizeof(exemption_sorts) / sizeof(exemption_sorts[0]),
    .search = "e.subject_label LIKE $$ OR e.reason LIKE $$ OR u.unit_name LIKE $$",
};

static const struct field ask_fields[] = {
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 60},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1, .max = INT64_MAX},
    {.name = "reason", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 5, .max = 2000},
    {.name = "until_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
};
const struct field_table duties_ask_table = FIELD_TABLE("exemption_ask", ask_fields);

static const struct field asked_fields[] = {
    {.name = "exemption_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table duties_asked_table = FIELD_TABLE("exemption_asked", asked_fields);

enum err duties_exemption_ask(struct call *call, struct http_exchange *x)
{
    int64_t exemption_id;
    struct rules_exemption ask = {field_str(&x->body, "rule"), field_str(&x->body, "reason"),
                                  field_str(&x->body, "until_on"), field_int(&x->body, "subject_id", 0)};
    TRY(rules_exemption_ask(call, &ask, &exemption_id));
    json_put_int(x->out, "exemption_id", exemption_id);
    return ERR_OK;
}

static const struct field decide_fields[] = {
    {.name = "approve", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "note", .type = FIELD_NOTE, .max = 2000},
};
const struct field_table duties_decide_table = FIELD_TABLE("exemption_decision", decide_fields);

static const struct field decided_fields[] = {
    {.name = "exemption_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &exemption_state_enum, .flags = FIELD_REQUIRED},
};
const struct field_table duties_decided_table = FIELD_TABLE("exemption_decided", decided_fields);

enum err duties_exemption_decide(struct call *call, struct http_exchange *x)
{
    bool approve = field_int(&x->body, "approve", 0) != 0;
    TRY(rules_exemption_decide(call, x->ids[0], approve, field_str(&x->body, "note")));
    json_put_int(x->out, "exemption_id", x->ids[0]);
    json_put_c(x->out, "state", approve ? "approved" : "refused");
    return ERR_OK;
}
