/**
 * One seeded download through the hostile proxy, killed up to twice on the way. Killed as by -9: what lies on the
 * disk at some moment, in the middle of whatever was being written, is all that the next run has.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../device/clock.ts';
import { type FetchLimits, fetchPackage } from '../../device/fetch/fetch-package.ts';
import { PARALLEL_CHUNKS, PART_STEP_BYTES, PART_STEP_MS } from '../../device/fetch/limits.ts';
import type { Http } from '../../device/http/http.ts';
import { verifyStage } from '../../device/stage/staged-package.ts';
import type { ReleaseDocuments } from '../../device/update/documents.ts';
import { type Draw, faultPlan, type Profile, seeded } from './faults.ts';
import { type HostileProxy, hostileProxy } from './hostile-proxy.ts';
import { copyStage, openPlace, type SoakPlace, type SoakPlaceKind } from './soak-place.ts';

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
  readonly place: SoakPlaceKind;
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
/** What undici reads at a time. */
const PIECE_MAX_BYTES = 64 * 1024;
/** Of each chunk on its way: a step that is due, and the piece that makes it so. */
const LOST_BY_KILL_MAX_BYTES = PARALLEL_CHUNKS * (PART_STEP_BYTES + PIECE_MAX_BYTES);
const STALL_MS = 250;
const SILENCE_MS = 10_000;
/** Far below what a chunk in crumbs takes: it is resumed instead. */
const TRICKLE_MAX_MS = 100;
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
  const limits = {
    silenceMs,
    budgetBytes: hasSmallBudget ? storedBytes : AMPLE_FACTOR * storedBytes,
    ...(profile === 'cuts' ? {} : { requestMaxMs: TRICKLE_MAX_MS }),
  };
  const wantedKills = Math.floor(draw() * (KILLS_MAX + 1));
  const proxy = await hostileProxy(scene.repositoryUrl, faultPlan(profile, draw));
  const placeKind = seed % 5 === 0 ? 'memory' : 'disk';
  let place = await openPlace({ kind: placeKind, neededBytes: storedBytes, directory: scene.directory });
  let kills = 0;
  let fetchedBytes = 0;
  let partsLeft = 0;
  let last: RunEnd;
  try {
    for (;;) {
      const leftBytes = Math.max(0, storedBytes - (await bytesIn(place.stage.directory)));
      const killAfterBytes = kills < wantedKills ? Math.floor(draw() * leftBytes) : null;
      last = await runOnce({ scene, proxy, place, killAfterBytes, limits, draw });
      fetchedBytes += last.fetchedBytes;
      if (last.end !== 'killed') break;
      kills += 1;
      place = await place.afterKill();
      partsLeft += await countParts(place.stage.directory);
    }
    const verified = await verifyStage({ stage: place.stage, ...scene.documents }, never);
    const { end } = last;
    const isVerified = verified.ok;
    const judged = { last, fetchedBytes, limits, kills, proxy, storedBytes, isVerified };
    return {
      seed,
      profile,
      place: placeKind,
      kills,
      end,
      requests: proxy.requests(),
      resumed: proxy.resumed(),
      partsLeft,
      fetchedBytes,
      storedBytes,
      wrong: judge(judged),
    };
  } finally {
    await proxy.close();
    await place.end();
  }
}

type RunEnd = {
  /** `staged`, `killed`, or the reason of the refusal. */
  readonly end: string;
  /** Of this run alone. */
  readonly fetchedBytes: number;
  /** Of its budget. */
  readonly spentBytes: number;
};

async function runOnce(run: {
  readonly scene: SoakScene;
  readonly proxy: HostileProxy;
  readonly place: SoakPlace;
  readonly killAfterBytes: number | null;
  readonly limits: FetchLimits;
  readonly draw: Draw;
}): Promise<RunEnd> {
  const { scene, proxy, place, killAfterBytes, draw } = run;
  const { index, manifest } = scene.documents;
  const { stage, survivor } = place;
  const killing = new AbortController();
  const beganAtBytes = proxy.sentBytes();
  let fetchedBytes = 0;
  let spentBytes = 0;
  let fetchedAtKill: number | null = null;
  proxy.onSent = (sentBytes) => {
    if (killAfterBytes === null || fetchedAtKill !== null || sentBytes - beganAtBytes < killAfterBytes)
      return;
    fetchedAtKill = fetchedBytes;
    copyStage(stage.directory, survivor);
    killing.abort();
  };
  // Each look at the clock is late enough for a step: what is tried is what a line that is slow leaves.
  let elapsedMs = 0;
  const clock = { ...systemClock, elapsedMs: () => (elapsedMs += PART_STEP_MS), sleep: async () => {} };
  const fetched = await fetchPackage(
    {
      index,
      storedBytes: manifest.package.storedBytes,
      stage,
      clock,
      repositoryUrl: proxy.url,
      http: scene.http,
      random: draw,
      limits: run.limits,
      onProgress: (progress) => {
        fetchedBytes = progress.fetchedBytes;
      },
      onSpent: async (bytes) => {
        spentBytes = bytes;
      },
    },
    killing.signal,
  );
  proxy.onSent = () => {};
  if (fetchedAtKill !== null) return { end: 'killed', fetchedBytes: fetchedAtKill, spentBytes };
  if (!fetched.ok) return { end: fetched.failure.reason, fetchedBytes, spentBytes };
  return { end: 'staged', fetchedBytes: fetched.value.fetchedBytes, spentBytes };
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
  readonly last: RunEnd;
  /** In all runs together. */
  readonly fetchedBytes: number;
  readonly limits: { readonly budgetBytes: number };
  readonly kills: number;
  readonly proxy: HostileProxy;
  readonly storedBytes: number;
  readonly isVerified: boolean;
}): string | null {
  const { last, fetchedBytes, limits, kills, proxy, storedBytes, isVerified } = run;
  const { end } = last;
  if (end === 'staged') {
    if (!isVerified) return 'said to be staged, and is not';
    const excusedBytes = kills * LOST_BY_KILL_MAX_BYTES + proxy.spoiledBytes();
    if (fetchedBytes < storedBytes || fetchedBytes > storedBytes + excusedBytes)
      return `fetched ${fetchedBytes} bytes for ${storedBytes}, of which ${excusedBytes} are excused`;
    return null;
  }
  if (end === 'byte-budget-spent') {
    const overBytes = last.spentBytes - limits.budgetBytes;
    if (overBytes < 0) return 'gave up within its budget';
    return overBytes <= PIECE_MAX_BYTES ? null : `its budget was overrun by ${overBytes} bytes`;
  }
  return proxy.fatal.has(end) ? null : `refused with ${end}, which nothing asked for`;
}
