/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_test.h"

#define HEAD                                                                                                 \
    "pack: {id: T, title: 测试, issuer: 测试办, version: '1', effective: {from: 2024-01-01}}\n"         \
    "articles: [{id: T1, cite: 第一条, title: 甲, summary: 甲。}]\n"
#define DUTY(rest)                                                                                           \
    HEAD "duties:\n  - {id: T1.a, article: T1, demand: 做, answers: {post: admin_head}, " rest "}\n"
#define SOUND "subject: unit, satisfied: [registry.register_filed], "

static size_t lint_of(struct arena *arena, const char *yaml, size_t len, enum call_lang lang,
                      struct rules_lint **ret)
{
    struct call call = {.arena = arena, .lang = lang};
    size_t many;
    OK(rules_pack_lint(&call, (struct str){yaml, len}, ret, &many));
    return many;
}

/* The mistake is named at its place, with what to do. */
static void expect(const char *yaml, int line, int column, const char *words)
{
    ARENA(arena, 64 * 1024 * 1024);
    struct rules_lint *lint;
    size_t many = lint_of(arena, yaml, strlen(yaml), CALL_EN, &lint);
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
    size_t many = lint_of(arena, yaml, strlen(yaml), CALL_EN, &lint);
    for (size_t i = 0; i < many; i++)
        print_message("  %d:%d %.*s\n", lint[i].line, lint[i].column, STR_ARG(lint[i].message));
    assert_int_equal(many, 0);
}

static void test_yaml(void **unused)
{
    (void)unused;
    expect("", 1, 1, "empty");
    expect("pack: {id: [}\n", 1, 0, "Not sound YAML");
    expect("pack: &a {id: T}\narticles: *a\n", 1, 7, "anchors");
    expect("pack: !!map {id: T}\n", 1, 7, "tags");
    expect("pack: {id: T}\n---\nmore: x\n", 2, 0, "One file holds one pack");
    expect("pack: {id: T, id: U}\n", 1, 15, "\"id\" is given twice");
    expect("? [a]\n: b\n", 1, 3, "key must be a word");
    expect("- a\n", 1, 1, "key: value");
    expect("a: \"\\0\"\n", 1, 4, "characters that cannot be used");
    expect("\xff\xfe\x01", 1, 0, "UTF-8");
    expect("a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}}}}}}\n", 1,
           0, "deeper than 16");
}

static void test_limits(void **unused)
{
    (void)unused;
    ARENA(arena, 64 * 1024 * 1024);
    struct rules_lint *lint;
    char *big = arena_alloc(arena, 2 * 1024 * 1024);
    memset(big, '#', 1024 * 1024 + 1);
    assert_int_equal(lint_of(arena, big, 1024 * 1024 + 1, CALL_EN, &lint), 1);
    assert_non_null(strstr(lint[0].message.at, "1 MB"));
    size_t len = 0;
    for (int i = 0; i < 60000; i++)
        len += (size_t)sprintf(big + len, "- a\n");
    assert_int_equal(lint_of(arena, big, len, CALL_EN, &lint), 1);
    assert_non_null(strstr(lint[0].message.at, "Too many entries"));
    assert_int_equal(lint[0].line, 50000);
    len = 0;
    for (int i = 0; i < 300; i++)
        len += (size_t)sprintf(big + len, "k%d: a\n", i);
    assert_int_equal(lint_of(arena, big, len, CALL_EN, &lint), 1);
    assert_non_null(strstr(lint[0].message.at, "More than 200 keys"));
}

static void test_head_and_articles(void **unused)
{
    (void)unused;
    expect("packs: {id: T}\n", 1, 1, "Did you mean \"pack\"");
    expect("pack: {id: T, title: 甲}\narticles: []\n", 1, 7, "\"issuer\" is missing");
    expect(
        "pack: {id: T, title: 甲, issuer: 乙, version: '1', effective: {from: 2024-02-30}}\narticles: []\n",
        1, 68, "not a date");
    expect("pack: {id: T, title: 甲, issuer: 乙, version: '1', effective: {from: 2024-02-03, to: "
           "2023-01-01}}\narticles: []\n",
           1, 0, "lies before");
    expect(
        "pack: {id: T.1, title: 甲, issuer: 乙, version: '1', effective: {from: 2024-02-03}}\narticles: []\n",
        1, 12, "no dots");
    expect("pack: {id: T, title: 甲, issuer: 乙, version: '1', effective: {from: 2024-02-03}, calender: "
           "x}\narticles: []\n",
           1, 0, "calendar");
    expect(HEAD, 2, 12, "has no rules");
    expect("pack: {id: T, title: 甲, issuer: 乙, version: '1', effective: {from: 2024-02-03}}\n"
           "articles: [{id: T1, cite: 一, title: 甲, summary: 甲。, informs: true},\n  {id: T1, cite: 二, "
           "title: 甲, summary: 甲。, informs: true}]\n",
           3, 8, "used already in line 2");
    expect("pack: {id: T, title: 甲, issuer: 乙, version: '1', effective: {from: 2024-02-03}}\n"
           "articles: [{id: U1, cite: 一, title: 甲, summary: 甲。, informs: true}]\n",
           2, 17, "begin with the pack id");
    expect("pack: {id: T, title: 甲, issuer: 乙, version: '1', effective: {from: 2024-02-03}}\n"
           "articles: [{id: T1, cite: 一, title: 甲, sumary: 甲。, informs: maybe}]\n",
           2, 0, "Did you mean \"summary\"");
}

static void test_duties(void **unused)
{
    (void)unused;
    sound(DUTY(SOUND "due: {from: opened, days: 3}"));
    sound(DUTY(SOUND "every: year, due: {date: \"02-29\"}"));
    sound(DUTY(SOUND "every: quarter, due: {end_of: period}"));
    sound(DUTY(
        "subject: system, applies: [{registry.hosting: {in: [idc, own_room]}}, {not: {registry.level: "
        "{at_most: 1}}}],"
        " satisfied: [{registry.filed: {within: {months: 12}}}], due: {from: registry.online, months: 2}"));
    expect(DUTY("subject: unit, satisfied: [registry.register_fild]"), 4, 0,
           "Did you mean \"registry.register_filed\"");
    expect(DUTY("subject: unit, satisfied: [registry.filed]"), 4, 5, "the subject here is unit");
    expect(DUTY("subject: unitt, satisfied: [registry.register_filed]"), 4, 0, "Did you mean \"unit\"");
    expect(DUTY("satisfied: [registry.register_filed]"), 4, 0, "\"subject\" is missing");
    expect(DUTY("subject: unit"), 4, 0, "\"satisfied\" is missing");
    expect(DUTY(SOUND "due: {working_days: 3}"), 4, 0, "\"from\" is missing");
    expect(DUTY(SOUND "due: {from: opened}"), 4, 0, "No date is set");
    expect(DUTY(SOUND "due: {from: opened, working_days: 3, days: 4}"), 4, 0, "Choose one of");
    expect(DUTY(SOUND "due: {from: opened, working_days: three}"), 4, 0, "whole number from 0 to 500");
    expect(DUTY(SOUND "due: {from: opened, working_days: \"3\"}"), 4, 0, "without quotes");
    expect(DUTY(SOUND "due: {from: opened, working_days: 1000000000000000000000}"), 4, 0, "whole number");
    expect(DUTY(SOUND "due: {date: \"13-01\"}, every: year"), 4, 0, "not a month and day");
    expect(DUTY(SOUND "due: {date: 2026-02-29}"), 4, 0, "not a date");
    expect(DUTY(SOUND "due: {end_of: period}"), 4, 0, "needs a duty with every");
    expect(DUTY(SOUND "due: {from: registry.filed, days: 3}"), 4, 0, "registry.filed");
    expect(DUTY(SOUND "every: week"), 4, 0, "interval");
    expect(DUTY(SOUND "remind: [{on: due}]"), 4, 0, "without due");
    expect(DUTY(SOUND "due: {from: opened, days: 3}, remind: [{on: due, working_days_before: 2}]"), 4, 0,
           "one of working_days_before");
    expect(DUTY(SOUND "due: {from: opened, days: 3}, escalate: [{working_days_late: 2}]"), 4, 0,
           "\"to\" is missing");
    expect(
        DUTY(SOUND "due: {from: opened, days: 3}, escalate: [{working_days_late: 2, to: security_oficer}]"),
        4, 0, "\"security_officer\"");
    expect(DUTY(SOUND "extension: {decided_by: authority}"), 4, 0, "max_working_days");
    expect(DUTY(SOUND "exemption: {procedure: prayer, max_days: 3}"), 4, 0, "procedure");
    expect(DUTY(SOUND "severity: hgh"), 4, 0, "Did you mean \"high\"");
    expect(DUTY(SOUND "colour: red"), 4, 0, "Unknown key \"colour\"");
    expect(DUTY("subject: system, satisfied: [{registry.hosting: {in: [cloud9]}}]"), 4, 0, "Unknown value");
    expect(DUTY("subject: system, satisfied: [{registry.zone: {at_least: lan}}]"), 4, 0, "has no order");
    expect(DUTY("subject: system, satisfied: [{registry.level: {min: 2, max: 3}}]"), 4, 0, "one comparison");
    expect(DUTY("subject: system, satisfied: [{registry.level: {mni: 2}}]"), 4, 0, "\"min\"");
    expect(DUTY("subject: system, satisfied: [{registry.level: 2}]"), 4, 0, "After \"registry.level\"");
    expect(DUTY("subject: system, satisfied: [{registry.level: {min: 2}, registry.filed: {min: 1}}]"), 4, 0,
           "A condition is");
    expect(DUTY("subject: system, satisfied: registry.filed"), 4, 0, "satisfied");
    expect(DUTY("subject: unit, satisfied: [{org.post_filled: {post: clerk}}]"), 4, 0, "Unknown post");
    expect(DUTY("subject: unit, satisfied: [{evidence.filed: {kind: minutes}}]"), 4, 0,
           "under evidence first");
    expect(DUTY("subject: unit, satisfied: [{evidence.filed: {period: decade}}]"), 4, 0, "period");
    expect(HEAD "duties:\n  - {id: T1.a, article: T2, subject: unit, demand: 做, answers: {post: "
                "admin_head}, satisfied: [registry.register_filed]}\n",
           4, 25, "Unknown article \"T2\"");
    expect(HEAD "duties:\n  - {id: X.a, article: T1, subject: unit, demand: 做, answers: {post: admin_head}, "
                "satisfied: [registry.register_filed]}\n",
           4, 10, "begin with its article");
    expect(HEAD "duties:\n  - {id: T1.a, article: T1, subject: unit, demand: 做, answers: {role: king}, "
                "satisfied: [registry.register_filed]}\n",
           4, 0, "Unknown role");
    expect(DUTY(SOUND) "  - {id: T1.a, article: T1, subject: unit, demand: 再做, answers: {role: "
                       "county_officer}, satisfied: [registry.register_filed]}\n",
           5, 10, "used already in line 4");
}

static void test_gates_consequences_thresholds(void **unused)
{
    (void)unused;
    sound(HEAD "gates:\n  - {id: T1.g, article: T1, change: system.go_live, require: [{fact: "
               "registry.graded, say: 定级}]}\n");
    expect(
        HEAD
        "gates:\n  - {id: T1.g, article: T1, change: system.go_live, require: [{fact: registry.graded}]}\n",
        4, 0, "\"say\" is missing");
    expect(HEAD "gates:\n  - {id: T1.g, article: T1, change: a, require: [{fact: registry.graded, say: 甲}, "
                "{fact: finding.closed, say: 乙}]}\n",
           4, 0, "the subject here is system");
    expect(HEAD "gates:\n  - {id: T1.g, article: T1, require: []}\n", 4, 0, "\"change\" is missing");
#define WHEN(rest)                                                                                           \
    DUTY(SOUND "due: {from: opened, days: 1}")                                                               \
    "consequences:\n  - {id: T1.c, article: T1, say: 罚, decided_by: {role: bureau_leader, persons: "       \
    "2}, " rest "}\n"
    sound(WHEN("when: [{duty: T1.a, is: late}], propose: {discipline.criticism: {}}"));
    expect(WHEN("when: [{duty: T1.b, is: late}], propose: {discipline.criticism: {}}"), 6, 0,
           "Unknown duty \"T1.b\"");
    expect(WHEN("when: [{duty: T1.a, is: early}], propose: {discipline.criticism: {}}"), 6, 0,
           "Unknown state");
    expect(WHEN("when: [{duty: T1.a, is: late}], propose: {discipline.critisism: {}}"), 6, 0,
           "Did you mean \"discipline.criticism\"");
    expect(WHEN("when: [{duty: T1.a, is: late}], propose: discipline.criticism"), 6, 0, "propose takes one");
    expect(WHEN("when: [{duty: T1.a, is: late}], when_any: [{duty: T1.a, is: late}], propose: "
                "{discipline.criticism: {}}"),
           6, 0, "either when");
    expect(WHEN("when: [{not: finding.closed}], propose: {discipline.criticism: {}}"), 6, 0,
           "do not tell when");
    expect(WHEN("when: [{recurs: registry.register_filed, same: system, within: {months: 3}}], propose: "
                "{discipline.criticism: {}}"),
           6, 0, "belongs to no system");
    expect(WHEN("when: [{recurs: finding.closed, same: system}], propose: {discipline.criticism: {}}"), 6, 0,
           "\"within\" is missing");
    expect(WHEN("when: [finding.closed, {duty: T1.a, is: late}], propose: {discipline.criticism: {}}"), 6, 0,
           "the subject here is finding");
    expect(WHEN("when: [finding.closed], propose: {discipline.interview: {interviewer: boss}}"), 6, 0,
           "Unknown post \"boss\"");
    expect(WHEN("when: [finding.closed], per: village, propose: {discipline.interview: {}}"), 6, 0,
           "Unknown grouping");
    sound(HEAD "thresholds:\n  - {id: T1.t, article: T1, name: a.b, value: 5/100}\n");
    sound(HEAD "thresholds:\n  - {id: T1.t, article: T1, name: a.b, value: 6}\n");
    expect(HEAD "thresholds:\n  - {id: T1.t, article: T1, name: a.b, value: 5/0}\n", 4, 0, "fraction");
    expect(HEAD "thresholds:\n  - {id: T1.t, article: T1, name: a.b, value: 5/}\n", 4, 0, "fraction");
    expect(HEAD "thresholds:\n  - {id: T1.t, article: T1, name: a.b}\n", 4, 5, "fraction");
}

/* All mistakes at once, in the order a reader meets them, in either language. */
static void test_all_at_once_in_order(void **unused)
{
    (void)unused;
    ARENA(arena, 64 * 1024 * 1024);
    struct rules_lint *lint;
    const char *yaml =
        "pack: {id: T, titel: 甲, issuer: 乙, version: '1', effective: {from: soon}}\n"
        "articles:\n  - {id: T1, cite: 一, title: 甲, summary: 甲。}\n  - {id: T2, cite: 二, title: 甲}\n"
        "duties:\n  - {id: T1.a, article: T1, subject: nobody, demand: 做, answers: {post: x}, satisfied: "
        "[a.b]}\n";
    size_t many = lint_of(arena, yaml, strlen(yaml), CALL_ZH, &lint);
    assert_true(many >= 7);
    for (size_t i = 1; i < many; i++)
        assert_true(lint[i - 1].line < lint[i].line ||
                    (lint[i - 1].line == lint[i].line && lint[i - 1].column <= lint[i].column));
    bool chinese = false;
    for (size_t i = 0; i < many; i++) {
        chinese = chinese || strstr(lint[i].message.at, "是不是“title”");
        assert_null(strstr(lint[i].message.at, "rules."));
    }
    assert_true(chinese);
}

/* Every prefix of a shipped pack, and the pack with each byte in turn gone wrong, is judged without harm. */
static void test_cut_and_flipped(void **unused)
{
    (void)unused;
    ARENA(files, 1024 * 1024);
    struct str yaml = t_file(files, "packs/Y.yaml");
    char *copy = arena_alloc(files, yaml.len);
    for (size_t at = 0; at < yaml.len; at += 37) {
        ARENA(arena, 64 * 1024 * 1024);
        struct rules_lint *lint;
        size_t cut = lint_of(arena, yaml.at, at, CALL_EN, &lint);
        assert_true(cut > 0);
        memcpy(copy, yaml.at, yaml.len);
        copy[at] ^= (char)(1 << at % 7);
        lint_of(arena, copy, yaml.len, CALL_EN, &lint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_head_and_articles),
        cmocka_unit_test(test_duties),
        cmocka_unit_test(test_gates_consequences_thresholds),
        cmocka_unit_test(test_all_at_once_in_order),
        cmocka_unit_test(test_cut_and_flipped),
    };
    return cmocka_run_group_tests(tests, t_declare, NULL);
}
