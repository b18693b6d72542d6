/* SPDX-License-Identifier: Apache-2.0
 *
 * 100,000 systems (10,000 on PostgreSQL, where every row written is a round trip) under the four shipped
 * packs: loading, sweeping and touching stay set-wise. The limits are generous (a loop of queries would miss
 * them by a hundred times), so that a slow machine does not fail for being slow.
 */
#include "rules/rules_test.h"

static int64_t systems;

static void fill(struct bench *b)
{
    systems = db_is_pg(b->call->db) ? 10000 : 100000;
    OK(db_run(b->call,
              "INSERT INTO t_subject (kind, subject_id, unit_id, unit_path, label, system_id)"
              " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
              " SELECT 'system', i, i % 500 + 1, '0001', '示例系统', 0 FROM n",
              db_int(systems)));
    OK(db_run(b->call, "INSERT INTO t_subject (kind, subject_id, unit_id, unit_path, label, system_id)"
                       " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                       " SELECT 'unit', i, i, '0001', '示例单位', 0 FROM n"));
    OK(db_run(b->call,
              "INSERT INTO t_fact (name, subject_id, since, arg, word, number)"
              " SELECT 'org.unit_kind', subject_id, 0, '', 'bureau', 0 FROM t_subject WHERE kind = 'unit'"));
    static const char *const facts[] = {"registry.registered", "registry.level",
                                        "registry.online",     "registry.graded",
                                        "registry.filed",      "registry.evaluation_passed",
                                        "registry.log_months", "registry.has_contact"};
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        OK(db_run(b->call,
                  "INSERT INTO t_fact (name, subject_id, since, arg, word, number) SELECT $1, subject_id, 0, "
                  "'', NULL, subject_id % 4"
                  " FROM t_subject WHERE kind = 'system' AND (subject_id * 7 + $2) % 10 < 8",
                  db_c(facts[i]), db_int((int64_t)i)));
}

static double since_ms(int64_t start_us)
{
    return (double)(clock_monotonic_us() - start_us) / 1000.0;
}

static void test_many_systems(void **unused)
{
    struct bench b;
    int64_t start;
    (void)unused;
    t_open(&b);
    fill(&b);
    start = clock_monotonic_us();
    for (const char *pack = "SJZY"; *pack; pack++)
        t_load(&b, str_format(b.call->arena, "%c", *pack).at);
    double load = since_ms(start);
    int64_t rows = t_count(&b, "SELECT COUNT(*) FROM rules_duty");
    assert_true(rows > 3 * systems);
    start = clock_monotonic_us();
    OK(rules_sweep(b.call));
    double idle = since_ms(start);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty"), rows);
    start = clock_monotonic_us();
    for (int64_t id = 1; id <= 100; id++) {
        rules_touch(b.call, "system", id * 37);
        OK(rules_settle(b.call));
    }
    double touch = since_ms(start) / 100;
    t_on(&b, "2026-12-01");
    start = clock_monotonic_us();
    OK(rules_sweep(b.call));
    double late = since_ms(start);
    int64_t lates =
        t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE state = 'open' AND late_at_ms IS NOT NULL");
    assert_true(lates > systems);
    start = clock_monotonic_us();
    BUF(out, 4 * 1024 * 1024);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    OK(rules_coverage(b.call, STR(""), &w));
    json_close_object(&w);
    double coverage = since_ms(start);
    print_message(
        "%lld duties of %lld systems: load four packs %.0f ms, sweep with nothing to do %.0f ms, one "
        "touch %.2f ms,"
        " sweep that marks %lld late %.0f ms, coverage %.0f ms\n",
        (long long)rows, (long long)systems, load, idle, touch, (long long)lates, late, coverage);
    assert_true(idle < 30000);
    assert_true(touch < 20);
    assert_true(load < 120000);
    t_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_many_systems)};
    return cmocka_run_group_tests(tests, t_declare, NULL);
}
