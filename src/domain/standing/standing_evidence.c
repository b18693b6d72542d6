/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Which documents a unit must file is said by no list here: it is what the duties of the rules in
 * force ask of it (evidence.filed). Duties that one document settles stand on one line, by its kind and its
 * period.
 */
#include "domain/standing/standing_inner.h"

#include <string.h>
#include "base/clock.h"
#include "domain/attachment/attachment.h"
#include "domain/org/org.h"
#include "rules/rules.h"

#define LINES_MAX  200
#define ASKED_MAX  16
#define DUTIES_MAX 400

static const struct field year_fields[] = {
    {.name = "year", .type = FIELD_INT, .min = 2000, .max = 2200},
};
const struct field_table standing_year_table = FIELD_TABLE("evidence_query", year_fields);

static const char *const states[] = {"late", "open", "filed", NULL};
static const struct field_enum state_enum = {"evidence_state", states, NULL};

static const struct field last_fields[] = {
    {.name = "attachment_id", .type = FIELD_INT},     {.name = "file_name", .type = FIELD_TEXT},
    {.name = "period_from", .type = FIELD_DATE},      {.name = "period_to", .type = FIELD_DATE},
    {.name = "uploaded_by_name", .type = FIELD_TEXT}, {.name = "uploaded_at_ms", .type = FIELD_TIME},
};
static const struct field_table last_table = FIELD_TABLE("evidence_last", last_fields);
static const struct field line_fields[] = {
    {.name = "kind", .type = FIELD_TEXT},
    {.name = "title", .type = FIELD_TEXT},
    {.name = "period", .type = FIELD_TEXT},
    {.name = "state", .type = FIELD_ENUM, .of = &state_enum},
    {.name = "due_on", .type = FIELD_DATE},
    {.name = "asked", .type = FIELD_ROWS, .rows = &rules_brief_table},
    {.name = "last", .type = FIELD_OBJECT, .rows = &last_table},
};
static const struct field_table line_table = FIELD_TABLE("evidence_line", line_fields);
static const struct field reply_fields[] = {
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "unit_name", .type = FIELD_TEXT},
    {.name = "year", .type = FIELD_INT},
    {.name = "items", .type = FIELD_ROWS, .rows = &line_table},
};
const struct field_table standing_evidence_table = FIELD_TABLE("unit_evidence", reply_fields);

struct line {
    struct str kind, period; /* period "": once and for all */
    struct rules_brief asked[ASKED_MAX];
    size_t many;
};
struct lines {
    struct line at[LINES_MAX];
    size_t many;
};

/* ---- what the rules ask ---- */

static void add(struct lines *lines, struct str kind, struct str period, const struct rules_brief *duty)
{
    struct line *line = NULL;
    for (size_t i = 0; i < lines->many && !line; i++)
        if (str_eq(lines->at[i].kind, kind) && str_eq(lines->at[i].period, period))
            line = &lines->at[i];
    if (!line) {
        if (lines->many == LINES_MAX)
            return;
        line = &lines->at[lines->many++];
        *line = (struct line){.kind = kind, .period = period};
    }
    if (line->many < ASKED_MAX)
        line->asked[line->many++] = *duty;
}

static enum err add_duty(struct call *call, const struct rules_brief *duty, struct str occurrence,
                         struct lines *ret)
{
    const struct json *wants;
    TRY(rules_demands(call, duty->rule, &wants));
    for (size_t i = 0; i < json_count(wants); i++) {
        const struct json *want = json_item(wants, i), *args = json_get(want, "args");
        struct str kind = json_text(json_get(args, "kind"));
        if (str_is(json_text(json_get(want, "fact")), "evidence.filed") && kind.len)
            add(ret, kind, json_text(json_get(args, "period")).len ? occurrence : STR(""), duty);
    }
    return ERR_OK;
}

/* Of this year, and whatever is still open from before. */
static enum err read_lines(struct call *call, int64_t unit_id, int64_t year, struct lines *ret)
{
    struct rules_brief *duties = ARENA_ARRAY(call->arena, struct rules_brief, DUTIES_MAX);
    struct str *occurrences = ARENA_ARRAY(call->arena, struct str, DUTIES_MAX);
    size_t many = 0;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT duty_id, rule, article, text, text_en, COALESCE(due_on, ''), state, late_at_ms, occurrence"
        " FROM rules_duty WHERE subject_kind = 'unit' AND subject_id = $1 AND current = 1"
        " AND state IN ('open', 'satisfied') AND (state = 'open' OR occurrence NOT LIKE '2%'"
        " OR occurrence LIKE $2) ORDER BY due_on, article, rule, duty_id",
        db_int(unit_id), db_str(str_format(call->arena, "%lld%%", (long long)year))));
    while (db_next(&rows) && many < DUTIES_MAX) {
        bool open = str_is(db_col_str(&rows, 6), "open");
        occurrences[many] = db_col_copy(call, &rows, 8);
        duties[many++] = (struct rules_brief){
            .duty_id = db_col_int(&rows, 0),
            .rule = db_col_copy(call, &rows, 1),
            .article = db_col_copy(call, &rows, 2),
            .text = db_col_copy(call, &rows, call->lang == CALL_EN && db_col_str(&rows, 4).len ? 4 : 3),
            .due_on = db_col_copy(call, &rows, 5),
            .open = open,
            .late = open && !db_col_null(&rows, 7)};
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++)
        TRY(add_duty(call, &duties[i], occurrences[i], ret));
    return ERR_OK;
}

/* ---- what is filed ---- */

struct filed {
    int64_t attachment_id, at_ms;
    struct str file_name, from, to, by;
    bool now; /* proves this very period */
};

static enum err read_filed(struct call *call, int64_t unit_id, const struct line *line, struct filed *ret)
{
    struct attachment_period period = {"0000-01-01", "9999-12-31"};
    *ret = (struct filed){0};
    if (line->period.len && !attachment_period_parse(call, line->period, &period))
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT attachment_id, file_name, period_from, period_to, uploaded_by_name, uploaded_at_ms,"
        " CASE WHEN period_from >= $3 AND period_to <= $4 THEN 1 ELSE 0 END FROM attachment"
        " WHERE unit_id = $1 AND kind = $2 AND state = 'filed' ORDER BY 7 DESC, attachment_id DESC LIMIT 1",
        db_int(unit_id), db_str(line->kind), db_c(period.from), db_c(period.to)));
    if (db_next(&rows))
        *ret = (struct filed){.attachment_id = db_col_int(&rows, 0),
                              .file_name = db_col_copy(call, &rows, 1),
                              .from = db_col_copy(call, &rows, 2),
                              .to = db_col_copy(call, &rows, 3),
                              .by = db_col_copy(call, &rows, 4),
                              .at_ms = db_col_int(&rows, 5),
                              .now = db_col_int(&rows, 6) != 0};
    return db_end(&rows);
}

static const char *state_of(const struct line *line, const struct filed *filed)
{
    bool late = false;
    for (size_t i = 0; i < line->many; i++)
        late = late || line->asked[i].late;
    return filed->now ? "filed" : late ? "late" : "open";
}

/* The day that comes first, of those still to be met when there are any. */
static struct str due_of(const struct line *line)
{
    struct str due = STR_NONE;
    for (int open = 1; open >= 0 && !due.len; open--)
        for (size_t i = 0; i < line->many; i++)
            if (line->asked[i].due_on.len && line->asked[i].open == (open == 1) &&
                (!due.len || str_cmp(line->asked[i].due_on, due) < 0))
                due = line->asked[i].due_on;
    return due;
}

static void put_asked(const struct line *line, struct json_writer *w)
{
    json_open_array(w, "asked");
    for (size_t i = 0; i < line->many; i++)
        rules_put_brief(&line->asked[i], w);
    json_close_array(w);
}

static void put_last(const struct filed *filed, struct json_writer *w)
{
    if (!filed->attachment_id) {
        json_put_null(w, "last");
        return;
    }
    json_open_object(w, "last");
    json_put_int(w, "attachment_id", filed->attachment_id);
    json_put_str(w, "file_name", filed->file_name);
    json_put_str(w, "period_from", filed->from);
    json_put_str(w, "period_to", filed->to);
    json_put_str(w, "uploaded_by_name", filed->by);
    json_put_int(w, "uploaded_at_ms", filed->at_ms);
    json_close_object(w);
}

static enum err put_line(struct call *call, int64_t unit_id, const struct line *line, struct json_writer *w)
{
    struct filed filed;
    TRY(read_filed(call, unit_id, line, &filed));
    struct str due = due_of(line);
    json_open_object(w, NULL);
    json_put_str(w, "kind", line->kind);
    json_put_str(w, "title", attachment_kind_title(call, line->kind));
    json_put_str(w, "period", line->period);
    json_put_c(w, "state", state_of(line, &filed));
    json_put_c(w, "due_on", due.len ? due.at : NULL);
    put_asked(line, w);
    put_last(&filed, w);
    json_close_object(w);
    return ERR_OK;
}

static int64_t this_year(struct call *call)
{
    int year, month, day;
    clock_ymd(clock_day_of(call->now_ms), &year, &month, &day);
    return year;
}

enum err standing_evidence(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    int64_t year = field_int(&x->query, "year", 0);
    struct lines *lines = ARENA_NEW(call->arena, struct lines);
    lines->many = 0;
    TRY(org_unit_reach(call, x->ids[0], &unit));
    year = year ? year : this_year(call);
    TRY(read_lines(call, unit.unit_id, year, lines));
    json_put_int(x->out, "unit_id", unit.unit_id);
    json_put_str(x->out, "unit_name", unit.unit_name);
    json_put_int(x->out, "year", year);
    json_open_array(x->out, "items");
    for (size_t i = 0; i < lines->many; i++)
        TRY(put_line(call, unit.unit_id, &lines->at[i], x->out));
    json_close_array(x->out);
    return ERR_OK;
}

enum err standing_evidence_count(struct call *call, int64_t unit_id, struct standing_counts *ret)
{
    struct lines *lines = ARENA_NEW(call->arena, struct lines);
    lines->many = 0;
    *ret = (struct standing_counts){0};
    TRY(read_lines(call, unit_id, this_year(call), lines));
    for (size_t i = 0; i < lines->many; i++) {
        struct filed filed;
        TRY(read_filed(call, unit_id, &lines->at[i], &filed));
        const char *state = state_of(&lines->at[i], &filed);
        ret->filed += !strcmp(state, "filed");
        ret->late += !strcmp(state, "late");
        ret->asked++;
    }
    return ERR_OK;
}

/* ---- all units: counts by kind ---- */

static const struct field sum_fields[] = {
    {.name = "kind", .type = FIELD_TEXT}, {.name = "title", .type = FIELD_TEXT},
    {.name = "rule", .type = FIELD_TEXT}, {.name = "article", .type = FIELD_TEXT},
    {.name = "text", .type = FIELD_TEXT}, {.name = "due_on", .type = FIELD_DATE},
    {.name = "filed", .type = FIELD_INT}, {.name = "open", .type = FIELD_INT},
    {.name = "late", .type = FIELD_INT},
};
static const struct field_table sum_table = FIELD_TABLE("evidence_sum", sum_fields);
static const struct field sums_fields[] = {
    {.name = "year", .type = FIELD_INT},
    {.name = "items", .type = FIELD_ROWS, .rows = &sum_table},
};
const struct field_table standing_evidence_sum_table = FIELD_TABLE("evidence_sums", sums_fields);

struct sum {
    struct str rule, article, text, due_on;
    int64_t filed, open, late;
};

static enum err read_sums(struct call *call, struct str scope, int64_t year, struct sum *ret,
                          size_t *ret_many)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT rule, MIN(article), MIN(text), MIN(text_en), MAX(COALESCE(due_on, '')),"
                 " SUM(CASE WHEN state = 'satisfied' THEN 1 ELSE 0 END),"
                 " SUM(CASE WHEN state = 'open' AND late_at_ms IS NULL THEN 1 ELSE 0 END),"
                 " SUM(CASE WHEN state = 'open' AND late_at_ms IS NOT NULL THEN 1 ELSE 0 END) FROM rules_duty"
                 " WHERE current = 1 AND subject_kind = 'unit' AND state IN ('open', 'satisfied')"
                 " AND unit_path >= $1 AND unit_path < $1 || 'z'"
                 " AND (state = 'open' OR occurrence NOT LIKE '2%' OR occurrence LIKE $2)"
                 " GROUP BY rule ORDER BY 2, rule",
                 db_str(scope), db_str(str_format(call->arena, "%lld%%", (long long)year))));
    while (db_next(&rows) && *ret_many < DUTIES_MAX)
        ret[(*ret_many)++] = (struct sum){
            .rule = db_col_copy(call, &rows, 0),
            .article = db_col_copy(call, &rows, 1),
            .text = db_col_copy(call, &rows, call->lang == CALL_EN && db_col_str(&rows, 3).len ? 3 : 2),
            .due_on = db_col_copy(call, &rows, 4),
            .filed = db_col_int(&rows, 5),
            .open = db_col_int(&rows, 6),
            .late = db_col_int(&rows, 7)};
    return db_end(&rows);
}

static void put_sum(struct call *call, const struct sum *sum, struct str kind, struct json_writer *w)
{
    json_open_object(w, NULL);
    json_put_str(w, "kind", kind);
    json_put_str(w, "title", attachment_kind_title(call, kind));
    json_put_str(w, "rule", sum->rule);
    json_put_str(w, "article", sum->article);
    json_put_str(w, "text", sum->text);
    json_put_c(w, "due_on", sum->due_on.len ? sum->due_on.at : NULL);
    json_put_int(w, "filed", sum->filed);
    json_put_int(w, "open", sum->open);
    json_put_int(w, "late", sum->late);
    json_close_object(w);
}

enum err standing_evidence_sums(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    int64_t year = field_int(&x->query, "year", 0);
    struct sum *sums = ARENA_ARRAY(call->arena, struct sum, DUTIES_MAX);
    size_t many = 0;
    year = year ? year : this_year(call);
    if (!nothing)
        TRY(read_sums(call, scope, year, sums, &many));
    json_put_int(x->out, "year", year);
    json_open_array(x->out, "items");
    for (size_t i = 0; i < many; i++) {
        const struct json *wants;
        TRY(rules_demands(call, sums[i].rule, &wants));
        for (size_t k = 0; k < json_count(wants); k++) {
            const struct json *want = json_item(wants, k);
            struct str kind = json_text(json_get(json_get(want, "args"), "kind"));
            if (str_is(json_text(json_get(want, "fact")), "evidence.filed") && kind.len)
                put_sum(call, &sums[i], kind, x->out);
        }
    }
    json_close_array(x->out);
    return ERR_OK;
}
