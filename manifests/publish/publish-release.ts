/**
 * Publishes one release: lint, cut, upload, sign, roll out, in that order, so that nothing is visible before all of
 * it is there. Every step can be repeated: a publication that was cut goes on where it stopped when it is run again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import type { Finding } from '../../shared/lint/finding.ts';
import { hasErrors } from '../../shared/lint/judge-package.ts';
import type { PackageSource, SourceFailure } from '../../shared/package/source.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootMetadata, TargetsMetadata } from '../../shared/trust/documents.ts';
import type { RootFile } from '../keys/roots.ts';
import { lintPackage } from '../lint/lint-package.ts';
import { openChunkStore } from '../package/chunk-store.ts';
import { type CutFailure, type CutPackage, cutPackage } from '../package/cut-package.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import { type ManifestFailure, readManifest } from '../repository/read-manifest.ts';
import {
  readVerifiedModel,
  type VerificationFailure,
  type VerifiedModel,
} from '../repository/verified-model.ts';
import { beginRollout } from '../rollout/begin-rollout.ts';
import type { TargetsRequest } from '../signing/request.ts';
import { differingMembers } from './differing-members.ts';
import type { OperatorClient, OperatorFailure } from './operator-client.ts';
import { readPendingTargets } from './pending-targets.ts';
import {
  buildManifest,
  entryTarget,
  indexTarget,
  judgeStatement,
  manifestTarget,
  type ReleaseStatement,
  type Target,
} from './release-targets.ts';
import {
  draftTargets,
  signedTargetsText,
  signWith,
  type TargetsKeys,
  type TargetsSigningFailure,
} from './sign-targets.ts';
import { type UploadSummary, uploadChunks } from './upload-chunks.ts';
import { uploadRoots } from './upload-roots.ts';

/** How far a publication got; what stands on the server is what the steps before left there. */
export type PublishStep =
  | 'linting'
  | 'reading-repository'
  | 'cutting'
  | 'uploading'
  | 'signing'
  | 'rolling-out';

export type PublishFailure = { readonly step: PublishStep } & (
  | SourceFailure
  | CutFailure
  | VerificationFailure
  | ManifestFailure
  | OperatorFailure
  | TargetsSigningFailure
  | FileUnwritable
  | { readonly reason: 'package-defective'; readonly findings: readonly Finding[] }
  | { readonly reason: 'statement-invalid'; readonly why: string }
  | { readonly reason: 'targets-key-not-trusted'; readonly keyIds: readonly string[] }
  | {
      readonly reason: 'release-exists-with-other-content';
      readonly version: string;
      readonly members: readonly string[];
    }
);

export type PublishRequest = {
  readonly source: PackageSource;
  readonly entry: ModelEntry;
  readonly version: FirmwareVersion;
  /** Without a date, a new release gets today's and a known one keeps its own. */
  readonly statement: Omit<ReleaseStatement, 'version' | 'releasedOn'> & {
    readonly releasedOn: string | null;
  };
  readonly percentage: number;
  /** From the one that everything is verified from to the newest. */
  readonly roots: readonly [RootFile, ...RootFile[]];
  readonly base: string;
  readonly keys: TargetsKeys;
};

export type PublishPorts = {
  readonly get: Get;
  readonly operator: OperatorClient;
  readonly nowMs: () => number;
  readonly onProgress: (step: 'cutting' | 'uploading', done: number, total: number) => void;
  /** Takes the metadata to where its keys are; null where it is to be signed here. */
  readonly askForSignatures: ((request: TargetsRequest) => Promise<Result<void, FileUnwritable>>) | null;
};

type FileUnwritable = { readonly reason: 'file-unwritable'; readonly path: string; readonly why: string };

export type Published = {
  readonly manifest: ReleaseManifest;
  readonly findings: readonly Finding[];
  readonly upload: UploadSummary;
  /** Whether this run made the release visible, found it so, or left that to who signs. */
  readonly release: 'published' | 'was-published' | 'awaits-signatures';
  readonly targetsVersion: number;
  /** `kept`: the version was in the rollout already, and its rollout was left as it stands. */
  readonly rollout: 'started' | 'kept' | 'awaits-signatures';
};

export async function publishRelease(
  request: PublishRequest,
  ports: PublishPorts,
  signal: AbortSignal,
): Promise<Result<Published, PublishFailure>> {
  const { source, entry, version } = request;
  const said = at('linting', judgeStatement(request.statement));
  if (!said.ok) return said;
  const lint = at('linting', await lintPackage(source, { entry, version }, signal));
  if (!lint.ok) return lint;
  const { findings, flash } = lint.value;
  if (hasErrors(lint.value) || flash === null)
    return err({ step: 'linting', reason: 'package-defective', findings });

  const before = await readCurrent(request, ports);
  if (!before.ok) return before;
  const root = before.value?.root ?? newestOf(request.roots).root;
  const keyIds = request.keys.targets.map(({ keyId }) => keyId);
  const mayAnySign = keyIds.some((keyId) => root.signed.roles.targets.keyids.includes(keyId));
  if (!mayAnySign && ports.askForSignatures === null)
    return err({ step: 'reading-repository', reason: 'targets-key-not-trusted', keyIds });
  const known = await readKnown(before.value, version);
  if (!known.ok) return known;

  const spool = await mkdtemp(join(tmpdir(), 'cistern-chunks-'));
  try {
    const store = openChunkStore(spool);
    const onBytes = (done: number, total: number) => ports.onProgress('cutting', done, total);
    const cut = at('cutting', await cutPackage(source, store, onBytes, signal));
    if (!cut.ok) return cut;
    const changed = findChangedFile(cut.value, lint.value.sha256ByPath);
    if (changed !== null)
      return err({ step: 'cutting', reason: 'package-changed-while-read', why: `${changed} changed` });

    const manifest = buildManifest(
      entry,
      datedStatement(request, known.value, ports.nowMs()),
      flash,
      cut.value,
    );
    if (known.value !== null) {
      const members = differingMembers(known.value, manifest);
      if (members.length > 0) {
        const failure = {
          reason: 'release-exists-with-other-content',
          version: version.text,
          members,
        } as const;
        return err({ step: 'reading-repository', ...failure });
      }
    }
    const ids = [...cut.value.storedBytesById.keys()];
    const onChunks = (done: number, total: number) => ports.onProgress('uploading', done, total);
    const upload =
      known.value === null
        ? at('uploading', await uploadChunks(ids, store, ports.operator, onChunks))
        : ok({ uploadedChunks: 0, uploadedBytes: 0, sharedChunks: ids.length });
    if (!upload.ok) return upload;

    const release = known.value ?? manifest;
    const trust = { root, former: before.value?.targetsRole ?? null };
    const visible = await makeVisible(request, trust, targetsOf(entry, release, cut.value), ports);
    if (!visible.ok) return visible;
    if (visible.value.release === 'awaits-signatures')
      return ok({
        manifest: release,
        findings,
        upload: upload.value,
        ...visible.value,
        rollout: 'awaits-signatures',
      });
    const rollout = await startRollout(request, ports);
    if (!rollout.ok) return rollout;
    return ok({
      manifest: release,
      findings,
      upload: upload.value,
      ...visible.value,
      rollout: rollout.value,
    });
  } finally {
    await rm(spool, { recursive: true, force: true });
  }
}

/** The verified state to extend; null for a model that has none yet. */
async function readCurrent(
  { roots, base, entry }: PublishRequest,
  { get, operator }: PublishPorts,
): Promise<Result<VerifiedModel | null, PublishFailure>> {
  const uploaded = at('reading-repository', await uploadRoots(roots, operator));
  if (!uploaded.ok) return uploaded;
  const rootText = roots[0].text;
  const current = await readVerifiedModel({ base, model: entry.model, rootText }, get);
  if (!current.ok && current.failure.reason === 'model-not-published') return ok(null);
  return at('reading-repository', current);
}

function newestOf(roots: PublishRequest['roots']): RootFile {
  return roots.at(-1) ?? roots[0];
}

/** The manifest of this version as it is published; null where it is not. */
async function readKnown(
  current: VerifiedModel | null,
  version: FirmwareVersion,
): Promise<Result<ReleaseManifest | null, PublishFailure>> {
  if (current === null) return ok(null);
  return at('reading-repository', await readManifest(current, version.text));
}

function datedStatement(
  { statement, version }: PublishRequest,
  known: ReleaseManifest | null,
  nowMs: number,
): ReleaseStatement {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  return {
    ...statement,
    version: version.text,
    releasedOn: statement.releasedOn ?? known?.releasedOn ?? today,
  };
}

/** Lint and cut read the package one after the other; what changed in between was never judged. */
function findChangedFile(cut: CutPackage, judged: ReadonlyMap<string, string>): string | null {
  return cut.files.find(({ path, sha256 }) => judged.get(path) !== sha256)?.path ?? null;
}

function targetsOf(entry: ModelEntry, manifest: ReleaseManifest, cut: CutPackage): readonly Target[] {
  return [indexTarget(manifest, cut), manifestTarget(manifest), entryTarget(entry)];
}

/** Uploads the targets that are new, then the signed metadata that lists them. */
async function makeVisible(
  { base, entry, keys, version, percentage }: PublishRequest,
  trust: { readonly root: RootMetadata; readonly former: TargetsMetadata | null },
  targets: readonly Target[],
  { get, operator, nowMs, askForSignatures }: PublishPorts,
): Promise<Result<Pick<Published, 'release' | 'targetsVersion'>, PublishFailure>> {
  const { former } = trust;
  const listed = former?.signed.targets ?? {};
  const added = targets.filter(({ path, sha256 }) => listed[path]?.hashes.sha256 !== sha256);
  if (added.length === 0)
    return ok({ release: 'was-published', targetsVersion: former?.signed.version ?? 0 });
  for (const target of added) {
    const put = at('uploading', await operator.putTarget(entry.model, target));
    if (!put.ok) return put;
  }
  const draft = draftTargets(entry.model, trust, added, keys, nowMs());
  const request = await signWith({ ...draft, rollout: { version: version.text, percentage } }, keys.targets);
  const targetsVersion = request.next.signed.version;
  if (askForSignatures !== null) {
    const asked = at('signing', await askForSignatures(request));
    return asked.ok ? ok({ release: 'awaits-signatures', targetsVersion }) : asked;
  }
  const pending = at('signing', await readPendingTargets(base, request, get));
  if (!pending.ok) return pending;
  const text = pending.value === null ? at('signing', await signedTargetsText(request)) : ok(pending.value);
  if (!text.ok) return text;
  const put = at('signing', await operator.putTargetsMetadata(entry.model, targetsVersion, text.value));
  if (!put.ok) return put;
  return ok({ release: 'published', targetsVersion });
}

async function startRollout(
  { entry, version, percentage, base, roots }: PublishRequest,
  { get, operator, nowMs }: PublishPorts,
): Promise<Result<'started' | 'kept', PublishFailure>> {
  const repository = { base, model: entry.model, rootText: roots[0].text };
  const release = { version: version.text, percentage };
  return at('rolling-out', await beginRollout(repository, release, { get, operator, nowMs }));
}

function at<T, E extends object>(
  step: PublishStep,
  result: Result<T, E>,
): Result<T, E & { step: PublishStep }> {
  return result.ok ? result : err({ ...result.failure, step });
}
