/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/registry/registry_inner.h"

#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

const char *const registry_unit_facts[] = {"registry.", "org.has_systems", NULL};

enum err registry_system_get(struct call *call, int64_t system_id, struct registry_system *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT system_id, unit_id, version, system_no, system_name, unit_path, lifecycle_status"
               " FROM info_system WHERE system_id = $1",
               db_int(system_id)));
    *ret = (struct registry_system){
        .system_id = db_col_int(&rows, 0),
        .unit_id = db_col_int(&rows, 1),
        .version = db_col_int(&rows, 2),
        .system_no = db_col_copy(call, &rows, 3),
        .system_name = db_col_copy(call, &rows, 4),
        .unit_path = db_col_copy(call, &rows, 5),
        .lifecycle_status = db_col_copy(call, &rows, 6),
    };
    return ERR_OK;
}

enum err registry_system_reach(struct call *call, int64_t system_id, struct registry_system *ret)
{
    TRY(registry_system_get(call, system_id, ret));
    return access_reach(call, ret->unit_path);
}

/* ---- checks across fields ---- */

static void check_order(struct call *call, const struct field_record *record, const char *early,
                        const char *late)
{
    struct str a = field_str(record, early), b = field_str(record, late);
    if (a.len && b.len && str_cmp(a, b) > 0)
        (void)call_fail(call, ERR_INVALID, late, "registry.fault.before", b,
                        words_label(call, "info_system", early), a);
}

/* The level of a system is the higher of its two parts (GB/T 22240-2020); a sheet that says otherwise has a
 * slip. */
static void check_level(struct call *call, const struct field_record *record)
{
    int64_t level = field_int(record, "mlps_level", -1);
    int64_t s = field_int(record, "s_level", -1), a = field_int(record, "a_level", -1);
    int64_t higher = s > a ? s : a;
    if (level >= 0 && s >= 0 && a >= 0 && level != higher)
        (void)call_fail(call, ERR_INVALID, "mlps_level", "registry.fault.level",
                        str_format(call->arena, "%lld", (long long)level),
                        str_format(call->arena, "%lld", (long long)higher));
}

/* Nobody counts what follows: both parts given and the level not, it is the higher one. */
static void fill_level(struct field_record *record, const struct field_record *stored)
{
    const struct field_value *s = field_get(record, "s_level"), *a = field_get(record, "a_level");
    struct field_value *level = field_get(record, "mlps_level");
    if (level->given || (!s->given && !a->given))
        return;
    int64_t s_level = field_int(s->given || !stored ? record : stored, "s_level", -1);
    int64_t a_level = field_int(a->given || !stored ? record : stored, "a_level", -1);
    if (s_level >= 0 && a_level >= 0)
        *level = (struct field_value){.given = true, .number = s_level > a_level ? s_level : a_level};
}

static void check_fixed(struct call *call, const struct field_record *record)
{
    int64_t all = field_int(record, "major_risk_count", -1),
            fixed = field_int(record, "major_risk_fixed", -1);
    if (all >= 0 && fixed > all)
        (void)call_fail(call, ERR_INVALID, "major_risk_fixed", "registry.fault.fixed",
                        str_format(call->arena, "%lld", (long long)fixed),
                        str_format(call->arena, "%lld", (long long)all));
}

/* Columns that are never NULL take their plain value when a form sends them empty. */
static void fill_defaults(struct field_record *record)
{
    static const char *const numbers[] = {"is_cii", "internet_exposed", "mlps_level"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct field_value *value = field_get(record, numbers[i]);
        if (value->given && value->empty)
            *value = (struct field_value){.given = true};
    }
    struct field_value *status = field_get(record, "lifecycle_status");
    if (status->given && status->empty)
        *status = (struct field_value){.given = true, .text = STR("planning")};
}

/* What the entry will be: the given values over the stored ones (stored may be NULL). */
static struct field_record merged(struct call *call, const struct field_record *record,
                                  const struct field_record *stored)
{
    struct field_record all = {record->table,
                               ARENA_ARRAY(call->arena, struct field_value, record->table->many)};
    for (size_t i = 0; i < record->table->many; i++)
        all.values[i] = record->values[i].given || !stored ? record->values[i] : stored->values[i];
    return all;
}

static bool any_given(const struct field_record *record, const char *const *names)
{
    for (; *names; names++)
        if (field_get(record, *names)->given)
            return true;
    return false;
}

/* Only what the change touches is judged: an old slip elsewhere does not stand in the way. */
static enum err check_record(struct call *call, struct field_record *record,
                             const struct field_record *stored)
{
    static const char *const orders[][3] = {{"start_date", "online_date", NULL},
                                            {"start_date", "acceptance_date", NULL},
                                            {"filing_date", "filing_valid_to", NULL},
                                            {"eval_date", "eval_valid_to", NULL},
                                            {"crypto_eval_date", "crypto_eval_valid_to", NULL}};
    int64_t before = call->faults_count;
    fill_defaults(record);
    fill_level(record, stored);
    struct field_record all = merged(call, record, stored);
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        if (any_given(record, orders[i]))
            check_order(call, &all, orders[i][0], orders[i][1]);
    if (any_given(record, (const char *const[]){"mlps_level", "s_level", "a_level", NULL}))
        check_level(call, &all);
    if (any_given(record, (const char *const[]){"major_risk_count", "major_risk_fixed", NULL}))
        check_fixed(call, &all);
    return call->faults_count == before ? ERR_OK : ERR_INVALID;
}

/* ---- numbers ---- */

static enum err next_number(struct call *call, const struct org_unit *unit, struct str *ret)
{
    struct org_unit root;
    TRY(org_root(call, &root));
    struct str region = unit->region_code.len ? unit->region_code : root.region_code;
    if (region.len == 0)
        region = STR("000000");
    int year, month, mday;
    clock_ymd(clock_day_of(call->now_ms), &year, &month, &mday);
    struct str series = str_format(call->arena, "AZ-%.*s-%d", STR_ARG(region), year);
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO registry_number (series, last_no) VALUES ($1, 1)"
               " ON CONFLICT (series) DO UPDATE SET last_no = registry_number.last_no + 1 RETURNING last_no",
               db_str(series)));
    *ret = str_format(call->arena, "%.*s-%05lld", STR_ARG(series), (long long)db_col_int(&rows, 0));
    return ERR_OK;
}

static enum err check_name_free(struct call *call, int64_t unit_id, struct str name, int64_t but_system_id)
{
    int64_t taken;
    TRY(db_get_int(
        call, &taken, 0,
        "SELECT system_id FROM info_system WHERE unit_id = $1 AND system_name = $2 AND system_id <> $3",
        db_int(unit_id), db_str(name), db_int(but_system_id)));
    return taken ? call_fail(call, ERR_CONFLICT, "system_name", "registry.fault.name_taken", name) : ERR_OK;
}

static enum err record_ledger(struct call *call, const char *verb, const struct registry_system *system,
                              struct str detail)
{
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verb,
                                               .subject_kind = "system",
                                               .subject_id = system->system_id,
                                               .unit_id = system->unit_id,
                                               .unit_path = system->unit_path,
                                               .detail = detail},
                         NULL);
}

/* ---- create and change ---- */

/* A unit that has a running system already has them as before, only one more: most of its rules ask no more
 * than whether it has any. */
static enum err touch_unit_of_new(struct call *call, int64_t unit_id, int64_t system_id)
{
    static const char *const more[] = {"registry.", "org.has_systems#", NULL};
    int64_t older;
    TRY(db_get_int(call, &older, 0,
                   "SELECT system_id FROM info_system WHERE unit_id = $1 AND lifecycle_status NOT IN "
                   "('shutdown', 'retired') AND system_id <> $2 AND created_at_ms <= $3 LIMIT 1",
                   db_int(unit_id), db_int(system_id), db_int(call->now_ms)));
    rules_touch_facts(call, "unit", unit_id, older ? more : registry_unit_facts);
    return ERR_OK;
}

enum err registry_create_unlooked(struct call *call, struct field_record *record, int64_t *ret_system_id)
{
    struct org_unit unit;
    if (org_unit_reach(call, field_int(record, "unit_id", 0), &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "registry.fault.unit_unknown");
    TRY(check_record(call, record, NULL));
    TRY(check_name_free(call, unit.unit_id, field_str(record, "system_name"), 0));
    struct str number;
    TRY(next_number(call, &unit, &number));
    bool by_authority = access_is(call, ROLES_AUTHORITY | ROLE_LOCAL_ADMIN);
    struct db_extra extra[] = {
        {"system_no", db_str(number)},
        {"unit_path", db_str(unit.unit_path)},
        {"register_state", db_c(by_authority ? "confirmed" : "submitted")},
        {"name_key", db_str(registry_name_key(call, field_str(record, "system_name")))},
        {"created_at_ms", db_int(call->now_ms)},
        {"updated_at_ms", db_int(call->now_ms)},
    };
    field_get(record, "version")->given = false;
    TRY(db_insert(call, "info_system", record, extra, sizeof(extra) / sizeof(extra[0]), ret_system_id));
    struct registry_system system = {
        .system_id = *ret_system_id, .unit_id = unit.unit_id, .unit_path = unit.unit_path};
    const struct field_value *endpoints = field_get(record, "endpoints");
    bool changed;
    if (endpoints->given)
        TRY(registry_endpoints_set(call, &system, endpoints->rows, endpoints->many, true, &changed));
    rules_touch(call, "system", *ret_system_id);
    TRY(touch_unit_of_new(call, unit.unit_id, *ret_system_id));
    return record_ledger(call, "system.created", &system, field_json(call->arena, record));
}

enum err registry_system_create(struct call *call, struct field_record *record, int64_t *ret_system_id)
{
    TRY(registry_create_unlooked(call, record, ret_system_id));
    return registry_flaws_of(call, *ret_system_id);
}

/* The responsible unit may change only to a unit the actor reaches; the paths of the system and its addresses
 * follow. */
static enum err move_unit(struct call *call, struct registry_system *system,
                          const struct field_record *record)
{
    int64_t unit_id = field_int(record, "unit_id", system->unit_id);
    if (unit_id == system->unit_id)
        return ERR_OK;
    struct org_unit unit;
    if (org_unit_reach(call, unit_id, &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "registry.fault.unit_unknown");
    rules_touch_facts(call, "unit", system->unit_id, registry_unit_facts);
    rules_touch_facts(call, "unit", unit_id, registry_unit_facts);
    system->unit_id = unit_id;
    system->unit_path = unit.unit_path;
    return db_run(call, "UPDATE system_endpoint SET unit_id = $2, unit_path = $3 WHERE system_id = $1",
                  db_int(system->system_id), db_int(unit_id), db_str(unit.unit_path));
}

/* A newer evaluation takes the place of the one in the entry, which goes on in the history. */
static enum err keep_evaluation(struct call *call, int64_t system_id, const struct field_record *record)
{
    struct str mlps = field_str(record, "eval_date"), crypto = field_str(record, "crypto_eval_date");
    if (mlps.len)
        TRY(db_run(
            call,
            "INSERT INTO system_evaluation (system_id, eval_kind, evaluator, report_no, eval_date, "
            "eval_valid_to, eval_scheme, eval_conclusion, score_x100, major_risk_count, "
            "major_risk_fixed, replaced_at_ms, replaced_by) SELECT system_id, 'mlps', evaluator, report_no, "
            "eval_date, eval_valid_to, eval_scheme, eval_conclusion, score_x100, major_risk_count, "
            "major_risk_fixed, CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM info_system WHERE system_id = $1 "
            "AND eval_date < $2",
            db_int(system_id), db_str(mlps), db_int(call->now_ms), db_int(call_who(call).user_id)));
    if (crypto.len)
        TRY(db_run(
            call,
            "INSERT INTO system_evaluation (system_id, eval_kind, evaluator, report_no, eval_date, "
            "eval_valid_to, eval_conclusion, score_x100, replaced_at_ms, replaced_by) SELECT system_id, "
            "'crypto', crypto_eval_org, crypto_report_no, crypto_eval_date, crypto_eval_valid_to, "
            "crypto_eval_conclusion, crypto_score_x100, CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM "
            "info_system WHERE system_id = $1 AND "
            "crypto_eval_date < $2",
            db_int(system_id), db_str(crypto), db_int(call->now_ms), db_int(call_who(call).user_id)));
    return ERR_OK;
}

enum err registry_change_unlooked(struct call *call, int64_t system_id, struct field_record *record)
{
    struct registry_system system;
    struct field_record stored;
    TRY(registry_system_reach(call, system_id, &system));
    TRY(db_fetch(call, "info_system", "system_id", system_id, &registry_system_table, &stored));
    TRY(check_record(call, record, &stored));
    struct field_value *version = field_get(record, "version");
    int64_t counted;
    TRY(db_run_counted(call, &counted,
                       "UPDATE info_system SET version = version + 1 WHERE system_id = $1 AND version = $2",
                       db_int(system_id), db_int(version->given ? version->number : system.version)));
    if (counted == 0)
        return call_fail(call, ERR_CONFLICT, NULL, "registry.fault.changed_meanwhile");
    version->given = false;
    if (field_get(record, "lifecycle_status")->given &&
        !str_eq(field_str(record, "lifecycle_status"), system.lifecycle_status))
        return call_fail(call, ERR_REFUSED, "lifecycle_status", "registry.fault.lifecycle_not_here");
    TRY(move_unit(call, &system, record));
    if (field_get(record, "system_name")->given)
        TRY(check_name_free(call, system.unit_id, field_str(record, "system_name"), system_id));
    TRY(keep_evaluation(call, system_id, record));
    bool renamed = field_get(record, "system_name")->given;
    struct db_extra extra[] = {
        {"unit_path", db_str(system.unit_path)},
        {"updated_at_ms", db_int(call->now_ms)},
        {"name_key", db_str(registry_name_key(call, field_str(record, "system_name")))},
    };
    TRY(db_update(call, "info_system", "system_id", system_id, record, extra, renamed ? 3 : 2));
    const struct field_value *endpoints = field_get(record, "endpoints");
    bool changed;
    if (endpoints->given)
        TRY(registry_endpoints_set(call, &system, endpoints->rows, endpoints->many, true, &changed));
    rules_touch(call, "system", system_id);
    return record_ledger(call, "system.changed", &system, field_json(call->arena, record));
}

enum err registry_system_change(struct call *call, int64_t system_id, struct field_record *record)
{
    TRY(registry_change_unlooked(call, system_id, record));
    return registry_flaws_of(call, system_id);
}

/* ---- life cycle ---- */

const char *registry_gate(struct str from, struct str to)
{
    bool live = str_is(to, "online") || str_is(to, "trial");
    if (live)
        return str_is(from, "online") ? NULL : "system.go_live";
    return str_is(to, "building") && str_is(from, "planning") ? "system.build" : NULL;
}

enum err registry_lifecycle(struct call *call, int64_t system_id, struct str to, struct str reason)
{
    struct registry_system system;
    TRY(registry_system_reach(call, system_id, &system));
    if (str_eq(system.lifecycle_status, to))
        return ERR_OK;
    const char *gate = registry_gate(system.lifecycle_status, to);
    if (gate)
        TRY(rules_gate(call, gate, system_id));
    if (str_is(to, "shutdown") && reason.len == 0)
        return call_fail(call, ERR_INVALID, "reason", "fault.required");
    TRY(db_run(call,
               "UPDATE info_system SET lifecycle_status = $2, version = version + 1, updated_at_ms = $3 "
               "WHERE system_id = $1",
               db_int(system_id), db_str(to), db_int(call->now_ms)));
    rules_touch(call, "system", system_id);
    BUF(detail, 8192);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_str(&w, "from", system.lifecycle_status);
    json_put_str(&w, "to", to);
    json_put_str(&w, "reason", reason);
    json_close_object(&w);
    TRY(registry_flaws_of(call, system_id));
    return record_ledger(call, "system.lifecycle", &system, buf_str(&detail));
}
