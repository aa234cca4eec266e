/** Bounds of the conversation with a modem in normal mode, with their units. */

export const AT_TIMEOUT_MS = 5_000;
export const AT_ANSWER_MAX_BYTES = 16 * 1024;
export const DIAG_TIMEOUT_MS = 3_000;
export const DIAG_FRAME_MAX_BYTES = 4096;
/** Unasked-for DIAG frames read past while waiting for an answer (edl 1a: up to 50). */
export const DIAG_FRAMES_MAX = 50;
/** `.00.000` means that the application side has not started; it may take 16 s (field 2a). */
export const VERSION_ATTEMPTS_MAX = 16;
/** Of one answer, as a snapshot keeps it; longer ones are cut, in both snapshots alike. */
export const VALUE_MAX_CHARS = 80;
