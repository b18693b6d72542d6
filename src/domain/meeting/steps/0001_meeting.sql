-- Meetings on network security and what was decided there. A decision belongs to the unit that must carry it out.
CREATE TABLE meeting (
    meeting_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    meeting_kind TEXT NOT NULL,
    title TEXT NOT NULL,
    held_on TEXT NOT NULL,
    place TEXT,
    chair TEXT,
    attendees TEXT,
    agenda TEXT,
    summary TEXT,
    entered_by INTEGER NOT NULL,
    entered_by_name TEXT NOT NULL,
    entered_at_ms INTEGER NOT NULL,
    withdrawn_at_ms INTEGER,
    withdrawn_why TEXT
) STRICT;
CREATE INDEX meeting_by_path ON meeting (unit_path, meeting_id);
CREATE INDEX meeting_by_unit ON meeting (unit_id, meeting_kind, held_on);

CREATE TABLE meeting_decision (
    decision_id INTEGER PRIMARY KEY,
    meeting_id INTEGER NOT NULL REFERENCES meeting (meeting_id),
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    text TEXT NOT NULL,
    due_on TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    closed_on TEXT,
    closed_note TEXT,
    closed_by_name TEXT,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX meeting_decision_by_path ON meeting_decision (unit_path, decision_id);
CREATE INDEX meeting_decision_by_meeting ON meeting_decision (meeting_id);
CREATE INDEX meeting_decision_open ON meeting_decision (due_on) WHERE state = 'open';
