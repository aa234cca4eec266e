/** Bounds of unattended runs, with their units. */

/** A run is put off by a random share of this, so that routers with one slot do not ask at one moment. */
export const JITTER_MAX_MINUTES = 10;
/** A maintenance window is no shorter than this, or there would be nothing to spread over. */
export const WINDOW_MIN_MINUTES = 15;
export const MINUTES_OF_DAY = 24 * 60;
/** Symbolic links followed on the way to one file. */
export const LINKS_MAX = 40;
/** A file of others (a crontab) or of ours, when it is read before it is replaced. */
export const SCHEDULE_FILE_MAX_BYTES = 256 * 1024;
/** One command afterwards, such as `systemctl daemon-reload`. */
export const COMMAND_TIMEOUT_MS = 30_000;
export const COMMAND_SAID_MAX_CHARS = 400;
/** The part of an updater's output that is kept: its last line is the result. */
export const CHILD_OUTPUT_MAX_CHARS = 256 * 1024;
export const LOG_FILE_MAX_BYTES = 256 * 1024;
/** cistern.log, cistern.log.1 and cistern.log.2. */
export const LOG_FILES_MAX = 3;
export const LOG_ENTRY_MAX_CHARS = 4000;
/** Journals that are looked at; a machine has a handful of modems. */
export const JOURNALS_MAX = 64;
