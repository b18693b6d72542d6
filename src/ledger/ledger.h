/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger: append, seal, verify, export: the chain and nothing else.
 *
 * An entry is written in the same transaction as the fact it records, or the fact did not happen. Every
 * column of an entry is under its SM3 hash, in a canonical length-prefixed encoding; each entry carries the
 * hash before it. A head is a sealed statement "chain C had entry N with hash H at time T", SM2-signed; heads
 * bind the newest heads of the other writers' chains. Heads must leave the machine (exported, printed,
 * mailed): against a rewritten file only an outside head helps. Tables: ledger_entry, ledger_chain (last seq
 * and hash, updated with each entry), ledger_head, ledger_key (public keys).
 */
#ifndef ANZE_LEDGER_LEDGER_H
#define ANZE_LEDGER_LEDGER_H

#include "base/call.h"
#include "base/crypt.h"
#include "base/field.h"
#include "base/json.h"
#include "db/db.h"

#define LEDGER_DETAIL_MAX (1024 * 1024)

/* What happened. verb: "system.created"; subject: kind + id; unit: whose matter it is (0: nobody's); detail:
 * a JSON object text. */
struct ledger_fact {
    const char *verb;
    const char *subject_kind;
    int64_t subject_id;
    int64_t unit_id;
    struct str unit_path;
    struct str detail; /* STR_NONE: {} */
};
/* Appends under the call's actor and time. ret_seq may be NULL. ERR_TOO_LARGE when detail passes
 * LEDGER_DETAIL_MAX. */
MUST_USE enum err ledger_append(struct call *call, const struct ledger_fact *fact, int64_t *ret_seq);

/* The signing key: <data>/ledger.key (PEM, 0600); made on first use when create is set. A file that others
 * may read is refused. ERR_NOT_FOUND when it does not exist and create is not set. */
MUST_USE enum err ledger_key_open(struct arena *arena, const char *data_dir, bool create,
                                  struct crypt_sm2_key **ret, char why[256]);
void ledger_set_chain(const char *chain); /* this node's chain name, default "main"; before threads */
/* Seals the head of this node's chain when entries were added since the last head. Runs in a write
 * transaction. A key that never signed before is first recorded by an entry ledger.key_registered. */
MUST_USE enum err ledger_seal(struct call *call, const struct crypt_sm2_key *key);
/* True when this process appended since it last sealed (or when it started): a cheap question for the sealing
 * timer. */
bool ledger_seal_due(void);

struct ledger_verdict {
    int64_t entries, heads; /* how many were read and found good */
    bool ok;
    int64_t bad_seq; /* first bad entry, 0 when ok or when not about one entry */
    const char *bad_chain;
    const char *why; /* words key, e.g. "ledger.bad.hash"; NULL when ok */
    struct str why_detail;
};
/* Reads every chain from the start. head_json: an exported head to hold the chain against, or STR_NONE;
 * ERR_INVALID when that text is not a head. progress may be NULL. A damaged database file is a verdict
 * (ok=false), not an error. */
MUST_USE enum err ledger_verify(struct call *call, struct str head_json,
                                void (*progress)(int64_t done, int64_t of), struct ledger_verdict *ret);
/* Does one entry match its own hash and the hash of the entry before it? For the mark beside a record; the
 * proof is ledger_verify. ERR_NOT_FOUND. */
MUST_USE enum err ledger_entry_holds(struct call *call, int64_t entry_id, bool *ret);
/* Writes the newest sealed head of this node's chain, with signature and public key, as members into the open
 * object; ERR_NOT_FOUND before the first. */
MUST_USE enum err ledger_head(struct call *call, struct json_writer *w);
extern const struct field_table ledger_head_table;
/* All entries as JSON lines (no line end), oldest first of each chain. detail is given as a text, so that its
 * bytes can be hashed again. */
MUST_USE enum err ledger_export(struct call *call, enum err (*line)(struct str json, void *context),
                                void *context);

#endif
