/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

/* Length of the well-formed sequence at p (Unicode table 3-7), 0 when there is none. */
static size_t sequence(const unsigned char *p, size_t left, uint32_t *ret_point)
{
    unsigned char c = p[0];
    if (c < 0x80) {
        *ret_point = c;
        return 1;
    }
    if (c < 0xc2 || c > 0xf4)
        return 0;
    size_t len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (left < len)
        return 0;
    /* The second byte alone decides overlong forms, surrogates and values past U+10FFFF. */
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    uint32_t point = c & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (p[i] & 0x3f);
    }
    *ret_point = point;
    return len;
}

bool utf8_valid(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.at;
    uint32_t point;
    for (size_t at = 0; at < s.len;) {
        size_t len = sequence(p + at, s.len - at, &point);
        if (len == 0 || point == 0)
            return false;
        at += len;
    }
    return true;
}

uint32_t utf8_next(struct str s, size_t *at)
{
    uint32_t point = 0xfffd;
    size_t len = sequence((const unsigned char *)s.at + *at, s.len - *at, &point);
    *at += len ? len : 1;
    return point;
}

size_t utf8_length(struct str s)
{
    size_t many = 0;
    for (size_t at = 0; at < s.len; many++)
        utf8_next(s, &at);
    return many;
}
