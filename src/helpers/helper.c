/* SPDX-License-Identifier: Apache-2.0
 * Method: the child is another program started with posix_spawn (the server has threads: nothing may run
 * between fork and exec), given exactly its descriptors, and watched by a wall deadline on every wait. All
 * that it writes is taken as hostile: the length of a frame is bounded, fields are cut with bounds, and only
 * DONE followed by end of file and exit code 0 is success, so that a child killed half-way can never look
 * like a finished one. */
#include "helpers/helper.h"
#include "helpers/helper_wire.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEND_MAX ((size_t)64 << 20) /* as the child's own limit */

struct helper {
    pid_t pid;    /* 0 once reaped */
    int from, to; /* -1 once closed */
    int64_t deadline_us;
    size_t frame_max;
    const char *key_prefix;
    char *bytes; /* what was read and not yet handed out: [at, end) of cap */
    size_t at, end, cap;
    bool done;  /* DONE was seen */
    bool ended; /* the end was told */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int reap(struct helper *helper)
{
    int status = 0;
    while (helper->pid > 0 && waitpid(helper->pid, &status, 0) < 0 && errno == EINTR)
        ;
    helper->pid = 0;
    return status;
}

/* A child that closed its pipe should be gone in a moment; one that is not is made to. */
static int reap_soon(struct helper *helper)
{
    const struct timespec nap = {0, 500000};
    for (int tries = 0; helper->pid > 0 && tries < 4000; tries++) {
        int status = 0;
        if (waitpid(helper->pid, &status, WNOHANG) == helper->pid) {
            helper->pid = 0;
            return status;
        }
        nanosleep(&nap, NULL);
    }
    if (helper->pid > 0)
        kill(helper->pid, SIGKILL);
    return reap(helper);
}

void helper_stop(struct helper *helper)
{
    close_fd(&helper->to);
    close_fd(&helper->from);
    if (helper->pid > 0) {
        kill(helper->pid, SIGKILL);
        (void)reap(helper);
    }
}

static void stop_deferred(void *thing)
{
    helper_stop(thing);
}

/* Where the program lies: beside the running one, else in the place of the Debian package. */
static bool find_program(const char *name, char *path, size_t size)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len > 0) {
        self[len] = '\0';
        char *slash = strrchr(self, '/');
        if (slash) {
            *slash = '\0';
            int written = snprintf(path, size, "%s/%s", self, name);
            if (written > 0 && (size_t)written < size && access(path, X_OK) == 0)
                return true;
        }
    }
    int written = snprintf(path, size, "/usr/lib/anze/%s", name);
    return written > 0 && (size_t)written < size && access(path, X_OK) == 0;
}

/* The child gets only what steers the sandbox, temporary files and the sanitizers. */
static size_t child_environment(struct arena *arena, char **env, size_t max)
{
    static const char *const passed[] = {"ANZE_SANDBOX", "TMPDIR",      "ASAN_OPTIONS",      "UBSAN_OPTIONS",
                                         "TSAN_OPTIONS", "GCOV_PREFIX", "GCOV_PREFIX_STRIP", "LSAN_OPTIONS"};
    size_t many = 0;
    for (size_t i = 0; i < sizeof passed / sizeof passed[0] && many + 1 < max; i++) {
        const char *value = getenv(passed[i]);
        if (value)
            env[many++] = (char *)(uintptr_t)str_format(arena, "%s=%s", passed[i], value).at;
    }
    env[many] = NULL;
    return many;
}

/* Moves a descriptor above those that the child is given, so that one dup2 never covers the next one's
 * source. */
static int lift(int fd)
{
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

static int spawn(struct arena *arena, const char *path, const struct helper_job *job, const int fds[4],
                 pid_t *ret_pid)
{
    char *argv[10] = {(char *)(uintptr_t)job->program, (char *)(uintptr_t)job->job};
    for (size_t i = 0; i < 6 && job->words[i]; i++)
        argv[2 + i] = (char *)(uintptr_t)job->words[i];
    char *env[16];
    child_environment(arena, env, sizeof env / sizeof env[0]);
    const char *show = getenv("ANZE_HELPER_STDERR");

    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGTERM);
    sigaddset(&usual, SIGINT);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int bad = posix_spawn_file_actions_adddup2(&actions, fds[0], 0) |
              posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    if (!show || strcmp(show, "1") != 0)
        bad |= posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (fds[3] >= 0)
        bad |= posix_spawn_file_actions_adddup2(&actions, fds[3], 3);
    bad |= posix_spawn_file_actions_addclosefrom_np(&actions, fds[3] >= 0 ? 4 : 3);
    if (!bad)
        bad = posix_spawn(ret_pid, path, &actions, &attributes, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return bad;
}

/* Opens both pipes. ours[0] is written to the child, ours[1] read from it. */
static bool open_pipes(const struct helper_job *job, int ours[2], int theirs[2])
{
    ours[0] = ours[1] = theirs[0] = theirs[1] = -1;
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return false;
    ours[1] = out[0];
    theirs[1] = out[1];
    (void)fcntl(out[0], F_SETPIPE_SZ,
                1 << 20); /* fewer switches; refused beyond the user's share, which is fine */
    if (job->in_fd >= 0) {
        theirs[0] = job->in_fd;
        return true;
    }
    /* A socket, not a pipe: send() can be told not to raise SIGPIPE. */
    int in[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0)
        return false;
    ours[0] = in[0];
    theirs[0] = in[1];
    return true;
}

static enum err spawn_with_pipes(struct call *call, const struct helper_job *job, const char *path,
                                 struct helper *helper)
{
    int ours[2], theirs[2];
    bool opened = open_pipes(job, ours, theirs);
    int lifted[4] = {opened ? lift(theirs[0]) : -1, opened ? lift(theirs[1]) : -1, -1,
                     opened ? lift(job->out_fd) : -1};
    if (theirs[0] != job->in_fd)
        close_fd(&theirs[0]);
    close_fd(&theirs[1]);
    helper->to = ours[0];
    helper->from = ours[1];
    int bad = EMFILE;
    if (opened && lifted[0] >= 0 && lifted[1] >= 0 && (job->out_fd < 0 || lifted[3] >= 0))
        bad = spawn(call->arena, path, job, lifted, &helper->pid);
    for (int i = 0; i < 4; i++)
        close_fd(&lifted[i]);
    if (bad == 0)
        return ERR_OK;
    helper->pid = 0;
    helper_stop(helper);
    return call_fail(call, ERR_FAILED, "file", "helper.fault.start", str_of(job->program),
                     str_of(strerror(bad)));
}

enum err helper_start(struct call *call, const struct helper_job *job, struct helper **ret)
{
    char path[4200];
    if (!find_program(job->program, path, sizeof path))
        return call_fail(call, ERR_FAILED, "file", "helper.fault.missing", str_of(job->program));
    struct helper *helper = ARENA_NEW(call->arena, struct helper);
    helper->from = helper->to = -1;
    helper->frame_max = job->frame_max ? job->frame_max : 1u << 20;
    helper->deadline_us = clock_monotonic_us() + (job->wall_ms ? job->wall_ms : 60000) * 1000;
    helper->key_prefix = job->key_prefix;
    helper->cap = helper->frame_max + HELPER_HEAD + 65536;
    helper->bytes = arena_alloc(call->arena, helper->cap);
    TRY(spawn_with_pipes(call, job, path, helper));
    arena_defer(call->arena, stop_deferred, helper);
    *ret = helper;
    return ERR_OK;
}

/* ---- waiting, with the deadline ---- */

static enum err late(struct call *call, struct helper *helper)
{
    helper_stop(helper);
    return call_fail(call, ERR_TOO_LARGE, "file", "helper.fault.late");
}

/* The child stopped without saying why: out of memory, out of CPU time, a forbidden system call, a crash. */
static enum err died(struct call *call, struct helper *helper)
{
    int status = reap_soon(helper);
    helper_stop(helper);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
        return call_fail(call, ERR_TOO_LARGE, "file", "helper.fault.late");
    char why[40];
    if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "signal %d", WTERMSIG(status));
    else
        snprintf(why, sizeof why, "exit %d", WEXITSTATUS(status));
    return call_fail(call, ERR_INVALID, "file", "helper.fault.died", str_copy(call->arena, str_of(why)));
}

static enum err lied(struct call *call, struct helper *helper)
{
    helper_stop(helper);
    return call_fail(call, ERR_INVALID, "file", "helper.fault.died", STR("frame"));
}

static enum err wait_for(struct call *call, struct helper *helper, int fd, short events)
{
    for (;;) {
        int64_t left_us = helper->deadline_us - clock_monotonic_us();
        if (left_us <= 0)
            return late(call, helper);
        struct pollfd poll_fd = {fd, events, 0};
        int64_t left_ms = left_us / 1000 + 1;
        int ready = poll(&poll_fd, 1, left_ms > 3600000 ? 3600000 : (int)left_ms);
        if (ready > 0)
            return ERR_OK;
        if (ready < 0 && errno != EINTR)
            return died(call, helper);
    }
}

/* Reads until `need` bytes are buffered. *ret_eof: the child closed its end before that. */
static enum err fill(struct call *call, struct helper *helper, size_t need, bool *ret_eof)
{
    *ret_eof = false;
    if (helper->at > 0 && helper->cap - helper->at < need) {
        memmove(helper->bytes, helper->bytes + helper->at, helper->end - helper->at);
        helper->end -= helper->at;
        helper->at = 0;
    }
    while (helper->end - helper->at < need) {
        TRY(wait_for(call, helper, helper->from, POLLIN));
        ssize_t got = read(helper->from, helper->bytes + helper->end, helper->cap - helper->end);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0) {
            *ret_eof = true;
            return ERR_OK;
        }
        helper->end += (size_t)got;
    }
    return ERR_OK;
}

static uint32_t frame_length(const char *at)
{
    const uint8_t *bytes = (const uint8_t *)at;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static enum err next_frame(struct call *call, struct helper *helper, struct helper_frame *ret, bool *ret_eof)
{
    TRY(fill(call, helper, HELPER_HEAD, ret_eof));
    if (*ret_eof)
        return helper->end == helper->at ? ERR_OK : died(call, helper);
    uint32_t length = frame_length(helper->bytes + helper->at);
    if (length == 0 || length - 1 > helper->frame_max)
        return lied(call, helper);
    bool eof = false;
    TRY(fill(call, helper, 4 + (size_t)length, &eof));
    if (eof)
        return died(call, helper);
    ret->kind = (uint8_t)helper->bytes[helper->at + 4];
    ret->body = (struct str){helper->bytes + helper->at + HELPER_HEAD, length - 1};
    helper->at += 4 + (size_t)length;
    return ERR_OK;
}

/* ---- what the child says about itself ---- */

static bool key_allowed(const struct helper *helper, struct str key)
{
    if (!helper->key_prefix || key.len > 80 || !str_starts(key, str_of(helper->key_prefix)))
        return false;
    for (size_t i = 0; i < key.len; i++)
        if (!((key.at[i] >= 'a' && key.at[i] <= 'z') || key.at[i] == '.' || key.at[i] == '_'))
            return false;
    return true;
}

static enum err take_fault(struct call *call, struct helper *helper, struct str body)
{
    enum err word = ERR_INVALID;
    struct str key = STR_NONE, args[CALL_FAULT_ARGS];
    size_t many = 0;
    int64_t row = 0;
    uint8_t tag;
    struct str value;
    bool bad = false;
    while (helper_field(&body, &tag, &value, &bad)) {
        if (tag == HELPER_FAULT_WORD && helper_int(value) == ERR_TOO_LARGE)
            word = ERR_TOO_LARGE;
        else if (tag == HELPER_FAULT_WORD && helper_int(value) == ERR_FAILED)
            word = ERR_FAILED;
        else if (tag == HELPER_FAULT_KEY)
            key = value;
        else if (tag == HELPER_FAULT_ROW)
            row = helper_int(value);
        else if (tag == HELPER_FAULT_ARG && many < CALL_FAULT_ARGS)
            args[many++] = utf8_valid(value) ? str_copy(call->arena, value) : STR("?");
    }
    if (bad || !key_allowed(helper, key))
        return lied(call, helper);
    helper_stop(helper);
    (void)call_fail_args(call, word, "file", str_c(call->arena, key), args, many);
    if (call->last_fault)
        call->last_fault->row = row;
    return word;
}

/* After DONE: nothing more, and a clean exit. */
static enum err take_done(struct call *call, struct helper *helper)
{
    struct helper_frame more;
    bool eof = false;
    TRY(next_frame(call, helper, &more, &eof));
    if (!eof)
        return lied(call, helper);
    int status = reap_soon(helper);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        helper_stop(helper);
        return call_fail(call, ERR_INVALID, "file", "helper.fault.died", STR("exit"));
    }
    helper_stop(helper);
    helper->ended = true;
    return ERR_OK;
}

enum err helper_receive(struct call *call, struct helper *helper, struct helper_frame *ret, bool *ret_end)
{
    *ret_end = false;
    if (helper->from < 0)
        return call_fail(call, ERR_FAILED, "file", "helper.fault.died", STR("closed"));
    bool eof = false;
    TRY(next_frame(call, helper, ret, &eof));
    if (eof)
        return died(call, helper);
    if (ret->kind == HELPER_KIND_FAULT)
        return take_fault(call, helper, ret->body);
    if (ret->kind != HELPER_KIND_DONE)
        return ERR_OK;
    TRY(take_done(call, helper));
    *ret_end = true;
    return ERR_OK;
}

/* ---- frames to the child ---- */

static enum err send_all(struct call *call, struct helper *helper, const char *at, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(helper->to, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            at += sent;
            len -= (size_t)sent;
        } else if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            TRY(wait_for(call, helper, helper->to, POLLOUT));
        } else {
            /* It stopped listening; it may have said why before. */
            struct helper_frame frame;
            bool end = false;
            TRY(helper_receive(call, helper, &frame, &end));
            return lied(call, helper);
        }
    }
    return ERR_OK;
}

enum err helper_send(struct call *call, struct helper *helper, uint8_t kind, struct str body)
{
    if (helper->to < 0)
        return call_fail(call, ERR_FAILED, "file", "helper.fault.died", STR("closed"));
    if (body.len > SEND_MAX)
        return call_fail(call, ERR_TOO_LARGE, "file", "helper.fault.frame");
    uint32_t length = (uint32_t)body.len + 1;
    uint8_t head[HELPER_HEAD] = {(uint8_t)length, (uint8_t)(length >> 8), (uint8_t)(length >> 16),
                                 (uint8_t)(length >> 24), kind};
    TRY(send_all(call, helper, (const char *)head, sizeof head));
    return send_all(call, helper, body.at, body.len);
}

void helper_send_end(struct helper *helper)
{
    if (helper->to >= 0)
        shutdown(helper->to, SHUT_WR);
}
