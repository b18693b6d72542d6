-- Notices that came from outside, letters that went out, and the answers to them.
CREATE TABLE rectify_notice (
    notice_id INTEGER PRIMARY KEY,
    source_type TEXT NOT NULL,
    source_name TEXT NOT NULL,
    source_no TEXT,
    received_date TEXT NOT NULL,
    severity TEXT NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    system_id INTEGER,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    deadline_date TEXT,
    finding_id INTEGER,
    letter_id INTEGER,
    entered_by INTEGER NOT NULL,
    entered_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX rectify_notice_by_path ON rectify_notice (unit_path, notice_id);

CREATE TABLE rectify_letter (
    letter_id INTEGER PRIMARY KEY,
    letter_kind TEXT NOT NULL,
    document_id INTEGER,
    notice_id INTEGER,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    title TEXT NOT NULL,
    requirements TEXT,
    state TEXT NOT NULL,
    doc_number TEXT,
    outside INTEGER NOT NULL DEFAULT 0,
    severity TEXT NOT NULL,
    findings INTEGER NOT NULL,
    due_date TEXT,
    due_provisional INTEGER NOT NULL DEFAULT 0,
    drafted_by INTEGER NOT NULL,
    drafted_at_ms INTEGER NOT NULL,
    issued_at_ms INTEGER,
    acknowledged_at_ms INTEGER,
    acknowledged_by INTEGER,
    fed_back_at_ms INTEGER,
    closed_at_ms INTEGER,
    withdrawn_why TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX rectify_letter_by_path ON rectify_letter (unit_path, letter_id);
CREATE INDEX rectify_letter_by_due ON rectify_letter (state, due_date);

CREATE TABLE rectify_letter_finding (
    letter_id INTEGER NOT NULL REFERENCES rectify_letter (letter_id),
    finding_id INTEGER NOT NULL,
    PRIMARY KEY (letter_id, finding_id)
) STRICT;
CREATE INDEX rectify_letter_finding_back ON rectify_letter_finding (finding_id);

CREATE TABLE rectify_feedback (
    feedback_id INTEGER PRIMARY KEY,
    letter_id INTEGER NOT NULL REFERENCES rectify_letter (letter_id),
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    cause TEXT,
    measures TEXT,
    completed_date TEXT,
    evidence_note TEXT,
    lateral_check TEXT,
    filled_by_name TEXT,
    state TEXT NOT NULL,
    filled_by INTEGER NOT NULL,
    saved_at_ms INTEGER NOT NULL,
    submitted_at_ms INTEGER,
    signed_by INTEGER,
    signed_at_ms INTEGER,
    decided_by INTEGER,
    decided_at_ms INTEGER,
    return_reason TEXT
) STRICT;
CREATE INDEX rectify_feedback_by_letter ON rectify_feedback (letter_id, feedback_id);

CREATE TABLE rectify_request (
    request_id INTEGER PRIMARY KEY,
    letter_id INTEGER NOT NULL REFERENCES rectify_letter (letter_id),
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    request_kind TEXT NOT NULL,
    working_days INTEGER,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by INTEGER NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    answer TEXT,
    answered_by INTEGER,
    answered_at_ms INTEGER
) STRICT;
CREATE INDEX rectify_request_by_letter ON rectify_request (letter_id, request_id);

CREATE TABLE rectify_lateral (
    letter_id INTEGER NOT NULL REFERENCES rectify_letter (letter_id),
    system_id INTEGER NOT NULL,
    result TEXT NOT NULL,
    note TEXT,
    checked_by INTEGER NOT NULL,
    checked_at_ms INTEGER NOT NULL,
    PRIMARY KEY (letter_id, system_id)
) STRICT;
