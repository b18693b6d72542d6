/* SPDX-License-Identifier: Apache-2.0
 *
 * Data sets and copies: the tree of holders, who sees what of it, and the duties that follow a copy.
 */
#include "domain/domain_test.h"
#include "base/clock.h"
#include "domain/dataset/dataset_inner.h"
#include "domain/org/org.h"

extern const struct module dataset_module, org_module;

#define OK(expression)            assert_int_equal((expression), ERR_OK)
#define REFUSED(word, expression) assert_int_equal((expression), (word))
#define RECORD(table, ...)        record_of((table), (const char *const[]){__VA_ARGS__, NULL})
#define FAULT(name)               assert_string_equal(call->faults->field, (name)), call_faults_clear(call)

static struct county county;
static struct call *call;

static const char pack[] =
    "pack:\n  id: T\n  title: 测试\n  issuer: 测试\n  version: \"1\"\n  effective: {from: 2026-01-01}\n"
    "  calendar: cn-state-council\n  units: subtree\n"
    "articles:\n  - {id: T1, cite: 第一条, title: 副本, summary: 副本}\n"
    "thresholds:\n  - {id: T1.days, article: T1, name: dataset.term_notice_days, value: 30}\n"
    "duties:\n"
    "  - id: T1.holder\n    article: T1\n    subject: dataset_copy\n    demand: 签收\n"
    "    applies: [dataset.copy_given]\n    satisfied: [dataset.copy_accepted]\n"
    "    due: {from: dataset.copy_given, working_days: 5}\n    answers: {post: security_officer, of: "
    "responsible_unit}\n"
    "  - id: T1.term\n    article: T1\n    subject: dataset_copy\n    demand: 到期\n"
    "    applies: [dataset.copy_accepted, dataset.copy_term_near]\n    satisfied: [{not: "
    "dataset.copy_term_near}]\n"
    "    due: {from: dataset.copy_term_near, days: 30}\n    answers: {post: security_officer, of: "
    "responsible_unit}\n";

static int group_setup(void **state)
{
    (void)state;
    crypt_init();
    rules_declare_subjects(org_module.subjects, org_module.many_subjects);
    rules_declare_facts(org_module.facts, org_module.many_facts);
    rules_declare_subjects(dataset_module.subjects, dataset_module.many_subjects);
    rules_declare_facts(dataset_module.facts, dataset_module.many_facts);
    return 0;
}

static int setup(void **state)
{
    struct rules_load_report report;
    (void)state;
    county_open(&county);
    call = county.call;
    call->now_ms = clock_ms_of_day(clock_day(2026, 9, 7)) + 9 * 3600000;
    county_act(&county, OFFICER);
    OK(rules_pack_load(call, str_of(pack), false, &report));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    county_close(&county);
    return 0;
}

/* pairs: "field=value". */
static struct field_record record_of(const struct field_table *table, const char *const *pairs)
{
    struct field_record record = {table, ARENA_ARRAY(call->arena, struct field_value, table->many)};
    for (; *pairs; pairs++) {
        struct str value = str_of(*pairs), name;
        str_cut(&value, '=', &name);
        const struct field *field = field_find(table, name);
        assert_non_null(field);
        OK(field_parse_text(call, field, field->name, value, field_get(&record, field->name)));
        field_get(&record, field->name)->given = true;
    }
    return record;
}

static int64_t registered(enum county_account as, const char *unit, const char *name)
{
    int64_t dataset_id;
    county_act(&county, as);
    struct field_record record =
        RECORD(&dataset_table, str_format(call->arena, "unit_id=%s", unit).at,
               str_format(call->arena, "dataset_name=%s", name).at, "data_level=general", "origin=generated",
               "purpose=学籍管理", "legal_basis=部门职责");
    OK(dataset_register(call, &record, &dataset_id));
    return dataset_id;
}

static int64_t first_copy(int64_t dataset_id)
{
    int64_t copy_id;
    OK(dataset_first_copy(call, dataset_id, &copy_id));
    return copy_id;
}

static const char *name_of(int64_t unit_id)
{
    struct org_unit unit;
    OK(org_unit_get(call, unit_id, &unit));
    return str_c(call->arena, unit.unit_name);
}

static enum err hand_over(int64_t copy_id, int64_t to, const char *term, int64_t *ret)
{
    struct field_record record =
        RECORD(&dataset_hand_over_table, str_format(call->arena, "receiver=%s", name_of(to)).at,
               "copy_way=copied", "obtained_on=2026-09-07", "purpose=统计", "legal_basis=数据共享协议", term);
    return dataset_hand_over(call, copy_id, &record, ret);
}

static enum err take(int64_t copy_id)
{
    struct field_record record = RECORD(&dataset_accept_table, "keeper=信息科", "storage_place=机房 A 柜");
    return dataset_accept(call, copy_id, &record);
}

static const char *duty(const char *rule, int64_t copy_id)
{
    struct rules_duty found;
    OK(rules_settle(call));
    if (rules_duty_of(call, rule, "dataset_copy", copy_id, &found) != ERR_OK)
        return "none";
    return str_format(call->arena, "%.*s %.*s", STR_ARG(found.state), STR_ARG(found.due_on)).at;
}

static void day(int year, int month, int mday)
{
    call->now_ms = clock_ms_of_day(clock_day(year, month, mday)) + 9 * 3600000;
    OK(dataset_notice_terms(call, 0));
}

static struct str shown(enum err (*put)(struct call *, int64_t, struct json_writer *), int64_t id)
{
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    OK(put(call, id, &w));
    json_close_object(&w);
    return str_copy(call->arena, buf_str(&out));
}

static void a_copy_belongs_to_its_holder(void **state)
{
    int64_t set = registered(EDU_OFFICER, "2", "学籍库"), first = first_copy(set), given;
    (void)state;
    OK(hand_over(first, COUNTY_HEALTH, "term_until=2027-06-30", &given));
    assert_string_equal(duty("T1.holder", given), "open 2026-09-14");
    /* The giver sees that there is a holder, not who: the health bureau is none of its business. */
    REFUSED(ERR_NOT_FOUND, take(given));
    struct str tree = shown(dataset_put, set);
    assert_true(str_find(tree, STR("\"foreign\":true"), NULL));
    assert_true(!str_find(tree, str_of(name_of(COUNTY_HEALTH)), NULL));
    /* The holder knows what it holds and from whom, but not the giver's own file. */
    county_act(&county, HEALTH_OFFICER);
    REFUSED(ERR_NOT_FOUND, dataset_put(call, set, &(struct json_writer){0}));
    struct str copy = shown(dataset_put_copy, given);
    assert_true(str_find(copy, STR("学籍库"), NULL) && str_find(copy, str_of(name_of(COUNTY_EDU)), NULL));
    OK(take(given));
    assert_string_equal(duty("T1.holder", given), "satisfied 2026-09-14");
    REFUSED(ERR_REFUSED, take(given));
    call_faults_clear(call);
    /* The authority sees the whole tree. */
    county_act(&county, OFFICER);
    tree = shown(dataset_put, set);
    assert_true(!str_find(tree, STR("\"foreign\":true"), NULL));
    assert_true(str_find(tree, str_of(name_of(COUNTY_HEALTH)), NULL));
}

static void a_term_that_ends_asks_to_act(void **state)
{
    int64_t set = registered(OFFICER, "2", "学籍库"), copy;
    (void)state;
    OK(hand_over(first_copy(set), COUNTY_HEALTH, "term_until=2026-12-31", &copy));
    OK(take(copy));
    day(2026, 11, 30);
    assert_string_equal(duty("T1.term", copy), "none"); /* 31 days before */
    day(2026, 12, 1);
    assert_string_equal(duty("T1.term", copy), "open 2026-12-31");
    struct field_record past = RECORD(&dataset_renew_table, "term_until=2026-11-30", "reason=仍在使用");
    REFUSED(ERR_INVALID, dataset_renew(call, copy, &past));
    FAULT("term_until");
    struct field_record longer = RECORD(&dataset_renew_table, "term_until=2027-12-31", "reason=仍在使用");
    OK(dataset_renew(call, copy, &longer));
    assert_string_equal(duty("T1.term", copy), "satisfied 2026-12-31");
    day(2027, 12, 20);
    assert_string_equal(duty("T1.term", copy), "open 2027-12-31");
    struct field_record end =
        RECORD(&dataset_copy_ending_table, "copy_end=destroyed", "ended_on=2027-12-20", "note=覆写三遍");
    OK(dataset_copy_end(call, copy, &end));
    assert_string_equal(duty("T1.term", copy), "satisfied 2027-12-31");
    REFUSED(ERR_REFUSED, dataset_copy_end(call, copy, &end));
    call_faults_clear(call);
}

static void a_set_ends_after_its_copies(void **state)
{
    int64_t set = registered(OFFICER, "2", "学籍库"), first = first_copy(set), copy, second;
    (void)state;
    OK(hand_over(first, COUNTY_HEALTH, "term_until=2027-06-30", &copy));
    REFUSED(ERR_REFUSED, hand_over(copy, COUNTY_SCHOOL, "term_until=2027-06-30", &second));
    call_faults_clear(call); /* not accepted yet: nobody hands on what never came */
    OK(take(copy));
    OK(hand_over(copy, COUNTY_SCHOOL, "term_until=2027-06-30", &second));
    struct field_record end =
        RECORD(&dataset_ending_table, "ended_on=2026-09-07", "reason=系统下线，介质销毁");
    REFUSED(ERR_REFUSED, dataset_end(call, set, &end));
    assert_string_equal(call->faults->key, "dataset.fault.copies_held");
    assert_true(str_is(call->faults->args[0], "2"));
    call_faults_clear(call);
    assert_string_equal(duty("T1.holder", second), "open 2026-09-14");
    OK(dataset_decline(call, second, STR("没有收到")));
    assert_string_equal(duty("T1.holder", second), "cancelled 2026-09-14");
    struct field_record give_back =
        RECORD(&dataset_copy_ending_table, "copy_end=returned", "ended_on=2026-09-07", "note=已交回");
    OK(dataset_copy_end(call, copy, &give_back));
    OK(dataset_end(call, set, &end));
    REFUSED(ERR_REFUSED, dataset_copy_end(call, first, &give_back));
    call_faults_clear(call);
    struct field_record change = RECORD(&dataset_change_table, "version=2", "note=补记");
    REFUSED(ERR_REFUSED, dataset_change(call, set, &change));
    call_faults_clear(call);
}

static void what_cannot_be_is_refused_with_its_place(void **state)
{
    int64_t set = registered(EDU_OFFICER, "2", "学籍库"), first = first_copy(set), copy, other;
    (void)state;
    REFUSED(ERR_INVALID, hand_over(first, COUNTY_EDU, "term_until=2027-06-30", &copy));
    FAULT("receiver");
    REFUSED(ERR_INVALID, hand_over(first, COUNTY_HEALTH, "term_until=2026-09-06", &copy));
    FAULT("term_until");
    struct field_record unknown =
        RECORD(&dataset_hand_over_table, "receiver=没有这个局", "copy_way=exchanged",
               "obtained_on=2026-09-07", "purpose=统计", "legal_basis=数据共享协议");
    REFUSED(ERR_INVALID, dataset_hand_over(call, first, &unknown, &copy));
    FAULT("receiver");
    struct field_record future =
        RECORD(&dataset_hand_over_table, str_format(call->arena, "receiver=%s", name_of(COUNTY_HEALTH)).at,
               "copy_way=exchanged", "obtained_on=2026-09-08", "purpose=统计", "legal_basis=数据共享协议");
    REFUSED(ERR_INVALID, dataset_hand_over(call, first, &future, &copy));
    FAULT("obtained_on");
    struct field_record persons =
        RECORD(&dataset_table, "unit_id=2", "dataset_name=名册", "data_level=general", "origin=generated",
               "purpose=管理", "legal_basis=职责", "pi_count=120");
    REFUSED(ERR_INVALID, dataset_register(call, &persons, &other));
    FAULT("has_pi");
    struct field_record foreign =
        RECORD(&dataset_table, "unit_id=3", "dataset_name=名册", "data_level=general", "origin=generated",
               "purpose=管理", "legal_basis=职责");
    REFUSED(ERR_INVALID, dataset_register(call, &foreign, &other));
    FAULT("unit_id");
    struct field_record stale = RECORD(&dataset_change_table, "version=7", "note=补记");
    REFUSED(ERR_CONFLICT, dataset_change(call, set, &stale));
    FAULT("version");
}

static void numbers_run_through_the_year(void **state)
{
    (void)state;
    registered(OFFICER, "2", "名册一");
    int64_t second = registered(OFFICER, "3", "名册二");
    assert_true(str_find(shown(dataset_put, second), STR("\"SJ-2026-00002\""), NULL));
    day(2027, 1, 4);
    int64_t next = registered(OFFICER, "3", "名册三");
    assert_true(str_find(shown(dataset_put, next), STR("\"SJ-2027-00001\""), NULL));
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        EACH(a_copy_belongs_to_its_holder), EACH(a_term_that_ends_asks_to_act),
        EACH(a_set_ends_after_its_copies),  EACH(what_cannot_be_is_refused_with_its_place),
        EACH(numbers_run_through_the_year),
    };
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
