/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_duty.h"

#include "base/clock.h"

static const char *const states[] = {"open", "satisfied", "cancelled", "waived", NULL};
const struct field_enum rules_duty_state_enum = {"duty_state", states, NULL};

#define DUTY_COLUMNS                                                                                         \
    "SELECT duty_id, rule, article, subject_kind, subject_label, text, text_en, state, subject_id, "         \
    "unit_id, system_id,"                                                                                    \
    " unit_path, due_on, answers, late_at_ms, provisional FROM rules_duty "

static void take(struct call *call, const struct db_rows *rows, struct rules_duty *ret)
{
    *ret = (struct rules_duty){
        .duty_id = db_col_int(rows, 0),
        .rule = db_col_copy(call, rows, 1),
        .article = db_col_copy(call, rows, 2),
        .subject_kind = db_col_copy(call, rows, 3),
        .subject_label = db_col_copy(call, rows, 4),
        .text = db_col_copy(call, rows, 5),
        .text_en = db_col_copy(call, rows, 6),
        .state = db_col_copy(call, rows, 7),
        .subject_id = db_col_int(rows, 8),
        .unit_id = db_col_int(rows, 9),
        .system_id = db_col_int(rows, 10),
        .unit_path = db_col_copy(call, rows, 11),
        .due_on = db_col_copy(call, rows, 12),
        .answers = db_col_copy(call, rows, 13),
        .late = db_col_int(rows, 14) != 0,
        .provisional = db_col_int(rows, 15) != 0,
    };
}

enum err rules_duty_get(struct call *call, int64_t duty_id, struct rules_duty *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, DUTY_COLUMNS "WHERE duty_id = $1", db_int(duty_id)));
    take(call, &rows, ret);
    return db_end(&rows);
}

enum err rules_duty_of(struct call *call, const char *rule, const char *subject_kind, int64_t subject_id,
                       struct rules_duty *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               DUTY_COLUMNS
               "WHERE subject_kind = $1 AND subject_id = $2 AND rule = $3 ORDER BY duty_id DESC LIMIT 1",
               db_c(subject_kind), db_int(subject_id), db_c(rule)));
    take(call, &rows, ret);
    return db_end(&rows);
}

/* ---- extension ---- */

const struct rules_duty_rule *rules_duty_rule_named(const struct rules_set *set, struct str id)
{
    for (size_t i = 0; i < set->many; i++)
        for (size_t j = 0; j < set->packs[i]->many_duties; j++)
            if (str_is(id, set->packs[i]->duties[j].id))
                return &set->packs[i]->duties[j];
    return NULL;
}

struct terms {
    int64_t duty_id, n, extension;
    struct str kind, due_on;
    int32_t from, not_before;
};

static enum err open_terms(struct call *call, const char *subject_kind, int64_t subject_id,
                           const char *duty_rule, struct terms *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT duty_id, due_kind, due_n, extension, from_on, not_before, due_on FROM rules_duty "
               "WHERE current = 1"
               " AND state = 'open' AND rule = $1 AND subject_id = $2 AND subject_kind = $3 ORDER BY "
               "occurrence DESC LIMIT 1",
               db_c(duty_rule), db_int(subject_id), db_c(subject_kind)));
    *ret = (struct terms){
        .duty_id = db_col_int(&rows, 0), .n = db_col_int(&rows, 2), .extension = db_col_int(&rows, 3)};
    ret->kind = db_col_copy(call, &rows, 1);
    ret->from = rules_day(db_col_str(&rows, 4));
    ret->not_before = rules_day(db_col_str(&rows, 5));
    ret->due_on = db_col_copy(call, &rows, 6);
    return db_end(&rows);
}

enum err rules_extend(struct call *call, const char *subject_kind, int64_t subject_id, const char *duty_rule,
                      int working_days, struct str reason)
{
    const struct rules_set *set;
    struct terms terms;
    TRY(rules_set_of(call, &set));
    const struct rules_duty_rule *rule = rules_duty_rule_named(set, str_of(duty_rule));
    if (!rule || !rule->extension_max)
        return call_fail(call, ERR_REFUSED, NULL, "rules.fault.no_extension", str_of(duty_rule));
    enum err word = open_terms(call, subject_kind, subject_id, duty_rule, &terms);
    if (word == ERR_NOT_FOUND)
        return call_fail(call, ERR_REFUSED, NULL, "rules.fault.not_open", str_of(duty_rule));
    TRY(word);
    int64_t left = rule->extension_max - terms.extension;
    if (working_days < 1 || working_days > left)
        return call_fail(call, ERR_REFUSED, "working_days", "rules.fault.extension_max",
                         str_format(call->arena, "%lld", (long long)left),
                         str_format(call->arena, "%d", rule->extension_max));
    const struct calendar *calendar = rules_calendar();
    struct calendar_due due = rules_due_count(calendar, terms.kind, terms.from, terms.n,
                                              terms.extension + working_days, terms.not_before);
    struct clock_date due_on = clock_date(due.day);
    /* Granted after the date had passed: what lateness already proposed stays with the people who decide it.
     */
    bool still_late = due.day < clock_day_of(call->now_ms);
    TRY(db_run(call,
               "UPDATE rules_duty SET extension = $1, due_on = $2, provisional = $3, calendar = $4,"
               " late_at_ms = CASE WHEN $5 = 1 THEN late_at_ms ELSE NULL END WHERE duty_id = $6",
               db_int(terms.extension + working_days), db_c(due_on.text), db_int(due.provisional),
               db_c(calendar_version(calendar)), db_int(still_late), db_int(terms.duty_id)));
    rules_touch(call, subject_kind, subject_id);
    return rules_duty_changed(call, terms.duty_id, "extension", terms.due_on, str_of(due_on.text), reason);
}
