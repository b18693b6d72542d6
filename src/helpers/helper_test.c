/* SPDX-License-Identifier: Apache-2.0
 * The test is its own helper: run with a job word it plays a child that keeps or breaks the rules. */
#include "helpers/test_call.h"
#include "helpers/helper.h"
#include "base/clock.h"
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* ---- the child ---- */

static void play_echo(void)
{
    ARENA(arena, 1 << 22);
    struct helper_frame frame;
    while (helper_child_receive(arena, &frame)) {
        helper_child_emit(frame.kind, frame.body);
        arena_reset(arena);
    }
    helper_child_done();
}

static void raw(const char *bytes, size_t len)
{
    assert_true(write(1, bytes, len) == (ssize_t)len);
}

static void play_evil(const char *job)
{
    if (strcmp(job, "open") == 0)
        (void)open("/etc/passwd", O_RDONLY);
    else if (strcmp(job, "socket") == 0)
        (void)socket(AF_INET, SOCK_STREAM, 0);
    else if (strcmp(job, "fork") == 0)
        (void)fork();
    else if (strcmp(job, "exec") == 0)
        (void)execl("/bin/true", "true", (char *)NULL);
    else if (strcmp(job, "executable-memory") == 0)
        (void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    else if (strcmp(job, "kill") == 0)
        (void)kill(getppid(), SIGTERM);
    else if (strcmp(job, "hog") == 0) {
        char *most = malloc((size_t)300 << 20);
        if (!most)
            helper_child_fail(ERR_TOO_LARGE, "test.memory", 0, NULL, 0);
    } else if (strcmp(job, "written") == 0) {
        (void)!write(3, "x", 1); /* the file limit is 0 */
    }
    helper_child_done(); /* reached only when the door was open */
}

static void play_liar(const char *job)
{
    if (strcmp(job, "long-frame") == 0)
        raw("\xff\xff\xff\x7f\x01", 5);
    else if (strcmp(job, "empty-frame") == 0)
        raw("\0\0\0\0", 4);
    else if (strcmp(job, "cut-frame") == 0)
        raw("\x20\0\0\0\x01xx", 7);
    else if (strcmp(job, "no-done") == 0)
        raw("\x02\0\0\0\x01y", 6);
    else if (strcmp(job, "bad-exit") == 0) {
        raw("\x01\0\0\0\xfc", 5);
        _exit(3);
    } else if (strcmp(job, "after-done") == 0) {
        raw("\x01\0\0\0\xfc\x02\0\0\0\x01y", 11);
    } else if (strcmp(job, "foreign-key") == 0) {
        helper_child_fail(ERR_INVALID, "login.fault.password", 0, NULL, 0);
    } else if (strcmp(job, "fault") == 0) {
        const struct str args[] = {STR("first"), STR("\xff bad")};
        helper_child_fail(ERR_TOO_LARGE, "test.fault", 7, args, 2);
    } else if (strcmp(job, "lingers") == 0) {
        close(1);
        sleep(600);
    } else if (strcmp(job, "sleeps") == 0) {
        sleep(600);
    }
    _exit(0);
}

static int play(const char *job)
{
    static const char *const evil[] = {"open", "socket", "fork",   "exec", "executable-memory",
                                       "kill", "hog",    "written"};
    const struct helper_confine confine = {.filter = HELPER_FILTER_PARSE, .cpu_seconds = 1};
    bool spin = strcmp(job, "spin") == 0;
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++)
        if (strcmp(job, evil[i]) == 0) {
            helper_child_confine(&confine);
            play_evil(job);
        }
    if (spin)
        helper_child_confine(&confine);
    for (volatile int i = spin; i; i = 2)
        ;
    if (strcmp(job, "echo") == 0) {
        helper_child_confine(&confine);
        play_echo();
    }
    play_liar(job);
    return 0;
}

/* ---- the caller ---- */

static enum err start(struct call *call, const char *job, int64_t wall_ms, struct helper **ret)
{
    const struct helper_job about = {.program = "helper_test",
                                     .job = job,
                                     .in_fd = HELPER_NO_FD,
                                     .out_fd = HELPER_NO_FD,
                                     .wall_ms = wall_ms,
                                     .frame_max = 70000,
                                     .key_prefix = "test."};
    return helper_start(call, &about, ret);
}

/* Runs a job to its end; the error it ended with. */
static enum err run(struct call *call, const char *job, int64_t wall_ms)
{
    struct helper *helper;
    assert_int_equal(start(call, job, wall_ms, &helper), ERR_OK);
    helper_send_end(helper);
    for (;;) {
        struct helper_frame frame;
        bool end = false;
        enum err word = helper_receive(call, helper, &frame, &end);
        if (word != ERR_OK || end)
            return word;
    }
}

static void test_frames_there_and_back(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct helper *helper;
    assert_int_equal(start(call, "echo", 0, &helper), ERR_OK);
    BUF(body, 70000);
    helper_put(&body, 3, STR("示例"));
    helper_put(&body, 4, STR_NONE);
    helper_put_int(&body, 40, -12345678901234);
    while (body.len < 65000)
        buf_add_char(&body, 'x');
    assert_int_equal(helper_send(call, helper, 9, buf_str(&body)), ERR_OK);
    assert_int_equal(helper_send(call, helper, 10, STR_NONE), ERR_OK);
    helper_send_end(helper);
    struct helper_frame frame;
    bool end = false;
    assert_int_equal(helper_receive(call, helper, &frame, &end), ERR_OK);
    assert_false(end);
    assert_int_equal(frame.kind, 9);
    assert_int_equal(frame.body.len, body.len);
    struct str rest = str_slice(frame.body, 0, 5 + 6 + 5 + 8), value;
    uint8_t tag = 0;
    bool bad = false;
    assert_true(helper_field(&rest, &tag, &value, &bad));
    assert_int_equal(tag, 3);
    assert_true(str_is(value, "示例"));
    assert_true(helper_field(&rest, &tag, &value, &bad));
    assert_int_equal(tag, 40);
    assert_true(helper_int(value) == -12345678901234);
    assert_false(helper_field(&rest, &tag, &value, &bad));
    assert_false(bad);
    assert_int_equal(helper_receive(call, helper, &frame, &end), ERR_OK);
    assert_int_equal(frame.kind, 10);
    assert_int_equal(frame.body.len, 0);
    assert_int_equal(helper_receive(call, helper, &frame, &end), ERR_OK);
    assert_true(end);
    test_call_free(call);
}

static void test_fields_are_cut_with_bounds(void **state)
{
    (void)state;
    const struct str bad_ones[] = {STR("\x01"), STR("\x01\x05\0\0\0abcd"), STR("\x01\xff\xff\xff\xff"),
                                   STR("\x01\0\0\0")};
    for (size_t i = 0; i < sizeof bad_ones / sizeof bad_ones[0]; i++) {
        struct str rest = bad_ones[i], value;
        uint8_t tag;
        bool bad = false;
        assert_false(helper_field(&rest, &tag, &value, &bad));
        assert_true(bad);
    }
    assert_true(helper_int(STR("1234567")) == 0);
}

static void test_liars(void **state)
{
    (void)state;
    static const char *const jobs[] = {"long-frame", "empty-frame", "cut-frame",  "no-done",
                                       "bad-exit",   "after-done",  "foreign-key"};
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct call *call = test_call_new();
        enum err word = run(call, jobs[i], 20000);
        if (word != ERR_INVALID || strcmp(test_fault(call), "helper.fault.died") != 0)
            print_error("%s: %s %s\n", jobs[i], err_word(word), test_fault(call));
        assert_int_equal(word, ERR_INVALID);
        assert_string_equal(test_fault(call), "helper.fault.died");
        test_call_free(call);
    }
}

static void test_a_fault_of_its_own(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    assert_int_equal(run(call, "fault", 20000), ERR_TOO_LARGE);
    assert_string_equal(test_fault(call), "test.fault");
    assert_string_equal(call->last_fault->field, "file");
    assert_int_equal(call->last_fault->row, 7);
    assert_true(str_is(call->last_fault->args[0], "first"));
    assert_true(str_is(call->last_fault->args[1], "?")); /* not valid text: not shown */
    test_call_free(call);
}

static void test_deadlines(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    int64_t from_us = clock_monotonic_us();
    assert_int_equal(run(call, "sleeps", 300), ERR_TOO_LARGE);
    assert_string_equal(test_fault(call), "helper.fault.late");
    assert_int_equal(run(call, "lingers", 20000), ERR_TOO_LARGE); /* closed its pipe and stays */
    assert_true(clock_monotonic_us() - from_us < 15000000);
    test_call_free(call);
}

static void test_the_sandbox_bites(void **state)
{
    (void)state;
    static const char *const jobs[] = {"open", "socket", "fork", "exec", "executable-memory", "kill"};
    if (!helper_child_sandboxed()) {
        print_message("no sandbox in this build or run\n");
        skip();
    }
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct call *call = test_call_new();
        enum err word = run(call, jobs[i], 20000);
        if (word == ERR_OK)
            print_error("%s was possible\n", jobs[i]);
        assert_int_equal(word, ERR_INVALID);
        assert_string_equal(test_fault(call), "helper.fault.died");
        assert_true(str_is(call->last_fault->args[0], "signal 31")); /* SIGSYS */
        test_call_free(call);
    }
    struct call *call = test_call_new();
    assert_int_equal(run(call, "hog", 20000), ERR_TOO_LARGE);
    assert_string_equal(test_fault(call), "test.memory");
    assert_int_equal(run(call, "spin", 20000), ERR_TOO_LARGE);
    assert_string_equal(test_fault(call), "helper.fault.late");
    test_call_free(call);
}

static void test_no_file_grows(void **state)
{
    (void)state;
    if (!helper_child_sandboxed())
        skip();
    struct call *call = test_call_new();
    int fd = open("helper-out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const struct helper_job job = {
        .program = "helper_test", .job = "written", .in_fd = HELPER_NO_FD, .out_fd = fd};
    struct helper *helper;
    assert_int_equal(helper_start(call, &job, &helper), ERR_OK);
    struct helper_frame frame;
    bool end = false;
    assert_int_not_equal(helper_receive(call, helper, &frame, &end), ERR_OK);
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    close(fd);
    unlink("helper-out");
    test_call_free(call);
}

static void test_missing_program(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    const struct helper_job job = {
        .program = "anze-no-such", .job = "x", .in_fd = HELPER_NO_FD, .out_fd = HELPER_NO_FD};
    struct helper *helper;
    assert_int_equal(helper_start(call, &job, &helper), ERR_FAILED);
    assert_string_equal(test_fault(call), "helper.fault.missing");
    test_call_free(call);
}

/* The arena's end is the helper's end, and no child is left behind. */
static void test_nothing_is_left_behind(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct call *call = test_call_new();
        struct helper *helper;
        assert_int_equal(start(call, "sleeps", 20000, &helper), ERR_OK);
        test_call_free(call);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_there_and_back),
        cmocka_unit_test(test_fields_are_cut_with_bounds),
        cmocka_unit_test(test_liars),
        cmocka_unit_test(test_a_fault_of_its_own),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_the_sandbox_bites),
        cmocka_unit_test(test_no_file_grows),
        cmocka_unit_test(test_missing_program),
        cmocka_unit_test(test_nothing_is_left_behind),
    };
    if (argc > 1)
        return play(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
