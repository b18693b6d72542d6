/* SPDX-License-Identifier: Apache-2.0
 *
 * http_inner: what the files of this room share. Not for other rooms.
 *
 * The life of a request:
 *     http_server.c   takes it from the network (the only file that knows the library), gathers the body
 *     http_run.c      decides where it runs: on the network thread, on a worker, on the write lane
 *     http_guard.c    who asks, may they, is the input what the field tables say
 *     handler         in a capability
 *     http_reply.c    status, headers and body bytes
 *     http_server.c   sends them
 * A request belongs to one thread at a time: network thread -> (worker) -> (lane) -> network thread; each
 * hand-over goes through a lock (pool, lane, library), which orders the memory.
 */
#ifndef ANZE_HTTP_HTTP_INNER_H
#define ANZE_HTTP_HTTP_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <netinet/in.h>
#include "base/ip.h"
#include "http/http.h"

#define HTTP_BODY_MAX    (1024 * 1024)         /* JSON bodies */
#define HTTP_REPLY_MAX   (32 * 1024 * 1024)    /* JSON replies */
#define HTTP_ARENA_MAX   (256 * 1024 * 1024)   /* memory of one request */
#define HTTP_BODIES_MAX  (128LL * 1024 * 1024) /* JSON bodies being gathered, all requests together */
#define HTTP_SPOOL_CHUNK (256 * 1024)
#define HTTP_PARAMS_MAX  64
#define HTTP_COOKIE      "anze_session"

/* ---- http_router.c ---- */

/* A declared route and what the running server learns about it. */
struct http_row {
    const struct http_route *route;
    struct http_row *next_method; /* same path */
    _Atomic uint32_t mean_us;     /* moving mean of its read handler */
    int running, waiting;         /* on the pool; under its lock */
    void *fixed;                  /* health: a ready reply */
};
struct http_node;
struct http_match {
    struct http_row *row;  /* NULL: path known, method not */
    struct http_row *rows; /* all methods of the path; NULL: path unknown */
    int64_t ids[HTTP_PATH_IDS];
    struct str words[HTTP_PATH_IDS];
};
/* Checks every declared route (grant, ids, handlers, doubles) and builds the tree. why names the first bad
 * one. */
MUST_USE enum err http_router_build(struct arena *arena, struct http_node **ret, char why[256]);
/* path: as sent, percent-encoded, without query. Words are decoded into arena. */
/* HEAD finds GET. */
struct http_match http_router_match(const struct http_node *root, struct arena *arena, struct str path,
                                    struct str method);
/* "GET, HEAD, POST, OPTIONS" */
struct str http_router_allow(struct arena *arena, const struct http_row *rows);
/* False on a bad escape, bad UTF-8 or a control character. plus: '+' is a blank. */
bool http_unescape(struct arena *arena, struct str text, bool plus, struct str *ret);
/* The built-in routes (health, words, openapi). */
void http_declare_builtin(void);

/* ---- http_request.c ---- */

struct http_header {
    struct str cookie, authorization, content_type, origin, host, x_anze, accept_language, if_none_match,
        accept_encoding, fetch_site, forwarded; /* forwarded: X-Forwarded-For, joined */
    int64_t content_length;                     /* -1: none */
    bool chunked, bad; /* bad: contradictory or doubled framing headers, or a name that is no token */
    unsigned seen;     /* bits of those that may come once only */
};

struct http_param {
    struct str name, value;
};

struct http_answer { /* what goes back; bytes live as long as the request */
    int status;
    struct str body;
    int fd; /* -1: body */
    int64_t fd_size;
    const char *type; /* NULL: no content type */
    struct http_param headers[10];
    size_t many;
    bool close;
    void *fixed; /* a ready reply made by http_transport_fixed, else NULL */
};

struct http_request;
struct http_worker;
struct http_task {
    void (*run)(struct http_request *r, struct http_worker *worker);
    struct http_request *request;
    struct http_row *row; /* whose share it takes; NULL: none */
    struct http_task *next;
};
struct http_thread; /* a network thread: its read connection and its free requests */
struct http_request {
    struct http_request *next; /* free list */
    struct http_thread *home;
    struct http_server *server;
    void *connection; /* the library's */
    struct http_conn *conn;
    struct arena *arena;
    bool head, get, page, entered, spool_failed, complete;
    bool begun; /* the library has shown the head */
    struct str method, path;
    struct http_header header;
    struct http_param *params;
    size_t many_params;
    struct http_match match;
    struct buf body, out;
    int64_t body_bytes, body_counted;
    int spool_fd;
    _Atomic bool away; /* with a worker or the lane; the connection is suspended */
    const char *spool_path;
    struct access_actor actor;
    bool by_cookie;
    struct call call;
    struct http_exchange x;
    struct json_writer writer;
    enum err word;
    enum err kept;        /* HTTP_KEEP: the handler's refusal, given after the commit */
    int transport_status; /* refusals below the handlers (400 405 413 415 …); 0: from word */
    struct str allow;     /* 405 */
    struct http_answer answer;
    struct db_job job;
    struct http_task task;
    int64_t began_us;
};

/* Cuts the target into path and parameters. A refusal is recorded in the request. */
void http_request_target(struct http_request *r, struct str target);
struct http_request *http_request_take(struct http_thread *thread, struct http_server *server);
void http_request_give(struct http_request *r);
struct str http_request_param(void *from, const char *name);
/* One header of the request, called for each. */
void http_request_header(struct http_request *r, struct str name, struct str value);
/* Records a refusal of this room; the first one wins. */
void http_refuse(struct http_request *r, int status, enum err word, const char *field, const char *key,
                 struct str arg);

struct http_thread {
    struct http_thread *next;
    struct http_server *server;
    struct db *db; /* lazily */
    struct http_request *free;
    int many_free;
};
void http_thread_free(struct http_thread *thread);
/* The head has come: language, route, what the head alone forbids; opens the spool of an upload. */
void http_request_begin(struct http_request *r);
void http_refuse_size(struct http_request *r, int64_t most);
/* The connection of a network thread; NULL (and the request refused) when the database cannot be had. */
struct db *http_thread_db(struct http_thread *thread, struct http_request *r);

/* ---- http_guard.c ---- */

/* Session, grant, forged-request checks: all that needs no body. Sets r->call.actor. */
MUST_USE enum err http_guard_enter(struct http_request *r, struct db *db);
/* Query and body by their field tables. */
MUST_USE enum err http_guard_input(struct http_request *r);
/* Content type and length against the route, before the body is read; records a refusal. */
void http_guard_head(struct http_request *r);

/* ---- http_upload.c ---- */

MUST_USE enum err http_upload_open(struct http_request *r);
void http_upload_write(struct http_request *r); /* r->body to the file; blocking */
void http_upload_close(struct http_request *r); /* closes the descriptor; the file stays for the handler */
void http_upload_drop(struct http_request *r);  /* removes what the handler did not take */
void http_upload_clean(const char *spool_dir);  /* leavings of an earlier run */

/* ---- http_run.c ---- */

enum http_step { HTTP_STEP_REPLY, HTTP_STEP_WAIT };
/* The request is complete (or was refused). WAIT: somebody will call http_transport_resume. */
enum http_step http_run(struct http_request *r);
/* The head of an upload has come: guard before the body is asked for. A refusal is recorded in the request.
 */
void http_run_admit(struct http_request *r);
/* The gathered piece of an upload goes to the file on a worker; suspends, and resumes when written. */
void http_run_spool(struct http_request *r);

/* ---- http_pool.c: worker threads for slow work ---- */

struct http_worker {
    struct db *db; /* lazily; use http_worker_db */
    struct http_server *server;
};
struct http_pool;
MUST_USE enum err http_pool_start(struct http_server *server, int workers, struct http_pool **ret);
/* ERR_BUSY when too much waits, in all or for this route. */
MUST_USE enum err http_pool_submit(struct http_pool *pool, struct http_task *task);
void http_pool_stop(struct http_pool *pool); /* finishes what waits */
struct db *http_worker_db(struct http_worker *worker, struct http_request *r);
/* A PostgreSQL connection may be broken after a failure: the next request gets a new one. */
void http_worker_doubt(struct http_worker *worker);

/* ---- http_watch.c: deadlines and caps of connections ---- */

enum http_phase { HTTP_PHASE_IDLE, HTTP_PHASE_HEAD, HTTP_PHASE_BODY, HTTP_PHASE_WORK, HTTP_PHASE_SEND };
struct http_watch;
struct http_proxies;
struct http_limits {
    int connections;                    /* all together */
    int per_address;                    /* loopback is exempt: a front proxy */
    int head_ms;                        /* from connect or first line to the last header */
    int idle_ms;                        /* between requests */
    int body_ms;                        /* grace, plus one second for every 8 KiB received */
    int send_ms;                        /* grace; then 16 KiB every two seconds must be taken */
    const struct http_proxies *proxies; /* exempt from per_address; NULL: none */
};
MUST_USE enum err http_watch_start(const struct http_limits *limits, struct http_watch **ret);
void http_watch_stop(struct http_watch *watch);
/* May this address open one more? Also starts reclaiming when slots run short. */
bool http_watch_admit(struct http_watch *watch, const struct sockaddr *address);
struct http_conn *http_watch_add(struct http_watch *watch, int fd, const struct sockaddr *address);
void http_watch_remove(struct http_watch *watch, struct http_conn *conn);
/* moved: bytes received (BODY). */
void http_watch_phase(struct http_watch *watch, struct http_conn *conn, enum http_phase phase, int64_t moved);
int http_watch_count(struct http_watch *watch);
struct str http_watch_address(const struct http_conn *conn);

/* ---- http_proxy.c ---- */
/* ERR_INVALID with the reason in why. */
MUST_USE enum err http_proxies_read(struct arena *arena, struct str list, struct http_proxies **ret,
                                    char why[256]);
bool http_proxy_trusted(const struct http_proxies *proxies, struct str address);
/* Who asks: the connection's address, or what its trusted proxy says. */
struct str http_proxy_client(const struct http_proxies *proxies, struct arena *arena, struct str remote,
                             struct str forwarded);

/* ---- http_reply.c ---- */

/* Fills r->answer from r->word, r->x, r->out and the refusal. */
void http_reply(struct http_request *r);
void http_answer_header(struct http_request *r, const char *name, struct str value);

/* ---- http_static.c ---- */

/* The browser side: fills r->answer, or says not found. */
void http_static(struct http_request *r);
void http_static_start(struct http_server *server);
void http_static_stop(struct http_server *server);
bool http_etag_matches(struct str if_none_match, struct str etag);
/* Does the client take gzip? */
bool http_accepts_gzip(struct str accept_encoding);

/* ---- http_server.c: the transport, as the other files see it ---- */

struct http_server {
    struct http_options options;
    struct arena *arena; /* of the server: routes */
    struct http_node *root;
    struct http_pool *pool;
    struct http_watch *watch;
    struct http_thread *threads; /* all network threads; under lock */
    pthread_mutex_t lock;
    void *daemon; /* the library's */
    int port, listen_fd;
    char *tls_cert, *tls_key;
    bool is_pg, is_tls, is_ipv6;
    struct http_proxies *proxies;
    struct http_page *pages; /* the browser side */
    struct http_row *health;
    _Atomic int64_t body_bytes;
    _Atomic int in_flight; /* requests with a worker or the lane */
    _Atomic int open;      /* requests taken and not yet answered to the end */
    _Atomic bool stopping;
};
/* False: the server is stopping, and the request is refused. */
bool http_transport_suspend(struct http_request *r);
void http_transport_resume(struct http_request *r);
/* A reply that never changes, made once: bytes and headers must stay valid. */
void *http_transport_fixed(struct str body, const struct http_param *headers, size_t many);

void http_transport_fixed_free(void *fixed);
bool http_transport_start(struct http_server *server, int threads, int connections);
void http_transport_quiesce(struct http_server *server);
void http_transport_stop(struct http_server *server);

/* ---- http_sheet.c: the one place that knows how a list becomes a spreadsheet ---- */
MUST_USE enum err http_sheet(struct call *call, struct http_exchange *x);
bool http_wants_sheet(const struct http_exchange *x);

/* ---- http_list.c ---- */

/* Does the route itself give one of the usual parameters a meaning (its query table, a filter of its list)?
 */
bool http_names_param(const struct http_route *route, const char *name);

#endif
