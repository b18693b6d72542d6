-- A unit's pledge: which version of the text was printed, for which leaders, and how it was signed. Never overwritten: a newer one
-- replaces it. party_head_id, admin_head_id: who led the unit then; NULL when that post was not recorded.
CREATE TABLE pledge (
    pledge_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL,
    unit_path TEXT NOT NULL,
    rule TEXT NOT NULL,
    pledge_version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('printed', 'signed', 'replaced')),
    document_id INTEGER NOT NULL,
    verify_code TEXT NOT NULL,
    party_head_id INTEGER,
    admin_head_id INTEGER,
    printed_at_ms INTEGER NOT NULL,
    account_signed_by INTEGER,
    account_signed_by_name TEXT,
    account_signed_at_ms INTEGER,
    scan_attachment_id INTEGER,
    scan_digest TEXT,
    signed_on TEXT,
    signed_at_ms INTEGER
) STRICT;
CREATE INDEX pledge_by_unit ON pledge (unit_id, pledge_id);
CREATE INDEX pledge_by_path ON pledge (unit_path, pledge_id);
