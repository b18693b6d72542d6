-- The first page counts systems; on a hundred thousand of them only an index that holds all it asks is quick.
CREATE INDEX workbench_systems ON info_system (unit_path, lifecycle_status, filing_status, eval_conclusion, register_state);
