/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar: working days of the State Council's yearly holiday notice. Data, versioned: a set of year files
 * {year, papers, days:[{name,date,isOffDay}]} loaded together, since a file may hold dates of a neighbouring
 * year. Dates not listed follow Monday–Friday. A year without a file falls back to the fixed statutory days
 * (1 Jan, 1–2 May, 1–3 Oct) and every result that touches it is provisional.
 * Counting: the day of receipt is not counted; due is the end of the n-th working day.
 */
#ifndef ANZE_BASE_CALENDAR_H
#define ANZE_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct calendar;

/* Builds a calendar in the arena from the texts of year files. ERR_INVALID names file index and place in why.
 */
MUST_USE enum err calendar_load(struct arena *arena, const struct str *files, size_t many,
                                struct calendar **ret, char why[160]);
/* The calendar built into the program from packs/calendar/ *.json; never NULL, shared, read-only. */
const struct calendar *calendar_builtin(void);
/* Digest of the loaded days (8 hex digits of SM3) + newest year, e.g. "2026-1a2b3c4d"; frozen into duties. */
const char *calendar_version(const struct calendar *calendar);
bool calendar_has_year(const struct calendar *calendar, int year);

bool calendar_is_workday(const struct calendar *calendar, int32_t day);
bool calendar_is_make_up(const struct calendar *calendar,
                         int32_t day); /* a weekend day that is worked: 调休上班 */
/* Name of the holiday that day belongs to, else STR_NONE. */
struct str calendar_name(const struct calendar *calendar, int32_t day);

struct calendar_due {
    int32_t day;
    bool provisional; /* the way from start to day touches a year whose notice is not loaded */
};
/* The n-th working day after start (n >= 0; 0: start itself if worked, else the next worked day). n < 0
 * counts back. */
struct calendar_due calendar_add(const struct calendar *calendar, int32_t start, int n);
/* Working days after `from` up to and including `to`; negative when `to` lies before `from`. */
int calendar_between(const struct calendar *calendar, int32_t from, int32_t to);

#endif
