/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger_parts: what the files of this room share; not for other rooms.
 */
#ifndef ANZE_LEDGER_LEDGER_PARTS_H
#define ANZE_LEDGER_LEDGER_PARTS_H

#include "ledger/ledger.h"

#define LEDGER_PAGE       2048
#define LEDGER_SEQ_BITS   40 /* entry_id = chain_id << 40 | seq */
#define LEDGER_SEQ_MAX    ((1LL << LEDGER_SEQ_BITS) - 1)
#define LEDGER_ENCODE_MAX (LEDGER_DETAIL_MAX + 64 * 1024)

/* The order of columns in every SELECT of entries. */
#define LEDGER_ENTRY_COLUMNS                                                                                 \
    "entry_id, chain, seq, at_ms, actor_id, actor_login, actor_name, verb, subject_kind, subject_id, "       \
    "unit_id, unit_path, detail, prev_hash, hash"

struct ledger_entry {
    int64_t entry_id;
    struct str chain;
    int64_t seq, at_ms, actor_id;
    struct str actor_login, actor_name, verb, subject_kind;
    int64_t subject_id, unit_id;
    struct str unit_path, detail, prev_hash, hash;
};
/* The current row; texts borrowed. False when a column has not the kind it was written with. */
bool ledger_entry_read(const struct db_rows *rows, struct ledger_entry *ret);
/* The hash over all columns but the hash itself. scratch is emptied first; ERR_TOO_LARGE when it overflows.
 */
MUST_USE enum err ledger_entry_hash(const struct ledger_entry *entry, struct buf *scratch,
                                    struct crypt_sm3 *ret);

#define LEDGER_HEAD_COLUMNS                                                                                  \
    "h.head_id, h.chain, h.number, h.seq, h.hash, h.at_ms, h.others, h.prev_hash, h.key_print, h.signature"

struct ledger_head {
    int64_t head_id;
    struct str chain;
    int64_t number, seq;
    struct str hash;
    int64_t at_ms;
    struct str others, prev_hash, key_print, signature;
};
bool ledger_head_read(const struct db_rows *rows, struct ledger_head *ret);
/* What is signed: every column but the signature and the id. */
void ledger_head_encode(const struct ledger_head *head, struct buf *ret);
/* What the next head keeps of this one: digest of encoding and signature. scratch is emptied first. */
struct crypt_sm3 ledger_head_digest(const struct ledger_head *head, struct buf *scratch);
void ledger_head_put(const struct ledger_head *head, struct str public_key, struct arena *arena,
                     struct json_writer *w);
/* Reads an exported head; ERR_INVALID with a fault on "head". */
MUST_USE enum err ledger_head_parse(struct call *call, struct str json_text, struct ledger_head *ret,
                                    struct str *ret_public_key);
/* Hex digest of the public point. */
struct str ledger_key_print(struct arena *arena, const uint8_t point[65]);

struct ledger_chain {
    int64_t chain_id;
    struct str chain;
    int64_t last_seq;
    struct str last_hash;
    int64_t heads;
};
/* This node's chain; lock: nobody else appends to it until the transaction ends. ERR_NOT_FOUND before its
 * first entry. */
MUST_USE enum err ledger_chain_own(struct call *call, bool lock, struct ledger_chain *ret);
const char *ledger_chain_name(void);
void ledger_sealed(void); /* nothing new since the last head: ledger_seal_due turns false */

/* A verification under way. */
struct ledger_check {
    struct call *call;
    struct ledger_verdict *verdict;
    void (*progress)(int64_t done, int64_t of);
    int64_t of;
    struct ledger_chain *chains;
    size_t many;
};
/* Notes the first thing found bad; later ones are ignored. */
void ledger_bad(struct ledger_check *check, struct str chain, int64_t seq, const char *why,
                struct str detail);
/* A read that ended with this word: on SQLite a failure is the verdict (bad at seq), elsewhere it stays an
 * error. */
MUST_USE enum err ledger_read_ended(struct ledger_check *check, enum err word, struct str chain, int64_t seq);
MUST_USE enum err ledger_check_heads(struct ledger_check *check);
MUST_USE enum err ledger_check_outside(struct ledger_check *check, const struct ledger_head *head,
                                       struct str public_key);

extern const uint8_t ledger_no_hash[CRYPT_SM3_LEN]; /* what the first entry and the first head carry */

#endif
