/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/words.h"

#define CSP_NOTHING STR("default-src 'none'; frame-ancestors 'none'")
/* A letter is shown in a frame of our own pages; Chromium's viewer brings scripts and styles of its own. */
#define CSP_PDF                                                                                              \
    STR("default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'")
#define CSP_IMAGE STR("sandbox; default-src 'none'; frame-ancestors 'self'")

void http_answer_header(struct http_request *r, const char *name, struct str value)
{
    struct http_answer *answer = &r->answer;
    if (answer->many < sizeof answer->headers / sizeof answer->headers[0])
        answer->headers[answer->many++] = (struct http_param){str_of(name), str_copy(r->arena, value)};
}

/* ---- errors ---- */

static int error_status(const struct http_request *r)
{
    return r->transport_status ? r->transport_status : err_http_status(r->word);
}

static void put_fault(struct http_request *r, struct json_writer *w, const struct call_fault *fault)
{
    const struct http_route *route = r->match.row ? r->match.row->route : NULL;
    const struct field_table *table = route && route->body ? route->body : route ? route->query : NULL;
    json_open_object(w, NULL);
    json_put_c(w, "field", fault->field);
    json_put_c(w, "key", fault->key);
    json_put_str(w, "message", words_fault(&r->call, table, fault));
    if (fault->row)
        json_put_int(w, "row", fault->row);
    if (fault->article)
        json_put_c(w, "article", fault->article);
    json_close_object(w);
}

/* What lies outside the scope and what does not exist must look alike, and our own troubles are for the log.
 */
static bool shows_faults(const struct http_request *r)
{
    return r->word != ERR_NOT_FOUND && r->word != ERR_FAILED;
}

static void log_failure(const struct http_request *r)
{
    const struct call_fault *fault = r->call.faults;
    log_error("http: %.*s %.*s: failed%s%s%s%s", STR_ARG(r->method), STR_ARG(r->path), fault ? ": " : "",
              fault && fault->key ? fault->key : "", fault && fault->args[0].len ? ": " : "",
              fault && fault->args[0].len ? str_c(r->arena, fault->args[0]) : "");
}

static void reply_error(struct http_request *r)
{
    struct http_answer *answer = &r->answer;
    answer->status = error_status(r);
    if (r->word == ERR_FAILED)
        log_failure(r);
    r->out.len = 0;
    r->out.over = false;
    struct json_writer w = json_writer(&r->out);
    const char *word = err_word(r->word);
    const char *key = str_format(r->arena, "http.error.%s", answer->status == 405 ? "method" : word).at;
    json_open_object(&w, NULL);
    json_open_object(&w, "error");
    json_put_c(&w, "code", word);
    json_put_str(&w, "message", words_get(r->call.lang, key));
    json_open_array(&w, "faults");
    if (shows_faults(r))
        for (const struct call_fault *fault = r->call.faults; fault; fault = fault->next)
            put_fault(r, &w, fault);
    json_close_array(&w);
    if (shows_faults(r) && r->call.faults_count > CALL_FAULTS_MAX)
        json_put_int(&w, "more", r->call.faults_count - CALL_FAULTS_MAX);
    json_close_object(&w);
    json_close_object(&w);
    answer->body = buf_str(&r->out);
    answer->type = "application/json";
    if (answer->status == 405)
        http_answer_header(r, "Allow", r->allow);
    if (answer->status == 401)
        http_answer_header(r, "WWW-Authenticate", STR("Bearer"));
    if (answer->status == 503)
        http_answer_header(r, "Retry-After", STR("1"));
}

/* ---- files ---- */

static bool is_listed(const char *type, const char *const *types)
{
    for (; type && *types; types++)
        if (strcmp(type, *types) == 0)
            return true;
    return false;
}

/* RFC 6266: a plain name for old clients, and the real one in UTF-8. */
static struct str disposition(struct http_request *r, bool show)
{
    static const char hex[] = "0123456789ABCDEF";
    struct str name = r->x.file_name;
    BUF(plain, 1024);
    BUF(coded, 4096);
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        bool safe = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                    c == '-' || c == '_';
        if (safe || (c & 0xc0) != 0x80)
            buf_add_char(&plain, safe || c == ' ' ? (char)c : '_');
        if (safe) {
            buf_add_char(&coded, (char)c);
        } else {
            buf_add(&coded, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
        }
    }
    if (name.len == 0)
        return show ? STR("inline") : STR("attachment");
    return str_format(r->arena, "%s; filename=\"%s\"; filename*=UTF-8''%s", show ? "inline" : "attachment",
                      buf_str(&plain).at, buf_str(&coded).at);
}

static enum err open_file(struct http_request *r)
{
    struct stat about;
    struct http_answer *answer = &r->answer;
    answer->fd = open(r->x.file_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool good = answer->fd >= 0 && fstat(answer->fd, &about) == 0 && S_ISREG(about.st_mode);
    if (r->x.file_path_delete)
        unlink(r->x.file_path);
    if (!good) {
        log_error("http: %s: %s", r->x.file_path, strerror(errno));
        if (answer->fd >= 0)
            close(answer->fd);
        answer->fd = -1;
        return ERR_FAILED;
    }
    answer->fd_size = about.st_size;
    return ERR_OK;
}

static enum err reply_file(struct http_request *r)
{
    /* Nothing that a browser would run may be shown in place, whatever the handler wants. */
    static const char *const shown[] = {"application/pdf", "image/png",  "image/jpeg",
                                        "image/gif",       "image/webp", NULL};
    struct http_answer *answer = &r->answer;
    bool pdf = r->x.file_type && strcmp(r->x.file_type, "application/pdf") == 0;
    bool show = r->x.file_inline && is_listed(r->x.file_type, shown);
    if (r->x.file_path)
        TRY(open_file(r));
    else
        answer->body = r->x.file_bytes;
    answer->status = r->x.status ? r->x.status : 200;
    answer->type = r->x.file_type ? r->x.file_type : "application/octet-stream";
    http_answer_header(r, "Content-Disposition", disposition(r, show));
    http_answer_header(r, "Content-Security-Policy", show && pdf ? CSP_PDF : CSP_IMAGE);
    return ERR_OK;
}

/* ---- public things that change only with the version ---- */

static void reply_cached(struct http_request *r)
{
    struct http_answer *answer = &r->answer;
    http_answer_header(r, "ETag", r->x.etag);
    http_answer_header(r, "Cache-Control", STR("no-cache"));
    http_answer_header(r, "Vary", STR("Accept-Language"));
    bool same = http_etag_matches(r->header.if_none_match, r->x.etag);
    answer->status = same ? 304 : 200;
    answer->body = same ? STR_NONE : r->x.file_bytes;
    answer->type = same ? NULL : r->x.file_type;
}

/* ---- the usual case ---- */

static enum err reply_json(struct http_request *r)
{
    const struct http_route *route = r->match.row->route;
    struct http_answer *answer = &r->answer;
    bool none = route->kind == HTTP_NONE && r->out.len == 1;
    bool created =
        !r->get && strcmp(route->method, "POST") == 0 && !(route->flags & (HTTP_READS | HTTP_CHANGES));
    json_close_object(&r->writer);
    TRY(buf_check(&r->out));
    answer->status = r->x.status ? r->x.status : none ? 204 : created ? 201 : 200;
    if (none)
        return ERR_OK;
    answer->body = buf_str(&r->out);
    answer->type = "application/json";
    return ERR_OK;
}

static void set_cookie(struct http_request *r)
{
    struct str token = r->x.set_cookie;
    if (!token.at)
        return;
    http_answer_header(r, "Set-Cookie",
                       str_format(r->arena, HTTP_COOKIE "=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s",
                                  STR_ARG(token), r->server->is_tls ? "; Secure" : "",
                                  token.len ? "" : "; Max-Age=0"));
}

static enum err reply_success(struct http_request *r)
{
    if (r->x.etag.len) {
        reply_cached(r);
        return ERR_OK;
    }
    TRY(r->x.file_path || r->x.file_type ? reply_file(r) : reply_json(r));
    set_cookie(r);
    return ERR_OK;
}

void http_reply(struct http_request *r)
{
    if (r->word == ERR_OK && !r->transport_status)
        r->word = reply_success(r);
    if (r->word != ERR_OK || r->transport_status) {
        r->answer.many = 0;
        reply_error(r);
    }
    struct http_answer *answer = &r->answer;
    if (!r->x.etag.len || r->word != ERR_OK)
        http_answer_header(r, "Cache-Control", STR("no-store"));
    http_answer_header(r, "X-Content-Type-Options", STR("nosniff"));
    http_answer_header(r, "Referrer-Policy", STR("same-origin"));
    if (answer->type && strcmp(answer->type, "application/json") == 0)
        http_answer_header(r, "Content-Security-Policy", CSP_NOTHING);
}
