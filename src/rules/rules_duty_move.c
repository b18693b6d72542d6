/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* ---- saying it: ledger and listeners ---- */

/* subject: whose unit the entry is about, when it is at hand; NULL: as the duty's row says. */
static enum err note(struct rules_work *work, const char *verb, int64_t duty_id, int64_t subject_id,
                     const struct rules_subject_row *subject, struct str due_on, int64_t *summed)
{
    struct rules_look *look = work->look;
    struct rules_plan_sum *sum =
        look->plan ? rules_plan_sum(look->plan, work->rule->id, work->rule->pack->version) : NULL;
    int64_t *noted = sum ? &sum->noted : &work->noted;
    if ((!look->subject_id || sum) && *noted >= RULES_LEDGER_EACH) {
        ++*summed;
        return ERR_OK;
    }
    ++*noted;
    struct ledger_fact fact = {
        .verb = verb, .subject_kind = work->rule->subject->name, .subject_id = subject_id};
    DB_ROWS(rows);
    if (subject) {
        fact.unit_id = subject->unit_id;
        fact.unit_path = subject->unit_path;
    } else {
        TRY(db_one(look->call, &rows, "SELECT unit_id, unit_path FROM rules_duty WHERE duty_id = $1",
                   db_int(duty_id)));
        fact.unit_id = db_col_int(&rows, 0);
        fact.unit_path = db_col_copy(look->call, &rows, 1);
        TRY(db_end(&rows));
    }
    fact.detail = str_format(
        look->call->arena, "{\"duty_id\":%lld,\"rule\":\"%s\",\"pack_version\":\"%s\",\"due_on\":%s%.*s%s}",
        (long long)duty_id, work->rule->id, work->rule->pack->version, due_on.len ? "\"" : "",
        STR_ARG(due_on.len ? due_on : STR("null")), due_on.len ? "\"" : "");
    return ledger_append(look->call, &fact, NULL);
}

enum err rules_duty_summed(struct call *call, const char *rule, const char *version, int64_t opened,
                           int64_t satisfied, int64_t other)
{
    struct ledger_fact fact = {.verb = "duty.summed", .subject_kind = "rule"};
    fact.detail = str_format(
        call->arena,
        "{\"rule\":\"%s\",\"pack_version\":\"%s\",\"opened\":%lld,\"satisfied\":%lld,\"other\":%lld}", rule,
        version, (long long)opened, (long long)satisfied, (long long)other);
    return ledger_append(call, &fact, NULL);
}

/* What a set-wise run did beyond the entries it wrote one by one; of a sweep in steps, a step says it. */
enum err rules_duty_tally(struct rules_work *work)
{
    struct rules_look *look = work->look;
    if (!work->summed_opened && !work->summed_satisfied && !work->summed_other)
        return ERR_OK;
    struct rules_plan_sum *sum =
        look->plan ? rules_plan_sum(look->plan, work->rule->id, work->rule->pack->version) : NULL;
    if (!sum)
        return rules_duty_summed(look->call, work->rule->id, work->rule->pack->version, work->summed_opened,
                                 work->summed_satisfied, work->summed_other);
    sum->opened += work->summed_opened;
    sum->satisfied += work->summed_satisfied;
    sum->other += work->summed_other;
    return ERR_OK;
}

enum err rules_duty_changed(struct call *call, int64_t duty_id, const char *what, struct str old_value,
                            struct str new_value, struct str reason)
{
    struct call_who who = call_who(call);
    TRY(db_run(call,
               "INSERT INTO rules_change (duty_id, at_ms, what, old_value, new_value, reason, by_user)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7)",
               db_int(duty_id), db_int(call->now_ms), db_c(what), db_str_or_null(old_value),
               db_str_or_null(new_value), db_str_or_null(reason), db_int(who.user_id)));
    struct rules_duty duty;
    TRY(rules_duty_get(call, duty_id, &duty));
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_int(&w, "duty_id", duty_id);
    json_put_str(&w, "rule", duty.rule);
    json_put_c(&w, "what", what);
    json_put_str(&w, "old", old_value);
    json_put_str(&w, "new", new_value);
    json_put_str(&w, "reason", reason);
    json_close_object(&w);
    TRY(buf_check(&out));
    struct ledger_fact fact = {"duty.changed",  str_c(call->arena, duty.subject_kind),
                               duty.subject_id, duty.unit_id,
                               duty.unit_path,  buf_str(&out)};
    return ledger_append(call, &fact, NULL);
}

/* ---- late, reminders, escalation ---- */

enum err rules_duty_sent_load(struct rules_work *work)
{
    DB_ROWS(rows);
    struct rules_look *look = work->look;
    size_t cap = 0;
    work->many_sent = 0;
    if (look->subject_id ||
        !work->rule->many_steps) /* for one subject the key of the table is quick enough */
        return ERR_OK;
    TRY(db_query(
        look->call, &rows,
        "SELECT r.duty_id, r.due_on, r.step FROM rules_duty d JOIN rules_reminder r ON r.duty_id = d.duty_id"
        " WHERE d.current = 1 AND d.rule = $1 AND d.occurrence = $2 ORDER BY r.duty_id",
        db_c(work->rule->id), db_c(work->period.name)));
    while (db_next(&rows)) {
        struct str step = db_col_str(&rows, 2), kept = STR_NONE;
        for (size_t i = 0; i < work->rule->many_steps; i++)
            if (str_is(step, work->rule->steps[i].name))
                kept = str_of(work->rule->steps[i].name);
        if (!kept.len)
            continue;
        work->sent = rules_grown(look->arena, work->sent, work->many_sent, &cap, sizeof(struct rules_sent));
        work->sent[work->many_sent++] =
            (struct rules_sent){db_col_int(&rows, 0), rules_day(db_col_str(&rows, 1)), kept};
    }
    return db_end(&rows);
}

static int by_duty(const void *a, const void *b)
{
    int64_t x = ((const struct rules_sent *)a)->duty_id, y = ((const struct rules_sent *)b)->duty_id;
    return x < y ? -1 : x > y;
}

static bool was_sent(const struct rules_work *work, const struct rules_standing *row, const char *step)
{
    struct rules_sent key = {.duty_id = row->duty_id};
    const struct rules_sent *found =
        work->many_sent ? bsearch(&key, work->sent, work->many_sent, sizeof(key), by_duty) : NULL;
    if (!found)
        return false;
    while (found > work->sent && found[-1].duty_id == row->duty_id)
        found--;
    for (; found < work->sent + work->many_sent && found->duty_id == row->duty_id; found++)
        if (found->due == row->due && str_is(found->step, step))
            return true;
    return false;
}

/* Is it the step's time? */
static bool is_time_for(const struct rules_work *work, const struct rules_standing *row,
                        const struct rules_step *step)
{
    int32_t today = work->look->today;
    if (step->working_days <= 0 && today > row->due)
        return false; /* "due tomorrow" makes no sense the week after */
    if (step->working_days < 0 && today < row->due - 14 + 7 * step->working_days)
        return false; /* far off: no holidays are that long, and nothing need be counted */
    int32_t day =
        step->working_days ? calendar_add(rules_calendar(), row->due, step->working_days).day : row->due;
    return today >= day && !was_sent(work, row, step->name);
}

static enum err remind(struct rules_work *work, const struct rules_standing *row)
{
    struct rules_look *look = work->look;
    for (size_t i = 0; i < work->rule->many_steps; i++) {
        const struct rules_step *step = &work->rule->steps[i];
        if (!is_time_for(work, row, step))
            continue;
        int64_t new_row = 0;
        struct clock_date due = clock_date(row->due);
        TRY(db_run_counted(
            look->call, &new_row,
            "INSERT INTO rules_reminder (duty_id, step, due_on, sent_at_ms) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            db_int(row->duty_id), db_c(step->name), db_c(due.text), db_int(look->call->now_ms)));
        if (new_row)
            TRY(rules_tell(look->call, step->escalate ? RULES_ESCALATE : RULES_REMIND, row->duty_id,
                           step->to ? step->to : work->rule->answers));
    }
    return ERR_OK;
}

static enum err pass_time(struct rules_work *work, struct rules_standing *row)
{
    struct rules_look *look = work->look;
    if (row->due == RULES_DAY_NONE)
        return ERR_OK;
    if (!row->late_at_ms && row->due < look->today) {
        row->late_at_ms =
            clock_ms_of_day(row->due + 1); /* late since the end of the due date, whenever it is noticed */
        struct clock_date due = clock_date(row->due);
        TRY(db_run(look->call, "UPDATE rules_duty SET late_at_ms = $1 WHERE duty_id = $2",
                   db_int(row->late_at_ms), db_int(row->duty_id)));
        TRY(note(work, "duty.late", row->duty_id, row->subject_id, NULL, str_of(due.text),
                 &work->summed_other));
        TRY(rules_tell(look->call, RULES_LATE, row->duty_id, work->rule->answers));
    }
    return remind(work, row);
}

/* ---- keeping ---- */

/* A year's holidays were published, or changed: the date is counted again by the frozen terms; the old one
 * stays readable. */
static enum err recount(struct rules_work *work, struct rules_standing *row)
{
    struct call *call = work->look->call;
    bool counted = row->due_kind && row->from != RULES_DAY_NONE && strcmp(row->due_kind, "none");
    if (!counted || row->late_at_ms || !row->other_calendar)
        return ERR_OK;
    const struct calendar *calendar = rules_calendar();
    struct calendar_due due = rules_due_count(calendar, str_of(row->due_kind), row->from, row->due_n,
                                              row->extension, row->not_before);
    if (due.day == row->due && due.provisional == row->provisional)
        return ERR_OK;
    struct clock_date old = clock_date(row->due), now = clock_date(due.day);
    TRY(db_run(call, "UPDATE rules_duty SET due_on = $1, provisional = $2, calendar = $3 WHERE duty_id = $4",
               db_c(now.text), db_int(due.provisional), db_c(calendar_version(calendar)),
               db_int(row->duty_id)));
    row->due = due.day;
    row->provisional = due.provisional;
    return rules_duty_changed(call, row->duty_id, "calendar", str_of(old.text), str_of(now.text),
                              str_of(calendar_version(calendar)));
}

/* The record that started the clock was edited: the clock stands, and the duty says that its start has moved.
 */
static enum err note_basis(struct rules_work *work, const struct rules_standing *row,
                           const struct rules_verdict *verdict)
{
    struct call *call = work->look->call;
    if (!work->from.cond || row->basis == RULES_DAY_NONE || row->basis == verdict->from)
        return ERR_OK;
    struct clock_date old = clock_date(row->basis), now = clock_date(verdict->from);
    TRY(db_run(call, "UPDATE rules_duty SET basis_on = $1 WHERE duty_id = $2", db_c(now.text),
               db_int(row->duty_id)));
    return rules_duty_changed(call, row->duty_id, "basis", str_of(old.text), str_of(now.text), STR_NONE);
}

enum err rules_duty_keep_writes(struct rules_work *work, const struct rules_standing *row,
                                const struct rules_verdict *verdict, bool *ret)
{
    bool counted = row->due_kind && row->from != RULES_DAY_NONE && strcmp(row->due_kind, "none");
    *ret = true;
    if (work->from.cond && row->basis != RULES_DAY_NONE && row->basis != verdict->from)
        return ERR_OK;
    if (counted && !row->late_at_ms && row->other_calendar) {
        struct calendar_due due = rules_due_count(rules_calendar(), str_of(row->due_kind), row->from,
                                                  row->due_n, row->extension, row->not_before);
        if (due.day != row->due || due.provisional != row->provisional)
            return ERR_OK;
    }
    if (row->due != RULES_DAY_NONE && !row->late_at_ms && row->due < work->look->today)
        return ERR_OK;
    for (size_t i = 0; row->due != RULES_DAY_NONE && i < work->rule->many_steps; i++)
        if (is_time_for(work, row, &work->rule->steps[i]))
            return ERR_OK;
    *ret = false;
    return ERR_OK;
}

enum err rules_duty_keep(struct rules_work *work, struct rules_standing *row,
                         const struct rules_subject_row *subject, const struct rules_verdict *verdict)
{
    (void)subject;
    TRY(note_basis(work, row, verdict));
    TRY(recount(work, row));
    return pass_time(work, row);
}

/* ---- opening and closing ---- */

static int64_t due_n(const struct rules_work *work)
{
    const struct rules_due *due = &work->rule->due;
    int year, month, mday;
    if (due->kind == RULES_DUE_PERIOD)
        return work->period.last;
    if (due->kind != RULES_DUE_DATE)
        return due->n;
    if (work->rule->every == RULES_ONCE)
        return due->day;
    clock_ymd(work->period.first, &year, &month, &mday);
    int32_t first = clock_day(year, due->month, 1), last = clock_add_months(first, 1) - 1;
    return first + due->mday - 1 < last ? first + due->mday - 1 : last; /* 29 February in a common year */
}

static enum err insert(struct rules_work *work, const struct rules_subject_row *subject,
                       const struct rules_verdict *verdict, const char *state, struct rules_standing *row)
{
    const struct rules_duty_rule *rule = work->rule;
    struct call *call = work->look->call;
    bool born_done = state[0] == 's', dated = row->due != RULES_DAY_NONE;
    struct clock_date from = clock_date(verdict->from), due = clock_date(dated ? row->due : 0);
    struct clock_date floor = clock_date(row->not_before != RULES_DAY_NONE ? row->not_before : 0);
    struct clock_date done =
        clock_date(verdict->satisfied_ms ? clock_day_of(verdict->satisfied_ms) : work->look->today);
    const char *cite = "";
    for (size_t i = 0; i < rule->pack->many_articles; i++)
        if (!strcmp(rule->pack->articles[i].id, rule->article))
            cite = rule->pack->articles[i].cite;
    return db_get_int(
        call, &row->duty_id, 0,
        "INSERT INTO rules_duty (pack, pack_version, rule, article, cite, subject_kind, subject_id, "
        "subject_label, occurrence,"
        " unit_id, unit_path, system_id, text, text_en, severity, answers, answers_role, state, current, "
        "opened_at_ms, from_on,"
        " due_kind, due_n, not_before, due_on, provisional, calendar, basis_on, done_on, closed_at_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, $19, "
        "$20, $21, $22, $23,"
        " $24, $25, $26, $27, $28, $29) RETURNING duty_id",
        db_c(rule->pack->id), db_c(rule->pack->version), db_c(rule->id), db_c(rule->article), db_c(cite),
        db_c(rule->subject->name), db_int(subject->id), db_str(subject->label), db_c(work->period.name),
        db_int(subject->unit_id), db_str(subject->unit_path), db_int(subject->system_id), db_c(rule->text),
        db_c(rule->text_en ? rule->text_en : rule->text), db_str_or_null(verdict->severity),
        db_c(rule->answers), db_int(rule->answers_role), db_c(state), db_int(call->now_ms),
        born_done ? db_null() : db_c(from.text), db_c(row->due_kind), db_int(row->due_n),
        row->not_before != RULES_DAY_NONE ? db_c(floor.text) : db_null(), dated ? db_c(due.text) : db_null(),
        db_int(row->provisional), db_c(calendar_version(rules_calendar())),
        born_done || !work->from.cond ? db_null() : db_c(from.text), born_done ? db_c(done.text) : db_null(),
        born_done ? db_int(call->now_ms) : db_null());
}

enum err rules_duty_open(struct rules_work *work, const struct rules_subject_row *subject,
                         const struct rules_verdict *verdict, const char *state, int32_t not_before)
{
    struct rules_look *look = work->look;
    struct rules_standing row = {
        .subject_id = subject->id, .due = RULES_DAY_NONE, .from = verdict->from, .not_before = not_before};
    row.due_kind = rules_due_kind_name(state[0] == 's' ? RULES_DUE_NONE : work->rule->due.kind);
    if (strcmp(row.due_kind, "none")) {
        row.due_n = due_n(work);
        struct calendar_due due =
            rules_due_count(rules_calendar(), str_of(row.due_kind), row.from, row.due_n, 0, not_before);
        row.due = due.day;
        row.provisional = due.provisional;
    }
    TRY(insert(work, subject, verdict, state, &row));
    if (state[0] == 's') {
        work->summed_satisfied++; /* nothing changed for anybody: one line a rule is enough */
        return ERR_OK;
    }
    look->opened++;
    struct clock_date due = clock_date(row.due != RULES_DAY_NONE ? row.due : 0);
    TRY(note(work, state[0] == 'w' ? "duty.waived" : "duty.opened", row.duty_id, row.subject_id, subject,
             row.due != RULES_DAY_NONE ? str_of(due.text) : STR_NONE, &work->summed_opened));
    if (state[0] == 'w')
        return ERR_OK;
    TRY(rules_tell(look->call, RULES_OPENED, row.duty_id, work->rule->answers));
    return pass_time(work, &row);
}

enum err rules_duty_close(struct rules_work *work, const struct rules_standing *row, const char *state,
                          int64_t done_ms, bool current)
{
    struct rules_look *look = work->look;
    bool satisfied = state[0] == 's';
    int32_t done = done_ms && clock_day_of(done_ms) <= look->today ? clock_day_of(done_ms) : look->today;
    int64_t late = row->late_at_ms;
    if (satisfied && !late && row->state == 'o' && row->due != RULES_DAY_NONE && done > row->due)
        late = clock_ms_of_day(row->due + 1);
    struct clock_date done_on = clock_date(done);
    TRY(db_run(look->call,
               "UPDATE rules_duty SET state = $1, current = $2, late_at_ms = $3, done_on = $4, closed_at_ms "
               "= $5, closed_why = $6"
               " WHERE duty_id = $7",
               db_c(state), db_int(current), db_int_or_null(late), satisfied ? db_c(done_on.text) : db_null(),
               db_int(look->call->now_ms),
               db_c(satisfied        ? "facts"
                    : work->in_force ? "no_longer_applies"
                                     : "not_in_force"),
               db_int(row->duty_id)));
    look->closed++;
    TRY(note(work, satisfied ? "duty.satisfied" : "duty.cancelled", row->duty_id, row->subject_id, NULL,
             STR_NONE, satisfied ? &work->summed_satisfied : &work->summed_other));
    return rules_tell(look->call, satisfied ? RULES_SATISFIED : RULES_CANCELLED, row->duty_id,
                      work->rule->answers);
}

/* A satisfied or waived row that no longer tells how things stand; it stays as history. */
enum err rules_duty_retire(struct rules_work *work, const struct rules_standing *row)
{
    return db_run(work->look->call, "UPDATE rules_duty SET current = 0 WHERE duty_id = $1",
                  db_int(row->duty_id));
}

enum err rules_duty_waive(struct rules_work *work, const struct rules_standing *row)
{
    TRY(db_run(
        work->look->call,
        "UPDATE rules_duty SET state = 'waived', closed_at_ms = $1, closed_why = 'exempt' WHERE duty_id = $2",
        db_int(work->look->call->now_ms), db_int(row->duty_id)));
    work->look->closed++;
    return note(work, "duty.waived", row->duty_id, row->subject_id, NULL, STR_NONE, &work->summed_other);
}

enum err rules_duty_hand_over(struct rules_work *work, struct rules_standing *row,
                              const struct rules_subject_row *subject)
{
    struct call *call = work->look->call;
    TRY(db_run(call, "UPDATE rules_duty SET unit_id = $1, unit_path = $2 WHERE duty_id = $3",
               db_int(subject->unit_id), db_str(subject->unit_path), db_int(row->duty_id)));
    struct str old = str_format(call->arena, "%lld", (long long)row->unit_id);
    row->unit_id = subject->unit_id;
    if (row->state == 's')
        return ERR_OK;
    return rules_duty_changed(call, row->duty_id, "unit", old,
                              str_format(call->arena, "%lld", (long long)subject->unit_id), STR_NONE);
}

enum err rules_duty_exempt_until(struct rules_work *work, int64_t subject_id, int32_t *ret)
{
    DB_ROWS(rows);
    TRY(db_query(
        work->look->call, &rows,
        "SELECT MAX(until_on) FROM rules_exemption WHERE rule = $1 AND subject_kind = $2 AND subject_id = $3"
        " AND state = 'approved'",
        db_c(work->rule->id), db_c(work->rule->subject->name), db_int(subject_id)));
    if (db_next(&rows))
        *ret = rules_day(db_col_str(&rows, 0));
    return db_end(&rows);
}

/* A pack that was replaced may have dropped rules; what they asked is no longer asked. */
enum err rules_duty_cancel_dropped(struct rules_look *look, const struct rules_pack *pack)
{
    DB_ROWS(rows);
    size_t many = 0, cap = 0;
    struct str *gone = NULL;
    TRY(db_query(look->call, &rows, "SELECT DISTINCT rule FROM rules_duty WHERE current = 1 AND pack = $1",
                 db_c(pack->id)));
    while (db_next(&rows)) {
        bool kept = false;
        for (size_t i = 0; i < pack->many_duties && !kept; i++)
            kept = str_is(db_col_str(&rows, 0), pack->duties[i].id);
        if (kept)
            continue;
        gone = rules_grown(look->arena, gone, many, &cap, sizeof(*gone));
        gone[many++] = str_copy(look->arena, db_col_str(&rows, 0));
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++) {
        int64_t open = 0;
        TRY(db_run_counted(look->call, &open,
                           "UPDATE rules_duty SET state = 'cancelled', current = 0, closed_at_ms = $1, "
                           "closed_why = 'rule_dropped'"
                           " WHERE current = 1 AND rule = $2 AND state IN ('open', 'waived')",
                           db_int(look->call->now_ms), db_str(gone[i])));
        TRY(db_run(look->call, "UPDATE rules_duty SET current = 0 WHERE current = 1 AND rule = $1",
                   db_str(gone[i])));
        struct ledger_fact fact = {.verb = "duty.rule_dropped", .subject_kind = "rule"};
        fact.detail =
            str_format(look->call->arena, "{\"rule\":\"%.*s\",\"pack_version\":\"%s\",\"cancelled\":%lld}",
                       STR_ARG(gone[i]), pack->version, (long long)open);
        TRY(ledger_append(look->call, &fact, NULL));
        look->closed += open;
    }
    return ERR_OK;
}
