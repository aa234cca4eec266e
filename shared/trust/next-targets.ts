/**
 * Whether targets metadata may follow what is published: signature, version, model, delegation, names. Who publishes
 * asks it before sending, and who is sent to asks it again. Whether the listed things are stored is another question.
 */
import { MODEL_ENTRY_NAME } from '../catalogue.ts';
import { RELEASES_PER_MODEL_MAX, TARGETS_PER_MODEL_MAX } from '../limits.ts';
import type { ModelId } from '../model.ts';
import { err, ok, type Result } from '../result.ts';
import type { RootMetadata, TargetsMetadata } from './documents.ts';
import type { Signer } from './keys.ts';
import { MODEL_FIELD, rolloutPaths, targetPath } from './roles.ts';
import { isSignedBy } from './signed-by.ts';
import { targetKind, targetName } from './target-path.ts';

export type TargetsRefused = { readonly reason: 'targets-refused'; readonly why: string };

export type TargetsExpectation = {
  readonly model: ModelId;
  readonly version: number;
  readonly root: RootMetadata['signed'];
  /** Whom the metadata must delegate the rollout to. */
  readonly rollout: Pick<Signer, 'keyId' | 'key'>;
  readonly nowMs: number;
};

export async function judgeNextTargets(
  next: TargetsMetadata,
  expected: TargetsExpectation,
): Promise<Result<TargetsMetadata['signed'], TargetsRefused>> {
  const { signed } = next;
  if (!(await isSignedBy(expected.root.roles.targets, expected.root.keys, next))) {
    return refuse('The metadata is not signed by the targets role of the current root.');
  }
  const found = signed[MODEL_FIELD];
  if (found !== expected.model)
    return refuse(`The metadata was signed for ${found}, not for ${expected.model}.`);
  if (signed.version !== expected.version) {
    return refuse(
      `The next version is ${expected.version}, and the metadata is of version ${signed.version}.`,
    );
  }
  if (Date.parse(signed.expires) <= expected.nowMs)
    return refuse(`The metadata expired on ${signed.expires}.`);
  if (!delegatesRollout(signed, expected)) {
    return refuse(
      `It must delegate "rollout", and nothing else, to key ${expected.rollout.keyId} for ${rolloutPaths(expected.model)}.`,
    );
  }
  return checkNames(signed, expected.model);
}

function delegatesRollout(signed: TargetsMetadata['signed'], expected: TargetsExpectation): boolean {
  const [role, ...others] = signed.delegations.roles;
  const { keyId, key } = expected.rollout;
  return (
    role !== undefined &&
    others.length === 0 &&
    role.name === 'rollout' &&
    role.threshold === 1 &&
    role.keyids.length === 1 &&
    role.keyids[0] === keyId &&
    Object.keys(signed.delegations.keys).join() === keyId &&
    // The id alone would let through another key under it, with which no device verifies the rollout.
    signed.delegations.keys[keyId]?.keyval.public === key.keyval.public &&
    role.paths.join() === rolloutPaths(expected.model).join()
  );
}

function checkNames(
  signed: TargetsMetadata['signed'],
  model: ModelId,
): Result<TargetsMetadata['signed'], TargetsRefused> {
  const paths = Object.keys(signed.targets);
  if (paths.length > TARGETS_PER_MODEL_MAX)
    return refuse(`It lists ${paths.length} targets; ${TARGETS_PER_MODEL_MAX} are taken.`);
  for (const path of paths) {
    const name = targetName(model, path);
    if (name === null) return refuse(`Target ${path} is not of the form ${model}/<name>.`);
    const kind = targetKind(name);
    if (kind === null) return refuse(`Target ${path} is neither JSON nor a .caibx index.`);
    // Top-level targets are searched before delegations: one listed here would hide every later halt.
    if (kind === 'rollout')
      return refuse(`${path} belongs to the rollout role and must not be listed by targets.`);
  }
  if (signed.targets[targetPath(model, MODEL_ENTRY_NAME)] === undefined) {
    return refuse(`${targetPath(model, MODEL_ENTRY_NAME)} is not listed.`);
  }
  const releases = paths.filter((path) => targetKind(targetName(model, path) ?? '') === 'manifest').length;
  if (releases > RELEASES_PER_MODEL_MAX)
    return refuse(`It lists ${releases} releases; ${RELEASES_PER_MODEL_MAX} are taken.`);
  return ok(signed);
}

function refuse(why: string): Result<never, TargetsRefused> {
  return err({ reason: 'targets-refused', why });
}
