/** Every bound that both sides must agree on, with its unit. A room's own bounds stand in its own limits.ts. */

export const VERSION_TEXT_MAX_CHARS = 96;
/** What a person pastes to be asked about: the answers of a few AT commands. */
export const PASTED_MAX_CHARS = 2000;
/** Words of it that are looked up as names of models. */
export const PASTED_NAMES_MAX = 20;
export const MODEL_ID_MAX_CHARS = 80;

/** Signed metadata. tuf-js: root 512 kB, timestamp 16 kB, snapshot 2 MB, targets 5 MB; ours are tighter. */
export const ROOT_MAX_BYTES = 64 * 1024;
export const TIMESTAMP_MAX_BYTES = 8 * 1024;
export const SNAPSHOT_MAX_BYTES = 32 * 1024;
export const TARGETS_MAX_BYTES = 1024 * 1024;
export const POLL_MAX_BYTES = 3 * 1024 * 1024;
/** Roots a device walks through in one poll (TUF 5.3). */
export const ROOT_ROTATIONS_MAX = 32;

/** Roots are never deleted; one listing shows them all (a bucket lists 1000 keys at once). */
export const ROOTS_MAX = 1000;

/** Targets: the catalogue entry, release manifests, rollouts and package indexes. */
export const MODEL_ENTRY_MAX_BYTES = 256 * 1024;
export const MANIFEST_MAX_BYTES = 256 * 1024;
/** A hundred bytes and a half an entry, for RELEASES_PER_MODEL_MAX entries, with room for why some were halted. */
export const ROLLOUT_MAX_BYTES = 256 * 1024;
export const INDEX_MAX_BYTES = 2 * 1024 * 1024;
export const TARGET_NAME_MAX_CHARS = 160;

/** Chunks, before compression. 64/256/1024 KiB: a 64 MB package is about 250 requests (ota 5). */
export const CHUNK_MIN_BYTES = 64 * 1024;
export const CHUNK_AVERAGE_BYTES = 256 * 1024;
export const CHUNK_MAX_BYTES = 1024 * 1024;
/** zstd of incompressible bytes grows by less than 1 %; a chunk that is larger is refused unread. */
export const CHUNK_STORED_MAX_BYTES = CHUNK_MAX_BYTES + 16 * 1024;
/** What a frame may ask of who unpacks it: 8 MiB of window, as RFC 8878 section 3.1.1.1.2 asks decoders to support. */
export const ZSTD_WINDOW_LOG_MAX = 23;
export const PACKAGE_MAX_CHUNKS = 40_000;
export const PACKAGE_MAX_BYTES = 1024 * 1024 * 1024;
export const PACKAGE_MAX_FILES = 512;
export const PACKAGE_PATH_MAX_CHARS = 200;

/** Flash descriptions. */
export const RAWPROGRAM_MAX_BYTES = 256 * 1024;
export const RAWPROGRAM_MAX_COMMANDS = 512;
export const RAWPROGRAM_MAX_ATTRIBUTES = 32;
export const FIREHOSE_XML_MAX_BYTES = 4096;
export const STORAGE_MAX_PAGES = 16 * 1024 * 1024;
/** Sectors of 512 bytes that a GPT takes at the beginning of a disk: MBR, header, 128 entries of 128 bytes (UEFI 5.3). */
export const GPT_SECTORS = 34;
/** Patches of one package; a GPT needs a dozen. */
export const PATCHES_MAX = 256;

/** Lookups and reports. */
export const COMPATIBILITY_MAX_HOPS = 16;
/** Steps judged in one search for a way: enough for every pair of a hundred releases, 10 ms or so. */
export const COMPATIBILITY_MAX_STEPS = 10_000;
export const COMPATIBILITY_BATCH_MAX = 100;
/** Models that an answer offers in place of one that is not known. */
export const NEAR_MISSES_MAX = 5;
export const RELEASES_PER_MODEL_MAX = 500;
/** Manifest and index of each, the entry, and room. */
export const TARGETS_PER_MODEL_MAX = 1100;
export const REPORT_MAX_BYTES = 16 * 1024;
/** A report is signed for one delivery; late reports are signed again when they are sent. */
export const SIGNATURE_CLOCK_SKEW_SECONDS = 24 * 60 * 60;
