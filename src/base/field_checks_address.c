/* SPDX-License-Identifier: Apache-2.0
 * Named formats: addresses, host names, URLs, ports. Each check puts the text into the spelling that is
 * stored. */
#include "base/field.h"

#include <string.h>
#include "base/field_chars.h"
#include "base/field_inner.h"
#include "base/ip.h"

const char *field_check_ip(struct call *call, struct str *text)
{
    struct ip_key key;
    if (!ip_parse(*text, &key))
        return "fault.format.ip";
    *text = ip_text(call->arena, &key);
    return NULL;
}

const char *field_check_ip_range(struct call *call, struct str *text)
{
    (void)call;
    struct ip_key first, last;
    return ip_parse_range(*text, &first, &last) ? NULL : "fault.format.ip_range";
}

/* A label: letters, digits, hyphens not at its ends; Chinese domains keep their own script. */
static bool is_label(struct str label)
{
    if (label.len == 0 || label.len > 63 || label.at[0] == '-' || label.at[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++) {
        unsigned char c = (unsigned char)label.at[i];
        if (c < 0x80 && !is_digit((char)c) && !is_letter((char)c) && c != '-' && c != '_')
            return false;
    }
    return true;
}

/* Beyond ASCII only letters of scripts: no blanks, dots, full-width forms, invisible or private characters.
 */
static bool is_host_point(uint32_t point)
{
    return point < 0x80 || (point >= 0xc0 && point < 0x2000) || (point >= 0x2e80 && point < 0x3000) ||
           (point >= 0x3041 && point < 0xd800) || point >= 0x20000;
}

/* Lower case, no dot at the end. `single`: one label is enough (hosts of a local network). */
bool field_host_name(struct call *call, struct str *text, bool single)
{
    struct str host = str_lower(call->arena, *text), rest, label = STR_NONE;
    if (host.len > 1 && host.at[host.len - 1] == '.')
        host.len--;
    if (host.len == 0 || host.len > 253 || host.at[host.len - 1] == '.')
        return false;
    size_t labels = 0;
    rest = host;
    for (size_t at = 0; at < host.len;)
        if (!is_host_point(utf8_next(host, &at)))
            return false;
    while (str_cut(&rest, '.', &label)) {
        if (!is_label(label))
            return false;
        labels++;
    }
    /* A last label of digits would be an address. */
    if (all_digits(label) || (labels < 2 && !single))
        return false;
    *text = host;
    return true;
}

const char *field_check_domain(struct call *call, struct str *text)
{
    return field_host_name(call, text, false) ? NULL : "fault.format.domain";
}

/* Cuts "host:port" or "[v6]:port"; the port stays 0 when there is none. */
static bool split_authority(struct call *call, struct str authority, struct str *ret_host, int64_t *ret_port)
{
    struct str port = STR_NONE;
    size_t at;
    *ret_port = 0;
    if (authority.len && authority.at[0] == '[') {
        if (!str_find(authority, STR("]"), &at))
            return false;
        struct str inner = str_slice(authority, 1, at - 1);
        struct ip_key key;
        if (!str_find(inner, STR(":"), NULL) || !ip_parse(inner, &key))
            return false;
        *ret_host = str_format(call->arena, "[%.*s]", STR_ARG(ip_text(call->arena, &key)));
        port = str_slice(authority, at + 1, authority.len);
    } else {
        at = 0;
        while (at < authority.len && authority.at[at] != ':')
            at++;
        *ret_host = str_slice(authority, 0, at);
        port = str_slice(authority, at, authority.len);
        struct ip_key key;
        if (ip_parse(*ret_host, &key))
            *ret_host = ip_text(call->arena, &key);
        else if (!field_host_name(call, ret_host, true))
            return false;
    }
    if (port.len == 0)
        return true;
    port = str_slice(port, 1, port.len);
    return port.len <= 5 && all_digits(port) && str_to_int(port, ret_port) && *ret_port >= 1 &&
           *ret_port <= 65535 && authority.at[authority.len - port.len - 1] == ':';
}

/* Bytes that may not stand in a URL as they are go percent-encoded; false for blanks and control characters
 * inside. */
static bool add_path(struct buf *out, struct str path)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.at[i];
        if (c <= 0x20 || c == 0x7f || c == '\\')
            return false;
        if (c >= 0x80 || strchr("\"<>^`{|}", c)) {
            char code[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add(out, code, 3);
        } else {
            buf_add_char(out, (char)c);
        }
    }
    return true;
}

const char *field_check_url(struct call *call, struct str *text)
{
    struct str rest = *text, host, scheme = STR("http");
    struct str lower = str_lower(call->arena, str_slice(rest, 0, 8));
    size_t at;
    if (str_starts(lower, STR("https://"))) {
        scheme = STR("https");
        rest = str_slice(rest, 8, rest.len);
    } else if (str_starts(lower, STR("http://"))) {
        rest = str_slice(rest, 7, rest.len);
    } else if (str_find(rest, STR("://"), NULL) || !str_find(rest, STR("."), NULL)) {
        return "fault.format.url";
    }
    at = 0;
    while (at < rest.len && !strchr("/?#", rest.at[at]))
        at++;
    struct str tail = str_slice(rest, at, rest.len);
    int64_t port;
    if (!split_authority(call, str_slice(rest, 0, at), &host, &port))
        return "fault.format.url";
    if (str_find(tail, STR("#"), &at))
        tail = str_slice(tail, 0, at);
    BUF(out, 16384);
    buf_format(&out, "%s://%.*s", scheme.at, STR_ARG(host));
    if (port && port != (scheme.len == 5 ? 443 : 80))
        buf_format(&out, ":%lld", (long long)port);
    if (tail.len == 0 || tail.at[0] != '/')
        buf_add_char(&out, '/');
    if (!add_path(&out, tail) || buf_check(&out) != ERR_OK)
        return "fault.format.url";
    *text = str_copy(call->arena, buf_str(&out));
    return NULL;
}

const char *field_check_port(struct call *call, struct str *text)
{
    (void)call;
    int64_t port;
    return all_digits(*text) && str_to_int(*text, &port) && port >= 1 && port <= 65535 ? NULL
                                                                                       : "fault.format.port";
}
