/** Bytes that a download costs over a line that ends every connection after 1 MB: ours and the peers'. */
import { createReadStream } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ReleaseDocuments } from '../../device/update/documents.ts';
import { chunkPath } from '../../shared/caibx.ts';
import { readDocuments } from '../support/release-documents.ts';
import type { Comparison, Figure } from './comparison.ts';
import { type CuttingLine, cuttingLine } from './cutting-line.ts';
import { fetchRelease } from './fetch-release.ts';
import { CURL_RESTARTS_MAX, CUT_AFTER_BYTES } from './limits.ts';
import { RELEASE, type Scene } from './scene.ts';
import { isInstalled, notInstalled, runTool } from './tools.ts';

/** What a peer needed, or at which point it gave up. */
type Peer = { readonly name: string; readonly figure: Figure; readonly note?: string };

export async function benchBadLine(scene: Scene): Promise<Comparison[]> {
  const repository = await scene.published(RELEASE);
  const documents = await readDocuments(repository, RELEASE.version, await scene.scratch('documents'));
  const { storedBytes } = documents.manifest.package;
  const directory = await scene.scratch('bad-line');

  const line = await cuttingLine(repository.url, CUT_AFTER_BYTES);
  const { summary, stage, wallMs } = await fetchRelease(documents, line.url);
  const ours = line.passedBytes() / storedBytes;
  const cuts = line.cuts();
  await line.close();
  const file = join(directory, 'package.stored');
  await joinChunks(documents, stage.directory, file);
  await stage.release();

  const whole = await serveFile(file);
  const peers = [
    await casync(documents, repository.url, directory),
    await peerOver('curl -C - of one file', 'curl', whole.url, storedBytes, (url) =>
      curlUntilDone(url, directory),
    ),
    await peerOver('aria2c of one file', 'aria2c', whole.url, storedBytes, (url) => aria2(url, directory)),
  ];
  await whole.close();
  const what = `connection cut every ${CUT_AFTER_BYTES / 1e6} MB`;
  const row: Omit<Comparison, 'peer'> = {
    bench: 'bad-line',
    what: `${what}, bytes over the line / package`,
    unit: '×',
    ours,
  };
  return [
    {
      bench: 'bad-line',
      what: `${what}, bytes of bodies / package`,
      unit: '×',
      ours: summary.fetchedBytes / storedBytes,
      peer: null,
      goal: { kind: 'ours-at-most', bound: 1.01 },
      note: `${cuts} cuts, ${summary.requests} requests, ${summary.resumed} of them resumed a chunk; ${(wallMs / 1000).toFixed(1)} s`,
    },
    ...peers.map(({ note, ...peer }) => ({ ...row, peer, ...(note === undefined ? {} : { note }) })),
  ];
}

/** All that is downloaded, as one file: what `curl` and `aria2c` can resume. */
async function joinChunks({ index }: ReleaseDocuments, store: string, path: string): Promise<void> {
  const ids = new Set(index.chunks.map(({ id }) => id));
  const file = await open(path, 'w');
  for (const id of ids) await file.appendFile(await readFile(join(store, chunkPath(id))));
  await file.close();
}

async function casync({ indexBytes }: ReleaseDocuments, upstream: string, directory: string): Promise<Peer> {
  const index = join(directory, 'package.caibx');
  await writeFile(index, indexBytes);
  const storedBytes = (await stat(join(directory, 'package.stored'))).size;
  return peerOver('casync extract', 'casync', upstream, storedBytes, async (url) => {
    const run = await runTool('casync', [
      'extract',
      `--store=${url}/v1/chunks`,
      index,
      join(directory, 'out'),
    ]);
    return run.code === 0 ? null : (run.stderr.trim().split('\n').at(-1) ?? `ended with ${run.code}`);
  });
}

async function curlUntilDone(url: string, directory: string): Promise<string | null> {
  for (let start = 0; start < CURL_RESTARTS_MAX; start++) {
    const run = await runTool('curl', ['-sS', '--fail', '-C', '-', '-o', 'by-curl', url], { directory });
    if (run.code === 0) return null;
  }
  return `not done after ${CURL_RESTARTS_MAX} starts`;
}

async function aria2(url: string, directory: string): Promise<string | null> {
  const flags = ['--quiet', '--max-tries=0', '--retry-wait=0', '-x4', '-s4', '-o', 'by-aria2c', url];
  const run = await runTool('aria2c', flags, { directory });
  return run.code === 0 ? null : `ended with ${run.code}`;
}

/** `download` answers null when it is done, or why it is not. */
async function peerOver(
  name: string,
  tool: string,
  upstream: string,
  storedBytes: number,
  download: (url: string) => Promise<string | null>,
): Promise<Peer> {
  if (!(await isInstalled(tool))) return { name, figure: notInstalled(tool) };
  const line: CuttingLine = await cuttingLine(upstream, CUT_AFTER_BYTES);
  const startedMs = performance.now();
  const failure = await download(line.url);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const share = line.passedBytes() / storedBytes;
  await line.close();
  const note = `${name}: ${line.cuts()} cuts, ${seconds} s`;
  if (failure === null) return { name, figure: share, note };
  const missing = `gave up after ${share.toFixed(3)} × (${failure})`;
  return { name, figure: { missing }, note };
}

/** One file over HTTP with single ranges, as any static server gives it. */
async function serveFile(
  path: string,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { size } = await stat(path);
  const server = http.createServer((request, response) => {
    const first = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const given = /^bytes=\d+-(\d+)$/.exec(request.headers.range ?? '')?.[1];
    const last = Math.min(size - 1, given === undefined ? size - 1 : Number(given));
    if (first >= size) return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    const isPart = request.headers.range !== undefined;
    const headers = { 'content-length': last - first + 1, 'accept-ranges': 'bytes', etag: '"package"' };
    const range = isPart ? { 'content-range': `bytes ${first}-${last}/${size}` } : {};
    response.writeHead(isPart ? 206 : 200, { ...headers, ...range });
    if (request.method === 'HEAD') return void response.end();
    pipeline(createReadStream(path, { start: first, end: last }), response).catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
