/**
 * Audits one model's repository from its root down to the last byte: metadata chain, every target, every chunk, and
 * every file of every package where its manifest says it lies. Finds all defects rather than the first, one release
 * after the other, so that memory does not grow with their number.
 */
import { fromUtf8 } from '../../shared/bytes.ts';
import { type PackageIndex, parseIndex } from '../../shared/caibx.ts';
import { MODEL_ENTRY_NAME, modelEntrySchema } from '../../shared/catalogue.ts';
import { ROOT_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { targetKind, targetName } from '../../shared/trust/target-path.ts';
import { inOrder } from '../http/in-order.ts';
import { TARGETS_IN_FLIGHT } from '../limits.ts';
import { type Carried, readCarried } from '../mirror/carried.ts';
import { commonRootUrl } from '../repository/addresses.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import {
  type RepositoryOfModel,
  readVerifiedModel,
  type TargetFailure,
  type VerificationFailure,
  type VerifiedModel,
} from '../repository/verified-model.ts';
import { type ChunkReader, openChunkReader, type Unreachable } from './chunk-reader.ts';
import type { Defect } from './defect.ts';
import { judgePackage } from './judge-package.ts';

export type Audit = {
  readonly model: ModelId;
  readonly versions: VerifiedModel['versions'];
  /** Whole, as far as no defect is of them. */
  readonly releases: readonly string[];
  /** Listed, and never brought to this mirror (`carried.json`). */
  readonly notCarried: readonly string[];
  readonly targetCount: number;
  readonly chunkCount: number;
  readonly storedBytes: number;
  readonly defects: readonly Defect[];
};

/** Parts of a release's share in the progress of an audit. */
const PROGRESS_PARTS = 1000;

export async function auditModel(
  repository: RepositoryOfModel,
  get: Get,
  onProgress: (done: number, total: number) => void,
): Promise<Result<Audit, VerificationFailure>> {
  const model = await readVerifiedModel(repository, get);
  if (!model.ok) return model;
  const carried = await readCarried(get, repository);
  if (!carried.ok) return carried;
  const behind = await judgeRoots(repository, model.value, get);
  if (!behind.ok) return behind;
  const reader = await openChunkReader(repository.base, get);
  try {
    const found = await auditTargets(model.value, carried.value, reader, onProgress);
    if (!found.ok) return found;
    return ok({
      model: repository.model,
      versions: model.value.versions,
      releases: found.value.releases,
      notCarried: found.value.notCarried,
      targetCount: Object.keys(model.value.targets).length,
      ...reader.seen(),
      defects: [...behind.value, ...found.value.defects],
    });
  } finally {
    await reader.close();
  }
}

/** A common root that comes after this model's newest: a "keys upload" that died laid it beside others, or none. */
async function judgeRoots(
  { base }: RepositoryOfModel,
  { model, versions }: VerifiedModel,
  get: Get,
): Promise<Result<readonly Defect[], VerificationFailure>> {
  const next = versions.root + 1;
  const answer = await get(commonRootUrl(base, next), ROOT_MAX_BYTES);
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return ok([]);
  const sentence = `Root ${next} is in the repository and not beside this model. Run "keys upload" or "online renew" again.`;
  return ok([{ where: model, sentence }]);
}

type Found = {
  readonly releases: readonly string[];
  readonly notCarried: readonly string[];
  readonly defects: readonly Defect[];
};

async function auditTargets(
  model: VerifiedModel,
  carried: Carried,
  reader: ChunkReader,
  onProgress: (done: number, total: number) => void,
): Promise<Result<Found, Unreachable>> {
  const defects = new Map<string, Defect>();
  const report = (found: readonly Defect[]) => {
    // A chunk of several releases is one defect.
    for (const defect of found) defects.set(`${defect.where} ${defect.sentence}`, defect);
  };
  const paths = Object.keys(model.targets);
  const ofKind = (kind: string) =>
    paths.filter((path) => targetKind(targetName(model.model, path) ?? '') === kind);
  report(await judgeEntry(model));

  const manifests = ofKind('manifest');
  const indexes = new Set(ofKind('index'));
  const releases: string[] = [];
  const notCarried: string[] = [];
  let done = 0;
  const read = (path: string) => readRelease(model, carried, path);
  for await (const release of inOrder(manifests, TARGETS_IN_FLIGHT, read)) {
    if (!release.ok) return release;
    const { manifest, index, found } = release.value;
    report(found);
    if (manifest !== null) {
      (carried?.has(manifest.version) === false ? notCarried : releases).push(manifest.version);
      indexes.delete(manifest.package.index);
    }
    if (manifest !== null && index !== null) {
      let chunks = 0;
      const judged = await judgePackage(manifest, index, reader, () => {
        const share = ++chunks / index.chunks.length;
        onProgress((done + share) * PROGRESS_PARTS, manifests.length * PROGRESS_PARTS);
      });
      if (!judged.ok) return judged;
      report(judged.value);
    }
    done++;
  }
  report([...indexes].map((where) => ({ where, sentence: 'An index that no manifest names.' })));
  for (const { version } of model.rollout.releases) {
    if (!releases.includes(version) && !notCarried.includes(version))
      report([{ where: version, sentence: 'In the rollout, and not among the releases.' }]);
  }
  return ok({ releases, notCarried, defects: [...defects.values()] });
}

async function judgeEntry(model: VerifiedModel): Promise<readonly Defect[]> {
  const where = targetPath(model.model, MODEL_ENTRY_NAME);
  const bytes = await model.readTarget(where);
  if (!bytes.ok) return [{ where, sentence: targetSentence(bytes.failure) }];
  const entry = modelEntrySchema.safeParse(parseJson(bytes.value));
  if (!entry.success) return [{ where, sentence: `Not readable: ${issueOf(entry.error)}.` }];
  return entry.data.model === model.model ? [] : [{ where, sentence: `Is of ${entry.data.model}.` }];
}

type Release = {
  /** Null where it is not readable; `found` says why. */
  readonly manifest: ReleaseManifest | null;
  readonly index: PackageIndex | null;
  readonly found: readonly Defect[];
};

async function readRelease(
  model: VerifiedModel,
  carried: Carried,
  path: string,
): Promise<Result<Release, Unreachable>> {
  const none = (where: string, sentence: string, manifest: ReleaseManifest | null = null) =>
    ok({ manifest, index: null, found: [{ where, sentence }] });
  const bytes = await model.readTarget(path);
  if (!bytes.ok) {
    const { failure } = bytes;
    return failure.reason === 'repository-unreachable' ? err(failure) : none(path, targetSentence(failure));
  }
  const parsed = releaseManifestSchema.safeParse(parseJson(bytes.value));
  if (!parsed.success) return none(path, `Not readable: ${issueOf(parsed.error)}.`);
  const manifest = parsed.data;
  if (manifest.model !== model.model) return none(path, `Is of ${manifest.model}.`);
  if (carried?.has(manifest.version) === false) return ok({ manifest, index: null, found: [] });
  const where = manifest.package.index;
  const indexBytes = await model.readTarget(where);
  if (!indexBytes.ok) {
    const { failure } = indexBytes;
    if (failure.reason === 'repository-unreachable') return err(failure);
    return none(where, `${targetSentence(failure)} ${manifest.version} needs it.`, manifest);
  }
  const index = parseIndex(indexBytes.value);
  if (!index.ok) return none(where, `Not a package index: ${index.failure.why}.`, manifest);
  return ok({ manifest, index: index.value, found: [] });
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
      return 'Not listed.';
    case 'repository-unreachable':
      return `Not reached: ${failure.why}.`;
  }
}

function issueOf({
  issues,
}: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  const [issue] = issues;
  return `${issue?.path.join('.')}: ${issue?.message}`;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes) ?? '');
  } catch {
    return null;
  }
}
