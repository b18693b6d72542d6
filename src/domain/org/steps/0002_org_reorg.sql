-- Reorganisations: renaming, moving, merging and splitting units, with what each moved, so that it can be undone and history answers.
-- A name is taken only by a living unit.
DROP INDEX org_unit_name;
CREATE UNIQUE INDEX org_unit_name ON org_unit (parent_id, unit_name) WHERE valid_to IS NULL;
CREATE INDEX org_unit_by_parent ON org_unit (parent_id);

CREATE TABLE org_reorg (
    reorg_id INTEGER PRIMARY KEY,
    reorg_kind TEXT NOT NULL CHECK (reorg_kind IN ('rename', 'move', 'merge', 'split')),
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    target_id INTEGER REFERENCES org_unit (unit_id),
    made_unit_id INTEGER REFERENCES org_unit (unit_id),
    old_name TEXT NOT NULL,
    new_name TEXT,
    old_parent_id INTEGER,
    effective_on TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'undone')),
    units INTEGER NOT NULL DEFAULT 0,
    records INTEGER NOT NULL DEFAULT 0,
    done_by INTEGER NOT NULL,
    done_by_name TEXT NOT NULL,
    done_at_ms INTEGER NOT NULL,
    undone_by_name TEXT,
    undone_at_ms INTEGER,
    undone_reason TEXT
) STRICT;
CREATE INDEX org_reorg_by_unit ON org_reorg (unit_id, reorg_id);
CREATE INDEX org_reorg_by_target ON org_reorg (target_id, reorg_id);

-- Which rows went from one unit to another; old_value: what was overwritten in them besides the unit.
CREATE TABLE org_reorg_row (
    reorg_id INTEGER NOT NULL REFERENCES org_reorg (reorg_id),
    table_name TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    old_value TEXT,
    PRIMARY KEY (reorg_id, table_name, row_id)
) STRICT;
CREATE INDEX org_reorg_row_back ON org_reorg_row (table_name, row_id);

-- What a unit was called and under whom it stood until (not including) a day. Since then: the next row, or the unit itself.
CREATE TABLE org_unit_was (
    was_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    until_on TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    parent_id INTEGER,
    reorg_id INTEGER REFERENCES org_reorg (reorg_id)
) STRICT;
CREATE INDEX org_unit_was_by_unit ON org_unit_was (unit_id, until_on);
CREATE INDEX org_unit_was_by_reorg ON org_unit_was (reorg_id);

-- Does the holding count today? Its dates say so; a daily job writes it down, since facts are not asked for a date.
ALTER TABLE org_post ADD COLUMN in_force INTEGER NOT NULL DEFAULT 1;
UPDATE org_post SET in_force = 0 WHERE valid_to IS NOT NULL;
