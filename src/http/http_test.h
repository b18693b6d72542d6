/* SPDX-License-Identifier: Apache-2.0
 *
 * http_test: what the tests of this room share: a server on a free port over a fresh database, and a client
 * on a raw socket that sees every byte.
 */
#ifndef ANZE_HTTP_HTTP_TEST_H
#define ANZE_HTTP_HTTP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <errno.h>
#include <unistd.h>
#include <poll.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/words.h"
#include "db/db_test.h"
#include "http/http_inner.h"

#define HTTP_TEST_TEXT (256 * 1024)

struct http_test {
    struct db_test db;
    struct db_lane *lane;
    struct http_server *server;
    char spool[128];
};

/* ---- the client ---- */

static inline int test_connect(const struct http_test *t)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(t->server))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static inline void test_send(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return; /* the server cut it: the answer tells */
        bytes += sent;
        len -= (size_t)sent;
    }
}

struct test_reply {
    int status;        /* 0: no answer */
    char *head, *body; /* NUL-terminated */
    size_t body_len;
    bool closed; /* the server ended the connection */
    char text[HTTP_TEST_TEXT];
};

/* One byte after the other is enough for a test, and never takes bytes of the next reply. */
static inline bool test_byte(int fd, char *ret, int wait_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (poll(&wait, 1, wait_ms) <= 0)
        return false;
    return recv(fd, ret, 1, 0) == 1;
}

static inline const char *test_header(const struct test_reply *reply, const char *name)
{
    static _Thread_local char value[1024];
    size_t len = strlen(name);
    for (const char *line = reply->head; line && *line;
         line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL) {
        if (strncasecmp(line, name, len) != 0 || line[len] != ':')
            continue;
        const char *from = line + len + 1;
        while (*from == ' ')
            from++;
        size_t many = strcspn(from, "\r");
        snprintf(value, sizeof value, "%.*s", (int)many, from);
        return value;
    }
    return NULL;
}

static inline void test_receive(int fd, struct test_reply *reply, bool head_only, int wait_ms)
{
    size_t at = 0;
    memset(reply, 0, offsetof(struct test_reply, text));
    reply->head = reply->body = reply->text;
    reply->text[0] = 0;
    while (at < 16384 && (at < 4 || memcmp(reply->text + at - 4, "\r\n\r\n", 4) != 0)) {
        if (!test_byte(fd, reply->text + at, wait_ms)) {
            reply->closed = true;
            return;
        }
        reply->text[++at] = 0;
    }
    sscanf(reply->text, "HTTP/1.1 %d", &reply->status);
    reply->text[at - 2] = 0; /* the head keeps the \r\n of its last line */
    reply->body = reply->text + at;
    const char *length = test_header(reply, "Content-Length");
    size_t want =
        length && !head_only && reply->status != 204 && reply->status != 304 ? (size_t)atoll(length) : 0;
    assert_true(at + want < HTTP_TEST_TEXT);
    while (reply->body_len < want) {
        ssize_t got = recv(fd, reply->body + reply->body_len, want - reply->body_len, 0);
        if (got <= 0)
            break;
        reply->body_len += (size_t)got;
    }
    reply->body[reply->body_len] = 0;
    const char *connection = test_header(reply, "Connection");
    reply->closed = connection && strcasecmp(connection, "close") == 0;
}

/* Sends the bytes on a new connection and reads one reply. */
static inline void test_raw(const struct http_test *t, struct test_reply *reply, const char *bytes,
                            size_t len)
{
    int fd = test_connect(t);
    test_send(fd, bytes, len);
    test_receive(fd, reply, len > 5 && memcmp(bytes, "HEAD ", 5) == 0, 5000);
    close(fd);
}

/* method, target, further header lines ("X: y\r\n"), body (NULL: none). */
static inline void test_ask(const struct http_test *t, struct test_reply *reply, const char *method,
                            const char *target, const char *headers, const char *body)
{
    static char text[HTTP_TEST_TEXT];
    int len = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, target, headers);
    if (body)
        len +=
            snprintf(text + len, sizeof text - (size_t)len,
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    else
        len += snprintf(text + len, sizeof text - (size_t)len, "\r\n");
    test_raw(t, reply, text, (size_t)len);
}

/* ---- the server ---- */

static inline void test_words(struct arena *arena, const char *room)
{
    const char *source = getenv("ANZE_SOURCE"), *names[] = {"zh", "en"};
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(
            str_format(arena, "%s/src/%s/words/%s.json", source ? source : ".", room, names[i]).at, "rb");
        if (!file)
            continue;
        char *text = arena_alloc(arena, 512 * 1024);
        size_t len = fread(text, 1, 512 * 1024, file);
        fclose(file);
        words_add(i ? CALL_EN : CALL_ZH, (struct str){text, len});
    }
}

static inline void test_start_with(struct http_test *t, struct http_options options)
{
    char why[256] = "";
    db_test_open(&t->db, NULL, 0);
    const char *folder = t->db.folder[0] ? t->db.folder : "/tmp";
    snprintf(t->spool, sizeof t->spool, "%s/spool-%d", folder, (int)getpid());
    assert_true(mkdir(t->spool, 0700) == 0 || errno == EEXIST);
    static bool have_words;
    if (!have_words) {
        static struct arena *kept;
        kept = arena_new(16 * 1024 * 1024);
        test_words(kept, "base");
        test_words(kept, "http");
        have_words = true;
    }
    assert_int_equal(db_lane_start(t->db.where, &t->lane, why), ERR_OK);
    options.listen = "127.0.0.1:0";
    options.db_where = t->db.where;
    options.lane = t->lane;
    options.spool_dir = t->spool;
    if (http_start(&options, &t->server, why) != ERR_OK)
        fail_msg("%s", why);
}

static inline void test_stop(struct http_test *t)
{
    http_stop(t->server);
    db_lane_stop(t->lane);
    rmdir(t->spool);
    db_test_close(&t->db);
}

/* ---- people ---- */

struct test_person {
    unsigned roles;
    const char *unit_path; /* NULL: "/1/" */
    bool must_change;
    int64_t expires_in_ms; /* 0: a day */
};

/* The schema step of a room, from the source tree. */
static inline void test_step(struct http_test *t, const char *room, const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    struct arena *arena = t->db.call.arena;
    FILE *file =
        fopen(str_format(arena, "%s/src/%s/steps/%s.sql", source ? source : ".", room, name).at, "rb");
    assert_non_null(file);
    char *text = arena_alloc(arena, 256 * 1024);
    size_t len = fread(text, 1, 256 * 1024 - 1, file);
    fclose(file);
    assert_true(len > 0);
    db_test_step(&t->db, name, text);
}

/* The tables behind sessions and settling. */
static inline void test_people(struct http_test *t)
{
    test_step(t, "ledger", "0001_ledger");
    test_step(t, "access", "0001_access");
    test_step(t, "access", "0002_factor");
    test_step(t, "access", "0003_vendor");
    test_step(t, "rules", "0001_rules");
    test_step(t, "rules", "0002_seen_past");
}

static inline void test_sign_in(struct http_test *t, const struct test_person *p, char ret_token[64])
{
    static int64_t serial;
    struct call *call = &t->db.call;
    struct str token, path = str_of(p->unit_path ? p->unit_path : "/1/");
    int64_t user_id = 1000 + ++serial;
    call->now_ms = clock_now_ms();
    assert_int_equal(db_run(call,
                            "INSERT INTO access_user (user_id, login_name, display_name, roles, unit_id, "
                            "unit_path, password_hash,"
                            " must_change, created_at_ms, password_at_ms) VALUES ($1, 'u' || $1, 'U', $2, 1, "
                            "$3, '-', $4, $5, $5)",
                            db_int(user_id), db_int(p->roles), db_str(path), db_int(p->must_change),
                            db_int(call->now_ms)),
                     ERR_OK);
    assert_int_equal(access_session_start(call, user_id, STR("127.0.0.1"), &token), ERR_OK);
    if (p->expires_in_ms)
        assert_int_equal(db_run(call, "UPDATE access_session SET ends_ms = $1 WHERE user_id = $2",
                                db_int(call->now_ms + p->expires_in_ms), db_int(user_id)),
                         ERR_OK);
    snprintf(ret_token, 64, "%.*s", STR_ARG(token));
}

/* "Authorization: Bearer …\r\n" */
static inline const char *test_bearer(const char *token)
{
    static char line[4][160];
    static int next;
    char *to = line[next++ % 4];
    snprintf(to, 160, "Authorization: Bearer %s\r\n", token);
    return to;
}

#endif
