/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <stdio.h>

#include "base/clock.h"

static const char *const kind_names[] = {"none", "working_days", "days", "months", "date", "period", NULL};
const struct field_enum rules_due_kind_enum = {"due_kind", kind_names, NULL};

const char *rules_due_kind_name(enum rules_due_kind kind)
{
    return kind_names[kind];
}

int32_t rules_day(struct str date)
{
    int32_t day;
    return clock_parse_date(date, &day) ? day : RULES_DAY_NONE;
}

struct rules_period rules_period_of(enum rules_every every, int32_t day)
{
    struct rules_period period = {"", clock_day(1900, 1, 1), clock_day(9999, 12, 31)};
    int year, month, mday, first = 1, months = 12;
    clock_ymd(day, &year, &month, &mday);
    switch (every) {
    case RULES_ONCE:
        return period;
    case RULES_YEAR:
        snprintf(period.name, sizeof period.name, "%04d", year % 10000);
        break;
    case RULES_HALF_YEAR:
        months = 6;
        first = month <= 6 ? 1 : 7;
        snprintf(period.name, sizeof period.name, "%04d-H%d", year % 10000, first == 1 ? 1 : 2);
        break;
    case RULES_QUARTER:
        months = 3;
        first = (month - 1) / 3 * 3 + 1;
        snprintf(period.name, sizeof period.name, "%04d-Q%d", year % 10000, (first + 2) / 3 % 10);
        break;
    case RULES_MONTH:
        months = 1;
        first = month;
        snprintf(period.name, sizeof period.name, "%04d-%02d", year % 10000, month % 100);
        break;
    }
    period.first = clock_day(year, first, 1);
    period.last = clock_add_months(period.first, months) - 1;
    return period;
}

bool rules_period_parse(enum rules_every every, struct str name, struct rules_period *ret)
{
    int64_t year, part = 1;
    if (every == RULES_ONCE) {
        *ret = rules_period_of(every, 0);
        return name.len == 0;
    }
    if (!str_to_int(str_slice(name, 0, 4), &year))
        return false;
    size_t digits_at = every == RULES_MONTH ? 5 : 6;
    if (every != RULES_YEAR && !str_to_int(str_slice(name, digits_at, 2), &part))
        return false;
    int64_t months = every == RULES_HALF_YEAR ? 6 : every == RULES_QUARTER ? 3 : 1;
    int64_t month = every == RULES_YEAR ? 1 : (part - 1) * months + 1;
    if (month < 1 || month > 12)
        return false;
    *ret = rules_period_of(every, clock_day((int)year, (int)month, 1));
    return str_is(name, ret->name);
}

struct calendar_due rules_due_count(const struct calendar *calendar, struct str kind, int32_t from, int64_t n,
                                    int64_t extension, int32_t not_before)
{
    struct calendar_due due = {from, false};
    if (str_is(kind, "working_days"))
        due = calendar_add(calendar, from, (int)n);
    else if (str_is(kind, "days"))
        due = calendar_add(calendar, from + (int32_t)n, 0); /* a term of calendar days ends on a worked day */
    else if (str_is(kind, "months"))
        due = calendar_add(calendar, clock_add_months(from, (int)n), 0);
    else
        due.day = (int32_t)n; /* date, period: n is the day itself */
    if (extension > 0) {
        struct calendar_due more = calendar_add(calendar, due.day, (int)extension);
        due = (struct calendar_due){more.day, due.provisional || more.provisional};
    }
    if (not_before != RULES_DAY_NONE && due.day < not_before)
        due = (struct calendar_due){not_before, false};
    return due;
}
