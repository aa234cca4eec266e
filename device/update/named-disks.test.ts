import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDirectory, platformWith } from '../stage/test-places.ts';
import { disksPath, prepareStageWhereKnown } from './named-disks.ts';

const never = new AbortController().signal;
const ROOT = '1 0 8:1 / / rw - ext4 /dev/root rw\n';

let base: string;
let stick: string;
let stateDir: string;
beforeEach(() => {
  base = aDirectory();
  stick = join(base, 'stick');
  stateDir = join(base, 'state');
  mkdirSync(stick);
});
afterEach(() => rmSync(base, { recursive: true }));

const plugged = (device = '8:17') => `${ROOT}2 1 ${device} / ${stick} rw - vfat /dev/sdb1 rw\n`;

async function prepare(mounts: string, fstab = '') {
  const platform = platformWith({ mountText: async () => mounts, fstabText: async () => fstab });
  const wish = { wanted: stick, neededBytes: 1000, platform };
  const stage = await prepareStageWhereKnown(wish, { stateDir, events: silent }, never);
  return stage.ok ? 'prepared' : stage.failure;
}

const silent = { onStep: () => {}, onNote: () => {}, onPlan: () => {}, onFetch: () => {}, onFlash: () => {} };

describe('a directory that was named for stages', () => {
  it('is refused, and nothing put there, when the stick it lay on is not plugged in', async () => {
    expect(await prepare(plugged())).toBe('prepared');
    for (const name of readdirSync(stick)) rmSync(join(stick, name), { recursive: true });
    expect(await prepare(ROOT)).toEqual({
      reason: 'stage-unmounted',
      directory: stick,
      mountPoint: stick,
    });
    expect(readdirSync(stick)).toEqual([]);
    expect(await prepare(plugged('8:33'))).toBe('prepared');
  });

  it('is taken where a stick has come to it, and from then on nowhere else', async () => {
    expect(await prepare(ROOT)).toBe('prepared');
    expect(await prepare(plugged())).toBe('prepared');
    expect(await prepare(ROOT)).toMatchObject({ reason: 'stage-unmounted', mountPoint: stick });
  });

  it.each([
    ['is not mounted', () => ROOT, { reason: 'stage-unmounted' }],
    ['is mounted', () => plugged(), 'prepared'],
  ])('below a line of fstab is judged the first time: one that %s', async (_name, mounts, expected) => {
    const line = `# sticks\n/dev/sdb1 ${stick} vfat noauto 0 0\n/dev/root / ext4 defaults 0 1\n`;
    const seen = await prepare(mounts(), line);
    if (typeof expected === 'string') expect(seen).toBe(expected);
    else expect(seen).toMatchObject({ ...expected, mountPoint: stick });
  });

  it('is remembered anew where what was remembered cannot be read', async () => {
    expect(await prepare(plugged())).toBe('prepared');
    writeFileSync(disksPath(stateDir), '{');
    expect(await prepare(plugged())).toBe('prepared');
    expect(await prepare(ROOT)).toMatchObject({ reason: 'stage-unmounted' });
  });
});
