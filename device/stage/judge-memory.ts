/** Whether the machine has memory for a stage, or for the rest of one. */
import { err, ok, type Result } from '../../shared/result.ts';
import { promisedBytes } from './left-in-memory.ts';
import { MEMORY_RESERVE_BYTES } from './limits.ts';
import { memAvailableBytes } from './platform.ts';
import type { StageFailure } from './stage-failure.ts';
import type { StageWish } from './stage-wish.ts';

/** Asks MemAvailable, less what other runs are filling: a tmpfs's own free room promises what nobody has (ota 2). */
export async function judgeMemory(
  wish: Pick<StageWish, 'reserveBytes' | 'platform'>,
  neededBytes: number,
): Promise<Result<void, StageFailure>> {
  const reserveBytes = wish.reserveBytes ?? MEMORY_RESERVE_BYTES;
  const machineBytes = memAvailableBytes(await wish.platform.memoryText());
  if (machineBytes === null) return err({ reason: 'memory-unknown' });
  const availableBytes = Math.min(machineBytes, wish.platform.cgroupAvailableBytes() ?? machineBytes);
  const promised = await promisedBytes(wish.platform);
  if (neededBytes + reserveBytes + promised <= availableBytes) return ok();
  return err({
    reason: 'not-enough-memory',
    neededBytes,
    availableBytes,
    reserveBytes,
    promisedBytes: promised,
  });
}
