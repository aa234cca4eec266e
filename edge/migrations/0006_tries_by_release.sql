-- The newest tries of one release, and nothing that was only put off: a fleet defers far more often than it tries, and
-- what does not count must not push out what does. The condition is that of edge/store/attempt-ends.ts, term by term.

CREATE INDEX reports_tried ON reports (model, to_version, received_at, id, device_id)
WHERE (outcome = 'updated' OR (
  coalesce(report ->> '$.reason', '') NOT IN
    ('interrupted', 'broken-off-before-erase', 'modem-left-edl', 'not-wanted-by-user', 'nobody-to-ask')
  AND (outcome <> 'unchanged' OR report ->> '$.lastStep' IN
    ('loading-programmer', 'probing', 'erasing', 'programming', 'reading-back', 'resetting', 'confirming', 'reported'))));

-- Its place is taken: one row written a try, as before, and none for the others.
DROP INDEX reports_by_release;
