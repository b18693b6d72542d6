/* SPDX-License-Identifier: Apache-2.0
 * HTTPS, with curl as the client. */
#include "http/http_test.h"

static struct http_test test;
static char cert[200], key[200];

static enum err login_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    x->set_cookie = STR("abc");
    return ERR_OK;
}

static const struct http_route routes[] = {
    {.method = "POST",
     .path = "/api/login",
     .grant = GRANT_PUBLIC,
     .name = "s_login",
     .handle = login_handler,
     .kind = HTTP_NONE},
};

__attribute__((format(printf, 3, 4))) static void run(char *ret, size_t room, const char *format, ...)
{
    char command[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t got = fread(ret, 1, room - 1, pipe);
    ret[got] = 0;
    pclose(pipe);
}

static int start(void **state)
{
    (void)state;
    char text[4096];
    snprintf(cert, sizeof cert, "/tmp/anze-tls-%d.pem", (int)getpid());
    snprintf(key, sizeof key, "/tmp/anze-tls-%d.key", (int)getpid());
    run(text, sizeof text,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        "/CN=localhost"
        " -addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s 2>/dev/null",
        key, cert);
    http_declare(routes, 1);
    test_start_with(&test, (struct http_options){.tls_cert = cert, .tls_key = key, .head_ms = 1000});
    test_people(&test);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_stop(&test);
    unlink(cert);
    unlink(key);
    return 0;
}

static void it_speaks_tls(void **state)
{
    (void)state;
    char text[8192];
    run(text, sizeof text, "curl -sS --max-time 10 --cacert %s https://127.0.0.1:%d/api/health 2>&1", cert,
        http_port(test.server));
    assert_string_equal(text, "{\"status\":\"ok\",\"version\":\"" ANZE_VERSION "\"}");
    run(text, sizeof text, "curl -sS --max-time 10 http://127.0.0.1:%d/api/health 2>&1",
        http_port(test.server));
    assert_null(strstr(text, "\"ok\""));
}

static void old_versions_are_refused(void **state)
{
    (void)state;
    char text[8192];
    run(text, sizeof text,
        "curl -sS --max-time 10 --tlsv1.1 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 --cacert %s "
        "https://127.0.0.1:%d/api/health 2>&1",
        cert, http_port(test.server));
    assert_null(strstr(text, "\"ok\""));
}

static void its_cookies_are_secure(void **state)
{
    (void)state;
    char text[8192];
    run(text, sizeof text,
        "curl -sS -i --max-time 10 --cacert %s -X POST https://127.0.0.1:%d/api/login 2>&1", cert,
        http_port(test.server));
    assert_non_null(strstr(text, "Set-Cookie: anze_session=abc; Path=/; HttpOnly; SameSite=Strict; Secure"));
}

/* Waits until so many connections are watched, five seconds at most: a busy machine is slow, not wrong. */
static int watched(int want)
{
    int many = -1;
    for (int i = 0; i < 100 && (many = http_watch_count(test.server->watch)) != want; i++)
        usleep(50 * 1000);
    return many;
}

static void a_silent_handshake_is_cut(void **state)
{
    (void)state;
    assert_int_equal(watched(0), 0); /* connections of the tests before may still be closing */
    int fd = test_connect(&test);
    test_send(fd, "\x16\x03", 2);
    assert_int_equal(watched(1), 1);
    assert_int_equal(watched(0), 0);
    close(fd);
}

static void bad_options_name_the_trouble(void **state)
{
    (void)state;
    char why[256] = "";
    struct http_server *server;
    struct http_options options = test.server->options;
    options.tls_key = NULL;
    assert_int_equal(http_start(&options, &server, why), ERR_FAILED);
    assert_non_null(strstr(why, "both"));
    options.tls_key = "/nowhere/key.pem";
    assert_int_equal(http_start(&options, &server, why), ERR_FAILED);
    assert_non_null(strstr(why, "/nowhere/key.pem"));
    options.tls_key = cert; /* not a key */
    assert_int_equal(http_start(&options, &server, why), ERR_FAILED);
    assert_non_null(strstr(why, "certificate"));
    options = (struct http_options){.listen = "127.0.0.1", .db_where = test.db.where};
    assert_int_equal(http_start(&options, &server, why), ERR_FAILED);
    assert_non_null(strstr(why, "ADDRESS:PORT"));
    char taken[64];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", http_port(test.server));
    options.listen = taken;
    assert_int_equal(http_start(&options, &server, why), ERR_FAILED);
    assert_non_null(strstr(why, "in use"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_speaks_tls),
        cmocka_unit_test(old_versions_are_refused),
        cmocka_unit_test(its_cookies_are_secure),
        cmocka_unit_test(a_silent_handshake_is_cut),
        cmocka_unit_test(bad_options_name_the_trouble),
    };
    return cmocka_run_group_tests_name("http_tls", tests, start, stop);
}
