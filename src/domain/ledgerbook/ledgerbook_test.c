/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and proving the ledger through a running server.
 */
#include "http/http_test.h"
#include "domain/module.h"
#include "ledger/ledger_parts.h"

extern const struct module ledgerbook_module;

static struct http_test test;
static struct test_reply reply;
static struct crypt_sm2_key *key;

static int group_setup(void **state)
{
    (void)state;
    crypt_init();
    static struct arena *kept;
    kept = arena_new(4 * 1024 * 1024);
    test_words(kept, "ledger");
    test_words(kept, "domain/ledgerbook");
    http_declare(ledgerbook_module.routes, ledgerbook_module.many_routes);
    return 0;
}

static void entry_add(const char *verb, const char *path, int64_t unit_id, int64_t subject_id)
{
    struct ledger_fact fact = {.verb = verb,
                               .subject_kind = "system",
                               .subject_id = subject_id,
                               .unit_id = unit_id,
                               .unit_path = str_of(path),
                               .detail = STR("{\"system_name\":\"门户网站\",\"n\":1}")};
    assert_int_equal(ledger_append(&test.db.call, &fact, NULL), ERR_OK);
}

/* 40 entries of unit 2, 40 of unit 3, 40 of nobody's. */
static int setup(void **state)
{
    (void)state;
    log_set_level((enum log_level)(LOG_ERROR + 1));
    test_start_with(&test, (struct http_options){0});
    test_people(&test);
    test_step(&test, "domain/org", "0001_org");
    test_step(&test, "domain/org", "0002_org_reorg");
    test_step(&test, "domain/org", "0003_org_plan");
    test.db.call.actor = &access_local_admin;
    for (int i = 0; i < 40; i++) {
        entry_add("system.created", "00010002", 2, i);
        entry_add("system.changed", "000100030001", 3, i);
        entry_add("user.created", "", 0, i);
    }
    assert_int_equal(crypt_sm2_generate(test.db.call.arena, &key), ERR_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_stop(&test);
    return 0;
}

static const char *sign_in(unsigned roles, const char *path)
{
    static char token[8][64];
    static int next;
    char *to = token[next++ % 8];
    struct test_person person = {.roles = roles, .unit_path = path};
    test_sign_in(&test, &person, to);
    return to;
}

static void ask(const char *token, const char *method, const char *target, const char *body)
{
    test_ask(&test, &reply, method, target, test_bearer(token), body);
}

static const struct json *json_of(int status)
{
    const struct json *root;
    if (reply.status != status)
        fail_msg("wanted %d, got %d: %s", status, reply.status, reply.body);
    assert_int_equal(json_parse(test.db.call.arena, (struct str){reply.body, reply.body_len}, &root, NULL),
                     ERR_OK);
    return root;
}

static int64_t total(const char *token, const char *query)
{
    char target[300];
    snprintf(target, sizeof target, "/api/ledger?count=1&limit=200%s", query);
    ask(token, "GET", target, NULL);
    const struct json *root = json_of(200);
    int64_t many = json_int(json_get(root, "total"), -1);
    assert_int_equal(json_count(json_get(root, "items")), many < 200 ? many : 200);
    return many;
}

static void everyone_reads_what_is_theirs(void **state)
{
    (void)state;
    const char *officer = sign_in(ROLE_COUNTY_OFFICER, "0001"),
               *unit = sign_in(ROLE_UNIT_OFFICER, "00010003"), *audit = sign_in(ROLE_AUDIT_ADMIN, ""),
               *sys = sign_in(ROLE_SYS_ADMIN, "");
    int64_t all = total(officer, "");
    assert_in_range(all, 120, 130); /* with the sign-ins */
    assert_int_equal(total(audit, ""), all);
    assert_int_equal(total(unit, ""), 41); /* with the own sign-in */
    assert_int_equal(total(unit, "&unit_id=2"), 0);
    assert_int_equal(total(officer, "&unit_id=2"), 40);
    assert_int_equal(total(officer, "&verb=user.created"), 40);
    assert_int_equal(total(officer, "&subject_kind=system&subject_id=7"), 3);
    assert_int_equal(total(unit, "&subject_kind=system&subject_id=7"), 1);
    assert_int_equal(total(officer, "&q=changed"), 40);
    assert_int_equal(total(officer, "&from_ms=9999999999999"), 0);
    assert_int_equal(total(officer, "&to_ms=9999999999999"), all);
    ask(sys, "GET", "/api/ledger", NULL);
    assert_int_equal(reply.status, 403);
    ask(officer, "GET", "/api/ledger?unknown=1", NULL);
    assert_int_equal(reply.status, 422);
}

static void pages_follow_without_gap(void **state)
{
    (void)state;
    const char *unit = sign_in(ROLE_UNIT_OFFICER, "00010002");
    char target[400] = "/api/ledger?limit=7&subject_kind=system";
    int64_t seen = 0, last = INT64_MAX;
    for (;;) {
        ask(unit, "GET", target, NULL);
        const struct json *root = json_of(200), *items = json_get(root, "items");
        for (size_t i = 0; i < json_count(items); i++, seen++) {
            const struct json *item = json_item(items, i);
            int64_t id = json_int(json_get(item, "entry_id"), 0);
            assert_true(id < last);
            last = id;
            assert_true(str_is(json_text(json_get(json_get(item, "detail"), "system_name")), "门户网站"));
            assert_int_equal(json_text(json_get(item, "hash")).len, 64);
        }
        struct str next = json_text(json_get(root, "next"));
        if (!next.len)
            break;
        snprintf(target, sizeof target, "/api/ledger?limit=7&subject_kind=system&cursor=%.*s", STR_ARG(next));
    }
    assert_int_equal(seen, 40);
}

static void one_entry_is_shown_with_its_proof(void **state)
{
    (void)state;
    char target[100], foreign[2048];
    const char *unit = sign_in(ROLE_UNIT_OFFICER, "00010003"), *audit = sign_in(ROLE_AUDIT_ADMIN, "");
    int64_t base = 1LL << LEDGER_SEQ_BITS;
    snprintf(target, sizeof target, "/api/ledger/%lld", (long long)base + 2);
    ask(unit, "GET", target, NULL);
    assert_true(json_bool(json_get(json_of(200), "holds"), false));
    snprintf(target, sizeof target, "/api/ledger/%lld", (long long)base + 1);
    ask(unit, "GET", target, NULL);
    assert_int_equal(reply.status, 404);
    snprintf(foreign, sizeof foreign, "%s", reply.body);
    ask(unit, "GET", "/api/ledger/77", NULL);
    assert_int_equal(reply.status, 404);
    assert_string_equal(foreign, reply.body);
    assert_int_equal(db_run(&test.db.call, "UPDATE ledger_entry SET actor_id = 5 WHERE seq = 1"), ERR_OK);
    ask(audit, "GET", target, NULL);
    assert_false(json_bool(json_get(json_of(200), "holds"), true));
}

/* The head as the body of a verification. */
static const char *head_body(const char *token)
{
    static char body[8192];
    BUF(out, sizeof body);
    ask(token, "GET", "/api/ledger/head", NULL);
    json_of(200);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_str(&w, "head", (struct str){reply.body, reply.body_len});
    json_close_object(&w);
    snprintf(body, sizeof body, "%s", buf_str(&out).at);
    return body;
}

static void the_ledger_is_proved_and_disproved(void **state)
{
    (void)state;
    const char *audit = sign_in(ROLE_AUDIT_ADMIN, ""), *unit = sign_in(ROLE_UNIT_OFFICER, "00010003");
    ask(audit, "GET", "/api/ledger/head", NULL);
    assert_int_equal(reply.status, 404);
    assert_int_equal(ledger_seal(&test.db.call, key), ERR_OK);
    const char *body = head_body(audit);
    ask(audit, "POST", "/api/ledger/verify", "{}");
    const struct json *root = json_of(200);
    assert_true(json_bool(json_get(root, "ok"), false));
    assert_int_equal(json_kind(json_get(root, "first_bad")), JSON_NULL);
    assert_true(json_int(json_get(root, "entries"), 0) >= 121);
    assert_int_equal(json_int(json_get(root, "heads"), 0), 1);
    ask(audit, "POST", "/api/ledger/verify", body);
    assert_true(json_bool(json_get(json_of(200), "ok"), false));
    ask(audit, "POST", "/api/ledger/verify", "{\"head\":\"nonsense\"}");
    assert_int_equal(reply.status, 422);
    ask(unit, "POST", "/api/ledger/verify", "{}");
    assert_int_equal(reply.status, 403);

    assert_int_equal(db_run(&test.db.call, "UPDATE ledger_entry SET detail = '{}' WHERE seq = 77"), ERR_OK);
    ask(audit, "POST", "/api/ledger/verify", "{}");
    root = json_of(200);
    assert_false(json_bool(json_get(root, "ok"), true));
    assert_int_equal(json_int(json_get(json_get(root, "first_bad"), "seq"), 0), 77);
    assert_true(str_is(json_text(json_get(json_get(root, "first_bad"), "why")), "ledger.bad.hash"));
    assert_true(json_text(json_get(json_get(root, "first_bad"), "message")).len > 30);
}

static void the_export_is_a_line_an_entry(void **state)
{
    (void)state;
    const char *audit = sign_in(ROLE_AUDIT_ADMIN, ""), *unit = sign_in(ROLE_UNIT_OFFICER, "00010003");
    ask(unit, "GET", "/api/ledger/export", NULL);
    assert_int_equal(reply.status, 403);
    int64_t many, lines = 0;
    assert_int_equal(db_get_int(&test.db.call, &many, 0, "SELECT COUNT(*) FROM ledger_entry"), ERR_OK);
    ask(audit, "GET", "/api/ledger/export", NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(test_header(&reply, "Content-Disposition"), ".jsonl"));
    struct str rest = {reply.body, reply.body_len}, line;
    while (str_cut(&rest, '\n', &line)) {
        const struct json *entry;
        if (!line.len)
            continue;
        assert_int_equal(json_parse(test.db.call.arena, line, &entry, NULL), ERR_OK);
        assert_int_equal(json_int(json_get(entry, "seq"), 0), ++lines);
    }
    assert_int_equal(lines, many);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(everyone_reads_what_is_theirs),     TEST(pages_follow_without_gap),
        TEST(one_entry_is_shown_with_its_proof), TEST(the_ledger_is_proved_and_disproved),
        TEST(the_export_is_a_line_an_entry),
    };
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
