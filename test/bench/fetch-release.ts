/** The updater's own download, as `cistern update` does it: into a stage in memory, each chunk hashed. */
import { systemClock } from '../../device/clock.ts';
import { fetchPackage, type PackageFetch } from '../../device/fetch/fetch-package.ts';
import type { FetchSummary } from '../../device/fetch/tally.ts';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import { prepareStage } from '../../device/stage/prepare-stage.ts';
import type { Stage } from '../../device/stage/stage.ts';
import type { ReleaseDocuments } from '../../device/update/documents.ts';
import { must } from '../support/must.ts';

const BENCH_AGENT = 'cistern-bench/1';

export type Fetched = {
  readonly summary: FetchSummary;
  readonly wallMs: number;
  /** User and system time of this process meanwhile. */
  readonly cpuMs: number;
  /** The caller releases it. */
  readonly stage: Stage;
};

export function fetchRelease(documents: ReleaseDocuments, repositoryUrl: string): Promise<Fetched> {
  const { index, manifest } = documents;
  return fetchChunks({ index, storedBytes: manifest.package.storedBytes }, repositoryUrl);
}

export async function fetchChunks(
  { index, storedBytes }: Pick<PackageFetch, 'index' | 'storedBytes'>,
  repositoryUrl: string,
): Promise<Fetched> {
  const never = new AbortController().signal;
  const stage = must(
    await prepareStage({ wanted: 'auto', neededBytes: storedBytes, platform: nodePlatform }, never),
  );
  const http = undiciHttp({ userAgent: BENCH_AGENT });
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  try {
    const wanted = {
      index,
      storedBytes,
      stage,
      repositoryUrl,
      http,
      clock: systemClock,
      random: Math.random,
    };
    const summary = must(await fetchPackage({ ...wanted, onProgress: () => {} }, never));
    const cpu = process.cpuUsage(cpuBefore);
    const wallMs = performance.now() - startedMs;
    return { summary, wallMs, cpuMs: (cpu.user + cpu.system) / 1000, stage };
  } catch (error) {
    await stage.release();
    throw error;
  } finally {
    await http.close();
  }
}
