/* SPDX-License-Identifier: Apache-2.0
 * Statements, rows, transactions: the same on both engines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/stat.h>
#include "db/db_test.h"

static const char *const tables =
    "CREATE TABLE unit (unit_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER, share REAL, "
    "body BLOB,"
    " open INTEGER NOT NULL DEFAULT 1 CHECK (open IN (0, 1))) STRICT;"
    "CREATE TABLE host (host_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL REFERENCES unit(unit_id), ip "
    "TEXT) STRICT;"
    "CREATE TABLE pair (a INTEGER NOT NULL, b TEXT NOT NULL, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;";

static int open_test(void **state)
{
    struct db_test *t = calloc(1, sizeof *t);
    db_test_open(t, NULL, 0);
    db_test_step(t, "tables", tables);
    *state = t;
    return 0;
}

static int close_test(void **state)
{
    db_test_close(*state);
    free(*state);
    return 0;
}

#define assert_ok(e) assert_int_equal((e), ERR_OK)

static int64_t count(struct db_test *t)
{
    int64_t many = -1;
    assert_ok(db_get_int(&t->call, &many, -2, "SELECT COUNT(*) FROM unit"));
    return many;
}

static void every_kind_comes_back(void **state)
{
    struct db_test *t = *state;
    static const char bytes[] = {0, 1, '\\', 'x', (char)0xff, 0};
    assert_ok(db_run(&t->call,
                     "INSERT INTO unit(unit_id, name, size, share, body) VALUES ($5, $1, $2, $3, $4)",
                     db_c("示例县‘局’ ' \" \\"), db_int(INT64_MIN), ((struct db_arg){DB_REAL, 0, 0.1, {0}}),
                     db_blob(bytes, sizeof bytes), db_int(7)));
    assert_ok(db_run(&t->call, "INSERT INTO unit(unit_id, name) VALUES (8, $1)", db_c("")));
    DB_ROWS(rows);
    assert_ok(
        db_query(&t->call, &rows, "SELECT name, size, share, body, 1 = 1, 'x' FROM unit ORDER BY unit_id"));
    assert_true(db_next(&rows));
    assert_true(str_is(db_col_str(&rows, 0), "示例县‘局’ ' \" \\"));
    assert_int_equal(db_col_kind(&rows, 0), DB_TEXT);
    assert_true(db_col_int(&rows, 1) == INT64_MIN);
    assert_true(str_is(db_col_str(&rows, 1), "-9223372036854775808"));
    assert_int_equal(db_col_kind(&rows, 1), DB_INT);
    assert_true(db_col_real(&rows, 2) == 0.1);
    assert_int_equal(db_col_kind(&rows, 2), DB_REAL);
    assert_true(str_is(db_col_str(&rows, 2), "0.1"));
    assert_true(str_eq(db_col_str(&rows, 3), ((struct str){bytes, sizeof bytes})));
    assert_int_equal(db_col_kind(&rows, 3), DB_BLOB);
    assert_int_equal(db_col_kind(&rows, 4), DB_INT);
    assert_int_equal(db_col_int(&rows, 4), 1);
    assert_true(str_is(db_col_str(&rows, 5), "x"));
    assert_true(db_next(&rows));
    assert_false(db_col_null(&rows, 0));
    assert_int_equal(db_col_str(&rows, 0).len, 0);
    assert_true(db_col_null(&rows, 1));
    assert_int_equal(db_col_int(&rows, 1), 0);
    assert_null(db_col_str(&rows, 1).at);
    assert_false(db_next(&rows));
    assert_false(db_next(&rows));
    assert_ok(db_end(&rows));
}

#define ask(t, sql, ...) ask_args((t), (sql), DB_ARGS_(__VA_ARGS__))
static int64_t ask_args(struct db_test *t, const char *sql, const struct db_arg *args, size_t many)
{
    int64_t n = -1;
    assert_ok(db_get_int_args(&t->call, &n, -2, sql, args, many));
    return n;
}

static void the_dialect_works(void **state)
{
    struct db_test *t = *state;
    for (int i = 1; i <= 5; i++)
        assert_ok(db_run(&t->call, "INSERT INTO unit(name, size) VALUES ('u' || CAST($1 AS TEXT), $2)",
                         db_int(i), i == 5 ? db_null() : db_int(i * 10000000000)));
    const char *one_or_all = "SELECT COUNT(*) FROM unit WHERE ($1 = 0 OR size = $1)";
    assert_int_equal(ask(t, one_or_all, db_int(0)), 5);
    assert_int_equal(ask(t, one_or_all, db_int(30000000000)), 1);
    assert_int_equal(ask(t, one_or_all, db_null()), 0);
    assert_int_equal(ask(t, one_or_all, db_int(0)), 5);
    assert_int_equal(ask(t, "SELECT COUNT(*) FROM unit WHERE size > CAST($1 AS BIGINT)", db_c("20000000000")),
                     2);
    assert_int_equal(
        ask(t, "SELECT COUNT(*) FROM unit WHERE (CAST($1 AS BIGINT) IS NULL OR size = $1)", db_null()), 5);
    assert_int_equal(ask(t, "SELECT COUNT(*) FROM unit WHERE ($1 = '' OR name = $1)", db_c("u2")), 1);
    assert_int_equal(ask(t, "SELECT COUNT(*) FROM unit WHERE name LIKE $1 || '%'", db_c("u")), 5);
    assert_int_equal(ask(t, "SELECT COUNT(*) FROM unit WHERE name LIKE 'U%'"), 0);
    assert_int_equal(ask(t, "SELECT COUNT(*) FROM unit WHERE name LIKE $1 ESCAPE '\\'", db_c("%\\%%")), 0);
    assert_int_equal(
        ask(t, "SELECT SUM(size) FROM unit WHERE size < $2 AND size > $1", db_int(0), db_int(40000000000)),
        60000000000);
    assert_int_equal(ask(t, "SELECT CASE WHEN EXISTS (SELECT 1 FROM unit WHERE size = $1) THEN $2 ELSE 0 END",
                         db_int(10000000000), db_int(9)),
                     9);
    assert_int_equal(
        ask(t, "SELECT COALESCE(MAX(size), $1) FROM unit WHERE name = $2", db_int(77), db_c("?")), 77);
    assert_int_equal(ask(t,
                         "INSERT INTO unit(name, size) VALUES ($2, $1) ON CONFLICT (name) DO UPDATE SET size "
                         "= excluded.size"
                         " RETURNING size",
                         db_int(12), db_c("u1")),
                     12);
    assert_int_equal(ask(t,
                         "INSERT INTO unit(name, size) VALUES ($2, $1) ON CONFLICT DO NOTHING RETURNING size",
                         db_int(13), db_c("u1")),
                     -2);
    assert_int_equal(ask(t, "SELECT COUNT(*) FROM unit ORDER BY 1 LIMIT $1", db_int(3)), 5);
}

static void conflicts_and_failures(void **state)
{
    struct db_test *t = *state;
    assert_ok(db_run(&t->call, "INSERT INTO unit(unit_id, name) VALUES (1, 'a')"));
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(unit_id, name) VALUES (2, 'a')"), ERR_CONFLICT);
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(unit_id, name) VALUES (1, 'b')"), ERR_CONFLICT);
    assert_int_equal(db_run(&t->call, "INSERT INTO host(unit_id, ip) VALUES (99, 'x')"), ERR_CONFLICT);
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(name, open) VALUES ('c', 2)"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(size) VALUES (2)"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "INSERT INTO nowhere(size) VALUES (2)"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "SELECT 1; SELECT 2"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "SELECT name FROM unit WHERE size = $1"), ERR_FAILED);
    assert_int_equal(count(t), 1);
    DB_ROWS(rows);
    assert_int_equal(db_one(&t->call, &rows, "SELECT name FROM unit WHERE unit_id = $1", db_int(5)),
                     ERR_NOT_FOUND);
    assert_ok(db_one(&t->call, &rows, "SELECT name FROM unit WHERE unit_id = $1", db_int(1)));
    assert_true(str_is(db_col_copy(&t->call, &rows, 0), "a"));
    assert_ok(db_end(&rows));
    int64_t changed = 0;
    assert_ok(db_run_counted(&t->call, &changed, "UPDATE unit SET size = 1 WHERE unit_id = $1", db_int(5)));
    assert_int_equal(changed, 0);
    assert_ok(db_run_counted(&t->call, &changed, "UPDATE unit SET size = 1 WHERE unit_id = $1", db_int(1)));
    assert_int_equal(changed, 1);
}

static void transactions_and_savepoints(void **state)
{
    struct db_test *t = *state;
    assert_ok(db_begin(t->db));
    assert_int_equal(db_begin(t->db), ERR_FAILED);
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('outer')"));
    assert_ok(db_savepoint(t->db));
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('kept')"));
    assert_ok(db_savepoint(t->db));
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('lost')"));
    db_rollback_savepoint(t->db);
    assert_ok(db_release(t->db));
    assert_int_equal(db_release(t->db), ERR_FAILED);
    assert_ok(db_commit(t->db));
    assert_int_equal(count(t), 2);
    assert_ok(db_begin(t->db));
    assert_ok(db_run(&t->call, "DELETE FROM unit"));
    db_rollback(t->db);
    assert_int_equal(count(t), 2);
    /* Savepoints that nothing was done in, before anything else of the transaction. */
    assert_ok(db_begin(t->db));
    assert_ok(db_savepoint(t->db));
    assert_ok(db_savepoint(t->db));
    db_rollback_savepoint(t->db);
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('after')"));
    assert_ok(db_release(t->db));
    assert_ok(db_commit(t->db));
    assert_int_equal(count(t), 3);
}

static void a_failed_statement_spoils(void **state)
{
    struct db_test *t = *state;
    int64_t n = 0;
    assert_ok(db_begin(t->db));
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('a')"));
    assert_ok(db_savepoint(t->db));
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(name) VALUES ('a')"), ERR_CONFLICT);
    assert_int_equal(db_get_int(&t->call, &n, 0, "SELECT 1"), ERR_FAILED);
    assert_int_equal(db_release(t->db), ERR_FAILED);
    db_rollback_savepoint(t->db);
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('b')"));
    assert_ok(db_commit(t->db));
    assert_int_equal(count(t), 2);
    assert_ok(db_begin(t->db));
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('c')"));
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(name) VALUES ('a')"), ERR_CONFLICT);
    assert_int_equal(db_commit(t->db), ERR_FAILED);
    assert_int_equal(count(t), 2);
}

/* The same text read in two places at once, and many texts: more than the cache keeps. */
static void statements_in_statements(void **state)
{
    struct db_test *t = *state;
    assert_ok(db_run(&t->call, "INSERT INTO unit(unit_id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')"));
    const char *sql = "SELECT unit_id FROM unit WHERE unit_id >= $1 ORDER BY unit_id";
    int64_t seen = 0;
    DB_ROWS(outer);
    struct db_arg first = db_int(1);
    assert_ok(db_query_args(&t->call, &outer, sql, &first, 1));
    while (db_next(&outer)) {
        DB_ROWS(inner);
        struct db_arg from = db_int(db_col_int(&outer, 0));
        assert_ok(db_query_args(&t->call, &inner, sql, &from, 1));
        while (db_next(&inner))
            seen = seen * 10 + db_col_int(&inner, 0);
        assert_ok(db_end(&inner));
        for (int i = 0; i < DB_STATEMENTS_MAX; i++) {
            struct str other = str_format(t->call.arena, "SELECT %d + unit_id FROM unit WHERE unit_id = $1",
                                          i + 1000 * (int)seen);
            int64_t got = 0;
            assert_ok(db_get_int_args(&t->call, &got, 0, other.at, &first, 1));
            assert_int_equal(got, i + 1000 * seen + 1);
        }
    }
    assert_ok(db_end(&outer));
    assert_int_equal(seen, 123233);
    assert_in_range(t->db->cache.many, 1, DB_STATEMENTS_MAX);
}

/* An address that comes again with another text must not find the old statement. */
static void texts_at_one_address(void **state)
{
    struct db_test *t = *state;
    char sql[64];
    for (int i = 0; i < 5; i++) {
        int64_t n = 0;
        snprintf(sql, sizeof sql, "SELECT %d", i);
        assert_ok(db_get_int_args(&t->call, &n, -1, sql, NULL, 0));
        assert_int_equal(n, i);
    }
}

static void arguments_may_go_after_the_query(void **state)
{
    struct db_test *t = *state;
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('aa'), ('ab'), ('ba')"));
    DB_ROWS(rows);
    char text[3] = "a%";
    assert_ok(
        db_query(&t->call, &rows, "SELECT name FROM unit WHERE name LIKE $1 ORDER BY name", db_c(text)));
    memcpy(text, "b%", 3);
    assert_true(db_next(&rows));
    assert_true(str_is(db_col_str(&rows, 0), "aa"));
    assert_true(db_next(&rows));
    assert_true(str_is(db_col_str(&rows, 0), "ab"));
    assert_false(db_next(&rows));
}

static void readers_do_not_write(void **state)
{
    struct db_test *t = *state;
    char why[256];
    struct db *db = NULL;
    assert_ok(db_open(t->where, DB_READ, &db, why));
    struct call call = t->call;
    call.db = db;
    int64_t n = -1;
    assert_ok(db_get_int(&call, &n, -1, "SELECT COUNT(*) FROM unit"));
    assert_int_equal(n, 0);
    assert_int_equal(db_run(&call, "INSERT INTO unit(name) VALUES ('a')"), ERR_FAILED);
    /* Inside a transaction a reader sees one moment. */
    assert_ok(db_begin(db));
    assert_ok(db_get_int(&call, &n, -1, "SELECT COUNT(*) FROM unit"));
    assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('a')"));
    assert_ok(db_get_int(&call, &n, -1, "SELECT COUNT(*) FROM unit"));
    assert_int_equal(n, 0);
    assert_ok(db_commit(db));
    assert_ok(db_get_int(&call, &n, -1, "SELECT COUNT(*) FROM unit"));
    assert_int_equal(n, 1);
    db_close(db);
}

static void the_schema_is_out_of_reach(void **state)
{
    struct db_test *t = *state;
    if (db_is_pg(t->db))
        skip();
    assert_int_equal(db_run(&t->call, "DROP TABLE pair"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "CREATE TABLE mine (a INTEGER)"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "ATTACH DATABASE '/tmp/other.db' AS other"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "PRAGMA writable_schema = 1"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(name) VALUES (\"a\")"), ERR_FAILED);
    assert_int_equal(db_run(&t->call, "INSERT INTO unit(name, size) VALUES ('a', 'many')"), ERR_FAILED);
    struct stat info;
    assert_int_equal(stat(t->where, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void opening_what_is_not_there(void **state)
{
    (void)state;
    char why[256];
    struct db *db = NULL;
    assert_int_equal(db_open("/nonexistent/anze.db", DB_WRITE, &db, why), ERR_FAILED);
    assert_non_null(strstr(why, "/nonexistent/anze.db"));
    assert_int_equal(db_open("/nonexistent.db", DB_READ, &db, why), ERR_FAILED);
    assert_int_equal(db_open("postgresql://127.0.0.1:1/none", DB_READ, &db, why), ERR_FAILED);
    assert_non_null(strstr(why, "PostgreSQL"));
    assert_null(db);
    db_close(NULL);
    char file[] = "/tmp/anze-not-db-XXXXXX";
    int fd = mkstemp(file);
    assert_int_equal(
        write(fd,
              "This is no database. This is no database. This is no database. This is no database. This is n",
              93),
        93);
    close(fd);
    assert_int_equal(db_open(file, DB_WRITE, &db, why), ERR_FAILED);
    unlink(file);
}

static void a_copy_is_whole(void **state)
{
    struct db_test *t = *state;
    char why[256], to[128];
    if (db_is_pg(t->db)) {
        assert_int_equal(db_copy(t->db, "/tmp/none", why), ERR_REFUSED);
        return;
    }
    for (int i = 0; i < 100; i++)
        assert_ok(db_run(&t->call, "INSERT INTO unit(name) VALUES ('u' || CAST($1 AS TEXT))", db_int(i)));
    snprintf(to, sizeof to, "%s/copy.db", t->folder);
    assert_ok(db_copy(t->db, to, why));
    assert_int_equal(db_copy(t->db, to, why), ERR_FAILED); /* never over an existing file */
    struct db *db = NULL;
    assert_ok(db_open(to, DB_WRITE, &db, why));
    struct call call = t->call;
    call.db = db;
    int64_t n = 0;
    assert_ok(db_get_int(&call, &n, 0, "SELECT COUNT(*) FROM unit"));
    assert_int_equal(n, 100);
    db_close(db);
    assert_int_equal(unlink(to), 0);
}

/* SUM of BIGINT and AVG are NUMERIC on PostgreSQL. */
static void sums_and_averages(void **state)
{
    struct db_test *t = *state;
    static const struct {
        const char *text;
        double real;
    } cases[] = {{"0.0001", 0.0001},
                 {"-12345.0625", -12345.0625},
                 {"99999999.00000001", 99999999.00000001},
                 {"0.5", 0.5},
                 {"100000000.25", 100000000.25},
                 {"-0.00000001", -0.00000001},
                 {"10000000000000000000000.5", 1e22}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DB_ROWS(rows);
        struct str sql = str_format(t->call.arena, "SELECT CAST(%s AS NUMERIC)", cases[i].text);
        assert_ok(db_one_args(&t->call, &rows, sql.at, NULL, 0));
        assert_int_equal(db_col_kind(&rows, 0), DB_REAL);
        double off = (db_col_real(&rows, 0) - cases[i].real) / cases[i].real;
        assert_true(off > -1e-12 && off < 1e-12);
    }
    assert_ok(
        db_run(&t->call, "INSERT INTO unit(name, size) VALUES ('a', -70000), ('b', -50001), ('c', 100000)"));
    DB_ROWS(rows);
    assert_ok(
        db_one(&t->call, &rows,
               "SELECT SUM(size), AVG(size * 1.0), SUM(size) - SUM(size), SUM(size * 1000000000) FROM unit"));
    assert_int_equal(db_col_kind(&rows, 0), DB_INT);
    assert_int_equal(db_col_int(&rows, 0), -20001);
    assert_true(db_col_real(&rows, 1) == -6667.0);
    assert_int_equal(db_col_int(&rows, 2), 0);
    assert_int_equal(db_col_int(&rows, 3), -20001000000000);
    assert_true(str_is(db_col_str(&rows, 0), "-20001"));
}

/* A table that another node changed under a kept statement. */
static void a_changed_table(void **state)
{
    struct db_test *t = *state;
    char why[256];
    struct db *db = NULL;
    assert_ok(db_open(t->where, DB_READ, &db, why));
    struct call call = t->call;
    call.db = db;
    assert_ok(db_run(&t->call, "INSERT INTO pair(a, b) VALUES (1, 'x')"));
    for (int round = 0; round < 2; round++) {
        DB_ROWS(rows);
        assert_ok(db_one(&call, &rows, "SELECT * FROM pair"));
        assert_int_equal(((struct db_stmt *)rows.inner)->columns, 2 + round);
        db_rows_close(&rows);
        if (round == 0)
            db_test_step(t, "third", "ALTER TABLE pair ADD COLUMN c INTEGER;");
    }
    db_close(db);
}

static void closed_in_a_transaction(void **state)
{
    struct db_test *t = *state;
    char why[256];
    struct db *db = NULL;
    assert_ok(db_open(t->where, DB_WRITE, &db, why));
    struct call call = t->call;
    call.db = db;
    assert_ok(db_begin(db));
    assert_ok(db_run(&call, "INSERT INTO unit(name) VALUES ('a')"));
    db_close(db);
    assert_int_equal(count(t), 0);
    assert_int_equal(db_commit(t->db), ERR_FAILED);
    assert_int_equal(db_savepoint(t->db), ERR_FAILED);
    db_rollback(t->db);
    db_rollback_savepoint(t->db);
}

#define on_fresh(f) cmocka_unit_test_setup_teardown(f, open_test, close_test)

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        on_fresh(every_kind_comes_back),
        on_fresh(the_dialect_works),
        on_fresh(conflicts_and_failures),
        on_fresh(transactions_and_savepoints),
        on_fresh(a_failed_statement_spoils),
        on_fresh(statements_in_statements),
        on_fresh(texts_at_one_address),
        on_fresh(arguments_may_go_after_the_query),
        on_fresh(readers_do_not_write),
        on_fresh(the_schema_is_out_of_reach),
        cmocka_unit_test(opening_what_is_not_there),
        on_fresh(a_copy_is_whole),
        on_fresh(sums_and_averages),
        on_fresh(a_changed_table),
        on_fresh(closed_in_a_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
