/** Metadata that is older than what the device has seen (TUF 5.4.3, 5.5.5), whatever else happened in between. */
import { describe, expect, it } from 'vitest';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { generatePrivateKey, signerOf } from '../../shared/trust/keys.ts';

const at = setUpDevice();
const NEWER = { targets: 5, snapshot: 5, timestamp: 5, rollout: 5 };

const ROLLBACKS = [
  ['timestamp', { targets: 5, snapshot: 5, timestamp: 4, rollout: 5 }],
  ['snapshot', { targets: 5, snapshot: 4, timestamp: 6, rollout: 5 }],
  ['targets', { targets: 4, snapshot: 6, timestamp: 6, rollout: 5 }],
  ['rollout', { targets: 5, snapshot: 6, timestamp: 6, rollout: 4 }],
] as const;

describe('metadata older than what was seen', () => {
  it.each(ROLLBACKS)('is refused: %s', async (role, versions) => {
    at.repository.version = { ...NEWER };
    await at.expectView();
    at.repository.version = { ...versions };
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-rolled-back', role } });
  });

  it.each(ROLLBACKS)('is refused by a mirror too: %s', async (role, versions) => {
    at.repository.version = { ...NEWER };
    await at.expectView();
    at.server.answersPolls = false;
    at.repository.version = { ...versions };
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-rolled-back', role } });
  });

  it('is refused although the newer was seen in a set that was not whole', async () => {
    await at.expectView();
    at.repository.version = { ...NEWER };
    at.repository.signers.rollout = await signerOf(await generatePrivateKey());
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'signature-wrong', role: 'rollout' } });
    delete at.repository.signers.rollout;
    at.repository.version = { targets: 1, snapshot: 1, timestamp: 1, rollout: 1 };
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'metadata-rolled-back', role: 'timestamp' },
    });
  });

  it('leaves the device as it was: the honest repository is believed right after', async () => {
    at.repository.version = { ...NEWER };
    await at.expectView();
    at.repository.version = { targets: 4, snapshot: 4, timestamp: 4, rollout: 4 };
    expect(await at.refresh()).toMatchObject({ ok: false });
    at.repository.version = { targets: 6, snapshot: 6, timestamp: 6, rollout: 6 };
    await at.expectView();
  });

  it('of the same version with other content is not taken: the first one stays', async () => {
    await at.expectView();
    at.repository.expires.timestamp = '2099-01-01T00:00:00Z';
    at.server.answer = async () => at.repository.signAll();
    const view = await at.expectView();
    expect(view.releases).toHaveLength(1);
    const kept = at.trustedFiles().timestamp ?? '';
    expect(JSON.parse(kept).signed.expires).not.toBe('2099-01-01T00:00:00Z');
  });
});
