/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The canonical encoding is a tag naming the kind of record and its version, then each column in
 * table order as one kind byte ('i' integer, 's' bytes), eight bytes of length, big-endian, and the value (an
 * integer is eight bytes, big-endian). No two different rows have the same encoding: lengths come before
 * values, and the number and order of columns are fixed by the tag. A new column means a new tag, never a
 * changed meaning of this one.
 */
#include "ledger/ledger_parts.h"

const uint8_t ledger_no_hash[CRYPT_SM3_LEN];

static void put_prefix(struct buf *out, char kind, uint64_t len)
{
    char prefix[9] = {kind};
    for (int i = 0; i < 8; i++)
        prefix[1 + i] = (char)(len >> (56 - 8 * i));
    buf_add(out, prefix, sizeof prefix);
}

static void put_bytes(struct buf *out, struct str bytes)
{
    put_prefix(out, 's', bytes.len);
    buf_add(out, bytes.at, bytes.len);
}

static void put_number(struct buf *out, int64_t number)
{
    char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)((uint64_t)number >> (56 - 8 * i));
    put_prefix(out, 'i', sizeof bytes);
    buf_add(out, bytes, sizeof bytes);
}

enum err ledger_entry_hash(const struct ledger_entry *entry, struct buf *scratch, struct crypt_sm3 *ret)
{
    scratch->len = 0;
    put_bytes(scratch, STR("anze ledger entry 1"));
    put_number(scratch, entry->entry_id);
    put_bytes(scratch, entry->chain);
    put_number(scratch, entry->seq);
    put_number(scratch, entry->at_ms);
    put_number(scratch, entry->actor_id);
    put_bytes(scratch, entry->actor_login);
    put_bytes(scratch, entry->actor_name);
    put_bytes(scratch, entry->verb);
    put_bytes(scratch, entry->subject_kind);
    put_number(scratch, entry->subject_id);
    put_number(scratch, entry->unit_id);
    put_bytes(scratch, entry->unit_path);
    put_bytes(scratch, entry->detail);
    put_bytes(scratch, entry->prev_hash);
    TRY(buf_check(scratch));
    *ret = crypt_sm3(buf_str(scratch));
    return ERR_OK;
}

void ledger_head_encode(const struct ledger_head *head, struct buf *ret)
{
    ret->len = 0;
    put_bytes(ret, STR("anze ledger head 1"));
    put_bytes(ret, head->chain);
    put_number(ret, head->number);
    put_number(ret, head->seq);
    put_bytes(ret, head->hash);
    put_number(ret, head->at_ms);
    put_bytes(ret, head->others);
    put_bytes(ret, head->prev_hash);
    put_bytes(ret, head->key_print);
}

struct crypt_sm3 ledger_head_digest(const struct ledger_head *head, struct buf *scratch)
{
    ledger_head_encode(head, scratch);
    put_bytes(scratch, head->signature);
    return crypt_sm3(buf_str(scratch));
}

struct str ledger_key_print(struct arena *arena, const uint8_t point[65])
{
    struct crypt_sm3 digest = crypt_sm3((struct str){(const char *)point, 65});
    return str_hex(arena, digest.bytes, sizeof digest.bytes);
}

/* SQLite can be made to hand an integer where a text was written; a reader must not take "2" for 2. */
static bool kinds_are(const struct db_rows *rows, const char *kinds)
{
    for (int i = 0; kinds[i]; i++) {
        enum db_kind want = kinds[i] == 'i' ? DB_INT : kinds[i] == 't' ? DB_TEXT : DB_BLOB;
        if (db_col_kind(rows, i) != want)
            return false;
    }
    return true;
}

bool ledger_entry_read(const struct db_rows *rows, struct ledger_entry *ret)
{
    if (!kinds_are(rows, "itiiittttiittbb"))
        return false;
    *ret = (struct ledger_entry){
        .entry_id = db_col_int(rows, 0),
        .chain = db_col_str(rows, 1),
        .seq = db_col_int(rows, 2),
        .at_ms = db_col_int(rows, 3),
        .actor_id = db_col_int(rows, 4),
        .actor_login = db_col_str(rows, 5),
        .actor_name = db_col_str(rows, 6),
        .verb = db_col_str(rows, 7),
        .subject_kind = db_col_str(rows, 8),
        .subject_id = db_col_int(rows, 9),
        .unit_id = db_col_int(rows, 10),
        .unit_path = db_col_str(rows, 11),
        .detail = db_col_str(rows, 12),
        .prev_hash = db_col_str(rows, 13),
        .hash = db_col_str(rows, 14),
    };
    return true;
}

bool ledger_head_read(const struct db_rows *rows, struct ledger_head *ret)
{
    if (!kinds_are(rows, "itiibitbtb"))
        return false;
    *ret = (struct ledger_head){
        .head_id = db_col_int(rows, 0),
        .chain = db_col_str(rows, 1),
        .number = db_col_int(rows, 2),
        .seq = db_col_int(rows, 3),
        .hash = db_col_str(rows, 4),
        .at_ms = db_col_int(rows, 5),
        .others = db_col_str(rows, 6),
        .prev_hash = db_col_str(rows, 7),
        .key_print = db_col_str(rows, 8),
        .signature = db_col_str(rows, 9),
    };
    return true;
}
