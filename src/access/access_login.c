/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Failures are counted by the name that was typed (its digest, in lower case), whether or not it
 * belongs to anybody: so a lock says nothing about which accounts exist. The n-th lock of a name lasts first
 * * growth^(n-1), up to a maximum; a successful log-in or a day without failures forgets. All five numbers
 * are policies.
 */
#include <string.h>
#include "access/access_parts.h"
#include "base/crypt.h"
#include "base/json.h"

/* "nobody" hashed once with the parameters in use and its salt thrown away: no one knows a password for it.
 */
const struct str access_login_nobody = {
    "$argon2id$v=19$m=65536,t=3,p=1$bm9ib2R5bm9ib2R5bm9ibw$NyO5XxzR0VwXbnO0dZ4sW3Zb1pXcAvDW9cM4eD2x7kE",
    sizeof "$argon2id$v=19$m=65536,t=3,p=1$bm9ib2R5bm9ib2R5bm9ibw$"
           "NyO5XxzR0VwXbnO0dZ4sW3Zb1pXcAvDW9cM4eD2x7kE" -
        1};

struct attempt {
    int64_t failures, last_ms, locked_until_ms;
};

static struct str attempt_key(struct call *call, struct str login_name)
{
    struct crypt_sm3 hash = crypt_sm3(str_lower(call->arena, login_name));
    return str_hex(call->arena, hash.bytes, sizeof hash.bytes);
}

static enum err attempt_read(struct call *call, struct str name, struct attempt *ret)
{
    *ret = (struct attempt){0};
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT failures, last_ms, locked_until_ms FROM access_attempt WHERE name_hash = $1",
                 db_str(name)));
    if (db_next(&rows))
        *ret = (struct attempt){db_col_int(&rows, 0), db_col_int(&rows, 1), db_col_int(&rows, 2)};
    return db_end(&rows);
}

enum err access_login_open(struct call *call, struct str login_name)
{
    struct attempt attempt;
    TRY(attempt_read(call, attempt_key(call, login_name), &attempt));
    if (attempt.locked_until_ms <= call->now_ms)
        return ERR_OK;
    int64_t minutes = (attempt.locked_until_ms - call->now_ms + 59999) / 60000;
    return call_fail(call, ERR_BUSY, NULL, "access.locked",
                     str_format(call->arena, "%lld", (long long)minutes));
}

/* How long the lock lasts that begins with this failure; 0: no lock. */
static enum err lock_minutes(struct call *call, int64_t failures, int64_t *ret)
{
    int64_t before, growth, most;
    TRY(access_policy(call, "login.failures", &before));
    TRY(access_policy(call, "login.lock_minutes", ret));
    TRY(access_policy(call, "login.lock_growth", &growth));
    TRY(access_policy(call, "login.lock_minutes_max", &most));
    if (failures < before)
        *ret = 0;
    for (int64_t n = before; growth > 1 && n < failures && *ret < most; n++)
        *ret *= growth;
    if (*ret > most)
        *ret = most;
    return ERR_OK;
}

/* Somebody may have typed the password where the name belongs: only names of accounts are written down. */
static enum err failure_note(struct call *call, struct str login_name, struct str remote, int64_t failures,
                             int64_t minutes)
{
    struct access_user user = {0};
    enum err word = access_user_find(call, login_name, &user);
    if (word != ERR_OK && word != ERR_NOT_FOUND)
        return word;
    BUF(detail, 4096);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    if (user.user_id)
        json_put_str(&w, "login_name", user.login_name);
    json_put_str(&w, "remote", remote);
    json_put_int(&w, "failures", failures);
    if (minutes)
        json_put_int(&w, "locked_minutes", minutes);
    json_close_object(&w);
    return access_note(call, minutes ? "session.locked" : "session.failed", &user, buf_str(&detail));
}

enum err access_login_failed(struct call *call, struct str login_name, struct str remote)
{
    struct str name = attempt_key(call, login_name);
    struct attempt attempt;
    int64_t hours, minutes;
    TRY(attempt_read(call, name, &attempt));
    TRY(access_policy(call, "login.forget_hours", &hours));
    if (call->now_ms - attempt.last_ms > hours * 3600000)
        attempt.failures = 0;
    attempt.failures++;
    TRY(lock_minutes(call, attempt.failures, &minutes));
    TRY(db_run(
        call,
        "INSERT INTO access_attempt (name_hash, failures, last_ms, locked_until_ms) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (name_hash) DO UPDATE SET failures = $2, last_ms = $3, locked_until_ms = $4",
        db_str(name), db_int(attempt.failures), db_int(call->now_ms),
        db_int(minutes ? call->now_ms + minutes * 60000 : 0)));
    return failure_note(call, login_name, remote, attempt.failures, minutes);
}

enum err access_login_passed(struct call *call, struct str login_name)
{
    return db_run(call, "DELETE FROM access_attempt WHERE name_hash = $1",
                  db_str(attempt_key(call, login_name)));
}
