/* SPDX-License-Identifier: Apache-2.0
 * Method: walk the code points with a small window. Blanks between the two characters of a grade are stepped
 * over, since headings are spaced by hand. */
#include "helpers/paper_mark.h"

#define LINES_HEAD 20 /* a line of its own counts only this near the top */
#define BLANKS_MAX 6

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == 0x3000 || c == 0xA0;
}

static bool is_star(uint32_t c)
{
    return c == 0x2605 || c == 0x2606 || c == 0x2B50 || c == 0x272D;
}

/* The next code point that is no blank, without moving. */
static uint32_t peek(struct str text, size_t at)
{
    for (int i = 0; i <= BLANKS_MAX && at < text.len; i++) {
        uint32_t c = utf8_next(text, &at);
        if (!is_blank(c))
            return c;
    }
    return 0;
}

/* The code point before `at`, and where it begins. 0 at the start. */
static uint32_t before(struct str text, size_t at, size_t *ret_at)
{
    if (at == 0)
        return 0;
    size_t start = at - 1;
    while (start > 0 && ((unsigned char)text.at[start] & 0xC0) == 0x80)
        start--;
    *ret_at = start;
    size_t next = start;
    return utf8_next(text, &next);
}

static uint32_t before_blanks(struct str text, size_t at, size_t *ret_at)
{
    uint32_t c = before(text, at, ret_at);
    for (int i = 0; i < BLANKS_MAX && is_blank(c); i++)
        c = before(text, *ret_at, ret_at);
    return c;
}

/* 密级, 保密等级, 涉密等级, 秘密等级, 文件密级 … then a colon, then the grade. */
static bool labelled(struct str text, size_t grade_at)
{
    size_t at = grade_at;
    uint32_t c = before_blanks(text, at, &at);
    if (c != ':' && c != 0xFF1A)
        return false;
    c = before_blanks(text, at, &at);
    if (c == ')' || c == 0xFF09) { /* 密级(期限)： */
        for (int i = 0; i < 8 && c != '(' && c != 0xFF08 && c != 0; i++)
            c = before(text, at, &at);
        c = before_blanks(text, at, &at);
    }
    if (c != 0x7EA7) /* 级 */
        return false;
    c = before_blanks(text, at, &at);
    if (c == 0x5BC6) /* 密级 */
        return true;
    return c == 0x7B49 && before_blanks(text, at, &at) == 0x5BC6; /* 密等级 */
}

/* "绝密/机密/秘密" is a list to choose from, not a mark. */
static bool listed(struct str text, size_t after)
{
    uint32_t c = peek(text, after);
    return c == '/' || c == '|' || c == 0x3001 || c == 0xFF0F || c == 0x6216 || c == 0xFF5C || c == 0x25A1;
}

static bool opens(uint32_t c)
{
    return c == 0x3010 || c == '[' || c == '(' || c == 0xFF08 || c == 0x3014 || c == 0xFF3B;
}

static bool closes(uint32_t c)
{
    return c == 0x3011 || c == ']' || c == ')' || c == 0xFF09 || c == 0x3015 || c == 0xFF3D;
}

/* 【机密】 at the start of a line, or the grade as all that the line holds. */
static bool stands_alone(struct str text, size_t from, size_t after)
{
    size_t at = from;
    uint32_t left = before_blanks(text, from, &at);
    uint32_t right = peek(text, after);
    if (opens(left) && closes(right)) {
        left = before_blanks(text, at, &at);
        return left == 0 || left == '\n' || left == '\r' || left == 0xFEFF;
    }
    return (left == 0 || left == '\n' || left == '\r' || left == 0xFEFF) &&
           (right == 0 || right == '\n' || right == '\r');
}

/* Digits or 长期 after an asterisk used for the star. */
static bool starred(struct str text, size_t after)
{
    uint32_t c = peek(text, after);
    if (is_star(c))
        return true;
    if (c != '*' && c != 0xFF0A)
        return false;
    while (after < text.len && utf8_next(text, &after) != c)
        ;
    c = peek(text, after);
    return (c >= '0' && c <= '9') || c == 0x957F;
}

/* The mark with its term: up to the end of the line or 12 code points. */
static struct str mark_at(struct str text, size_t from, size_t after)
{
    for (int i = 0; i < 12 && after < text.len; i++) {
        size_t next = after;
        uint32_t c = utf8_next(text, &next);
        if (!(is_star(c) || is_blank(c) || c == '*' || (c >= '0' && c <= '9') || c == 0x5E74 || c == 0x6708 ||
              c == 0x957F || c == 0x671F))
            break;
        after = next;
    }
    return str_trim(str_slice(text, from, after - from));
}

bool paper_mark_find(struct str text, bool head, struct str *ret_mark)
{
    size_t at = 0;
    int line = 1;
    while (at < text.len) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);
        line += c == '\n';
        if (c != 0x7EDD && c != 0x673A && c != 0x79D8) /* 绝 机 秘 */
            continue;
        size_t after = at;
        c = 0;
        for (int i = 0; i <= BLANKS_MAX && after < text.len; i++) {
            c = utf8_next(text, &after);
            if (!is_blank(c))
                break;
        }
        if (c != 0x5BC6) /* 密 */
            continue;
        bool found = starred(text, after) || (labelled(text, from) && !listed(text, after)) ||
                     (head && line <= LINES_HEAD && stands_alone(text, from, after));
        if (found) {
            *ret_mark = mark_at(text, from, after);
            return true;
        }
    }
    return false;
}
