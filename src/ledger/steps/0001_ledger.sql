-- The chain of what happened. Ids carry the chain's number in their upper bits (chain_id << 40 | seq), so that one
-- b-tree in insertion order serves append, list and verify, and two nodes never meet on a number.
CREATE TABLE ledger_chain (
    chain_id INTEGER NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL UNIQUE,
    last_seq INTEGER NOT NULL,
    last_hash BLOB NOT NULL,
    heads INTEGER NOT NULL
) STRICT;

CREATE TABLE ledger_entry (
    entry_id INTEGER NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    actor_login TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_entry_by_subject ON ledger_entry (subject_kind, subject_id);
CREATE INDEX ledger_entry_by_unit ON ledger_entry (unit_path);

-- Sealed heads. others: "chain seq hash" of every other chain, a line each. prev_hash: digest of the head before it, signature included.
CREATE TABLE ledger_head (
    head_id INTEGER NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL,
    number INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    others TEXT NOT NULL,
    prev_hash BLOB NOT NULL,
    key_print TEXT NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE TABLE ledger_key (
    key_print TEXT NOT NULL PRIMARY KEY,
    public_key BLOB NOT NULL
) STRICT;
