/**
 * Kills updates one after the other, each at a moment of its own, and prints a line of JSON for each. Run in a mount
 * namespace of its own (`kills.ts`), so that every stage in memory here is one of its runs'.
 */
import { mkdir } from 'node:fs/promises';
import { BASE_DIRECTORY } from '../../device/stage/stage-wish.ts';
import { type KillScene, randomKill, undisturbedMs } from './random-kill.ts';

const [program = '', url = '', rootFile = '', directory = '', countText = '', seedText = ''] =
  process.argv.slice(2);
const scene: KillScene = {
  program,
  repository: { url, rootFile },
  directory,
  stageDirectory: BASE_DIRECTORY,
};
await mkdir(BASE_DIRECTORY, { recursive: true, mode: 0o700 });
const wholeMs = await undisturbedMs(scene);
process.stdout.write(`${JSON.stringify({ wholeMs: Math.round(wholeMs) })}\n`);
let state = Number(seedText);
for (let i = 0; i < Number(countText); i++) {
  const run = await randomKill(scene, Math.round(random() * wholeMs));
  process.stdout.write(`${JSON.stringify(run)}\n`);
}

/** The same moments for the same seed (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
