/** Bounds of the links to a modem, with their units. */

export const CONNECT_TIMEOUT_MS = 3_000;
/** A relay announces the modem at once; a program that does not is not a relay. */
export const ANNOUNCEMENT_TIMEOUT_MS = 3_000;
/** The largest transfer a relay may frame: 1 MiB is the largest Firehose payload (edl 1c). */
export const FRAME_MAX_BYTES = 1024 * 1024 + 4096;
/** Received and not yet read; beyond it the socket is paused. A few reads ahead: what waits longer is memory for nothing. */
export const INBOX_MAX_BYTES = 256 * 1024;
/** A modem in EDL says HELLO at once, to whoever opens its tty first. */
export const FIRST_WORD_TIMEOUT_MS = 500;
export const AT_ANSWER_TIMEOUT_MS = 1_500;
/** A relay that has just lost its client listens again within this, and is asked this often. */
export const RELAY_AGAIN_MS = 3_000;
export const RELAY_LOOK_INTERVAL_MS = 100;
/** A client that is taken and let go again, because the one before it is not quite gone, is let go within this. */
export const RELAY_HANG_UP_MS = 100;
