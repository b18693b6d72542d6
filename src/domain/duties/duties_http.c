/* SPDX-License-Identifier: Apache-2.0
 *
 * duties: what the rules ask, as people see it: the workbench, the file of one duty, coverage by article,
 * packs, working days, gates and exemptions. It owns no table: the rules room keeps them, and moves happen by
 * facts alone.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/kept.h"
#include "base/words.h"
#include "domain/duties/duties_inner.h"
#include "domain/org/org.h"

#define PACK_MANAGERS (ROLE_SEC_ADMIN | ROLE_COUNTY_OFFICER)
#define READERS       (ROLES_AUTHORITY | ROLES_UNIT)

/* ---- the workbench ---- */

static const struct field duty_fields[] = {
    {.name = "duty_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_READONLY | FIELD_SHEET},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_ALWAYS | FIELD_SHEET},
    {.name = "text_en", .type = FIELD_NOTE, .flags = FIELD_ALWAYS},
    {.name = "subject_kind", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "subject_label", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_SHEET},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_READONLY | FIELD_SORT | FIELD_SHEET},
    {.name = "state",
     .type = FIELD_ENUM,
     .of = &rules_duty_state_enum,
     .flags = FIELD_ALWAYS | FIELD_FILTER | FIELD_SHEET},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_ALWAYS | FIELD_FILTER | FIELD_SHEET},
    {.name = "provisional", .type = FIELD_BOOL, .flags = FIELD_ALWAYS},
    {.name = "severity", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER | FIELD_SHEET},
    {.name = "cite", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_SHEET},
    {.name = "pack", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "rule", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "occurrence", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "answers", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "opened_at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS | FIELD_SORT},
    {.name = "done_on", .type = FIELD_DATE, .flags = FIELD_READONLY},
};
static const struct field_table duty_table = FIELD_TABLE("duty", duty_fields);

static const struct field clock_fields[] = {
    {.name = "days_left", .type = FIELD_INT},
    {.name = "due_text", .type = FIELD_TEXT},
    {.name = "countdown", .type = FIELD_TEXT},
};
static const struct field_table clock_table = FIELD_TABLE("duty_clock", clock_fields);

static const struct field line_fields[] = {
    {.name = "demands", .type = FIELD_ROWS, .rows = &rules_demand_table, .flags = FIELD_REQUIRED},
};
static const struct field_table line_table = FIELD_TABLE("duty_hint", line_fields);

static const struct field counts_fields[] = {
    {.name = "open", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_today", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "due_soon", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table counts_table = FIELD_TABLE("duty_counts", counts_fields);

static const struct db_filter duty_filters[] = {
    {"state", "d.state = $$", FIELD_ENUM, &rules_duty_state_enum},
    {"late", "(d.late_at_ms IS NOT NULL)", FIELD_BOOL, NULL},
    {"current", "(d.current = 1)", FIELD_BOOL, NULL},
    {"article", "d.article = $$", FIELD_TEXT, NULL},
    {"pack", "d.pack = $$", FIELD_TEXT, NULL},
    {"rule", "d.rule = $$", FIELD_TEXT, NULL},
    {"subject_kind", "d.subject_kind = $$", FIELD_TEXT, NULL},
    {"subject_id", "d.subject_id = $$", FIELD_INT, NULL},
    {"unit_id", "d.unit_id = $$", FIELD_INT, NULL},
    {"answers", "d.answers = $$", FIELD_TEXT, NULL},
    {"answers_role", "(d.answers_role = 1)", FIELD_BOOL, NULL},
    {"due_before", "d.due_on < $$", FIELD_DATE, NULL},
};
static const struct db_sort duty_sorts[] = {{"due_on", "d.due_on"},
                                            {"opened_at_ms", "d.opened_at_ms"},
                                            {"unit_path", "d.unit_path"},
                                            {"duty_id", "d.duty_id"}};

static const struct db_list duty_list = {
    .columns = &duty_table,
    .select = "SELECT d.duty_id, u.unit_name, d.text, d.text_en, d.subject_kind, d.subject_id, "
              "d.subject_label, d.due_on, d.state,"
              " CASE WHEN d.late_at_ms IS NULL THEN 0 ELSE 1 END, d.provisional, d.severity, d.article, "
              "d.cite, d.pack, d.rule,"
              " d.occurrence, d.answers, d.unit_id, d.opened_at_ms, d.done_on FROM rules_duty d"
              " LEFT JOIN org_unit u ON u.unit_id = d.unit_id",
    .scope = "d.unit_path",
    .key = "d.duty_id",
    .default_sort = "due_on",
    .filters = duty_filters,
    .many_filters = sizeof(duty_filters) / sizeof(duty_filters[0]),
    .sorts = duty_sorts,
    .many_sorts = sizeof(duty_sorts) / sizeof(duty_sorts[0]),
    .search = "d.subject_label LIKE $$ OR d.text LIKE $$ OR u.unit_name LIKE $$",
};

/* "10月10日（周六，调休上班）": a date as people write it. */
struct str duties_due_text(struct call *call, int32_t day)
{
    char key[40], month_key[40];
    int year, month, mday;
    clock_ymd(day, &year, &month, &mday);
    snprintf(key, sizeof key, "duties.weekday.%d", clock_weekday(day));
    snprintf(month_key, sizeof month_key, "duties.month.%d", month);
    struct str args[4] = {words_get(call->lang, month_key), str_format(call->arena, "%d", mday),
                          words_get(call->lang, key), str_format(call->arena, "%d", year)};
    bool make_up = calendar_is_make_up(rules_calendar(), day);
    int now_year, unused;
    clock_ymd(clock_day_of(call->now_ms), &now_year, &unused, &unused);
    const char *form = year == now_year ? make_up ? "duties.date_make_up" : "duties.date"
                       : make_up        ? "duties.date_year_make_up"
                                        : "duties.date_year";
    return words_fill(call->arena, call->lang, form, args, 4);
}

/* Working days left (0: today is the day; negative: late by so many), and the countdown in words. */
static void put_due(struct call *call, struct json_writer *w, struct str due_on, bool open)
{
    int32_t due, today = clock_day_of(call->now_ms);
    if (!clock_parse_date(due_on, &due)) {
        json_put_null(w, "days_left");
        json_put_null(w, "due_text");
        json_put_null(w, "countdown");
        return;
    }
    int left = calendar_between(rules_calendar(), today, due);
    if (due < today && left == 0)
        left = -1; /* late, though no working day has passed since */
    json_put_int(w, "days_left", left);
    json_put_str(w, "due_text", duties_due_text(call, due));
    struct str args[1] = {str_format(call->arena, "%d", left < 0 ? -left : left)};
    const char *key = due < today ? "duties.late" : due == today ? "duties.today" : "duties.left";
    if (open)
        json_put_str(w, "countdown", words_fill(call->arena, call->lang, key, args, 1));
    else
        json_put_null(w, "countdown");
}

#define DUE_COLUMN   7
#define STATE_COLUMN 8
#define RULE_COLUMN  15

static void put_computed(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    put_due(call, w, db_col_str(rows, DUE_COLUMN), str_is(db_col_str(rows, STATE_COLUMN), "open"));
    if (rules_demands_show(call, db_col_str(rows, RULE_COLUMN), w) != ERR_OK) {
        json_open_array(w, "demands"); /* the list is of use without the hint */
        json_close_array(w);
    }
}

/* The workbench shows what is to be done; whoever asks for another state gets it. */
static struct str param_or_open(void *from, const char *name)
{
    struct http_exchange *x = from;
    struct str value = x->param(x->param_from, name);
    return !value.len && !strcmp(name, "state") ? STR("open") : value;
}

static enum err duties_list(struct call *call, struct http_exchange *x)
{
    if (str_is(x->param(x->param_from, "format"), "xlsx"))
        return http_list(call, x);
    struct db_list_ask ask = http_ask(call, x);
    ask.param = param_or_open;
    ask.from = x;
    return db_list(call, &duty_list, &ask, x->out, put_computed);
}

static enum err duties_get(struct call *call, struct http_exchange *x)
{
    struct rules_duty duty;
    TRY(rules_duty_show(call, x->ids[0], x->out));
    TRY(rules_duty_get(call, x->ids[0], &duty));
    put_due(call, x->out, duty.due_on, str_is(duty.state, "open"));
    struct org_unit unit;
    enum err word = org_unit_get(call, duty.unit_id, &unit);
    json_put_str(x->out, "unit_name", word == ERR_OK ? unit.unit_name : STR_NONE);
    return word == ERR_NOT_FOUND ? ERR_OK : word;
}

/* Counts for the head of the workbench and the board. */
static enum err count_duties(struct call *call, struct json_writer *w, void *context)
{
    const struct str *scope = context;
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    struct calendar_due soon = calendar_add(rules_calendar(), clock_day_of(call->now_ms), 3);
    struct clock_date soon_on = clock_date(soon.day);
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT COUNT(*), COALESCE(SUM(CASE WHEN late_at_ms IS NOT NULL THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN late_at_ms IS NULL AND due_on = $1 THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN late_at_ms IS NULL AND due_on > $1 AND due_on <= $2 THEN 1 ELSE 0 "
               "END), 0) FROM rules_duty"
               " WHERE state = 'open' AND unit_path >= $3 AND unit_path < $4",
               db_c(today.text), db_c(soon_on.text), db_str(*scope),
               db_str(str_format(call->arena, "%.*sz", STR_ARG(*scope)))));
    json_put_int(w, "open", db_col_int(&rows, 0));
    json_put_int(w, "late", db_col_int(&rows, 1));
    json_put_int(w, "due_today", db_col_int(&rows, 2));
    json_put_int(w, "due_soon", db_col_int(&rows, 3));
    return db_end(&rows);
}

static enum err duties_counts(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    if (nothing)
        scope = STR("~"); /* above every path: nobody's */
    struct str key = str_format(call->arena, "%d %.*s", clock_day_of(call->now_ms), STR_ARG(scope));
    return kept_figures(call, x->out, "duties.counts", key, count_duties, &scope);
}

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/duties",
     .grant = READERS,
     .name = "duties_list",
     .handle = duties_list,
     .kind = HTTP_LIST,
     .reply = &duty_table,
     .more = &clock_table,
     .also = &line_table,
     .list = &duty_list,
     .summary_zh = "待办义务（默认只列未完成的）",
     .summary_en = "Duties (open ones unless state says otherwise)"},
    {.method = "GET",
     .path = "/api/duties/{duty_id}",
     .grant = READERS,
     .name = "duties_get",
     .handle = duties_get,
     .kind = HTTP_ONE,
     .reply = &duty_table,
     .more = &clock_table,
     .also = &rules_duty_file_table,
     .summary_zh = "一项义务：期限怎么算、还差什么",
     .summary_en = "One duty: how its date was counted, what is still missing"},
    {.method = "GET",
     .path = "/api/duty-counts",
     .grant = READERS,
     .name = "duties_counts",
     .handle = duties_counts,
     .kind = HTTP_ONE,
     .reply = &counts_table,
     .summary_zh = "待办数量",
     .summary_en = "How many duties are open, late, due"},
    {.method = "GET",
     .path = "/api/coverage",
     .grant = READERS,
     .name = "duties_coverage",
     .handle = duties_coverage,
     .kind = HTTP_ONE,
     .reply = &rules_coverage_table,
     .summary_zh = "制度覆盖：逐条落实情况",
     .summary_en = "Coverage of every article"},
    {.method = "GET",
     .path = "/api/articles/{article}",
     .grant = READERS,
     .name = "duties_article",
     .handle = duties_article,
     .kind = HTTP_ONE,
     .reply = &rules_article_table,
     .more = &duties_article_units_table,
     .summary_zh = "一条规定：要求与各单位落实情况",
     .summary_en = "One article: what it demands and how units stand"},
    {.method = "GET",
     .path = "/api/packs",
     .grant = GRANT_SIGNED_IN,
     .name = "duties_packs",
     .handle = duties_packs,
     .kind = HTTP_ONE,
     .reply = &rules_packs_table,
     .summary_zh = "规则包与材料种类",
     .summary_en = "Rule packs and the kinds of evidence they ask for"},
    {.method = "POST",
     .path = "/api/packs/preview",
     .grant = PACK_MANAGERS,
     .name = "duties_pack_preview",
     .handle = duties_pack_preview,
     .kind = HTTP_ONE,
     .reply = &duties_load_table,
     .body = &duties_pack_table,
     .summary_zh = "预览装载规则包的影响",
     .summary_en = "What loading a pack would open and close"},
    {.method = "POST",
     .path = "/api/packs",
     .grant = PACK_MANAGERS,
     .name = "duties_pack_load",
     .handle = duties_pack_load,
     .kind = HTTP_ONE,
     .reply = &duties_load_table,
     .body = &duties_pack_table,
     .summary_zh = "装载规则包",
     .summary_en = "Load a rule pack"},
    {.method = "GET",
     .path = "/api/workday",
     .grant = GRANT_SIGNED_IN,
     .name = "duties_workday",
     .handle = duties_workday,
     .kind = HTTP_ONE,
     .reply = &duties_count_table,
     .more = &rules_count_table,
     .query = &duties_workday_table,
     .summary_zh = "工作日推算",
     .summary_en = "Count working days"},
    {.method = "GET",
     .path = "/api/calendar/{year}",
     .grant = GRANT_SIGNED_IN,
     .name = "duties_calendar",
     .handle = duties_calendar,
     .kind = HTTP_ONE,
     .reply = &duties_calendar_table,
     .summary_zh = "一年的节假日和调休",
     .summary_en = "Holidays and make-up workdays of a year"},
    {.method = "GET",
     .path = "/api/gates/{change}/{subject_id}",
     .grant = READERS,
     .name = "duties_gate",
     .handle = duties_gate,
     .kind = HTTP_ONE,
     .reply = &duties_gate_table,
     .summary_zh = "办理前须满足的条件",
     .summary_en = "What must hold before a change of state"},
    {.method = "GET",
     .path = "/api/exemptions",
     .grant = READERS,
     .name = "duties_exemption_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &duties_exemption_table,
     .list = &duties_exemption_list,
     .summary_zh = "豁免（专报）",
     .summary_en = "Exemptions (special reports)"},
    {.method = "POST",
     .path = "/api/exemptions",
     .grant = ROLE_COUNTY_OFFICER,
     .name = "duties_exemption_ask",
     .handle = duties_exemption_ask,
     .kind = HTTP_ONE,
     .reply = &duties_asked_table,
     .body = &duties_ask_table,
     .summary_zh = "申请豁免",
     .summary_en = "Ask for an exemption"},
    {.method = "POST",
     .path = "/api/exemptions/{exemption_id}/decide",
     .grant = ROLE_BUREAU_LEADER,
     .name = "duties_exemption_decide",
     .handle = duties_exemption_decide,
     .kind = HTTP_ONE,
     .reply = &duties_decided_table,
     .body = &duties_decide_table,
     .summary_zh = "审批豁免",
     .summary_en = "Decide an exemption"},
};

static const char *const scoped_tables[] = {"rules_duty", "rules_case", "rules_exemption", NULL};

static void start(void)
{
    rules_declare_posts(&org_post_kind_enum);
}

const struct module duties_module = {
    .name = "duties",
    .routes = MODULE_MANY(routes),
    .scoped_tables = scoped_tables,
    .start = start,
};
