/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. At nine on a working day every person who answers for something gets one item with what is late,
 * due and new. Whether they have had it is the uniqueness of (person, "digest:<day>"), so a job run twice, on
 * two nodes, or after a crash writes it once. What stands in it is read from the duties as they are at that
 * moment; who has nothing to do is left in peace.
 */
#include "domain/notify/notify_inner.h"

#include "access/access.h"
#include "base/clock.h"
#include "db/db.h"

#define FROM_MINUTE (9 * 60)
#define TO_MINUTE   (18 * 60)
#define SOON_DAYS   3
#define LINES_MAX   10
#define KEPT_MS     (400 * CLOCK_DAY_MS)

struct person {
    int64_t user_id;
    unsigned roles;
    struct str unit_path;
    int64_t last_ms; /* their last digest */
};

struct day {
    struct str today, soon, once;
};

static enum err load_people(struct call *call, struct str once, struct person **ret, size_t *ret_many)
{
    size_t room;
    int64_t users;
    TRY(db_get_int(call, &users, 0, "SELECT COUNT(*) FROM access_user"));
    room = (size_t)users;
    *ret = ARENA_ARRAY(call->arena, struct person, room + 1);
    *ret_many = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT u.user_id, u.roles, u.unit_path, (SELECT MAX(i.created_at_ms) FROM notify_item i "
                 "WHERE i.user_id = u.user_id"
                 " AND i.item_kind = 'digest') FROM access_user u WHERE u.disabled = 0 AND (u.ends_ms IS "
                 "NULL OR u.ends_ms > $1)"
                 " AND (u.roles & $2) <> 0 AND NOT EXISTS (SELECT 1 FROM notify_item i WHERE i.user_id = "
                 "u.user_id AND i.once = $3)"
                 " ORDER BY u.user_id",
                 db_int(call->now_ms), db_int(ROLES_UNIT | ROLES_AUTHORITY), db_str(once)));
    while (db_next(&rows) && *ret_many < room)
        (*ret)[(*ret_many)++] =
            (struct person){db_col_int(&rows, 0), (unsigned)db_col_int(&rows, 1), db_col_copy(call, &rows, 2),
                            db_col_null(&rows, 3) ? call->now_ms - 7 * CLOCK_DAY_MS : db_col_int(&rows, 3)};
    return db_end(&rows);
}

/* Whose duties: a unit's people answer for what lies in their scope; of an authority's people each role for
 * what the rules put on it. $1 scope, $2 name of the role or ''. */
#define MINE                                                                                                 \
    " FROM rules_duty d WHERE d.state = 'open' AND d.unit_path >= $1 AND d.unit_path < $1 || 'z'"            \
    " AND (($2 = '' AND d.answers_role = 0) OR ($2 <> '' AND d.answers_role = 1 AND d.answers = $2))"

struct sums {
    int64_t late, today, soon, fresh;
};

static enum err count(struct call *call, const struct person *person, const struct day *day, struct str scope,
                      struct str role, struct sums *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT COALESCE(SUM(CASE WHEN d.due_on < $3 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN "
               "d.due_on = $3 THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN d.due_on > $3 AND d.due_on <= $4 THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN d.opened_at_ms > $5 THEN 1 ELSE 0 END), 0)" MINE,
               db_str(scope), db_str(role), db_str(day->today), db_str(day->soon), db_int(person->last_ms)));
    *ret =
        (struct sums){db_col_int(&rows, 0), db_col_int(&rows, 1), db_col_int(&rows, 2), db_col_int(&rows, 3)};
    return ERR_OK;
}

static enum err list(struct call *call, const struct person *person, const struct day *day, struct str scope,
                     struct str role, struct str *ret)
{
    DB_ROWS(rows);
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    TRY(db_query(call, &rows,
                 "SELECT d.duty_id, d.text, d.text_en, d.subject_label, d.due_on" MINE
                 " AND (d.due_on <= $4 OR d.opened_at_ms > $5"
                 " OR d.duty_id IN (SELECT e.duty_id FROM notify_event e WHERE e.unit_path >= $1 AND "
                 "e.unit_path < $1 || 'z' AND e.at_ms > $5))"
                 " ORDER BY CASE WHEN d.due_on < $3 THEN 0 ELSE 1 END, d.due_on, d.duty_id LIMIT 10",
                 db_str(scope), db_str(role), db_str(day->today), db_str(day->soon),
                 db_int(person->last_ms)));
    json_open_array(&w, NULL);
    while (db_next(&rows)) {
        json_open_object(&w, NULL);
        json_put_int(&w, "duty_id", db_col_int(&rows, 0));
        json_put_str(&w, "text", db_col_str(&rows, 1));
        json_put_str(&w, "text_en", db_col_str(&rows, 2));
        json_put_str(&w, "subject_label", db_col_str(&rows, 3));
        json_put_str(&w, "due_on", db_col_str(&rows, 4));
        json_put_bool(&w, "late", db_col_str(&rows, 4).len && str_cmp(db_col_str(&rows, 4), day->today) < 0);
        json_close_object(&w);
    }
    json_close_array(&w);
    TRY(db_end(&rows));
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

static enum err write_one(struct call *call, const struct person *person, const struct day *day)
{
    struct sums sums;
    struct str lines, role = STR("");
    for (unsigned bit = 1; bit <= ROLE_OFFICE_DIRECTOR; bit <<= 1)
        if (person->roles & bit & ROLES_AUTHORITY)
            role = str_of(access_role_name(bit));
    bool unit_side = (person->roles & ROLES_UNIT) != 0;
    struct str scope = unit_side ? person->unit_path : STR("");
    if (unit_side && !scope.len)
        return ERR_OK;
    role = unit_side ? STR("") : role;
    TRY(count(call, person, day, scope, role, &sums));
    TRY(list(call, person, day, scope, role, &lines));
    if (str_is(lines, "[]"))
        return ERR_OK;
    struct str args = str_format(call->arena, "[\"%lld\",\"%lld\",\"%lld\",\"%lld\"]", (long long)sums.late,
                                 (long long)sums.today, (long long)sums.soon, (long long)sums.fresh);
    return db_run(call,
                  "INSERT INTO notify_item (user_id, item_kind, key, args, lines, url, once, created_at_ms)"
                  " VALUES ($1, 'digest', 'notify_digest.title', $2, $3, '/workbench', $4, $5) ON CONFLICT "
                  "(user_id, once) DO NOTHING",
                  db_int(person->user_id), db_str(args), db_str(lines), db_str(day->once),
                  db_int(call->now_ms));
}

static bool is_office_time(struct call *call, int32_t today)
{
    int64_t minute = (call->now_ms - clock_ms_of_day(today)) / 60000;
    return calendar_is_workday(rules_calendar(), today) && minute >= FROM_MINUTE && minute < TO_MINUTE;
}

enum err notify_digest(struct call *call)
{
    int32_t today = clock_day_of(call->now_ms);
    struct person *people;
    size_t many;
    TRY(db_run(call, "DELETE FROM notify_item WHERE created_at_ms < $1", db_int(call->now_ms - KEPT_MS)));
    if (!is_office_time(call, today))
        return ERR_OK;
    struct clock_date now = clock_date(today),
                      soon = clock_date(calendar_add(rules_calendar(), today, SOON_DAYS).day);
    struct day day = {str_of(now.text), str_of(soon.text), str_format(call->arena, "digest:%s", now.text)};
    TRY(load_people(call, day.once, &people, &many));
    for (size_t i = 0; i < many; i++)
        TRY(write_one(call, &people[i], &day));
    return db_run(call, "DELETE FROM notify_event WHERE at_ms < $1",
                  db_int(call->now_ms - 30 * CLOCK_DAY_MS));
}
