-- The day a notice came, as the clock of the rules counts it; those of before stand with the day they were entered.
ALTER TABLE rectify_notice ADD COLUMN received_at_ms INTEGER;
UPDATE rectify_notice SET received_at_ms = entered_at_ms;
CREATE INDEX rectify_notice_by_finding ON rectify_notice (finding_id);
