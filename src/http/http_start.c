/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define SPARE_DESCRIPTORS 256   /* databases, spool files, helpers */
#define STOP_WAIT_MS      60000 /* for work begun */
#define STOP_SEND_MS      3000  /* for replies on their way, and half-sent requests */

static enum err fail(char why[256], const char *what, const char *detail)
{
    snprintf(why, 256, "%s: %s", what, detail);
    return ERR_FAILED;
}

/* ---- where to listen ---- */

static enum err open_listener(struct http_server *server, const struct addrinfo *at, char why[256])
{
    int one = 1;
    server->is_ipv6 = at->ai_family == AF_INET6;
    server->listen_fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->listen_fd < 0)
        return fail(why, server->options.listen, strerror(errno));
    setsockopt(server->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server->listen_fd, at->ai_addr, at->ai_addrlen) != 0 || listen(server->listen_fd, 4096) != 0)
        return fail(why, server->options.listen, strerror(errno));
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    if (getsockname(server->listen_fd, (struct sockaddr *)&bound, &len) != 0)
        return fail(why, server->options.listen, strerror(errno));
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): getsockname filled it */
    server->port = ntohs(server->is_ipv6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                         : ((struct sockaddr_in *)&bound)->sin_port);
    return ERR_OK;
}

static enum err start_listening(struct http_server *server, char why[256])
{
    char host[128];
    const char *listen_at = server->options.listen, *colon = listen_at ? strrchr(listen_at, ':') : NULL;
    if (!colon || (size_t)(colon - listen_at) >= sizeof host)
        return fail(why, listen_at ? listen_at : "listen", "must be ADDRESS:PORT, e.g. 127.0.0.1:8080");
    struct str name = {listen_at, (size_t)(colon - listen_at)};
    if (name.len >= 2 && name.at[0] == '[' && name.at[name.len - 1] == ']')
        name = str_slice(name, 1, name.len - 2);
    snprintf(host, sizeof host, "%.*s", STR_ARG(name));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found = NULL;
    int code = getaddrinfo(host[0] ? host : NULL, colon + 1, &hints, &found);
    if (code != 0)
        return fail(why, listen_at, gai_strerror(code));
    enum err word = open_listener(server, found, why);
    freeaddrinfo(found);
    return word;
}

/* ---- TLS ---- */

static enum err read_pem(struct http_server *server, const char *path, char **ret, char why[256])
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0 || about.st_size <= 0 || about.st_size > 1024 * 1024) {
        enum err word = fail(why, path, fd < 0 ? strerror(errno) : "is not a PEM file");
        if (fd >= 0)
            close(fd);
        return word;
    }
    *ret = arena_alloc(server->arena, (size_t)about.st_size + 1);
    ssize_t got = read(fd, *ret, (size_t)about.st_size);
    close(fd);
    return got == about.st_size ? ERR_OK : fail(why, path, "could not be read");
}

static enum err read_tls(struct http_server *server, char why[256])
{
    if (!server->options.tls_cert && !server->options.tls_key)
        return ERR_OK;
    if (!server->options.tls_cert || !server->options.tls_key)
        return fail(why, "TLS", "needs both a certificate and a key");
    server->is_tls = true;
    TRY(read_pem(server, server->options.tls_cert, &server->tls_cert, why));
    return read_pem(server, server->options.tls_key, &server->tls_key, why);
}

/* ---- limits ---- */

static int either(int given, int otherwise)
{
    return given > 0 ? given : otherwise;
}

static struct http_limits settle_limits(const struct http_options *options)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    struct http_limits limits = {.connections = either(options->max_connections, 8192),
                                 .per_address = either(options->max_per_address, 256),
                                 .head_ms = either(options->head_ms, 10000),
                                 .idle_ms = either(options->idle_ms, 30000),
                                 .body_ms = either(options->body_ms, 15000),
                                 .send_ms = either(options->send_ms, 15000)};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY &&
        (rlim_t)limits.connections + SPARE_DESCRIPTORS > files.rlim_cur)
        limits.connections = files.rlim_cur > 2 * SPARE_DESCRIPTORS ? (int)files.rlim_cur - SPARE_DESCRIPTORS
                                                                    : (int)files.rlim_cur / 2;
    return limits;
}

/* ---- start and stop ---- */

/* Asked for all the time by monitors and front proxies: answered without touching the database or building
 * anything. */
static void make_health(struct http_server *server)
{
    static const struct http_param headers[] = {{{"Content-Type", 12}, {"application/json", 16}},
                                                {{"Cache-Control", 13}, {"no-store", 8}},
                                                {{"X-Content-Type-Options", 22}, {"nosniff", 7}}};
    struct http_match match = http_router_match(server->root, server->arena, STR("/api/health"), STR("GET"));
    server->health = match.row;
    server->health->fixed = http_transport_fixed(STR("{\"status\":\"ok\",\"version\":\"" ANZE_VERSION "\"}"),
                                                 headers, sizeof headers / sizeof headers[0]);
}

static void free_server(struct http_server *server)
{
    http_pool_stop(server->pool);
    if (server->daemon)
        http_transport_stop(server);
    if (server->watch)
        http_watch_stop(server->watch);
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    http_static_stop(server);
    if (server->health)
        http_transport_fixed_free(server->health->fixed);
    pthread_mutex_destroy(&server->lock);
    arena_free(server->arena);
    free(server);
}

static enum err start(struct http_server *server, char why[256])
{
    TRY(http_router_build(server->arena, &server->root, why));
    server->is_pg = str_starts(str_of(server->options.db_where), STR("postgres"));
    TRY(read_tls(server, why));
    TRY(http_proxies_read(server->arena, str_of(server->options.trusted_proxies), &server->proxies, why));
    TRY(start_listening(server, why));
    if (server->options.spool_dir)
        http_upload_clean(server->options.spool_dir);
    http_static_start(server);
    make_health(server);
    struct http_limits limits = settle_limits(&server->options);
    limits.proxies = server->proxies;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = either(server->options.readers, cores > 0 ? (int)cores : 1);
    if (http_watch_start(&limits, &server->watch) != ERR_OK ||
        http_pool_start(server, either(server->options.workers, server->is_pg ? 16 : 4), &server->pool) !=
            ERR_OK)
        return fail(why, "threads", "could not be started");
    /* A few more than admitted, so that the library never stops accepting: turning away is ours. */
    if (!http_transport_start(server, threads, limits.connections + threads * 64))
        return fail(why, "HTTP",
                    server->is_tls ? "could not start: bad certificate or key" : "could not start");
    return ERR_OK;
}

enum err http_start(const struct http_options *options, struct http_server **ret, char why[256])
{
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        log_abort("out of memory: server");
    server->options = *options;
    server->listen_fd = -1;
    server->arena = arena_new(HTTP_ARENA_MAX);
    pthread_mutex_init(&server->lock, NULL);
    enum err word = start(server, why);
    if (word != ERR_OK) {
        free_server(server);
        return word;
    }
    *ret = server;
    return ERR_OK;
}

int http_port(const struct http_server *server)
{
    return server->port;
}

static void wait_zero(_Atomic int *count, int most_ms)
{
    int64_t from = clock_monotonic_us();
    while (atomic_load(count) > 0 && clock_monotonic_us() - from < most_ms * 1000LL)
        usleep(2000);
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    atomic_store(&server->stopping, true);
    http_transport_quiesce(server);
    server->listen_fd = -1;
    wait_zero(&server->in_flight, STOP_WAIT_MS);
    if (atomic_load(&server->in_flight) > 0) {
        /* The library may not be stopped under suspended connections; the process is about to end anyway. */
        log_error("http: %d requests still at work after %d s", atomic_load(&server->in_flight),
                  STOP_WAIT_MS / 1000);
        return;
    }
    wait_zero(&server->open, STOP_SEND_MS);
    free_server(server);
}
