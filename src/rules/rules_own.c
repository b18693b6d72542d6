/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Some fifty rules look at one touched subject, and each wants its own few rows of rules_duty. Asked
 * for one by one that is a hundred queries a change; so the first rule that asks reads them all and the
 * others pick theirs.
 */
#include "rules/rules_duty.h"

#include "base/clock.h"

void rules_standing_take(const struct db_rows *rows, struct rules_standing *ret)
{
    static const char *const kinds[] = {"none", "working_days", "days", "months", "date", "period"};
    struct str kind = db_col_str(rows, 9);
    *ret = (struct rules_standing){.duty_id = db_col_int(rows, 0), .subject_id = db_col_int(rows, 1)};
    ret->state = db_col_str(rows, 2).at[0];
    ret->due = rules_day(db_col_str(rows, 3));
    ret->from = rules_day(db_col_str(rows, 4));
    ret->late_at_ms = db_col_int(rows, 5);
    ret->provisional = db_col_int(rows, 6) != 0;
    ret->extension = db_col_int(rows, 7);
    ret->not_before = rules_day(db_col_str(rows, 8));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_is(kind, kinds[i]))
            ret->due_kind = kinds[i];
    ret->due_n = db_col_int(rows, 10);
    ret->basis = rules_day(db_col_str(rows, 11));
    ret->unit_id = db_col_int(rows, 12);
    ret->other_calendar = db_col_int(rows, 13) != 0;
}

static enum err load(struct rules_look *look, const struct rules_subject *subject,
                     struct rules_own_rows *into)
{
    DB_ROWS(rows);
    size_t cap = 0;
    TRY(db_query(look->call, &rows,
                 "SELECT " RULES_STANDING_COLUMNS
                 " CASE WHEN calendar = $3 THEN 0 ELSE 1 END, rule, occurrence, current, closed_at_ms"
                 " FROM rules_duty WHERE subject_kind = $1 AND subject_id = $2"
                 " AND (current = 1 OR (state = 'cancelled' AND closed_at_ms >= $4))"
                 " ORDER BY rule, occurrence, duty_id",
                 db_c(subject->name), db_int(look->subject_id), db_c(calendar_version(rules_calendar())),
                 db_int(look->call->now_ms - RULES_CLOCK_KEPT_DAYS * CLOCK_DAY_MS)));
    while (db_next(&rows)) {
        into->at = rules_grown(look->arena, into->at, into->many, &cap, sizeof(struct rules_own));
        struct rules_own *own = &into->at[into->many++];
        rules_standing_take(&rows, &own->standing);
        own->rule = str_copy(look->arena, db_col_str(&rows, 14));
        own->occurrence = str_copy(look->arena, db_col_str(&rows, 15));
        own->current = db_col_int(&rows, 16) != 0;
        own->closed_at_ms = db_col_int(&rows, 17);
        own->cancelled = own->standing.state == 'c';
    }
    return db_end(&rows);
}

enum err rules_own_load(struct rules_look *look, const struct rules_subject *subject,
                        const struct rules_own_rows **ret)
{
    if (!look->own) {
        struct rules_own_rows *own = ARENA_NEW(look->arena, struct rules_own_rows);
        TRY(load(look, subject, own));
        look->own = own;
    }
    *ret = look->own;
    return ERR_OK;
}
