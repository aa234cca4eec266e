import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, ok } from '../../shared/result.ts';
import { adoptStage } from './adopt-stage.ts';
import { STATE_RESERVE_BYTES } from './limits.ts';
import { nodePlatform } from './node-platform.ts';
import { prepareStage } from './prepare-stage.ts';
import type { Stage } from './stage.ts';
import { stageProofSchema } from './stage-proof.ts';
import { stageSizeBytes } from './stage-wish.ts';
import { aDirectory, CAN_MOUNT, mountTmpfs, platformAt, platformWith, unmount } from './test-places.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const forbidden = platformWith({
  mountTmpfs: async () => err({ reason: 'refused', said: 'mount: must be superuser' }),
});

let base: string;
let stages: Stage[];
beforeEach(() => {
  base = aDirectory();
  stages = [];
});
afterEach(async () => {
  for (const stage of stages) await stage.release();
  rmSync(base, { recursive: true, force: true });
});

async function prepare(wish: Partial<Parameters<typeof prepareStage>[0]>) {
  const prepared = await prepareStage(
    { wanted: 'auto', neededBytes: 3 * MIB, ...wish, platform: platformAt(base, wish.platform) },
    never,
  );
  if (prepared.ok) stages.push(prepared.value);
  return prepared;
}

function memory(availableBytes: number) {
  return async () => `MemTotal: 1 kB\nMemAvailable:   ${availableBytes / 1024} kB\n`;
}

describe('a stage in memory', () => {
  it.runIf(CAN_MOUNT)('is a private tmpfs of its own that holds the package and little more', async () => {
    const stage = await prepare({});
    if (!stage.ok) throw new Error(stage.failure.reason);
    expect(stage.value.proof).toMatchObject({ kind: 'own-tmpfs', filesystem: 'tmpfs' });
    expect(stage.value.proof.mountPoint).toBe(stage.value.directory);
    expect(statSync(stage.value.directory).mode & 0o777).toBe(0o700);
    const room = await nodePlatform.fileSystem(stage.value.directory);
    expect(room.ok && room.value.availableBytes).toBeGreaterThanOrEqual(3 * MIB);
    expect(room.ok && room.value.availableBytes).toBeLessThan(5 * MIB);
    expect(stage.value.says).toContain(stage.value.directory);
  });

  it.runIf(CAN_MOUNT)('leaves nothing behind when it is released, twice', async () => {
    const stage = await prepare({});
    if (!stage.ok) throw new Error(stage.failure.reason);
    writeFileSync(join(stage.value.directory, 'x'), 'x');
    expect(await stage.value.release()).toEqual({ ok: true });
    expect(await stage.value.release()).toEqual({ ok: true });
    expect(readdirSync(base)).toEqual([]);
    expect(await nodePlatform.mountText()).not.toContain(base);
  });

  it.runIf(CAN_MOUNT)('is released whatever was mounted over it or unmounted beneath it', async () => {
    const [over, without] = [await prepare({}), await prepare({})];
    if (!over.ok || !without.ok) throw new Error('no stage');
    mountTmpfs(over.value.directory);
    unmount(without.value.directory);
    expect(await over.value.release()).toEqual({ ok: true });
    expect(await without.value.release()).toEqual({ ok: true });
    expect(readdirSync(base)).toEqual([]);
  });

  it('lies in shared memory, and says why, where mounting is refused', async () => {
    const stage = await prepare({ platform: forbidden });
    if (!stage.ok) throw new Error(stage.failure.reason);
    expect(stage.value.proof).toMatchObject({ kind: 'shared-memory', filesystem: 'tmpfs' });
    expect(statSync(stage.value.directory).mode & 0o777).toBe(0o700);
    expect(stage.value.says).toMatch(/\/dev\/shm\/.*must be superuser/);
    await stage.value.release();
    expect(existsSync(stage.value.directory)).toBe(false);
    expect(existsSync(`${stage.value.directory}.owner`)).toBe(false);
    expect(readdirSync(base)).toEqual([]);
  });

  it('is refused where neither a mount nor shared memory can be had', async () => {
    const platform = { ...forbidden, fileSystem: async () => err({ code: 'ENOENT' }) };
    expect(await prepare({ platform })).toMatchObject({
      failure: { reason: 'mount-refused', said: 'mount: must be superuser' },
    });
  });

  it('is refused where shared memory is not in memory', async () => {
    const platform = { ...forbidden, memoryPlaces: { own: base, shared: '/proc' } };
    expect(await prepare({ platform })).toMatchObject({
      failure: { reason: 'mount-refused' },
    });
  });

  it('is refused when mount says yes and mounts nothing', async () => {
    const platform = platformWith({ mountTmpfs: async () => ({ ok: true, value: undefined }) });
    expect(await prepare({ platform })).toMatchObject({ failure: { reason: 'stage-unmounted' } });
    expect(readdirSync(base)).toEqual([]);
  });

  it('is refused with the numbers when memory does not hold it and the reserve', async () => {
    const neededBytes = 3 * MIB;
    const needed = stageSizeBytes(neededBytes);
    const enough = needed + 16 * MIB;
    const tight = platformWith({ ...forbidden, memoryText: memory(enough) });
    expect(await prepare({ neededBytes, reserveBytes: 16 * MIB, platform: tight })).toMatchObject({
      ok: true,
    });
    const short = platformWith({ ...forbidden, memoryText: memory(enough - 1024) });
    expect(await prepare({ neededBytes, reserveBytes: 16 * MIB, platform: short })).toEqual({
      ok: false,
      failure: {
        reason: 'not-enough-memory',
        neededBytes: needed,
        availableBytes: enough - 1024,
        reserveBytes: 16 * MIB,
        promisedBytes: 0,
      },
    });
  });

  it('is refused where the system does not say what memory it has', async () => {
    const platform = platformWith({ memoryText: async () => 'MemTotal: 99 kB\nMemFree: 99 kB\n' });
    expect(await prepare({ platform })).toEqual({ ok: false, failure: { reason: 'memory-unknown' } });
  });
});

describe('a stage on a disk', () => {
  it('is kept when it is set aside; one in memory is not', async () => {
    const [disk, memory] = [await prepare({ wanted: base }), await prepare({ platform: forbidden })];
    if (!disk.ok || !memory.ok) throw new Error('not prepared');
    for (const stage of [disk.value, memory.value]) {
      writeFileSync(join(stage.directory, 'chunk'), 'x');
      expect(await stage.setAside()).toEqual({ ok: true });
    }
    expect(existsSync(join(disk.value.directory, 'chunk'))).toBe(true);
    expect(existsSync(memory.value.directory)).toBe(false);
  });

  it('lies in a private directory below the one that was named', async () => {
    const stage = await prepare({ wanted: base, name: 'a1b2' });
    if (!stage.ok) throw new Error(stage.failure.reason);
    expect(stage.value.directory).toBe(join(base, 'cistern-stage-a1b2'));
    expect(statSync(stage.value.directory).mode & 0o777).toBe(0o700);
    expect(stage.value.proof.kind).toBe('disk');
    await stage.value.release();
    expect(readdirSync(base)).toEqual([]);
  });

  it('is taken up again by the next run', async () => {
    const first = await prepare({ wanted: base });
    if (!first.ok) throw new Error(first.failure.reason);
    writeFileSync(join(first.value.directory, 'kept'), 'kept');
    const second = await prepare({ wanted: base });
    expect(second.ok && readdirSync(second.value.directory)).toEqual(['kept']);
  });

  it.each([
    ['a directory that is missing', 'nowhere', 'ENOENT'],
    ['a file', 'file', 'ENOTDIR'],
  ])('is refused in %s', async (_name, name, code) => {
    writeFileSync(join(base, 'file'), '');
    expect(await prepare({ wanted: join(base, name) })).toMatchObject({
      failure: { reason: 'directory-unusable', code },
    });
  });

  it('is refused where its name is a link to somewhere else', async () => {
    mkdirSync(join(base, 'elsewhere'));
    symlinkSync(join(base, 'elsewhere'), join(base, 'cistern-stage-package'));
    expect(await prepare({ wanted: base })).toMatchObject({
      failure: { reason: 'directory-unusable', code: 'EEXIST' },
    });
  });

  it('is refused when the disk that was meant is not mounted there', async () => {
    expect(await prepare({ wanted: base, mountPoint: base })).toEqual({
      ok: false,
      failure: { reason: 'stage-unmounted', directory: base, mountPoint: base },
    });
  });

  it.runIf(CAN_MOUNT)('is refused with the numbers when the disk is too small', async () => {
    mountTmpfs(base, 'size=1m');
    try {
      const refused = await prepare({ wanted: base, mountPoint: base });
      expect(refused).toMatchObject({
        failure: { reason: 'stage-full', neededBytes: stageSizeBytes(3 * MIB), availableBytes: MIB },
      });
    } finally {
      unmount(base);
    }
  });

  it.runIf(CAN_MOUNT)('counts what lies there already of the package, and nothing else', async () => {
    const [ours = '', another = ''] = ['a', 'b'].map((digit) => digit.repeat(64));
    mountTmpfs(base, 'size=4m');
    try {
      const directory = join(base, 'cistern-stage-package');
      mkdirSync(directory, { mode: 0o700 });
      const there = (name: string) => {
        mkdirSync(join(directory, name.slice(0, 4)), { recursive: true });
        writeFileSync(join(directory, name.slice(0, 4), name), new Uint8Array(2 * MIB));
        return prepare({ wanted: base, neededBytes: 2 * MIB, chunkIds: new Set([ours]) });
      };
      for (const name of ['core.dump', `${another}.cacnk`]) {
        expect(await there(name)).toMatchObject({ failure: { reason: 'stage-full' } });
        rmSync(join(directory, name.slice(0, 4)), { recursive: true });
      }
      expect((await there(`${ours}.cacnk`)).ok).toBe(true);
      rmSync(join(directory, ours.slice(0, 4)), { recursive: true });
      expect((await there(`${ours}.cacnk.part`)).ok).toBe(true);
    } finally {
      unmount(base, ['-l']);
    }
  });

  it('that lacks nothing needs no room', async () => {
    const id = 'a'.repeat(64);
    const chunks = join(base, 'cistern-stage-package', id.slice(0, 4));
    mkdirSync(chunks, { recursive: true, mode: 0o700 });
    writeFileSync(join(chunks, `${id}.cacnk`), new Uint8Array(2 * MIB));
    const platform = platformWith({ fileSystem: async () => ok({ typeNumber: 0xef53, availableBytes: 0 }) });
    const wish = { wanted: base, stateDir: base, chunkIds: new Set([id]), platform };
    expect((await prepare({ ...wish, neededBytes: 2 * MIB })).ok).toBe(true);
    expect(await prepare({ ...wish, neededBytes: 2 * MIB + 1 })).toMatchObject({
      failure: { reason: 'stage-full' },
    });
  });

  it.each([
    ['beside the journals leaves room for them', () => base, STATE_RESERVE_BYTES],
    ['elsewhere is filled', () => '/proc', 0],
  ])('that is refused or had by one byte %s', async (_, stateDir, reserveBytes) => {
    const enoughBytes = stageSizeBytes(3 * MIB) + reserveBytes;
    const withRoom = (availableBytes: number) => {
      const fileSystem = async () => ok({ typeNumber: 0xef53, availableBytes });
      return prepare({ wanted: base, stateDir: stateDir(), platform: platformWith({ fileSystem }) });
    };
    expect(await withRoom(enoughBytes - 1)).toMatchObject({ failure: { reason: 'stage-full' } });
    expect(readdirSync(base)).toEqual([]);
    expect((await withRoom(enoughBytes)).ok).toBe(true);
  });

  it.runIf(CAN_MOUNT)('counts memory too when the named disk is really memory', async () => {
    mountTmpfs(base, 'size=64m');
    try {
      const platform = platformWith({ memoryText: memory(10 * MIB) });
      expect(await prepare({ wanted: base, platform })).toMatchObject({
        failure: { reason: 'not-enough-memory', availableBytes: 10 * MIB },
      });
    } finally {
      unmount(base);
    }
  });

  it.runIf(CAN_MOUNT)('is refused on a disk that is read-only', async () => {
    mountTmpfs(base, 'ro');
    try {
      expect(await prepare({ wanted: base })).toMatchObject({ failure: { reason: 'stage-read-only' } });
    } finally {
      unmount(base);
    }
  });
});

describe('stages of earlier runs', () => {
  it.runIf(CAN_MOUNT)('are taken up by the proof that the journal kept', async () => {
    const stage = await prepare({});
    if (!stage.ok) throw new Error(stage.failure.reason);
    const proof = stageProofSchema.parse(JSON.parse(JSON.stringify(stage.value.proof)));
    const adopted = await adoptStage(proof, nodePlatform);
    expect(adopted.ok && adopted.value.directory).toBe(stage.value.directory);
    unmount(proof.directory);
    expect(await adoptStage(proof, nodePlatform)).toMatchObject({ failure: { reason: 'stage-unmounted' } });
  });
});
