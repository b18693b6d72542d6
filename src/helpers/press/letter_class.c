/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter_line.h"

static bool in_text(uint32_t code, struct str list)
{
    for (size_t at = 0; at < list.len;)
        if (utf8_next(list, &at) == code)
            return true;
    return false;
}

/* Nearly every character is a Chinese one, and no list of marks holds one. */
static bool in_marks(uint32_t code, struct str list)
{
    return !(code >= 0x3400 && code < 0xa000) && in_text(code, list);
}

static bool between(uint32_t code, uint32_t from, uint32_t to)
{
    return code >= from && code <= to;
}

bool press_is_wide(uint32_t code)
{
    return between(code, 0x1100, 0x115f) || between(code, 0x2e80, 0x303e) || between(code, 0x3041, 0xa4cf) ||
           between(code, 0xac00, 0xd7a3) || between(code, 0xf900, 0xfaff) || between(code, 0xfe30, 0xfe4f) ||
           between(code, 0xff01, 0xff60) || between(code, 0xffe0, 0xffe6) ||
           between(code, 0x1f300, 0x1faff) || between(code, 0x20000, 0x3fffd);
}

bool press_is_ambiguous(uint32_t code)
{
    return in_marks(code, STR("—‘’“”…‥·×÷±℃℉№℡‰′″※→←↑↓√∞≈≠≤≥⊙°§¤")) || between(code, 0x2160, 0x217f) ||
           between(code, 0x2460, 0x24ff) || between(code, 0x2500, 0x266f);
}

bool press_is_closing(uint32_t code)
{
    return in_marks(code, STR("、。，．：；！？）》」』】〕〗〉］｝”’"));
}

bool press_is_opening(uint32_t code)
{
    return in_marks(code, STR("（《「『【〔〖〈［｛“‘"));
}

bool press_no_start(uint32_t code)
{
    return press_is_closing(code) || in_marks(code, STR(",.;:!?)]}%…—～·々‰℃〃ー％>"));
}

bool press_no_end(uint32_t code)
{
    return press_is_opening(code) || in_marks(code, STR("([{<￥¥$＄№"));
}

bool press_is_digit(uint32_t code)
{
    return between(code, '0', '9');
}

bool press_is_word(uint32_t code)
{
    if (press_is_wide(code) || press_is_ambiguous(code))
        return false;
    return code > ' ' && code != 0xa0 && code != 0x3000;
}

bool press_is_unit(uint32_t code)
{
    return in_text(code, STR("年月日时分秒号％℃"));
}

bool press_is_joined(uint32_t code)
{
    return between(code, 0x300, 0x36f) || between(code, 0x20d0, 0x20ff) || between(code, 0xfe00, 0xfe0f) ||
           between(code, 0xe0100, 0xe01ef) || code == 0x200d || between(code, 0x302a, 0x302f);
}
