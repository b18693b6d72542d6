/* SPDX-License-Identifier: Apache-2.0
 *
 * http: router, guard, field tables in and out, lists, uploads, OpenAPI. One file (http_server.c) knows the
 * library.
 *
 * A route is a row: method, path, grant, field tables, handler. The guard runs before any handler: session,
 * grant (a column of the row; a route without one does not start), body parsed and checked by its field
 * table. GET runs on a read thread with its own read connection; every other method runs on the write lane
 * inside a savepoint, its reply is sent after the commit. `prepare` runs first on a worker thread with a read
 * connection: slow work (argon2id, parsing an upload in the paper helper, drawing a letter) belongs there and
 * hands its result over in x->prepared.
 */
#ifndef ANZE_HTTP_HTTP_H
#define ANZE_HTTP_HTTP_H

#include "access/access.h"
#include "base/call.h"
#include "base/field.h"
#include "base/json.h"
#include "db/db.h"

/* ONE object, or a LIST of items, that field tables describe; NONE: nothing; FILE: bytes. The last two are
 * for what no field table can describe: TEXTS, a dictionary whose names are data, each with a text; FOREIGN,
 * a document that a standard of its own describes. */
enum http_reply { HTTP_ONE, HTTP_LIST, HTTP_NONE, HTTP_FILE, HTTP_TEXTS, HTTP_FOREIGN };
enum http_flag {
    HTTP_UPLOAD = 1,  /* the body is a file (raw bytes, name in ?filename=): spooled to x->upload_path, never
                         parsed in this process */
    HTTP_PARTIAL = 2, /* PATCH: absent body fields are left alone */
    HTTP_READS = 4,   /* a POST that only reads: runs like a GET */
    HTTP_FIRST_PASSWORD = 8, /* allowed while the password must be changed */
    HTTP_DIRECT = 16,        /* the handler replies from prepare alone; no lane, no transaction */
    HTTP_KEEP =
        32, /* what the handler wrote is committed although it refuses (a failed log-in must be counted) */
    HTTP_CHANGES = 64, /* a POST that makes nothing new: answers 200, not 201 */
};

#define HTTP_PATH_IDS   4
#define HTTP_UPLOAD_MAX (512LL * 1024 * 1024)

struct http_exchange {
    const struct http_route *route;
    int64_t ids[HTTP_PATH_IDS];      /* {…_id} parts of the path, in order */
    struct str words[HTTP_PATH_IDS]; /* {…} parts that are not ids */
    struct field_record query, body;
    struct str (*param)(void *from, const char *name); /* raw query parameters (lists) */
    void *param_from;
    struct json_writer
        *out; /* handlers write the members of the reply object; the frame opens and closes it */
    const char *upload_path; /* HTTP_UPLOAD */
    struct str upload_name;
    int64_t upload_size;
    void *prepared;    /* from prepare to handle; in call->arena */
    struct str remote; /* client address */
    struct str token;  /* session token as presented */
    /* HTTP_FILE: handlers set these instead of writing out. Exactly one of body bytes (in call->arena) or
     * path. */
    struct str file_bytes;
    const char *file_path;
    bool file_path_delete; /* remove after sending */
    struct str file_name;  /* UTF-8; sent by RFC 6266 */
    const char *file_type;
    bool file_inline;
    struct str set_cookie; /* sessions only: the token, "" to drop it; the cookie's name and attributes are
                              written here */
    struct str etag; /* public texts that change only with the version: file_bytes + file_type + etag, honours
                        If-None-Match */
    int status;      /* 0: 200, or 201 for POST */
};
typedef enum err http_handler(struct call *call, struct http_exchange *x);

struct http_route {
    const char *method, *path; /* "GET", "/api/systems/{system_id}" */
    unsigned grant;            /* roles; never 0 */
    const char *name;          /* operation id, "registry_get": capability_verb */
    http_handler *handle, *prepare;
    const struct field_table *query, *body, *reply; /* reply: of ONE or of each item of LIST */
    const struct field_table *more, *also; /* what the handler, or a list's each, writes beside the reply's
                                              fields; also: what another room's writer does */
    enum http_reply kind;
    unsigned flags;
    const char *summary_zh, *summary_en;
    const struct db_list
        *list; /* HTTP_LIST by descriptor: filters and sorts appear in OpenAPI; ?format=xlsx exports it */
};

/* The usual list handler: HTTP_LIST routes with .list may set .handle = http_list. */
enum err http_list(struct call *call, struct http_exchange *x);
/* The ask for db_list: parameters of the request, scope of the actor. */
struct db_list_ask http_ask(struct call *call, struct http_exchange *x);

void http_declare(const struct http_route *routes, size_t many);
const struct http_route *const *http_routes(size_t *ret_many);
/* The OpenAPI 3.1 document of all declared routes; x-grant names the roles, x-words the label keys. */
MUST_USE enum err http_openapi(struct call *call, struct json_writer *w);

struct http_options {
    const char *listen;             /* "127.0.0.1:8080" */
    const char *tls_cert, *tls_key; /* PEM files, or NULL */
    const char *db_where;
    struct db_lane *lane;
    const char *spool_dir; /* uploads */
    void *app;
    /* Addresses and ranges of front proxies, separated by commas; only from these X-Forwarded-For is
     * believed, and these are not counted for max_per_address. NULL: none. */
    const char *trusted_proxies;
    int readers; /* network threads, each with a read connection; 0: number of cores */
    int workers; /* threads for slow work (prepare, files, long reads); 0: 4, on PostgreSQL 16 */
    /* Caps and deadlines; 0 means the default in brackets. */
    int max_connections; /* all together (8,192, less when the descriptor limit is lower) */
    int max_per_address; /* one client address, loopback exempt (256) */
    int head_ms;         /* from connect or request line to the end of the headers (10,000) */
    int idle_ms;         /* between requests (30,000) */
    int body_ms;         /* grace for a body, plus a second for every 8 KiB that came (15,000) */
    int send_ms;         /* grace for a reply; then 16 KiB every two seconds must be taken (15,000) */
};
struct http_server;
MUST_USE enum err http_start(const struct http_options *options, struct http_server **ret, char why[256]);
int http_port(const struct http_server *server);
void http_stop(struct http_server *server);

#endif
