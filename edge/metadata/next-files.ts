/** The files that one change of a model brings: each signed, stored under a number of its own, never replaced. */

import { metadataKey, timestampKey } from '../../shared/bucket-keys.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256 } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { type MetaFile, snapshotSchema, timestampSchema } from '../../shared/trust/documents.ts';
import type { Due } from '../../shared/trust/due.ts';
import { metaFileOf, signRollout, signSnapshot, signTimestamp } from '../../shared/trust/sign-online.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { putOnce } from '../store/put-once.ts';
import type { Change } from './change.ts';
import { type Published, type PublishedState, readJson, stateAsCustomMetadata } from './published.ts';
import type { MetadataRepository } from './repository.ts';
import { currentRolloutDocument, emptyRollout, storeRolloutDocument } from './rollout-document.ts';

/** One attempt of `advance`: what was found, and what is to change. */
export type Step = {
  readonly repository: MetadataRepository;
  readonly model: ModelId;
  readonly change: Change;
  readonly due: Due;
  readonly nowMs: number;
  readonly attempt: number;
  readonly published: Published | null;
};

/** A role's file as it will be listed, and when it was signed; `file` is null for one that stays as it is. */
type RolloutStep = { readonly file: MetaFile | null; readonly signedAtMs: number; readonly keyId: string };
type SnapshotStep = {
  readonly file: MetaFile;
  readonly isNew: boolean;
  readonly targetsVersion: number;
  readonly rolloutVersion: number;
};

/** The rollout role's next file, or the present one where nothing about it is due. */
export async function nextRollout(step: Step): Promise<RolloutStep | 'taken'> {
  const { repository, model, change, due, published } = step;
  const state = published?.state;
  const keyIsNew = state?.rolloutKeyId !== repository.signers.rollout.keyId;
  // A renewal cannot change the key: only targets metadata can delegate to another one.
  const isNeeded =
    change.kind === 'rollout' || (change.kind === 'targets' && keyIsNew) || (due.rollout && !keyIsNew);
  if (state !== undefined && !isNeeded) {
    return { file: null, signedAtMs: state.rolloutSignedAtMs, keyId: state.rolloutKeyId };
  }
  const document =
    change.kind === 'rollout' || state === undefined
      ? await storeRolloutDocument(
          repository.bucket,
          model,
          change.kind === 'rollout' ? change.document : emptyRollout(model),
        )
      : await currentRolloutDocument(repository.bucket, model, state);
  const version = nextVersion(state?.rolloutVersion ?? 0, step);
  const signer = repository.signers.rollout;
  const bytes = utf8(await signRollout({ model, version, signer, nowMs: step.nowMs }, document));
  const put = await putOnce(repository.bucket, metadataKey(model, 'rollout', version), bytes);
  if (put === 'different') return 'taken';
  return { file: await metaFileOf(version, bytes), signedAtMs: step.nowMs, keyId: signer.keyId };
}

/** The snapshot that lists the given rollout and the changed targets, or the present one. */
export async function nextSnapshot(step: Step, rollout: RolloutStep): Promise<SnapshotStep | 'taken'> {
  const { repository, model, change, due, published } = step;
  const state = published?.state;
  const isNeeded = change.kind !== 'renewal' || rollout.file !== null || due.snapshot;
  if (published !== null && !isNeeded) {
    const file = timestampSchema.parse(JSON.parse(published.text)).signed.meta['snapshot.json'];
    const { targetsVersion, rolloutVersion } = published.state;
    return { file, isNew: false, targetsVersion, rolloutVersion };
  }
  const listed =
    state === undefined ? null : await currentSnapshot(repository.bucket, model, state.snapshotVersion);
  const targets =
    change.kind === 'targets' ? await metaFileOf(change.version, change.bytes) : listed?.['targets.json'];
  const rolloutFile = rollout.file ?? listed?.['rollout.json'];
  if (targets === undefined || rolloutFile === undefined)
    throw new Error('a snapshot needs targets and a rollout');
  const version = nextVersion(state?.snapshotVersion ?? 0, step);
  const signer = repository.signers.snapshot;
  const text = await signSnapshot(
    { model, version, signer, nowMs: step.nowMs },
    { targets, rollout: rolloutFile },
  );
  const put = await putOnce(repository.bucket, metadataKey(model, 'snapshot', version), utf8(text));
  if (put === 'different') return 'taken';
  const file = await metaFileOf(version, utf8(text));
  return { file, isNew: true, targetsVersion: targets.version, rolloutVersion: rolloutFile.version };
}

/** The step that shows it all: replaces exactly the timestamp that was read. */
export async function replaceTimestamp(
  step: Step,
  rollout: RolloutStep,
  snapshot: SnapshotStep,
): Promise<Published | 'taken'> {
  const { repository, model, nowMs, published } = step;
  const before = published?.state;
  const version = nextVersion(before?.version ?? 0, step);
  const signer = repository.signers.timestamp;
  const text = await signTimestamp({ model, version, signer, nowMs }, snapshot.file);
  const state: PublishedState = {
    version,
    signedAtMs: nowMs,
    snapshotVersion: snapshot.file.version,
    snapshotSince: snapshot.isNew ? version : (before?.snapshotSince ?? version),
    snapshotSignedAtMs: snapshot.isNew ? nowMs : (before?.snapshotSignedAtMs ?? nowMs),
    targetsVersion: snapshot.targetsVersion,
    rolloutVersion: snapshot.rolloutVersion,
    rolloutSignedAtMs: rollout.signedAtMs,
    timestampKeyId: signer.keyId,
    snapshotKeyId: snapshot.isNew ? repository.signers.snapshot.keyId : (before?.snapshotKeyId ?? ''),
    rolloutKeyId: rollout.keyId,
  };
  const put = await repository.bucket.put(timestampKey(model), text, {
    onlyIf: published === null ? { etagDoesNotMatch: '*' } : { etagMatches: published.r2Etag },
    customMetadata: stateAsCustomMetadata(state),
    sha256: await sha256(utf8(text)),
  });
  return put === null ? 'taken' : { text, state, r2Etag: put.etag, storedAt: put.uploaded };
}

/**
 * Versions follow the clock, so that they never go back after the bucket was restored from a copy. A number that a
 * crashed or concurrent writer took is skipped.
 */
function nextVersion(stored: number, { nowMs, attempt }: Step): number {
  return Math.max(stored + 1, Math.floor(nowMs / 1000)) + attempt;
}

async function currentSnapshot(bucket: ObjectStore, model: ModelId, version: number) {
  const snapshot = snapshotSchema.parse(await readJson(bucket, metadataKey(model, 'snapshot', version)));
  return snapshot.signed.meta;
}
