/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

enum err rules_duty_nearest(struct call *call, const char *subject_kind, int64_t subject_id,
                            struct rules_duty *ret)
{
    int64_t duty_id;
    TRY(db_get_int(
        call, &duty_id, 0,
        "SELECT duty_id FROM rules_duty WHERE subject_kind = $1 AND subject_id = $2 AND current = 1 AND "
        "due_on IS NOT NULL"
        " AND state <> 'cancelled' ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, due_on LIMIT 1",
        db_c(subject_kind), db_int(subject_id)));
    return duty_id ? rules_duty_get(call, duty_id, ret) : ERR_NOT_FOUND;
}
