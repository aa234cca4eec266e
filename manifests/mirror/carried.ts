/**
 * Which releases a mirror carries whose metadata lists more: `carried.json` beside the model's metadata, written by
 * `import`. Nobody signs it, and nothing is believed for it: it says what to miss, so that an audit of such a mirror is
 * not one defect for each release that was never brought. A whole repository has none, and misses all it lists.
 */
import * as z from 'zod';
import { targetKey } from '../../shared/bucket-keys.ts';
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import { indexName } from '../../shared/release.ts';
import { ok, type Result } from '../../shared/result.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
import type { HttpFailure } from '../http/client.ts';
import { ANSWER_MAX_BYTES } from '../limits.ts';
import { releaseVersions } from '../repository/list-releases.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import type { VerifiedModel } from '../repository/verified-model.ts';
import type { ObjectStore, StoreFailure } from '../store/object-store.ts';

const carriedSchema = z.strictObject({
  format: z.literal('cistern-carried/1'),
  versions: z.array(z.string()),
});

/** Versions; null for a repository that carries all that it lists. */
export type Carried = ReadonlySet<string> | null;

/** One that is not readable is none: then everything is missed. */
export function parseCarried(bytes: Uint8Array): Carried {
  try {
    return new Set(carriedSchema.parse(JSON.parse(fromUtf8(bytes) ?? '')).versions);
  } catch {
    return null;
  }
}

export function carriedKey(model: ModelId): string {
  return `models/${model}/carried.json`;
}

export async function readCarried(
  get: Get,
  { base, model }: { readonly base: string; readonly model: ModelId },
): Promise<Result<Carried, HttpFailure>> {
  const answer = await get(`${base}/v1/${carriedKey(model)}`, ANSWER_MAX_BYTES);
  if (!answer.ok) return answer;
  return ok(answer.value.status === 200 ? parseCarried(answer.value.body) : null);
}

/**
 * Written before metadata is shown that lists what is not there. Answers whether all that it lists is there: then, and
 * once that metadata is the one that is shown, the note has nothing more to say.
 */
export async function noteCarried(
  model: VerifiedModel,
  destination: ObjectStore,
): Promise<Result<{ readonly isWhole: boolean }, StoreFailure>> {
  const listed = releaseVersions(model);
  const held: string[] = [];
  for (const version of listed) {
    const path = targetPath(model.model, indexName(version));
    const sha256 = model.targets[path]?.hashes.sha256 ?? '';
    const has = await destination.has(targetKey(model.model, consistentTargetPath(path, sha256)));
    if (!has.ok) return has;
    if (has.value) held.push(version);
  }
  const isWhole = held.length === listed.length;
  for (;;) {
    const there = await destination.get(carriedKey(model.model), ANSWER_MAX_BYTES);
    if (!there.ok) return there;
    if (there.value === null && isWhole) return ok({ isWhole });
    const before = there.value === null ? null : parseCarried(there.value.bytes);
    const versions = [...new Set([...(before ?? []), ...held])].sort();
    const text = JSON.stringify({ format: 'cistern-carried/1', versions });
    const put = await destination.replace(carriedKey(model.model), utf8(text), there.value?.tag ?? null);
    if (!put.ok) return put;
    if (put.value === 'stored') return ok({ isWhole });
  }
}
