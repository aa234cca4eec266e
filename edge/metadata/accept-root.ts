/**
 * An uploaded root (TUF 5.3): the first is believed for its own signatures, because whoever sets a repository up
 * holds the operator token; every later one must be signed by the threshold of the one before and by its own.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { rootSchema } from '../../shared/trust/documents.ts';
import { keyIdOf } from '../../shared/trust/keys.ts';
import { isSignedBy } from '../../shared/trust/signed-by.ts';
import { parseJson } from '../http/body.ts';
import type { Refusal } from '../http/problem.ts';
import { ROOTS_MAX } from '../limits.ts';
import { rootKey } from '../store/keys.ts';
import { type PutOutcome, putOnce } from '../store/put-once.ts';
import type { MetadataRepository } from './repository.ts';
import { newestRootVersion, readRoot, type TrustedRoot, trustsOnlineKeys } from './roots.ts';

export async function acceptRoot(
  repository: MetadataRepository,
  version: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<PutOutcome, Refusal>> {
  const { bucket } = repository;
  const newest = await newestRootVersion(bucket);
  if (version <= newest) return ok(await putOnce(bucket, rootKey(version), bytes));
  if (version !== newest + 1)
    return refuse(`The newest root is ${newest}, so the next is ${newest + 1}, not ${version}.`);

  if (version > ROOTS_MAX) return refuse(`${ROOTS_MAX} roots are taken. Begin a new repository.`);

  const parsed = parseJson(bytes, rootSchema);
  if (!parsed.ok) return err({ ...parsed.failure, reason: 'root-invalid' });
  const root = parsed.value.signed;
  if (root.version !== version) return refuse(`The file is of version ${root.version}, not ${version}.`);
  if (Date.parse(root.expires) <= repository.nowMs()) return refuse(`The root expired on ${root.expires}.`);
  if (!(await namesItsKeysRightly(root))) return refuse('A key id is not the SHA-256 of its key.');

  const current = newest === 0 ? root : await readRoot(bucket, newest);
  if (current === null) throw new Error(`root ${newest} was listed and is gone`);
  if (!(await isSignedBy(current.roles.root, current.keys, parsed.value))) {
    return refuse(`The root is not signed by the threshold of root ${current.version}.`);
  }
  if (!(await isSignedBy(root.roles.root, root.keys, parsed.value))) {
    return refuse('The root is not signed by its own threshold.');
  }
  if (!trustsOnlineKeys(root, repository.signers)) return err(otherOnlineKeys(root, repository));
  return ok(await putOnce(bucket, rootKey(version), bytes));
}

/** One key under two ids would count twice towards a threshold (TUF 4.2). */
async function namesItsKeysRightly({ keys }: TrustedRoot): Promise<boolean> {
  const ids = await Promise.all(Object.values(keys).map(keyIdOf));
  return Object.keys(keys).every((id, i) => id === ids[i]);
}

function otherOnlineKeys(root: TrustedRoot, { signers }: MetadataRepository): Refusal {
  const named = (role: 'snapshot' | 'timestamp') =>
    root.roles[role].keyids.map((id) => id.slice(0, 12)).join(', ');
  return {
    reason: 'root-invalid',
    detail:
      `The root names snapshot ${named('snapshot')} and timestamp ${named('timestamp')}; this Worker signs with ` +
      `${signers.snapshot.keyId.slice(0, 12)} and ${signers.timestamp.keyId.slice(0, 12)}, one signature each. ` +
      'Install the matching ONLINE_KEYS first.',
  };
}

function refuse(detail: string): Result<never, Refusal> {
  return err({ reason: 'root-invalid', detail: `${detail} Nothing was stored.` });
}
