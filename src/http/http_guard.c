/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Three steps, each cheaper than what it keeps out: http_guard_head looks at the head alone (type and
 * length of the body), before the library asks the client for the body; http_guard_enter asks who it is and
 * whether they may; http_guard_input checks query and body by the field tables. A browser sends the session
 * cookie by itself, also when another site made it ask; so a change authenticated by cookie must carry
 * X-Anze: 1 (no foreign page can add a header without a preflight, which is never granted) and, when the
 * browser names an origin, ours.
 */
#include "http/http_inner.h"

#include <string.h>
#include <strings.h>

static bool same_text(struct str a, struct str b)
{
    return a.len == b.len && strncasecmp(a.at, b.at, a.len) == 0;
}

static bool writes(const struct http_request *r)
{
    return !r->get;
}

/* ---- the head ---- */

static bool is_json(struct str type)
{
    struct str part, rest = type;
    if (!str_cut(&rest, ';', &part) || !same_text(str_trim(part), STR("application/json")))
        return false;
    if (rest.len == 0)
        return true;
    struct str charset = str_trim(rest);
    return same_text(charset, STR("charset=utf-8")) || same_text(charset, STR("charset=\"utf-8\""));
}

static bool is_form(struct str type)
{
    return (type.len >= 10 && strncasecmp(type.at, "multipart/", 10) == 0) ||
           (type.len >= 33 && strncasecmp(type.at, "application/x-www-form-urlencoded", 33) == 0);
}

void http_guard_head(struct http_request *r)
{
    const struct http_header *h = &r->header;
    const struct http_route *route = r->match.row ? r->match.row->route : NULL;
    bool has_body = h->chunked || h->content_length > 0, upload = route && (route->flags & HTTP_UPLOAD);
    int64_t most = upload ? HTTP_UPLOAD_MAX : HTTP_BODY_MAX;
    if (h->bad)
        http_refuse(r, 400, ERR_INVALID, NULL, "http.fault.framing", STR_NONE);
    if (h->content_length > most)
        http_refuse(r, 413, ERR_TOO_LARGE, NULL, "http.fault.body_max",
                    str_format(r->arena, "%lld", (long long)(most >> 20)));
    if (!route || r->transport_status)
        return;
    if (has_body && r->get)
        http_refuse(r, 400, ERR_INVALID, NULL, "http.fault.body_unwanted", STR_NONE);
    if (upload && (!h->content_type.len || is_form(h->content_type)))
        http_refuse(r, 415, ERR_INVALID, NULL, "http.fault.type_file", STR_NONE);
    if (!upload && has_body && !is_json(h->content_type))
        http_refuse(r, 415, ERR_INVALID, NULL, "http.fault.type_json", STR_NONE);
}

/* ---- who ---- */

static struct str cookie_value(struct str cookies, const char *name)
{
    struct str pair, rest = cookies;
    size_t len = strlen(name);
    while (str_cut(&rest, ';', &pair)) {
        pair = str_trim(pair);
        if (pair.len > len && memcmp(pair.at, name, len) == 0 && pair.at[len] == '=')
            return (struct str){pair.at + len + 1, pair.len - len - 1};
    }
    return STR_NONE;
}

static void find_token(struct http_request *r)
{
    struct str authorization = r->header.authorization;
    if (authorization.len > 7 && strncasecmp(authorization.at, "Bearer ", 7) == 0) {
        r->x.token = str_trim((struct str){authorization.at + 7, authorization.len - 7});
        return;
    }
    r->x.token = cookie_value(r->header.cookie, HTTP_COOKIE);
    r->by_cookie = r->x.token.len > 0;
}

static bool origin_is_ours(const struct http_request *r)
{
    struct str origin = r->header.origin;
    size_t scheme = str_starts(origin, STR("https://")) ? 8 : str_starts(origin, STR("http://")) ? 7 : 0;
    return scheme && same_text((struct str){origin.at + scheme, origin.len - scheme}, r->header.host);
}

/* A change that another site's page may have caused. */
static bool is_forged(const struct http_request *r)
{
    if (!writes(r))
        return false;
    if (r->header.origin.len && !origin_is_ours(r))
        return true;
    if (str_is(r->header.fetch_site, "cross-site"))
        return true;
    return r->by_cookie && !str_is(r->header.x_anze, "1");
}

enum err http_guard_enter(struct http_request *r, struct db *db)
{
    const struct http_route *route = r->match.row->route;
    struct call *call = &r->call;
    find_token(r);
    if (is_forged(r))
        return call_fail(call, ERR_FORBIDDEN, NULL, "http.fault.forged");
    if (r->x.token.len) {
        call->db = db;
        enum err word = access_session_actor(call, r->x.token, &r->actor);
        if (word == ERR_OK) {
            call->actor = &r->actor;
            if (!http_request_param(r, "lang").at)
                call->lang = r->actor.lang;
        } else if (word != ERR_UNAUTHENTICATED) {
            return word;
        }
    }
    if (route->grant == GRANT_PUBLIC) {
        call_faults_clear(call); /* a stale session is nobody's concern here */
        return ERR_OK;
    }
    if (!call->actor)
        return ERR_UNAUTHENTICATED;
    if (!(r->actor.roles & route->grant))
        return ERR_FORBIDDEN;
    if (r->actor.must_change_password && !(route->flags & HTTP_FIRST_PASSWORD))
        return call_fail(call, ERR_FORBIDDEN, "password", "http.fault.first_password");
    if (r->actor.must_enrol && !(route->flags & HTTP_FIRST_PASSWORD))
        return call_fail(call, ERR_FORBIDDEN, "code", "http.fault.enrol_first");
    return ERR_OK;
}

/* ---- the input ---- */

static const char *const list_params[] = {"q", "sort", "limit", "cursor", "count", "format", NULL};

static bool param_expected(const struct http_route *route, struct str name)
{
    if (str_is(name, "lang") || (route->query && field_find(route->query, name)))
        return true;
    if ((route->flags & HTTP_UPLOAD) && str_is(name, "filename"))
        return true;
    if (route->kind != HTTP_LIST)
        return false;
    for (size_t i = 0; list_params[i]; i++)
        if (str_is(name, list_params[i]))
            return true;
    for (size_t i = 0; route->list && i < route->list->many_filters; i++)
        if (str_is(name, route->list->filters[i].param))
            return true;
    return !route->list && !route->query; /* its handler knows its own */
}

static enum err read_query(struct http_request *r)
{
    const struct http_route *route = r->match.row->route;
    struct call *call = &r->call;
    for (size_t i = 0; i < r->many_params; i++)
        if (!param_expected(route, r->params[i].name))
            call_fault_add(call, str_c(r->arena, r->params[i].name), "http.fault.param_unknown");
    const struct field_table *table = route->query;
    if (table) {
        r->x.query = (struct field_record){table, ARENA_ARRAY(r->arena, struct field_value, table->many)};
        for (size_t i = 0; i < table->many; i++) {
            const struct field *field = &table->fields[i];
            struct str text = http_request_param(r, field->name);
            /* The faults are kept on the call; every parameter is looked at. */
            if (text.at && field_parse_text(call, field, field->name, text, &r->x.query.values[i]) != ERR_OK)
                continue;
            if ((field->flags & FIELD_REQUIRED) && (!text.at || r->x.query.values[i].empty))
                call_fault_add(call, field->name, "http.fault.param_required");
        }
    }
    struct str limit = http_request_param(r, "limit");
    int64_t number;
    if (route->kind == HTTP_LIST && limit.at && (!str_to_int(limit, &number) || number < 1 || number > 200))
        call_fault_add(call, "limit", "http.fault.limit");
    return call->faults ? ERR_INVALID : ERR_OK;
}

static enum err read_body(struct http_request *r)
{
    const struct http_route *route = r->match.row->route;
    struct call *call = &r->call;
    struct str text = str_trim((struct str){r->body.at, r->body.len});
    const struct json *root = NULL;
    if (text.len == 0 && !route->body)
        return ERR_OK;
    struct json_place place = {0};
    enum err word = json_parse(r->arena, text.len ? buf_str(&r->body) : STR("{}"), &root, &place);
    if (word != ERR_OK) {
        r->transport_status = 400;
        return call_fail(call, word, NULL, "http.fault.json", str_format(r->arena, "%d", place.line),
                         str_format(r->arena, "%d", place.column), str_of(place.why));
    }
    if (json_kind(root) != JSON_OBJECT)
        return call_fail(call, ERR_INVALID, NULL, "http.fault.object");
    if (!route->body)
        return json_count(root) ? call_fail(call, ERR_INVALID, NULL, "http.fault.body_unwanted") : ERR_OK;
    return field_parse(call, route->body, root, (route->flags & HTTP_PARTIAL) != 0, &r->x.body);
}

/* The name as the user's machine gave it, less any folders in front. */
static struct str plain_name(struct str name)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.at[i - 1] == '/' || name.at[i - 1] == '\\')
            return (struct str){name.at + i, name.len - i};
    return name;
}

static enum err read_upload(struct http_request *r)
{
    struct str name = str_trim(plain_name(http_request_param(r, "filename")));
    if (name.len == 0 || utf8_length(name) > 200 || str_is(name, ".") || str_is(name, ".."))
        return call_fail(&r->call, ERR_INVALID, "filename", "http.fault.filename");
    if (r->body_bytes == 0)
        return call_fail(&r->call, ERR_INVALID, NULL, "http.fault.empty_file");
    r->x.upload_path = r->spool_path;
    r->x.upload_name = name;
    r->x.upload_size = r->body_bytes;
    return ERR_OK;
}

enum err http_guard_input(struct http_request *r)
{
    TRY(read_query(r));
    if (r->match.row->route->flags & HTTP_UPLOAD)
        return read_upload(r);
    return r->get ? ERR_OK : read_body(r);
}
