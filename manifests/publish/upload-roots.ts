/** The roots a repository lacks, oldest first: each is verified there against the one before. */
import { ok, type Result } from '../../shared/result.ts';
import type { RootFile } from '../keys/roots.ts';
import type { OperatorClient, OperatorFailure } from './operator-client.ts';

/** Versions of the roots that were stored by this run. */
export async function uploadRoots(
  roots: readonly Pick<RootFile, 'version' | 'text'>[],
  operator: Pick<OperatorClient, 'putRoot'>,
): Promise<Result<readonly number[], OperatorFailure>> {
  const stored: number[] = [];
  for (const { version, text } of roots) {
    const put = await operator.putRoot(version, text);
    if (!put.ok) return put;
    if (put.value === 'stored') stored.push(version);
  }
  return ok(stored);
}
