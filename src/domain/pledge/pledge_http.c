/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/pledge/pledge.h"

static enum err pledge_get(struct call *call, struct http_exchange *x)
{
    return pledge_show(call, x->ids[0], x->out);
}

static enum err pledge_sheet(struct call *call, struct http_exchange *x)
{
    int64_t document_id;
    TRY(pledge_print(call, x->ids[0], &document_id));
    json_put_int(x->out, "document_id", document_id);
    return ERR_OK;
}

static const struct field sign_fields[] = {
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_SECRET, .max = 40},
};
static const struct field_table sign_table = FIELD_TABLE("pledge_sign", sign_fields);

static enum err pledge_signature(struct call *call, struct http_exchange *x)
{
    bool complete;
    struct pledge_factor factor = {field_str(&x->body, "code"), x->remote};
    TRY(pledge_sign(call, x->ids[0], &factor, &complete));
    json_put_bool(x->out, "complete", complete);
    return pledge_show(call, x->ids[0], x->out);
}

static enum err scorecard_get(struct call *call, struct http_exchange *x)
{
    return pledge_scorecard(call, x->ids[0], x->out);
}

static const struct field sheet_fields[] = {
    {.name = "document_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table sheet_table = FIELD_TABLE("pledge_sheet", sheet_fields);

static const struct field signed_fields[] = {
    {.name = "complete", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table signed_table = FIELD_TABLE("pledge_signed", signed_fields);

#define SEERS (ROLES_AUTHORITY | ROLES_UNIT)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/units/{unit_id}/pledge",
     .grant = SEERS,
     .name = "pledge_get",
     .handle = pledge_get,
     .kind = HTTP_ONE,
     .reply = &pledge_table,
     .summary_zh = "责任承诺书",
     .summary_en = "The pledge of a unit"},
    {.method = "POST",
     .path = "/api/units/{unit_id}/pledge/sheet",
     .grant = ROLES_UNIT,
     .name = "pledge_sheet",
     .handle = pledge_sheet,
     .kind = HTTP_ONE,
     .reply = &sheet_table,
     .flags = HTTP_CHANGES,
     .summary_zh = "生成承诺书",
     .summary_en = "Print the pledge for today's leaders"},
    {.method = "POST",
     .path = "/api/units/{unit_id}/pledge/sign",
     .grant = ROLES_UNIT,
     .name = "pledge_sign",
     .handle = pledge_signature,
     .kind = HTTP_ONE,
     .more = &signed_table,
     .reply = &pledge_table,
     .flags = HTTP_CHANGES | HTTP_KEEP,
     .body = &sign_table,
     .summary_zh = "签署承诺书",
     .summary_en = "Sign the pledge"},
    {.method = "GET",
     .path = "/api/units/{unit_id}/scorecard",
     .grant = SEERS,
     .name = "pledge_scorecard",
     .handle = scorecard_get,
     .kind = HTTP_ONE,
     .reply = &pledge_scorecard_table,
     .summary_zh = "单位承诺履行情况",
     .summary_en = "Each undertaking with the duties that prove or break it"},
};

/* A change of leader breaks the pledge without anybody saying so: appointing touches the unit, and this looks
 * at the posts. So does a new version of the text, which the duty asks for by its number. A stamped letter
 * that was filed at the unit directly counts where the duty says from which day on letters bear this text,
 * until a new head comes or a sheet is printed here. */
static const struct rules_fact facts[] = {
    {.name = "pledge.signed",
     .subject = "unit",
     .args = {"version", "since"},
     .sql = "SELECT p.unit_id, p.signed_at_ms, NULL FROM pledge p WHERE ($1 = 0 OR p.unit_id = $1) AND "
            "p.state = 'signed' AND ($2 = '' OR p.pledge_version = $2)"
            " AND NOT EXISTS (SELECT 1 FROM org_post o WHERE o.unit_id = p.unit_id AND o.valid_to IS NULL"
            " AND ((o.post_kind = 'party_head' AND o.person_id <> p.party_head_id)"
            " OR (o.post_kind = 'admin_head' AND o.person_id <> p.admin_head_id))"
            " AND NOT EXISTS (SELECT 1 FROM org_post n WHERE n.unit_id = o.unit_id AND n.post_kind = "
            "o.post_kind AND n.valid_to IS NULL"
            " AND n.post_id > o.post_id))"
            " UNION ALL SELECT a.unit_id, a.uploaded_at_ms, NULL FROM attachment a WHERE ($1 = 0 OR "
            "a.unit_id = $1) AND a.state = 'filed'"
            " AND a.kind = 'responsibility_pledge' AND ($2 = '' OR ($3 <> '' AND a.period_to >= $3)) AND NOT "
            "EXISTS (SELECT 1 FROM pledge q WHERE q.unit_id = a.unit_id AND q.printed_at_ms <= "
            "a.uploaded_at_ms)"
            " AND NOT EXISTS (SELECT 1 FROM org_post o WHERE o.unit_id = a.unit_id AND o.valid_to IS NULL"
            " AND o.post_kind IN ('party_head', 'admin_head') AND o.created_at_ms > a.uploaded_at_ms)"},
};

static const char *const scoped_tables[] = {"pledge", NULL};

const struct module pledge_module = {
    .name = "pledge",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .scoped_tables = scoped_tables,
};
