/** The updater's download against `curl` fetching the same chunks and `sha256sum`, on a clean loopback. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { readDocuments } from '../support/release-documents.ts';
import type { Comparison } from './comparison.ts';
import { fetchRelease } from './fetch-release.ts';
import { DOWNLOAD_ROUNDS, PARALLEL } from './limits.ts';
import { RELEASE, type Scene } from './scene.ts';
import { median, sum } from './statistics.ts';
import { isInstalled, mustSucceed, notInstalled, runTool } from './tools.ts';

const SHARED_MEMORY = '/dev/shm';

type Taken = { readonly wallMs: number; readonly cpuMs: number };

export async function benchDownload(scene: Scene): Promise<Comparison[]> {
  const repository = await scene.published(RELEASE);
  const documents = await readDocuments(repository, RELEASE.version, await scene.scratch('documents'));
  const { storedBytes } = documents.manifest.package;
  const urls = [...new Set(documents.index.chunks.map(({ id }) => id))].map(
    (id) => `${repository.url}/v1/chunks/${chunkPath(id)}`,
  );
  const hasCurl = await isInstalled('curl');
  const ours: Taken[] = [];
  const curl: Taken[] = [];
  let stagedWhere = '';
  for (let round = 0; round <= DOWNLOAD_ROUNDS; round++) {
    const fetched = await fetchRelease(documents, repository.url);
    stagedWhere = fetched.stage.says;
    await fetched.stage.release();
    const fetchedByCurl = hasCurl ? await fetchWithCurl(urls, storedBytes) : null;
    // The first round warms the Worker up, for both.
    if (round === 0) continue;
    ours.push(fetched);
    if (fetchedByCurl !== null) curl.push(fetchedByCurl);
  }
  const rateOf = (runs: readonly Taken[]) => storedBytes / 1000 / median(runs.map(({ wallMs }) => wallMs));
  const cpuOf = (runs: readonly Taken[]) => median(runs.map(({ cpuMs }) => cpuMs)) / (storedBytes / 1e6);
  const peer = (figure: () => number) => ({
    name: `curl -Z ${PARALLEL} + sha256sum`,
    figure: hasCurl ? figure() : notInstalled('curl'),
  });
  return [
    {
      bench: 'download',
      what: `clean loopback, ${(storedBytes / 1e6).toFixed(1)} MB in ${urls.length} chunks`,
      unit: 'MB/s',
      ours: rateOf(ours),
      peer: peer(() => rateOf(curl)),
      goal: { kind: 'ratio-at-least', bound: 0.8 },
      note: `${DOWNLOAD_ROUNDS} rounds in turn, their median; ${stagedWhere}; curl writes to ${SHARED_MEMORY}`,
    },
    {
      bench: 'download',
      what: 'clean loopback, CPU of the client',
      unit: 'ms/MB',
      ours: cpuOf(ours),
      peer: peer(() => cpuOf(curl)),
      note: 'ours also unpacks every chunk and hashes what it holds; sha256sum hashes the packed bytes',
    },
  ];
}

async function fetchWithCurl(urls: readonly string[], expectedBytes: number): Promise<Taken> {
  const directory = await mkdtemp(join(SHARED_MEMORY, 'cistern-bench-curl-'));
  try {
    const lines = urls.map((url) => `url = "${url}"\noutput = "${url.slice(url.lastIndexOf('/') + 1)}"\n`);
    await writeFile(join(directory, 'urls'), lines.join(''));
    const flags = ['-Z', '--parallel-max', String(PARALLEL), '--fail', '-sS', '-K', 'urls'];
    const fetched = mustSucceed(await runTool('curl', flags, { directory }), 'curl');
    const names = (await readdir(directory)).filter((name) => name !== 'urls');
    const hashed = mustSucceed(await runTool('sha256sum', names, { directory }), 'sha256sum');
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
    if (sum(sizes) !== expectedBytes) throw new Error(`curl fetched ${sum(sizes)} of ${expectedBytes} bytes`);
    return { wallMs: fetched.wallMs + hashed.wallMs, cpuMs: fetched.cpuMs + hashed.cpuMs };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
