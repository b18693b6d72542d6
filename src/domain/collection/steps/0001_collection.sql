-- Collections: what the authority asks units to fill in, one task a unit, the cells they filled, the remarks made on them.
-- standing: a collection that nobody launched; units open their own task of a form in it (no due date: the duty has its own).
CREATE TABLE collection (
    collection_id INTEGER PRIMARY KEY,
    form_id TEXT NOT NULL,
    form_kind TEXT NOT NULL CHECK (form_kind IN ('form', 'pledge')),
    pack_version TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT,
    working_days INTEGER,
    due_on TEXT,
    due_provisional INTEGER NOT NULL DEFAULT 0,
    standing INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    launched_by INTEGER NOT NULL,
    launched_by_name TEXT NOT NULL,
    launched_at_ms INTEGER NOT NULL,
    closed_at_ms INTEGER
) STRICT;
CREATE INDEX collection_by_form ON collection (form_id, standing);

CREATE TABLE collection_task (
    task_id INTEGER PRIMARY KEY,
    collection_id INTEGER NOT NULL REFERENCES collection (collection_id),
    form_id TEXT NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('not_started', 'draft', 'handed_in', 'returned', 'accepted')),
    late INTEGER NOT NULL DEFAULT 0,
    concealment TEXT NOT NULL DEFAULT 'none' CHECK (concealment IN ('none', 'suspected', 'dismissed', 'case')),
    concealment_why TEXT,
    case_id INTEGER,
    due_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    saved_by_name TEXT,
    saved_at_ms INTEGER,
    sheet_version INTEGER,
    sheet_at_ms INTEGER,
    document_id INTEGER,
    verify_code TEXT,
    scan_attachment_id INTEGER,
    scan_digest TEXT,
    first_handed_at_ms INTEGER,
    handed_in_at_ms INTEGER,
    handed_in_by_name TEXT,
    decided_at_ms INTEGER,
    decided_by_name TEXT,
    return_reason TEXT,
    reminded_at_ms INTEGER,
    UNIQUE (collection_id, unit_id)
) STRICT;
CREATE INDEX collection_task_by_path ON collection_task (unit_path, task_id);
CREATE INDEX collection_task_by_collection ON collection_task (collection_id, state);
CREATE INDEX collection_task_by_unit ON collection_task (unit_id, form_id);
CREATE INDEX collection_task_due ON collection_task (due_on) WHERE late = 0;

-- row_no 0: the fields of the form; from 1: the rows of its table. remark: why it was returned, beside the field it is about.
CREATE TABLE collection_cell (
    task_id INTEGER NOT NULL REFERENCES collection_task (task_id),
    row_no INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (task_id, row_no, name)
) STRICT;
CREATE TABLE collection_remark (
    task_id INTEGER NOT NULL REFERENCES collection_task (task_id),
    row_no INTEGER NOT NULL,
    name TEXT NOT NULL,
    remark TEXT NOT NULL,
    PRIMARY KEY (task_id, row_no, name)
) STRICT;
