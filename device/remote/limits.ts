/** Bounds of what is done on a router over SSH, with their units. */

/** TCP, host key and login, where nobody is asked for a password. */
export const CONNECT_TIMEOUT_MS = 30_000;
/** The same where a person types a password or looks at a host key. */
export const CONNECT_BY_HAND_TIMEOUT_MS = 180_000;
/** What ssh itself waits for the router to answer, in seconds. */
export const SSH_CONNECT_TIMEOUT_S = 10;
/** A router that says nothing for this long is gone: interval in seconds, and how often it may pass. */
export const SSH_ALIVE_INTERVAL_S = 5;
export const SSH_ALIVE_COUNT = 6;
/** The shared connection outlives its last user by this, in seconds, where nobody was left to end it. */
export const SSH_PERSIST_S = 30;
/** One script on the router, such as stopping a service. */
export const SCRIPT_TIMEOUT_MS = 40_000;
export const SCRIPT_OUTPUT_MAX_CHARS = 1024 * 1024;
export const SSH_LOG_MAX_CHARS = 4_000;
/** A tty that is asked for is open, or will not be. */
export const TTY_OPEN_TIMEOUT_MS = 10_000;
export const TTY_CLOSE_TIMEOUT_MS = 3_000;
/** How often the watchman on the router hears of us, and after how many silent looks he puts all back. */
export const BEAT_INTERVAL_MS = 5_000;
export const WATCH_INTERVAL_S = 2;
export const WATCH_SILENT_LOOKS = 25;
/** From the good-bye to the services being started, where all of them take their time. */
export const GUARD_END_TIMEOUT_MS = 90_000;
/** From starting the relay to its port being open. */
export const RELAY_START_TIMEOUT_S = 10;
/** Where the relay's output would fill the router's memory, in bytes. */
export const RELAY_LOG_MAX_BYTES = 65_536;
/** Entries of the router's /sys that are believed. */
export const MIRROR_ENTRIES_MAX = 20_000;
export const MIRROR_VALUE_MAX_CHARS = 300;
/** A connection that broke is made anew no more often than this. */
export const RECONNECT_PAUSE_MS = 3_000;
/** How long a relay may take to listen again while the modem is there, and how often it is tried. */
export const RELAY_AGAIN_MS = 8_000;
export const RELAY_LOOK_INTERVAL_MS = 300;
