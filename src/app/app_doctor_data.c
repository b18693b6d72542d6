/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_doctor.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access.h"
#include "base/clock.h"

#define UNSEALED_MS (10 * 60 * 1000LL)

static struct str number(struct doctor *doctor, int64_t n)
{
    return str_format(doctor->call->arena, "%lld", (long long)n);
}

/* -1 when it cannot be asked: a table of a newer program is missing, say. */
#define ask(doctor, sql, ...)                                                                                \
    ({                                                                                                       \
        int64_t ask_got_ = -1;                                                                               \
        if (db_get_int((doctor)->call, &ask_got_, -1, sql __VA_OPT__(, ) __VA_ARGS__) != ERR_OK)             \
            ask_got_ = -1;                                                                                   \
        ask_got_;                                                                                            \
    })

/* ---- the engine ---- */

static struct str setting(struct doctor *doctor, enum err word, struct db_rows *rows)
{
    return word == ERR_OK ? db_col_copy(doctor->call, rows, 0) : STR_NONE;
}

static void check_postgres(struct doctor *doctor)
{
    struct call *call = doctor->call;
    DB_ROWS(encoding);
    DB_ROWS(collation);
    struct str has = setting(
        doctor,
        db_one(call, &encoding,
               "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"),
        &encoding);
    struct str collate = setting(
        doctor,
        db_one(call, &collation, "SELECT datcollate FROM pg_database WHERE datname = current_database()"),
        &collation);
    static const char *const must_be_on[] = {"fsync", "synchronous_commit", "full_page_writes"};
    if (!str_is(has, "UTF8"))
        app_doctor_note(doctor, "database", DOCTOR_BAD, "database.encoding", has, STR_NONE, STR_NONE);
    if (!str_is(collate, "C") && !str_starts(collate, STR("C.")))
        app_doctor_note(doctor, "database", DOCTOR_WARN, "database.collation", collate, STR_NONE, STR_NONE);
    for (size_t i = 0; i < sizeof(must_be_on) / sizeof(must_be_on[0]); i++) {
        DB_ROWS(rows);
        struct str value = setting(
            doctor,
            db_one(call, &rows, "SELECT setting FROM pg_settings WHERE name = $1", db_c(must_be_on[i])),
            &rows);
        if (str_is(value, "off"))
            app_doctor_note(doctor, "database", DOCTOR_BAD, "database.unsafe", str_of(must_be_on[i]), value,
                            STR_NONE);
    }
}

static void check_sqlite(struct doctor *doctor)
{
    DB_ROWS(rows);
    struct str verdict = setting(doctor, db_one(doctor->call, &rows, "PRAGMA integrity_check(1)"), &rows);
    if (!str_is(verdict, "ok"))
        app_doctor_note(doctor, "database", DOCTOR_BAD, "database.damaged", verdict, STR_NONE, STR_NONE);
}

void app_doctor_database(struct doctor *doctor)
{
    int before = doctor->bad + doctor->warn;
    bool pg = db_is_pg(doctor->app->db);
    (pg ? check_postgres : check_sqlite)(doctor);
    if (doctor->bad + doctor->warn == before)
        app_doctor_note(doctor, "database", DOCTOR_GOOD, "database.good",
                        pg ? STR("PostgreSQL") : STR("SQLite"), STR_NONE, STR_NONE);
}

/* ---- accounts ---- */

void app_doctor_accounts(struct doctor *doctor)
{
    struct call *call = doctor->call;
    int before = doctor->bad + doctor->warn;
    const char *list = str_format(call->arena, "%s/accounts.txt", doctor->app->data_dir).at;
    static const struct {
        unsigned role;
        const char *key;
    } needed[] = {
        {ROLE_SYS_ADMIN, "sys_admin"}, {ROLE_SEC_ADMIN, "sec_admin"}, {ROLE_AUDIT_ADMIN, "audit_admin"}};
    struct stat about;
    if (stat(list, &about) == 0)
        app_doctor_note(doctor, "accounts", DOCTOR_WARN, "accounts.demo", str_of(list), STR_NONE, STR_NONE);
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (ask(doctor, "SELECT COUNT(*) FROM access_user WHERE disabled = 0 AND roles = $1",
                db_int(needed[i].role)) == 0)
            app_doctor_note(doctor, "accounts", DOCTOR_WARN, "accounts.nobody", str_of(needed[i].key),
                            STR_NONE, STR_NONE);
    int64_t waiting =
        ask(doctor,
            "SELECT COUNT(*) FROM access_user WHERE disabled = 0 AND must_change = 1 AND login_at_ms IS NULL"
            " AND created_at_ms < $1",
            db_int(call->now_ms - 30 * CLOCK_DAY_MS));
    if (waiting > 0)
        app_doctor_note(doctor, "accounts", DOCTOR_WARN, "accounts.waiting", number(doctor, waiting),
                        STR_NONE, STR_NONE);
    int64_t unused = ask(doctor, "SELECT COUNT(*) FROM access_user WHERE disabled = 0 AND login_at_ms < $1",
                         db_int(call->now_ms - 180 * CLOCK_DAY_MS));
    if (unused > 0)
        app_doctor_note(doctor, "accounts", DOCTOR_WARN, "accounts.unused", number(doctor, unused), STR_NONE,
                        STR_NONE);
    if (doctor->bad + doctor->warn == before)
        app_doctor_note(doctor, "accounts", DOCTOR_GOOD, "accounts.good", STR_NONE, STR_NONE, STR_NONE);
}

/* ---- the ledger: sealed, and a head of it kept elsewhere ---- */

void app_doctor_ledger(struct doctor *doctor)
{
    struct call *call = doctor->call;
    int before = doctor->bad + doctor->warn;
    /* An entry newer than every head of its chain, and not just written. */
    int64_t open = ask(
        doctor,
        "SELECT COUNT(*) FROM ledger_entry e WHERE e.at_ms < $1 AND e.seq > COALESCE((SELECT MAX(h.seq) FROM"
        " ledger_head h WHERE h.chain = e.chain), 0)",
        db_int(call->now_ms - UNSEALED_MS));
    int64_t newest = ask(doctor, "SELECT MAX(at_ms) FROM ledger_entry");
    const char *mark = str_format(call->arena, "%s/" APP_HEAD_MARK, doctor->app->data_dir).at;
    struct stat about;
    if (open > 0)
        app_doctor_note(doctor, "ledger", DOCTOR_BAD, "ledger.unsealed", number(doctor, open), STR_NONE,
                        STR_NONE);
    if (newest > call->now_ms + 5 * 60 * 1000)
        app_doctor_note(doctor, "ledger", DOCTOR_BAD, "ledger.future", clock_rfc3339(call->arena, newest),
                        STR_NONE, STR_NONE);
    if (stat(mark, &about) != 0)
        app_doctor_note(doctor, "ledger", DOCTOR_WARN, "ledger.never_exported", STR_NONE, STR_NONE, STR_NONE);
    else if ((int64_t)about.st_mtime * 1000 < clock_now_ms() - 30 * CLOCK_DAY_MS)
        app_doctor_note(doctor, "ledger", DOCTOR_WARN, "ledger.long_ago",
                        str_of(clock_date(clock_day_of((int64_t)about.st_mtime * 1000)).text), STR_NONE,
                        STR_NONE);
    if (doctor->bad + doctor->warn == before)
        app_doctor_note(doctor, "ledger", DOCTOR_GOOD, "ledger.good", STR_NONE, STR_NONE, STR_NONE);
}

/* ---- documents that a row names and the disk does not have ---- */

void app_doctor_attachments(struct doctor *doctor)
{
    struct call *call = doctor->call;
    DB_ROWS(rows);
    int64_t gone = 0, many = 0;
    if (db_query(call, &rows, "SELECT DISTINCT digest FROM attachment") != ERR_OK)
        return;
    while (db_next(&rows)) {
        struct str digest = db_col_str(&rows, 0);
        char path[4200];
        snprintf(path, sizeof path, "%s/attachments/%.2s/%.2s/%.*s", doctor->app->data_dir, digest.at,
                 digest.at + 2, STR_ARG(digest));
        gone += digest.len != 64 || access(path, R_OK) != 0;
        many++;
    }
    if (db_end(&rows) != ERR_OK)
        return;
    app_doctor_note(doctor, "attachments", gone ? DOCTOR_BAD : DOCTOR_GOOD,
                    gone ? "attachments.gone" : "attachments.good", number(doctor, gone ? gone : many),
                    STR_NONE, STR_NONE);
}

/* ---- backups ---- */

void app_doctor_backup(struct doctor *doctor)
{
    struct call *call = doctor->call;
    if (db_is_pg(doctor->app->db))
        return; /* the engine's own tools do that */
    int64_t last = ask(doctor, "SELECT COALESCE(MAX(at_ms), 0) FROM ledger_entry WHERE verb = 'backup.made'");
    struct str on = str_copy(call->arena, str_of(clock_date(clock_day_of(last)).text));
    if (last <= 0)
        app_doctor_note(doctor, "backup", DOCTOR_WARN, "backup.never", STR_NONE, STR_NONE, STR_NONE);
    else if (last < call->now_ms - 7 * CLOCK_DAY_MS)
        app_doctor_note(doctor, "backup", DOCTOR_WARN, "backup.long_ago", on, STR_NONE, STR_NONE);
    else
        app_doctor_note(doctor, "backup", DOCTOR_GOOD, "backup.good", on, STR_NONE, STR_NONE);
}
