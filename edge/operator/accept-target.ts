/** An uploaded target: stored at its consistent path once its bytes are what path and kind say. */
import type * as z from 'zod';
import { targetKey } from '../../shared/bucket-keys.ts';
import { parseIndex } from '../../shared/caibx.ts';
import { modelEntrySchema } from '../../shared/catalogue.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { INDEX_MAX_BYTES, MANIFEST_MAX_BYTES, MODEL_ENTRY_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { manifestName, releaseManifestSchema } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseConsistentPath, targetKind } from '../../shared/trust/target-path.ts';
import { parseJson } from '../http/body.ts';
import type { Refusal } from '../http/problem.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type PutOutcome, putOnce } from '../store/put-once.ts';

/** What a body at this path may weigh; the largest for paths that will be refused anyway. */
export function targetMaxBytes(path: string): number {
  return path.endsWith('.json') ? Math.max(MANIFEST_MAX_BYTES, MODEL_ENTRY_MAX_BYTES) : INDEX_MAX_BYTES;
}

export async function acceptTarget(
  bucket: ObjectStore,
  model: ModelId,
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<PutOutcome, Refusal>> {
  const target = parseConsistentPath(model, path);
  if (target === null) return refuse(`${path} is not ${model}/<sha256>.<name>.`);
  const digest = await sha256Hex(bytes);
  if (digest !== target.sha256)
    return refuse(`The bytes hash to ${digest}, and the path says ${target.sha256}.`);
  const content = checkContent(model, target.name, bytes);
  if (!content.ok) return content;
  return ok(await putOnce(bucket, targetKey(model, path), bytes));
}

function checkContent(model: ModelId, name: string, bytes: Uint8Array): Result<void, Refusal> {
  const kind = targetKind(name);
  switch (kind) {
    case 'entry': {
      const entry = parseAs(name, bytes, modelEntrySchema);
      if (!entry.ok) return entry;
      return entry.value.model === model
        ? ok()
        : refuse(`The entry is of ${entry.value.model}, not of ${model}.`);
    }
    case 'manifest': {
      const manifest = parseAs(name, bytes, releaseManifestSchema);
      if (!manifest.ok) return manifest;
      if (manifest.value.model !== model)
        return refuse(`The manifest is of ${manifest.value.model}, not of ${model}.`);
      const named = manifestName(manifest.value.version);
      return named === name
        ? ok()
        : refuse(`The manifest of ${manifest.value.version} is called ${named}, not ${name}.`);
    }
    case 'index': {
      const index = parseIndex(bytes);
      return index.ok ? ok() : refuse(`${name} is not a readable index: ${index.failure.why}.`);
    }
    case 'rollout':
      return refuse('The rollout is not uploaded as a target: PUT it to /rollout, and the Worker signs it.');
    case null:
      return refuse(`${name} is neither JSON nor a .caibx index.`);
  }
}

function parseAs<T>(name: string, bytes: Uint8Array, schema: z.ZodType<T>): Result<T, Refusal> {
  const parsed = parseJson(bytes, schema);
  if (parsed.ok) return parsed;
  return err({ ...parsed.failure, reason: 'target-invalid', detail: `${name}: ${parsed.failure.detail}` });
}

function refuse(detail: string): Result<never, Refusal> {
  return err({ reason: 'target-invalid', detail: `${detail} Nothing was stored.` });
}
