/* SPDX-License-Identifier: Apache-2.0
 * Fields of a frame: tag, 32-bit little-endian length, bytes. */
#include "helpers/helper.h"
#include <string.h>

void helper_put(struct buf *body, uint8_t tag, struct str value)
{
    if (value.len == 0 || value.len > UINT32_MAX)
        return;
    uint8_t head[5] = {tag, (uint8_t)value.len, (uint8_t)(value.len >> 8), (uint8_t)(value.len >> 16),
                       (uint8_t)(value.len >> 24)};
    buf_add(body, head, sizeof head);
    buf_add(body, value.at, value.len);
}

void helper_put_int(struct buf *body, uint8_t tag, int64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    helper_put(body, tag, (struct str){(const char *)bytes, sizeof bytes});
}

bool helper_field(struct str *rest, uint8_t *ret_tag, struct str *ret_value, bool *ret_bad)
{
    if (rest->len == 0)
        return false;
    const uint8_t *at = (const uint8_t *)rest->at;
    if (rest->len < 5) {
        *ret_bad = true;
        return false;
    }
    size_t len = (size_t)at[1] | (size_t)at[2] << 8 | (size_t)at[3] << 16 | (size_t)at[4] << 24;
    if (len > rest->len - 5) {
        *ret_bad = true;
        return false;
    }
    *ret_tag = at[0];
    *ret_value = (struct str){rest->at + 5, len};
    *rest = (struct str){rest->at + 5 + len, rest->len - 5 - len};
    return true;
}

int64_t helper_int(struct str value)
{
    if (value.len != 8)
        return 0;
    uint64_t number = 0;
    for (int i = 7; i >= 0; i--)
        number = number << 8 | (uint8_t)value.at[i];
    return (int64_t)number;
}
