/**
 * tuf-js on one source of metadata: the client workflow of TUF 5.3 to 5.6. Its fetcher bounds what it gets, and keeps
 * from it what is not for this model; its metadata directory is a scratch of this one run.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetFile } from '@tufjs/models';
import { Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import {
  ROOT_MAX_BYTES,
  SNAPSHOT_MAX_BYTES,
  TARGETS_MAX_BYTES,
  TIMESTAMP_MAX_BYTES,
} from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { checkModelBinding } from '../../shared/trust/model-binding.ts';
import type { Role } from '../../shared/trust/roles.ts';
import { expiryIn } from './expiry.ts';
import { ROOT_CHAIN_MAX } from './limits.ts';
import type { MetadataSource } from './metadata-source.ts';
import type { PinnedRoot } from './pinned-root.ts';
import { findRepeatedKey } from './repeated-key.ts';
import type { TrustFailure } from './trust-failure.ts';
import type { TrustedFiles, TrustedState } from './trusted-state.ts';
import { roleOfFile, tufFailureOf } from './tuf-error.ts';

export type UpdaterRun = {
  /** Null for a repository that is bound to no model, such as those of the TUF conformance suite. */
  readonly model: ModelId | null;
  readonly pinned: PinnedRoot;
  readonly state: Pick<TrustedState, 'roots' | 'files'>;
  readonly source: MetadataSource;
  /** Target paths to look up: the roles on the way to each are loaded and verified. */
  readonly lookUp: readonly string[];
  /** Where tuf-js may write while it runs; best in memory. */
  readonly scratchDirectory: string;
};

export type UpdaterOutcome = {
  /** Roots after the pinned one that were verified; they hold even where the rest did not. */
  readonly roots: readonly string[];
  /** By role: what was verified in this run, else in an earlier one. */
  readonly files: TrustedFiles;
  /** The targets that were found, by path. */
  readonly targets: ReadonlyMap<string, TargetFile>;
  /** Why not all of it was verified; null: it was. */
  readonly failure: TrustFailure | null;
};

export async function runUpdater(run: UpdaterRun): Promise<UpdaterOutcome> {
  const scratch = await mkdtemp(join(run.scratchDirectory, 'cistern-trust-'));
  try {
    await writeFile(join(scratch, 'root.json'), run.pinned.text);
    for (const [role, text] of Object.entries(filesOfModel(run))) {
      await writeFile(join(scratch, fileOfRole(role)), text);
    }
    const fetcher = new SourceFetcher(run);
    const targets = new Map<string, TargetFile>();
    const failure = await refresh(scratch, run, fetcher, targets);
    const { root, ...files } = await readScratch(scratch);
    const { version } = JSON.parse(root ?? run.pinned.text).signed;
    return { roots: fetcher.roots.slice(0, version - run.pinned.version), files, targets, failure };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function refresh(
  scratch: string,
  { lookUp }: UpdaterRun,
  fetcher: SourceFetcher,
  targets: Map<string, TargetFile>,
): Promise<TrustFailure | null> {
  try {
    const updater = new Updater({
      metadataDir: scratch,
      metadataBaseUrl: 'https://source.invalid/',
      fetcher,
      config: BOUNDS,
    });
    await updater.refresh();
    for (const path of lookUp) {
      const target = await updater.getTargetInfo(path);
      if (target !== undefined) targets.set(path, target);
    }
    return null;
  } catch (error) {
    return (
      fetcher.failure ??
      tufFailureOf(error, { role: fetcher.role, expiresOf: (role) => fetcher.expiresOf(role) })
    );
  }
}

const BOUNDS = {
  maxRootRotations: ROOT_CHAIN_MAX,
  rootMaxLength: ROOT_MAX_BYTES,
  timestampMaxLength: TIMESTAMP_MAX_BYTES,
  snapshotMaxLength: SNAPSHOT_MAX_BYTES,
  targetsMaxLength: TARGETS_MAX_BYTES,
};

/** The device's own files but for another model's: with those, tuf-js would refuse the right ones ever after. */
function filesOfModel({ model, state }: UpdaterRun): TrustedFiles {
  const isOurs = (text: string) => model === null || checkModelBinding(text, model).ok;
  return Object.fromEntries(Object.entries(state.files).filter(([, text]) => isOurs(text)));
}

/** As tuf-js names them. */
function fileOfRole(role: string): string {
  return `${encodeURIComponent(role)}.json`;
}

async function readScratch(scratch: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await readdir(scratch)) {
    if (!name.endsWith('.json')) continue;
    files[decodeURIComponent(name.slice(0, -'.json'.length))] = await readFile(join(scratch, name), 'utf8');
  }
  return files;
}

/** Not a subclass of tuf-js's fetcher, which writes every file to the system's temporary directory first. */
class SourceFetcher {
  /** Why a file was withheld; tuf-js would wrap it beyond recognition. */
  failure: TrustFailure | null = null;
  role: Role = 'root';
  /** Those of the state, then those that came. */
  readonly roots: string[];
  readonly #run: UpdaterRun;
  readonly #given = new Map<Role, string>();

  constructor(run: UpdaterRun) {
    this.#run = run;
    this.roots = [...run.state.roots];
  }

  async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    const file = url.slice(url.lastIndexOf('/') + 1);
    this.role = roleOfFile(file);
    const text = this.role === 'root' ? await this.#root(file, maxLength) : await this.#file(file, maxLength);
    this.#given.set(this.role, text);
    const bytes = Buffer.from(text);
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
    const text =
      role === 'root'
        ? (this.roots.at(-1) ?? this.#run.pinned.text)
        : (this.#given.get(role) ?? this.#run.state.files[role]);
    return expiryIn(text) ?? 'unknown';
  }

  /** tuf-js stops asking for roots when it gets its own 404 (`instanceof`, ota 6). */
  async #root(file: string, maxLength: number): Promise<string> {
    const place = Number(file.slice(0, file.indexOf('.'))) - this.#run.pinned.version - 1;
    const known = this.#run.state.roots[place];
    if (known !== undefined) return known;
    const text = await this.#read(file, maxLength);
    if (text === null) throw new DownloadHTTPError('no newer root', 404);
    const repeated = findRepeatedKey(text);
    if (repeated !== null) {
      const detail = `its ${repeated} role lists one key under two ids`;
      return this.#withhold({ reason: 'metadata-unreadable', role: 'root', detail });
    }
    this.roots.push(text);
    return text;
  }

  async #file(file: string, maxLength: number): Promise<string> {
    const text = await this.#read(file, maxLength);
    if (text === null) return this.#withhold({ reason: 'metadata-incomplete', file });
    if (this.#run.model === null) return text;
    // Before tuf-js sees it: it would keep another model's files, and refuse the right ones ever after.
    const bound = checkModelBinding(text, this.#run.model);
    return bound.ok ? text : this.#withhold(bindingFailure(bound.failure, this.role));
  }

  async #read(file: string, maxLength: number): Promise<string | null> {
    const text = await this.#run.source.read(file, maxLength);
    return text.ok ? text.value : this.#withhold(text.failure);
  }

  #withhold(failure: TrustFailure): never {
    this.failure = failure;
    throw new Error(failure.reason);
  }
}

function bindingFailure(
  failure: Extract<ReturnType<typeof checkModelBinding>, { ok: false }>['failure'],
  role: Role,
): TrustFailure {
  if (failure.reason === 'metadata-unreadable') return { ...failure, role, detail: 'not JSON' };
  return { ...failure, role };
}
