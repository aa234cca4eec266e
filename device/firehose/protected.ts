/** What the driver itself refuses to touch, whatever it is told (P5). */
import type { FlashPlan } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { overlaps } from '../../shared/sector-range.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import type { FirehoseStorage } from './storage.ts';

export type FlashLimits = Pick<FlashPlan, 'protectedRanges'> & { readonly storage: FirehoseStorage };

/** Judged when the release was published and when it was staged; judged here once more, before a byte is sent. */
export function refuseProtected(
  range: { readonly startSector: number; readonly sectorCount: number },
  { protectedRanges }: FlashLimits,
): Result<void, FirehoseFailure> {
  const touched = protectedRanges.find((candidate) => overlaps(range, candidate));
  if (touched === undefined) return ok();
  return err({ reason: 'protected-range', range: touched.name, startSector: range.startSector });
}
