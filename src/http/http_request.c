/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/log.h"

#define FREE_KEPT   64          /* requests a network thread keeps for reuse */
#define BUFFER_KEPT (64 * 1024) /* larger buffers are given back */

struct http_request *http_request_take(struct http_thread *thread, struct http_server *server)
{
    struct http_request *r = thread->free;
    if (r) {
        thread->free = r->next;
        thread->many_free--;
        struct arena *arena = r->arena;
        struct buf body = r->body, out = r->out;
        memset(r, 0, sizeof *r);
        r->arena = arena;
        r->body = body;
        r->out = out;
    } else {
        r = calloc(1, sizeof *r);
        if (!r)
            log_abort("out of memory: request");
        r->arena = arena_new(HTTP_ARENA_MAX);
        r->out.max = HTTP_REPLY_MAX;
    }
    atomic_fetch_add_explicit(&server->open, 1, memory_order_relaxed);
    r->home = thread;
    r->server = server;
    r->spool_fd = -1;
    r->answer.fd = -1;
    r->header.content_length = -1;
    r->body.max = HTTP_BODY_MAX;
    r->began_us = clock_monotonic_us();
    r->call = (struct call){.arena = r->arena, .app = server->options.app, .lang = CALL_ZH};
    r->call.now_ms = clock_now_ms();
    r->x.out = &r->writer;
    r->x.param = http_request_param;
    r->x.param_from = r;
    r->writer = json_writer(&r->out);
    return r;
}

static void reuse_buffer(struct buf *buf)
{
    if (buf->cap > BUFFER_KEPT)
        buf_free(buf);
    buf->len = 0;
    buf->over = false;
}

static void request_free(struct http_request *r)
{
    arena_free(r->arena);
    buf_free(&r->body);
    buf_free(&r->out);
    free(r);
}

void http_request_give(struct http_request *r)
{
    struct http_thread *thread = r->home;
    atomic_fetch_sub_explicit(&r->server->body_bytes, r->body_counted, memory_order_relaxed);
    atomic_fetch_sub_explicit(&r->server->open, 1, memory_order_relaxed);
    http_upload_drop(r);
    if (thread->many_free >= FREE_KEPT) {
        request_free(r);
        return;
    }
    reuse_buffer(&r->body);
    reuse_buffer(&r->out);
    arena_reset(r->arena);
    r->next = thread->free;
    thread->free = r;
    thread->many_free++;
}

void http_refuse(struct http_request *r, int status, enum err word, const char *field, const char *key,
                 struct str arg)
{
    if (r->transport_status)
        return;
    r->transport_status = status;
    r->word = word;
    if (key && call_fail(&r->call, word, field, key, arg) == ERR_OK)
        r->word = ERR_FAILED;
}

static void add_param(struct http_request *r, struct str pair)
{
    struct str name = pair, value = STR_NONE;
    const char *equals = memchr(pair.at, '=', pair.len);
    if (equals) {
        name.len = (size_t)(equals - pair.at);
        value = (struct str){equals + 1, pair.len - name.len - 1};
    }
    struct http_param param = {{"", 0}, {"", 0}};
    if (!http_unescape(r->arena, name, true, &param.name) ||
        (value.len && !http_unescape(r->arena, value, true, &param.value)) || param.name.len == 0) {
        http_refuse(r, 400, ERR_INVALID, NULL, "http.fault.target", STR_NONE);
        return;
    }
    for (size_t i = 0; i < r->many_params; i++)
        if (str_eq(r->params[i].name, param.name))
            http_refuse(r, 400, ERR_INVALID, str_c(r->arena, param.name), "http.fault.twice", param.name);
    if (r->many_params == HTTP_PARAMS_MAX)
        http_refuse(r, 400, ERR_INVALID, NULL, "http.fault.target", STR_NONE);
    else
        r->params[r->many_params++] = param;
}

/* "http://host/path" is a valid target too; the Host header names the host in any case. */
static struct str strip_authority(struct str target)
{
    size_t skip = str_starts(target, STR("http://")) ? 7 : str_starts(target, STR("https://")) ? 8 : 0;
    if (!skip)
        return target;
    const char *slash = memchr(target.at + skip, '/', target.len - skip);
    return slash ? (struct str){slash, target.len - (size_t)(slash - target.at)} : STR("/");
}

/* No dot segments, no doubled slashes, no escapes that do not decode: one spelling for each path. */
static bool path_is_plain(struct http_request *r, struct str path)
{
    struct str decoded;
    if (path.len == 0 || path.at[0] != '/' || !http_unescape(r->arena, path, false, &decoded))
        return false;
    struct str rest = {decoded.at + 1, decoded.len - 1};
    for (size_t from = 0, i = 0; i <= rest.len; i++) {
        if (i < rest.len && rest.at[i] == '\\')
            return false;
        if (i < rest.len && rest.at[i] != '/')
            continue;
        struct str part = {rest.at + from, i - from};
        if (str_is(part, ".") || str_is(part, "..") || (part.len == 0 && i < rest.len))
            return false;
        from = i + 1;
    }
    return true;
}

void http_request_target(struct http_request *r, struct str target)
{
    target = strip_authority(str_copy(r->arena, target));
    r->path = target;
    struct str query = STR_NONE;
    const char *mark = memchr(target.at, '?', target.len);
    if (mark) {
        r->path.len = (size_t)(mark - target.at);
        query = (struct str){mark + 1, target.len - r->path.len - 1};
    }
    if (!str_is(r->path, "*") && !path_is_plain(r, r->path)) {
        http_refuse(r, 400, ERR_INVALID, NULL, "http.fault.target", STR_NONE);
        return;
    }
    if (query.len == 0)
        return;
    r->params = ARENA_ARRAY(r->arena, struct http_param, HTTP_PARAMS_MAX);
    struct str pair;
    while (str_cut(&query, '&', &pair))
        if (pair.len)
            add_param(r, pair);
}

struct str http_request_param(void *from, const char *name)
{
    const struct http_request *r = from;
    for (size_t i = 0; i < r->many_params; i++)
        if (str_is(r->params[i].name, name))
            return r->params[i].value;
    return STR_NONE;
}

static bool same_name(struct str a, const char *b, size_t len)
{
    return a.len == len && strncasecmp(a.at, b, len) == 0;
}

static bool is_token(struct str name)
{
    if (name.len == 0)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c <= 0x20 || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c))
            return false;
    }
    return true;
}

static void framing_header(struct http_request *r, struct str name, struct str value)
{
    struct http_header *h = &r->header;
    if (same_name(name, "Content-Length", 14)) {
        int64_t length;
        bool digits = value.len > 0 && value.at[0] >= '0' && value.at[0] <= '9';
        if (h->content_length >= 0 || h->chunked || !digits || !str_to_int(value, &length))
            h->bad = true;
        else
            h->content_length = length;
    } else if (same_name(name, "Transfer-Encoding", 17)) {
        if (h->chunked || h->content_length >= 0 || !same_name(value, "chunked", 7))
            h->bad = true;
        h->chunked = true;
    }
}

void http_request_header(struct http_request *r, struct str name, struct str value)
{
    struct http_header *h = &r->header;
    const struct {
        const char *name;
        struct str *to;
    } known[] = {{"Cookie", &h->cookie},
                 {"Authorization", &h->authorization},
                 {"Content-Type", &h->content_type},
                 {"Origin", &h->origin},
                 {"Host", &h->host},
                 {"X-Anze", &h->x_anze},
                 {"Accept-Language", &h->accept_language},
                 {"If-None-Match", &h->if_none_match},
                 {"Accept-Encoding", &h->accept_encoding},
                 {"Sec-Fetch-Site", &h->fetch_site}};
    if (!is_token(name))
        h->bad = true;
    framing_header(r, name, value);
    if (same_name(name, "X-Forwarded-For", 15)) {
        h->forwarded = h->forwarded.len
                           ? str_format(r->arena, "%.*s, %.*s", STR_ARG(h->forwarded), STR_ARG(value))
                           : value;
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!same_name(name, known[i].name, strlen(known[i].name)))
            continue;
        /* Two of them would let a front proxy and this server read different ones. */
        if (h->seen & (1u << i))
            h->bad = true;
        h->seen |= 1u << i;
        *known[i].to = value;
        return;
    }
}

struct db *http_thread_db(struct http_thread *thread, struct http_request *r)
{
    char why[256] = "";
    if (!thread->db && db_open(thread->server->options.db_where, DB_READ, &thread->db, why) != ERR_OK) {
        log_error("http: no read connection: %s", why);
        thread->db = NULL;
        http_refuse(r, 503, ERR_BUSY, NULL, NULL, STR_NONE);
    }
    return thread->db;
}

void http_thread_free(struct http_thread *thread)
{
    for (struct http_request *r = thread->free, *next; r; r = next) {
        next = r->next;
        request_free(r);
    }
    db_close(thread->db);
    free(thread);
}

void http_refuse_size(struct http_request *r, int64_t most)
{
    http_refuse(r, 413, ERR_TOO_LARGE, NULL, "http.fault.body_max",
                str_format(r->arena, "%lld", (long long)(most >> 20)));
}

/* ---- the head has come ---- */

/* The first of zh and en that the client names, by its order of preference. */
static enum call_lang choose_language(struct http_request *r)
{
    struct str lang = http_request_param(r, "lang");
    if (str_is(lang, "en") || str_is(lang, "zh"))
        return str_is(lang, "en") ? CALL_EN : CALL_ZH;
    struct str part, rest = r->header.accept_language;
    while (str_cut(&rest, ',', &part)) {
        part = str_trim(part);
        if (part.len >= 2 && strncasecmp(part.at, "en", 2) == 0)
            return CALL_EN;
        if (part.len >= 2 && strncasecmp(part.at, "zh", 2) == 0)
            return CALL_ZH;
    }
    return CALL_ZH;
}

/* What may be done here; no other origin is ever granted anything. */
static void reply_options(struct http_request *r)
{
    r->answer.status = 204;
    http_answer_header(r, "Allow",
                       r->page || !r->match.rows ? STR("GET, HEAD, OPTIONS")
                                                 : http_router_allow(r->arena, r->match.rows));
}

static void find_route(struct http_request *r)
{
    struct http_server *server = r->server;
    if (str_is(r->path, "/api") || str_starts(r->path, STR("/api/"))) {
        r->match = http_router_match(server->root, r->arena, r->path, r->method);
        r->allow = r->match.rows && !r->match.row ? http_router_allow(r->arena, r->match.rows) : STR_NONE;
    } else {
        r->page = true;
        r->allow = STR("GET, HEAD, OPTIONS");
    }
    if (!r->page && !r->match.rows && !str_is(r->path, "*"))
        r->word = ERR_NOT_FOUND;
    else if (str_is(r->method, "OPTIONS"))
        reply_options(r);
    else if (r->page ? !r->get : !r->match.row)
        http_refuse(r, 405, ERR_INVALID, NULL, NULL, STR_NONE);
}

void http_request_begin(struct http_request *r)
{
    r->head = str_is(r->method, "HEAD");
    r->get = r->head || str_is(r->method, "GET");
    r->call.lang = choose_language(r);
    r->x.remote =
        http_proxy_client(r->server->proxies, r->arena, http_watch_address(r->conn), r->header.forwarded);
    if (!r->transport_status)
        find_route(r);
    http_guard_head(r);
    if (atomic_load_explicit(&r->server->stopping, memory_order_relaxed))
        http_refuse(r, 503, ERR_BUSY, NULL, NULL, STR_NONE);
    const struct http_route *route = r->match.row ? r->match.row->route : NULL;
    if (route && (route->flags & HTTP_UPLOAD) && !r->transport_status && r->word == ERR_OK) {
        r->body.max = 2 * HTTP_SPOOL_CHUNK;
        http_run_admit(r);
    }
}
