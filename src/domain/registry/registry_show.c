/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything about one system: its fields, and what is worked out beside them.
 */
#include "domain/registry/registry_inner.h"

#include "access/access.h"
#include "db/db.h"
#include "rules/rules.h"

/* ---- earlier evaluations ---- */

static const char *const eval_kind_names[] = {"mlps", "crypto", NULL};
static const struct field_enum eval_kind_enum = {"eval_kind", eval_kind_names, NULL};
static const struct field evaluation_fields[] = {
    {.name = "evaluation_id", .type = FIELD_INT},
    {.name = "eval_kind", .type = FIELD_ENUM, .of = &eval_kind_enum},
    {.name = "evaluator", .type = FIELD_TEXT},
    {.name = "report_no", .type = FIELD_TEXT},
    {.name = "eval_date", .type = FIELD_DATE},
    {.name = "eval_valid_to", .type = FIELD_DATE},
    {.name = "eval_scheme", .type = FIELD_ENUM, .of = &registry_eval_scheme_enum},
    {.name = "eval_conclusion", .type = FIELD_ENUM, .of = &registry_eval_conclusion_enum},
    {.name = "score_x100", .type = FIELD_INT},
    {.name = "major_risk_count", .type = FIELD_INT},
    {.name = "major_risk_fixed", .type = FIELD_INT},
};
static const struct field_table evaluation_table = FIELD_TABLE("system_evaluation", evaluation_fields);

static enum err put_evaluations(struct call *call, int64_t system_id, struct json_writer *w)
{
    return db_put_rows(
        call, w, "evaluations", &evaluation_table,
        "SELECT evaluation_id, eval_kind, evaluator, report_no, eval_date, eval_valid_to, eval_scheme, "
        "eval_conclusion, score_x100, major_risk_count, major_risk_fixed FROM system_evaluation"
        " WHERE system_id = $1 ORDER BY eval_date DESC, evaluation_id DESC",
        db_int(system_id));
}

enum err registry_put_system(struct call *call, int64_t system_id, struct json_writer *w)
{
    struct registry_system system;
    struct field_record stored;
    struct org_unit unit;
    TRY(registry_system_reach(call, system_id, &system));
    TRY(db_fetch(call, "info_system", "system_id", system_id, &registry_system_table, &stored));
    TRY(org_unit_get(call, system.unit_id, &unit));
    bool open = access_sees_personal(call, system.unit_path);
    for (size_t i = 0; i < stored.table->many; i++) {
        const struct field *field = &stored.table->fields[i];
        if (field->type == FIELD_ROWS)
            continue;
        if ((field->flags & FIELD_PERSONAL) && !open && !stored.values[i].empty)
            stored.values[i].text = field_mask(call->arena, field, stored.values[i].text);
        field_put(w, field, &stored.values[i]);
    }
    json_put_bool(w, "masked", !open);
    json_put_str(w, "unit_name", unit.unit_name);
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT confirmed_at_ms, created_at_ms, updated_at_ms, main_address FROM info_system WHERE "
               "system_id = $1",
               db_int(system_id)));
    json_put_int(w, "confirmed_at_ms", db_col_int(&rows, 0));
    json_put_int(w, "created_at_ms", db_col_int(&rows, 1));
    json_put_int(w, "updated_at_ms", db_col_int(&rows, 2));
    json_put_str(w, "main_address", db_col_str(&rows, 3));
    db_rows_close(&rows);
    TRY(registry_put_endpoints(call, system_id, w));
    TRY(registry_put_flaws(call, system_id, w));
    TRY(registry_put_warnings(call, system_id, &stored, w));
    return put_evaluations(call, system_id, w);
}

/* The gate that the system faces next, asked without going: before building while it is planned, else before
 * going live. */
enum err registry_put_gate(struct call *call, int64_t system_id, struct json_writer *w)
{
    struct registry_system system;
    TRY(registry_system_get(call, system_id, &system));
    const char *change = registry_gate(system.lifecycle_status, STR("building"));
    if (!change)
        change = "system.go_live";
    json_open_object(w, "gate");
    json_put_c(w, "change", change);
    TRY(rules_gate_show(call, change, system_id, w));
    json_close_object(w);
    return ERR_OK;
}

/* ---- what stands beside the fields ---- */

static const struct field flaw_fields[] = {
    {.name = "flaw_kind", .type = FIELD_ENUM, .of = &registry_flaw_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "stage", .type = FIELD_ENUM, .of = &registry_flaw_stage_enum, .flags = FIELD_REQUIRED},
    {.name = "on_date", .type = FIELD_DATE},
    {.name = "peer_id", .type = FIELD_REF, .ref = "info_system"},
    {.name = "peer_name", .type = FIELD_TEXT},
};
static const struct field_table flaw_table = FIELD_TABLE("registry_flaw", flaw_fields);

static const struct field warning_fields[] = {
    {.name = "field", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "message", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table warning_table = FIELD_TABLE("registry_warning", warning_fields);

static const struct field gate_fields[] = {
    {.name = "change", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "requirements", .type = FIELD_ROWS, .rows = &rules_requirement_table, .flags = FIELD_REQUIRED},
};
static const struct field_table gate_table = FIELD_TABLE("system_gate", gate_fields);

static const struct field more_fields[] = {
    {.name = "masked", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "confirmed_at_ms", .type = FIELD_TIME},
    {.name = "created_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "updated_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "main_address", .type = FIELD_TEXT},
    {.name = "flaws", .type = FIELD_ROWS, .rows = &flaw_table, .flags = FIELD_REQUIRED},
    {.name = "warnings", .type = FIELD_ROWS, .rows = &warning_table, .flags = FIELD_REQUIRED},
    {.name = "evaluations", .type = FIELD_ROWS, .rows = &evaluation_table, .flags = FIELD_REQUIRED},
    {.name = "gate", .type = FIELD_OBJECT, .rows = &gate_table}, /* only where one system is asked for */
};
const struct field_table registry_more_table = FIELD_TABLE("info_system_more", more_fields);

static const struct field kind_fields[] = {
    {.name = "flaw_kind", .type = FIELD_ENUM, .of = &registry_flaw_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "count", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table kind_table = FIELD_TABLE("registry_flaw_count", kind_fields);
static const struct field quality_fields[] = {
    {.name = "systems", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "kinds", .type = FIELD_ROWS, .rows = &kind_table, .flags = FIELD_REQUIRED},
};
const struct field_table registry_quality_table = FIELD_TABLE("registry_quality", quality_fields);
