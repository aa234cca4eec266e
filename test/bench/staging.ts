/**
 * The most memory that fetching, verifying and reading a package takes, at three sizes: flat, and little above a bare
 * Node program that streams the same bytes. The stage itself is a tmpfs, whose pages are not the process's.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDemoPackage } from '../firmware/demo-package.ts';
import { imagePayload } from '../firmware/payload.ts';
import { bundle } from './bundle.ts';
import type { Comparison } from './comparison.ts';
import { startFarEnd } from './far-end.ts';
import { FILLER_FILE_BYTES, LARGE_PACKAGE_BYTES, STAGING_PACKAGE_BYTES } from './limits.ts';
import {
  BARE_NODE,
  bareNode,
  type Client,
  ENTRIES,
  GLOBAL_FETCH,
  globalFetch,
  ourClient,
  type Programs,
} from './line-clients.ts';
import { makeLinePackage } from './line-package.ts';
import { RELEASE, type Scene } from './scene.ts';

export async function benchStaging(scene: Scene): Promise<Comparison[]> {
  const programs = await bundle(ENTRIES, await scene.scratch('bundles'));
  const comparisons: Comparison[] = [];
  const peaks: number[] = [];
  for (const sizeBytes of STAGING_PACKAGE_BYTES) {
    const { ours, bare, fetched } = await peaksAt(sizeBytes, programs, scene);
    peaks.push(ours);
    const what = `peak RSS of fetch, verify and read, ${sizeBytes / 1e6} MB package`;
    const beside = (name: string, figure: number, bound: number): Comparison => ({
      bench: 'staging',
      what,
      unit: 'MB',
      ours,
      peer: { name, figure },
      goal: { kind: 'ratio-at-most', bound },
    });
    comparisons.push(beside(BARE_NODE, bare, 1.25), beside(GLOBAL_FETCH, fetched, 1));
  }
  const [small = 0] = peaks;
  const [smallest, largest] = [STAGING_PACKAGE_BYTES[0], STAGING_PACKAGE_BYTES.at(-1) ?? 0];
  return [
    ...comparisons,
    {
      bench: 'staging',
      what: `peak RSS, ${largest / 1e6} MB package against ${smallest / 1e6} MB`,
      unit: 'MB',
      ours: peaks.at(-1) ?? 0,
      peer: { name: 'the smaller', figure: small },
      goal: { kind: 'ratio-at-most', bound: 1.1 },
      note: '"flat in package size" is read as: at most a tenth more for ten times the package',
    },
  ];
}

async function peaksAt(
  sizeBytes: number,
  programs: Programs,
  scene: Scene,
): Promise<{ readonly ours: number; readonly bare: number; readonly fetched: number }> {
  const packageDirectory = await packageOfSize(sizeBytes, scene);
  const directory = await scene.scratch('staging');
  const cut = await makeLinePackage(packageDirectory, RELEASE.version, directory);
  const farEnd = startFarEnd(cut.servedDirectory);
  try {
    const peakOf = async (client: Client) => {
      const line = await farEnd.openLine({});
      const { peakBytes, failure } = await client.download(line.url);
      await line.close();
      if (failure !== null) throw new Error(`${client.name}: ${failure}`);
      return peakBytes / 1e6;
    };
    return {
      ours: await peakOf(ourClient(programs, cut, { reads: true })),
      bare: await peakOf(bareNode(programs, cut)),
      fetched: await peakOf(globalFetch(programs, cut)),
    };
  } finally {
    await farEnd.stop();
    await rm(directory, { recursive: true });
    await rm(packageDirectory, { recursive: true });
  }
}

/** Larger than the module's flash: files beside the images make up for what its partitions do not hold. */
async function packageOfSize(sizeBytes: number, scene: Scene): Promise<string> {
  const packageDirectory = await scene.scratch('package');
  const { version } = RELEASE;
  const flashable = Math.min(sizeBytes, LARGE_PACKAGE_BYTES);
  await writeDemoPackage(packageDirectory, { version, sizeBytes: flashable });
  for (let left = sizeBytes - flashable, file = 0; left > 0; left -= FILLER_FILE_BYTES, file++) {
    const lengthBytes = Math.min(left, FILLER_FILE_BYTES);
    const name = `filler-${file}.bin`;
    await writeFile(join(packageDirectory, name), imagePayload({ seed: file, name, version, lengthBytes }));
  }
  return packageDirectory;
}
