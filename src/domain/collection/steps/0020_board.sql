-- A board of forty thousand units, and lists of a million tasks: counted and paged in indexes.
DROP INDEX collection_task_by_collection;
CREATE INDEX collection_task_by_collection ON collection_task (collection_id, state, late);
CREATE INDEX collection_task_board ON collection_task (collection_id, late);
CREATE INDEX collection_task_by_late ON collection_task (late);
CREATE INDEX collection_task_suspected ON collection_task (collection_id) WHERE concealment = 'suspected';
DROP INDEX collection_task_by_path;
CREATE INDEX collection_task_by_path ON collection_task (unit_path, task_id, collection_id, state, due_on);
