-- Documents handed in. The bytes lie beside the database, one file a digest; a row says whose they are and what they prove.
-- period_from, period_to: the days that the document speaks for (a yearly report: the year), not when it was handed in.
CREATE TABLE attachment (
    attachment_id INTEGER PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    period_from TEXT NOT NULL,
    period_to TEXT NOT NULL,
    note TEXT,
    state TEXT NOT NULL CHECK (state IN ('filed', 'withdrawn')),
    by_authority INTEGER NOT NULL,
    uploaded_by INTEGER NOT NULL,
    uploaded_by_name TEXT NOT NULL,
    uploaded_at_ms INTEGER NOT NULL,
    withdrawn_by INTEGER,
    withdrawn_at_ms INTEGER,
    withdrawn_why TEXT
) STRICT;
CREATE INDEX attachment_by_subject ON attachment (subject_kind, subject_id, attachment_id);
CREATE INDEX attachment_by_path ON attachment (unit_path, attachment_id);
CREATE INDEX attachment_by_unit ON attachment (unit_id, kind, period_from);
CREATE INDEX attachment_by_kind ON attachment (kind, period_from);
