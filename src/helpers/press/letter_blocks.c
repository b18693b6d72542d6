/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter.h"

#include <stdlib.h>
#include <string.h>
#include "base/json.h"

#define FONT_WORDS  "title|body|kai|hei|song"
#define ALIGN_WORDS "justify|left|center|right"

const char *press_place(struct call *call, const char *place, const char *key)
{
    return str_format(call->arena, "%s%s%s", place, *place ? "." : "", key).at;
}

const char *press_place_at(struct call *call, const char *place, size_t at)
{
    return str_format(call->arena, "%s[%zu]", place, at).at;
}

enum err press_read_keys(struct call *call, const struct json *object, const char *place,
                         const char *const *keys)
{
    if (json_kind(object) != JSON_OBJECT)
        return call_fail(call, ERR_INVALID, *place ? place : "document", "press.object");
    for (size_t i = 0; i < json_count(object); i++) {
        struct str key;
        bool known = false;
        (void)json_member(object, i, &key);
        for (const char *const *k = keys; *k && !known; k++)
            known = str_is(key, *k);
        if (!known)
            return call_fail(call, ERR_INVALID, press_place(call, place, str_c(call->arena, key)),
                             "press.unknown_key", key);
    }
    return ERR_OK;
}

/* Tabs become spaces, CR and other control characters go; '\n' stays. */
static struct str clean(struct arena *arena, struct str text)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c >= ' ' || c == '\n' || c == '\t')
            to[len++] = c == '\t' ? ' ' : (char)c;
    }
    return (struct str){to, len};
}

enum err press_read_text(struct call *call, const struct json *object, const char *place, const char *key,
                         size_t max, struct str *ret)
{
    const struct json *node = json_get(object, key);
    if (json_kind(node) == JSON_NULL)
        return ERR_OK;
    if (json_kind(node) != JSON_TEXT || utf8_length(json_text(node)) > max)
        return call_fail(call, ERR_INVALID, press_place(call, place, key), "press.text",
                         str_format(call->arena, "%zu", max));
    *ret = str_trim(clean(call->arena, json_text(node)));
    return ERR_OK;
}

enum err press_read_number(struct call *call, const struct json *object, const char *place, const char *key,
                           double least, double most, double *ret)
{
    const struct json *node = json_get(object, key);
    if (json_kind(node) == JSON_NULL)
        return ERR_OK;
    double value = json_kind(node) == JSON_INT ? (double)json_int(node, 0) : json_real(node, least - 1);
    if (!(value >= least && value <= most))
        return call_fail(call, ERR_INVALID, press_place(call, place, key), "press.number",
                         str_format(call->arena, "%g", least), str_format(call->arena, "%g", most));
    *ret = value;
    return ERR_OK;
}

enum err press_read_word(struct call *call, const struct json *object, const char *place, const char *key,
                         const char *words, int *ret)
{
    const struct json *node = json_get(object, key);
    if (json_kind(node) == JSON_NULL)
        return ERR_OK;
    struct str rest = str_of(words), word, text = json_text(node);
    for (int i = 0; str_cut(&rest, '|', &word); i++) {
        if (text.len && str_eq(word, text)) {
            *ret = i;
            return ERR_OK;
        }
    }
    return call_fail(call, ERR_INVALID, press_place(call, place, key), "press.word", str_of(words));
}

/* ---- runs ---- */

static enum err read_run(struct call *call, const struct json *node, const char *place, enum press_role role,
                         struct press_run *ret)
{
    static const char *const keys[] = {"t", "font", "under", "blank", NULL};
    *ret = (struct press_run){.role = role};
    if (json_kind(node) == JSON_TEXT) {
        ret->text = clean(call->arena, json_text(node));
        return ERR_OK;
    }
    int font = (int)role;
    double blank = 0;
    TRY(press_read_keys(call, node, place, keys));
    if (json_kind(json_get(node, "t")) == JSON_TEXT)
        ret->text = clean(call->arena, json_text(json_get(node, "t")));
    TRY(press_read_word(call, node, place, "font", FONT_WORDS, &font));
    TRY(press_read_number(call, node, place, "blank", 0, 28, &blank));
    ret->role = (enum press_role)font;
    ret->under = json_bool(json_get(node, "under"), false);
    ret->blank = (int)blank;
    if (ret->blank && ret->text.len)
        return call_fail(call, ERR_INVALID, place, "press.blank");
    return ERR_OK;
}

static enum err check_length(struct call *call, const char *place, const struct press_text *text)
{
    size_t length = 0;
    for (size_t i = 0; i < text->many; i++)
        length += utf8_length(text->runs[i].text);
    if (length > PRESS_PARAGRAPH_MAX)
        return call_fail(call, ERR_TOO_LARGE, place, "press.text",
                         str_format(call->arena, "%d", PRESS_PARAGRAPH_MAX));
    return ERR_OK;
}

enum err press_read_runs(struct call *call, const struct json *node, const char *place, enum press_role role,
                         struct press_text *ret)
{
    *ret = (struct press_text){0};
    if (json_kind(node) == JSON_TEXT) {
        *ret = press_plain(call->arena, clean(call->arena, json_text(node)), role);
        return check_length(call, place, ret);
    }
    if (json_kind(node) != JSON_ARRAY || json_count(node) > 1000)
        return call_fail(call, ERR_INVALID, place, "press.text_or_list");
    ret->runs = ARENA_ARRAY(call->arena, struct press_run, json_count(node) + 1);
    for (; ret->many < json_count(node); ret->many++)
        TRY(read_run(call, json_item(node, ret->many), press_place_at(call, place, ret->many), role,
                     &ret->runs[ret->many]));
    return check_length(call, place, ret);
}

/* ---- blocks ---- */

static enum err read_paragraph(struct call *call, const struct json *node, const char *place,
                               struct press_block *ret)
{
    static const char *const keys[] = {"p", "indent", "hang", "align", "right", "font", NULL};
    int font = PRESS_BODY, align = PRESS_JUSTIFY;
    TRY(press_read_keys(call, node, place, keys));
    TRY(press_read_word(call, node, place, "font", FONT_WORDS, &font));
    TRY(press_read_word(call, node, place, "align", ALIGN_WORDS, &align));
    ret->kind = PRESS_PARAGRAPH;
    ret->align = (enum press_align)align;
    ret->indent = align == PRESS_JUSTIFY || align == PRESS_LEFT ? 2 : 0;
    TRY(press_read_number(call, node, place, "indent", 0, 24, &ret->indent));
    TRY(press_read_number(call, node, place, "hang", 0, 24, &ret->hang));
    TRY(press_read_number(call, node, place, "right", 0, 20, &ret->right));
    return press_read_runs(call, json_get(node, "p"), press_place(call, place, "p"), (enum press_role)font,
                           &ret->text);
}

static struct str chinese_number(struct arena *arena, int n)
{
    static const char *const digits[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    if (n < 10)
        return str_of(digits[n]);
    if (n > 99)
        return str_format(arena, "%d", n);
    return str_format(arena, "%s十%s", n < 20 ? "" : digits[n / 10], digits[n % 10]);
}

static struct str heading_number(struct arena *arena, int level, int n)
{
    struct str chinese = chinese_number(arena, n);
    switch (level) {
    case 1:
        return str_format(arena, "%.*s、", STR_ARG(chinese));
    case 2:
        return str_format(arena, "（%.*s）", STR_ARG(chinese));
    case 3:
        return str_format(arena, "%d.", n);
    default:
        return str_format(arena, "（%d）", n);
    }
}

static enum press_role heading_role(int level)
{
    return level == 1 ? PRESS_HEI : level == 2 ? PRESS_KAI : PRESS_BODY;
}

static enum err read_heading(struct call *call, const struct json *node, const char *place, int counts[5],
                             struct press_block *ret)
{
    static const char *const keys[] = {"h", "text", "then", "auto", NULL};
    double level = 0;
    TRY(press_read_keys(call, node, place, keys));
    TRY(press_read_number(call, node, place, "h", 1, 4, &level));
    struct str text = STR_NONE, then = STR_NONE;
    TRY(press_read_text(call, node, place, "text", 2000, &text));
    TRY(press_read_text(call, node, place, "then", PRESS_PARAGRAPH_MAX, &then));
    if (!text.len)
        return call_fail(call, ERR_INVALID, press_place(call, place, "text"), "press.required");
    ret->kind = PRESS_HEADING;
    ret->level = (int)level;
    ret->indent = 2;
    if (json_bool(json_get(node, "auto"), false)) {
        struct str number = heading_number(call->arena, ret->level, ++counts[ret->level]);
        text = str_format(call->arena, "%.*s%.*s", STR_ARG(number), STR_ARG(text));
    }
    for (int deeper = ret->level + 1; deeper < 5; deeper++)
        counts[deeper] = 0;
    ret->text.runs = ARENA_ARRAY(call->arena, struct press_run, 2);
    ret->text.runs[0] = (struct press_run){.text = text, .role = heading_role(ret->level)};
    ret->text.runs[1] = (struct press_run){.text = then, .role = PRESS_BODY};
    ret->text.many = then.len ? 2 : 1;
    return ERR_OK;
}

static enum err read_small(struct call *call, const struct json *node, const char *place,
                           struct press_block *ret)
{
    static const char *const keys[] = {"title", "space", "cut", "break", NULL};
    struct str text = STR_NONE;
    double lines = 0;
    int word = 0;
    TRY(press_read_keys(call, node, place, keys));
    if (json_count(node) != 1)
        return call_fail(call, ERR_INVALID, place, "press.block");
    TRY(press_read_text(call, node, place, "title", 200, &text));
    TRY(press_read_text(call, node, place, "cut", 60, &text));
    TRY(press_read_number(call, node, place, "space", 1, 20, &lines));
    TRY(press_read_word(call, node, place, "break", "page", &word));
    ret->level = (int)lines;
    ret->text = press_plain(call->arena, text, json_get(node, "title") ? PRESS_TITLE : PRESS_BODY);
    ret->kind = json_get(node, "title")   ? PRESS_TITLE_BLOCK
                : json_get(node, "space") ? PRESS_SPACE
                : json_get(node, "cut")   ? PRESS_CUT
                                          : PRESS_PAGE_BREAK;
    return ERR_OK;
}

static enum err read_table_block(struct call *call, const struct json *node, const char *place,
                                 struct press_block *ret)
{
    static const char *const keys[] = {"table", NULL};
    TRY(press_read_keys(call, node, place, keys));
    ret->kind = PRESS_TABLE_BLOCK;
    ret->table = ARENA_NEW(call->arena, struct press_table);
    return press_read_table(call, json_get(node, "table"), press_place(call, place, "table"), ret->table);
}

/* A bare text is one paragraph a line. */
static enum err add_plain(struct call *call, struct str text, const char *place, struct press_blocks *ret)
{
    struct str rest = clean(call->arena, text), line;
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!line.len)
            continue;
        if (utf8_length(line) > PRESS_PARAGRAPH_MAX || ret->many >= PRESS_BLOCKS_MAX)
            return call_fail(call, ERR_TOO_LARGE, place, "press.text",
                             str_format(call->arena, "%d", PRESS_PARAGRAPH_MAX));
        ret->at[ret->many++] = (struct press_block){
            .kind = PRESS_PARAGRAPH, .indent = 2, .text = press_plain(call->arena, line, PRESS_BODY)};
    }
    return ERR_OK;
}

static size_t count_lines(const struct json *array)
{
    size_t many = 0;
    for (size_t i = 0; i < json_count(array); i++) {
        struct str text = json_text(json_item(array, i));
        many++;
        for (size_t k = 0; k < text.len; k++)
            many += text.at[k] == '\n';
    }
    return many;
}

enum err press_read_blocks(struct call *call, const struct json *array, const char *place,
                           struct press_blocks *ret)
{
    int counts[5] = {0};
    *ret = (struct press_blocks){0};
    if (json_kind(array) == JSON_NULL)
        return ERR_OK;
    if (json_kind(array) != JSON_ARRAY)
        return call_fail(call, ERR_INVALID, place, "press.list");
    size_t lines = count_lines(array);
    if (lines > PRESS_BLOCKS_MAX)
        return call_fail(call, ERR_TOO_LARGE, place, "press.too_many",
                         str_format(call->arena, "%d", PRESS_BLOCKS_MAX));
    ret->at = ARENA_ARRAY(call->arena, struct press_block, lines + 1);
    for (size_t i = 0; i < json_count(array); i++) {
        const struct json *node = json_item(array, i);
        const char *here = press_place_at(call, place, i);
        if (json_kind(node) == JSON_TEXT) {
            TRY(add_plain(call, json_text(node), here, ret));
            continue;
        }
        struct press_block *block = &ret->at[ret->many++];
        if (json_get(node, "p"))
            TRY(read_paragraph(call, node, here, block));
        else if (json_get(node, "h"))
            TRY(read_heading(call, node, here, counts, block));
        else if (json_get(node, "table"))
            TRY(read_table_block(call, node, here, block));
        else
            TRY(read_small(call, node, here, block));
    }
    return ERR_OK;
}
