/* SPDX-License-Identifier: Apache-2.0
 *
 * domain_test: a small county for the tests of capabilities: every table, every word, an authority (unit 1)
 * with two bureaus (2 education, 3 health) and a school below the first (4), and one account of each role.
 * Nobody in it exists.
 *
 *     struct county c;
 *     county_open(&c);
 *     county_act(&c, OFFICER);            the call acts as that account from now on
 *     … org_unit_reach(&c.call, …) …
 *     county_close(&c);
 */
#ifndef ANZE_DOMAIN_DOMAIN_TEST_H
#define ANZE_DOMAIN_DOMAIN_TEST_H

#include "http/http_test.h"

#include <dirent.h>

#include "domain/domain_declare_test.h"

enum county_account {
    COUNTY_NOBODY,
    OFFICER,
    OFFICER2,
    LEADER,
    LEADER2,
    DIRECTOR,
    REGULATOR,
    SCANNER,
    EDU_OFFICER,
    EDU_LEADER,
    HEALTH_OFFICER,
    SYSADMIN,
    COUNTY_ACCOUNTS
};
enum { COUNTY_ROOT = 1, COUNTY_EDU, COUNTY_HEALTH, COUNTY_SCHOOL };
#define COUNTY_ROOT_PATH   "0001"
#define COUNTY_EDU_PATH    "00010002"
#define COUNTY_HEALTH_PATH "00010003"
#define COUNTY_SCHOOL_PATH "000100020004"

struct county {
    struct http_test http; /* http.db.call is the call of the test; the server runs only after county_serve */
    struct call *call;
    char data_dir[64]; /* as `anze serve` has one; goes with county_close */
    struct access_actor actors[COUNTY_ACCOUNTS];
};

static const struct {
    const char *login;
    unsigned roles;
    int64_t unit_id;
    const char *path;
} county_accounts[COUNTY_ACCOUNTS] = {
    [OFFICER] = {"officer", ROLE_COUNTY_OFFICER, COUNTY_ROOT, COUNTY_ROOT_PATH},
    [OFFICER2] = {"officer2", ROLE_COUNTY_OFFICER, COUNTY_ROOT, COUNTY_ROOT_PATH},
    [LEADER] = {"leader", ROLE_BUREAU_LEADER, COUNTY_ROOT, COUNTY_ROOT_PATH},
    [LEADER2] = {"leader2", ROLE_BUREAU_LEADER, COUNTY_ROOT, COUNTY_ROOT_PATH},
    [DIRECTOR] = {"director", ROLE_OFFICE_DIRECTOR, COUNTY_ROOT, COUNTY_ROOT_PATH},
    [REGULATOR] = {"regulator", ROLE_REGULATOR, COUNTY_ROOT, COUNTY_ROOT_PATH},
    [SCANNER] = {"scanner", ROLE_SCAN_TEAM, COUNTY_ROOT, COUNTY_ROOT_PATH},
    [EDU_OFFICER] = {"edu", ROLE_UNIT_OFFICER, COUNTY_EDU, COUNTY_EDU_PATH},
    [EDU_LEADER] = {"eduhead", ROLE_UNIT_LEADER, COUNTY_EDU, COUNTY_EDU_PATH},
    [HEALTH_OFFICER] = {"health", ROLE_UNIT_OFFICER, COUNTY_HEALTH, COUNTY_HEALTH_PATH},
    [SYSADMIN] = {"sysadmin", ROLE_SYS_ADMIN, COUNTY_ROOT, COUNTY_ROOT_PATH},
};

static inline void county_act(struct county *c, enum county_account as)
{
    c->call->actor = as == COUNTY_NOBODY ? &access_program : &c->actors[as];
    call_faults_clear(c->call);
}

#define county_run(c, sql, ...) assert_int_equal(db_run((c)->call, sql __VA_OPT__(, ) __VA_ARGS__), ERR_OK)
#define county_number(c, sql, ...)                                                                           \
    ({                                                                                                       \
        int64_t county_number_;                                                                              \
        assert_int_equal(db_get_int((c)->call, &county_number_, -1, sql __VA_OPT__(, ) __VA_ARGS__),         \
                         ERR_OK);                                                                            \
        county_number_;                                                                                      \
    })

static inline int county_steps_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static inline int county_is_sql(const struct dirent *entry)
{
    return strlen(entry->d_name) > 4 && strcmp(entry->d_name + strlen(entry->d_name) - 4, ".sql") == 0;
}

static inline void county_steps(struct county *c, const char *room)
{
    const char *source = getenv("ANZE_SOURCE");
    struct arena *arena = c->call->arena;
    struct dirent **found;
    int many = scandir(str_format(arena, "%s/src/%s/steps", source ? source : ".", room).at, &found,
                       county_is_sql, county_steps_order);
    for (int i = 0; i < many; i++) {
        size_t len = strlen(found[i]->d_name);
        test_step(&c->http, room, str_c(arena, (struct str){found[i]->d_name, len - 4}));
        free(found[i]);
    }
    if (many >= 0)
        free(found);
}

static inline const char *county_folder(struct arena *arena, const struct module *module)
{
    return str_format(arena, "domain/%s", module->name).at;
}

/* Once a process. */
static inline void county_words(void)
{
    static const char *const rooms[] = {"base", "access", "rules", "http", "helpers"};
    static struct arena *kept;
    if (kept)
        return;
    kept = arena_new(64u << 20);
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
        test_words(kept, rooms[i]);
    for (size_t i = 0; i < module_all_many; i++)
        test_words(kept, county_folder(kept, module_all[i]));
}

static inline void county_people(struct county *c)
{
    for (int i = 1; i < COUNTY_ACCOUNTS; i++) {
        c->actors[i] = (struct access_actor){.user_id = i,
                                             .login_name = str_of(county_accounts[i].login),
                                             .display_name = str_of(county_accounts[i].login),
                                             .roles = county_accounts[i].roles,
                                             .unit_id = county_accounts[i].unit_id,
                                             .unit_path = str_of(county_accounts[i].path)};
        county_run(c,
                   "INSERT INTO access_user (user_id, login_name, display_name, roles, unit_id, unit_path, "
                   "password_hash, must_change,"
                   " created_at_ms, password_at_ms) VALUES ($1, $2, $2, $3, $4, $5, '-', 0, 1, 1)",
                   db_int(i), db_c(county_accounts[i].login), db_int(county_accounts[i].roles),
                   db_int(county_accounts[i].unit_id), db_c(county_accounts[i].path));
    }
}

static inline void county_unit(struct county *c, int64_t unit_id, int64_t parent_id, const char *path,
                               const char *name, const char *kind)
{
    county_run(c,
               "INSERT INTO org_unit (unit_id, parent_id, unit_path, unit_name, unit_kind, issuer_code, "
               "valid_from, created_at_ms)"
               " VALUES ($1, $2, $3, $4, $5, '示数整', '2020-01-01', 1)",
               db_int(unit_id), db_int_or_null(parent_id), db_c(path), db_c(name), db_c(kind));
}

/* A county with its tables and people, as it was on 2026-09-01 at ten in the morning (a Tuesday). */
static inline void county_open(struct county *c)
{
    /* What others stand on, in its order; then every other capability. */
    static const char *const rooms[] = {"ledger",
                                        "access",
                                        "rules",
                                        "jobs",
                                        "domain/org",
                                        "domain/registry",
                                        "domain/attachment",
                                        "domain/finding",
                                        "domain/rectify"};
    const size_t many = sizeof(rooms) / sizeof(rooms[0]);
    memset(c, 0, sizeof(*c));
    log_set_level(LOG_ERROR);
    county_words();
    snprintf(c->data_dir, sizeof c->data_dir, "/tmp/anze-county-XXXXXX");
    assert_non_null(mkdtemp(c->data_dir));
    db_test_open(&c->http.db, NULL, 0);
    c->call = &c->http.db.call;
    for (size_t i = 0; i < many; i++)
        county_steps(c, rooms[i]);
    for (size_t i = 0; i < module_all_many; i++) {
        const char *folder = county_folder(c->call->arena, module_all[i]);
        bool done = false;
        for (size_t k = 0; k < many; k++)
            done |= strcmp(rooms[k], folder) == 0;
        if (!done)
            county_steps(c, folder);
    }
    c->call->now_ms = clock_ms_of_day(clock_day(2026, 9, 1)) + 10 * 3600 * 1000LL;
    county_act(c, COUNTY_NOBODY);
    county_unit(c, COUNTY_ROOT, 0, COUNTY_ROOT_PATH, "示例县数据局", "bureau");
    county_unit(c, COUNTY_EDU, COUNTY_ROOT, COUNTY_EDU_PATH, "示例县教育局", "bureau");
    county_unit(c, COUNTY_HEALTH, COUNTY_ROOT, COUNTY_HEALTH_PATH, "示例县卫生健康局", "bureau");
    county_unit(c, COUNTY_SCHOOL, COUNTY_EDU, COUNTY_SCHOOL_PATH, "示例县第一中学", "affiliated_unit");
    county_people(c);
}

/* A running server over the same database. */
static inline void county_serve(struct county *c)
{
    char why[256] = "";
    snprintf(c->http.spool, sizeof c->http.spool, "%s/spool", c->data_dir);
    assert_int_equal(mkdir(c->http.spool, 0700), 0);
    assert_int_equal(db_lane_start(c->http.db.where, &c->http.lane, why), ERR_OK);
    struct http_options options = {.listen = "127.0.0.1:0",
                                   .db_where = c->http.db.where,
                                   .lane = c->http.lane,
                                   .spool_dir = c->http.spool,
                                   .app = c->data_dir};
    if (http_start(&options, &c->http.server, why) != ERR_OK)
        fail_msg("%s", why);
}

/* A session of that account, as a header line. */
static inline const char *county_session(struct county *c, enum county_account as)
{
    struct str token;
    int64_t then = c->call->now_ms;
    c->call->now_ms = clock_now_ms();
    assert_int_equal(access_session_start(c->call, as, STR("127.0.0.1"), &token), ERR_OK);
    c->call->now_ms = then;
    return str_format(c->call->arena, "Authorization: Bearer %.*s\r\n", STR_ARG(token)).at;
}

static inline void county_close(struct county *c)
{
    if (c->http.server) {
        http_stop(c->http.server);
        db_lane_stop(c->http.lane);
    }
    db_test_close(&c->http.db);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", c->data_dir);
    assert_int_equal(system(command), 0);
}

/* A registered system in service. */
static inline int64_t county_system(struct county *c, int64_t unit_id, const char *path, const char *name)
{
    DB_ROWS(rows);
    assert_int_equal(
        db_one(c->call, &rows,
               "INSERT INTO info_system (system_no, system_name, system_type, unit_id, unit_path, "
               "lifecycle_status, created_at_ms,"
               " updated_at_ms) VALUES ($1, $2, 'website', $3, $4, 'online', 1, 1) RETURNING system_id",
               db_str(str_format(c->call->arena, "AZ-330922-2026-%s", name)), db_c(name), db_int(unit_id),
               db_c(path)),
        ERR_OK);
    return db_col_int(&rows, 0);
}

#endif
