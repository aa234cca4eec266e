/** What a download has brought so far, and for how many bytes. */
export type FetchProgress = {
  /** Stored bytes that are in the stage. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Bytes of bodies received in this run, useful or not. */
  readonly fetchedBytes: number;
};

export type FetchSummary = {
  readonly fetchedBytes: number;
  /** Stored bytes that were in the stage already when the run began, in whole chunks and in parts of some. */
  readonly reusedBytes: number;
  readonly requests: number;
  /** Requests that went on in the middle of a chunk. */
  readonly resumed: number;
};

export type Tally = {
  readonly requested: () => void;
  readonly resumed: () => void;
  /** Bytes that came and are kept. */
  readonly kept: (bytes: number) => void;
  /** Bytes that came for nothing. */
  readonly wasted: (bytes: number) => void;
  /** Bytes of a part that are thrown away. */
  readonly dropped: (bytes: number) => void;
  /** Bytes that came from a directory on this machine. */
  readonly copied: (bytes: number) => void;
  /** Bytes that were there before this run. */
  readonly reused: (bytes: number) => void;
  readonly summary: () => FetchSummary;
};

export function startTally(totalBytes: number, onProgress: (progress: FetchProgress) => void): Tally {
  let doneBytes = 0;
  let fetchedBytes = 0;
  let reusedBytes = 0;
  let requests = 0;
  let resumed = 0;
  const tell = () => onProgress({ doneBytes, totalBytes, fetchedBytes });
  return {
    requested: () => {
      requests++;
    },
    resumed: () => {
      resumed++;
    },
    kept: (bytes) => {
      fetchedBytes += bytes;
      doneBytes += bytes;
      tell();
    },
    wasted: (bytes) => {
      fetchedBytes += bytes;
    },
    dropped: (bytes) => {
      doneBytes -= bytes;
      if (bytes > 0) tell();
    },
    copied: (bytes) => {
      doneBytes += bytes;
      tell();
    },
    reused: (bytes) => {
      reusedBytes += bytes;
      doneBytes += bytes;
      if (bytes > 0) tell();
    },
    summary: () => ({ fetchedBytes, reusedBytes, requests, resumed }),
  };
}
