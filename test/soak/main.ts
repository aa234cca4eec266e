/** `npm run soak [-- RUNS [FIRST_SEED]]`: seeded downloads over the worst line, and the table of how they ended. */
import { join } from 'node:path';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { DEMO_NEW_VERSION } from '../firmware/demo-package.ts';
import { readDocuments, TEST_AGENT } from '../support/release-documents.ts';
import { startSharedRepository } from '../support/shared-repository.ts';
import { type SoakResult, soakRun } from './soak-run.ts';

const [runs = '1000', firstSeed = '0'] = process.argv.slice(2);
const { repository, end } = await startSharedRepository();
const http = undiciHttp({ userAgent: TEST_AGENT });
try {
  const documents = await readDocuments(
    repository,
    DEMO_NEW_VERSION,
    join(repository.directory, 'soak-trust'),
  );
  const scene = { documents, repositoryUrl: repository.url, http, directory: repository.directory };
  const results: SoakResult[] = [];
  for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(runs); seed++) {
    const result = await soakRun(seed, scene);
    results.push(result);
    if (result.wrong !== null) process.stdout.write(`WRONG ${JSON.stringify(result)}\n`);
    if (results.length % 100 === 0) process.stdout.write(`  ${results.length} runs\n`);
  }
  process.stdout.write(
    '\n| profile | end | runs | killed on the way | requests | bytes fetched / package |\n|---|---|---|---|---|---|\n',
  );
  for (const key of [...new Set(results.map(({ profile, end: how }) => `${profile} | ${how}`))].sort()) {
    const those = results.filter(({ profile, end: how }) => `${profile} | ${how}` === key);
    const sum = (of: (result: SoakResult) => number) => those.reduce((all, result) => all + of(result), 0);
    const ratio = sum(({ fetchedBytes }) => fetchedBytes) / sum(({ storedBytes }) => storedBytes);
    process.stdout.write(
      `| ${key} | ${those.length} | ${those.filter(({ kills }) => kills > 0).length} | ${sum(({ requests }) => requests)} | ${ratio.toFixed(3)} |\n`,
    );
  }
  const wrong = results.filter((result) => result.wrong !== null).length;
  process.stdout.write(`${results.length - wrong} passed, ${wrong} failed\n`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  await http.close();
  await end();
}
