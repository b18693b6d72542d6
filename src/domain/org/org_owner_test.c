/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose is it? Asked of the schema itself, on the engine at hand: every column of every table that names a
 * unit must be one that reorganisations know of, or stand below with the reason why not. Then every such
 * table gets rows, by what the schema says about it, and random reorganisations are carried out and undone.
 * After each: every record has exactly one living unit, its path is that unit's, nothing was lost or doubled,
 * every other column names a living unit, undoing gives back exactly what was, and every earlier day still
 * answers as it did.
 *
 *     ANZE_SEED=7 ./org_owner_test      one sequence again
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/domain_tables_test.h"
#include "domain/org/org_reorg.h"

#define OK(call)    assert_int_equal((call), ERR_OK)
#define TABLES_MAX  128
#define COLUMNS_MAX 160
#define UNITS       12
#define STEPS       30
#define SEEDS       3
#define ANSWERS_MAX (STEPS * 2)

static struct domain_test t;

/* Columns that are not moved along, and why. */
static const struct {
    const char *table, *column, *why;
} apart[] = {
    {"org_unit", "unit_id", "the unit itself"},
    {"org_unit", "unit_path", "the tree itself, moved by name"},
    {"org_reorg", "unit_id", "what was done, to whom"},
    {"org_reorg", "made_unit_id", "what was done, to whom"},
    {"org_reorg_plan", "unit_id", "what was asked; read again on its day, and refused when it ended"},
    {"org_unit_was", "unit_id", "what a unit was called"},
    {"org_unit_moved", "unit_id", "where a unit stood"},
    {"registry_header", "unit_id", "how a unit's people read sheets: a habit, which ends with the unit"},
    {"ledger_entry", "unit_id", "the ledger is never rewritten (decision 0016)"},
    {"ledger_entry", "unit_path", "the ledger is never rewritten (decision 0016)"},
};

static bool is_apart(const char *table, const char *column)
{
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++)
        if (!strcmp(apart[i].table, table) && !strcmp(apart[i].column, column))
            return true;
    return false;
}

static bool is_scoped(const char *table)
{
    size_t many;
    const char *const *tables = org_scoped_tables(&many);
    for (size_t i = 0; i < many; i++)
        if (!strcmp(tables[i], table))
            return true;
    return false;
}

static bool is_declared(const char *table, const char *column)
{
    size_t many;
    const char *const *pairs = org_unit_columns(&many);
    for (size_t i = 0; i < many; i++)
        if (!strcmp(pairs[i * 2], table) && !strcmp(pairs[i * 2 + 1], column))
            return true;
    return false;
}

static int open_all(void **unused)
{
    (void)unused;
    domain_test_open(&t);
    OK(db_run(t.call, "UPDATE org_unit SET valid_from = '2020-01-01'"));
    for (size_t i = 0; i < module_all_many; i++) {
        org_declare_scoped(module_all[i]->scoped_tables);
        org_declare_columns(module_all[i]->unit_columns);
    }
    return 0;
}

static int close_all(void **unused)
{
    (void)unused;
    domain_test_close(&t);
    return 0;
}

/* ---- what the schema says ---- */

struct column {
    const char *name, *type, *parent; /* parent: the table it refers to */
    bool needed, key;
};
struct table {
    const char *name;
    struct str checks; /* the conditions on its columns, as the engine writes them */
    struct column columns[COLUMNS_MAX];
    size_t many;
};

static const char *keep(struct str text)
{
    return str_c(t.call->arena, str_copy(t.call->arena, text));
}

/* ours: NULL-terminated */
static const char *const *table_names(void)
{
    static const char *names[TABLES_MAX + 1];
    size_t many = 0;
    DB_ROWS(rows);
    if (db_is_pg(t.call->db))
        OK(db_query(
            t.call, &rows,
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"));
    else
        OK(db_query(
            t.call, &rows,
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"));
    while (db_next(&rows)) {
        assert_true(many < TABLES_MAX);
        names[many++] = keep(db_col_str(&rows, 0));
    }
    OK(db_end(&rows));
    names[many] = NULL;
    assert_true(many > 30);
    return names;
}

static void read_columns(struct table *table)
{
    DB_ROWS(rows);
    if (db_is_pg(t.call->db))
        OK(db_query(
            t.call, &rows,
            "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT), CASE WHEN is_nullable = 'NO' AND"
            " column_default IS NULL AND is_identity = 'NO' THEN 1 ELSE 0 END,"
            " CASE WHEN is_identity = 'YES' THEN 1 ELSE 0 END FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
            db_c(table->name)));
    else
        OK(db_query(
            t.call, &rows,
            "SELECT name, LOWER(type), CASE WHEN \"notnull\" = 1 AND dflt_value IS NULL THEN 1 ELSE 0 END,"
            " CASE WHEN pk = 1 AND type = 'INTEGER' AND (SELECT COUNT(*) FROM pragma_table_info($1) k"
            " WHERE k.pk > 0) = 1 THEN 1 ELSE 0 END FROM pragma_table_info($1)",
            db_c(table->name)));
    while (db_next(&rows)) {
        assert_true(table->many < COLUMNS_MAX);
        table->columns[table->many++] = (struct column){.name = keep(db_col_str(&rows, 0)),
                                                        .type = keep(db_col_str(&rows, 1)),
                                                        .needed = db_col_int(&rows, 2) != 0,
                                                        .key = db_col_int(&rows, 3) != 0};
    }
    OK(db_end(&rows));
}

/* SQLite: what stands after REFERENCES in the column's own line; the pragma is not for everybody. */
static void read_parents_here(struct table *table)
{
    for (size_t i = 0; i < table->many; i++) {
        struct str line, rest;
        size_t at, end;
        if (!str_find(table->checks, str_format(t.call->arena, "    %s ", table->columns[i].name), &at))
            continue;
        rest = str_slice(table->checks, at, table->checks.len);
        line = str_find(rest, STR("\n"), &end) ? str_slice(rest, 0, end) : rest;
        if (!str_find(line, STR("REFERENCES "), &at))
            continue;
        rest = str_slice(line, at + 11, line.len);
        assert_true(str_find(rest, STR(" "), &end));
        table->columns[i].parent = keep(str_slice(rest, 0, end));
    }
}

static void read_parents(struct table *table)
{
    DB_ROWS(rows);
    if (!db_is_pg(t.call->db)) {
        read_parents_here(table);
        return;
    }
    OK(db_query(t.call, &rows,
                "SELECT CAST(a.attname AS TEXT), CAST(p.relname AS TEXT) FROM pg_constraint c"
                " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
                " JOIN pg_class p ON p.oid = c.confrelid"
                " WHERE c.contype = 'f' AND c.conrelid = to_regclass($1)",
                db_c(table->name)));
    while (db_next(&rows))
        for (size_t i = 0; i < table->many; i++)
            if (str_is(db_col_str(&rows, 0), table->columns[i].name))
                table->columns[i].parent = keep(db_col_str(&rows, 1));
    OK(db_end(&rows));
}

static void read_checks(struct table *table)
{
    DB_ROWS(rows);
    if (db_is_pg(t.call->db))
        OK(db_query(
            t.call, &rows,
            "SELECT COALESCE(STRING_AGG(REPLACE(REPLACE(pg_get_constraintdef(oid), '(', ' '), ')', ' '),"
            " ' '), '') FROM pg_constraint WHERE contype = 'c' AND conrelid = to_regclass($1)",
            db_c(table->name)));
    else
        OK(db_query(t.call, &rows, "SELECT sql FROM sqlite_master WHERE name = $1", db_c(table->name)));
    assert_true(db_next(&rows));
    table->checks = str_copy(t.call->arena, db_col_str(&rows, 0));
    OK(db_end(&rows));
}

static struct table *schema_of(const char *name)
{
    struct table *table = ARENA_NEW(t.call->arena, struct table);
    *table = (struct table){.name = name};
    read_columns(table);
    read_checks(table);
    read_parents(table);
    return table;
}

/* The first value that a closed list allows; NULL when any text will do. */
static const char *first_allowed(const struct table *table, const char *column)
{
    const char *const marks[] = {" IN ('", " = ANY  ARRAY['"};
    for (int i = 0; i < 2; i++) {
        size_t at, end;
        struct str mark = str_format(t.call->arena, "%s%s%s", i ? "CHECK   " : "CHECK (", column, marks[i]);
        if (!str_find(table->checks, mark, &at))
            continue;
        struct str rest = str_slice(table->checks, at + mark.len, table->checks.len);
        assert_true(str_find(rest, STR("'"), &end));
        return keep(str_slice(rest, 0, end));
    }
    return NULL;
}

/* ---- every column is known ---- */

static void test_every_column_is_known(void **unused)
{
    (void)unused;
    int named = 0, wrong = 0;
    for (const char *const *name = table_names(); *name; name++) {
        const struct table *table = schema_of(*name);
        for (size_t i = 0; i < table->many; i++) {
            const char *column = table->columns[i].name;
            struct str text = str_of(column);
            bool own = str_is(text, "unit_id") || str_is(text, "unit_path");
            if (!own && !str_ends(text, STR("_unit_id")) && !str_ends(text, STR("_unit_path")))
                continue;
            named++;
            if (is_apart(*name, column) || (own ? is_scoped(*name) : is_declared(*name, column)))
                continue;
            wrong++;
            print_error(
                "%s.%s names a unit, and reorganisations do not know of it: add it to scoped_tables or"
                " unit_columns of its module\n",
                *name, column);
        }
    }
    assert_true(named > 60);
    assert_int_equal(wrong, 0);
}

/* And the other way about: what is declared exists, with both columns where it is somebody's. */
static void test_every_declaration_exists(void **unused)
{
    (void)unused;
    size_t many;
    bool has;
    const char *const *tables = org_scoped_tables(&many);
    for (size_t i = 0; i < many; i++)
        for (int k = 0; k < 2; k++) {
            OK(db_table_has(t.call, tables[i], k ? "unit_path" : "unit_id", &has));
            if (!has)
                fail_msg("%s has no unit_id or no unit_path", tables[i]);
        }
    const char *const *pairs = org_unit_columns(&many);
    assert_true(many >= 5);
    for (size_t i = 0; i < many; i++) {
        OK(db_table_has(t.call, pairs[i * 2], pairs[i * 2 + 1], &has));
        if (!has)
            fail_msg("%s has no %s", pairs[i * 2], pairs[i * 2 + 1]);
    }
}

/* ---- rows, by what the schema says ---- */

static int64_t made;

static struct str today(void)
{
    return str_copy(t.call->arena, str_of(clock_date(clock_day_of(t.call->now_ms)).text));
}

static int64_t some_unit(bool living)
{
    int64_t many, unit_id;
    OK(db_get_int(t.call, &many, 0, "SELECT COUNT(*) FROM org_unit WHERE valid_to IS NULL OR $1 = 0",
                  db_int(living)));
    OK(db_get_int(
        t.call, &unit_id, 0,
        "SELECT unit_id FROM org_unit WHERE valid_to IS NULL OR $1 = 0 ORDER BY unit_id LIMIT 1 OFFSET $2",
        db_int(living), db_int(rand() % many)));
    return unit_id;
}

static void fill(const char *name, int64_t unit_id);

/* false: the column is left out */
static bool value_of(const struct table *table, const struct column *column, const struct org_unit *unit,
                     struct db_arg *ret)
{
    const char *name = column->name, *allowed = first_allowed(table, name);
    int64_t parent = 0;
    if (column->key)
        return false;
    if (!strcmp(name, "unit_id"))
        return *ret = db_int(unit->unit_id), true;
    if (!strcmp(name, "unit_path"))
        return *ret = db_str(unit->unit_path), true;
    if (!strcmp(name, "subject_kind"))
        return *ret = db_c("unit"), true;
    if (!strcmp(name, "subject_id"))
        return *ret = db_int(unit->unit_id), true;
    if (is_declared(table->name, name))
        return *ret = db_int(some_unit(true)), true;
    if (!column->needed)
        return false;
    if (column->parent) {
        OK(db_get_table(t.call, column->parent, &parent, "SELECT MAX({key}) FROM {table}"));
        if (!parent) {
            fill(column->parent, unit->unit_id);
            OK(db_get_table(t.call, column->parent, &parent, "SELECT MAX({key}) FROM {table}"));
        }
        return *ret = db_int(parent), true;
    }
    if (strstr(column->type, "int"))
        *ret = db_int(++made);
    else if (strstr(column->type, "text"))
        *ret = allowed                       ? db_c(allowed)
               : !strcmp(name, "valid_from") ? db_c("2020-01-01")
                                             : db_str(str_format(t.call->arena, "x%lld", (long long)++made));
    else
        *ret = db_blob("x", 1);
    return true;
}

static void fill(const char *name, int64_t unit_id)
{
    const struct table *table = schema_of(name);
    struct org_unit unit;
    struct db_arg args[COLUMNS_MAX];
    size_t many = 0;
    BUF(sql, 8192);
    BUF(values, 2048);
    OK(org_unit_get(t.call, unit_id, &unit));
    buf_format(&sql, "INSERT INTO %s (", name);
    for (size_t i = 0; i < table->many; i++) {
        if (!value_of(table, &table->columns[i], &unit, &args[many]))
            continue;
        buf_format(&sql, "%s%s", many ? ", " : "", table->columns[i].name);
        buf_format(&values, "%s$%zu", many ? ", " : "", many + 1);
        many++;
    }
    buf_format(&sql, ") VALUES (%.*s)", STR_ARG(buf_str(&values)));
    OK(db_run_args(t.call, keep(buf_str(&sql)), NULL, args, many));
}

static void fill_all(int64_t unit_id)
{
    size_t many;
    const char *const *tables = org_scoped_tables(&many);
    for (size_t i = 0; i < many; i++)
        fill(tables[i], unit_id);
}

static void appoint(int64_t unit_id)
{
    int64_t person_id, post_id;
    struct field_record record =
        DOMAIN_RECORD(t.call, &org_person_table,
                      str_format(t.call->arena, "unit_id=%lld", (long long)unit_id).at, "person_name=张甲");
    OK(org_person_create(t.call, &record, &person_id));
    OK(org_post_appoint(t.call, unit_id, person_id, STR("admin_head"), STR_NONE, STR_NONE, &post_id));
}

/* ---- what must always hold ---- */

/* A task stays with a unit that ended only where the other was asked the same itself. */
#define TWIN                                                                                                 \
    "SELECT COUNT(*) FROM collection_task r JOIN org_unit u ON u.unit_id = r.unit_id WHERE u.valid_to IS "   \
    "NOT NULL"

static void assert_owned(unsigned seed, int step, const char *table)
{
    int64_t wrong, ended = 0;
    OK(db_get_table(t.call, table, &wrong,
                    "SELECT COUNT(*) FROM {table} r LEFT JOIN org_unit u ON u.unit_id = r.unit_id"
                    " WHERE r.unit_id IS NOT NULL AND (u.unit_id IS NULL OR u.unit_path <> r.unit_path)"));
    if (wrong)
        fail_msg("seed %u, step %d: %lld rows of %s have no unit or another path than their unit", seed, step,
                 (long long)wrong, table);
    OK(db_get_table(t.call, table, &ended,
                    "SELECT COUNT(*) FROM {table} r JOIN org_unit u ON u.unit_id = r.unit_id"
                    " WHERE u.valid_to IS NOT NULL"));
    if (!strcmp(table, "collection_task"))
        OK(db_get_int(
            t.call, &ended, 0,
            TWIN " AND NOT EXISTS (SELECT 1 FROM org_reorg g JOIN collection_task o ON o.unit_id ="
                 " g.target_id AND o.collection_id = r.collection_id WHERE g.unit_id = r.unit_id AND"
                 " g.reorg_kind = 'merge' AND g.state = 'done') AND NOT EXISTS (SELECT 1 FROM org_reorg g"
                 " WHERE g.unit_id = r.unit_id AND g.reorg_kind = 'merge' AND g.state = 'done'"
                 " AND g.target_id IN (SELECT unit_id FROM org_unit WHERE valid_to IS NOT NULL))"));
    if (ended && !org_reorg_keeps(table))
        fail_msg("seed %u, step %d: %lld rows of %s belong to a unit that ended", seed, step,
                 (long long)ended, table);
}

static void assert_whole(unsigned seed, int step)
{
    size_t many;
    int64_t wrong;
    const char *const *tables = org_scoped_tables(&many);
    for (size_t i = 0; i < many; i++)
        assert_owned(seed, step, tables[i]);
    const char *const *pairs = org_unit_columns(&many);
    for (size_t i = 0; i < many; i++) {
        bool subject = !strcmp(pairs[i * 2 + 1], "subject_id");
        if (subject)
            OK(db_get_column(t.call, pairs[i * 2], pairs[i * 2 + 1], &wrong,
                             "SELECT COUNT(*) FROM {table} WHERE subject_kind = 'unit' AND {column} NOT IN"
                             " (SELECT unit_id FROM org_unit WHERE valid_to IS NULL)"));
        else
            OK(db_get_column(t.call, pairs[i * 2], pairs[i * 2 + 1], &wrong,
                             "SELECT COUNT(*) FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN"
                             " (SELECT unit_id FROM org_unit WHERE valid_to IS NULL)"));
        if (wrong)
            fail_msg("seed %u, step %d: %lld rows of %s name in %s a unit that is not", seed, step,
                     (long long)wrong, pairs[i * 2], pairs[i * 2 + 1]);
    }
    OK(db_get_int(t.call, &wrong, 0,
                  "SELECT COUNT(*) FROM org_unit u JOIN org_unit p ON p.unit_id = u.parent_id WHERE"
                  " SUBSTR(u.unit_path, 1, LENGTH(u.unit_path) - 4) <> p.unit_path"
                  " OR (u.valid_to IS NULL AND p.valid_to IS NOT NULL)"));
    assert_int_equal(wrong, 0);
}

/* One number over who owns what, table by table; a row that changes hands, is lost or doubled changes it. */
static void take_stock(int64_t *ret)
{
    size_t many, pairs_many;
    const char *const *tables = org_scoped_tables(&many), *const *pairs = org_unit_columns(&pairs_many);
    for (size_t i = 0; i < many; i++)
        OK(db_get_table(t.call, tables[i], &ret[i],
                        "SELECT COUNT(*) * 1000000007 + COALESCE(SUM(({key} * 7919 + 13) * unit_id), 0) FROM"
                        " {table}"));
    for (size_t i = 0; i < pairs_many; i++)
        if (strcmp(pairs[i * 2], "org_unit_moved")) /* grows with every step, undone ones too */
            OK(db_get_column(
                t.call, pairs[i * 2], pairs[i * 2 + 1], &ret[many + i],
                "SELECT COALESCE(SUM(({key} * 7919 + 13) * COALESCE({column}, 0)), 0) FROM {table}"));
    assert_true(many + pairs_many < TABLES_MAX);
}

static void count_rows(int64_t *ret)
{
    size_t many;
    const char *const *tables = org_scoped_tables(&many);
    for (size_t i = 0; i < many; i++)
        OK(db_get_table(t.call, tables[i], &ret[i], "SELECT COUNT(*) FROM {table}"));
}

static struct str said(int64_t unit_id, struct str on)
{
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    struct http_exchange x = {.ids = {unit_id}, .out = &w};
    const struct json *reply, *posts;
    x.query = DOMAIN_RECORD(t.call, &org_responsible_query_table,
                            str_format(t.call->arena, "on=%.*s", STR_ARG(on)).at);
    json_open_object(&w, NULL);
    OK(org_responsible(t.call, &x));
    json_close_object(&w);
    OK(json_parse(t.call->arena, buf_str(&out), &reply, NULL));
    struct str line = str_format(t.call->arena, "%d %.*s", json_bool(json_get(reply, "existed"), false),
                                 STR_ARG(json_text(json_get(reply, "unit_name"))));
    for (size_t i = 0; i < json_count(json_get(reply, "trail")); i++)
        line = str_format(t.call->arena, "%.*s/%.*s", STR_ARG(line),
                          STR_ARG(json_text(json_get(json_item(json_get(reply, "trail"), i), "unit_name"))));
    posts = json_get(reply, "posts");
    for (size_t i = 0; i < json_count(posts); i++)
        line = str_format(t.call->arena, "%.*s %lld", STR_ARG(line),
                          (long long)json_int(json_get(json_item(posts, i), "person_id"), 0));
    return line;
}

/* ---- any sequence ---- */

static enum err reorganise(struct str json, int64_t *ret_id)
{
    const struct json *object;
    struct field_record body;
    struct org_reorg r;
    call_faults_clear(t.call);
    OK(json_parse(t.call->arena, json, &object, NULL));
    OK(field_parse(t.call, &org_reorg_new_table, object, false, &body));
    TRY(org_reorg_read(t.call, &body, REORG_BY_TODAY, &r));
    TRY(org_reorg_do(t.call, &r));
    *ret_id = r.reorg_id;
    return ERR_OK;
}

static struct str ask_random(int step)
{
    static const char *const kinds[] = {"rename", "move", "merge", "split"};
    const char *kind = kinds[rand() % 4];
    int64_t unit_id = some_unit(true), target_id = some_unit(true), system_id = 0, person_id = 0;
    struct arena *a = t.call->arena;
    struct str more = STR(""), on = today();
    if (kind[0] == 's') {
        OK(db_get_int(t.call, &system_id, 0, "SELECT MIN(system_id) FROM info_system WHERE unit_id = $1",
                      db_int(unit_id)));
        OK(db_get_int(t.call, &person_id, 0, "SELECT MIN(person_id) FROM org_person WHERE unit_id = $1",
                      db_int(unit_id)));
        if (system_id)
            more = str_format(a, ",\"systems\":[{\"id\":%lld}]", (long long)system_id);
        if (person_id)
            more = str_format(a, "%.*s,\"people\":[{\"id\":%lld}]", STR_ARG(more), (long long)person_id);
    }
    if (kind[0] == 's' || kind[0] == 'r')
        more = str_format(a, "%.*s,\"new_name\":\"单位%d\"", STR_ARG(more), step);
    if (kind[0] == 'm')
        more = str_format(a, ",\"target_id\":%lld", (long long)target_id);
    return str_format(
        a, "{\"reorg_kind\":\"%s\",\"unit_id\":%lld,\"effective_on\":\"%.*s\",\"reason\":\"改革\"%.*s}", kind,
        (long long)unit_id, STR_ARG(on), STR_ARG(more));
}

struct answer {
    int64_t unit_id;
    struct str on, text;
};

static void ask_again(unsigned seed, int step, const struct answer *answers, int many)
{
    for (int i = 0; i < many; i++) {
        struct str again = said(answers[i].unit_id, answers[i].on);
        if (!str_eq(again, answers[i].text))
            fail_msg("seed %u, step %d: unit %lld on %.*s was \"%.*s\", now \"%.*s\"", seed, step,
                     (long long)answers[i].unit_id, STR_ARG(answers[i].on), STR_ARG(answers[i].text),
                     STR_ARG(again));
    }
}

static void one_step(unsigned seed, int step, int *done, int *undone)
{
    int64_t id, stock[TABLES_MAX], after[TABLES_MAX];
    memset(stock, 0, sizeof stock);
    memset(after, 0, sizeof after);
    take_stock(stock);
    OK(db_savepoint(t.call->db));
    struct str asked = ask_random(step);
    if (getenv("ANZE_SEED"))
        print_message("%d %.*s\n", step, STR_ARG(asked));
    if (reorganise(asked, &id) != ERR_OK) {
        db_rollback_savepoint(t.call->db);
        return;
    }
    ++*done;
    assert_whole(seed, step);
    if (rand() % 3 == 0) {
        if (org_reorg_undo(t.call, id, STR("撤销")) != ERR_OK)
            fail_msg("seed %u, step %d: undoing refused: %s", seed, step,
                     t.call->faults ? t.call->faults->key : "");
        ++*undone;
        take_stock(after);
        for (int i = 0; i < TABLES_MAX; i++)
            if (stock[i] != after[i])
                fail_msg("seed %u, step %d: undoing did not give back what was (stock no. %d)", seed, step,
                         i);
    }
    OK(db_release(t.call->db));
}

static void sequence(unsigned seed)
{
    static struct answer answers[ANSWERS_MAX];
    int64_t rows[TABLES_MAX], now[TABLES_MAX];
    int many = 0, done = 0, undone = 0;
    memset(rows, 0, sizeof rows);
    memset(now, 0, sizeof now);
    srand(seed);
    made = 0;
    for (int i = 0; i < UNITS; i++) {
        int64_t unit_id =
            domain_test_unit(t.call, some_unit(true), str_format(t.call->arena, "甲%d", i).at, "section");
        fill_all(unit_id);
        fill_all(unit_id);
        appoint(unit_id);
    }
    OK(db_run(t.call, "UPDATE org_unit SET valid_from = '2020-01-01'"));
    count_rows(rows);
    assert_whole(seed, -1);
    for (int step = 0; step < STEPS; step++) {
        t.call->now_ms += (1 + rand() % 3) * CLOCK_DAY_MS;
        one_step(seed, step, &done, &undone);
        assert_whole(seed, step);
        count_rows(now);
        assert_memory_equal(rows, now, sizeof rows);
        for (int i = 0; i < 2; i++) {
            int64_t unit_id = some_unit(false);
            answers[many++] = (struct answer){unit_id, today(), said(unit_id, today())};
        }
        ask_again(seed, step, answers, many);
    }
    print_message("seed %u: %d reorganisations, %d of them undone\n", seed, done, undone);
    assert_true(done > STEPS / 3);
}

static void test_any_sequence(void **unused)
{
    (void)unused;
    const char *asked = getenv("ANZE_SEED");
    unsigned first = asked ? (unsigned)strtoul(asked, NULL, 10) : 1, last = asked ? first : SEEDS;
    for (unsigned seed = first; seed <= last; seed++) {
        OK(db_savepoint(t.call->db));
        sequence(seed);
        db_rollback_savepoint(t.call->db);
    }
}

int main(void)
{
#define IN_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        IN_ALL(test_every_column_is_known),
        IN_ALL(test_every_declaration_exists),
        IN_ALL(test_any_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
