/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A string is scanned once: a table says of each byte whether it stands for itself, needs an escape,
 * or begins a longer UTF-8 sequence (checked in place). What stands for itself is copied in runs as long as
 * possible; Chinese text without quotes is one run. Integers are written by hand, two digits at a time.
 */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN, ESCAPE, MANY };

/* 0x00-0x1f and '"' '\\' escape; 0x7f is harmless; >= 0x80 starts (or breaks) a sequence. */
static const uint8_t class_of[256] = {
    [0 ... 0x1f] = ESCAPE, ['"'] = ESCAPE, ['\\'] = ESCAPE, [0x80 ... 0xff] = MANY};
static const char short_escape[256] = {
    ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

static inline void append(struct buf *out, const char *bytes, size_t len)
{
    if (len < out->cap - out->len && !out->over && len <= out->max - out->len) {
        memcpy(out->at + out->len, bytes, len);
        out->len += len;
        return;
    }
    buf_add(out, bytes, len);
}

static inline void append_char(struct buf *out, char c)
{
    append(out, &c, 1);
}

static void append_escape(struct buf *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\', short_escape[c], '0', '0', digits[c >> 4], digits[c & 15]};
    if (text[1]) {
        append(out, text, 2);
        return;
    }
    text[1] = 'u';
    append(out, text, 6);
}

/* How many of the bytes at the beginning go out as they are, as far as that is quickly told: eight plain
 * bytes at a time, and Chinese, which is three well-formed bytes a character beginning with e1–ec, ee or ef.
 */
static size_t plain_run(const unsigned char *p, size_t len)
{
    const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    size_t at = 0;
    while (at + 8 <= len) {
        uint64_t word;
        memcpy(&word, p + at, 8);
        uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
        uint64_t odd = (word - ones * 0x20) | (quote - ones) | (slash - ones) | word;
        if (!(odd & highs)) {
            at += 8;
            continue;
        }
        unsigned char c = p[at];
        if (c > 0xe0 && c <= 0xef && c != 0xed && (p[at + 1] & 0xc0) == 0x80 && (p[at + 2] & 0xc0) == 0x80)
            at += 3;
        else if (class_of[c] == PLAIN)
            at++;
        else
            break;
    }
    return at;
}

static void append_string(struct buf *out, struct str value)
{
    append_char(out, '"');
    size_t run = 0, at = plain_run((const unsigned char *)value.at, value.len);
    while (at < value.len) {
        unsigned char c = (unsigned char)value.at[at];
        uint8_t class = class_of[c];
        if (class == PLAIN) {
            at++;
            continue;
        }
        size_t here = at;
        if (class == MANY) {
            /* A real U+FFFD in the input is three bytes; a bad byte moves on by one. */
            if (utf8_next(value, &at) != 0xfffd || at - here == 3)
                continue;
        } else {
            at++;
        }
        append(out, value.at + run, here - run);
        if (class == MANY)
            append(out, "\xef\xbf\xbd", 3);
        else
            append_escape(out, c);
        run = at;
    }
    if (value.len > run)
        append(out, value.at + run, value.len - run);
    append_char(out, '"');
}

static void before(struct json_writer *w, const char *key)
{
    if (w->comma)
        append_char(w->out, ',');
    w->comma = true;
    if (key) {
        append_string(w->out, str_of(key));
        append_char(w->out, ':');
    }
}

void json_open_object(struct json_writer *w, const char *key)
{
    before(w, key);
    append_char(w->out, '{');
    w->comma = false;
}

void json_close_object(struct json_writer *w)
{
    append_char(w->out, '}');
    w->comma = true;
}

void json_open_array(struct json_writer *w, const char *key)
{
    before(w, key);
    append_char(w->out, '[');
    w->comma = false;
}

void json_close_array(struct json_writer *w)
{
    append_char(w->out, ']');
    w->comma = true;
}

void json_put_str(struct json_writer *w, const char *key, struct str value)
{
    before(w, key);
    append_string(w->out, value);
}

void json_put_c(struct json_writer *w, const char *key, const char *value)
{
    if (!value) {
        json_put_null(w, key);
        return;
    }
    before(w, key);
    append_string(w->out, str_of(value));
}

void json_put_int(struct json_writer *w, const char *key, int64_t value)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    char text[20];
    size_t at = sizeof(text);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    while (left >= 10) {
        at -= 2;
        memcpy(text + at, pairs + left % 100 * 2, 2);
        left /= 100;
    }
    if (left > 0 || at == sizeof(text))
        text[--at] = (char)('0' + left);
    before(w, key);
    if (value < 0)
        append_char(w->out, '-');
    append(w->out, text + at, sizeof(text) - at);
}

void json_put_real(struct json_writer *w, const char *key, double value)
{
    if (!isfinite(value)) {
        json_put_null(w, key); /* JSON has no word for these */
        return;
    }
    char text[40];
    int len = 0;
    for (int precision = 15; precision <= 17; precision++) {
        len = snprintf(text, sizeof(text), "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    char *comma = memchr(text, ',', (size_t)len);
    if (comma)
        *comma = '.'; /* a locale's decimal comma */
    before(w, key);
    append(w->out, text, (size_t)len);
    if (strspn(text, "-0123456789") == (size_t)len)
        append(w->out, ".0", 2); /* read again it is still a real, and -0 keeps its sign */
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
    before(w, key);
    append(w->out, value ? "true" : "false", value ? 4 : 5);
}

void json_put_null(struct json_writer *w, const char *key)
{
    before(w, key);
    append(w->out, "null", 4);
}

void json_put_raw(struct json_writer *w, const char *key, struct str json_text)
{
    if (json_text.len == 0)
        json_text = STR("null");
    before(w, key);
    append(w->out, json_text.at, json_text.len);
}

void json_put_members(struct json_writer *w, struct str json_text)
{
    if (json_text.len == 0)
        return;
    before(w, NULL);
    append(w->out, json_text.at, json_text.len);
}

void json_put_node(struct json_writer *w, const char *key, const struct json *node)
{
    switch (json_kind(node)) {
    case JSON_NULL:
        json_put_null(w, key);
        break;
    case JSON_BOOL:
        json_put_bool(w, key, json_bool(node, false));
        break;
    case JSON_INT:
        json_put_int(w, key, json_int(node, 0));
        break;
    case JSON_REAL:
        json_put_real(w, key, json_real(node, 0));
        break;
    case JSON_TEXT:
        json_put_str(w, key, json_text(node));
        break;
    case JSON_ARRAY:
        json_open_array(w, key);
        for (size_t i = 0; i < json_count(node); i++)
            json_put_node(w, NULL, json_item(node, i));
        json_close_array(w);
        break;
    case JSON_OBJECT:
        json_open_object(w, key);
        for (size_t i = 0; i < json_count(node); i++) {
            struct str name;
            const struct json *value = json_member(node, i, &name);
            json_put_node(w, name.at, value); /* keys read are NUL-terminated and contain no NUL */
        }
        json_close_object(w);
        break;
    }
}
