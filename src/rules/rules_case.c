/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A consequence looks for occasions: a duty that fell late, a fact with its date, the same system
 * again. An occasion has a cause, written as text (what happened, for whom, on which day); the cause is
 * unique for the rule, so however often the rule is evaluated, and however many findings one letter names, it
 * proposes once. "The same system again" is judged on rules_seen, the dates as they were first seen.
 */
#include "rules/rules_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct occasion {
    const char *what; /* "late:Y5.fix", "recurs", "fact" */
    int64_t subject_id, unit_id, system_id, duty_id;
    struct str unit_path, label, detail;
    struct str on; /* the day */
};

struct fired {
    int64_t subject_id;
    struct str cause;
};

struct hunt {
    struct rules_look *look;
    const struct rules_consequence *rule;
    struct rules_subject_rows subjects;
    const struct rules_term *lead; /* `when`: the term that gives the occasions; the others must hold */
    struct fired *fired;
    size_t many_fired;
};

static struct str day_zh(struct arena *arena, struct str on)
{
    int year, month, mday;
    int32_t day = rules_day(on);
    if (day == RULES_DAY_NONE)
        return STR_NONE;
    clock_ymd(day, &year, &month, &mday);
    return str_format(arena, "%d年%d月%d日", year, month, mday);
}

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const struct rules_subject_row *)a)->id, y = ((const struct rules_subject_row *)b)->id;
    return x < y ? -1 : x > y;
}

static const struct rules_subject_row *subject_at(const struct hunt *hunt, int64_t id)
{
    struct rules_subject_row key = {.id = id};
    return hunt->subjects.many ? bsearch(&key, hunt->subjects.at, hunt->subjects.many, sizeof(key), by_id)
                               : NULL;
}

/* The first row of a subject; further ones follow it. */
static const struct rules_row *rows_of(const struct rules_rows *rows, int64_t id)
{
    size_t from = 0, to = rows->many;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (rows->at[mid].id < id)
            from = mid + 1;
        else
            to = mid;
    }
    return from < rows->many && rows->at[from].id == id ? &rows->at[from] : NULL;
}

static enum err holds(struct hunt *hunt, const struct rules_cond *cond, int64_t id, bool *ret)
{
    struct rules_period whole = rules_period_of(RULES_ONCE, 0);
    struct rules_rows rows;
    TRY(rules_look_fact(hunt->look, cond->fact, cond->args, &whole, &rows));
    *ret = cond->negate;
    for (const struct rules_row *row = rows_of(&rows, id); row && row < rows.at + rows.many && row->id == id;
         row++)
        if (rules_passes(cond, row, hunt->look->today)) {
            *ret = !cond->negate;
            break;
        }
    return ERR_OK;
}

static struct str cause_of(struct hunt *hunt, const struct occasion *at)
{
    const char *per = "subject";
    int64_t id = at->subject_id;
    if (hunt->rule->per == RULES_PER_SYSTEM && at->system_id) {
        per = "system";
        id = at->system_id;
    } else if (hunt->rule->per == RULES_PER_UNIT && at->unit_id) {
        per = "unit";
        id = at->unit_id;
    }
    return str_format(hunt->look->arena, "%s/%s:%lld@%.*s", at->what, per, (long long)id, STR_ARG(at->on));
}

static bool was_fired(const struct hunt *hunt, int64_t subject_id, struct str cause)
{
    size_t from = 0, to = hunt->many_fired;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (hunt->fired[mid].subject_id < subject_id)
            from = mid + 1;
        else
            to = mid;
    }
    for (; from < hunt->many_fired && hunt->fired[from].subject_id == subject_id; from++)
        if (str_eq(hunt->fired[from].cause, cause))
            return true;
    return false;
}

static enum err fired_load(struct hunt *hunt)
{
    DB_ROWS(rows);
    size_t cap = 0;
    struct rules_look *look = hunt->look;
    if (look->subject_id)
        TRY(db_query(look->call, &rows,
                     "SELECT subject_id, cause FROM rules_case_subject WHERE rule = $1 AND subject_id = $2",
                     db_c(hunt->rule->id), db_int(look->subject_id)));
    else
        TRY(db_query(look->call, &rows,
                     "SELECT subject_id, cause FROM rules_case_subject WHERE rule = $1 ORDER BY subject_id",
                     db_c(hunt->rule->id)));
    while (db_next(&rows)) {
        hunt->fired = rules_grown(look->arena, hunt->fired, hunt->many_fired, &cap, sizeof(struct fired));
        hunt->fired[hunt->many_fired++] =
            (struct fired){db_col_int(&rows, 0), str_copy(look->arena, db_col_str(&rows, 1))};
    }
    return db_end(&rows);
}

static enum err propose(struct hunt *hunt, const struct occasion *at, int64_t case_id, struct str reason)
{
    struct call *call = hunt->look->call;
    const struct rules_consequence *rule = hunt->rule;
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_int(&w, "case_id", case_id);
    json_put_c(&w, "rule", rule->id);
    json_put_c(&w, "proposal", rule->proposal->name);
    json_put_str(&w, "reason", reason);
    json_close_object(&w);
    TRY(buf_check(&out));
    struct ledger_fact fact = {"consequence.proposed", rule->subject->name, at->subject_id, at->unit_id,
                               at->unit_path,          buf_str(&out)};
    TRY(ledger_append(call, &fact, NULL));
    const struct json *args = NULL;
    if (json_parse(call->arena, rule->args, &args, NULL) != ERR_OK)
        return call_fail(call, ERR_FAILED, NULL, "rules.fault.args", str_of(rule->id));
    struct rules_case about = {rule->pack->id, rule->article, rule->id,      rule->subject->name,
                               at->subject_id, at->unit_id,   at->system_id, at->duty_id,
                               at->unit_path,  reason};
    return rule->proposal->propose(call, &about, args);
}

static enum err fire(struct hunt *hunt, const struct occasion *at)
{
    struct call *call = hunt->look->call;
    const struct rules_consequence *rule = hunt->rule;
    struct str cause = cause_of(hunt, at);
    int64_t case_id = 0, before = 0;
    if (was_fired(hunt, at->subject_id, cause))
        return ERR_OK;
    if (hunt->look->dry) {
        rules_plan_note(hunt->look->plan, rule->subject, at->subject_id);
        return ERR_OK;
    }
    struct str reason = str_format(call->arena, "%s：%.*s", rule->text, STR_ARG(at->detail));
    TRY(db_get_int(call, &before, 0, "SELECT case_id FROM rules_case WHERE rule = $1 AND cause = $2",
                   db_c(rule->id), db_str(cause)));
    if (!before)
        TRY(db_get_int(
            call, &case_id, 0,
            "INSERT INTO rules_case (rule, cause, pack, pack_version, article, proposal, subject_kind, "
            "subject_id, unit_id,"
            " unit_path, system_id, duty_id, reason, fired_at_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING case_id",
            db_c(rule->id), db_str(cause), db_c(rule->pack->id), db_c(rule->pack->version),
            db_c(rule->article), db_c(rule->proposal->name), db_c(rule->subject->name),
            db_int(at->subject_id), db_int(at->unit_id), db_str(at->unit_path), db_int(at->system_id),
            db_int(at->duty_id), db_str(reason), db_int(call->now_ms)));
    TRY(db_run(call,
               "INSERT INTO rules_case_subject (rule, subject_id, cause, case_id) VALUES ($1, $2, $3, $4) ON "
               "CONFLICT DO NOTHING",
               db_c(rule->id), db_int(at->subject_id), db_str(cause), db_int(before ? before : case_id)));
    return before ? ERR_OK : propose(hunt, at, case_id, reason);
}

/* The other terms of `when` must hold beside the one that gave the occasion. */
static enum err take(struct hunt *hunt, const struct occasion *at)
{
    for (size_t i = 0; !hunt->rule->any && i < hunt->rule->many; i++) {
        const struct rules_term *term = &hunt->rule->terms[i];
        bool good = true;
        if (term != hunt->lead)
            TRY(holds(hunt, &term->cond, at->subject_id, &good));
        if (!good)
            return ERR_OK;
    }
    return fire(hunt, at);
}

/* ---- a duty fell late ---- */

static enum err late_query(struct hunt *hunt, const struct rules_term *term, struct db_rows *rows)
{
    struct rules_look *look = hunt->look;
    if (look->subject_id)
        return db_query(look->call, rows,
                        "SELECT duty_id, subject_id, due_on, unit_id, unit_path, system_id, subject_label, "
                        "text FROM rules_duty"
                        " WHERE rule = $1 AND subject_id = $2 AND late_at_ms IS NOT NULL AND state IN "
                        "('open', 'satisfied')",
                        db_c(term->duty), db_int(look->subject_id));
    return db_query(
        look->call, rows,
        "SELECT duty_id, subject_id, due_on, unit_id, unit_path, system_id, subject_label, text FROM "
        "rules_duty"
        " WHERE rule = $1 AND late_at_ms IS NOT NULL AND state IN ('open', 'satisfied') ORDER BY subject_id",
        db_c(term->duty));
}

static enum err late(struct hunt *hunt, const struct rules_term *term)
{
    DB_ROWS(rows);
    struct rules_look *look = hunt->look;
    struct occasion *list = NULL;
    size_t many = 0, cap = 0;
    const char *what = str_format(look->arena, "late:%s", term->duty).at;
    TRY(late_query(hunt, term, &rows));
    while (db_next(&rows)) {
        list = rules_grown(look->arena, list, many, &cap, sizeof(*list));
        struct occasion *at = &list[many++];
        *at = (struct occasion){
            .what = what, .duty_id = db_col_int(&rows, 0), .subject_id = db_col_int(&rows, 1)};
        at->on = str_copy(look->arena, db_col_str(&rows, 2));
        at->unit_id = db_col_int(&rows, 3);
        at->unit_path = str_copy(look->arena, db_col_str(&rows, 4));
        at->system_id = db_col_int(&rows, 5);
        at->label = str_copy(look->arena, db_col_str(&rows, 6));
        struct str args[3] = {at->label, str_copy(look->arena, db_col_str(&rows, 7)),
                              day_zh(look->arena, at->on)};
        at->detail = words_fill(look->arena, CALL_ZH, "rules.reason.late", args, 3);
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++)
        TRY(take(hunt, &list[i]));
    return ERR_OK;
}

/* ---- a fact holds ---- */

static enum err fact(struct hunt *hunt, const struct rules_term *term)
{
    struct rules_look *look = hunt->look;
    struct rules_period whole = rules_period_of(RULES_ONCE, 0);
    struct rules_rows rows;
    TRY(rules_look_fact(look, term->cond.fact, term->cond.args, &whole, &rows));
    for (size_t i = 0; i < rows.many; i++) {
        const struct rules_row *row = &rows.at[i];
        const struct rules_subject_row *subject = subject_at(hunt, row->id);
        int32_t day = clock_day_of(row->since);
        if (!subject || !rules_passes(&term->cond, row, look->today) ||
            (row->since && day < hunt->rule->pack->from))
            continue;
        struct occasion at = {.what = "fact",
                              .subject_id = subject->id,
                              .unit_id = subject->unit_id,
                              .system_id = subject->system_id,
                              .unit_path = subject->unit_path,
                              .label = subject->label};
        at.on = row->since ? str_copy(look->arena, str_of(clock_date(day).text)) : STR_NONE;
        struct str args[2] = {subject->label, day_zh(look->arena, at.on)};
        at.detail = words_fill(look->arena, CALL_ZH,
                               row->since ? "rules.reason.fact_on" : "rules.reason.fact", args, 2);
        TRY(take(hunt, &at));
    }
    return ERR_OK;
}

/* ---- the same system again ---- */

struct seen {
    int64_t subject_id, system_id; /* subject 0: of an earlier life */
    int32_t day;
};

enum err rules_keep_past(struct call *call, const char *subject_kind, int64_t subject_id)
{
    const struct rules_set *set;
    TRY(rules_set_of(call, &set));
    for (size_t p = 0; p < set->many; p++)
        for (size_t i = 0; i < set->packs[p]->many_consequences; i++) {
            const struct rules_consequence *rule = &set->packs[p]->consequences[i];
            if (rule->subject && strcmp(rule->subject->name, subject_kind) == 0)
                TRY(db_run(
                    call,
                    "INSERT INTO rules_seen_past (rule, system_id, on_day) SELECT rule, system_id, on_day"
                    " FROM rules_seen WHERE rule = $1 AND subject_id = $2 ON CONFLICT DO NOTHING",
                    db_c(rule->id), db_int(subject_id)));
        }
    return ERR_OK;
}

static enum err seen_load(struct hunt *hunt, struct seen **ret, size_t *ret_many)
{
    DB_ROWS(rows);
    struct rules_look *look = hunt->look;
    size_t cap = 0;
    *ret = NULL;
    *ret_many = 0;
    if (look->subject_id)
        TRY(db_query(
            look->call, &rows,
            "SELECT subject_id, system_id, on_day FROM rules_seen WHERE rule = $1 AND subject_id = $2",
            db_c(hunt->rule->id), db_int(look->subject_id)));
    else
        TRY(db_query(
            look->call, &rows,
            "SELECT subject_id, system_id, on_day FROM rules_seen WHERE rule = $1 ORDER BY subject_id",
            db_c(hunt->rule->id)));
    while (db_next(&rows)) {
        *ret = rules_grown(look->arena, *ret, *ret_many, &cap, sizeof(struct seen));
        (*ret)[(*ret_many)++] =
            (struct seen){db_col_int(&rows, 0), db_col_int(&rows, 1), rules_day(db_col_str(&rows, 2))};
    }
    return db_end(&rows);
}

static enum err unsee(struct hunt *hunt, int64_t subject_id)
{
    if (hunt->look->dry) {
        rules_plan_note(hunt->look->plan, hunt->rule->subject, subject_id);
        return ERR_OK;
    }
    return db_run(hunt->look->call, "DELETE FROM rules_seen WHERE rule = $1 AND subject_id = $2",
                  db_c(hunt->rule->id), db_int(subject_id));
}

static enum err see(struct hunt *hunt, const struct rules_subject_row *subject, const char *on_day)
{
    if (hunt->look->dry) {
        rules_plan_note(hunt->look->plan, hunt->rule->subject, subject->id);
        return ERR_OK;
    }
    return db_run(hunt->look->call,
                  "INSERT INTO rules_seen (rule, subject_id, system_id, on_day) VALUES ($1, $2, $3, $4)",
                  db_c(hunt->rule->id), db_int(subject->id), db_int(subject->system_id), db_c(on_day));
}

/* Writes what newly holds into rules_seen and takes out what no longer does (a letter withdrawn was no
 * incident). */
static enum err seen_sync(struct hunt *hunt, const struct rules_term *term)
{
    struct seen *seen;
    size_t many, s = 0;
    TRY(seen_load(hunt, &seen, &many));
    struct rules_cursor cursor = {.cond = &term->cond, .period = rules_period_of(RULES_ONCE, 0)};
    for (size_t i = 0; i < hunt->subjects.many; i++) {
        const struct rules_subject_row *subject = &hunt->subjects.at[i];
        bool holding;
        int64_t since;
        TRY(rules_cursor_holds(hunt->look, &cursor, subject->id, &holding, &since));
        for (; s < many && seen[s].subject_id < subject->id; s++)
            TRY(unsee(hunt, seen[s].subject_id));
        bool stands = s < many && seen[s].subject_id == subject->id;
        s += stands;
        struct clock_date day = clock_date(since ? clock_day_of(since) : hunt->look->today);
        if (holding && !stands && subject->system_id)
            TRY(see(hunt, subject, day.text));
        if (!holding && stands)
            TRY(unsee(hunt, subject->id));
    }
    for (; s < many; s++)
        TRY(unsee(hunt, seen[s].subject_id));
    return ERR_OK;
}

/* End of month clamped, the last day included: 30 November and three months is 28 February. */
static bool within(const struct rules_term *term, int32_t earlier, int32_t later)
{
    int32_t last =
        term->within_months ? clock_add_months(earlier, term->within_months) : earlier + term->within_days;
    return earlier < later && later <= last;
}

static enum err again(struct hunt *hunt, const struct rules_term *term, const struct seen *at,
                      int32_t earlier)
{
    struct arena *arena = hunt->look->arena;
    const struct rules_subject_row *subject = subject_at(hunt, at->subject_id);
    if (!subject || at->day < hunt->rule->pack->from || !within(term, earlier, at->day))
        return ERR_OK;
    struct occasion made = {.what = "recurs",
                            .subject_id = subject->id,
                            .unit_id = subject->unit_id,
                            .system_id = at->system_id,
                            .unit_path = subject->unit_path,
                            .label = subject->label};
    made.on = str_copy(arena, str_of(clock_date(at->day).text));
    struct str before = str_copy(arena, str_of(clock_date(earlier).text));
    struct str args[3] = {subject->label, day_zh(arena, before), day_zh(arena, made.on)};
    made.detail = words_fill(arena, CALL_ZH, "rules.reason.recurs", args, 3);
    return take(hunt, &made);
}

/* One subject was touched: does it repeat an earlier one, and does a later one now repeat it? */
static enum err recurs_one(struct hunt *hunt, const struct rules_term *term)
{
    struct call *call = hunt->look->call;
    struct seen *mine;
    size_t many;
    TRY(seen_load(hunt, &mine, &many));
    if (!many)
        return ERR_OK;
    struct clock_date day = clock_date(mine->day);
    int32_t earlier = RULES_DAY_NONE;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT MAX(on_day) FROM (SELECT on_day FROM rules_seen WHERE rule = $1 AND system_id = $2 AND "
        "on_day < $3"
        " UNION ALL SELECT on_day FROM rules_seen_past WHERE rule = $1 AND system_id = $2 AND on_day < $3) x",
        db_c(hunt->rule->id), db_int(mine->system_id), db_c(day.text)));
    if (db_next(&rows))
        earlier = rules_day(db_col_str(&rows, 0));
    TRY(db_end(&rows));
    if (earlier != RULES_DAY_NONE)
        TRY(again(hunt, term, mine, earlier));
    DB_ROWS(later);
    TRY(db_query(call, &later,
                 "SELECT subject_id FROM rules_seen s WHERE rule = $1 AND system_id = $2 AND on_day > $3 AND "
                 "NOT EXISTS"
                 " (SELECT 1 FROM rules_case_subject c WHERE c.rule = s.rule AND c.subject_id = s.subject_id)"
                 " ORDER BY on_day LIMIT 50",
                 db_c(hunt->rule->id), db_int(mine->system_id), db_c(day.text)));
    while (db_next(&later))
        rules_touch(call, hunt->rule->subject->name, db_col_int(&later, 0));
    return db_end(&later);
}

static int by_system(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->system_id != y->system_id)
        return x->system_id < y->system_id ? -1 : 1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->subject_id < y->subject_id ? -1 : x->subject_id > y->subject_id;
}

static enum err past_add(struct hunt *hunt, struct seen **seen, size_t *many)
{
    size_t cap = *many;
    DB_ROWS(rows);
    TRY(db_query(hunt->look->call, &rows, "SELECT system_id, on_day FROM rules_seen_past WHERE rule = $1",
                 db_c(hunt->rule->id)));
    while (db_next(&rows)) {
        *seen = rules_grown(hunt->look->arena, *seen, *many, &cap, sizeof(struct seen));
        (*seen)[(*many)++] = (struct seen){0, db_col_int(&rows, 0), rules_day(db_col_str(&rows, 1))};
    }
    return db_end(&rows);
}

static enum err recurs(struct hunt *hunt, const struct rules_term *term)
{
    TRY(seen_sync(hunt, term));
    if (hunt->look->subject_id)
        return recurs_one(hunt, term);
    struct seen *seen;
    size_t many;
    TRY(seen_load(hunt, &seen, &many));
    TRY(past_add(hunt, &seen, &many));
    if (many)
        qsort(seen, many, sizeof(*seen), by_system);
    int32_t before = RULES_DAY_NONE; /* the newest earlier day of the same system */
    for (size_t i = 1; i < many; i++) {
        bool same = seen[i].system_id == seen[i - 1].system_id;
        if (!same)
            before = RULES_DAY_NONE;
        else if (seen[i - 1].day < seen[i].day)
            before = seen[i - 1].day;
        if (before != RULES_DAY_NONE && seen[i].subject_id)
            TRY(again(hunt, term, &seen[i], before));
    }
    return ERR_OK;
}

enum err rules_consequence_evaluate(struct rules_look *look, const struct rules_consequence *rule)
{
    struct hunt hunt = {.look = look, .rule = rule};
    if (!rule->subject || !rule->proposal || !rules_in_force(rule->pack, look->today))
        return ERR_OK;
    TRY(rules_look_subjects(look, rule->subject, &hunt.subjects));
    TRY(fired_load(&hunt));
    for (size_t i = 0; i < rule->many && !hunt.lead; i++)
        if (rule->terms[i].kind != RULES_TERM_FACT)
            hunt.lead = &rule->terms[i];
    for (size_t i = 0; i < rule->many && !hunt.lead; i++)
        if (!rule->terms[i].cond.negate)
            hunt.lead = &rule->terms[i];
    for (size_t i = 0; i < rule->many; i++) {
        const struct rules_term *term = &rule->terms[i];
        if (!rule->any && term != hunt.lead)
            continue;
        TRY(term->kind == RULES_TERM_LATE     ? late(&hunt, term)
            : term->kind == RULES_TERM_RECURS ? recurs(&hunt, term)
                                              : fact(&hunt, term));
    }
    return ERR_OK;
}
