/**
 * Versions that a thief of online keys drove up, so that nothing honest is ever newer: the device is frozen until a
 * root replaces the keys, and then is not (TUF 5.3.11).
 */
import { describe, expect, it } from 'vitest';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { type Keys, signRoot, someKeys } from '../../device/repository/test-repository.ts';

const at = setUpDevice();
const FAR = 2 ** 40;
const HONEST = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };

/** Root 2 with some roles' keys replaced, signed by the root keys of both. */
async function replaceKeys(...roles: readonly ('timestamp' | 'snapshot' | 'rollout')[]): Promise<void> {
  const fresh = await someKeys();
  const keys: Keys = { ...at.keys, ...Object.fromEntries(roles.map((role) => [role, fresh[role]])) };
  at.repository.laterRoots.push(await signRoot(keys, 2));
  Object.assign(at.repository, { keys });
}

describe('versions driven up', () => {
  it.each([
    ['timestamp', { ...HONEST, timestamp: FAR }, ['timestamp']],
    ['snapshot', { ...HONEST, snapshot: FAR, timestamp: FAR }, ['timestamp', 'snapshot']],
    [
      'rollout',
      { ...HONEST, rollout: FAR, snapshot: FAR, timestamp: FAR },
      ['timestamp', 'snapshot', 'rollout'],
    ],
  ] as const)('freeze the device, and new keys free it: %s', async (role, versions, replaced) => {
    await at.expectView();
    at.repository.version = { ...versions };
    await at.expectView();
    at.repository.version = { ...HONEST };
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-rolled-back' } });
    await replaceKeys(...replaced);
    const view = await at.expectView();
    expect(view.releases).toHaveLength(1);
    expect(JSON.parse(at.trustedFiles()[role] ?? '').signed.version).toBe(2);
  });

  it('do not set the device’s clock for good: a timestamp that says it is of 2036', async () => {
    await at.expectView();
    at.repository.version.timestamp = Date.UTC(2036, 0, 1) / 1000;
    at.repository.expires.timestamp = '2037-01-01T00:00:00Z';
    expect(await at.refresh()).toMatchObject({
      failure: { reason: expect.stringMatching(/^(clock-in-the-past|metadata-expired)$/) },
    });
    delete at.repository.expires.timestamp;
    at.repository.version = { ...HONEST };
    await replaceKeys('timestamp');
    await at.expectView();
  });

  it('are not needed to be replaced by a key that the device never believed', async () => {
    await at.expectView();
    const { timestamp } = await someKeys();
    at.repository.signers.timestamp = timestamp;
    at.repository.version.timestamp = FAR;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'signature-wrong' } });
    delete at.repository.signers.timestamp;
    at.repository.version = { ...HONEST };
    await at.expectView();
  });
});
