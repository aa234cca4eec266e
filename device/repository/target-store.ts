/** Targets by their hash: from the device's own cache where they are right there, else from the repository. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TargetFile } from '@tufjs/models';
import { SHA256_HEX } from '../../shared/digest.ts';
import { TARGET_NAME_MAX_CHARS } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { consistentTargetPath } from '../../shared/trust/roles.ts';
import { codeOf } from '../stage/error-code.ts';
import { askRepository, type Repository } from './ask-repository.ts';
import { SHOWN_MAX_CHARS } from './limits.ts';
import type { TrustFailure } from './trust-failure.ts';
import { writeWhole } from './trusted-state.ts';

export type TargetStore = {
  readonly model: ModelId;
  readonly directory: string;
  readonly repository: Repository;
};

/** The target's bytes, which have its length and its hashes. Throws system errors of the cache. */
export async function getTarget(
  store: TargetStore,
  target: TargetFile,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Result<Uint8Array, TrustFailure>> {
  const path = target.path.slice(0, SHOWN_MAX_CHARS);
  const sha256 = judgeEntry(store.model, target);
  if (!sha256.ok) return sha256;
  if (target.length > maxBytes) {
    return err({ reason: 'target-too-large', path, lengthBytes: target.length, maxBytes });
  }
  const cached = await readCached(store, sha256.value);
  if (cached !== null && (await isRightTarget(target, cached))) return ok(cached);

  const question = {
    path: `/v1/models/${store.model}/targets/${encodeURI(consistentTargetPath(target.path, sha256.value))}`,
    maxBytes: target.length,
  };
  const bytes = await fetchTarget(store.repository, target, question, signal);
  if (bytes.ok) await writeWhole(store.directory, sha256.value, bytes.value);
  return bytes;
}

/** The target's bytes from where they are served; `maxBytes` is no less than the target's length. */
export async function fetchTarget(
  repository: Repository,
  target: TargetFile,
  question: { readonly path: string; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<Result<Uint8Array, TrustFailure>> {
  const path = target.path.slice(0, SHOWN_MAX_CHARS);
  const answer = await askRepository(repository, question, signal);
  if (!answer.ok) return answer;
  if (answer.value === null) return err({ reason: 'target-missing', path });
  const { bytes } = answer.value;
  return (await isRightTarget(target, bytes)) ? ok(bytes) : err({ reason: 'target-hash-wrong', path });
}

/** Removes cached targets that no metadata names any more, and what a cut left half-written. */
export async function pruneTargets(directory: string, wanted: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!wanted.has(name)) await rm(join(directory, name), { force: true });
  }
}

/** Paths begin with the model id (design 5), and the rest is a plain name. */
function judgeEntry(model: ModelId, target: TargetFile): Result<string, TrustFailure> {
  const path = target.path.slice(0, SHOWN_MAX_CHARS);
  const name = target.path.startsWith(`${model}/`) ? target.path.slice(model.length + 1) : '';
  if (!/^[A-Za-z0-9._-]+$/.test(name) || name.length > TARGET_NAME_MAX_CHARS) {
    return err({ reason: 'target-entry-wrong', path, detail: `not a plain name below ${model}/` });
  }
  const sha256 = target.hashes.sha256;
  if (sha256 !== undefined && SHA256_HEX.test(sha256)) return ok(sha256);
  return err({ reason: 'target-entry-wrong', path, detail: 'no SHA-256' });
}

async function readCached({ directory }: TargetStore, sha256: string): Promise<Uint8Array | null> {
  try {
    return await readFile(join(directory, sha256));
  } catch (error) {
    codeOf(error);
    return null;
  }
}

/** Whether the bytes have the target's length and hashes. */
export async function isRightTarget(target: TargetFile, bytes: Uint8Array): Promise<boolean> {
  try {
    await target.verify(Readable.from([bytes]));
    return true;
  } catch {
    return false;
  }
}
