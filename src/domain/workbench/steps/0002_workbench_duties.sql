-- What the rules put on a role of the authority is little among much; and what has been late longest is asked by kind.
CREATE INDEX workbench_duties_of_roles ON rules_duty (unit_path, due_on, answers) WHERE state = 'open' AND answers_role = 1;
CREATE INDEX workbench_duties_by_kind ON rules_duty (subject_kind, due_on, duty_id) WHERE state = 'open';
