/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "ledger/ledger_parts.h"

#define EXPORT_LINE_MAX (8 * 1024 * 1024)

/* A heap text for the hashes, because an arena would grow with every row of a long ledger. */
static void put_hash(struct json_writer *w, const char *key, struct str hash)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * CRYPT_SM3_LEN];
    size_t len = hash.len <= CRYPT_SM3_LEN ? hash.len : CRYPT_SM3_LEN;
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[(unsigned char)hash.at[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)hash.at[i] & 15];
    }
    json_put_str(w, key, (struct str){hex, 2 * len});
}

static void entry_put(const struct ledger_entry *e, struct json_writer *w)
{
    json_open_object(w, NULL);
    json_put_int(w, "entry_id", e->entry_id);
    json_put_str(w, "chain", e->chain);
    json_put_int(w, "seq", e->seq);
    json_put_int(w, "at_ms", e->at_ms);
    json_put_int(w, "actor_id", e->actor_id);
    json_put_str(w, "actor_login", e->actor_login);
    json_put_str(w, "actor_name", e->actor_name);
    json_put_str(w, "verb", e->verb);
    json_put_str(w, "subject_kind", e->subject_kind);
    json_put_int(w, "subject_id", e->subject_id);
    json_put_int(w, "unit_id", e->unit_id);
    json_put_str(w, "unit_path", e->unit_path);
    json_put_str(w, "detail", e->detail);
    put_hash(w, "prev_hash", e->prev_hash);
    put_hash(w, "hash", e->hash);
    json_close_object(w);
}

static enum err page(struct call *call, int64_t *last_id, bool *ret_more, struct buf *text,
                     enum err (*line)(struct str json, void *context), void *context)
{
    DB_ROWS(rows);
    int64_t read = 0;
    struct ledger_entry entry;
    TRY(db_query(call, &rows,
                 "SELECT " LEDGER_ENTRY_COLUMNS
                 " FROM ledger_entry WHERE entry_id > $1 ORDER BY entry_id LIMIT 2048",
                 db_int(*last_id)));
    for (; db_next(&rows); read++) {
        if (!ledger_entry_read(&rows, &entry))
            return call_fail(call, ERR_FAILED, NULL, "ledger.bad.kind");
        text->len = 0;
        struct json_writer w = json_writer(text);
        entry_put(&entry, &w);
        TRY(buf_check(text));
        TRY(line(buf_str(text), context));
        *last_id = entry.entry_id;
    }
    *ret_more = read == LEDGER_PAGE;
    return db_end(&rows);
}

enum err ledger_export(struct call *call, enum err (*line)(struct str json, void *context), void *context)
{
    BUF(text, EXPORT_LINE_MAX);
    int64_t last_id = -1;
    for (bool more = true; more;)
        TRY(page(call, &last_id, &more, &text, line, context));
    return ERR_OK;
}
