/** Stages of earlier runs: taken up again where the journal still names them, removed where nobody does. */
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { codeOf } from './error-code.ts';
import { STALE_STAGES_MAX } from './limits.ts';
import { isOwned, OWNER_SUFFIX, ownStage } from './owner-file.ts';
import type { StagePlatform } from './platform.ts';
import { makeStage, removeStage, type Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';
import { checkStageProof, type StageProof } from './stage-proof.ts';
import { BASE_DIRECTORY, OWN_PREFIX, SHARED_MEMORY_DIRECTORY, SHARED_PREFIX } from './stage-wish.ts';

/** The stage that `proof` was taken of, if it is still that one. What lies in it is not trusted: verify it. */
export async function adoptStage(
  proof: StageProof,
  platform: StagePlatform,
): Promise<Result<Stage, StageFailure>> {
  const checked = await checkStageProof(proof, platform);
  if (!checked.ok) return checked;
  if (proof.kind !== 'disk') await ownStage(proof.directory, platform);
  return ok(makeStage(proof, `staged at ${proof.directory}, taken up from an earlier run`, platform));
}

export type StaleSearch = {
  readonly platform: StagePlatform;
  /** Directories of stages that a journal still names. */
  readonly keep: readonly string[];
  readonly baseDirectory?: string;
  readonly sharedMemoryDirectory?: string;
};

/** Removes stages in memory whose process is gone. Stages on disks stay: they are kept on purpose. */
export async function removeStaleStages(
  search: StaleSearch,
): Promise<Result<{ readonly removed: readonly string[] }, StageFailure>> {
  const places = [
    { kind: 'own-tmpfs', parent: search.baseDirectory ?? BASE_DIRECTORY, prefix: OWN_PREFIX },
    {
      kind: 'shared-memory',
      parent: search.sharedMemoryDirectory ?? SHARED_MEMORY_DIRECTORY,
      prefix: SHARED_PREFIX,
    },
  ] as const;
  const removed: string[] = [];
  for (const { kind, parent, prefix } of places) {
    for (const directory of await stagesBelow(parent, prefix)) {
      if (removed.length === STALE_STAGES_MAX) return ok({ removed });
      if (search.keep.includes(directory) || (await isOwned(directory, search.platform))) continue;
      const gone = await removeStage({ directory, kind }, search.platform);
      if (!gone.ok) return err(gone.failure);
      removed.push(directory);
    }
  }
  return ok({ removed });
}

/** Shared memory is everyone's: what another user has put there under our name is left alone. */
async function stagesBelow(parent: string, prefix: string): Promise<readonly string[]> {
  try {
    const real = await realpath(parent);
    const names = (await readdir(real)).filter((name) => name.startsWith(prefix));
    const directories = new Set(names.map((name) => join(real, name.replace(OWNER_SUFFIX, ''))));
    const ours = await Promise.all([...directories].map(isOursOrGone));
    return [...directories].filter((_, i) => ours[i]);
  } catch (error) {
    codeOf(error);
    return [];
  }
}

async function isOursOrGone(directory: string): Promise<boolean> {
  try {
    const found = await lstat(directory);
    return found.isDirectory() && found.uid === process.getuid?.();
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}
