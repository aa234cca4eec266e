/** A prepared place for a package, and its end. */
import { rm, rmdir } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import { codeOf } from './error-code.ts';
import { STACKED_MOUNTS_MAX } from './limits.ts';
import { isAtOrBelow, parseMountTable } from './mount-table.ts';
import type { StagePlatform } from './platform.ts';
import type { StageFailure } from './stage-failure.ts';
import type { StageProof } from './stage-proof.ts';
import { leaveStage, removeRecord } from './stage-record.ts';

export type Stage = {
  /** A casync chunk store: `<id[0:4]>/<id>.cacnk` below it. */
  readonly directory: string;
  readonly proof: StageProof;
  readonly platform: StagePlatform;
  /** A sentence for people: where the package is staged, and why there. */
  readonly says: string;
  /** Unmounts and removes everything; once done, doing it again does nothing. */
  readonly release: () => Promise<Result<void, StageFailure>>;
  /** The end of a run that did not need it: one in memory is released, one on a disk keeps what was fetched. */
  readonly setAside: () => Promise<Result<void, StageFailure>>;
  /** Kept for the next run of its name, wherever it is: in memory until that run, or another that needs the memory. */
  readonly leave: () => Promise<void>;
};

export function makeStage(proof: StageProof, says: string, platform: StagePlatform): Stage {
  const { directory } = proof;
  let released = false;
  const release = async (): Promise<Result<void, StageFailure>> => {
    if (released) return ok();
    const removed = await removeStage(proof, platform);
    released = removed.ok;
    return removed;
  };
  return {
    directory,
    proof,
    platform,
    says,
    release,
    setAside: async () => {
      if (proof.kind !== 'disk') return release();
      await removeIfEmpty(directory);
      return ok();
    },
    leave: async () => {
      if (proof.kind !== 'disk') await leaveStage(proof, platform);
    },
  };
}

/** A stage on a disk into which nothing came is nothing to keep. */
export async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(codeOf);
}

/** Removes a stage's directory, whatever became of the mount on it. On a disk only our own directory goes. */
export async function removeStage(
  { directory, kind }: Pick<StageProof, 'directory' | 'kind'>,
  platform: StagePlatform,
): Promise<Result<void, StageFailure>> {
  if (kind === 'own-tmpfs') {
    const unmounted = await unmountAll(directory, platform);
    if (!unmounted.ok) return unmounted;
  }
  const table = parseMountTable(await platform.mountText());
  if (table.some((mount) => isAtOrBelow(mount.mountPoint, directory))) {
    return err({ reason: 'unmount-refused', directory, said: 'another filesystem is mounted there' });
  }
  try {
    await rm(directory, { recursive: true, force: true });
    await removeRecord(directory);
    return ok();
  } catch (error) {
    return err({ reason: 'directory-unusable', directory, code: codeOf(error) });
  }
}

export type Removal = {
  readonly removed: readonly string[];
  readonly failed: readonly { readonly directory: string; readonly failure: StageFailure }[];
};

/** Of earlier runs, one after another: what holds one of them holds none of the others. */
export async function removeStages(
  stages: readonly Pick<StageProof, 'directory' | 'kind'>[],
  platform: StagePlatform,
): Promise<Removal> {
  const removed: string[] = [];
  const failed: Removal['failed'][number][] = [];
  for (const { directory, kind } of stages) {
    const gone = await removeStage({ directory, kind }, platform);
    if (gone.ok) removed.push(directory);
    else failed.push({ directory, failure: gone.failure });
  }
  return { removed, failed };
}

async function unmountAll(directory: string, platform: StagePlatform): Promise<Result<void, StageFailure>> {
  for (let i = 0; i < STACKED_MOUNTS_MAX; i++) {
    const table = parseMountTable(await platform.mountText());
    if (!table.some((mount) => mount.mountPoint === directory)) return ok();
    const gently = await platform.unmount(directory, { lazily: false });
    if (gently.ok) continue;
    const lazily = await platform.unmount(directory, { lazily: true });
    if (!lazily.ok) return err({ reason: 'unmount-refused', directory, said: lazily.failure.said });
  }
  return ok();
}
