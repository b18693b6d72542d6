-- By when, as the rules count it, and who in the unit carries it out.
ALTER TABLE meeting_decision ADD COLUMN due_ms INTEGER;
ALTER TABLE meeting_decision ADD COLUMN person_id INTEGER;
CREATE INDEX meeting_decision_undated ON meeting_decision (decision_id) WHERE due_on IS NOT NULL AND due_ms IS NULL;
