/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/notify/notify_inner.h"
#include "domain/org/org.h"

static const char *const item_kinds[] = {"message", "digest", NULL};
static const struct field_enum item_kind_enum = {"inbox_kind", item_kinds, NULL};

static const struct field fields[] = {
    {.name = "inbox_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "item_kind", .type = FIELD_ENUM, .of = &item_kind_enum, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "url", .type = FIELD_TEXT},
    {.name = "subject_kind", .type = FIELD_TEXT},
    {.name = "subject_id", .type = FIELD_INT},
    {.name = "created_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "read_at_ms", .type = FIELD_TIME},
};
static const struct field_table item_table = FIELD_TABLE("inbox_item", fields);

static const struct field line_fields[] = {
    {.name = "duty_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "subject_label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table line_table = FIELD_TABLE("digest_line", line_fields);

static const struct field more_fields[] = {
    {.name = "title", .type = FIELD_TEXT, .max = 2000, .flags = FIELD_REQUIRED},
    {.name = "body", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "lines", .type = FIELD_ROWS, .rows = &line_table, .flags = FIELD_REQUIRED},
};
static const struct field_table more_table = FIELD_TABLE("inbox_more", more_fields);

static const struct field count_fields[] = {
    {.name = "unread", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table count_table = FIELD_TABLE("inbox_count", count_fields);

static const struct db_filter filters[] = {
    {"user_id", "i.user_id = $$", FIELD_INT, NULL}, /* always the reader's own; see own_param */
    {"unread", "(i.read_at_ms IS NULL)", FIELD_BOOL, NULL},
    {"item_kind", "i.item_kind = $$", FIELD_ENUM, &item_kind_enum},
};
static const struct db_sort sorts[] = {{"inbox_id", "i.inbox_id"}, {"created_at_ms", "i.created_at_ms"}};
static const struct db_list item_list = {
    .columns = &item_table,
    .select = "SELECT i.inbox_id, i.item_kind, i.url, i.subject_kind, i.subject_id, i.created_at_ms, "
              "i.read_at_ms, i.key, i.args, i.many, i.lines"
              " FROM notify_item i", /* not scoped by unit: an item belongs to one person */
    .key = "i.inbox_id",
    .default_sort = "-created_at_ms",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = 2,
};
#define AFTER_COLUMNS 7

struct own {
    struct http_exchange *x;
    struct str user_id;
};

/* Whatever the request says, the inbox is that of the person who asks. */
static struct str own_param(void *from, const char *name)
{
    struct own *own = from;
    return str_is(STR("user_id"), name) ? own->user_id : own->x->param(own->x->param_from, name);
}

static void put_texts(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    notify_put_texts(call, w, db_col_copy(call, rows, AFTER_COLUMNS),
                     db_col_copy(call, rows, AFTER_COLUMNS + 1), db_col_int(rows, AFTER_COLUMNS + 2),
                     db_col_copy(call, rows, AFTER_COLUMNS + 3));
}

static enum err inbox_rows(struct call *call, struct http_exchange *x)
{
    struct own own = {x, str_format(call->arena, "%lld", (long long)call->actor->user_id)};
    struct db_list_ask ask = {.param = own_param, .from = &own};
    return db_list(call, &item_list, &ask, x->out, put_texts);
}

static enum err inbox_count(struct call *call, struct http_exchange *x)
{
    int64_t unread;
    TRY(db_get_int(call, &unread, 0,
                   "SELECT COUNT(*) FROM notify_item WHERE user_id = $1 AND read_at_ms IS NULL",
                   db_int(call->actor->user_id)));
    json_put_int(x->out, "unread", unread);
    return ERR_OK;
}

static enum err inbox_read(struct call *call, struct http_exchange *x)
{
    int64_t mine;
    TRY(db_run_counted(
        call, &mine,
        "UPDATE notify_item SET read_at_ms = COALESCE(read_at_ms, $3) WHERE inbox_id = $1 AND user_id = $2",
        db_int(x->ids[0]), db_int(call->actor->user_id), db_int(call->now_ms)));
    return mine ? inbox_count(call, x) : ERR_NOT_FOUND;
}

static enum err inbox_read_all(struct call *call, struct http_exchange *x)
{
    TRY(db_run(call, "UPDATE notify_item SET read_at_ms = $2 WHERE user_id = $1 AND read_at_ms IS NULL",
               db_int(call->actor->user_id), db_int(call->now_ms)));
    return inbox_count(call, x);
}

static const struct field query_fields[] = {
    {.name = "unread", .type = FIELD_BOOL},
    {.name = "item_kind", .type = FIELD_ENUM, .of = &item_kind_enum},
};
static const struct field_table query_table = FIELD_TABLE("inbox_query", query_fields);

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/inbox",
     .grant = GRANT_SIGNED_IN,
     .name = "notify_list",
     .handle = inbox_rows,
     .kind = HTTP_LIST,
     .more = &more_table,
     .query = &query_table,
     .reply = &item_table,
     .summary_zh = "收件箱",
     .summary_en = "The inbox"},
    {.method = "GET",
     .path = "/api/inbox/count",
     .grant = GRANT_SIGNED_IN,
     .name = "notify_count",
     .handle = inbox_count,
     .kind = HTTP_ONE,
     .reply = &count_table,
     .summary_zh = "未读数",
     .summary_en = "How many are unread"},
    {.method = "POST",
     .path = "/api/inbox/{inbox_id}/read",
     .grant = GRANT_SIGNED_IN,
     .name = "notify_read",
     .handle = inbox_read,
     .kind = HTTP_ONE,
     .reply = &count_table,
     .summary_zh = "标为已读",
     .summary_en = "Mark as read"},
    {.method = "POST",
     .path = "/api/inbox/read-all",
     .grant = GRANT_SIGNED_IN,
     .name = "notify_read_all",
     .handle = inbox_read_all,
     .kind = HTTP_ONE,
     .reply = &count_table,
     .summary_zh = "全部标为已读",
     .summary_en = "Mark all as read"},
};

static const struct jobs_kind jobs[] = {
    {.name = "notify.digest", .every_s = 0, .at_minute = 9 * 60, .run = notify_digest},
};

/* Who planned it is told how it went; when it could not be done, the officers of the authority too. */
static enum err tell_plan(struct call *call, const struct org_plan_news *news)
{
    bool failed = news->why_zh.len > 0;
    struct notify_message message = {
        .key = failed ? "notify.plan_failed" : "notify.plan_done",
        .args = {failed ? news->why_zh : news->unit_name, news->unit_name, news->effective_on,
                 failed ? news->why_en : STR_NONE},
        .url = str_format(call->arena, "/reorganisations/%lld", (long long)news->plan_id),
        .subject_kind = "unit",
        .subject_id = news->unit_id,
        .once = str_format(call->arena, "reorg.plan:%lld", (long long)news->plan_id)};
    TRY(notify_user(call, news->planned_by, &message));
    return failed ? notify_users(call, ROLE_COUNTY_OFFICER, 0, &message) : ERR_OK;
}

static void start(void)
{
    rules_listen(notify_hear);
    org_tell_plans(tell_plan);
}

static const char *const scoped_tables[] = {"notify_event", NULL};

const struct module notify_module = {
    .name = "notify",
    .routes = MODULE_MANY(routes),
    .jobs = MODULE_MANY(jobs),
    .scoped_tables = scoped_tables,
    .start = start,
};
