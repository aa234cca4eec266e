/**
 * What a model shows the world right now: its timestamp file, and beside it (R2 custom metadata) what a poll needs
 * to know, so that an unchanged poll reads one object. The state is derived; where it is lost, the files tell it.
 */
import * as z from 'zod';
import { metadataKey, timestampKey } from '../../shared/bucket-keys.ts';
import type { ModelId } from '../../shared/model.ts';
import { rolloutRoleSchema, snapshotSchema, timestampSchema } from '../../shared/trust/documents.ts';
import { signedAtMs } from '../../shared/trust/due.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';

const stateSchema = z.strictObject({
  /** Of timestamp.json. */
  version: z.int().positive(),
  signedAtMs: z.int().nonnegative(),
  snapshotVersion: z.int().positive(),
  /** The timestamp version at which this snapshot first appeared: who has that one has the rest. */
  snapshotSince: z.int().positive(),
  snapshotSignedAtMs: z.int().nonnegative(),
  targetsVersion: z.int().positive(),
  rolloutVersion: z.int().positive(),
  rolloutSignedAtMs: z.int().nonnegative(),
  timestampKeyId: z.string(),
  snapshotKeyId: z.string(),
  rolloutKeyId: z.string(),
});
export type PublishedState = z.infer<typeof stateSchema>;

export type Published = {
  /** The exact text of timestamp.json. */
  readonly text: string;
  readonly state: PublishedState;
  /** R2's tag: only who replaces exactly this one may replace it. */
  readonly r2Etag: string;
  readonly storedAt: Date;
};

const STATE = 'cistern-state';

export function stateAsCustomMetadata(state: PublishedState): Record<string, string> {
  return { [STATE]: JSON.stringify(state) };
}

/**
 * The state alone, without the file: half of what reading both costs. `null` where nothing is published, or where the
 * state must be made from the files, which `readPublished` does.
 */
export async function readState(bucket: ObjectStore, model: ModelId): Promise<PublishedState | null> {
  const object = await bucket.head(timestampKey(model));
  return object === null ? null : keptState(object);
}

function keptState(object: StoredObject): PublishedState | null {
  const kept = object.customMetadata?.[STATE];
  return kept === undefined ? null : stateSchema.parse(JSON.parse(kept));
}

/** `null` where nothing is published for the model. */
export async function readPublished(bucket: ObjectStore, model: ModelId): Promise<Published | null> {
  const object = await bucket.get(timestampKey(model));
  if (object === null) return null;
  const text = await object.text();
  const state = keptState(object) ?? (await stateFromFiles(bucket, model, text));
  return { text, state, r2Etag: object.etag, storedAt: object.uploaded };
}

/** After a restore that lost the custom metadata. Throws where the files are not ours: a bucket someone damaged. */
async function stateFromFiles(bucket: ObjectStore, model: ModelId, text: string): Promise<PublishedState> {
  const timestamp = timestampSchema.parse(JSON.parse(text));
  const snapshotVersion = timestamp.signed.meta['snapshot.json'].version;
  const snapshot = snapshotSchema.parse(
    await readJson(bucket, metadataKey(model, 'snapshot', snapshotVersion)),
  );
  const rolloutVersion = snapshot.signed.meta['rollout.json'].version;
  const rollout = rolloutRoleSchema.parse(
    await readJson(bucket, metadataKey(model, 'rollout', rolloutVersion)),
  );
  return {
    version: timestamp.signed.version,
    signedAtMs: signedAtMs('timestamp', timestamp.signed.expires),
    snapshotVersion,
    snapshotSince: timestamp.signed.version,
    snapshotSignedAtMs: signedAtMs('snapshot', snapshot.signed.expires),
    targetsVersion: snapshot.signed.meta['targets.json'].version,
    rolloutVersion,
    rolloutSignedAtMs: signedAtMs('rollout', rollout.signed.expires),
    timestampKeyId: timestamp.signatures[0]?.keyid ?? '',
    snapshotKeyId: snapshot.signatures[0]?.keyid ?? '',
    rolloutKeyId: rollout.signatures[0]?.keyid ?? '',
  };
}

/** A metadata file that another one names; throws where it is gone. */
export async function readJson(bucket: ObjectStore, key: string): Promise<unknown> {
  const object = await bucket.get(key);
  if (object === null) throw new Error(`${key} is named by signed metadata and is not stored`);
  return object.json();
}
