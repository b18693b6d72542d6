/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL by libpq, parameters and results in binary form.
 *
 * Method. A statement is prepared with the types of its first arguments (int8, float8, text, bytea); an
 * argument that is NULL at first has no type of its own and takes what the server infers, until a value comes
 * and it is prepared anew. Without declared types `$1 = 0` would make $1 a four-byte integer.
 *
 * BEGIN and savepoints are sent late: `pending` holds them until the next statement takes them along in one
 * round trip (a pipeline), or the commit does. They cannot fail by themselves.
 *
 * A lost connection is noticed by the statement that meets it. Outside a transaction the next use starts it
 * afresh.
 */
#include "db/db_inner.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

#define OID_BYTEA   17
#define OID_INT8    20
#define OID_TEXT    25
#define OID_FLOAT8  701
#define KEYS_MAX    128
#define PENDING_MAX 256
#define NUMBER_TEXT 32

struct key_column {
    char table[64], column[64];
};

struct pg {
    struct db db;
    PGconn *conn;
    unsigned last_serial;
    unsigned born; /* statements with a smaller serial went with an earlier connection */
    char pending[PENDING_MAX];
    struct key_column keys[KEYS_MAX];
    int many_keys;
};

static struct pg *pg_of(struct db *db)
{
    return (struct pg *)db;
}

/* ---- errors and the connection ---- */

static enum err word_of(const char *state)
{
    static const char *const conflicts[] = {"23505", "23503", "23P01", "23001"};
    /* Locks, deadlocks, serialization, shutdown, too many connections, disk or memory full: trying again may
     * help. */
    static const char *const busy[] = {"55P03", "40P01", "40001", "57014", "57P01",
                                       "57P02", "57P03", "53100", "53200", "53300"};
    if (!state)
        return ERR_FAILED;
    for (size_t i = 0; i < sizeof conflicts / sizeof conflicts[0]; i++)
        if (strcmp(state, conflicts[i]) == 0)
            return ERR_CONFLICT;
    for (size_t i = 0; i < sizeof busy / sizeof busy[0]; i++)
        if (strcmp(state, busy[i]) == 0)
            return ERR_BUSY;
    return ERR_FAILED;
}

static const char *first_line(char out[200], const char *text)
{
    snprintf(out, 200, "%.*s", (int)strcspn(text, "\n"), text);
    return out;
}

/* Clears the result. */
static enum err failed(struct pg *pg, PGresult *result, const char *sql)
{
    char line[200];
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    enum err word = word_of(state);
    if (word != ERR_CONFLICT)
        log_error("db: %s (%s): %s", first_line(line, message ? message : PQerrorMessage(pg->conn)),
                  state ? state : "lost", sql);
    if (PQstatus(pg->conn) == CONNECTION_BAD) {
        pg->pending[0] = '\0';
        if (pg->db.in_transaction)
            pg->db.spoiled = 1;
    }
    PQclear(result);
    return word;
}

static void no_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static enum err set_up(struct pg *pg)
{
    static const char *const settings =
        "SET client_min_messages = warning; SET lock_timeout = '10s'; SET bytea_output = 'hex';"
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
        "'off';";
    PQsetNoticeProcessor(pg->conn, no_notice, NULL);
    PGresult *result = PQexec(pg->conn, settings);
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        return ERR_FAILED;
    if (pg->db.mode == DB_READ)
        PQclear(PQexec(pg->conn, "SET default_transaction_read_only = on"));
    const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
    return encoding && strcmp(encoding, "UTF8") == 0 ? ERR_OK : ERR_REFUSED;
}

/* Outside a transaction only. */
static enum err revive(struct pg *pg)
{
    pg->pending[0] = '\0';
    PQreset(pg->conn);
    pg->born = pg->last_serial + 1;
    if (PQstatus(pg->conn) != CONNECTION_OK || set_up(pg) != ERR_OK) {
        char line[200];
        log_error("db: no connection: %s", first_line(line, PQerrorMessage(pg->conn)));
        return ERR_BUSY;
    }
    log_info("db: connected again");
    return ERR_OK;
}

static enum err ready(struct pg *pg)
{
    if (PQstatus(pg->conn) == CONNECTION_OK)
        return ERR_OK;
    return pg->db.in_transaction ? ERR_FAILED : revive(pg);
}

static bool is_lost(struct pg *pg)
{
    return PQstatus(pg->conn) == CONNECTION_BAD;
}

/* ---- commands ---- */

static enum err exec(struct pg *pg, const char *command)
{
    PGresult *result = PQexec(pg->conn, command);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        return failed(pg, result, command);
    /* Said to be the end of a failed transaction, COMMIT answers "ROLLBACK" and calls it success. (ROLLBACK
     * TO says so too, and may come behind commands that waited for it.) */
    size_t len = strlen(command);
    bool commits = len >= 6 && strcmp(command + len - 6, "COMMIT") == 0;
    bool undone = commits && strcmp(PQcmdStatus(result), "ROLLBACK") == 0;
    PQclear(result);
    return undone ? ERR_FAILED : ERR_OK;
}

static enum err flush(struct pg *pg)
{
    if (!pg->pending[0])
        return ERR_OK;
    char command[PENDING_MAX];
    memcpy(command, pg->pending, sizeof command);
    pg->pending[0] = '\0';
    return exec(pg, command);
}

static enum err pg_plain(struct db *db, const char *command)
{
    struct pg *pg = pg_of(db);
    if (strcmp(command, "ROLLBACK") == 0) {
        pg->pending[0] = '\0';
        return is_lost(pg) || PQtransactionStatus(pg->conn) == PQTRANS_IDLE ? ERR_OK : exec(pg, command);
    }
    TRY(ready(pg));
    size_t used = strlen(pg->pending), more = strlen(command);
    if (used + more + 2 > PENDING_MAX) {
        TRY(flush(pg));
        used = 0;
    }
    snprintf(pg->pending + used, PENDING_MAX - used, "%s%s", used ? ";" : "", command);
    bool may_wait = strncmp(command, "BEGIN", 5) == 0 || strcmp(command, "SAVEPOINT s") == 0 ||
                    strcmp(command, "RELEASE s") == 0;
    if (may_wait)
        return ERR_OK;
    enum err word = flush(pg);
    if (word == ERR_BUSY && strcmp(command, "COMMIT") == 0 && is_lost(pg))
        return ERR_FAILED; /* it may have happened: trying again could do it twice */
    return word;
}

static enum err pg_script(struct db *db, struct str sql, char why[256])
{
    struct pg *pg = pg_of(db);
    BUF(text, sql.len + 1);
    buf_add_str(&text, sql);
    TRY(ready(pg));
    TRY(flush(pg));
    PGresult *result = PQexec(pg->conn, buf_str(&text).at);
    ExecStatusType status = PQresultStatus(result);
    enum err word = ERR_OK;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
        char line[200];
        snprintf(why, 256, "%s", first_line(line, PQresultErrorMessage(result)));
        word = word_of(PQresultErrorField(result, PG_DIAG_SQLSTATE));
    }
    PQclear(result);
    return word;
}

/* ---- statements ---- */

static Oid oid_of(uint8_t kind)
{
    switch (kind) {
    case DB_INT:
        return OID_INT8;
    case DB_REAL:
        return OID_FLOAT8;
    case DB_TEXT:
        return OID_TEXT;
    case DB_BLOB:
        return OID_BYTEA;
    default:
        return 0;
    }
}

/* Is it prepared on this connection, for arguments of these kinds? A NULL fits whatever type was declared. */
static bool fits(const struct pg *pg, const struct db_stmt *stmt, const struct db_arg *args, size_t many)
{
    if (stmt->serial == 0 || stmt->serial < pg->born || stmt->wants != (int)many)
        return false;
    for (size_t i = 0; i < many; i++)
        if (args[i].kind != DB_NULL && stmt->order[i] != args[i].kind)
            return false;
    return true;
}

static void forget(struct pg *pg, struct db_stmt *stmt)
{
    char command[32];
    /* In a failed transaction the server would refuse; the name is then left to the end of the connection. */
    if (stmt->serial >= pg->born && stmt->serial > 0 && !is_lost(pg) &&
        PQtransactionStatus(pg->conn) != PQTRANS_INERROR) {
        snprintf(command, sizeof command, "DEALLOCATE a%u", stmt->serial);
        PQclear(PQexec(pg->conn, command));
    }
    stmt->serial = 0;
}

static enum err prepare(struct pg *pg, struct db_stmt *stmt, const struct db_arg *args, size_t many)
{
    Oid types[DB_PARAMS_MAX];
    char name[16];
    forget(pg, stmt);
    for (size_t i = 0; i < many; i++) {
        if (args[i].kind != DB_NULL)
            stmt->order[i] = (uint8_t)args[i].kind;
        types[i] = oid_of(stmt->order[i]);
    }
    unsigned serial = ++pg->last_serial;
    snprintf(name, sizeof name, "a%u", serial);
    PGresult *result = PQprepare(pg->conn, name, stmt->sql, (int)many, types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return failed(pg, result, stmt->sql);
    PQclear(result);
    stmt->serial = serial;
    stmt->wants = (int)many;
    return ERR_OK;
}

static int send(struct pg *pg, unsigned serial, const struct db_arg *args, size_t many)
{
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
    uint64_t numbers[DB_PARAMS_MAX];
    char name[16];
    for (size_t i = 0; i < many; i++) {
        formats[i] = 1;
        values[i] = (const char *)&numbers[i];
        lengths[i] = sizeof numbers[i];
        switch (args[i].kind) {
        case DB_INT:
            numbers[i] = htobe64((uint64_t)args[i].number);
            break;
        case DB_REAL:
            memcpy(&numbers[i], &args[i].real, sizeof numbers[i]);
            numbers[i] = htobe64(numbers[i]);
            break;
        case DB_TEXT:
        case DB_BLOB:
            values[i] = args[i].bytes.at ? args[i].bytes.at : "";
            lengths[i] = (int)args[i].bytes.len;
            break;
        case DB_NULL:
            values[i] = NULL;
            lengths[i] = 0;
            break;
        }
    }
    snprintf(name, sizeof name, "a%u", serial);
    return PQsendQueryPrepared(pg->conn, name, (int)many, values, lengths, formats, 1);
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/* The result of the last command of a pipeline, or of the first that failed. Ends the pipeline. */
static PGresult *read_pipeline(struct pg *pg)
{
    PGresult *kept = NULL;
    int silent = 0;
    while (silent < 3) { /* between two results comes one NULL; more of them: the connection is gone */
        PGresult *result = PQgetResult(pg->conn);
        silent = result ? 0 : silent + 1;
        if (result && PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            break;
        }
        if (result && kept && !is_good(kept)) {
            PQclear(result);
        } else if (result) {
            PQclear(kept);
            kept = result;
        }
    }
    PQexitPipelineMode(pg->conn);
    return kept;
}

static PGresult *execute_pending_and(struct pg *pg, unsigned serial, const struct db_arg *args, size_t many)
{
    char commands[PENDING_MAX], *rest = commands, *command = NULL;
    memcpy(commands, pg->pending, sizeof commands);
    pg->pending[0] = '\0';
    PQenterPipelineMode(pg->conn);
    while ((command = strsep(&rest, ";")) != NULL)
        PQsendQueryParams(pg->conn, command, 0, NULL, NULL, NULL, NULL, 1);
    send(pg, serial, args, many);
    PQpipelineSync(pg->conn);
    return read_pipeline(pg);
}

/* NULL when the connection is gone. */
static PGresult *execute(struct pg *pg, unsigned serial, const struct db_arg *args, size_t many)
{
    if (pg->pending[0])
        return execute_pending_and(pg, serial, args, many);
    PGresult *kept = NULL, *result = NULL;
    if (!send(pg, serial, args, many))
        return NULL;
    while ((result = PQgetResult(pg->conn)) != NULL) {
        PQclear(kept);
        kept = result;
    }
    return kept;
}

static void release_cursor(struct db_stmt *cursor)
{
    cursor->busy = false;
    if (cursor->cached)
        return;
    free(cursor->sql);
    free(cursor);
}

/* A schema step of another node changed what the plan was made for, or a pooler gave us another's session. */
static bool is_stale(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state && (strcmp(state, "0A000") == 0 || strcmp(state, "26000") == 0);
}

static enum err run(struct pg *pg, struct db_stmt *stmt, struct db_stmt *cursor, const struct db_arg *args,
                    size_t many)
{
    if (!fits(pg, stmt, args, many)) {
        TRY(flush(pg));
        TRY(prepare(pg, stmt, args, many));
    }
    PGresult *result = execute(pg, stmt->serial, args, many);
    if (!is_good(result)) {
        if (is_stale(result))
            stmt->serial = 0;
        return failed(pg, result, stmt->sql);
    }
    cursor->handle = result;
    cursor->row = -1;
    cursor->rows = PQntuples(result);
    cursor->columns = PQnfields(result);
    return ERR_OK;
}

/* Where nothing can have happened yet (a read, or the first statement after BEGIN), a connection that turns
 * out to be gone is started afresh and the statement said again. */
static enum err run_or_again(struct pg *pg, struct db_stmt *stmt, struct db_stmt *cursor,
                             const struct db_arg *args, size_t many)
{
    char pending[PENDING_MAX];
    memcpy(pending, pg->pending, sizeof pending);
    bool first = strncmp(pending, "BEGIN", 5) == 0 || (pg->db.mode == DB_READ && !pg->db.in_transaction);
    enum err word = run(pg, stmt, cursor, args, many);
    if (word != ERR_OK && stmt->serial == 0 && !pg->db.in_transaction && !is_lost(pg))
        return run(pg, stmt, cursor, args, many); /* its plan was stale */
    if (word == ERR_OK || !first || !is_lost(pg) || revive(pg) != ERR_OK)
        return word;
    pg->db.spoiled = 0;
    memcpy(pg->pending, pending, sizeof pending);
    return run(pg, stmt, cursor, args, many);
}

static enum err pg_start(struct db *db, const char *sql, const struct db_arg *args, size_t many, bool borrow,
                         struct db_stmt **ret)
{
    (void)borrow; /* the result is had at once */
    struct pg *pg = pg_of(db);
    size_t len = strlen(sql);
    TRY(ready(pg));
    struct db_stmt *stmt = db_cache_find(db, sql, len);
    if (!stmt)
        stmt = db_cache_new(db, sql, len, true);
    /* The result of a statement still being read stays with it; the new one gets a cursor of its own. */
    struct db_stmt *cursor = stmt->busy ? db_cache_new(db, sql, len, false) : stmt;
    cursor->busy = true;
    enum err word = run_or_again(pg, stmt, cursor, args, many);
    if (word != ERR_OK) {
        release_cursor(cursor);
        return word;
    }
    *ret = cursor;
    return ERR_OK;
}

static enum err pg_next(struct db *db, struct db_stmt *stmt, bool *ret_row)
{
    (void)db;
    if (stmt->row < stmt->rows)
        stmt->row++;
    *ret_row = stmt->row < stmt->rows;
    return ERR_OK;
}

static int64_t pg_changed(struct db *db, struct db_stmt *stmt)
{
    (void)db;
    int64_t many = 0;
    bool changes = strncmp(PQcmdStatus(stmt->handle), "SELECT", 6) != 0;
    return changes && str_to_int(str_of(PQcmdTuples(stmt->handle)), &many) ? many : 0;
}

static void pg_end(struct db *db, struct db_stmt *stmt)
{
    (void)db;
    PQclear(stmt->handle);
    stmt->handle = NULL;
    free(stmt->texts);
    stmt->texts = NULL;
    release_cursor(stmt);
}

static void pg_drop(struct db *db, struct db_stmt *stmt)
{
    forget(pg_of(db), stmt);
}

/* ---- columns ---- */

static struct db_cell cell_of(const struct db_stmt *stmt, int column)
{
    const PGresult *result = stmt->handle;
    if (PQgetisnull(result, stmt->row, column))
        return (struct db_cell){DB_NULL, 0, 0, {0}};
    return db_pg_cell(PQftype(result, column), PQgetvalue(result, stmt->row, column),
                      PQgetlength(result, stmt->row, column));
}

/* Text where a number is wanted: SQLite reads what stands at its front. */
static int64_t pg_col_int(const struct db_stmt *stmt, int column)
{
    struct db_cell cell = cell_of(stmt, column);
    return cell.kind == DB_TEXT ? strtoll(cell.bytes.at, NULL, 10) : cell.number;
}

static double pg_col_real(const struct db_stmt *stmt, int column)
{
    struct db_cell cell = cell_of(stmt, column);
    return cell.kind == DB_TEXT ? strtod(cell.bytes.at, NULL) : cell.real;
}

/* The text of a number lives as long as its row, so each column has its own place. */
static struct str number_text(const struct db_stmt *stmt, int column, const struct db_cell *cell)
{
    struct db_stmt *owner = (struct db_stmt *)stmt;
    if (!owner->texts)
        owner->texts = calloc((size_t)stmt->columns, NUMBER_TEXT);
    if (!owner->texts)
        log_abort("out of memory for a column");
    char *at = owner->texts + (size_t)column * NUMBER_TEXT;
    int len = cell->kind == DB_INT ? snprintf(at, NUMBER_TEXT, "%lld", (long long)cell->number)
                                   : snprintf(at, NUMBER_TEXT, "%.15g", cell->real);
    return (struct str){at, (size_t)len};
}

static struct str pg_col_str(const struct db_stmt *stmt, int column)
{
    struct db_cell cell = cell_of(stmt, column);
    return cell.kind == DB_INT || cell.kind == DB_REAL ? number_text(stmt, column, &cell) : cell.bytes;
}

static enum db_kind pg_col_kind(const struct db_stmt *stmt, int column)
{
    return cell_of(stmt, column).kind;
}

/* ---- ids ---- */

#define KEY_QUERY                                                                                            \
    "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = "        \
    "i.indkey[0]"                                                                                            \
    " WHERE i.indrelid = to_regclass($1) AND i.indisprimary AND i.indnatts = 1"

/* The primary key of the table, looked up once a connection. */
static const char *pg_key_column(struct db *db, const char *table)
{
    struct pg *pg = pg_of(db);
    for (int i = 0; i < pg->many_keys; i++)
        if (strcmp(pg->keys[i].table, table) == 0)
            return pg->keys[i].column;
    struct db_arg arg = db_c(table);
    DB_ROWS(rows);
    if (db_start(db, KEY_QUERY, &arg, 1, true, &rows) != ERR_OK || !db_next(&rows))
        return NULL; /* no such table: the insert will say so */
    struct key_column *key = &pg->keys[pg->many_keys < KEYS_MAX ? pg->many_keys++ : 0];
    snprintf(key->table, sizeof key->table, "%s", table);
    snprintf(key->column, sizeof key->column, "%.*s", STR_ARG(db_col_str(&rows, 0)));
    return key->column;
}

static int64_t pg_last_id(struct db *db)
{
    (void)db;
    log_error("db: an id was asked of a table without a primary key of one column");
    return 0;
}

/* ---- opening and closing ---- */

static enum err pg_copy(struct db *db, const char *to_file, char why[256])
{
    (void)db;
    snprintf(why, 256, "%s: a PostgreSQL database is copied with pg_dump", to_file);
    return ERR_REFUSED;
}

static void pg_tend(struct db *db)
{
    (void)db;
}

static void pg_close(struct db *db)
{
    PQfinish(pg_of(db)->conn);
    free(pg_of(db));
}

static const struct db_engine pg_engine = {
    .pg = true,
    .close = pg_close,
    .plain = pg_plain,
    .script = pg_script,
    .start = pg_start,
    .next = pg_next,
    .changed = pg_changed,
    .end = pg_end,
    .drop = pg_drop,
    .col_int = pg_col_int,
    .col_real = pg_col_real,
    .col_str = pg_col_str,
    .col_kind = pg_col_kind,
    .key_column = pg_key_column,
    .last_id = pg_last_id,
    .copy = pg_copy,
    .tend = pg_tend,
};

enum err db_pg_open(const char *where, enum db_mode mode, struct db **ret, char why[256])
{
    /* What stands before dbname may be set otherwise by the address itself; what follows may not. */
    static const char *const keywords[] = {"connect_timeout", "tcp_user_timeout", "application_name",
                                           "dbname",          "client_encoding",  NULL};
    const char *const values[] = {"5", "15000", "anze", where, "UTF8", NULL};
    struct pg *pg = calloc(1, sizeof *pg);
    if (!pg)
        log_abort("out of memory for a connection");
    pg->db.engine = &pg_engine;
    pg->db.mode = mode;
    pg->conn = PQconnectdbParams(keywords, values, 1);
    char line[200] = "";
    enum err word = ERR_FAILED;
    if (PQstatus(pg->conn) == CONNECTION_OK)
        word = set_up(pg);
    if (word == ERR_OK) {
        *ret = &pg->db;
        return ERR_OK;
    }
    if (word == ERR_REFUSED)
        snprintf(why, 256, "the database must be made with ENCODING 'UTF8'");
    else
        snprintf(why, 256, "PostgreSQL: %s", first_line(line, PQerrorMessage(pg->conn)));
    pg_close(&pg->db);
    return ERR_FAILED;
}
