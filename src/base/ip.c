/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool bytes_of(struct str address, uint8_t bytes[16], bool *is_v4)
{
    char text[INET6_ADDRSTRLEN + 1];
    address = str_trim(address);
    if (address.len == 0 || address.len >= sizeof(text))
        return false;
    memcpy(text, address.at, address.len);
    text[address.len] = '\0';
    if (inet_pton(AF_INET, text, bytes + 12) == 1) {
        memset(bytes, 0, 10);
        bytes[10] = bytes[11] = 0xff;
        *is_v4 = true;
        return true;
    }
    *is_v4 = false;
    return inet_pton(AF_INET6, text, bytes) == 1;
}

static struct ip_key key_of(const uint8_t bytes[16])
{
    static const char digits[] = "0123456789abcdef";
    struct ip_key key;
    for (int i = 0; i < 16; i++) {
        key.text[2 * i] = digits[bytes[i] >> 4];
        key.text[2 * i + 1] = digits[bytes[i] & 15];
    }
    key.text[32] = '\0';
    return key;
}

bool ip_parse(struct str address, struct ip_key *ret)
{
    uint8_t bytes[16];
    bool is_v4;
    if (!bytes_of(address, bytes, &is_v4))
        return false;
    *ret = key_of(bytes);
    return true;
}

static bool parse_prefix(struct str address, struct str bits_text, struct ip_key *first, struct ip_key *last)
{
    uint8_t low[16], high[16];
    bool is_v4;
    int64_t bits;
    if (!bytes_of(address, low, &is_v4) || !str_to_int(bits_text, &bits) || bits < 0 ||
        bits > (is_v4 ? 32 : 128))
        return false;
    if (is_v4)
        bits += 96;
    memcpy(high, low, 16);
    for (int bit = (int)bits; bit < 128; bit++) {
        low[bit / 8] &= (uint8_t) ~(0x80 >> (bit % 8));
        high[bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
    }
    *first = key_of(low);
    *last = key_of(high);
    return true;
}

bool ip_parse_range(struct str range, struct ip_key *ret_first, struct ip_key *ret_last)
{
    size_t at;
    range = str_trim(range);
    if (str_find(range, STR("/"), &at))
        return parse_prefix(str_slice(range, 0, at), str_slice(range, at + 1, range.len), ret_first,
                            ret_last);
    if (!str_find(range, STR("-"), &at)) {
        if (!ip_parse(range, ret_first))
            return false;
        *ret_last = *ret_first;
        return true;
    }
    uint8_t low[16], high[16];
    bool low_v4, high_v4;
    struct str end = str_trim(str_slice(range, at + 1, range.len));
    if (!bytes_of(str_slice(range, 0, at), low, &low_v4))
        return false;
    int64_t tail;
    if (low_v4 && str_to_int(end, &tail)) { /* 10.0.0.1-9: only the last number differs */
        if (tail < 0 || tail > 255)
            return false;
        memcpy(high, low, 16);
        high[15] = (uint8_t)tail;
    } else if (!bytes_of(end, high, &high_v4) || high_v4 != low_v4) {
        return false;
    }
    if (memcmp(low, high, 16) > 0)
        return false;
    *ret_first = key_of(low);
    *ret_last = key_of(high);
    return true;
}

struct str ip_text(struct arena *arena, const struct ip_key *key)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    uint8_t bytes[16];
    char text[INET6_ADDRSTRLEN];
    if (!str_from_hex((struct str){key->text, 32}, bytes, 16))
        return STR_NONE;
    if (memcmp(bytes, mapped, 12) == 0)
        inet_ntop(AF_INET, bytes + 12, text, sizeof(text));
    else
        inet_ntop(AF_INET6, bytes, text, sizeof(text));
    return str_copy(arena, str_of(text));
}
