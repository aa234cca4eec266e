/** What a model shows now in a store without a Worker, judged by the roots of this machine, and what of it is due. */

import { metadataKey, targetKey, timestampKey } from '../../shared/bucket-keys.ts';
import { fromUtf8 } from '../../shared/bytes.ts';
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
import { type Due, dueFor, signedAtMs } from '../../shared/trust/due.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
import { readSignedState, type SignedState } from '../repository/signed-state.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import { type OnlineFailure, type OnlineRepository, raced } from './online-repository.ts';

/** What is to change. Of the online roles those are signed anew that it needs, or whose time has come. */
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
  readonly rollout: {
    /** Of its role. */
    readonly version: number;
    readonly expires: string;
    readonly keyId: string;
    readonly listed: TargetFile;
    readonly document: Rollout;
  } | null;
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

/** What of it wants a new signature. */
export function dueOf({ state, rollout }: Visible, { signers, nowMs }: OnlineRepository): Due {
  if (state === null || rollout === null) return dueFor(null, signers, nowMs());
  const { timestamp, snapshot } = state;
  const signed = {
    signedAtMs: signedAtMs('timestamp', timestamp.signed.expires),
    snapshotSignedAtMs: signedAtMs('snapshot', snapshot.signed.expires),
    rolloutSignedAtMs: signedAtMs('rollout', rollout.expires),
    timestampKeyId: timestamp.signatures[0]?.keyid ?? '',
    snapshotKeyId: snapshot.signatures[0]?.keyid ?? '',
  };
  return dueFor(signed, signers, nowMs());
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
  if (!role.success) return reject('the rollout role is not readable');
  const { signed, signatures } = role.data;
  const listed = signed.targets[targetPath(model, ROLLOUT_NAME)];
  if (listed === undefined) return reject('the rollout role lists no rollout');
  const path = consistentTargetPath(targetPath(model, ROLLOUT_NAME), listed.hashes.sha256);
  const file = await store.get(targetKey(model, path), ROLLOUT_MAX_BYTES);
  if (!file.ok) return file;
  const bytes = file.value?.bytes ?? new Uint8Array();
  if ((await sha256Hex(bytes)) !== listed.hashes.sha256)
    return reject('the rollout is not what its role lists');
  const document = rolloutSchema.safeParse(JSON.parse(fromUtf8(bytes) ?? 'null'));
  if (!document.success) return reject('the rollout is not readable');
  const keyId = signatures[0]?.keyid ?? '';
  return ok({ version, expires: signed.expires, keyId, listed, document: document.data });
}
