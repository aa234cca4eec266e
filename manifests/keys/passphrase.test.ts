import { describe, expect, it } from 'vitest';
import { PASSPHRASE_MIN_CHARS } from '../limits.ts';
import { choosePassphrase } from './passphrase.ts';

const LONG = 'correct horse battery staple';

/** A terminal at which these answers are typed in turn. */
const typing = (...answers: readonly string[]) => {
  const left = [...answers];
  const ask = async () => left.shift() ?? '';
  return { sources: { file: undefined, environment: undefined, ask }, left };
};

describe('the passphrase of new keys', () => {
  it('is typed twice, because it is typed blind', async () => {
    const { sources, left } = typing(LONG, LONG);
    expect(await choosePassphrase(sources, { plainText: false })).toEqual({ ok: true, value: LONG });
    expect(left).toEqual([]);
  });

  it.each([
    ['was typed in two ways', [LONG, `${LONG}!`], 'passphrases-differ'],
    ['is too short', ['x'.repeat(PASSPHRASE_MIN_CHARS - 1)], 'passphrase-too-short'],
  ])('is refused when it %s', async (_, answers, reason) => {
    const { sources } = typing(...answers);
    expect(await choosePassphrase(sources, { plainText: false })).toMatchObject({ failure: { reason } });
  });

  it('is taken from the environment without a question', async () => {
    const { sources, left } = typing('not asked for');
    const given = { ...sources, environment: LONG };
    expect(await choosePassphrase(given, { plainText: false })).toEqual({ ok: true, value: LONG });
    expect(left).toHaveLength(1);
  });
});
