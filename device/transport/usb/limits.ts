/** Bounds of talking over USB, with their units. */

/**
 * A transfer that is under way can only be ended by its own timeout: while one is, nothing can be closed. So a wait
 * for the modem is cut into slices of this length.
 */
export const IN_SLICE_MS = 500;
/**
 * So many full packets in a row without a short one mean raw data: documents and packets are shorter (at most
 * 4096 bytes, edl 1c).
 */
export const STREAMING_AFTER_BYTES = 8192;
/** In raw data one transfer may be as large as this. */
export const IN_TRANSFER_MAX_BYTES = 1024 * 1024;
/** Shorter waits are looks for leftovers, where nothing large is awaited. */
export const STREAMING_WAIT_MIN_MS = 1_000;
/** After a fault on the bus the kernel takes a moment to see that the modem has gone. */
export const FAULT_LOOKS_MAX = 10;
export const FAULT_LOOK_INTERVAL_MS = 100;
export const ERROR_MAX_CHARS = 160;
/** DTR and RTS for a modem's AT interface that no tty driver opens (USB CDC, SET_CONTROL_LINE_STATE). */
export const CONTROL_TIMEOUT_MS = 500;
