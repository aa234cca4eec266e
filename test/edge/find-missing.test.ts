import { beforeEach, describe, expect, it } from 'vitest';
import { findFirstMissing } from '../../edge/chunks/find-missing.ts';
import { chunkKey } from '../../shared/bucket-keys.ts';
import { anEdge, counting, type Edge } from './an-edge.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const idOf = (n: number) => n.toString(16).padStart(64, '0');
const store = (ids: readonly string[]) => Promise.all(ids.map((id) => edge.bucket.put(chunkKey(id), '')));

describe('the first chunk that is missing', () => {
  it.each<[string, readonly number[], readonly number[], number | null]>([
    ['is none where all are stored', [1, 2, 3, 4], [4, 2, 2, 1], null],
    ['is the first in the order of ids', [1, 4], [4, 3, 2], 2],
    ['is found behind the last stored one', [1, 2], [2, 9], 9],
    ['is found in an empty store', [], [7], 7],
    ['is none of nothing', [1], [], null],
  ])('%s', async (_, stored, wanted, missing) => {
    await store(stored.map(idOf));
    const search = await findFirstMissing(edge.bucket, wanted.map(idOf), 10);
    expect(search).toMatchObject(
      missing === null ? { kind: 'all-there' } : { kind: 'missing', id: idOf(missing) },
    );
  });

  it('is sought with one listing for a thousand stored chunks, and with no more than are allowed', async () => {
    await store(Array.from({ length: 1500 }, (_, n) => idOf(n)));
    const wanted = [0, 700, 1499].map(idOf);
    const counted = counting(edge.bucket);
    expect(await findFirstMissing(counted.bucket, wanted, 2)).toEqual({ kind: 'all-there', listings: 2 });
    expect(counted.operations).toHaveLength(2);
    expect(await findFirstMissing(edge.bucket, wanted, 1)).toEqual({ kind: 'too-many' });
  }, 90_000);
});
