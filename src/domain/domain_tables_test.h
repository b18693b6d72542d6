/* SPDX-License-Identifier: Apache-2.0
 *
 * domain_tables_test: a database with the steps of all rooms and capabilities, the shipped words, and small
 * helpers, for the unit tests of capabilities. Runs on PostgreSQL too when ANZE_TEST_PG is set (db_test.h).
 */
#ifndef ANZE_DOMAIN_TABLES_TEST_H
#define ANZE_DOMAIN_TABLES_TEST_H

#include <glob.h>

#include "access/access.h"
#include "db/db_test.h"
#include "domain/domain_declare_test.h"
#include "domain/org/org.h"

struct domain_test {
    struct db_test db;
    struct call *call;                  /* of the local administrator */
    int64_t root_id, unit_id, other_id; /* 示例县数据局, 教育局, 卫健局 */
};

static inline struct str domain_test_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        log_abort("test: %s cannot be read", path);
    static char text[1 << 20];
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    return str_copy(arena, (struct str){text, len});
}

static inline void domain_test_steps(struct domain_test *t)
{
    static const char *const order[] = {"ledger",
                                        "access",
                                        "rules",
                                        "jobs",
                                        "domain/org",
                                        "domain/registry",
                                        "domain/attachment",
                                        "domain/finding",
                                        "domain/rectify",
                                        "domain/*"};
    static struct db_step steps[128];
    ARENA(arena, 16 << 20);
    size_t many = 0;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        glob_t found;
        const char *source = getenv("ANZE_SOURCE");
        if (!source ||
            glob(str_format(arena, "%s/src/%s/steps/*.sql", source, order[i]).at, 0, NULL, &found) != 0)
            log_abort("test: no steps of %s; is ANZE_SOURCE set?", order[i]);
        for (size_t k = 0; k < found.gl_pathc && many < 128; k++) {
            const char *base = strrchr(found.gl_pathv[k], '/') + 1;
            bool known = false;
            for (size_t s = 0; s < many && !known; s++)
                known = strcmp(steps[s].name, str_c(arena, str_of(base))) == 0;
            if (!known)
                steps[many++] = (struct db_step){order[i], str_c(arena, str_of(base)),
                                                 domain_test_file(arena, found.gl_pathv[k])};
        }
        globfree(&found);
    }
    db_test_open(&t->db, steps, many);
}

static inline enum err domain_test_path(struct call *call, int64_t unit_id, struct str *ret)
{
    struct org_unit unit;
    TRY(org_unit_get(call, unit_id, &unit));
    *ret = unit.unit_path;
    return ERR_OK;
}

static inline struct field_record domain_test_record(struct call *call, const struct field_table *table,
                                                     const char *const *pairs)
{
    struct field_record record = {table, ARENA_ARRAY(call->arena, struct field_value, table->many)};
    for (; *pairs; pairs++) {
        struct str rest = str_of(*pairs), name;
        if (!str_cut(&rest, '=', &name))
            log_abort("test: %s", *pairs);
        struct field_value *value = field_get(&record, str_c(call->arena, name));
        value->given = true;
        value->text = rest;
        (void)str_to_int(rest, &value->number);
        value->empty = rest.len == 0;
    }
    return record;
}
#define DOMAIN_RECORD(call, table, ...)                                                                      \
    domain_test_record((call), (table), (const char *const[]){__VA_ARGS__, NULL})

static inline int64_t domain_test_unit(struct call *call, int64_t parent_id, const char *name,
                                       const char *kind)
{
    int64_t unit_id;
    const char *parent = str_format(call->arena, "parent_id=%lld", (long long)parent_id).at;
    const char *unit = str_format(call->arena, "unit_name=%s", name).at,
               *of_kind = str_format(call->arena, "unit_kind=%s", kind).at;
    struct field_record record =
        parent_id ? DOMAIN_RECORD(call, &org_unit_table, unit, of_kind, parent)
                  : DOMAIN_RECORD(call, &org_unit_table, unit, of_kind, "region_code=330000");
    if (org_unit_create(call, &record, &unit_id) != ERR_OK)
        log_abort("test: unit %s", name);
    return unit_id;
}

static inline void domain_test_open(struct domain_test *t)
{
    log_set_level(LOG_WARN);
    *t = (struct domain_test){0};
    domain_test_steps(t);
    access_unit_paths(domain_test_path);
    t->call = &t->db.call;
    t->call->actor = &access_local_admin;
    if (db_begin(t->db.db) != ERR_OK)
        log_abort("test: no transaction");
    t->root_id = domain_test_unit(t->call, 0, "示例县数据局", "regulator");
    t->unit_id = domain_test_unit(t->call, t->root_id, "示例县教育局", "bureau");
    t->other_id = domain_test_unit(t->call, t->root_id, "示例县卫生健康局", "bureau");
}

static inline void domain_test_close(struct domain_test *t)
{
    db_rollback(t->db.db);
    db_test_close(&t->db);
}

#endif
