/** The same releases, signed anew: before they expire, after a key was rotated, after the rollout's key was. */
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootFile } from '../keys/roots.ts';
import type { OperatorClient, OperatorFailure } from '../publish/operator-client.ts';
import { readPendingTargets } from '../publish/pending-targets.ts';
import {
  draftTargets,
  signedTargetsText,
  signWith,
  type TargetsKeys,
  type TargetsSigningFailure,
} from '../publish/sign-targets.ts';
import { uploadRoots } from '../publish/upload-roots.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import { readSignedState, type SignedStateFailure } from '../repository/signed-state.ts';
import type { TargetsRequest } from '../signing/request.ts';

type FileUnwritable = { readonly reason: 'file-unwritable'; readonly path: string; readonly why: string };

export type RenewalFailure = SignedStateFailure | OperatorFailure | TargetsSigningFailure | FileUnwritable;

export type RenewalPorts = {
  readonly get: Get;
  readonly operator: Pick<OperatorClient, 'putRoot' | 'putTargetsMetadata'>;
  readonly nowMs: () => number;
  /** Null where it is to be signed here. */
  readonly askForSignatures: ((request: TargetsRequest) => Promise<Result<void, FileUnwritable>>) | null;
};

export type Renewed = {
  readonly model: ModelId;
  readonly targetsVersion: number;
  readonly expires: string;
  /** Version of the newest root, and of that whose keys had signed what was there. */
  readonly root: number;
  readonly signedUnderRoot: number;
  readonly targetCount: number;
  readonly isVisible: boolean;
};

export async function renewTargets(
  source: {
    readonly base: string;
    readonly model: ModelId;
    readonly roots: readonly [RootFile, ...RootFile[]];
  },
  keys: TargetsKeys,
  { get, operator, nowMs, askForSignatures }: RenewalPorts,
): Promise<Result<Renewed, RenewalFailure>> {
  const uploaded = await uploadRoots(source.roots, operator);
  if (!uploaded.ok) return uploaded;
  const former = await readSignedState(source, get);
  if (!former.ok) return former;
  const { root, targets, signedUnderRoot } = former.value;
  const { model } = source;
  const draft = draftTargets(model, { root, former: targets }, [], keys, nowMs());
  const request = await signWith(draft, keys.targets);
  const { version: targetsVersion, expires } = request.next.signed;
  const renewed = {
    model,
    targetsVersion,
    expires,
    root: root.signed.version,
    signedUnderRoot,
    targetCount: Object.keys(request.next.signed.targets).length,
  };
  if (askForSignatures !== null) {
    const asked = await askForSignatures(request);
    return asked.ok ? ok({ ...renewed, isVisible: false }) : asked;
  }
  const pending = await readPendingTargets(source.base, request, get);
  if (!pending.ok) return pending;
  const text = pending.value === null ? await signedTargetsText(request) : ok(pending.value);
  if (!text.ok) return err(text.failure);
  const put = await operator.putTargetsMetadata(model, targetsVersion, text.value);
  return put.ok ? ok({ ...renewed, isVisible: true }) : put;
}
