/* SPDX-License-Identifier: Apache-2.0
 *
 * One box: what is typed finds its owner, and never more than the asker may see.
 */
#include "domain/domain_test.h"
#include "domain/search/search_inner.h"

extern const struct module search_module;

static struct county county;
static struct call *call;
static struct str answer;

static void endpoint(int64_t system, int64_t unit, const char *path, const char *ip, const char *host)
{
    struct ip_key key = {""};
    assert_true(ip_parse(str_of(ip), &key));
    county_run(&county,
               "INSERT INTO system_endpoint (system_id, unit_id, unit_path, ip, port, ip_key, host_name, "
               "valid_from) VALUES ($1, $2, $3, $4, 443, $5, $6,"
               " '2020-01-01')",
               db_int(system), db_int(unit), db_c(path), db_c(ip), db_c(key.text), db_c(host));
}

static void range(int64_t unit, const char *path, const char *text)
{
    struct ip_key first, last;
    assert_true(ip_parse_range(str_of(text), &first, &last));
    county_run(&county,
               "INSERT INTO org_address_range (unit_id, unit_path, range_text, first_key, last_key, "
               "network_zone, valid_from)"
               " VALUES ($1, $2, $3, $4, $5, 'gov_extranet', '2020-01-01')",
               db_int(unit), db_c(path), db_c(text), db_c(first.text), db_c(last.text));
}

static void person(int64_t id, int64_t unit, const char *path, const char *name, const char *mobile,
                   const char *post)
{
    county_run(&county,
               "INSERT INTO org_person (person_id, unit_id, unit_path, person_name, mobile, office_phone, "
               "valid_from, created_at_ms)"
               " VALUES ($1, $2, $3, $4, $5, '0000-1234567', '2020-01-01', 1)",
               db_int(id), db_int(unit), db_c(path), db_c(name), db_c(mobile));
    county_run(&county,
               "INSERT INTO org_post (unit_id, unit_path, post_kind, person_id, valid_from, created_at_ms) "
               "VALUES ($1, $2, $3, $4, '2020-01-01', 1)",
               db_int(unit), db_c(path), db_c(post), db_int(id));
}

static void finding(int64_t id, int64_t unit, const char *path, const char *title, const char *ip,
                    const char *cves)
{
    struct ip_key key = {""};
    assert_true(ip_parse(str_of(ip), &key));
    county_run(&county,
               "INSERT INTO finding (finding_id, finding_no, unit_id, unit_path, source, kind, title, "
               "severity, state, ip, ip_key, cves, first_seen_ms,"
               " last_seen_ms) VALUES ($1, 'YH-2026-00000' || $1, $2, $3, 'scan', 'weakness', $4, 'high', "
               "'reported', $5, $6, $7, 1, 1)",
               db_int(id), db_int(unit), db_c(path), db_c(title), db_c(ip), db_c(key.text), db_c(cves));
}

static void letter(int64_t id, int64_t unit, const char *path, const char *number, const char *state,
                   int64_t finding_id)
{
    county_run(&county,
               "INSERT INTO rectify_letter (letter_id, letter_kind, unit_id, unit_path, title, state, "
               "doc_number, severity, findings, drafted_by,"
               " drafted_at_ms) VALUES ($1, 'rectification_order', $2, $3, '关于限期整改的通知', $4, $5, "
               "'high', 1, 1, 1)",
               db_int(id), db_int(unit), db_c(path), db_c(state), db_c(number));
    county_run(&county, "INSERT INTO rectify_letter_finding (letter_id, finding_id) VALUES ($1, $2)",
               db_int(id), db_int(finding_id));
}

static int setup(void **state)
{
    (void)state;
    county_open(&county);
    call = county.call;
    int64_t portal = county_system(&county, COUNTY_EDU, COUNTY_EDU_PATH, "教育门户网站");
    int64_t school = county_system(&county, COUNTY_SCHOOL, COUNTY_SCHOOL_PATH, "学籍管理系统");
    int64_t clinic = county_system(&county, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "门诊挂号系统");
    county_run(&county, "UPDATE info_system SET filing_cert_no = '33092200001-26001' WHERE system_id = $1",
               db_int(clinic));
    endpoint(portal, COUNTY_EDU, COUNTY_EDU_PATH, "10.20.2.10", "www.jyj.shili.example");
    endpoint(school, COUNTY_SCHOOL, COUNTY_SCHOOL_PATH, "10.20.4.10", "xj.jyj.shili.example");
    endpoint(clinic, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "10.20.3.10", "gh.wjj.shili.example");
    range(COUNTY_EDU, COUNTY_EDU_PATH, "10.20.2.0/24");
    range(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "10.20.3.0/24");
    county_run(
        &county,
        "INSERT INTO org_domain (unit_id, unit_path, domain) VALUES (2, '00010002', 'jyj.shili.example')");
    county_run(&county, "UPDATE org_unit SET uscc = '11330922MB00000000' WHERE unit_id = 3");
    person(1, COUNTY_EDU, COUNTY_EDU_PATH, "甲某某", "13800000001", "security_officer");
    person(2, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "乙某某", "13800000002", "security_contact");
    finding(1, COUNTY_EDU, COUNTY_EDU_PATH, "后台弱口令", "10.20.2.10", "CVE-2021-44228 CVE-2022-1");
    finding(2, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "目录列表", "10.20.3.77", "");
    letter(1, COUNTY_EDU, COUNTY_EDU_PATH, "示数整〔2026〕3号", "issued", 1);
    letter(2, COUNTY_EDU, COUNTY_EDU_PATH, NULL, "draft", 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    county_close(&county);
    return 0;
}

static const struct json *ask(enum county_account who, const char *q)
{
    static struct test_reply reply;
    const struct json *root;
    (void)reply;
    county_act(&county, who);
    BUF(out, 1 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    struct field_value value = {.given = true, .text = str_of(q)};
    struct http_exchange x = {.out = &w, .query = {search_module.routes[0].query, &value}};
    assert_int_equal(search_module.routes[0].handle(call, &x), ERR_OK);
    json_close_object(&w);
    answer = str_copy(call->arena, buf_str(&out));
    assert_int_equal(json_parse(call->arena, answer, &root, NULL), ERR_OK);
    return json_get(root, "groups");
}

/* How many items a group has, and whether it holds the id. */
static size_t group(const struct json *groups, const char *kind, int64_t id)
{
    for (size_t i = 0; i < json_count(groups); i++) {
        const struct json *g = json_item(groups, i), *items = json_get(g, "items");
        if (!str_is(json_text(json_get(g, "kind")), kind))
            continue;
        for (size_t k = 0; k < json_count(items); k++)
            if (json_int(json_get(json_item(items, k), "id"), 0) == id)
                return json_count(items);
        return 0;
    }
    return 0;
}

static void an_address_finds_owner_people_and_history(void **state)
{
    (void)state;
    static const char *const spellings[] = {"10.20.2.10", " 10.20.2.10 ", "http://10.20.2.10:8080/login",
                                            "::ffff:10.20.2.10"};
    for (size_t i = 0; i < 4; i++) {
        const struct json *g = ask(OFFICER, spellings[i]);
        if (!group(g, "range", 1) || !group(g, "unit", COUNTY_EDU) || !group(g, "system", 1) ||
            !group(g, "person", 1) || !group(g, "finding", 1) || !group(g, "letter", 1))
            fail_msg("%s: %s", spellings[i], answer.at);
        assert_int_equal(group(g, "system", 1), 1);
        assert_int_equal(group(g, "finding", 1), 1);
    }
    assert_int_equal(group(ask(OFFICER, "10.20.3.99"), "unit", COUNTY_HEALTH),
                     1); /* nothing registered there, but somebody owns it */
    assert_int_equal(group(ask(OFFICER, "10.20.2.0/23"), "system", 1), 2);
    assert_int_equal(group(ask(OFFICER, "10.20.2"), "system", 1), 1);
    assert_int_equal(group(ask(OFFICER, "10.20"), "system", 2), 3);
}

static void words_of_two_characters_work(void **state)
{
    (void)state;
    assert_int_equal(group(ask(OFFICER, "门户"), "system", 1), 1);
    assert_int_equal(group(ask(OFFICER, "挂号"), "system", 3), 1);
    assert_int_equal(group(ask(OFFICER, "弱口"), "finding", 1), 1);
    assert_int_equal(group(ask(OFFICER, "教育"), "unit", COUNTY_EDU), 1);
    assert_int_equal(json_count(ask(OFFICER, "门")), 0); /* one character would be everything */
    assert_int_equal(json_count(ask(OFFICER, "%%")), 0); /* no wild cards for users */
    assert_int_equal(json_count(ask(OFFICER, "__")), 0);
    assert_int_equal(json_count(ask(OFFICER, "' OR 1=1 --")), 0);
}

static void numbers_find_their_thing(void **state)
{
    (void)state;
    assert_int_equal(group(ask(OFFICER, "33092200001-26001"), "system", 3), 1);
    assert_int_equal(group(ask(OFFICER, "11330922mb00000000"), "unit", COUNTY_HEALTH), 1);
    assert_int_equal(group(ask(OFFICER, "YH-2026-000002"), "finding", 2), 1);
    assert_int_equal(group(ask(OFFICER, "cve-2021-44228"), "finding", 1), 1);
    static const char *const letters[] = {"示数整〔2026〕3号", "示数整[2026]3号", "示数整（2026）3号",
                                          "2026】3"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(group(ask(OFFICER, letters[i]), "letter", 1), 1);
    assert_int_equal(group(ask(OFFICER, "https://www.jyj.shili.example/a?b"), "system", 1), 1);
    assert_int_equal(group(ask(OFFICER, "new.jyj.shili.example"), "unit", COUNTY_EDU),
                     1); /* the domain's owner */
    assert_int_equal(group(ask(OFFICER, "jyj.shili"), "system", 1), 2);
}

static void people_are_masked_and_cannot_be_guessed(void **state)
{
    (void)state;
    assert_int_equal(group(ask(OFFICER, "甲某某"), "person", 1), 1);
    assert_null(strstr(answer.at, "甲某某"));
    assert_null(strstr(answer.at, "13800000001"));
    assert_int_equal(group(ask(OFFICER, "甲某"), "person", 1),
                     0); /* a part is not enough for who may not see the whole */
    assert_int_equal(group(ask(OFFICER, "1380000000"), "person", 1), 0);
    assert_int_equal(group(ask(OFFICER, "13800000001"), "person", 1), 1);
    assert_int_equal(group(ask(OFFICER, "138-0000-0001"), "person", 1), 1);
    assert_int_equal(group(ask(EDU_OFFICER, "甲某"), "person", 1), 1);
    assert_non_null(strstr(answer.at, "甲某某")); /* their own people, in full */
    assert_int_equal(group(ask(EDU_OFFICER, "13800000002"), "person", 2), 0);
    assert_int_equal(group(ask(SCANNER, "甲某某"), "person", 1), 0);
    assert_int_equal(group(ask(SCANNER, "10.20.2.10"), "person", 1), 0);
    assert_int_equal(group(ask(SCANNER, "10.20.2.10"), "finding", 1), 1);
}

static void nobody_finds_beyond_their_scope(void **state)
{
    (void)state;
    static const char *const questions[] = {
        "10.20.3.10",        "10.20.3.0/24", "挂号",           "gh.wjj.shili.example",
        "33092200001-26001", "目录",         "YH-2026-000002", "卫生"};
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        assert_true(json_count(ask(OFFICER, questions[i])) > 0);
        if (json_count(ask(EDU_OFFICER, questions[i])))
            fail_msg("%s: %s", questions[i], answer.at);
    }
    assert_int_equal(group(ask(EDU_OFFICER, "学籍"), "system", 2), 1); /* below their own unit */
    assert_int_equal(group(ask(EDU_OFFICER, "限期整改"), "letter", 1), 1);
    assert_int_equal(group(ask(OFFICER, "限期整改"), "letter", 2), 2);
    assert_int_equal(group(ask(EDU_OFFICER, "限期整改"), "letter", 2), 0); /* drafts are the authority's */
    assert_int_equal(json_count(ask(SYSADMIN, "门户")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_finds_owner_people_and_history, setup, teardown),
        cmocka_unit_test_setup_teardown(words_of_two_characters_work, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_find_their_thing, setup, teardown),
        cmocka_unit_test_setup_teardown(people_are_masked_and_cannot_be_guessed, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_finds_beyond_their_scope, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
