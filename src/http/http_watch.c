/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The library only knows a time-out of inactivity, which every dripped byte resets. So each
 * connection has a record with its own deadline for the phase it is in: idle, head, body, at work, sending.
 * Network threads write the deadline (one atomic store); one thread looks over all records twice a second and
 * shuts down the socket of those that are late; the library then sees the end of the stream and cleans up on
 * its own thread. The record leaves the list, under the lock, before the library closes the descriptor: a
 * number that was given to a new connection is never shut. When the slots run short, idle connections go
 * first (longest idle first), then those still sending their head.
 */
#include "http/http_inner.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <errno.h>
#include "base/log.h"

#define TICK_MS      500
#define SEND_LOOK_MS 2000         /* a slow reply is looked at again after this … */
#define SEND_LEAST   (16 * 1024u) /* … and must have gone on by this much */
#define BUCKETS      4096
#define CROWD        200 /* connections */

struct http_conn {
    struct http_conn *next, **slot;
    int fd;
    bool counted;
    uint8_t address[16];
    char text[INET6_ADDRSTRLEN];
    _Atomic int64_t since_ms, deadline_ms; /* 0: none */
    _Atomic int phase;
    uint64_t acked; /* of a slow reply, when last looked at; watch thread only */
    int64_t acked_since_ms;
};

struct address_count {
    struct address_count *next;
    uint8_t address[16];
    int many;
};

struct http_watch {
    struct http_limits limits;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct http_conn *first;
    int many, peak; /* peak: since memory was last given back */
    bool stopping, short_of_slots;
    struct address_count *buckets[BUCKETS];
};

static int64_t coarse_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* IPv4 mapped; IPv6 by its /64, which one customer has whole. False for loopback, which is not counted. */
static bool address_key(const struct sockaddr *address, uint8_t ret[16])
{
    memset(ret, 0, 16);
    if (address->sa_family == AF_INET) {
        uint32_t ip = ((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr;
        ret[10] = ret[11] = 0xff;
        memcpy(ret + 12, &ip, 4);
        return (ntohl(ip) >> 24) != 127;
    }
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *ip = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        memcpy(ret, ip, IN6_IS_ADDR_V4MAPPED(ip) ? 16 : 8);
        return !IN6_IS_ADDR_LOOPBACK(ip) && !(IN6_IS_ADDR_V4MAPPED(ip) && ret[12] == 127);
    }
    return false;
}

static struct address_count **find_count(struct http_watch *watch, const uint8_t address[16])
{
    uint32_t hash = 2166136261u;
    for (int i = 0; i < 16; i++)
        hash = (hash ^ address[i]) * 16777619u;
    struct address_count **slot = &watch->buckets[hash % BUCKETS];
    while (*slot && memcmp((*slot)->address, address, 16) != 0)
        slot = &(*slot)->next;
    return slot;
}

/* As text, "" for what is no internet address. */
static void address_text(const struct sockaddr *address, char ret[INET6_ADDRSTRLEN])
{
    ret[0] = 0;
    if (address && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, ret,
                  INET6_ADDRSTRLEN);
    else if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, ret,
                  INET6_ADDRSTRLEN);
}

/* Loopback and trusted proxies are not counted: they ask for many. */
static bool is_counted(const struct http_watch *watch, const struct sockaddr *address, uint8_t ret_key[16])
{
    char text[INET6_ADDRSTRLEN];
    if (!address || !address_key(address, ret_key))
        return false;
    if (!watch->limits.proxies)
        return true;
    address_text(address, text);
    return !http_proxy_trusted(watch->limits.proxies, str_of(text));
}

bool http_watch_admit(struct http_watch *watch, const struct sockaddr *address)
{
    uint8_t key[16];
    bool counted = is_counted(watch, address, key);
    pthread_mutex_lock(&watch->lock);
    struct address_count *count = counted ? *find_count(watch, key) : NULL;
    bool admitted =
        (!count || count->many < watch->limits.per_address) && watch->many < watch->limits.connections;
    if (watch->many >= watch->limits.connections - watch->limits.connections / 8 && !watch->short_of_slots) {
        watch->short_of_slots = true;
        pthread_cond_signal(&watch->wake);
    }
    pthread_mutex_unlock(&watch->lock);
    return admitted;
}

struct http_conn *http_watch_add(struct http_watch *watch, int fd, const struct sockaddr *address)
{
    struct http_conn *conn = calloc(1, sizeof *conn);
    if (!conn)
        log_abort("out of memory: connection");
    conn->fd = fd;
    conn->counted = is_counted(watch, address, conn->address);
    address_text(address, conn->text);
    http_watch_phase(watch, conn, HTTP_PHASE_HEAD, 0);
    pthread_mutex_lock(&watch->lock);
    conn->next = watch->first;
    conn->slot = &watch->first;
    if (conn->next)
        conn->next->slot = &conn->next;
    watch->first = conn;
    watch->many++;
    if (watch->many > watch->peak)
        watch->peak = watch->many;
    if (conn->counted) {
        struct address_count **slot = find_count(watch, conn->address);
        if (!*slot && !(*slot = calloc(1, sizeof **slot)))
            log_abort("out of memory: connection");
        memcpy((*slot)->address, conn->address, 16);
        (*slot)->many++;
    }
    pthread_mutex_unlock(&watch->lock);
    return conn;
}

void http_watch_remove(struct http_watch *watch, struct http_conn *conn)
{
    pthread_mutex_lock(&watch->lock);
    *conn->slot = conn->next;
    if (conn->next)
        conn->next->slot = conn->slot;
    watch->many--;
    if (conn->counted) {
        struct address_count **slot = find_count(watch, conn->address), *count = *slot;
        if (--count->many == 0) {
            *slot = count->next;
            free(count);
        }
    }
    pthread_mutex_unlock(&watch->lock);
    free(conn);
}

void http_watch_phase(struct http_watch *watch, struct http_conn *conn, enum http_phase phase, int64_t moved)
{
    const struct http_limits *limits = &watch->limits;
    int64_t now = coarse_ms();
    if (phase != HTTP_PHASE_BODY ||
        atomic_load_explicit(&conn->phase, memory_order_relaxed) != HTTP_PHASE_BODY)
        atomic_store_explicit(&conn->since_ms, now, memory_order_relaxed);
    int64_t since = atomic_load_explicit(&conn->since_ms, memory_order_relaxed), deadline = 0;
    if (phase == HTTP_PHASE_IDLE)
        deadline = now + limits->idle_ms;
    else if (phase == HTTP_PHASE_HEAD)
        deadline = now + limits->head_ms;
    else if (phase == HTTP_PHASE_BODY)
        deadline = since + limits->body_ms + moved * 1000 / 8192;
    else if (phase == HTTP_PHASE_SEND)
        deadline = now + limits->send_ms;
    atomic_store_explicit(&conn->phase, phase, memory_order_relaxed);
    atomic_store_explicit(&conn->deadline_ms, deadline, memory_order_relaxed);
}

int http_watch_count(struct http_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    int many = watch->many;
    pthread_mutex_unlock(&watch->lock);
    return many;
}

struct str http_watch_address(const struct http_conn *conn)
{
    return str_of(conn->text);
}

static int longest_first(const void *a, const void *b)
{
    int64_t x = atomic_load(&(*(struct http_conn *const *)a)->since_ms),
            y = atomic_load(&(*(struct http_conn *const *)b)->since_ms);
    return x < y ? -1 : x > y;
}

/* Frees a quarter of the slots, as far as idle and unfinished heads go. */
static void reclaim(struct http_watch *watch)
{
    watch->short_of_slots = false;
    struct http_conn **found = calloc((size_t)watch->many + 1, sizeof *found);
    if (!found)
        return;
    int wanted = watch->many - watch->limits.connections * 3 / 4;
    const enum http_phase order[] = {HTTP_PHASE_IDLE, HTTP_PHASE_HEAD};
    for (int round = 0; round < 2 && wanted > 0; round++) {
        int many = 0;
        for (struct http_conn *conn = watch->first; conn; conn = conn->next)
            if (atomic_load(&conn->phase) == (int)order[round])
                found[many++] = conn;
        qsort(found, (size_t)many, sizeof *found, longest_first);
        for (int i = 0; i < many && wanted > 0; i++, wanted--)
            shutdown(found[i]->fd, SHUT_RDWR);
    }
    free(found);
}

/* A large reply over a thin line is no attack as long as the client takes it: the kernel counts what was
 * acknowledged. */
static bool still_reading(struct http_conn *conn, int64_t now)
{
    int64_t since = atomic_load_explicit(&conn->since_ms, memory_order_relaxed);
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    if (getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    uint64_t moved = info.tcpi_bytes_acked - conn->acked;
    bool first = conn->acked_since_ms != since;
    conn->acked = info.tcpi_bytes_acked;
    conn->acked_since_ms = since;
    if (!first && moved < SEND_LEAST)
        return false;
    /* The reply may end meanwhile; then the network thread's deadline stands. */
    int64_t deadline = atomic_load(&conn->deadline_ms);
    if (atomic_load(&conn->phase) == HTTP_PHASE_SEND)
        atomic_compare_exchange_strong(&conn->deadline_ms, &deadline, now + SEND_LOOK_MS);
    return true;
}

static void look_over(struct http_watch *watch)
{
    int64_t now = coarse_ms();
    for (struct http_conn *conn = watch->first; conn; conn = conn->next) {
        int64_t deadline = atomic_load_explicit(&conn->deadline_ms, memory_order_relaxed);
        if (!deadline || now <= deadline)
            continue;
        if (atomic_load(&conn->phase) == HTTP_PHASE_SEND && still_reading(conn, now))
            continue;
        shutdown(conn->fd, SHUT_RDWR);
    }
    if (watch->short_of_slots)
        reclaim(watch);
}

static void *watch_main(void *context)
{
    struct http_watch *watch = context;
    pthread_mutex_lock(&watch->lock);
    while (!watch->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        int waited = 0;
        while (!watch->stopping && !watch->short_of_slots && waited != ETIMEDOUT)
            waited = pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
        look_over(watch);
        if (watch->peak >= CROWD && watch->many <= watch->peak / 4) {
            watch->peak = watch->many;
            pthread_mutex_unlock(&watch->lock);
            malloc_trim(0); /* a crowd has left: its memory goes back to the machine */
            pthread_mutex_lock(&watch->lock);
        }
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

enum err http_watch_start(const struct http_limits *limits, struct http_watch **ret)
{
    struct http_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        log_abort("out of memory: watch");
    watch->limits = *limits;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&watch->thread, NULL, watch_main, watch) != 0) {
        free(watch);
        return ERR_FAILED;
    }
    *ret = watch;
    return ERR_OK;
}

void http_watch_stop(struct http_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    watch->stopping = true;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    while (watch->first)
        http_watch_remove(watch, watch->first);
    pthread_cond_destroy(&watch->wake);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}
