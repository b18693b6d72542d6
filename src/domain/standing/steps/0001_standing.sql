-- What a unit did of late: of the rules' table, which the page of a unit asks.
CREATE INDEX standing_duties_done ON rules_duty (unit_path, closed_at_ms) WHERE state = 'satisfied';
