/** Cutting a package (tar, chunk, hash, compress, store) against `casync make` at the same chunk sizes. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openChunkStore } from '../../manifests/package/chunk-store.ts';
import { CHUNK_SIZES, cutPackage } from '../../manifests/package/cut-package.ts';
import { openPackage } from '../../manifests/package/open-package.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { must } from '../support/local-release.ts';
import type { Comparison } from './comparison.ts';
import { PUBLISH_PACKAGE_BYTES, PUBLISH_ROUNDS } from './limits.ts';
import type { Scene } from './scene.ts';
import { median } from './statistics.ts';
import { isInstalled, mustSucceed, notInstalled, runTool } from './tools.ts';

type Cut = { readonly wallMs: number; readonly cpuMs: number };
type Cutter = (packageDirectory: string, store: string) => Promise<Cut>;

export async function benchPublish(scene: Scene): Promise<Comparison[]> {
  const sizeBytes = PUBLISH_PACKAGE_BYTES;
  const first = await scene.packageOf({ version: DEMO_OLD_VERSION, sizeBytes });
  const second = await scene.packageOf({ version: DEMO_NEW_VERSION, sizeBytes });
  const hasCasync = await isInstalled('casync');
  const cutters: Cutter[] = hasCasync ? [cutWithOurs, cutWithCasync] : [cutWithOurs];
  const cuts = cutters.map(() => [] as Cut[]);
  for (let round = 0; round < PUBLISH_ROUNDS; round++) {
    for (const [i, cut] of cutters.entries()) {
      const store = await scene.scratch('store');
      cuts[i]?.push(await cut(second, store));
      await rm(store, { recursive: true });
    }
  }
  const stored: { once: number; added: number }[] = [];
  for (const cut of cutters) {
    const store = await scene.scratch('store');
    await cut(first, store);
    const once = await storedBytes(store);
    await cut(second, store);
    stored.push({ once, added: (await storedBytes(store)) - once });
    await rm(store, { recursive: true });
  }
  const [ours = [], casync = []] = cuts;
  const [oursStored, casyncStored] = stored;
  const rate = (all: readonly Cut[]) => sizeBytes / 1000 / median(all.map(({ wallMs }) => wallMs));
  const cpu = (all: readonly Cut[]) => median(all.map(({ cpuMs }) => cpuMs)) / 1000;
  const row = (
    what: string,
    unit: string,
    own: number,
    theirs: () => number,
    more: Partial<Comparison> = {},
  ): Comparison => ({
    bench: 'publish',
    what: `${what}, ${sizeBytes / 1e6} MB package`,
    unit,
    ours: own,
    peer: { name: 'casync make', figure: hasCasync ? theirs() : notInstalled('casync') },
    ...more,
  });
  const { minBytes, averageBytes, maxBytes } = CHUNK_SIZES;
  return [
    row('rate of the cut', 'MB/s', rate(ours), () => rate(casync), {
      goal: { kind: 'ratio-at-least', bound: 1 },
      note: `${PUBLISH_ROUNDS} rounds in turn, their median; chunks of ${minBytes}/${averageBytes}/${maxBytes} bytes; ours compresses in threads beside the cutting one, casync in one`,
    }),
    row('CPU of the cut', 's', cpu(ours), () => cpu(casync)),
    row(
      'stored size of a first version',
      'MB',
      (oursStored?.once ?? 0) / 1e6,
      () => (casyncStored?.once ?? 0) / 1e6,
    ),
    row(
      'added by a second version',
      'MB',
      (oursStored?.added ?? 0) / 1e6,
      () => (casyncStored?.added ?? 0) / 1e6,
      { goal: { kind: 'ratio-at-most', bound: 1.1 } },
    ),
  ];
}

async function cutWithOurs(packageDirectory: string, store: string): Promise<Cut> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const source = must(await openPackage(packageDirectory));
  must(await cutPackage(source, openChunkStore(store), () => {}, new AbortController().signal));
  await source.close();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
}

async function cutWithCasync(packageDirectory: string, store: string): Promise<Cut> {
  const { minBytes, averageBytes, maxBytes } = CHUNK_SIZES;
  const flags = [
    `--store=${store}`,
    `--chunk-size=${minBytes}:${averageBytes}:${maxBytes}`,
    ...['--compression=zstd', '--digest=sha256'],
  ];
  const run = await runTool('casync', ['make', ...flags, join(store, 'package.caidx'), packageDirectory]);
  return mustSucceed(run, 'casync make');
}

/** Of the chunks in a store, by their sizes. */
async function storedBytes(store: string): Promise<number> {
  const names = (await readdir(store, { recursive: true })).filter((name) => name.endsWith('.cacnk'));
  let bytes = 0;
  for (const name of names) bytes += (await stat(join(store, name))).size;
  return bytes;
}
