/* SPDX-License-Identifier: Apache-2.0
 *
 * Wiring and opening: what every command needs before it can begin.
 */
#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/words.h"
#include "domain/module.h"
#include "domain/org/org.h"

#define STEPS_MAX  256
#define ARENA_MOST (1024u << 20)

static void add_words(const char *path, struct str bytes, void *context)
{
    (void)context;
    struct str name = str_of(path);
    if (str_ends(name, STR("/words/zh.json")))
        words_add(CALL_ZH, bytes);
    else if (str_ends(name, STR("/words/en.json")))
        words_add(CALL_EN, bytes);
}

void app_declare(void)
{
    embed_each("", add_words, NULL);
    for (size_t i = 0; i < module_all_many; i++) {
        const struct module *module = module_all[i];
        rules_declare_subjects(module->subjects, module->many_subjects);
        rules_declare_facts(module->facts, module->many_facts);
        rules_declare_proposals(module->proposals, module->many_proposals);
        http_declare(module->routes, module->many_routes);
        jobs_declare(module->jobs, module->many_jobs);
        org_declare_scoped(module->scoped_tables);
        org_declare_columns(module->unit_columns);
        if (module->start)
            module->start();
    }
}

/* ---- schema ---- */

struct steps {
    struct db_step all[STEPS_MAX];
    size_t many;
    struct arena *arena;
};

static void add_step(const char *path, struct str bytes, void *context)
{
    struct steps *steps = context;
    struct str name = str_of(path);
    size_t at;
    if (!str_find(name, STR("/steps/"), &at) || steps->many == STEPS_MAX)
        return;
    const char *room = str_c(steps->arena, str_slice(name, 0, at));
    struct str file = str_slice(name, at + 7, name.len);
    for (size_t i = 0; i < steps->many; i++) {
        if (strcmp(steps->all[i].room, room) == 0 &&
            str_is(str_slice(file, 0, file.len - 4), steps->all[i].name))
            return;
    }
    steps->all[steps->many++] =
        (struct db_step){room, str_c(steps->arena, str_slice(file, 0, file.len - 4)), bytes};
}

enum err app_upgrade(struct db *db, char why[256])
{
    /* Tables that others refer to come first; the rest in the order of their names. */
    static const char *const first[] = {"ledger/",   "access/",     "rules/",   "jobs/",    "org/",
                                        "registry/", "attachment/", "finding/", "rectify/", ""};
    ARENA(arena, 1 << 22);
    struct steps *steps = ARENA_NEW(arena, struct steps);
    steps->arena = arena;
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        embed_each(first[i], add_step, steps);
    return db_upgrade(db, steps->all, steps->many, why);
}

/* ---- the data folder ---- */

const char *app_configured(struct app *app, const char *key)
{
    char path[4096], text[4096];
    snprintf(path, sizeof(path), "%s/config.json", app->data_dir);
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    size_t len = fread(text, 1, sizeof(text), file);
    fclose(file);
    const struct json *config;
    struct json_place place;
    if (json_parse(app->arena, (struct str){text, len}, &config, &place) != ERR_OK) {
        log_warn("%s:%d:%d: %s; the file is left out", path, place.line, place.column, place.why);
        return NULL;
    }
    struct str where = json_text(json_get(config, key));
    return where.len ? str_c(app->arena, where) : NULL;
}

static bool is_there(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static enum err find_places(const struct app_args *args, bool create, struct app *ret)
{
    const char *env = getenv("ANZE_DATA");
    ret->data_dir = args->data_dir ? args->data_dir : env && *env ? env : "data";
    if (!is_there(ret->data_dir)) {
        if (!create)
            return app_complain(args, "%s: no such data folder; `anze init --data %s` makes one",
                                ret->data_dir, ret->data_dir),
                   ERR_NOT_FOUND;
        if (mkdir(ret->data_dir, 0700) != 0)
            return app_complain(args, "%s: cannot be made: %s", ret->data_dir, strerror(errno)), ERR_FAILED;
    }
    const char *env_db = getenv("ANZE_DB");
    ret->db_where = args->db ? args->db : env_db && *env_db ? env_db : app_configured(ret, "db");
    if (!ret->db_where)
        ret->db_where = str_format(ret->arena, "%s/anze.db", ret->data_dir).at;
    bool pg = strncmp(ret->db_where, "postgres", 8) == 0;
    if (!pg && !create && !is_there(ret->db_where))
        return app_complain(args, "%s: no database there; `anze init --data %s` makes one", ret->db_where,
                            ret->data_dir),
               ERR_NOT_FOUND;
    return ERR_OK;
}

enum err app_open(const struct app_args *args, bool create, struct app *ret)
{
    char why[256] = "";
    *ret = (struct app){.args = args, .arena = arena_new(ARENA_MOST)};
    TRY(find_places(args, create, ret));
    if (db_open(ret->db_where, DB_WRITE, &ret->db, why) != ERR_OK)
        return app_complain(args, "%s: %s", ret->db_where, why), ERR_FAILED;
    if (app_upgrade(ret->db, why) != ERR_OK)
        return app_complain(args, "%s: the schema cannot be brought up to date: %s", ret->db_where, why),
               ERR_FAILED;
    return ERR_OK;
}

enum err app_open_as_is(const struct app_args *args, struct app *ret, char why[256])
{
    *ret = (struct app){.args = args, .arena = arena_new(ARENA_MOST)};
    TRY(find_places(args, false, ret));
    return db_open(ret->db_where, DB_READ, &ret->db, why) == ERR_OK ? ERR_OK : ERR_FAILED;
}

void app_close(struct app *app)
{
    if (app->db)
        db_close(app->db);
    arena_free(app->arena);
    *app = (struct app){0};
}

struct call app_call(struct app *app)
{
    return (struct call){.arena = app->arena,
                         .db = app->db,
                         .actor = &access_local_admin,
                         .now_ms = clock_now_ms(),
                         .lang = app->args->lang};
}

enum err app_write(struct app *app, struct call *call, enum err (*work)(struct call *call, void *context),
                   void *context)
{
    TRY(db_begin(app->db));
    enum err word = work(call, context);
    if (word == ERR_OK)
        word = rules_settle(call);
    if (word == ERR_OK)
        return db_commit(app->db);
    db_rollback(app->db);
    return word;
}
