/* SPDX-License-Identifier: Apache-2.0
 *
 * test_call: what the tests of the helper fronts share: a call, and files made of bytes.
 */
#ifndef ANZE_HELPERS_TEST_CALL_H
#define ANZE_HELPERS_TEST_CALL_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/call.h"

static inline struct call *test_call_new(void)
{
    struct arena *arena = arena_new((size_t)256 << 20);
    struct call *call = ARENA_NEW(arena, struct call);
    call->arena = arena;
    return call;
}

static inline void test_call_free(struct call *call)
{
    arena_free(call->arena);
}

/* A file in the current folder with these bytes; its name is in the call's arena. */
static inline const char *test_file(struct call *call, struct str bytes)
{
    char name[] = "helper-test-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    size_t at = 0;
    while (at < bytes.len) {
        ssize_t written = write(fd, bytes.at + at, bytes.len - at);
        assert_true(written > 0);
        at += (size_t)written;
    }
    close(fd);
    return str_c(call->arena, str_of(name));
}

static inline const char *test_fault(const struct call *call)
{
    return call->last_fault ? call->last_fault->key : "";
}

#endif
