-- Interviews, criticism, shutdown orders, concealment and accountability cases: proposed by rules or officers, decided by people.
-- needs: how many different people must agree. decide_role: whose decision it is, as the rule says.
CREATE TABLE discipline_case (
    case_id INTEGER PRIMARY KEY,
    case_kind TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    system_id INTEGER,
    finding_id INTEGER,
    address_id INTEGER,
    letter_id INTEGER,
    duty_id INTEGER,
    article TEXT,
    rule TEXT,
    reason TEXT NOT NULL,
    facts TEXT NOT NULL,
    requirements TEXT,
    reply_by TEXT,
    needs INTEGER NOT NULL,
    decide_role TEXT NOT NULL,
    interviewer_post TEXT,
    interviewee_posts TEXT,
    meeting_at_ms INTEGER,
    place TEXT,
    materials TEXT,
    held_at_ms INTEGER,
    attendees TEXT,
    minutes TEXT,
    commitments TEXT,
    follow_up_on TEXT,
    outcome TEXT,
    proposed_by INTEGER NOT NULL,
    proposed_by_name TEXT NOT NULL,
    proposed_at_ms INTEGER NOT NULL,
    decided1_by INTEGER,
    decided1_name TEXT,
    decided1_at_ms INTEGER,
    decided1_reason TEXT,
    decided2_by INTEGER,
    decided2_name TEXT,
    decided2_at_ms INTEGER,
    decided2_reason TEXT,
    approved_at_ms INTEGER,
    refused_reason TEXT,
    document_id INTEGER,
    doc_number TEXT,
    issued_at_ms INTEGER,
    done_at_ms INTEGER,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX discipline_case_by_path ON discipline_case (unit_path, case_id);
CREATE INDEX discipline_case_by_state ON discipline_case (state, case_kind);
CREATE INDEX discipline_case_by_unit ON discipline_case (unit_id, case_kind);

CREATE TABLE discipline_event (
    event_id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES discipline_case (case_id),
    at_ms INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    verb TEXT NOT NULL,
    note TEXT
) STRICT;
CREATE INDEX discipline_event_by_case ON discipline_event (case_id, event_id);
