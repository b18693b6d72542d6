/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite: WAL, synchronous=FULL, so that a commit answered is a commit on disk.
 *
 * Method. A failed flush leaves the kernel's idea of the file unknown, so a connection whose commit or
 * checkpoint met an I/O error writes no more (it is `dead`); a full disk is not that: the transaction is
 * rolled back and the next may succeed. Checkpoints are run by us, after the answers are out, since SQLite's
 * own automatic one drops the error of its flush. Statements read the `$n` of the text as names: SQLite
 * numbers such parameters by first appearance, not by n.
 */
#include "db/db_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"

#define BUSY_MS          5000
#define CHECKPOINT_PAGES 4000 /* of the log: 16 MB; the look-up table of a reader is one up to about here */
#define STEPS_UNIT       100

struct sq {
    struct db db;
    sqlite3 *handle;
    int steps; /* left of the budget, in hundreds */
    bool ran_out;
    int wal_pages; /* in the write-ahead log after the newest commit */
};

static struct sq *sq_of(struct db *db)
{
    return (struct sq *)db;
}

const char *db_sqlite_file(const struct db *db)
{
    return sqlite3_db_filename(((const struct sq *)db)->handle, "main");
}

static sqlite3_stmt *handle_of(const struct db_stmt *stmt)
{
    return stmt->handle;
}

/* ---- errors ---- */

static enum err word_of(int rc)
{
    switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return ERR_CONFLICT;
    default:
        break;
    }
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_INTERRUPT:
        return ERR_BUSY;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    default:
        return ERR_FAILED;
    }
}

static bool is_flush_failure(int rc)
{
    return rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC || rc == SQLITE_IOERR_CLOSE;
}

static enum err failed(struct sq *sq, int rc, const char *sql)
{
    enum err word = word_of(rc);
    bool told = rc == SQLITE_INTERRUPT && sq->ran_out; /* whoever set the budget asks */
    if (word != ERR_CONFLICT && !told)
        log_error("db: %s (%d): %s", sqlite3_errmsg(sq->handle), rc, sql);
    if (is_flush_failure(rc) && sq->db.mode == DB_WRITE) {
        sq->db.dead = true;
        log_error("db: the disk failed to keep what was written; no more writing until a restart");
    }
    if (sq->db.in_transaction && sqlite3_get_autocommit(sq->handle))
        sq->db.spoiled = 1; /* SQLite rolled the whole transaction back by itself */
    return word;
}

/* ---- statements ---- */

static enum err prepare(struct sq *sq, struct db_stmt *stmt)
{
    sqlite3_stmt *handle = NULL;
    const char *rest = NULL;
    int rc = sqlite3_prepare_v3(sq->handle, stmt->sql, (int)stmt->sql_len + 1,
                                stmt->cached ? SQLITE_PREPARE_PERSISTENT : 0, &handle, &rest);
    stmt->handle = handle;
    if (rc != SQLITE_OK)
        return failed(sq, rc, stmt->sql);
    while (rest && *rest && strchr(" \t\r\n;", *rest))
        rest++;
    if (!handle || (rest && *rest)) {
        log_error("db: not exactly one statement: %s", stmt->sql);
        return ERR_FAILED;
    }
    stmt->columns = sqlite3_column_count(handle);
    stmt->writes = !sqlite3_stmt_readonly(handle);
    int many = sqlite3_bind_parameter_count(handle);
    for (int i = 1; i <= many; i++) {
        const char *name = sqlite3_bind_parameter_name(handle, i);
        int64_t n = 0;
        if (many > DB_PARAMS_MAX || !name || name[0] != '$' || !str_to_int(str_of(name + 1), &n) || n < 1 ||
            n > many) {
            log_error("db: parameters must be $1 to $%d without a gap: %s", many, stmt->sql);
            return ERR_FAILED;
        }
        stmt->order[i - 1] = (uint8_t)n;
    }
    stmt->wants = many;
    return ERR_OK;
}

static int bind_one(sqlite3_stmt *handle, int index, const struct db_arg *arg, bool borrow)
{
    sqlite3_destructor_type keep = borrow ? SQLITE_STATIC : SQLITE_TRANSIENT;
    switch (arg->kind) {
    case DB_INT:
        return sqlite3_bind_int64(handle, index, arg->number);
    case DB_REAL:
        return sqlite3_bind_double(handle, index, arg->real);
    case DB_TEXT:
        return sqlite3_bind_text64(handle, index, arg->bytes.at ? arg->bytes.at : "", arg->bytes.len, keep,
                                   SQLITE_UTF8);
    case DB_BLOB:
        return sqlite3_bind_blob64(handle, index, arg->bytes.at ? arg->bytes.at : "", arg->bytes.len, keep);
    case DB_NULL:
        break;
    }
    return sqlite3_bind_null(handle, index);
}

static void give_up(struct db *db, struct db_stmt *stmt)
{
    if (stmt->cached) {
        db_cache_remove(db, stmt);
        return;
    }
    db->engine->drop(db, stmt);
    free(stmt->sql);
    free(stmt);
}

static enum err bind_all(struct sq *sq, struct db_stmt *stmt, const struct db_arg *args, size_t many,
                         bool borrow)
{
    if ((int)many != stmt->wants) {
        log_error("db: %d parameters wanted, %zu given: %s", stmt->wants, many, stmt->sql);
        return ERR_FAILED;
    }
    for (int i = 0; i < stmt->wants; i++) {
        int rc = bind_one(handle_of(stmt), i + 1, &args[stmt->order[i] - 1], borrow);
        if (rc != SQLITE_OK)
            return failed(sq, rc, stmt->sql);
    }
    return ERR_OK;
}

static enum err sqlite_start(struct db *db, const char *sql, const struct db_arg *args, size_t many,
                             bool borrow, struct db_stmt **ret)
{
    struct sq *sq = sq_of(db);
    size_t len = strlen(sql);
    struct db_stmt *stmt = db_cache_find(db, sql, len);
    if (!stmt || stmt->busy) {
        stmt = db_cache_new(db, sql, len, stmt == NULL);
        enum err word = prepare(sq, stmt);
        if (word != ERR_OK) {
            give_up(db, stmt);
            return word;
        }
    }
    enum err word = db->dead && stmt->writes ? ERR_FAILED : bind_all(sq, stmt, args, many, borrow);
    if (word != ERR_OK) {
        if (!stmt->cached)
            give_up(db, stmt);
        return word;
    }
    stmt->busy = true;
    *ret = stmt;
    return ERR_OK;
}

static enum err sqlite_next(struct db *db, struct db_stmt *stmt, bool *ret_row)
{
    *ret_row = false;
    if (stmt->row < 0) /* it has ended; stepping again would start it anew */
        return ERR_OK;
    int rc = sqlite3_step(handle_of(stmt));
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        stmt->columns = sqlite3_data_count(handle_of(stmt)); /* a schema step may have changed what * means */
        return ERR_OK;
    }
    stmt->row = -1;
    enum err word = rc == SQLITE_DONE ? ERR_OK : failed(sq_of(db), rc, stmt->sql);
    sqlite3_reset(handle_of(stmt)); /* lets go of the snapshot at once */
    return word;
}

static int64_t sqlite_changed(struct db *db, struct db_stmt *stmt)
{
    return stmt->writes ? sqlite3_changes64(sq_of(db)->handle) : 0;
}

static void sqlite_end(struct db *db, struct db_stmt *stmt)
{
    sqlite3_reset(handle_of(stmt));
    stmt->busy = false;
    stmt->row = 0;
    if (!stmt->cached)
        give_up(db, stmt);
}

static void sqlite_drop(struct db *db, struct db_stmt *stmt)
{
    (void)db;
    sqlite3_finalize(handle_of(stmt));
    stmt->handle = NULL;
}

static enum err sqlite_plain(struct db *db, const char *command)
{
    struct db_stmt *stmt = NULL;
    bool row = false;
    if (strcmp(command, "ROLLBACK") == 0 && sqlite3_get_autocommit(sq_of(db)->handle))
        return ERR_OK;
    TRY(sqlite_start(db, command, NULL, 0, true, &stmt));
    enum err word = sqlite_next(db, stmt, &row);
    sqlite_end(db, stmt);
    if (word == ERR_FAILED && !db->dead && strcmp(command, "COMMIT") == 0) {
        db->dead = true;
        log_error("db: a commit failed; no more writing until a restart");
    }
    return word;
}

static enum err sqlite_script(struct db *db, struct str sql, char why[256])
{
    struct sq *sq = sq_of(db);
    const char *at = sql.at, *end = sql.at + sql.len;
    while (at < end) {
        sqlite3_stmt *handle = NULL;
        const char *rest = end;
        int rc = sqlite3_prepare_v2(sq->handle, at, (int)(end - at), &handle, &rest);
        while (rc == SQLITE_OK && handle && (rc = sqlite3_step(handle)) == SQLITE_ROW)
            rc = SQLITE_OK;
        sqlite3_finalize(handle);
        if (rc != SQLITE_OK && rc != SQLITE_DONE) {
            snprintf(why, 256, "%s", sqlite3_errmsg(sq->handle));
            return word_of(rc);
        }
        at = rest;
    }
    return ERR_OK;
}

/* ---- columns ---- */

static int64_t sqlite_col_int(const struct db_stmt *stmt, int column)
{
    return sqlite3_column_int64(handle_of(stmt), column);
}

static double sqlite_col_real(const struct db_stmt *stmt, int column)
{
    return sqlite3_column_double(handle_of(stmt), column);
}

static struct str sqlite_col_str(const struct db_stmt *stmt, int column)
{
    sqlite3_stmt *handle = handle_of(stmt);
    int type = sqlite3_column_type(handle, column);
    if (type == SQLITE_NULL)
        return STR_NONE;
    const char *at = type == SQLITE_BLOB ? sqlite3_column_blob(handle, column)
                                         : (const char *)sqlite3_column_text(handle, column);
    return (struct str){at ? at : "", (size_t)sqlite3_column_bytes(handle, column)};
}

static enum db_kind sqlite_col_kind(const struct db_stmt *stmt, int column)
{
    switch (sqlite3_column_type(handle_of(stmt), column)) {
    case SQLITE_INTEGER:
        return DB_INT;
    case SQLITE_FLOAT:
        return DB_REAL;
    case SQLITE_TEXT:
        return DB_TEXT;
    case SQLITE_BLOB:
        return DB_BLOB;
    default:
        return DB_NULL;
    }
}

static const char *sqlite_key_column(struct db *db, const char *table)
{
    (void)db;
    (void)table;
    return NULL;
}

static int64_t sqlite_last_id(struct db *db)
{
    return sqlite3_last_insert_rowid(sq_of(db)->handle);
}

/* ---- housekeeping ---- */

static void sqlite_tend(struct db *db)
{
    struct sq *sq = sq_of(db);
    if (sq->wal_pages < CHECKPOINT_PAGES || db->dead)
        return;
    int rc = sqlite3_wal_checkpoint_v2(sq->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sq->wal_pages = 0;
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        (void)failed(sq, rc, "checkpoint");
}

static void sqlite_relax(struct db *db)
{
    sqlite3_db_release_memory(sq_of(db)->handle);
}

static int spend(void *context)
{
    struct sq *sq = context;
    if (sq->steps-- > 0)
        return 0;
    sq->ran_out = true;
    return 1;
}

static bool sqlite_budget(struct db *db, int steps)
{
    struct sq *sq = sq_of(db);
    bool ran_out = sq->ran_out;
    sq->ran_out = false;
    sq->steps = steps / STEPS_UNIT;
    sqlite3_progress_handler(sq->handle, steps ? STEPS_UNIT : 0, steps ? spend : NULL, sq);
    return ran_out;
}

static int note_wal(void *context, sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    ((struct sq *)context)->wal_pages = pages;
    return SQLITE_OK;
}

static enum err sqlite_copy(struct db *db, const char *to_file, char why[256])
{
    int fd = open(to_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        snprintf(why, 256, "%s: %s", to_file, strerror(errno));
        return ERR_FAILED;
    }
    close(fd);
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(to_file, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_backup *backup = sqlite3_backup_init(to, "main", sq_of(db)->handle, "main");
        if (backup) {
            sqlite3_backup_step(backup, -1); /* in one go: one snapshot */
            sqlite3_backup_finish(backup);
        }
        rc = sqlite3_errcode(to);
    }
    if (rc != SQLITE_OK)
        snprintf(why, 256, "%s: %s", to_file, to ? sqlite3_errmsg(to) : sqlite3_errstr(rc));
    sqlite3_close(to);
    if (rc == SQLITE_OK)
        return ERR_OK;
    unlink(to_file);
    return word_of(rc) == ERR_OK ? ERR_FAILED : word_of(rc);
}

static void sqlite_close(struct db *db)
{
    struct sq *sq = sq_of(db);
    if (sqlite3_close(sq->handle) != SQLITE_OK)
        log_error("db: closed while rows are still read");
    free(sq);
}

/* ---- opening ---- */

/* The schema changes only in steps, and no statement may reach another file. */
static int authorize(void *context, int action, const char *a, const char *b, const char *database,
                     const char *trigger)
{
    const struct db *db = context;
    (void)a;
    (void)b;
    (void)database;
    (void)trigger;
    switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        return SQLITE_DENY;
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_VTABLE:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_VTABLE:
    case SQLITE_ALTER_TABLE:
    case SQLITE_REINDEX:
        return db->upgrading ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA: /* the ledger's verification and the backup drill ask whether indexes agree with their
                           tables; db_table_has asks for columns */
        return db->upgrading || (a && (strcmp(a, "integrity_check") == 0 || strcmp(a, "table_info") == 0))
                   ? SQLITE_OK
                   : SQLITE_DENY;
    default:
        return SQLITE_OK;
    }
}

static void configure_library(void)
{
    /* Counting every allocation takes a lock that all threads would share. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_initialize();
}

/* Only a file that is not there yet is opened by us: closing any descriptor of a file drops all locks that
 * the process has on it, also those of its other connections; a second process would then take the log away.
 */
static bool create_file(const char *path, char why[256])
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return true;
    if (fd < 0) {
        snprintf(why, 256, "%s: %s", path, strerror(errno));
        return false;
    }
    close(fd);
    return true;
}

static int configure(struct sq *sq)
{
    sqlite3 *h = sq->handle;
    const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_QPSG, 1}, /* one plan a text, whatever is bound */
    };
    sqlite3_extended_result_codes(h, 1);
    sqlite3_busy_timeout(h, BUSY_MS);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        sqlite3_db_config(h, options[i].option, options[i].value, NULL);
    int rc = SQLITE_OK;
    if (sq->db.mode == DB_WRITE)
        rc = sqlite3_exec(
            h, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864",
            NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(h,
                          "PRAGMA synchronous=FULL; PRAGMA case_sensitive_like=ON; PRAGMA temp_store=MEMORY;"
                          "PRAGMA mmap_size=0; PRAGMA cache_size=-4096",
                          NULL, NULL, NULL);
    /* A transaction of 64 creates changes some 2,000 pages; what does not fit is written to the log twice. */
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(h, sq->db.mode == DB_READ ? "PRAGMA query_only=ON" : "PRAGMA cache_size=-16384",
                          NULL, NULL, NULL);
    /* A file that is no database shows itself only when read. */
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(h, "SELECT COUNT(*) FROM sqlite_master", NULL, NULL, NULL);
    sqlite3_wal_hook(h, note_wal, sq);
    sqlite3_set_authorizer(h, authorize, &sq->db);
    return rc;
}

static const struct db_engine sqlite_engine = {
    .pg = false,
    .close = sqlite_close,
    .plain = sqlite_plain,
    .script = sqlite_script,
    .start = sqlite_start,
    .next = sqlite_next,
    .changed = sqlite_changed,
    .end = sqlite_end,
    .drop = sqlite_drop,
    .col_int = sqlite_col_int,
    .col_real = sqlite_col_real,
    .col_str = sqlite_col_str,
    .col_kind = sqlite_col_kind,
    .key_column = sqlite_key_column,
    .last_id = sqlite_last_id,
    .copy = sqlite_copy,
    .budget = sqlite_budget,
    .tend = sqlite_tend,
    .relax = sqlite_relax,
};

enum err db_sqlite_open(const char *path, enum db_mode mode, struct db **ret, char why[256])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_library);
    bool memory = strcmp(path, ":memory:") == 0;
    if (mode == DB_READ && !memory && access(path, R_OK) != 0) {
        snprintf(why, 256, "%s: %s; `anze init` makes a new one", path, strerror(errno));
        return ERR_FAILED;
    }
    if (mode == DB_WRITE && !memory && !create_file(path, why))
        return ERR_FAILED;
    struct sq *sq = calloc(1, sizeof *sq);
    if (!sq)
        log_abort("out of memory for a connection");
    sq->db.engine = &sqlite_engine;
    sq->db.mode = mode;
    /* A reader too opens for writing: in WAL it must be able to make the shared index; query_only keeps it
     * from more. */
    int rc = sqlite3_open_v2(path, &sq->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = configure(sq);
    if (rc != SQLITE_OK) {
        snprintf(why, 256, "%s: %s", path, sq->handle ? sqlite3_errmsg(sq->handle) : sqlite3_errstr(rc));
        sqlite3_close(sq->handle);
        free(sq);
        return ERR_FAILED;
    }
    *ret = &sq->db;
    return ERR_OK;
}
