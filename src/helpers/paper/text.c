/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/text.h"
#include "base/clock.h"
#include "base/ip.h"
#include <string.h>
#include <strings.h>

struct str paper_clip(struct str text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max > 0 && ((unsigned char)text.at[max] & 0xC0) == 0x80)
        max--;
    return (struct str){text.at, max};
}

void paper_keep(struct buf *field, struct str value)
{
    field->len = 0;
    buf_add_str(field, paper_clip(value, field->max > 0 ? field->max - 1 : 0));
}

struct str paper_kept(const struct buf *field)
{
    return (struct str){field->at, field->len};
}

bool paper_same(struct str a, const char *b)
{
    return a.len == strlen(b) && (a.len == 0 || strncasecmp(a.at, b, a.len) == 0);
}

bool paper_holds(struct str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (strncasecmp(text.at + i, word, len) == 0)
            return true;
    return false;
}

bool paper_severity_of(struct str text, enum paper_severity *ret)
{
    static const struct {
        const char *word;
        enum paper_severity severity;
    } words[] = {
        {"none", PAPER_INFO},        {"info", PAPER_INFO},
        {"information", PAPER_INFO}, {"informational", PAPER_INFO},
        {"log", PAPER_INFO},         {"debug", PAPER_INFO},
        {"note", PAPER_INFO},        {"ok", PAPER_INFO},
        {"unknown", PAPER_INFO},     {"false positive", PAPER_INFO},
        {"low", PAPER_LOW},          {"minor", PAPER_LOW},
        {"medium", PAPER_MEDIUM},    {"moderate", PAPER_MEDIUM},
        {"warning", PAPER_MEDIUM},   {"warn", PAPER_MEDIUM},
        {"high", PAPER_HIGH},        {"serious", PAPER_HIGH},
        {"error", PAPER_HIGH},       {"critical", PAPER_CRITICAL},
        {"severe", PAPER_CRITICAL},  {"信息", PAPER_INFO},
        {"提示", PAPER_INFO},        {"无", PAPER_INFO},
        {"低", PAPER_LOW},           {"低危", PAPER_LOW},
        {"低风险", PAPER_LOW},       {"中", PAPER_MEDIUM},
        {"中危", PAPER_MEDIUM},      {"中风险", PAPER_MEDIUM},
        {"高", PAPER_HIGH},          {"高危", PAPER_HIGH},
        {"高风险", PAPER_HIGH},      {"严重", PAPER_CRITICAL},
        {"超危", PAPER_CRITICAL},    {"紧急", PAPER_CRITICAL},
    };
    text = str_trim(text);
    if (text.len == 1 && text.at[0] >= '0' && text.at[0] <= '4') {
        *ret = (enum paper_severity)(text.at[0] - '0');
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (paper_same(text, words[i].word)) {
            *ret = words[i].severity;
            return true;
        }
    return false;
}

enum paper_severity paper_severity_by_cvss(int32_t cvss10)
{
    return cvss10 >= 90   ? PAPER_CRITICAL
           : cvss10 >= 70 ? PAPER_HIGH
           : cvss10 >= 40 ? PAPER_MEDIUM
           : cvss10 > 0   ? PAPER_LOW
                          : PAPER_INFO;
}

int32_t paper_cvss10(struct str text)
{
    text = str_trim(text);
    size_t i = 0;
    int32_t whole = 0;
    while (i < text.len && i < 2 && text.at[i] >= '0' && text.at[i] <= '9')
        whole = whole * 10 + (text.at[i++] - '0');
    if (i == 0)
        return -1;
    int32_t tenth = 0;
    if (i + 1 < text.len && text.at[i] == '.' && text.at[i + 1] >= '0' && text.at[i + 1] <= '9') {
        tenth = text.at[i + 1] - '0';
        i += 2;
        while (i < text.len && text.at[i] >= '0' && text.at[i] <= '9')
            i++;
    }
    int32_t score = whole * 10 + tenth;
    bool ends =
        i == text.len || text.at[i] == ' ' || text.at[i] == '#' || text.at[i] == '(' || text.at[i] == '/';
    return ends && score <= 100 ? score : -1;
}

static bool has_word(const struct buf *list, struct str word)
{
    struct str rest = {list->at, list->len}, part;
    while (str_cut(&rest, ' ', &part))
        if (str_eq(part, word))
            return true;
    return false;
}

void paper_cves_add(struct buf *cves, struct str text)
{
    size_t i = 0;
    while (i + 13 <= text.len) {
        const char *c = memchr(text.at + i, '-', text.len - i);
        if (!c)
            return;
        size_t dash = (size_t)(c - text.at);
        i = dash + 1;
        if (dash < 3 || strncasecmp(c - 3, "CVE", 3) != 0 || dash + 9 >= text.len || text.at[dash + 5] != '-')
            continue;
        size_t end = dash + 6;
        while (end < text.len && end < dash + 13 && text.at[end] >= '0' && text.at[end] <= '9')
            end++;
        char id[24];
        size_t len = end - (dash - 3);
        bool digits = end >= dash + 10;
        for (size_t j = dash + 1; j < dash + 5; j++)
            digits = digits && text.at[j] >= '0' && text.at[j] <= '9';
        if (!digits || len >= sizeof id)
            continue;
        memcpy(id, "CVE", 3);
        memcpy(id + 3, text.at + dash, len - 3);
        struct str word = {id, len};
        if (cves->len + len + 1 > cves->max || has_word(cves, word))
            continue;
        if (cves->len)
            buf_add_char(cves, ' ');
        buf_add_str(cves, word);
        i = end;
    }
}

/* ---- time ---- */

static bool digits_at(struct str text, size_t at, size_t many, int *ret)
{
    if (at + many > text.len)
        return false;
    int value = 0;
    for (size_t i = at; i < at + many; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        value = value * 10 + (text.at[i] - '0');
    }
    *ret = value;
    return true;
}

static int64_t time_of(int year, int month, int day, int hour, int minute, int second, int offset_minutes)
{
    if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
        minute > 59 || second > 60)
        return 0;
    return ((int64_t)clock_day(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
            offset_minutes * 60) *
           1000;
}

static int64_t iso_ms(struct str text)
{
    int year, month, day, hour = 0, minute = 0, second = 0, offset = 0, off_hour, off_minute = 0;
    if (!digits_at(text, 0, 4, &year) || !digits_at(text, 5, 2, &month) || !digits_at(text, 8, 2, &day))
        return 0;
    size_t at = 10;
    if (digits_at(text, 11, 2, &hour) && digits_at(text, 14, 2, &minute)) {
        at = 16;
        if (at < text.len && text.at[at] == ':' && digits_at(text, 17, 2, &second))
            at = 19;
        while (at < text.len && (text.at[at] == '.' || (text.at[at] >= '0' && text.at[at] <= '9')))
            at++;
        if (at < text.len && (text.at[at] == '+' || text.at[at] == '-') &&
            digits_at(text, at + 1, 2, &off_hour)) {
            if (!digits_at(text, at + 4, 2, &off_minute) && !digits_at(text, at + 3, 2, &off_minute))
                off_minute = 0;
            offset = (off_hour * 60 + off_minute) * (text.at[at] == '-' ? -1 : 1);
        }
    }
    return time_of(year, month, day, hour, minute, second, offset);
}

/* "Wed Mar 23 15:07:52 2022", "Thu Apr  4 20:55:51 2013" */
static int64_t ctime_ms(struct str text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int month = 0, day, hour, minute, second, year;
    if (text.len < 24)
        return 0;
    for (int i = 0; i < 12; i++)
        if (memcmp(text.at + 4, months + (size_t)i * 3, 3) == 0)
            month = i + 1;
    if (month == 0 || !(digits_at(text, 8, 2, &day) || digits_at(text, 9, 1, &day)) ||
        !digits_at(text, 11, 2, &hour) || !digits_at(text, 14, 2, &minute) ||
        !digits_at(text, 17, 2, &second) || !digits_at(text, 20, 4, &year))
        return 0;
    return time_of(year, month, day, hour, minute, second, 0);
}

int64_t paper_time_ms(struct str text)
{
    text = str_trim(text);
    int64_t seconds = 0;
    if (str_to_int(text, &seconds))
        return seconds > 0 && seconds < 253402300800                  ? seconds * 1000
               : seconds > 1000000000000 && seconds < 253402300800000 ? seconds
                                                                      : 0;
    int64_t ms = iso_ms(text);
    return ms ? ms : ctime_ms(text);
}

/* ---- addresses ---- */

bool paper_is_address(struct str text)
{
    struct ip_key key;
    return text.len > 0 && text.len < 64 && ip_parse(text, &key);
}

struct str paper_host_name(struct str text, char *buf, size_t size)
{
    text = str_trim(text);
    size_t at = 0;
    if (str_find(text, STR("://"), &at))
        text = str_slice(text, at + 3, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '/' || text.at[i] == '?' || text.at[i] == '#' || text.at[i] == ' ' ||
            text.at[i] == ',') {
            text.len = i;
            break;
        }
    if (str_find(text, STR("@"), &at))
        text = str_slice(text, at + 1, text.len);
    if (text.len > 0 && text.at[0] == '[') { /* [2001:db8::1]:443 */
        text = str_slice(text, 1, text.len);
        if (str_find(text, STR("]"), &at))
            text.len = at;
    } else if (str_find(text, STR(":"), &at) && !paper_is_address(text)) {
        text.len = at;
    }
    if (text.len > 0 && text.at[text.len - 1] == '.')
        text.len--;
    if (text.len == 0 || text.len > 253 || text.len >= size)
        return STR_NONE;
    for (size_t i = 0; i < text.len; i++)
        buf[i] = (char)(text.at[i] >= 'A' && text.at[i] <= 'Z' ? text.at[i] + 32 : text.at[i]);
    return (struct str){buf, text.len};
}

bool paper_port_of(struct str text, int32_t *ret)
{
    int64_t value = 0;
    text = str_trim(text);
    if (!str_to_int(text, &value) || value < 0 || value > 65535)
        return false;
    *ret = (int32_t)value;
    return true;
}

bool paper_url_split(struct str url, struct paper_url *ret)
{
    url = str_trim(url);
    size_t at = 0;
    if (!str_find(url, STR("://"), &at) || at == 0 || at > 10)
        return false;
    ret->scheme = str_slice(url, 0, at);
    struct str rest = str_slice(url, at + 3, url.len);
    size_t end = 0;
    while (end < rest.len && rest.at[end] != '/' && rest.at[end] != '?' && rest.at[end] != '#')
        end++;
    struct str authority = str_slice(rest, 0, end);
    if (str_find(authority, STR("@"), &at))
        authority = str_slice(authority, at + 1, authority.len);
    ret->port = paper_same(ret->scheme, "https") ? 443 : paper_same(ret->scheme, "http") ? 80 : 0;
    ret->host = authority;
    size_t colon = authority.len;
    while (colon > 0 && authority.at[colon - 1] != ':' && authority.at[colon - 1] != ']')
        colon--;
    if (colon > 0 && authority.at[colon - 1] == ':' &&
        paper_port_of(str_slice(authority, colon, authority.len), &ret->port))
        ret->host = str_slice(authority, 0, colon - 1);
    if (ret->host.len > 2 && ret->host.at[0] == '[')
        ret->host = str_slice(ret->host, 1, ret->host.len - 2);
    ret->path = str_slice(rest, end, rest.len);
    for (size_t i = 0; i < ret->path.len; i++)
        if (ret->path.at[i] == '?' || ret->path.at[i] == '#')
            ret->path.len = i;
    if (ret->path.len == 0)
        ret->path = STR("/");
    return ret->host.len > 0;
}

struct str paper_url_in(struct str text)
{
    size_t at = 0;
    struct str rest = text;
    while (str_find(rest, STR("://"), &at)) {
        size_t from = at >= 5 && strncasecmp(rest.at + at - 5, "https", 5) == 0  ? at - 5
                      : at >= 4 && strncasecmp(rest.at + at - 4, "http", 4) == 0 ? at - 4
                                                                                 : SIZE_MAX;
        if (from == SIZE_MAX) {
            rest = str_slice(rest, at + 3, rest.len);
            continue;
        }
        size_t end = from;
        while (end < rest.len && !strchr(" \t\r\n\"'<>()[]{}|`", rest.at[end]))
            end++;
        return str_slice(rest, from, end - from);
    }
    return STR_NONE;
}

static size_t entity(struct str text, char *ret)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"&lt;", '<'},    {"&gt;", '>'},   {"&amp;", '&'}, {"&quot;", '"'},
                    {"&apos;", '\''}, {"&#39;", '\''}, {"&nbsp;", ' '}};
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
        if (str_starts(text, str_of(entities[i].name))) {
            *ret = entities[i].c;
            return strlen(entities[i].name);
        }
    return 0;
}

/* A tag begins with < and a letter, / or !, and ends with >; other < stand for themselves. Its length, 0 when
 * it is none. */
static size_t tag(struct str text, bool *ret_breaks)
{
    static const char *const breaks[] = {"<br", "</p", "</li", "</div", "</tr", "</ul", "</h", "<p>"};
    if (text.len < 3 || text.at[0] != '<' ||
        !(((text.at[1] | 32) >= 'a' && (text.at[1] | 32) <= 'z') || text.at[1] == '/' || text.at[1] == '!'))
        return 0;
    const char *end = memchr(text.at, '>', text.len < 500 ? text.len : 500);
    if (!end)
        return 0;
    *ret_breaks = false;
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++)
        *ret_breaks = *ret_breaks || (text.len > strlen(breaks[i]) &&
                                      strncasecmp(text.at, breaks[i], strlen(breaks[i])) == 0);
    return (size_t)(end - text.at) + 1;
}

void paper_plain(struct buf *out, struct str html)
{
    size_t i = 0;
    while (i < html.len && out->len + 8 < out->max) {
        struct str rest = str_slice(html, i, html.len);
        bool breaks = false;
        char c = 0;
        size_t len = rest.at[0] == '<' ? tag(rest, &breaks) : rest.at[0] == '&' ? entity(rest, &c) : 0;
        if (len == 0) {
            buf_add_char(out, rest.at[0]);
            i++;
            continue;
        }
        if (c || (breaks && out->len > 0 && out->at[out->len - 1] != '\n'))
            buf_add_char(out, c ? c : '\n');
        i += len;
    }
    size_t whole =
        paper_clip((struct str){out->at, out->len}, out->len).len; /* the cut may have split a character */
    while (whole > 0 && !utf8_valid((struct str){out->at, whole}) && out->len - whole < 4)
        whole--;
    out->len = whole;
}
