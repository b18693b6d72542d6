/* SPDX-License-Identifier: Apache-2.0
 *
 * Log-in and the three administrators through a running server, byte for byte.
 */
#include "http/http_test.h"
#include "domain/accounts/accounts_parts.h"

extern const struct module accounts_module;

static struct http_test test;
static struct test_reply reply;
static const char good_password[] = "Kv7#mWq2xR+z";
static struct str good_hash;

static enum err path_of(struct call *call, int64_t unit_id, struct str *ret)
{
    if (unit_id > 9)
        return ERR_NOT_FOUND;
    *ret = str_format(call->arena, "0001%04lld", (long long)unit_id);
    return ERR_OK;
}

static int group_setup(void **state)
{
    (void)state;
    crypt_init();
    static struct arena *kept;
    kept = arena_new(4 * 1024 * 1024);
    test_words(kept, "access");
    test_words(kept, "domain/accounts");
    assert_int_equal(crypt_password_hash(kept, str_of(good_password), &good_hash), ERR_OK);
    http_declare(accounts_module.routes, accounts_module.many_routes);
    accounts_module.start();
    access_factor_key((const uint8_t *)"0123456789abcdef");
    access_unit_paths(path_of); /* no tree of units here */
    return 0;
}

static int setup(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    test_start_with(&test, (struct http_options){0});
    test_people(&test);
    test_step(&test, "domain/org", "0001_org");
    test.db.call.actor = &access_local_admin;
    test.db.call.now_ms = clock_now_ms();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_stop(&test);
    return 0;
}

static int64_t user_make(const char *name, unsigned roles, int64_t unit_id, bool must_change)
{
    int64_t id = 0;
    assert_int_equal(access_user_create(&test.db.call, str_of(name), STR("某岗位"), roles, unit_id, good_hash,
                                        must_change, &id),
                     ERR_OK);
    return id;
}

static const char *login_body(const char *name, const char *password)
{
    static char text[400];
    snprintf(text, sizeof text, "{\"login_name\":\"%s\",\"password\":\"%s\",\"api\":true}", name, password);
    return text;
}

/* A text member of the last reply. */
static struct str member(const char *name)
{
    char key[80];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(reply.body, key);
    if (!at)
        fail_msg("no %s in %s", name, reply.body);
    at += strlen(key);
    return (struct str){at, strcspn(at, "\"")};
}

static const char *sign_in(const char *name, const char *password)
{
    static char token[8][64];
    static int next;
    char *to = token[next++ % 8];
    test_ask(&test, &reply, "POST", "/api/sessions", "", login_body(name, password));
    if (reply.status != 201)
        fail_msg("%d %s", reply.status, reply.body);
    snprintf(to, 64, "%.*s", STR_ARG(member("token")));
    return to;
}

static void ask(const char *token, const char *method, const char *target, const char *body)
{
    test_ask(&test, &reply, method, target, test_bearer(token), body);
}

static void expect(int status, const char *text)
{
    if (reply.status != status || (text && !strstr(reply.body, text)))
        fail_msg("wanted %d with %s, got %d: %s", status, text ? text : "anything", reply.status, reply.body);
}

static int64_t number(const char *sql)
{
    int64_t n;
    assert_int_equal(db_get_int_args(&test.db.call, &n, 0, sql, NULL, 0), ERR_OK);
    return n;
}

static void a_cookie_signs_in_and_out(void **state)
{
    (void)state;
    user_make("officer", ROLE_COUNTY_OFFICER, 1, false);
    test_ask(&test, &reply, "POST", "/api/sessions", "",
             "{\"login_name\":\"Officer\",\"password\":\"Kv7#mWq2xR+z\"}");
    expect(201, "\"county_officer\"");
    assert_null(strstr(reply.body, "token"));
    char cookie[256], headers[400];
    snprintf(cookie, sizeof cookie, "%s", test_header(&reply, "Set-Cookie"));
    assert_non_null(strstr(cookie, "HttpOnly"));
    assert_non_null(strstr(cookie, "SameSite=Strict"));
    *strchr(cookie, ';') = 0;
    snprintf(headers, sizeof headers, "Cookie: %s\r\nX-Anze: 1\r\n", cookie);
    test_ask(&test, &reply, "GET", "/api/me", headers, NULL);
    expect(200, "\"login_name\":\"officer\"");
    expect(200, "\"accounts_me\"");
    assert_null(strstr(reply.body, "accounts_users"));
    test_ask(&test, &reply, "DELETE", "/api/sessions/current", headers, NULL);
    expect(204, NULL);
    test_ask(&test, &reply, "GET", "/api/me", headers, NULL);
    expect(401, NULL);
    assert_int_equal(
        number(
            "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'session.started' AND actor_login = 'officer'"),
        1);
    assert_int_equal(number("SELECT COUNT(*) FROM ledger_entry WHERE verb = 'session.ended'"), 1);
}

static void wrong_and_unknown_are_answered_alike_and_lock_alike(void **state)
{
    (void)state;
    char first[2][2048];
    user_make("known", ROLE_COUNTY_OFFICER, 1, false);
    static const char *const names[] = {"known", "unknown"};
    for (int n = 0; n < 2; n++) {
        for (int i = 0; i < 5; i++) {
            test_ask(&test, &reply, "POST", "/api/sessions", "", login_body(names[n], "Wrong#1234567"));
            expect(401, "accounts.wrong");
        }
        snprintf(first[n], sizeof first[n], "%s", reply.body);
        test_ask(&test, &reply, "POST", "/api/sessions", "", login_body(names[n], good_password));
        expect(503, "access.locked");
    }
    assert_string_equal(first[0], first[1]);
    assert_int_equal(number("SELECT COUNT(*) FROM access_session"), 0);
    assert_int_equal(number("SELECT COUNT(*) FROM ledger_entry WHERE verb = 'session.failed'"), 8);
    assert_int_equal(number("SELECT COUNT(*) FROM ledger_entry WHERE verb = 'session.locked'"), 2);
    user_make("sec", ROLE_SEC_ADMIN, 0, false);
    const char *sec = sign_in("sec", good_password);
    ask(sec, "GET", "/api/users?q=known", NULL);
    expect(200, "\"locked\":true");
    ask(sec, "POST", "/api/users/1/unlock", "{}");
    expect(200, "\"locked\":false");
    sign_in("known", good_password);
}

static void accounts_that_may_not_sign_in_say_why_only_to_their_owner(void **state)
{
    (void)state;
    int64_t shut = user_make("shut", ROLE_COUNTY_OFFICER, 1, false),
            over = user_make("over", ROLE_VENDOR_USER, 2, false);
    user_make("bare", 0, 0, false);
    assert_int_equal(access_user_change(&test.db.call, shut, STR("x"), STR(""), true), ERR_OK);
    assert_int_equal(access_user_change(&test.db.call, over, STR("x"), STR("2020-01-01"), false), ERR_OK);
    static const struct {
        const char *name, *why;
    } cases[] = {{"shut", "accounts.disabled"}, {"over", "accounts.expired"}, {"bare", "accounts.no_role"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_ask(&test, &reply, "POST", "/api/sessions", "", login_body(cases[i].name, "Wrong#1234567"));
        expect(401, "accounts.wrong");
        test_ask(&test, &reply, "POST", "/api/sessions", "", login_body(cases[i].name, good_password));
        expect(401, cases[i].why);
    }
    assert_int_equal(number("SELECT COUNT(*) FROM access_session"), 0);
}

static void a_first_password_must_be_changed(void **state)
{
    (void)state;
    user_make("newcomer", ROLE_COUNTY_OFFICER, 1, true);
    const char *token = sign_in("newcomer", good_password), *other = sign_in("newcomer", good_password);
    ask(token, "GET", "/api/me/sessions", NULL);
    expect(403, "first_password");
    ask(token, "GET", "/api/me", NULL);
    expect(200, "\"must_change_password\":true");
    ask(token, "PUT", "/api/me/password", "{\"password\":\"nope\",\"new_password\":\"Green-Hill-42rain\"}");
    expect(422, "accounts.old_wrong");
    ask(token, "PUT", "/api/me/password",
        "{\"password\":\"Kv7#mWq2xR+z\",\"new_password\":\"Admin@123456\"}");
    expect(422, "access.password_common");
    expect(422, "\"field\":\"new_password\"");
    ask(token, "PUT", "/api/me/password",
        "{\"password\":\"Kv7#mWq2xR+z\",\"new_password\":\"Kv7#mWq2xR+z\"}");
    expect(422, "access.password_used");
    ask(token, "PUT", "/api/me/password",
        "{\"password\":\"Kv7#mWq2xR+z\",\"new_password\":\"Green-Hill-42rain\"}");
    expect(204, NULL);
    ask(token, "GET", "/api/me/sessions", NULL);
    expect(200, "\"current\":true");
    ask(other, "GET", "/api/me", NULL);
    expect(401, NULL); /* other sessions end with the old password */
    test_ask(&test, &reply, "POST", "/api/sessions", "", login_body("newcomer", good_password));
    expect(401, "accounts.wrong");
    sign_in("newcomer", "Green-Hill-42rain");
    assert_int_equal(number("SELECT COUNT(*) FROM ledger_entry WHERE verb = 'user.password_changed'"), 1);
    assert_int_equal(
        number("SELECT COUNT(*) FROM ledger_entry WHERE detail LIKE '%Green-Hill%' OR detail LIKE '%Kv7#m%'"),
        0);
}

static void two_administrators_make_an_account(void **state)
{
    (void)state;
    char body[200], target[80], password[40];
    user_make("sys", ROLE_SYS_ADMIN, 0, false);
    user_make("sec", ROLE_SEC_ADMIN, 0, false);
    user_make("audit", ROLE_AUDIT_ADMIN, 0, false);
    const char *sys = sign_in("sys", good_password), *sec = sign_in("sec", good_password),
               *audit = sign_in("audit", good_password);

    static const char create[] = "{\"login_name\":\"clerk\",\"display_name\":\"网络安全员\"}";
    ask(sec, "POST", "/api/users", create);
    expect(403, NULL);
    ask(audit, "POST", "/api/users", create);
    expect(403, NULL);
    ask(sys, "POST", "/api/users", create);
    expect(201, "\"roles\":[]");
    snprintf(password, sizeof password, "%.*s", STR_ARG(member("password")));
    ask(sys, "POST", "/api/users", create);
    expect(409, "access.login_taken");
    test_ask(&test, &reply, "POST", "/api/sessions", "", login_body("clerk", password));
    expect(401, "accounts.no_role");

    snprintf(target, sizeof target, "/api/users/%lld/roles",
             (long long)number("SELECT user_id FROM access_user WHERE login_name = 'clerk'"));
    ask(sys, "POST", target, "{\"roles\":[{\"role\":\"unit_officer\"}],\"unit_id\":3}");
    expect(403, NULL);
    ask(sec, "POST", target, "{\"unit_id\":3}");
    expect(422, "fault.required");
    ask(sec, "POST", target,
        "{\"roles\":[{\"role\":\"unit_officer\"},{\"role\":\"sys_admin\"}],\"unit_id\":3}");
    expect(422, "access.roles_apart");
    ask(sec, "POST", target, "{\"roles\":[{\"role\":\"local_admin\"}]}");
    expect(422, NULL);
    ask(sec, "POST", target, "{\"roles\":[{\"role\":\"unit_officer\"}]}");
    expect(422, "access.unit_needed");
    ask(sec, "POST", target, "{\"roles\":[{\"role\":\"unit_officer\"}],\"unit_id\":12}");
    expect(422, "access.unit_unknown");
    ask(sec, "POST", target, "{\"roles\":[{\"role\":\"unit_officer\"}],\"unit_id\":3}");
    expect(200, "\"role\":\"unit_officer\"");
    ask(sec, "POST", "/api/users/2/roles", "{\"roles\":[{\"role\":\"county_officer\"}]}");
    expect(409, "access.own_roles");
    ask(sec, "POST", "/api/users/1/roles", "{\"roles\":[{\"role\":\"county_officer\"}]}");
    expect(409, "access.last_admin");
    ask(sec, "POST", "/api/users/999/roles", "{\"roles\":[]}");
    expect(404, NULL);

    const char *clerk = sign_in("clerk", password);
    ask(clerk, "GET", "/api/users", NULL);
    expect(403, NULL);
    ask(clerk, "GET", "/api/me", NULL);
    expect(200, "\"must_change_password\":true");

    snprintf(target, sizeof target, "/api/users/%lld",
             (long long)number("SELECT user_id FROM access_user WHERE login_name = 'clerk'"));
    snprintf(body, sizeof body, "{\"disabled\":true}");
    ask(sec, "PATCH", target, body);
    expect(403, NULL);
    ask(sys, "PATCH", target, body);
    expect(200, "\"disabled\":true");
    ask(clerk, "GET", "/api/me", NULL);
    expect(401, NULL);
    ask(sys, "PATCH", "/api/users/1", body);
    expect(409, "access.own_account");
    ask(audit, "GET", "/api/users?sort=-created_at_ms&count=1", NULL);
    expect(200, "\"total\":4");
    assert_null(strstr(reply.body, "argon2id"));
}

static void nobody_resets_an_administrators_password(void **state)
{
    (void)state;
    char target[80], password[40];
    user_make("sys", ROLE_SYS_ADMIN, 0, false);
    int64_t sec = user_make("sec", ROLE_SEC_ADMIN, 0, false),
            unit = user_make("unit", ROLE_UNIT_OFFICER, 2, false);
    const char *sys = sign_in("sys", good_password), *held = sign_in("unit", good_password);
    snprintf(target, sizeof target, "/api/users/%lld/reset-password", (long long)sec);
    ask(sys, "POST", target, "{}");
    expect(409, "accounts.reset_admin");
    ask(sys, "POST", "/api/users/1/reset-password", "{}");
    expect(409, "accounts.reset_own");
    snprintf(target, sizeof target, "/api/users/%lld/reset-password", (long long)unit);
    ask(sys, "POST", target, "{}");
    expect(200, "\"must_change_password\":true");
    snprintf(password, sizeof password, "%.*s", STR_ARG(member("password")));
    ask(held, "GET", "/api/me", NULL);
    expect(401, NULL);
    sign_in("unit", password);
}

static void sessions_are_ones_own_unless_one_guards_them(void **state)
{
    (void)state;
    char target[80];
    user_make("one", ROLE_COUNTY_OFFICER, 1, false);
    user_make("two", ROLE_COUNTY_OFFICER, 1, false);
    user_make("sec", ROLE_SEC_ADMIN, 0, false);
    const char *one = sign_in("one", good_password), *two = sign_in("two", good_password),
               *sec = sign_in("sec", good_password);
    snprintf(target, sizeof target, "/api/sessions/%lld",
             (long long)number("SELECT session_id FROM access_session WHERE user_id = 2"));
    ask(one, "GET", "/api/sessions", NULL);
    expect(403, NULL);
    ask(one, "DELETE", target, NULL);
    expect(404, NULL);
    ask(sec, "GET", "/api/sessions", NULL);
    expect(200, "\"login_name\":\"two\"");
    ask(sec, "DELETE", target, NULL);
    expect(204, NULL);
    ask(two, "GET", "/api/me", NULL);
    expect(401, NULL);
    ask(one, "PUT", "/api/me/language", "{\"language\":\"en\"}");
    expect(200, "\"en\"");
    ask(one, "GET", "/api/users", NULL);
    expect(403, NULL);
    ask(one, "GET", "/api/me", NULL);
    expect(200, "\"language\":\"en\"");
}

static void policies_change_in_the_hands_of_the_right_one(void **state)
{
    (void)state;
    user_make("sys", ROLE_SYS_ADMIN, 0, false);
    user_make("sec", ROLE_SEC_ADMIN, 0, false);
    const char *sys = sign_in("sys", good_password), *sec = sign_in("sec", good_password);
    ask(sys, "GET", "/api/policies", NULL);
    expect(200, "session.idle_minutes");
    ask(sys, "PUT", "/api/policies/10", "{\"policy_value\":15}");
    expect(403, NULL);
    ask(sec, "PUT", "/api/policies/10", "{\"policy_value\":1}");
    expect(422, "access.policy_range");
    ask(sec, "PUT", "/api/policies/10", "{\"policy_value\":15}");
    expect(200, "\"policy_value\":15");
    ask(sec, "PUT", "/api/policies/99", "{\"policy_value\":15}");
    expect(404, NULL);
}

/* ---- the second factor ---- */

static struct str secret_bytes(struct str text)
{
    char *out = arena_alloc(test.db.call.arena, text.len);
    size_t many = 0;
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        held = (held << 5 | (unsigned)(c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out[many++] = (char)(held >> bits & 255);
        }
    }
    return (struct str){out, many};
}

static const char *code_body(struct str secret, int steps)
{
    static char text[40];
    snprintf(text, sizeof text, "{\"code\":\"%06u\"}",
             (unsigned)crypt_totp(secret, (uint64_t)(clock_now_ms() / 30000 + steps), 6));
    return text;
}

static void try_sign_in(const char *name, const char *code)
{
    char body[300];
    snprintf(body, sizeof body, "{\"login_name\":\"%s\",\"password\":\"%s\",\"code\":\"%s\",\"api\":true}",
             name, good_password, code);
    test_ask(&test, &reply, "POST", "/api/sessions", "", body);
}

static struct str enrol(const char *token)
{
    ask(token, "POST", "/api/me/factor", "{\"password\":\"Kv7#mWq2xR+z\"}");
    expect(201, "otpauth://totp/anze:");
    struct str secret = secret_bytes(member("secret"));
    ask(token, "POST", "/api/me/factor/confirm", code_body(secret, 3));
    expect(422, "code");
    ask(token, "POST", "/api/me/factor/confirm", code_body(secret, -1));
    expect(200, "recovery_codes");
    return secret;
}

static void a_second_factor_is_asked_for_and_counted(void **state)
{
    (void)state;
    char recovery[12], code[8];
    user_make("officer", ROLE_COUNTY_OFFICER, 1, false);
    const char *token = sign_in("officer", good_password);
    ask(token, "POST", "/api/me/factor", "{\"password\":\"wrong\"}");
    expect(422, "password");
    struct str secret = enrol(token);
    snprintf(recovery, sizeof recovery, "%.11s", strstr(reply.body, "[\"") + 2);
    try_sign_in("officer", "");
    expect(401, "\"code\"");
    snprintf(code, sizeof code, "%.6s", strstr(code_body(secret, 0), ":\"") + 2);
    try_sign_in("officer", code);
    expect(201, "token");
    try_sign_in("officer", code); /* over the shoulder */
    expect(401, "\"code\"");
    try_sign_in("officer", recovery);
    expect(201, "token");
    for (int i = 0; i < 5; i++)
        try_sign_in("officer", recovery);
    expect(401, NULL);
    try_sign_in("officer", ""); /* the fifth wrong code locked the name */
    expect(503, NULL);
}

static void whoever_must_have_a_factor_sets_it_up_first(void **state)
{
    (void)state;
    int64_t officer = user_make("officer", ROLE_COUNTY_OFFICER, 1, false);
    user_make("guard", ROLE_SEC_ADMIN, 1, false);
    const char *guard = sign_in("guard", good_password);
    char path[80];
    ask(guard, "PUT", "/api/policies/13", "{\"policy_value\":1}");
    expect(200, "factor.authority");
    const char *token = sign_in("officer", good_password);
    ask(token, "GET", "/api/me/sessions", NULL);
    expect(403, "code");
    ask(token, "GET", "/api/me", NULL);
    expect(200, "\"must_enrol\":true");
    struct str secret = enrol(token);
    ask(token, "GET", "/api/me/sessions", NULL);
    expect(200, NULL);
    ask(token, "POST", "/api/me/factor/drop", code_body(secret, 0));
    expect(409, NULL);
    /* The telephone is lost. */
    snprintf(path, sizeof path, "/api/users/%lld/reset-factor", (long long)officer);
    ask(guard, "POST", path, NULL);
    expect(200, "officer");
    ask(token, "GET", "/api/me", NULL);
    expect(401, NULL);
    token = sign_in("officer", good_password);
    ask(token, "GET", "/api/me", NULL);
    expect(200, "\"must_enrol\":true");
    assert_int_equal(number("SELECT COUNT(*) FROM ledger_entry WHERE verb = 'user.factor_dropped'"), 1);
}

static void an_address_has_so_many_log_ins_a_minute(void **state)
{
    (void)state;
    int64_t now = clock_monotonic_us();
    for (int i = 0; i < 30; i++)
        assert_true(accounts_rate(STR("10.9.8.7"), 30, now));
    assert_false(accounts_rate(STR("10.9.8.7"), 30, now));
    assert_true(accounts_rate(STR("10.9.8.6"), 30, now));
    assert_false(accounts_rate(STR("10.9.8.7"), 30, now + 1900000));
    assert_true(accounts_rate(STR("10.9.8.7"), 30, now + 4000000));
    int many = 0;
    while (accounts_rate(STR("127.0.0.77"), 30, now) && many < 10000)
        many++;
    assert_int_equal(many, 600); /* the front proxy, behind which everybody stands */
    /* Addresses beyond the table do not get in each other's way for long, and nothing runs over. */
    for (int i = 0; i < 50000; i++) {
        char address[40];
        int len = snprintf(address, sizeof address, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        assert_true(accounts_rate((struct str){address, (size_t)len}, 30, now + i));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_cookie_signs_in_and_out),
        TEST(wrong_and_unknown_are_answered_alike_and_lock_alike),
        TEST(accounts_that_may_not_sign_in_say_why_only_to_their_owner),
        TEST(a_first_password_must_be_changed),
        TEST(two_administrators_make_an_account),
        TEST(nobody_resets_an_administrators_password),
        TEST(sessions_are_ones_own_unless_one_guards_them),
        TEST(policies_change_in_the_hands_of_the_right_one),
        TEST(a_second_factor_is_asked_for_and_counted),
        TEST(whoever_must_have_a_factor_sets_it_up_first),
        cmocka_unit_test(an_address_has_so_many_log_ins_a_minute),
    };
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
