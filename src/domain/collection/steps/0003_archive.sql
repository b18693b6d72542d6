-- Everything that was handed in, as one file, made in pieces. The lengths say how much of the files under <data>/archives/ counts: what
-- lies beyond is of a piece that was not finished, and is written anew. last_task_id: how far it has come. fault: why it failed.
CREATE TABLE collection_archive (
    archive_id INTEGER PRIMARY KEY,
    collection_id INTEGER NOT NULL REFERENCES collection (collection_id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'building', 'done', 'failed', 'dropped')),
    asked_by INTEGER NOT NULL,
    asked_by_name TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    units INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    flawed INTEGER NOT NULL DEFAULT 0,
    last_task_id INTEGER NOT NULL DEFAULT 0,
    zip_bytes INTEGER NOT NULL DEFAULT 0,
    dir_bytes INTEGER NOT NULL DEFAULT 0,
    list_bytes INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0,
    digest TEXT,
    fault TEXT,
    done_at_ms INTEGER,
    lease_until_ms INTEGER
) STRICT;
CREATE INDEX collection_archive_by_collection ON collection_archive (collection_id, archive_id);
CREATE INDEX collection_archive_open ON collection_archive (archive_id) WHERE state IN ('waiting', 'building');
