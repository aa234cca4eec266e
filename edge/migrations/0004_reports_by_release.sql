-- The newest attempts at one release: how it does, and whether it has to be halted.

CREATE INDEX reports_by_release ON reports (model, to_version, received_at);
