/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "base/clock.h"
#include "db/db.h"
#include "domain/pledge/pledge.h"
#include "rules/rules.h"

#include <string.h>

#define DUTIES_SHOWN 8
#define DUTIES_READ  2000

static const char *const standings[] = {"none", "printed", "signed", "filed", "resign", NULL};
static const struct field_enum standings_enum = {"pledge_standing", standings, NULL};
static const struct field state_fields[] = {
    {.name = "standing", .type = FIELD_ENUM, .of = &standings_enum, .flags = FIELD_REQUIRED},
    {.name = "leader_changed", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "signed_version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "signed_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "signed_verify_code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "scan_digest", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "paper_attachment_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "second_factor", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "signed_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "signed_document_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "sheet_document_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "sheet_verify_code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "sheet_printed_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "sheet_account_signed", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table state_table = FIELD_TABLE("pledge_now", state_fields);

static const struct field text_fields[] = {
    {.name = "id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "preamble", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "closing", .type = FIELD_NOTE},
    {.name = "by_account", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "by_scan", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "second_factor", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "since", .type = FIELD_DATE},
};
static const struct field_table text_table = FIELD_TABLE("pledge_text", text_fields);

static const struct field undertaking_fields[] = {
    {.name = "id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
};
static const struct field_table undertaking_table = FIELD_TABLE("pledge_undertaking", undertaking_fields);

static const struct field pledge_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_OBJECT, .rows = &text_table},
    {.name = "undertakings", .type = FIELD_ROWS, .rows = &undertaking_table, .flags = FIELD_REQUIRED},
    {.name = "pledge", .type = FIELD_OBJECT, .rows = &state_table, .flags = FIELD_REQUIRED},
};
const struct field_table pledge_table = FIELD_TABLE("pledge", pledge_fields);

static const struct field duty_fields[] = {
    {.name = "duty_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "subject_label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &rules_duty_state_enum, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
};
static const struct field_table duty_table = FIELD_TABLE("pledge_duty", duty_fields);

static const struct field unfed_fields[] = {
    {.name = "article", .type = FIELD_TEXT},
    {.name = "why", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
};
static const struct field_table unfed_table = FIELD_TABLE("pledge_unfed", unfed_fields);

static const char *const verdicts[] = {"broken", "pending", "kept", "silent", "unfed", NULL};
static const struct field_enum verdicts_enum = {"pledge_verdict", verdicts, NULL};
static const struct field line_fields[] = {
    {.name = "id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "articles", .type = FIELD_TEXTS, .flags = FIELD_REQUIRED},
    {.name = "duties", .type = FIELD_ROWS, .rows = &duty_table, .flags = FIELD_REQUIRED},
    {.name = "unfed", .type = FIELD_ROWS, .rows = &unfed_table, .flags = FIELD_REQUIRED},
    {.name = "fulfilled", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "fulfilled_late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "open", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "verdict", .type = FIELD_ENUM, .of = &verdicts_enum, .flags = FIELD_REQUIRED},
};
static const struct field_table line_table = FIELD_TABLE("pledge_line", line_fields);

static const struct field card_fields[] = {
    {.name = "unit_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT},
    {.name = "version", .type = FIELD_TEXT},
    {.name = "undertakings", .type = FIELD_ROWS, .rows = &line_table, .flags = FIELD_REQUIRED},
    {.name = "pledge", .type = FIELD_OBJECT, .rows = &state_table, .flags = FIELD_REQUIRED},
};
const struct field_table pledge_scorecard_table = FIELD_TABLE("pledge_scorecard", card_fields);

static const char *said(const struct call *call, const char *zh, const char *en)
{
    return call->lang == CALL_EN && en ? en : zh;
}

/* none, printed (waiting for its signature), signed, filed (on paper), resign (another leader, or another
 * text) */
static enum err put_state(struct call *call, int64_t unit_id, const struct rules_pledge *text,
                          struct json_writer *w)
{
    struct pledge newest, stands;
    struct pledge_paper paper;
    TRY(pledge_newest(call, unit_id, false, &newest));
    TRY(pledge_newest(call, unit_id, true, &stands));
    TRY(pledge_paper_filed(call, unit_id, &paper));
    bool good = stands.pledge_id && stands.same_leaders && text && str_is(stands.version, text->version);
    bool waits = str_is(newest.state, "printed") && newest.same_leaders && text &&
                 str_is(newest.version, text->version);
    json_open_object(w, "pledge");
    json_put_c(w, "standing",
               good                  ? "signed"
               : paper.attachment_id ? "filed"
               : stands.pledge_id    ? "resign"
               : waits               ? "printed"
                                     : "none");
    json_put_bool(w, "leader_changed", stands.pledge_id && !stands.same_leaders);
    json_put_str(w, "signed_version", stands.version);
    json_put_str(w, "signed_on", good || !paper.attachment_id ? stands.signed_on : paper.filed_on);
    json_put_str(w, "signed_verify_code", stands.verify_code);
    json_put_str(w, "scan_digest", good || !paper.attachment_id ? stands.scan_digest : paper.digest);
    json_put_int(w, "paper_attachment_id", good ? 0 : paper.attachment_id);
    json_put_bool(w, "second_factor", stands.second_factor);
    json_put_str(w, "signed_by_name", stands.account_signed_by_name);
    json_put_int(w, "signed_document_id", stands.document_id);
    json_put_int(w, "sheet_document_id", waits ? newest.document_id : 0);
    json_put_str(w, "sheet_verify_code", waits ? newest.verify_code : STR(""));
    json_put_int(w, "sheet_printed_at_ms", waits ? newest.printed_at_ms : 0);
    json_put_bool(w, "sheet_account_signed", waits && newest.account_signed_at_ms);
    json_close_object(w);
    return ERR_OK;
}

static void put_text(const struct call *call, const struct rules_pledge *text, struct json_writer *w)
{
    json_open_object(w, "text");
    json_put_c(w, "id", text->id);
    json_put_c(w, "article", text->article);
    json_put_c(w, "title", said(call, text->title, text->title_en));
    json_put_c(w, "version", text->version);
    json_put_c(w, "preamble", said(call, text->preamble, text->preamble_en));
    json_put_c(w, "closing", said(call, text->closing, text->closing_en));
    json_put_bool(w, "by_account", text->by_account);
    json_put_bool(w, "by_scan", text->by_scan);
    json_put_bool(w, "second_factor", text->second_factor);
    json_put_c(w, "since", text->since);
    json_close_object(w);
}

static enum err find_text(struct call *call, const struct rules_pledge **ret)
{
    *ret = NULL;
    enum err word = rules_pledge_find(call, STR_NONE, ret);
    return word == ERR_NOT_FOUND ? ERR_OK : word;
}

enum err pledge_show(struct call *call, int64_t unit_id, struct json_writer *w)
{
    struct org_unit unit;
    const struct rules_pledge *text;
    TRY(org_unit_reach(call, unit_id, &unit));
    TRY(find_text(call, &text));
    json_put_int(w, "unit_id", unit_id);
    json_put_str(w, "unit_name", unit.unit_name);
    if (text)
        put_text(call, text, w);
    else
        json_put_null(w, "text");
    json_open_array(w, "undertakings");
    for (size_t i = 0; text && i < text->many; i++) {
        json_open_object(w, NULL);
        json_put_c(w, "id", text->undertakings[i].id);
        json_put_c(w, "text", said(call, text->undertakings[i].text, text->undertakings[i].text_en));
        json_close_object(w);
    }
    json_close_array(w);
    return put_state(call, unit_id, text, w);
}

/* ---- scorecard ---- */

struct duty {
    int64_t duty_id;
    struct str article, rule, text, label, state, due_on;
    bool late;
};

/* One query for the unit: late first, then open by date, then done. Cancelled and waived ones judge nobody.
 */
static enum err read_duties(struct call *call, int64_t unit_id, struct duty **ret, size_t *ret_many)
{
    struct duty *duties = ARENA_ARRAY(call->arena, struct duty, DUTIES_READ);
    size_t many = 0;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT duty_id, article, rule, text, text_en, subject_label, state, COALESCE(due_on, ''),"
        " CASE WHEN late_at_ms IS NULL THEN 0 ELSE 1 END FROM rules_duty WHERE unit_id = $1 AND current = 1"
        " AND state IN ('open', 'satisfied') ORDER BY CASE WHEN state = 'open' AND late_at_ms IS NOT NULL "
        "THEN 0"
        " WHEN state = 'open' THEN 1 ELSE 2 END, due_on, duty_id LIMIT 2000",
        db_int(unit_id)));
    while (db_next(&rows) && many < DUTIES_READ)
        duties[many++] = (struct duty){
            .duty_id = db_col_int(&rows, 0),
            .article = db_col_copy(call, &rows, 1),
            .rule = db_col_copy(call, &rows, 2),
            .text = db_col_copy(call, &rows, call->lang == CALL_EN && db_col_str(&rows, 4).len ? 4 : 3),
            .label = db_col_copy(call, &rows, 5),
            .state = db_col_copy(call, &rows, 6),
            .due_on = db_col_copy(call, &rows, 7),
            .late = db_col_int(&rows, 8) != 0};
    *ret = duties;
    *ret_many = many;
    return db_end(&rows);
}

static bool named(const char **list, struct str name)
{
    for (size_t i = 0; list[i]; i++)
        if (str_is(name, list[i]))
            return true;
    return false;
}

static bool about(const struct rules_undertaking *undertaking, const struct duty *duty)
{
    return named(undertaking->articles, duty->article) || named(undertaking->duties, duty->rule);
}

static void put_duty(struct json_writer *w, const struct duty *duty)
{
    json_open_object(w, NULL);
    json_put_int(w, "duty_id", duty->duty_id);
    json_put_str(w, "article", duty->article);
    json_put_str(w, "rule", duty->rule);
    json_put_str(w, "text", duty->text);
    json_put_str(w, "subject_label", duty->label);
    json_put_str(w, "state", duty->state);
    json_put_bool(w, "late", duty->late);
    json_put_str(w, "due_on", duty->due_on);
    json_close_object(w);
}

/* What of the undertaking nothing in the books can show yet, each with the reason; ret_all: all of it. */
static enum err put_unfed(struct call *call, const struct rules_undertaking *undertaking,
                          struct json_writer *w, bool *ret_all)
{
    *ret_all = !undertaking->duties[0];
    json_open_array(w, "unfed");
    if (undertaking->not_yet) {
        json_open_object(w, NULL);
        json_put_null(w, "article");
        json_put_c(w, "why", said(call, undertaking->not_yet, undertaking->not_yet_en));
        json_close_object(w);
    }
    for (size_t i = 0; undertaking->articles[i]; i++) {
        const char *why;
        TRY(rules_article_unfed(call, undertaking->articles[i], &why));
        *ret_all = *ret_all && why;
        if (!why)
            continue;
        json_open_object(w, NULL);
        json_put_c(w, "article", undertaking->articles[i]);
        json_put_c(w, "why", why);
        json_close_object(w);
    }
    json_close_array(w);
    return ERR_OK;
}

static void put_articles(const struct rules_undertaking *undertaking, struct json_writer *w)
{
    json_open_array(w, "articles");
    for (size_t i = 0; undertaking->articles[i]; i++)
        json_put_c(w, NULL, undertaking->articles[i]);
    for (size_t i = 0; undertaking->duties[i]; i++) {
        struct str rest = str_of(undertaking->duties[i]), article;
        bool again = i > 0 &&
                     str_cut(&(struct str){undertaking->duties[i - 1], strlen(undertaking->duties[i - 1])},
                             '.', &article) &&
                     str_starts(rest, article) && rest.at[article.len] == '.';
        if (!again && str_cut(&rest, '.', &article) && !named(undertaking->articles, article))
            json_put_str(w, NULL, article);
    }
    json_close_array(w);
}

struct counted {
    int64_t fulfilled, open, late, late_done;
};

static struct counted put_duties(const struct rules_undertaking *undertaking, const struct duty *duties,
                                 size_t many, struct json_writer *w)
{
    struct counted counted = {0};
    int64_t shown = 0;
    json_open_array(w, "duties");
    for (size_t i = 0; i < many; i++) {
        if (!about(undertaking, &duties[i]))
            continue;
        bool done = str_is(duties[i].state, "satisfied");
        counted.fulfilled += done;
        counted.late_done += done && duties[i].late;
        counted.open += !done && !duties[i].late;
        counted.late += !done && duties[i].late;
        if (shown++ < DUTIES_SHOWN)
            put_duty(w, &duties[i]);
    }
    json_close_array(w);
    return counted;
}

/* verdict: broken (something open is late), pending (open, in time), kept (all done), silent (nothing is
 * asked of the unit), unfed (nothing in the books could show it) */
static enum err put_undertaking(struct call *call, const struct rules_undertaking *undertaking,
                                const struct duty *duties, size_t many, struct json_writer *w)
{
    bool unfed;
    json_open_object(w, NULL);
    json_put_c(w, "id", undertaking->id);
    json_put_c(w, "text", said(call, undertaking->text, undertaking->text_en));
    put_articles(undertaking, w);
    struct counted counted = put_duties(undertaking, duties, many, w);
    TRY(put_unfed(call, undertaking, w, &unfed));
    json_put_int(w, "fulfilled", counted.fulfilled);
    json_put_int(w, "fulfilled_late", counted.late_done);
    json_put_int(w, "open", counted.open);
    json_put_int(w, "late", counted.late);
    json_put_c(w, "verdict",
               counted.late        ? "broken"
               : counted.open      ? "pending"
               : counted.fulfilled ? "kept"
               : unfed             ? "unfed"
                                   : "silent");
    json_close_object(w);
    return ERR_OK;
}

enum err pledge_scorecard(struct call *call, int64_t unit_id, struct json_writer *w)
{
    struct org_unit unit;
    const struct rules_pledge *text;
    struct duty *duties;
    size_t many;
    TRY(org_unit_reach(call, unit_id, &unit));
    TRY(find_text(call, &text));
    TRY(read_duties(call, unit_id, &duties, &many));
    json_put_int(w, "unit_id", unit_id);
    json_put_str(w, "unit_name", unit.unit_name);
    json_put_c(w, "title", text ? said(call, text->title, text->title_en) : NULL);
    json_put_c(w, "version", text ? text->version : NULL);
    json_open_array(w, "undertakings");
    for (size_t i = 0; text && i < text->many; i++)
        TRY(put_undertaking(call, &text->undertakings[i], duties, many, w));
    json_close_array(w);
    return put_state(call, unit_id, text, w);
}
