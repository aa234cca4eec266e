/** The files that one change of a model brings: each signed and stored under a number of its own, never replaced. */
import { metadataKey, targetKey } from '../../shared/bucket-keys.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { ROLLOUT_NAME, type Rollout } from '../../shared/rollout.ts';
import type { MetaFile, SnapshotMetadata, TargetFile } from '../../shared/trust/documents.ts';
import type { Due } from '../../shared/trust/due.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
import { metaFileOf, signRollout, signSnapshot } from '../../shared/trust/sign-online.ts';
import type { StoreFailure } from '../store/object-store.ts';
import type { OnlineRepository } from './online-repository.ts';
import type { Change, Visible } from './visible.ts';

/** One attempt of `advance`: what was found, and what is to change. */
export type Step = {
  readonly repository: OnlineRepository;
  readonly model: ModelId;
  readonly change: Change;
  readonly visible: Visible;
  readonly due: Due;
  readonly nowMs: number;
  readonly attempt: number;
};

type Written<T> = Result<T | 'taken', StoreFailure>;
type Listed = SnapshotMetadata['signed']['meta'];

/** Versions follow the clock, so that they never go back. A number that a writer who was cut took is skipped. */
export function nextVersion(former: number | undefined, { nowMs, attempt }: Step): number {
  return Math.max((former ?? 0) + 1, Math.floor(nowMs / 1000)) + attempt;
}

/** The rollout role's next file; null where the present one stays. */
export async function nextRollout(step: Step): Promise<Written<MetaFile | null>> {
  const { repository, model, change, due, visible } = step;
  const signer = repository.signers.rollout;
  // A renewal cannot change the key: only targets metadata can delegate to another one.
  const keyIsNew = visible.rollout?.keyId !== signer.keyId;
  const isNeeded =
    change.kind === 'rollout' || (change.kind === 'targets' && keyIsNew) || (due.rollout && !keyIsNew);
  if (!isNeeded) return ok(null);
  const document = await storeRollout(step);
  if (!document.ok) return document;
  const version = nextVersion(visible.rollout?.version, step);
  const text = await signRollout({ model, version, signer, nowMs: step.nowMs }, document.value);
  return write(step, 'rollout', version, text);
}

/** The snapshot that lists the given rollout and the changed targets; null where the present one stays. */
export async function nextSnapshot(step: Step, rollout: MetaFile | null): Promise<Written<MetaFile | null>> {
  const { repository, model, change, due, visible } = step;
  if (change.kind === 'renewal' && rollout === null && !due.snapshot) return ok(null);
  const present: Partial<Listed> = visible.state?.snapshot.signed.meta ?? {};
  const listed = {
    targets: change.kind === 'targets' ? change.file : present['targets.json'],
    rollout: rollout ?? present['rollout.json'],
  };
  const { targets, rollout: role } = listed;
  if (targets === undefined || role === undefined) throw new Error('a snapshot needs targets and a rollout');
  const version = nextVersion(visible.state?.snapshot.signed.version, step);
  const signer = repository.signers.snapshot;
  const text = await signSnapshot({ model, version, signer, nowMs: step.nowMs }, { targets, rollout: role });
  return write(step, 'snapshot', version, text);
}

async function write(
  { repository, model }: Step,
  role: 'rollout' | 'snapshot',
  version: number,
  text: string,
): Promise<Written<MetaFile>> {
  const put = await repository.store.create(metadataKey(model, role, version), utf8(text));
  if (!put.ok) return put;
  return ok(put.value === 'was-there' ? 'taken' : await metaFileOf(version, utf8(text)));
}

/** The rollout document as it will be listed, stored where it is new. */
async function storeRollout({
  repository,
  model,
  change,
  visible,
}: Step): Promise<Result<TargetFile, StoreFailure>> {
  if (change.kind !== 'rollout' && visible.rollout !== null) return ok(visible.rollout.listed);
  const nothing: Rollout = { format: 'cistern-rollout/1', model, releases: [] };
  const document = change.kind === 'rollout' ? change.document : utf8(JSON.stringify(nothing));
  const sha256 = await sha256Hex(document);
  const key = targetKey(model, consistentTargetPath(targetPath(model, ROLLOUT_NAME), sha256));
  const put = await repository.store.create(key, document);
  return put.ok ? ok({ length: document.length, hashes: { sha256 } }) : put;
}
