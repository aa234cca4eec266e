/**
 * What every publication does around its package: brings the roots, reads what stands, and in the end makes the release
 * visible and begins its rollout. Every step can be repeated.
 */
import type { ModelId } from '../../shared/model.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootMetadata } from '../../shared/trust/documents.ts';
import type { RootFile } from '../keys/roots.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import { type ManifestFailure, readManifest } from '../repository/read-manifest.ts';
import {
  readVerifiedModel,
  type VerificationFailure,
  type VerifiedModel,
} from '../repository/verified-model.ts';
import { beginRollout } from '../rollout/begin-rollout.ts';
import type { Offer } from '../rollout/edit-rollout.ts';
import type { TargetsRequest } from '../signing/request.ts';
import type { OperatorClient, OperatorFailure } from './operator-client.ts';
import { readPendingTargets } from './pending-targets.ts';
import type { Target } from './release-targets.ts';
import {
  draftTargets,
  signedTargetsText,
  signWith,
  type TargetsKeys,
  type TargetsSigningFailure,
} from './sign-targets.ts';
import { at, type PublishStep } from './step.ts';
import { uploadRoots } from './upload-roots.ts';

export type Publication = {
  readonly model: ModelId;
  readonly version: string;
  readonly offer: Offer;
  /** From the one that everything is verified from to the newest. */
  readonly roots: readonly [RootFile, ...RootFile[]];
  readonly base: string;
  readonly keys: TargetsKeys;
};

export type PublicationPorts = {
  readonly get: Get;
  readonly operator: OperatorClient;
  readonly nowMs: () => number;
  /** Takes the metadata to where its keys are; null where it is to be signed here. */
  readonly askForSignatures: ((request: TargetsRequest) => Promise<Result<void, FileUnwritable>>) | null;
};

type FileUnwritable = { readonly reason: 'file-unwritable'; readonly path: string; readonly why: string };

/** A version that is published never changes. */
export type ReleaseDiffers = {
  readonly reason: 'release-exists-with-other-content';
  readonly version: string;
  readonly members: readonly string[];
};

export type PublicationFailure = { readonly step: PublishStep } & (
  | VerificationFailure
  | OperatorFailure
  | TargetsSigningFailure
  | FileUnwritable
  | { readonly reason: 'targets-key-not-trusted'; readonly keyIds: readonly string[] }
);

/** What a publication extends. */
export type Standing = {
  readonly root: RootMetadata;
  /** The model as it is published; null for one that has no release yet. */
  readonly model: VerifiedModel | null;
};

export type Shown = {
  /** Whether this run made the release visible, found it so, or left that to who signs. */
  readonly release: 'published' | 'was-published' | 'awaits-signatures';
  readonly targetsVersion: number;
  /** `kept`: the version was in the rollout already, and its rollout was left as it stands. */
  readonly rollout: 'started' | 'kept' | 'awaits-signatures';
};

/** Refuses keys that could not sign, before anything is cut or sent. */
export async function readStanding(
  { roots, base, model, keys }: Publication,
  { get, operator, askForSignatures }: PublicationPorts,
): Promise<Result<Standing, PublicationFailure>> {
  const uploaded = at('reading-repository', await uploadRoots(roots, operator));
  if (!uploaded.ok) return uploaded;
  const read = await readVerifiedModel({ base, model, rootText: roots[0].text }, get);
  const isFirst = !read.ok && read.failure.reason === 'model-not-published';
  const current = isFirst ? ok(null) : at('reading-repository', read);
  if (!current.ok) return current;
  const root = current.value?.root ?? (roots.at(-1) ?? roots[0]).root;
  const keyIds = keys.targets.map(({ keyId }) => keyId);
  const mayAnySign = keyIds.some((keyId) => root.signed.roles.targets.keyids.includes(keyId));
  if (!mayAnySign && askForSignatures === null)
    return err({ step: 'reading-repository', reason: 'targets-key-not-trusted', keyIds });
  return ok({ root, model: current.value });
}

/** The manifest of this version as it is published; null where it is not. */
export async function readKnown(
  { model }: Standing,
  version: string,
): Promise<Result<ReleaseManifest | null, { readonly step: PublishStep } & ManifestFailure>> {
  return model === null ? ok(null) : at('reading-repository', await readManifest(model, version));
}

/** Uploads the targets that are new, then the signed metadata that lists them, then begins the rollout. */
export async function showRelease(
  publication: Publication,
  standing: Standing,
  targets: readonly Target[],
  ports: PublicationPorts,
): Promise<Result<Shown, PublicationFailure>> {
  const visible = await makeVisible(publication, standing, targets, ports);
  if (!visible.ok) return visible;
  if (visible.value.release === 'awaits-signatures')
    return ok({ ...visible.value, rollout: 'awaits-signatures' });
  const { base, model, roots, version, offer } = publication;
  const repository = { base, model, rootText: roots[0].text };
  const rollout = at('rolling-out', await beginRollout(repository, { version, ...offer }, ports));
  return rollout.ok ? ok({ ...visible.value, rollout: rollout.value }) : rollout;
}

async function makeVisible(
  { base, model, keys, version, offer }: Publication,
  { root, model: published }: Standing,
  targets: readonly Target[],
  { get, operator, nowMs, askForSignatures }: PublicationPorts,
): Promise<Result<Pick<Shown, 'release' | 'targetsVersion'>, PublicationFailure>> {
  const former = published?.targetsRole ?? null;
  const listed = former?.signed.targets ?? {};
  const added = targets.filter(({ path, sha256 }) => listed[path]?.hashes.sha256 !== sha256);
  if (added.length === 0)
    return ok({ release: 'was-published', targetsVersion: former?.signed.version ?? 0 });
  for (const target of added) {
    const put = at('uploading', await operator.putTarget(model, target));
    if (!put.ok) return put;
  }
  const draft = draftTargets(model, { root, former }, added, keys, nowMs());
  const request = await signWith({ ...draft, rollout: { version, ...offer } }, keys.targets);
  const targetsVersion = request.next.signed.version;
  if (askForSignatures !== null) {
    const asked = at('signing', await askForSignatures(request));
    return asked.ok ? ok({ release: 'awaits-signatures', targetsVersion }) : asked;
  }
  const pending = at('signing', await readPendingTargets(base, request, get));
  if (!pending.ok) return pending;
  const text = pending.value === null ? at('signing', await signedTargetsText(request)) : ok(pending.value);
  if (!text.ok) return text;
  const put = at('signing', await operator.putTargetsMetadata(model, targetsVersion, text.value));
  if (!put.ok) return put;
  return ok({ release: 'published', targetsVersion });
}
