/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Setting up asks for the password once more, so that an unattended session cannot bind somebody
 * else's telephone; wrong passwords and codes count towards the same lock as log-ins. What was counted is
 * committed although the answer refuses (HTTP_KEEP).
 */
#include "base/crypt.h"
#include "domain/accounts/accounts_parts.h"

static const struct field begin_fields[] = {
    {.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET, .max = 128},
};
const struct field_table accounts_factor_begin_table = FIELD_TABLE("factor_begin", begin_fields);

static const struct field code_fields[] = {
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET, .max = 40},
};
const struct field_table accounts_factor_code_table = FIELD_TABLE("factor_code", code_fields);

static const struct field factor_fields[] = {
    {.name = "confirmed", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "demanded", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "recovery_left", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "confirmed_at_ms", .type = FIELD_TIME},
};
const struct field_table accounts_factor_table = FIELD_TABLE("factor", factor_fields);

static const struct field secret_fields[] = {
    {.name = "secret", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "uri", .type = FIELD_TEXT, .max = 2000, .flags = FIELD_REQUIRED},
};
const struct field_table accounts_factor_secret_table = FIELD_TABLE("factor_secret", secret_fields);

static const struct field recovery_fields[] = {
    {.name = "recovery_codes", .type = FIELD_TEXTS, .flags = FIELD_REQUIRED},
};
const struct field_table accounts_factor_recovery_table = FIELD_TABLE("factor_recovery", recovery_fields);

enum err accounts_factor(struct call *call, struct http_exchange *x)
{
    struct access_factor now;
    bool demanded;
    TRY(access_factor_get(call, call->actor->user_id, &now));
    TRY(access_factor_demanded(call, call->actor->roles, &demanded));
    json_put_bool(x->out, "confirmed", now.confirmed);
    json_put_bool(x->out, "demanded", demanded);
    json_put_int(x->out, "recovery_left", now.recovery_left);
    if (now.confirmed)
        json_put_int(x->out, "confirmed_at_ms", now.confirmed_at_ms);
    return ERR_OK;
}

struct checked {
    bool fits;
};

enum err accounts_factor_begin_prepare(struct call *call, struct http_exchange *x)
{
    struct checked *checked = ARENA_NEW(call->arena, struct checked);
    struct access_user user;
    x->prepared = checked;
    TRY(access_login_open(call, call->actor->login_name));
    TRY(access_user_get(call, call->actor->user_id, &user));
    TRY(accounts_gate_enter(call));
    checked->fits = crypt_password_check(field_str(&x->body, "password"), user.password_hash);
    accounts_gate_leave();
    return ERR_OK;
}

/* RFC 3986: what is not a letter, a digit or -._~ is written as bytes. */
static struct str percent(struct call *call, struct str text)
{
    BUF(out, 1024);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain)
            buf_add_char(&out, (char)c);
        else
            buf_format(&out, "%%%02X", c);
    }
    return str_copy(call->arena, buf_str(&out));
}

enum err accounts_factor_begin(struct call *call, struct http_exchange *x)
{
    const struct checked *checked = x->prepared;
    const struct access_actor *actor = call->actor;
    struct str secret;
    if (!checked->fits) {
        TRY(access_login_failed(call, actor->login_name, x->remote));
        return call_fail(call, ERR_INVALID, "password", "accounts.old_wrong");
    }
    TRY(access_factor_begin(call, actor->user_id, &secret));
    json_put_str(x->out, "secret", secret);
    json_put_str(
        x->out, "uri",
        str_format(call->arena,
                   "otpauth://totp/anze:%.*s?secret=%.*s&issuer=anze&algorithm=SHA1&digits=6&period=30",
                   STR_ARG(percent(call, actor->login_name)), STR_ARG(secret)));
    return ERR_OK;
}

static enum err code_wrong(struct call *call, struct http_exchange *x)
{
    TRY(access_login_failed(call, call->actor->login_name, x->remote));
    return call_fail(call, ERR_INVALID, "code", "accounts.code_wrong");
}

enum err accounts_factor_confirm(struct call *call, struct http_exchange *x)
{
    struct str recovery[ACCESS_RECOVERY_CODES];
    bool fits;
    TRY(access_login_open(call, call->actor->login_name));
    TRY(access_factor_confirm(call, call->actor->user_id, field_str(&x->body, "code"), recovery, &fits));
    if (!fits)
        return code_wrong(call, x);
    TRY(access_session_end_all(call, call->actor->user_id, call->actor->session_id));
    json_open_array(x->out, "recovery_codes");
    for (int i = 0; i < ACCESS_RECOVERY_CODES; i++)
        json_put_str(x->out, NULL, recovery[i]);
    json_close_array(x->out);
    return ERR_OK;
}

enum err accounts_factor_drop(struct call *call, struct http_exchange *x)
{
    bool demanded, fits;
    TRY(access_login_open(call, call->actor->login_name));
    TRY(access_factor_demanded(call, call->actor->roles, &demanded));
    if (demanded)
        return call_fail(call, ERR_REFUSED, NULL, "accounts.factor_demanded");
    TRY(access_factor_check(call, call->actor->user_id, field_str(&x->body, "code"), &fits));
    if (!fits)
        return code_wrong(call, x);
    return access_factor_drop(call, call->actor->user_id);
}

/* The telephone is lost, and the recovery codes too: the security administrator lets the person set up anew.
 */
enum err accounts_factor_reset(struct call *call, struct http_exchange *x)
{
    if (x->ids[0] == call->actor->user_id)
        return call_fail(call, ERR_REFUSED, NULL, "accounts.factor_own");
    TRY(access_factor_drop(call, x->ids[0]));
    TRY(access_session_end_all(call, x->ids[0], 0));
    return accounts_get(call, x);
}

enum err accounts_factor_login(struct call *call, struct http_exchange *x, const struct access_user *user)
{
    struct access_factor factor;
    bool demanded, fits;
    struct str code = field_str(&x->body, "code");
    TRY(access_factor_get(call, user->user_id, &factor));
    if (!factor.confirmed) {
        TRY(access_factor_demanded(call, user->roles, &demanded));
        return access_factor_require(call, user->user_id, demanded);
    }
    if (code.len == 0)
        return call_fail(call, ERR_UNAUTHENTICATED, "code", "accounts.code_needed");
    TRY(access_factor_check(call, user->user_id, code, &fits));
    if (fits)
        return ERR_OK;
    TRY(access_login_failed(call, user->login_name, x->remote));
    return call_fail(call, ERR_UNAUTHENTICATED, "code", "accounts.code_wrong");
}
