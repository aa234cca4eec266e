/** What is asked of a stage, and the arithmetic of whether it can be had. */
import { err, ok, type Result } from '../../shared/result.ts';
import { MEMORY_RESERVE_BYTES, STAGE_OVERHEAD_BYTES, STAGE_ROUNDING_SHARE } from './limits.ts';
import { memAvailableBytes, type StagePlatform } from './platform.ts';
import type { StageFailure } from './stage-failure.ts';

export type StageWish = {
  /** `auto`, or an existing directory on the disk that is meant. */
  readonly wanted: 'auto' | string;
  /** Compressed size of the package. */
  readonly neededBytes: number;
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

/** Whether memory holds the stage. Asks MemAvailable: a tmpfs's own free room promises what nobody has (ota 2). */
export async function judgeMemory(
  wish: Pick<StageWish, 'reserveBytes' | 'platform'>,
  neededBytes: number,
): Promise<Result<void, StageFailure>> {
  const reserveBytes = wish.reserveBytes ?? MEMORY_RESERVE_BYTES;
  const machineBytes = memAvailableBytes(await wish.platform.memoryText());
  if (machineBytes === null) return err({ reason: 'memory-unknown' });
  const availableBytes = Math.min(machineBytes, wish.platform.cgroupAvailableBytes() ?? machineBytes);
  if (neededBytes + reserveBytes <= availableBytes) return ok();
  return err({ reason: 'not-enough-memory', neededBytes, availableBytes, reserveBytes });
}
