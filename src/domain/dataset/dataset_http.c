/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/attachment/attachment.h"
#include "domain/dataset/dataset_inner.h"

static enum err set_get(struct call *call, struct http_exchange *x)
{
    return dataset_put(call, x->ids[0], x->out);
}

static enum err set_post(struct call *call, struct http_exchange *x)
{
    int64_t dataset_id;
    TRY(dataset_register(call, &x->body, &dataset_id));
    return dataset_put(call, dataset_id, x->out);
}

static enum err set_patch(struct call *call, struct http_exchange *x)
{
    TRY(dataset_change(call, x->ids[0], &x->body));
    return dataset_put(call, x->ids[0], x->out);
}

static enum err set_end(struct call *call, struct http_exchange *x)
{
    TRY(dataset_end(call, x->ids[0], &x->body));
    return dataset_put(call, x->ids[0], x->out);
}

static enum err copy_get(struct call *call, struct http_exchange *x)
{
    return dataset_put_copy(call, x->ids[0], x->out);
}

/* The giver gets its own copy back with what was made from it: the new one is the receiver's. */
static enum err copy_hand_over(struct call *call, struct http_exchange *x)
{
    int64_t made;
    TRY(dataset_hand_over(call, x->ids[0], &x->body, &made));
    return dataset_put_copy(call, x->ids[0], x->out);
}

static enum err copy_accept(struct call *call, struct http_exchange *x)
{
    TRY(dataset_accept(call, x->ids[0], &x->body));
    return dataset_put_copy(call, x->ids[0], x->out);
}

static enum err copy_decline(struct call *call, struct http_exchange *x)
{
    TRY(dataset_decline(call, x->ids[0], field_str(&x->body, "reason")));
    return dataset_put_copy(call, x->ids[0], x->out);
}

static enum err copy_renew(struct call *call, struct http_exchange *x)
{
    TRY(dataset_renew(call, x->ids[0], &x->body));
    return dataset_put_copy(call, x->ids[0], x->out);
}

static enum err copy_end(struct call *call, struct http_exchange *x)
{
    TRY(dataset_copy_end(call, x->ids[0], &x->body));
    return dataset_put_copy(call, x->ids[0], x->out);
}

#define READERS (ROLES_AUTHORITY | ROLES_UNIT)
#define WRITERS (ROLE_COUNTY_OFFICER | ROLE_UNIT_OFFICER)
#define ROUTE(verb, where, who, id, call_it, zh, en)                                                         \
    .method = verb, .path = where, .grant = (who), .name = id, .handle = call_it, .summary_zh = zh,          \
    .summary_en = en
#define A_SET  .kind = HTTP_ONE, .reply = &dataset_table, .more = &dataset_more_table
#define A_COPY .kind = HTTP_ONE, .reply = &dataset_copy_table, .more = &dataset_copy_more_table
static const struct http_route routes[] = {
    {ROUTE("GET", "/api/datasets", READERS, "dataset_list", http_list, "数据资源", "Data sets"),
     .kind = HTTP_LIST, .reply = &dataset_table, .list = &dataset_list},
    {ROUTE("POST", "/api/datasets", WRITERS, "dataset_create", set_post, "登记数据资源",
           "Register a data set"),
     A_SET, .body = &dataset_table},
    {ROUTE("GET", "/api/datasets/{dataset_id}", READERS, "dataset_get", set_get, "数据资源详情",
           "A data set and who holds copies of it"),
     A_SET},
    {ROUTE("PATCH", "/api/datasets/{dataset_id}", WRITERS, "dataset_change", set_patch, "修改数据资源",
           "Change a data set"),
     A_SET, .body = &dataset_change_table, .flags = HTTP_PARTIAL},
    {ROUTE("POST", "/api/datasets/{dataset_id}/end", WRITERS, "dataset_end", set_end, "销毁数据资源",
           "The data set is destroyed"),
     A_SET, .body = &dataset_ending_table, .flags = HTTP_CHANGES},
    {ROUTE("GET", "/api/dataset-copies", READERS, "dataset_copies", http_list, "数据副本",
           "Copies of data sets"),
     .kind = HTTP_LIST, .reply = &dataset_copy_table, .list = &dataset_copy_list},
    {ROUTE("GET", "/api/dataset-copies/{copy_id}", READERS, "dataset_copy_get", copy_get, "数据副本详情",
           "A copy and what was made from it"),
     A_COPY},
    {ROUTE("POST", "/api/dataset-copies/{copy_id}/hand-over", WRITERS, "dataset_copy_hand_over",
           copy_hand_over, "提供副本", "Hand a copy to another unit"),
     A_COPY, .body = &dataset_hand_over_table, .flags = HTTP_CHANGES},
    {ROUTE("POST", "/api/dataset-copies/{copy_id}/accept", WRITERS, "dataset_copy_accept", copy_accept,
           "签收副本并明确保管责任", "Accept a copy and answer for it"),
     A_COPY, .body = &dataset_accept_table, .flags = HTTP_CHANGES},
    {ROUTE("POST", "/api/dataset-copies/{copy_id}/decline", WRITERS, "dataset_copy_decline", copy_decline,
           "未收到副本", "The copy never came"),
     A_COPY, .body = &dataset_reason_table, .flags = HTTP_CHANGES},
    {ROUTE("POST", "/api/dataset-copies/{copy_id}/renew", WRITERS, "dataset_copy_renew", copy_renew,
           "续期使用", "Hold it longer"),
     A_COPY, .body = &dataset_renew_table, .flags = HTTP_CHANGES},
    {ROUTE("POST", "/api/dataset-copies/{copy_id}/end", WRITERS, "dataset_copy_end", copy_end,
           "副本销毁或退回", "A copy is destroyed or returned"),
     A_COPY, .body = &dataset_copy_ending_table, .flags = HTTP_CHANGES},
};

static const struct rules_subject subjects[] = {
    {.name = "dataset",
     .sql = "SELECT dataset_id, unit_id, unit_path, dataset_name FROM dataset WHERE ($1 = 0 OR dataset_id = "
            "$1)"},
    {.name = "dataset_copy",
     .sql = "SELECT c.copy_id, c.unit_id, c.unit_path, d.dataset_name FROM dataset_copy c JOIN dataset d ON "
            "d.dataset_id = c.dataset_id WHERE ($1 = 0 OR c.copy_id = $1)"},
};

static const struct rules_fact facts[] = {
    {.name = "dataset.copy_given",
     .subject = "dataset_copy",
     .sql = "SELECT copy_id, given_at_ms, NULL FROM dataset_copy WHERE parent_copy_id IS NOT NULL AND "
            "(copy_end IS NULL OR copy_end <> 'declined') AND ($1 = 0 OR copy_id = $1)"},
    {.name = "dataset.copy_accepted",
     .subject = "dataset_copy",
     .sql = "SELECT copy_id, accepted_at_ms, NULL FROM dataset_copy WHERE accepted_at_ms IS NOT NULL AND ($1 "
            "= 0 OR copy_id = $1)"},
    {.name = "dataset.copy_term_near",
     .subject = "dataset_copy",
     .sql = "SELECT copy_id, term_notice_ms, NULL FROM dataset_copy WHERE term_notice_ms IS NOT NULL AND "
            "ended_at_ms IS NULL AND ($1 = 0 OR copy_id = $1)"},
    {.name = "dataset.copy_ended",
     .subject = "dataset_copy",
     .sql = "SELECT copy_id, ended_at_ms, NULL FROM dataset_copy WHERE ended_at_ms IS NOT NULL AND ($1 = 0 "
            "OR copy_id = $1)"},
};

static enum err notice_terms(struct call *call)
{
    return dataset_notice_terms(call, 0);
}

static const struct jobs_kind jobs[] = {
    {.name = "dataset.terms", .every_s = 0, .at_minute = 40, .run = notice_terms},
};

static enum err set_owner(struct call *call, int64_t dataset_id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct dataset set;
    TRY(dataset_reach(call, dataset_id, &set));
    *ret_unit_id = set.unit_id;
    *ret_path = set.unit_path;
    return ERR_OK;
}

static enum err copy_owner(struct call *call, int64_t copy_id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct dataset_copy copy;
    TRY(dataset_copy_reach(call, copy_id, &copy));
    *ret_unit_id = copy.unit_id;
    *ret_path = copy.unit_path;
    return ERR_OK;
}

static void start(void)
{
    attachment_declare_subject("dataset", set_owner);
    attachment_declare_subject("dataset_copy", copy_owner);
}

static const char *const scoped_tables[] = {"dataset", "dataset_copy", NULL};

const struct module dataset_module = {
    .name = "dataset",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .subjects = MODULE_MANY(subjects),
    .jobs = MODULE_MANY(jobs),
    .scoped_tables = scoped_tables,
    .start = start,
};
