/** A sample of `npm run soak`: the worst line, killed on the way, ends staged and verified or rightly refused. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { DEMO_NEW_VERSION } from '../firmware/demo-package.ts';
import { readDocuments, TEST_AGENT } from '../support/release-documents.ts';
import { type SoakResult, soakRun } from './soak-run.ts';

const RUNS = 100;
const http = undiciHttp({ userAgent: TEST_AGENT });
afterAll(() => http.close());

describe('a download over the worst line', () => {
  it(`ends as it must, ${RUNS} times, wherever it is killed`, async () => {
    const repository = inject('repository');
    const directory = await mkdtemp(join(repository.directory, 'soak-'));
    const documents = await readDocuments(repository, DEMO_NEW_VERSION, join(directory, 'trust'));
    const scene = { documents, repositoryUrl: repository.url, http, directory };
    const results: SoakResult[] = [];
    for (let seed = 0; seed < RUNS; seed++) results.push(await soakRun(seed, scene));
    expect(results.filter(({ wrong }) => wrong !== null)).toEqual([]);
    // The sample must hold every kind of end, or it proves nothing of them.
    const ends = new Set(results.map(({ end }) => end));
    expect(ends).toContain('staged');
    expect(ends).toContain('chunk-refused');
    expect(ends).toContain('byte-budget-spent');
    expect(results.filter(({ kills }) => kills > 0).length).toBeGreaterThan(RUNS / 3);
  }, 120_000);
});
