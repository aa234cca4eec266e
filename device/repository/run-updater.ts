/**
 * tuf-js on one poll's answer: the client workflow of TUF 5.3 to 5.6, offline. Its fetcher hands it the files of the
 * answer, and our own where the answer leaves them out; its metadata directory is a scratch of this one run.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import type { ModelId } from '../../shared/model.ts';
import type { PollAnswer } from '../../shared/poll.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ROLLOUT_NAME } from '../../shared/rollout.ts';
import { checkModelBinding } from '../../shared/trust/model-binding.ts';
import { type Role, targetPath } from '../../shared/trust/roles.ts';
import { ROOT_CHAIN_MAX } from './limits.ts';
import type { PinnedRoot } from './pinned-root.ts';
import type { TrustFailure } from './trust-failure.ts';
import type { TrustedFiles, TrustedState } from './trusted-state.ts';
import { tufFailureOf } from './tuf-error.ts';

export type UpdaterRun = {
  readonly model: ModelId;
  readonly pinned: PinnedRoot;
  readonly state: TrustedState;
  readonly answer: PollAnswer;
  /** Where tuf-js may write while it runs; best in memory. */
  readonly scratchDirectory: string;
};

export type UpdaterOutcome = {
  /** Roots that were verified, which hold even where the rest did not. */
  readonly roots: readonly string[];
  readonly files: Result<TrustedFiles, TrustFailure>;
};

const ROLES = ['timestamp', 'snapshot', 'targets', 'rollout'] as const;

export async function runUpdater(run: UpdaterRun): Promise<UpdaterOutcome> {
  const scratch = await mkdtemp(join(run.scratchDirectory, 'cistern-trust-'));
  try {
    await writeFile(join(scratch, 'root.json'), run.pinned.text);
    for (const role of ROLES) {
      const text = run.state.files?.[role];
      if (text !== undefined) await writeFile(join(scratch, `${role}.json`), text);
    }
    const files = await refresh(scratch, run);
    const root = JSON.parse(await readFile(join(scratch, 'root.json'), 'utf8'));
    const roots = chainOf(run).slice(0, root.signed.version - run.pinned.version);
    return { roots, files };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function refresh(scratch: string, run: UpdaterRun): Promise<Result<TrustedFiles, TrustFailure>> {
  const fetcher = new AnswerFetcher(run);
  const updater = new Updater({
    metadataDir: scratch,
    metadataBaseUrl: 'https://answer.invalid/',
    fetcher,
    config: { maxRootRotations: ROOT_CHAIN_MAX },
  });
  try {
    await updater.refresh();
    // Loads and verifies the delegated role too.
    await updater.getTargetInfo(targetPath(run.model, ROLLOUT_NAME));
  } catch (error) {
    if (fetcher.failure !== null) return err(fetcher.failure);
    return err(tufFailureOf(error, { role: fetcher.role, expiresOf: (role) => fetcher.expiresOf(role) }));
  }
  return readVerified(scratch, run.model);
}

/** What tuf-js left in its directory is what it has verified. */
async function readVerified(scratch: string, model: ModelId): Promise<Result<TrustedFiles, TrustFailure>> {
  const files: Record<string, string> = {};
  for (const role of ROLES) {
    const text = await readFile(join(scratch, `${role}.json`), 'utf8').catch(() => null);
    if (text === null) return err({ reason: 'metadata-incomplete', file: `${role}.json` });
    const bound = checkModelBinding(text, model);
    if (!bound.ok) return err(bindingFailure(bound.failure, role));
    files[role] = text;
  }
  return ok(files as TrustedFiles);
}

/** Not a subclass of tuf-js's fetcher, which writes every file to the system's temporary directory first. */
class AnswerFetcher {
  /** Why a file was withheld; tuf-js would wrap it beyond recognition. */
  failure: TrustFailure | null = null;
  role: Role = 'root';
  readonly #run: UpdaterRun;

  constructor(run: UpdaterRun) {
    this.#run = run;
  }

  async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    const file = url.slice(url.lastIndexOf('/') + 1);
    const root = /^(\d+)\.root\.json$/.exec(file)?.[1];
    const bytes = Buffer.from(root === undefined ? this.#file(file) : this.#root(Number(root)));
    if (bytes.length <= maxLength) return bytes;
    return this.#withhold({
      reason: 'metadata-mixed',
      role: this.role,
      detail: `more than ${maxLength} bytes`,
    });
  }

  downloadFile(): Promise<never> {
    throw new Error('targets are fetched by target-store.ts, not by tuf-js');
  }

  expiresOf(role: Role): string {
    try {
      const text = role === 'root' ? chainOf(this.#run).at(-1) : this.#textOf(role);
      return String(JSON.parse(text ?? this.#run.pinned.text).signed.expires).slice(0, 40);
    } catch {
      return 'unknown';
    }
  }

  /** tuf-js stops asking for roots when it gets its own 404 (`instanceof`, ota 6). */
  #root(version: number): string {
    this.role = 'root';
    const text = chainOf(this.#run)[version - this.#run.pinned.version - 1];
    if (text === undefined) throw new DownloadHTTPError('no newer root', 404);
    return text;
  }

  #file(file: string): string {
    const role = ROLES.find((candidate) => file.endsWith(`${candidate}.json`));
    const text = role === undefined ? undefined : this.#textOf(role);
    if (role === undefined || text === undefined) {
      return this.#withhold({ reason: 'metadata-incomplete', file });
    }
    this.role = role;
    // Before tuf-js sees it: it would keep another model's files, and refuse the right ones ever after.
    const bound = checkModelBinding(text, this.#run.model);
    return bound.ok ? text : this.#withhold(bindingFailure(bound.failure, role));
  }

  #textOf(role: Exclude<Role, 'root'>): string | undefined {
    return this.#run.answer[role] ?? this.#run.state.files?.[role];
  }

  #withhold(failure: TrustFailure): never {
    this.failure = failure;
    throw new Error(failure.reason);
  }
}

function chainOf({ state, answer }: Pick<UpdaterRun, 'state' | 'answer'>): readonly string[] {
  return [...state.roots, ...(answer.roots ?? [])];
}

function bindingFailure(
  failure: Extract<ReturnType<typeof checkModelBinding>, { ok: false }>['failure'],
  role: Role,
): TrustFailure {
  if (failure.reason === 'metadata-unreadable') return { ...failure, role, detail: 'not JSON' };
  return { ...failure, role };
}
