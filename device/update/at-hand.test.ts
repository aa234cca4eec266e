/** What lies on this machine of a package is counted by what it holds. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import { BASE_FAILURES_MAX } from '../fetch/limits.ts';
import { diskStageDirectory } from '../stage/prepare-disk-stage.ts';
import { prepareStage } from '../stage/prepare-stage.ts';
import { stageName } from '../stage/stage-name.ts';
import { aPackage, fillStage } from '../stage/test-package.ts';
import { aDeadMount, aDirectory, CAN_MOUNT, platformAt } from '../stage/test-places.ts';
import { missingBytes, storesAtHand } from './at-hand.ts';
import type { UpdatePorts } from './attempt.ts';

const never = new AbortController().signal;
const PACKAGE = aPackage();
const { manifest, index } = PACKAGE;
const IDS = [...PACKAGE.stored.keys()];
const sizeOf = (ids: readonly string[]) =>
  index.chunks.filter(({ id }) => ids.includes(id)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
const name = (modemKey: string) => stageName(manifest.version, modemKey);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function aMachine() {
  const base = aDirectory();
  ends.push(() => rmSync(base, { recursive: true }));
  const disk = join(base, 'disk');
  mkdirSync(disk);
  const stagePlatform = platformAt(join(base, 'memory'));
  const missing = async (
    {
      stage = 'auto',
      keepCopyIn = null,
      mirrors = [],
    }: { stage?: string; keepCopyIn?: string | null; mirrors?: string[] },
    signal = never,
  ) => {
    const ports = { download: { mirrors, limits: {}, keepCopyIn }, stagePlatform, door: { key: 'usb-1' } };
    return missingBytes(index, await storesAtHand(stage, manifest, ports as unknown as UpdatePorts), signal);
  };
  const filled = async (directory: string) => {
    mkdirSync(directory, { recursive: true });
    await fillStage(directory, PACKAGE);
    return directory;
  };
  return { base, disk, stagePlatform, missing, filled };
}

/** Another chunk's bytes, of whatever length: what its name promises it does not hold. */
const swap = (directory: string, id: string, by: string) =>
  writeFileSync(join(directory, chunkPath(id)), readFileSync(join(directory, chunkPath(by))));
const truncate = (directory: string, id: string) => {
  const path = join(directory, chunkPath(id));
  writeFileSync(path, readFileSync(path).subarray(0, -1));
};

describe('what is missing of a package', () => {
  it('is all of it where nothing lies on this machine', async () => {
    const { missing, disk } = aMachine();
    expect(await missing({ stage: disk, keepCopyIn: disk })).toBe(index.sizeBytes);
  });

  it.each([
    [
      'the stage on a disk',
      (disk: string) => ({ at: diskStageDirectory(disk, name('usb-1')), places: { stage: disk } }),
    ],
    [
      'another modem’s stage',
      (disk: string) => ({ at: diskStageDirectory(disk, name('usb-2')), places: { stage: disk } }),
    ],
    [
      'the copy',
      (disk: string) => ({ at: diskStageDirectory(disk, name('usb-1')), places: { keepCopyIn: disk } }),
    ],
    ['a mirror', (disk: string) => ({ at: join(disk, 'v1/chunks'), places: { mirrors: [disk] } })],
  ])('is nothing where %s is whole, and each chunk in it that is gone or wrong', async (_, where) => {
    const { missing, disk, filled } = aMachine();
    const { at, places } = where(disk);
    await filled(at);
    expect(await missing(places)).toBe(0);
    const [gone = '', swapped = '', cut = '', other = ''] = IDS;
    rmSync(join(at, chunkPath(gone)));
    swap(at, swapped, other);
    truncate(at, cut);
    expect(await missing(places)).toBe(sizeOf([gone, swapped, cut]));
  });

  it('is what neither of two places holds', async () => {
    const { missing, disk, filled } = aMachine();
    const own = await filled(diskStageDirectory(disk, name('usb-1')));
    const others = await filled(diskStageDirectory(disk, name('usb-2')));
    const [first = '', second = '', third = ''] = IDS;
    for (const [at, id] of [
      [own, first],
      [own, second],
      [others, second],
      [others, third],
    ] as const)
      truncate(at, id);
    expect(await missing({ stage: disk })).toBe(sizeOf([second]));
  });

  it('is all that a mirror has where it has so much wrong that the fetch gives it up, but not the stage', async () => {
    const { missing, disk, filled, base } = aMachine();
    const wrong = IDS.slice(0, BASE_FAILURES_MAX);
    const mirror = await filled(join(base, 'mirror'));
    for (const id of wrong) truncate(mirror, id);
    expect(await missing({ mirrors: [mirror] })).toBe(index.sizeBytes);
    const stage = await filled(diskStageDirectory(disk, name('usb-1')));
    for (const id of wrong) truncate(stage, id);
    expect(await missing({ stage: disk })).toBe(sizeOf(wrong));
  });

  it('counts a stage left in memory only while the next run would take it up', async () => {
    const { missing, stagePlatform } = aMachine();
    const wish = { wanted: 'auto', neededBytes: 1024 * 1024, platform: stagePlatform, name: name('usb-1') };
    const stage = await prepareStage(wish, never);
    if (!stage.ok) throw new Error(stage.failure.reason);
    ends.push(stage.value.release);
    await fillStage(stage.value.directory, PACKAGE);
    expect(await missing({})).toBe(index.sizeBytes);
    await stage.value.leave();
    expect(await missing({})).toBe(0);
    const uptimeMs = stagePlatform.uptimeMs();
    Object.assign(stagePlatform, { uptimeMs: () => uptimeMs + 27 * 3_600_000 });
    expect(await missing({})).toBe(index.sizeBytes);
  });

  it.runIf(CAN_MOUNT)(
    'is not waited for on a share whose server is gone, once the run is ended',
    async () => {
      const { missing, base, filled } = aMachine();
      const { directory, end } = aDeadMount();
      ends.push(end);
      const mirrors = [await filled(join(base, 'mirror')), directory];
      const stop = new AbortController();
      const counting = missing({ mirrors: mirrors.toReversed() }, stop.signal);
      setTimeout(() => stop.abort(), 50);
      expect(await counting).toBe(index.sizeBytes);
      expect(await missing({ mirrors })).toBe(0);
    },
  );

  it('is looked for no longer once the run is ended', async () => {
    const { missing, disk, filled } = aMachine();
    await filled(diskStageDirectory(disk, name('usb-1')));
    expect(await missing({ stage: disk }, AbortSignal.abort())).toBe(index.sizeBytes);
  });
});
