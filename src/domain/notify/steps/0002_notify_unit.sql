-- Reminders go along with a unit, as everything that belongs to it.
ALTER TABLE notify_event ADD COLUMN unit_id INTEGER;
UPDATE notify_event SET unit_id = (SELECT d.unit_id FROM rules_duty d WHERE d.duty_id = notify_event.duty_id);
