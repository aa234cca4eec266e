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
import type { ManifestFailure } from '../repository/read-manifest.ts';
import { differingMembers } from './differing-members.ts';
import type { OperatorFailure } from './operator-client.ts';
import {
  type Publication,
  type PublicationFailure,
  type PublicationPorts,
  type ReleaseDiffers,
  readKnown,
  readStanding,
  type Shown,
  showRelease,
} from './publication.ts';
import {
  buildManifest,
  entryTarget,
  indexTarget,
  judgeStatement,
  manifestTarget,
  type ReleaseStatement,
  type Target,
} from './release-targets.ts';
import { at, type PublishStep } from './step.ts';
import { type UploadSummary, uploadChunks } from './upload-chunks.ts';

export type PublishFailure =
  | PublicationFailure
  | ({ readonly step: PublishStep } & (
      | SourceFailure
      | CutFailure
      | ManifestFailure
      | OperatorFailure
      | { readonly reason: 'package-defective'; readonly findings: readonly Finding[] }
      | { readonly reason: 'statement-invalid'; readonly why: string }
      | ReleaseDiffers
    ));

export type PublishRequest = Omit<Publication, 'model' | 'version'> & {
  readonly source: PackageSource;
  readonly entry: ModelEntry;
  readonly version: FirmwareVersion;
  /** Without a date, a new release gets today's and a known one keeps its own. */
  readonly statement: Omit<ReleaseStatement, 'version' | 'releasedOn'> & {
    readonly releasedOn: string | null;
  };
};

export type PublishPorts = PublicationPorts & {
  readonly onProgress: (step: 'cutting' | 'uploading', done: number, total: number) => void;
};

export type Published = Shown & {
  readonly manifest: ReleaseManifest;
  readonly findings: readonly Finding[];
  readonly upload: UploadSummary;
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

  const publication = { ...request, model: entry.model, version: version.text };
  const standing = await readStanding(publication, ports);
  if (!standing.ok) return standing;
  const known = await readKnown(standing.value, version.text);
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
    // Of a known release too: a chunk that was lost since comes back.
    const upload = at('uploading', await uploadChunks(ids, store, ports.operator, onChunks));
    if (!upload.ok) return upload;

    const release = known.value ?? manifest;
    const targets = targetsOf(entry, release, cut.value);
    const shown = await showRelease(publication, standing.value, targets, ports);
    if (!shown.ok) return shown;
    return ok({ manifest: release, findings, upload: upload.value, ...shown.value });
  } finally {
    await rm(spool, { recursive: true, force: true });
  }
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
