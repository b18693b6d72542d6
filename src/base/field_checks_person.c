/* SPDX-License-Identifier: Apache-2.0
 *
 * Named formats: people, telephones, cards, log-ins. Check digits by GB 11643-1999 (ISO 7064 MOD 11-2) and
 * ISO/IEC 7812-1.
 */
#include "base/field.h"

#include <string.h>
#include "base/clock.h"
#include "base/field_chars.h"
#include "base/field_inner.h"

const char *field_check_digits(struct call *call, struct str *text)
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

const char *field_check_mobile(struct call *call, struct str *text)
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

const char *field_check_phone(struct call *call, struct str *text)
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

const char *field_check_email(struct call *call, struct str *text)
{
    size_t at = 0;
    if (!str_find(*text, STR("@"), &at) || at == 0 || at > 64)
        return "fault.format.email";
    struct str local = str_slice(*text, 0, at), domain = str_slice(*text, at + 1, text->len);
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~";
    if (!all_of(local, allowed) || local.at[0] == '.' || local.at[at - 1] == '.' ||
        str_find(local, STR(".."), NULL) || !field_host_name(call, &domain, false))
        return "fault.format.email";
    *text = str_format(call->arena, "%.*s@%.*s", STR_ARG(local), STR_ARG(domain));
    return NULL;
}

/* Names of any people; not a number, not an address. The dot of transcribed names gets its one spelling. */
const char *field_check_person_name(struct call *call, struct str *text)
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

const char *field_check_citizen_id(struct call *call, struct str *text)
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

const char *field_check_luhn(struct call *call, struct str *text)
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

const char *field_check_login_name(struct call *call, struct str *text)
{
    struct str name = str_lower(call->arena, *text);
    if (name.len < 3 || name.len > 32 || !is_letter(name.at[0]) ||
        !all_of(name, "abcdefghijklmnopqrstuvwxyz0123456789._-"))
        return "fault.format.login_name";
    *text = name;
    return NULL;
}

const char *field_check_password(struct call *call, struct str *text)
{
    (void)call;
    size_t many = utf8_length(*text);
    return many >= 8 && many <= 128 ? NULL : "fault.format.password";
}
