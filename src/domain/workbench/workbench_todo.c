/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. What one person has to do, as one list, what falls due first on top. Every source (letters, sheets
 * to fill, duties, requests, cases) gives at most a screenful of lines; what is alike and due on the same day
 * is one line with a number, so that ten shutdowns by one rule are one line and not ten. A duty that only
 * says again what a letter in the list says is left out. A line names what follows when it is left undone:
 * the rule's own words.
 */
#include "domain/workbench/workbench_inner.h"

#include <stdlib.h>

#include "access/access.h"
#include "base/clock.h"
#include "db/db.h"
#include "rules/rules.h"

#define LINES_MAX 96

struct line {
    const char *kind; /* a verb of the list: workbench.todo.<kind> */
    int64_t id, many;
    size_t place; /* as gathered: what is due on one day keeps this order */
    struct str title, note, unit_name, due_on, article, rule;
    bool provisional;
};
struct todo {
    struct workbench *b;
    struct line at[LINES_MAX], spare;
    size_t many;
};

static struct line *add(struct todo *t, const char *kind, const struct db_rows *rows)
{
    if (t->many == LINES_MAX)
        return &t->spare; /* far more than anybody does in a day; the lists hold the rest */
    struct line *line = &t->at[t->many];
    *line = (struct line){.kind = kind, .many = 1, .place = t->many++};
    line->id = db_col_int(rows, 0);
    line->title = db_col_copy(t->b->call, rows, 1);
    line->note = db_col_copy(t->b->call, rows, 2);
    line->unit_name = db_col_copy(t->b->call, rows, 3);
    line->due_on = db_col_copy(t->b->call, rows, 4);
    return line;
}

/* ---- letters ---- */

/* The rule whose lateness has a consequence, among the duties that run on a letter's findings. */
static enum err rule_of_letter(struct todo *t, struct line *line)
{
    DB_ROWS(rows);
    struct rules_after after;
    TRY(db_query(
        t->b->call, &rows,
        "SELECT d.rule FROM rules_duty d JOIN rectify_letter_finding x ON x.finding_id = d.subject_id "
        "WHERE x.letter_id = $1 AND d.subject_kind = 'finding' AND d.state = 'open' GROUP BY d.rule "
        "ORDER BY d.rule LIMIT 8",
        db_int(line->id)));
    while (!line->rule.len && db_next(&rows)) {
        struct str rule = db_col_copy(t->b->call, &rows, 0);
        TRY(rules_after_late(t->b->call, rule, &after));
        if (after.text.len)
            line->rule = rule;
    }
    return db_end(&rows);
}

#define LETTER                                                                                               \
    "SELECT l.letter_id, COALESCE(l.doc_number, ''), l.title, u.unit_name, l.due_date, l.due_provisional, "  \
    "l.state FROM rectify_letter l JOIN org_unit u ON u.unit_id = l.unit_id WHERE l.unit_path >= $1 AND "    \
    "l.unit_path < $1 || 'z' AND "
#define LETTER_ORDER " ORDER BY COALESCE(l.due_date, '9999'), l.letter_id LIMIT 20"

static enum err letters_to_answer(struct todo *t)
{
    size_t first = t->many;
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows, LETTER "l.state IN ('issued', 'acknowledged', 'returned')" LETTER_ORDER,
                 db_str(t->b->scope)));
    while (db_next(&rows)) {
        struct str state = db_col_str(&rows, 6);
        add(t,
            str_is(state, "issued")     ? "letter_acknowledge"
            : str_is(state, "returned") ? "letter_correct"
                                        : "letter_answer",
            &rows)
            ->provisional = db_col_int(&rows, 5) != 0;
    }
    TRY(db_end(&rows));
    for (size_t i = first; i < t->many; i++)
        TRY(rule_of_letter(t, &t->at[i]));
    return ERR_OK;
}

static enum err add_letters(struct todo *t, const char *kind, struct db_rows *rows)
{
    while (db_next(rows))
        add(t, kind, rows);
    return db_end(rows);
}

static enum err letters_to_sign(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows,
                 LETTER
                 "l.state = 'fed_back' AND EXISTS (SELECT 1 FROM rectify_feedback f WHERE f.letter_id = "
                 "l.letter_id AND f.state = 'submitted' AND f.signed_at_ms IS NULL)" LETTER_ORDER,
                 db_str(t->b->scope)));
    return add_letters(t, "letter_sign", &rows);
}

static enum err letters_to_review(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows,
                 LETTER
                 "l.state = 'fed_back' AND EXISTS (SELECT 1 FROM rectify_feedback f WHERE f.letter_id = "
                 "l.letter_id AND f.state = 'submitted')" LETTER_ORDER,
                 db_str(t->b->scope)));
    return add_letters(t, "letter_review", &rows);
}

static enum err letters_to_close(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows,
                 LETTER
                 "l.state IN ('fed_back', 'retesting') AND NOT EXISTS (SELECT 1 FROM rectify_feedback k "
                 "WHERE k.letter_id = l.letter_id AND k.state = 'submitted') AND NOT EXISTS (SELECT 1 "
                 "FROM rectify_letter_finding x JOIN finding f ON f.finding_id = x.finding_id WHERE "
                 "x.letter_id = l.letter_id AND f.state NOT IN ('closed', 'false_positive'))" LETTER_ORDER,
                 db_str(t->b->scope)));
    return add_letters(t, "letter_close", &rows);
}

static enum err letters_to_issue(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows, LETTER "l.state = 'draft'" LETTER_ORDER, db_str(t->b->scope)));
    return add_letters(t, "letter_issue", &rows);
}

static enum err requests(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        "SELECT q.letter_id, COALESCE(l.doc_number, ''), q.text, u.unit_name, l.due_date, q.request_kind "
        "FROM rectify_request q JOIN rectify_letter l ON l.letter_id = q.letter_id JOIN org_unit u ON "
        "u.unit_id = q.unit_id WHERE q.state = 'asked' AND q.unit_path >= $1 AND q.unit_path < $1 || 'z' "
        "ORDER BY q.request_id LIMIT 20",
        db_str(t->b->scope)));
    while (db_next(&rows))
        add(t, str_is(db_col_str(&rows, 5), "extension") ? "extension" : "support", &rows);
    return db_end(&rows);
}

/* ---- sheets ---- */

static enum err sheets_to_fill(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        "SELECT k.task_id, c.title, COALESCE(k.return_reason, ''), u.unit_name, k.due_on, k.state FROM "
        "collection_task k JOIN collection c ON c.collection_id = k.collection_id JOIN org_unit u ON "
        "u.unit_id = k.unit_id WHERE k.task_id IN (SELECT i.task_id FROM collection_task i JOIN collection j "
        "ON j.collection_id = i.collection_id WHERE i.unit_path >= $1 AND i.unit_path < $1 || 'z' AND "
        "j.state "
        "= 'open' AND (i.state IN ('draft', 'returned') OR (i.state = 'not_started' AND j.standing = 0)) "
        "ORDER BY COALESCE(i.due_on, '9999'), i.task_id LIMIT 20) ORDER BY COALESCE(k.due_on, '9999'), "
        "k.task_id",
        db_str(t->b->scope)));
    while (db_next(&rows))
        add(t, str_is(db_col_str(&rows, 5), "returned") ? "sheet_correct" : "sheet_fill", &rows);
    return db_end(&rows);
}

static enum err sheets_to_review(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        "SELECT c.collection_id, c.title, '', '', NULL, COUNT(*) FROM collection_task k JOIN collection c ON "
        "c.collection_id = k.collection_id WHERE k.state = 'handed_in' AND c.state = 'open' GROUP BY "
        "c.collection_id, c.title ORDER BY c.collection_id LIMIT 20"));
    while (db_next(&rows))
        add(t, "sheet_review", &rows)->many = db_col_int(&rows, 5);
    return db_end(&rows);
}

/* Launched, and the date is near or past: who has not handed in is to be reminded. */
static enum err sheets_to_chase(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        "SELECT c.collection_id, c.title, '', '', c.due_on, COUNT(*) FROM collection c JOIN collection_task "
        "k "
        "ON k.collection_id = c.collection_id WHERE c.state = 'open' AND c.standing = 0 AND k.state IN "
        "('not_started', 'draft', 'returned') AND c.due_on <= $1 GROUP BY c.collection_id, c.title, c.due_on "
        "ORDER BY c.due_on, c.collection_id LIMIT 20",
        db_str(t->b->soon)));
    while (db_next(&rows))
        add(t, "sheet_chase", &rows)->many = db_col_int(&rows, 5);
    return db_end(&rows);
}

/* ---- duties ---- */

#define DUTY_LINE                                                                                            \
    "SELECT MIN(d.duty_id), MIN(d.text), MIN(d.subject_label), MIN(u.unit_name), d.due_on, COUNT(*), "       \
    "MIN(d.text_en), MIN(d.article), d.rule, MAX(d.provisional) FROM rules_duty d LEFT JOIN org_unit u ON "  \
    "u.unit_id = d.unit_id WHERE d.duty_id IN ("
#define DUTY_GROUP " GROUP BY d.rule, d.due_on ORDER BY d.due_on, d.rule LIMIT 24"

static enum err add_duties(struct todo *t, struct db_rows *rows)
{
    while (db_next(rows)) {
        struct line *line = add(t, "duty", rows);
        struct str en = db_col_copy(t->b->call, rows, 6);
        if (t->b->call->lang == CALL_EN && en.len)
            line->title = en;
        line->many = db_col_int(rows, 5);
        line->article = db_col_copy(t->b->call, rows, 7);
        line->rule = db_col_copy(t->b->call, rows, 8);
        line->provisional = db_col_int(rows, 9) != 0;
    }
    return db_end(rows);
}

static enum err duties_of_units(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        DUTY_LINE
        "SELECT duty_id FROM rules_duty WHERE state = 'open' AND unit_path >= $1 AND unit_path < $1 || 'z' "
        "AND due_on IS NOT NULL ORDER BY due_on, duty_id LIMIT 400) AND d.answers_role = 0 AND NOT "
        "(d.subject_kind = 'finding' AND EXISTS (SELECT 1 FROM rectify_letter_finding x JOIN rectify_letter "
        "l ON l.letter_id = x.letter_id WHERE x.finding_id = d.subject_id AND l.state IN ('issued', "
        "'acknowledged', 'returned')))" DUTY_GROUP,
        db_str(t->b->scope)));
    return add_duties(t, &rows);
}

static enum err duties_of_role(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows,
                 DUTY_LINE
                 "SELECT duty_id FROM rules_duty WHERE state = 'open' AND answers_role = 1 AND answers = $2 "
                 "AND unit_path >= $1 AND unit_path < $1 || 'z' AND due_on IS NOT NULL ORDER BY due_on, "
                 "duty_id LIMIT 400) AND d.subject_kind <> 'case'" DUTY_GROUP,
                 db_str(t->b->scope), db_str(t->b->role)));
    return add_duties(t, &rows);
}

/* ---- cases and exemptions ---- */

#define CASE_DUE                                                                                             \
    "(SELECT MIN(d.due_on) FROM rules_duty d WHERE d.subject_kind = 'case' AND d.subject_id = c.case_id "    \
    "AND "                                                                                                   \
    "d.state = 'open')"

static enum err cases_to_decide(struct todo *t)
{
    int64_t me = call_who(t->b->call).user_id;
    bool leader = access_is(t->b->call, ROLE_BUREAU_LEADER),
         office = access_is(t->b->call, ROLE_OFFICE_DIRECTOR);
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        "SELECT MIN(c.case_id), c.case_kind, MIN(c.reason), MIN(u.unit_name), MIN(" CASE_DUE
        "), COUNT(*), c.article "
        "FROM discipline_case c JOIN org_unit u ON u.unit_id = c.unit_id WHERE c.state IN ('proposed', "
        "'first_agreed') AND COALESCE(c.decided1_by, 0) <> $1 AND c.proposed_by <> $1 AND ((c.decide_role = "
        "'bureau_leader' AND $2 = 1) OR (c.decide_role = 'office_director' AND $3 = 1)) GROUP BY "
        "c.case_kind, "
        "c.article ORDER BY 1 LIMIT 20",
        db_int(me), db_int(leader), db_int(office)));
    while (db_next(&rows)) {
        struct line *line = add(t, "case_decide", &rows);
        line->many = db_col_int(&rows, 5);
        line->article = db_col_copy(t->b->call, &rows, 6);
    }
    return db_end(&rows);
}

/* Agreed cases: the paper goes out, the interview is held, what was promised is followed up. */
static enum err cases_to_carry_out(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows,
                 "SELECT c.case_id, c.case_kind, c.reason, u.unit_name, CASE WHEN c.state = 'held' THEN "
                 "c.follow_up_on ELSE " CASE_DUE
                 " END, c.article, c.state, c.issued_at_ms FROM discipline_case c JOIN "
                 "org_unit u ON u.unit_id = c.unit_id WHERE c.state = 'approved' OR (c.state = 'held' AND "
                 "c.follow_up_on IS NOT NULL) ORDER BY c.case_id LIMIT 40"));
    while (db_next(&rows)) {
        bool held = str_is(db_col_str(&rows, 6), "held"), issued = !db_col_null(&rows, 7);
        bool interview = str_is(db_col_str(&rows, 1), "interview");
        add(t,
            held        ? "case_follow"
            : !issued   ? "case_issue"
            : interview ? "case_hold"
                        : "case_finish",
            &rows)
            ->article = db_col_copy(t->b->call, &rows, 5);
    }
    return db_end(&rows);
}

static enum err exemptions(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        "SELECT e.exemption_id, e.subject_label, e.reason, u.unit_name, NULL, e.article FROM rules_exemption "
        "e "
        "LEFT JOIN org_unit u ON u.unit_id = e.unit_id WHERE e.state = 'asked' ORDER BY e.exemption_id LIMIT "
        "10"));
    while (db_next(&rows))
        add(t, "exemption", &rows)->article = db_col_copy(t->b->call, &rows, 5);
    return db_end(&rows);
}

/* ---- the scan team ---- */

static enum err retests(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(
        t->b->call, &rows,
        "SELECT l.letter_id, COALESCE(l.doc_number, ''), l.title, u.unit_name, l.due_date, COUNT(*) FROM "
        "rectify_letter l JOIN org_unit u ON u.unit_id = l.unit_id JOIN rectify_letter_finding x ON "
        "x.letter_id = l.letter_id JOIN finding f ON f.finding_id = x.finding_id WHERE l.state IN "
        "('fed_back', 'retesting') AND f.state IN ('fed_back', 'retesting') AND l.unit_path >= $1 AND "
        "l.unit_path < $1 || 'z' GROUP BY l.letter_id, l.doc_number, l.title, u.unit_name, l.due_date ORDER "
        "BY l.letter_id LIMIT 20",
        db_str(t->b->scope)));
    while (db_next(&rows))
        add(t, "retest", &rows)->many = db_col_int(&rows, 5);
    return db_end(&rows);
}

static enum err verifying(struct todo *t)
{
    DB_ROWS(rows);
    TRY(db_query(t->b->call, &rows,
                 "SELECT 0, '', '', '', NULL, COUNT(*) FROM finding WHERE state = 'reported' AND severity IN "
                 "('critical', 'high')"));
    if (db_next(&rows) && db_col_int(&rows, 5) > 0)
        add(t, "verify", &rows)->many = db_col_int(&rows, 5);
    return db_end(&rows);
}

/* ---- one list ---- */

static enum err gather(struct todo *t)
{
    struct call *call = t->b->call;
    if (t->b->unit_side) {
        if (access_is(call, ROLE_UNIT_LEADER))
            TRY(letters_to_sign(t));
        TRY(letters_to_answer(t));
        TRY(sheets_to_fill(t));
        return duties_of_units(t);
    }
    if (t->b->scan_team) {
        TRY(retests(t));
        TRY(verifying(t));
        return duties_of_role(t);
    }
    if (access_is(call, ROLE_COUNTY_OFFICER)) {
        TRY(requests(t));
        TRY(letters_to_review(t));
        TRY(letters_to_close(t));
        TRY(letters_to_issue(t));
        TRY(sheets_to_review(t));
        TRY(sheets_to_chase(t));
    }
    if (access_is(call, ROLE_BUREAU_LEADER))
        TRY(exemptions(t));
    TRY(cases_to_decide(t));
    if (access_is(call, ROLE_COUNTY_OFFICER | ROLE_OFFICE_DIRECTOR))
        TRY(cases_to_carry_out(t));
    return duties_of_role(t);
}

/* By date; what has no date comes after what is late or due within three working days, and before the rest.
 */
static int by_due(const void *a, const void *b, void *soon)
{
    const struct line *x = a, *y = b;
    struct str edge = *(const struct str *)soon;
    struct str left = x->due_on.len ? x->due_on : edge, right = y->due_on.len ? y->due_on : edge;
    int order = str_cmp(left, right);
    if (!order)
        order = (int)!x->due_on.len - (int)!y->due_on.len;
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static enum err put_after(struct workbench *b, const struct line *line)
{
    struct rules_after after = {0};
    if (line->rule.len)
        TRY(rules_after_late(b->call, line->rule, &after));
    if (!after.text.len && !after.to.len) {
        json_put_null(b->w, "if_late");
        return ERR_OK;
    }
    json_open_object(b->w, "if_late");
    json_put_str(b->w, "text", b->call->lang == CALL_EN ? after.text_en : after.text);
    json_put_str(b->w, "article", after.article);
    json_put_str(b->w, "escalate_to", after.to);
    json_put_int(b->w, "escalate_working_days", after.working_days);
    json_close_object(b->w);
    return ERR_OK;
}

static enum err put_line(struct workbench *b, const struct line *line)
{
    int32_t due, today;
    json_open_object(b->w, NULL);
    json_put_c(b->w, "kind", line->kind);
    json_put_int(b->w, "id", line->id);
    json_put_int(b->w, "many", line->many);
    json_put_str(b->w, "title", line->title);
    json_put_str(b->w, "note", line->note);
    json_put_str(b->w, "unit_name", line->unit_name);
    json_put_str(b->w, "rule", line->rule);
    json_put_str(b->w, "article", line->article);
    json_put_str(b->w, "due_on", line->due_on);
    if (clock_parse_date(line->due_on, &due) && clock_parse_date(b->today, &today))
        json_put_int(b->w, "countdown_working_days", calendar_between(rules_calendar(), today, due));
    else
        json_put_null(b->w, "countdown_working_days");
    json_put_bool(b->w, "due_provisional", line->provisional);
    json_put_bool(b->w, "late", line->due_on.len && str_cmp(line->due_on, b->today) < 0);
    TRY(put_after(b, line));
    json_close_object(b->w);
    return ERR_OK;
}

enum err workbench_todo(struct workbench *b)
{
    struct todo todo = {.b = b};
    TRY(gather(&todo));
    qsort_r(todo.at, todo.many, sizeof(todo.at[0]), by_due, &b->soon);
    json_open_array(b->w, "todo");
    for (size_t i = 0; i < todo.many; i++)
        TRY(put_line(b, &todo.at[i]));
    json_close_array(b->w);
    return ERR_OK;
}
