/**
 * Audits one model's repository from its root down to the last byte: metadata chain, every target, every chunk, and
 * every file of every package where its manifest says it lies. Finds all defects rather than the first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromUtf8 } from '../../shared/bytes.ts';
import { type ChunkReference, type PackageIndex, parseIndex } from '../../shared/caibx.ts';
import { MODEL_ENTRY_NAME, modelEntrySchema } from '../../shared/catalogue.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import type { HttpFailure } from '../http/client.ts';
import { inParallel } from '../http/in-parallel.ts';
import { DOWNLOADS_IN_FLIGHT } from '../limits.ts';
import { chunkUrl } from '../repository/addresses.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import {
  readVerifiedModel,
  type TargetFailure,
  type VerificationFailure,
  type VerifiedModel,
} from '../repository/verified-model.ts';
import { type ChunkSpool, openChunkSpool } from './chunk-spool.ts';
import type { Defect } from './defect.ts';
import { judgePackage } from './judge-package.ts';

export type Audit = {
  readonly model: ModelId;
  readonly versions: VerifiedModel['versions'];
  readonly releases: readonly string[];
  readonly targetCount: number;
  readonly chunkCount: number;
  readonly storedBytes: number;
  readonly defects: readonly Defect[];
};

type Unreachable = Extract<HttpFailure, { reason: 'repository-unreachable' }>;

export async function auditModel(
  repository: { readonly base: string; readonly model: ModelId; readonly rootText: string },
  get: Get,
  onProgress: (doneChunks: number, totalChunks: number) => void,
): Promise<Result<Audit, VerificationFailure>> {
  const model = await readVerifiedModel(repository, get);
  if (!model.ok) return model;
  const contents = await auditTargets(model.value);
  if (!contents.ok) return contents;
  const { manifests, indexes, defects } = contents.value;

  const spoolDirectory = await mkdtemp(join(tmpdir(), 'cistern-verify-'));
  try {
    const spool = openChunkSpool(spoolDirectory);
    const chunks = new Map(
      [...indexes.values()].flatMap((index) => index.chunks.map((chunk) => [chunk.id, chunk] as const)),
    );
    const fetched = await fetchChunks(repository.base, chunks, spool, get, onProgress);
    if (!fetched.ok) return fetched;
    defects.push(...fetched.value.defects);
    for (const manifest of manifests) {
      const index = indexes.get(manifest.package.index);
      if (index !== undefined) defects.push(...(await judgePackage(manifest, index, spool)));
    }
    return ok({
      model: repository.model,
      versions: model.value.versions,
      releases: manifests.map(({ version }) => version),
      targetCount: Object.keys(model.value.targets).length,
      chunkCount: chunks.size,
      storedBytes: fetched.value.storedBytes,
      defects,
    });
  } finally {
    await rm(spoolDirectory, { recursive: true, force: true });
  }
}

type TargetContents = {
  readonly manifests: readonly ReleaseManifest[];
  readonly indexes: ReadonlyMap<string, PackageIndex>;
  readonly defects: Defect[];
};

/** Every listed target is fetched, hashed and read as what its name says it is. */
async function auditTargets(model: VerifiedModel): Promise<Result<TargetContents, Unreachable>> {
  const manifests: ReleaseManifest[] = [];
  const indexes = new Map<string, PackageIndex>();
  const defects: Defect[] = [];
  const entryPath = targetPath(model.model, MODEL_ENTRY_NAME);
  if (model.targets[entryPath] === undefined) defects.push({ where: entryPath, sentence: 'Not listed.' });
  for (const path of Object.keys(model.targets)) {
    const bytes = await model.readTarget(path);
    if (!bytes.ok) {
      if (bytes.failure.reason === 'repository-unreachable') return err(bytes.failure);
      defects.push({ where: path, sentence: targetSentence(bytes.failure) });
      continue;
    }
    if (path.endsWith('.caibx')) {
      const index = parseIndex(bytes.value);
      if (index.ok) indexes.set(path, index.value);
      else defects.push({ where: path, sentence: `Not a package index: ${index.failure.why}.` });
      continue;
    }
    const schema = path === entryPath ? modelEntrySchema : releaseManifestSchema;
    const content = schema.safeParse(parseJson(bytes.value));
    if (!content.success) {
      const issue = content.error.issues[0];
      defects.push({ where: path, sentence: `Not readable: ${issue?.path.join('.')}: ${issue?.message}.` });
    } else if (content.data.model !== model.model) {
      defects.push({ where: path, sentence: `Is of ${content.data.model}.` });
    } else if (content.data.format === 'cistern-release/1') {
      manifests.push(content.data);
    }
  }
  for (const { version, package: content } of manifests) {
    if (!indexes.has(content.index))
      defects.push({ where: content.index, sentence: `Not there; ${version} needs it.` });
  }
  for (const { version } of model.rollout.releases) {
    if (!manifests.some((manifest) => manifest.version === version))
      defects.push({ where: version, sentence: 'In the rollout, and not among the releases.' });
  }
  return ok({ manifests, indexes, defects });
}

async function fetchChunks(
  base: string,
  chunks: ReadonlyMap<string, ChunkReference>,
  spool: ChunkSpool,
  get: Get,
  onProgress: (doneChunks: number, totalChunks: number) => void,
): Promise<Result<{ storedBytes: number; defects: readonly Defect[] }, Unreachable>> {
  const defects: Defect[] = [];
  let storedBytes = 0;
  let done = 0;
  const all = await inParallel(chunks.values(), DOWNLOADS_IN_FLIGHT, async (chunk) => {
    const answer = await get(chunkUrl(base, chunk.id), CHUNK_STORED_MAX_BYTES);
    onProgress(++done, chunks.size);
    if (!answer.ok) {
      if (answer.failure.reason === 'repository-unreachable') return err(answer.failure);
      defects.push({ where: chunk.id, sentence: `Larger than ${CHUNK_STORED_MAX_BYTES} bytes.` });
      return ok();
    }
    const { status, body } = answer.value;
    storedBytes += body.length;
    if (status !== 200) defects.push({ where: chunk.id, sentence: `Not served: status ${status}.` });
    else if (!(await spool.keep(chunk, body)))
      defects.push({ where: chunk.id, sentence: 'Its content is not what its id says.' });
    return ok();
  });
  return all.ok ? ok({ storedBytes, defects }) : all;
}

function targetSentence(failure: TargetFailure): string {
  switch (failure.reason) {
    case 'target-altered':
      return `Altered: ${failure.why}.`;
    case 'target-missing':
      return `Not served: status ${failure.status}.`;
    case 'answer-too-large':
      return `Larger than ${failure.maxBytes} bytes.`;
    case 'target-not-listed':
    case 'repository-unreachable':
      return failure.reason;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes) ?? '');
  } catch {
    return null;
  }
}
