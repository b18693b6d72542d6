/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "ledger/ledger_parts.h"

static char own_chain[64] = "main";
static atomic_bool appended = true; /* an earlier run may have stopped before it sealed */

void ledger_set_chain(const char *chain)
{
    if (snprintf(own_chain, sizeof own_chain, "%s", chain) >= (int)sizeof own_chain || !*own_chain)
        log_abort("ledger: chain name must have 1 to %zu bytes", sizeof own_chain - 1);
}

bool ledger_seal_due(void)
{
    return atomic_load(&appended);
}

void ledger_sealed(void)
{
    atomic_store(&appended, false);
}

static void chain_take(struct call *call, const struct db_rows *rows, struct ledger_chain *ret)
{
    ret->chain_id = db_col_int(rows, 0);
    ret->chain = str_of(own_chain);
    ret->last_seq = db_col_int(rows, 1);
    ret->last_hash = db_col_copy(call, rows, 2);
    ret->heads = db_col_int(rows, 3);
}

enum err ledger_chain_own(struct call *call, bool lock, struct ledger_chain *ret)
{
    DB_ROWS(rows);
    /* Two processes may share a chain (a command beside the server). SQLite has one writer anyway; PostgreSQL
     * must be told. */
    if (lock && db_is_pg(call->db))
        TRY(db_one(
            call, &rows,
            "SELECT chain_id, last_seq, last_hash, heads FROM ledger_chain WHERE chain = $1 FOR UPDATE",
            db_c(own_chain)));
    else
        TRY(db_one(call, &rows,
                   "SELECT chain_id, last_seq, last_hash, heads FROM ledger_chain WHERE chain = $1",
                   db_c(own_chain)));
    chain_take(call, &rows, ret);
    return db_end(&rows);
}

static enum err chain_begin(struct call *call, struct ledger_chain *ret)
{
    int64_t newest;
    TRY(db_get_int(call, &newest, 0, "SELECT MAX(chain_id) FROM ledger_chain"));
    *ret = (struct ledger_chain){
        .chain_id = newest + 1,
        .chain = str_of(own_chain),
        .last_hash = {(const char *)ledger_no_hash, sizeof ledger_no_hash},
    };
    return db_run(
        call,
        "INSERT INTO ledger_chain (chain_id, chain, last_seq, last_hash, heads) VALUES ($1, $2, 0, $3, 0)",
        db_int(ret->chain_id), db_str(ret->chain), db_blob(ledger_no_hash, sizeof ledger_no_hash));
}

#define ENTRY_INSERT                                                                                         \
    "INSERT INTO ledger_entry (" LEDGER_ENTRY_COLUMNS ")"                                                    \
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
#define CHAIN_MOVE "UPDATE ledger_chain SET last_seq = $3, last_hash = $15 WHERE chain_id = $16"

static enum err entry_write(struct call *call, int64_t chain_id, const struct ledger_entry *e)
{
    const struct db_arg args[] = {
        db_int(e->entry_id),
        db_str(e->chain),
        db_int(e->seq),
        db_int(e->at_ms),
        db_int(e->actor_id),
        db_str(e->actor_login),
        db_str(e->actor_name),
        db_str(e->verb),
        db_str(e->subject_kind),
        db_int(e->subject_id),
        db_int(e->unit_id),
        db_str(e->unit_path),
        db_str(e->detail),
        db_blob(e->prev_hash.at, e->prev_hash.len),
        db_blob(e->hash.at, e->hash.len),
        db_int(chain_id),
    };
    /* Each statement is a round trip there, and SQLite knows no changing statement inside another. */
    if (db_is_pg(call->db))
        return db_run_args(call, "WITH moved AS (" CHAIN_MOVE ") " ENTRY_INSERT, NULL, args, 16);
    TRY(db_run_args(call, ENTRY_INSERT, NULL, args, 15));
    return db_run(call, "UPDATE ledger_chain SET last_seq = $1, last_hash = $2 WHERE chain_id = $3", args[2],
                  args[14], args[15]);
}

enum err ledger_append(struct call *call, const struct ledger_fact *fact, int64_t *ret_seq)
{
    if (fact->detail.len > LEDGER_DETAIL_MAX)
        return call_fail(call, ERR_TOO_LARGE, NULL, "ledger.detail_too_large");
    struct ledger_chain chain;
    enum err word = ledger_chain_own(call, true, &chain);
    if (word == ERR_NOT_FOUND)
        word = chain_begin(call, &chain);
    TRY(word);

    struct call_who who = call_who(call);
    struct ledger_entry entry = {
        .entry_id = chain.chain_id << LEDGER_SEQ_BITS | (chain.last_seq + 1),
        .chain = chain.chain,
        .seq = chain.last_seq + 1,
        .at_ms = call->now_ms,
        .actor_id = who.user_id,
        .actor_login = who.login_name,
        .actor_name = who.display_name,
        .verb = str_of(fact->verb),
        .subject_kind = str_of(fact->subject_kind),
        .subject_id = fact->subject_id,
        .unit_id = fact->unit_id,
        .unit_path = fact->unit_path,
        .detail = fact->detail.len ? fact->detail : STR("{}"),
        .prev_hash = chain.last_hash,
    };
    struct crypt_sm3 hash;
    BUF(scratch, LEDGER_ENCODE_MAX);
    TRY(ledger_entry_hash(&entry, &scratch, &hash));
    entry.hash = (struct str){(const char *)hash.bytes, sizeof hash.bytes};
    TRY(entry_write(call, chain.chain_id, &entry));
    atomic_store(&appended, true);
    if (ret_seq)
        *ret_seq = entry.seq;
    return ERR_OK;
}
