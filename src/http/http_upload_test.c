/* SPDX-License-Identifier: Apache-2.0
 * Files in and out. */
#include <dirent.h>
#include <fcntl.h>
#include "http/http_test.h"

static _Atomic int prepared, handled;
static char kept_path[600];

struct looked {
    int64_t size;
    uint32_t sum;
    unsigned mode;
};

/* Runs on a worker with the whole file there; what it found goes to the handler. */
static enum err look(struct call *call, struct http_exchange *x)
{
    struct looked *looked = ARENA_NEW(call->arena, struct looked);
    struct stat about;
    FILE *file = fopen(x->upload_path, "rb");
    if (!file || fstat(fileno(file), &about) != 0)
        return ERR_FAILED;
    for (int byte; (byte = fgetc(file)) != EOF; looked->size++)
        looked->sum = looked->sum * 31 + (uint32_t)byte;
    fclose(file);
    looked->mode = about.st_mode & 0777;
    x->prepared = looked;
    atomic_fetch_add(&prepared, 1);
    return looked->sum == 0 && looked->size == 3
               ? call_fail(call, ERR_INVALID, "file", "http.fault.empty_file")
               : ERR_OK;
}

static enum err store(struct call *call, struct http_exchange *x)
{
    const struct looked *looked = x->prepared;
    TRY(db_run(call, "INSERT INTO file(name, size) VALUES($1, $2)", db_str(x->upload_name),
               db_int(looked->size)));
    json_put_str(x->out, "name", x->upload_name);
    json_put_int(x->out, "size", looked->size);
    json_put_int(x->out, "told", x->upload_size);
    json_put_int(x->out, "sum", looked->sum);
    json_put_int(x->out, "mode", looked->mode);
    atomic_fetch_add(&handled, 1);
    return ERR_OK;
}

static enum err take_file(struct call *call, struct http_exchange *x)
{
    (void)call;
    snprintf(kept_path, sizeof kept_path, "%s.kept", x->upload_path);
    return rename(x->upload_path, kept_path) == 0 ? ERR_OK : ERR_FAILED;
}

static enum err send_bytes(struct call *call, struct http_exchange *x)
{
    (void)call;
    x->file_bytes = STR("%PDF-1.7 …");
    x->file_type = "application/pdf";
    x->file_name = STR("通知 \"1\".pdf");
    x->file_inline = true;
    return ERR_OK;
}

static enum err send_html(struct call *call, struct http_exchange *x)
{
    (void)call;
    x->file_bytes = STR("<script>alert(1)</script>");
    x->file_type = "text/html";
    x->file_inline = true;
    return ERR_OK;
}

static struct http_test test;
static struct test_reply reply;

static enum err send_path(struct call *call, struct http_exchange *x)
{
    const char *path = str_format(call->arena, "%s/out", test.spool).at;
    FILE *file = fopen(path, "wb");
    if (!file)
        return ERR_FAILED;
    for (int i = 0; i < 100000; i++)
        fputc('a' + i % 26, file);
    fclose(file);
    x->file_path = path;
    x->file_path_delete = true;
    x->file_type = "application/zip";
    return ERR_OK;
}

static const struct http_route routes[] = {
    {.method = "POST",
     .path = "/api/files",
     .grant = ROLE_UNIT_OFFICER,
     .name = "u_store",
     .kind = HTTP_FOREIGN,
     .prepare = look,
     .handle = store,
     .flags = HTTP_UPLOAD},
    {.method = "PUT",
     .path = "/api/files",
     .grant = GRANT_PUBLIC,
     .name = "u_take",
     .handle = take_file,
     .flags = HTTP_UPLOAD,
     .kind = HTTP_NONE},
    {.method = "GET",
     .path = "/api/letter",
     .grant = GRANT_PUBLIC,
     .name = "u_letter",
     .handle = send_bytes,
     .kind = HTTP_FILE},
    {.method = "GET",
     .path = "/api/html",
     .grant = GRANT_PUBLIC,
     .name = "u_html",
     .handle = send_html,
     .kind = HTTP_FILE},
    {.method = "GET",
     .path = "/api/zip",
     .grant = GRANT_PUBLIC,
     .name = "u_zip",
     .handle = send_path,
     .kind = HTTP_FILE},
};

static char officer[200];

static int start(void **state)
{
    (void)state;
    char token[64];
    http_declare(routes, sizeof routes / sizeof routes[0]);
    test_start_with(&test, (struct http_options){0});
    db_test_step(
        &test.db, "file",
        "CREATE TABLE file (file_id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL) STRICT");
    test_people(&test);
    test_sign_in(&test, &(struct test_person){.roles = ROLE_UNIT_OFFICER}, token);
    snprintf(officer, sizeof officer, "%s", test_bearer(token));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_stop(&test);
    return 0;
}

static int spooled(void)
{
    int many = 0;
    DIR *dir = opendir(test.spool);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        many += entry->d_name[0] != '.';
    closedir(dir);
    return many;
}

/* The file goes when the request is over, which is a moment after the client has its reply. */
static void assert_spool_empty(void)
{
    for (int i = 0; i < 100 && spooled(); i++)
        usleep(10 * 1000);
    assert_int_equal(spooled(), 0);
}

static void upload(const char *target, const char *headers, size_t size, bool chunked)
{
    char text[1024];
    static char block[65536];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i * 7 + i / 256);
    int fd = test_connect(&test);
    int len = snprintf(text, sizeof text,
                       "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n%s", target,
                       headers);
    if (chunked)
        len += snprintf(text + len, sizeof text - (size_t)len, "Transfer-Encoding: chunked\r\n\r\n");
    else
        len += snprintf(text + len, sizeof text - (size_t)len, "Content-Length: %zu\r\n\r\n", size);
    test_send(fd, text, (size_t)len);
    for (size_t sent = 0; sent < size;) {
        size_t piece = size - sent < sizeof block ? size - sent : sizeof block;
        len = snprintf(text, sizeof text, "%zx\r\n", piece);
        if (chunked)
            test_send(fd, text, (size_t)len);
        test_send(fd, block, piece);
        if (chunked)
            test_send(fd, "\r\n", 2);
        sent += piece;
    }
    if (chunked)
        test_send(fd, "0\r\n\r\n", 5);
    test_receive(fd, &reply, false, 10000);
    close(fd);
}

static uint32_t sum_of(size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        size_t at = i % 65536;
        sum = sum * 31 + (uint8_t)(at * 7 + at / 256);
    }
    return sum;
}

static void files_arrive_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3000, 262143, 262144, 262145, 524288, 5000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int chunked = 0; chunked < 2; chunked++) {
            char wanted[256];
            upload("/api/files?filename=C%3A%5Cdocs%5C%E6%89%AB%E6%8F%8F.xml", officer, sizes[i], chunked);
            assert_int_equal(reply.status, 201);
            snprintf(wanted, sizeof wanted,
                     "{\"name\":\"扫描.xml\",\"size\":%zu,\"told\":%zu,\"sum\":%u,\"mode\":384}", sizes[i],
                     sizes[i], sum_of(sizes[i]));
            assert_string_equal(reply.body, wanted);
        }
    }
    assert_spool_empty();
}

static void strangers_send_nothing(void **state)
{
    (void)state;
    int before = prepared;
    int fd = test_connect(&test);
    static const char head[] =
        "POST /api/files?filename=a HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: 400000000\r\nExpect: 100-continue\r\n\r\n";
    test_send(fd, head, sizeof head - 1);
    test_receive(fd, &reply, false, 2000);
    close(fd);
    assert_int_equal(reply.status, 401);
    assert_true(reply.closed);
    assert_int_equal(prepared, before);
    assert_spool_empty();
}

static void bad_uploads_are_refused(void **state)
{
    (void)state;
    int before = handled;
    upload("/api/files", officer, 100, false);
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(reply.body, "http.fault.filename"));
    upload("/api/files?filename=a", officer, 0, false);
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(reply.body, "http.fault.empty_file"));
    test_ask(&test, &reply, "POST", "/api/files?filename=..", officer, "{}");
    assert_int_equal(reply.status, 422);
    char text[512];
    snprintf(text, sizeof text,
             "POST /api/files?filename=a HTTP/1.1\r\nHost: a\r\n%sContent-Type: multipart/form-data; "
             "boundary=x\r\nContent-Length: 2\r\n\r\nab",
             officer);
    test_raw(&test, &reply, text, strlen(text));
    assert_int_equal(reply.status, 415);
    snprintf(text, sizeof text,
             "POST /api/files?filename=a HTTP/1.1\r\nHost: a\r\n%sContent-Type: "
             "application/zip\r\nContent-Length: 536870913\r\n\r\n",
             officer);
    test_raw(&test, &reply, text, strlen(text));
    assert_int_equal(reply.status, 413);
    assert_int_equal(handled, before);
    assert_spool_empty();
}

static void a_broken_upload_leaves_nothing(void **state)
{
    (void)state;
    char text[512];
    static char block[300000];
    int before = prepared;
    snprintf(text, sizeof text,
             "POST /api/files?filename=a HTTP/1.1\r\nHost: a\r\n%sContent-Type: "
             "application/zip\r\nContent-Length: 1000000\r\n\r\n",
             officer);
    int fd = test_connect(&test);
    test_send(fd, text, strlen(text));
    test_send(fd, block, sizeof block);
    usleep(100 * 1000);
    assert_int_equal(spooled(), 1);
    close(fd);
    assert_spool_empty();
    assert_int_equal(prepared, before);
}

static void a_handler_may_take_the_file(void **state)
{
    (void)state;
    static const char ask[] = "PUT /api/files?filename=a HTTP/1.1\r\nHost: a\r\nContent-Type: "
                              "text/plain\r\nContent-Length: 5\r\n\r\nhello";
    test_raw(&test, &reply, ask, sizeof ask - 1);
    assert_int_equal(reply.status, 204);
    usleep(50 * 1000);
    char text[6] = "";
    int fd = open(kept_path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, text, 6), 5);
    close(fd);
    assert_string_equal(text, "hello");
    unlink(kept_path);
    assert_spool_empty();
}

static void a_full_spool_is_our_trouble(void **state)
{
    (void)state;
    char moved[160];
    snprintf(moved, sizeof moved, "%s.away", test.spool);
    assert_int_equal(rename(test.spool, moved), 0);
    upload("/api/files?filename=a", officer, 100000, false);
    assert_int_equal(rename(moved, test.spool), 0);
    assert_int_equal(reply.status, 500);
}

static void files_go_out_safely(void **state)
{
    (void)state;
    test_ask(&test, &reply, "GET", "/api/letter", "", NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "%PDF-1.7 …");
    assert_string_equal(test_header(&reply, "Content-Type"), "application/pdf");
    assert_string_equal(test_header(&reply, "Content-Disposition"),
                        "inline; filename=\"__ _1_.pdf\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5%20%221%22.pdf");
    assert_non_null(strstr(test_header(&reply, "Content-Security-Policy"), "frame-ancestors 'self'"));
    test_ask(&test, &reply, "GET", "/api/html", "", NULL);
    assert_string_equal(test_header(&reply, "Content-Disposition"), "attachment");
    assert_non_null(strstr(test_header(&reply, "Content-Security-Policy"), "sandbox"));
    test_ask(&test, &reply, "GET", "/api/zip", "", NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.body_len, 100000);
    assert_int_equal(reply.body[99999], 'a' + 99999 % 26);
    assert_string_equal(test_header(&reply, "Cache-Control"), "no-store");
    assert_spool_empty();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_arrive_whole),          cmocka_unit_test(strangers_send_nothing),
        cmocka_unit_test(bad_uploads_are_refused),     cmocka_unit_test(a_broken_upload_leaves_nothing),
        cmocka_unit_test(a_handler_may_take_the_file), cmocka_unit_test(a_full_spool_is_our_trouble),
        cmocka_unit_test(files_go_out_safely),
    };
    return cmocka_run_group_tests_name("http_upload", tests, start, stop);
}
