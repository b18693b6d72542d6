-- Two million duties: every list and count of them goes by a range of an index, or of one that holds the open ones alone. The column of
-- an index's own condition stands in it too: SQLite asks it of each row again, and would read the row for it.
DROP INDEX rules_duty_open;
CREATE INDEX rules_duty_open ON rules_duty (unit_path, due_on, late_at_ms, state, answers_role) WHERE state = 'open';
CREATE INDEX rules_duty_due ON rules_duty (due_on, duty_id, late_at_ms, state) WHERE state = 'open';
CREATE INDEX rules_duty_by_path ON rules_duty (unit_path, due_on);
CREATE INDEX rules_duty_of_role ON rules_duty (answers, due_on, duty_id, unit_path, state, answers_role) WHERE state = 'open' AND answers_role = 1;
DROP INDEX rules_duty_by_article;
CREATE INDEX rules_duty_by_article ON rules_duty (article, unit_path, unit_id, state, late_at_ms, due_on, current) WHERE current = 1;
