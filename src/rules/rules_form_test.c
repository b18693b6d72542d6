/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_test.h"

#define HEAD                                                                                                 \
    "pack: {id: T, title: 测试, issuer: 测试办, version: '1', effective: {from: 2024-01-01}}\n"         \
    "articles: [{id: T1, cite: 第一条, title: 甲, summary: 甲。}]\n"
#define FORM(rest) HEAD "forms:\n  - {id: T1.f, article: T1, title: 表, " rest "}\n"
#define PLEDGE(rest)                                                                                         \
    HEAD "pledges:\n  - {id: T1.p, article: T1, title: 书, version: '1', preamble: 承诺, " rest "}\n"

static size_t lint_of(struct arena *arena, const char *yaml, struct rules_lint **ret)
{
    struct call call = {.arena = arena, .lang = CALL_EN};
    size_t many;
    OK(rules_pack_lint(&call, str_of(yaml), ret, &many));
    return many;
}

static void expect(const char *yaml, int line, int column, const char *words)
{
    ARENA(arena, 64 * 1024 * 1024);
    struct rules_lint *lint;
    size_t many = lint_of(arena, yaml, &lint);
    for (size_t i = 0; i < many; i++)
        if (lint[i].line == line && (!column || lint[i].column == column) &&
            strstr(lint[i].message.at, words))
            return;
    for (size_t i = 0; i < many; i++)
        print_message("  %d:%d %.*s\n", lint[i].line, lint[i].column, STR_ARG(lint[i].message));
    fail_msg("wanted %d:%d %s in\n%s", line, column, words, yaml);
}

static void sound(const char *yaml)
{
    ARENA(arena, 64 * 1024 * 1024);
    struct rules_lint *lint;
    size_t many = lint_of(arena, yaml, &lint);
    for (size_t i = 0; i < many; i++)
        print_message("  %d:%d %.*s\n", lint[i].line, lint[i].column, STR_ARG(lint[i].message));
    assert_int_equal(many, 0);
}

static void test_forms(void **unused)
{
    (void)unused;
    sound(FORM("fields: [{name: a, label: 甲}]"));
    sound(FORM("seal: required, page: landscape, rows: {min: 1, max: 9}, columns: [{name: a, label: 甲, "
               "type: int, max: 5}]"));
    sound(FORM("rows: [{name: r, label: 行}], columns: [{name: a, label: 甲, type: enum, of: [是, 否]}]"));
    expect(FORM("seal: maybe, fields: [{name: a, label: 甲}]"), 4, 0, "maybe");
    expect(FORM("fields: [{name: A1, label: 甲}]"), 4, 55, "begins with a letter");
    expect(FORM("fields: [{name: a}]"), 4, 0, "\"label\" is missing");
    expect(FORM("fields: [{name: a, label: 甲, type: phone}]"), 4, 0, "phone");
    expect(FORM("fields: [{name: a, label: 甲, format: moblie}]"), 4, 0, "moblie");
    expect(FORM("fields: [{name: a, label: 甲, type: enum}]"), 4, 0, "lists its values");
    expect(FORM("fields: [{name: a, label: 甲, of: [是]}]"), 4, 0, "Only a field of type enum");
    expect(FORM("fields: [{name: a, label: 甲}, {name: a, label: 乙}]"), 4, 0, "twice");
    expect(FORM("columns: [{name: a, label: 甲}]"), 4, 0, "both rows and columns");
    expect(FORM("seal: none"), 4, 0, "\"fields\" is missing");
    expect(FORM("feilds: [{name: a, label: 甲}]"), 4, 0, "Did you mean \"fields\"");
    expect(HEAD "forms:\n  - {id: X.f, article: T1, title: 表, fields: [{name: a, label: 甲}]}\n", 4, 10,
           "T1.");
}

static void test_pledges(void **unused)
{
    (void)unused;
    sound(PLEDGE("signing: both, undertakings: [{id: '1', text: 守法, articles: [T1, Y5]}]"));
    expect(PLEDGE("signing: seal, undertakings: [{id: '1', text: 守法}]"), 4, 0, "seal");
    expect(PLEDGE("signing: scan"), 4, 0, "\"undertakings\" is missing");
    expect(PLEDGE("undertakings: [{id: '1'}]"), 4, 0, "\"text\" is missing");
    expect(PLEDGE("undertakings: [{id: '1', text: 守法}]"), 4, 0, "names no article and no duty");
    sound(PLEDGE("undertakings: [{id: '1', text: 守法, not_yet: 尚未接入}]"));
    expect(PLEDGE("undertakings: [{id: '1', text: 守法, duties: [T1.none]}]"), 4, 0, "no duty \"T1.none\"");
    sound(PLEDGE("undertakings: [{id: '1', text: 守法, duties: [Y5.order]}]"));
    expect(PLEDGE("since: 2022-13-01, undertakings: [{id: '1', text: 甲, articles: [T1]}]"), 4, 0,
           "2022-13-01");
    expect(PLEDGE("second_factor: maybe, undertakings: [{id: '1', text: 甲, articles: [T1]}]"), 4, 0,
           "maybe");
    expect(PLEDGE("undertakings: [{id: '1', text: 甲, articles: [T1]}, {id: '1', text: 乙, articles: [T1]}]"),
           4, 0, "twice");
}

/* What the shipped pack holds is what S annex 1 to 3 ask for. */
static void test_shipped(void **unused)
{
    (void)unused;
    ARENA(arena, 64 * 1024 * 1024);
    struct rules_checker checker = {.arena = arena, .lang = CALL_EN};
    const struct rules_pack *pack = rules_compile(&checker, t_file(arena, "packs/S.yaml"));
    assert_int_equal(checker.many, 0);
    assert_int_equal(pack->many_forms, 2);
    assert_int_equal(pack->forms[0].many_rows, 5);
    assert_int_equal(pack->forms[0].many_columns, 4);
    assert_int_equal(pack->forms[0].seal, RULES_SEAL_REQUIRED);
    assert_true(pack->forms[0].columns[3].personal);
    assert_true(pack->forms[1].landscape);
    assert_int_equal(pack->forms[1].many_rows, 0);
    assert_int_equal(pack->forms[1].max_rows, 500);
    assert_int_equal(pack->many_pledges, 1);
    assert_int_equal(pack->pledges[0].many, 13);
    assert_true(pack->pledges[0].by_scan);
    assert_false(pack->pledges[0].by_account);
    assert_true(pack->pledges[0].second_factor);
    assert_string_equal(pack->pledges[0].since, "2022-01-19");
    assert_string_equal(pack->pledges[0].undertakings[8].articles[0], "Y5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_pledges),
        cmocka_unit_test(test_shipped),
    };
    return cmocka_run_group_tests(tests, t_declare, NULL);
}
