/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/sample/sample.h"

#include "access/access.h"
#include "base/clock.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const struct field fields[] = {
    {.name = "call_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "called_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED | FIELD_SORT},
    {.name = "answered", .type = FIELD_BOOL, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "note", .type = FIELD_NOTE, .max = 500},
};
const struct field_table sample_call_table = FIELD_TABLE("sample_call", fields);

static const struct field before_fields[] = {
    {.name = "called_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "answered", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table before_table = FIELD_TABLE("sample_call_before", before_fields);

static const struct field more_fields[] = {
    {.name = "before", .type = FIELD_ROWS, .rows = &before_table, .flags = FIELD_REQUIRED},
};
const struct field_table sample_more_table = FIELD_TABLE("sample_call_more", more_fields);

enum err sample_put(struct call *call, int64_t call_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT call_id, unit_id, called_on, answered, note, unit_path FROM sample_call WHERE call_id = $1",
        db_int(call_id)));
    TRY(access_reach(call, db_col_str(&rows, 5)));
    db_put_row(w, &rows, &sample_call_table);
    TRY(db_end(&rows));
    return db_put_rows(
        call, w, "before", &before_table,
        "SELECT b.called_on, b.answered FROM sample_call c JOIN sample_call b ON b.unit_id = c.unit_id "
        "AND b.call_id < c.call_id WHERE c.call_id = $1 ORDER BY b.call_id DESC LIMIT 20",
        db_int(call_id));
}

enum err sample_note(struct call *call, const struct field_record *record, int64_t *ret_call_id)
{
    struct org_unit unit;
    int32_t day;
    TRY(org_unit_reach(call, field_int(record, "unit_id", 0), &unit));
    if (!clock_parse_date(field_str(record, "called_on"), &day) || day > clock_day_of(call->now_ms))
        return call_fail(call, ERR_INVALID, "called_on", "sample.fault.not_yet");
    TRY(db_insert(
        call, "sample_call", record,
        (struct db_extra[]){{"unit_path", db_str(unit.unit_path)}, {"created_at_ms", db_int(call->now_ms)}},
        2, ret_call_id));
    rules_touch(call, "unit", unit.unit_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "sample.called",
                                               .subject_kind = "sample_call",
                                               .subject_id = *ret_call_id,
                                               .unit_id = unit.unit_id,
                                               .unit_path = unit.unit_path,
                                               .detail = field_json(call->arena, record)},
                         NULL);
}
