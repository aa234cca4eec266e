/** Bounds of the Sahara conversation, with their units. */
import { PACKAGE_MAX_BYTES } from '../../shared/limits.ts';

export type SaharaTimings = {
  /** A HELLO is sent when the modem is opened; later means that somebody else has had it. */
  readonly helloMs: number;
  readonly replyMs: number;
  readonly writeMs: number;
};

export const DEFAULT_SAHARA_TIMINGS: SaharaTimings = { helloMs: 2_000, replyMs: 10_000, writeMs: 15_000 };

/** All of it, however lively the modem is: greeting with what is to be read past, questions, the programmer. */
export const GREET_MAX_MS = 600_000;
export const COMMAND_MODE_MAX_MS = 60_000;
export const LOAD_MAX_MS = 300_000;

export const PACKET_MAX_BYTES = 1024;
/** Transfers of no bytes that are read past in a row. */
export const EMPTY_TRANSFERS_MAX = 64;
/** One answer in command mode: a key hash of 48 bytes for each of a few roots. */
export const EXECUTE_DATA_MAX_BYTES = 4096;
/** The first may be taken for image data. */
export const RESETS_MAX = 3;
/** The largest programmer seen is below 1 MiB (edl 1e). */
export const PROGRAMMER_MAX_BYTES = 4 * 1024 * 1024;
/** One read request of the modem; 9x07 asks for 4 KiB, later chips for up to 1 MiB. */
export const READ_MAX_BYTES = 1024 * 1024;
/** A programmer is asked for once; headers and hashes a few times more. */
export const TOTAL_READ_FACTOR = 4;
export const READ_REQUESTS_MAX = 16_384;
/** Packets read past while the answer to a RESET is awaited. */
export const STALE_READS_MAX = 16;
/** A broken-off read-back leaves at most one file to be read past: no package holds a larger one. */
export const DRAIN_MAX_BYTES = PACKAGE_MAX_BYTES;
export const DRAIN_READ_BYTES = 64 * 1024;
/** A packet at high speed in each. */
export const DRAIN_READS_MAX = DRAIN_MAX_BYTES / 512;
