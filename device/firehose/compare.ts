/** Read-back: every programmed page against the staged file, byte for byte (P4). */
import type { PlannedProgram } from '../../shared/flash-plan.ts';
import { giveBack } from '../../shared/give-back.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { differenceFinder } from './first-difference.ts';
import { type ImageSource, readAhead } from './image.ts';
import { SOURCE_WINDOW_BYTES } from './limits.ts';
import type { FirehoseLink } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';
import { readSectors } from './read.ts';
import type { FirehoseStorage } from './storage.ts';

export type CompareOptions = {
  readonly storage: FirehoseStorage;
  readonly onProgress: (comparedBytes: number) => void;
};

/** `read-back-differs` names the first page that does. */
export async function compareFile<E>(
  link: FirehoseLink,
  program: PlannedProgram,
  source: ImageSource<E>,
  { storage, onProgress }: CompareOptions,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure | E>> {
  const sectorBytes = sectorBytesOf(storage);
  const totalBytes = program.sectorCount * sectorBytes;
  const windows = readAhead({ source, fileBytes: program.sizeBytes, totalBytes }, SOURCE_WINDOW_BYTES);
  const findDifference = differenceFinder(SOURCE_WINDOW_BYTES);
  let expected: Uint8Array = new Uint8Array();
  let comparedBytes = 0;
  const take = async (piece: Uint8Array): Promise<Result<void, FirehoseFailure | E>> => {
    for (let rest = piece; rest.length > 0; ) {
      if (expected.length === 0) {
        const window = await windows.next();
        if (window.done) throw new Error('more was read back than was written');
        if (!window.value.ok) return window.value;
        expected = window.value.value;
      }
      const length = Math.min(rest.length, expected.length);
      const at = findDifference(rest.subarray(0, length), expected.subarray(0, length));
      if (at !== -1) {
        const sector = program.startSector + Math.floor((comparedBytes + at) / sectorBytes);
        return err({ reason: 'read-back-differs', sector });
      }
      comparedBytes += length;
      rest = rest.subarray(length);
      expected = expected.subarray(length);
    }
    onProgress(piece.length);
    giveBack(piece);
    return ok();
  };
  try {
    return await readSectors(link, rangeAttributes(program, storage), totalBytes, take, signal);
  } finally {
    await windows.return(undefined);
  }
}
