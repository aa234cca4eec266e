/**
 * What the repository says about one model, believed only as far as the pinned root reaches (P1, P6).
 *
 * One request a poll; tuf-js judges the answer; then the documents behind the targets are read, from the device's
 * own cache where nothing changed.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackageIndex } from '../../shared/caibx.ts';
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { ModelId } from '../../shared/model.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Rollout } from '../../shared/rollout.ts';
import type { Clock } from '../clock.ts';
import type { Http } from '../http/http.ts';
import { codeOf } from '../stage/error-code.ts';
import type { Repository } from './ask-repository.ts';
import { judgeClock } from './clock-guard.ts';
import { type PinnedRoot, readPinnedRoot } from './pinned-root.ts';
import { poll } from './poll.ts';
import {
  listTargets,
  readEntry,
  readPackageIndex,
  readReleases,
  readRollout,
  type Targets,
} from './read-targets.ts';
import { runUpdater } from './run-updater.ts';
import { pruneTargets, type TargetStore } from './target-store.ts';
import type { TrustFailure } from './trust-failure.ts';
import { loadTrusted, saveTrusted, type TrustedFiles, type TrustedState } from './trusted-state.ts';

export type RepositoryRefresh = {
  /** Persistent; `trust/<vendor>/<model>/` below it is ours. */
  readonly stateDir: string;
  readonly model: ModelId;
  /** Text of the root.json that the updater trusts from the start. */
  readonly pinnedRoot: string;
  /** Without `/v1`. */
  readonly repositoryUrl: string;
  readonly http: Http;
  readonly clock: Clock;
  /** Where tuf-js may write while it runs; by default the system's temporary directory, in memory on routers. */
  readonly scratchDirectory?: string;
};

export type RepositoryView = {
  readonly entry: ModelEntry;
  readonly rollout: Rollout;
  readonly releases: readonly ReleaseManifest[];
  /** The index of a release's package, from signed metadata; `signal` by default that of the refresh. */
  readonly readIndex: (
    manifest: ReleaseManifest,
    signal?: AbortSignal,
  ) => Promise<Result<{ readonly index: PackageIndex; readonly bytes: Uint8Array }, TrustFailure>>;
};

export async function refreshRepository(
  refresh: RepositoryRefresh,
  signal: AbortSignal,
): Promise<Result<RepositoryView, TrustFailure>> {
  const { stateDir, model, clock } = refresh;
  const directory = join(stateDir, 'trust', model);
  const pinned = readPinnedRoot(refresh.pinnedRoot);
  if (!pinned.ok) return pinned;
  const repository: Repository = { url: refresh.repositoryUrl, http: refresh.http, clock };
  const store: TargetStore = { model, directory: join(directory, 'targets'), repository };

  return onState(directory, async () => {
    const state = await loadTrusted(directory, pinned.value.text);
    const plausible = judgeClock(clock.nowMs(), state.files?.timestamp ?? null);
    if (!plausible.ok) return plausible;
    const scratchDirectory = refresh.scratchDirectory ?? tmpdir();
    const metadata = { directory, scratchDirectory, pinned: pinned.value, state, store };
    const files = await refreshMetadata(metadata, signal);
    if (!files.ok) return files;
    const stillPlausible = judgeClock(clock.nowMs(), files.value.timestamp);
    if (!stillPlausible.ok) return stillPlausible;
    return readView(store, listTargets(files.value), signal);
  });
}

type MetadataRefresh = {
  readonly directory: string;
  readonly scratchDirectory: string;
  readonly pinned: PinnedRoot;
  readonly state: TrustedState;
  readonly store: TargetStore;
};

/**
 * Usually one question. A second, for everything, where what came and what the device had did not stand together:
 * the fault may lie with either.
 */
async function refreshMetadata(
  refresh: MetadataRefresh,
  signal: AbortSignal,
): Promise<Result<TrustedFiles, TrustFailure>> {
  const timestamp = refresh.state.files?.timestamp;
  const timestampVersion = timestamp === undefined ? 0 : JSON.parse(timestamp).signed.version;
  const files = await askOnce(refresh, timestampVersion, signal);
  if (files.ok || timestampVersion === 0 || !isAboutMetadata(files.failure)) return files;
  const state = await loadTrusted(refresh.directory, refresh.pinned.text);
  return askOnce({ ...refresh, state }, 0, signal);
}

function isAboutMetadata({ reason }: TrustFailure): boolean {
  return reason === 'signature-wrong' || reason.startsWith('metadata-');
}

async function askOnce(
  { directory, scratchDirectory, pinned, state, store }: MetadataRefresh,
  timestampVersion: number,
  signal: AbortSignal,
): Promise<Result<TrustedFiles, TrustFailure>> {
  const { model, repository } = store;
  const rootVersion = pinned.version + state.roots.length;
  const answer = await poll(repository, { model, rootVersion, timestampVersion }, signal);
  if (!answer.ok) return answer;
  const { roots, files } = await runUpdater({ model, pinned, state, answer: answer.value, scratchDirectory });
  const next = { ...state, roots: [...roots], files: files.ok ? files.value : state.files };
  // An unchanged poll wears no flash.
  if (JSON.stringify(next) !== JSON.stringify(state)) await saveTrusted(directory, next);
  return files;
}

async function readView(
  store: TargetStore,
  targets: Targets,
  signal: AbortSignal,
): Promise<Result<RepositoryView, TrustFailure>> {
  const entry = await readEntry(store, targets, signal);
  if (!entry.ok) return entry;
  const rollout = await readRollout(store, targets, signal);
  if (!rollout.ok) return rollout;
  const releases = await readReleases(store, targets, signal);
  if (!releases.ok) return releases;
  const named = [...targets.offline.values(), ...targets.online.values()];
  await pruneTargets(store.directory, new Set(named.map((target) => target.hashes.sha256 ?? '')));
  return ok({
    entry: entry.value,
    rollout: rollout.value,
    releases: releases.value,
    readIndex: (manifest, own = signal) =>
      onState(store.directory, () => readPackageIndex(store, targets, manifest, own)),
  });
}

/** The state directory is on the router's flash, which may be full or gone. */
async function onState<T>(
  directory: string,
  work: () => Promise<Result<T, TrustFailure>>,
): Promise<Result<T, TrustFailure>> {
  try {
    return await work();
  } catch (error) {
    return err({ reason: 'state-unusable', directory, code: codeOf(error) });
  }
}
