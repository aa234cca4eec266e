import { describe, expect, it } from 'vitest';
import { setUpConformance } from './conformance-test.ts';

const at = setUpConformance();

/** One version of a role: which of ten keys it has, how many must sign, and which do. */
type Version = {
  readonly keys: readonly number[];
  readonly threshold: number;
  readonly signed: readonly number[];
};
const version = (keys: readonly number[], threshold: number, signed: readonly number[]): Version => ({
  keys,
  threshold,
  signed,
});
const FIVE = [0, 1, 2, 3, 4];
const OTHER_FIVE = [5, 6, 7, 8, 9];
const ONE_OF_FIVE_NEW = [0, 1, 3, 4, 5];

const BELIEVED: Readonly<Record<string, readonly Version[]>> = {
  'a key is replaced': [version([1], 1, [1]), version([2], 1, [2, 1]), version([2], 1, [2])],
  'a key is replaced among signatures of strangers': [
    version([1], 1, [3, 1, 4]),
    version([2], 1, [3, 2, 1, 4]),
    version([2], 1, [3, 2, 4]),
  ],
  'other three of five sign each time': [
    version(FIVE, 3, [0, 2, 4]),
    version(FIVE, 3, [0, 4, 1]),
    version(FIVE, 3, [0, 1, 3]),
    version(FIVE, 3, [0, 1, 3]),
  ],
  'one of five is replaced, three old and new sign': [
    version(FIVE, 3, [0, 2, 4]),
    version(ONE_OF_FIVE_NEW, 3, [0, 4, 1]),
  ],
  'one of five is replaced in two steps': [
    version(FIVE, 3, [0, 2, 4]),
    version(ONE_OF_FIVE_NEW, 3, [0, 2, 4, 5]),
    version(ONE_OF_FIVE_NEW, 3, [0, 4, 5]),
  ],
  'all five are replaced in two steps': [
    version(FIVE, 3, [0, 2, 4]),
    version(OTHER_FIVE, 3, [0, 2, 4, 5, 6, 7]),
    version(OTHER_FIVE, 3, [5, 6, 7]),
  ],
  'the threshold rises': [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [1, 2])],
  'the threshold falls': [
    version([1, 2, 3], 2, [1, 2]),
    version([1, 2, 3], 1, [1, 2]),
    version([1, 2, 3], 1, [1]),
  ],
  'a key comes and the threshold rises': [version([1], 1, [1]), version([1, 2], 2, [1, 2])],
};

const REFUSED: Readonly<Record<string, readonly Version[]>> = {
  'the old key did not sign': [version([1], 1, [1]), version([2], 1, [2, 3, 4])],
  'the new key did not sign': [version([1], 1, [1]), version([2], 1, [1, 3, 4])],
  'too few of the new five signed': [version(FIVE, 3, [0, 2, 4]), version(ONE_OF_FIVE_NEW, 3, [0, 2, 4])],
  'too few of the old five signed': [version(FIVE, 3, [0, 2, 4]), version(ONE_OF_FIVE_NEW, 3, [0, 4, 5])],
  'the new threshold is not reached': [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [2])],
  'the old threshold is not reached': [version([1, 2, 3], 2, [1, 2]), version([1, 2, 3], 1, [1])],
};

async function publishRoots(versions: readonly Version[]): Promise<void> {
  const { repository } = at;
  const signers = Array.from({ length: 10 }, () => repository.newSigner());
  repository.published.delete('root');
  for (const [i, { keys, threshold, signed }] of versions.entries()) {
    repository.root.version = i + 1;
    repository.root.roles.root = { keyids: [], threshold };
    repository.signers.set('root', []);
    for (const key of keys) {
      const signer = signers[key];
      if (signer !== undefined) repository.addKey('root', signer);
    }
    repository.signers.set(
      'root',
      signed.flatMap((key) => signers[key] ?? []),
    );
    await repository.publishAs('root');
  }
}

describe('a client walks to the newest root where', () => {
  it.each(Object.entries(BELIEVED))('%s', async (_name, versions) => {
    await publishRoots(versions);
    await at.init();
    expect(await at.refresh()).toBe(0);
    expect(at.trustedText('root')).toBe(at.repository.textOf('root', versions.length));
  });
});

describe('a client stays at the root before the last where', () => {
  it.each(Object.entries(REFUSED))('%s', async (_name, versions) => {
    await publishRoots(versions);
    await at.init();
    expect(await at.refresh()).toBe(1);
    expect(at.trustedText('root')).toBe(at.repository.textOf('root', versions.length - 1));
  });
});

describe('the other roles, each in turn, with a new root', () => {
  const CASES: readonly (readonly [string, Version, number])[] = [
    ['a key is replaced', version([2], 1, [2]), 0],
    ['strangers sign too', version([1], 1, [3, 1, 4]), 0],
    ['the new key did not sign', version([2], 1, [1, 3, 4]), 1],
    ['a replaced key signed', version(ONE_OF_FIVE_NEW, 3, [0, 2, 4]), 1],
    ['too few signed', version(ONE_OF_FIVE_NEW, 3, [0, 4]), 1],
    ['three of five signed', version(FIVE, 3, [0, 2, 4]), 0],
    ['another three of five signed', version(FIVE, 3, [0, 4, 1]), 0],
    ['a third three of five signed', version(FIVE, 3, [0, 1, 3]), 0],
    ['a fourth three of five signed', version(FIVE, 3, [1, 2, 3]), 0],
    ['a fifth three of five signed', version(FIVE, 3, [2, 3, 4]), 0],
  ];
  it.each(CASES)('%s', async (_name, { keys, threshold, signed }, exit) => {
    const { repository } = at;
    const signers = Array.from({ length: 10 }, () => repository.newSigner());
    await at.init();
    for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
      repository.root.roles[role] = { keyids: [], threshold };
      repository.signers.set(role, []);
      for (const key of keys) {
        const signer = signers[key];
        if (signer !== undefined) repository.addKey(role, signer);
      }
      repository.signers.set(
        role,
        signed.flatMap((key) => signers[key] ?? []),
      );
      await repository.publish('root', 'targets');
      await repository.updateSnapshot();
      expect(await at.refresh()).toBe(exit);
      if (exit === 0) expect(at.trustedText(role)).toBe(repository.textOf(role));
    }
  });
});
