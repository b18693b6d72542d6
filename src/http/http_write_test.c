/* SPDX-License-Identifier: Apache-2.0
 * Writes: acknowledged only when durable, many at once, read beside them, finished when the server stops. */
#include "http/http_test.h"

#define CLIENTS 16
#define EACH    60

static struct http_test test;
static struct test_reply reply;
static _Atomic int lane_holds, on_lane;

static enum err entry_create(struct call *call, struct http_exchange *x)
{
    int64_t id;
    while (atomic_load(&lane_holds)) {
        atomic_store(&on_lane, 1);
        usleep(1000);
    }
    TRY(db_insert(call, "entry", &x->body, NULL, 0, &id));
    json_put_int(x->out, "entry_id", id);
    /* After the row is written: the whole job must be undone. */
    if (str_is(field_str(&x->body, "text"), "refuse"))
        return call_fail(call, ERR_REFUSED, "text", "http.fault.filename");
    return ERR_OK;
}

static enum err entry_get(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT text FROM entry WHERE entry_id = $1", db_int(x->ids[0])));
    json_put_str(x->out, "text", db_col_str(&rows, 0));
    return db_end(&rows);
}

static enum err entry_count(struct call *call, struct http_exchange *x)
{
    int64_t many;
    TRY(db_get_int(call, &many, 0, "SELECT COUNT(*) FROM entry"));
    json_put_int(x->out, "many", many);
    return ERR_OK;
}

static enum err slow_prepare(struct call *call, struct http_exchange *x)
{
    usleep(150 * 1000);
    x->prepared = ARENA_NEW(call->arena, int);
    *(int *)x->prepared = 42;
    return ERR_OK;
}

static enum err slow_handle(struct call *call, struct http_exchange *x)
{
    (void)call;
    json_put_int(x->out, "prepared", *(int *)x->prepared);
    return ERR_OK;
}

static enum err direct_prepare(struct call *call, struct http_exchange *x)
{
    if (!call->db)
        return ERR_FAILED;
    json_put_c(x->out, "from", "prepare");
    return ERR_OK;
}

static const struct field entry_fields[] = {{.name = "text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED}};
static const struct field_table entry_table = FIELD_TABLE("entry", entry_fields);
static const struct http_route routes[] = {
    {.method = "POST",
     .path = "/api/entries",
     .grant = GRANT_PUBLIC,
     .name = "e_create",
     .kind = HTTP_FOREIGN,
     .handle = entry_create,
     .body = &entry_table},
    {.method = "GET",
     .path = "/api/entries/{entry_id}",
     .grant = GRANT_PUBLIC,
     .name = "e_get",
     .kind = HTTP_FOREIGN,
     .handle = entry_get},
    {.method = "GET",
     .path = "/api/entries",
     .grant = GRANT_PUBLIC,
     .name = "e_count",
     .kind = HTTP_FOREIGN,
     .handle = entry_count},
    {.method = "POST",
     .path = "/api/slow",
     .grant = GRANT_PUBLIC,
     .name = "e_slow",
     .kind = HTTP_FOREIGN,
     .prepare = slow_prepare,
     .handle = slow_handle},
    {.method = "GET",
     .path = "/api/slow",
     .grant = GRANT_PUBLIC,
     .name = "e_slow_get",
     .kind = HTTP_FOREIGN,
     .prepare = slow_prepare,
     .handle = slow_handle},
    {.method = "POST",
     .path = "/api/direct",
     .grant = GRANT_PUBLIC,
     .name = "e_direct",
     .kind = HTTP_FOREIGN,
     .prepare = direct_prepare,
     .flags = HTTP_DIRECT},
};

static int start(void **state)
{
    (void)state;
    http_declare(routes, sizeof routes / sizeof routes[0]);
    test_start_with(&test, (struct http_options){0});
    db_test_step(&test.db, "entry",
                 "CREATE TABLE entry (entry_id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    test_people(&test);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_stop(&test);
    return 0;
}

static int64_t count(void)
{
    test_ask(&test, &reply, "GET", "/api/entries", "", NULL);
    assert_int_equal(reply.status, 200);
    return atoll(reply.body + strlen("{\"many\":"));
}

static void nothing_is_answered_before_the_commit(void **state)
{
    (void)state;
    int64_t before = count();
    atomic_store(&lane_holds, 1);
    static const char ask[] = "POST /api/entries HTTP/1.1\r\nHost: a\r\nContent-Type: "
                              "application/json\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}";
    int fd = test_connect(&test);
    test_send(fd, ask, sizeof ask - 1);
    while (!atomic_load(&on_lane))
        usleep(1000);
    char byte;
    assert_false(test_byte(fd, &byte, 200));
    assert_int_equal(count(), before); /* and reads go on meanwhile */
    atomic_store(&lane_holds, 0);
    test_receive(fd, &reply, false, 3000);
    close(fd);
    assert_int_equal(reply.status, 201);
    assert_int_equal(count(), before + 1);
}

static void a_refusal_undoes_the_whole_job(void **state)
{
    (void)state;
    int64_t before = count();
    test_ask(&test, &reply, "POST", "/api/entries", "", "{\"text\":\"refuse\"}");
    assert_int_equal(reply.status, 409);
    assert_null(strstr(reply.body, "entry_id"));
    assert_int_equal(count(), before);
}

static _Atomic int wrong;

/* Creates, and reads back at once on another connection what was acknowledged. */
static void *client(void *context)
{
    long me = (long)context;
    struct test_reply *own = malloc(sizeof *own), *back = malloc(sizeof *back);
    int fd = test_connect(&test), other = test_connect(&test);
    for (int i = 0; i < EACH; i++) {
        char text[512], body[64], wanted[64];
        bool refuse = i % 7 == 3;
        snprintf(body, sizeof body, "{\"text\":\"%s\"}", refuse ? "refuse" : "x");
        if (!refuse)
            snprintf(body, sizeof body, "{\"text\":\"%ld-%d\"}", me, i);
        int len = snprintf(text, sizeof text,
                           "POST /api/entries HTTP/1.1\r\nHost: a\r\nContent-Type: "
                           "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                           strlen(body), body);
        test_send(fd, text, (size_t)len);
        test_receive(fd, own, false, 10000);
        if (own->status != (refuse ? 409 : 201)) {
            print_error("client %ld, %d: %d %s\n", me, i, own->status, own->body);
            atomic_fetch_add(&wrong, 1);
            continue;
        }
        if (refuse)
            continue;
        len = snprintf(text, sizeof text, "GET /api/entries/%lld HTTP/1.1\r\nHost: a\r\n\r\n",
                       atoll(own->body + strlen("{\"entry_id\":")));
        test_send(other, text, (size_t)len);
        test_receive(other, back, false, 10000);
        snprintf(wanted, sizeof wanted, "{\"text\":\"%ld-%d\"}", me, i);
        if (back->status != 200 || strcmp(back->body, wanted) != 0) {
            print_error("client %ld, %d: read back %d %s, not %s\n", me, i, back->status, back->body, wanted);
            atomic_fetch_add(&wrong, 1);
        }
    }
    close(fd);
    close(other);
    free(own);
    free(back);
    return NULL;
}

static void many_write_and_read_at_once(void **state)
{
    (void)state;
    pthread_t threads[CLIENTS];
    int64_t before = count();
    for (long i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, client, (void *)i), 0);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
    int refused = 0;
    for (int i = 0; i < EACH; i++)
        refused += i % 7 == 3;
    assert_int_equal(count() - before, CLIENTS * (EACH - refused));
}

static void prepare_hands_over(void **state)
{
    (void)state;
    test_ask(&test, &reply, "POST", "/api/slow", "", NULL);
    assert_int_equal(reply.status, 201);
    assert_string_equal(reply.body, "{\"prepared\":42}");
    test_ask(&test, &reply, "GET", "/api/slow", "", NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "{\"prepared\":42}");
    test_ask(&test, &reply, "POST", "/api/direct", "", NULL);
    assert_string_equal(reply.body, "{\"from\":\"prepare\"}");
}

/* Forty slow requests of one route wait; another route must not wait with them. */
static void a_flood_of_one_route_leaves_the_others(void **state)
{
    (void)state;
    int fds[40];
    static const char ask[] = "GET /api/slow HTTP/1.1\r\nHost: a\r\n\r\n";
    for (int i = 0; i < 40; i++) {
        fds[i] = test_connect(&test);
        test_send(fds[i], ask, sizeof ask - 1);
    }
    usleep(50 * 1000);
    int64_t from = clock_monotonic_us();
    test_ask(&test, &reply, "POST", "/api/direct", "", NULL); /* a worker too */
    assert_int_equal(reply.status, 201);
    count();
    assert_true(clock_monotonic_us() - from < 140 * 1000);
    for (int i = 0; i < 40; i++) {
        test_receive(fds[i], &reply, false, 10000);
        assert_int_equal(reply.status, 200);
        close(fds[i]);
    }
}

static void a_stopping_server_finishes_what_it_began(void **state)
{
    (void)state;
    int fd = test_connect(&test);
    static const char ask[] = "POST /api/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    test_send(fd, ask, sizeof ask - 1);
    usleep(50 * 1000);
    http_stop(test.server);
    test.server = NULL;
    test_receive(fd, &reply, false, 2000);
    close(fd);
    assert_int_equal(reply.status, 201);
    assert_string_equal(reply.body, "{\"prepared\":42}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_answered_before_the_commit),
        cmocka_unit_test(a_refusal_undoes_the_whole_job),
        cmocka_unit_test(many_write_and_read_at_once),
        cmocka_unit_test(prepare_hands_over),
        cmocka_unit_test(a_flood_of_one_route_leaves_the_others),
        cmocka_unit_test(a_stopping_server_finishes_what_it_began),
    };
    return cmocka_run_group_tests_name("http_write", tests, start, stop);
}
