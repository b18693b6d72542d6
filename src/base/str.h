/* SPDX-License-Identifier: Apache-2.0
 *
 * str: a slice of UTF-8 bytes, and a buffer that grows up to a stated maximum.
 * A str borrows; whoever keeps one past the owner's life copies it into an arena.
 * `at` may be NULL only when len is 0. A str made by str_copy/str_format/buf_str is also NUL-terminated.
 */
#ifndef ANZE_BASE_STR_H
#define ANZE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"

struct str {
    const char *at;
    size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE     ((struct str){NULL, 0})
/* For printf: STR_ARG with "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).at

struct str str_of(const char *nul_terminated); /* NULL -> STR_NONE */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *nul_terminated);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
int str_cmp(struct str a, struct str b); /* byte order */
bool str_find(struct str haystack, struct str needle, size_t *ret_at);
struct str str_trim(struct str s); /* ASCII white space, U+3000, U+00A0, BOM, at both ends */
struct str str_slice(struct str s, size_t from, size_t len); /* clamped */
/* Cuts the part before `separator` off *rest; false when nothing is left. */
bool str_cut(struct str *rest, char separator, struct str *ret_part);
bool str_to_int(struct str s, int64_t *ret); /* whole string, decimal, no overflow */
struct str str_copy(struct arena *arena, struct str s);
const char *str_c(struct arena *arena, struct str s); /* NUL-terminated copy */
struct str str_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str str_lower(struct arena *arena, struct str s);                /* ASCII only */
struct str str_hex(struct arena *arena, const void *bytes, size_t len); /* lower case */
bool str_from_hex(struct str hex, void *ret_bytes, size_t len);

/* Code points, for lengths that people count. utf8_valid also refuses overlong forms, surrogates and NUL. */
bool utf8_valid(struct str s);
size_t utf8_length(struct str s);
/* Decodes the code point at s.at[*at] and moves *at past it; U+FFFD for a bad byte. */
uint32_t utf8_next(struct str s, size_t *at);

/* A growing buffer. max is mandatory; passing it makes every further append fail with ERR_TOO_LARGE. */
struct buf {
    char *at;
    size_t len, cap, max;
    bool over; /* an append did not fit; sticky */
};

/* Heap-backed so that it can outlive an arena; BUF() frees it at scope end. */
#define BUF(name, max_bytes)                                                                                 \
    __attribute__((cleanup(buf_free))) struct buf name = {NULL, 0, 0, (max_bytes), false}
void buf_free(struct buf *buf);
/* Room for so many further bytes at the end, or NULL when it would pass max (sets ->over). The writer adds to
 * ->len itself. */
char *buf_room(struct buf *buf, size_t bytes);
void buf_add(struct buf *buf, const void *bytes,
             size_t len); /* on overflow sets ->over and drops the bytes */
void buf_add_str(struct buf *buf, struct str s);
void buf_add_char(struct buf *buf, char c);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str buf_str(struct buf *buf);                /* NUL-terminated view; valid until the next append */
MUST_USE enum err buf_check(const struct buf *buf); /* ERR_TOO_LARGE when ->over */

#endif
