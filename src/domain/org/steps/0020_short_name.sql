-- A sheet names units by their short names too; on forty thousand of them each look-up must be one of an index.
CREATE INDEX org_unit_by_short_name ON org_unit (short_name) WHERE short_name IS NOT NULL;
