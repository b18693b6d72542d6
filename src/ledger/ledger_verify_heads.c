/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Every head is compared with the entry it names and linked to the head before it by a digest that
 * includes that head's signature. So the signature of the newest head, and of the last head under each
 * earlier key, vouches for all before it, and those are the ones verified: 0.5 ms each would make a year of
 * heads an hour. When one of them fails, the walk is repeated verifying every signature, to name the first
 * bad one.
 */
#include <string.h>
#include "ledger/ledger_parts.h"

struct key {
    struct str print;
    struct crypt_sm2_key *key;
};

struct walk {
    struct ledger_check *check;
    const struct ledger_chain *chain;
    const struct key *keys;
    size_t many_keys;
    bool every; /* verify each signature */
    int64_t base, number, seq;
    struct crypt_sm3 digest;      /* of the last head */
    struct buf *text, *last_text; /* encodings: of this head and of the one before */
    uint8_t last_signature[64];
    char last_print[2 * CRYPT_SM3_LEN];
    bool signature_failed;
};

static void bad(struct walk *w, int64_t seq, const char *why)
{
    ledger_bad(w->check, w->chain->chain, seq, why,
               str_format(w->check->call->arena, "%lld", (long long)w->number + 1));
}

static bool signature_holds(const struct walk *w, const struct buf *text, const uint8_t signature[64],
                            struct str print)
{
    for (size_t i = 0; i < w->many_keys; i++)
        if (str_eq(w->keys[i].print, print))
            return crypt_sm2_verify(w->keys[i].key, (struct str){text->at, text->len}, signature);
    return false;
}

static bool last_holds(const struct walk *w)
{
    return signature_holds(w, w->last_text, w->last_signature,
                           (struct str){w->last_print, sizeof w->last_print});
}

static void head_keep(struct walk *w, const struct ledger_head *h)
{
    struct buf *text = w->last_text;
    w->last_text = w->text;
    w->text = text;
    memcpy(w->last_signature, h->signature.at, sizeof w->last_signature);
    memcpy(w->last_print, h->key_print.at, sizeof w->last_print);
    w->number = h->number;
    w->seq = h->seq;
    w->check->verdict->heads += !w->every;
}

static void head_check(struct walk *w, const struct db_rows *rows)
{
    struct ledger_head h;
    if (!ledger_head_read(rows, &h) || h.hash.len != CRYPT_SM3_LEN || h.prev_hash.len != CRYPT_SM3_LEN ||
        h.signature.len != 64 || h.key_print.len != sizeof w->last_print ||
        !str_eq(h.chain, w->chain->chain)) {
        bad(w, 0, "ledger.bad.head");
        return;
    }
    if (h.number != w->number + 1 || h.head_id != w->base + h.number) {
        bad(w, 0, "ledger.bad.head_missing");
        return;
    }
    struct crypt_sm3 digest = ledger_head_digest(&h, w->text);
    ledger_head_encode(&h, w->text);
    bool new_key = w->number && memcmp(h.key_print.at, w->last_print, sizeof w->last_print) != 0;
    struct str entry_hash = db_col_str(rows, 10);
    if (memcmp(h.prev_hash.at, w->digest.bytes, CRYPT_SM3_LEN) != 0)
        bad(w, 0, "ledger.bad.head_link");
    else if (w->every && !signature_holds(w, w->text, (const uint8_t *)h.signature.at, h.key_print))
        bad(w, h.seq, "ledger.bad.head_signature");
    else if (!w->every && new_key && !last_holds(w))
        w->signature_failed = true;
    else if (h.seq <= w->seq || !str_eq(entry_hash, h.hash))
        bad(w, h.seq, "ledger.bad.against_head");
    w->digest = digest;
    head_keep(w, &h);
}

static enum err heads_page(struct walk *w, bool *ret_more)
{
    DB_ROWS(rows);
    int64_t read = 0;
    TRY(db_query(w->check->call, &rows,
                 "SELECT " LEDGER_HEAD_COLUMNS
                 ", e.hash FROM ledger_head h LEFT JOIN ledger_entry e ON e.entry_id = $1 + h.seq"
                 " WHERE h.head_id > $2 AND h.head_id < $3 ORDER BY h.head_id LIMIT 2048",
                 db_int(w->base), db_int(w->number ? w->base + w->number : w->base - 1),
                 db_int(w->base + (1LL << LEDGER_SEQ_BITS))));
    while (w->check->verdict->ok && !w->signature_failed && db_next(&rows)) {
        head_check(w, &rows);
        read++;
    }
    *ret_more = w->check->verdict->ok && !w->signature_failed && read == LEDGER_PAGE;
    return w->check->verdict->ok && !w->signature_failed ? db_end(&rows) : ERR_OK;
}

static enum err heads_end(struct walk *w)
{
    int64_t now_heads;
    if (w->number < w->chain->heads) {
        bad(w, 0, "ledger.bad.head_missing");
        return ERR_OK;
    }
    TRY(db_get_int(w->check->call, &now_heads, 0, "SELECT heads FROM ledger_chain WHERE chain_id = $1",
                   db_int(w->chain->chain_id)));
    if (now_heads < w->number)
        bad(w, 0, "ledger.bad.head_beyond");
    return ERR_OK;
}

static enum err heads_walk(struct walk *w)
{
    enum err word = ERR_OK;
    for (bool more = true; more && word == ERR_OK;)
        word = heads_page(w, &more);
    if (word == ERR_OK && w->check->verdict->ok && w->number && !w->every && !w->signature_failed)
        w->signature_failed = !last_holds(w);
    if (word == ERR_OK && w->check->verdict->ok && !w->signature_failed)
        word = heads_end(w);
    return ledger_read_ended(w->check, word, w->chain->chain, 0);
}

static enum err chain_heads(struct ledger_check *check, const struct ledger_chain *chain,
                            const struct key *keys, size_t many)
{
    BUF(one, 1024 * 1024);
    BUF(two, 1024 * 1024);
    struct walk w = {.check = check,
                     .chain = chain,
                     .keys = keys,
                     .many_keys = many,
                     .base = chain->chain_id << LEDGER_SEQ_BITS,
                     .text = &one,
                     .last_text = &two};
    struct walk again = w;
    TRY(heads_walk(&w));
    if (!w.signature_failed)
        return ERR_OK;
    again.every = true;
    TRY(heads_walk(&again));
    if (check->verdict->ok)
        bad(&again, 0, "ledger.bad.head_signature");
    return ERR_OK;
}

static enum err keys_read(struct ledger_check *check, struct key **ret, size_t *ret_many)
{
    struct call *call = check->call;
    int64_t many;
    TRY(db_get_int(call, &many, 0, "SELECT COUNT(*) FROM ledger_key"));
    *ret = ARENA_ARRAY(call->arena, struct key, many);
    DB_ROWS(rows);
    TRY(db_query(call, &rows, "SELECT key_print, public_key FROM ledger_key ORDER BY key_print"));
    while (db_next(&rows) && *ret_many < (size_t)many) {
        struct key *k = &(*ret)[(*ret_many)++];
        struct str point = db_col_str(&rows, 1);
        k->print = db_col_copy(call, &rows, 0);
        if (db_col_kind(&rows, 0) != DB_TEXT || db_col_kind(&rows, 1) != DB_BLOB || point.len != 65 ||
            !str_eq(k->print, ledger_key_print(call->arena, (const uint8_t *)point.at)) ||
            crypt_sm2_from_public(call->arena, (const uint8_t *)point.at, &k->key) != ERR_OK)
            ledger_bad(check, STR_NONE, 0, "ledger.bad.key", k->print);
    }
    return db_end(&rows);
}

static enum err stray_heads(struct ledger_check *check)
{
    DB_ROWS(rows);
    TRY(db_query(check->call, &rows,
                 "SELECT h.chain FROM ledger_head h WHERE NOT EXISTS (SELECT 1 FROM ledger_chain c WHERE "
                 "h.head_id > c.chain_id * $1"
                 " AND h.head_id < (c.chain_id + 1) * $1) ORDER BY h.head_id LIMIT 1",
                 db_int(1LL << LEDGER_SEQ_BITS)));
    if (db_next(&rows))
        ledger_bad(check, db_col_str(&rows, 0), 0, "ledger.bad.head_beyond", STR_NONE);
    return db_end(&rows);
}

enum err ledger_check_heads(struct ledger_check *check)
{
    struct key *keys = NULL;
    size_t many = 0;
    TRY(ledger_read_ended(check, keys_read(check, &keys, &many), STR_NONE, 0));
    for (size_t i = 0; i < check->many && check->verdict->ok; i++)
        TRY(chain_heads(check, &check->chains[i], keys, many));
    return check->verdict->ok ? ledger_read_ended(check, stray_heads(check), STR_NONE, 0) : ERR_OK;
}

/* The outside head vouches for itself by its own key; that this key sealed here too is checked last. */
static bool outside_is_genuine(struct call *call, const struct ledger_head *head, struct str public_key)
{
    BUF(text, 1024 * 1024);
    struct crypt_sm2_key *key;
    if (!str_eq(head->key_print, ledger_key_print(call->arena, (const uint8_t *)public_key.at)) ||
        crypt_sm2_from_public(call->arena, (const uint8_t *)public_key.at, &key) != ERR_OK)
        return false;
    ledger_head_encode(head, &text);
    return buf_check(&text) == ERR_OK &&
           crypt_sm2_verify(key, buf_str(&text), (const uint8_t *)head->signature.at);
}

enum err ledger_check_outside(struct ledger_check *check, const struct ledger_head *head,
                              struct str public_key)
{
    const struct ledger_chain *chain = NULL;
    for (size_t i = 0; i < check->many; i++)
        if (str_eq(check->chains[i].chain, head->chain))
            chain = &check->chains[i];
    int64_t known;
    if (!outside_is_genuine(check->call, head, public_key)) {
        ledger_bad(check, head->chain, 0, "ledger.outside.forged", STR_NONE);
        return ERR_OK;
    }
    DB_ROWS(rows);
    TRY(db_query(check->call, &rows, "SELECT hash FROM ledger_entry WHERE entry_id = $1",
                 db_int(chain ? chain->chain_id << LEDGER_SEQ_BITS | head->seq : 0)));
    if (!db_next(&rows))
        ledger_bad(check, head->chain, chain ? chain->last_seq + 1 : 1, "ledger.outside.missing", STR_NONE);
    else if (!str_eq(db_col_str(&rows, 0), head->hash))
        ledger_bad(check, head->chain, head->seq, "ledger.outside.differs", STR_NONE);
    TRY(db_end(&rows));
    TRY(db_get_int(check->call, &known, 0, "SELECT COUNT(*) FROM ledger_key WHERE key_print = $1",
                   db_str(head->key_print)));
    if (!known)
        ledger_bad(check, head->chain, 0, "ledger.outside.unknown_key", STR_NONE);
    return ERR_OK;
}
