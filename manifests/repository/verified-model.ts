/**
 * One model's repository as its root vouches for it: roots, timestamp, snapshot, targets and rollout, verified by
 * tuf-js. What was served otherwise is a failure, never a value.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import type * as z from 'zod';
import { fromUtf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import {
  INDEX_MAX_BYTES,
  ROOT_MAX_BYTES,
  ROOT_ROTATIONS_MAX,
  SNAPSHOT_MAX_BYTES,
  TARGETS_MAX_BYTES,
  TIMESTAMP_MAX_BYTES,
} from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ROLLOUT_NAME, type Rollout, rolloutSchema } from '../../shared/rollout.ts';
import {
  type RootMetadata,
  rootSchema,
  type TargetsMetadata,
  targetsSchema,
} from '../../shared/trust/documents.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import type { HttpFailure } from '../http/client.ts';
import { metadataBase, targetUrl } from './addresses.ts';
import { type FetchFailure, type Get, MetadataFetcher } from './metadata-fetcher.ts';

export type TargetFile = { readonly length: number; readonly hashes: { readonly sha256: string } };

export type VerifiedModel = {
  readonly model: ModelId;
  readonly versions: Readonly<Record<'root' | 'timestamp' | 'snapshot' | 'targets' | 'rollout', number>>;
  /** The newest root. */
  readonly root: RootMetadata;
  /** The targets role's file as it was signed. */
  readonly targetsRole: TargetsMetadata;
  /** The verified targets role, path to file, without what it delegates. */
  readonly targets: Readonly<Record<string, TargetFile>>;
  readonly rollout: Rollout;
  /** SHA-256 of the rollout document that was read: what a change of it replaces. */
  readonly rolloutSha256: string;
  /** Fetches a listed target and holds it against its length and hash. */
  readonly readTarget: (path: string) => Promise<Result<Uint8Array<ArrayBuffer>, TargetFailure>>;
};

export type TargetFailure =
  | HttpFailure
  | { readonly reason: 'target-not-listed'; readonly path: string }
  | { readonly reason: 'target-missing'; readonly path: string; readonly status: number }
  | { readonly reason: 'target-altered'; readonly path: string; readonly why: string };

export type VerificationFailure =
  | FetchFailure
  | TargetFailure
  | { readonly reason: 'root-unusable'; readonly why: string }
  | { readonly reason: 'metadata-rejected'; readonly why: string }
  | { readonly reason: 'rollout-unreadable'; readonly why: string }
  | { readonly reason: 'model-not-published'; readonly model: ModelId };

export type RepositoryOfModel = {
  readonly base: string;
  readonly model: ModelId;
  /** The root that the caller trusts. */
  readonly rootText: string;
};

/** The model as it stands now, judged from `rootText`, which the caller trusts. */
export async function readVerifiedModel(
  repository: RepositoryOfModel,
  get: Get,
): Promise<Result<VerifiedModel, VerificationFailure>> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-metadata-'));
  try {
    return await readWith(directory, repository, get);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readWith(
  directory: string,
  { base, model, rootText }: RepositoryOfModel,
  get: Get,
): Promise<Result<VerifiedModel, VerificationFailure>> {
  await writeFile(join(directory, 'root.json'), rootText);
  const fetcher = new MetadataFetcher(get, model);
  let updater: Updater;
  try {
    updater = new Updater({
      metadataDir: directory,
      metadataBaseUrl: metadataBase(base, model),
      fetcher,
      config: {
        maxRootRotations: ROOT_ROTATIONS_MAX,
        rootMaxLength: ROOT_MAX_BYTES,
        timestampMaxLength: TIMESTAMP_MAX_BYTES,
        snapshotMaxLength: SNAPSHOT_MAX_BYTES,
        targetsMaxLength: TARGETS_MAX_BYTES,
      },
    });
  } catch (error) {
    return err({ reason: 'root-unusable', why: sentenceOf(error) });
  }
  const rolloutPath = targetPath(model, ROLLOUT_NAME);
  try {
    await updater.refresh();
    await updater.getTargetInfo(rolloutPath);
  } catch (error) {
    if (fetcher.thrown !== null) throw fetcher.thrown;
    return err(failureOf(error, fetcher.failure, model));
  }

  const read = async (role: string) => JSON.parse(await readFile(join(directory, `${role}.json`), 'utf8'));
  const signed = async (role: string) =>
    (await read(role)).signed as { version: number; targets: Record<string, TargetFile> };
  const root = rootSchema.safeParse(await read('root'));
  if (!root.success) return err({ reason: 'root-unusable', why: issueOf(root.error) });
  const targetsRole = targetsSchema.safeParse(await read('targets'));
  if (!targetsRole.success) return err({ reason: 'metadata-rejected', why: issueOf(targetsRole.error) });
  const [timestamp, snapshot, rolloutRole] = await Promise.all(
    ['timestamp', 'snapshot', 'rollout'].map(signed),
  );
  if (!timestamp || !snapshot || !rolloutRole) throw new Error('a role was not persisted');
  const { targets, version: targetsVersion } = targetsRole.data.signed;
  const readTarget = targetReader(base, model, { ...rolloutRole.targets, ...targets }, get);
  const rollout = await readRollout(rolloutPath, readTarget);
  if (!rollout.ok) return rollout;
  return ok({
    model,
    versions: {
      root: root.data.signed.version,
      timestamp: timestamp.version,
      snapshot: snapshot.version,
      targets: targetsVersion,
      rollout: rolloutRole.version,
    },
    root: root.data,
    targetsRole: targetsRole.data,
    targets,
    rollout: rollout.value,
    rolloutSha256: rolloutRole.targets[rolloutPath]?.hashes.sha256 ?? '',
    readTarget,
  });
}

/** tuf-js treats 404 for the next root as its end, so a failure of the fetcher counts only when it ended the refresh. */
function failureOf(error: unknown, fetched: FetchFailure | null, model: ModelId): VerificationFailure {
  if (fetched?.reason === 'metadata-missing' && !fetched.url.endsWith('.root.json')) {
    const isFirst = fetched.status === 404 && fetched.url.endsWith('/timestamp.json');
    return isFirst ? { reason: 'model-not-published', model } : fetched;
  }
  if (fetched !== null && fetched.reason !== 'metadata-missing') return fetched;
  return { reason: 'metadata-rejected', why: sentenceOf(error) };
}

function targetReader(
  base: string,
  model: ModelId,
  files: Readonly<Record<string, TargetFile>>,
  get: Get,
): VerifiedModel['readTarget'] {
  return async (path) => {
    const file = files[path];
    if (file === undefined) return err({ reason: 'target-not-listed', path });
    const maxBytes = Math.min(file.length, INDEX_MAX_BYTES);
    const answer = await get(targetUrl(base, model, path, file.hashes.sha256), maxBytes);
    if (!answer.ok) return answer;
    const { status, body } = answer.value;
    if (status !== 200) return err({ reason: 'target-missing', path, status });
    if (body.length !== file.length)
      return err({ reason: 'target-altered', path, why: `${body.length} bytes instead of ${file.length}` });
    const digest = await sha256Hex(body);
    if (digest !== file.hashes.sha256)
      return err({
        reason: 'target-altered',
        path,
        why: `SHA-256 ${digest} instead of ${file.hashes.sha256}`,
      });
    return ok(body);
  };
}

async function readRollout(
  path: string,
  readTarget: VerifiedModel['readTarget'],
): Promise<Result<Rollout, VerificationFailure>> {
  const bytes = await readTarget(path);
  if (!bytes.ok) return bytes;
  try {
    const rollout = rolloutSchema.safeParse(JSON.parse(fromUtf8(bytes.value) ?? ''));
    if (rollout.success) return ok(rollout.data);
    return err({ reason: 'rollout-unreadable', why: rollout.error.issues[0]?.message ?? 'not a rollout' });
  } catch {
    return err({ reason: 'rollout-unreadable', why: 'not JSON' });
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

function issueOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.')}: ${issue?.message}`.slice(0, 300);
}
