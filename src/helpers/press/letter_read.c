/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "helpers/press.h"

static const char *const letter_keys[] = {
    "kind",     "page",      "page_numbers", "duplex", "created",     "author",     "corner",
    "urgency",  "mark",      "number",       "title",  "mark_suffix", "body",       "attachments",
    "subtitle", "to",        "signed_by",    "signer", "date",        "notes",      "date_blank",
    "seal",     "seal_note", "cc",           "verify", "printed_by",  "printed_on", NULL,
};

/* A text or a list of texts. */
static enum err read_strs(struct call *call, const struct json *object, const char *key, size_t max,
                          struct press_strs *ret)
{
    const struct json *node = json_get(object, key);
    if (json_kind(node) == JSON_NULL)
        return ERR_OK;
    if (json_kind(node) == JSON_TEXT) {
        ret->at = ARENA_NEW(call->arena, struct str);
        TRY(press_read_text(call, object, "", key, max, ret->at));
        ret->many = ret->at->len > 0;
        return ERR_OK;
    }
    if (json_kind(node) != JSON_ARRAY)
        return call_fail(call, ERR_INVALID, key, "press.text_or_list");
    if (json_count(node) > 200)
        return call_fail(call, ERR_TOO_LARGE, key, "press.too_many", STR("200"));
    ret->at = ARENA_ARRAY(call->arena, struct str, json_count(node) + 1);
    for (size_t i = 0; i < json_count(node); i++) {
        const struct json *item = json_item(node, i);
        if (json_kind(item) != JSON_TEXT || utf8_length(json_text(item)) > max)
            return call_fail(call, ERR_INVALID, press_place_at(call, key, i), "press.text",
                             str_format(call->arena, "%zu", max));
        if (str_trim(json_text(item)).len)
            ret->at[ret->many++] = str_trim(json_text(item));
    }
    return ERR_OK;
}

/* 2026-01-09 -> 2026年1月9日 */
static enum err read_date(struct call *call, const struct json *object, const char *key, struct str *ret)
{
    struct str text = STR_NONE;
    int32_t day;
    TRY(press_read_text(call, object, "", key, 10, &text));
    if (!text.len)
        return ERR_OK;
    if (!clock_parse_date(text, &day))
        return call_fail(call, ERR_INVALID, key, "press.date", text);
    int year, month, mday;
    clock_ymd(day, &year, &month, &mday);
    *ret = str_format(call->arena, "%d年%d月%d日", year, month, mday);
    return ERR_OK;
}

/* 2026-10-10T09:00:00+08:00, or with Z: what PDF and DOCX both take. */
static enum err read_created(struct call *call, const struct json *top, struct press_letter *letter)
{
    TRY(press_read_text(call, top, "", "created", 40, &letter->created));
    struct str text = letter->created;
    int32_t day;
    int hour, minute, second, end = 0;
    if (!text.len)
        return ERR_OK;
    const char *rest = str_c(call->arena, str_slice(text, 10, text.len - 10));
    bool good = text.len >= 20 && clock_parse_date(str_slice(text, 0, 10), &day) &&
                sscanf(rest, "T%2d:%2d:%2d%n", &hour, &minute, &second, &end) == 3 && end == 9 && hour < 24 &&
                minute < 60 && second < 60;
    const char *zone = good ? rest + end : "";
    if (strcmp(zone, "Z") == 0 || (strlen(zone) == 6 && (*zone == '+' || *zone == '-') &&
                                   strspn(zone + 1, "0123456789:") == 5 && zone[3] == ':'))
        return ERR_OK;
    return call_fail(call, ERR_INVALID, "created", "press.created", text);
}

static enum err read_bool(struct call *call, const struct json *object, const char *place, const char *key,
                          bool *ret)
{
    const struct json *node = json_get(object, key);
    if (json_kind(node) == JSON_NULL)
        return ERR_OK;
    if (json_kind(node) != JSON_BOOL)
        return call_fail(call, ERR_INVALID, press_place(call, place, key), "press.bool");
    *ret = json_bool(node, false);
    return ERR_OK;
}

static enum err read_page(struct call *call, const struct json *top, struct press_letter *letter)
{
    static const char *const keys[] = {"size", "landscape", NULL};
    const struct json *page = json_get(top, "page");
    int size = 0;
    letter->landscape = letter->kind == PRESS_TABLE;
    letter->page_numbers = letter->kind == PRESS_DOCUMENT || letter->kind == PRESS_LETTER;
    TRY(read_bool(call, top, "", "page_numbers", &letter->page_numbers));
    TRY(read_bool(call, top, "", "duplex", &letter->duplex));
    if (json_kind(page) == JSON_NULL)
        return ERR_OK;
    TRY(press_read_keys(call, page, "page", keys));
    TRY(press_read_word(call, page, "page", "size", "A4|A3", &size));
    TRY(read_bool(call, page, "page", "landscape", &letter->landscape));
    letter->a3 = size == 1;
    if (letter->kind <= PRESS_LETTER && (letter->a3 || letter->landscape))
        return call_fail(call, ERR_INVALID, "page", "press.page_kind");
    return ERR_OK;
}

static enum err read_head(struct call *call, const struct json *top, struct press_letter *letter)
{
    int kind = -1;
    TRY(press_read_word(call, top, "", "kind", "document|letter|form|table", &kind));
    if (kind < 0)
        return call_fail(call, ERR_INVALID, "kind", "press.required");
    letter->kind = (enum press_kind)kind;
    TRY(read_page(call, top, letter));
    TRY(read_created(call, top, letter));
    TRY(press_read_text(call, top, "", "author", 200, &letter->author));
    TRY(press_read_text(call, top, "", "corner", 40, &letter->corner));
    TRY(press_read_text(call, top, "", "urgency", 10, &letter->urgency));
    TRY(press_read_text(call, top, "", "mark_suffix", 10, &letter->mark_suffix));
    TRY(press_read_text(call, top, "", "number", 100, &letter->number));
    TRY(press_read_text(call, top, "", "title", 200, &letter->title));
    TRY(press_read_text(call, top, "", "subtitle", 200, &letter->subtitle));
    TRY(read_strs(call, top, "mark", 40, &letter->mark));
    TRY(read_strs(call, top, "signed_by", 20, &letter->signed_by));
    TRY(read_strs(call, top, "to", PRESS_LINE_MAX, &letter->to));
    if (!letter->title.len)
        return call_fail(call, ERR_INVALID, "title", "press.required");
    if (letter->kind <= PRESS_LETTER && !letter->mark.many)
        return call_fail(call, ERR_INVALID, "mark", "press.required");
    if (letter->mark.many > 6)
        return call_fail(call, ERR_TOO_LARGE, "mark", "press.too_many", STR("6"));
    return ERR_OK;
}

static enum err read_verify(struct call *call, const struct json *top, struct press_letter *letter)
{
    static const char *const keys[] = {"code", "url", "text", NULL};
    const struct json *verify = json_get(top, "verify");
    if (json_kind(verify) == JSON_NULL)
        return ERR_OK;
    TRY(press_read_keys(call, verify, "verify", keys));
    TRY(press_read_text(call, verify, "verify", "code", 60, &letter->verify_code));
    TRY(press_read_text(call, verify, "verify", "url", 300, &letter->verify_url));
    TRY(press_read_text(call, verify, "verify", "text", 80, &letter->verify_text));
    if (!letter->verify_code.len)
        return call_fail(call, ERR_INVALID, "verify.code", "press.required");
    return ERR_OK;
}

static enum err read_tail(struct call *call, const struct json *top, struct press_letter *letter)
{
    bool blank = false;
    int seal = -1;
    TRY(read_strs(call, top, "signer", 60, &letter->signer));
    TRY(read_date(call, top, "date", &letter->date));
    if (letter->date.len && !letter->created.len)
        letter->created =
            str_format(call->arena, "%.*sT00:00:00+08:00", STR_ARG(json_text(json_get(top, "date"))));
    TRY(read_bool(call, top, "", "date_blank", &blank));
    if (!letter->date.len && blank)
        letter->date = STR("　　　年　　月　　日");
    TRY(press_read_word(call, top, "", "seal", "none|room|note", &seal));
    letter->seal = seal >= 0             ? (enum press_seal)seal
                   : letter->signer.many ? PRESS_SEAL_NOTE
                                         : PRESS_SEAL_NONE;
    letter->seal_note = STR("（加盖公章处）");
    TRY(press_read_text(call, top, "", "seal_note", 30, &letter->seal_note));
    TRY(read_strs(call, top, "notes", PRESS_LINE_MAX, &letter->notes));
    TRY(read_strs(call, top, "cc", 200, &letter->cc));
    TRY(press_read_text(call, top, "", "printed_by", 60, &letter->printed_by));
    TRY(read_date(call, top, "printed_on", &letter->printed_on));
    if (letter->signer.many > 6)
        return call_fail(call, ERR_TOO_LARGE, "signer", "press.too_many", STR("6"));
    return read_verify(call, top, letter);
}

static enum err read_attachment(struct call *call, const struct json *node, const char *place,
                                struct press_attachment *ret)
{
    static const char *const keys[] = {"name", "title", "body", "landscape", "listed", NULL};
    TRY(press_read_keys(call, node, place, keys));
    *ret = (struct press_attachment){.listed = true};
    TRY(press_read_text(call, node, place, "name", 200, &ret->name));
    if (!ret->name.len)
        return call_fail(call, ERR_INVALID, press_place(call, place, "name"), "press.required");
    ret->title = ret->name;
    TRY(press_read_text(call, node, place, "title", 200, &ret->title));
    TRY(read_bool(call, node, place, "landscape", &ret->landscape));
    TRY(read_bool(call, node, place, "listed", &ret->listed));
    return press_read_blocks(call, json_get(node, "body"), press_place(call, place, "body"), &ret->body);
}

static enum err read_attachments(struct call *call, const struct json *top, struct press_letter *letter)
{
    const struct json *list = json_get(top, "attachments");
    if (json_kind(list) == JSON_NULL)
        return ERR_OK;
    if (json_kind(list) != JSON_ARRAY)
        return call_fail(call, ERR_INVALID, "attachments", "press.list");
    if (json_count(list) > 50)
        return call_fail(call, ERR_TOO_LARGE, "attachments", "press.too_many", STR("50"));
    letter->attachments = ARENA_ARRAY(call->arena, struct press_attachment, json_count(list) + 1);
    int listed = 0;
    for (size_t i = 0; i < json_count(list); i++) {
        struct press_attachment *one = &letter->attachments[letter->many_attachments++];
        TRY(read_attachment(call, json_item(list, i), press_place_at(call, "attachments", i), one));
        one->number = one->listed ? ++listed : 0;
    }
    for (size_t i = 0; i < letter->many_attachments && listed == 1; i++)
        letter->attachments[i].number = 0;
    return ERR_OK;
}

enum err press_read(struct call *call, struct str json_text, struct press_letter *ret)
{
    const struct json *top = NULL;
    struct json_place place = {0};
    *ret = (struct press_letter){0};
    if (json_text.len > PRESS_JSON_MAX)
        return call_fail(call, ERR_TOO_LARGE, "document", "press.json_large");
    if (json_parse(call->arena, json_text, &top, &place) != ERR_OK)
        return call_fail(call, ERR_INVALID, "document", "press.json",
                         str_format(call->arena, "%d", place.line),
                         str_format(call->arena, "%d", place.column), str_of(place.why));
    TRY(press_read_keys(call, top, "", letter_keys));
    TRY(read_head(call, top, ret));
    TRY(press_read_blocks(call, json_get(top, "body"), "body", &ret->body));
    TRY(read_attachments(call, top, ret));
    return read_tail(call, top, ret);
}
