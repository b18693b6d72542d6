-- The form as it stood when the collection was launched: a later pack does not change what units were asked. NULL: launched before
-- this step, or a pledge, whose text is versioned by itself.
ALTER TABLE collection ADD COLUMN form_json TEXT;
