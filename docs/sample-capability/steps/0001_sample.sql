-- Calls to the duty telephones of units.
CREATE TABLE sample_call (
    call_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    unit_path TEXT NOT NULL,
    called_on TEXT NOT NULL,
    answered INTEGER NOT NULL,
    note TEXT,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sample_call_by_unit ON sample_call (unit_path, call_id);
CREATE INDEX sample_call_by_day ON sample_call (called_on, call_id);
