/**
 * Kills updates one after the other, at the moments that the last argument names (`KillShare`), and prints a line of
 * JSON for each. Run in a mount namespace of its own (`kills.ts`), so that every stage in memory here is one of its
 * runs'.
 */
import { mkdir } from 'node:fs/promises';
import { BASE_DIRECTORY } from '../../device/stage/stage-wish.ts';
import { type KillScene, killAt, undisturbedMs } from './kill-at.ts';
import type { KillShare } from './kills.ts';

const [program = '', url = '', rootFile = '', directory = '', shareText = ''] = process.argv.slice(2);
const scene: KillScene = {
  program,
  repository: { url, rootFile },
  directory,
  stageDirectory: BASE_DIRECTORY,
};
await mkdir(BASE_DIRECTORY, { recursive: true, mode: 0o700 });
const share = JSON.parse(shareText) as KillShare;
const moments = 'steps' in share ? share.steps.map((atStep) => ({ atStep })) : await randomMoments(share);
for (const moment of moments) process.stdout.write(`${JSON.stringify(await killAt(scene, moment))}\n`);

/** Spread over the length of an update that nobody disturbs. */
async function randomMoments({ count, seed }: { readonly count: number; readonly seed: number }) {
  const wholeMs = await undisturbedMs(scene);
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => ({ atMs: Math.round(random() * wholeMs) }));
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
