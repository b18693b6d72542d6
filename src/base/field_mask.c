/* SPDX-License-Identifier: Apache-2.0
 * Masks count code points, never bytes. What has not the expected shape is masked wholly: a mask that guesses
 * shows what it should hide. */
#include "base/field.h"

#include <string.h>

static struct str stars(struct arena *arena, struct str head, size_t many, struct str tail)
{
    char *text = arena_alloc(arena, head.len + many + tail.len + 1);
    if (head.len)
        memcpy(text, head.at, head.len);
    memset(text + head.len, '*', many);
    if (tail.len)
        memcpy(text + head.len + many, tail.at, tail.len);
    return (struct str){text, head.len + many + tail.len};
}

/* Bytes of the first `points` code points. */
static size_t bytes_of(struct str text, size_t points)
{
    size_t at = 0;
    while (points-- > 0 && at < text.len)
        utf8_next(text, &at);
    return at;
}

/* The first `keep` and last `keep_last` code points stay. */
static struct str keep_ends(struct arena *arena, struct str text, size_t keep, size_t keep_last)
{
    size_t many = utf8_length(text);
    if (many <= keep + keep_last)
        return stars(arena, STR_NONE, many, STR_NONE);
    size_t head = bytes_of(text, keep), tail = bytes_of(text, many - keep_last);
    return stars(arena, str_slice(text, 0, head), many - keep - keep_last, str_slice(text, tail, text.len));
}

static struct str mask_name(struct arena *arena, struct str text)
{
    size_t many = utf8_length(text), dot;
    if (many <= 1)
        return stars(arena, STR_NONE, many, STR_NONE);
    struct str head = str_slice(text, 0, bytes_of(text, 1));
    if (str_find(text, STR("·"), &dot) && dot > 0)
        return str_format(arena, "%.*s·***", STR_ARG(head));
    return stars(arena, head, many - 1, STR_NONE);
}

static bool digits_only(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.len > 0;
}

static struct str mask_phone(struct arena *arena, struct str text)
{
    if (text.len == 11 && text.at[0] == '1' && digits_only(text))
        return keep_ends(arena, text, 3, 4);
    struct str area, number = text, extension = STR_NONE;
    size_t at, keep = 0;
    if (str_find(text, STR("-"), &at)) {
        area = str_slice(text, 0, at);
        number = str_slice(text, at + 1, text.len);
        keep = at + 1;
        if (str_find(number, STR("-"), &at)) {
            extension = str_slice(number, at, number.len);
            number = str_slice(number, 0, at);
        }
        if (!digits_only(area) || area.len > 4)
            return keep_ends(arena, text, 0, 0);
    }
    if (!digits_only(number) || number.len < 5)
        return stars(arena, STR_NONE, utf8_length(text), STR_NONE);
    struct str shown =
        stars(arena, str_slice(text, 0, keep), number.len - 2, str_slice(number, number.len - 2, 2));
    return extension.len
               ? stars(arena, str_format(arena, "%.*s-", STR_ARG(shown)), extension.len - 1, STR_NONE)
               : shown;
}

static struct str mask_email(struct arena *arena, struct str text)
{
    size_t at;
    if (!str_find(text, STR("@"), &at) || at == 0)
        return stars(arena, STR_NONE, utf8_length(text), STR_NONE);
    return stars(arena, str_slice(text, 0, bytes_of(text, 1)), 3, str_slice(text, at, text.len));
}

/* Keeps down to the county; a text without one keeps the city, else nothing. */
static struct str mask_address(struct arena *arena, struct str text)
{
    size_t keep = 0;
    uint32_t before = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t point = utf8_next(text, &at);
        bool autonomous = point == 0x533a && before == 0x6cbb; /* 自治区 is a province */
        if ((point == 0x53bf || point == 0x533a || point == 0x65d7) && !autonomous) {
            keep = at;
            break;
        }
        if (point == 0x5e02) /* 市: a county may still follow */
            keep = at;
        before = point;
    }
    return stars(arena, str_slice(text, 0, keep), 3, STR_NONE);
}

static struct str mask_ip(struct arena *arena, struct str text)
{
    size_t first, second;
    if (str_find(text, STR("."), &first) && !str_find(text, STR(":"), NULL) &&
        str_find(str_slice(text, first + 1, text.len), STR("."), &second))
        return str_format(arena, "%.*s.*.*", (int)(first + 1 + second), text.at);
    if (str_find(text, STR(":"), &first) && str_find(str_slice(text, first + 1, text.len), STR(":"), &second))
        return str_format(arena, "%.*s:*", (int)(first + 1 + second), text.at);
    return stars(arena, STR_NONE, utf8_length(text), STR_NONE);
}

struct str field_mask(struct arena *arena, const struct field *field, struct str value)
{
    static const struct {
        const char *format;
        struct str (*mask)(struct arena *arena, struct str text);
    } masks[] = {{"person_name", mask_name}, {"mobile", mask_phone},    {"phone", mask_phone},
                 {"email", mask_email},      {"address", mask_address}, {"ip", mask_ip}};
    if (value.len == 0)
        return value;
    const char *format = field->format ? field->format : "";
    if (strcmp(format, "uscc") == 0) /* public by law */
        return value;
    if (strcmp(format, "citizen_id") == 0)
        return value.len == 18 ? keep_ends(arena, value, 6, 4) : keep_ends(arena, value, 0, 0);
    if (strcmp(format, "luhn") == 0)
        return keep_ends(arena, value, 6, 4);
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
        if (strcmp(format, masks[i].format) == 0)
            return masks[i].mask(arena, value);
    return keep_ends(arena, value, 1, 0);
}
