/**
 * What a signer may believe of a request. Its signature covers `next` alone, and what it is shown is the difference to
 * what the request says was there before; so that is followed back to a root which the signer holds itself.
 */
import { canonicalize } from '@tufjs/canonical-json';
import { fromHex } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootMetadata } from '../../shared/trust/documents.ts';
import { keyIdOf, type TufKey, tufKey } from '../../shared/trust/keys.ts';
import { MODEL_FIELD, rolloutDelegations } from '../../shared/trust/roles.ts';
import { isSignedBy } from '../../shared/trust/signed-by.ts';
import { targetKind, targetName } from '../../shared/trust/target-path.ts';
import type { RootRequest, SigningRequest, TargetsRequest } from './request.ts';

export type RequestDistrusted = { readonly reason: 'request-distrusted'; readonly why: string };

/** Roots that the signer holds: each verified by the one before, the first believed. Oldest first. */
export type HeldRoots = readonly [RootMetadata, ...RootMetadata[]];

/**
 * The request as it may be shown: `former` is taken out where only an earlier root vouches for it, so that everything
 * in `next` is listed.
 */
export async function judgeRequest(
  request: SigningRequest,
  held: HeldRoots,
): Promise<Result<SigningRequest, RequestDistrusted>> {
  const named = request.kind === 'root' ? request.former : request.root;
  const newest = held.at(-1) ?? held[0];
  const led = await leadsTo(newest, named);
  if (!led.ok) return led;
  return request.kind === 'root' ? judgeRoot(request) : judgeTargets(request, [...held, named]);
}

/** Whether `next` may follow `root` (TUF 5.3.4, 5.3.5); expiry is no matter on the way to a newer one (TUF 5.3.10). */
export async function followsRoot(root: RootMetadata, next: RootMetadata): Promise<boolean> {
  return (
    next.signed.version === root.signed.version + 1 &&
    (await areNamedRightly(next.signed.keys)) &&
    (await isSignedBy(root.signed.roles.root, root.signed.keys, next)) &&
    (await isSignedBy(next.signed.roles.root, next.signed.keys, next))
  );
}

async function leadsTo(newest: RootMetadata, named: RootMetadata): Promise<Result<void, RequestDistrusted>> {
  const [have, asked] = [newest.signed.version, named.signed.version];
  if (canonicalize(named.signed) === canonicalize(newest.signed)) return ok();
  if (asked < have) return distrust(`it is made from root ${asked}, and root ${have} is held here`);
  if (asked > have + 1)
    return distrust(
      `it is made from root ${asked}, and the newest held here is root ${have}; lay the roots between beside it`,
    );
  if (asked === have) return distrust(`its root ${asked} is not the root ${have} that is held here`);
  if (await followsRoot(newest, named)) return ok();
  return distrust(`its root ${asked} is not signed for by root ${have} that is held here`);
}

async function judgeRoot(request: RootRequest): Promise<Result<SigningRequest, RequestDistrusted>> {
  const { former, next, online } = request;
  const { version, keys, roles } = next.signed;
  if (version !== former.signed.version + 1)
    return distrust(`root ${version} cannot follow root ${former.signed.version}`);
  if (!(await areNamedRightly(keys))) return distrust('a key in it has the id of another');
  for (const role of ['snapshot', 'timestamp'] as const) {
    if (online === null) break;
    const keyId = await keyIdOf(tufKey(fromHex(online[role]) ?? new Uint8Array()));
    if (!roles[role].keyids.includes(keyId))
      return distrust(`it brings a ${role} key that its root does not name`);
  }
  return ok(request);
}

async function judgeTargets(
  request: TargetsRequest,
  roots: readonly RootMetadata[],
): Promise<Result<SigningRequest, RequestDistrusted>> {
  const { root, former, next } = request;
  const model = next.signed[MODEL_FIELD];
  // The names are shown: one of another form could pretend to be a line of its own.
  const isOfTargets = (path: string) => {
    const kind = targetKind(targetName(model, path) ?? '');
    return kind !== null && kind !== 'rollout';
  };
  if (!Object.keys(next.signed.targets).every(isOfTargets))
    return distrust(`it lists what no release of ${model} has`);
  if (!(await delegatesRolloutAlone(next.signed)))
    return distrust('it delegates something else than the rollout to one key');
  if (former === null) return ok(request);
  if (former.signed[MODEL_FIELD] !== model) return distrust('it follows metadata of another model');
  if (next.signed.version !== former.signed.version + 1)
    return distrust(`targets ${next.signed.version} cannot follow targets ${former.signed.version}`);
  const isVouchedFor = ({ signed }: RootMetadata) => isSignedBy(signed.roles.targets, signed.keys, former);
  if (await isVouchedFor(root)) return ok(request);
  const earlier = await Promise.all(roots.map(isVouchedFor));
  // A key that was dropped may have been stolen: what it alone signed is not taken as known.
  if (earlier.includes(true)) return ok({ ...request, former: null });
  return distrust('the metadata that it follows is not signed by the targets role');
}

async function delegatesRolloutAlone(signed: TargetsRequest['next']['signed']): Promise<boolean> {
  const [[keyId, key] = [], ...others] = Object.entries(signed.delegations.keys);
  if (keyId === undefined || key === undefined || others.length > 0) return false;
  const expected = rolloutDelegations(signed[MODEL_FIELD], { keyId, key });
  return (await keyIdOf(key)) === keyId && canonicalize(expected) === canonicalize(signed.delegations);
}

/** One key under another's id would be shown as that other (TUF 4.2). */
async function areNamedRightly(keys: Readonly<Record<string, TufKey>>): Promise<boolean> {
  const ids = await Promise.all(Object.values(keys).map(keyIdOf));
  return Object.keys(keys).every((id, i) => id === ids[i]);
}

function distrust(why: string): Result<never, RequestDistrusted> {
  return err({ reason: 'request-distrusted', why });
}
