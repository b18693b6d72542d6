/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Heads are a chain of their own: each keeps the digest of the one before it, signature included. So
 * the newest valid signature vouches for every earlier head, and verify needs one signature check per key,
 * not one per head.
 */
#include <string.h>
#include "base/clock.h"
#include "ledger/ledger_parts.h"

#define HEAD_TEXT_MAX (256 * 1024)

static struct str hash_str(const struct crypt_sm3 *hash)
{
    return (struct str){(const char *)hash->bytes, sizeof hash->bytes};
}

/* The newest head of the chain, texts copied; number 0 before the first. */
static enum err head_newest(struct call *call, const struct ledger_chain *chain, struct ledger_head *ret)
{
    *ret = (struct ledger_head){0};
    DB_ROWS(rows);
    TRY(db_query(call, &rows, "SELECT " LEDGER_HEAD_COLUMNS " FROM ledger_head h WHERE h.head_id = $1",
                 db_int(chain->chain_id << LEDGER_SEQ_BITS | chain->heads)));
    if (db_next(&rows)) {
        if (!ledger_head_read(&rows, ret))
            return call_fail(call, ERR_FAILED, NULL, "ledger.bad.head");
        struct str *texts[] = {&ret->chain,     &ret->hash,      &ret->others,
                               &ret->prev_hash, &ret->key_print, &ret->signature};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            *texts[i] = str_copy(call->arena, *texts[i]);
    }
    return db_end(&rows);
}

static enum err others_list(struct call *call, struct str own, struct buf *ret)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT chain, last_seq, last_hash FROM ledger_chain WHERE chain <> $1 ORDER BY chain_id",
                 db_str(own)));
    while (db_next(&rows)) {
        struct str chain = db_col_str(&rows, 0), hash = db_col_str(&rows, 2);
        buf_format(ret, "%.*s %lld %.*s\n", STR_ARG(chain), (long long)db_col_int(&rows, 1),
                   STR_ARG(str_hex(call->arena, hash.at, hash.len)));
    }
    TRY(db_end(&rows));
    return buf_check(ret);
}

static enum err key_register(struct call *call, struct str print, const uint8_t point[65])
{
    int64_t known;
    TRY(db_get_int(call, &known, 0, "SELECT COUNT(*) FROM ledger_key WHERE key_print = $1", db_str(print)));
    if (known)
        return ERR_OK;
    TRY(db_run(call, "INSERT INTO ledger_key (key_print, public_key) VALUES ($1, $2)", db_str(print),
               db_blob(point, 65)));
    return ledger_append(
        call,
        &(struct ledger_fact){.verb = "ledger.key_registered",
                              .subject_kind = "ledger_key",
                              .detail = str_format(call->arena, "{\"key\":\"%.*s\"}", STR_ARG(print))},
        NULL);
}

static enum err head_write(struct call *call, const struct ledger_head *h)
{
    return db_run(call,
                  "INSERT INTO ledger_head (head_id, chain, number, seq, hash, at_ms, others, prev_hash, "
                  "key_print, signature)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                  db_int(h->head_id), db_str(h->chain), db_int(h->number), db_int(h->seq),
                  db_blob(h->hash.at, h->hash.len), db_int(h->at_ms), db_str(h->others),
                  db_blob(h->prev_hash.at, h->prev_hash.len), db_str(h->key_print),
                  db_blob(h->signature.at, h->signature.len));
}

static enum err head_sign(struct call *call, const struct crypt_sm2_key *key, struct ledger_head *head)
{
    BUF(text, HEAD_TEXT_MAX + 4096);
    ledger_head_encode(head, &text);
    TRY(buf_check(&text));
    uint8_t *signature = arena_alloc(call->arena, 64);
    TRY(crypt_sm2_sign(key, buf_str(&text), signature));
    head->signature = (struct str){(const char *)signature, 64};
    return ERR_OK;
}

enum err ledger_seal(struct call *call, const struct crypt_sm2_key *key)
{
    struct ledger_chain chain;
    struct ledger_head last;
    enum err word = ledger_chain_own(call, true, &chain);
    if (word == ERR_NOT_FOUND)
        return ERR_OK;
    TRY(word);
    TRY(head_newest(call, &chain, &last));
    if (last.number && last.seq == chain.last_seq) {
        ledger_sealed();
        return ERR_OK;
    }
    uint8_t point[65];
    crypt_sm2_public(key, point);
    struct str print = ledger_key_print(call->arena, point);
    TRY(key_register(call, print, point));
    TRY(ledger_chain_own(call, true, &chain));

    BUF(others, HEAD_TEXT_MAX);
    BUF(scratch, HEAD_TEXT_MAX + 4096);
    TRY(others_list(call, chain.chain, &others));
    struct crypt_sm3 prev = {{0}};
    if (last.number)
        prev = ledger_head_digest(&last, &scratch);
    struct ledger_head head = {
        .head_id = chain.chain_id << LEDGER_SEQ_BITS | (chain.heads + 1),
        .chain = chain.chain,
        .number = chain.heads + 1,
        .seq = chain.last_seq,
        .hash = chain.last_hash,
        .at_ms = call->now_ms,
        .others = buf_str(&others),
        .prev_hash = hash_str(&prev),
        .key_print = print,
    };
    TRY(head_sign(call, key, &head));
    TRY(head_write(call, &head));
    TRY(db_run(call, "UPDATE ledger_chain SET heads = $1 WHERE chain_id = $2", db_int(head.number),
               db_int(chain.chain_id)));
    ledger_sealed();
    return ERR_OK;
}

void ledger_head_put(const struct ledger_head *head, struct str public_key, struct arena *arena,
                     struct json_writer *w)
{
    json_put_str(w, "chain", head->chain);
    json_put_int(w, "number", head->number);
    json_put_int(w, "seq", head->seq);
    json_put_str(w, "hash", str_hex(arena, head->hash.at, head->hash.len));
    json_put_int(w, "at_ms", head->at_ms);
    json_put_str(w, "at", clock_rfc3339(arena, head->at_ms));
    json_put_str(w, "others", head->others);
    json_put_str(w, "prev_hash", str_hex(arena, head->prev_hash.at, head->prev_hash.len));
    json_put_str(w, "key_print", head->key_print);
    json_put_str(w, "public_key", str_hex(arena, public_key.at, public_key.len));
    json_put_str(w, "signature", str_hex(arena, head->signature.at, head->signature.len));
}

static const struct field head_fields[] = {
    {.name = "chain", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "number", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "seq", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "hash", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "at", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "others", .type = FIELD_NOTE, .max = 65536, .flags = FIELD_REQUIRED},
    {.name = "prev_hash", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "key_print", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "public_key", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "signature", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
const struct field_table ledger_head_table = FIELD_TABLE("ledger_head", head_fields);

enum err ledger_head(struct call *call, struct json_writer *w)
{
    struct ledger_chain chain;
    struct ledger_head head;
    TRY(ledger_chain_own(call, false, &chain));
    TRY(head_newest(call, &chain, &head));
    if (!head.number)
        return ERR_NOT_FOUND;
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT public_key FROM ledger_key WHERE key_print = $1",
               db_str(head.key_print)));
    ledger_head_put(&head, db_col_str(&rows, 0), call->arena, w);
    return db_end(&rows);
}

static bool hex_member(struct arena *arena, const struct json *object, const char *key, size_t len,
                       struct str *ret)
{
    uint8_t *bytes = arena_alloc(arena, len);
    *ret = (struct str){(const char *)bytes, len};
    return str_from_hex(json_text(json_get(object, key)), bytes, len);
}

enum err ledger_head_parse(struct call *call, struct str text, struct ledger_head *ret,
                           struct str *ret_public_key)
{
    const struct json *object;
    struct arena *arena = call->arena;
    if (text.len > HEAD_TEXT_MAX || json_parse(arena, text, &object, NULL) != ERR_OK)
        return call_fail(call, ERR_INVALID, "head", "ledger.head.not_json");
    *ret = (struct ledger_head){
        .chain = json_text(json_get(object, "chain")),
        .number = json_int(json_get(object, "number"), 0),
        .seq = json_int(json_get(object, "seq"), 0),
        .at_ms = json_int(json_get(object, "at_ms"), 0),
        .others = json_text(json_get(object, "others")),
        .key_print = json_text(json_get(object, "key_print")),
    };
    bool whole = hex_member(arena, object, "hash", CRYPT_SM3_LEN, &ret->hash) &&
                 hex_member(arena, object, "prev_hash", CRYPT_SM3_LEN, &ret->prev_hash) &&
                 hex_member(arena, object, "signature", 64, &ret->signature) &&
                 hex_member(arena, object, "public_key", 65, ret_public_key);
    if (!whole || !ret->chain.len || ret->seq < 1 || ret->seq > LEDGER_SEQ_MAX || ret->number < 1)
        return call_fail(call, ERR_INVALID, "head", "ledger.head.incomplete");
    return ERR_OK;
}
