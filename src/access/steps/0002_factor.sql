-- The second factor: codes that change with time. sealed: the secret under the key file of the data folder; last_step: the time step of
-- the last code that was taken, so that none is taken twice.
CREATE TABLE access_factor (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES access_user (user_id),
    sealed BLOB NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0,
    last_step INTEGER NOT NULL DEFAULT 0,
    created_at_ms INTEGER NOT NULL,
    confirmed_at_ms INTEGER
) STRICT;
CREATE TABLE access_recovery (
    recovery_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES access_user (user_id),
    code_hash TEXT NOT NULL,
    used_at_ms INTEGER
) STRICT;
CREATE INDEX access_recovery_by_user ON access_recovery (user_id);
-- Set at log-in when the settings demand a second factor and there is none: until then only setting it up is allowed.
ALTER TABLE access_user ADD COLUMN must_enrol INTEGER NOT NULL DEFAULT 0;
INSERT INTO access_policy (policy_id, policy_name, policy_value, least, most) VALUES
    (12, 'factor.admins', 0, 0, 1),
    (13, 'factor.authority', 0, 0, 1),
    (14, 'factor.units', 0, 0, 1);
