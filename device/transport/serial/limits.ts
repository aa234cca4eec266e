/** Bounds of talking through a tty. */

/** A USB modem ignores the rate; a tty needs one. */
export const BAUD_RATE = 115_200;
export const ERROR_MAX_CHARS = 160;
/**
 * How often it is looked whether the tty is still there. serialport does not always notice that it has gone: where
 * bytes were flowing it reads the end of the stream over and over.
 */
export const PRESENCE_CHECK_MS = 250;
