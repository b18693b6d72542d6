/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "base/log.h"
#include "ledger/ledger.h"

enum err access_policy(struct call *call, const char *name, int64_t *ret)
{
    DB_ROWS(rows);
    enum err word =
        db_one(call, &rows, "SELECT policy_value FROM access_policy WHERE policy_name = $1", db_c(name));
    if (word == ERR_NOT_FOUND)
        log_error("access: there is no policy %s", name);
    TRY(word);
    *ret = db_col_int(&rows, 0);
    return db_end(&rows);
}

enum err access_policy_set(struct call *call, struct str name, int64_t value)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT policy_id, policy_value, least, most FROM access_policy WHERE policy_name = $1",
               db_str(name)));
    int64_t id = db_col_int(&rows, 0), was = db_col_int(&rows, 1), least = db_col_int(&rows, 2),
            most = db_col_int(&rows, 3);
    TRY(db_end(&rows));
    if (value < least || value > most)
        return call_fail(call, ERR_INVALID, "policy_value", "access.policy_range",
                         str_format(call->arena, "%lld", (long long)least),
                         str_format(call->arena, "%lld", (long long)most));
    if (value == was)
        return ERR_OK;
    TRY(db_run(call, "UPDATE access_policy SET policy_value = $2 WHERE policy_id = $1", db_int(id),
               db_int(value)));
    struct ledger_fact fact = {
        .verb = "policy.changed",
        .subject_kind = "policy",
        .subject_id = id,
        .detail = str_format(call->arena, "{\"name\":\"%.*s\",\"was\":%lld,\"now\":%lld}", STR_ARG(name),
                             (long long)was, (long long)value),
    };
    return ledger_append(call, &fact, NULL);
}
