/**
 * Signed targets that a publication left behind when it was cut: stored under the next number, and not visible. Who runs
 * it again signs the same but for the expiry, and would have to wait until the first were given up; so those are taken.
 */
import { canonicalize } from '@tufjs/canonical-json';
import { fromUtf8 } from '../../shared/bytes.ts';
import { TARGETS_MAX_BYTES } from '../../shared/limits.ts';
import { ok, type Result } from '../../shared/result.ts';
import { targetsSchema } from '../../shared/trust/documents.ts';
import { MODEL_FIELD, metadataFile } from '../../shared/trust/roles.ts';
import { isSignedBy } from '../../shared/trust/signed-by.ts';
import type { HttpFailure } from '../http/client.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import type { TargetsRequest } from '../signing/request.ts';

/** How much of its life it may have lost on the way. */
const AGE_MAX_MS = 7 * 24 * 60 * 60 * 1000;

/** The exact text of what is pending, where it says what `wanted` says and enough keys signed it; else null. */
export async function readPendingTargets(
  base: string,
  wanted: TargetsRequest,
  get: Get,
): Promise<Result<string | null, HttpFailure>> {
  const { signed } = wanted.next;
  const url = `${base}/v1/models/${signed[MODEL_FIELD]}/metadata/${metadataFile('targets', signed.version)}`;
  const answer = await get(url, TARGETS_MAX_BYTES);
  if (!answer.ok) return answer;
  const text = answer.value.status === 200 ? fromUtf8(answer.value.body) : null;
  const pending = targetsSchema.safeParse(parseJson(text ?? 'null'));
  if (!pending.success || text === null) return ok(null);
  const lostMs = Date.parse(signed.expires) - Date.parse(pending.data.signed.expires);
  const saysTheSame =
    canonicalize({ ...pending.data.signed, expires: signed.expires }) === canonicalize(signed);
  if (!saysTheSame || lostMs > AGE_MAX_MS) return ok(null);
  const { roles, keys } = wanted.root.signed;
  return ok((await isSignedBy(roles.targets, keys, pending.data)) ? text : null);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
