-- Agencies beside the authority, and whom to tell of which incident. Of the whole county, so without a unit.
CREATE TABLE agency (
    agency_id INTEGER PRIMARY KEY,
    agency_kind TEXT NOT NULL,
    agency_name TEXT NOT NULL,
    desk TEXT,
    duty_phone TEXT NOT NULL,
    email TEXT,
    address TEXT,
    remit TEXT,
    ended_at_ms INTEGER,
    changed_by_name TEXT NOT NULL,
    changed_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX agency_by_name ON agency (agency_name) WHERE ended_at_ms IS NULL;

CREATE TABLE agency_route (
    route_id INTEGER PRIMARY KEY,
    incident_kind TEXT NOT NULL,
    step_no INTEGER NOT NULL,
    agency_id INTEGER NOT NULL REFERENCES agency (agency_id),
    report_way TEXT NOT NULL,
    within_minutes INTEGER,
    basis TEXT,
    note TEXT,
    ended_at_ms INTEGER
) STRICT;
CREATE INDEX agency_route_by_kind ON agency_route (incident_kind, step_no);
CREATE INDEX agency_route_by_agency ON agency_route (agency_id);
