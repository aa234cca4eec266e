import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePlatform } from './node-platform.ts';
import { removeOtherVersions } from './remove-other-versions.ts';
import { stageName } from './stage-name.ts';
import { aDirectory } from './test-places.ts';

const WANTED = 'EC25EUGAR08A03M4G_01.200.01.200';
const OLDER = 'EC25EUGAR06A05M4G_01.003.01.003';
const NEEDED = 'EC25EUGAR08A02M4G_01.200.01.200';
const OTHER_HARDWARE = 'EC25EFAR02A08M4G';

let parent: string;
beforeEach(() => {
  parent = aDirectory();
});
afterEach(() => rmSync(parent, { recursive: true }));

const staged = (version: string) => {
  mkdirSync(join(parent, `cistern-stage-${version}`, 'abcd'), { recursive: true });
  writeFileSync(join(parent, `cistern-stage-${version}`, 'abcd/chunk.cacnk'), 'chunk');
};
const clear = (directory = parent) =>
  removeOtherVersions({ parent: directory, version: WANTED, needed: [NEEDED], platform: nodePlatform });

describe('what other versions have left on a disk', () => {
  it('goes, but for the wanted version, what is needed, other hardware and what is not a stage', async () => {
    for (const version of [WANTED, OLDER, NEEDED, OTHER_HARDWARE]) staged(version);
    mkdirSync(join(parent, 'cistern-stage-0123456789ab'));
    mkdirSync(join(parent, `backup-of-${OLDER}`));
    writeFileSync(join(parent, 'cistern-stage-EC25EUGAR06A04M4G'), 'a file');
    expect(await clear()).toEqual({ removed: [join(parent, `cistern-stage-${OLDER}`)], failed: [] });
    expect(readdirSync(parent)).toHaveLength(6);
  });

  it('goes for every modem, but for a version that one of them needs', async () => {
    for (const version of [WANTED, OLDER, NEEDED]) staged(stageName(version, 'usb-1-1'));
    expect(await clear()).toEqual({
      removed: [join(parent, `cistern-stage-${stageName(OLDER, 'usb-1-1')}`)],
      failed: [],
    });
  });

  it('is left where it is a link to somewhere else', async () => {
    const elsewhere = aDirectory();
    writeFileSync(join(elsewhere, 'precious'), 'x');
    symlinkSync(elsewhere, join(parent, `cistern-stage-${OLDER}`));
    expect(await clear()).toEqual({ removed: [], failed: [] });
    expect(readdirSync(elsewhere)).toEqual(['precious']);
    rmSync(elsewhere, { recursive: true });
  });

  it('is nothing where the disk is not there', async () => {
    expect(await clear('/nowhere/at/all')).toEqual({ removed: [], failed: [] });
  });
});
