/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Day numbers and civil dates are turned into each other by counting years from 1 March of year 0, so
 * that the leap day is the last of its year; 400 such years are 146097 days. No library time zone is
 * involved.
 */
#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"

#define ERA_DAYS    146097
#define EPOCH_SHIFT 719468 /* days from 0000-03-01 to 1970-01-01 */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int64_t shift_ms;
static bool shifted;

static int64_t machine_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Digits only: strtol would take signs and blanks. -1 when one is none. */
static int digits(const char *at, size_t many)
{
    int value = 0;
    for (size_t i = 0; i < many; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

static bool parse_time(const char *text, int *ret_second)
{
    if (strlen(text) != 8 || text[2] != ':' || text[5] != ':')
        return false;
    int hour = digits(text, 2), minute = digits(text + 3, 2), second = digits(text + 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *ret_second = hour * 3600 + minute * 60 + second;
    return true;
}

static void read_shift(void)
{
    const char *text = getenv("ANZE_NOW");
    if (!text || !*text)
        return;
    int32_t day;
    int second;
    if (strlen(text) != 19 || text[10] != 'T' || !clock_parse_date((struct str){text, 10}, &day) ||
        !parse_time(text + 11, &second))
        log_abort("ANZE_NOW is not a time of the form 2026-09-30T09:00:00: unset it or correct it");
    shift_ms = clock_ms_of_day(day) + second * 1000LL - machine_ms();
    shifted = true;
}

int64_t clock_now_ms(void)
{
    pthread_once(&once, read_shift);
    return machine_ms() + shift_ms;
}

bool clock_is_shifted(void)
{
    pthread_once(&once, read_shift);
    return shifted;
}

int64_t clock_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int32_t clock_day(int year, int month, int mday)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * ERA_DAYS + day_of_era - EPOCH_SHIFT);
}

void clock_ymd(int32_t day, int *year, int *month, int *mday)
{
    int64_t z = (int64_t)day + EPOCH_SHIFT;
    int64_t era = floor_div(z, ERA_DAYS);
    int64_t doe = z - era * ERA_DAYS;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *mday = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static int month_length(int year, int month)
{
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return lengths[month - 1] + (month == 2 && leap);
}

bool clock_parse_date(struct str text, int32_t *ret_day)
{
    if (text.len != 10 || text.at[4] != '-' || text.at[7] != '-')
        return false;
    int year = digits(text.at, 4), month = digits(text.at + 5, 2), mday = digits(text.at + 8, 2);
    if (year < 1900 || month < 1 || month > 12 || mday < 1 || mday > month_length(year, month))
        return false;
    *ret_day = clock_day(year, month, mday);
    return true;
}

static void two(char *to, int value)
{
    to[0] = (char)('0' + value / 10 % 10);
    to[1] = (char)('0' + value % 10);
}

struct clock_date clock_date(int32_t day)
{
    int year, month, mday;
    clock_ymd(day, &year, &month, &mday);
    if (year < 0 || year > 9999)
        year = year < 0 ? 0 : 9999;
    struct clock_date date = {"0000-00-00"};
    two(date.text, year / 100);
    two(date.text + 2, year % 100);
    two(date.text + 5, month);
    two(date.text + 8, mday);
    return date;
}

int32_t clock_day_of(int64_t ms)
{
    return (int32_t)floor_div(ms + CLOCK_CHINA_MS, CLOCK_DAY_MS);
}

int64_t clock_ms_of_day(int32_t day)
{
    return day * CLOCK_DAY_MS - CLOCK_CHINA_MS;
}

int clock_weekday(int32_t day)
{
    /* 1970-01-01 was a Thursday. */
    return (int)(((int64_t)day % 7 + 7 + 3) % 7) + 1;
}

int32_t clock_add_months(int32_t day, int months)
{
    int year, month, mday;
    clock_ymd(day, &year, &month, &mday);
    int64_t total = (int64_t)year * 12 + month - 1 + months;
    int64_t to_year = floor_div(total, 12);
    int to_month = (int)(total - to_year * 12) + 1;
    int last = month_length((int)to_year, to_month);
    return clock_day((int)to_year, to_month, mday < last ? mday : last);
}

struct str clock_rfc3339(struct arena *arena, int64_t ms)
{
    int32_t day = clock_day_of(ms);
    int rest = (int)(ms - clock_ms_of_day(day));
    return str_format(arena, "%sT%02d:%02d:%02d.%03d+08:00", clock_date(day).text, rest / 3600000,
                      rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
}
