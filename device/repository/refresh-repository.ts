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
import { readPinnedRoot } from './pinned-root.ts';
import {
  listTargets,
  readEntry,
  readPackageIndex,
  readReleases,
  readRollout,
  type Targets,
} from './read-targets.ts';
import { refreshMetadata } from './refresh-metadata.ts';
import { pruneTargets, type TargetStore } from './target-store.ts';
import type { TrustFailure } from './trust-failure.ts';
import { loadTrusted, trustDirectory } from './trusted-state.ts';

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
  /** Bound of each request; see `Repository`. */
  readonly requestTimeoutMs?: number;
};

export type RepositoryView = {
  readonly entry: ModelEntry;
  readonly rollout: Rollout;
  readonly releases: readonly ReleaseManifest[];
  /** The instant that expiries were judged by: the device's clock, or later where that is late (clock-guard.ts). */
  readonly nowMs: number;
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
  const { stateDir, model } = refresh;
  const directory = trustDirectory(stateDir, model);
  const pinned = readPinnedRoot(refresh.pinnedRoot);
  if (!pinned.ok) return pinned;
  const repository: Repository = {
    url: refresh.repositoryUrl,
    http: refresh.http,
    clock: refresh.clock,
    ...(refresh.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: refresh.requestTimeoutMs }),
  };
  const scratchDirectory = refresh.scratchDirectory ?? tmpdir();

  return onState(directory, async () => {
    const state = await loadTrusted(directory, pinned.value.text);
    const metadata = { directory, scratchDirectory, model, pinned: pinned.value, state, repository };
    const verified = await refreshMetadata(metadata, signal);
    if (!verified.ok) return verified;
    const { files, nowMs } = verified.value;
    const store: TargetStore = { model, directory: join(directory, 'targets'), repository };
    return readView(store, { targets: listTargets(files), nowMs }, signal);
  });
}

async function readView(
  store: TargetStore,
  { targets, nowMs }: { readonly targets: Targets; readonly nowMs: number },
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
    nowMs,
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
