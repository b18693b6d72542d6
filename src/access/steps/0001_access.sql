-- Accounts, their sessions, failed log-ins, and the settings that govern them.
-- roles: bits of enum access_role. ends_ms: the instant after the last day (valid_until) in China.
CREATE TABLE access_user (
    user_id INTEGER PRIMARY KEY,
    login_name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    roles INTEGER NOT NULL,
    unit_id INTEGER,
    unit_path TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    must_change INTEGER NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    valid_until TEXT,
    ends_ms INTEGER,
    language TEXT NOT NULL DEFAULT 'zh',
    created_at_ms INTEGER NOT NULL,
    password_at_ms INTEGER NOT NULL,
    login_at_ms INTEGER
) STRICT;

-- session_id: the first 52 bits of the token's digest, so that one look-up by key finds the session; the whole digest is compared.
CREATE TABLE access_session (
    session_id INTEGER NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL,
    user_id INTEGER NOT NULL REFERENCES access_user (user_id),
    remote TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    idle_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX access_session_by_user ON access_session (user_id);

CREATE TABLE access_password_old (
    password_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES access_user (user_id),
    password_hash TEXT NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX access_password_old_by_user ON access_password_old (user_id);

-- By digest of the name as typed, in lower case, whether or not such an account exists.
CREATE TABLE access_attempt (
    name_hash TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    locked_until_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE access_policy (
    policy_id INTEGER NOT NULL PRIMARY KEY,
    policy_name TEXT NOT NULL UNIQUE,
    policy_value INTEGER NOT NULL,
    least INTEGER NOT NULL,
    most INTEGER NOT NULL
) STRICT;
INSERT INTO access_policy (policy_id, policy_name, policy_value, least, most) VALUES
    (1, 'login.failures', 5, 3, 20),
    (2, 'login.lock_minutes', 5, 1, 1440),
    (3, 'login.lock_growth', 2, 1, 10),
    (4, 'login.lock_minutes_max', 1440, 1, 10080),
    (5, 'login.forget_hours', 24, 1, 720),
    (6, 'login.per_address_minute', 30, 5, 1000),
    (7, 'password.length', 10, 8, 16),
    (8, 'password.classes', 3, 2, 4),
    (9, 'password.history', 5, 0, 24),
    (10, 'session.idle_minutes', 30, 5, 480),
    (11, 'session.hours', 12, 1, 24);
