/**
 * `GET /v1/models/{vendor}/{model}/poll?root=N&timestamp=N`: everything a device lacks, in one answer. An unchanged
 * poll reads one object's metadata, whatever the number of models.
 */

import { metadataKey, rootKey } from '../../shared/bucket-keys.ts';
import { ROOT_ROTATIONS_MAX } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import type { PollAnswer } from '../../shared/poll.ts';
import { dueFor } from '../../shared/trust/due.ts';
import { POLL_ROOTS_MAX_CHARS } from '../limits.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { currentPublished } from './current.ts';
import type { PollQuery } from './poll-query.ts';
import { type Published, readState } from './published.ts';
import type { MetadataRepository } from './repository.ts';
import { newestRootForPolls } from './roots.ts';

export async function answerPoll(
  repository: MetadataRepository,
  model: ModelId,
  device: PollQuery,
): Promise<PollAnswer | null> {
  const { bucket } = repository;
  const newestRoot = await newestRootForPolls(bucket, repository.newestRoot, device.root, repository.nowMs());
  if (device.root >= newestRoot && (await isUpToDate(repository, model, device))) return NOTHING_NEW;
  const published = await currentPublished(repository, model);
  if (published === null) return null;
  const roots = await readRootTexts(bucket, device.root, newestRoot);
  return {
    format: 'cistern-poll/1',
    ...(roots.length === 0 ? {} : { roots }),
    ...(device.timestamp === published.state.version ? {} : { timestamp: published.text }),
    ...(device.timestamp >= published.state.snapshotSince ? {} : await readRest(bucket, model, published)),
  };
}

const NOTHING_NEW: PollAnswer = { format: 'cistern-poll/1' };

/** Most polls: the device has the timestamp that is there, and it wants no new signature. */
async function isUpToDate(
  { bucket, signers, nowMs }: MetadataRepository,
  model: ModelId,
  { timestamp }: PollQuery,
): Promise<boolean> {
  if (timestamp === 0) return false;
  const state = await readState(bucket, model);
  return state?.version === timestamp && !dueFor(state, signers, nowMs()).timestamp;
}

/** The next ones, as many as an answer holds; a device that was given them asks on from the last. */
async function readRootTexts(bucket: ObjectStore, from: number, newest: number): Promise<string[]> {
  const count = Math.min(Math.max(0, newest - from), ROOT_ROTATIONS_MAX);
  const versions = Array.from({ length: count }, (_, i) => from + 1 + i);
  const texts = await Promise.all(versions.map((version) => readText(bucket, rootKey(version))));
  let lengthChars = 0;
  const beyond = texts.findIndex((text) => {
    lengthChars += text.length;
    return lengthChars > POLL_ROOTS_MAX_CHARS;
  });
  return beyond === -1 ? texts : texts.slice(0, Math.max(1, beyond));
}

async function readRest(bucket: ObjectStore, model: ModelId, { state }: Published) {
  const [snapshot, targets, rollout] = await Promise.all([
    readText(bucket, metadataKey(model, 'snapshot', state.snapshotVersion)),
    readText(bucket, metadataKey(model, 'targets', state.targetsVersion)),
    readText(bucket, metadataKey(model, 'rollout', state.rolloutVersion)),
  ]);
  return { snapshot, targets, rollout };
}

async function readText(bucket: ObjectStore, key: string): Promise<string> {
  const object = await bucket.get(key);
  if (object === null) throw new Error(`${key} is named by signed metadata and is not stored`);
  return object.text();
}
