/**
 * An uploaded root (TUF 5.3): the first is believed for its own signatures, because whoever sets a repository up
 * holds the operator token; every later one must be signed by the threshold of the one before and by its own.
 */
import { Metadata, MetadataKind } from '@tufjs/models';
import { fromUtf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { TufKey } from '../../shared/trust/keys.ts';
import { keyIdOf } from '../../shared/trust/keys.ts';
import type { Refusal } from '../http/problem.ts';
import { rootKey } from '../store/keys.ts';
import { type PutOutcome, putOnce } from '../store/put-once.ts';
import type { MetadataRepository } from './repository.ts';
import { newestRootVersion, readRoot, type TrustedRoot, trustsOnlineKeys } from './roots.ts';
import { isSignedBy } from './signed-by.ts';

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

  const root = parseRoot(bytes);
  if (root === null) return refuse('The body is not root metadata of TUF 1.0.');
  if (root.signed.version !== version)
    return refuse(`The file is of version ${root.signed.version}, not ${version}.`);
  if (!root.signed.consistentSnapshot) return refuse('The root does not say consistent_snapshot.');
  if (root.signed.isExpired(new Date(repository.nowMs())))
    return refuse(`The root expired on ${root.signed.expires}.`);
  if (!(await namesItsKeysRightly(bytes))) return refuse('A key id is not the SHA-256 of its key.');

  const current = newest === 0 ? root : await readRoot(bucket, newest);
  if (current === null) throw new Error(`root ${newest} was listed and is gone`);
  if (!isSignedBy(current, 'root', root))
    return refuse(`The root is not signed by the threshold of root ${newest || 1}.`);
  if (!isSignedBy(root, 'root', root)) return refuse('The root is not signed by its own threshold.');
  if (!trustsOnlineKeys(root, repository.signers)) return err(otherOnlineKeys(root, repository));
  return ok(await putOnce(bucket, rootKey(version), bytes));
}

function parseRoot(bytes: Uint8Array): TrustedRoot | null {
  try {
    return Metadata.fromJSON(MetadataKind.Root, JSON.parse(fromUtf8(bytes) ?? ''));
  } catch {
    return null;
  }
}

/** One key under two ids would count twice towards a threshold (TUF 4.2). */
async function namesItsKeysRightly(bytes: Uint8Array): Promise<boolean> {
  const { keys } = (JSON.parse(fromUtf8(bytes) ?? '') as { signed: { keys: Record<string, TufKey> } }).signed;
  const ids = await Promise.all(
    Object.values(keys).map(({ keytype, scheme, keyval }) => keyIdOf({ keytype, scheme, keyval })),
  );
  return Object.keys(keys).every((id, i) => id === ids[i]);
}

function otherOnlineKeys(root: TrustedRoot, { signers }: MetadataRepository): Refusal {
  const named = (role: string) => root.signed.roles[role]?.keyIDs.map((id) => id.slice(0, 12)).join(', ');
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
