/* SPDX-License-Identifier: Apache-2.0
 * Method: the order matters. Limits first, then no_new_privs, then the filter, and only then input. The
 * filter names what is allowed; everything else kills the process at once, so that a parser that was taken
 * over cannot try twice. Executable memory is refused by argument. Sanitizers reserve terabytes of address
 * space and need more calls, so such builds run without the address limit and the filter; CI runs both kinds.
 */
#include "helpers/helper.h"
#include "helpers/helper_wire.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define EXIT_CONFINE 70 /* the machine refused to confine us */
#define EXIT_CALLER  71 /* the caller is gone or its stream is broken */

bool helper_child_sandboxed(void)
{
    const char *word = getenv("ANZE_SANDBOX");
    return !SANITIZED && !(word && strcmp(word, "off") == 0);
}

static void limit(int what, rlim_t value)
{
    struct rlimit both = {value, value};
    if (setrlimit(what, &both) != 0)
        _exit(EXIT_CONFINE);
}

static const int calls_always[] = {
    SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(readv),          SCMP_SYS(writev),
    SCMP_SYS(pread64),      SCMP_SYS(lseek),        SCMP_SYS(fstat),          SCMP_SYS(close),
    SCMP_SYS(dup),          SCMP_SYS(munmap),       SCMP_SYS(mremap),         SCMP_SYS(brk),
    SCMP_SYS(madvise),      SCMP_SYS(futex),        SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),   SCMP_SYS(getrandom),      SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),           SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(rseq),         SCMP_SYS(poll),           SCMP_SYS(ppoll),
    SCMP_SYS(sched_yield),  SCMP_SYS(sysinfo), /* qsort() asks how much memory there is */
};

/* What libxlsxwriter (temporary files) and a font library need. */
static const int calls_files[] = {
    SCMP_SYS(openat),
    SCMP_SYS(open),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(pwrite64),
    SCMP_SYS(ftruncate),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents64),
    SCMP_SYS(fcntl),
    SCMP_SYS(umask),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(uname),
    SCMP_SYS(getcwd),
    SCMP_SYS(fstatfs),
    SCMP_SYS(statfs),
    SCMP_SYS(fadvise64),
    SCMP_SYS(flock),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(link),
    SCMP_SYS(rename),
    SCMP_SYS(fchmod),
    SCMP_SYS(chmod),
    SCMP_SYS(mkdir),
    SCMP_SYS(utimensat),
    SCMP_SYS(prctl),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getrusage),
};

static int allow_list(scmp_filter_ctx filter, const int *calls, size_t many)
{
    int bad = 0;
    for (size_t i = 0; i < many && !bad; i++)
        bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    return bad;
}

/* The masks of 32 bits: the upper half of a register is not part of an int. */
static int allow_when(scmp_filter_ctx filter, int call, unsigned arg, enum scmp_compare op, uint64_t a,
                      uint64_t b)
{
    const struct scmp_arg_cmp when = {.arg = arg, .op = op, .datum_a = a, .datum_b = b};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &when);
}

static void install_filter(enum helper_filter kind)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        _exit(EXIT_CONFINE);
    int bad = allow_list(filter, calls_always, sizeof calls_always / sizeof calls_always[0]);
    if (kind == HELPER_FILTER_WRITE) {
        bad = bad ? bad : allow_list(filter, calls_files, sizeof calls_files / sizeof calls_files[0]);
        /* Font libraries load modules and start a thread; a thread is not a process. clone3 hides its flags
         * behind a pointer, so it is answered "not there" and the C library falls back to clone. */
        bad = bad ? bad : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 0);
        bad = bad ? bad : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 0);
        bad = bad ? bad : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
        bad = bad ? bad
                  : allow_when(filter, SCMP_SYS(clone), 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    } else {
        bad = bad ? bad : allow_when(filter, SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
        bad = bad ? bad : allow_when(filter, SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
        /* fdopen() asks for the mode of its descriptor; fstat() is newfstatat() with an empty path. */
        bad = bad ? bad : allow_when(filter, SCMP_SYS(fcntl), 1, SCMP_CMP_MASKED_EQ, UINT32_MAX, F_GETFL);
        bad =
            bad ? bad
                : allow_when(filter, SCMP_SYS(newfstatat), 3, SCMP_CMP_MASKED_EQ, UINT32_MAX, AT_EMPTY_PATH);
    }
    if (bad || seccomp_load(filter) != 0)
        _exit(EXIT_CONFINE);
    seccomp_release(filter);
}

void helper_child_confine(const struct helper_confine *confine)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!helper_child_sandboxed())
        return;
    if (confine->filter == HELPER_FILTER_PARSE) /* a writer reaches its output as /proc/self/fd/3 */
        prctl(PR_SET_DUMPABLE, 0);
    rlim_t cpu = confine->cpu_seconds ? (rlim_t)confine->cpu_seconds : 60;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, cpu);
    limit(RLIMIT_FSIZE, confine->file_bytes);
    limit(RLIMIT_NOFILE, confine->filter == HELPER_FILTER_WRITE ? 128 : 8);
    limit(RLIMIT_AS, confine->memory_bytes ? confine->memory_bytes : (rlim_t)256 << 20);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(EXIT_CONFINE);
    install_filter(confine->filter);
}

/* ---- frames out ---- */

static char out_bytes[256 * 1024];
static size_t out_len;

static void write_all(const char *at, size_t len)
{
    while (len > 0) {
        ssize_t written = write(1, at, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            _exit(EXIT_CALLER);
        at += written;
        len -= (size_t)written;
    }
}

static void flush(void)
{
    write_all(out_bytes, out_len);
    out_len = 0;
}

static void put_bytes(const char *at, size_t len)
{
    if (len > sizeof out_bytes - out_len)
        flush();
    if (len > sizeof out_bytes) {
        write_all(at, len);
        return;
    }
    memcpy(out_bytes + out_len, at, len);
    out_len += len;
}

void helper_child_emit(uint8_t kind, struct str body)
{
    uint32_t length = (uint32_t)body.len + 1;
    char head[HELPER_HEAD] = {(char)length, (char)(length >> 8), (char)(length >> 16), (char)(length >> 24),
                              (char)kind};
    put_bytes(head, sizeof head);
    if (body.len > 0)
        put_bytes(body.at, body.len);
}

/* In sanitizer and coverage builds a full exit(), which checks for leaks and writes the counters. */
static _Noreturn void leave(void)
{
    flush();
    if (helper_child_sandboxed())
        _exit(0);
    exit(0);
}

void helper_child_fail(enum err word, const char *key, int64_t row, const struct str *args, size_t many)
{
    BUF(body, 65536);
    helper_put_int(&body, HELPER_FAULT_WORD, word);
    helper_put(&body, HELPER_FAULT_KEY, str_of(key));
    helper_put_int(&body, HELPER_FAULT_ROW, row);
    for (size_t i = 0; i < many && i < CALL_FAULT_ARGS; i++)
        helper_put(&body, HELPER_FAULT_ARG, args[i].len ? args[i] : STR(" "));
    helper_child_emit(HELPER_KIND_FAULT, buf_str(&body));
    leave();
}

void helper_child_done(void)
{
    helper_child_emit(HELPER_KIND_DONE, STR_NONE);
    leave();
}

/* ---- frames in ---- */

static bool read_all(char *at, size_t len, bool may_end)
{
    size_t have = 0;
    while (have < len) {
        ssize_t got = read(0, at + have, len - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 && have == 0 && may_end)
            return false;
        if (got <= 0)
            _exit(EXIT_CALLER);
        have += (size_t)got;
    }
    return true;
}

bool helper_child_receive(struct arena *arena, struct helper_frame *ret)
{
    unsigned char head[HELPER_HEAD];
    if (!read_all((char *)head, sizeof head, true))
        return false;
    uint32_t length =
        (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
    if (length == 0 || length > (64u << 20))
        _exit(EXIT_CALLER);
    ret->kind = head[4];
    char *body = arena_alloc(arena, length);
    if (length > 1)
        read_all(body, length - 1, false);
    ret->body = (struct str){body, length - 1};
    return true;
}
