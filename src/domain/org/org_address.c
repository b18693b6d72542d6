/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/org/org.h"

#include "base/clock.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

enum err org_owner_of_address(struct call *call, const char *ip_key, struct org_unit *ret)
{
    int64_t unit_id;
    *ret = (struct org_unit){0};
    /* Ranges nest (a county block, a bureau's part of it): the one that starts last and ends first is the
     * narrowest. */
    TRY(db_get_int(call, &unit_id, 0,
                   "SELECT unit_id FROM org_address_range WHERE first_key <= $1 AND last_key >= $1"
                   " AND valid_to IS NULL ORDER BY first_key DESC, last_key LIMIT 1",
                   db_c(ip_key)));
    return unit_id ? org_unit_get(call, unit_id, ret) : ERR_OK;
}

enum err org_owner_of_domain(struct call *call, struct str host_name, struct org_unit *ret)
{
    *ret = (struct org_unit){0};
    struct str name = str_lower(call->arena, str_trim(host_name));
    for (;;) {
        int64_t unit_id;
        TRY(db_get_int(call, &unit_id, 0, "SELECT unit_id FROM org_domain WHERE domain = $1", db_str(name)));
        if (unit_id)
            return org_unit_get(call, unit_id, ret);
        size_t dot;
        if (!str_find(name, STR("."), &dot))
            return ERR_OK;
        name = str_slice(name, dot + 1, name.len);
    }
}

enum err org_range_create(struct call *call, const struct field_record *record, int64_t *ret_range_id)
{
    struct org_unit unit;
    struct ip_key first, last;
    TRY(org_unit_reach(call, field_int(record, "unit_id", 0), &unit));
    if (!ip_parse_range(field_str(record, "range_text"), &first, &last))
        return call_fail(call, ERR_INVALID, "range_text", "org.fault.range", field_str(record, "range_text"));
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    struct db_extra extra[] = {
        {"unit_path", db_str(unit.unit_path)},
        {"first_key", db_c(first.text)},
        {"last_key", db_c(last.text)},
        {"valid_from", db_c(today.text)},
    };
    TRY(db_insert(call, "org_address_range", record, extra, 4, ret_range_id));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "address_range.created",
                                               .subject_kind = "address_range",
                                               .subject_id = *ret_range_id,
                                               .unit_id = unit.unit_id,
                                               .unit_path = unit.unit_path,
                                               .detail = field_json(call->arena, record)},
                         NULL);
}
