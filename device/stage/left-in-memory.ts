/**
 * Stages in memory: of runs that have ended, killed or broken off by a line that may be better the next time, and what
 * those of living runs are still going to take.
 */
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './error-code.ts';
import { STAGE_LEFT_MAX_MS, STALE_STAGES_MAX } from './limits.ts';
import type { StagePlatform } from './platform.ts';
import { checkStageProof, type StageProof } from './stage-proof.ts';
import { isHeld, RECORD_SUFFIX, readRecord, recordFiles, type StageRecord } from './stage-record.ts';
import { OWN_PREFIX, SHARED_PREFIX } from './stage-wish.ts';

export type StageInMemory = {
  readonly directory: string;
  readonly kind: Exclude<StageProof['kind'], 'disk'>;
  /** Null where nothing says what it is. */
  readonly record: StageRecord | null;
};

/** Those that no living process holds. */
export async function stagesLeftInMemory(platform: StagePlatform): Promise<readonly StageInMemory[]> {
  const all = await stagesInMemory(platform);
  return all.filter(({ record }) => !isHeld(record, platform)).slice(0, STALE_STAGES_MAX);
}

/**
 * What living runs have mounted for themselves and not filled yet: the system still counts it as available. In shared
 * memory nobody can see how much a run is going to take.
 */
export async function promisedBytes(platform: StagePlatform): Promise<number> {
  let bytes = 0;
  for (const { directory, kind, record } of await stagesInMemory(platform)) {
    if (kind !== 'own-tmpfs' || !isHeld(record, platform) || record?.proof?.directory !== directory) continue;
    const isMounted = (await checkStageProof(record.proof, platform)).ok;
    const fileSystem = isMounted ? await platform.fileSystem(directory) : null;
    if (fileSystem?.ok) bytes += fileSystem.value.availableBytes;
  }
  return bytes;
}

async function stagesInMemory(platform: StagePlatform): Promise<readonly StageInMemory[]> {
  const { own, shared } = platform.memoryPlaces;
  const places = [
    { kind: 'own-tmpfs', parent: own, prefix: OWN_PREFIX },
    { kind: 'shared-memory', parent: shared, prefix: SHARED_PREFIX },
  ] as const;
  const stages: StageInMemory[] = [];
  for (const { kind, parent, prefix } of places) {
    for (const directory of await stagesBelow(parent, prefix))
      stages.push({ directory, kind, record: await readRecord(directory) });
  }
  return stages;
}

/** Those that the next run of this name may take up, or read. */
export async function stagesToTakeUp(name: string, platform: StagePlatform): Promise<readonly StageProof[]> {
  const proofs: StageProof[] = [];
  for (const left of await stagesLeftInMemory(platform)) {
    const proof = left.record?.name === name ? await proofToTakeUp(left, platform) : null;
    if (proof !== null) proofs.push(proof);
  }
  return proofs;
}

/** The proof by which the next run of its name may take it up; null where it is another's, too old, or not what it was. */
export async function proofToTakeUp(
  { directory, record }: StageInMemory,
  platform: StagePlatform,
): Promise<StageProof | null> {
  if (record === null || record.name === null || record.proof?.directory !== directory) return null;
  if (platform.uptimeMs() - record.atUptimeMs > STAGE_LEFT_MAX_MS) return null;
  const checked = await checkStageProof(record.proof, platform);
  return checked.ok ? record.proof : null;
}

/** Shared memory is everyone's: what another user has put there under our name is left alone. */
async function stagesBelow(parent: string, prefix: string): Promise<readonly string[]> {
  try {
    const real = await realpath(parent);
    const names = (await readdir(real)).filter((name) => name.startsWith(prefix));
    const directories = new Set(names.map((name) => join(real, name.replace(RECORD_SUFFIX, ''))));
    const ours = await Promise.all([...directories].map(isOurs));
    return [...directories].filter((_, i) => ours[i]);
  } catch (error) {
    codeOf(error);
    return [];
  }
}

/** The directory, or where it is gone what stands beside it. */
async function isOurs(directory: string): Promise<boolean> {
  for (const path of [directory, ...recordFiles(directory)]) {
    try {
      const found = await lstat(path);
      return found.uid === process.getuid?.() && found.isDirectory() === (path === directory);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return false;
    }
  }
  return false;
}
