/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Four pictures of one scope. Months: the twelve that end with the present one, each with what was
 * formally notified in it and what of that is closed by now, and with the letters whose due date lay in it
 * and had passed or was answered, and what of those was answered by the date: the same rates as the leader's
 * page, by the same denominators. Units: the same letters by unit, in the order of the tree: units are not
 * ranked here. Days are days in China; the division by literals makes them of instants in both engines.
 */
#include "domain/workbench/workbench_inner.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db/db.h"
#include "rules/rules.h"

#define MONTHS         12
#define UNITS_MAX      60
#define DAY_OF(column) "(" column " + 28800000) / 86400000"

struct month_sums {
    char name[8];
    int64_t notified, closed, due, on_time;
};
struct overview {
    struct call *call;
    struct json_writer *w;
    struct str scope, today, first_on;
    int32_t today_day, first_day;
    int64_t first_ms;
    struct month_sums months[MONTHS];
};

static struct month_sums *month_at(struct overview *o, int32_t day)
{
    struct clock_date date = clock_date(day);
    for (int i = 0; i < MONTHS; i++)
        if (strncmp(o->months[i].name, date.text, 7) == 0)
            return &o->months[i];
    return NULL;
}

static void open_months(struct overview *o)
{
    int year, month, mday;
    clock_ymd(o->today_day, &year, &month, &mday);
    int32_t this_month = clock_day(year, month, 1);
    o->first_day = clock_add_months(this_month, -(MONTHS - 1));
    o->first_ms = clock_ms_of_day(o->first_day);
    for (int i = 0; i < MONTHS; i++)
        snprintf(o->months[i].name, sizeof(o->months[i].name), "%.7s",
                 clock_date(clock_add_months(o->first_day, i)).text);
    struct clock_date first = clock_date(o->first_day), today = clock_date(o->today_day);
    o->first_on = str_copy(o->call->arena, str_of(first.text));
    o->today = str_copy(o->call->arena, str_of(today.text));
}

static enum err count_notified(struct overview *o)
{
    DB_ROWS(rows);
    TRY(db_query(o->call, &rows,
                 "SELECT " DAY_OF(
                     "notified_at_ms") ", COUNT(*), COALESCE(SUM(CASE WHEN state = 'closed' THEN 1 ELSE 0 "
                                       "END), 0) FROM finding WHERE unit_path >= $1 AND unit_path < $1 || "
                                       "'z' AND notified_at_ms >= $2 AND "
                                       "state <> 'false_positive' GROUP BY " DAY_OF("notified_at_ms"),
                 db_str(o->scope), db_int(o->first_ms)));
    while (db_next(&rows)) {
        struct month_sums *m = month_at(o, (int32_t)db_col_int(&rows, 0));
        if (!m)
            continue;
        m->notified += db_col_int(&rows, 1);
        m->closed += db_col_int(&rows, 2);
    }
    return db_end(&rows);
}

/* One unit's letters of the year. */
struct unit_sums {
    int64_t unit_id, letters, due, on_time, running, late;
    struct str name;
};

static void put_unit(struct overview *o, const struct unit_sums *u, int *left)
{
    if (!u->unit_id || (*left)-- <= 0)
        return;
    json_open_object(o->w, NULL);
    json_put_int(o->w, "unit_id", u->unit_id);
    json_put_str(o->w, "unit_name", u->name);
    json_put_int(o->w, "letters", u->letters);
    json_put_int(o->w, "due", u->due);
    json_put_int(o->w, "on_time", u->on_time);
    json_put_int(o->w, "running", u->running);
    json_put_int(o->w, "late", u->late);
    json_close_object(o->w);
}

/* Rows: unit, its name, due date, day of the answer (NULL: none), over (1: closed out), how many. */
static void count_letters(struct overview *o, const struct db_rows *rows, struct unit_sums *unit)
{
    int32_t due;
    int64_t many = db_col_int(rows, 5);
    bool answered = !db_col_null(rows, 3), over = db_col_int(rows, 4) != 0;
    unit->letters += many;
    unit->running += over ? 0 : many;
    if (!clock_parse_date(db_col_str(rows, 2), &due))
        return;
    bool past = due < o->today_day;
    unit->late += !answered && !over && past ? many : 0;
    if (!answered && !past)
        return;
    int64_t on_time = answered && db_col_int(rows, 3) <= due ? many : 0;
    struct month_sums *m = month_at(o, due);
    unit->due += many;
    unit->on_time += on_time;
    if (m) {
        m->due += many;
        m->on_time += on_time;
    }
}

static enum err put_units(struct overview *o)
{
    struct unit_sums unit = {0};
    int left = UNITS_MAX;
    DB_ROWS(rows);
    TRY(db_query(o->call, &rows,
                 "SELECT l.unit_id, u.unit_name, l.due_date, " DAY_OF(
                     "l.fed_back_at_ms") ", CASE WHEN l.state = "
                                         "'closed_out' THEN 1 ELSE 0 END, COUNT(*) FROM rectify_letter l "
                                         "JOIN org_unit u ON u.unit_id = "
                                         "l.unit_id WHERE l.unit_path >= $1 AND l.unit_path < $1 || 'z' AND "
                                         "l.state NOT IN ('draft', "
                                         "'withdrawn') AND (l.due_date >= $2 OR l.issued_at_ms >= $3) GROUP "
                                         "BY l.unit_path, l.unit_id, "
                                         "u.unit_name, l.due_date, " DAY_OF(
                                             "l.fed_back_at_ms") ", CASE WHEN l.state = 'closed_out' THEN 1 "
                                                                 "ELSE 0 END ORDER BY l.unit_path, l.unit_id",
                 db_str(o->scope), db_str(o->first_on), db_int(o->first_ms)));
    json_open_array(o->w, "units");
    while (db_next(&rows)) {
        if (db_col_int(&rows, 0) != unit.unit_id) {
            put_unit(o, &unit, &left);
            unit =
                (struct unit_sums){.unit_id = db_col_int(&rows, 0), .name = db_col_copy(o->call, &rows, 1)};
        }
        count_letters(o, &rows, &unit);
    }
    put_unit(o, &unit, &left);
    json_close_array(o->w);
    return db_end(&rows);
}

static void put_months(struct overview *o)
{
    json_open_array(o->w, "months");
    for (int i = 0; i < MONTHS; i++) {
        const struct month_sums *m = &o->months[i];
        json_open_object(o->w, NULL);
        json_put_c(o->w, "month", m->name);
        json_put_int(o->w, "notified", m->notified);
        json_put_int(o->w, "closed", m->closed);
        json_put_int(o->w, "due", m->due);
        json_put_int(o->w, "on_time", m->on_time);
        json_close_object(o->w);
    }
    json_close_array(o->w);
}

static enum err put_register(struct overview *o)
{
    return db_put_rows(
        o->call, o->w, "register", &workbench_grade_table,
        "SELECT system_type, mlps_level, COUNT(*) FROM info_system WHERE unit_path >= $1 AND "
        "unit_path < $1 "
        "|| 'z' AND lifecycle_status NOT IN ('shutdown', 'retired') GROUP BY system_type, mlps_level ORDER "
        "BY system_type, mlps_level",
        db_str(o->scope));
}

static enum err put_collections(struct overview *o)
{
    static const char *const states[] = {"not_started", "draft", "returned", "handed_in", "accepted"};
    enum { STATES = sizeof(states) / sizeof(states[0]) };
    DB_ROWS(rows);
    TRY(db_query(o->call, &rows,
                 "SELECT c.collection_id, c.title, c.due_on, COALESCE(SUM(CASE WHEN k.state = 'not_started' "
                 "THEN 1 ELSE 0 "
                 "END), 0), COALESCE(SUM(CASE WHEN k.state = 'draft' THEN 1 ELSE 0 END), 0), "
                 "COALESCE(SUM(CASE WHEN k.state = "
                 "'returned' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN k.state = 'handed_in' THEN 1 "
                 "ELSE 0 END), 0), "
                 "COALESCE(SUM(CASE WHEN k.state = 'accepted' THEN 1 ELSE 0 END), 0) FROM collection c JOIN "
                 "collection_task k "
                 "ON k.collection_id = c.collection_id WHERE c.state = 'open' AND c.standing = 0 AND "
                 "k.unit_path >= $1 AND "
                 "k.unit_path < $1 || 'z' GROUP BY c.collection_id, c.title, c.due_on ORDER BY "
                 "COALESCE(c.due_on, '9999'), "
                 "c.collection_id LIMIT 12",
                 db_str(o->scope)));
    json_open_array(o->w, "collections");
    while (db_next(&rows)) {
        struct str due_on = db_col_str(&rows, 2);
        int32_t due;
        json_open_object(o->w, NULL);
        json_put_int(o->w, "collection_id", db_col_int(&rows, 0));
        json_put_str(o->w, "title", db_col_str(&rows, 1));
        json_put_str(o->w, "due_on", due_on);
        if (clock_parse_date(due_on, &due))
            json_put_int(o->w, "countdown_working_days",
                         calendar_between(rules_calendar(), o->today_day, due));
        else
            json_put_null(o->w, "countdown_working_days");
        json_put_bool(o->w, "late", due_on.len && str_cmp(due_on, o->today) < 0);
        for (int i = 0; i < STATES; i++)
            json_put_int(o->w, states[i], db_col_int(&rows, 3 + i));
        json_close_object(o->w);
    }
    json_close_array(o->w);
    return db_end(&rows);
}

enum err workbench_overview(struct call *call, struct str scope, struct json_writer *w)
{
    struct overview o = {.call = call, .w = w, .scope = scope, .today_day = clock_day_of(call->now_ms)};
    open_months(&o);
    TRY(count_notified(&o));
    TRY(put_units(&o)); /* counts the letters of the months on its way */
    put_months(&o);
    TRY(put_register(&o));
    return put_collections(&o);
}
