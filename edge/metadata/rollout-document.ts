/** The rollout document: the one target of the delegated rollout role. */

import { metadataKey, targetKey } from '../../shared/bucket-keys.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { ROLLOUT_NAME, type Rollout, rolloutSchema } from '../../shared/rollout.ts';
import { rolloutRoleSchema, type TargetFile } from '../../shared/trust/documents.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { putOnce } from '../store/put-once.ts';
import { type PublishedState, readJson } from './published.ts';

/** What a model starts with: nothing is let through. */
export function emptyRollout(model: ModelId): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify({ format: 'cistern-rollout/1', model, releases: [] }));
}

/** Stores a rollout document at its consistent path and says how the role lists it. */
export async function storeRolloutDocument(
  bucket: ObjectStore,
  model: ModelId,
  document: Uint8Array<ArrayBuffer>,
): Promise<TargetFile> {
  const digest = await sha256Hex(document);
  const path = consistentTargetPath(targetPath(model, ROLLOUT_NAME), digest);
  await putOnce(bucket, targetKey(model, path), document);
  return { length: document.length, hashes: { sha256: digest } };
}

/** The rollout document that is in force, as its role lists it. */
export async function currentRolloutDocument(
  bucket: ObjectStore,
  model: ModelId,
  state: PublishedState,
): Promise<TargetFile> {
  const role = rolloutRoleSchema.parse(
    await readJson(bucket, metadataKey(model, 'rollout', state.rolloutVersion)),
  );
  const listed = role.signed.targets[targetPath(model, ROLLOUT_NAME)];
  if (listed === undefined) throw new Error(`the rollout role of ${model} lists no rollout`);
  return listed;
}

/** What that document says; throws where it is gone or not one, because it was checked before it was signed. */
export async function readRolloutDocument(
  bucket: ObjectStore,
  model: ModelId,
  listed: TargetFile,
): Promise<Rollout> {
  const path = consistentTargetPath(targetPath(model, ROLLOUT_NAME), listed.hashes.sha256);
  return rolloutSchema.parse(await readJson(bucket, targetKey(model, path)));
}
