/* SPDX-License-Identifier: Apache-2.0
 *
 * app: the only room that sees all rooms: the command line, the configuration, the wiring.
 * A command is a row of app_commands; its options are read once into struct app_args. Exit codes: 0 done, 1
 * the answer is no (lint found mistakes, the ledger is broken, the sheet has errors), 2 the command could not
 * be carried out.
 */
#ifndef ANZE_APP_APP_H
#define ANZE_APP_APP_H

#include <stdbool.h>
#include <stdint.h>
#include "base/call.h"
#include "base/json.h"
#include "db/db.h"

#define APP_WORDS 8
/* Touched in the data folder whenever a head of the ledger was given out; `anze doctor` looks at its age. */
#define APP_HEAD_MARK "head-exported"

struct app_args {
    const char *data_dir; /* --data, else $ANZE_DATA, else ./data */
    const char *db;       /* --db, else the data folder's config, else <data>/anze.db */
    const char *listen, *tls_cert, *tls_key, *file, *errors, *head, *name, *role, *unit, *node, *map,
        *trusted_proxies;
    bool json, help, force, yes, preview;
    enum call_lang lang;
    const char *words[APP_WORDS]; /* what is not an option */
    int many_words;
};

struct app {
    const struct app_args *args;
    struct arena *arena;
    const char *data_dir, *db_where;
    struct db *db; /* a write connection, for commands */
};

struct app_command {
    const char *name;      /* "import scan" */
    const char *arguments; /* "FILE" */
    const char *summary;   /* words key */
    int (*run)(struct app_args *args);
};
extern const struct app_command app_commands[];

/* A text of config.json in the data folder, NULL when it is not there. */
const char *app_configured(struct app *app, const char *key);

/* Wires words, facts, routes, jobs; once, before anything else. */
void app_declare(void);
/* Opens the data folder and its database, applying missing schema steps. create: make them when absent. */
MUST_USE enum err app_open(const struct app_args *args, bool create, struct app *ret);
/* Only for reading, without touching the schema: for looking at a damaged database. ERR_FAILED with why when
 * it does not even open. */
MUST_USE enum err app_open_as_is(const struct app_args *args, struct app *ret, char why[256]);
void app_close(struct app *app);
/* A fresh call of the local administrator (or of the program itself). */
struct call app_call(struct app *app);
/* Runs work in one transaction, settles the rules, commits; on an error nothing is kept. */
MUST_USE enum err app_write(struct app *app, struct call *call,
                            enum err (*work)(struct call *call, void *context), void *context);
/* Brings the schema up to date; called by app_open and by tests. */
MUST_USE enum err app_upgrade(struct db *db, char why[256]);

/* Says what went wrong (faults in the user's language) on standard error, or as JSON; returns the exit code.
 */
int app_fail(struct app_args *args, struct call *call, enum err word);
int app_complain(const struct app_args *args, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Standard output as one JSON object. */
void app_print(struct buf *out);
/* A progress line on a terminal; nothing elsewhere. */
void app_progress(const char *what, int64_t done, int64_t of);

/* The commands. */
int app_serve(struct app_args *args);
int app_init(struct app_args *args);
int app_demo(struct app_args *args);
int app_import_registry(struct app_args *args);
int app_import_scan(struct app_args *args);
int app_export_registry(struct app_args *args);
int app_pack_lint(struct app_args *args);
int app_pack_load(struct app_args *args);
int app_pack_coverage(struct app_args *args);
int app_workday_add(struct app_args *args);
int app_ledger_verify(struct app_args *args);
int app_ledger_head(struct app_args *args);
int app_ledger_export(struct app_args *args);
int app_backup(struct app_args *args);
int app_restore(struct app_args *args);
int app_user_add(struct app_args *args);
int app_user_list(struct app_args *args);
int app_user_reset(struct app_args *args);
int app_describe(struct app_args *args);
int app_doctor(struct app_args *args);
int app_verify(struct app_args *args);

#endif
