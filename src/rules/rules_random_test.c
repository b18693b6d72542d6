/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A small pack with every construct of duties is run over random facts that come and go while days
 * pass. A naive evaluator in the test keeps its own truth, one subject at a time, from the definition in
 * rules.h alone: it shares no code with the engine but the calendar. After every step (touch by touch, or a
 * sweep) each subject's newest duty must be what the naive one says, and a further sweep must change nothing.
 */
#include "rules/rules_test.h"

static const char pack_text[] =
    "pack: {id: T, title: 测试, issuer: 测试办, version: '1', effective: {from: 2026-01-10}}\n"
    "articles: [{id: T1, cite: 一, title: 甲, summary: 甲。}]\n"
    "duties:\n"
    "  - {id: T1.counted, article: T1, subject: system, demand: 甲, answers: {post: admin_head},\n"
    "     applies: [registry.online, {registry.level: {min: 2}}], satisfied: [registry.filed, {not: "
    "registry.exposed}],\n"
    "     due: {from: registry.online, working_days: 5}}\n"
    "  - {id: T1.worded, article: T1, subject: system, demand: 乙, answers: {post: admin_head},\n"
    "     applies: [{registry.lifecycle: {at_least: testing}}, {not: {registry.hosting: {in: [idc, "
    "public_cloud]}}}],\n"
    "     satisfied: [{registry.accepted: {within: {days: 30}}}]}\n"
    "  - {id: T1.yearly, article: T1, subject: system, every: month, demand: 丙, answers: {post: "
    "admin_head},\n"
    "     applies: [registry.online], satisfied: [registry.plan_filed], due: {end_of: period}}\n";

#define SUBJECTS 12

struct truth { /* of one subject */
    bool exists;
    int32_t online, filed, exposed, accepted, plan; /* day since, or NONE */
    int level;                                      /* -1: no such fact */
    const char *lifecycle, *hosting;
};
struct naive {  /* newest duty */
    char state; /* '-' none, 'o' 's' 'c' */
    int32_t due, month;
    bool late, current;
};

static struct truth truth[SUBJECTS + 1];
static struct naive counted[SUBJECTS + 1], worded[SUBJECTS + 1], monthly[SUBJECTS + 1];
static int32_t today;

static uint32_t seed;
static uint32_t dice(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void step(struct naive *at, bool applies, bool satisfied, int32_t due, int32_t done)
{
    if (at->current && at->state == 'o') {
        if (satisfied) {
            at->late = at->late || (at->due && done > at->due);
            at->state = 's';
        } else if (!applies) {
            at->state = 'c';
            at->current = false;
        } else if (at->due && at->due < today) {
            at->late = true;
        }
        return;
    }
    if (at->current && at->state == 's') {
        if (applies && satisfied)
            return;
        at->current = false;
    }
    if (!applies)
        return;
    *at = (struct naive){.state = satisfied ? 's' : 'o', .current = true, .due = satisfied ? 0 : due};
    at->late = at->due && at->due < today;
}

static int32_t latest(int32_t a, int32_t b)
{
    int32_t day = a > b ? a : b;
    return day == RULES_DAY_NONE ? today : day;
}

static void judge(int id)
{
    const struct truth *t = &truth[id];
    bool online = t->exists && t->online != RULES_DAY_NONE;
    bool filed = t->filed != RULES_DAY_NONE && t->exposed == RULES_DAY_NONE;
    int32_t from = t->online > rules_day(STR("2026-01-10")) ? t->online : rules_day(STR("2026-01-10"));
    step(&counted[id], online && t->level >= 2, filed, online ? calendar_add(t_calendar, from, 5).day : 0,
         latest(t->filed, RULES_DAY_NONE));
    bool grown = t->lifecycle && strcmp(t->lifecycle, "planning") && strcmp(t->lifecycle, "building");
    bool foreign = t->hosting && (!strcmp(t->hosting, "idc") || !strcmp(t->hosting, "public_cloud"));
    step(&worded[id], t->exists && grown && !foreign,
         t->accepted != RULES_DAY_NONE && t->accepted + 30 >= today, 0, today);
    int year, month, mday;
    clock_ymd(today, &year, &month, &mday);
    if (monthly[id].month && monthly[id].month != year * 100 + month) {
        struct naive *old =
            &monthly[id]; /* a month past: only its own row is judged on, the newest is the new month's */
        (void)old;
        monthly[id] = (struct naive){.state = '-'};
    }
    int32_t last = clock_add_months(clock_day(year, month, 1), 1) - 1;
    step(&monthly[id], online, t->plan != RULES_DAY_NONE, last, latest(t->plan, RULES_DAY_NONE));
    if (monthly[id].state != '-')
        monthly[id].month = year * 100 + month;
}

static void put(struct bench *b, const char *name, int id, int32_t since, const char *word, int64_t number)
{
    OK(db_run(b->call, "DELETE FROM t_fact WHERE name = $1 AND subject_id = $2", db_c(name), db_int(id)));
    if (since == RULES_DAY_NONE)
        return;
    OK(db_run(
        b->call,
        "INSERT INTO t_fact (name, subject_id, since, arg, word, number) VALUES ($1, $2, $3, '', $4, $5)",
        db_c(name), db_int(id), db_int(clock_ms_of_day(since) + 3600 * 1000 * 8), db_c(word),
        db_int(number)));
}

static int32_t past(void)
{
    return dice(3) ? today - (int32_t)dice(40) : RULES_DAY_NONE;
}

static void change(struct bench *b, int id)
{
    struct truth *t = &truth[id];
    switch (dice(9)) {
    case 0:
        put(b, "registry.online", id, t->online = past(), NULL, 1);
        break;
    case 1:
        t->level = (int)dice(5) - 1;
        put(b, "registry.level", id, t->level < 0 ? RULES_DAY_NONE : today, NULL, t->level);
        break;
    case 2:
        put(b, "registry.filed", id, t->filed = dice(2) ? today : RULES_DAY_NONE, NULL, 1);
        break;
    case 3:
        put(b, "registry.exposed", id, t->exposed = past(), NULL, 1);
        break;
    case 4:
        t->lifecycle = dice(6) ? t_lifecycles[dice(8)] : NULL;
        put(b, "registry.lifecycle", id, t->lifecycle ? today : RULES_DAY_NONE, t->lifecycle, 0);
        break;
    case 5:
        t->hosting = dice(4) ? t_places[dice(7)] : NULL;
        put(b, "registry.hosting", id, t->hosting ? today : RULES_DAY_NONE, t->hosting, 0);
        break;
    case 6:
        put(b, "registry.accepted", id, t->accepted = past(), NULL, 1);
        break;
    case 7:
        put(b, "registry.plan_filed", id, t->plan = dice(2) ? today : RULES_DAY_NONE, NULL, 1);
        break;
    default:
        if (!dice(3)) {
            t->exists = !t->exists;
            OK(db_run(b->call, "DELETE FROM t_subject WHERE kind = 'system' AND subject_id = $1",
                      db_int(id)));
            if (t->exists)
                t_subject(b, "system", id, 1, 0);
        }
    }
    rules_touch(b->call, "system", id);
}

static void compare(struct bench *b, const char *rule, int id, const struct naive *want, int round)
{
    const char *names[128] = {['o'] = "open", ['s'] = "satisfied", ['c'] = "cancelled"};
    char text[64] = "none";
    if (want->state != '-') {
        struct clock_date due = clock_date(want->due);
        snprintf(text, sizeof text, "%s%s%s%s", names[(int)want->state], want->due ? " " : "",
                 want->due ? due.text : "", want->late ? " late" : "");
    }
    const char *have = t_state(b, rule, id);
    if (strcmp(have, text))
        fail_msg("seed %u round %d: %s of %d is \"%s\", should be \"%s\"", seed, round, rule, id, have, text);
}

static void play(uint32_t from_seed)
{
    struct bench b;
    seed = from_seed;
    t_open(&b);
    t_on(&b, "2026-03-02");
    t_load_text(&b, str_of(pack_text));
    today = clock_day_of(b.call->now_ms);
    for (int id = 1; id <= SUBJECTS; id++) {
        truth[id] = (struct truth){
            true, RULES_DAY_NONE, RULES_DAY_NONE, RULES_DAY_NONE, RULES_DAY_NONE, RULES_DAY_NONE, -1, NULL,
            NULL};
        counted[id] = worded[id] = monthly[id] = (struct naive){.state = '-'};
        t_subject(&b, "system", id, 1, 0);
    }
    OK(rules_settle(b.call));
    for (int round = 0; round < 60; round++) {
        bool swept = dice(3) == 0;
        if (swept) {
            today += 1 + (int32_t)dice(9);
            b.call->now_ms = clock_ms_of_day(today) + 9 * 3600 * 1000;
        }
        for (uint32_t i = dice(6); i > 0; i--)
            change(&b, 1 + (int)dice(SUBJECTS));
        if (swept)
            OK(round % 2 ? rules_sweep(b.call) : t_sweep_in_steps(&b));
        else
            OK(rules_settle(b.call));
        for (int id = 1; id <= SUBJECTS; id++) {
            judge(id);
            compare(&b, "T1.counted", id, &counted[id], round);
            compare(&b, "T1.worded", id, &worded[id], round);
            if (monthly[id].state != '-')
                compare(&b, "T1.yearly", id, &monthly[id], round);
        }
        struct str before = t_print(&b);
        OK(rules_sweep(b.call));
        struct str after = t_print(&b);
        if (!str_eq(before, after)) {
            t_show_difference(before, after);
            fail_msg("seed %u round %d (%s on %s): a further sweep changed something", from_seed, round,
                     swept ? "swept" : "settled", clock_date(today).text);
        }
        struct rules_plan *plan;
        OK(rules_sweep_plan(b.call, &plan));
        assert_true(rules_plan_left(plan) == 0); /* what needs nothing is not planned either */
        rules_plan_free(plan);
    }
    t_close(&b);
}

static void test_against_the_naive_one(void **unused)
{
    (void)unused;
    for (uint32_t i = 1; i <= 40; i++)
        play(i * 7919u);
}

/* One at a time and set-wise are the same function of the facts. */
static void test_one_by_one_equals_set_wise(void **unused)
{
    struct str prints[2];
    ARENA(kept, 256 * 1024 * 1024);
    (void)unused;
    for (int way = 0; way < 2; way++) {
        struct bench b;
        seed = 4711;
        t_open(&b);
        t_on(&b, "2026-03-02");
        today = clock_day_of(b.call->now_ms);
        t_load_text(&b, str_of(pack_text));
        for (int id = 1; id <= 400; id++) {
            t_subject(&b, "system", id, 1, 0);
            if (dice(2))
                put(&b, "registry.online", id, today - (int32_t)dice(20), NULL, 1);
            put(&b, "registry.level", id, today, NULL, dice(4));
            if (dice(2))
                put(&b, "registry.filed", id, today, NULL, 1);
            if (!way)
                OK(rules_settle(b.call)); /* else all 400 at once: set-wise */
        }
        OK(rules_settle(b.call));
        BUF(out, 1024 * 1024);
        DB_ROWS(rows);
        OK(db_query(b.call, &rows,
                    "SELECT rule, subject_id, state, due_on FROM rules_duty WHERE current = 1 ORDER BY rule, "
                    "subject_id"));
        while (db_next(&rows))
            buf_format(&out, "%.*s %lld %.*s %.*s\n", STR_ARG(db_col_str(&rows, 0)),
                       (long long)db_col_int(&rows, 1), STR_ARG(db_col_str(&rows, 2)),
                       STR_ARG(db_col_str(&rows, 3)));
        OK(db_end(&rows));
        prints[way] = str_copy(kept, buf_str(&out));
        t_close(&b);
    }
    assert_true(prints[0].len > 5000);
    assert_true(str_eq(prints[0], prints[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_the_naive_one),
        cmocka_unit_test(test_one_by_one_equals_set_wise),
    };
    return cmocka_run_group_tests(tests, t_declare, NULL);
}
