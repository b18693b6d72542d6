/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <time.h>

#include "access/access.h"
#include "base/clock.h"
#include "db/db_test.h"
#include "jobs/jobs_inner.h"

static atomic_int counted, failed, ticked, pieces;

static enum err count(struct call *call)
{
    atomic_fetch_add(&counted, 1);
    return db_run(call, "INSERT INTO t_trace (what) VALUES ('count')");
}

static enum err fail_twice(struct call *call)
{
    TRY(db_run(call, "INSERT INTO t_trace (what) VALUES ('fail')"));
    return atomic_fetch_add(&failed, 1) < 2 ? ERR_FAILED : ERR_OK;
}

static enum err tick(struct call *call)
{
    (void)call;
    atomic_fetch_add(&ticked, 1);
    return ERR_OK;
}

/* Three pieces at once, then none; what each writes goes over the lane. */
static enum err write_piece(struct db *db, void *context)
{
    struct call call = *(struct call *)context;
    call.db = db;
    return db_run(&call, "INSERT INTO t_trace (what) VALUES ('piece')");
}

static enum err piece(struct call *call, struct db_lane *lane, bool *ret_more)
{
    int64_t many;
    TRY(db_get_int(call, &many, 0, "SELECT COUNT(*) FROM t_trace WHERE what = 'piece'"));
    *ret_more = many < 2;
    if (many >= 3 || !call->app)
        return ERR_OK;
    TRY(db_lane_wait(lane, write_piece, call));
    atomic_fetch_add(&pieces, 1);
    return ERR_OK;
}

static const struct jobs_kind kinds[] = {
    {.name = "t.count", .every_s = 3600, .at_minute = -1, .run = count},
    {.name = "t.fail", .every_s = 0, .at_minute = 30, .run = fail_twice},
    {.name = "t.tick", .every_s = 1, .at_minute = -1, .run = tick},
    {.name = "t.piece", .every_s = 10, .at_minute = -1, .piece = piece},
};

static struct str file(struct arena *arena, const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    FILE *stream = fopen(str_format(arena, "%s/%s", source ? source : ".", name).at, "rb");
    assert_non_null(stream);
    char *text = arena_alloc(arena, 65536);
    size_t len = fread(text, 1, 65535, stream);
    fclose(stream);
    return (struct str){text, len};
}

static void bench(struct db_test *t)
{
    ARENA(arena, 1 << 20);
    struct db_step steps[4] = {{"ledger", "0001_ledger", file(arena, "src/ledger/steps/0001_ledger.sql")},
                               {"rules", "0001_rules", file(arena, "src/rules/steps/0001_rules.sql")},
                               {"rules", "0002_seen_past", file(arena, "src/rules/steps/0002_seen_past.sql")},
                               {"jobs", "0001_jobs", file(arena, "src/jobs/steps/0001_jobs.sql")}};
    db_test_open(t, steps, 4);
    db_test_step(t, "t_trace",
                 "CREATE TABLE t_trace (trace_id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;");
    t->call.actor = &access_program;
}

static int64_t number(struct db_test *t, const char *sql)
{
    int64_t n;
    assert_int_equal(db_get_int_args(&t->call, &n, -1, sql, NULL, 0), ERR_OK);
    return n;
}

static int64_t at(const char *date, int hour, int minute)
{
    int32_t day;
    assert_true(clock_parse_date(str_of(date), &day));
    return clock_ms_of_day(day) + (hour * 60 + minute) * 60000LL;
}

static void test_next_time(void **unused)
{
    (void)unused;
    assert_true(jobs_next_ms(&kinds[1], at("2026-12-31", 0, 29)) == at("2026-12-31", 0, 30));
    assert_true(jobs_next_ms(&kinds[1], at("2026-12-31", 0, 30)) == at("2027-01-01", 0, 30));
    assert_true(jobs_next_ms(&kinds[0], 5000) == 3605000);
    assert_true(jobs_backoff_ms(1) == 60000 && jobs_backoff_ms(3) == 240000 &&
                jobs_backoff_ms(50) == 3600000);
}

static void test_lease_is_taken_once_and_again_when_it_ran_out(void **unused)
{
    struct db_test t;
    bool taken;
    int64_t next;
    (void)unused;
    bench(&t);
    t.call.now_ms = at("2026-09-30", 9, 0);
    assert_int_equal(jobs_sync(&t.call), ERR_OK);
    assert_int_equal(jobs_take(&t.call, &kinds[0], "a", &taken, &next), ERR_OK);
    assert_true(taken);
    assert_int_equal(jobs_take(&t.call, &kinds[0], "b", &taken, &next), ERR_OK);
    assert_false(taken);
    assert_true(next == t.call.now_ms + JOBS_LEASE_MS); /* look again when it would run out */
    t.call.now_ms += JOBS_LEASE_MS;
    assert_int_equal(jobs_take(&t.call, &kinds[0], "b", &taken, &next), ERR_OK);
    assert_true(taken);
    /* "a" comes back from a long sleep: its run may not count. */
    assert_int_equal(db_begin(t.db), ERR_OK);
    assert_int_equal(jobs_run_leased(&t.call, &kinds[0], "a"), ERR_CONFLICT);
    db_rollback(t.db);
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM t_trace"), 0);
    db_test_close(&t);
}

static void test_clock_turned_back(void **unused)
{
    struct db_test t;
    bool taken;
    int64_t next;
    (void)unused;
    bench(&t);
    t.call.now_ms = at("2036-09-30", 9, 0);
    assert_int_equal(jobs_sync(&t.call), ERR_OK);
    assert_int_equal(jobs_take(&t.call, &kinds[0], "a", &taken, &next), ERR_OK);
    assert_int_equal(db_run(&t.call, "UPDATE jobs_job SET next_at_ms = next_at_ms + 3600000, lease_node = "
                                     "NULL, lease_until_ms = NULL"),
                     ERR_OK);
    t.call.now_ms = at("2026-09-30", 9, 0);
    assert_int_equal(jobs_sync(&t.call), ERR_OK);
    assert_true(number(&t, "SELECT MAX(next_at_ms) FROM jobs_job") <= t.call.now_ms + CLOCK_DAY_MS);
    db_test_close(&t);
}

static void pause_until(int (*reached)(struct db_test *), struct db_test *t)
{
    for (int i = 0; i < 400 && !reached(t); i++)
        nanosleep(&(struct timespec){0, 25000000}, NULL);
}

static int three_pieces(struct db_test *t)
{
    return number(t, "SELECT COUNT(*) FROM t_trace WHERE what = 'piece'") >= 3;
}

static void test_pieces(void **unused)
{
    struct db_test t;
    struct db_lane *lane;
    struct jobs_runner *runner;
    char why[256];
    (void)unused;
    bench(&t);
    atomic_store(&pieces, 0);
    assert_int_equal(db_lane_start(t.where, &lane, why), ERR_OK);
    assert_int_equal(jobs_start(lane, "a", t.where, &t, &runner), ERR_OK);
    pause_until(three_pieces, &t);
    jobs_stop(runner);
    db_lane_stop(lane);
    assert_int_equal(atomic_load(&pieces), 3);
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM jobs_job WHERE name = 't.piece'"), 0);
    db_test_close(&t);
}

static int noted_failure(struct db_test *t)
{
    return number(t, "SELECT COUNT(*) FROM jobs_run WHERE name = 't.fail'") >= 1 &&
           number(t, "SELECT COUNT(*) FROM jobs_run WHERE name = 't.count'") >= 1 &&
           number(t, "SELECT COUNT(*) FROM jobs_run WHERE name = 'rules.sweep'") >= 1 &&
           atomic_load(&ticked) >= 1;
}

static void test_runners_share_the_work(void **unused)
{
    struct db_test t;
    struct db_lane *lanes[2];
    struct jobs_runner *runners[2];
    char why[256], names[2][8] = {"a", "b"};
    (void)unused;
    bench(&t);
    atomic_store(&counted, 0);
    atomic_store(&failed, 0);
    atomic_store(&ticked, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_lane_start(t.where, &lanes[i], why), ERR_OK);
        assert_int_equal(jobs_start(lanes[i], names[i], t.where, NULL, &runners[i]), ERR_OK);
    }
    pause_until(noted_failure, &t);
    nanosleep(&(struct timespec){0, 200000000}, NULL);
    for (int i = 0; i < 2; i++)
        jobs_stop(runners[i]);
    for (int i = 0; i < 2; i++)
        db_lane_stop(lanes[i]);
    assert_int_equal(atomic_load(&counted), 1);
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM jobs_run WHERE name = 't.count' AND word = 'ok'"), 1);
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM jobs_run WHERE name = 'rules.sweep' AND word = 'ok'"),
                     1);
    assert_int_equal(atomic_load(&failed), 1); /* the second try waits a minute */
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM t_trace WHERE what = 'fail'"), 0);
    assert_int_equal(number(&t, "SELECT failures FROM jobs_job WHERE name = 't.fail'"), 1);
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM jobs_job WHERE name = 't.tick'"), 0);
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM jobs_job WHERE lease_node IS NOT NULL"), 0);
    db_test_close(&t);
}

static void test_run_now(void **unused)
{
    struct db_test t;
    (void)unused;
    bench(&t);
    assert_int_equal(db_begin(t.db), ERR_OK);
    assert_int_equal(jobs_run_now(&t.call, "t.count"), ERR_OK);
    assert_int_equal(jobs_run_now(&t.call, "rules.sweep"), ERR_OK);
    assert_int_equal(jobs_run_now(&t.call, "no.such"), ERR_NOT_FOUND);
    assert_int_equal(db_commit(t.db), ERR_OK);
    assert_int_equal(number(&t, "SELECT COUNT(*) FROM jobs_run"), 2);
    db_test_close(&t);
}

static int declare(void **unused)
{
    (void)unused;
    jobs_declare(kinds, sizeof(kinds) / sizeof(kinds[0]));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_time),
        cmocka_unit_test(test_lease_is_taken_once_and_again_when_it_ran_out),
        cmocka_unit_test(test_clock_turned_back),
        cmocka_unit_test(test_runners_share_the_work),
        cmocka_unit_test(test_run_now),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, declare, NULL);
}
