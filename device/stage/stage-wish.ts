/** What is asked of a stage, and the arithmetic of whether it can be had. */
import { STAGE_OVERHEAD_BYTES, STAGE_ROUNDING_SHARE } from './limits.ts';
import type { StagePlatform } from './platform.ts';

export type StageWish = {
  /** `auto`, or an existing directory on the disk that is meant. */
  readonly wanted: 'auto' | string;
  /** Compressed size of the package. */
  readonly neededBytes: number;
  /** Of the package, where they are known before it is here: what else lies in a stage saves no room. */
  readonly chunkIds?: ReadonlySet<string>;
  /** Where journals are written: a stage beside them leaves them room. */
  readonly stateDir?: string;
  /** Memory that is left to the router. */
  readonly reserveBytes?: number;
  /** Package and modem: a stage of the same name is taken up again. One in memory without a name never is. */
  readonly name?: string;
  /** The disk's mount point, where it is known: a directory that lies elsewhere is refused. */
  readonly mountPoint?: string;
  readonly platform: StagePlatform;
};

export const BASE_DIRECTORY = '/run/cistern';
export const SHARED_MEMORY_DIRECTORY = '/dev/shm';
export const OWN_PREFIX = 'stage-';
export const SHARED_PREFIX = 'cistern-stage-';

/** What a package of this stored size takes on a filesystem. */
export function stageSizeBytes(neededBytes: number): number {
  return Math.ceil(neededBytes * (1 + STAGE_ROUNDING_SHARE)) + STAGE_OVERHEAD_BYTES;
}
