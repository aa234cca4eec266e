/** Files that are each right and do not belong together (TUF 5.5.2, 5.5.4, 5.6.2, 5.6.4), or are not all there. */
import { describe, expect, it } from 'vitest';
import { setUpDevice } from '../../device/repository/test-device.ts';

const at = setUpDevice();
const SECOND = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };

async function twoSets() {
  const first = await at.repository.signAll();
  at.repository.version = { ...SECOND };
  return { first, second: await at.repository.signAll() };
}

describe('files of two sets', () => {
  it.each(['snapshot', 'targets', 'rollout'] as const)(
    'are refused: an old %s among new ones',
    async (role) => {
      const { first, second } = await twoSets();
      at.server.answer = () => ({ ...second, [role]: first[role] });
      expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-mixed', role } });
    },
  );

  it.each(['snapshot', 'targets', 'rollout'] as const)(
    'are refused: a new %s among old ones',
    async (role) => {
      const { first, second } = await twoSets();
      at.server.answer = () => ({ ...first, [role]: second[role] });
      expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-mixed', role } });
    },
  );

  it('are refused on a device that has the first whole', async () => {
    await at.expectView();
    const { first, second } = await twoSets();
    at.server.answer = () => ({ ...first, timestamp: second.timestamp });
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-mixed', role: 'snapshot' } });
    at.server.answer = () => second;
    await at.expectView();
  });

  it.each(['timestamp', 'snapshot', 'targets', 'rollout'] as const)(
    'are refused when one is left out: %s',
    async (role) => {
      const { [role]: _, ...rest } = await at.repository.signAll();
      at.server.answer = () => rest;
      const file = role === 'timestamp' ? 'timestamp.json' : `1.${role}.json`;
      expect(await at.refresh()).toEqual({ ok: false, failure: { reason: 'metadata-incomplete', file } });
    },
  );

  it.each([
    ['not JSON', 'nonsense'],
    ['not metadata', '{"signed":{"x-model":"quectel/ec25euga-m4g"}}'],
  ])('are refused when one is %s', async (_name, timestamp) => {
    const signed = await at.repository.signAll();
    at.server.answer = () => ({ ...signed, timestamp });
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'metadata-unreadable', role: 'timestamp' },
    });
  });

  it.each([
    ['a new device', async () => {}],
    ['a device that has a rollout', async () => void (await at.expectView())],
  ])(
    'are refused when the targets role lists the rollout itself, which would hide every later halt: %s',
    async (_name, prepare) => {
      await prepare();
      at.repository.documents['rollout.json'] = at.repository.rollout;
      at.repository.version = { ...SECOND, rollout: 1 };
      expect(await at.refresh()).toMatchObject({
        failure: { reason: 'metadata-unreadable', role: 'targets' },
      });
    },
  );
});
