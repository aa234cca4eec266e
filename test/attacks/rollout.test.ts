/** A release that is signed and yet not for this device now: recalled, halted, or rolled out to others. */
import { describe, expect, it } from 'vitest';
import { MANIFEST, PACKAGE, setUpDevice } from '../../device/repository/test-device.ts';
import { jsonBytes } from '../../device/repository/test-repository.ts';
import { resolveRelease } from '../../device/update/resolve.ts';
import type { Rollout, RolloutEntry } from '../../shared/rollout.ts';
import { shareOf } from '../../shared/rollout.ts';
import { OLD, rollout, rolloutEntry, version } from '../../shared/test-documents.ts';

const at = setUpDevice();
const NEW = PACKAGE.manifest.version;
const DEVICE = 'cd'.repeat(32);
/** Between 0 and 100: this device's place in the rollout of NEW. */
const SHARE = await shareOf(DEVICE, NEW);

const entry = (changes: Partial<RolloutEntry>) => rollout(rolloutEntry({ version: NEW, ...changes }));

/** The release, installable from what the device runs, under this rollout; each call is a newer one. */
let published = 0;
function publish(document: Rollout): void {
  published += 1;
  const installableFrom = [{ from: { baseline: 6 }, source: 'test' }];
  at.repository.documents[MANIFEST] = jsonBytes({ ...PACKAGE.manifest, installableFrom });
  at.repository.rollout = jsonBytes(document);
  at.repository.version = { targets: 1, snapshot: published, timestamp: published, rollout: published };
}

async function decide(wanted?: string) {
  const view = await at.expectView();
  return resolveRelease({
    givenUp: [],
    installed: version(OLD),
    entry: view.entry,
    releases: view.releases,
    rollout: view.rollout,
    wanted,
    device: { deviceId: DEVICE, channel: 'stable', nowMs: view.nowMs },
  });
}

const INSTALLED = { ok: true, value: { action: 'install', manifest: { version: NEW } } };

describe('a release', () => {
  it('is installed when targets and rollout both let it through', async () => {
    publish(entry({}));
    expect(await decide()).toMatchObject(INSTALLED);
  });

  it.each<[string, Partial<RolloutEntry>, string]>([
    ['is recalled', { state: 'recalled', why: 'bricks' }, 'recalled'],
    ['is halted', { state: 'halted', why: 'roaming is lost' }, 'halted'],
    ['is rolled out to others', { percentage: SHARE }, 'percentage'],
    ['starts later', { startsAt: '2099-01-01T00:00:00Z' }, 'not-started'],
    ['is a beta', { channel: 'beta' }, 'channel'],
  ])('is not installed when it %s', async (_name, change, because) => {
    publish(entry(change));
    const decided = await decide();
    expect(decided).toMatchObject({ value: { action: 'up-to-date' } });
    expect(decided.ok && decided.value.considered).toMatchObject([{ version: NEW, rollout: because }]);
  });

  it('is rolled out to this device from its own share on, and stays so', async () => {
    publish(entry({ percentage: SHARE + 0.001 }));
    expect(await decide()).toMatchObject(INSTALLED);
    expect(await decide()).toMatchObject(INSTALLED);
  });

  it.each(['recalled', 'halted'] as const)('is not installed by name either when it is %s', async (state) => {
    publish(entry({ state, why: 'bricks' }));
    expect(await decide(NEW)).toMatchObject({
      failure: { reason: 'release-held-back', because: state, why: 'bricks' },
    });
  });

  it('is not installed when no rollout names it', async () => {
    publish(rollout());
    expect(await decide()).toMatchObject({ value: { action: 'up-to-date' } });
    expect(await decide(NEW)).toMatchObject({
      failure: { reason: 'release-held-back', because: 'not-listed' },
    });
  });

  it('stays recalled when an attacker serves the rollout of before', async () => {
    publish(entry({}));
    await at.expectView();
    const before = await at.repository.signAll();
    publish(entry({ state: 'recalled', why: 'bricks' }));
    expect(await decide()).toMatchObject({ value: { action: 'up-to-date' } });
    at.server.answer = () => before;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-rolled-back' } });
  });
});

describe('a rollout document', () => {
  it('of another model is refused', async () => {
    publish({ ...entry({}), model: 'quectel/ec25efa-m4g' as Rollout['model'] });
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'manifest-of-another-model' } });
  });

  it('that is not the one that was signed is refused', async () => {
    publish(entry({ state: 'recalled', why: 'bricks' }));
    at.server.instead.set('rollout.json', jsonBytes(entry({})));
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'target-hash-wrong' } });
  });

  it('with an unknown field is refused', async () => {
    publish({ ...entry({}), except: 'ours' } as Rollout);
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'manifest-invalid' } });
  });

  it('that names a version twice is refused: the second could let through what the first recalls', async () => {
    const twice = rollout(rolloutEntry({ version: NEW, state: 'recalled' }), rolloutEntry({ version: NEW }));
    publish(twice);
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'manifest-invalid' } });
  });
});
