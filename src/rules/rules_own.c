/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Some fifty rules look at one touched subject, and each wants its own few rows of rules_duty. Asked
 * for one by one that is a hundred queries a change; so the first rule that asks reads them all and the
 * others pick theirs. A narrowed look (rules_touch_facts) asks only a few of them: those read their own rows.
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

#define OWN                                                                                                  \
    "SELECT " RULES_STANDING_COLUMNS                                                                         \
    " CASE WHEN calendar = $3 THEN 0 ELSE 1 END, rule, occurrence, current, closed_at_ms"                    \
    " FROM rules_duty WHERE subject_kind = $1 AND subject_id = $2"                                           \
    " AND (current = 1 OR (state = 'cancelled' AND closed_at_ms >= $4))"
#define OWN_ORDER " ORDER BY rule, duty_id" /* as the index holds them */

/* rule: NULL for all. */
static enum err load(struct rules_look *look, const struct rules_subject *subject, const char *rule,
                     struct rules_own_rows *into)
{
    DB_ROWS(rows);
    size_t cap = 0;
    int64_t since = look->call->now_ms - RULES_CLOCK_KEPT_DAYS * CLOCK_DAY_MS;
    if (rule)
        TRY(db_query(look->call, &rows, OWN " AND rule = $5" OWN_ORDER, db_c(subject->name),
                     db_int(look->subject_id), db_c(calendar_version(rules_calendar())), db_int(since),
                     db_c(rule)));
    else
        TRY(db_query(look->call, &rows, OWN OWN_ORDER, db_c(subject->name), db_int(look->subject_id),
                     db_c(calendar_version(rules_calendar())), db_int(since)));
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

/* ---- exemptions ---- */

struct rules_exempt_row {
    struct str rule;
    int32_t until;
};

static enum err load_exempt(struct rules_look *look, const struct rules_subject *subject)
{
    DB_ROWS(rows);
    size_t cap = 0;
    TRY(db_query(look->call, &rows,
                 "SELECT rule, until_on FROM rules_exemption WHERE subject_id = $2 AND subject_kind = $1"
                 " AND state = 'approved' AND until_on >= $3",
                 db_c(subject->name), db_int(look->subject_id), db_str(look->today_on)));
    while (db_next(&rows)) {
        look->exempt =
            rules_grown(look->arena, look->exempt, look->many_exempt, &cap, sizeof(struct rules_exempt_row));
        look->exempt[look->many_exempt++] = (struct rules_exempt_row){
            str_copy(look->arena, db_col_str(&rows, 0)), rules_day(db_col_str(&rows, 1))};
    }
    look->exempt_known = true;
    return db_end(&rows);
}

enum err rules_own_exempt(struct rules_look *look, const struct rules_subject *subject, const char *rule,
                          int32_t *ret)
{
    *ret = RULES_DAY_NONE;
    if (!look->exempt_known)
        TRY(load_exempt(look, subject));
    for (size_t i = 0; i < look->many_exempt; i++)
        if (str_is(look->exempt[i].rule, rule) && look->exempt[i].until > *ret)
            *ret = look->exempt[i].until;
    return ERR_OK;
}

enum err rules_own_load(struct rules_look *look, const struct rules_duty_rule *rule,
                        const struct rules_own_rows **ret)
{
    /* A narrowed look asks few rules: each reads its own. */
    const struct rules_duty_rule *of = look->only ? rule : NULL;
    if (!look->own || look->own_of != of) {
        struct rules_own_rows *own = ARENA_NEW(look->arena, struct rules_own_rows);
        TRY(load(look, rule->subject, of ? of->id : NULL, own));
        look->own = own;
        look->own_of = of;
    }
    *ret = look->own;
    return ERR_OK;
}
