/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/rectify/rectify.h"

#include "base/clock.h"
#include "db/db.h"
#include "domain/finding/finding.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

/* What the notice says becomes a finding of the unit: it lives on like any other, until a person says that it
 * is gone. */
static enum err make_finding(struct call *call, const struct field_record *notice, int64_t *ret_finding_id)
{
    struct field_record record = {&finding_table,
                                  ARENA_ARRAY(call->arena, struct field_value, finding_table.many)};
    *field_get(&record, "unit_id") = *field_get(notice, "unit_id");
    *field_get(&record, "system_id") = *field_get(notice, "system_id");
    *field_get(&record, "title") = *field_get(notice, "title");
    *field_get(&record, "severity") = *field_get(notice, "severity");
    *field_get(&record, "description") = *field_get(notice, "content");
    *field_get(&record, "source") = (struct field_value){.given = true, .text = STR("outside_notice")};
    return finding_create(call, &record, ret_finding_id);
}

enum err rectify_notice_create(struct call *call, const struct field_record *record, int64_t *ret_notice_id)
{
    struct org_unit unit;
    int64_t finding_id;
    int32_t day;
    if (org_unit_reach(call, field_int(record, "unit_id", 0), &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "finding.fault.unit_unknown");
    struct str received = field_str(record, "received_date");
    if (!clock_parse_date(received, &day) || day > clock_day_of(call->now_ms))
        return call_fail(call, ERR_INVALID, "received_date", "rectify.fault.future");
    TRY(make_finding(call, record, &finding_id));
    struct db_extra extra[] = {
        {"unit_path", db_str(unit.unit_path)},
        {"finding_id", db_int(finding_id)},
        {"entered_by", db_int(call_who(call).user_id)},
        {"entered_at_ms", db_int(call->now_ms)},
        {"received_at_ms", db_int(clock_ms_of_day(day))},
    };
    TRY(db_insert(call, "rectify_notice", record, extra, sizeof(extra) / sizeof(extra[0]), ret_notice_id));
    rules_touch(call, "finding", finding_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "notice.received",
                                               .subject_kind = "notice",
                                               .subject_id = *ret_notice_id,
                                               .unit_id = unit.unit_id,
                                               .unit_path = unit.unit_path,
                                               .detail = field_json(call->arena, record)},
                         NULL);
}
