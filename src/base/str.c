/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"

struct str str_of(const char *nul_terminated)
{
    return nul_terminated ? (struct str){nul_terminated, strlen(nul_terminated)} : STR_NONE;
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool str_is(struct str a, const char *nul_terminated)
{
    return str_eq(a, str_of(nul_terminated));
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.at + s.len - suffix.len, suffix.at, suffix.len) == 0);
}

int str_cmp(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.at, b.at, len) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_find(struct str haystack, struct str needle, size_t *ret_at)
{
    const char *found = haystack.at;
    if (needle.len > 0) {
        if (haystack.len < needle.len)
            return false;
        found = memmem(haystack.at, haystack.len, needle.at, needle.len);
        if (!found)
            return false;
    }
    if (ret_at)
        *ret_at = needle.len ? (size_t)(found - haystack.at) : 0;
    return true;
}

/* Bytes of white space at the start of s, 0 when there is none. */
static size_t white_head(struct str s)
{
    unsigned char c = s.len ? (unsigned char)s.at[0] : 0;
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    if (str_starts(s, STR("\xe3\x80\x80")) || str_starts(s, STR("\xef\xbb\xbf")))
        return 3;
    return str_starts(s, STR("\xc2\xa0")) ? 2 : 0;
}

static size_t white_tail(struct str s)
{
    unsigned char c = s.len ? (unsigned char)s.at[s.len - 1] : 0;
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    if (str_ends(s, STR("\xe3\x80\x80")) || str_ends(s, STR("\xef\xbb\xbf")))
        return 3;
    return str_ends(s, STR("\xc2\xa0")) ? 2 : 0;
}

struct str str_trim(struct str s)
{
    for (size_t n; (n = white_head(s)) > 0;) {
        s.at += n;
        s.len -= n;
    }
    for (size_t n; (n = white_tail(s)) > 0;)
        s.len -= n;
    return s;
}

struct str str_slice(struct str s, size_t from, size_t len)
{
    if (from >= s.len)
        return (struct str){s.at ? s.at + s.len : NULL, 0};
    size_t left = s.len - from;
    return (struct str){s.at + from, len < left ? len : left};
}

bool str_cut(struct str *rest, char separator, struct str *ret_part)
{
    if (!rest->at)
        return false;
    const char *found = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
    if (!found) {
        *ret_part = *rest;
        bool any = rest->len > 0;
        *rest = STR_NONE;
        return any;
    }
    size_t len = (size_t)(found - rest->at);
    *ret_part = (struct str){rest->at, len};
    *rest = (struct str){found + 1, rest->len - len - 1};
    return true;
}

bool str_to_int(struct str s, int64_t *ret)
{
    size_t at = 0;
    bool minus = s.len > 0 && s.at[0] == '-';
    if (minus)
        at = 1;
    if (at == s.len)
        return false;
    int64_t value = 0;
    for (; at < s.len; at++) {
        if (s.at[at] < '0' || s.at[at] > '9')
            return false;
        /* Built up negative, since only there the smallest value has room. */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, s.at[at] - '0', &value))
            return false;
    }
    if (!minus && value == INT64_MIN)
        return false;
    *ret = minus ? value : -value;
    return true;
}

const char *str_c(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (s.len)
        memcpy(copy, s.at, s.len);
    return copy;
}

struct str str_copy(struct arena *arena, struct str s)
{
    return (struct str){str_c(arena, s), s.len};
}

struct str str_format(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char small[256];
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (len < 0)
        log_abort("bad format: %s", format);
    char *text = arena_alloc(arena, (size_t)len + 1);
    if ((size_t)len < sizeof(small))
        memcpy(text, small, (size_t)len);
    else
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return (struct str){text, (size_t)len};
}

struct str str_lower(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        copy[i] = (char)(s.at[i] >= 'A' && s.at[i] <= 'Z' ? s.at[i] + 32 : s.at[i]);
    return (struct str){copy, s.len};
}

struct str str_hex(struct arena *arena, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char *text = arena_alloc(arena, len * 2 + 1);
    for (size_t i = 0; i < len; i++) {
        text[i * 2] = digits[from[i] >> 4];
        text[i * 2 + 1] = digits[from[i] & 15];
    }
    return (struct str){text, len * 2};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool str_from_hex(struct str hex, void *ret_bytes, size_t len)
{
    if (hex.len != len * 2)
        return false;
    unsigned char *to = ret_bytes;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(hex.at[i * 2]), low = hex_digit(hex.at[i * 2 + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
