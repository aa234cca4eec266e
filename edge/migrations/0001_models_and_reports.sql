-- What the edge looks up. Nothing here is needed to serve firmware: models can be made anew from the bucket.

CREATE TABLE models (
  model TEXT PRIMARY KEY,            -- quectel/ec25euga-m4g
  product TEXT NOT NULL,             -- ec25euga-m4g: what a version string says
  name TEXT NOT NULL,
  targets_version INTEGER NOT NULL,  -- the targets metadata this row was made from
  newest_version TEXT,               -- of the releases; NULL while there is none
  release_count INTEGER NOT NULL,
  entry TEXT NOT NULL,               -- catalogue entry, JSON
  releases TEXT NOT NULL,            -- summaries of the release manifests, JSON array, newest first
  updated_at TEXT NOT NULL           -- ISO 8601, UTC
) STRICT;

CREATE INDEX models_by_product ON models (product);

CREATE TABLE reports (
  id TEXT PRIMARY KEY,               -- UUID made by the device, once an attempt
  received_at TEXT NOT NULL,         -- ISO 8601, UTC
  device_id TEXT NOT NULL,           -- SHA-256 of the device's public key
  model TEXT NOT NULL,
  from_version TEXT NOT NULL,
  to_version TEXT NOT NULL,
  outcome TEXT NOT NULL,
  content_sha256 TEXT NOT NULL,      -- of the report as stored: same id, same content, or refused
  report TEXT NOT NULL               -- the report, JSON
) STRICT;

CREATE INDEX reports_by_time ON reports (received_at);
CREATE INDEX reports_by_model ON reports (model, received_at);
