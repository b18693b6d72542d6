/* SPDX-License-Identifier: Apache-2.0
 * Bytes on the wire: methods, framing, limits, keep-alive, deadlines. */
#include "http/http_test.h"

static enum err echo_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    json_put_str(x->out, "text", field_str(&x->body, "text"));
    return ERR_OK;
}

static enum err item_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    json_put_int(x->out, "id", x->ids[0]);
    return ERR_OK;
}

static enum err large_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    char kilobyte[1025];
    memset(kilobyte, 'k', 1024);
    kilobyte[1024] = 0;
    json_open_array(x->out, "lines");
    for (int i = 0; i < 8 * 1024; i++)
        json_put_c(x->out, NULL, kilobyte);
    json_close_array(x->out);
    return ERR_OK;
}

static const struct field echo_fields[] = {{.name = "text", .type = FIELD_NOTE, .max = 2000000}};
static const struct field_table echo_table = FIELD_TABLE("echo", echo_fields);
static const struct http_route routes[] = {
    {.method = "POST",
     .path = "/api/echo",
     .grant = GRANT_PUBLIC,
     .name = "w_echo",
     .kind = HTTP_FOREIGN,
     .handle = echo_handler,
     .body = &echo_table,
     .flags = HTTP_READS},
    {.method = "PATCH",
     .path = "/api/echo",
     .grant = GRANT_PUBLIC,
     .name = "w_patch",
     .kind = HTTP_FOREIGN,
     .handle = echo_handler,
     .body = &echo_table},
    {.method = "DELETE",
     .path = "/api/item/{item_id}",
     .grant = GRANT_SIGNED_IN,
     .name = "w_delete",
     .kind = HTTP_FOREIGN,
     .handle = item_handler},
    {.method = "GET",
     .path = "/api/item/{item_id}",
     .grant = GRANT_PUBLIC,
     .name = "w_item",
     .kind = HTTP_FOREIGN,
     .handle = item_handler},
    {.method = "GET",
     .path = "/api/large",
     .grant = GRANT_PUBLIC,
     .name = "w_large",
     .kind = HTTP_FOREIGN,
     .handle = large_handler},
};

static struct http_test test;
static struct test_reply reply;

static int start(void **state)
{
    (void)state;
    http_declare(routes, sizeof routes / sizeof routes[0]);
    test_start_with(
        &test,
        (struct http_options){
            .head_ms = 1000, .idle_ms = 2000, .body_ms = 1000, .send_ms = 1000, .max_connections = 64});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_stop(&test);
    return 0;
}

static int send_text(const char *text)
{
    test_raw(&test, &reply, text, strlen(text));
    return reply.status;
}

/* ---- methods ---- */

static void methods_are_told(void **state)
{
    (void)state;
    assert_int_equal(send_text("PUT /api/item/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), 405);
    assert_string_equal(test_header(&reply, "Allow"), "GET, HEAD, DELETE, OPTIONS");
    assert_int_equal(send_text("OPTIONS /api/item/1 HTTP/1.1\r\nHost: a\r\n\r\n"), 204);
    assert_string_equal(test_header(&reply, "Allow"), "GET, HEAD, DELETE, OPTIONS");
    assert_null(test_header(&reply, "Access-Control-Allow-Origin"));
    assert_int_equal(send_text("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), 204);
    assert_int_equal(send_text("TRACE /api/item/1 HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
    assert_int_equal(send_text("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), 405);
    assert_int_equal(send_text("HEAD /api/item/17 HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_string_equal(test_header(&reply, "Content-Length"), "9");
    assert_int_equal(reply.body_len, 0);
}

static void replies_carry_safe_headers(void **state)
{
    (void)state;
    assert_int_equal(send_text("GET /api/item/1 HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_string_equal(test_header(&reply, "Cache-Control"), "no-store");
    assert_string_equal(test_header(&reply, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(test_header(&reply, "Content-Type"), "application/json");
    assert_non_null(strstr(test_header(&reply, "Content-Security-Policy"), "default-src 'none'"));
    assert_non_null(test_header(&reply, "Referrer-Policy"));
}

/* ---- framing ---- */

static void framing_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        "2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        "2\r\nContent-Length: 2\r\n\r\n{}",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        "2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: "
        "gzip\r\n\r\n{}",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: "
        "chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        "+2\r\n\r\n{}",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length : "
        "2\r\n\r\n{}",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        "0x2\r\n\r\n{}",
        "GET /api/item/1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /api/item/1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
        "GET /api/item/1 HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n",
        "GET /api/item/1 HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n",
        "GET /api/item/1 HTTP/1.1\r\n\r\n",
        "GET /api/item/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int status = send_text(bad[i]);
        if (status != 400 && status != 0)
            fail_msg("%zu: %d %s", i, status, reply.text);
    }
}

/* What follows a refused body must never be taken for a request. */
static void a_refused_body_is_no_request(void **state)
{
    (void)state;
    static const char inner[] = "GET /api/item/666 HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char *const heads[] = {
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n",
        "PATCH /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n",
        "PUT /api/nowhere HTTP/1.1\r\nHost: a\r\n",
        "DELETE /api/nowhere HTTP/1.1\r\nHost: a\r\n",
        "PATCH /api/item/1 HTTP/1.1\r\nHost: a\r\n",
        "GET /api/item/1 HTTP/1.1\r\nHost: a\r\n",
        "OPTIONS /api/item/1 HTTP/1.1\r\nHost: a\r\n",
        "TRACE /api/item/1 HTTP/1.1\r\nHost: a\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        for (int chunked = 0; chunked < 2; chunked++) {
            char text[1024];
            if (chunked)
                snprintf(text, sizeof text, "%sTransfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
                         heads[i], strlen(inner), inner);
            else
                snprintf(text, sizeof text, "%sContent-Length: %zu\r\n\r\n%s", heads[i], strlen(inner),
                         inner);
            int fd = test_connect(&test);
            test_send(fd, text, strlen(text));
            for (int replies = 0; replies < 3; replies++) {
                test_receive(fd, &reply, false, 300);
                if (reply.status == 0)
                    break;
                if (strstr(reply.body, "666"))
                    fail_msg("%s (chunked %d): the body was taken for a request", heads[i], chunked);
            }
            close(fd);
        }
    }
}

static void chunked_bodies_are_read(void **state)
{
    (void)state;
    assert_int_equal(send_text("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; "
                               "charset=UTF-8\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "9\r\n{\"text\":\"\r\n3\r\nabc\r\n2\r\n\"}\r\n0\r\n\r\n"),
                     200);
    assert_string_equal(reply.body, "{\"text\":\"abc\"}");
}

static void types_are_strict(void **state)
{
    (void)state;
    static const char *const types[] = {
        "text/plain",        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/jsonx", "application/json; charset=gbk",     ""};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: 2\r\n\r\n{}",
                 types[i]);
        assert_int_equal(send_text(text), 415);
    }
    assert_int_equal(send_text("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"), 415);
}

/* ---- limits ---- */

static void a_large_body_is_refused_before_it_comes(void **state)
{
    (void)state;
    assert_int_equal(send_text("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                               "application/json\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n"),
                     413);
    assert_true(reply.closed);
    assert_non_null(strstr(reply.body, "too_large"));
}

static void a_large_chunked_body_is_refused_at_its_end(void **state)
{
    (void)state;
    static char block[65536];
    memset(block, ' ', sizeof block);
    int fd = test_connect(&test);
    static const char head[] = "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                               "application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    test_send(fd, head, sizeof head - 1);
    for (int i = 0; i < 17; i++) {
        test_send(fd, "10000\r\n", 7);
        test_send(fd, block, sizeof block);
        test_send(fd, "\r\n", 2);
    }
    test_send(fd, "0\r\n\r\n", 5);
    test_receive(fd, &reply, false, 3000);
    close(fd);
    assert_int_equal(reply.status, 413);
}

static void a_megabyte_is_taken(void **state)
{
    (void)state;
    static char text[1100000];
    size_t filler = 900000;
    int head = snprintf(text, sizeof text,
                        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                        "application/json\r\nContent-Length: %zu\r\n\r\n{%*s}",
                        filler + 2, (int)filler, "");
    test_raw(&test, &reply, text, (size_t)head);
    assert_int_equal(reply.status, 200);
}

static void long_heads_are_refused(void **state)
{
    (void)state;
    static char text[40000];
    int len =
        snprintf(text, sizeof text, "GET /api/item/1 HTTP/1.1\r\nHost: a\r\nX-Long: %030000d\r\n\r\n", 1);
    test_raw(&test, &reply, text, (size_t)len);
    assert_true(reply.status == 431 || reply.status == 413 || reply.status == 0);
    len = snprintf(text, sizeof text, "GET /api/item/%030000d HTTP/1.1\r\nHost: a\r\n\r\n", 1);
    test_raw(&test, &reply, text, (size_t)len);
    assert_true(reply.status == 414 || reply.status == 0);
}

/* ---- keep-alive ---- */

static void requests_may_be_pipelined(void **state)
{
    (void)state;
    char text[4096];
    size_t len = 0;
    for (int i = 1; i <= 20; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "GET /api/item/%d HTTP/1.1\r\nHost: a\r\n\r\n",
                                i);
    int fd = test_connect(&test);
    test_send(fd, text, len);
    for (int i = 1; i <= 20; i++) {
        char wanted[32];
        snprintf(wanted, sizeof wanted, "{\"id\":%d}", i);
        test_receive(fd, &reply, false, 2000);
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply.body, wanted);
    }
    close(fd);
}

static void a_write_keeps_its_place_in_the_pipeline(void **state)
{
    (void)state;
    static const char text[] = "GET /api/item/1 HTTP/1.1\r\nHost: a\r\n\r\n"
                               "PATCH /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                               "application/json\r\nContent-Length: 14\r\n\r\n{\"text\":\"two\"}"
                               "GET /api/item/3 HTTP/1.1\r\nHost: a\r\n\r\n";
    int fd = test_connect(&test);
    test_send(fd, text, sizeof text - 1);
    static const char *const wanted[] = {"{\"id\":1}", "{\"text\":\"two\"}", "{\"id\":3}"};
    for (int i = 0; i < 3; i++) {
        test_receive(fd, &reply, false, 2000);
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply.body, wanted[i]);
    }
    close(fd);
}

/* ---- deadlines: the limits of this test are one second ----
 * Nobody is cut before the limit, and everybody is cut; how much later depends on the machine. */
#define LIMIT_MS 800
#define NEVER_MS 60000

/* Waits until so many connections are watched. */
static bool watched(int many)
{
    for (int i = 0; i < NEVER_MS / 50; i++) {
        if (http_watch_count(test.server->watch) == many)
            return true;
        usleep(50 * 1000);
    }
    return false;
}

/* Milliseconds until the server ends the connection while a byte drips every 100 ms; -1: never. */
static int64_t drip(const char *head, char byte, int most_ms)
{
    int fd = test_connect(&test);
    test_send(fd, head, strlen(head));
    int64_t from = clock_monotonic_us();
    for (;;) {
        int64_t took = (clock_monotonic_us() - from) / 1000;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        char got;
        if (poll(&wait, 1, 100) > 0 && recv(fd, &got, 1, 0) <= 0) {
            close(fd);
            return took;
        }
        if (took > most_ms) {
            close(fd);
            return -1;
        }
        test_send(fd, &byte, 1);
    }
}

static void slow_heads_are_cut(void **state)
{
    (void)state;
    assert_in_range(drip("GET /api/item/1 HTTP/1.1\r\nHost: a\r\nX-Slow: ", 'x', NEVER_MS), LIMIT_MS,
                    NEVER_MS);
    assert_in_range(drip("G", 'E', NEVER_MS), LIMIT_MS, NEVER_MS);
}

static void slow_bodies_are_cut(void **state)
{
    (void)state;
    assert_in_range(drip("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                         "application/json\r\nContent-Length: 900000\r\n\r\n{",
                         ' ', NEVER_MS),
                    LIMIT_MS, NEVER_MS);
}

static void idle_connections_are_cut(void **state)
{
    (void)state;
    int fd = test_connect(&test);
    static const char ask[] = "GET /api/item/1 HTTP/1.1\r\nHost: a\r\n\r\n";
    test_send(fd, ask, sizeof ask - 1);
    test_receive(fd, &reply, false, 2000);
    assert_int_equal(reply.status, 200);
    int64_t from = clock_monotonic_us();
    char byte;
    assert_false(test_byte(fd, &byte, NEVER_MS));
    assert_in_range((clock_monotonic_us() - from) / 1000, 1800, NEVER_MS - 1);
    close(fd);
}

static int ask_large(int window)
{
    int fd = test_connect(&test);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    static const char ask[] = "GET /api/large HTTP/1.1\r\nHost: a\r\n\r\n";
    test_send(fd, ask, sizeof ask - 1);
    return fd;
}

/* Takes one piece after the other until the end or an error; the bytes taken. */
static size_t take(int fd, size_t piece, int every_ms, int64_t most_ms)
{
    static char bytes[1024 * 1024];
    size_t all = 0;
    int64_t from = clock_monotonic_us();
    while ((clock_monotonic_us() - from) / 1000 < most_ms) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        ssize_t got = poll(&wait, 1, 1000) > 0 ? recv(fd, bytes, piece, 0) : 0;
        if (got <= 0)
            break;
        all += (size_t)got;
        if (all > 8 * 1024 * 1024)
            break;
        usleep((useconds_t)every_ms * 1000);
    }
    return all;
}

static void slow_readers_are_cut(void **state)
{
    (void)state;
    assert_true(watched(0)); /* those of the tests before have gone */
    int fd = ask_large(4096);
    assert_true(watched(1));
    take(fd, 1, 100, 8000);
    assert_true(watched(0));
    close(fd);
}

static void thin_lines_are_served(void **state)
{
    (void)state;
    int fd = ask_large(128 * 1024);
    int64_t from = clock_monotonic_us();
    size_t got = take(fd, 128 * 1024, 70, 30000); /* four seconds and more */
    close(fd);
    assert_true(got > 8 * 1024 * 1024);
    assert_true(clock_monotonic_us() - from > 3200 * 1000);
}

static void crowds_leave_room(void **state)
{
    (void)state;
    int fds[200];
    for (int i = 0; i < 200; i++) {
        fds[i] = test_connect(&test);
        test_send(fds[i], "GET /api/i", 10);
        if (i % 20 == 0) {
            usleep(20 * 1000);
            send_text("GET /api/item/5 HTTP/1.1\r\nHost: a\r\n\r\n");
        }
    }
    usleep(700 * 1000);
    int good = 0;
    for (int i = 0; i < 20; i++)
        good += send_text("GET /api/item/5 HTTP/1.1\r\nHost: a\r\n\r\n") == 200;
    for (int i = 0; i < 200; i++)
        close(fds[i]);
    assert_int_equal(good, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_are_told),
        cmocka_unit_test(replies_carry_safe_headers),
        cmocka_unit_test(framing_is_strict),
        cmocka_unit_test(a_refused_body_is_no_request),
        cmocka_unit_test(chunked_bodies_are_read),
        cmocka_unit_test(types_are_strict),
        cmocka_unit_test(a_large_body_is_refused_before_it_comes),
        cmocka_unit_test(a_large_chunked_body_is_refused_at_its_end),
        cmocka_unit_test(a_megabyte_is_taken),
        cmocka_unit_test(long_heads_are_refused),
        cmocka_unit_test(requests_may_be_pipelined),
        cmocka_unit_test(a_write_keeps_its_place_in_the_pipeline),
        cmocka_unit_test(slow_heads_are_cut),
        cmocka_unit_test(slow_bodies_are_cut),
        cmocka_unit_test(idle_connections_are_cut),
        cmocka_unit_test(slow_readers_are_cut),
        cmocka_unit_test(thin_lines_are_served),
        cmocka_unit_test(crowds_leave_room),
    };
    return cmocka_run_group_tests_name("http_wire", tests, start, stop);
}
