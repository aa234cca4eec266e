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
import { startRelease } from '../rollout/edit-rollout.ts';
import { differingMembers } from './differing-members.ts';
import type { OperatorClient, OperatorFailure } from './operator-client.ts';
import {
  buildManifest,
  entryTarget,
  indexTarget,
  judgeStatement,
  manifestTarget,
  type ReleaseStatement,
  type Target,
} from './release-targets.ts';
import { signTargets, type TargetsKeys } from './sign-targets.ts';
import { type UploadSummary, uploadChunks } from './upload-chunks.ts';

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
  | { readonly reason: 'package-defective'; readonly findings: readonly Finding[] }
  | { readonly reason: 'statement-invalid'; readonly why: string }
  | { readonly reason: 'targets-key-not-trusted'; readonly keyId: string }
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
  readonly rootText: string;
  readonly base: string;
  readonly keys: TargetsKeys;
};

export type PublishPorts = {
  readonly get: Get;
  readonly operator: OperatorClient;
  readonly nowMs: () => number;
  readonly onProgress: (step: 'cutting' | 'uploading', done: number, total: number) => void;
};

export type Published = {
  readonly manifest: ReleaseManifest;
  readonly findings: readonly Finding[];
  readonly upload: UploadSummary;
  /** Whether this run made the release visible, or found it so. */
  readonly release: 'published' | 'was-published';
  readonly targetsVersion: number;
  /** `kept`: the version was in the rollout already, and its rollout was left as it stands. */
  readonly rollout: 'started' | 'kept';
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
  const { keyId } = request.keys.targets;
  if (!(before.value?.targetsKeyIds ?? targetsKeyIdsOf(request.rootText)).includes(keyId))
    return err({ step: 'reading-repository', reason: 'targets-key-not-trusted', keyId });
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
    const visible = await makeVisible(request, before.value, targetsOf(entry, release, cut.value), ports);
    if (!visible.ok) return visible;
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
  { rootText, base, entry }: PublishRequest,
  { get, operator }: PublishPorts,
): Promise<Result<VerifiedModel | null, PublishFailure>> {
  const root = at('reading-repository', await operator.putRoot(1, rootText));
  if (!root.ok) return root;
  const current = await readVerifiedModel({ base, model: entry.model, rootText }, get);
  if (!current.ok && current.failure.reason === 'model-not-published') return ok(null);
  return at('reading-repository', current);
}

function targetsKeyIdsOf(rootText: string): readonly string[] {
  const root = JSON.parse(rootText) as { signed: { roles: { targets: { keyids: readonly string[] } } } };
  return root.signed.roles.targets.keyids;
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
  { entry, keys }: PublishRequest,
  before: VerifiedModel | null,
  targets: readonly Target[],
  { operator, nowMs }: PublishPorts,
): Promise<Result<Pick<Published, 'release' | 'targetsVersion'>, PublishFailure>> {
  const former = { version: before?.versions.targets ?? 0, files: before?.targets ?? {} };
  const added = targets.filter(({ path, sha256 }) => former.files[path]?.hashes.sha256 !== sha256);
  if (added.length === 0) return ok({ release: 'was-published', targetsVersion: former.version });
  for (const target of added) {
    const put = at('uploading', await operator.putTarget(entry.model, target));
    if (!put.ok) return put;
  }
  const text = await signTargets(entry.model, former, added, keys, nowMs());
  const put = at('signing', await operator.putTargetsMetadata(entry.model, former.version + 1, text));
  if (!put.ok) return put;
  return ok({ release: 'published', targetsVersion: former.version + 1 });
}

/**
 * A release that is in the rollout already may be halted or recalled for a reason; it is left as it stands. Read
 * anew: cutting and uploading took a while, and what was halted meanwhile must stay so.
 */
async function startRollout(
  { entry, version, percentage, base, rootText }: PublishRequest,
  { get, operator, nowMs }: PublishPorts,
): Promise<Result<Published['rollout'], PublishFailure>> {
  const current = at('rolling-out', await readVerifiedModel({ base, model: entry.model, rootText }, get));
  if (!current.ok) return current;
  const { rollout: former, rolloutSha256 } = current.value;
  if (former.releases.some((release) => release.version === version.text)) return ok('kept');
  const rollout = startRelease(former, { version: version.text, percentage, nowMs: nowMs() });
  const put = at('rolling-out', await operator.putRollout(rollout, rolloutSha256));
  return put.ok ? ok('started') : put;
}

function at<T, E extends object>(
  step: PublishStep,
  result: Result<T, E>,
): Result<T, E & { step: PublishStep }> {
  return result.ok ? result : err({ ...result.failure, step });
}
