/* SPDX-License-Identifier: Apache-2.0
 *
 * db_inner: what the files of this room share. Nothing outside src/db includes it (db_test.h does, for
 * tests).
 *
 * An engine is a table of functions. The common part (db.c) keeps the state of the transaction; engines only
 * speak to their library. A statement is prepared once a connection and kept (db_cache.c).
 */
#ifndef ANZE_DB_DB_INNER_H
#define ANZE_DB_DB_INNER_H

#include "db/db.h"

#define DB_PARAMS_MAX 250
#define DB_STATEMENTS_MAX                                                                                    \
    400 /* prepared statements a connection keeps; the least recently used goes first                        \
         */
#define DB_SHORTCUTS  1024
#define DB_LIST_TEXTS 256

/* A prepared statement, and the cursor of its running query. */
struct db_stmt {
    char *sql;
    size_t sql_len;
    uint64_t hash;
    struct db_stmt *chain;         /* same bucket of the cache */
    struct db_stmt *newer, *older; /* order of last use */
    void *handle;                  /* sqlite3_stmt, or the PGresult being read */
    unsigned serial;               /* PostgreSQL: number in the statement's name; 0: not prepared */
    int row, rows;                 /* PostgreSQL: place in the result. SQLite: row is -1 when it has ended */
    char *texts;                   /* PostgreSQL: numbers of the row that were asked for as text */
    int wants;                     /* the highest $n */
    int columns;
    bool busy;   /* rows are being read from it */
    bool cached; /* belongs to the cache; otherwise freed when its rows are closed */
    bool writes;
    uint8_t order[DB_PARAMS_MAX]; /* SQLite: n of the parameter at each index; PostgreSQL: kind each was
                                     prepared with */
};

struct db_cache {
    struct db_stmt *buckets[512];
    struct db_stmt *newest, *oldest;
    struct db_stmt *shortcuts[DB_SHORTCUTS]; /* by the text's address; a hit is still compared as text */
    int many;
};

struct db_list_texts; /* db_list.c: composed SQL by what was asked */

struct db_engine {
    bool pg;
    void (*close)(struct db *db);
    /* A command without parameters or rows (BEGIN, SAVEPOINT …). */
    enum err (*plain)(struct db *db, const char *command);
    /* Several statements, for schema steps; the error in why. */
    enum err (*script)(struct db *db, struct str sql, char why[256]);
    /* borrow: the bytes of args stay valid until the rows are closed. */
    enum err (*start)(struct db *db, const char *sql, const struct db_arg *args, size_t many, bool borrow,
                      struct db_stmt **ret);
    enum err (*next)(struct db *db, struct db_stmt *stmt, bool *ret_row);
    int64_t (*changed)(struct db *db, struct db_stmt *stmt);
    void (*end)(struct db *db, struct db_stmt *stmt);  /* stops reading; keeps the statement when cached */
    void (*drop)(struct db *db, struct db_stmt *stmt); /* gives up the statement itself */
    int64_t (*col_int)(const struct db_stmt *stmt, int column);
    double (*col_real)(const struct db_stmt *stmt, int column);
    struct str (*col_str)(const struct db_stmt *stmt, int column);
    enum db_kind (*col_kind)(const struct db_stmt *stmt, int column);
    /* NULL: the id is had from last_id after the insert. Else the name of the column to return. */
    const char *(*key_column)(struct db *db, const char *table);
    int64_t (*last_id)(struct db *db);
    enum err (*copy)(struct db *db, const char *to_file, char why[256]);
    /* Gives the following statements so many steps before they end with ERR_BUSY; 0 lifts it. Says whether
     * the last one ran out. NULL: the engine has no such thing. */
    bool (*budget)(struct db *db, int steps);
    void (*tend)(struct db *db);  /* housekeeping that may wait until the answers are out */
    void (*relax)(struct db *db); /* gives memory back after large work; NULL: there is none to give */
};

struct db {
    const struct db_engine *engine;
    enum db_mode mode;
    bool in_transaction;
    int depth;   /* savepoints open */
    int spoiled; /* 0: fine; n: a statement failed n - 1 savepoints deep, only rolling back that far helps */
    bool dead;   /* storage failed while committing: this connection writes no more */
    bool upgrading; /* schema steps are running */
    bool on_lane;   /* the lane tends it */
    struct db_cache cache;
    struct db_list_texts *texts;
};

enum err db_sqlite_open(const char *path, enum db_mode mode, struct db **ret, char why[256]);
const char *db_sqlite_file(const struct db *db);
enum err db_pg_open(const char *where, enum db_mode mode, struct db **ret, char why[256]);

/* ---- the cache of statements ---- */
uint64_t db_hash(const void *bytes, size_t len, uint64_t seed);
/* The statement kept for the text, marked as just used, or NULL. */
struct db_stmt *db_cache_find(struct db *db, const char *sql, size_t len);
/* A new empty statement for the text. cached: enters the cache, and the least used idle one may go. */
struct db_stmt *db_cache_new(struct db *db, const char *sql, size_t len, bool cached);
void db_cache_remove(struct db *db, struct db_stmt *stmt); /* out of the cache; drops and frees it */
void db_cache_clear(struct db *db);

/* ---- PostgreSQL ---- */
struct db_cell {
    enum db_kind kind;
    int64_t number;
    double real;
    struct str bytes;
};
struct db_cell db_pg_cell(unsigned type, const char *at, int len); /* not for NULL */

/* ---- shared by the files of the room ---- */
enum err db_start(struct db *db, const char *sql, const struct db_arg *args, size_t many, bool borrow,
                  struct db_rows *rows);
enum err db_spoil(struct db *db, enum err word); /* notes a failed statement; returns word */
/* db_put_row; masks: FIELD_PERSONAL cells are masked, in this arena; NULL: they are not. */
void db_put_cells(struct json_writer *w, const struct db_rows *rows, const struct field_table *columns,
                  struct arena *masks);
void db_list_texts_free(struct db_list_texts *texts);
/* A schema step in the words of PostgreSQL. */
void db_step_translate(struct str sql, struct buf *out);

#endif
