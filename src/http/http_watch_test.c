/* SPDX-License-Identifier: Apache-2.0
 * Caps by address, which loopback tests cannot reach. */
#include "http/http_test.h"

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage at = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&at;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&at;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1)
        at.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1)
        at.ss_family = AF_INET6;
    else
        fail_msg("%s", text);
    return at;
}

static bool admit(struct http_watch *watch, const char *text)
{
    struct sockaddr_storage at = address(text);
    return http_watch_admit(watch, (struct sockaddr *)&at);
}

static struct http_conn *add(struct http_watch *watch, const char *text)
{
    struct sockaddr_storage at = address(text);
    return http_watch_add(watch, -1, (struct sockaddr *)&at);
}

static struct http_watch *start(int connections)
{
    struct http_watch *watch;
    struct http_limits limits = {
        .connections = connections, .per_address = 3, .head_ms = 60000, .idle_ms = 60000};
    assert_int_equal(http_watch_start(&limits, &watch), ERR_OK);
    return watch;
}

static void one_address_has_its_share(void **state)
{
    (void)state;
    struct http_watch *watch = start(1000);
    struct http_conn *first = add(watch, "192.0.2.1");
    assert_true(str_is(http_watch_address(first), "192.0.2.1"));
    add(watch, "192.0.2.1");
    assert_true(admit(watch, "192.0.2.1"));
    add(watch, "::ffff:192.0.2.1"); /* the same host through an IPv6 socket */
    assert_false(admit(watch, "192.0.2.1"));
    assert_true(admit(watch, "192.0.2.2"));
    http_watch_remove(watch, first);
    assert_true(admit(watch, "192.0.2.1"));
    assert_int_equal(http_watch_count(watch), 2);
    http_watch_stop(watch);
}

static void a_customer_of_ipv6_has_one_share(void **state)
{
    (void)state;
    struct http_watch *watch = start(1000);
    add(watch, "2001:db8:1:2::1");
    add(watch, "2001:db8:1:2::2");
    add(watch, "2001:db8:1:2:ffff::3");
    assert_false(admit(watch, "2001:db8:1:2::9"));
    assert_true(admit(watch, "2001:db8:1:3::9"));
    http_watch_stop(watch);
}

static void loopback_is_a_front_proxy(void **state)
{
    (void)state;
    struct http_watch *watch = start(1000);
    for (int i = 0; i < 50; i++) {
        add(watch, "127.0.0.1");
        add(watch, "::1");
    }
    assert_true(admit(watch, "127.0.0.1"));
    assert_true(admit(watch, "::1"));
    http_watch_stop(watch);
}

static void a_trusted_proxy_is_not_counted(void **state)
{
    (void)state;
    struct http_watch *watch;
    struct http_proxies *proxies;
    char why[256];
    ARENA(arena, 1 << 20);
    assert_int_equal(http_proxies_read(arena, STR("192.0.2.0/24, 2001:db8::1"), &proxies, why), ERR_OK);
    struct http_limits limits = {
        .connections = 1000, .per_address = 3, .head_ms = 60000, .idle_ms = 60000, .proxies = proxies};
    assert_int_equal(http_watch_start(&limits, &watch), ERR_OK);
    for (int i = 0; i < 10; i++) {
        add(watch, "192.0.2.7");
        add(watch, "::ffff:192.0.2.8");
        add(watch, "2001:db8::1");
        if (i < 3)
            add(watch, "198.51.100.1");
    }
    assert_true(admit(watch, "192.0.2.7"));
    assert_true(admit(watch, "::ffff:192.0.2.8"));
    assert_true(admit(watch, "2001:db8::1"));
    assert_false(admit(watch, "198.51.100.1"));
    http_watch_stop(watch);
    assert_int_equal(http_proxies_read(arena, STR("192.0.2.0/24, proxy.example"), &proxies, why),
                     ERR_INVALID);
    assert_non_null(strstr(why, "proxy.example"));
}

static void who_asks_is_what_the_trusted_proxy_saw(void **state)
{
    static const struct {
        const char *remote, *forwarded, *client;
    } cases[] = {
        {"192.0.2.7", "203.0.113.5", "203.0.113.5"},
        {"192.0.2.7", "10.9.9.9, 203.0.113.5", "203.0.113.5"},  /* the left one is the client's own word */
        {"192.0.2.7", "203.0.113.5, 192.0.2.9", "203.0.113.5"}, /* two proxies in a row */
        {"::ffff:192.0.2.7", "203.0.113.5", "203.0.113.5"},
        {"192.0.2.7", "2001:db8:5::1", "2001:db8:5::1"},
        {"192.0.2.7", "", "192.0.2.7"},
        {"192.0.2.7", "unknown", "192.0.2.7"},
        {"192.0.2.7", "203.0.113.5, unknown", "192.0.2.7"},
        {"192.0.2.7", "192.0.2.9", "192.0.2.9"},
        {"198.51.100.1", "203.0.113.5", "198.51.100.1"}, /* not trusted: not believed */
        {"", "203.0.113.5", ""},
    };
    (void)state;
    struct http_proxies *proxies;
    char why[256];
    ARENA(arena, 1 << 20);
    assert_int_equal(http_proxies_read(arena, STR("192.0.2.0/24"), &proxies, why), ERR_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str client =
            http_proxy_client(proxies, arena, str_of(cases[i].remote), str_of(cases[i].forwarded));
        if (!str_is(client, cases[i].client))
            fail_msg("%s, %s: %.*s", cases[i].remote, cases[i].forwarded, STR_ARG(client));
    }
    assert_true(str_is(http_proxy_client(NULL, arena, STR("192.0.2.7"), STR("203.0.113.5")), "192.0.2.7"));
}

static void all_together_have_a_cap(void **state)
{
    (void)state;
    struct http_watch *watch = start(10);
    for (int i = 0; i < 10; i++) {
        assert_true(admit(watch, "127.0.0.1"));
        add(watch, "127.0.0.1");
    }
    assert_false(admit(watch, "127.0.0.1"));
    http_watch_stop(watch);
}

/* When slots run short, the longest idle go; those at work stay. */
static void the_longest_idle_make_room(void **state)
{
    (void)state;
    struct http_watch *watch = start(16);
    int pairs[16][2];
    for (int i = 0; i < 16; i++) {
        struct sockaddr_storage at = address("127.0.0.1");
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
        struct http_conn *conn = http_watch_add(watch, pairs[i][0], (struct sockaddr *)&at);
        http_watch_phase(watch, conn, i % 2 ? HTTP_PHASE_IDLE : HTTP_PHASE_WORK, 0);
        if (i % 2)
            usleep(20 * 1000);
    }
    assert_false(admit(watch, "127.0.0.1"));
    usleep(300 * 1000);
    for (int i = 0; i < 16; i++) {
        char byte;
        bool shut = recv(pairs[i][1], &byte, 1, MSG_DONTWAIT) == 0;
        assert_int_equal(shut, i % 2 && i < 8); /* a quarter of sixteen: 1, 3, 5, 7 */
    }
    http_watch_stop(watch);
    for (int i = 0; i < 16; i++) {
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_has_its_share),
        cmocka_unit_test(a_customer_of_ipv6_has_one_share),
        cmocka_unit_test(loopback_is_a_front_proxy),
        cmocka_unit_test(all_together_have_a_cap),
        cmocka_unit_test(the_longest_idle_make_room),
        cmocka_unit_test(a_trusted_proxy_is_not_counted),
        cmocka_unit_test(who_asks_is_what_the_trusted_proxy_saw),
    };
    return cmocka_run_group_tests_name("http_watch", tests, NULL, NULL);
}
