-- An accepted answer taken into the books (posts, register) by an officer, after seeing what changes.
ALTER TABLE collection_task ADD COLUMN booked_at_ms INTEGER;
ALTER TABLE collection_task ADD COLUMN booked_by_name TEXT;
