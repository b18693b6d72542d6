/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A look is one view of the facts, for one subject or (subject 0) for all. The rows of a fact are
 * fetched once a look, sorted by subject, and every rule walks them with cursors beside the sorted subjects:
 * evaluating a rule over 100,000 systems is a few queries and one merge, and evaluating one system runs the
 * same code over arrays of one.
 */
#include "rules/rules_duty.h"
#include "rules/rules_family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define ROWS_MAX 8000000

/* Values are mostly words of closed lists: one copy of each will do. */
static struct str intern(struct rules_look *look, struct str text)
{
    for (size_t i = 0; i < look->many_interned; i++)
        if (str_eq(look->interned[i], text))
            return look->interned[i];
    struct str copy = str_copy(look->arena, text);
    if (look->many_interned < sizeof(look->interned) / sizeof(look->interned[0]))
        look->interned[look->many_interned++] = copy;
    return copy;
}

static int by_id(const void *a, const void *b)
{
    const struct rules_row *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->since < y->since ? -1 : x->since > y->since;
}

static void sort(struct rules_rows *rows)
{
    for (size_t i = 1; i < rows->many; i++)
        if (by_id(&rows->at[i - 1], &rows->at[i]) > 0) {
            qsort(rows->at, rows->many, sizeof(rows->at[0]), by_id);
            return;
        }
}

/* The arena cannot give back, so growing doubles: at most twice the memory. */
void *rules_grown(struct arena *arena, void *at, size_t many, size_t *cap, size_t size)
{
    if (many < *cap)
        return at;
    size_t wider = *cap ? *cap * 2 : 16;
    char *more = arena_alloc(arena, wider * size);
    if (many)
        memcpy(more, at, many * size);
    *cap = wider;
    return more;
}

static size_t fact_args(struct rules_look *look, const struct rules_fact *fact, const struct str args[2],
                        const struct rules_period *period, struct db_arg *ret)
{
    size_t many = 0;
    ret[many++] = db_int(look->subject_id);
    for (size_t i = 0; i < 2 && fact->args[i]; i++) {
        if (strcmp(fact->args[i], "period")) {
            ret[many++] = db_str(args[i]);
            continue;
        }
        struct rules_period span = rules_period_of(RULES_ONCE, 0);
        if (str_is(args[i], "duty"))
            span = *period;
        else if (str_is(args[i], "year"))
            span = rules_period_of(RULES_YEAR, period->name[0] ? period->first : look->today);
        else if (str_is(args[i], "half_year"))
            span = rules_period_of(RULES_HALF_YEAR, period->name[0] ? period->first : look->today);
        else if (str_is(args[i], "quarter"))
            span = rules_period_of(RULES_QUARTER, period->name[0] ? period->first : look->today);
        else if (str_is(args[i], "month"))
            span = rules_period_of(RULES_MONTH, period->name[0] ? period->first : look->today);
        ret[many++] = args[i].len ? db_str(str_copy(look->arena, str_of(clock_date(span.first).text)))
                                  : db_c("0000-01-01");
        ret[many++] = args[i].len ? db_str(str_copy(look->arena, str_of(clock_date(span.last).text)))
                                  : db_c("9999-12-31");
    }
    return many;
}

static void take_row(struct rules_look *look, const struct db_rows *rows, int column, struct rules_row *ret)
{
    ret->is_text = db_col_kind(rows, column) == DB_TEXT;
    if (ret->is_text)
        ret->text = intern(look, db_col_str(rows, column));
    else
        ret->number = db_col_int(rows, column);
}

/* The facts of the subject's own row, all at once. */
static enum err fetch_family(struct rules_look *look, const struct rules_family *family)
{
    DB_ROWS(rows);
    struct db_arg arg = db_int(look->subject_id);
    struct rules_rows *all = ARENA_ARRAY(look->arena, struct rules_rows, family->many);
    struct rules_row *row = ARENA_ARRAY(look->arena, struct rules_row, family->many);
    TRY(db_query_args(look->call, &rows, family->sql, &arg, 1));
    bool there = db_next(&rows);
    for (int i = 0; there && i < (int)family->many; i++) {
        if (!db_col_int(&rows, i * 3))
            continue;
        row[i] = (struct rules_row){.id = look->subject_id, .since = db_col_int(&rows, i * 3 + 1)};
        take_row(look, &rows, i * 3 + 2, &row[i]);
        all[i] = (struct rules_rows){&row[i], 1};
    }
    TRY(db_end(&rows));
    look->family = family;
    look->family_rows = all;
    return ERR_OK;
}

/* ret_found: the fact is one of its subject's own row, and the look is about one subject. */
static enum err look_family(struct rules_look *look, const struct rules_fact *fact, struct rules_rows *ret,
                            bool *ret_found)
{
    size_t slot;
    const struct rules_family *family = look->subject_id ? rules_family_of(fact, &slot) : NULL;
    *ret_found = family != NULL;
    if (!family)
        return ERR_OK;
    if (look->family != family)
        TRY(fetch_family(look, family));
    *ret = look->family_rows[slot];
    return ERR_OK;
}

static enum err fetch(struct rules_look *look, struct rules_fetched *into)
{
    DB_ROWS(rows);
    struct db_arg args[6];
    size_t many = fact_args(look, into->fact, into->args, &into->period, args), cap = 0;
    TRY(db_query_args(look->call, &rows, rules_sql_for(into->fact->sql, look->subject_id), args, many));
    while (db_next(&rows) && into->rows.many < ROWS_MAX) {
        into->rows.at =
            rules_grown(look->arena, into->rows.at, into->rows.many, &cap, sizeof(struct rules_row));
        struct rules_row *row = &into->rows.at[into->rows.many++];
        *row = (struct rules_row){.id = db_col_int(&rows, 0), .since = db_col_int(&rows, 1)};
        take_row(look, &rows, 2, row);
    }
    TRY(db_end(&rows));
    sort(&into->rows);
    return ERR_OK;
}

enum err rules_look_fact(struct rules_look *look, const struct rules_fact *fact, const struct str args[2],
                         const struct rules_period *period, struct rules_rows *ret)
{
    struct rules_period whole = rules_period_of(RULES_ONCE, 0);
    bool dated = (fact->args[0] && !strcmp(fact->args[0], "period")) ||
                 (fact->args[0] && fact->args[1] && !strcmp(fact->args[1], "period"));
    bool found;
    period = dated ? period : &whole;
    TRY(look_family(look, fact, ret, &found));
    if (found)
        return ERR_OK;
    for (struct rules_fetched *at = look->fetched; at; at = at->next)
        if (at->fact == fact && str_eq(at->args[0], args[0]) && str_eq(at->args[1], args[1]) &&
            !strcmp(at->period.name, period->name)) {
            *ret = at->rows;
            return ERR_OK;
        }
    struct rules_fetched *made = ARENA_NEW(look->arena, struct rules_fetched);
    *made = (struct rules_fetched){
        .fact = fact, .args = {args[0], args[1]}, .period = *period, .next = look->fetched};
    TRY(fetch(look, made));
    look->fetched = made;
    *ret = made->rows;
    return ERR_OK;
}

/* ---- subjects ---- */

static int by_subject(const void *a, const void *b)
{
    int64_t x = ((const struct rules_subject_row *)a)->id, y = ((const struct rules_subject_row *)b)->id;
    return x < y ? -1 : x > y;
}

static enum err fetch_systems(struct rules_look *look, const struct rules_subject *subject,
                              struct rules_subject_rows *into)
{
    DB_ROWS(rows);
    struct db_arg arg = db_int(look->subject_id);
    if (!subject->system_sql) {
        for (size_t i = 0; !strcmp(subject->name, "system") && i < into->many; i++)
            into->at[i].system_id = into->at[i].id;
        return ERR_OK;
    }
    TRY(db_query_args(look->call, &rows, rules_sql_for(subject->system_sql, look->subject_id), &arg, 1));
    while (db_next(&rows)) {
        struct rules_subject_row key = {.id = db_col_int(&rows, 0)};
        struct rules_subject_row *found =
            into->many ? bsearch(&key, into->at, into->many, sizeof(key), by_subject) : NULL;
        if (found)
            found->system_id = db_col_int(&rows, 1);
    }
    return db_end(&rows);
}

static enum err fetch_subjects(struct rules_look *look, const struct rules_subject *subject,
                               struct rules_subject_rows *into)
{
    DB_ROWS(rows);
    struct db_arg arg = db_int(look->subject_id);
    size_t cap = 0;
    bool sorted = true;
    TRY(db_query_args(look->call, &rows, rules_sql_for(subject->sql, look->subject_id), &arg, 1));
    while (db_next(&rows) && into->many < ROWS_MAX) {
        into->at = rules_grown(look->arena, into->at, into->many, &cap, sizeof(struct rules_subject_row));
        struct rules_subject_row *row = &into->at[into->many++];
        *row = (struct rules_subject_row){.id = db_col_int(&rows, 0), .unit_id = db_col_int(&rows, 1)};
        row->unit_path = intern(look, db_col_str(&rows, 2));
        row->label = str_copy(look->arena, db_col_str(&rows, 3));
        sorted = sorted && (into->many < 2 || row[-1].id < row->id);
    }
    TRY(db_end(&rows));
    if (!sorted)
        qsort(into->at, into->many, sizeof(into->at[0]), by_subject);
    return fetch_systems(look, subject, into);
}

enum err rules_look_subjects(struct rules_look *look, const struct rules_subject *subject,
                             struct rules_subject_rows *ret)
{
    for (size_t i = 0; i < look->many_subjects; i++)
        if (look->subjects[i].subject == subject) {
            *ret = look->subjects[i].rows;
            return ERR_OK;
        }
    struct rules_subject_rows rows = {0};
    TRY(fetch_subjects(look, subject, &rows));
    if (look->many_subjects < sizeof(look->subjects) / sizeof(look->subjects[0])) {
        look->subjects[look->many_subjects].subject = subject;
        look->subjects[look->many_subjects++].rows = rows;
    }
    *ret = rows;
    return ERR_OK;
}

/* ---- conditions ---- */

int rules_rank(const struct field_enum *order, struct str word)
{
    for (int i = 0; order && order->names[i]; i++)
        if (str_is(word, order->names[i]))
            return i;
    return -1;
}

static bool compares(const struct rules_cond *cond, const struct rules_row *row)
{
    char digits[24];
    struct str text = row->text;
    if (cond->op == RULES_HOLDS)
        return true;
    if (cond->op == RULES_IS || cond->op == RULES_IN) {
        if (!row->is_text) {
            snprintf(digits, sizeof digits, "%lld", (long long)row->number);
            text = str_of(digits);
        }
        for (size_t i = 0; i < cond->many_words; i++)
            if (str_eq(cond->words[i], text))
                return true;
        return false;
    }
    int64_t have = row->number, want = cond->number;
    if (!cond->numeric) {
        have = rules_rank(cond->fact->order, text);
        want = rules_rank(cond->fact->order, cond->words[0]);
        if (have < 0)
            return false;
    } else if (row->is_text) {
        return false;
    }
    return cond->op == RULES_AT_LEAST ? have >= want : have <= want;
}

bool rules_passes(const struct rules_cond *cond, const struct rules_row *row, int32_t today)
{
    int32_t day = clock_day_of(row->since);
    if (cond->within_days && (!row->since || day + cond->within_days < today))
        return false;
    if (cond->within_months && (!row->since || clock_add_months(day, cond->within_months) < today))
        return false;
    return compares(cond, row);
}

enum err rules_cursor_rows(struct rules_look *look, struct rules_cursor *cursor, int64_t id,
                           const struct rules_row **ret, size_t *ret_many)
{
    if (!cursor->fetched)
        TRY(rules_look_fact(look, cursor->cond->fact, cursor->cond->args, &cursor->period, &cursor->rows));
    cursor->fetched = true;
    while (cursor->at < cursor->rows.many && cursor->rows.at[cursor->at].id < id)
        cursor->at++;
    size_t end = cursor->at;
    while (end < cursor->rows.many && cursor->rows.at[end].id == id)
        end++;
    *ret = cursor->rows.at ? cursor->rows.at + cursor->at : NULL;
    *ret_many = end - cursor->at;
    return ERR_OK;
}

enum err rules_cursor_holds(struct rules_look *look, struct rules_cursor *cursor, int64_t id, bool *ret,
                            int64_t *ret_since)
{
    const struct rules_row *row;
    size_t many;
    TRY(rules_cursor_rows(look, cursor, id, &row, &many));
    *ret_since = 0;
    *ret = cursor->cond->negate;
    for (size_t i = 0; i < many; i++)
        if (rules_passes(cursor->cond, &row[i], look->today)) {
            *ret_since = cursor->cond->negate ? 0 : row[i].since;
            *ret = !cursor->cond->negate;
            break;
        }
    return ERR_OK;
}
