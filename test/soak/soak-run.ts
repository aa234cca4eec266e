/**
 * One seeded download through the hostile proxy, killed up to twice on the way. Killed as by -9: what lies on the
 * disk at some moment, in the middle of whatever was being written, is all that the next run has.
 */
import { cpSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FetchLimits, fetchPackage } from '../../device/fetch/fetch-package.ts';
import type { Http } from '../../device/http/http.ts';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import { prepareStage } from '../../device/stage/prepare-stage.ts';
import type { Stage } from '../../device/stage/stage.ts';
import { verifyStage } from '../../device/stage/staged-package.ts';
import type { ReleaseDocuments } from '../../device/update/documents.ts';
import { must } from '../support/must.ts';
import { type Draw, faultPlan, type Profile, seeded } from './faults.ts';
import { type HostileProxy, hostileProxy } from './hostile-proxy.ts';

export type SoakScene = {
  readonly documents: ReleaseDocuments;
  readonly repositoryUrl: string;
  readonly http: Http;
  /** Where stages may be made. */
  readonly directory: string;
};

export type SoakResult = {
  readonly seed: number;
  readonly profile: Profile;
  readonly kills: number;
  readonly end: string;
  readonly requests: number;
  /** Requests that asked for the rest of a chunk. */
  readonly resumed: number;
  /** Chunks of which a kill left a part that the next run could go on from. */
  readonly partsLeft: number;
  /** In all of its runs together. */
  readonly fetchedBytes: number;
  readonly storedBytes: number;
  /** null when it ended as it had to. */
  readonly wrong: string | null;
};

const KILLS_MAX = 2;
const COPY_TRIES_MAX = 20;
const STALL_MS = 250;
const SILENCE_MS = 10_000;
/** Far above what the faults can waste: that the budget holds is tried by one seed in eight, with a small one. */
const AMPLE_FACTOR = 20;
const never = new AbortController().signal;

export async function soakRun(seed: number, scene: SoakScene): Promise<SoakResult> {
  const draw = seeded(seed);
  const profile = (['cuts', 'hostile', 'hostile', 'fatal'] as const)[seed % 4] ?? 'cuts';
  const hasSmallBudget = seed % 8 === 1;
  const { storedBytes } = scene.documents.manifest.package;
  // Where nothing stalls nothing may be taken for stalled, however busy the machine: each byte is counted.
  const silenceMs = profile === 'cuts' ? SILENCE_MS : STALL_MS;
  const limits = { silenceMs, budgetBytes: hasSmallBudget ? storedBytes : AMPLE_FACTOR * storedBytes };
  const wantedKills = Math.floor(draw() * (KILLS_MAX + 1));
  const proxy = await hostileProxy(scene.repositoryUrl, faultPlan(profile, draw));
  let parent = await mkdtemp(join(scene.directory, 'soak-'));
  const parents = [parent];
  let kills = 0;
  let allBytes = 0;
  let partsLeft = 0;
  let last: RunEnd;
  try {
    for (;;) {
      const leftBytes = Math.max(0, storedBytes - (await bytesIn(parent)));
      const killAfterBytes = kills < wantedKills ? Math.floor(draw() * leftBytes) : null;
      const survivor = await mkdtemp(join(scene.directory, 'soak-'));
      parents.push(survivor);
      last = await runOnce({ scene, proxy, parent, survivor, killAfterBytes, limits, draw });
      allBytes += last.fetchedBytes;
      if (last.end !== 'killed') break;
      kills += 1;
      parent = survivor;
      partsLeft += await countParts(survivor);
    }
    const verified = await verifyStage({ stage: last.stage, ...scene.documents }, never);
    const { end, fetchedBytes } = last;
    const wrong = judge({
      end,
      fetchedBytes,
      limits,
      kills,
      profile,
      proxy,
      storedBytes,
      verified: verified.ok,
    });
    return {
      seed,
      profile,
      kills,
      end,
      requests: proxy.requests(),
      resumed: proxy.resumed(),
      partsLeft,
      fetchedBytes: allBytes,
      storedBytes,
      wrong,
    };
  } finally {
    await proxy.close();
    for (const directory of parents) await rm(directory, { recursive: true, force: true });
  }
}

type RunEnd = {
  /** `staged`, `killed`, or the reason of the refusal. */
  readonly end: string;
  /** Of this run alone. */
  readonly fetchedBytes: number;
  readonly stage: Stage;
};

async function runOnce(run: {
  readonly scene: SoakScene;
  readonly proxy: HostileProxy;
  readonly parent: string;
  /** Where the disk is copied to at the moment of the kill. */
  readonly survivor: string;
  readonly killAfterBytes: number | null;
  readonly limits: FetchLimits;
  readonly draw: Draw;
}): Promise<RunEnd> {
  const { scene, proxy, parent, survivor, killAfterBytes, draw } = run;
  const { index, manifest } = scene.documents;
  const { storedBytes } = manifest.package;
  const wish = { wanted: parent, neededBytes: storedBytes, name: 'soak', platform: nodePlatform };
  const stage = must(await prepareStage(wish, never));
  const killing = new AbortController();
  const beganAtBytes = proxy.sentBytes();
  let isKilled = false;
  proxy.onSent = (sentBytes) => {
    if (killAfterBytes === null || isKilled || sentBytes - beganAtBytes < killAfterBytes) return;
    isKilled = true;
    copyDisk(parent, survivor);
    killing.abort();
  };
  const clock = { nowMs: () => Date.now(), sleep: async () => {} };
  let fetchedBytes = 0;
  const fetched = await fetchPackage(
    {
      index,
      storedBytes,
      stage,
      clock,
      repositoryUrl: proxy.url,
      http: scene.http,
      random: draw,
      limits: run.limits,
      onProgress: (progress) => {
        fetchedBytes = progress.fetchedBytes;
      },
    },
    killing.signal,
  );
  proxy.onSent = () => {};
  if (isKilled) return { end: 'killed', fetchedBytes, stage };
  if (!fetched.ok) return { end: fetched.failure.reason, fetchedBytes, stage };
  return { end: 'staged', fetchedBytes: fetched.value.fetchedBytes, stage };
}

/** At once, between two turns of this process; what its threads are writing may be half there, as at a kill. */
function copyDisk(from: string, to: string): void {
  for (let tries = 0; tries < COPY_TRIES_MAX; tries++) {
    try {
      cpSync(from, to, { recursive: true, force: true });
      return;
    } catch {
      // A part took its chunk's name between the listing and the copy.
    }
  }
  throw new Error(`${from} could not be copied`);
}

async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true });
  const found = await Promise.all(names.map((name) => stat(join(directory, name))));
  return found.reduce((all, { size }, i) => all + (names[i]?.includes('.cacnk') ? size : 0), 0);
}

async function countParts(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => name.endsWith('.part')).length;
}

function judge(run: {
  readonly end: string;
  readonly fetchedBytes: number;
  readonly limits: { readonly budgetBytes: number };
  readonly kills: number;
  readonly profile: Profile;
  readonly proxy: HostileProxy;
  readonly storedBytes: number;
  readonly verified: boolean;
}): string | null {
  const { end, fetchedBytes, limits, kills, profile, proxy, storedBytes, verified } = run;
  if (end === 'staged') {
    if (!verified) return 'said to be staged, and is not';
    if (profile === 'cuts' && kills === 0 && fetchedBytes !== storedBytes)
      return `fetched ${fetchedBytes} bytes of ${storedBytes} over a line that only breaks`;
    return null;
  }
  if (end === 'byte-budget-spent')
    return fetchedBytes >= limits.budgetBytes ? null : 'gave up within its budget';
  return proxy.fatal.has(end) ? null : `refused with ${end}, which nothing asked for`;
}
