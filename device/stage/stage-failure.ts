/** Everything that can be wrong with a stage, before, while and after it is filled. */
export type StageFailure =
  /** MemAvailable less the reserve, and less what other runs are going to fill, does not hold the package. */
  | {
      readonly reason: 'not-enough-memory';
      readonly neededBytes: number;
      readonly availableBytes: number;
      readonly reserveBytes: number;
      readonly promisedBytes: number;
    }
  /** The system does not say how much memory is available, so nothing is promised. */
  | { readonly reason: 'memory-unknown' }
  | {
      readonly reason: 'stage-full';
      readonly directory: string;
      readonly neededBytes: number;
      readonly availableBytes: number;
    }
  /** Neither a tmpfs of our own nor shared memory could be had; `said` is the tool's own complaint. */
  | { readonly reason: 'mount-refused'; readonly directory: string; readonly said: string }
  | { readonly reason: 'unmount-refused'; readonly directory: string; readonly said: string }
  /** `code` as the system names it: ENOENT, EACCES, ENOTDIR. */
  | { readonly reason: 'directory-unusable'; readonly directory: string; readonly code: string }
  | {
      readonly reason: 'wrong-filesystem';
      readonly directory: string;
      readonly wanted: string;
      readonly found: string;
    }
  | { readonly reason: 'stage-unmounted'; readonly directory: string; readonly mountPoint: string }
  | { readonly reason: 'stage-mounted-over'; readonly directory: string; readonly filesystem: string }
  | { readonly reason: 'stage-vanished'; readonly directory: string }
  | { readonly reason: 'stage-read-only'; readonly directory: string }
  | { readonly reason: 'stage-empty'; readonly directory: string }
  | ChunkFailure
  | { readonly reason: 'file-missing'; readonly path: string }
  | {
      readonly reason: 'file-hash-wrong';
      readonly path: string;
      readonly wanted: string;
      readonly found: string;
    }
  | { readonly reason: 'package-hash-wrong'; readonly wanted: string; readonly found: string }
  | {
      readonly reason: 'index-contradicts-manifest';
      readonly what: 'index' | 'sizeBytes' | 'chunkCount';
    }
  | { readonly reason: 'interrupted' };

/** `file` is the first file of the package that the chunk holds bytes of; null where that is not known. */
export type ChunkFailure =
  | { readonly reason: 'chunk-missing'; readonly id: string; readonly file: string | null }
  | {
      readonly reason: 'chunk-content-wrong';
      readonly id: string;
      readonly file: string | null;
      readonly why: 'not-a-file' | 'stored-size' | 'not-zstd' | 'size' | 'hash';
    }
  | {
      readonly reason: 'chunk-unreadable';
      readonly id: string;
      readonly file: string | null;
      readonly code: string;
    };
