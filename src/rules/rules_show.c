/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_duty.h"

#include <string.h>

#include "access/access.h"
#include "base/clock.h"

#define SHOW_BYTES_MAX (64ULL * 1024 * 1024)
#define DAYS_SHOWN_MAX 120

enum err rules_subject_find(struct call *call, const struct rules_subject *subject, int64_t id,
                            struct rules_subject_row *ret)
{
    DB_ROWS(rows);
    struct db_arg arg = db_int(id);
    if (id <= 0)
        return ERR_NOT_FOUND;
    TRY(db_one_args(call, &rows, rules_sql_for(subject->sql, id), &arg, 1));
    *ret = (struct rules_subject_row){.id = id, .unit_id = db_col_int(&rows, 1)};
    ret->unit_path = db_col_copy(call, &rows, 2);
    ret->label = db_col_copy(call, &rows, 3);
    return db_end(&rows);
}

enum err rules_subject_reach(struct call *call, struct str subject_kind, int64_t subject_id)
{
    const struct rules_subject *subject = rules_subject_named(subject_kind);
    struct rules_subject_row row;
    if (!subject)
        return ERR_NOT_FOUND;
    TRY(rules_subject_find(call, subject, subject_id, &row));
    return access_reach(call, row.unit_path);
}

/* ---- counting, day by day ---- */

static void put_days(struct call *call, int32_t from, int32_t to, bool counted, struct json_writer *w)
{
    const struct calendar *calendar = rules_calendar();
    int count = 0;
    (void)call;
    json_open_array(w, "days");
    for (int32_t day = from; day <= to && day - from <= DAYS_SHOWN_MAX; day++) {
        bool worked = calendar_is_workday(calendar, day);
        struct clock_date date = clock_date(day);
        json_open_object(w, NULL);
        json_put_c(w, "day", date.text);
        json_put_int(w, "weekday", clock_weekday(day));
        json_put_bool(w, "worked", worked);
        json_put_bool(w, "make_up", calendar_is_make_up(calendar, day));
        json_put_str(w, "name", calendar_name(calendar, day));
        if (counted && worked && day > from) /* the day of receipt is not counted */
            json_put_int(w, "counts", ++count);
        else
            json_put_null(w, "counts");
        json_close_object(w);
    }
    json_close_array(w);
}

void rules_count_show(struct call *call, int32_t from, int working_days, struct json_writer *w)
{
    struct calendar_due due = calendar_add(rules_calendar(), from, working_days);
    struct clock_date date = clock_date(due.day);
    json_put_c(w, "due", date.text);
    json_put_bool(w, "provisional", due.provisional);
    json_put_c(w, "calendar", calendar_version(rules_calendar()));
    put_days(call, from, due.day, true, w);
}

/* ---- one duty ---- */

static enum err put_counted(struct call *call, int64_t duty_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT from_on, due_kind, due_n, extension, due_on, provisional, calendar, basis_on, "
               "not_before FROM rules_duty"
               " WHERE duty_id = $1",
               db_int(duty_id)));
    struct str from = db_col_copy(call, &rows, 0), kind = db_col_copy(call, &rows, 1),
               due = db_col_copy(call, &rows, 4);
    struct str calendar = db_col_copy(call, &rows, 6), basis = db_col_copy(call, &rows, 7);
    int64_t n = db_col_int(&rows, 2);
    bool span = str_is(kind, "working_days") || str_is(kind, "days") || str_is(kind, "months");
    json_open_object(w, "counted");
    json_put_c(w, "from", from.len ? from.at : NULL);
    json_put_str(w, "kind", kind);
    if (span)
        json_put_int(w, "n", n);
    else
        json_put_null(w, "n");
    json_put_int(w, "extension", db_col_int(&rows, 3));
    json_put_c(w, "due_on", due.len ? due.at : NULL);
    json_put_bool(w, "provisional", db_col_int(&rows, 5) != 0);
    json_put_str(w, "calendar", calendar);
    json_put_bool(w, "calendar_changed", !str_is(calendar, calendar_version(rules_calendar())));
    /* The record that started the clock was edited after the duty opened; the clock stands. */
    json_put_c(w, "basis_moved_to", basis.len && !str_eq(basis, from) ? basis.at : NULL);
    json_put_c(w, "not_before", db_col_null(&rows, 8) ? NULL : str_c(call->arena, db_col_str(&rows, 8)));
    if (span && from.len && due.len)
        put_days(call, rules_day(from), rules_day(due), str_is(kind, "working_days"), w);
    else
        put_days(call, 0, -1, false, w);
    json_close_object(w);
    return db_end(&rows);
}

static void put_cond(struct call *call, const struct rules_cond *cond, struct json_writer *w)
{
    json_put_c(w, "fact", cond->fact->name);
    json_put_bool(w, "denied", cond->negate);
    json_open_object(w, "args");
    for (size_t i = 0; i < 2 && cond->fact->args[i]; i++)
        if (cond->args[i].len)
            json_put_str(w, cond->fact->args[i], cond->args[i]);
    json_close_object(w);
    (void)call;
}

enum err rules_demands_show(struct call *call, struct str rule_id, struct json_writer *w)
{
    const struct rules_set *set;
    TRY(rules_set_of(call, &set));
    const struct rules_duty_rule *rule = rules_duty_rule_named(set, rule_id);
    json_open_array(w, "demands");
    for (size_t i = 0; rule && i < rule->satisfied.many; i++) {
        json_open_object(w, NULL);
        put_cond(call, &rule->satisfied.at[i], w);
        json_close_object(w);
    }
    json_close_array(w);
    return ERR_OK;
}

enum err rules_demands(struct call *call, struct str rule, const struct json **ret)
{
    BUF(out, 8192);
    struct json_writer w = json_writer(&out);
    const struct json *shown;
    json_open_object(&w, NULL);
    TRY(rules_demands_show(call, rule, &w));
    json_close_object(&w);
    TRY(json_parse(call->arena, str_copy(call->arena, buf_str(&out)), &shown, NULL));
    *ret = json_get(shown, "demands");
    return ERR_OK;
}

/* What satisfies the duty, and what of it holds now: the hint for what to do next. */
static enum err put_demands(struct call *call, const struct rules_duty *duty, struct str occurrence,
                            struct json_writer *w)
{
    ARENA(arena, SHOW_BYTES_MAX);
    const struct rules_set *set;
    struct rules_period period;
    TRY(rules_set_of(call, &set));
    const struct rules_duty_rule *rule = rules_duty_rule_named(set, duty->rule);
    struct rules_look look = {
        .call = call, .arena = arena, .subject_id = duty->subject_id, .today = clock_day_of(call->now_ms)};
    json_open_array(w, "demands");
    bool good = rule && rules_period_parse(rule->every, occurrence, &period);
    for (size_t i = 0; good && i < rule->satisfied.many; i++) {
        struct rules_cursor cursor = {.cond = &rule->satisfied.at[i], .period = period};
        bool met;
        int64_t since;
        TRY(rules_cursor_holds(&look, &cursor, duty->subject_id, &met, &since));
        json_open_object(w, NULL);
        put_cond(call, cursor.cond, w);
        json_put_bool(w, "met", met);
        if (since)
            json_put_int(w, "since_ms", since);
        else
            json_put_null(w, "since_ms");
        json_close_object(w);
    }
    json_close_array(w);
    int64_t extended;
    TRY(db_get_int(call, &extended, 0, "SELECT extension FROM rules_duty WHERE duty_id = $1",
                   db_int(duty->duty_id)));
    bool open = str_is(duty->state, "open");
    json_put_int(w, "extension_left",
                 rule && open && rule->extension_max > extended ? rule->extension_max - extended : 0);
    json_put_bool(w, "exemption_possible", rule && open && rule->exemption.procedure);
    return ERR_OK;
}

enum err rules_duty_show(struct call *call, int64_t duty_id, struct json_writer *w)
{
    struct rules_duty duty;
    TRY(rules_duty_get(call, duty_id, &duty));
    TRY(access_reach(call, duty.unit_path));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT pack, pack_version, cite, occurrence, severity, answers_role, opened_at_ms, "
               "closed_at_ms, closed_why, late_at_ms,"
               " done_on, current FROM rules_duty WHERE duty_id = $1",
               db_int(duty_id)));
    struct str occurrence = db_col_copy(call, &rows, 3);
    json_put_int(w, "duty_id", duty_id);
    json_put_str(w, "rule", duty.rule);
    json_put_str(w, "article", duty.article);
    json_put_str(w, "pack", db_col_str(&rows, 0));
    json_put_str(w, "pack_version", db_col_str(&rows, 1));
    json_put_str(w, "cite", db_col_str(&rows, 2));
    json_put_str(w, "occurrence", occurrence);
    json_put_str(w, "subject_kind", duty.subject_kind);
    json_put_int(w, "subject_id", duty.subject_id);
    json_put_str(w, "subject_label", duty.subject_label);
    json_put_int(w, "unit_id", duty.unit_id);
    json_put_str(w, "text", duty.text);
    json_put_str(w, "text_en", duty.text_en);
    json_put_str(w, "severity", db_col_str(&rows, 4));
    json_put_str(w, "answers", duty.answers);
    json_put_bool(w, "answers_role", db_col_int(&rows, 5) != 0);
    json_put_str(w, "state", duty.state);
    json_put_bool(w, "late", duty.late);
    json_put_bool(w, "current", db_col_int(&rows, 11) != 0);
    json_put_c(w, "due_on", duty.due_on.len ? duty.due_on.at : NULL);
    json_put_bool(w, "provisional", duty.provisional);
    json_put_int(w, "opened_at_ms", db_col_int(&rows, 6));
    json_put_int(w, "closed_at_ms", db_col_int(&rows, 7));
    json_put_str(w, "closed_why", db_col_str(&rows, 8));
    json_put_str(w, "done_on", db_col_str(&rows, 10));
    TRY(db_end(&rows));
    TRY(put_counted(call, duty_id, w));
    TRY(put_demands(call, &duty, occurrence, w));
    return db_put_rows(
        call, w, "changes", &rules_change_table,
        "SELECT at_ms, what, COALESCE(old_value, ''), COALESCE(new_value, ''), COALESCE(reason, '') FROM "
        "rules_change WHERE duty_id = $1 ORDER BY change_id",
        db_int(duty_id));
}

void rules_put_brief(const struct rules_brief *duty, struct json_writer *w)
{
    json_open_object(w, NULL);
    json_put_int(w, "duty_id", duty->duty_id);
    json_put_str(w, "rule", duty->rule);
    json_put_str(w, "article", duty->article);
    json_put_str(w, "text", duty->text);
    json_put_bool(w, "open", duty->open);
    json_put_bool(w, "late", duty->late);
    json_put_c(w, "due_on", duty->due_on.len ? duty->due_on.at : NULL);
    json_close_object(w);
}

/* ---- packs and articles ---- */

static void put_pack(const struct rules_pack *pack, int32_t today, struct json_writer *w)
{
    struct clock_date from = clock_date(pack->from), to = clock_date(pack->to == INT32_MAX ? 0 : pack->to);
    json_put_c(w, "pack", pack->id);
    json_put_c(w, "version", pack->version);
    json_put_c(w, "title", pack->title);
    json_put_c(w, "title_en", pack->title_en ? pack->title_en : pack->title);
    json_put_c(w, "number", pack->number ? pack->number : "");
    json_put_c(w, "issuer", pack->issuer);
    json_put_c(w, "issuer_en", pack->issuer_en ? pack->issuer_en : pack->issuer);
    json_put_c(w, "effective_from", from.text);
    json_put_c(w, "effective_to", pack->to == INT32_MAX ? NULL : to.text);
    json_put_bool(w, "in_force", rules_in_force(pack, today));
    json_put_int(w, "articles", (int64_t)pack->many_articles);
    json_put_int(w, "duties", (int64_t)pack->many_duties);
    json_put_int(w, "gates", (int64_t)pack->many_gates);
    json_put_int(w, "consequences", (int64_t)pack->many_consequences);
    json_put_int(w, "thresholds", (int64_t)pack->many_thresholds);
    json_open_array(w, "evidence");
    for (size_t i = 0; i < pack->many_evidence; i++) {
        json_open_object(w, NULL);
        json_put_c(w, "kind", pack->evidence[i].kind);
        json_put_c(w, "title", pack->evidence[i].title);
        json_put_c(w, "title_en",
                   pack->evidence[i].title_en ? pack->evidence[i].title_en : pack->evidence[i].title);
        json_close_object(w);
    }
    json_close_array(w);
}

enum err rules_packs_show(struct call *call, struct json_writer *w)
{
    const struct rules_set *set;
    TRY(rules_set_of(call, &set));
    json_open_array(w, "packs");
    for (size_t i = 0; i < set->many; i++) {
        json_open_object(w, NULL);
        put_pack(set->packs[i], clock_day_of(call->now_ms), w);
        json_close_object(w);
    }
    json_close_array(w);
    return ERR_OK;
}

static void put_rule(struct call *call, const char *kind, const char *id, const char *text,
                     const char *text_en, struct json_writer *w)
{
    (void)call;
    json_open_object(w, NULL);
    json_put_c(w, "kind", kind);
    json_put_c(w, "rule", id);
    json_put_c(w, "text", text);
    json_put_c(w, "text_en", text_en ? text_en : text);
}

static void put_duties(struct call *call, const struct rules_pack *pack, const char *article,
                       struct json_writer *w)
{
    static const char *const every[] = {"once", "year", "half_year", "quarter", "month"};
    for (size_t i = 0; i < pack->many_duties; i++) {
        const struct rules_duty_rule *rule = &pack->duties[i];
        if (strcmp(rule->article, article))
            continue;
        put_rule(call, "duty", rule->id, rule->text, rule->text_en, w);
        json_put_c(w, "subject_kind", rule->subject->name);
        json_put_c(w, "every", every[rule->every]);
        json_put_c(w, "due_kind", rules_due_kind_name(rule->due.kind));
        json_put_int(w, "due_n", rule->due.n);
        json_put_c(w, "due_from", rule->due.from ? rule->due.from->name : NULL);
        json_put_c(w, "answers", rule->answers);
        json_put_int(w, "extension_max", rule->extension_max);
        json_put_bool(w, "exemption_possible", rule->exemption.procedure != NULL);
        json_close_object(w);
    }
}

static void put_other_rules(struct call *call, const struct rules_pack *pack, const char *article,
                            struct json_writer *w)
{
    for (size_t i = 0; i < pack->many_gates; i++) {
        const struct rules_gate_rule *rule = &pack->gates[i];
        for (size_t j = 0; !strcmp(rule->article, article) && j < rule->many; j++) {
            put_rule(call, "gate", rule->id, rule->require[j].text, rule->require[j].text_en, w);
            json_put_c(w, "change", rule->change);
            json_put_bool(w, "exemption_possible", rule->exemption.procedure != NULL);
            json_close_object(w);
        }
    }
    for (size_t i = 0; i < pack->many_consequences; i++) {
        const struct rules_consequence *rule = &pack->consequences[i];
        if (strcmp(rule->article, article))
            continue;
        put_rule(call, "consequence", rule->id, rule->text, rule->text_en, w);
        json_put_c(w, "proposal", rule->proposal->name);
        json_close_object(w);
    }
    for (size_t i = 0; i < pack->many_thresholds; i++) {
        const struct rules_threshold_rule *rule = &pack->thresholds[i];
        if (strcmp(rule->article, article))
            continue;
        put_rule(call, "threshold", rule->id, rule->name, rule->name, w);
        json_put_int(w, "num", rule->num);
        json_put_int(w, "den", rule->den);
        json_close_object(w);
    }
}

static void put_article(struct call *call, const struct rules_pack *pack, const struct rules_article *article,
                        struct json_writer *w)
{
    json_put_c(w, "article", article->id);
    json_put_c(w, "cite", article->cite);
    json_put_c(w, "title", article->title);
    json_put_c(w, "title_en", article->title_en ? article->title_en : article->title);
    json_put_c(w, "summary", article->summary);
    json_put_c(w, "summary_en", article->summary_en ? article->summary_en : article->summary);
    json_put_bool(w, "supported", article->fed || article->informs);
    json_put_bool(w, "informs", article->informs);
    json_put_c(w, "not_yet", article->not_yet);
    json_put_c(w, "not_yet_en", article->not_yet_en ? article->not_yet_en : article->not_yet);
    json_open_object(w, "from_pack");
    put_pack(pack, clock_day_of(call->now_ms), w);
    json_close_object(w);
    json_open_array(w, "rules");
    put_duties(call, pack, article->id, w);
    put_other_rules(call, pack, article->id, w);
    json_close_array(w);
}

enum err rules_article_show(struct call *call, struct str article, struct json_writer *w)
{
    const struct rules_set *set;
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t j = 0; j < set->packs[i]->many_articles; j++)
            if (str_is(article, set->packs[i]->articles[j].id)) {
                put_article(call, set->packs[i], &set->packs[i]->articles[j], w);
                return ERR_OK;
            }
    return ERR_NOT_FOUND;
}
