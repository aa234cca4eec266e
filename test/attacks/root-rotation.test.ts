/** The walk from the pinned root to today's (TUF 5.3): each step signed by both, none left out, the last one fresh. */
import { describe, expect, it } from 'vitest';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { type Keys, signRoot, someKeys } from '../../device/repository/test-repository.ts';
import { ROOT_ROTATIONS_MAX } from '../../shared/limits.ts';

const at = setUpDevice();
const PAST = '2026-01-02T03:04:05Z';

/** Roots 2 to `last`, all of the same keys. */
async function rootsUpTo(last: number): Promise<string[]> {
  return Promise.all(Array.from({ length: last - 1 }, (_, i) => signRoot(at.keys, i + 2)));
}

describe('a new root', () => {
  it.each<[string, (next: Keys) => Promise<string>]>([
    ['by nobody of the old root', async (next) => signRoot(next, 2)],
    ['by nobody of the new root', async (next) => signRoot(next, 2, at.keys.root.slice(0, 2))],
    ['by one of two', async (next) => signRoot(next, 2, [...at.keys.root.slice(0, 1), ...next.root])],
  ])('is refused when it is signed %s', async (_name, sign) => {
    at.repository.laterRoots.push(await sign(await someKeys()));
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'signature-wrong', role: 'root' } });
  });

  it.each([
    ['skips a version', 3],
    ['says the version the device has', 1],
  ])('is refused when it %s', async (_name, version) => {
    at.repository.laterRoots.push(await signRoot(at.keys, version));
    expect(await at.refresh()).toMatchObject({
      failure: {
        reason: 'metadata-mixed',
        role: 'root',
        detail: expect.stringContaining(`Expected version 2, got ${version}`),
      },
    });
  });

  it('behind a gap is refused, and those before the gap hold', async () => {
    await at.expectView();
    const [two = '', , four = ''] = await rootsUpTo(4);
    at.server.answer = () => ({ roots: [two, four] });
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-mixed', role: 'root' } });
    at.server.asked.length = 0;
    at.server.answer = () => ({});
    await at.refresh();
    expect(at.server.asked[0]).toContain('root=2');
  });

  it('may be the last of many, more than one answer holds', async () => {
    const last = ROOT_ROTATIONS_MAX + 8;
    const roots = await rootsUpTo(last);
    const keys = { ...at.keys, timestamp: (await someKeys()).timestamp };
    roots[last - 2] = await signRoot(keys, last);
    at.repository.laterRoots.push(...roots);
    Object.assign(at.repository, { keys });
    await at.expectView();
    const asked = at.server.asked
      .filter((path) => path.includes('/poll'))
      .map((path) => path.replace(/.*\?/, ''));
    expect(asked).toEqual(['root=1&timestamp=0', `root=${ROOT_ROTATIONS_MAX + 1}&timestamp=0`]);
  });
});

describe('an expired root', () => {
  it('is refused when nothing newer came', async () => {
    const pinnedRoot = await signRoot(at.keys, 1, at.keys.root, PAST);
    expect(await at.refresh({ pinnedRoot })).toEqual({
      ok: false,
      failure: { reason: 'metadata-expired', role: 'root', expiredAt: PAST },
    });
  });

  it('is refused at the end of the walk, and the device stays on it', async () => {
    await at.expectView();
    at.repository.laterRoots.push(await signRoot(at.keys, 2, at.keys.root, PAST));
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-expired', role: 'root' } });
    at.repository.laterRoots.push(await signRoot(at.keys, 3));
    await at.expectView();
  });

  it('is one to pass on the way to a fresh one', async () => {
    const pinnedRoot = await signRoot(at.keys, 1, at.keys.root, PAST);
    at.repository.laterRoots.push(await signRoot(at.keys, 2, at.keys.root, PAST), await signRoot(at.keys, 3));
    await at.expectView({ pinnedRoot });
  });
});
