-- Data sets of units and every copy of them. The first copy is the data set itself; a copy made from it names the one that
-- it was made from, so the copies of a data set are a tree. Each belongs to the unit that holds it.
CREATE TABLE dataset (
    dataset_id INTEGER PRIMARY KEY,
    year INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    dataset_no TEXT NOT NULL UNIQUE,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    dataset_name TEXT NOT NULL,
    category TEXT,
    data_level TEXT NOT NULL,
    origin TEXT NOT NULL,
    purpose TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    system_id INTEGER,
    data_rows INTEGER,
    has_pi INTEGER,
    pi_count INTEGER,
    has_sensitive_pi INTEGER,
    responsible_dept TEXT,
    note TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    registered_by_name TEXT NOT NULL,
    registered_at_ms INTEGER NOT NULL,
    ended_on TEXT,
    ended_why TEXT
) STRICT;
CREATE INDEX dataset_by_path ON dataset (unit_path, dataset_id);
CREATE INDEX dataset_by_unit ON dataset (unit_id);
CREATE UNIQUE INDEX dataset_by_serial ON dataset (year, serial);

CREATE TABLE dataset_copy (
    copy_id INTEGER PRIMARY KEY,
    dataset_id INTEGER NOT NULL REFERENCES dataset (dataset_id),
    parent_copy_id INTEGER REFERENCES dataset_copy (copy_id),
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    copy_way TEXT NOT NULL,
    source_name TEXT NOT NULL,
    obtained_on TEXT NOT NULL,
    purpose TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    term_until TEXT,
    term_notice_ms INTEGER, -- from this day on the end of the term is near; written by the day's job
    storage_place TEXT,
    keeper TEXT,
    given_by_name TEXT NOT NULL,
    given_at_ms INTEGER NOT NULL,
    accepted_by_name TEXT,
    accepted_at_ms INTEGER,
    copy_end TEXT,
    ended_on TEXT,
    ended_note TEXT,
    ended_by_name TEXT,
    ended_at_ms INTEGER
) STRICT;
CREATE INDEX dataset_copy_by_path ON dataset_copy (unit_path, copy_id);
CREATE INDEX dataset_copy_by_dataset ON dataset_copy (dataset_id, copy_id);
CREATE INDEX dataset_copy_by_parent ON dataset_copy (parent_copy_id);
CREATE INDEX dataset_copy_by_term ON dataset_copy (term_until) WHERE ended_at_ms IS NULL;
