/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Chains are read in id order, a page at a time, each page its own statement, so that a long
 * verification beside a working server neither pins the write-ahead log nor needs a snapshot. What is judged
 * is the state at the start: the running head (ledger_chain) is read first and its hash is met on the way; a
 * row is "beyond" only if the running head read afterwards still does not reach it. Per row nothing is
 * allocated: the canonical encoding goes into one buffer. An entry whose own hash holds but whose
 * predecessor's hash is not the one it keeps accuses the predecessor: it was rewritten with a fresh hash.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/ledger_parts.h"

struct walk {
    struct ledger_check *check;
    const struct ledger_chain *chain; /* as read before the walk */
    struct buf *scratch;
    int64_t base, last_id, seq; /* seq: the last entry found good */
    uint8_t hash[CRYPT_SM3_LEN];
};

void ledger_bad(struct ledger_check *check, struct str chain, int64_t seq, const char *why, struct str detail)
{
    struct ledger_verdict *v = check->verdict;
    if (!v->ok)
        return;
    v->ok = false;
    v->bad_seq = seq;
    v->bad_chain = str_c(check->call->arena, chain);
    v->why = why;
    v->why_detail = str_copy(check->call->arena, detail);
}

enum err ledger_read_ended(struct ledger_check *check, enum err word, struct str chain, int64_t seq)
{
    if (word != ERR_FAILED || db_is_pg(check->call->db))
        return word;
    ledger_bad(check, chain, seq, "ledger.bad.read", STR_NONE);
    return ERR_OK;
}

static bool same(struct str stored, const uint8_t hash[CRYPT_SM3_LEN])
{
    return stored.len == CRYPT_SM3_LEN && memcmp(stored.at, hash, CRYPT_SM3_LEN) == 0;
}

static void entry_check(struct walk *w, const struct db_rows *rows)
{
    struct ledger_check *check = w->check;
    struct str chain = w->chain->chain;
    struct ledger_entry e;
    struct crypt_sm3 hash;
    int64_t expect = w->seq + 1;
    if (db_col_kind(rows, 0) == DB_INT && db_col_int(rows, 0) > w->base + expect)
        ledger_bad(check, chain, expect, "ledger.bad.missing", STR_NONE);
    else if (!ledger_entry_read(rows, &e))
        ledger_bad(check, chain, expect, "ledger.bad.kind", STR_NONE);
    else if (e.entry_id != w->base + expect)
        ledger_bad(check, chain, e.seq > w->seq ? e.seq : expect, "ledger.bad.order", STR_NONE);
    else if (e.seq != expect)
        ledger_bad(check, chain, expect, "ledger.bad.seq", STR_NONE);
    else if (!str_eq(e.chain, chain))
        ledger_bad(check, chain, expect, "ledger.bad.chain_name", e.chain);
    else if (ledger_entry_hash(&e, w->scratch, &hash) != ERR_OK || !same(e.hash, hash.bytes))
        ledger_bad(check, chain, expect, "ledger.bad.hash", e.verb);
    else if (!same(e.prev_hash, w->hash))
        ledger_bad(check, chain, w->seq ? w->seq : 1, "ledger.bad.rewritten", STR_NONE);
    else if (expect == w->chain->last_seq && !same(w->chain->last_hash, hash.bytes))
        ledger_bad(check, chain, expect, "ledger.bad.running_head", STR_NONE);
    if (!check->verdict->ok)
        return;
    w->seq = expect;
    /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): a good entry was read and hashed above */
    w->last_id = e.entry_id;
    memcpy(w->hash, hash.bytes, sizeof w->hash);
    check->verdict->entries++;
}

static enum err entries_page(struct walk *w, bool *ret_more)
{
    DB_ROWS(rows);
    struct ledger_check *check = w->check;
    int64_t read = 0;
    TRY(db_query(check->call, &rows,
                 "SELECT " LEDGER_ENTRY_COLUMNS " FROM ledger_entry WHERE entry_id > $1 AND entry_id < $2"
                 " ORDER BY entry_id LIMIT 2048",
                 db_int(w->last_id), db_int(w->base + (1LL << LEDGER_SEQ_BITS))));
    while (check->verdict->ok && db_next(&rows)) {
        entry_check(w, &rows);
        read++;
    }
    *ret_more = check->verdict->ok && read == LEDGER_PAGE;
    if (check->progress)
        check->progress(check->verdict->entries, check->of);
    return check->verdict->ok ? db_end(&rows) : ERR_OK;
}

/* Rows past the running head are new ones when it has moved meanwhile, else they were added behind its back.
 */
static enum err entries_end(struct walk *w)
{
    struct ledger_check *check = w->check;
    int64_t now_last;
    if (w->seq < w->chain->last_seq) {
        ledger_bad(check, w->chain->chain, w->seq + 1, "ledger.bad.truncated", STR_NONE);
        return ERR_OK;
    }
    TRY(db_get_int(check->call, &now_last, 0, "SELECT last_seq FROM ledger_chain WHERE chain_id = $1",
                   db_int(w->chain->chain_id)));
    if (now_last < w->seq)
        ledger_bad(check, w->chain->chain, now_last + 1, "ledger.bad.beyond", STR_NONE);
    return ERR_OK;
}

static enum err entries_check(struct ledger_check *check, const struct ledger_chain *chain,
                              struct buf *scratch)
{
    int64_t base = chain->chain_id << LEDGER_SEQ_BITS;
    struct walk w = {.check = check, .chain = chain, .scratch = scratch, .base = base, .last_id = base - 1};
    enum err word = ERR_OK;
    for (bool more = true; more && word == ERR_OK;)
        word = entries_page(&w, &more);
    if (word == ERR_OK && check->verdict->ok)
        word = entries_end(&w);
    return ledger_read_ended(check, word, chain->chain, w.seq + 1);
}

static bool chain_is_sound(const struct db_rows *rows, const struct ledger_chain *c)
{
    return db_col_kind(rows, 0) == DB_INT && db_col_kind(rows, 1) == DB_TEXT &&
           db_col_kind(rows, 2) == DB_INT && db_col_kind(rows, 3) == DB_BLOB &&
           db_col_kind(rows, 4) == DB_INT && c->chain_id > 0 &&
           c->chain_id < (1LL << (62 - LEDGER_SEQ_BITS)) && c->chain.len && c->last_seq > 0 &&
           c->last_seq <= LEDGER_SEQ_MAX && c->last_hash.len == CRYPT_SM3_LEN && c->heads >= 0 &&
           c->heads <= LEDGER_SEQ_MAX;
}

static enum err chains_read(struct ledger_check *check)
{
    struct call *call = check->call;
    int64_t many;
    TRY(db_get_int(call, &many, 0, "SELECT COUNT(*) FROM ledger_chain"));
    check->chains = ARENA_ARRAY(call->arena, struct ledger_chain, many);
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT chain_id, chain, last_seq, last_hash, heads FROM ledger_chain ORDER BY chain_id"));
    while (db_next(&rows) && check->many < (size_t)many) {
        struct ledger_chain *c = &check->chains[check->many++];
        *c = (struct ledger_chain){db_col_int(&rows, 0), db_col_copy(call, &rows, 1), db_col_int(&rows, 2),
                                   db_col_copy(call, &rows, 3), db_col_int(&rows, 4)};
        if (!chain_is_sound(&rows, c))
            ledger_bad(check, c->chain, 0, "ledger.bad.chain_row", STR_NONE);
        check->of += c->last_seq;
    }
    return db_end(&rows);
}

/* Rows whose id lies in no chain's range: between first (included) and the start of the next chain
 * (excluded). */
static enum err stray_check(struct ledger_check *check, int64_t first, int64_t next)
{
    struct call *call = check->call;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT entry_id, seq, chain FROM ledger_entry WHERE entry_id >= $1 AND entry_id <= $2"
        " AND NOT EXISTS (SELECT 1 FROM ledger_chain c WHERE c.chain = ledger_entry.chain"
        " AND ledger_entry.entry_id > c.chain_id * $3 AND ledger_entry.entry_id < (c.chain_id + 1) * $3)"
        " ORDER BY entry_id LIMIT 1",
        db_int(first), db_int(next), db_int(1LL << LEDGER_SEQ_BITS)));
    if (db_next(&rows))
        ledger_bad(check, db_col_str(&rows, 2), db_col_int(&rows, 1), "ledger.bad.stray", STR_NONE);
    return db_end(&rows);
}

static enum err strays_check(struct ledger_check *check)
{
    int64_t first = INT64_MIN;
    for (size_t i = 0; i < check->many && check->verdict->ok; i++) {
        TRY(stray_check(check, first, (check->chains[i].chain_id << LEDGER_SEQ_BITS) - 1));
        first = (check->chains[i].chain_id + 1) << LEDGER_SEQ_BITS;
    }
    return check->verdict->ok ? stray_check(check, first, INT64_MAX) : ERR_OK;
}

/* ---- indexes ---- */

/* Lists are read through indexes: one that lies would show a reader other rows than the ones just checked.
 * The engine's own check of them takes about as long as hashing does, so it runs beside it, in a thread with
 * a connection of its own; its verdict is heard last, whoever is done first. */
#define BESIDE_FROM 3000 /* entries; fewer are done before a thread and a connection stand */

struct index_check {
    const char *file;
    pthread_t thread;
    bool running;
    enum err word;
    char said[512]; /* the first complaint */
};

#define INDEX_CHECK(call, ret, table)                                                                        \
    do {                                                                                                     \
        DB_ROWS(rows_);                                                                                      \
        TRY(db_query((call), &rows_, "PRAGMA integrity_check(" table ")"));                                  \
        while (db_next(&rows_))                                                                              \
            if (!(ret)[0] && !str_is(db_col_str(&rows_, 0), "ok"))                                           \
                snprintf((ret), sizeof((struct index_check *)0)->said, "%.*s",                               \
                         STR_ARG(db_col_str(&rows_, 0)));                                                    \
        TRY(db_end(&rows_));                                                                                 \
    } while (0)

static enum err indexes_read(struct call *call, char *ret_said)
{
    INDEX_CHECK(call, ret_said, "ledger_entry");
    INDEX_CHECK(call, ret_said, "ledger_chain");
    INDEX_CHECK(call, ret_said, "ledger_head");
    INDEX_CHECK(call, ret_said, "ledger_key");
    return ERR_OK;
}

static void *indexes_thread(void *context)
{
    struct index_check *check = context;
    struct db *db;
    char why[256];
    ARENA(arena, 16 << 20);
    struct call call = {.arena = arena, .now_ms = clock_now_ms(), .lang = CALL_ZH};
    check->word = db_open(check->file, DB_READ, &db, why);
    if (check->word != ERR_OK)
        return NULL;
    call.db = db;
    check->word = indexes_read(&call, check->said);
    db_close(db);
    return NULL;
}

static void indexes_begin(struct ledger_check *check, struct index_check *ret)
{
    *ret = (struct index_check){.file = db_file(check->call->db)};
    ret->running =
        ret->file && check->of >= BESIDE_FROM && pthread_create(&ret->thread, NULL, indexes_thread, ret) == 0;
}

static enum err indexes_end(struct ledger_check *check, struct index_check *index)
{
    if (index->running)
        pthread_join(index->thread, NULL);
    else if (!db_is_pg(check->call->db))
        index->word = indexes_read(check->call, index->said);
    if (!check->verdict->ok)
        return ERR_OK;
    if (index->said[0])
        ledger_bad(check, STR_NONE, 0, "ledger.bad.index", str_of(index->said));
    return ledger_read_ended(check, index->word, STR_NONE, 0);
}

static enum err rows_check(struct ledger_check *check)
{
    BUF(scratch, LEDGER_ENCODE_MAX);
    for (size_t i = 0; i < check->many && check->verdict->ok; i++)
        TRY(entries_check(check, &check->chains[i], &scratch));
    if (check->verdict->ok)
        TRY(ledger_check_heads(check));
    if (check->verdict->ok)
        TRY(ledger_read_ended(check, strays_check(check), STR_NONE, 0));
    return ERR_OK;
}

static enum err all_check(struct ledger_check *check)
{
    struct index_check index;
    TRY(ledger_read_ended(check, chains_read(check), STR_NONE, 0));
    indexes_begin(check, &index);
    enum err word = rows_check(check), ended = indexes_end(check, &index);
    return word == ERR_OK ? ended : word;
}

enum err ledger_verify(struct call *call, struct str head_json, void (*progress)(int64_t done, int64_t of),
                       struct ledger_verdict *ret)
{
    *ret = (struct ledger_verdict){.ok = true};
    struct ledger_check check = {.call = call, .verdict = ret, .progress = progress};
    struct ledger_head outside;
    struct str public_key;
    if (head_json.len)
        TRY(ledger_head_parse(call, head_json, &outside, &public_key));
    TRY(all_check(&check));
    if (ret->ok && head_json.len)
        TRY(ledger_read_ended(&check, ledger_check_outside(&check, &outside, public_key), STR_NONE, 0));
    return ERR_OK;
}

enum err ledger_entry_holds(struct call *call, int64_t entry_id, bool *ret)
{
    DB_ROWS(rows);
    struct ledger_entry e;
    struct crypt_sm3 hash;
    BUF(scratch, LEDGER_ENCODE_MAX);
    *ret = false;
    TRY(db_one(call, &rows,
               "SELECT " LEDGER_ENTRY_COLUMNS
               ", (SELECT p.hash FROM ledger_entry p WHERE p.entry_id = $1 - 1) FROM ledger_entry"
               " WHERE entry_id = $1",
               db_int(entry_id)));
    if (!ledger_entry_read(&rows, &e))
        return db_end(&rows);
    struct str before = db_col_str(&rows, 15);
    bool linked = e.seq == 1 ? same(e.prev_hash, ledger_no_hash) : str_eq(e.prev_hash, before);
    *ret = linked && ledger_entry_hash(&e, &scratch, &hash) == ERR_OK && same(e.hash, hash.bytes);
    return db_end(&rows);
}
