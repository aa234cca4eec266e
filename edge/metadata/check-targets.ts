/**
 * Whether uploaded targets metadata may follow what is published: its shape here, the rest by `shared/trust`. Whether
 * the listed things are stored is `check-stored.ts`.
 */
import { err, type Result } from '../../shared/result.ts';
import { type TargetsMetadata, targetsSchema } from '../../shared/trust/documents.ts';
import { judgeNextTargets, type TargetsExpectation } from '../../shared/trust/next-targets.ts';
import { parseJson } from '../http/body.ts';
import type { Refusal } from '../http/problem.ts';

export async function checkTargets(
  bytes: Uint8Array,
  expected: TargetsExpectation,
): Promise<Result<TargetsMetadata['signed'], Refusal>> {
  const parsed = parseJson(bytes, targetsSchema);
  if (!parsed.ok) return err({ ...parsed.failure, reason: 'metadata-invalid' });
  const judged = await judgeNextTargets(parsed.value, expected);
  if (judged.ok) return judged;
  return err({ reason: 'metadata-invalid', detail: `${judged.failure.why} Nothing was published.` });
}
