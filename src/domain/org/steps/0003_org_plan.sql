-- Reorganisations of a coming day: what was asked, as it was asked, until the job of that day carries it out.
CREATE TABLE org_reorg_plan (
    plan_id INTEGER PRIMARY KEY,
    reorg_kind TEXT NOT NULL,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    target_id INTEGER REFERENCES org_unit (unit_id),
    new_name TEXT,
    effective_on TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'failed', 'done', 'cancelled')),
    units INTEGER NOT NULL,
    records INTEGER NOT NULL,
    planned_by INTEGER NOT NULL,
    planned_by_name TEXT NOT NULL,
    planned_at_ms INTEGER NOT NULL,
    failed_zh TEXT,
    failed_en TEXT,
    cancelled_why TEXT,
    ended_by_name TEXT,
    ended_at_ms INTEGER,
    reorg_id INTEGER REFERENCES org_reorg (reorg_id)
) STRICT;
CREATE INDEX org_reorg_plan_by_unit ON org_reorg_plan (unit_id, plan_id);
CREATE INDEX org_reorg_plan_by_target ON org_reorg_plan (target_id, plan_id);
CREATE INDEX org_reorg_plan_waiting ON org_reorg_plan (effective_on) WHERE state = 'planned';

-- Where a unit (and all below it) stood before it went elsewhere, and whom its entries in the ledger, which keep that path, belong to now.
-- heir_id: the unit itself; of one that was merged, the unit that took over.
CREATE TABLE org_unit_moved (
    moved_id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    heir_id INTEGER NOT NULL REFERENCES org_unit (unit_id),
    old_path TEXT NOT NULL,
    reorg_id INTEGER REFERENCES org_reorg (reorg_id)
) STRICT;
CREATE INDEX org_unit_moved_by_unit ON org_unit_moved (unit_id);
CREATE INDEX org_unit_moved_by_heir ON org_unit_moved (heir_id);
CREATE INDEX org_unit_moved_by_reorg ON org_unit_moved (reorg_id);

-- Columns that name a unit are noted as table.column.
UPDATE org_reorg_row SET table_name = 'org_unit.supervising_unit_id' WHERE table_name = 'supervising';

-- By which document somebody was appointed.
ALTER TABLE org_post ADD COLUMN document_no TEXT;
