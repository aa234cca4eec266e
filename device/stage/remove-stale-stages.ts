/** Stages in memory that no run holds and none will take up. Stages on disks stay: they are kept on purpose. */
import { proofToTakeUp, type StageInMemory, stagesLeftInMemory } from './left-in-memory.ts';
import type { StagePlatform } from './platform.ts';
import { type Removal, removeStages } from './stage.ts';

export type StaleSearch = {
  readonly platform: StagePlatform;
  /** Directories of stages that a journal still names. */
  readonly keep: readonly string[];
  /** Which of those stay that a later run may take up, by their name. */
  readonly spares: (name: string) => boolean;
};

export async function removeStaleStages({ platform, keep, spares }: StaleSearch): Promise<Removal> {
  const stale: StageInMemory[] = [];
  for (const left of await stagesLeftInMemory(platform)) {
    const name = left.record?.name ?? null;
    const isSpared = name !== null && spares(name) && (await proofToTakeUp(left, platform)) !== null;
    if (!isSpared && !keep.includes(left.directory)) stale.push(left);
  }
  return removeStages(stale, platform);
}
