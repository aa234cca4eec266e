/** A copy made of a stage, and one that breaks off in the middle. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import { systemClock } from '../clock.ts';
import { readChunk } from '../stage/chunk-file.ts';
import { parseMountTable } from '../stage/mount-table.ts';
import { diskStageDirectory } from '../stage/prepare-disk-stage.ts';
import { prepareStage } from '../stage/prepare-stage.ts';
import { stageName } from '../stage/stage-name.ts';
import { aPackage, fillStage, TEST_VERSION } from '../stage/test-package.ts';
import { aDirectory, CAN_MOUNT, mountTmpfs, platformAt, unmount } from '../stage/test-places.ts';
import type { UpdatePorts } from './attempt.ts';
import type { ReleaseDocuments } from './documents.ts';
import { fillCopy, prepareCopy } from './keep-copy.ts';
import { openAccount } from './spent-bytes.ts';

const never = new AbortController().signal;
const PACKAGE = aPackage();
const IDS = [...PACKAGE.stored.keys()];
/** More than a package, with what is kept free beside it. */
const DISK_BYTES = 4 * 1024 * 1024;
const OLDER = 'EC25EUGAR06A05M4G_01.003.01.003';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A whole package in memory, and a disk of its own for the copy; `onCopied` hears of each chunk that was copied. */
async function aCopying(onCopied: (count: number, disk: string) => void = () => {}, olderBytes = 1) {
  const base = aDirectory();
  ends.push(() => rmSync(base, { recursive: true }));
  const disk = join(base, 'disk');
  mkdirSync(disk);
  mountTmpfs(disk, `size=${DISK_BYTES}`);
  ends.push(() => {
    const table = parseMountTable(readFileSync('/proc/self/mountinfo', 'utf8'));
    if (table.some(({ mountPoint }) => mountPoint === disk)) unmount(disk, ['-l']);
  });
  const stagePlatform = platformAt(join(base, 'memory'));
  const staged = await prepareStage(
    { wanted: 'auto', neededBytes: 1024 * 1024, platform: stagePlatform },
    never,
  );
  if (!staged.ok) throw new Error(staged.failure.reason);
  const stage = staged.value;
  ends.push(() => stage.release());
  await fillStage(stage.directory, PACKAGE);

  let asked = 0;
  let copied = 0;
  const ask = async () => {
    asked += 1;
    return { ok: false, failure: { reason: 'unreachable', url: 'U', code: 'ENOTFOUND' } };
  };
  const ports = {
    stateDir: join(base, 'state'),
    door: { key: 'usb-1' },
    stagePlatform,
    repositoryUrl: 'https://firmware.example',
    http: { get: ask, getStream: ask, post: ask, close: async () => {} },
    clock: { ...systemClock, sleep: async () => {} },
    random: () => 0.5,
    download: { mirrors: ['https://mirror.example'], limits: {}, keepCopyIn: disk },
    events: { onNote: () => {}, onFetch: () => onCopied(++copied, disk) },
  } as unknown as UpdatePorts;
  const older = diskStageDirectory(disk, stageName(OLDER, 'usb-1'));
  mkdirSync(older, { mode: 0o700 });
  writeFileSync(join(older, 'chunk'), new Uint8Array(olderBytes));
  const documents = { ...PACKAGE, entry: {} } as unknown as ReleaseDocuments;
  const prepared = await prepareCopy({ wanted: 'auto', documents }, ports, never);
  if (!prepared.ok || prepared.value === null) throw new Error(JSON.stringify(prepared));
  const copy = prepared.value;
  return {
    disk,
    stage,
    copy,
    older,
    asked: () => asked,
    ports,
    fill: (from = stage) => fillCopy({ copy, stage: from }, documents, ports, never),
    place: (id: string) => join(stage.directory, chunkPath(id)),
    /** Ids of what lies in the copy under a chunk's name. */
    copiedIds: () =>
      readdirSync(copy.directory, { recursive: true }).flatMap(
        (name) => /([0-9a-f]{64})\.cacnk$/.exec(String(name))?.[1] ?? [],
      ),
  };
}

async function areRight(directory: string, ids: readonly string[]): Promise<boolean> {
  const read = await Promise.all(
    ids.map((id) => {
      const sizeBytes = PACKAGE.index.chunks.find((chunk) => chunk.id === id)?.sizeBytes ?? 0;
      return readChunk(directory, { id, sizeBytes });
    }),
  );
  return read.every(({ ok }) => ok);
}

/** Room for some chunks, not for all. */
function leave(disk: string, leftBytes: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'filler'), new Uint8Array(bavail * bsize - leftBytes));
}

describe.runIf(CAN_MOUNT)('a copy', () => {
  it('is whole, of the stage alone, and what nobody needs beside it goes then', async () => {
    const { fill, copy, copiedIds, asked, older } = await aCopying();
    expect(existsSync(older)).toBe(true);
    expect(await fill()).toEqual({ ok: true, value: copy.directory });
    expect(copiedIds().sort()).toEqual([...IDS].sort());
    expect(asked()).toBe(0);
    expect(existsSync(older)).toBe(false);
  });

  it('that finds its disk full holds right chunks alone, leaves what was there before, and is gone on with', async () => {
    const { fill, disk, copy, copiedIds, older } = await aCopying();
    leave(disk, 48 * 1024);
    expect(await fill()).toMatchObject({
      ok: false,
      failure: { reason: 'stage-full', directory: copy.directory },
    });
    const half = copiedIds();
    expect(half.length).toBeGreaterThan(0);
    expect(half.length).toBeLessThan(IDS.length);
    expect(await areRight(copy.directory, half)).toBe(true);
    expect(existsSync(older)).toBe(true);
    rmSync(join(disk, 'filler'));
    expect(await fill()).toEqual({ ok: true, value: copy.directory });
    expect(readdirSync(disk)).toEqual([copy.directory.slice(dirname(copy.directory).length + 1)]);
  });

  it('whose disk goes meanwhile says so, and writes nothing below its mount point', async () => {
    const { fill, disk } = await aCopying((count, mounted) => {
      if (count === 3) unmount(mounted, ['-l']);
    });
    expect(await fill()).toMatchObject({ ok: false, failure: { reason: 'stage-unmounted' } });
    expect(readdirSync(disk)).toEqual([]);
  });

  it.each([
    ['is gone', (path: string) => rmSync(path), 'chunk-missing'],
    ['was overwritten', (path: string) => writeFileSync(path, 'no chunk'), 'chunk-content-wrong'],
  ])('of a stage of which a chunk %s asks nobody for it: the stage is no good', async (_, harm, reason) => {
    const { fill, place, asked, copy, copiedIds, older } = await aCopying();
    harm(place(IDS[5] ?? ''));
    expect(await fill()).toMatchObject({ ok: false, failure: { reason, id: IDS[5] } });
    expect(asked()).toBe(0);
    expect(await areRight(copy.directory, copiedIds())).toBe(true);
    expect(existsSync(older)).toBe(true);
  });

  it('of a stage whose memory is gone asks nobody for it either', async () => {
    const { fill, stage, asked } = await aCopying();
    unmount(stage.directory, ['-l']);
    expect(await fill()).toMatchObject({
      ok: false,
      failure: { reason: 'stage-unmounted', directory: stage.directory },
    });
    expect(asked()).toBe(0);
  });

  it('lacks what could not be read for a moment, and says so, whatever earlier runs have spent', async () => {
    const { fill, stage, place, copy, ports, asked } = await aCopying();
    await (await openAccount(TEST_VERSION, ports)).close(1_000_000_000);
    const path = place(IDS[5] ?? '');
    renameSync(path, `${path}.away`);
    const isBackAtTheSecondLook = {
      ...stage,
      get platform() {
        if (existsSync(`${path}.away`)) renameSync(`${path}.away`, path);
        return stage.platform;
      },
    };
    expect(await fill(isBackAtTheSecondLook)).toMatchObject({
      ok: false,
      failure: { reason: 'chunk-missing', id: IDS[5] },
    });
    expect(asked()).toBe(0);
    expect(await fill()).toEqual({ ok: true, value: copy.directory });
  });

  it('of another version gives way where there is no room for both', async () => {
    const { older } = await aCopying(() => {}, DISK_BYTES - 64 * 1024);
    expect(existsSync(older)).toBe(false);
  });
});
