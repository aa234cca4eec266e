-- How many reports there ever were: rows of `reports` go with time, and a counter must not fall.

CREATE TABLE report_counts (
  model TEXT NOT NULL,
  outcome TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (model, outcome)
) STRICT;

INSERT INTO report_counts (model, outcome, count)
SELECT model, outcome, count(*) FROM reports GROUP BY model, outcome;

-- With the row itself, so that a report that comes twice counts once.
CREATE TRIGGER reports_are_counted AFTER INSERT ON reports
BEGIN
  INSERT INTO report_counts (model, outcome, count) VALUES (NEW.model, NEW.outcome, 1)
  ON CONFLICT (model, outcome) DO UPDATE SET count = count + 1;
END;
