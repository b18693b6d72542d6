/* SPDX-License-Identifier: Apache-2.0
 *
 * Named formats: what one field of a form may hold. Check digits by GB 11643-1999 (ISO 7064 MOD 11-2), GB
 * 32100-2015 (MOD 31) and ISO/IEC 7812-1; each check also puts the text into the one spelling that is stored.
 */
#include "base/field.h"

#include <string.h>
#include "base/clock.h"
#include "base/field_inner.h"
#include "base/ip.h"
#include "base/log.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.at[i]))
            return false;
    return text.len > 0;
}

static bool all_of(struct str text, const char *allowed)
{
    for (size_t i = 0; i < text.len; i++)
        if (!text.at[i] || !strchr(allowed, text.at[i]))
            return false;
    return text.len > 0;
}

static struct str upper(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = (char)(text.at[i] >= 'a' && text.at[i] <= 'z' ? text.at[i] - 32 : text.at[i]);
    return (struct str){copy, text.len};
}

/* Without the bytes of `drop`. */
static struct str without(struct arena *arena, struct str text, const char *drop)
{
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!text.at[i] || !strchr(drop, text.at[i]))
            copy[len++] = text.at[i];
    return (struct str){copy, len};
}

/* One Chinese character (the basic block, where the short names of provinces are) at *at. */
static bool take_han(struct str text, size_t *at)
{
    size_t here = *at;
    if (here >= text.len)
        return false;
    uint32_t point = utf8_next(text, &here);
    if (point < 0x4e00 || point > 0x9fff)
        return false;
    *at = here;
    return true;
}

static bool take_word(struct str text, size_t *at, struct str word)
{
    if (!str_starts(str_slice(text, *at, text.len), word))
        return false;
    *at += word.len;
    return true;
}

static bool take_number(struct str text, size_t *at, size_t least, size_t most)
{
    size_t from = *at;
    while (*at < text.len && is_digit(text.at[*at]))
        ++*at;
    return *at - from >= least && *at - from <= most;
}

/* ---- addresses ---- */

static const char *check_ip(struct call *call, struct str *text)
{
    struct ip_key key;
    if (!ip_parse(*text, &key))
        return "fault.format.ip";
    *text = ip_text(call->arena, &key);
    return NULL;
}

static const char *check_ip_range(struct call *call, struct str *text)
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

/* Lower case, no dot at the end. `single`: one label is enough (hosts of a local network). */
static bool host_name(struct call *call, struct str *text, bool single)
{
    struct str host = str_lower(call->arena, *text), rest, label = STR_NONE;
    if (host.len > 1 && host.at[host.len - 1] == '.')
        host.len--;
    if (host.len == 0 || host.len > 253 || host.at[host.len - 1] == '.')
        return false;
    size_t labels = 0;
    rest = host;
    for (size_t at = 0; at < host.len; at++) {
        unsigned char c = (unsigned char)host.at[at];
        if (c == 0xe3 || c == 0xef) {
            /* The ideographic full stop and full-width forms do not belong into a stored name. */
            size_t here = at;
            uint32_t point = utf8_next(host, &here);
            if (point == 0x3002 || (point >= 0xff01 && point <= 0xff65) ||
                (point >= 0x3000 && point <= 0x303f))
                return false;
        }
    }
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

static const char *check_domain(struct call *call, struct str *text)
{
    return host_name(call, text, false) ? NULL : "fault.format.domain";
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
        else if (!host_name(call, ret_host, true))
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

static const char *check_url(struct call *call, struct str *text)
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

static const char *check_port(struct call *call, struct str *text)
{
    (void)call;
    int64_t port;
    return all_digits(*text) && str_to_int(*text, &port) && port >= 1 && port <= 65535 ? NULL
                                                                                       : "fault.format.port";
}

/* ---- people ---- */

static const char *check_digits(struct call *call, struct str *text)
{
    (void)call;
    return all_digits(*text) ? NULL : "fault.format.digits";
}

static bool is_mobile(struct str digits)
{
    return digits.len == 11 && all_digits(digits) && digits.at[0] == '1' && digits.at[1] >= '3';
}

/* +86 138 0000 0000, 86-138…, 0086138…: the country's own number. */
static struct str national(struct str digits)
{
    if (str_starts(digits, STR("+86")))
        return str_slice(digits, 3, digits.len);
    if (str_starts(digits, STR("0086")))
        return str_slice(digits, 4, digits.len);
    return digits.len == 13 && str_starts(digits, STR("86")) ? str_slice(digits, 2, digits.len) : digits;
}

static const char *check_mobile(struct call *call, struct str *text)
{
    struct str digits = national(without(call->arena, *text, " -"));
    if (!is_mobile(digits))
        return "fault.format.mobile";
    *text = digits;
    return NULL;
}

/* Area code, number and extension of a land line; false when it has another shape. */
static bool land_line(struct call *call, struct str text, struct str *ret)
{
    struct str area, number, extension = STR_NONE;
    size_t at;
    if (str_find(text, STR("转"), &at)) {
        extension = str_slice(text, at + strlen("转"), text.len);
        text = str_slice(text, 0, at);
        if (extension.len && extension.at[0] == '-')
            extension = str_slice(extension, 1, extension.len);
    }
    if (!str_find(text, STR("-"), &at)) {
        if (!all_digits(text) || text.len < 10 || text.len > 12 || text.at[0] != '0')
            return false;
        /* 010 and 02x are the only areas of three digits. */
        size_t area_len = text.at[1] == '1' || text.at[1] == '2' ? 3 : 4;
        area = str_slice(text, 0, area_len);
        number = str_slice(text, area_len, text.len);
    } else {
        area = str_slice(text, 0, at);
        number = str_slice(text, at + 1, text.len);
        if (str_find(number, STR("-"), &at)) {
            if (extension.len)
                return false;
            extension = str_slice(number, at + 1, number.len);
            number = str_slice(number, 0, at);
        }
    }
    if (!all_digits(area) || area.len < 3 || area.len > 4 || area.at[0] != '0' || !all_digits(number) ||
        number.len < 7 || number.len > 8)
        return false;
    if (extension.len && (!all_digits(extension) || extension.len > 6))
        return false;
    *ret = str_format(call->arena, "%.*s-%.*s%s%.*s", STR_ARG(area), STR_ARG(number),
                      extension.len ? "-" : "", (int)extension.len, extension.len ? extension.at : "");
    return true;
}

static const char *check_phone(struct call *call, struct str *text)
{
    struct str plain = without(call->arena, *text, " ");
    struct str digits = national(without(call->arena, plain, "-"));
    if (is_mobile(digits)) {
        *text = digits;
        return NULL;
    }
    if (str_starts(plain, STR("+86"))) {
        plain = str_slice(plain, 3, plain.len);
        if (plain.len && plain.at[0] == '-')
            plain = str_slice(plain, 1, plain.len);
        if (plain.len && plain.at[0] != '0')
            plain = str_format(call->arena, "0%.*s", STR_ARG(plain));
    }
    if (plain.len && plain.at[0] == '(') {
        size_t close;
        if (!str_find(plain, STR(")"), &close))
            return "fault.format.phone";
        plain = str_format(call->arena, "%.*s-%.*s", (int)close - 1, plain.at + 1,
                           (int)(plain.len - close - 1), plain.at + close + 1);
    }
    /* 7 and 8 digits: a number of the own area; 3 to 6: a hot line or a short number; 400/800: service lines.
     */
    bool local = all_digits(plain) && plain.len >= 3 && plain.len <= 8 && plain.at[0] != '0';
    bool service = all_digits(digits) && digits.len == 10 && (digits.at[0] == '4' || digits.at[0] == '8') &&
                   digits.at[1] == '0' && digits.at[2] == '0';
    if (local || service) {
        *text = local ? plain : digits;
        return NULL;
    }
    return land_line(call, plain, text) ? NULL : "fault.format.phone";
}

static const char *check_email(struct call *call, struct str *text)
{
    size_t at = 0;
    if (!str_find(*text, STR("@"), &at) || at == 0 || at > 64)
        return "fault.format.email";
    struct str local = str_slice(*text, 0, at), domain = str_slice(*text, at + 1, text->len);
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~";
    if (!all_of(local, allowed) || local.at[0] == '.' || local.at[at - 1] == '.' ||
        str_find(local, STR(".."), NULL) || !host_name(call, &domain, false))
        return "fault.format.email";
    *text = str_format(call->arena, "%.*s@%.*s", STR_ARG(local), STR_ARG(domain));
    return NULL;
}

/* Names of any people; not a number, not an address. The dot of transcribed names gets its one spelling. */
static const char *check_person_name(struct call *call, struct str *text)
{
    BUF(out, 4096);
    for (size_t at = 0; at < text->len;) {
        size_t from = at;
        uint32_t point = utf8_next(*text, &at);
        if ((point < 0x80 && strchr("0123456789@<>\\/=\"#%{}[]|;:", (int)point)) ||
            (point >= 0xff10 && point <= 0xff19))
            return "fault.format.person_name";
        if (point == 0x2022 || point == 0x2027 || point == 0x30fb || point == 0xff65 || point == 0x2e31)
            buf_add_str(&out, STR("·"));
        else
            buf_add(&out, text->at + from, at - from);
    }
    if (buf_check(&out) != ERR_OK)
        return "fault.format.person_name";
    *text = str_copy(call->arena, buf_str(&out));
    return NULL;
}

static const char *check_citizen_id(struct call *call, struct str *text)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    struct str id = upper(call->arena, without(call->arena, *text, " "));
    if (id.len != 18 || !all_digits(str_slice(id, 0, 17)) || (!is_digit(id.at[17]) && id.at[17] != 'X') ||
        id.at[0] == '0')
        return "fault.format.citizen_id";
    int32_t day;
    struct str date = str_format(call->arena, "%.4s-%.2s-%.2s", id.at + 6, id.at + 10, id.at + 12);
    if (!clock_parse_date(date, &day) || day > clock_day_of(call->now_ms ? call->now_ms : clock_now_ms()))
        return "fault.format.citizen_id_birth";
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (id.at[i] - '0') * weights[i];
    if (id.at[17] != "10X98765432"[sum % 11])
        return "fault.format.citizen_id_check";
    *text = id;
    return NULL;
}

static const char *check_luhn(struct call *call, struct str *text)
{
    struct str card = without(call->arena, *text, " -");
    if (!all_digits(card) || card.len < 11 || card.len > 19)
        return "fault.format.luhn";
    int sum = 0;
    for (size_t i = 0; i < card.len; i++) {
        int digit = card.at[card.len - 1 - i] - '0';
        if (i % 2)
            digit = digit * 2 - (digit > 4 ? 9 : 0);
        sum += digit;
    }
    if (sum % 10)
        return "fault.format.luhn_check";
    *text = card;
    return NULL;
}

static const char *check_login_name(struct call *call, struct str *text)
{
    struct str name = str_lower(call->arena, *text);
    if (name.len < 3 || name.len > 32 || !is_letter(name.at[0]) ||
        !all_of(name, "abcdefghijklmnopqrstuvwxyz0123456789._-"))
        return "fault.format.login_name";
    *text = name;
    return NULL;
}

static const char *check_password(struct call *call, struct str *text)
{
    (void)call;
    size_t many = utf8_length(*text);
    return many >= 8 && many <= 128 ? NULL : "fault.format.password";
}

/* ---- units and systems ---- */

#define USCC_LEN 18
static const char uscc_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

bool field_uscc_check(struct str code, char *ret_expected)
{
    static const int weights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    int sum = 0;
    *ret_expected = 0;
    if (code.len != USCC_LEN || !all_of(code, uscc_alphabet))
        return false;
    for (int i = 0; i < USCC_LEN - 1; i++)
        sum += (int)(strchr(uscc_alphabet, code.at[i]) - uscc_alphabet) * weights[i];
    *ret_expected = uscc_alphabet[(31 - sum % 31) % 31];
    return code.at[USCC_LEN - 1] == *ret_expected;
}

static const char *check_uscc(struct call *call, struct str *text)
{
    struct str code = upper(call->arena, without(call->arena, *text, " -"));
    char expected;
    if (code.len != USCC_LEN || !all_of(code, uscc_alphabet) || !all_digits(str_slice(code, 2, 6)))
        return "fault.format.uscc";
    *text = code;
    return field_uscc_check(code, &expected) ? NULL : "fault.format.uscc_check";
}

static const char *check_icp_no(struct call *call, struct str *text)
{
    struct str number = upper(call->arena, without(call->arena, *text, " "));
    size_t at = 0;
    bool good = take_han(number, &at) && take_word(number, &at, STR("ICP")) &&
                (take_word(number, &at, STR("备")) || take_word(number, &at, STR("证"))) &&
                take_number(number, &at, 6, 10) && take_word(number, &at, STR("号"));
    if (good && at < number.len)
        good = take_word(number, &at, STR("-")) && take_number(number, &at, 1, 4) && at == number.len;
    if (!good)
        return "fault.format.icp_no";
    *text = number;
    return NULL;
}

/* Numbers of other than 14 digits are met; only the form is refused. */
static const char *check_psb_no(struct call *call, struct str *text)
{
    struct str number = without(call->arena, *text, " ");
    size_t at = 0;
    if (!take_han(number, &at) || !take_word(number, &at, STR("公网安备")) ||
        !take_number(number, &at, 8, 18) || !take_word(number, &at, STR("号")) || at != number.len)
        return "fault.format.psb_no";
    *text = number;
    return NULL;
}

bool field_filing_no_usual(struct str number)
{
    return number.len == 17 && all_digits(str_slice(number, 0, 11)) && number.at[11] == '-' &&
           all_digits(str_slice(number, 12, 5));
}

/* Police organs print other forms too, so only what cannot be a number at all is refused. */
static const char *check_filing_no(struct call *call, struct str *text)
{
    struct str number = upper(call->arena, without(call->arena, *text, " "));
    size_t digits = 0;
    for (size_t i = 0; i < number.len; i++)
        digits += is_digit(number.at[i]);
    if (number.len < 8 || number.len > 40 || digits < 6 ||
        !all_of(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"))
        return "fault.format.filing_no";
    *text = number;
    return NULL;
}

static const char *check_gov_site_code(struct call *call, struct str *text)
{
    struct str code = str_lower(call->arena, *text);
    bool ministry = str_starts(code, STR("bm"));
    if (code.len != 10 || !all_digits(str_slice(code, ministry ? 2 : 0, 10)))
        return "fault.format.gov_site_code";
    *text = code;
    return NULL;
}

static const char *check_region_code(struct call *call, struct str *text)
{
    (void)call;
    return text->len == 6 && all_digits(*text) && text->at[0] != '0' ? NULL : "fault.format.region_code";
}

/* prefix-DIGITS-DIGITS with bounds on both numbers. */
static bool numbered(struct call *call, struct str *text, struct str prefix, size_t first[2],
                     size_t second[2])
{
    struct str number = upper(call->arena, *text);
    size_t at = 0;
    if (!take_word(number, &at, prefix) || !take_number(number, &at, first[0], first[1]) ||
        !take_word(number, &at, STR("-")) || !take_number(number, &at, second[0], second[1]) ||
        at != number.len)
        return false;
    *text = number;
    return true;
}

static const char *check_cve(struct call *call, struct str *text)
{
    return numbered(call, text, STR("CVE-"), (size_t[]){4, 4}, (size_t[]){4, 12}) ? NULL : "fault.format.cve";
}

static const char *check_cnvd(struct call *call, struct str *text)
{
    bool good = numbered(call, text, STR("CNVD-"), (size_t[]){4, 4}, (size_t[]){4, 6}) ||
                numbered(call, text, STR("CNVD-C-"), (size_t[]){4, 4}, (size_t[]){4, 7});
    return good ? NULL : "fault.format.cnvd";
}

static const char *check_cnnvd(struct call *call, struct str *text)
{
    bool good = numbered(call, text, STR("CNNVD-"), (size_t[]){6, 6}, (size_t[]){3, 6}) ||
                numbered(call, text, STR("CNNVD-"), (size_t[]){4, 4}, (size_t[]){6, 10});
    return good ? NULL : "fault.format.cnnvd";
}

static const char *check_miniapp_appid(struct call *call, struct str *text)
{
    (void)call;
    bool good = text->len == 18 && str_starts(*text, STR("wx")) &&
                all_of(str_slice(*text, 2, 16), "0123456789abcdef");
    return good ? NULL : "fault.format.miniapp_appid";
}

static const char *check_wx_origin_id(struct call *call, struct str *text)
{
    (void)call;
    bool good = text->len == 15 && str_starts(*text, STR("gh_")) &&
                all_of(str_slice(*text, 3, 12), "0123456789abcdef");
    return good ? NULL : "fault.format.wx_origin_id";
}

static const char *check_nothing(struct call *call, struct str *text)
{
    (void)call, (void)text;
    return NULL;
}

static const struct {
    const char *name;
    const char *(*check)(struct call *call, struct str *text);
} formats[] = {
    {"address", check_nothing}, /* decides the mask only */
    {"citizen_id", check_citizen_id},
    {"cnnvd", check_cnnvd},
    {"cnvd", check_cnvd},
    {"cve", check_cve},
    {"digits", check_digits},
    {"domain", check_domain},
    {"email", check_email},
    {"filing_no", check_filing_no},
    {"gov_site_code", check_gov_site_code},
    {"icp_no", check_icp_no},
    {"ip", check_ip},
    {"ip_range", check_ip_range},
    {"login_name", check_login_name},
    {"luhn", check_luhn},
    {"miniapp_appid", check_miniapp_appid},
    {"mobile", check_mobile},
    {"password", check_password},
    {"person_name", check_person_name},
    {"phone", check_phone},
    {"port", check_port},
    {"psb_no", check_psb_no},
    {"region_code", check_region_code},
    {"url", check_url},
    {"uscc", check_uscc},
    {"wx_origin_id", check_wx_origin_id},
};

static size_t format_index(const char *format)
{
    size_t at = 0;
    while (at < sizeof(formats) / sizeof(formats[0]) && strcmp(formats[at].name, format) != 0)
        at++;
    return at;
}

bool field_format_known(const char *format)
{
    return format_index(format) < sizeof(formats) / sizeof(formats[0]);
}

const char *field_format_check(struct call *call, const char *format, struct str *text)
{
    size_t at = format_index(format);
    if (at == sizeof(formats) / sizeof(formats[0])) {
        log_error("a field names the unknown format \"%s\"", format);
        return "fault.format.unknown";
    }
    return formats[at].check(call, text);
}
