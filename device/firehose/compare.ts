/** Read-back: every programmed page against the staged file, byte for byte (P4). */
import type { PlannedProgram } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import type { FirehoseLink } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';
import { readSectors } from './read.ts';
import { type FirehoseStorage, sectorBytesOf } from './storage.ts';
import { type ImageSource, paddedWindow } from './write.ts';

export async function compareFile<E>(
  link: FirehoseLink,
  program: PlannedProgram,
  source: ImageSource<E>,
  options: { readonly storage: FirehoseStorage; readonly onProgress: (comparedBytes: number) => void },
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure | E>> {
  const { storage, onProgress } = options;
  const sectorBytes = sectorBytesOf(storage);
  const totalBytes = program.sectorCount * sectorBytes;
  let offset = 0;
  const take = async (piece: Uint8Array): Promise<Result<void, FirehoseFailure | E>> => {
    const expected = await paddedWindow(source, program.sizeBytes, offset, piece.length);
    if (!expected.ok) return expected;
    const at = firstDifference(piece, expected.value);
    if (at !== -1) {
      return err({
        reason: 'read-back-differs',
        sector: program.startSector + Math.floor((offset + at) / sectorBytes),
      });
    }
    offset += piece.length;
    onProgress(piece.length);
    return ok();
  };
  return readSectors(link, rangeAttributes(program, storage), totalBytes, take, signal);
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i;
  return -1;
}
