import { describe, expect, it } from 'vitest';
import { tufInstant } from '../../shared/trust/roles.ts';
import { setUpConformance } from './conformance-test.ts';
import { DAY_MS } from './tuf-repository.ts';

const at = setUpConformance();
const NOW_MS = Date.now();
const inDays = (days: number) => tufInstant(NOW_MS + days * DAY_MS);

describe('an expired role', () => {
  it('root: is kept, and nothing after it is believed', async () => {
    const { repository } = at;
    await at.init();
    await at.refresh();
    await repository.publish('root');
    expect(await at.refresh()).toBe(0);
    repository.root.expires = inDays(-1);
    await repository.publish('root', 'timestamp');
    expect(await at.refresh()).toBe(1);
    expect(at.trusted()).toEqual({ root: 3, snapshot: 1, targets: 1, timestamp: 1 });
  });

  it('root: is passed on the way to a fresh one', async () => {
    const { repository } = at;
    const fresh = repository.root.expires;
    repository.root.expires = inDays(-1);
    await repository.publish('root');
    repository.root.expires = fresh;
    await repository.publish('root');
    await at.init();
    expect(await at.refresh()).toBe(0);
    expect(at.trusted().root).toBe(3);
  });

  it('timestamp: the one before stays', async () => {
    await at.init();
    await at.refresh();
    at.repository.timestamp.expires = inDays(-5);
    await at.repository.updateTimestamp();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted().timestamp).toBe(1);
  });

  it('snapshot: the one before stays', async () => {
    await at.init();
    await at.refresh();
    at.repository.snapshot.expires = inDays(-5);
    await at.repository.updateSnapshot();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted()).toMatchObject({ snapshot: 1, timestamp: 2 });
  });

  it('targets: those before stay', async () => {
    await at.init();
    await at.refresh();
    at.repository.targetsOf('targets').expires = inDays(-5);
    await at.repository.publish('targets');
    await at.repository.updateSnapshot();
    expect(await at.refresh()).toBe(1);
    expect(at.trusted()).toMatchObject({ snapshot: 2, targets: 1 });
  });

  it('timestamp on disk: still serves to judge a newer one', async () => {
    const { repository } = at;
    repository.timestamp.expires = inDays(7);
    await repository.publish('timestamp');
    await at.init();
    expect(await at.refresh()).toBe(0);
    repository.timestamp.expires = inDays(21);
    await repository.publish('targets');
    await repository.updateSnapshot();
    at.at(NOW_MS + 18 * DAY_MS);
    expect(await at.refresh()).toBe(0);
    expect(at.trusted()).toMatchObject({ snapshot: 2, targets: 2, timestamp: 3 });
  });

  it('timestamp on disk: refuses what is older, expired or not', async () => {
    const { repository } = at;
    repository.timestamp.expires = inDays(7);
    await repository.publish('timestamp');
    await at.init();
    await at.refresh();
    repository.timestamp.expires = inDays(21);
    repository.timestamp.version = 1;
    await repository.publishAs('timestamp');
    at.at(NOW_MS + 18 * DAY_MS);
    expect(await at.refresh()).toBe(1);
    expect(at.trusted().timestamp).toBe(2);
  });
});

describe('an expired delegated role', () => {
  const delegate = async (expires: string) => {
    const { repository } = at;
    const role = repository.delegate('targets', { name: 'delegated', paths: ['delegatedpath/*'] });
    role.expires = expires;
    await repository.addArtifact('delegated', 'delegatedpath/first', 'first');
    await repository.addArtifact('delegated', 'delegatedpath/second', 'second');
    await repository.publish('delegated', 'targets');
    await repository.updateSnapshot();
    await at.init();
    return role;
  };

  it('is not used, and not kept', async () => {
    await delegate(inDays(-1));
    expect(await at.refresh()).toBe(0);
    expect(await at.download('delegatedpath/first')).toBe(1);
    expect(at.downloaded()).toEqual([]);
    expect(at.trusted()).toEqual({ root: 1, snapshot: 2, targets: 2, timestamp: 2 });
  });

  it('on disk is not used when nothing newer is there', async () => {
    await delegate(inDays(7));
    expect(await at.download('delegatedpath/first')).toBe(0);
    at.at(NOW_MS + 18 * DAY_MS);
    expect(await at.download('delegatedpath/second')).toBe(1);
    expect(at.downloaded()).toEqual(['first']);
  });

  it('on disk gives way to a newer one', async () => {
    const role = await delegate(inDays(7));
    expect(await at.download('delegatedpath/first')).toBe(0);
    role.expires = inDays(21);
    await at.repository.publish('delegated');
    await at.repository.updateSnapshot();
    at.at(NOW_MS + 18 * DAY_MS);
    expect(await at.download('delegatedpath/second')).toBe(0);
    expect(at.downloaded()).toEqual(['first', 'second']);
  });
});
