/* SPDX-License-Identifier: Apache-2.0
 *
 * db: one interface over SQLite and PostgreSQL. One SQL text for both.
 *
 * SQL is literal text ($1 … parameters); a non-literal does not compile. The only composed SQL is made here,
 * from static descriptors (db_insert, db_update, db_list), never from input. The dialect that both
 * understand: BIGINT ids from `INTEGER PRIMARY KEY`, TEXT, BLOB, INTEGER 0/1 for booleans, COALESCE, CASE, ON
 * CONFLICT, RETURNING, CAST(… AS BIGINT|TEXT). Schema steps are written for SQLite STRICT; the PostgreSQL
 * side maps a few words in them, written in capitals: `INTEGER PRIMARY KEY` -> identity, INTEGER -> BIGINT,
 * BLOB -> BYTEA, REAL -> DOUBLE PRECISION, TEXT -> TEXT COLLATE "C" (and drops STRICT, WITHOUT ROWID). A
 * parameter has the type of what is bound (db_int -> BIGINT, db_str -> TEXT); where PostgreSQL would not find
 * it out for a NULL (`$1 IS NULL`), write CAST($1 AS BIGINT). A connection (struct db) belongs to one thread
 * at a time. Rows' texts live until the next db_next.
 */
#ifndef ANZE_DB_DB_H
#define ANZE_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/call.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"

struct db;

enum db_mode { DB_READ, DB_WRITE };

/* where: "postgresql://…" or a file path. ERR_FAILED with the reason in why. Free with db_close. */
MUST_USE enum err db_open(const char *where, enum db_mode mode, struct db **ret, char why[256]);
void db_close(struct db *db);
bool db_is_pg(const struct db *db);
/* The file of a SQLite database, for a second connection to it that sees the same; NULL on PostgreSQL, and
 * while db is in a transaction of its own. Lives with db. */
const char *db_file(const struct db *db);

/* ---- schema steps: forward only, hashed (SM3), one transaction each, recorded in db_step ---- */
struct db_step {
    const char *room; /* "ledger", "org" … */
    const char *name; /* "0001_org" */
    struct str sql;
};
/* Applies what is missing, in the given order. ERR_FAILED when a recorded step's text has changed. */
MUST_USE enum err db_upgrade(struct db *db, const struct db_step *steps, size_t many, char why[256]);

/* ---- transactions (lanes and commands only) ----
 * On both engines a failed statement (a conflict too) spoils its transaction, or the newest savepoint:
 * everything but rolling that back is then refused. Who expects a conflict writes ON CONFLICT or takes a
 * savepoint. db_commit that fails has rolled back. A reading transaction on SQLite, where nothing can be
 * undone, is not spoiled. */
MUST_USE enum err db_begin(struct db *db);
MUST_USE enum err db_commit(struct db *db);
void db_rollback(struct db *db);
MUST_USE enum err db_savepoint(struct db *db); /* nests */
MUST_USE enum err db_release(struct db *db);
void db_rollback_savepoint(struct db *db); /* rolls back to and releases the newest */

/* ---- statements ---- */
enum db_kind { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB };
struct db_arg {
    enum db_kind kind;
    int64_t number;
    double real;
    struct str bytes;
};
static inline struct db_arg db_int(int64_t n)
{
    return (struct db_arg){DB_INT, n, 0, {0}};
}
static inline struct db_arg db_str(struct str s)
{
    return (struct db_arg){DB_TEXT, 0, 0, s.at ? s : (struct str){"", 0}};
}
static inline struct db_arg db_c(const char *s)
{
    return s ? db_str(str_of(s)) : (struct db_arg){DB_NULL, 0, 0, {0}};
}
static inline struct db_arg db_blob(const void *p, size_t n)
{
    return (struct db_arg){DB_BLOB, 0, 0, {p, n}};
}
static inline struct db_arg db_null(void)
{
    return (struct db_arg){DB_NULL, 0, 0, {0}};
}
/* NULL for 0 / for the empty string: optional references and texts. */
static inline struct db_arg db_int_or_null(int64_t n)
{
    return n ? db_int(n) : db_null();
}
static inline struct db_arg db_str_or_null(struct str s)
{
    return s.len ? db_str(s) : db_null();
}

struct db_rows {
    struct db *db;
    void *inner;
    bool on_row;
    enum err failed;
};
#define DB_ROWS(name) __attribute__((cleanup(db_rows_close))) struct db_rows name = {0}

#define DB_ARGS_(...)                                                                                        \
    ((const struct db_arg[]){__VA_ARGS__ __VA_OPT__(, ){0}}),                                                \
        (sizeof((const struct db_arg[]){__VA_ARGS__ __VA_OPT__(, ){0}}) / sizeof(struct db_arg) - 1)

/* Runs a statement that gives no rows. ret_changed may be had by db_run_counted.
 * A unique or foreign-key violation is ERR_CONFLICT, anything else ERR_FAILED (logged with the SQL). */
#define db_run(call, sql, ...) db_run_args((call), "" sql "", NULL, DB_ARGS_(__VA_ARGS__))
#define db_run_counted(call, ret_changed, sql, ...)                                                          \
    db_run_args((call), "" sql "", (ret_changed), DB_ARGS_(__VA_ARGS__))
/* Starts a query. Then: while (db_next(&rows)) …; TRY(db_end(&rows)). */
#define db_query(call, rows, sql, ...) db_query_args((call), (rows), "" sql "", DB_ARGS_(__VA_ARGS__))
/* A query that must give a row: ERR_NOT_FOUND otherwise; rows stands on it. */
#define db_one(call, rows, sql, ...) db_one_args((call), (rows), "" sql "", DB_ARGS_(__VA_ARGS__))
/* A single integer; `otherwise` when no row or NULL. */
#define db_get_int(call, ret, otherwise, sql, ...)                                                           \
    db_get_int_args((call), (ret), (otherwise), "" sql "", DB_ARGS_(__VA_ARGS__))

MUST_USE enum err db_run_args(struct call *call, const char *sql, int64_t *ret_changed,
                              const struct db_arg *args, size_t many);
MUST_USE enum err db_query_args(struct call *call, struct db_rows *rows, const char *sql,
                                const struct db_arg *args, size_t many);
MUST_USE enum err db_one_args(struct call *call, struct db_rows *rows, const char *sql,
                              const struct db_arg *args, size_t many);
MUST_USE enum err db_get_int_args(struct call *call, int64_t *ret, int64_t otherwise, const char *sql,
                                  const struct db_arg *args, size_t many);

bool db_next(struct db_rows *rows);
MUST_USE enum err db_end(struct db_rows *rows); /* the error that ended the rows, if any; closes */
void db_rows_close(struct db_rows *rows);       /* idempotent */
int64_t db_col_int(const struct db_rows *rows, int column); /* from 0; NULL is 0 */
double db_col_real(const struct db_rows *rows, int column);
struct str db_col_str(const struct db_rows *rows,
                      int column); /* borrowed until db_next; blobs too; NULL is STR_NONE */
struct str db_col_copy(struct call *call, const struct db_rows *rows, int column);
bool db_col_null(const struct db_rows *rows, int column);
enum db_kind db_col_kind(const struct db_rows *rows, int column);

/* ---- records: INSERT and UPDATE composed from a field table ---- */
/* Fields not stored in the table's own columns (READONLY, ROWS, OBJECT, SECRET) are skipped. `extra` adds
 * columns set by the program, e.g. {"unit_path", db_str(path)}. Returns the new id. */
struct db_extra {
    const char *column;
    struct db_arg value;
};
MUST_USE enum err db_insert(struct call *call, const char *table, const struct field_record *record,
                            const struct db_extra *extra, size_t many_extra, int64_t *ret_id);
/* Sets the given fields of one row where <key column> = id; given-and-empty becomes NULL. ERR_NOT_FOUND when
 * no row. */
MUST_USE enum err db_update(struct call *call, const char *table, const char *key, int64_t id,
                            const struct field_record *record, const struct db_extra *extra,
                            size_t many_extra);
/* Reads the stored fields of one row into a record (texts in call->arena; NULL is empty): for comparing with
 * what a form or a sheet says, and for files that show every field. ERR_NOT_FOUND when no row. */
MUST_USE enum err db_fetch(struct call *call, const char *table, const char *key, int64_t id,
                           const struct field_table *fields, struct field_record *ret);
/* Writes the current row as members of the open JSON object; columns must stand in the order of the table's
 * fields. ROWS, OBJECT and SECRET fields have no column and are not written. FIELD_PERSONAL is written in
 * full. */
void db_put_row(struct json_writer *w, const struct db_rows *rows, const struct field_table *columns);
/* Asks, and writes all rows as an array of such objects under the member. */
#define db_put_rows(call, w, member, columns, sql, ...)                                                      \
    db_put_rows_args((call), (w), (member), (columns), "" sql "", DB_ARGS_(__VA_ARGS__))
MUST_USE enum err db_put_rows_args(struct call *call, struct json_writer *w, const char *member,
                                   const struct field_table *columns, const char *sql,
                                   const struct db_arg *args, size_t many);

/* ---- one statement over many tables ---- */
/* {table} and {key}, the table's key of one column, are filled in. The name comes from a static declaration
 * (a module's scoped tables), never from input. */
#define db_run_table(call, table, ret_changed, sql, ...)                                                     \
    db_run_table_args((call), (table), (ret_changed), "" sql "", DB_ARGS_(__VA_ARGS__))
#define db_get_table(call, table, ret, sql, ...)                                                             \
    db_get_table_args((call), (table), (ret), "" sql "", DB_ARGS_(__VA_ARGS__))
MUST_USE enum err db_run_table_args(struct call *call, const char *table, int64_t *ret_changed,
                                    const char *sql, const struct db_arg *args, size_t many);
MUST_USE enum err db_get_table_args(struct call *call, const char *table, int64_t *ret, const char *sql,
                                    const struct db_arg *args, size_t many);
/* The same with {column}, one column of the table, also from a static declaration. */
#define db_run_column(call, table, column, ret_changed, sql, ...)                                            \
    db_run_column_args((call), (table), (column), (ret_changed), "" sql "", DB_ARGS_(__VA_ARGS__))
#define db_get_column(call, table, column, ret, sql, ...)                                                    \
    db_get_column_args((call), (table), (column), (ret), "" sql "", DB_ARGS_(__VA_ARGS__))
MUST_USE enum err db_run_column_args(struct call *call, const char *table, const char *column,
                                     int64_t *ret_changed, const char *sql, const struct db_arg *args,
                                     size_t many);
MUST_USE enum err db_get_column_args(struct call *call, const char *table, const char *column, int64_t *ret,
                                     const char *sql, const struct db_arg *args, size_t many);
/* Does the table have the column? */
MUST_USE enum err db_table_has(struct call *call, const char *table, const char *column, bool *ret);

/* ---- lists: filter, scope, sort, keyset page: composed from a static descriptor ---- */
struct db_filter {
    const char *param; /* query parameter */
    const char
        *sql;             /* literal condition with $$ where the value goes, e.g. "s.lifecycle_status = $$"; a
                             FIELD_BOOL      condition without $$ is taken as it is for true, and with NOT for false */
    enum field_type type; /* how to parse the value */
    const struct field_enum *of; /* FIELD_ENUM: a comma-separated list is allowed and becomes IN (…) when sql
                                    ends in "= $$" or "= $$)" */
};
/* ?sort=param or ?sort=-param. Rows without a value come last either way. An index on (column, key) makes it
 * fast. Never a FIELD_PERSONAL column: the cursor carries the sort value. */
struct db_sort {
    const char *param;
    const char *column;
};
struct db_list {
    const struct field_table *columns; /* what a row is, in SELECT order; the first column is the row's id */
    const char *select; /* "SELECT s.system_id, … FROM info_system s JOIN …" without WHERE */
    const char *where;  /* fixed condition or NULL */
    const char *
        scope; /* column holding the unit path, e.g. "s.unit_path"; NULL: not scoped (say why in a comment) */
    const char *key;          /* unique integer column that breaks ties, e.g. "s.system_id" */
    const char *default_sort; /* a param of sorts, with '-' for descending */
    const struct db_filter *filters;
    size_t many_filters;
    const struct db_sort *sorts;
    size_t many_sorts;
    const char *search; /* literal condition for ?q=, with $$ standing for the LIKE pattern, e.g. "s.name LIKE
                           $$" (its ESCAPE is added) or "LOWER(s.name) LIKE LOWER($$)"; NULL: none */
};
struct db_list_ask {
    struct str (*param)(void *from, const char *name); /* query parameters; STR_NONE when absent */
    void *from;
    struct str scope_path; /* only rows whose path starts with it; "" all */
    bool nothing;          /* an actor with no scope at all sees nothing */
    int limit;             /* 1..200; 0 means what ?limit= says, else 20; exports pass INT_MAX */
    bool
        personal; /* FIELD_PERSONAL columns in full; otherwise db_list masks them (db_list_each never does) */
};
/* Writes "items":[…],"next":cursor|null and, when ?count=1, "total":n into the open object. Bad filters,
 * sorts and cursors are faults. each (may be NULL) is called inside every item object to add computed
 * members. */
MUST_USE enum err db_list(struct call *call, const struct db_list *list, const struct db_list_ask *ask,
                          struct json_writer *w,
                          void (*each)(struct call *call, struct json_writer *w, const struct db_rows *rows));
/* The same rows, for exports: calls row for each. */
MUST_USE enum err db_list_each(struct call *call, const struct db_list *list, const struct db_list_ask *ask,
                               enum err (*row)(struct call *call, const struct db_rows *rows, void *context),
                               void *context);

/* ---- the write lane: one thread, one connection, commits everything waiting as one transaction ---- */
struct db_lane;
struct db_job {
    /* Runs on the lane inside its own savepoint; not ERR_OK rolls just this job back. Sets call->db itself.
     */
    enum err (*run)(struct db *db, void *context);
    /* Runs on the lane's thread after the commit is durable (word ERR_OK), or after the roll-back (the word).
     * Must be quick. */
    void (*done)(void *context, enum err word);
    void *context;
    struct db_job *next; /* the lane's */
};
MUST_USE enum err db_lane_start(const char *where, struct db_lane **ret, char why[256]);
/* ERR_BUSY when more than max_waiting (10,000) jobs wait. The job must stay valid until done. */
MUST_USE enum err db_lane_submit(struct db_lane *lane, struct db_job *job);
/* Submits and waits: for commands and jobs. */
MUST_USE enum err db_lane_wait(struct db_lane *lane, enum err (*run)(struct db *db, void *context),
                               void *context);
void db_lane_stop(struct db_lane *lane); /* finishes what waits */

/* A consistent copy of a SQLite database into a new file; ERR_REFUSED on PostgreSQL. */
MUST_USE enum err db_copy(struct db *db, const char *to_file, char why[256]);

#endif
