/**
 * Bounds of the Firehose conversation, with their units. The field's failures came from waits of 3 s and 6 s
 * (edl 1c); a NAND that takes longer than these is broken.
 */

import { PACKAGE_MAX_BYTES } from '../../shared/limits.ts';

/** At high speed, and what a document's and a payload's length is judged by. */
export const USB_PACKET_BYTES = 512;
/** What every NAND programmer takes at once; one that takes more says so in its ACK (edl 1c). */
export const NAND_PAYLOAD_BYTES = 8192;
export const PAYLOAD_MIN_BYTES = 512;
export const PAYLOAD_MAX_BYTES = 1024 * 1024;
export const DOCUMENT_MAX_BYTES = 16 * 1024;
export const DOCUMENTS_PER_REPLY_MAX = 2_000;
/** Transfers of no bytes (ZLPs) in a row; one may follow each full transfer (edl 1c). */
export const EMPTY_TRANSFERS_MAX = 64;
/** A document that is not taken for so long is held up by a log that wants to be read. */
export const DOCUMENT_HELD_UP_MS = 20;
/** One listen meanwhile, and how many of them: the write's own timeout ends it before. */
export const HELD_UP_LISTEN_MS = 50;
export const HELD_UP_LISTENS_MAX = 2_000;
/** Raw data waits for flash now and then: it is held up where so much of its timeout is over. */
export const RAW_HELD_UP_SHARE = 0.1;
/** The last logs kept of one reply, or of a greeting: 50 or so on SDX55 (edl 1c). */
export const LOGS_KEPT_MAX = 200;
/** Logs prolong the wait for a response up to this many times its timeout. */
export const REPLY_PROLONGED_MAX = 4;
/** Logs that never pause are read for this long. */
export const DRAIN_MAX_MS = 60_000;
/** Of one log; the description of a storage takes some 300. */
export const LOG_MAX_CHARS = 2_000;
/** Pages where the table of NAND modems is looked for, and how many of them: it stands on the second (edl 1d). */
export const NAND_TABLE_STARTS = [0x280, 0x400, 0x800];
export const NAND_TABLE_PAGES = 4;
export const READ_TRANSFER_BYTES = 64 * 1024;
/** What it takes, more, and back to what it took. */
export const CONFIGURE_ATTEMPTS_MAX = 3;

/** How long each wait may last. They travel with the link, so that a test need not wait for hardware. */
export type FirehoseTimings = {
  /** The first log after the programmer starts may take 3 s; then a second of silence ends them (edl 1c). */
  readonly firstLogMs: number;
  /** Also for what was asked for and stands in no log before the response. */
  readonly startQuietMs: number;
  /** Logs may follow a response; writes fail while they are pending. */
  readonly quietMs: number;
  readonly writeMs: number;
  readonly replyMs: number;
  /** One erase, of a whole partition: half a second for 113 MB of good NAND, minutes for eMMC and worn flash. */
  readonly eraseMs: number;
  /** From the last raw byte to the answer, and for a digest of what was written. */
  readonly programDoneMs: number;
  /** Between two transfers of a read. */
  readonly rawReadMs: number;
  /** After a reset is accepted the modem leaves the bus once its logs are read. */
  readonly leaveMs: number;
};

/** The field's flashers gave up after 3 s, 6 s and 30 s, and so on flash that was at work (edl 1c, 6 line 21). */
export const DEFAULT_FIREHOSE_TIMINGS: FirehoseTimings = {
  firstLogMs: 3_000,
  startQuietMs: 1_000,
  quietMs: 20,
  writeMs: 30_000,
  replyMs: 60_000,
  eraseMs: 300_000,
  programDoneMs: 300_000,
  rawReadMs: 60_000,
  leaveMs: 30_000,
};

/**
 * Raw data slower than this, both ways, is a broken link: flash takes 1 MB a second and more (edl 4). It bounds what
 * single waits do not: a modem that takes or gives a little in each of them.
 */
export const RAW_RATE_MIN_BYTES_PER_SECOND = 8 * 1024;

/**
 * Bytes asked of the stage at a time while programming and comparing: well below its chunks of 256 KiB, because a
 * window over two chunks is copied.
 */
export const SOURCE_WINDOW_BYTES = 64 * 1024;

/** Programmers are asked for the digest of no more at once (edl 1c). */
export const DIGEST_MAX_BYTES = 512 * 1024 * 1024;
/** A NAND with more bad blocks than this is at its end. */
export const BAD_BLOCKS_MAX = 256;

/** What newer programmers want with a restart; leaveMs is longer. */
export const RESET_DELAY_SECONDS = 10;

/**
 * The largest file that a `<program>` may be waiting for: no package holds a larger one. How long that may take, at a
 * MB a second (edl 4), and one listen meanwhile.
 */
export const RAW_FINISH_MAX_BYTES = PACKAGE_MAX_BYTES;
export const RAW_FINISH_MAX_MS = 1_200_000;
export const RAW_FINISH_LISTEN_MS = 1_000;
