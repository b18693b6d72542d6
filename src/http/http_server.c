/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The only file that knows the HTTP library. A few network threads, each with its own epoll set, run
 * the callbacks below; none of them waits for anything: work that may take long is handed over with the
 * connection suspended. The library tells of a request four times: on_target (request line), on_request with
 * the head, on_request with pieces of the body, on_request when all has come (and once more after each
 * resume); on_completed when the reply is sent.
 */
#include "http/http_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define CONNECTION_MEMORY (16 * 1024)         /* head and buffers of one connection: also the longest head */
#define DISCARD_MAX       (8LL * 1024 * 1024) /* of a refused body, before the connection is cut */

static _Thread_local struct http_thread *mine;

static struct http_thread *this_thread(struct http_server *server)
{
    if (mine)
        return mine;
    mine = calloc(1, sizeof *mine);
    if (!mine)
        log_abort("out of memory: thread");
    mine->server = server;
    pthread_mutex_lock(&server->lock);
    mine->next = server->threads;
    server->threads = mine;
    pthread_mutex_unlock(&server->lock);
    return mine;
}

/* ---- replies ---- */

bool http_transport_suspend(struct http_request *r)
{
    /* Counted first, then looked: http_stop sets the mark first, then looks at the count. One of the two sees
     * the other. */
    atomic_fetch_add(&r->server->in_flight, 1);
    if (atomic_load(&r->server->stopping)) {
        atomic_fetch_sub(&r->server->in_flight, 1);
        http_refuse(r, 503, ERR_BUSY, NULL, NULL, STR_NONE);
        return false;
    }
    atomic_store_explicit(&r->away, true, memory_order_release);
    MHD_suspend_connection(r->connection);
    return true;
}

void http_transport_resume(struct http_request *r)
{
    struct http_server *server = r->server;
    atomic_store_explicit(&r->away, false, memory_order_release);
    MHD_resume_connection(r->connection); /* from here on the request is the network thread's */
    atomic_fetch_sub(&server->in_flight, 1);
}

static void add_headers(struct MHD_Response *response, const struct http_param *headers, size_t many)
{
    for (size_t i = 0; i < many; i++)
        if (MHD_add_response_header(response, headers[i].name.at, headers[i].value.at) != MHD_YES)
            log_error("http: header %s not sent", headers[i].name.at);
}

void *http_transport_fixed(struct str body, const struct http_param *headers, size_t many)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.at, MHD_RESPMEM_PERSISTENT);
    if (!response)
        log_abort("out of memory: reply");
    add_headers(response, headers, many);
    return response;
}

void http_transport_fixed_free(void *fixed)
{
    if (fixed)
        MHD_destroy_response(fixed);
}

static struct MHD_Response *make_response(struct http_request *r)
{
    struct http_answer *answer = &r->answer;
    struct MHD_Response *response;
    if (answer->fd >= 0) {
        response = MHD_create_response_from_fd64((uint64_t)answer->fd_size, answer->fd);
        answer->fd = -1; /* closed with the response */
    } else {
        response = MHD_create_response_from_buffer(answer->body.len, (void *)(uintptr_t)answer->body.at,
                                                   MHD_RESPMEM_PERSISTENT);
    }
    if (!response)
        return NULL;
    if (answer->type && MHD_add_response_header(response, "Content-Type", answer->type) != MHD_YES)
        log_error("http: content type not sent");
    add_headers(response, answer->headers, answer->many);
    if (atomic_load_explicit(&r->server->stopping, memory_order_relaxed) &&
        MHD_add_response_header(response, "Connection", "close") != MHD_YES)
        log_error("http: close not sent");
    return response;
}

static enum MHD_Result send_reply(struct http_request *r)
{
    struct http_answer *answer = &r->answer;
    if (!answer->status)
        http_reply(r);
    http_watch_phase(r->server->watch, r->conn, HTTP_PHASE_SEND, 0);
    if (answer->fixed)
        return MHD_queue_response(r->connection, (unsigned)answer->status, answer->fixed);
    struct MHD_Response *response = make_response(r);
    if (!response)
        return MHD_NO;
    enum MHD_Result queued = MHD_queue_response(r->connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* ---- requests ---- */

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = cls;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_request *r = http_request_take(this_thread(server), server);
    r->connection = connection;
    r->conn = info->socket_context;
    http_watch_phase(server->watch, r->conn, HTTP_PHASE_HEAD, 0);
    http_request_target(r, str_of(target));
    return r;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                 const char *value, size_t value_len)
{
    (void)kind;
    http_request_header(cls, (struct str){name, name_len}, (struct str){value, value_len});
    return MHD_YES;
}

static enum MHD_Result on_head(struct http_request *r, const char *method)
{
    r->begun = true;
    r->method = str_of(method);
    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, on_header, r);
    http_request_begin(r);
    bool has_body = r->header.chunked || r->header.content_length > 0;
    /* Answering before the body has come spares it; the library then closes the connection after the reply.
     */
    if (has_body && (r->transport_status || r->word != ERR_OK || r->header.bad))
        return send_reply(r);
    http_watch_phase(r->server->watch, r->conn, HTTP_PHASE_BODY, 0);
    return MHD_YES;
}

/* A refusal found while the body comes can only be told at its end; what is left of it is thrown away. */
static enum MHD_Result discard(struct http_request *r, size_t *size)
{
    *size = 0;
    return r->body_bytes > HTTP_BODY_MAX + DISCARD_MAX && !(r->spool_path && !r->transport_status) ? MHD_NO
                                                                                                   : MHD_YES;
}

static enum MHD_Result on_upload(struct http_request *r, const char *bytes, size_t *size)
{
    buf_add(&r->body, bytes, *size);
    r->body_bytes += (int64_t)*size;
    *size = 0;
    if (r->body_bytes > HTTP_UPLOAD_MAX)
        return MHD_NO; /* it came in chunks, or the head would have told */
    if (r->body.len >= HTTP_SPOOL_CHUNK)
        http_run_spool(r);
    return MHD_YES;
}

static enum MHD_Result on_body(struct http_request *r, const char *bytes, size_t *size)
{
    http_watch_phase(r->server->watch, r->conn, HTTP_PHASE_BODY, r->body_bytes + (int64_t)*size);
    if (r->spool_path && !r->transport_status && !r->spool_failed)
        return on_upload(r, bytes, size);
    r->body_bytes += (int64_t)*size;
    if (r->transport_status || r->spool_failed)
        return discard(r, size);
    buf_add(&r->body, bytes, *size);
    int64_t all = atomic_fetch_add_explicit(&r->server->body_bytes, (int64_t)*size, memory_order_relaxed);
    r->body_counted += (int64_t)*size;
    if (r->body.over)
        http_refuse_size(r, HTTP_BODY_MAX);
    else if (all > HTTP_BODIES_MAX)
        http_refuse(r, 503, ERR_BUSY, NULL, NULL, STR_NONE);
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes, size_t *size,
                                  void **context)
{
    (void)cls, (void)connection, (void)url, (void)version;
    struct http_request *r = *context;
    if (!r)
        return MHD_NO;
    /* The library may come again with the same piece although the connection is suspended: nothing is taken
     * from it then. */
    if (atomic_load_explicit(&r->away, memory_order_acquire))
        return MHD_YES;
    if (!r->begun)
        return on_head(r, method);
    if (*size)
        return on_body(r, bytes, size);
    if (!r->complete) {
        r->complete = true;
        http_watch_phase(r->server->watch, r->conn, HTTP_PHASE_WORK, 0);
        if (http_run(r) == HTTP_STEP_WAIT)
            return MHD_YES;
    }
    return send_reply(r);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
    (void)connection, (void)how;
    struct http_server *server = cls;
    struct http_request *r = *context;
    if (!r)
        return;
    *context = NULL;
    http_watch_phase(server->watch, r->conn, HTTP_PHASE_IDLE, 0);
    http_request_give(r);
}

/* ---- connections ---- */

static enum MHD_Result on_accept(void *cls, const struct sockaddr *address, socklen_t len)
{
    (void)len;
    struct http_server *server = cls;
    return http_watch_admit(server->watch, address) ? MHD_YES : MHD_NO;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        http_watch_remove(server->watch, *socket_context);
        return;
    }
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *socket_context = http_watch_add(server->watch, fd, address ? address->client_addr : NULL);
}

static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls, (void)connection;
    return strlen(text); /* http_request_target decodes, strictly */
}

static void on_panic(void *cls, const char *file, unsigned line, const char *reason)
{
    (void)cls;
    log_abort("http library: %s (%s:%u)", reason ? reason : "?", file, line);
}

/* ---- start and stop ---- */

bool http_transport_start(struct http_server *server, int threads, int connections)
{
    MHD_set_panic_func(on_panic, NULL);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->tls_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->tls_cert},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO;
    flags |= server->is_ipv6 ? MHD_USE_IPv6 : 0;
    flags |= server->is_tls ? MHD_USE_TLS : 0;
    server->daemon = MHD_start_daemon(
        flags, 0, on_accept, server, on_request, server, MHD_OPTION_LISTEN_SOCKET, server->listen_fd,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)(threads > 1 ? threads : 0), MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_ARRAY, server->is_tls ? tls : tls + 3, MHD_OPTION_END);
    return server->daemon != NULL;
}

/* No new connections; requests that run on are waited for. */
void http_transport_quiesce(struct http_server *server)
{
    int fd = MHD_quiesce_daemon(server->daemon);
    if (fd >= 0)
        close(fd);
}

void http_transport_stop(struct http_server *server)
{
    MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
    for (struct http_thread *thread = server->threads, *next; thread; thread = next) {
        next = thread->next;
        http_thread_free(thread);
    }
    server->threads = NULL;
}
