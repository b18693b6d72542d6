-- What a unit's systems are counted by: answered from the index alone, since a row of info_system is long and these columns stand at its end.
CREATE INDEX info_system_by_unit ON info_system (unit_id, lifecycle_status, register_state, created_at_ms);
