/**
 * The one way a model's visible state changes in a store without a Worker: rollout, snapshot, timestamp are signed and
 * stored in this order, and only the last step, the replacement of timestamp.json, shows anything (TUF 6.1).
 */

import { metadataKey, targetKey, timestampKey } from '../../shared/bucket-keys.ts';
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { ROLLOUT_MAX_BYTES, TIMESTAMP_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ROLLOUT_NAME, type Rollout, rolloutSchema } from '../../shared/rollout.ts';
import {
  type MetaFile,
  rolloutRoleSchema,
  type TargetFile,
  timestampSchema,
} from '../../shared/trust/documents.ts';
import { trustsOnlineKeys } from '../../shared/trust/next-root.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
import { metaFileOf, signRollout, signSnapshot, signTimestamp } from '../../shared/trust/sign-online.ts';
import { ADVANCE_ATTEMPTS_MAX } from '../limits.ts';
import { readSignedState, type SignedState } from '../repository/signed-state.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import { nothingPublished, type OnlineFailure, type OnlineRepository, refuse } from './online-repository.ts';

/** What is to change; whatever it is, all three online roles are signed anew. */
export type Change =
  /** The targets file is stored and judged. `former`: version it follows; 0 for the first. */
  | { readonly kind: 'targets'; readonly file: MetaFile; readonly former: number }
  /** `replaced`: SHA-256 of the document that it was made from. */
  | { readonly kind: 'rollout'; readonly document: Uint8Array<ArrayBuffer>; readonly replaced: string }
  | { readonly kind: 'renewal' };

export type Visible = {
  /** Null where nothing is published yet. */
  readonly state: SignedState | null;
  /** The rollout in force, and how its role lists it. */
  readonly rollout: { readonly role: number; readonly listed: TargetFile; readonly document: Rollout } | null;
  /** Names the timestamp.json that was read; null where there is none. */
  readonly tag: string | null;
};

/** What the model shows now, judged by the roots of this machine. */
export async function readVisible(
  { store, roots }: OnlineRepository,
  model: ModelId,
): Promise<Result<Visible, OnlineFailure>> {
  const read = await store.get(timestampKey(model), TIMESTAMP_MAX_BYTES);
  if (!read.ok) return read;
  if (read.value === null) return ok({ state: null, rollout: null, tag: null });
  const state = await readSignedState({ base: STORE_BASE, model, roots }, getFromStore(store));
  if (!state.ok) return state;
  const timestamp = timestampSchema.safeParse(JSON.parse(fromUtf8(read.value.bytes) ?? 'null'));
  if (!timestamp.success || timestamp.data.signed.version !== state.value.timestamp.signed.version)
    return raced;
  const rollout = await readRolloutInForce(store, model, state.value);
  return rollout.ok ? ok({ state: state.value, rollout: rollout.value, tag: read.value.tag }) : rollout;
}

export async function advance(
  repository: OnlineRepository,
  model: ModelId,
  change: Change,
): Promise<Result<void, OnlineFailure>> {
  const { store, signers } = repository;
  for (let attempt = 0; attempt < ADVANCE_ATTEMPTS_MAX; attempt++) {
    const visible = await readVisible(repository, model);
    if (!visible.ok) return visible;
    const { state, rollout, tag } = visible.value;
    const root = (state?.root ?? repository.roots.at(-1)?.root)?.signed;
    const online = { snapshot: signers.snapshot.keyId, timestamp: signers.timestamp.keyId };
    if (root === undefined || !trustsOnlineKeys(root, online)) return otherKeys;
    if (state === null && change.kind !== 'targets') return nothingPublished(model);
    const present = state?.targets.signed.version ?? 0;
    if (change.kind === 'targets' && present !== change.former) return raced;
    if (change.kind === 'rollout' && rollout?.listed.hashes.sha256 !== change.replaced) return replaced;

    const nowMs = repository.nowMs();
    const version = (former: number | undefined) =>
      Math.max((former ?? 0) + 1, Math.floor(nowMs / 1000)) + attempt;
    const document = await storeRollout(repository, model, change, rollout?.listed ?? null);
    if (!document.ok) return document;
    const signing = { model, nowMs };
    const rolloutVersion = version(rollout?.role);
    const rolloutText = utf8(
      await signRollout({ ...signing, version: rolloutVersion, signer: signers.rollout }, document.value),
    );
    const put = await store.create(metadataKey(model, 'rollout', rolloutVersion), rolloutText);
    if (!put.ok) return put;
    if (put.value === 'was-there') continue;

    const targets = change.kind === 'targets' ? change.file : state?.snapshot.signed.meta['targets.json'];
    if (targets === undefined) throw new Error('a snapshot needs targets');
    const listed = { targets, rollout: await metaFileOf(rolloutVersion, rolloutText) };
    const snapshotVersion = version(state?.snapshot.signed.version);
    const snapshotText = utf8(
      await signSnapshot({ ...signing, version: snapshotVersion, signer: signers.snapshot }, listed),
    );
    const putSnapshot = await store.create(metadataKey(model, 'snapshot', snapshotVersion), snapshotText);
    if (!putSnapshot.ok) return putSnapshot;
    if (putSnapshot.value === 'was-there') continue;

    const timestampVersion = version(state?.timestamp.signed.version);
    const timestampText = await signTimestamp(
      { ...signing, version: timestampVersion, signer: signers.timestamp },
      await metaFileOf(snapshotVersion, snapshotText),
    );
    const shown = await store.replace(timestampKey(model), utf8(timestampText), tag);
    if (!shown.ok) return shown;
    if (shown.value === 'stored') return ok();
  }
  return raced;
}

/** The rollout document as it will be listed, stored where it is new. */
async function storeRollout(
  { store }: OnlineRepository,
  model: ModelId,
  change: Change,
  inForce: TargetFile | null,
): Promise<Result<TargetFile, OnlineFailure>> {
  if (change.kind !== 'rollout' && inForce !== null) return ok(inForce);
  const nothing: Rollout = { format: 'cistern-rollout/1', model, releases: [] };
  const document = change.kind === 'rollout' ? change.document : utf8(JSON.stringify(nothing));
  const sha256 = await sha256Hex(document);
  const key = targetKey(model, consistentTargetPath(targetPath(model, ROLLOUT_NAME), sha256));
  const put = await store.create(key, document);
  return put.ok ? ok({ length: document.length, hashes: { sha256 } }) : put;
}

async function readRolloutInForce(
  store: OnlineRepository['store'],
  model: ModelId,
  { snapshot }: SignedState,
): Promise<Result<NonNullable<Visible['rollout']>, OnlineFailure>> {
  const reject = (why: string) => err({ reason: 'metadata-rejected', why } as const);
  const { version, hashes } = snapshot.signed.meta['rollout.json'];
  const roleFile = await store.get(metadataKey(model, 'rollout', version), ROLLOUT_MAX_BYTES);
  if (!roleFile.ok) return roleFile;
  const roleBytes = roleFile.value?.bytes ?? new Uint8Array();
  if ((await sha256Hex(roleBytes)) !== hashes.sha256)
    return reject('the rollout role is not what the snapshot lists');
  const role = rolloutRoleSchema.safeParse(JSON.parse(fromUtf8(roleBytes) ?? 'null'));
  const listed = role.success ? role.data.signed.targets[targetPath(model, ROLLOUT_NAME)] : undefined;
  if (listed === undefined) return reject('the rollout role lists no rollout');
  const path = consistentTargetPath(targetPath(model, ROLLOUT_NAME), listed.hashes.sha256);
  const file = await store.get(targetKey(model, path), ROLLOUT_MAX_BYTES);
  if (!file.ok) return file;
  const bytes = file.value?.bytes ?? new Uint8Array();
  if ((await sha256Hex(bytes)) !== listed.hashes.sha256)
    return reject('the rollout is not what its role lists');
  const document = rolloutSchema.safeParse(JSON.parse(fromUtf8(bytes) ?? 'null'));
  return document.success
    ? ok({ role: version, listed, document: document.data })
    : reject('the rollout is not readable');
}

const raced = refuse(
  'publication-raced',
  'Somebody else changed this model meanwhile; this change is not visible. Run it again.',
);

const replaced = refuse(
  'precondition-failed',
  'The rollout in force is not the one that this change was made from; nothing was changed. Run it again.',
);

const otherKeys = refuse(
  'online-keys-not-trusted',
  'The newest root does not name these online keys; nothing was signed. Give the keys that it names, or publish a root that names these.',
);
