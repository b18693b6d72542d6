-- Days on which the fact of a `recurs` rule held in an earlier life of a record (a finding closed, then found again).
CREATE TABLE rules_seen_past (
    rule TEXT NOT NULL,
    system_id INTEGER NOT NULL,
    on_day TEXT NOT NULL,
    PRIMARY KEY (rule, system_id, on_day)
) STRICT;
