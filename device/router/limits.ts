/** Bounds of what is asked of the machine around the modem, with their units. */

/** One command of a profile, such as stopping a service. */
export const ROUTER_COMMAND_TIMEOUT_MS = 30_000;
export const ROUTER_OUTPUT_MAX_CHARS = 64 * 1024;
/** Until a program that holds something says that it does: ModemManager lets go of the modem before. */
export const HOLD_TIMEOUT_MS = 30_000;
/** From its release to its end; then it is killed. */
export const HOLD_END_TIMEOUT_MS = 10_000;
/** From the command that stops a service to its processes being gone. */
export const SERVICE_GONE_TIMEOUT_MS = 10_000;
export const SERVICE_LOOK_INTERVAL_MS = 200;
export const STOPPED_RECORD_MAX_BYTES = 64 * 1024;
export const STOPPED_RECORDS_MAX = 64;
/** Processes and open files that are looked at in /proc. */
export const PROCESSES_MAX = 4096;
export const OPEN_FILES_MAX = 4096;
export const CMDLINE_MAX_CHARS = 4096;
/** Of crontabs and the scripts that they name, when a watchdog is looked for. */
export const CRON_FILES_MAX = 32;
export const CRON_LINES_MAX = 200;
export const CRON_SCRIPTS_MAX = 4;
export const CRON_TEXT_MAX_CHARS = 64 * 1024;
/** A crontab's own reboot within this time may meet a flashing: its fetching, its steps, and what is tried again. */
export const CRON_REBOOT_WITHIN_MINUTES = 120;
/** Below this charge a battery alone does not carry a flashing. */
export const BATTERY_MIN_PERCENT = 50;
export const POWER_SUPPLIES_MAX = 32;
export const NET_DEVICES_MAX = 256;
/** How long the power of a modem stays away: capacitors on its board hold it for a while. */
export const POWER_OFF_S = 3;
/** Asking the resolver for the repository's address. */
export const LOOKUP_TIMEOUT_MS = 5_000;
