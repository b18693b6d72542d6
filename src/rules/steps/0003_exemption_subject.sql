-- What a subject is exempt from is asked whenever it is judged.
CREATE INDEX rules_exemption_by_subject ON rules_exemption (subject_id, subject_kind) WHERE state = 'approved';
