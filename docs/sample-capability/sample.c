/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/sample/sample.h"

#include "base/clock.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const struct field fields[] = {
    {.name = "call_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "called_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED | FIELD_SORT},
    {.name = "answered", .type = FIELD_BOOL, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "note", .type = FIELD_NOTE, .max = 500},
};
const struct field_table sample_call_table = FIELD_TABLE("sample_call", fields);

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
