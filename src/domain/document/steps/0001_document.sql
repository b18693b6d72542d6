-- Official papers. `content` is the description that the press draws, less number, date and code, which come at issue;
-- once issued a paper is drawn from this row alone and never from live data again.
CREATE TABLE document (
    document_id INTEGER PRIMARY KEY,
    document_kind TEXT NOT NULL,
    title TEXT NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    template_version TEXT NOT NULL,
    content TEXT NOT NULL,
    digest TEXT,
    state TEXT NOT NULL,
    issuer_code TEXT,
    year INTEGER,
    serial INTEGER,
    doc_number TEXT UNIQUE,
    verify_code TEXT UNIQUE,
    drafted_by INTEGER NOT NULL,
    drafted_at_ms INTEGER NOT NULL,
    issued_by INTEGER,
    issued_on TEXT,
    issued_at_ms INTEGER
) STRICT;
CREATE INDEX document_by_subject ON document (subject_kind, subject_id);
CREATE INDEX document_by_path ON document (unit_path, document_id);

-- One running number a 机关代字 and year; a number once given stays used, also when the paper is withdrawn.
CREATE TABLE document_number (
    issuer_code TEXT NOT NULL,
    year INTEGER NOT NULL,
    last_serial INTEGER NOT NULL,
    PRIMARY KEY (issuer_code, year)
) STRICT;
