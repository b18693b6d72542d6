/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. All files are read into one array with a byte for every day from the first to the last year met:
 * bits say whether a notice lists the day and whether it is off, the rest is the number of its name. Files
 * are laid over each other before anything is asked, since the notice of one year may move a day of its
 * neighbour (2022-12-31 stands in the notice for 2023). Two files that disagree about a day are refused:
 * nobody can tell which is right.
 */
#include "base/calendar.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/crypt.h"
#include "base/embed.h"
#include "base/json.h"
#include "base/log.h"

#define YEAR_LEAST 1950
#define YEAR_MOST  2200
#define NAMES_MAX  60
#define LISTED     1
#define OFF        2
#define NAME_SHIFT 2

struct calendar {
    uint8_t *days; /* LISTED | OFF | name number << NAME_SHIFT */
    int32_t first; /* day number of days[0] */
    size_t many;
    bool years[YEAR_MOST - YEAR_LEAST + 1]; /* a notice is loaded */
    struct str names[NAMES_MAX];
    size_t names_many;
    char version[24];
};

/* ---- loading ---- */

struct loading {
    struct arena *arena;
    struct calendar *calendar;
    size_t file; /* from 1 */
    char *why;
};

static enum err bad(const struct loading *load, const char *place, struct str detail)
{
    int shown = detail.len > 60 ? 60 : (int)detail.len;
    snprintf(load->why, 160, "file %zu: %s%s%.*s", load->file, place, shown ? ": " : "", shown,
             shown ? detail.at : "");
    return ERR_INVALID;
}

static enum err parse_file(const struct loading *load, struct str text, const struct json **ret,
                           int *ret_year)
{
    struct json_place place;
    if (json_parse(load->arena, text, ret, &place) != ERR_OK) {
        snprintf(load->why, 160, "file %zu, line %d, column %d: %.100s", load->file, place.line, place.column,
                 place.why);
        return ERR_INVALID;
    }
    int64_t year = json_int(json_get(*ret, "year"), 0);
    if (year < YEAR_LEAST || year > YEAR_MOST)
        return bad(load, "\"year\" must be a number from 1950 to 2200", STR_NONE);
    if (json_kind(json_get(*ret, "days")) != JSON_ARRAY)
        return bad(load, "\"days\" must be a list", STR_NONE);
    *ret_year = (int)year;
    return ERR_OK;
}

static bool number_name(struct calendar *calendar, struct arena *arena, struct str name, uint8_t *ret)
{
    for (size_t i = 0; i < calendar->names_many; i++) {
        if (str_eq(calendar->names[i], name)) {
            *ret = (uint8_t)i;
            return true;
        }
    }
    if (calendar->names_many == NAMES_MAX)
        return false;
    *ret = (uint8_t)calendar->names_many;
    calendar->names[calendar->names_many++] = str_copy(arena, name);
    return true;
}

static enum err add_day(const struct loading *load, const struct json *entry, size_t at, int file_year)
{
    struct calendar *calendar = load->calendar;
    struct str name = json_text(json_get(entry, "name")), date = json_text(json_get(entry, "date"));
    const struct json *off = json_get(entry, "isOffDay");
    const char *place = str_format(load->arena, "days[%zu]", at).at;
    int32_t day;
    int year = 0, month, mday;
    if (!clock_parse_date(date, &day))
        return bad(load, str_format(load->arena, "%s.date is not a date YYYY-MM-DD", place).at, date);
    clock_ymd(day, &year, &month, &mday);
    if (year < file_year - 1 || year > file_year + 1)
        return bad(load,
                   str_format(load->arena, "%s.date is far from the file's year %d", place, file_year).at,
                   date);
    if (json_kind(off) != JSON_BOOL)
        return bad(load, str_format(load->arena, "%s.isOffDay must be true or false", place).at, date);
    uint8_t number;
    if (name.len == 0 || name.len > 60 || !number_name(calendar, load->arena, name, &number))
        return bad(load, str_format(load->arena, "%s.name is missing, too long or one of too many", place).at,
                   date);
    uint8_t flags = (uint8_t)(LISTED | (json_bool(off, false) ? OFF : 0) | number << NAME_SHIFT);
    uint8_t *slot = &calendar->days[day - calendar->first];
    if (*slot && (*slot & OFF) != (flags & OFF))
        return bad(load, str_format(load->arena, "%s contradicts what was said before of", place).at, date);
    *slot = flags;
    return ERR_OK;
}

/* The days of all files, one line each in order of date: what two servers must agree on. */
static void set_version(struct arena *arena, struct calendar *calendar)
{
    struct crypt_sm3_state *state = crypt_sm3_start(arena);
    int newest = 0;
    for (size_t i = 0; i < calendar->many; i++) {
        if (!calendar->days[i])
            continue;
        struct clock_date date = clock_date(calendar->first + (int32_t)i);
        crypt_sm3_add(state, date.text, 10);
        crypt_sm3_add(state, calendar->days[i] & OFF ? " off\n" : " work\n", calendar->days[i] & OFF ? 5 : 6);
    }
    for (int year = YEAR_LEAST; year <= YEAR_MOST; year++)
        if (calendar->years[year - YEAR_LEAST])
            newest = year;
    struct crypt_sm3 digest = crypt_sm3_end(state);
    snprintf(calendar->version, sizeof(calendar->version), "%04d-%02x%02x%02x%02x", newest, digest.bytes[0],
             digest.bytes[1], digest.bytes[2], digest.bytes[3]);
}

static enum err add_file(struct loading *load, const struct json *root, int year)
{
    const struct json *days = json_get(root, "days");
    for (size_t i = 0; i < json_count(days); i++)
        TRY(add_day(load, json_item(days, i), i, year));
    /* A file without days is a placeholder put out before the notice. */
    bool *known = &load->calendar->years[year - YEAR_LEAST];
    if (*known && json_count(days))
        return bad(load, str_format(load->arena, "year %d is given twice", year).at, STR_NONE);
    *known = *known || json_count(days) > 0;
    return ERR_OK;
}

enum err calendar_load(struct arena *arena, const struct str *files, size_t many, struct calendar **ret,
                       char why[160])
{
    struct calendar *calendar = ARENA_NEW(arena, struct calendar);
    struct loading load = {arena, calendar, 0, why};
    const struct json **roots = ARENA_ARRAY(arena, const struct json *, many);
    int *years = ARENA_ARRAY(arena, int, many);
    int least = YEAR_MOST, most = YEAR_LEAST;
    why[0] = 0;
    for (size_t i = 0; i < many; i++) {
        load.file = i + 1;
        TRY(parse_file(&load, files[i], &roots[i], &years[i]));
        least = years[i] < least ? years[i] : least;
        most = years[i] > most ? years[i] : most;
    }
    if (many) {
        calendar->first = clock_day(least - 1, 1, 1);
        calendar->many = (size_t)(clock_day(most + 2, 1, 1) - calendar->first);
        calendar->days = ARENA_ARRAY(arena, uint8_t, calendar->many);
    }
    for (size_t i = 0; i < many; i++) {
        load.file = i + 1;
        TRY(add_file(&load, roots[i], years[i]));
    }
    set_version(arena, calendar);
    *ret = calendar;
    return ERR_OK;
}

/* ---- the calendar of the program ---- */

#define BUILTIN_FILES 64

struct collected {
    struct str files[BUILTIN_FILES];
    size_t many;
};

static pthread_once_t builtin_once = PTHREAD_ONCE_INIT;
static struct calendar *builtin;
static struct arena *builtin_arena;

static void collect(const char *path, struct str bytes, void *context)
{
    struct collected *into = context;
    if (into->many == BUILTIN_FILES || !str_ends(str_of(path), STR(".json")))
        return;
    into->files[into->many++] = bytes;
}

/* Test programs carry no embedded files; they read the tree that they were built from. */
static void collect_from_source(struct collected *into)
{
    const char *source = getenv("ANZE_SOURCE");
    for (int year = 2000; source && year <= YEAR_MOST && into->many < BUILTIN_FILES; year++) {
        const char *path = str_format(builtin_arena, "%s/packs/calendar/%d.json", source, year).at;
        FILE *file = fopen(path, "re");
        if (!file)
            continue;
        char *text = arena_alloc(builtin_arena, 65536);
        into->files[into->many++] = (struct str){text, fread(text, 1, 65536, file)};
        fclose(file);
    }
}

static void load_builtin(void)
{
    struct collected found = {0};
    char why[160];
    builtin_arena = arena_new(64 << 20);
    embed_each("packs/calendar/", collect, &found);
    if (found.many == 0)
        collect_from_source(&found);
    if (calendar_load(builtin_arena, found.files, found.many, &builtin, why) != ERR_OK)
        log_abort("the built-in calendar is damaged: %s", why);
}

const struct calendar *calendar_builtin(void)
{
    pthread_once(&builtin_once, load_builtin);
    return builtin;
}

/* ---- asking ---- */

const char *calendar_version(const struct calendar *calendar)
{
    return calendar->version;
}

bool calendar_has_year(const struct calendar *calendar, int year)
{
    return year >= YEAR_LEAST && year <= YEAR_MOST && calendar->years[year - YEAR_LEAST];
}

static uint8_t flags_of(const struct calendar *calendar, int32_t day)
{
    int64_t at = (int64_t)day - calendar->first;
    return at >= 0 && (uint64_t)at < calendar->many ? calendar->days[at] : 0;
}

/* The fixed days of the regulation on public holidays; those of the lunar calendar are not computed. */
static struct str statutory(const struct calendar *calendar, int32_t day)
{
    int year, month, mday;
    clock_ymd(day, &year, &month, &mday);
    if (calendar_has_year(calendar, year))
        return STR_NONE;
    if (month == 1 && mday == 1)
        return STR("元旦");
    if (month == 5 && mday <= 2)
        return STR("劳动节");
    if (month == 10 && mday <= 3)
        return STR("国庆节");
    return STR_NONE;
}

bool calendar_is_workday(const struct calendar *calendar, int32_t day)
{
    uint8_t flags = flags_of(calendar, day);
    if (flags)
        return !(flags & OFF);
    return clock_weekday(day) <= 5 && statutory(calendar, day).len == 0;
}

bool calendar_is_make_up(const struct calendar *calendar, int32_t day)
{
    uint8_t flags = flags_of(calendar, day);
    return flags && !(flags & OFF) && clock_weekday(day) > 5;
}

struct str calendar_name(const struct calendar *calendar, int32_t day)
{
    uint8_t flags = flags_of(calendar, day);
    return flags ? calendar->names[flags >> NAME_SHIFT] : statutory(calendar, day);
}

static bool is_provisional(const struct calendar *calendar, int32_t from, int32_t to)
{
    int first, last, month, mday;
    clock_ymd(from < to ? from : to, &first, &month, &mday);
    clock_ymd(from < to ? to : from, &last, &month, &mday);
    for (int year = first; year <= last; year++)
        if (!calendar_has_year(calendar, year))
            return true;
    return false;
}

struct calendar_due calendar_add(const struct calendar *calendar, int32_t start, int n)
{
    /* The dates that can be written; a walk out of them ends there. */
    const int32_t least = clock_day(1900, 1, 1), most = clock_day(9999, 12, 31);
    int step = n < 0 ? -1 : 1;
    int64_t left = n < 0 ? -(int64_t)n : n;
    int32_t day = start;
    if (left == 0)
        while (day < most && !calendar_is_workday(calendar, day))
            day++;
    while (left > 0 && day + step >= least && day + step <= most) {
        day += step;
        left -= calendar_is_workday(calendar, day);
    }
    return (struct calendar_due){day, left > 0 || is_provisional(calendar, start, day)};
}

int calendar_between(const struct calendar *calendar, int32_t from, int32_t to)
{
    if (to < from)
        return -calendar_between(calendar, to, from);
    int many = 0;
    for (int32_t day = from; day < to;)
        many += calendar_is_workday(calendar, ++day);
    return many;
}
