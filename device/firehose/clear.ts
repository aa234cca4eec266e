/** Zeros over sectors of a disk: what begins there is no image any more, and not one sector beside it is touched. */
import type { PlannedProgram } from '../../shared/flash-plan.ts';
import { ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import type { FirehoseLink } from './link.ts';
import { type ProgramOptions, programFile } from './program.ts';

export function clearSectors(
  link: FirehoseLink,
  program: PlannedProgram,
  options: ProgramOptions,
): Promise<Result<void, FirehoseFailure>> {
  const sizeBytes = program.sectorCount * sectorBytesOf(options.flash.storage);
  const zeros = async (_offsetBytes: number, lengthBytes: number): Promise<Result<Uint8Array, never>> =>
    ok(new Uint8Array(lengthBytes));
  return programFile(link, { ...program, sizeBytes }, zeros, options);
}
