/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_test.h"

/* Every row of the requirements is an article of its pack, with its citation. */
static void test_shipped_packs_have_every_article(void **unused)
{
    static const struct {
        const char *pack;
        const char *articles;
    } wanted[] = {
        {"S", "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 SA1 SA2 SA3"},
        {"J", "J2 J3 J4 J5 J6 J7 J8 J9 J10 J11 J12 J13 J14 J15 J16 J17 J18 J19 J20 J21 J22 J23 J24 J25 J26 "
              "J27 J28 J29"},
        {"Z",
         "Z2 Z3 Z4 Z5 Z6 Z7 Z8 Z9 Z10 Z11 Z12 Z13 Z14 Z15 Z16 Z17 Z18 Z19 Z20 Z21 Z22 Z23 Z24 Z25 Z26 Z27"},
        {"Y", "Y2 Y3 Y4 Y5 Y6 Y7 Y8"},
        {"Q", "Q1 Q2 Q3 Q4 Q5 Q6 Q7"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        ARENA(arena, 64 * 1024 * 1024);
        struct call call = {.arena = arena, .lang = CALL_ZH};
        struct rules_lint *lint;
        size_t many;
        struct str yaml = t_file(arena, str_format(arena, "packs/%s.yaml", wanted[i].pack).at);
        OK(rules_pack_lint(&call, yaml, &lint, &many));
        for (size_t j = 0; j < many; j++)
            print_message("%s %d:%d %.*s\n", wanted[i].pack, lint[j].line, lint[j].column,
                          STR_ARG(lint[j].message));
        assert_int_equal(many, 0);
        struct rules_checker checker = {.arena = arena};
        struct rules_pack *pack = rules_compile(&checker, yaml);
        struct str rest = str_of(wanted[i].articles), id;
        size_t at = 0;
        while (str_cut(&rest, ' ', &id)) {
            assert_true(at < pack->many_articles);
            assert_true(str_is(id, pack->articles[at].id));
            assert_non_null(pack->articles[at].summary_en);
            assert_non_null(pack->articles[at].title_en);
            at++;
        }
        assert_int_equal(at, pack->many_articles);
        for (size_t j = 0; j < pack->many_duties; j++)
            assert_non_null(pack->duties[j].text_en);
    }
}

static void test_load_is_frozen_counted_and_told(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_subject(&b, "unit", 1, 1, 0);
    t_fact(&b, "org.unit_kind", 1, NULL, NULL, "bureau", 0);
    OK(rules_settle(b.call));
    struct rules_load_report preview;
    struct str yaml = t_file(b.call->arena, "packs/Y.yaml");
    OK(rules_pack_load(b.call, yaml, true, &preview));
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty"), 0);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_pack"), 0);
    struct rules_load_report report = t_load(&b, "Y");
    assert_int_equal(report.opens, preview.opens);
    assert_int_equal(report.opens, 5); /* leaders, hearing, officer, meeting, training: no systems yet */
    assert_int_equal(report.articles, 7);
    assert_true(str_is(report.version, "2021-1"));
    assert_string_equal(t_state(&b, "Y3.meeting", 1), "open 2026-12-31");
    assert_string_equal(t_state(&b, "Y2.leaders", 1), "open 2026-10-20");
    struct str before = t_print(&b);
    assert_int_equal(t_load(&b, "Y").opens, 0); /* the same text again */
    assert_true(str_eq(before, t_print(&b)));
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_pack"), 1);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'pack.loaded'"), 1);
    t_settle(&b);
    t_close(&b);
}

/* A newer version: what it drops is cancelled, what it changes leaves open duties as they were judged. */
static void test_new_version_keeps_frozen_terms(void **unused)
{
#define PACK(version, days, second)                                                                          \
    "pack: {id: T, title: 测试, issuer: 测试办, version: " version ", effective: {from: 2020-01-01}}\n"      \
    "articles: [{id: T1, cite: 第一条, title: 甲, summary: 甲。}]\n"                                   \
    "duties:\n"                                                                                              \
    "  - {id: T1.a, article: T1, subject: unit, demand: 旧 " version ", applies: [org.unit_kind],"           \
    " satisfied: [{org.post_filled: {post: admin_head}}], due: {from: opened, working_days: " days           \
    "}, answers: {post: admin_head}}\n" second
    struct bench b;
    struct rules_duty duty;
    (void)unused;
    t_open(&b);
    t_subject(&b, "unit", 1, 1, 0);
    t_fact(&b, "org.unit_kind", 1, NULL, NULL, "bureau", 0);
    t_load_text(&b, STR(PACK("v1", "3",
                             "  - {id: T1.b, article: T1, subject: unit, demand: 乙, applies: "
                             "[org.unit_kind], satisfied: [registry.register_filed],"
                             " due: {from: opened, days: 10}, answers: {post: admin_head}}\n")));
    assert_string_equal(t_state(&b, "T1.a", 1), "open 2026-10-10");
    assert_string_equal(t_state(&b, "T1.b", 1), "open 2026-10-10"); /* ten calendar days: a make-up workday */
    t_on(&b, "2026-10-08");
    t_load_text(&b, STR(PACK("v2", "9", "")));
    assert_string_equal(t_state(&b, "T1.a", 1), "open 2026-10-10");
    OK(rules_duty_of(b.call, "T1.b", "unit", 1, &duty));
    assert_true(str_is(duty.state, "cancelled"));
    OK(rules_duty_of(b.call, "T1.a", "unit", 1, &duty));
    assert_true(str_is(duty.text, "旧 v1"));
    t_subject(&b, "unit", 2, 2, 0);
    t_fact(&b, "org.unit_kind", 2, NULL, NULL, "bureau", 0);
    t_settle(&b);
    assert_string_equal(t_state(&b, "T1.a", 2), "open 2026-10-20");
    t_close(&b);
}

static void test_bad_pack_changes_nothing(void **unused)
{
    struct bench b;
    struct rules_load_report report;
    (void)unused;
    t_open(&b);
    assert_int_equal(rules_pack_load(b.call, STR("pack: {id: T}\narticles: []\n"), false, &report),
                     ERR_INVALID);
    assert_true(b.call->faults_count >= 3);
    assert_int_equal(b.call->faults->row, 1);
    call_faults_clear(b.call);
    t_load(&b, "Y");
    struct str twin =
        STR("pack: {id: Y5, title: 甲, issuer: 乙, version: '1', effective: {from: 2020-01-01}}\n"
            "articles: [{id: Y5, cite: 一, title: 甲, summary: 甲。, informs: true}]\n");
    assert_int_equal(rules_pack_load(b.call, twin, false, &report), ERR_INVALID);
    assert_string_equal(b.call->faults->key, "rules.fault.article_taken");
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_pack"), 1);
    t_close(&b);
}

static void test_cite_and_threshold(void **unused)
{
    struct bench b;
    struct str text;
    int64_t num, den;
    (void)unused;
    t_open(&b);
    assert_int_equal(rules_cite(b.call, "Y5", &text), ERR_NOT_FOUND);
    t_load(&b, "Y");
    t_load(&b, "J");
    OK(rules_cite(b.call, "Y5", &text));
    assert_true(str_is(text, "《网络安全工作责任制实施办法》（烟外办〔2021〕24号）第五部分"));
    OK(rules_cite(b.call, "J20", &text));
    assert_true(str_is(text, "《政务数据安全管理办法（试行）》第二十条"));
    OK(rules_threshold(b.call, "project.security_share_min", &num, &den));
    assert_int_equal(num * 20, den);
    assert_int_equal(rules_threshold(b.call, "project.nothing", &num, &den), ERR_NOT_FOUND);
    t_on(&b, "2021-11-30"); /* before it was in force */
    assert_int_equal(rules_cite(b.call, "Y5", &text), ERR_NOT_FOUND);
    assert_int_equal(rules_threshold(b.call, "project.security_share_min", &num, &den), ERR_NOT_FOUND);
    t_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_packs_have_every_article),
        cmocka_unit_test(test_load_is_frozen_counted_and_told),
        cmocka_unit_test(test_new_version_keeps_frozen_terms),
        cmocka_unit_test(test_bad_pack_changes_nothing),
        cmocka_unit_test(test_cite_and_threshold),
    };
    return cmocka_run_group_tests(tests, t_declare, NULL);
}
