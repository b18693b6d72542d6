/* SPDX-License-Identifier: Apache-2.0
 * Source: ECMA-376 part 1, 18.8.30 (built-in number formats) and 18.17.4 (dates and times). */
#include "helpers/paper/xlsx.h"
#include "base/clock.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_MAX 2958466.0 /* 10000-01-01 */
#define EXACT_MAX  1e15      /* Excel keeps 15 digits: a longer number has lost its tail */

static enum paper_xlsx_shows shows_built_in(int64_t id)
{
    if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) ||
        id == 57 || id == 58)
        return PAPER_SHOWS_DATE;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56)
        return PAPER_SHOWS_TIME;
    return PAPER_SHOWS_NUMBER;
}

enum paper_xlsx_shows paper_xlsx_shows(int64_t id, struct str code)
{
    bool date = false, time = false, minutes = false;
    if (code.len == 0)
        return shows_built_in(id);
    for (size_t i = 0; i < code.len && code.at[i] != ';'; i++) {
        char c = code.at[i];
        if (c == '"') {
            for (i++; i < code.len && code.at[i] != '"'; i++)
                ;
        } else if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '[') {
            size_t from = i + 1;
            for (; i < code.len && code.at[i] != ']'; i++)
                ;
            time = time || (i > from && memchr("hHmMsS", code.at[from], 6) &&
                            (i == from + 1 || code.at[from + 1] == code.at[from]));
        } else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D') {
            date = true;
        } else if (c == 'h' || c == 'H' || c == 's' || c == 'S') {
            time = true;
        } else if (c == 'm' || c == 'M') {
            minutes = true; /* months or minutes: the others decide */
        } else if (c == '0' || c == '#' || c == '?' || c == '@') {
            if (!time) /* seconds may have decimals: ss.00 */
                return PAPER_SHOWS_NUMBER;
        } else if (c == 'G' || c == 'g') {
            return PAPER_SHOWS_NUMBER; /* General */
        }
    }
    return date || (minutes && !time) ? PAPER_SHOWS_DATE : time ? PAPER_SHOWS_TIME : PAPER_SHOWS_NUMBER;
}

static struct str plain_number(double value, char buf[40], enum paper_cell_kind *ret_kind)
{
    int len;
    *ret_kind = PAPER_NUMBER;
    if (fabs(value) >= EXACT_MAX)
        len = snprintf(buf, 40, "%.14E", value);
    else if (value == floor(value))
        len = snprintf(buf, 40, "%.0f", value);
    else
        len = snprintf(buf, 40, "%.15g", value);
    return (struct str){buf, len > 0 && len < 40 ? (size_t)len : 0};
}

struct str paper_xlsx_number(const struct paper_xlsx *book, struct str raw, enum paper_xlsx_shows shows,
                             char buf[40], enum paper_cell_kind *ret_kind)
{
    char text[64];
    raw = str_trim(raw);
    *ret_kind = PAPER_TEXT;
    if (raw.len == 0 || raw.len >= sizeof text)
        return raw;
    memcpy(text, raw.at, raw.len);
    text[raw.len] = '\0';
    char *end = NULL;
    double value = strtod(text, &end);
    if (*end != '\0' || !isfinite(value))
        return raw;
    if (value == 0)
        value = 0; /* not -0 */
    if (shows == PAPER_SHOWS_NUMBER || value < 0 || value >= SERIAL_MAX ||
        (shows == PAPER_SHOWS_TIME && value >= 1))
        return plain_number(value, buf, ret_kind);
    int64_t seconds = llround(value * 86400), days = seconds / 86400;
    seconds %= 86400;
    int len;
    *ret_kind = PAPER_DATE;
    if (shows == PAPER_SHOWS_TIME || (days == 0 && value < 1)) {
        len = snprintf(buf, 40, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                       (int)(seconds % 60));
        return (struct str){buf, (size_t)len};
    }
    /* The 1900 system counts a 29 February 1900 that never was: before it every number is one day off. */
    int64_t day = book->from_1904 ? days - 24107 : days - (days < 60 ? 25568 : 25569);
    struct clock_date date = clock_date((int32_t)day);
    len = seconds == 0 ? snprintf(buf, 40, "%s", date.text)
                       : snprintf(buf, 40, "%s %02d:%02d:%02d", date.text, (int)(seconds / 3600),
                                  (int)(seconds / 60 % 60), (int)(seconds % 60));
    return (struct str){buf, (size_t)len};
}

bool paper_xlsx_reference(struct str text, int64_t *ret_row, int64_t *ret_column)
{
    size_t i = 0;
    int64_t column = 0, row = 0;
    for (; i < text.len &&
           ((text.at[i] >= 'A' && text.at[i] <= 'Z') || (text.at[i] >= 'a' && text.at[i] <= 'z'));
         i++) {
        column = column * 26 + ((text.at[i] & 0x5F) - 'A' + 1);
        if (column > 100000)
            return false;
    }
    if (i == 0)
        return false;
    for (; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || row > (int64_t)1 << 40)
            return false;
        row = row * 10 + (text.at[i] - '0');
    }
    *ret_row = row;
    *ret_column = column - 1;
    return true;
}
