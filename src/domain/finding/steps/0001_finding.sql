-- Findings, what scans covered, and live addresses that match no registered system.
CREATE TABLE finding_import (
    import_id INTEGER PRIMARY KEY,
    format TEXT NOT NULL,
    tool TEXT,
    tool_version TEXT,
    file_name TEXT NOT NULL,
    file_digest TEXT NOT NULL UNIQUE,
    file_size INTEGER NOT NULL,
    scanned_at_ms INTEGER NOT NULL,
    imported_at_ms INTEGER NOT NULL,
    imported_by INTEGER NOT NULL,
    records INTEGER NOT NULL,
    hosts INTEGER NOT NULL,
    hosts_up INTEGER NOT NULL,
    open_ports INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    reopened INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    unmatched INTEGER NOT NULL
) STRICT;

-- What a check says about itself, once for all the places where it strikes.
CREATE TABLE finding_text (
    text_id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    remedy TEXT NOT NULL
) STRICT;

CREATE TABLE finding_number (
    series TEXT PRIMARY KEY,
    last_no INTEGER NOT NULL
) STRICT;

-- identity: what makes two records the same weakness; see finding_identity.c.
CREATE TABLE finding (
    finding_id INTEGER PRIMARY KEY,
    finding_no TEXT NOT NULL UNIQUE,
    identity TEXT UNIQUE,
    unit_id INTEGER,
    unit_path TEXT NOT NULL,
    system_id INTEGER,
    endpoint_id INTEGER,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    vuln_kind TEXT,
    severity TEXT NOT NULL,
    cvss_x10 INTEGER,
    cves TEXT,
    ip TEXT,
    ip_key TEXT,
    host_name TEXT,
    port INTEGER NOT NULL DEFAULT 0,
    protocol TEXT,
    url_path TEXT,
    location TEXT,
    tool TEXT,
    rule_id TEXT,
    text_id INTEGER,
    evidence TEXT,
    state TEXT NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    seen_count INTEGER NOT NULL DEFAULT 1,
    reopened_count INTEGER NOT NULL DEFAULT 0,
    notified_at_ms INTEGER,
    notified_severity TEXT,
    outside_notice INTEGER NOT NULL DEFAULT 0,
    fed_back_at_ms INTEGER,
    lateral_done_at_ms INTEGER,
    closed_at_ms INTEGER,
    closed_why TEXT,
    asked_by INTEGER,
    asked_reason TEXT,
    last_import_id INTEGER,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX finding_by_path ON finding (unit_path, finding_id);
CREATE INDEX finding_by_state ON finding (state, severity);
CREATE INDEX finding_by_system ON finding (system_id, state);
CREATE INDEX finding_by_address ON finding (ip_key, port);
CREATE INDEX finding_by_host ON finding (host_name);
CREATE INDEX finding_by_rule ON finding (rule_id, unit_id);

CREATE TABLE finding_event (
    event_id INTEGER PRIMARY KEY,
    finding_id INTEGER NOT NULL REFERENCES finding (finding_id),
    at_ms INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    verb TEXT NOT NULL,
    from_value TEXT,
    to_value TEXT,
    note TEXT
) STRICT;
CREATE INDEX finding_event_by_finding ON finding_event (finding_id, event_id);

-- What answers on the network, registered or not.
CREATE TABLE finding_address (
    address_id INTEGER PRIMARY KEY,
    ip TEXT,
    ip_key TEXT NOT NULL,
    host_name TEXT NOT NULL DEFAULT '',
    unit_id INTEGER,
    unit_path TEXT NOT NULL,
    state TEXT NOT NULL,
    system_id INTEGER,
    ports TEXT,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    note TEXT,
    decided_by INTEGER,
    decided_at_ms INTEGER,
    UNIQUE (ip_key, host_name)
) STRICT;
CREATE INDEX finding_address_by_path ON finding_address (unit_path, address_id);
CREATE INDEX finding_address_by_state ON finding_address (state, unit_path);

CREATE TABLE finding_port (
    port_id INTEGER PRIMARY KEY,
    address_id INTEGER NOT NULL REFERENCES finding_address (address_id),
    port INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    state TEXT NOT NULL,
    service TEXT,
    product TEXT,
    product_version TEXT,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    UNIQUE (address_id, protocol, port)
) STRICT;
