/** Bounds of the conversation with a modem in normal mode, with their units. */

export const AT_TIMEOUT_MS = 5_000;
export const AT_ANSWER_MAX_BYTES = 16 * 1024;
export const DIAG_TIMEOUT_MS = 3_000;
export const DIAG_FRAME_MAX_BYTES = 4096;
/** Unasked-for DIAG frames read past while waiting for an answer (edl 1a: up to 50). */
export const DIAG_FRAMES_MAX = 50;
/** `.00.000` means that the application side has not started; it may take 16 s (field 2a). */
export const VERSION_ATTEMPTS_MAX = 16;
export const VERSION_RETRY_MS = 1_000;
/** The switch to EDL: up to 30 tries, a second apart (edl 1a). */
export const EDL_ATTEMPTS_MAX = 30;
export const EDL_RETRY_MS = 1_000;
/** A modem that was told to leave the bus needs 1 to 4 s to come back as EDL (edl 1a). */
export const REENUMERATION_TIMEOUT_MS = 30_000;
/** From the reset after flashing to an answering AT port: a first boot formats its user data. */
export const RETURN_TIMEOUT_MS = 180_000;
export const LOOK_INTERVAL_MS = 250;
/** How long registration and data may take to be as good as before the update. */
export const RECOVERY_TIMEOUT_MS = 120_000;
export const RECOVERY_INTERVAL_MS = 2_000;
