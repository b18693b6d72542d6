/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The question "whose token is this" stands before every request and often on a read connection, so
 * it is one look-up by key and writes nothing. When a session was used is noted in a small table in memory
 * (only when the row is older than a minute) and written down by access_session_tend, once a minute. A
 * session found ended is noted there too, so that a clock set back cannot revive it before its row is
 * deleted. Time-outs are copied into the row when the session starts: no policy is read per request. The
 * table in memory is lock-free: a slot is taken by compare-and-swap of its id; a note lost to a race is made
 * again by the next request.
 */
#include <stdatomic.h>
#include <string.h>
#include "access/access_parts.h"
#include "base/crypt.h"
#include "base/log.h"

#define TOKEN_LEN   32
#define NOTE_AFTER  60000
#define SLOTS       8192
#define PROBES      8
#define ENDED       INT64_MAX
#define CLOCK_SLACK 60000 /* a session from further in the future than this: the clock was set back */

static struct {
    _Atomic int64_t session_id, seen_ms; /* 0: free */
} notes[SLOTS];

static int64_t note_find(int64_t session_id)
{
    for (int i = 0; i < PROBES; i++) {
        size_t at = (size_t)(session_id + i) % SLOTS;
        if (atomic_load_explicit(&notes[at].session_id, memory_order_acquire) == session_id)
            return atomic_load_explicit(&notes[at].seen_ms, memory_order_relaxed);
    }
    return 0;
}

static void note_put(int64_t session_id, int64_t seen_ms)
{
    for (int i = 0; i < PROBES; i++) {
        size_t at = (size_t)(session_id + i) % SLOTS;
        int64_t holder = 0;
        if (atomic_compare_exchange_strong(&notes[at].session_id, &holder, session_id) ||
            holder == session_id) {
            if (atomic_load(&notes[at].seen_ms) != ENDED)
                atomic_store(&notes[at].seen_ms, seen_ms);
            return;
        }
    }
}

/* 52 bits: a number that JavaScript keeps exactly. */
static int64_t session_id_of(const struct crypt_sm3 *hash)
{
    uint64_t id = 0;
    for (int i = 0; i < 8; i++)
        id = id << 8 | hash->bytes[i];
    return (int64_t)(id >> 12) + 1;
}

static bool token_hash(struct str token, struct crypt_sm3 *ret)
{
    if (token.len != (TOKEN_LEN * 4 + 2) / 3)
        return false;
    *ret = crypt_sm3(token);
    return true;
}

static bool is_live(int64_t session_id, const struct db_rows *rows, int64_t now_ms)
{
    int64_t started = db_col_int(rows, 1), seen = db_col_int(rows, 2), idle = db_col_int(rows, 3),
            ends = db_col_int(rows, 4);
    int64_t noted = note_find(session_id);
    if (noted == ENDED)
        return false;
    if (noted > seen)
        seen = noted;
    if (now_ms >= ends || now_ms - seen >= idle || now_ms < started - CLOCK_SLACK) {
        note_put(session_id, ENDED);
        return false;
    }
    if (now_ms - seen >= NOTE_AFTER)
        note_put(session_id, now_ms);
    return true;
}

static void actor_fill(struct call *call, const struct db_rows *rows, struct access_actor *ret)
{
    unsigned roles = (unsigned)db_col_int(rows, 8);
    *ret = (struct access_actor){
        .user_id = db_col_int(rows, 5),
        .login_name = db_col_copy(call, rows, 6),
        .display_name = db_col_copy(call, rows, 7),
        .roles = roles,
        .unit_id = db_col_int(rows, 9),
        .unit_path = db_col_copy(call, rows, 10),
        .sees_all = (roles & (ROLES_AUTHORITY | ROLE_SCAN_TEAM)) != 0,
        .must_change_password = db_col_int(rows, 11) != 0,
        .must_enrol = db_col_int(rows, 15) != 0,
        .lang = str_is(db_col_str(rows, 12), "en") ? CALL_EN : CALL_ZH,
    };
}

static bool user_may(const struct db_rows *rows, int64_t now_ms)
{
    int64_t ends = db_col_int(rows, 14);
    return !db_col_int(rows, 13) && (!ends || now_ms < ends);
}

enum err access_session_actor(struct call *call, struct str token, struct access_actor *ret)
{
    struct crypt_sm3 hash;
    if (!token_hash(token, &hash))
        return ERR_UNAUTHENTICATED;
    int64_t id = session_id_of(&hash);
    DB_ROWS(rows);
    enum err word =
        db_one(call, &rows,
               "SELECT s.token_hash, s.started_ms, s.seen_ms, s.idle_ms, s.ends_ms, u.user_id, u.login_name,"
               " u.display_name, u.roles, u.unit_id, u.unit_path, u.must_change, u.language, u.disabled, "
               "u.ends_ms, u.must_enrol"
               " FROM access_session s JOIN access_user u ON u.user_id = s.user_id WHERE s.session_id = $1",
               db_int(id));
    if (word == ERR_NOT_FOUND)
        return ERR_UNAUTHENTICATED;
    TRY(word);
    struct str stored = db_col_str(&rows, 0);
    if (stored.len != sizeof hash.bytes || !crypt_equal(stored.at, hash.bytes, sizeof hash.bytes) ||
        !is_live(id, &rows, call->now_ms) || !user_may(&rows, call->now_ms))
        return ERR_UNAUTHENTICATED;
    actor_fill(call, &rows, ret);
    ret->session_id = id;
    return db_end(&rows);
}

enum err access_session_start(struct call *call, int64_t user_id, struct str remote, struct str *ret_token)
{
    uint8_t bytes[TOKEN_LEN];
    struct access_user user;
    int64_t idle, hours;
    TRY(access_user_get(call, user_id, &user));
    TRY(access_policy(call, "session.idle_minutes", &idle));
    TRY(access_policy(call, "session.hours", &hours));
    crypt_random(bytes, sizeof bytes);
    *ret_token = crypt_base64url(call->arena, bytes, sizeof bytes);
    struct crypt_sm3 hash = crypt_sm3(*ret_token);
    TRY(db_run(call,
               "INSERT INTO access_session (session_id, token_hash, user_id, remote, started_ms, seen_ms, "
               "idle_ms, ends_ms)"
               " VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
               db_int(session_id_of(&hash)), db_blob(hash.bytes, sizeof hash.bytes), db_int(user_id),
               db_str(remote), db_int(call->now_ms), db_int(idle * 60000),
               db_int(call->now_ms + hours * 3600000)));
    TRY(db_run(call, "UPDATE access_user SET login_at_ms = $2 WHERE user_id = $1", db_int(user_id),
               db_int(call->now_ms)));
    return access_note(call, "session.started", &user,
                       str_format(call->arena, "{\"remote\":\"%.*s\"}", STR_ARG(remote)));
}

enum err access_session_end(struct call *call, int64_t session_id, int64_t user_id, const char *why)
{
    DB_ROWS(rows);
    struct access_user user;
    TRY(db_one(call, &rows,
               "SELECT user_id FROM access_session WHERE session_id = $1 AND ($2 = 0 OR user_id = $2)",
               db_int(session_id), db_int(user_id)));
    int64_t owner = db_col_int(&rows, 0);
    TRY(db_end(&rows));
    TRY(access_user_get(call, owner, &user));
    TRY(db_run(call, "DELETE FROM access_session WHERE session_id = $1", db_int(session_id)));
    return access_note(call, "session.ended", &user, str_format(call->arena, "{\"why\":\"%s\"}", why));
}

enum err access_session_end_all(struct call *call, int64_t user_id, int64_t but_session_id)
{
    return db_run(call, "DELETE FROM access_session WHERE user_id = $1 AND session_id <> $2", db_int(user_id),
                  db_int(but_session_id));
}

static enum err note_write(struct call *call, int64_t session_id, int64_t seen_ms)
{
    if (seen_ms == ENDED)
        return db_run(call, "DELETE FROM access_session WHERE session_id = $1", db_int(session_id));
    return db_run(call, "UPDATE access_session SET seen_ms = $2 WHERE session_id = $1 AND seen_ms < $2",
                  db_int(session_id), db_int(seen_ms));
}

enum err access_session_tend(struct call *call)
{
    int64_t hours;
    for (size_t i = 0; i < SLOTS; i++) {
        int64_t id = atomic_load(&notes[i].session_id), seen = atomic_load(&notes[i].seen_ms);
        if (!id || !seen)
            continue;
        TRY(note_write(call, id, seen));
        /* The row now says so itself; if the transaction fails, the next request notes it again. */
        atomic_store(&notes[i].seen_ms, 0);
        atomic_store(&notes[i].session_id, 0);
    }
    TRY(access_policy(call, "login.forget_hours", &hours));
    TRY(db_run(call, "DELETE FROM access_attempt WHERE last_ms < $1 AND locked_until_ms < $2",
               db_int(call->now_ms - hours * 3600000), db_int(call->now_ms)));
    return db_run(call, "DELETE FROM access_session WHERE ends_ms <= $1 OR $1 - seen_ms >= idle_ms",
                  db_int(call->now_ms));
}
