/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/duties/duties_inner.h"

#include "access/access.h"
#include "base/clock.h"

#define YAML_MAX    (1024 * 1024)
#define UNITS_SHOWN 1000 /* of an article's page, the worst first; the list of duties holds the rest */

/* ---- coverage, articles, packs ---- */

enum err duties_coverage(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    return rules_coverage(call, nothing ? STR("~") : scope, x->out);
}

static const char *const standings[] = {"fulfilled", "exempt", "due", "late", NULL};
static const struct field_enum standings_enum = {"unit_standing", standings, NULL};
static const struct field unit_fields[] = {
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &standings_enum, .flags = FIELD_REQUIRED},
    {.name = "fulfilled", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "exempt", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "next_due_on", .type = FIELD_DATE},
};
static const struct field_table unit_table = FIELD_TABLE("article_unit", unit_fields);

static const struct field units_fields[] = {
    {.name = "units", .type = FIELD_ROWS, .rows = &unit_table, .flags = FIELD_REQUIRED},
    {.name = "units_more", .type = FIELD_BOOL, .flags = FIELD_REQUIRED}, /* there are more than are shown */
};
const struct field_table duties_article_units_table = FIELD_TABLE("article_units", units_fields);

static enum err put_units(struct call *call, struct str article, struct json_writer *w)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT d.unit_id, u.unit_name,"
        " MAX(CASE WHEN d.state = 'satisfied' THEN 0 WHEN d.state = 'waived' THEN 1 WHEN d.late_at_ms IS "
        "NULL THEN 2 ELSE 3 END),"
        " SUM(CASE WHEN d.state = 'satisfied' THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN d.state = 'open' AND d.late_at_ms IS NULL THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN d.state = 'open' AND d.late_at_ms IS NOT NULL THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN d.state = 'waived' THEN 1 ELSE 0 END), MIN(CASE WHEN d.state = 'open' THEN d.due_on "
        "ELSE NULL END)"
        " FROM rules_duty d LEFT JOIN org_unit u ON u.unit_id = d.unit_id WHERE d.current = 1 AND d.article "
        "= $1"
        " AND d.unit_path >= $2 AND d.unit_path < $3 AND $4 = 0 GROUP BY d.unit_id, u.unit_name, d.unit_path"
        " ORDER BY 3 DESC, d.unit_path LIMIT 1001",
        db_str(article), db_str(scope), db_str(str_format(call->arena, "%.*sz", STR_ARG(scope))),
        db_int(nothing)));
    int many = 0;
    json_open_array(w, "units");
    while (db_next(&rows) && many++ < UNITS_SHOWN) {
        int64_t state = db_col_int(&rows, 2);
        json_open_object(w, NULL);
        json_put_int(w, "unit_id", db_col_int(&rows, 0));
        json_put_str(w, "unit_name", db_col_str(&rows, 1));
        json_put_c(w, "state", standings[state < 0 || state > 3 ? 0 : state]);
        json_put_int(w, "fulfilled", db_col_int(&rows, 3));
        json_put_int(w, "due", db_col_int(&rows, 4));
        json_put_int(w, "late", db_col_int(&rows, 5));
        json_put_int(w, "exempt", db_col_int(&rows, 6));
        json_put_c(w, "next_due_on", db_col_null(&rows, 7) ? NULL : str_c(call->arena, db_col_str(&rows, 7)));
        json_close_object(w);
    }
    json_close_array(w);
    json_put_bool(w, "units_more", many > UNITS_SHOWN);
    return db_end(&rows);
}

enum err duties_article(struct call *call, struct http_exchange *x)
{
    TRY(rules_article_show(call, x->words[0], x->out));
    return put_units(call, x->words[0], x->out);
}

enum err duties_packs(struct call *call, struct http_exchange *x)
{
    return rules_packs_show(call, x->out);
}

static const struct field pack_fields[] = {
    {.name = "yaml", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .max = YAML_MAX},
};
const struct field_table duties_pack_table = FIELD_TABLE("pack_upload", pack_fields);

static const struct field load_fields[] = {
    {.name = "pack", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "preview", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "opens", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "closes", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "articles", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "duties", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "gates", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "consequences", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table duties_load_table = FIELD_TABLE("pack_report", load_fields);

static enum err load(struct call *call, struct http_exchange *x, bool preview)
{
    struct rules_load_report report;
    TRY(rules_pack_load(call, field_str(&x->body, "yaml"), preview, &report));
    json_put_str(x->out, "pack", report.pack);
    json_put_str(x->out, "version", report.version);
    json_put_bool(x->out, "preview", preview);
    json_put_int(x->out, "opens", report.opens);
    json_put_int(x->out, "closes", report.closes);
    json_put_int(x->out, "articles", report.articles);
    json_put_int(x->out, "duties", report.duties);
    json_put_int(x->out, "gates", report.gates);
    json_put_int(x->out, "consequences", report.consequences);
    return ERR_OK;
}

enum err duties_pack_preview(struct call *call, struct http_exchange *x)
{
    return load(call, x, true);
}

enum err duties_pack_load(struct call *call, struct http_exchange *x)
{
    return load(call, x, false);
}

/* ---- working days ---- */

static const struct field workday_fields[] = {
    {.name = "start", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "days", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 0, .max = 500},
};
const struct field_table duties_workday_table = FIELD_TABLE("workday_ask", workday_fields);

static const struct field count_fields[] = {
    {.name = "start", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "working_days", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
const struct field_table duties_count_table = FIELD_TABLE("workday_answer", count_fields);

enum err duties_workday(struct call *call, struct http_exchange *x)
{
    int32_t start;
    struct str text = field_str(&x->query, "start");
    if (!clock_parse_date(text, &start))
        return call_fail(call, ERR_INVALID, "start", "fault.required");
    int64_t days = field_int(&x->query, "days", 0);
    json_put_str(x->out, "start", text);
    json_put_int(x->out, "working_days", days);
    rules_count_show(call, start, (int)days, x->out);
    json_put_str(x->out, "due_text",
                 duties_due_text(call, calendar_add(rules_calendar(), start, (int)days).day));
    return ERR_OK;
}

/* Those that differ from Monday to Friday. */
static const struct field day_fields[] = {
    {.name = "day", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "weekday", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "worked", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table day_table = FIELD_TABLE("calendar_day", day_fields);

static const struct field calendar_fields[] = {
    {.name = "year", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "published", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "days", .type = FIELD_ROWS, .rows = &day_table, .flags = FIELD_REQUIRED},
    {.name = "working_days", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table duties_calendar_table = FIELD_TABLE("calendar_year", calendar_fields);

enum err duties_calendar(struct call *call, struct http_exchange *x)
{
    int64_t year;
    const struct calendar *calendar = rules_calendar();
    if (!str_to_int(x->words[0], &year) || year < 1900 || year > 9998)
        return ERR_NOT_FOUND;
    int32_t first = clock_day((int)year, 1, 1), end = clock_day((int)year + 1, 1, 1);
    int64_t worked = 0;
    json_put_int(x->out, "year", year);
    json_put_bool(x->out, "published", calendar_has_year(calendar, (int)year));
    json_put_c(x->out, "version", calendar_version(calendar));
    json_open_array(x->out, "days");
    for (int32_t day = first; day < end; day++) {
        bool works = calendar_is_workday(calendar, day);
        worked += works;
        if (works == (clock_weekday(day) <= 5) && !calendar_name(calendar, day).len)
            continue;
        struct clock_date date = clock_date(day);
        json_open_object(x->out, NULL);
        json_put_c(x->out, "day", date.text);
        json_put_int(x->out, "weekday", clock_weekday(day));
        json_put_bool(x->out, "worked", works);
        json_put_str(x->out, "name", calendar_name(calendar, day));
        json_close_object(x->out);
    }
    json_close_array(x->out);
    json_put_int(x->out, "working_days", worked);
    (void)call;
    return ERR_OK;
}
