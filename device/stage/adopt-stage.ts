/** Stages of earlier runs that are taken up again. What lies in them is not trusted: verify it. */
import { ok, type Result } from '../../shared/result.ts';
import { judgeRoom } from './judge-room.ts';
import { stagesToTakeUp } from './left-in-memory.ts';
import type { StagePlatform } from './platform.ts';
import { makeStage, type Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';
import { checkStageProof, type StageProof } from './stage-proof.ts';
import { holdStage, readRecord } from './stage-record.ts';
import type { StageWish } from './stage-wish.ts';

/** The stage that `proof` was taken of, if it is still that one. */
export async function adoptStage(
  proof: StageProof,
  platform: StagePlatform,
): Promise<Result<Stage, StageFailure>> {
  const checked = await checkStageProof(proof, platform);
  if (!checked.ok) return checked;
  const { directory, kind } = proof;
  if (kind !== 'disk') {
    const name = (await readRecord(directory))?.name ?? null;
    await holdStage(directory, { name, proof }, platform);
  }
  return ok(makeStage(proof, `staged at ${directory}, taken up from an earlier run`, platform));
}

/** What a run that was killed or broken off left in memory under the same name, where it holds the rest too. */
export async function adoptLeftStage(wish: StageWish): Promise<Stage | null> {
  if (wish.name === undefined) return null;
  for (const proof of await stagesToTakeUp(wish.name, wish.platform)) {
    if (!(await judgeRoom(proof.directory, wish, wish.neededBytes)).ok) continue;
    const adopted = await adoptStage(proof, wish.platform);
    if (adopted.ok) return adopted.value;
  }
  return null;
}
