/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_parts.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "ledger/ledger.h"

static enum err (*unit_path_of)(struct call *call, int64_t unit_id, struct str *ret_path);

void access_unit_paths(enum err (*path_of)(struct call *call, int64_t unit_id, struct str *ret_path))
{
    unit_path_of = path_of;
}

static enum err unit_path(struct call *call, int64_t unit_id, struct str *ret)
{
    *ret = STR("");
    if (!unit_id)
        return ERR_OK;
    if (!unit_path_of) {
        log_error("access: nobody has said how a unit's path is found");
        return ERR_FAILED;
    }
    enum err word = unit_path_of(call, unit_id, ret);
    return word == ERR_NOT_FOUND ? call_fail(call, ERR_INVALID, "unit_id", "access.unit_unknown") : word;
}

enum err access_note(struct call *call, const char *verb, const struct access_user *user, struct str detail)
{
    struct ledger_fact fact = {.verb = verb,
                               .subject_kind = "user",
                               .subject_id = user->user_id,
                               .unit_id = user->unit_id,
                               .unit_path = user->unit_path,
                               .detail = detail};
    return ledger_append(call, &fact, NULL);
}

/* ---- reading ---- */

#define USER_COLUMNS                                                                                         \
    "user_id, login_name, display_name, roles, unit_id, unit_path, password_hash, valid_until, ends_ms, "    \
    "must_change, disabled, language"

static enum err user_take(struct call *call, struct db_rows *rows, struct access_user *ret)
{
    *ret = (struct access_user){
        .user_id = db_col_int(rows, 0),
        .login_name = db_col_copy(call, rows, 1),
        .display_name = db_col_copy(call, rows, 2),
        .roles = (unsigned)db_col_int(rows, 3),
        .unit_id = db_col_int(rows, 4),
        .unit_path = db_col_copy(call, rows, 5),
        .password_hash = db_col_copy(call, rows, 6),
        .valid_until = db_col_copy(call, rows, 7),
        .ends_ms = db_col_int(rows, 8),
        .must_change_password = db_col_int(rows, 9) != 0,
        .disabled = db_col_int(rows, 10) != 0,
        .lang = str_is(db_col_str(rows, 11), "en") ? CALL_EN : CALL_ZH,
    };
    return db_end(rows);
}

enum err access_user_get(struct call *call, int64_t user_id, struct access_user *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT " USER_COLUMNS " FROM access_user WHERE user_id = $1", db_int(user_id)));
    return user_take(call, &rows, ret);
}

enum err access_user_find(struct call *call, struct str login_name, struct access_user *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT " USER_COLUMNS " FROM access_user WHERE login_name = $1",
               db_str(str_lower(call->arena, login_name))));
    return user_take(call, &rows, ret);
}

/* ---- what a change may not do ---- */

static bool is_own(const struct call *call, int64_t user_id)
{
    return call->actor && call->actor->user_id && call->actor->user_id == user_id;
}

static enum err roles_check(struct call *call, unsigned roles, int64_t unit_id)
{
    if (!access_roles_allowed(roles))
        return call_fail(call, ERR_INVALID, "roles", "access.roles_apart");
    if ((roles & (ROLES_UNIT | ROLE_VENDOR_USER)) && !unit_id)
        return call_fail(call, ERR_INVALID, "unit_id", "access.unit_needed");
    return ERR_OK;
}

/* Each of the three administrators must be left with somebody who can log in. */
static enum err last_admin_check(struct call *call, const struct access_user *user, unsigned roles_after)
{
    unsigned lost = user->roles & ROLES_ADMIN & ~roles_after;
    int64_t others;
    if (!lost || user->disabled)
        return ERR_OK;
    TRY(db_get_int(call, &others, 0,
                   "SELECT COUNT(*) FROM access_user WHERE roles = $1 AND user_id <> $2 AND disabled = 0"
                   " AND (ends_ms IS NULL OR ends_ms > $3)",
                   db_int(lost), db_int(user->user_id), db_int(call->now_ms)));
    return others ? ERR_OK : call_fail(call, ERR_REFUSED, NULL, "access.last_admin");
}

/* The last day that a vendor's account may have: people who work for hire come and go unnoticed. */
static enum err vendor_limit(struct call *call, struct str *ret_day)
{
    int64_t days;
    TRY(access_policy(call, "vendor.days", &days));
    *ret_day = str_copy(call->arena, str_of(clock_date(clock_day_of(call->now_ms) + (int32_t)days).text));
    return ERR_OK;
}

static enum err vendor_check(struct call *call, const struct access_user *user, struct str valid_until)
{
    struct str limit;
    if (!(user->roles & ROLE_VENDOR_USER))
        return ERR_OK;
    TRY(vendor_limit(call, &limit));
    return valid_until.len && str_cmp(valid_until, limit) <= 0
               ? ERR_OK
               : call_fail(call, ERR_INVALID, "valid_until", "access.vendor_until", limit);
}

/* Who becomes a vendor without a last day, or with a later one, gets the latest that is allowed. */
static enum err vendor_until(struct call *call, struct access_user *user)
{
    struct str limit;
    int32_t day;
    TRY(vendor_limit(call, &limit));
    if (user->valid_until.len && str_cmp(user->valid_until, limit) <= 0)
        return ERR_OK;
    if (!clock_parse_date(limit, &day))
        return ERR_FAILED;
    user->valid_until = limit;
    return db_run(call, "UPDATE access_user SET valid_until = $2, ends_ms = $3 WHERE user_id = $1",
                  db_int(user->user_id), db_str(limit), db_int(clock_ms_of_day(day + 1)));
}

/* ---- changes ---- */

static void put_roles(struct json_writer *w, unsigned roles)
{
    json_open_array(w, "roles");
    for (unsigned bit = 1; bit <= ROLE_AUDIT_ADMIN; bit <<= 1)
        if (roles & bit)
            json_put_c(w, NULL, access_role_name(bit));
    json_close_array(w);
}

static enum err user_note(struct call *call, const char *verb, const struct access_user *user)
{
    BUF(detail, 8192);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_str(&w, "login_name", user->login_name);
    json_put_str(&w, "display_name", user->display_name);
    put_roles(&w, user->roles);
    json_put_int(&w, "unit_id", user->unit_id);
    json_put_str(&w, "valid_until", user->valid_until);
    json_put_bool(&w, "disabled", user->disabled);
    json_close_object(&w);
    TRY(buf_check(&detail));
    return access_note(call, verb, user, buf_str(&detail));
}

enum err access_user_create(struct call *call, struct str login_name, struct str display_name, unsigned roles,
                            int64_t unit_id, struct str password_hash, bool must_change, int64_t *ret_user_id)
{
    struct access_user user = {.login_name = str_lower(call->arena, login_name),
                               .display_name = display_name,
                               .roles = roles,
                               .unit_id = unit_id};
    int64_t taken;
    TRY(roles_check(call, roles, unit_id));
    TRY(unit_path(call, unit_id, &user.unit_path));
    TRY(db_get_int(call, &taken, 0, "SELECT COUNT(*) FROM access_user WHERE login_name = $1",
                   db_str(user.login_name)));
    if (taken)
        return call_fail(call, ERR_CONFLICT, "login_name", "access.login_taken", user.login_name);
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "INSERT INTO access_user (login_name, display_name, roles, unit_id, unit_path, password_hash, "
        "must_change,"
        " created_at_ms, password_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING user_id",
        db_str(user.login_name), db_str(display_name), db_int(roles), db_int_or_null(unit_id),
        db_str(user.unit_path), db_str(password_hash), db_int(must_change), db_int(call->now_ms)));
    user.user_id = db_col_int(&rows, 0);
    TRY(db_end(&rows));
    *ret_user_id = user.user_id;
    return user_note(call, "user.created", &user);
}

enum err access_user_change(struct call *call, int64_t user_id, struct str display_name,
                            struct str valid_until, bool disabled)
{
    struct access_user user;
    int32_t day = 0;
    TRY(access_user_get(call, user_id, &user));
    if (valid_until.len && !clock_parse_date(valid_until, &day))
        return call_fail(call, ERR_INVALID, "valid_until", "access.date");
    if (!str_eq(valid_until, user.valid_until))
        TRY(vendor_check(call, &user, valid_until));
    int64_t ends_ms = valid_until.len ? clock_ms_of_day(day + 1) : 0;
    bool shut = disabled || (ends_ms && ends_ms <= call->now_ms);
    if (shut && is_own(call, user_id))
        return call_fail(call, ERR_REFUSED, NULL, "access.own_account");
    if (shut)
        TRY(last_admin_check(call, &user, 0));
    TRY(db_run(call,
               "UPDATE access_user SET display_name = $2, valid_until = $3, ends_ms = $4, disabled = $5 "
               "WHERE user_id = $1",
               db_int(user_id), db_str(display_name), db_str_or_null(valid_until), db_int_or_null(ends_ms),
               db_int(disabled)));
    if (shut)
        TRY(access_session_end_all(call, user_id, 0));
    bool turned = user.disabled != disabled;
    user.display_name = display_name;
    user.valid_until = valid_until;
    user.disabled = disabled;
    return user_note(call, !turned ? "user.changed" : disabled ? "user.disabled" : "user.enabled", &user);
}

enum err access_user_assign(struct call *call, int64_t user_id, unsigned roles, int64_t unit_id)
{
    struct access_user user;
    TRY(access_user_get(call, user_id, &user));
    if (is_own(call, user_id))
        return call_fail(call, ERR_REFUSED, NULL, "access.own_roles");
    TRY(roles_check(call, roles, unit_id));
    TRY(last_admin_check(call, &user, roles));
    TRY(unit_path(call, unit_id, &user.unit_path));
    TRY(db_run(call, "UPDATE access_user SET roles = $2, unit_id = $3, unit_path = $4 WHERE user_id = $1",
               db_int(user_id), db_int(roles), db_int_or_null(unit_id), db_str(user.unit_path)));
    if (roles & ROLE_VENDOR_USER)
        TRY(vendor_until(call, &user));
    TRY(access_session_end_all(call, user_id, 0));
    user.roles = roles;
    user.unit_id = unit_id;
    return user_note(call, "user.roles_changed", &user);
}

enum err access_user_unlock(struct call *call, int64_t user_id)
{
    struct access_user user;
    TRY(access_user_get(call, user_id, &user));
    TRY(access_login_passed(call, user.login_name));
    return access_note(call, "user.unlocked", &user, STR_NONE);
}

enum err access_user_password(struct call *call, int64_t user_id, struct str password_hash, bool must_change,
                              int64_t but_session_id)
{
    struct access_user user;
    int64_t keep;
    TRY(access_user_get(call, user_id, &user));
    TRY(access_policy(call, "password.history", &keep));
    TRY(db_run(call, "INSERT INTO access_password_old (user_id, password_hash, until_ms) VALUES ($1, $2, $3)",
               db_int(user_id), db_str(user.password_hash), db_int(call->now_ms)));
    TRY(db_run(
        call,
        "DELETE FROM access_password_old WHERE user_id = $1 AND password_id NOT IN (SELECT password_id FROM"
        " access_password_old WHERE user_id = $1 ORDER BY password_id DESC LIMIT $2)",
        db_int(user_id), db_int(keep)));
    TRY(db_run(
        call,
        "UPDATE access_user SET password_hash = $2, must_change = $3, password_at_ms = $4 WHERE user_id = $1",
        db_int(user_id), db_str(password_hash), db_int(must_change), db_int(call->now_ms)));
    TRY(access_session_end_all(call, user_id, but_session_id));
    return access_note(call, is_own(call, user_id) ? "user.password_changed" : "user.password_reset", &user,
                       STR_NONE);
}

enum err access_user_language(struct call *call, int64_t user_id, enum call_lang lang)
{
    return db_run(call, "UPDATE access_user SET language = $2 WHERE user_id = $1", db_int(user_id),
                  db_c(lang == CALL_EN ? "en" : "zh"));
}
