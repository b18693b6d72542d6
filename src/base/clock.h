/* SPDX-License-Identifier: Apache-2.0
 *
 * clock: integers, UTC, unit in the name; shown as +08:00 (China has no summer time).
 * ANZE_NOW=2026-09-30T09:00:00 in the environment shifts the clock for drills and tests: the process starts
 * at that +08:00 time and runs on from there. `anze serve` says so in the ledger and `anze doctor` warns.
 */
#ifndef ANZE_BASE_CLOCK_H
#define ANZE_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

#define CLOCK_DAY_MS   86400000LL
#define CLOCK_CHINA_MS (8 * 3600 * 1000LL)

int64_t clock_now_ms(void);
bool clock_is_shifted(void);
int64_t clock_monotonic_us(void); /* for durations only */

/* A date is "YYYY-MM-DD" in text, and a day number (days since 1970-01-01) in arithmetic. */
bool clock_parse_date(struct str text, int32_t *ret_day); /* strict: real dates, years 1900–9999 */
struct clock_date {
    char text[11];
};
struct clock_date clock_date(int32_t day);
int32_t clock_day_of(int64_t ms);                  /* the day in China at that instant */
int64_t clock_ms_of_day(int32_t day);              /* 00:00 +08:00 of that day */
int clock_weekday(int32_t day);                    /* 1 Monday … 7 Sunday */
int32_t clock_add_months(int32_t day, int months); /* end of month clamped: 11-30 + 3 -> 02-28/29 */
void clock_ymd(int32_t day, int *year, int *month, int *mday);
int32_t clock_day(int year, int month, int mday);
struct str clock_rfc3339(struct arena *arena, int64_t ms); /* 2026-09-30T09:00:00.000+08:00 */

#endif
