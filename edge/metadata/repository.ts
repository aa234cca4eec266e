/** What the metadata room needs to work: the bucket, the online keys, the time, and one memo. */

import type { ObjectStore } from '../store/object-store.ts';
import type { OnlineSigners } from './online-signers.ts';
import type { NewestRootMemo } from './roots.ts';

export type MetadataRepository = {
  readonly bucket: ObjectStore;
  readonly signers: OnlineSigners;
  readonly nowMs: () => number;
  readonly newestRoot: NewestRootMemo;
};

/** The repository of one isolate. */
export function metadataRepository(deps: {
  readonly firmware: ObjectStore;
  readonly signers: OnlineSigners;
  readonly nowMs: () => number;
}): MetadataRepository {
  const { firmware: bucket, signers, nowMs } = deps;
  return { bucket, signers, nowMs, newestRoot: { version: 0, seenAtMs: 0 } };
}
