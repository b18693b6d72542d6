-- Packs, duties, exemptions, and what keeps consequences and reminders from coming twice.
CREATE TABLE rules_pack (
    pack_row INTEGER PRIMARY KEY,
    pack TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('current', 'replaced')),
    title TEXT NOT NULL,
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to TEXT,
    source TEXT NOT NULL CHECK (source IN ('builtin', 'upload')),
    digest TEXT NOT NULL,
    yaml TEXT NOT NULL,
    loaded_at_ms INTEGER NOT NULL,
    loaded_by INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX rules_pack_current ON rules_pack (pack) WHERE state = 'current';

-- A duty as it was judged when it opened. Everything from pack to answers is frozen; due_on moves only through
-- rules_change. current: this row says how the subject stands to the rule today (one row a rule, subject and period).
CREATE TABLE rules_duty (
    duty_id INTEGER PRIMARY KEY,
    pack TEXT NOT NULL,
    pack_version TEXT NOT NULL,
    rule TEXT NOT NULL,
    article TEXT NOT NULL,
    cite TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    subject_label TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    system_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    text_en TEXT NOT NULL,
    severity TEXT,
    answers TEXT NOT NULL,
    answers_role INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'satisfied', 'cancelled', 'waived')),
    current INTEGER NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    from_on TEXT,
    due_kind TEXT NOT NULL,
    due_n INTEGER NOT NULL,
    extension INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,
    due_on TEXT,
    provisional INTEGER NOT NULL DEFAULT 0,
    calendar TEXT NOT NULL,
    basis_on TEXT,
    late_at_ms INTEGER,
    done_on TEXT,
    closed_at_ms INTEGER,
    closed_why TEXT
) STRICT;
CREATE UNIQUE INDEX rules_duty_current ON rules_duty (rule, occurrence, subject_id) WHERE current = 1;
CREATE INDEX rules_duty_by_subject ON rules_duty (subject_kind, subject_id, rule);
CREATE INDEX rules_duty_by_rule ON rules_duty (rule, subject_id, state);
CREATE INDEX rules_duty_open ON rules_duty (unit_path, due_on) WHERE state = 'open';
CREATE INDEX rules_duty_by_article ON rules_duty (article, unit_path, unit_id, state, late_at_ms) WHERE current = 1;
CREATE INDEX rules_duty_late ON rules_duty (rule, subject_id) WHERE late_at_ms IS NOT NULL;

-- What moved after a duty opened: extension, calendar, basis. The old value stays readable.
CREATE TABLE rules_change (
    change_id INTEGER PRIMARY KEY,
    duty_id INTEGER NOT NULL REFERENCES rules_duty (duty_id),
    at_ms INTEGER NOT NULL,
    what TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    reason TEXT,
    by_user INTEGER NOT NULL
) STRICT;
CREATE INDEX rules_change_by_duty ON rules_change (duty_id);

CREATE TABLE rules_exemption (
    exemption_id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    article TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('gate', 'duty')),
    procedure TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    subject_label TEXT NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    reason TEXT NOT NULL,
    until_on TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'refused')),
    asked_by INTEGER NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    decided_by INTEGER,
    decided_at_ms INTEGER,
    decision_note TEXT
) STRICT;
CREATE INDEX rules_exemption_by_rule ON rules_exemption (rule, subject_id);
CREATE INDEX rules_exemption_by_unit ON rules_exemption (unit_path, exemption_id);

CREATE TABLE rules_reminder (
    duty_id INTEGER NOT NULL,
    step TEXT NOT NULL,
    due_on TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    PRIMARY KEY (duty_id, step, due_on)
) STRICT;

-- A consequence fires once for a cause; further subjects of the same cause are only noted.
CREATE TABLE rules_case (
    case_id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    cause TEXT NOT NULL,
    pack TEXT NOT NULL,
    pack_version TEXT NOT NULL,
    article TEXT NOT NULL,
    proposal TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    system_id INTEGER NOT NULL,
    duty_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    fired_at_ms INTEGER NOT NULL,
    UNIQUE (rule, cause)
) STRICT;
CREATE TABLE rules_case_subject (
    rule TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    cause TEXT NOT NULL,
    case_id INTEGER NOT NULL REFERENCES rules_case (case_id),
    PRIMARY KEY (rule, subject_id, cause)
) STRICT;

-- When the fact that a `recurs` rule watches first held, and for which system: a later edit of the record cannot move it.
CREATE TABLE rules_seen (
    rule TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    system_id INTEGER NOT NULL,
    on_day TEXT NOT NULL,
    PRIMARY KEY (rule, subject_id)
) STRICT;
CREATE INDEX rules_seen_by_system ON rules_seen (rule, system_id, on_day);
