/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Every figure of the leader's page is a numerator over a denominator of the same month, and is shown
 * with both: a rate of 100 % of one letter is not one of two hundred. The month before is counted in the same
 * way, so the change compares like with like. rectification  findings formally notified in the month; of
 * these, closed by now on_time        letters whose due date lies in the month and has passed or was
 * answered; of these, answered by the due date handling_days  findings closed in the month after a formal
 * notice; mean days from notice to close recurrence     findings formally notified in the month; of these,
 * seen again after they were closed
 */
#include "domain/workbench/workbench_inner.h"

#include <stdio.h>

#include "base/clock.h"
#include "db/db.h"

struct month {
    char name[8]; /* "YYYY-MM" */
    struct clock_date first, last;
    int64_t from_ms, to_ms;
};

struct ratio {
    int64_t num, den;
};

enum figure {
    RECTIFICATION,
    ON_TIME,
    HANDLING_DAYS,
    RECURRENCE,
    NEW_FINDINGS,
    NOTIFIED,
    LETTERS,
    CLOSED_OUT,
    INTERVIEWS,
    PAPERS,
    FIGURES
};
static const struct {
    const char *key, *unit;
} figures[FIGURES] = {
    {"rectification_rate", "percent"}, {"on_time_rate", "percent"}, {"handling_days", "days"},
    {"recurrence_rate", "percent"},    {"new_findings", "count"},   {"notified", "count"},
    {"letters_issued", "count"},       {"letters_closed", "count"}, {"interviews_held", "count"},
    {"papers_issued", "count"},
};

static struct month month_of(int32_t any_day)
{
    int year, month, mday;
    clock_ymd(any_day, &year, &month, &mday);
    int32_t first = clock_day(year, month, 1), next = clock_add_months(first, 1);
    struct month m = {.first = clock_date(first),
                      .last = clock_date(next - 1),
                      .from_ms = clock_ms_of_day(first),
                      .to_ms = clock_ms_of_day(next)};
    snprintf(m.name, sizeof(m.name), "%.7s", m.first.text);
    return m;
}

static enum err count_findings(struct call *call, struct str scope, const struct month *m,
                               struct ratio ret[FIGURES])
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT COALESCE(SUM(CASE WHEN notified_at_ms >= $2 AND notified_at_ms < $3 THEN 1 ELSE 0 END), 0),"
        " COALESCE(SUM(CASE WHEN notified_at_ms >= $2 AND notified_at_ms < $3 AND state = 'closed' THEN 1 "
        "ELSE 0 END), 0),"
        " COALESCE(SUM(CASE WHEN notified_at_ms >= $2 AND notified_at_ms < $3 AND reopened_count > 0 THEN 1 "
        "ELSE 0 END), 0),"
        " COALESCE(SUM(CASE WHEN notified_at_ms IS NOT NULL AND closed_at_ms >= $2 AND closed_at_ms < $3 AND "
        "state = 'closed' THEN 1 ELSE 0 END), 0),"
        " CAST(COALESCE(SUM(CASE WHEN notified_at_ms IS NOT NULL AND closed_at_ms >= $2 AND closed_at_ms < "
        "$3 AND state = 'closed'"
        " THEN closed_at_ms - notified_at_ms ELSE 0 END), 0) AS BIGINT),"
        " COALESCE(SUM(CASE WHEN first_seen_ms >= $2 AND first_seen_ms < $3 AND kind = 'weakness' THEN 1 "
        "ELSE 0 END), 0)"
        " FROM finding WHERE unit_path >= $1 AND unit_path < $1 || 'z' AND (notified_at_ms IS NOT NULL OR "
        "first_seen_ms >= $2)"
        " AND state <> 'false_positive'",
        db_str(scope), db_int(m->from_ms), db_int(m->to_ms)));
    int64_t notified = db_col_int(&rows, 0);
    ret[RECTIFICATION] = (struct ratio){db_col_int(&rows, 1), notified};
    ret[RECURRENCE] = (struct ratio){db_col_int(&rows, 2), notified};
    ret[HANDLING_DAYS] = (struct ratio){db_col_int(&rows, 4), db_col_int(&rows, 3)};
    ret[NEW_FINDINGS] = (struct ratio){db_col_int(&rows, 5), 0};
    ret[NOTIFIED] = (struct ratio){notified, 0};
    return ERR_OK;
}

/* Due dates are days of the calendar in China, answers are instants: they meet here. */
static enum err count_letters(struct call *call, struct str scope, const struct month *m,
                              struct ratio ret[FIGURES])
{
    int32_t today = clock_day_of(call->now_ms);
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT due_date, fed_back_at_ms, issued_at_ms, closed_at_ms FROM rectify_letter WHERE "
                 "unit_path >= $1 AND unit_path < $1 || 'z'"
                 " AND state NOT IN ('draft', 'withdrawn') AND ((due_date >= $4 AND due_date <= $5) OR "
                 "(issued_at_ms >= $2 AND issued_at_ms < $3)"
                 " OR (closed_at_ms >= $2 AND closed_at_ms < $3))",
                 db_str(scope), db_int(m->from_ms), db_int(m->to_ms), db_c(m->first.text),
                 db_c(m->last.text)));
    while (db_next(&rows)) {
        int32_t due;
        int64_t fed = db_col_int(&rows, 1), issued = db_col_int(&rows, 2), closed = db_col_int(&rows, 3);
        ret[LETTERS].num += issued >= m->from_ms && issued < m->to_ms;
        ret[CLOSED_OUT].num += closed >= m->from_ms && closed < m->to_ms;
        struct str due_date = db_col_str(&rows, 0);
        bool due_here = clock_parse_date(due_date, &due) && str_cmp(due_date, str_of(m->first.text)) >= 0 &&
                        str_cmp(due_date, str_of(m->last.text)) <= 0;
        if (!due_here || (!fed && due >= today))
            continue;
        ret[ON_TIME].den++;
        ret[ON_TIME].num += fed && clock_day_of(fed) <= due;
    }
    return db_end(&rows);
}

static enum err count_cases(struct call *call, struct str scope, const struct month *m,
                            struct ratio ret[FIGURES])
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT COALESCE(SUM(CASE WHEN held_at_ms >= $2 AND held_at_ms < $3 THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN issued_at_ms >= $2 AND issued_at_ms < $3 THEN 1 ELSE 0 END), 0) FROM "
               "discipline_case"
               " WHERE issued_at_ms IS NOT NULL AND unit_path >= $1 AND unit_path < $1 || 'z'",
               db_str(scope), db_int(m->from_ms), db_int(m->to_ms)));
    ret[INTERVIEWS].num = db_col_int(&rows, 0);
    ret[PAPERS].num = db_col_int(&rows, 1);
    return ERR_OK;
}

static enum err count_month(struct call *call, struct str scope, const struct month *m,
                            struct ratio ret[FIGURES])
{
    for (int i = 0; i < FIGURES; i++)
        ret[i] = (struct ratio){0, 0};
    TRY(count_findings(call, scope, m, ret));
    TRY(count_letters(call, scope, m, ret));
    return count_cases(call, scope, m, ret);
}

/* Percents and days with one decimal; null when there is nothing to divide by. */
static void put_value(struct json_writer *w, const char *name, enum figure at, const struct ratio *r)
{
    bool counted = figures[at].unit[0] == 'c';
    if (counted)
        json_put_int(w, name, r->num);
    else if (r->den == 0)
        json_put_null(w, name);
    else if (figures[at].unit[0] == 'p')
        json_put_real(w, name, (double)((r->num * 1000 + r->den / 2) / r->den) / 10);
    else
        json_put_real(w, name, (double)((r->num / r->den * 10 + CLOCK_DAY_MS / 2) / CLOCK_DAY_MS) / 10);
}

static void put_figure(struct json_writer *w, enum figure at, const struct ratio *now,
                       const struct ratio *before)
{
    bool rate = figures[at].unit[0] == 'p';
    json_open_object(w, NULL);
    json_put_c(w, "key", figures[at].key);
    json_put_c(w, "unit", figures[at].unit);
    put_value(w, "value", at, now);
    put_value(w, "previous", at, before);
    if (figures[at].unit[0] != 'c') {
        if (rate) {
            json_put_int(w, "numerator", now->num);
            json_put_int(w, "previous_numerator", before->num);
        }
        json_put_int(w, "denominator", now->den);
        json_put_int(w, "previous_denominator", before->den);
    }
    json_close_object(w);
}

enum err workbench_brief(struct call *call, struct str scope, struct str month, struct json_writer *w)
{
    int32_t day = clock_day_of(call->now_ms);
    struct ratio now[FIGURES], before[FIGURES];
    if (month.len &&
        (month.len != 7 || !clock_parse_date(str_format(call->arena, "%.*s-01", STR_ARG(month)), &day)))
        return call_fail(call, ERR_INVALID, "month", "workbench.fault.month", month);
    struct month this = month_of(day);
    int32_t first;
    if (!clock_parse_date(str_of(this.first.text), &first))
        return ERR_FAILED;
    struct month last = month_of(first - 1);
    TRY(count_month(call, scope, &this, now));
    TRY(count_month(call, scope, &last, before));
    json_put_c(w, "month", this.name);
    json_put_c(w, "previous_month", last.name);
    json_open_array(w, "figures");
    for (int i = 0; i < FIGURES; i++)
        put_figure(w, (enum figure)i, &now[i], &before[i]);
    json_close_array(w);
    return ERR_OK;
}
