/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_doctor.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "helpers/paper.h"
#include "helpers/press.h"
#include "rules/rules.h"

#define GIB (1024LL * 1024 * 1024)

static struct str number(struct doctor *doctor, int64_t n)
{
    return str_format(doctor->call->arena, "%lld", (long long)n);
}

/* ---- files that only the owner may read ---- */

void app_doctor_files(struct doctor *doctor)
{
    static const char *const secret[] = {"",           "anze.db",      "anze.db-wal", "ledger.key",
                                         "factor.key", "accounts.txt", "config.json", "attachments",
                                         NULL};
    struct arena *arena = doctor->call->arena;
    int open = 0;
    for (size_t i = 0; secret[i]; i++) {
        const char *path =
            str_format(arena, "%s%s%s", doctor->app->data_dir, *secret[i] ? "/" : "", secret[i]).at;
        struct stat about;
        if (stat(path, &about) != 0)
            continue;
        bool folder = S_ISDIR(about.st_mode);
        /* Inside a closed folder nothing is open, but a file is moved or copied some day. */
        if (about.st_mode & 077 && ++open)
            app_doctor_note(
                doctor, "files", *secret[i] && !strcmp(secret[i], "attachments") ? DOCTOR_WARN : DOCTOR_BAD,
                "files.open", str_of(path), str_format(arena, "%03o", (unsigned)(about.st_mode & 0777)),
                folder ? STR("700") : STR("600"));
    }
    if (!open)
        app_doctor_note(doctor, "files", DOCTOR_GOOD, "files.good", str_of(doctor->app->data_dir), STR_NONE,
                        STR_NONE);
    const char *key = str_format(arena, "%s/ledger.key", doctor->app->data_dir).at;
    if (access(key, F_OK) != 0)
        app_doctor_note(doctor, "files", DOCTOR_BAD, "files.no_key", str_of(key), STR_NONE, STR_NONE);
}

/* ---- the confined programs, tried ---- */

static void try_paper(struct doctor *doctor)
{
    char path[] = "/tmp/anze-doctor-XXXXXX";
    struct paper_marks marks;
    struct call call = {
        .arena = doctor->call->arena, .now_ms = doctor->call->now_ms, .lang = doctor->call->lang};
    int fd = mkstemp(path);
    static const char text[] = "机密★10年\n示例\n";
    bool good = fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)(sizeof text - 1) &&
                paper_scan_marks(&call, path, &marks) == ERR_OK && marks.found;
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    app_doctor_note(doctor, "helpers", good ? DOCTOR_GOOD : DOCTOR_BAD, good ? "helpers.good" : "helpers.bad",
                    STR("anze-paper"), STR_NONE, STR_NONE);
}

void app_doctor_helpers(struct doctor *doctor)
{
    static const char page[] =
        "{\"kind\":\"document\",\"title\":\"关于自检的通知\",\"mark\":[\"示例县数据局文件\"],\"to\":"
        "\"各单位\","
        "\"body\":[\"自检。\",{\"h\":1,\"text\":\"一、自检\"},{\"h\":2,\"text\":\"（一）自检\"}],"
        "\"signer\":\"示例县数据局\",\"date\":\"2026-01-01\"}";
    struct call call = {
        .arena = doctor->call->arena, .now_ms = doctor->call->now_ms, .lang = doctor->call->lang};
    struct press_report report = {0};
    struct str bytes;
    bool good = press_render(&call, str_of(page), PRESS_PDF, &bytes, &report) == ERR_OK;
    try_paper(doctor);
    app_doctor_note(doctor, "helpers", good ? DOCTOR_GOOD : DOCTOR_BAD, good ? "helpers.good" : "helpers.bad",
                    STR("anze-press"), STR_NONE, STR_NONE);
    if (good && report.missing_many)
        app_doctor_note(doctor, "fonts", DOCTOR_BAD, "fonts.missing",
                        number(doctor, (int64_t)report.missing_many), STR_NONE, STR_NONE);
    else if (good && report.standing_in.len)
        app_doctor_note(doctor, "fonts", DOCTOR_WARN, "fonts.standing_in", report.standing_in, STR_NONE,
                        STR_NONE);
    else if (good)
        app_doctor_note(doctor, "fonts", DOCTOR_GOOD, "fonts.good", STR_NONE, STR_NONE, STR_NONE);
}

/* ---- time ---- */

void app_doctor_clock(struct doctor *doctor)
{
    if (clock_is_shifted())
        app_doctor_note(doctor, "clock", DOCTOR_BAD, "clock.shifted",
                        clock_rfc3339(doctor->call->arena, doctor->call->now_ms), STR_NONE, STR_NONE);
    else
        app_doctor_note(doctor, "clock", DOCTOR_GOOD, "clock.good",
                        clock_rfc3339(doctor->call->arena, doctor->call->now_ms), STR_NONE, STR_NONE);
}

/* The notice for a year comes in the autumn before; from December on its absence makes due dates provisional.
 */
void app_doctor_calendar(struct doctor *doctor)
{
    int year, month, day;
    clock_ymd(clock_day_of(doctor->call->now_ms), &year, &month, &day);
    const struct calendar *calendar = rules_calendar();
    struct str version = str_of(calendar_version(calendar));
    if (!calendar_has_year(calendar, year))
        app_doctor_note(doctor, "calendar", DOCTOR_BAD, "calendar.missing", number(doctor, year), version,
                        STR_NONE);
    else if (month == 12 && !calendar_has_year(calendar, year + 1))
        app_doctor_note(doctor, "calendar", DOCTOR_WARN, "calendar.missing", number(doctor, year + 1),
                        version, STR_NONE);
    else
        app_doctor_note(doctor, "calendar", DOCTOR_GOOD, "calendar.good", version, STR_NONE, STR_NONE);
}

/* ---- how it is reached: the options that `serve` is given ---- */

static bool is_loopback(struct str listen)
{
    return str_starts(listen, STR("127.")) || str_starts(listen, STR("[::1]")) ||
           str_starts(listen, STR("localhost:"));
}

void app_doctor_network(struct doctor *doctor)
{
    struct str listen = str_of(doctor->args->listen ? doctor->args->listen : "127.0.0.1:8080");
    const char *key = doctor->args->tls_key;
    struct stat about;
    if (!is_loopback(listen) && !doctor->args->tls_cert)
        app_doctor_note(doctor, "network", DOCTOR_BAD, "network.plain", listen, STR_NONE, STR_NONE);
    else
        app_doctor_note(doctor, "network", DOCTOR_GOOD,
                        doctor->args->tls_cert ? "network.tls" : "network.loopback", listen, STR_NONE,
                        STR_NONE);
    if (doctor->args->tls_cert && access(doctor->args->tls_cert, R_OK) != 0)
        app_doctor_note(doctor, "network", DOCTOR_BAD, "network.unreadable", str_of(doctor->args->tls_cert),
                        STR_NONE, STR_NONE);
    if (key && stat(key, &about) != 0)
        app_doctor_note(doctor, "network", DOCTOR_BAD, "network.unreadable", str_of(key), STR_NONE, STR_NONE);
    else if (key && about.st_mode & 077)
        app_doctor_note(doctor, "network", DOCTOR_BAD, "files.open", str_of(key),
                        str_format(doctor->call->arena, "%03o", (unsigned)(about.st_mode & 0777)),
                        STR("600"));
}

/* ---- where it lies ---- */

/* A lock or a sync over the network is a promise of another machine. */
static bool is_network_disk(int64_t kind)
{
    return kind == 0x6969 || kind == 0xff534d42 || kind == 0x517b || kind == 0xfe534d42 || kind == 0x01021997;
}

void app_doctor_disk(struct doctor *doctor)
{
    struct statvfs space;
    struct statfs disk;
    struct arena *arena = doctor->call->arena;
    struct str where = str_of(doctor->app->data_dir);
    if (statvfs(doctor->app->data_dir, &space) != 0 || statfs(doctor->app->data_dir, &disk) != 0)
        return;
    int64_t free_bytes = (int64_t)(space.f_bavail * space.f_frsize),
            all = (int64_t)(space.f_blocks * space.f_frsize);
    struct str left = str_format(arena, "%.1f", (double)free_bytes / (double)GIB);
    struct str share = number(doctor, all > 0 ? free_bytes * 100 / all : 0);
    if (free_bytes < GIB / 2)
        app_doctor_note(doctor, "disk", DOCTOR_BAD, "disk.full", where, left, share);
    else if (free_bytes < 5 * GIB || free_bytes * 10 < all)
        app_doctor_note(doctor, "disk", DOCTOR_WARN, "disk.short", where, left, share);
    else
        app_doctor_note(doctor, "disk", DOCTOR_GOOD, "disk.good", where, left, share);
    if (is_network_disk((int64_t)disk.f_type) && strncmp(doctor->app->db_where, "postgres", 8) != 0)
        app_doctor_note(doctor, "disk", DOCTOR_BAD, "disk.network", where, STR_NONE, STR_NONE);
}
