/** What the benches do at most: sizes, counts and waits, all on the loopback address. */

/** The package of most benches, and the one that shows whether a cost grows with size. Bytes. */
export const PACKAGE_BYTES = 60_000_000;
export const LARGE_PACKAGE_BYTES = 200_000_000;
/** The goal for publishing names 100 MB. */
export const PUBLISH_PACKAGE_BYTES = 100_000_000;

/** Times a bench measures ours and the peer in turn. */
export const DOWNLOAD_ROUNDS = 4;
export const PUBLISH_ROUNDS = 3;

/** Connections and chunks at a time: what the updater uses, and so what `curl` gets. */
export const PARALLEL = 4;
/** A connection over the bad line ends after this many bytes towards the client. */
export const CUT_AFTER_BYTES = 1_000_000;
/** Times `curl -C -` is started again before it is given up. */
export const CURL_RESTARTS_MAX = 400;

/** No further round begins after this time: a busy machine measures fewer. */
export const ROUNDS_BUDGET_MS = 40_000;

/** Requests of one round at the edge, and rounds of each side. */
export const EDGE_ROUNDS = 8;
export const EDGE_REQUESTS = 300;
export const EDGE_SINGLE_ROUNDS = 2;
export const EDGE_SINGLE_REQUESTS = 100;
export const EDGE_WARM_UP_REQUESTS = 100;
/** A round is measured again when the Worker is reloaded in it. */
export const ROUND_ATTEMPTS_MAX = 4;

export const FEW_MODELS = 10;
export const MANY_MODELS = 10_000;
export const SEED_BATCH = 500;
export const POLL_ROUNDS = 8;
export const POLL_REQUESTS = 100;

/** Firehose payload of every NAND programmer (edl 1c), and so the raw link's transfer size. Bytes. */
export const TRANSFER_BYTES = 8192;
export const RAW_LINK_BYTES = 60_000_000;

/** No tool of a peer may take longer. */
export const TOOL_TIMEOUT_MS = 180_000;
export const UPDATE_TIMEOUT_MS = 150_000;
export const MODEM_REBOOT_MS = 200;

/** Small enough that six programs bring it over the slow line within two minutes. Bytes. */
export const SLOW_LINE_PACKAGE_BYTES = 30_000_000;
/** 10 Mbit/s, and 100 ms from a question to its answer. */
export const SLOW_LINE_BYTES_PER_SECOND = 1_250_000;
export const SLOW_LINE_ROUND_TRIP_MS = 100;
export const CLEAN_LINE_ROUNDS = 5;
/** What waits in a line for a client: more than the slow line holds in a round trip. */
export const LINE_WINDOW_BYTES = 256 * 1024;
/** Between two looks at a program's memory, and the processes of it that are looked at. */
export const PEAK_INTERVAL_MS = 5;
export const PROCESSES_WATCHED_MAX = 32;

/** `bench verify`: releases of all models together, and the size of each. */
export const FEW_RELEASES = 100;
export const MANY_RELEASES = 1000;
export const SMALL_PACKAGE_BYTES = 400_000;
/** Releases that share their content, as releases of one firmware do. */
export const RELEASES_ALIKE = 10;
export const VERIFY_PEAK_MAX_MB = 256;

/** `bench staging`: the fetch, stage and read path at sizes that tell flat from growing. Bytes. */
export const STAGING_PACKAGE_BYTES = [60_000_000, 200_000_000, 600_000_000] as const;
export const FILLER_FILE_BYTES = 100_000_000;
/** What a reader of the stage asks for at once, as flashing does. */
export const READ_PIECE_BYTES = 64 * 1024;
