import { describe, expect, it } from 'vitest';
import { setUpConformance } from './conformance-test.ts';
import type { TopRole } from './tuf-repository.ts';

const at = setUpConformance();
const ALL_V1 = { root: 1, snapshot: 1, targets: 1, timestamp: 1 };
const FIRST_QUESTIONS = ['root 2', 'timestamp', 'snapshot 1', 'targets 1'];

describe('a client', () => {
  it('asks for roots until there is none, then for timestamp, snapshot and targets', async () => {
    expect(await at.init()).toBe(0);
    expect(at.asked).toEqual([]);
    expect(await at.refresh()).toBe(0);
    expect(at.asked).toEqual(FIRST_QUESTIONS);
    expect(at.trusted()).toEqual(ALL_V1);
  });

  it('refreshes before it downloads, and fails for a target that nobody lists', async () => {
    await at.init();
    expect(await at.download('nonexistent artifact')).toBe(1);
    expect(at.asked).toEqual(FIRST_QUESTIONS);
    expect(at.trusted()).toEqual(ALL_V1);
  });

  it('keeps the bytes of what it trusts as they came', async () => {
    await at.init();
    await at.refresh();
    for (const role of ['root', 'timestamp', 'snapshot', 'targets']) {
      expect(at.trustedText(role)).toBe(at.repository.textOf(role));
    }
  });

  it('asks for root and timestamp alone when nothing changed', async () => {
    await at.init();
    await at.refresh();
    at.asked.length = 0;
    expect(await at.refresh()).toBe(0);
    expect(at.asked).toEqual(['root 2', 'timestamp']);
  });

  it.each<[string, (root: { signed: Record<string, unknown>; signatures: { sig: string }[] }) => void]>([
    ['has no version', (root) => delete root.signed.version],
    [
      'is signed wrongly',
      (root) =>
        root.signatures.forEach((signature) => {
          signature.sig = '00'.repeat(64);
        }),
    ],
    [
      'is not signed',
      (root) => {
        root.signatures.length = 0;
      },
    ],
  ])('asks nobody when its first root %s', async (_name, spoil) => {
    const root = JSON.parse(at.repository.textOf('root', 1) ?? '');
    spoil(root);
    await at.init(JSON.stringify(root));
    expect(await at.refresh()).toBe(1);
    expect(at.asked).toEqual([]);
  });

  it.each<[TopRole, Record<string, number>]>([
    ['root', { root: 1 }],
    ['timestamp', { root: 1 }],
    ['snapshot', { root: 1, timestamp: 1 }],
    ['targets', { root: 1, snapshot: 1, timestamp: 1 }],
  ])('stops at the role that nobody signed, and keeps those before: %s', async (role, trusted) => {
    const { repository } = at;
    const root = repository.textOf('root', 1) ?? '';
    for (const name of ['timestamp', 'snapshot', 'targets']) repository.published.delete(name);
    repository.signers.set(role, []);
    await repository.publish('targets', 'snapshot', 'timestamp');
    if (role === 'root') await repository.publish('root');
    await at.init(root);
    expect(await at.refresh()).toBe(1);
    expect(at.trusted()).toEqual(trusted);
  });

  it('keeps its timestamp where another of the same version comes', async () => {
    await at.init();
    await at.refresh();
    at.repository.timestamp.meta['snapshot.json'] = { version: 100 };
    await at.repository.publishAs('timestamp');
    expect(await at.refresh()).toBe(0);
    expect(at.asked.at(-1)).toBe('timestamp');
    expect(JSON.parse(at.trustedText('timestamp')).signed.meta['snapshot.json'].version).toBe(1);
  });

  it('holds files against the hashes that timestamp and snapshot give', async () => {
    const { repository } = at;
    repository.describesFiles = true;
    await repository.publish('targets');
    await repository.updateSnapshot();
    await at.init();
    expect(await at.refresh()).toBe(0);
    await repository.publish('targets');
    await repository.updateSnapshot();
    const listed = repository.snapshot.meta['targets.json'];
    if (listed?.hashes !== undefined) listed.hashes.sha256 = '46'.repeat(32);
    await repository.publish('snapshot');
    await repository.updateTimestamp();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted()).toMatchObject({ snapshot: 4, targets: 2 });
  });

  it('does not ask for targets that no snapshot lists', async () => {
    await at.init();
    await at.refresh();
    await at.repository.publish('targets');
    expect(await at.refresh()).toBe(0);
    expect(at.asked.at(-1)).toBe('timestamp');
    expect(at.trusted().targets).toBe(1);
  });

  it('takes fields that it does not know, and counts them as signed', async () => {
    await at.init();
    await at.refresh();
    const { root } = at.repository;
    root['custom-field'] = 'value';
    const [id = ''] = root.roles.root.keyids;
    Object.assign(root.keys[id] ?? {}, { 'extra-field': { a: 1, b: 2 } });
    root.roles.root['another-field'] = 'value';
    await at.repository.publish('root');
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().root).toBe(2);
  });
});
