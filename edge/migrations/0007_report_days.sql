-- How each day went: what the charts of a fleet show, however many reports and models there were. Days that reports are
-- forgotten for are forgotten here too.

CREATE TABLE report_days (
  day TEXT NOT NULL,                 -- 2026-11-23, UTC
  model TEXT NOT NULL,               -- empty for all of them together
  outcome TEXT NOT NULL,
  last_step TEXT NOT NULL,
  reason TEXT NOT NULL,              -- empty where none was given
  count INTEGER NOT NULL,
  PRIMARY KEY (day, model, outcome, last_step, reason)
) STRICT, WITHOUT ROWID;

INSERT INTO report_days (day, model, outcome, last_step, reason, count)
SELECT substr(received_at, 1, 10), model, outcome, report ->> '$.lastStep', coalesce(report ->> '$.reason', ''), count(*)
FROM reports GROUP BY 1, 2, 3, 4, 5;

INSERT INTO report_days (day, model, outcome, last_step, reason, count)
SELECT day, '', outcome, last_step, reason, sum(count) FROM report_days GROUP BY 1, 3, 4, 5;

-- With the row itself, so that a report that comes twice counts once.
CREATE TRIGGER reports_are_counted_by_day AFTER INSERT ON reports
BEGIN
  INSERT INTO report_days (day, model, outcome, last_step, reason, count)
  VALUES
    (substr(NEW.received_at, 1, 10), NEW.model, NEW.outcome,
      NEW.report ->> '$.lastStep', coalesce(NEW.report ->> '$.reason', ''), 1),
    (substr(NEW.received_at, 1, 10), '', NEW.outcome,
      NEW.report ->> '$.lastStep', coalesce(NEW.report ->> '$.reason', ''), 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- Reports that left a modem not as it should be: few, so that they are found without reading the others. The condition is
-- that of edge/store/left-wrong.ts, term by term.
CREATE INDEX reports_left_wrong ON reports (received_at, id, model, device_id)
WHERE outcome IN ('unfinished', 'unconfirmed') OR report ->> '$.modemState' <> 'normal';

CREATE INDEX reports_left_wrong_by_model ON reports (model, received_at, id, device_id)
WHERE outcome IN ('unfinished', 'unconfirmed') OR report ->> '$.modemState' <> 'normal';
