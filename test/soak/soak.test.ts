/** A sample of `npm run soak`: the worst line, killed on the way, ends staged and verified or rightly refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SoakResult, soakRun } from './soak-run.ts';
import { openSoakScene } from './soak-scene.ts';

const RUNS = 100;
let soak: Awaited<ReturnType<typeof openSoakScene>>;
beforeAll(async () => {
  soak = await openSoakScene();
});
afterAll(() => soak.end());

const countWhere = (results: readonly SoakResult[], holds: (result: SoakResult) => boolean) =>
  results.filter(holds).length;

describe('a download over the worst line', () => {
  it(`ends as it must, ${RUNS} times, wherever it is killed`, async () => {
    const results: SoakResult[] = [];
    for (let seed = 0; seed < RUNS; seed++) results.push(await soakRun(seed, soak.scene));
    expect(results.filter(({ wrong }) => wrong !== null)).toEqual([]);
    // The sample must hold every kind of end, and of line with each number of kills, or it proves nothing of them.
    const ends = new Set(results.map(({ end }) => end));
    expect([...ends]).toEqual(expect.arrayContaining(['staged', 'chunk-refused', 'byte-budget-spent']));
    const tried = new Set(results.map(({ profile, kills }) => `${profile}, ${kills} kills`));
    const matrix = ['cuts', 'hostile'].flatMap((line) => [0, 1, 2].map((kills) => `${line}, ${kills} kills`));
    expect([...tried]).toEqual(expect.arrayContaining([...matrix, 'fatal, 0 kills', 'fatal, 1 kills']));
    // A stage in memory outlives the run that was killed.
    expect(countWhere(results, ({ place, kills }) => place === 'memory' && kills > 0)).toBeGreaterThan(
      RUNS / 20,
    );
    // Cuts fall inside chunks, and what a kill leaves of a chunk is gone on from.
    expect(countWhere(results, ({ resumed }) => resumed > 0)).toBeGreaterThan(RUNS / 2);
    expect(countWhere(results, ({ partsLeft }) => partsLeft > 0)).toBeGreaterThan(RUNS / 10);
  }, 120_000);
});
