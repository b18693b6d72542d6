-- Units, the people in them, the posts they hold, and the addresses and domains a unit owns.
-- unit_path: four digits [0-9a-v] a level, root first; a subtree is the range path … path||'z' of an index.
CREATE TABLE org_unit (
    unit_id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES org_unit (unit_id),
    unit_path TEXT NOT NULL UNIQUE,
    unit_name TEXT NOT NULL,
    short_name TEXT,
    unit_kind TEXT NOT NULL,
    uscc TEXT,
    region_code TEXT,
    issuer_code TEXT,
    supervising_unit_id INTEGER REFERENCES org_unit (unit_id),
    office_phone TEXT,
    address TEXT,
    sort_no INTEGER NOT NULL DEFAULT 0,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX org_unit_name ON org_unit (parent_id, unit_name);
CREATE INDEX org_unit_by_name ON org_unit (unit_name);
CREATE INDEX org_unit_by_uscc ON org_unit (uscc);

CREATE TABLE org_person (
    person_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    unit_path TEXT NOT NULL,
    person_name TEXT NOT NULL,
    title TEXT,
    office_phone TEXT,
    mobile TEXT,
    email TEXT,
    user_id INTEGER,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX org_person_by_unit ON org_person (unit_path, person_id);
CREATE INDEX org_person_by_name ON org_person (person_name);

-- A holding is never overwritten: a change ends one row and starts another, so that history answers "who was responsible that day".
CREATE TABLE org_post (
    post_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    unit_path TEXT NOT NULL,
    post_kind TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES org_person (person_id),
    department TEXT,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX org_post_by_unit ON org_post (unit_id, post_kind, valid_from);
CREATE INDEX org_post_by_person ON org_post (person_id);

CREATE TABLE org_address_range (
    range_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    unit_path TEXT NOT NULL,
    range_text TEXT NOT NULL,
    first_key TEXT NOT NULL,
    last_key TEXT NOT NULL,
    network_zone TEXT,
    note TEXT,
    valid_from TEXT NOT NULL,
    valid_to TEXT
) STRICT;
CREATE INDEX org_address_range_by_key ON org_address_range (first_key, last_key);

CREATE TABLE org_domain (
    domain_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    unit_path TEXT NOT NULL,
    domain TEXT NOT NULL UNIQUE,
    note TEXT
) STRICT;
