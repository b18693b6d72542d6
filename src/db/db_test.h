/* SPDX-License-Identifier: Apache-2.0
 *
 * db_test: a fresh database for a unit test: a SQLite file in a new temporary folder, or, when ANZE_TEST_PG
 * holds a connection string, a new schema on that PostgreSQL. Both go with db_test_close.
 *
 *     struct db_test t;
 *     db_test_open(&t, org_steps, org_steps_many);
 *     … db_run(&t.call, …); db_lane_start(t.where, …); db_open(t.where, DB_READ, …) …
 *     db_test_close(&t);
 */
#ifndef ANZE_DB_DB_TEST_H
#define ANZE_DB_DB_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/crypt.h"
#include "base/log.h"
#include "db/db_inner.h"

struct db_test {
    struct db *db;    /* DB_WRITE, no transaction open */
    struct call call; /* with an arena, the database, now_ms, Chinese */
    char where[512];  /* for further connections and lanes */
    char folder[64];  /* SQLite: holds the file, free for others */
    char schema[64];  /* PostgreSQL */
};

static inline void db_test_script(const char *where, const char *sql)
{
    char why[256];
    struct db *db = NULL;
    if (db_open(where, DB_WRITE, &db, why) != ERR_OK || db->engine->script(db, str_of(sql), why) != ERR_OK)
        log_abort("test database: %s", why);
    db_close(db);
}

static inline void db_test_place(struct db_test *t)
{
    static int serial;
    const char *pg = getenv("ANZE_TEST_PG");
    if (!pg || !pg[0]) {
        snprintf(t->folder, sizeof t->folder, "/tmp/anze-test-XXXXXX");
        if (!mkdtemp(t->folder))
            log_abort("no temporary folder for the test");
        snprintf(t->where, sizeof t->where, "%s/anze.db", t->folder);
        return;
    }
    char sql[128];
    snprintf(t->schema, sizeof t->schema, "anze_test_%ld_%d", (long)getpid(), ++serial);
    snprintf(sql, sizeof sql, "CREATE SCHEMA %s", t->schema);
    db_test_script(pg, sql);
    snprintf(t->where, sizeof t->where, "%s%coptions=-csearch_path%%3D%s", pg, strchr(pg, '?') ? '&' : '?',
             t->schema);
}

/* Steps may be none: tables are then made with db_test_step. Aborts when the database cannot be had. */
static inline void db_test_open(struct db_test *t, const struct db_step *steps, size_t many)
{
    char why[256];
    crypt_init();
    memset(t, 0, sizeof *t);
    db_test_place(t);
    if (db_open(t->where, DB_WRITE, &t->db, why) != ERR_OK || db_upgrade(t->db, steps, many, why) != ERR_OK)
        log_abort("test database: %s", why);
    t->call.arena = arena_new((size_t)256 * 1024 * 1024);
    t->call.db = t->db;
    t->call.now_ms = clock_now_ms();
}

/* One more schema step. */
static inline void db_test_step(struct db_test *t, const char *name, const char *sql)
{
    char why[256];
    struct db_step step = {name, name, str_of(sql)};
    if (db_upgrade(t->db, &step, 1, why) != ERR_OK)
        log_abort("test step: %s", why);
}

static inline void db_test_close(struct db_test *t)
{
    char text[128];
    db_close(t->db);
    arena_free(t->call.arena);
    if (t->schema[0]) {
        snprintf(text, sizeof text, "DROP SCHEMA %s CASCADE", t->schema);
        db_test_script(getenv("ANZE_TEST_PG"), text);
        return;
    }
    static const char *const names[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%s/anze.db%s", t->folder, names[i]);
        unlink(text);
    }
    if (rmdir(t->folder) != 0)
        log_warn("test: %s is not empty", t->folder);
}

#endif
