-- What people were told. A row is a words key with its arguments (JSON list of texts), shown in the reader's language.
-- once: what must not be told twice to the same person; many: how often it happened, where like things are told as one.
CREATE TABLE notify_item (
    inbox_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    item_kind TEXT NOT NULL CHECK (item_kind IN ('message', 'digest')),
    key TEXT NOT NULL,
    args TEXT NOT NULL,
    lines TEXT,
    url TEXT NOT NULL,
    subject_kind TEXT,
    subject_id INTEGER,
    once TEXT NOT NULL,
    many INTEGER NOT NULL DEFAULT 1,
    created_at_ms INTEGER NOT NULL,
    read_at_ms INTEGER,
    UNIQUE (user_id, once)
) STRICT;
CREATE INDEX notify_item_by_user ON notify_item (user_id, inbox_id);
CREATE INDEX notify_item_unread ON notify_item (user_id) WHERE read_at_ms IS NULL;

-- Reminders since the last digest: whom they concern is found when the digest is written.
CREATE TABLE notify_event (
    event_id INTEGER PRIMARY KEY,
    duty_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX notify_event_by_path ON notify_event (unit_path, at_ms);
