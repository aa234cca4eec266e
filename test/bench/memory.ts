/**
 * The most memory that `cistern update` has resident, for a small and a large package, against a bare Node program
 * that streams the same bytes. Both are bundled first, as the device's is: stripping types takes memory of its
 * own.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { startModem } from '../support/modem-process.ts';
import { readDocuments } from '../support/release-documents.ts';
import type { Repository } from '../support/repository.ts';
import { type Bundled, bundle } from './bundle.ts';
import type { Comparison } from './comparison.ts';
import { MODEM_REBOOT_MS } from './limits.ts';
import { peakOf } from './peak-of.ts';
import { LARGE_RELEASE, RELEASE, type Release, type Scene } from './scene.ts';

const ENTRIES = {
  cistern: 'device/bin.ts',
  'peak-memory': 'test/bench/peak-memory.ts',
  'stream-and-hash': 'test/bench/stream-and-hash.ts',
} as const;
type Bundles = Bundled<keyof typeof ENTRIES>;

export async function benchMemory(scene: Scene): Promise<Comparison[]> {
  const bundles = await bundle(ENTRIES, await scene.scratch('bundles'));
  const peaks: { ours: number; bare: number }[] = [];
  const comparisons: Comparison[] = [];
  for (const release of [RELEASE, LARGE_RELEASE]) {
    const repository = await scene.published(release);
    const ours = await peakOfUpdate(scene, bundles, repository, release);
    const bare = await peakOfBare(scene, bundles, repository, release);
    peaks.push({ ours, bare });
    comparisons.push({
      bench: 'memory',
      what: `peak RSS of cistern update, ${release.sizeBytes / 1e6} MB package`,
      unit: 'MB',
      ours,
      peer: { name: 'bare Node streaming and hashing', figure: bare },
      goal: { kind: 'ratio-at-most', bound: 1.25 },
    });
  }
  const [small, large] = peaks;
  if (small === undefined || large === undefined) throw new Error('two packages were to be measured');
  const sizes = `${LARGE_RELEASE.sizeBytes / 1e6} MB package against ${RELEASE.sizeBytes / 1e6} MB`;
  const flat = (what: string, ours: number, peer: number): Comparison => {
    return {
      bench: 'memory',
      what: `${what}, ${sizes}`,
      unit: 'MB',
      ours,
      peer: { name: 'the smaller', figure: peer },
    };
  };
  return [
    ...comparisons,
    {
      ...flat('peak RSS of cistern update', large.ours, small.ours),
      goal: { kind: 'ratio-at-most', bound: 1.1 },
      note: '"flat in package size" is read as: at most a tenth more for more than three times the package',
    },
    flat('peak RSS of bare Node', large.bare, small.bare),
  ];
}

async function peakOfUpdate(
  scene: Scene,
  bundles: Bundles,
  repository: Repository,
  { version }: Release,
): Promise<number> {
  const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: MODEM_REBOOT_MS });
  scene.atEnd(() => modem.stop());
  const state = await scene.scratch('router');
  const flags = [
    ...['--modem', modem.locator, '--repository', repository.url, '--root', repository.rootFile],
    ...['--state', state, '--version', version, '--quiet'],
  ];
  try {
    return await peakOf(bundles['peak-memory'], [bundles.cistern, 'update', ...flags], state);
  } finally {
    await modem.stop();
  }
}

async function peakOfBare(
  scene: Scene,
  bundles: Bundles,
  repository: Repository,
  { version }: Release,
): Promise<number> {
  const scratch = await scene.scratch('bare');
  const { index } = await readDocuments(repository, version, scratch);
  const ids = new Set(index.chunks.map(({ id }) => id));
  const urls = [...ids].map((id) => `${repository.url}/v1/chunks/${chunkPath(id)}\n`).join('');
  const urlFile = join(scratch, 'urls');
  await writeFile(urlFile, urls);
  return peakOf(bundles['peak-memory'], [bundles['stream-and-hash'], urlFile], scratch);
}
