/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A cell is what a person or a spreadsheet made of a value. Anything but free text is first narrowed
 * (full-width forms to ASCII) and trimmed; then each type reads the spellings met in practice, and what it
 * made of them goes through the same checks as a value from JSON. A spelling that could mean two things is
 * refused.
 */
#include "base/field.h"

#include <string.h>
#include "base/clock.h"
#include "base/field_chars.h"
#include "base/field_inner.h"
#include "base/words.h"

/* Excel counts days from 1899-12-30 (its 1900 is wrongly a leap year, so earlier days do not count). */
#define EXCEL_EPOCH_DAY (-25569)
#define SERIAL_LEAST    10000 /* 1927 */
#define SERIAL_MOST     99999 /* 2173 */
#define EXACT_DIGITS    15    /* a spreadsheet number keeps no more */

struct str field_narrow(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t point = utf8_next(text, &at);
        if (point >= 0xff01 && point <= 0xff5e) {
            copy[len++] = (char)(point - 0xff01 + '!');
        } else if (point == 0x3000 || point == 0xa0) {
            copy[len++] = ' ';
        } else {
            memcpy(copy + len, text.at + from, at - from);
            len += at - from;
        }
    }
    return (struct str){copy, len};
}

/* Digits from *at on; their number, and their value as far as it fits. */
static size_t take_digits(struct str text, size_t *at, int64_t *ret)
{
    size_t from = *at;
    *ret = 0;
    while (*at < text.len && is_digit(text.at[*at])) {
        if (*ret < 100000000000000000)
            *ret = *ret * 10 + (text.at[*at] - '0');
        ++*at;
    }
    return *at - from;
}

/* 1.10101E+17 and the like; 33463E002 may be a number that somebody gave out. */
static bool is_scientific(struct str text)
{
    size_t at = 0;
    int64_t ignored;
    bool marked = false; /* by a point or a sign */
    if (take_digits(text, &at, &ignored) == 0)
        return false;
    if (at < text.len && text.at[at] == '.') {
        at++;
        marked = true;
        take_digits(text, &at, &ignored);
    }
    if (at == text.len || (text.at[at] != 'E' && text.at[at] != 'e'))
        return false;
    at++;
    if (at < text.len && (text.at[at] == '+' || text.at[at] == '-')) {
        at++;
        marked = true;
    }
    return take_digits(text, &at, &ignored) > 0 && at == text.len && marked;
}

/* All digits, 18 or more, and zeros after the fifteenth: what a spreadsheet makes of an identity number. */
static bool is_zeroed(struct str text)
{
    if (text.len < EXACT_DIGITS + 3)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.at[i]) || (i >= EXACT_DIGITS && text.at[i] != '0'))
            return false;
    return true;
}

/* ---- numbers ---- */

/* "1,234" "1234" "-5" "1234.000" */
static bool parse_integer(struct call *call, struct str text, int64_t *ret)
{
    char *plain = arena_alloc(call->arena, text.len + 1);
    size_t len = 0, at = 0;
    for (; at < text.len && text.at[at] != '.'; at++) {
        bool grouping = text.at[at] == ',' && at > 0 && is_digit(text.at[at - 1]);
        if (!grouping)
            plain[len++] = text.at[at];
        else if (text.len - at < 4 || !is_digit(text.at[at + 1]) || !is_digit(text.at[at + 2]) ||
                 !is_digit(text.at[at + 3]))
            return false;
    }
    if (at < text.len && ++at == text.len)
        return false;
    for (; at < text.len; at++)
        if (text.at[at] != '0')
            return false;
    return str_to_int((struct str){plain, len}, ret);
}

static struct str without_suffix(struct str text, struct str suffix)
{
    return str_ends(text, suffix) ? str_trim((struct str){text.at, text.len - suffix.len}) : text;
}

/* Yuan as people write it, to fen: "1,234.56" "¥1234" "1234.5元" "12.5万元". */
static bool parse_money(struct call *call, struct str text, int64_t *ret)
{
    static const struct str signs[] = {{"¥", 2}, {"￥", 3}};
    for (size_t i = 0; i < 2; i++)
        if (str_starts(text, signs[i]))
            text = str_trim(str_slice(text, signs[i].len, text.len));
    text = without_suffix(text, STR("元"));
    struct str bare = without_suffix(text, STR("万"));
    int64_t scale = bare.len < text.len ? 1000000 : 100;
    size_t dot;
    struct str whole = bare, part = STR_NONE;
    if (str_find(bare, STR("."), &dot)) {
        whole = str_slice(bare, 0, dot);
        part = str_slice(bare, dot + 1, bare.len);
        if (part.len == 0)
            return false;
    }
    int64_t value;
    bool minus = whole.len && whole.at[0] == '-';
    if (!parse_integer(call, whole, &value) || __builtin_mul_overflow(value, scale, &value))
        return false;
    for (size_t i = 0; i < part.len; i++) {
        scale /= 10;
        if (!is_digit(part.at[i]) || (scale == 0 && part.at[i] != '0'))
            return false;
        int64_t step = (part.at[i] - '0') * scale;
        if (__builtin_add_overflow(value, minus ? -step : step, &value))
            return false;
    }
    *ret = value;
    return true;
}

/* ---- dates ---- */

static bool make_date(int64_t year, int64_t month, int64_t mday, int32_t *ret)
{
    if (year > 9999 || month > 12 || mday > 31)
        return false;
    char text[11] = "0000-00-00";
    for (int i = 3; i >= 0; i--, year /= 10)
        text[i] = (char)('0' + year % 10);
    text[5] = (char)('0' + month / 10);
    text[6] = (char)('0' + month % 10);
    text[8] = (char)('0' + mday / 10);
    text[9] = (char)('0' + mday % 10);
    return clock_parse_date((struct str){text, 10}, ret);
}

/* 20260109, or an Excel serial with an optional part of a day. */
static bool parse_bare_date(struct str text, size_t many, int64_t value, size_t at, int32_t *ret)
{
    if (many == 8 && at == text.len)
        return make_date(value / 10000, value / 100 % 100, value % 100, ret);
    if (many != 5 || value < SERIAL_LEAST || value > SERIAL_MOST)
        return false;
    int64_t ignored;
    if (at < text.len && text.at[at] == '.') {
        at++;
        if (take_digits(text, &at, &ignored) == 0)
            return false;
    }
    *ret = (int32_t)value + EXCEL_EPOCH_DAY;
    return at == text.len;
}

static bool take(struct str text, size_t *at, struct str word)
{
    if (!str_starts(str_slice(text, *at, text.len), word))
        return false;
    *at += word.len;
    return true;
}

/* The date at the start of text; *ret_at is where it ends. */
static bool parse_date(struct str text, int32_t *ret, size_t *ret_at)
{
    static const struct {
        struct str first, second, last;
    } styles[] = {{{"-", 1}, {"-", 1}, {"", 0}},
                  {{"/", 1}, {"/", 1}, {"", 0}},
                  {{".", 1}, {".", 1}, {"", 0}},
                  {{"年", 3}, {"月", 3}, {"日", 3}}};
    int64_t year, month, mday;
    size_t at = 0, many = take_digits(text, &at, &year);
    if (many == 4 && at < text.len) {
        for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
            size_t here = at;
            if (!take(text, &here, styles[i].first))
                continue;
            size_t digits = take_digits(text, &here, &month);
            if (digits < 1 || digits > 2 || !take(text, &here, styles[i].second))
                return false;
            digits = take_digits(text, &here, &mday);
            if (digits < 1 || digits > 2 || !take(text, &here, styles[i].last))
                return false;
            *ret_at = here;
            return make_date(year, month, mday, ret);
        }
    }
    *ret_at = text.len;
    return parse_bare_date(text, many, year, at, ret);
}

/* " 8:30" "T08:30:00" "08:30:00.000": milliseconds of the day; text may be empty (midnight). */
static bool parse_clock(struct str text, int64_t *ret_ms)
{
    int64_t parts[3] = {0}, ignored;
    size_t at = 0;
    *ret_ms = 0;
    if (text.len == 0)
        return true;
    if (text.at[0] != ' ' && text.at[0] != 'T')
        return false;
    text = str_trim(str_slice(text, 1, text.len));
    for (int i = 0; i < 3; i++) {
        size_t many = take_digits(text, &at, &parts[i]);
        if (many < 1 || many > 2)
            return false;
        if (at == text.len && i >= 1)
            break;
        if (i < 2 && (at == text.len || text.at[at++] != ':'))
            return false;
    }
    if (at < text.len && text.at[at] == '.') {
        at++;
        take_digits(text, &at, &ignored);
    }
    *ret_ms = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000;
    return at == text.len && parts[0] < 24 && parts[1] < 60 && parts[2] < 60;
}

static enum err text_to_date(struct call *call, const char *path, struct str text, struct field_value *ret)
{
    int32_t day;
    size_t at;
    int64_t ms;
    if (!parse_date(text, &day, &at) || !parse_clock(str_slice(text, at, text.len), &ms))
        return call_fail(call, ERR_INVALID, path, "fault.date", field_excerpt(call, text));
    ret->text = str_copy(call->arena, str_of(clock_date(day).text));
    return ERR_OK;
}

static enum err text_to_time(struct call *call, const char *path, struct str text, struct field_value *ret)
{
    int32_t day;
    size_t at;
    int64_t ms;
    if (text.len > 8 && str_to_int(text, &ret->number))
        return ERR_OK; /* epoch milliseconds */
    if (!parse_date(text, &day, &at) || !parse_clock(str_slice(text, at, text.len), &ms))
        return call_fail(call, ERR_INVALID, path, "fault.time", field_excerpt(call, text));
    ret->number = clock_ms_of_day(day) + ms;
    return ERR_OK;
}

/* ---- closed lists ---- */

/* What two spellings are compared by: narrow, lower case, without blanks. */
static struct str folded(struct call *call, struct str text)
{
    return without(call->arena, str_lower(call->arena, field_narrow(call->arena, str_trim(text))), " ");
}

static bool one_of(struct call *call, const char *spellings, struct str wanted)
{
    struct str rest = str_of(spellings), part;
    while (str_cut(&rest, '|', &part))
        if (str_eq(folded(call, part), wanted))
            return true;
    return false;
}

static bool label_is(struct call *call, const char *key, struct str wanted)
{
    for (int lang = CALL_ZH; lang <= CALL_EN; lang++)
        if (words_has((enum call_lang)lang, key) &&
            str_eq(folded(call, words_get((enum call_lang)lang, key)), wanted))
            return true;
    return false;
}

static enum err text_to_enum(struct call *call, const struct field *field, const char *path, struct str text,
                             struct field_value *ret)
{
    const struct field_enum *of = field->of;
    struct str wanted = folded(call, text);
    bool synonyms_left = of->synonyms != NULL;
    for (size_t i = 0; of->names[i]; i++) {
        synonyms_left = synonyms_left && of->synonyms[i];
        const char *key = str_format(call->arena, "enum.%s.%s", of->name, of->names[i]).at;
        if (str_is(wanted, of->names[i]) || label_is(call, key, wanted) ||
            (synonyms_left && one_of(call, of->synonyms[i], wanted))) {
            ret->text = str_of(of->names[i]);
            return ERR_OK;
        }
    }
    return call_fail(call, ERR_INVALID, path, "fault.enum", field_excerpt(call, text),
                     field_choices(call, of));
}

static enum err text_to_bool(struct call *call, const char *path, struct str text, struct field_value *ret)
{
    struct str wanted = folded(call, text);
    bool yes = one_of(call, "是|有|对|true|yes|y|1|√|✓|✔", wanted);
    if (!yes && !one_of(call, "否|无|没有|不是|错|false|no|n|0|×|✗|✘", wanted))
        return call_fail(call, ERR_INVALID, path, "fault.bool", field_excerpt(call, text));
    ret->number = yes;
    return ERR_OK;
}

/* ---- texts ---- */

/* A line break inside a cell of one-line text is only how it was laid out: with the blanks around it, it is
 * one blank. */
static struct str one_line(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    bool broken = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\n' || c == '\r' || c == '\t') {
            while (len && copy[len - 1] == ' ')
                len--;
            copy[len++] = ' ';
            broken = true;
        } else if (c != ' ' || !broken) {
            copy[len++] = c;
            broken = false;
        }
    }
    return str_trim((struct str){copy, len});
}

static enum err text_to_text(struct call *call, const struct field *field, const char *path, struct str text,
                             struct field_value *ret)
{
    bool free_text = field->type == FIELD_NOTE || (field->flags & FIELD_SECRET);
    struct str dense = without(call->arena, field_narrow(call->arena, text), " \n\r\t");
    if (!free_text && is_scientific(dense))
        return call_fail(call, ERR_INVALID, path, "fault.excel_number", field_excerpt(call, text));
    if (!free_text && is_zeroed(dense))
        return call_fail(call, ERR_INVALID, path, "fault.excel_zeros", field_excerpt(call, text));
    if (field->type == FIELD_TEXT && !(field->flags & FIELD_SECRET))
        text = one_line(call->arena, text);
    bool number_like = field->format && strcmp(field->format, "person_name") != 0 && !free_text;
    ret->text = number_like ? str_trim(field_narrow(call->arena, text)) : str_copy(call->arena, text);
    return ERR_OK;
}

static enum err text_to_integer(struct call *call, const struct field *field, const char *path,
                                struct str text, struct field_value *ret)
{
    if (is_scientific(text))
        return call_fail(call, ERR_INVALID, path, "fault.excel_number", field_excerpt(call, text));
    if (field->type == FIELD_MONEY)
        return parse_money(call, text, &ret->number)
                   ? ERR_OK
                   : call_fail(call, ERR_INVALID, path, "fault.money", field_excerpt(call, text));
    if (!parse_integer(call, text, &ret->number))
        return call_fail(call, ERR_INVALID, path, "fault.integer", field_excerpt(call, text));
    return ERR_OK;
}

static enum err convert(struct call *call, const struct field *field, const char *path, struct str text,
                        struct field_value *ret)
{
    struct str narrow = str_trim(field_narrow(call->arena, text));
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NOTE:
        return text_to_text(call, field, path, text, ret);
    case FIELD_INT:
    case FIELD_REF:
    case FIELD_MONEY:
        return text_to_integer(call, field, path, narrow, ret);
    case FIELD_BOOL:
        return text_to_bool(call, path, text, ret);
    case FIELD_DATE:
        return text_to_date(call, path, narrow, ret);
    case FIELD_TIME:
        return text_to_time(call, path, narrow, ret);
    case FIELD_ENUM:
        return text_to_enum(call, field, path, text, ret);
    case FIELD_ROWS:
    case FIELD_OBJECT:
    case FIELD_COUNTS:
    case FIELD_TEXTS:
    case FIELD_REAL:
    case FIELD_JSON:
        break;
    }
    return call_fail(call, ERR_INVALID, path, "fault.type_cell");
}

enum err field_parse_text(struct call *call, const struct field *field, const char *path, struct str text,
                          struct field_value *ret)
{
    *ret = (struct field_value){.given = true};
    if (!utf8_valid(text))
        return call_fail(call, ERR_INVALID, path, "fault.encoding");
    if (!(field->flags & FIELD_SECRET))
        text = str_trim(text);
    ret->empty = text.len == 0;
    if (!ret->empty)
        TRY(convert(call, field, path, text, ret));
    return field_check(call, field, path, ret);
}
