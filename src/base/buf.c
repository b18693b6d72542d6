/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

void buf_free(struct buf *buf)
{
    free(buf->at);
    *buf = (struct buf){NULL, 0, 0, buf->max, false};
}

char *buf_room(struct buf *buf, size_t bytes)
{
    if (buf->over)
        return NULL;
    if (bytes > buf->max || buf->len > buf->max - bytes) {
        buf->over = true;
        return NULL;
    }
    size_t need = buf->len + bytes + 1; /* one more for the NUL of buf_str */
    if (need > buf->cap) {
        size_t cap = buf->cap ? buf->cap * 2 : 256;
        while (cap < need)
            cap *= 2;
        if (cap > buf->max)
            cap = need > buf->max ? need : buf->max;
        char *grown = realloc(buf->at, cap);
        if (!grown)
            log_abort("out of memory: %zu bytes", cap);
        buf->at = grown;
        buf->cap = cap;
    }
    return buf->at + buf->len;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    char *to = buf_room(buf, len);
    if (!to)
        return;
    memcpy(to, bytes, len);
    buf->len += len;
}

void buf_add_str(struct buf *buf, struct str s)
{
    buf_add(buf, s.at, s.len);
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char small[256];
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (len < 0)
        log_abort("bad format: %s", format);
    if ((size_t)len < sizeof(small)) {
        buf_add(buf, small, (size_t)len);
    } else {
        char *to = buf_room(buf, (size_t)len);
        if (to) {
            vsnprintf(to, (size_t)len + 1, format, again);
            buf->len += (size_t)len;
        }
    }
    va_end(again);
}

struct str buf_str(struct buf *buf)
{
    if (!buf->at)
        return STR("");
    buf->at[buf->len] = 0;
    return (struct str){buf->at, buf->len};
}

enum err buf_check(const struct buf *buf)
{
    return buf->over ? ERR_TOO_LARGE : ERR_OK;
}
