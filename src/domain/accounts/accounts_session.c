/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A log-in is checked in two halves: prepare (a worker, reading) limits, looks up and hashes; the
 * handler (the write lane) asks the lock again, because other guesses may have been counted while this one
 * was hashed, then counts a failure or opens the session. A failure is committed although it is refused
 * (HTTP_KEEP). Wrong name and wrong password take the same way: same work, same answer.
 */
#include <string.h>
#include "base/clock.h"
#include "base/crypt.h"
#include "domain/accounts/accounts_parts.h"
#include "domain/org/org.h"

/* ---- input and output ---- */

static const char *const languages[] = {"zh", "en", NULL};
static const struct field_enum language_enum = {"language", languages, NULL};

static const struct field login_fields[] = {
    {.name = "login_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 100},
    {.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET, .max = 128},
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_SECRET, .max = 40},
    {.name = "api", .type = FIELD_BOOL},
};
const struct field_table accounts_login_table = FIELD_TABLE("login", login_fields);

static const struct field password_fields[] = {
    {.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET, .max = 128},
    {.name = "new_password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET, .max = 128},
};
const struct field_table accounts_password_table = FIELD_TABLE("password_change", password_fields);

static const struct field language_fields[] = {
    {.name = "language", .type = FIELD_ENUM, .flags = FIELD_REQUIRED, .of = &language_enum},
};
const struct field_table accounts_language_table = FIELD_TABLE("language_choice", language_fields);

static const struct field in_fields[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "login_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "display_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "roles", .type = FIELD_ROWS, .rows = &accounts_role_table, .flags = FIELD_REQUIRED},
    {.name = "must_change_password", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "language", .type = FIELD_ENUM, .of = &language_enum, .flags = FIELD_REQUIRED},
    {.name = "token", .type = FIELD_TEXT},
};
const struct field_table accounts_signed_in_table = FIELD_TABLE("signed_in", in_fields);

static const struct field my_unit_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_path", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table my_unit_table = FIELD_TABLE("my_unit", my_unit_fields);

static const struct field me_fields[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "login_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "display_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "roles", .type = FIELD_ROWS, .rows = &accounts_role_table, .flags = FIELD_REQUIRED},
    {.name = "sees_all", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "must_change_password", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "must_enrol", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "language", .type = FIELD_ENUM, .of = &language_enum, .flags = FIELD_REQUIRED},
    {.name = "session_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "now_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "unit", .type = FIELD_OBJECT, .rows = &my_unit_table},
    {.name = "operations", .type = FIELD_TEXTS, .flags = FIELD_REQUIRED},
    {.name = "menu", .type = FIELD_TEXTS, .flags = FIELD_REQUIRED},
};
const struct field_table accounts_me_table = FIELD_TABLE("me", me_fields);

static const struct field session_fields[] = {
    {.name = "session_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_ALWAYS},
    {.name = "login_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "display_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "remote", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "started_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "seen_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "ends_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
};
const struct field_table accounts_session_table = FIELD_TABLE("session", session_fields);
static const struct field mine_fields[] = {
    {.name = "current", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
const struct field_table accounts_session_mine_table = FIELD_TABLE("session_mine", mine_fields);

void accounts_put_roles(struct json_writer *w, unsigned roles)
{
    json_open_array(w, "roles");
    for (unsigned bit = 1; bit <= ROLE_AUDIT_ADMIN; bit <<= 1) {
        if (!(roles & bit))
            continue;
        json_open_object(w, NULL);
        json_put_c(w, "role", access_role_name(bit));
        json_close_object(w);
    }
    json_close_array(w);
}

/* ---- log-in ---- */

struct checked {
    bool passed;
    struct access_user user;
};

/* The name's hash, or nobody's; then the work. */
static enum err password_fits(struct call *call, struct str password, struct str hash, bool *ret)
{
    TRY(accounts_gate_enter(call));
    *ret = crypt_password_check(password, hash);
    accounts_gate_leave();
    return ERR_OK;
}

enum err accounts_login_prepare(struct call *call, struct http_exchange *x)
{
    struct checked *checked = ARENA_NEW(call->arena, struct checked);
    struct str name = field_str(&x->body, "login_name"), hash = access_login_nobody;
    int64_t a_minute;
    x->prepared = checked;
    TRY(access_policy(call, "login.per_address_minute", &a_minute));
    if (!accounts_rate(x->remote, a_minute, clock_monotonic_us()))
        return call_fail(call, ERR_BUSY, NULL, "accounts.too_often");
    TRY(access_login_open(call, name));
    enum err word = access_user_find(call, name, &checked->user);
    if (word == ERR_OK)
        hash = checked->user.password_hash;
    else if (word != ERR_NOT_FOUND)
        return word;
    TRY(password_fits(call, field_str(&x->body, "password"), hash, &checked->passed));
    checked->passed = checked->passed && word == ERR_OK;
    return ERR_OK;
}

static enum err account_usable(struct call *call, const struct access_user *user)
{
    if (user->disabled)
        return call_fail(call, ERR_UNAUTHENTICATED, NULL, "accounts.disabled");
    if (user->ends_ms && user->ends_ms <= call->now_ms)
        return call_fail(call, ERR_UNAUTHENTICATED, NULL, "accounts.expired");
    if (!user->roles)
        return call_fail(call, ERR_UNAUTHENTICATED, NULL, "accounts.no_role");
    return ERR_OK;
}

/* The ledger names the one who logs in as the one who acted. */
static void act_as(struct call *call, const struct access_user *user)
{
    struct access_actor *actor = ARENA_NEW(call->arena, struct access_actor);
    *actor = (struct access_actor){
        .user_id = user->user_id,
        .login_name = user->login_name,
        .display_name = user->display_name,
        .roles = user->roles,
        .unit_id = user->unit_id,
        .unit_path = user->unit_path,
        .must_change_password = user->must_change_password,
        .lang = user->lang,
    };
    call->actor = actor;
}

enum err accounts_login(struct call *call, struct http_exchange *x)
{
    const struct checked *checked = x->prepared;
    struct str name = field_str(&x->body, "login_name"), token;
    struct access_user user;
    TRY(access_login_open(call, name));
    if (!checked->passed) {
        TRY(access_login_failed(call, name, x->remote));
        return call_fail(call, ERR_UNAUTHENTICATED, NULL, "accounts.wrong");
    }
    TRY(access_user_get(call, checked->user.user_id, &user));
    if (!str_eq(user.password_hash, checked->user.password_hash)) /* changed while we were hashing */
        return call_fail(call, ERR_UNAUTHENTICATED, NULL, "accounts.wrong");
    TRY(account_usable(call, &user));
    act_as(call, &user);
    TRY(accounts_factor_login(call, x, &user));
    TRY(access_login_passed(call, name));
    TRY(access_session_start(call, user.user_id, x->remote, &token));
    if (field_int(&x->body, "api", 0))
        json_put_str(x->out, "token", token);
    else
        x->set_cookie = token;
    json_put_int(x->out, "user_id", user.user_id);
    json_put_str(x->out, "login_name", user.login_name);
    json_put_str(x->out, "display_name", user.display_name);
    accounts_put_roles(x->out, user.roles);
    json_put_bool(x->out, "must_change_password", user.must_change_password);
    json_put_c(x->out, "language", user.lang == CALL_EN ? "en" : "zh");
    return ERR_OK;
}

enum err accounts_logout(struct call *call, struct http_exchange *x)
{
    x->set_cookie = STR("");
    return access_session_end(call, call->actor->session_id, call->actor->user_id, "signed_out");
}

/* ---- oneself ---- */

static struct str capability_of(const struct http_route *route)
{
    struct str rest = str_of(route->name), part = STR_NONE;
    str_cut(&rest, '_', &part);
    return part;
}

/* What this person may call, by operation; and the capabilities with something to see, for the menu. */
static void put_grants(struct call *call, struct json_writer *w)
{
    size_t many, seen_many = 0;
    const struct http_route *const *routes = http_routes(&many);
    struct str *seen = ARENA_ARRAY(call->arena, struct str, many + 1);
    json_open_array(w, "operations");
    for (size_t i = 0; i < many; i++) {
        if (!(routes[i]->grant & call->actor->roles))
            continue;
        json_put_c(w, NULL, routes[i]->name);
        struct str capability = capability_of(routes[i]);
        bool known =
            strcmp(routes[i]->method, "GET") != 0 || (routes[i]->grant & GRANT_SIGNED_IN) == GRANT_SIGNED_IN;
        for (size_t j = 0; j < seen_many; j++)
            known = known || str_eq(seen[j], capability);
        if (!known)
            seen[seen_many++] = capability;
    }
    json_close_array(w);
    json_open_array(w, "menu");
    for (size_t j = 0; j < seen_many; j++)
        json_put_str(w, NULL, seen[j]);
    json_close_array(w);
}

enum err accounts_me(struct call *call, struct http_exchange *x)
{
    const struct access_actor *actor = call->actor;
    struct json_writer *w = x->out;
    struct org_unit unit;
    json_put_int(w, "user_id", actor->user_id);
    json_put_str(w, "login_name", actor->login_name);
    json_put_str(w, "display_name", actor->display_name);
    accounts_put_roles(w, actor->roles);
    json_put_bool(w, "sees_all", actor->sees_all);
    json_put_bool(w, "must_change_password", actor->must_change_password);
    json_put_bool(w, "must_enrol", actor->must_enrol);
    json_put_c(w, "language", actor->lang == CALL_EN ? "en" : "zh");
    json_put_int(w, "session_id", actor->session_id);
    json_put_int(w, "now_ms", call->now_ms);
    if (actor->unit_id && org_unit_get(call, actor->unit_id, &unit) == ERR_OK) {
        json_open_object(w, "unit");
        json_put_int(w, "unit_id", unit.unit_id);
        json_put_str(w, "unit_name", unit.unit_name);
        json_put_str(w, "unit_path", unit.unit_path);
        json_close_object(w);
    } else {
        json_put_null(w, "unit");
    }
    put_grants(call, w);
    return ERR_OK;
}

struct change {
    bool fits; /* the old password */
    struct str hash;
};

/* Faults of the rules are about the new password, and are shown there. */
static enum err rules_of_new(struct call *call, struct str password)
{
    enum err word = access_password_rules(call, call->actor->login_name, password);
    for (struct call_fault *f = call->faults; f; f = f->next)
        if (f->field && strcmp(f->field, "password") == 0)
            f->field = "new_password";
    return word;
}

enum err accounts_password_prepare(struct call *call, struct http_exchange *x)
{
    struct change *change = ARENA_NEW(call->arena, struct change);
    struct access_user user;
    struct str fresh = field_str(&x->body, "new_password");
    x->prepared = change;
    TRY(access_login_open(call, call->actor->login_name));
    TRY(access_user_get(call, call->actor->user_id, &user));
    TRY(accounts_gate_enter(call));
    enum err word = ERR_OK;
    change->fits = crypt_password_check(field_str(&x->body, "password"), user.password_hash);
    if (change->fits)
        word = rules_of_new(call, fresh);
    if (change->fits && word == ERR_OK)
        word = crypt_password_hash(call->arena, fresh, &change->hash);
    accounts_gate_leave();
    return word;
}

enum err accounts_password(struct call *call, struct http_exchange *x)
{
    const struct change *change = x->prepared;
    const struct access_actor *actor = call->actor;
    if (!change->fits) {
        TRY(access_login_failed(call, actor->login_name, x->remote));
        return call_fail(call, ERR_INVALID, "password", "accounts.old_wrong");
    }
    TRY(access_login_passed(call, actor->login_name));
    return access_user_password(call, actor->user_id, change->hash, false, actor->session_id);
}

enum err accounts_language(struct call *call, struct http_exchange *x)
{
    enum call_lang lang = str_is(field_str(&x->body, "language"), "en") ? CALL_EN : CALL_ZH;
    json_put_c(x->out, "language", lang == CALL_EN ? "en" : "zh");
    return access_user_language(call, call->actor->user_id, lang);
}

/* ---- sessions ---- */

static const struct db_filter session_filters[] = {{"user_id", "s.user_id = $$", FIELD_INT, NULL}};
static const struct db_sort session_sorts[] = {{"seen_ms", "s.seen_ms"}, {"started_ms", "s.started_ms"}};
/* Not scoped: sessions are the administrators' matter, not a unit's. */
const struct db_list accounts_session_list = {
    .columns = &accounts_session_table,
    .select = "SELECT s.session_id, s.user_id, u.login_name, u.display_name, s.remote, s.started_ms, "
              "s.seen_ms, s.ends_ms"
              " FROM access_session s JOIN access_user u ON u.user_id = s.user_id",
    .key = "s.session_id",
    .default_sort = "-seen_ms",
    .filters = session_filters,
    .many_filters = sizeof session_filters / sizeof *session_filters,
    .sorts = session_sorts,
    .many_sorts = sizeof session_sorts / sizeof *session_sorts,
    .search = "(u.login_name LIKE $$ OR u.display_name LIKE $$)",
};

static void put_current(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    json_put_bool(w, "current", db_col_int(rows, 0) == call->actor->session_id);
}

enum err accounts_sessions(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    ask.nothing = false;
    return db_list(call, &accounts_session_list, &ask, x->out, put_current);
}

enum err accounts_my_sessions(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT session_id, user_id, $2, $3, remote, started_ms, seen_ms, ends_ms FROM "
                 "access_session WHERE user_id = $1"
                 " ORDER BY seen_ms DESC",
                 db_int(call->actor->user_id), db_str(call->actor->login_name),
                 db_str(call->actor->display_name)));
    json_open_array(x->out, "items");
    while (db_next(&rows)) {
        json_open_object(x->out, NULL);
        db_put_row(x->out, &rows, &accounts_session_table);
        put_current(call, x->out, &rows);
        json_close_object(x->out);
    }
    json_close_array(x->out);
    json_put_null(x->out, "next");
    return db_end(&rows);
}

enum err accounts_session_end(struct call *call, struct http_exchange *x)
{
    bool any = access_is(call, ROLE_SEC_ADMIN);
    return access_session_end(call, x->ids[0], any ? 0 : call->actor->user_id, "revoked");
}

/* Whoever sits at another machine with one's name is out at once; this session stays. */
enum err accounts_sessions_end_others(struct call *call, struct http_exchange *x)
{
    (void)x;
    return access_session_end_all(call, call->actor->user_id, call->actor->session_id);
}
