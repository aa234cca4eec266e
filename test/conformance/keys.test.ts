import { describe, expect, it } from 'vitest';
import { setUpConformance } from './conformance-test.ts';
import { type AnySigner, ecdsaSigner, ed25519Signer, rsaPssSigner } from './signers.ts';
import type { TopRole } from './tuf-repository.ts';

const at = setUpConformance();

describe('keys of a role', () => {
  it.each<[string, () => Promise<AnySigner>]>([
    ['ed25519', ed25519Signer],
    ['ecdsa-sha2-nistp256', ecdsaSigner],
    ['rsassa-pss-sha256', rsaPssSigner],
  ])('may be %s', async (_scheme, make) => {
    const { repository } = at;
    for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
      repository.root.roles[role].keyids.length = 0;
      repository.signers.set(role, []);
      repository.addKey(role, await make());
    }
    await repository.publish('root', 'targets');
    await repository.updateSnapshot();
    await at.init();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted()).toMatchObject({ root: 2, targets: 2 });
  });

  it('that root lists and no file carries do not count', async () => {
    const { repository } = at;
    await at.init();
    await at.refresh();
    repository.root.roles.snapshot.threshold = 2;
    repository.addKey('snapshot');
    repository.signers.get('snapshot')?.pop();
    await repository.publish('root');
    await repository.updateSnapshot();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted()).toMatchObject({ root: 2, snapshot: 1 });
  });

  it('must reach the threshold: more keys than it asks, all signing, are enough', async () => {
    const { repository } = at;
    await at.init();
    await at.refresh();
    repository.root.roles.snapshot.threshold = 3;
    for (let key = 0; key < 3; key++) repository.addKey('snapshot');
    await repository.publish('root');
    await repository.updateSnapshot();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted()).toMatchObject({ root: 2, snapshot: 2 });
  });

  it('are too few where the threshold is above their number', async () => {
    const { repository } = at;
    await at.init();
    await at.refresh();
    for (let key = 0; key < 4; key++) repository.addKey('snapshot');
    repository.root.roles.snapshot.threshold = 6;
    await repository.publish('root');
    await repository.updateSnapshot();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted().snapshot).toBe(1);
  });

  it('that are one key under many ids count once', async () => {
    const { repository } = at;
    await at.init();
    await at.refresh();
    const signer = repository.newSigner();
    for (let twin = 0; twin < 9; twin++) {
      repository.addKey('snapshot', { ...signer, keyId: String(twin).repeat(64) });
    }
    repository.root.roles.snapshot.threshold = 6;
    await repository.publish('root');
    await repository.updateSnapshot();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted().snapshot).toBe(1);
  });

  it('may carry hash algorithms that are none: that field is not TUF’s', async () => {
    const { repository } = at;
    const [id = ''] = repository.root.roles.snapshot.keyids;
    Object.assign(repository.root.keys[id] ?? {}, { keyid_hash_algorithms: ['md5'] });
    await repository.publish('root');
    await at.init();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().root).toBe(2);
  });

  it.each(['snapshot', 'targets', 'timestamp'] as const)(
    'of one role sign nothing of another: %s by root’s',
    async (role: TopRole) => {
      const { repository } = at;
      repository.signers.set(role, repository.signers.get('root') ?? []);
      await repository.publish('targets');
      await repository.updateSnapshot();
      await at.init();
      expect(await at.refresh()).toBe(1);
      expect(at.trusted()).not.toHaveProperty(role);
    },
  );
});
