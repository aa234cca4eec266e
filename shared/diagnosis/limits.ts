/** Bounds of reading a flasher's log, with their units. */

/** What the edge takes as one log, and what the engine reads of a longer text: its end. */
export const LOG_MAX_BYTES = 1024 * 1024;
/** Lines read of one log, the last ones; a whole flashing with every Sahara read is below 3,000. */
export const LOG_MAX_LINES = 20_000;
/** Of one line, as it is judged; no line of a flasher is as long. */
export const LINE_MAX_CHARS = 1_000;
/** Parts of one line that a progress display has overwritten by carriage returns, the last ones. */
export const OVERWRITES_MAX = 20;
/** Lines joined where a forum or a terminal has wrapped one into several. */
export const WRAPPED_LINES_MAX = 3;
/** Of the line that shows a finding, as it is handed on. */
export const EVIDENCE_MAX_CHARS = 240;
/** Findings of one diagnosis; each signature gives one a run. */
export const FINDINGS_MAX = 100;
/** Runs of a tool in one log; more are read, the first ones forgotten. */
export const RUNS_MAX = 50;
export const NEXT_STEPS_MAX = 12;
