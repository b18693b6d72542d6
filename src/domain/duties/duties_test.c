/* SPDX-License-Identifier: Apache-2.0
 *
 * The shipped packs against the facts that the real capabilities declare, and the routes of this capability
 * on a database with real units, systems and documents.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/words.h"
#include "domain/domain_tables_test.h"
#include "http/http.h"

extern const struct module duties_module;

#define OK(expression) assert_int_equal((expression), ERR_OK)

static struct arena *lasting; /* the calendar and the words, for the whole program */
static struct calendar *calendar;

static int declare(void **unused)
{
    struct arena *arena = lasting = arena_new(64 << 20);
    struct str files[7];
    char why[160];
    (void)unused;
    domain_declare();
    const char *source = getenv("ANZE_SOURCE");
    for (int i = 0; i < 7; i++)
        files[i] =
            domain_test_file(arena, str_format(arena, "%s/packs/calendar/%d.json", source, 2020 + i).at);
    OK(calendar_load(arena, files, 7, &calendar, why));
    rules_set_calendar(calendar);
    words_add(CALL_ZH,
              domain_test_file(arena, str_format(arena, "%s/src/domain/duties/words/zh.json", source).at));
    words_add(CALL_ZH, domain_test_file(arena, str_format(arena, "%s/src/rules/words/zh.json", source).at));
    return 0;
}

static int forget(void **unused)
{
    (void)unused;
    rules_set_calendar(NULL);
    arena_free(lasting);
    return 0;
}

static void load(struct call *call, char pack)
{
    struct rules_load_report report;
    struct str yaml = domain_test_file(
        call->arena, str_format(call->arena, "%s/packs/%c.yaml", getenv("ANZE_SOURCE"), pack).at);
    enum err word = rules_pack_load(call, yaml, false, &report);
    for (struct call_fault *fault = call->faults; fault; fault = fault->next)
        print_message("%c %.*s:%.*s %.*s\n", pack, STR_ARG(fault->args[0]), STR_ARG(fault->args[1]),
                      STR_ARG(fault->args[2]));
    OK(word);
}

/* ---- asking a route ---- */

static struct str none(void *from, const char *name)
{
    const char *const *pairs = from;
    for (; pairs && *pairs; pairs += 2)
        if (!strcmp(pairs[0], name))
            return str_of(pairs[1]);
    return STR_NONE;
}

static const struct json *ask(struct call *call, const char *name, int64_t id, const char *word,
                              const char *const *params, const char *body, enum err want)
{
    const struct http_route *route = NULL;
    for (size_t i = 0; i < duties_module.many_routes; i++)
        if (!strcmp(duties_module.routes[i].name, name))
            route = &duties_module.routes[i];
    assert_non_null(route);
    BUF(out, 4 << 20);
    struct json_writer w = json_writer(&out);
    struct http_exchange x = {.route = route,
                              .ids = {id},
                              .words = {str_of(word)},
                              .param = none,
                              .param_from = (void *)(uintptr_t)params,
                              .out = &w};
    const struct json *parsed = NULL;
    call_faults_clear(call);
    if (body) {
        OK(json_parse(call->arena, str_of(body), &parsed, NULL));
        OK(field_parse(call, route->body, parsed, false, &x.body));
    }
    if (route->query) {
        x.query = (struct field_record){route->query,
                                        ARENA_ARRAY(call->arena, struct field_value, route->query->many)};
        for (size_t i = 0; i < route->query->many; i++)
            OK(field_parse_text(call, &route->query->fields[i], "query",
                                none((void *)(uintptr_t)params, route->query->fields[i].name),
                                &x.query.values[i]));
    }
    json_open_object(&w, NULL);
    assert_int_equal(route->handle(call, &x), want);
    json_close_object(&w);
    if (want != ERR_OK)
        return NULL;
    OK(json_parse(call->arena, str_copy(call->arena, buf_str(&out)), &parsed, NULL));
    return parsed;
}
#define PARAMS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *text(const struct json *node, const char *key)
{
    static char kept[400];
    snprintf(kept, sizeof kept, "%.*s", STR_ARG(json_text(json_get(node, key))));
    return kept;
}

static void on(struct call *call, const char *date)
{
    int32_t day;
    assert_true(clock_parse_date(str_of(date), &day));
    call->now_ms = clock_ms_of_day(day) + 9 * 3600 * 1000;
}

static void test_packs_fit_the_capabilities(void **unused)
{
    struct domain_test t;
    (void)unused;
    domain_test_open(&t);
    on(t.call, "2026-09-30");
    for (const char *pack = "SJZY"; *pack; pack++)
        load(t.call, *pack);
    const struct json *shown = ask(t.call, "duties_packs", 0, "", NULL, NULL, ERR_OK);
    assert_int_equal(json_count(json_get(shown, "packs")), 4);
    shown = ask(t.call, "duties_coverage", 0, "", NULL, NULL, ERR_OK);
    assert_int_equal(json_count(json_get(shown, "articles")), 13 + 28 + 26 + 7);
    OK(rules_sweep(t.call));
    domain_test_close(&t);
}

static void test_workbench(void **unused)
{
    struct domain_test t;
    (void)unused;
    domain_test_open(&t);
    on(t.call, "2026-09-30");
    load(t.call, 'Y');
    OK(rules_settle(t.call));
    const struct json *shown = ask(t.call, "duties_list", 0, "", PARAMS("limit", "50"), NULL, ERR_OK);
    assert_true(json_count(json_get(shown, "items")) >= 8);
    const struct json *first = json_item(json_get(shown, "items"), 0);
    assert_string_equal(text(first, "due_on"), "2026-10-20");
    assert_string_equal(text(first, "countdown"), "剩 10 个工作日");
    assert_string_equal(text(first, "due_text"), "10月20日（周二）");
    assert_true(json_count(json_get(first, "demands")) >= 1);
    assert_string_equal(text(json_item(json_get(first, "demands"), 0), "fact"), "org.post_filled");
    int64_t duty_id = json_int(json_get(first, "duty_id"), 0);
    shown = ask(t.call, "duties_get", duty_id, "", NULL, NULL, ERR_OK);
    assert_int_equal(json_int(json_get(shown, "days_left"), -1), 10);
    assert_true(json_count(json_get(json_get(shown, "counted"), "days")) == 21);
    assert_true(json_count(json_get(shown, "demands")) >= 1);
    assert_true(strlen(text(shown, "unit_name")) > 6);
    ask(t.call, "duties_get", 999999, "", NULL, NULL, ERR_NOT_FOUND);
    shown = ask(t.call, "duties_counts", 0, "", NULL, NULL, ERR_OK);
    assert_int_equal(json_int(json_get(shown, "late"), -1), 0);
    on(t.call, "2026-10-21");
    OK(rules_sweep(t.call));
    shown = ask(t.call, "duties_list", 0, "", PARAMS("late", "true", "limit", "1"), NULL, ERR_OK);
    assert_string_equal(text(json_item(json_get(shown, "items"), 0), "countdown"), "已逾期 1 个工作日");
    shown = ask(t.call, "duties_list", 0, "", PARAMS("state", "satisfied"), NULL, ERR_OK);
    assert_int_equal(json_count(json_get(shown, "items")), 0);
    shown = ask(t.call, "duties_article", 0, "Y3", NULL, NULL, ERR_OK);
    assert_true(json_count(json_get(shown, "units")) >= 2);
    assert_string_equal(text(json_item(json_get(shown, "units"), 0), "state"), "late");
    assert_int_equal(json_count(json_get(shown, "rules")), 5);
    ask(t.call, "duties_article", 0, "Y99", NULL, NULL, ERR_NOT_FOUND);
    domain_test_close(&t);
}

/* A unit's officer sees the own unit only; a foreign duty is like one that does not exist. */
static void test_scope(void **unused)
{
    struct domain_test t;
    struct org_unit unit;
    (void)unused;
    domain_test_open(&t);
    on(t.call, "2026-09-30");
    load(t.call, 'Y');
    OK(rules_settle(t.call));
    OK(org_unit_get(t.call, t.unit_id, &unit));
    struct access_actor officer = {.user_id = 5,
                                   .login_name = STR("jy"),
                                   .display_name = STR("教育局安全员"),
                                   .roles = ROLE_UNIT_OFFICER,
                                   .unit_id = t.unit_id,
                                   .unit_path = unit.unit_path};
    const struct json *all =
        ask(t.call, "duties_list", 0, "",
            PARAMS("limit", "100", "unit_id", str_format(t.call->arena, "%lld", (long long)t.other_id).at),
            NULL, ERR_OK);
    int64_t foreign = json_int(json_get(json_item(json_get(all, "items"), 0), "duty_id"), 0);
    assert_true(foreign > 0);
    t.call->actor = &officer;
    const struct json *own = ask(t.call, "duties_list", 0, "", PARAMS("limit", "100"), NULL, ERR_OK);
    assert_true(json_count(json_get(own, "items")) >= 3);
    for (size_t i = 0; i < json_count(json_get(own, "items")); i++)
        assert_int_equal(json_int(json_get(json_item(json_get(own, "items"), i), "unit_id"), 0), t.unit_id);
    ask(t.call, "duties_get", foreign, "", NULL, NULL, ERR_NOT_FOUND);
    const struct json *article = ask(t.call, "duties_article", 0, "Y3", NULL, NULL, ERR_OK);
    assert_int_equal(json_count(json_get(article, "units")), 1);
    ask(t.call, "duties_gate", 12345, "system.go_live", NULL, NULL, ERR_NOT_FOUND);
    ask(t.call, "duties_gate", t.other_id, "unit.go_live", NULL, NULL, ERR_NOT_FOUND);
    domain_test_close(&t);
}

static void test_days(void **unused)
{
    struct domain_test t;
    (void)unused;
    domain_test_open(&t);
    on(t.call, "2026-09-30");
    const struct json *shown =
        ask(t.call, "duties_workday", 0, "", PARAMS("start", "2026-09-30", "days", "3"), NULL, ERR_OK);
    assert_string_equal(text(shown, "due"), "2026-10-10");
    assert_false(json_bool(json_get(shown, "provisional"), true));
    assert_string_equal(text(shown, "due_text"), "10月10日（周六，调休上班）");
    shown = ask(t.call, "duties_workday", 0, "", PARAMS("start", "2026-12-30", "days", "3"), NULL, ERR_OK);
    assert_true(json_bool(json_get(shown, "provisional"), false));
    static const struct {
        const char *year;
        int64_t days;
    } years[] = {{"2021", 250}, {"2022", 249}, {"2023", 249}, {"2024", 251}, {"2025", 248}, {"2026", 248}};
    for (size_t i = 0; i < 6; i++) {
        shown = ask(t.call, "duties_calendar", 0, years[i].year, NULL, NULL, ERR_OK);
        assert_int_equal(json_int(json_get(shown, "working_days"), 0), years[i].days);
        assert_true(json_bool(json_get(shown, "published"), false));
    }
    shown = ask(t.call, "duties_calendar", 0, "2027", NULL, NULL, ERR_OK);
    assert_false(json_bool(json_get(shown, "published"), true));
    ask(t.call, "duties_calendar", 0, "next", NULL, NULL, ERR_NOT_FOUND);
    domain_test_close(&t);
}

static void test_pack_upload(void **unused)
{
    struct domain_test t;
    (void)unused;
    domain_test_open(&t);
    on(t.call, "2026-09-30");
    const char *body =
        "{\"yaml\":\"pack: {id: T, title: 试行规则, issuer: 示例县, version: '1', effective: {from: "
        "2026-01-01}}\\n"
        "articles: [{id: T1, cite: 第一条, title: 甲, summary: 甲。}]\\n"
        "duties: [{id: T1.a, article: T1, subject: unit, demand: 指定联系人, answers: {post: admin_head},"
        " applies: [{org.unit_kind: {is: bureau}}], satisfied: [{org.post_filled: {post: security_contact}}],"
        " due: {from: opened, working_days: 3}}]\\n\"}";
    const struct json *shown = ask(t.call, "duties_pack_preview", 0, "", NULL, body, ERR_OK);
    assert_int_equal(json_int(json_get(shown, "opens"), -1), 2);
    assert_int_equal(json_count(json_get(ask(t.call, "duties_packs", 0, "", NULL, NULL, ERR_OK), "packs")),
                     0);
    shown = ask(t.call, "duties_pack_load", 0, "", NULL, body, ERR_OK);
    assert_int_equal(json_int(json_get(shown, "opens"), -1), 2);
    shown = ask(t.call, "duties_list", 0, "", PARAMS("pack", "T"), NULL, ERR_OK);
    assert_int_equal(json_count(json_get(shown, "items")), 2);
    ask(t.call, "duties_pack_load", 0, "", NULL, "{\"yaml\":\"pack: {id: T}\"}", ERR_INVALID);
    domain_test_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packs_fit_the_capabilities),
        cmocka_unit_test(test_workbench),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_pack_upload),
    };
    return cmocka_run_group_tests(tests, declare, forget);
}
