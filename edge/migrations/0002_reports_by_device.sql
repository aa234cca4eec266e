-- A device's newest reports are kept, up to a number; this finds the others.

CREATE INDEX reports_by_device ON reports (device_id, received_at);
