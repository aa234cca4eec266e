/** Bounds of the stage room. */

const MIB = 1024 * 1024;

/** Memory that staging leaves to the router: MemAvailable less this must hold the package (ota 2, field 4). */
export const MEMORY_RESERVE_BYTES = 48 * MIB;
/** Room beside the chunks themselves: directories, and parts of chunks that are under way. */
export const STAGE_OVERHEAD_BYTES = MIB;
/** What a stage leaves of the filesystem that carries journals, verdicts and reports too: each is of kilobytes. */
export const STATE_RESERVE_BYTES = 4 * MIB;
/** Files end on pages of 4 KiB: at most a sixteenth of chunks that are 64 KiB and more. */
export const STAGE_ROUNDING_SHARE = 1 / 16;

/** `mount` and `umount` answer at once, or hang on a dead device. */
export const MOUNT_TIMEOUT_MS = 10_000;
/** What is kept of a tool's complaint. */
export const MOUNT_SAID_MAX_CHARS = 300;
/** Mounts that may lie on top of each other on a stage that is released. */
export const STACKED_MOUNTS_MAX = 4;
/** Old stages that one run looks at. */
export const STALE_STAGES_MAX = 64;
/** How long a stage in memory waits for the next run: one that runs every night finds what the last night brought. */
export const STAGE_LEFT_MAX_MS = 26 * 60 * 60_000;
/** What is left in memory waits there only while the machine has this much beside it. */
export const LEFT_RESERVE_BYTES = 2 * MEMORY_RESERVE_BYTES;
/** The file beside a stage in memory that says whose it is. */
export const STAGE_RECORD_MAX_BYTES = 4096;

/** Control groups above one another that are looked at. */
export const CGROUP_DEPTH_MAX = 32;
/** zstd frames may ask for a window; a chunk of 1 MiB needs no more than this (log2 of bytes). */
export const ZSTD_WINDOW_LOG_MAX = 23;
/** Decompressed chunks that a reader holds. */
export const CHUNK_WINDOW = 2;
/** The most that one read may ask for. */
export const READ_MAX_BYTES = 4 * MIB;
/** Of the SHA-256 of a modem's key, in the name of its directory on a disk. */
export const MODEM_HASH_CHARS = 8;
