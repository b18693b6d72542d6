/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts as the three administrators see them: the system administrator creates, edits, disables and
 * resets; the security administrator gives roles and scope, unlocks and sets policies; the audit
 * administrator reads. What may not be done is decided in access.
 */
#include "base/crypt.h"
#include "domain/accounts/accounts_parts.h"

static const struct field role_fields[] = {
    {.name = "role", .type = FIELD_ENUM, .flags = FIELD_REQUIRED, .of = &access_role_enum},
};
const struct field_table accounts_role_table = FIELD_TABLE("user_role", role_fields);

/* A request to create. */
static const struct field user_fields[] = {
    {.name = "login_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 40, .format = "login_name"},
    {.name = "display_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 50},
    {.name = "valid_until", .type = FIELD_DATE},
};
const struct field_table accounts_user_table = FIELD_TABLE("user_new", user_fields);

static const struct field change_fields[] = {
    {.name = "display_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 50},
    {.name = "valid_until", .type = FIELD_DATE},
    {.name = "disabled", .type = FIELD_BOOL},
};
const struct field_table accounts_user_change_table = FIELD_TABLE("user_change", change_fields);

static const struct field assign_fields[] = {
    {.name = "roles", .type = FIELD_ROWS, .rows = &accounts_role_table},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
};
const struct field_table accounts_assign_table = FIELD_TABLE("user_assign", assign_fields);

/* A row of the list, in SELECT order … */
static const struct field row_fields[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "login_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_SORT},
    {.name = "display_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_SORT},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_READONLY | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "valid_until", .type = FIELD_DATE, .flags = FIELD_READONLY},
    {.name = "disabled", .type = FIELD_BOOL, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "must_change_password", .type = FIELD_BOOL, .flags = FIELD_ALWAYS},
    {.name = "created_at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "login_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
};
static const struct field_table row_table = FIELD_TABLE("user", row_fields);
#define ROLES_COLUMN 10
#define USER_SELECT                                                                                          \
    "SELECT a.user_id, a.login_name, a.display_name, a.unit_id, o.unit_name, a.valid_until, a.disabled, "    \
    "a.must_change,"                                                                                         \
    " a.created_at_ms, a.login_at_ms, a.roles FROM access_user a LEFT JOIN org_unit o ON o.unit_id = "       \
    "a.unit_id"

/* … and as it is replied, with what is computed; the password only once, when it was just made. */
static const struct field reply_fields[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "login_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "display_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_READONLY},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "valid_until", .type = FIELD_DATE, .flags = FIELD_READONLY},
    {.name = "disabled", .type = FIELD_BOOL, .flags = FIELD_ALWAYS},
    {.name = "must_change_password", .type = FIELD_BOOL, .flags = FIELD_ALWAYS},
    {.name = "created_at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "login_at_ms", .type = FIELD_TIME, .flags = FIELD_READONLY},
    {.name = "roles", .type = FIELD_ROWS, .flags = FIELD_ALWAYS, .rows = &accounts_role_table},
    {.name = "locked", .type = FIELD_BOOL, .flags = FIELD_ALWAYS},
};
const struct field_table accounts_user_reply_table = FIELD_TABLE("user", reply_fields);

static const struct field password_fields[] = {
    {.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
const struct field_table accounts_user_password_table = FIELD_TABLE("user_password", password_fields);

static const struct db_filter user_filters[] = {
    {"unit_id", "a.unit_id = $$", FIELD_INT, NULL},
    {"disabled", "a.disabled = $$", FIELD_BOOL, NULL},
};
static const struct db_sort user_sorts[] = {{"login_name", "a.login_name"},
                                            {"display_name", "a.display_name"},
                                            {"login_at_ms", "a.login_at_ms"},
                                            {"created_at_ms", "a.created_at_ms"}};
/* Not scoped: accounts belong to the whole installation, and only the three administrators may ask. */
const struct db_list accounts_user_list = {
    .columns = &row_table,
    .select = USER_SELECT,
    .key = "a.user_id",
    .default_sort = "login_name",
    .filters = user_filters,
    .many_filters = sizeof user_filters / sizeof *user_filters,
    .sorts = user_sorts,
    .many_sorts = sizeof user_sorts / sizeof *user_sorts,
    .search = "(a.login_name LIKE $$ OR a.display_name LIKE $$ OR o.unit_name LIKE $$)",
};

/* ---- reading ---- */

static void put_computed(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    accounts_put_roles(w, (unsigned)db_col_int(rows, ROLES_COLUMN));
    json_put_bool(w, "locked", access_login_open(call, db_col_str(rows, 1)) == ERR_BUSY);
    call_faults_clear(call); /* the lock is a fact here, not a fault */
}

enum err accounts_users(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    ask.nothing = false;
    return db_list(call, &accounts_user_list, &ask, x->out, put_computed);
}

static enum err put_user(struct call *call, int64_t user_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, USER_SELECT " WHERE a.user_id = $1", db_int(user_id)));
    db_put_row(w, &rows, &row_table);
    put_computed(call, w, &rows);
    return db_end(&rows);
}

enum err accounts_get(struct call *call, struct http_exchange *x)
{
    return put_user(call, x->ids[0], x->out);
}

/* ---- the system administrator ---- */

struct fresh {
    struct str password, hash;
};

static enum err fresh_password(struct call *call, struct http_exchange *x)
{
    struct fresh *fresh = ARENA_NEW(call->arena, struct fresh);
    x->prepared = fresh;
    fresh->password = access_password_random(call->arena);
    TRY(accounts_gate_enter(call));
    enum err word = crypt_password_hash(call->arena, fresh->password, &fresh->hash);
    accounts_gate_leave();
    return word;
}

enum err accounts_create_prepare(struct call *call, struct http_exchange *x)
{
    return fresh_password(call, x);
}

enum err accounts_create(struct call *call, struct http_exchange *x)
{
    const struct fresh *fresh = x->prepared;
    struct str name = field_str(&x->body, "display_name"), until = field_str(&x->body, "valid_until");
    int64_t user_id;
    TRY(access_user_create(call, field_str(&x->body, "login_name"), name, 0, 0, fresh->hash, true, &user_id));
    if (until.len)
        TRY(access_user_change(call, user_id, name, until, false));
    TRY(put_user(call, user_id, x->out));
    json_put_str(x->out, "password", fresh->password);
    return ERR_OK;
}

enum err accounts_change(struct call *call, struct http_exchange *x)
{
    struct access_user user;
    TRY(access_user_get(call, x->ids[0], &user));
    const struct field_value *name = field_get(&x->body, "display_name"),
                             *until = field_get(&x->body, "valid_until"),
                             *disabled = field_get(&x->body, "disabled");
    TRY(access_user_change(call, user.user_id, name->given ? name->text : user.display_name,
                           until->given ? field_str(&x->body, "valid_until") : user.valid_until,
                           disabled->given ? disabled->number != 0 : user.disabled));
    return put_user(call, user.user_id, x->out);
}

/* Who could reset another administrator's password could act as that administrator: the three would be one.
 */
static enum err reset_check(struct call *call, int64_t user_id)
{
    struct access_user user;
    TRY(access_user_get(call, user_id, &user));
    if (user.user_id == call->actor->user_id)
        return call_fail(call, ERR_REFUSED, NULL, "accounts.reset_own");
    if (user.roles & ROLES_ADMIN)
        return call_fail(call, ERR_REFUSED, NULL, "accounts.reset_admin");
    return ERR_OK;
}

enum err accounts_reset_prepare(struct call *call, struct http_exchange *x)
{
    TRY(reset_check(call, x->ids[0]));
    return fresh_password(call, x);
}

enum err accounts_reset(struct call *call, struct http_exchange *x)
{
    const struct fresh *fresh = x->prepared;
    TRY(reset_check(call, x->ids[0]));
    TRY(access_user_password(call, x->ids[0], fresh->hash, true, 0));
    TRY(put_user(call, x->ids[0], x->out));
    json_put_str(x->out, "password", fresh->password);
    return ERR_OK;
}

/* ---- the security administrator ---- */

enum err accounts_assign(struct call *call, struct http_exchange *x)
{
    const struct field_value *rows = field_get(&x->body, "roles");
    unsigned roles = 0;
    if (!rows->given) /* an empty list takes all roles away; a forgotten one must not */
        return call_fail(call, ERR_INVALID, "roles", "fault.required");
    for (size_t i = 0; i < rows->many; i++)
        roles |= access_role_of(field_str(&rows->rows[i], "role"));
    TRY(access_user_assign(call, x->ids[0], roles, field_int(&x->body, "unit_id", 0)));
    return put_user(call, x->ids[0], x->out);
}

enum err accounts_unlock(struct call *call, struct http_exchange *x)
{
    TRY(access_user_unlock(call, x->ids[0]));
    return put_user(call, x->ids[0], x->out);
}

/* ---- policies ---- */

static const struct field policy_fields[] = {
    {.name = "policy_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "policy_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "policy_value", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 0, .max = 1000000},
    {.name = "least", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "most", .type = FIELD_INT, .flags = FIELD_ALWAYS},
};
const struct field_table accounts_policy_table = FIELD_TABLE("policy", policy_fields);

enum err accounts_policies(struct call *call, struct http_exchange *x)
{
    TRY(db_put_rows(
        call, x->out, "items", &accounts_policy_table,
        "SELECT policy_id, policy_name, policy_value, least, most FROM access_policy ORDER BY policy_id"));
    json_put_null(x->out, "next");
    return ERR_OK;
}

enum err accounts_policy_set(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT policy_name FROM access_policy WHERE policy_id = $1", db_int(x->ids[0])));
    struct str name = db_col_copy(call, &rows, 0);
    TRY(db_end(&rows));
    TRY(access_policy_set(call, name, field_int(&x->body, "policy_value", 0)));
    TRY(db_one(
        call, &rows,
        "SELECT policy_id, policy_name, policy_value, least, most FROM access_policy WHERE policy_id = $1",
        db_int(x->ids[0])));
    db_put_row(x->out, &rows, &accounts_policy_table);
    return db_end(&rows);
}
