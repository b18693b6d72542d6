/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. PostgreSQL gives up a transaction at its first failed statement; SQLite goes on. One behaviour for
 * both is kept here: a failed statement spoils the transaction (or the newest savepoint), and everything but
 * rolling back is refused until then. Whoever expects a conflict writes ON CONFLICT or takes a savepoint.
 */
#include "db/db_inner.h"

#include <string.h>
#include "base/log.h"

bool db_is_pg(const struct db *db)
{
    return db->engine->pg;
}

const char *db_file(const struct db *db)
{
    return db->engine->pg || db->in_transaction ? NULL : db_sqlite_file(db);
}

enum err db_open(const char *where, enum db_mode mode, struct db **ret, char why[256])
{
    *ret = NULL;
    why[0] = '\0';
    if (strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0)
        return db_pg_open(where, mode, ret, why);
    return db_sqlite_open(where, mode, ret, why);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    if (db->in_transaction)
        db_rollback(db);
    db_cache_clear(db);
    db_list_texts_free(db->texts);
    db->engine->close(db);
}

enum err db_spoil(struct db *db, enum err word)
{
    bool nothing_to_undo = db->mode == DB_READ && !db->engine->pg;
    if (word != ERR_OK && db->in_transaction && !db->spoiled && !nothing_to_undo)
        db->spoiled = db->depth + 1;
    return word;
}

/* ---- transactions ---- */

enum err db_begin(struct db *db)
{
    if (db->in_transaction) {
        log_error("db: a transaction is begun inside another");
        return ERR_FAILED;
    }
    if (db->dead && db->mode == DB_WRITE)
        return ERR_FAILED;
    const char *begin = db->engine->pg
                            ? (db->mode == DB_READ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                                   : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
                            : (db->mode == DB_READ ? "BEGIN" : "BEGIN IMMEDIATE");
    TRY(db->engine->plain(db, begin));
    db->in_transaction = true;
    db->depth = 0;
    db->spoiled = 0;
    return ERR_OK;
}

enum err db_commit(struct db *db)
{
    if (!db->in_transaction)
        return ERR_FAILED;
    if (db->spoiled) {
        log_error("db: a transaction with a failed statement was to be committed; it is rolled back");
        db_rollback(db);
        return ERR_FAILED;
    }
    enum err word = db->engine->plain(db, "COMMIT");
    if (word != ERR_OK) {
        db_rollback(db);
        return word;
    }
    db->in_transaction = false;
    db->depth = 0;
    if (!db->on_lane && db->mode == DB_WRITE)
        db->engine->tend(db);
    return ERR_OK;
}

void db_rollback(struct db *db)
{
    if (!db->in_transaction)
        return;
    if (db->engine->plain(db, "ROLLBACK") != ERR_OK)
        log_warn("db: rolling back failed; the connection is started afresh on its next use");
    db->in_transaction = false;
    db->depth = 0;
    db->spoiled = 0;
}

enum err db_savepoint(struct db *db)
{
    if (!db->in_transaction || db->spoiled)
        return ERR_FAILED;
    TRY(db_spoil(db, db->engine->plain(db, "SAVEPOINT s")));
    db->depth++;
    return ERR_OK;
}

enum err db_release(struct db *db)
{
    if (!db->in_transaction || db->depth == 0)
        return ERR_FAILED;
    if (db->spoiled) {
        log_error("db: a savepoint with a failed statement was to be kept");
        return ERR_FAILED;
    }
    TRY(db_spoil(db, db->engine->plain(db, "RELEASE s")));
    db->depth--;
    return ERR_OK;
}

void db_rollback_savepoint(struct db *db)
{
    if (!db->in_transaction || db->depth == 0)
        return;
    bool lost = db->spoiled && db->spoiled <= db->depth;
    if (!lost) {
        db->spoiled = 0;
        if (db->engine->plain(db, "ROLLBACK TO s") != ERR_OK || db->engine->plain(db, "RELEASE s") != ERR_OK)
            db->spoiled = 1;
    }
    db->depth--;
}

/* ---- statements ---- */

enum err db_start(struct db *db, const char *sql, const struct db_arg *args, size_t many, bool borrow,
                  struct db_rows *rows)
{
    db_rows_close(rows);
    *rows = (struct db_rows){0};
    if (!db) {
        log_error("db: a statement without a database: %s", sql);
        return ERR_FAILED;
    }
    if (db->spoiled) {
        log_error("db: a statement after a failed one in the same transaction: %s", sql);
        return ERR_FAILED;
    }
    if (many > DB_PARAMS_MAX) {
        log_error("db: more than %d parameters: %s", DB_PARAMS_MAX, sql);
        return ERR_FAILED;
    }
    struct db_stmt *stmt = NULL;
    TRY(db_spoil(db, db->engine->start(db, sql, args, many, borrow, &stmt)));
    rows->db = db;
    rows->inner = stmt;
    return ERR_OK;
}

bool db_next(struct db_rows *rows)
{
    rows->on_row = false;
    if (!rows->inner)
        return false;
    rows->failed = db_spoil(rows->db, rows->db->engine->next(rows->db, rows->inner, &rows->on_row));
    if (rows->failed != ERR_OK)
        rows->on_row = false;
    return rows->on_row;
}

void db_rows_close(struct db_rows *rows)
{
    if (!rows->inner)
        return;
    rows->db->engine->end(rows->db, rows->inner);
    rows->inner = NULL;
    rows->on_row = false;
}

enum err db_end(struct db_rows *rows)
{
    db_rows_close(rows);
    return rows->failed;
}

enum err db_query_args(struct call *call, struct db_rows *rows, const char *sql, const struct db_arg *args,
                       size_t many)
{
    return db_start(call->db, sql, args, many, false, rows);
}

enum err db_run_args(struct call *call, const char *sql, int64_t *ret_changed, const struct db_arg *args,
                     size_t many)
{
    DB_ROWS(rows);
    TRY(db_start(call->db, sql, args, many, true, &rows));
    while (db_next(&rows)) {
    }
    if (ret_changed)
        *ret_changed = rows.failed == ERR_OK ? rows.db->engine->changed(rows.db, rows.inner) : 0;
    return db_end(&rows);
}

enum err db_one_args(struct call *call, struct db_rows *rows, const char *sql, const struct db_arg *args,
                     size_t many)
{
    TRY(db_query_args(call, rows, sql, args, many));
    if (db_next(rows))
        return ERR_OK;
    TRY(db_end(rows));
    return ERR_NOT_FOUND;
}

enum err db_get_int_args(struct call *call, int64_t *ret, int64_t otherwise, const char *sql,
                         const struct db_arg *args, size_t many)
{
    DB_ROWS(rows);
    *ret = otherwise;
    TRY(db_start(call->db, sql, args, many, true, &rows));
    if (db_next(&rows) && !db_col_null(&rows, 0))
        *ret = db_col_int(&rows, 0);
    return db_end(&rows);
}

/* ---- columns ---- */

/* Reading where no row stands, or a column that is not there, is a programmer's mistake that must not go
 * unseen. */
static struct db_stmt *row_of(const struct db_rows *rows, int column)
{
    struct db_stmt *stmt = rows->inner;
    if (!rows->on_row || !stmt)
        log_abort("db: a column is read while no row stands there");
    if (column < 0 || column >= stmt->columns)
        log_abort("db: column %d is read of %d: %s", column, stmt->columns, stmt->sql);
    return stmt;
}

int64_t db_col_int(const struct db_rows *rows, int column)
{
    return rows->db->engine->col_int(row_of(rows, column), column);
}

double db_col_real(const struct db_rows *rows, int column)
{
    return rows->db->engine->col_real(row_of(rows, column), column);
}

struct str db_col_str(const struct db_rows *rows, int column)
{
    return rows->db->engine->col_str(row_of(rows, column), column);
}

struct str db_col_copy(struct call *call, const struct db_rows *rows, int column)
{
    struct str text = db_col_str(rows, column);
    return text.at ? str_copy(call->arena, text) : STR_NONE;
}

bool db_col_null(const struct db_rows *rows, int column)
{
    return db_col_kind(rows, column) == DB_NULL;
}

enum db_kind db_col_kind(const struct db_rows *rows, int column)
{
    return rows->db->engine->col_kind(row_of(rows, column), column);
}

enum err db_copy(struct db *db, const char *to_file, char why[256])
{
    why[0] = '\0';
    return db->engine->copy(db, to_file, why);
}
