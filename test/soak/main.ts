/** `npm run soak [-- RUNS [FIRST_SEED]]`: seeded downloads over the worst line, and the table of how they ended. */
import { type SoakResult, soakRun } from './soak-run.ts';
import { openSoakScene } from './soak-scene.ts';

const [runs = '1000', firstSeed = '0'] = process.argv.slice(2);
const startedMs = performance.now();
const { scene, end } = await openSoakScene();
try {
  const results: SoakResult[] = [];
  for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(runs); seed++) {
    const result = await soakRun(seed, scene);
    results.push(result);
    if (result.wrong !== null) process.stdout.write(`WRONG ${JSON.stringify(result)}\n`);
    if (results.length % 100 === 0) process.stdout.write(`  ${results.length} runs\n`);
  }
  const heads = [
    ...['profile', 'end', 'runs', 'killed on the way', 'requests', 'inside a chunk'],
    ...['parts left by kills', 'bytes fetched / package'],
  ];
  process.stdout.write(`\n| ${heads.join(' | ')} |\n|${'---|'.repeat(heads.length)}\n`);
  for (const key of [...new Set(results.map(({ profile, end: how }) => `${profile} | ${how}`))].sort()) {
    const those = results.filter(({ profile, end: how }) => `${profile} | ${how}` === key);
    const sum = (of: (result: SoakResult) => number) => those.reduce((all, result) => all + of(result), 0);
    const ratio = sum(({ fetchedBytes }) => fetchedBytes) / sum(({ storedBytes }) => storedBytes);
    const cells = [
      ...[key, those.length, those.filter(({ kills }) => kills > 0).length],
      ...[sum(({ requests }) => requests), sum(({ resumed }) => resumed), sum(({ partsLeft }) => partsLeft)],
      ratio.toFixed(3),
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
  const wrong = results.filter((result) => result.wrong !== null).length;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  process.stdout.write(
    `${scene.documents.index.chunks.length} chunks, ${scene.documents.manifest.package.storedBytes} bytes; ` +
      `${results.filter(({ place }) => place === 'memory').length} in memory; ` +
      `${results.length - wrong} passed, ${wrong} failed, ${seconds} s\n`,
  );
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  await end();
}
