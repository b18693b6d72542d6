/* SPDX-License-Identifier: Apache-2.0
 *
 * Named formats: units, systems, numbers of filings and weaknesses, and the table of all. Check character of
 * the credit code by GB 32100-2015 (MOD 31).
 */
#include "base/field.h"

#include <string.h>
#include "base/field_chars.h"
#include "base/field_inner.h"
#include "base/log.h"

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
    {"citizen_id", field_check_citizen_id},
    {"cnnvd", check_cnnvd},
    {"cnvd", check_cnvd},
    {"cve", check_cve},
    {"digits", field_check_digits},
    {"domain", field_check_domain},
    {"email", field_check_email},
    {"filing_no", check_filing_no},
    {"gov_site_code", check_gov_site_code},
    {"icp_no", check_icp_no},
    {"ip", field_check_ip},
    {"ip_range", field_check_ip_range},
    {"login_name", field_check_login_name},
    {"luhn", field_check_luhn},
    {"miniapp_appid", check_miniapp_appid},
    {"mobile", field_check_mobile},
    {"password", field_check_password},
    {"person_name", field_check_person_name},
    {"phone", field_check_phone},
    {"port", field_check_port},
    {"psb_no", check_psb_no},
    {"region_code", check_region_code},
    {"url", field_check_url},
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
