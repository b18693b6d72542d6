-- Clock-driven work: when each job is due, who holds it, and what came of it.
CREATE TABLE jobs_job (
    name TEXT PRIMARY KEY,
    next_at_ms INTEGER NOT NULL,
    lease_node TEXT,
    lease_until_ms INTEGER,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE jobs_run (
    run_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    node TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    word TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_run_by_name ON jobs_run (name, started_at_ms);
