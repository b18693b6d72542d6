/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The text is understood first (address, range, host, code, telephone number, word), since only then
 * can an index answer: addresses are sorted keys, codes are prefixes, a word is looked for with LIKE in
 * narrow indexes. Chinese has no blanks and many words of two characters, which the engine's own full text
 * search does not find; LIKE does. An authority's scope is everything, and an engine that took the scope's
 * index for that would read every row: so the scope is written as an expression (unit_path || '') wherever
 * the question itself is narrow, and joins are written (LEFT, CROSS) so that they are followed from there.
 */
#include "domain/search/search_inner.h"

#include <ctype.h>
#include <string.h>

#include "base/words.h"

static struct str escaped(struct call *call, struct str text)
{
    BUF(out, 4096);
    buf_add_char(&out, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '%' || text.at[i] == '_' || text.at[i] == '\\')
            buf_add_char(&out, '\\');
        buf_add_char(&out, text.at[i]);
    }
    buf_add_char(&out, '%');
    return str_copy(call->arena, buf_str(&out));
}

/* "https://a.gov.cn:8443/x?y" -> "a.gov.cn"; "a.gov.cn/x" too. Empty when it is no host. */
static struct str host_of(struct call *call, struct str text)
{
    size_t at, dots = 0;
    struct str rest = str_lower(call->arena, text);
    if (str_find(rest, STR("://"), &at))
        rest = str_slice(rest, at + 3, rest.len);
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.at[i];
        if (c == '/' || c == '?' || c == '#' || c == ':')
            rest.len = i;
    }
    for (size_t i = 0; i < rest.len; i++) {
        unsigned char c = (unsigned char)rest.at[i];
        if (!isalnum(c) && c != '-' && c != '.' && c != '_')
            return STR_NONE;
        dots += c == '.';
    }
    bool whole = rest.len >= 4 && rest.at[0] != '.' && rest.at[rest.len - 1] != '.';
    return dots && whole ? rest : STR_NONE;
}

static bool code_like(struct str text)
{
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (!isalnum(c) && c != '-' && c != '.' && c != '/')
            return false;
        digit |= isdigit(c) != 0;
    }
    return digit && text.len >= 4;
}

static struct str phone_of(struct call *call, struct str text)
{
    BUF(digits, 64);
    for (size_t i = 0; i < text.len; i++) {
        if (isdigit((unsigned char)text.at[i]))
            buf_add_char(&digits, text.at[i]);
        else if (text.at[i] != '-' && text.at[i] != ' ' && text.at[i] != '+')
            return STR_NONE;
    }
    return digits.len >= 7 && digits.len <= 13 ? str_copy(call->arena, buf_str(&digits)) : STR_NONE;
}

/* The first two or three numbers of an address, as people remember them: "10.20.1" or "10.20.1." */
static bool part_of_address(struct search *s)
{
    struct str part, rest = str_ends(s->text, STR(".")) ? str_slice(s->text, 0, s->text.len - 1) : s->text,
                     whole = rest;
    int parts = 0;
    int64_t number;
    while (str_cut(&rest, '.', &part)) {
        if (++parts > 3 || part.len == 0 || part.len > 3 || !str_to_int(part, &number) || number < 0 ||
            number > 255)
            return false;
    }
    if (parts < 2)
        return false;
    struct str range = parts == 3 ? str_format(s->call->arena, "%.*s.0/24", STR_ARG(whole))
                                  : str_format(s->call->arena, "%.*s.0.0/16", STR_ARG(whole));
    return ip_parse_range(range, &s->first, &s->last);
}

bool search_understand(struct search *s, struct str text)
{
    struct call *call = s->call;
    s->text = str_trim(text);
    if (utf8_length(s->text) < 2)
        return false;
    s->lower = str_lower(call->arena, s->text);
    s->like = escaped(call, s->text);
    s->low = escaped(call, s->lower);
    /* U+10FFFF sorts after every character that a name holds. */
    s->until = str_format(call->arena, "%.*s\xF4\x8F\xBF\xBF", STR_ARG(s->text));
    s->is_address = ip_parse(s->text, &s->first);
    s->last = s->first;
    s->is_range = s->is_address || ip_parse_range(s->text, &s->first, &s->last) || part_of_address(s);
    if (s->is_range)
        return true;
    s->host = host_of(call, s->text);
    if (s->host.len && ip_parse(s->host, &s->first)) { /* http://10.1.2.3:8080/ */
        s->last = s->first;
        s->is_address = s->is_range = true;
        s->host = STR_NONE;
        return true;
    }
    s->is_cve = str_starts(s->lower, STR("cve-")) || str_starts(s->lower, STR("cnvd-")) ||
                str_starts(s->lower, STR("cnnvd-"));
    s->is_code = code_like(s->text);
    s->phone = phone_of(call, s->text);
    s->is_phone = s->phone.len > 0;
    return true;
}

/* ---- groups ---- */

void search_add(struct search_group *group, const struct search_item *item)
{
    struct json_writer *w = group->s->w;
    for (int i = 0; i < group->many; i++)
        if (group->ids[i] == item->id)
            return;
    if (group->many == SEARCH_ITEMS)
        return;
    group->ids[group->many++] = item->id;
    if (!group->open) {
        json_open_object(w, NULL);
        json_put_c(w, "kind", group->kind);
        json_open_array(w, "items");
        group->open = true;
    }
    json_open_object(w, NULL);
    json_put_int(w, "id", item->id);
    json_put_str(w, "title", item->title);
    json_put_str(w, "subtitle", item->subtitle);
    json_put_str(w, "unit_name", item->unit_name);
    json_put_str(w, "url", item->url);
    json_close_object(w);
}

void search_close(struct search_group *group)
{
    if (!group->open)
        return;
    json_close_array(group->s->w);
    json_close_object(group->s->w);
}

struct str search_word(struct search *s, const char *enum_name, struct str identifier)
{
    return identifier.len
               ? words_get(s->call->lang,
                           str_format(s->call->arena, "enum.%s.%.*s", enum_name, STR_ARG(identifier)).at)
               : STR_NONE;
}
