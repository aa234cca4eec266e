/** Judges what the bytes of a package say of themselves: the programmer, and the partition table it brings along. */
import type { ModelEntry } from '../catalogue.ts';
import type { FlashPlan } from '../flash-plan.ts';
import { parseGpt } from '../gpt.ts';
import { findMovedRange, type NamedRange, parsePartitionTable } from '../partition-table.ts';
import { judgeProgrammerImage } from '../programmer-image.ts';
import type { StorageGeometry } from '../storage.ts';
import { errorAt, type Finding } from './finding.ts';
import { programmerWords } from './sentences.ts';

/** Only a file of this name is taken for the table. */
const PARTITION_TABLE = /(^|\/)partition[^/]*\.mbn$/i;

export function judgeProgrammer(
  file: string,
  head: Uint8Array | null,
  sizeBytes: number,
): readonly Finding[] {
  const defect = judgeProgrammerImage(head ?? new Uint8Array(), sizeBytes);
  if (defect === null) return [];
  return [errorAt('programmer-not-an-image', { file }, `The programmer ${programmerWords(defect)}.`)];
}

/** The file of the plan that holds the partition table; null where it writes none. On a disk it begins with sector 0. */
export function partitionTableFile({
  programs,
  storage,
}: Pick<FlashPlan, 'programs' | 'storage'>): string | null {
  const holds = (program: FlashPlan['programs'][number]) =>
    storage.type === 'nand' ? PARTITION_TABLE.test(program.path) : program.startSector === 0;
  return programs.find(holds)?.path ?? null;
}

export function readPartitions(
  file: string | null,
  head: (path: string) => Uint8Array | null,
  storage: StorageGeometry,
): readonly NamedRange[] | null {
  const bytes = file === null ? null : head(file);
  if (bytes === null) return null;
  return storage.type === 'nand'
    ? parsePartitionTable(bytes, storage)
    : (parseGpt(bytes)?.partitions ?? null);
}

export function judgePartitions(
  file: string | null,
  partitions: readonly NamedRange[] | null,
  entry: ModelEntry,
): readonly Finding[] {
  const moved = partitions === null ? null : findMovedRange(partitions, entry.protectedRanges);
  if (moved === null) return [];
  const { wanted, found } = moved;
  const sentence = `Its partition table puts ${found.name} at ${found.startSector}+${found.sectorCount}, where ${entry.name} has it at ${wanted.startSector}+${wanted.sectorCount}: it is for another module.`;
  return [errorAt('partition-table-contradicts-model', { file }, sentence)];
}
