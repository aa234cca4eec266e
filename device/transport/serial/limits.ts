/** Bounds of talking through a tty. */

/** A USB modem ignores the rate; a tty needs one. */
export const BAUD_RATE = 115_200;
export const ERROR_MAX_CHARS = 160;
