/** What the staged bytes say of themselves: the programmer, and the partition table that the package brings along. */

import type { FlashPlan } from '../../shared/flash-plan.ts';
import { partitionTableFile, readPartitions } from '../../shared/lint/images.ts';
import { findMovedRange, type NamedRange, PARTITION_TABLE_HEAD_BYTES } from '../../shared/partition-table.ts';
import {
  judgeProgrammerImage,
  PROGRAMMER_HEAD_BYTES,
  type ProgrammerDefect,
} from '../../shared/programmer-image.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import type { StagedPackage } from '../stage/staged-package.ts';

export type StagedImageFailure =
  | StageFailure
  | { readonly reason: 'programmer-not-an-image'; readonly path: string; readonly defect: ProgrammerDefect }
  /** The package's own partition table puts calibration elsewhere: it is for another module. */
  | {
      readonly reason: 'partition-table-contradicts-model';
      readonly partition: string;
      readonly wantedSector: number;
      readonly foundSector: number;
    };

export async function judgeStagedProgrammer(
  staged: StagedPackage,
): Promise<Result<void, StagedImageFailure>> {
  const path = staged.manifest.flash.programmer;
  const head = await staged.readFile(path, 0, PROGRAMMER_HEAD_BYTES);
  if (!head.ok) return head;
  const sizeBytes = staged.manifest.files.find((file) => file.path === path)?.sizeBytes ?? 0;
  const defect = judgeProgrammerImage(head.value, sizeBytes);
  return defect === null ? ok() : err({ reason: 'programmer-not-an-image', path, defect });
}

/** The partitions as the package names them; null where it brings no table. */
export async function readStagedPartitions(
  staged: StagedPackage,
  plan: FlashPlan,
): Promise<Result<readonly NamedRange[] | null, StagedImageFailure>> {
  const path = partitionTableFile(plan);
  if (path === null) return ok(null);
  const head = await staged.readFile(path, 0, PARTITION_TABLE_HEAD_BYTES);
  if (!head.ok) return head;
  const partitions = readPartitions(path, () => head.value, plan.storage);
  const moved = partitions === null ? null : findMovedRange(partitions, plan.protectedRanges);
  if (moved === null) return ok(partitions);
  return err({
    reason: 'partition-table-contradicts-model',
    partition: moved.found.name,
    wantedSector: moved.wanted.startSector,
    foundSector: moved.found.startSector,
  });
}
