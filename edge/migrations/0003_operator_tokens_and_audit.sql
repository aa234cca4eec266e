-- Who may do what, and who did what.

CREATE TABLE operator_tokens (
  id TEXT PRIMARY KEY,               -- the part of the token that is no secret
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,              -- JSON array of read, rollout, publish
  token_sha256 TEXT NOT NULL,        -- of the whole token; the token itself is never here
  created_at TEXT NOT NULL,          -- ISO 8601, UTC
  created_by TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  revoked_at TEXT,                   -- NULL while it is good
  replaces TEXT                      -- the token whose place it took
) STRICT;

CREATE TABLE audit_log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,           -- made where it happened: an entry delivered twice is one
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,              -- rollout.halted
  target TEXT NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER NOT NULL,
  detail TEXT NOT NULL,
  request_id TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_target ON audit_log (target, action, at);

-- Append only, whoever asks: only a migration can take these away.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;

CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;
