import { expect, it } from 'vitest';
import { findRepeatedKey } from './repeated-key.ts';

const root = (keys: Record<string, string>, roles: Record<string, readonly string[]>) =>
  JSON.stringify({
    signed: {
      keys: Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, { keyval: { public: key } }])),
      roles: Object.fromEntries(
        Object.entries(roles).map(([name, keyids]) => [name, { keyids, threshold: 2 }]),
      ),
    },
  });

it.each<[string, string, string | null]>([
  ['one key under two ids of a role', root({ a: '1', b: '1' }, { root: ['a', 'b'] }), 'root'],
  [
    'the same in another role',
    root({ a: '1', b: '2', c: '2' }, { root: ['a'], targets: ['b', 'c'] }),
    'targets',
  ],
  ['different keys', root({ a: '1', b: '2' }, { root: ['a', 'b'] }), null],
  ['one key in two roles', root({ a: '1', b: '1' }, { root: ['a'], targets: ['b'] }), null],
  ['an id of no key', root({ a: '1' }, { root: ['a', 'gone'] }), null],
  ['no root', '{"signed":{}}', null],
  ['no JSON', '{', null],
])('%s', (_name, text, expected) => {
  expect(findRepeatedKey(text)).toBe(expected);
});
