-- Accounts of vendors always end; how many days at the most, when nobody says an earlier day.
INSERT INTO access_policy (policy_id, policy_name, policy_value, least, most) VALUES (15, 'vendor.days', 180, 1, 1095);
