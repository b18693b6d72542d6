/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "access/access_parts.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/log.h"
#include "db/db_test.h"
#include "ledger/ledger.h"

static struct db_test test;
static struct arena *arena;
static struct call call;

static struct str source_text(const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    FILE *file = fopen(str_format(arena, "%s/%s", source ? source : ".", name).at, "rb");
    assert_non_null(file);
    char *text = arena_alloc(arena, 65536);
    size_t len = fread(text, 1, 65536, file);
    fclose(file);
    return (struct str){text, len};
}

static enum err path_of(struct call *c, int64_t unit_id, struct str *ret)
{
    if (unit_id > 99)
        return ERR_NOT_FOUND;
    *ret = str_format(c->arena, "0001%04lld", (long long)unit_id);
    return ERR_OK;
}

static int setup(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    db_test_open(&test, NULL, 0);
    arena = test.call.arena;
    db_test_step(&test, "0001_ledger", source_text("src/ledger/steps/0001_ledger.sql").at);
    db_test_step(&test, "0001_access", source_text("src/access/steps/0001_access.sql").at);
    db_test_step(&test, "0002_factor", source_text("src/access/steps/0002_factor.sql").at);
    db_test_step(&test, "0003_vendor", source_text("src/access/steps/0003_vendor.sql").at);
    call =
        (struct call){.arena = arena, .db = test.db, .actor = &access_local_admin, .now_ms = 1790730000000};
    access_unit_paths(path_of);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct ledger_verdict verdict;
    assert_int_equal(ledger_verify(&call, STR_NONE, NULL, &verdict), ERR_OK);
    assert_true(verdict.ok);
    db_test_close(&test);
    return 0;
}

static bool faulted(const char *key)
{
    bool found = false;
    for (const struct call_fault *f = call.faults; f; f = f->next)
        found = found || strcmp(f->key, key) == 0;
    call_faults_clear(&call);
    return found;
}

static int64_t user_make(const char *name, unsigned roles, int64_t unit_id)
{
    int64_t id = 0;
    assert_int_equal(
        access_user_create(&call, str_of(name), STR("某某"), roles, unit_id, STR("$x"), false, &id), ERR_OK);
    return id;
}

static int64_t entries(const char *verb, int64_t user_id)
{
    int64_t many;
    assert_int_equal(db_get_int(&call, &many, 0,
                                "SELECT COUNT(*) FROM ledger_entry WHERE verb = $1 AND subject_id = $2",
                                db_c(verb), db_int(user_id)),
                     ERR_OK);
    return many;
}

static void roles_that_may_meet(void **state)
{
    (void)state;
    assert_true(access_roles_allowed(0));
    assert_true(access_roles_allowed(ROLE_COUNTY_OFFICER | ROLE_OFFICE_DIRECTOR));
    assert_true(access_roles_allowed(ROLE_UNIT_OFFICER | ROLE_UNIT_LEADER));
    assert_false(access_roles_allowed(ROLE_LOCAL_ADMIN));
    assert_false(access_roles_allowed(1U << 12));
    assert_false(access_roles_allowed(ROLE_COUNTY_OFFICER | ROLE_UNIT_OFFICER));
    assert_false(access_roles_allowed(ROLE_SCAN_TEAM | ROLE_VENDOR_USER));
    assert_false(access_roles_allowed(ROLE_SCAN_TEAM | ROLE_COUNTY_OFFICER));
    for (unsigned admin = ROLE_SYS_ADMIN; admin <= ROLE_AUDIT_ADMIN; admin <<= 1) {
        assert_true(access_roles_allowed(admin));
        for (unsigned other = 1; other <= ROLE_LOCAL_ADMIN; other <<= 1)
            if (other != admin)
                assert_false(access_roles_allowed(admin | other));
    }
    for (unsigned i = 0; access_role_enum.names[i]; i++) {
        assert_int_equal(access_role_of(str_of(access_role_enum.names[i])), 1U << i);
        assert_string_equal(access_role_name(1U << i), access_role_enum.names[i]);
    }
    assert_int_equal(access_role_of(STR("local_admin")), 0);
}

static void scope_follows_the_role(void **state)
{
    (void)state;
    static const struct {
        unsigned roles;
        const char *path, *scope;
        bool nothing;
    } cases[] = {
        {ROLE_COUNTY_OFFICER, "0001", "", false},
        {ROLE_REGULATOR, "", "", false},
        {ROLE_SCAN_TEAM, "00010009", "", false},
        {ROLE_UNIT_OFFICER, "00010002", "00010002", false},
        {ROLE_UNIT_LEADER, "", "", true},
        {ROLE_VENDOR_USER, "00010007", "00010007", false},
        {ROLE_VENDOR_USER, "", "", true},
        {ROLE_SYS_ADMIN, "0001", "", true},
        {ROLE_SEC_ADMIN, "0001", "", true},
        {ROLE_AUDIT_ADMIN, "0001", "", true},
        {0, "0001", "", true},
    };
    struct access_actor actor = {0};
    const struct access_actor *was = call.actor;
    call.actor = &actor;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool nothing;
        actor.roles = cases[i].roles;
        actor.unit_path = str_of(cases[i].path);
        assert_string_equal(str_c(arena, access_scope(&actor, &nothing)), cases[i].scope);
        assert_int_equal(nothing, cases[i].nothing);
        bool own = !cases[i].nothing && (!cases[i].scope[0] || strcmp(cases[i].scope, "00010002") == 0);
        assert_int_equal(access_reach(&call, STR("000100020001")), own ? ERR_OK : ERR_NOT_FOUND);
        assert_int_equal(access_reach(&call, STR("")),
                         !cases[i].nothing && !cases[i].scope[0] ? ERR_OK : ERR_NOT_FOUND);
        bool personal = cases[i].roles == ROLE_UNIT_OFFICER;
        assert_int_equal(access_sees_personal(&call, STR("00010002")), personal);
        assert_false(access_sees_personal(&call, STR("00010003")));
    }
    bool nothing;
    access_scope(NULL, &nothing);
    assert_true(nothing);
    call.actor = was;
    access_scope(&access_program, &nothing);
    assert_false(nothing);
    assert_true(access_sees_personal(&call, STR("0001")));
}

static void a_session_lives_as_long_as_it_may(void **state)
{
    (void)state;
    struct access_actor actor;
    struct str token, other;
    int64_t start = call.now_ms, user = user_make("clerk", ROLE_UNIT_OFFICER, 2);
    assert_int_equal(access_session_start(&call, user, STR("127.0.0.1"), &token), ERR_OK);
    assert_int_equal(token.len, 43);
    assert_int_equal(access_session_actor(&call, token, &actor), ERR_OK);
    assert_int_equal(actor.user_id, user);
    assert_true(str_is(actor.login_name, "clerk"));
    assert_true(str_is(actor.unit_path, "00010002"));
    assert_int_equal(actor.roles, ROLE_UNIT_OFFICER);
    assert_false(actor.sees_all);
    assert_true(actor.session_id > 0 && actor.session_id <= (1LL << 52));

    char *wrong = (char *)(uintptr_t)str_copy(arena, token).at;
    wrong[5] = wrong[5] == 'A' ? 'B' : 'A';
    assert_int_equal(access_session_actor(&call, (struct str){wrong, 43}, &actor), ERR_UNAUTHENTICATED);
    assert_int_equal(access_session_actor(&call, STR(""), &actor), ERR_UNAUTHENTICATED);

    /* Used every 20 minutes it outlives the 30 idle ones, through memory and, after a flush, through the row
     * … */
    for (int i = 1; i <= 35; i++) {
        call.now_ms = start + i * 20 * 60000LL;
        if (i % 2)
            assert_int_equal(access_session_tend(&call), ERR_OK);
        assert_int_equal(access_session_actor(&call, token, &actor), ERR_OK);
    }
    /* … but not its twelve hours. */
    call.now_ms = start + 12 * 3600000LL - 1;
    assert_int_equal(access_session_actor(&call, token, &actor), ERR_OK);
    call.now_ms++;
    assert_int_equal(access_session_actor(&call, token, &actor), ERR_UNAUTHENTICATED);
    call.now_ms -= 3600000; /* a clock set back does not revive it */
    assert_int_equal(access_session_actor(&call, token, &actor), ERR_UNAUTHENTICATED);
    assert_int_equal(access_session_tend(&call), ERR_OK);
    assert_int_equal(access_session_actor(&call, token, &actor), ERR_UNAUTHENTICATED);

    assert_int_equal(access_session_start(&call, user, STR("::1"), &other), ERR_OK);
    call.now_ms += 30 * 60000 - 1;
    assert_int_equal(access_session_actor(&call, other, &actor), ERR_OK);
    call.now_ms += 30 * 60000;
    assert_int_equal(access_session_actor(&call, other, &actor), ERR_UNAUTHENTICATED);
    call.now_ms = start;
}

static void a_session_ends_with_its_reason(void **state)
{
    (void)state;
    struct access_actor actor;
    struct str one, two;
    int64_t user = user_make("leader", ROLE_BUREAU_LEADER, 1);
    assert_int_equal(access_session_start(&call, user, STR("::1"), &one), ERR_OK);
    assert_int_equal(access_session_start(&call, user, STR("::1"), &two), ERR_OK);
    assert_int_equal(access_session_actor(&call, one, &actor), ERR_OK);
    assert_int_equal(access_session_end(&call, actor.session_id, user + 1, "revoked"), ERR_NOT_FOUND);
    assert_int_equal(access_session_end(&call, actor.session_id, user, "signed_out"), ERR_OK);
    assert_int_equal(access_session_actor(&call, one, &actor), ERR_UNAUTHENTICATED);
    assert_int_equal(access_session_actor(&call, two, &actor), ERR_OK);
    assert_true(actor.sees_all);
    assert_int_equal(access_user_change(&call, user, STR("某某"), STR("2026-09-30"), false), ERR_OK);
    call.now_ms = clock_ms_of_day(clock_day(2026, 10, 1)) - 1;
    assert_int_equal(access_session_start(&call, user, STR("::1"), &two), ERR_OK);
    assert_int_equal(access_session_actor(&call, two, &actor), ERR_OK);
    call.now_ms++;
    assert_int_equal(access_session_actor(&call, two, &actor), ERR_UNAUTHENTICATED);
    call.now_ms = 1790730000000;
    assert_int_equal(access_session_start(&call, user, STR("::1"), &two), ERR_OK);
    assert_int_equal(access_user_change(&call, user, STR("某某"), STR(""), true), ERR_OK);
    assert_int_equal(access_session_actor(&call, two, &actor), ERR_UNAUTHENTICATED);
    assert_int_equal(entries("user.disabled", user), 1);
    assert_int_equal(entries("session.ended", user), 1);
}

static void names_lock_alike_whether_or_not_they_exist(void **state)
{
    (void)state;
    static const char *const names[] = {"Target", "no.such.person"};
    int64_t start = call.now_ms, user = user_make("target", ROLE_REGULATOR, 0);
    for (int n = 0; n < 2; n++) {
        struct str name = str_of(names[n]);
        static const int minutes[] = {0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440};
        for (int i = 0; i < 15; i++) {
            assert_int_equal(access_login_open(&call, name), ERR_OK);
            assert_int_equal(access_login_failed(&call, name, STR("10.0.0.9")), ERR_OK);
            if (!minutes[i])
                continue;
            assert_int_equal(access_login_open(&call, name), ERR_BUSY);
            assert_true(str_is(call.faults->args[0], str_format(arena, "%d", minutes[i]).at));
            assert_true(faulted("access.locked"));
            call.now_ms += minutes[i] * 60000LL - 1;
            assert_int_equal(access_login_open(&call, name), ERR_BUSY);
            call_faults_clear(&call);
            call.now_ms++;
        }
        call.now_ms = start;
    }
    assert_int_equal(entries("session.locked", user), 11);
    assert_int_equal(entries("session.failed", user), 4);
    /* A name that is nobody's may be a password typed into the wrong field: it is written nowhere. */
    int64_t written;
    assert_int_equal(db_get_int(&call, &written, 0,
                                "SELECT COUNT(*) FROM ledger_entry WHERE detail LIKE '%no.such%' OR "
                                "actor_login LIKE '%no.such%'"),
                     ERR_OK);
    assert_int_equal(written, 0);
    assert_int_equal(access_login_open(&call, STR("TARGET")), ERR_BUSY);
    assert_int_equal(access_user_unlock(&call, user), ERR_OK);
    assert_int_equal(access_login_open(&call, STR("target")), ERR_OK);
    assert_int_equal(access_login_failed(&call, STR("target"), STR("::1")),
                     ERR_OK); /* counts from one again */
    assert_int_equal(access_login_open(&call, STR("target")), ERR_OK);
    call_faults_clear(&call);
}

static void failures_are_forgotten_after_a_day(void **state)
{
    (void)state;
    int64_t start = call.now_ms;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(access_login_failed(&call, STR("slow"), STR("::1")), ERR_OK);
        assert_int_equal(access_login_open(&call, STR("slow")), ERR_OK);
        call.now_ms += 25 * 3600000LL;
    }
    assert_int_equal(access_session_tend(&call), ERR_OK);
    int64_t many;
    assert_int_equal(db_get_int(&call, &many, -1, "SELECT COUNT(*) FROM access_attempt"), ERR_OK);
    assert_int_equal(many, 0);
    call.now_ms = start;
}

static void nobody_changes_their_own_power(void **state)
{
    (void)state;
    int64_t sys = user_make("sys", ROLE_SYS_ADMIN, 0), sec = user_make("sec", ROLE_SEC_ADMIN, 0), id;
    struct access_actor actor = {.user_id = sec, .login_name = STR("sec"), .roles = ROLE_SEC_ADMIN};
    call.actor = &actor;
    assert_int_equal(access_user_assign(&call, sec, ROLE_COUNTY_OFFICER, 1), ERR_REFUSED);
    assert_true(faulted("access.own_roles"));
    assert_int_equal(access_user_assign(&call, sys, ROLE_COUNTY_OFFICER, 1), ERR_REFUSED); /* the only one */
    assert_true(faulted("access.last_admin"));
    int64_t second = user_make("sys2", ROLE_SYS_ADMIN, 0);
    assert_int_equal(access_user_assign(&call, sys, ROLE_COUNTY_OFFICER, 1), ERR_OK);
    assert_int_equal(entries("user.roles_changed", sys), 1);
    actor = (struct access_actor){.user_id = second, .login_name = STR("sys2"), .roles = ROLE_SYS_ADMIN};
    assert_int_equal(access_user_change(&call, second, STR("x"), STR(""), true), ERR_REFUSED);
    assert_true(faulted("access.own_account"));
    assert_int_equal(access_user_change(&call, second, STR("x"), STR("2020-01-01"), false), ERR_REFUSED);
    assert_true(faulted("access.own_account"));
    assert_int_equal(access_user_change(&call, sec, STR("x"), STR(""), true), ERR_REFUSED);
    assert_true(faulted("access.last_admin"));
    assert_int_equal(access_user_change(&call, second, STR("x"), STR("2020-02-30"), false), ERR_INVALID);
    assert_true(faulted("access.date"));
    call.actor = &access_local_admin;
    assert_int_equal(access_user_create(&call, STR("mix"), STR("x"), ROLE_SYS_ADMIN | ROLE_SEC_ADMIN, 0,
                                        STR("h"), true, &id),
                     ERR_INVALID);
    assert_true(faulted("access.roles_apart"));
    assert_int_equal(
        access_user_create(&call, STR("mix"), STR("x"), ROLE_UNIT_OFFICER, 0, STR("h"), true, &id),
        ERR_INVALID);
    assert_true(faulted("access.unit_needed"));
    assert_int_equal(
        access_user_create(&call, STR("mix"), STR("x"), ROLE_UNIT_OFFICER, 100, STR("h"), true, &id),
        ERR_INVALID);
    assert_true(faulted("access.unit_unknown"));
    assert_int_equal(access_user_create(&call, STR("SYS"), STR("x"), 0, 0, STR("h"), true, &id),
                     ERR_CONFLICT);
    assert_true(faulted("access.login_taken"));
}

static void common_passwords_are_known(void **state)
{
    (void)state;
    static const char *const bad[] = {"Admin@123456", "P@ssw0rd2024", "Passw0rd!!!",  "Adm1n#2026!",
                                      "1qaz@WSX3edc", "Woaini520!!",  "!QAZ@WSX#EDC", "Zhengwu@2026",
                                      "1234567890",   "12345!@#$%",   "Dashuju#2025", "$Anquan2024$",
                                      "QWERTYUIOP1!"};
    static const char *const good[] = {"Kv7#mWq2xR+z", "蓝色的山坡Rain42", "correct-Horse7battery",
                                       "Tuesday4rivers!"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!access_password_common(str_of(bad[i])))
            fail_msg("%s passes", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_false(access_password_common(str_of(good[i])));
}

static void password_rules_name_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *password, *fault;
    } cases[] = {
        {"Kv7#m", "access.password_short"},
        {"kvmwqxrzhtbn", "access.password_classes"},
        {"Admin@123456", "access.password_common"},
        {"Tango7#OFFICER.li", "access.password_name"},
        {"AAaa11##AAaa", "access.password_common"},
        {"Kv7#mWq2xR\n+z", "access.password_text"},
        {"Kv7#mWq2\xff\xfe+z1", "access.password_text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(access_password_rules(&call, STR("officer.li"), str_of(cases[i].password)),
                         ERR_INVALID);
        if (!faulted(cases[i].fault))
            fail_msg("%s: not %s", cases[i].password, cases[i].fault);
    }
    char lengthy[200];
    memset(lengthy, 'x', sizeof lengthy);
    assert_int_equal(access_password_rules(&call, STR("a"), (struct str){lengthy, sizeof lengthy}),
                     ERR_INVALID);
    assert_true(faulted("access.password_long"));
    for (int i = 0; i < 2000; i++) {
        struct str random = access_password_random(arena);
        assert_int_equal(random.len, 16);
        assert_int_equal(access_password_rules(&call, STR("x"), random), ERR_OK);
        for (size_t at = 0; at < 16; at++)
            assert_null(memchr("0OIl1o", random.at[at], 6));
    }
    assert_null(call.faults);
}

static void the_last_five_passwords_cannot_come_back(void **state)
{
    (void)state;
    struct str password[7], hash;
    int64_t user = user_make("keeper", ROLE_REGULATOR, 0);
    struct access_user found;
    for (int i = 0; i < 7; i++) {
        password[i] = access_password_random(arena);
        assert_int_equal(access_password_rules(&call, STR("keeper"), password[i]), ERR_OK);
        assert_int_equal(crypt_password_hash(arena, password[i], &hash), ERR_OK);
        assert_int_equal(access_user_password(&call, user, hash, i == 0, 0), ERR_OK);
        assert_int_equal(access_user_find(&call, STR("KEEPER"), &found), ERR_OK);
        assert_int_equal(found.must_change_password, i == 0);
    }
    for (int i = 0; i < 7; i++) {
        enum err want = i < 2 ? ERR_OK : ERR_INVALID;
        assert_int_equal(access_password_rules(&call, STR("keeper"), password[i]), want);
        assert_int_equal(faulted("access.password_used"), want != ERR_OK);
    }
    assert_int_equal(entries("user.password_reset", user), 7);
}

static void an_unknown_name_costs_the_same_work(void **state)
{
    (void)state;
    struct str hash;
    assert_int_equal(crypt_password_hash(arena, STR("Kv7#mWq2xR+z"), &hash), ERR_OK);
    int64_t start = clock_monotonic_us();
    assert_false(crypt_password_check(STR("other"), hash));
    int64_t known = clock_monotonic_us() - start;
    start = clock_monotonic_us();
    assert_false(crypt_password_check(STR("other"), access_login_nobody));
    int64_t unknown = clock_monotonic_us() - start;
    assert_true(unknown > known / 3); /* were the text refused unread, it would be a thousandth */
}

static void policies_have_bounds_and_are_recorded(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(access_policy(&call, "session.idle_minutes", &value), ERR_OK);
    assert_int_equal(value, 30);
    assert_int_equal(access_policy_set(&call, STR("session.idle_minutes"), 15), ERR_OK);
    assert_int_equal(access_policy(&call, "session.idle_minutes", &value), ERR_OK);
    assert_int_equal(value, 15);
    assert_int_equal(entries("policy.changed", 10), 1);
    assert_int_equal(access_policy_set(&call, STR("session.idle_minutes"), 15),
                     ERR_OK); /* no change, no entry */
    assert_int_equal(entries("policy.changed", 10), 1);
    assert_int_equal(access_policy_set(&call, STR("session.idle_minutes"), 4), ERR_INVALID);
    assert_int_equal(access_policy_set(&call, STR("session.idle_minutes"), 481), ERR_INVALID);
    assert_true(faulted("access.policy_range"));
    assert_int_equal(access_policy_set(&call, STR("no.such"), 4), ERR_NOT_FOUND);
}

static void speed_is_told(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct access_actor actor;
    struct str token;
    int64_t user = user_make("fast", ROLE_UNIT_OFFICER, 3);
    assert_int_equal(access_session_start(&call, user, STR("::1"), &token), ERR_OK);
    struct arena *own = arena_new(64 * 1024 * 1024);
    call.arena = own;
    int64_t start = clock_monotonic_us();
    for (int i = 0; i < MANY; i++)
        assert_int_equal(access_session_actor(&call, token, &actor), ERR_OK);
    print_message("session look-up: %.0f ns\n", (double)(clock_monotonic_us() - start) * 1e3 / MANY);
    call.arena = arena;
    arena_free(own);
}

/* ---- the second factor ---- */

static const uint8_t factor_key[] = "0123456789abcdef";

static struct str bytes_of_base32(struct str text)
{
    char *out = arena_alloc(arena, text.len);
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

static struct str code_at(struct str secret, int steps)
{
    return str_format(arena, "%06u",
                      (unsigned)crypt_totp(secret, (uint64_t)(call.now_ms / 30000 + steps), 6));
}

static bool fits(int64_t user_id, struct str code)
{
    bool good = true;
    assert_int_equal(access_factor_check(&call, user_id, code, &good), ERR_OK);
    return good;
}

static int64_t enrolled(struct str *ret_secret, struct str recovery[ACCESS_RECOVERY_CODES])
{
    bool good;
    struct str text;
    int64_t user_id = user_make("factor", ROLE_COUNTY_OFFICER, 1);
    access_factor_key(factor_key);
    assert_int_equal(access_factor_begin(&call, user_id, &text), ERR_OK);
    *ret_secret = bytes_of_base32(text);
    assert_int_equal(ret_secret->len, 20);
    assert_int_equal(access_factor_confirm(&call, user_id, code_at(*ret_secret, 5), recovery, &good), ERR_OK);
    assert_false(good);
    assert_int_equal(access_factor_confirm(&call, user_id, code_at(*ret_secret, 0), recovery, &good), ERR_OK);
    assert_true(good);
    return user_id;
}

static void a_code_is_taken_once_and_near_its_time(void **state)
{
    (void)state;
    struct str secret, recovery[ACCESS_RECOVERY_CODES];
    int64_t user_id = enrolled(&secret, recovery);
    assert_false(fits(user_id, code_at(secret, 0))); /* spent by the setting up */
    call.now_ms += 90000;
    assert_false(fits(user_id, code_at(secret, -2)));
    assert_false(fits(user_id, code_at(secret, 2)));
    assert_true(fits(user_id, code_at(secret, -1))); /* a slow clock */
    assert_false(fits(user_id, code_at(secret, -1)));
    assert_true(fits(user_id, code_at(secret, 1))); /* a fast one */
    assert_false(fits(user_id, code_at(secret, 1)));
    assert_false(fits(user_id, code_at(secret, 0))); /* older than the last one taken */
    assert_false(fits(user_id, STR("")));
    assert_false(fits(user_id, STR("12345")));
    call.now_ms += 90000;
    assert_false(fits(user_id + 1, code_at(secret, 0)));
    assert_true(fits(user_id, code_at(secret, 0)));
    assert_int_equal(entries("user.factor_set", user_id), 1);
}

static void a_recovery_code_is_taken_once(void **state)
{
    (void)state;
    struct str secret, recovery[ACCESS_RECOVERY_CODES];
    int64_t user_id = enrolled(&secret, recovery);
    struct access_factor now;
    assert_false(fits(user_id, STR("aaaaa-aaaaa")));
    assert_true(fits(user_id, recovery[3]));
    assert_false(fits(user_id, recovery[3]));
    /* as people type it */
    assert_true(fits(user_id, str_format(arena, " %.5s %.5s ", recovery[4].at, recovery[4].at + 6)));
    assert_int_equal(access_factor_get(&call, user_id, &now), ERR_OK);
    assert_true(now.confirmed);
    assert_int_equal(now.recovery_left, ACCESS_RECOVERY_CODES - 2);
    assert_int_equal(entries("user.recovery_used", user_id), 2);
}

static void the_secret_is_sealed_and_goes(void **state)
{
    (void)state;
    struct str secret, again, recovery[ACCESS_RECOVERY_CODES];
    int64_t user_id = enrolled(&secret, recovery), found;
    static const uint8_t other[] = "another key....x";
    bool good;
    assert_int_equal(access_factor_begin(&call, user_id, &again), ERR_CONFLICT);
    call_faults_clear(&call);
    DB_ROWS(rows);
    assert_int_equal(
        db_one(&call, &rows, "SELECT sealed FROM access_factor WHERE user_id = $1", db_int(user_id)), ERR_OK);
    assert_null(memmem(db_col_str(&rows, 0).at, db_col_str(&rows, 0).len, secret.at, secret.len));
    assert_int_equal(db_end(&rows), ERR_OK);
    access_factor_key(other);
    assert_int_equal(access_factor_check(&call, user_id, code_at(secret, 1), &good), ERR_FAILED);
    assert_true(faulted("access.factor_key"));
    access_factor_key(factor_key);
    assert_int_equal(access_factor_drop(&call, user_id), ERR_OK);
    assert_false(fits(user_id, code_at(secret, 1)));
    assert_false(fits(user_id, recovery[0]));
    assert_int_equal(db_get_int(&call, &found, 0, "SELECT COUNT(*) FROM access_recovery"), ERR_OK);
    assert_int_equal(found, 0);
    assert_int_equal(entries("user.factor_dropped", user_id), 1);
}

static void the_settings_say_who_needs_it(void **state)
{
    (void)state;
    bool demanded;
    assert_int_equal(access_factor_demanded(&call, ROLE_SYS_ADMIN, &demanded), ERR_OK);
    assert_false(demanded);
    assert_int_equal(access_policy_set(&call, STR("factor.admins"), 1), ERR_OK);
    assert_int_equal(access_factor_demanded(&call, ROLE_SYS_ADMIN, &demanded), ERR_OK);
    assert_true(demanded);
    assert_int_equal(access_factor_demanded(&call, ROLE_UNIT_OFFICER | ROLE_UNIT_LEADER, &demanded), ERR_OK);
    assert_false(demanded);
}

int main(void)
{
    crypt_init();
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(roles_that_may_meet),
        TEST(scope_follows_the_role),
        TEST(a_session_lives_as_long_as_it_may),
        TEST(a_session_ends_with_its_reason),
        TEST(names_lock_alike_whether_or_not_they_exist),
        TEST(failures_are_forgotten_after_a_day),
        TEST(nobody_changes_their_own_power),
        TEST(common_passwords_are_known),
        TEST(password_rules_name_what_is_wrong),
        TEST(the_last_five_passwords_cannot_come_back),
        TEST(an_unknown_name_costs_the_same_work),
        TEST(policies_have_bounds_and_are_recorded),
        TEST(a_code_is_taken_once_and_near_its_time),
        TEST(a_recovery_code_is_taken_once),
        TEST(the_secret_is_sealed_and_goes),
        TEST(the_settings_say_who_needs_it),
        TEST(speed_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
