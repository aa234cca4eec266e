import { describe, expect, it } from 'vitest';
import { setUpConformance } from './conformance-test.ts';

const at = setUpConformance();

describe('versions that go back', () => {
  it('timestamp: is refused', async () => {
    await at.init();
    await at.repository.updateTimestamp();
    expect(await at.refresh()).toBe(0);
    at.repository.timestamp.version = 1;
    await at.repository.publishAs('timestamp');
    at.repository.published.set('timestamp', [at.repository.textOf('timestamp') ?? '']);
    expect(await at.refresh()).toBe(1);
    expect(at.trusted().timestamp).toBe(2);
    expect(at.asked.at(-1)).toBe('timestamp');
  });

  it('snapshot that no timestamp names: is not even asked for', async () => {
    await at.init();
    await at.repository.updateSnapshot();
    expect(await at.refresh()).toBe(0);
    at.repository.snapshot.version = 1;
    await at.repository.publishAs('snapshot');
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().snapshot).toBe(2);
    expect(at.asked.at(-1)).toBe('timestamp');
  });

  it.each([false, true])(
    'snapshot that a new timestamp names: is refused (with hashes: %s)',
    async (described) => {
      at.repository.describesFiles = described;
      await at.init();
      await at.repository.updateSnapshot();
      expect(await at.refresh()).toBe(0);
      at.repository.snapshot.version = 1;
      await at.repository.updateTimestamp();
      expect(await at.refresh()).toBe(1);
      expect(at.trusted()).toMatchObject({ snapshot: 2, timestamp: 2 });
      expect(at.asked.at(-1)).toBe('timestamp');
    },
  );

  it.each([false, true])(
    'targets that a new snapshot lists: are refused (with hashes: %s)',
    async (described) => {
      const { repository } = at;
      repository.describesFiles = described;
      await repository.publish('targets', 'targets');
      await repository.updateSnapshot();
      await at.init();
      expect(await at.refresh()).toBe(0);
      expect(at.trusted().targets).toBe(3);
      repository.targetsOf('targets').version = 1;
      await repository.publishAs('targets');
      await repository.updateSnapshot();
      expect(await at.refresh()).toBe(1);
      expect(at.trusted()).toMatchObject({ snapshot: 2, targets: 3 });
    },
  );

  it('a snapshot that forgets a role is refused', async () => {
    const { repository } = at;
    repository.delegate('targets', { name: 'role', paths: ['*'] });
    await repository.publish('role', 'targets');
    await repository.updateSnapshot();
    await at.init();
    expect(await at.refresh()).toBe(0);
    delete repository.snapshot.meta['role.json'];
    await repository.publish('snapshot');
    await repository.updateTimestamp();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted().snapshot).toBe(2);
  });

  it('a snapshot of another version than the timestamp names is refused', async () => {
    const { repository } = at;
    const one = repository.textOf('snapshot') ?? '';
    await repository.publish('snapshot');
    await repository.updateTimestamp();
    at.instead.set('snapshot 2', one);
    await at.init();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted()).toEqual({ root: 1, timestamp: 2 });
    expect(at.asked.at(-1)).toBe('snapshot 2');
  });
});

describe('versions that were driven up come down with new keys', () => {
  const FAR = 99_999;

  it('timestamp: its own key', async () => {
    const { repository } = at;
    await at.init();
    repository.timestamp.version = FAR;
    await repository.publishAs('timestamp');
    expect(await at.refresh()).toBe(0);
    repository.rotateKey('timestamp');
    await repository.publish('root');
    repository.timestamp.version = 1;
    await repository.publishAs('timestamp');
    expect(await at.refresh()).toBe(0);
    expect(at.trusted()).toMatchObject({ root: 2, timestamp: 1 });
  });

  it('snapshot: its key and the timestamp’s', async () => {
    const { repository } = at;
    await at.init();
    repository.snapshot.version = FAR;
    await repository.publishAs('snapshot');
    await repository.updateTimestamp();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().snapshot).toBe(FAR);
    repository.rotateKey('snapshot');
    repository.rotateKey('timestamp');
    await repository.publish('root');
    repository.snapshot.version = 1;
    await repository.publishAs('snapshot');
    await repository.updateTimestamp();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().snapshot).toBe(1);
  });

  it('targets: the snapshot’s key', async () => {
    const { repository } = at;
    await at.init();
    repository.targetsOf('targets').version = FAR;
    await repository.publishAs('targets');
    await repository.updateSnapshot();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().targets).toBe(FAR);
    repository.rotateKey('snapshot');
    await repository.publish('root');
    repository.targetsOf('targets').version = 1;
    await repository.publishAs('targets');
    await repository.updateSnapshot();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().targets).toBe(1);
  });
});
