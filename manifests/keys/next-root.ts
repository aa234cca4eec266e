/**
 * From one root to the next: a change is laid onto the newest root (or onto the next one, while it waits), signed by
 * the keys that are here, and takes its name `N+1.root.json` once the thresholds of N and of N+1 are met.
 */
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Signer } from '../../shared/trust/keys.ts';
import { addSignature, mergeSignatures, type SignatureFailure } from '../signing/add-signature.ts';
import { isComplete, judgesOf, type Standing, standingsOf } from '../signing/judges.ts';
import type { OnlinePublic, RootRequest, SigningRequest } from '../signing/request.ts';
import { changeRoot, type RootChange, type RootChangeFailure, type RootSigned } from './root-change.ts';
import { finishRoot, ROOT_DRAFT, type RootsFailure, readDraft, readRoots, writeDraft } from './roots.ts';

export type NextRoot = {
  readonly request: RootRequest;
  readonly standings: readonly Standing[];
  /** Path of the signed root; null while signatures are lacking. */
  readonly path: string | null;
};

export type NextRootFailure = RootsFailure | RootChangeFailure | SignatureFailure;

/** Signers of those keys, as far as they are at hand. */
export type OpenSigners<Failure> = (keyIds: readonly string[]) => Promise<Result<readonly Signer[], Failure>>;

/** What a change would be laid onto: the next root while it waits, else the newest. */
export async function readBase(directory: string): Promise<Result<RootSigned, RootsFailure>> {
  const roots = await readRoots(directory);
  if (!roots.ok) return roots;
  const newest = roots.value.at(-1) ?? roots.value[0];
  const pending = await readPending(directory, newest.version);
  return pending.ok ? ok(pending.value?.next.signed ?? newest.root.signed) : pending;
}

/** Changes made one after the other gather in one next root; signatures that it had fall away with each. */
export async function proposeRoot<Failure>(
  directory: string,
  proposal: { readonly change: RootChange; readonly online: OnlinePublic | null; readonly nowMs: number },
  openSigners: OpenSigners<Failure>,
): Promise<Result<NextRoot, NextRootFailure | Failure>> {
  const roots = await readRoots(directory);
  if (!roots.ok) return roots;
  const newest = roots.value.at(-1) ?? roots.value[0];
  const pending = await readPending(directory, newest.version);
  if (!pending.ok) return pending;
  const base = pending.value?.next.signed ?? newest.root.signed;
  const { change, nowMs } = proposal;
  const changed = changeRoot(base, change, { version: newest.version + 1, nowMs });
  if (!changed.ok) return changed;
  const request: RootRequest = {
    format: 'cistern-signing/1',
    kind: 'root',
    former: newest.root,
    next: { signatures: [], signed: changed.value },
    online: proposal.online ?? pending.value?.online ?? null,
  };
  const wanted = judgesOf(request).flatMap(({ role }) => role.keyids);
  const signers = await openSigners(wanted);
  if (!signers.ok) return signers;
  const signed = await signAll(request, signers.value);
  return signed.ok ? settle(directory, signed.value) : signed;
}

/** Brings signatures home that were given elsewhere. */
export async function importIntoRoot(
  directory: string,
  copies: readonly SigningRequest[],
): Promise<Result<NextRoot, NextRootFailure>> {
  const roots = await readRoots(directory);
  if (!roots.ok) return roots;
  const newest = roots.value.at(-1) ?? roots.value[0];
  const pending = await readPending(directory, newest.version);
  if (!pending.ok) return pending;
  if (pending.value === null) return err({ reason: 'no-root-pending', path: join(directory, ROOT_DRAFT) });
  let request = pending.value;
  for (const copy of copies) {
    const merged = await mergeSignatures(request, copy);
    if (!merged.ok) return merged;
    request = merged.value;
  }
  return settle(directory, request);
}

/** The next root that waits; one that has its name already was finished by a run that was cut. */
async function readPending(
  directory: string,
  newest: number,
): Promise<Result<RootRequest | null, RootsFailure>> {
  const draft = await readDraft(directory);
  if (!draft.ok || draft.value === null || draft.value.next.signed.version > newest) return draft;
  if (draft.value.next.signed.version === newest) await finishRoot(directory, draft.value);
  return ok(null);
}

async function signAll(
  request: RootRequest,
  signers: readonly Signer[],
): Promise<Result<RootRequest, SignatureFailure>> {
  let signed = request;
  for (const signer of signers) {
    const added = await addSignature(signed, signer);
    if (!added.ok) return added;
    signed = added.value;
  }
  return ok(signed);
}

async function settle(directory: string, request: RootRequest): Promise<Result<NextRoot, never>> {
  const standings = await standingsOf(request);
  await writeDraft(directory, request);
  const path = isComplete(standings) ? await finishRoot(directory, request) : null;
  return ok({ request, standings, path });
}
