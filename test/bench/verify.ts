/** `cistern-repo verify` of a repository with many releases, against one with a tenth of them: time and memory. */
import { parseModelId } from '../../shared/model.ts';
import { bundle } from './bundle.ts';
import type { Comparison } from './comparison.ts';
import {
  FEW_RELEASES,
  MANY_RELEASES,
  RELEASES_ALIKE,
  SMALL_PACKAGE_BYTES,
  VERIFY_PEAK_MAX_MB,
} from './limits.ts';
import { makeManyReleases } from './many-releases.ts';
import { peakOf } from './peak-of.ts';
import type { Scene } from './scene.ts';

const MODELS = ['quectel/ec25euga-m4g', 'quectel/eg25ggb-m2g']
  .map(parseModelId)
  .filter((model) => model !== null);
const ENTRIES = { 'cistern-repo': 'manifests/bin.ts', 'peak-memory': 'test/bench/peak-memory.ts' } as const;

export async function benchVerify(scene: Scene): Promise<Comparison[]> {
  const bundles = await bundle(ENTRIES, await scene.scratch('bundles'));
  const measured: { peak: number; releasesPerSecond: number }[] = [];
  for (const count of [FEW_RELEASES, MANY_RELEASES]) {
    const scratch = await scene.scratch('releases');
    const { directory, rootFile } = await makeManyReleases(scratch, {
      models: MODELS,
      releases: count / MODELS.length,
      alike: RELEASES_ALIKE,
      sizeBytes: SMALL_PACKAGE_BYTES,
    });
    const startedMs = performance.now();
    const peak = await peakOf(
      bundles['peak-memory'],
      [bundles['cistern-repo'], 'verify', directory, '--root', rootFile, '--json'],
      scratch,
    );
    measured.push({ peak, releasesPerSecond: (count * 1000) / (performance.now() - startedMs) });
  }
  const [few, many] = measured;
  if (few === undefined || many === undefined) throw new Error('two repositories were to be measured');
  const what = (of: string) => `${of}, ${MANY_RELEASES} releases against ${FEW_RELEASES}`;
  const name = 'a tenth of them';
  return [
    {
      bench: 'verify',
      what: what('peak RSS'),
      unit: 'MB',
      ours: many.peak,
      peer: { name, figure: few.peak },
      goal: { kind: 'ours-at-most', bound: VERIFY_PEAK_MAX_MB },
      note: `packages of ${SMALL_PACKAGE_BYTES / 1e6} MB of ${MODELS.length} models in a directory, ${RELEASES_ALIKE} releases with the same content; every file of every release is put together from its chunks and hashed. The metadata of a model lists all its releases, and is in memory`,
    },
    {
      bench: 'verify',
      what: what('rate'),
      unit: 'releases/s',
      ours: many.releasesPerSecond,
      peer: { name, figure: few.releasesPerSecond },
    },
  ];
}
