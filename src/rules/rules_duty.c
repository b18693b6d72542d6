/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. For one rule and one period, the subjects and the rule's current rows are walked together in order
 * of subject. What a subject is (applies, satisfied, exempt) and what its row says (none, open, satisfied,
 * waived) decide one move:
 *
 *     row         applies and not satisfied       applies and satisfied      does not apply
 *     none        open (or waive when exempt)     note as satisfied          -
 *     open        keep: late? remind? recount?    close as satisfied         cancel (satisfied when it is)
 *     waived      keep; exemption over: reopen    close as satisfied         cancel
 *     satisfied   retire, open anew               -                          retire
 *
 * Moves depend on the facts and today's date only, so the same walk serves a touched subject, a sweep and a
 * preview, and a second walk finds nothing to do. What a duty is judged by is written when it opens and not
 * read from the pack again.
 */
#include "rules/rules_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* ---- reading what stands ---- */

static bool is_of(const struct rules_work *work, const struct rules_own *own)
{
    return str_is(own->rule, work->rule->id) && str_is(own->occurrence, work->period.name);
}

static enum err standing_load(struct rules_work *work)
{
    DB_ROWS(rows);
    struct rules_look *look = work->look;
    size_t cap = 0;
    work->many = 0;
    work->standing = NULL;
    if (look->subject_id) {
        const struct rules_own_rows *own;
        TRY(rules_own_load(look, work->rule, &own));
        for (size_t i = 0; i < own->many; i++) {
            if (!own->at[i].current || !is_of(work, &own->at[i]))
                continue;
            work->standing =
                rules_grown(look->arena, work->standing, work->many, &cap, sizeof(struct rules_standing));
            work->standing[work->many++] = own->at[i].standing;
        }
        return ERR_OK;
    }
    TRY(db_query(look->call, &rows,
                 "SELECT " RULES_STANDING_COLUMNS " CASE WHEN calendar = $3 THEN 0 ELSE 1 END FROM rules_duty"
                 " WHERE current = 1 AND rule = $1 AND occurrence = $2 ORDER BY subject_id",
                 db_c(work->rule->id), db_c(work->period.name), db_c(calendar_version(rules_calendar()))));
    while (db_next(&rows)) {
        work->standing =
            rules_grown(look->arena, work->standing, work->many, &cap, sizeof(struct rules_standing));
        rules_standing_take(&rows, &work->standing[work->many++]);
    }
    return db_end(&rows);
}

/* Approved exemptions that still run, by subject. */
static enum err exempt_load(struct rules_work *work)
{
    DB_ROWS(rows);
    struct rules_look *look = work->look;
    size_t cap = 0;
    work->many_exempt = 0;
    if (!work->rule->exemption.procedure)
        return ERR_OK;
    if (look->subject_id) {
        int32_t until;
        TRY(rules_own_exempt(look, work->rule->subject, work->rule->id, &until));
        if (until == RULES_DAY_NONE)
            return ERR_OK;
        work->exempt = ARENA_NEW(look->arena, struct rules_dated);
        work->exempt[work->many_exempt++] = (struct rules_dated){look->subject_id, until};
        return ERR_OK;
    }
    TRY(db_query(look->call, &rows,
                 "SELECT subject_id, MAX(until_on) FROM rules_exemption WHERE rule = $1 AND subject_kind = $2"
                 " AND state = 'approved' AND until_on >= $3 GROUP BY subject_id ORDER BY subject_id",
                 db_c(work->rule->id), db_c(work->rule->subject->name), db_str(look->today_on)));
    while (db_next(&rows)) {
        work->exempt =
            rules_grown(look->arena, work->exempt, work->many_exempt, &cap, sizeof(struct rules_dated));
        work->exempt[work->many_exempt++] =
            (struct rules_dated){db_col_int(&rows, 0), rules_day(db_col_str(&rows, 1))};
    }
    return db_end(&rows);
}

/* Rows cancelled lately: flicking a record off and on must not buy a new clock. */
static enum err cancelled_load(struct rules_work *work)
{
    DB_ROWS(rows);
    struct rules_look *look = work->look;
    size_t cap = 0;
    work->many_cancelled = 0;
    if (work->rule->due.from || work->rule->due.kind == RULES_DUE_NONE ||
        work->rule->due.kind == RULES_DUE_DATE || work->rule->due.kind == RULES_DUE_PERIOD)
        return ERR_OK;
    int64_t since = look->call->now_ms - RULES_CLOCK_KEPT_DAYS * CLOCK_DAY_MS;
    if (look->subject_id) {
        const struct rules_own_rows *own;
        TRY(rules_own_load(look, work->rule, &own));
        for (size_t i = own->many; i-- > 0;) { /* newest first */
            const struct rules_own *one = &own->at[i];
            if (!one->cancelled || one->closed_at_ms < since || one->standing.from == RULES_DAY_NONE ||
                !is_of(work, one))
                continue;
            work->cancelled = rules_grown(look->arena, work->cancelled, work->many_cancelled, &cap,
                                          sizeof(struct rules_dated));
            work->cancelled[work->many_cancelled++] =
                (struct rules_dated){look->subject_id, one->standing.from};
        }
        return ERR_OK;
    }
    TRY(db_query(look->call, &rows,
                 "SELECT subject_id, from_on FROM rules_duty WHERE rule = $1 AND state = 'cancelled' AND "
                 "occurrence = $2"
                 " AND closed_at_ms >= $3 AND from_on IS NOT NULL ORDER BY subject_id, duty_id DESC",
                 db_c(work->rule->id), db_c(work->period.name), db_int(since)));
    while (db_next(&rows)) {
        work->cancelled =
            rules_grown(look->arena, work->cancelled, work->many_cancelled, &cap, sizeof(struct rules_dated));
        work->cancelled[work->many_cancelled++] =
            (struct rules_dated){db_col_int(&rows, 0), rules_day(db_col_str(&rows, 1))};
    }
    return db_end(&rows);
}

static int32_t dated(const struct rules_dated *list, size_t many, size_t *at, int64_t id)
{
    while (*at < many && list[*at].id < id)
        ++*at;
    return *at < many && list[*at].id == id ? list[*at].day : RULES_DAY_NONE;
}

/* ---- judging ---- */

static enum err all_hold(struct rules_look *look, struct rules_cursor *cursors, size_t many, int64_t id,
                         bool *ret, int64_t *ret_latest)
{
    *ret = true;
    for (size_t i = 0; i < many && *ret; i++) {
        int64_t since;
        TRY(rules_cursor_holds(look, &cursors[i], id, ret, &since));
        if (*ret && since > *ret_latest)
            *ret_latest = since;
    }
    return ERR_OK;
}

static enum err judge(struct rules_work *work, const struct rules_subject_row *subject, int64_t id,
                      bool has_row, struct rules_verdict *ret)
{
    struct rules_look *look = work->look;
    int64_t unused = 0;
    *ret = (struct rules_verdict){.exempt_until = RULES_DAY_NONE};
    if (subject && work->in_force)
        TRY(all_hold(look, work->applies, work->rule->applies.many, id, &ret->applies, &unused));
    if (!ret->applies && !has_row)
        return ERR_OK;
    TRY(all_hold(look, work->satisfied, work->rule->satisfied.many, id, &ret->satisfied, &ret->satisfied_ms));
    ret->exempt_until = dated(work->exempt, work->many_exempt, &work->exempt_at, id);
    ret->kept_from = dated(work->cancelled, work->many_cancelled, &work->cancelled_at, id);
    return ERR_OK;
}

/* The day to count from, and the severity to freeze. */
static enum err basis_of(struct rules_work *work, int64_t id, struct rules_verdict *verdict)
{
    struct rules_look *look = work->look;
    bool holds;
    int64_t since = 0;
    verdict->from = look->today;
    if (work->from.cond) {
        TRY(rules_cursor_holds(look, &work->from, id, &holds, &since));
        if (since)
            verdict->from = clock_day_of(since);
    } else if (verdict->kept_from != RULES_DAY_NONE) {
        verdict->from = verdict->kept_from;
    }
    if (verdict->from < work->rule->pack->from)
        verdict->from = work->rule->pack->from;
    verdict->severity = str_of(work->rule->severity);
    if (work->severity.cond) {
        const struct rules_row *row;
        size_t many;
        TRY(rules_cursor_rows(look, &work->severity, id, &row, &many));
        if (many)
            verdict->severity = row[0].text;
    }
    return ERR_OK;
}

/* The table of moves without making one: is there any? */
static enum err moves(struct rules_work *work, const struct rules_subject_row *subject, int64_t id,
                      struct rules_standing *row, struct rules_verdict *v, bool *ret)
{
    bool exempt = v->exempt_until != RULES_DAY_NONE;
    *ret = true;
    if (row && subject && row->unit_id != subject->unit_id)
        return ERR_OK;
    if (!row)
        *ret = v->applies && work->is_now;
    else if (row->state == 's')
        *ret = !(v->applies && v->satisfied && work->is_now);
    else if (v->satisfied || !v->applies || exempt != (row->state == 'w'))
        *ret = true;
    else if (row->state == 'w')
        *ret = false;
    else {
        if (work->from.cond)
            TRY(basis_of(work, id, v));
        return rules_duty_keep_writes(work, row, v, ret);
    }
    return ERR_OK;
}

static enum err move(struct rules_work *work, const struct rules_subject_row *subject, int64_t id,
                     struct rules_standing *row)
{
    struct rules_verdict v;
    TRY(judge(work, subject, id, row != NULL, &v));
    if (work->look->dry) {
        bool any;
        TRY(moves(work, subject, id, row, &v, &any));
        if (any)
            rules_plan_note(work->look->plan, work->rule->subject, id);
        return ERR_OK;
    }
    if (row && subject && row->unit_id != subject->unit_id)
        TRY(rules_duty_hand_over(work, row, subject));
    bool wanted = v.applies && !v.satisfied, exempt = v.exempt_until != RULES_DAY_NONE;
    if (!row) {
        if (!v.applies || !work->is_now)
            return ERR_OK;
        TRY(basis_of(work, id, &v));
        return rules_duty_open(work, subject, &v,
                               v.satisfied ? "satisfied"
                               : exempt    ? "waived"
                                           : "open",
                               RULES_DAY_NONE);
    }
    if (row->state == 's') {
        if (v.applies && v.satisfied && work->is_now)
            return ERR_OK;
        TRY(rules_duty_retire(work, row));
        if (!wanted || !work->is_now)
            return ERR_OK;
        TRY(basis_of(work, id, &v));
        return rules_duty_open(work, subject, &v, exempt ? "waived" : "open", RULES_DAY_NONE);
    }
    if (v.satisfied)
        return rules_duty_close(work, row, "satisfied", v.satisfied_ms, v.applies && work->is_now);
    if (!v.applies)
        return rules_duty_close(work, row, "cancelled", 0, false);
    if (row->state == 'o' && exempt)
        return rules_duty_waive(work, row);
    if (row->state == 'w' && !exempt) {
        int32_t until = RULES_DAY_NONE;
        TRY(rules_duty_retire(work, row));
        TRY(rules_duty_exempt_until(work, id, &until));
        v.kept_from = row->from; /* the exemption bought time until its end, no new clock */
        TRY(basis_of(work, id, &v));
        return rules_duty_open(work, subject, &v, "open", until);
    }
    if (row->state == 'w')
        return ERR_OK;
    if (work->from.cond)
        TRY(basis_of(work, id, &v));
    return rules_duty_keep(work, row, subject, &v);
}

static enum err walk(struct rules_work *work, const struct rules_subject_rows *subjects)
{
    size_t s = 0, r = 0;
    while (s < subjects->many || r < work->many) {
        const struct rules_subject_row *subject = s < subjects->many ? &subjects->at[s] : NULL;
        struct rules_standing *row = r < work->many ? &work->standing[r] : NULL;
        if (subject && row && subject->id != row->subject_id) {
            if (subject->id < row->subject_id)
                row = NULL;
            else
                subject = NULL;
        }
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): one of the two is there */
        int64_t id = subject ? subject->id : row->subject_id;
        TRY(move(work, subject, id, row));
        s += subject != NULL;
        r += row != NULL;
    }
    return ERR_OK;
}

/* ---- one rule ---- */

static void aim(struct rules_work *work)
{
    const struct rules_duty_rule *rule = work->rule;
    struct rules_cursor fresh = {.period = work->period};
    for (size_t i = 0; i < rule->applies.many; i++) {
        work->applies[i] = fresh;
        work->applies[i].cond = &rule->applies.at[i];
    }
    for (size_t i = 0; i < rule->satisfied.many; i++) {
        work->satisfied[i] = fresh;
        work->satisfied[i].cond = &rule->satisfied.at[i];
    }
    work->from = work->severity = fresh;
    if (rule->due.from) {
        work->from_cond = (struct rules_cond){.fact = rule->due.from};
        for (size_t i = 0; i < rule->applies.many;
             i++) /* the same letter that made it apply starts the clock */
            if (rule->applies.at[i].fact == rule->due.from && !rule->applies.at[i].negate)
                work->from_cond = rule->applies.at[i];
        work->from.cond = &work->from_cond;
    }
    if (rule->severity_fact) {
        work->severity_cond = (struct rules_cond){.fact = rule->severity_fact};
        work->severity.cond = &work->severity_cond;
    }
    work->exempt_at = work->cancelled_at = work->sent_at = 0;
}

static enum err evaluate_period(struct rules_work *work)
{
    struct rules_subject_rows subjects;
    TRY(rules_look_subjects(work->look, work->rule->subject, &subjects));
    TRY(standing_load(work));
    TRY(cancelled_load(work));
    TRY(rules_duty_sent_load(work));
    aim(work);
    return walk(work, &subjects);
}

#define PAST_MAX 64

static int by_first(const void *a, const void *b)
{
    int32_t x = ((const struct rules_period *)a)->first, y = ((const struct rules_period *)b)->first;
    return x < y ? -1 : x > y;
}

/* Periods gone by of which a current row still stands. */
static enum err past_periods(struct rules_look *look, const struct rules_duty_rule *rule, const char *now,
                             struct rules_period past[PAST_MAX], size_t *ret_many)
{
    DB_ROWS(rows);
    *ret_many = 0;
    if (rule->every == RULES_ONCE)
        return ERR_OK;
    if (look->subject_id) {
        const struct rules_own_rows *own;
        TRY(rules_own_load(look, rule, &own));
        for (size_t i = 0; i < own->many && *ret_many < PAST_MAX; i++) {
            const struct rules_own *one = &own->at[i]; /* one current row an occurrence: the index says so */
            if (one->current && str_is(one->rule, rule->id) && !str_is(one->occurrence, now))
                *ret_many += rules_period_parse(rule->every, one->occurrence, &past[*ret_many]);
        }
        if (*ret_many > 1)
            qsort(past, *ret_many, sizeof(past[0]), by_first);
        return ERR_OK;
    }
    TRY(db_query(look->call, &rows,
                 "SELECT DISTINCT occurrence FROM rules_duty WHERE current = 1 AND rule = $1 AND "
                 "occurrence <> $2 ORDER BY occurrence",
                 db_c(rule->id), db_c(now)));
    while (db_next(&rows) && *ret_many < PAST_MAX)
        *ret_many += rules_period_parse(rule->every, db_col_str(&rows, 0), &past[*ret_many]);
    return db_end(&rows);
}

enum err rules_duty_evaluate(struct rules_look *look, const struct rules_duty_rule *rule)
{
    struct rules_work *work = ARENA_NEW(look->arena, struct rules_work);
    *work =
        (struct rules_work){.look = look, .rule = rule, .in_force = rules_in_force(rule->pack, look->today)};
    struct rules_period now = rules_period_of(rule->every, look->today), past[PAST_MAX];
    size_t many;
    TRY(exempt_load(work));
    TRY(past_periods(look, rule, now.name, past, &many));
    for (size_t i = 0; i <= many; i++) {
        work->is_now = i == many;
        work->period = work->is_now ? now : past[i];
        TRY(evaluate_period(work));
    }
    return rules_duty_tally(work);
}
