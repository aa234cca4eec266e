/** The operator's resources as handlers: path and bounded body in, the outcome of the PUT out. */
import {
  CHUNK_STORED_MAX_BYTES,
  ROLLOUT_MAX_BYTES,
  ROOT_MAX_BYTES,
  TARGETS_MAX_BYTES,
} from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { chunkQuerySchema } from '../../shared/operator-api.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { acceptChunk } from '../chunks/accept-chunk.ts';
import { readChunkId } from '../chunks/chunk-id.ts';
import { findMissing } from '../chunks/find-missing.ts';
import { jsonAnswer, NEVER, whenOk } from '../http/answer.ts';
import { readBody, readJson, refuseUnlessJson } from '../http/body.ts';
import { problemResponse, type Refusal } from '../http/problem.ts';
import { QUESTION_MAX_BYTES } from '../limits.ts';
import { acceptRoot } from '../metadata/accept-root.ts';
import { readPublished } from '../metadata/published.ts';
import type { MetadataRepository } from '../metadata/repository.ts';
import { parseMetadataFile } from '../metadata/serve-metadata.ts';
import { refreshRow } from '../models/refresh-row.ts';
import type { PutOutcome } from '../store/put-once.ts';
import { acceptRollout } from './accept-rollout.ts';
import { acceptTarget, targetMaxBytes } from './accept-target.ts';
import type { Visit } from './operator-resource.ts';
import { publishTargets } from './publish-targets.ts';
import { putAnswer } from './put-answer.ts';

type Stores = { readonly repository: MetadataRepository; readonly db: D1Database };
type Bytes = Uint8Array<ArrayBuffer>;

export async function putRoot(
  { repository }: Stores,
  file: string,
  request: Request,
): Promise<Response | null> {
  const named = parseMetadataFile(file);
  if (named?.role !== 'root') return null;
  return put(file, request, ROOT_MAX_BYTES, (bytes) => acceptRoot(repository, named.version, bytes));
}

export async function putChunk(
  { repository }: Stores,
  path: { readonly prefix: string; readonly file: string },
  request: Request,
): Promise<Response | null> {
  const id = readChunkId(path);
  if (id === null) return null;
  return put(path.file, request, CHUNK_STORED_MAX_BYTES, (bytes) =>
    acceptChunk(repository.bucket, id, bytes),
  );
}

export async function putTarget(
  { repository }: Stores,
  model: ModelId,
  path: string,
  request: Request,
): Promise<Response | null> {
  return put(path, request, targetMaxBytes(path), (bytes) =>
    acceptTarget(repository.bucket, model, path, bytes),
  );
}

/** Publishes; the look-up row follows. Who sends the same metadata again to mend the row hears when that fails. */
export async function putTargets(
  { repository, db }: Stores,
  model: ModelId,
  file: string,
  request: Request,
): Promise<Response | null> {
  const named = parseMetadataFile(file);
  if (named?.role !== 'targets') return null;
  return put(file, request, TARGETS_MAX_BYTES, async (bytes) => {
    const outcome = await publishTargets(repository, model, named.version, bytes);
    if (!outcome.ok) return outcome;
    if (outcome.value === 'stored') await refreshLookups({ repository, db }, model);
    else await refreshModelRow({ repository, db }, model);
    return outcome;
  });
}

/**
 * Firmware is published and served without the look-ups, so their failure is not the publication's: it is logged, and
 * the next PUT of this model's metadata or rollout makes the row anew.
 */
async function refreshLookups(stores: Stores, model: ModelId): Promise<void> {
  try {
    await refreshModelRow(stores, model);
  } catch (error) {
    console.error(JSON.stringify({ event: 'look-ups-not-refreshed', model, message: String(error) }));
  }
}

async function refreshModelRow({ repository, db }: Stores, model: ModelId): Promise<void> {
  const published = await readPublished(repository.bucket, model);
  if (published === null) return;
  const stores = { bucket: repository.bucket, db };
  await refreshRow(stores, model, published.state.targetsVersion, repository.nowMs());
}

export async function putRollout(
  { repository, db }: Stores,
  model: ModelId,
  request: Request,
  visit: Visit,
): Promise<Response | null> {
  return put('rollout', request, ROLLOUT_MAX_BYTES, async (bytes) => {
    const notJson = refuseUnlessJson(request);
    if (notJson !== null) return err(notJson);
    const ifMatch = request.headers.get('if-match');
    const taken = await acceptRollout(repository, model, { document: bytes, ifMatch });
    if (!taken.ok) return taken;
    for (const deed of taken.value.deeds) visit.did(deed);
    await refreshLookups({ repository, db }, model);
    return ok(taken.value.outcome);
  });
}

export async function postMissing({ repository }: Stores, request: Request): Promise<Response | null> {
  return whenOk(await readJson(request, chunkQuerySchema, QUESTION_MAX_BYTES), async ({ ids }) =>
    jsonAnswer({ missing: await findMissing(repository.bucket, ids) }, NEVER),
  );
}

async function put(
  name: string,
  request: Request,
  maxBytes: number,
  accept: (bytes: Bytes) => Promise<Result<PutOutcome, Refusal>>,
): Promise<Response | null> {
  const body = await readBody(request, maxBytes);
  return body.ok ? putAnswer(name, await accept(body.value)) : problemResponse(body.failure);
}
