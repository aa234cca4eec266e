/**
 * Where a package is staged, chosen by measured facts (design 6): a tmpfs of our own where memory holds it; where
 * mounting is not permitted, a private directory in shared memory, said so; or a disk that was named. Else it is
 * refused with the numbers.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import { adoptLeftStage } from './adopt-stage.ts';
import { codeOf } from './error-code.ts';
import { judgeMemory } from './judge-memory.ts';
import { isInMemory, TMPFS_TYPE } from './platform.ts';
import { prepareDiskStage } from './prepare-disk-stage.ts';
import { makeStage, removeStage, type Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';
import { type StageProof, takeStageProof } from './stage-proof.ts';
import { claimDirectory, holdStage } from './stage-record.ts';
import { OWN_PREFIX, SHARED_PREFIX, type StageWish, stageSizeBytes } from './stage-wish.ts';

export async function prepareStage(
  wish: StageWish,
  signal: AbortSignal,
): Promise<Result<Stage, StageFailure>> {
  if (signal.aborted) return err({ reason: 'interrupted' });
  const sizeBytes = stageSizeBytes(wish.neededBytes);
  if (wish.wanted !== 'auto') return prepareDiskStage(wish, sizeBytes);

  const left = await adoptLeftStage(wish);
  if (left !== null) return ok(left);
  const memory = await judgeMemory(wish, sizeBytes);
  if (!memory.ok) return memory;
  const own = await mountOwn(wish, sizeBytes);
  if (own.ok || own.failure.reason !== 'mount-refused') return own;
  return shareMemory(wish, sizeBytes, own.failure.said);
}

async function mountOwn(wish: StageWish, sizeBytes: number): Promise<Result<Stage, StageFailure>> {
  const { platform } = wish;
  const base = platform.memoryPlaces.own;
  let directory: string;
  try {
    await mkdir(base, { recursive: true, mode: 0o700 });
    directory = await claimDirectory(await realpath(base), OWN_PREFIX, platform);
  } catch (error) {
    return err({ reason: 'mount-refused', directory: base, said: `${base}: ${codeOf(error)}` });
  }
  const mounted = await platform.mountTmpfs(directory, sizeBytes);
  if (!mounted.ok) {
    await removeStage({ directory, kind: 'own-tmpfs' }, platform);
    return err({ reason: 'mount-refused', directory, said: mounted.failure.said });
  }
  const proof = await takeStageProof(directory, 'own-tmpfs', platform);
  const ours = proof.ok ? judgeOwnTmpfs(proof.value) : proof;
  if (!ours.ok) {
    await removeStage({ directory, kind: 'own-tmpfs' }, platform);
    return ours;
  }
  await holdStage(directory, { name: wish.name ?? null, proof: ours.value }, platform);
  const says = `staged in memory, on a tmpfs of its own at ${directory} (${mebibytes(sizeBytes)} MiB)`;
  return ok(makeStage(ours.value, says, platform));
}

/** `mount` may say yes and have mounted nothing, or something else, there. */
function judgeOwnTmpfs(proof: StageProof): Result<StageProof, StageFailure> {
  const { directory, mountPoint, filesystem, typeNumber } = proof;
  if (mountPoint !== directory) return err({ reason: 'stage-unmounted', directory, mountPoint: directory });
  if (typeNumber === TMPFS_TYPE && filesystem === 'tmpfs') return ok(proof);
  return err({ reason: 'wrong-filesystem', directory, wanted: 'tmpfs', found: filesystem });
}

async function shareMemory(
  wish: StageWish,
  sizeBytes: number,
  said: string,
): Promise<Result<Stage, StageFailure>> {
  const { platform } = wish;
  const { shared } = platform.memoryPlaces;
  const fileSystem = await platform.fileSystem(shared);
  if (!fileSystem.ok || !isInMemory(fileSystem.value))
    return err({ reason: 'mount-refused', directory: shared, said });
  const { availableBytes } = fileSystem.value;
  if (availableBytes < sizeBytes)
    return err({ reason: 'stage-full', directory: shared, neededBytes: sizeBytes, availableBytes });
  let directory: string;
  try {
    directory = await claimDirectory(await realpath(shared), SHARED_PREFIX, platform);
  } catch (error) {
    return err({ reason: 'directory-unusable', directory: shared, code: codeOf(error) });
  }
  const proof = await takeStageProof(directory, 'shared-memory', platform);
  if (!proof.ok) {
    await removeStage({ directory, kind: 'shared-memory' }, platform);
    return proof;
  }
  await holdStage(directory, { name: wish.name ?? null, proof: proof.value }, platform);
  const says = `staged in shared memory at ${directory}, because a tmpfs of its own could not be had (${said})`;
  return ok(makeStage(proof.value, says, platform));
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}
