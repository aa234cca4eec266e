import { describe, expect, it } from 'vitest';
import { generateOnlineKeys } from './online-keys.ts';
import { openSealedOnline, parseSealedOnline, type SealedOnline, sealOnline } from './sealed-online.ts';

const PASSPHRASE = 'correct horse battery staple';
const keys = await generateOnlineKeys();
const text = await sealOnline(keys, PASSPHRASE);
const sealed = parseSealedOnline(text) as SealedOnline;

describe('the online keys under a passphrase', () => {
  it('come out as they went in, and none of them is to be read in the file', async () => {
    for (const { seed } of Object.values(keys)) expect(text).not.toContain(seed);
    expect(await openSealedOnline('x', sealed, PASSPHRASE)).toEqual({ ok: true, value: keys });
  });

  it.each<[string, SealedOnline, string | null, string]>([
    ['without one', sealed, null, 'passphrase-needed'],
    ['with another', sealed, `${PASSPHRASE}!`, 'passphrase-wrong'],
    [
      'where keys changed places',
      {
        ...sealed,
        public: { ...sealed.public, snapshot: keys.rollout.public, rollout: keys.snapshot.public },
      },
      PASSPHRASE,
      'passphrase-wrong',
    ],
  ])('do not open %s', async (_, file, passphrase, reason) => {
    expect(await openSealedOnline('x', file, passphrase)).toEqual({
      ok: false,
      failure: { reason, path: 'x' },
    });
  });

  it('are not taken for what is no such file', () => {
    const short = { ...sealed, sealed: { ...sealed.sealed, sealed: '00'.repeat(32) } };
    for (const other of ['', 'ONLINE_KEYS=', '{}', JSON.stringify(short)])
      expect(parseSealedOnline(other)).toBeNull();
  });
});
