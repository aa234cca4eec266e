/**
 * An uploaded root, judged by `shared/trust`: the first is believed for its own signatures, because whoever sets a
 * repository up holds the operator token; every later one must follow the one before.
 */

import { rootKey } from '../../shared/bucket-keys.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { rootSchema } from '../../shared/trust/documents.ts';
import { judgeNextRoot } from '../../shared/trust/next-root.ts';
import { parseJson } from '../http/body.ts';
import type { Refusal } from '../http/problem.ts';
import { type PutOutcome, putOnce } from '../store/put-once.ts';
import type { MetadataRepository } from './repository.ts';
import { newestRootVersion, onlineKeyIds, readRoot } from './roots.ts';

export async function acceptRoot(
  { bucket, signers, nowMs }: MetadataRepository,
  version: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<PutOutcome, Refusal>> {
  const newest = await newestRootVersion(bucket);
  if (version <= newest) return ok(await putOnce(bucket, rootKey(version), bytes));
  const parsed = parseJson(bytes, rootSchema);
  if (!parsed.ok) return err({ ...parsed.failure, reason: 'root-invalid' });
  const current = newest === 0 ? null : await readRoot(bucket, newest);
  if (newest > 0 && current === null) throw new Error(`root ${newest} was listed and is gone`);
  const expected = { current, version, online: onlineKeyIds(signers), nowMs: nowMs() };
  const judged = await judgeNextRoot(parsed.value, expected);
  if (judged.ok) return ok(await putOnce(bucket, rootKey(version), bytes));
  return err({ reason: 'root-invalid', detail: `${judged.failure.why} Nothing was stored.` });
}
